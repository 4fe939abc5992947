"""What outlives a run: the journal, the runs, the lock, the count of writes, the last good row count."""
