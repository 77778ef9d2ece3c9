-- Campaigns, as their wizard was filled in (PV-15..PV-17), and when they were
-- handed to the connector last. How they stand is in `crm_subjects`.
CREATE TABLE crm_campaigns (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL,
    title      TEXT NOT NULL,
    channel    TEXT NOT NULL,
    system     TEXT NOT NULL,
    list_name  TEXT NOT NULL,
    selection  TEXT NOT NULL,
    permission INTEGER,
    auto_close INTEGER NOT NULL CHECK (auto_close IN (0, 1)),
    created_at INTEGER NOT NULL,
    created_by TEXT,
    event      TEXT,
    selected   INTEGER,
    run_at     INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_campaigns_by_time ON crm_campaigns (tenant, created_at, id);
