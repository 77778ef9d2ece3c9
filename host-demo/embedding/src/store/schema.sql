-- The embedding's own tables, beside those of the CRM in the same file.
-- Every statement may run again; a later version adds statements at the end.

CREATE TABLE IF NOT EXISTS koppel_settings (
    tenant   TEXT PRIMARY KEY,
    active   INTEGER NOT NULL,
    key      TEXT NOT NULL,
    secret   BLOB,                       -- nonce and sealed secret, never clear
    address  TEXT NOT NULL,
    profile  TEXT NOT NULL,              -- JSON of the profile
    revision INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS koppel_kv (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: the cursor of list-keys
    tenant   TEXT NOT NULL,
    bucket   TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    BLOB NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (tenant, bucket, key)
) STRICT;
CREATE INDEX IF NOT EXISTS koppel_kv_listing ON koppel_kv (tenant, bucket, id);

CREATE TABLE IF NOT EXISTS koppel_event (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    tenant      TEXT NOT NULL,
    hook        TEXT NOT NULL,
    order_key   TEXT NOT NULL,           -- events with the same one run in order
    coalesce    TEXT,                    -- events with the same one are taken together
    payload     TEXT NOT NULL,           -- JSON of the event
    revision    INTEGER NOT NULL DEFAULT 1,
    attempt     INTEGER NOT NULL DEFAULT 0,   -- calls of this step that were started
    faults      INTEGER NOT NULL DEFAULT 0,   -- traps, timeouts and limits in a row
    conflicts   INTEGER NOT NULL DEFAULT 0,   -- in a row, by the event's own record only
    occurred_at INTEGER NOT NULL,
    "user"      TEXT,
    cursor      TEXT,
    done        INTEGER,
    total       INTEGER,
    unit        TEXT,
    reason      TEXT,                    -- why it waits, JSON of a reason
    not_before  INTEGER NOT NULL,
    long_work   INTEGER NOT NULL DEFAULT 0,
    turn        INTEGER NOT NULL         -- whose turn it is among long work
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS koppel_event_coalesce
    ON koppel_event (tenant, coalesce) WHERE coalesce IS NOT NULL;
CREATE INDEX IF NOT EXISTS koppel_event_order ON koppel_event (tenant, order_key, seq);
-- In the order in which events are claimed: what waits is not sorted for each.
CREATE INDEX IF NOT EXISTS koppel_event_claim
    ON koppel_event (tenant, long_work, not_before, turn);
DROP INDEX IF EXISTS koppel_event_due;
CREATE INDEX IF NOT EXISTS koppel_event_next ON koppel_event (not_before);
CREATE INDEX IF NOT EXISTS koppel_event_long ON koppel_event (not_before) WHERE long_work = 1;
CREATE INDEX IF NOT EXISTS koppel_event_turn ON koppel_event (turn);   -- for the last turn given

CREATE TABLE IF NOT EXISTS koppel_history (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT NOT NULL,
    event      TEXT NOT NULL,
    hook       TEXT NOT NULL,
    subject    TEXT,                     -- kind and id of the record, not its values
    attempt    INTEGER NOT NULL,
    outcome    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    about      TEXT NOT NULL,            -- JSON, no personal data
    why        TEXT NOT NULL,            -- JSON, no personal data
    requests   TEXT NOT NULL,            -- JSON: method and path without ids, count
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS koppel_history_event ON koppel_history (tenant, event);
CREATE INDEX IF NOT EXISTS koppel_history_subject ON koppel_history (tenant, subject, id);

CREATE TABLE IF NOT EXISTS koppel_rejection (
    event       TEXT PRIMARY KEY,
    tenant      TEXT NOT NULL,
    hook        TEXT NOT NULL,
    subject     TEXT,
    payload     TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    "user"      TEXT,
    cursor      TEXT,
    reason      TEXT NOT NULL,
    about       TEXT NOT NULL,
    who         TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    rejected_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS koppel_rejection_subject ON koppel_rejection (tenant, subject);

-- The guard: which waiting events take down or change records, and whether a
-- person has to confirm them first.
CREATE TABLE IF NOT EXISTS koppel_guarded (
    seq     INTEGER PRIMARY KEY REFERENCES koppel_event (seq) ON DELETE CASCADE,
    tenant  TEXT NOT NULL,
    kind    TEXT NOT NULL,               -- taken-down, changed, mapping or action
    subject TEXT,
    state   TEXT NOT NULL,               -- waiting, let-through or held
    run     TEXT                         -- the run that it is held with
) STRICT;
CREATE INDEX IF NOT EXISTS koppel_guarded_state ON koppel_guarded (tenant, kind, state);
CREATE INDEX IF NOT EXISTS koppel_guarded_run ON koppel_guarded (run) WHERE run IS NOT NULL;

CREATE TABLE IF NOT EXISTS koppel_guard_run (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,            -- open, confirmed or rejected
    records    INTEGER NOT NULL,         -- when it was paused
    list       TEXT NOT NULL,            -- JSON: the first records of long work
    opened_at  INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS koppel_guard_run_open ON koppel_guard_run (tenant, state, opened_at);

CREATE TABLE IF NOT EXISTS koppel_guard_passed (
    tenant TEXT NOT NULL,
    kind   TEXT NOT NULL,
    minute INTEGER NOT NULL,             -- since 1970
    passed INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, minute)
) STRICT;

CREATE TABLE IF NOT EXISTS koppel_guard_settings (
    tenant   TEXT PRIMARY KEY,
    settings TEXT NOT NULL               -- JSON
) STRICT;

-- Components that were trusted once, so that going back needs no file.
CREATE TABLE IF NOT EXISTS koppel_component (
    sha256     TEXT PRIMARY KEY,
    bytes      BLOB NOT NULL,
    seal       BLOB NOT NULL,            -- the hash, sealed with the key of the secrets
    version    TEXT NOT NULL,
    trusted_by TEXT NOT NULL,
    kept_at    INTEGER NOT NULL
) STRICT;

-- Which component was chosen when; the last row holds.
CREATE TABLE IF NOT EXISTS koppel_component_use (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT,                         -- none: the one that each process was started with
    since  INTEGER NOT NULL
) STRICT;

-- How many requests a tenant makes, where it has a rate of its own.
CREATE TABLE IF NOT EXISTS koppel_rate (
    tenant     TEXT PRIMARY KEY,
    per_second INTEGER NOT NULL,
    burst      INTEGER NOT NULL
) STRICT;

-- What one call of a tenant may use, where it is not what the host says.
CREATE TABLE IF NOT EXISTS koppel_limits (
    tenant       TEXT PRIMARY KEY,
    memory_bytes INTEGER,
    compute_ms   INTEGER,
    call_ms      INTEGER,
    requests     INTEGER
) STRICT;
