"""The API goes down from a row on: few more requests, an end in time, and a next run that completes."""
