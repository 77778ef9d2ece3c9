-- Jobs: what a person started, with its status and its results (DA-61, DA-80).
-- The statements are the same for SQLite and PostgreSQL.

-- `open_events` counts the job's events that have not ended, and one more while
-- the job itself still has events to queue; `awaited` the records whose own
-- event has not ended. A job ends when both are 0.
CREATE TABLE crm_jobs (
    tenant      TEXT NOT NULL,
    number      BIGINT NOT NULL,
    operation   TEXT NOT NULL,
    user_id     TEXT,
    asked       TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('succeeded', 'processing', 'failed', 'opt-out', 'disabled')),
    result_code TEXT,
    about       TEXT NOT NULL,
    open_events BIGINT NOT NULL,
    records     BIGINT NOT NULL,
    awaited     BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    started_at  BIGINT,
    ended_at    BIGINT,
    PRIMARY KEY (tenant, number)
);

-- The events that carry a job out.
CREATE TABLE crm_job_events (
    tenant TEXT NOT NULL,
    event  TEXT NOT NULL,
    number BIGINT NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('open', 'done', 'rejected')),
    code   TEXT,
    about  TEXT NOT NULL,
    PRIMARY KEY (tenant, event)
);

CREATE INDEX crm_job_events_of_job ON crm_job_events (tenant, number);

-- What a job came to for each record.
CREATE TABLE crm_job_records (
    tenant  TEXT NOT NULL,
    number  BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    status  TEXT,
    code    TEXT,
    about   TEXT NOT NULL,
    awaited INTEGER NOT NULL CHECK (awaited IN (0, 1)),
    at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, number, kind, id)
);

CREATE INDEX crm_job_records_awaited ON crm_job_records (tenant, kind, id) WHERE awaited = 1;
