-- What Spotler had of contacts before they were overwritten or emptied, and
-- backups. The values are sealed with the key of the secrets; they are deleted
-- with the record, when a user says so, and when their time is over. The
-- statements are the same for SQLite and PostgreSQL.
CREATE TABLE crm_contact_snapshots (
    tenant      TEXT NOT NULL,
    id          BIGINT NOT NULL,
    run         BIGINT,
    cause       TEXT NOT NULL CHECK (cause IN ('overwritten', 'blanked', 'restored', 'backup')),
    external_id TEXT NOT NULL,
    kind        TEXT,
    record_id   TEXT,
    taken_at    BIGINT NOT NULL,
    sealed      BYTEA NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX crm_contact_snapshots_of_record ON crm_contact_snapshots (tenant, kind, record_id, id);
CREATE INDEX crm_contact_snapshots_of_run ON crm_contact_snapshots (tenant, run, id);
CREATE INDEX crm_contact_snapshots_by_age ON crm_contact_snapshots (tenant, taken_at);
