-- Which process works on which tenant, where several share one database.

CREATE TABLE IF NOT EXISTS koppel_lease (
    tenant TEXT PRIMARY KEY,
    owner  TEXT NOT NULL,
    until  INTEGER NOT NULL              -- by the database's clock, in milliseconds
);
CREATE INDEX IF NOT EXISTS koppel_lease_owner ON koppel_lease (owner);
CREATE INDEX IF NOT EXISTS koppel_event_tenant ON koppel_event (tenant, not_before);

-- The queue's rows come and go: what is gone must not be walked through for long.
ALTER TABLE koppel_event SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
