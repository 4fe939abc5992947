"""The tables of the state file, as numbered steps: step n leads from schema n-1 to schema n, and is never edited."""

Migration = tuple[str, ...]

_FIRST: Migration = (
    """
    CREATE TABLE runs (
        run_id TEXT PRIMARY KEY,
        command TEXT NOT NULL,
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        exit_code INTEGER,
        tool_version TEXT NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        user TEXT NOT NULL,
        plan_digest TEXT
    )
    """,
    """
    CREATE TABLE run_jobs (
        run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        job TEXT NOT NULL,
        settled_by TEXT,
        settled_at TEXT,
        PRIMARY KEY (run_id, job)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE intents (
        run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        job TEXT NOT NULL,
        row INTEGER NOT NULL,
        resource TEXT NOT NULL,
        key TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT,
        body BLOB NOT NULL,
        base TEXT NOT NULL,
        desired TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        born_wall REAL NOT NULL,
        born_boot REAL NOT NULL,
        born_boot_id TEXT NOT NULL,
        born_server REAL,
        continues_run TEXT,
        continues_seq INTEGER,
        PRIMARY KEY (run_id, seq)
    )
    """,
    # Apart from the intents, so that finding the few open ones does not mean reading all.
    """
    CREATE TABLE open_changes (
        run_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (run_id, seq),
        FOREIGN KEY (run_id, seq) REFERENCES intents ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE outcomes (
        run_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        word TEXT NOT NULL,
        message TEXT NOT NULL,
        what_to_do TEXT NOT NULL,
        patch TEXT,
        error_code TEXT,
        http_status INTEGER,
        request_id TEXT,
        attempts INTEGER NOT NULL,
        waited_s REAL NOT NULL,
        idempotency_key TEXT,
        finished_at TEXT,
        PRIMARY KEY (run_id, seq),
        FOREIGN KEY (run_id, seq) REFERENCES intents ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE last_rows (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        job TEXT NOT NULL,
        rows INTEGER NOT NULL,
        PRIMARY KEY (base_url, organization_id, job)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE writes (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        day TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (base_url, organization_id, day)
    ) WITHOUT ROWID
    """,
)

# The outcomes of a saved plan's changes that were never sent: found as desired, moved, or gone.
_NOT_SENT: Migration = (
    """
    CREATE TABLE not_sent (
        run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        job TEXT NOT NULL,
        row INTEGER NOT NULL,
        word TEXT NOT NULL,
        message TEXT NOT NULL,
        what_to_do TEXT NOT NULL,
        finished_at TEXT,
        PRIMARY KEY (run_id, job, row)
    ) WITHOUT ROWID
    """,
)

# The budgets that processes share: times are seconds of the boot clock, which all processes of a machine agree on.
_SHARED_BUDGETS: Migration = (
    """
    CREATE TABLE lots (
        pool TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        sharer TEXT NOT NULL,
        number INTEGER NOT NULL,
        slots INTEGER NOT NULL,
        free_at REAL NOT NULL,
        PRIMARY KEY (pool, boot_id, sharer, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE sharers (
        pool TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        sharer TEXT NOT NULL,
        wants_until REAL NOT NULL,
        PRIMARY KEY (pool, boot_id, sharer)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE freezes (
        pool TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (pool, boot_id)
    ) WITHOUT ROWID
    """,
)

# What the API refused and is not sent again; the rows that did not get through in a job's last run.
_LEFT_OVER: Migration = (
    """
    CREATE TABLE refusals (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        job TEXT NOT NULL,
        mark TEXT NOT NULL,
        since TEXT NOT NULL,
        error_code TEXT,
        message TEXT NOT NULL,
        tool_version TEXT NOT NULL,
        PRIMARY KEY (base_url, organization_id, job, mark)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE unsettled (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        job TEXT NOT NULL,
        key TEXT NOT NULL,
        mark TEXT NOT NULL,
        since TEXT NOT NULL,
        waits INTEGER NOT NULL,
        PRIMARY KEY (base_url, organization_id, job, key, mark)
    ) WITHOUT ROWID
    """,
)

# What undoing a run needs, and the values that were undone: one of a path, the one that was taken back last.
_UNDO: Migration = (
    "ALTER TABLE intents ADD COLUMN before TEXT",
    "ALTER TABLE intents ADD COLUMN undoes TEXT",
    """
    CREATE TABLE undone (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        resource TEXT NOT NULL,
        id TEXT NOT NULL,
        path TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (base_url, organization_id, resource, id, path)
    ) WITHOUT ROWID
    """,
)

# When the server's day begins, in seconds after midnight UTC, and until when (epoch) it takes no more writes.
_WRITE_CAPS: Migration = (
    """
    CREATE TABLE write_caps (
        base_url TEXT NOT NULL,
        organization_id TEXT NOT NULL,
        begins_s REAL NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (base_url, organization_id)
    ) WITHOUT ROWID
    """,
)

# The reports of past runs, told again on demand and rebuilt for runs that died; their rows apart, which never change.
_REPORTS: Migration = (
    "ALTER TABLE runs ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN folder TEXT",
    """
    CREATE TABLE reports (
        run_id TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
        told BLOB NOT NULL,
        counts TEXT NOT NULL,
        held INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE report_rows (
        run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        job TEXT NOT NULL,
        rows BLOB NOT NULL,
        PRIMARY KEY (run_id, job)
    )
    """,
)

# Finds the few intents that go on with one of an earlier run.
_CONTINUED: Migration = (
    "CREATE INDEX continued ON intents (continues_run, continues_seq) WHERE continues_run IS NOT NULL",
)

# Caps are those of keys, not of the organisations that a key acts in; whose the counts so far were, nobody knows.
_SPENDERS: Migration = (
    "DELETE FROM writes",
    "DELETE FROM write_caps",
    "ALTER TABLE writes RENAME COLUMN organization_id TO spender",
    "ALTER TABLE write_caps RENAME COLUMN organization_id TO spender",
)

MIGRATIONS: tuple[Migration, ...] = (
    _FIRST,
    _NOT_SENT,
    _SHARED_BUDGETS,
    _LEFT_OVER,
    _UNDO,
    _WRITE_CAPS,
    _REPORTS,
    _CONTINUED,
    _SPENDERS,
)
