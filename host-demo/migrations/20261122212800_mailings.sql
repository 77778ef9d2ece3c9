-- Mailings that Spotler sent (RE-01..RE-04). `details` holds what does not
-- change any more, as JSON; `target_group` stands beside it because a mailing
-- belongs to the campaign whose list it names (PV-51).
CREATE TABLE crm_mailings (
    tenant         TEXT NOT NULL,
    id             TEXT NOT NULL,
    name           TEXT NOT NULL,
    medium         TEXT NOT NULL CHECK (medium IN ('email', 'sms')),
    online_version TEXT,
    sent_at        INTEGER NOT NULL,
    sent           INTEGER NOT NULL,
    target_group   TEXT,
    details        TEXT,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_mailings_by_time ON crm_mailings (tenant, sent_at, id);
CREATE INDEX crm_mailings_by_list ON crm_mailings (tenant, target_group, id);

-- The results of a mailing at one moment, as JSON (RE-05).
CREATE TABLE crm_mailing_snapshots (
    tenant   TEXT NOT NULL,
    mailing  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    snapshot TEXT NOT NULL,
    PRIMARY KEY (tenant, mailing, at)
) STRICT, WITHOUT ROWID;
