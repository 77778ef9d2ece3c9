-- A mapping that is being edited, one for each tenant, until it is saved or
-- cancelled.
CREATE TABLE crm_mapping_drafts (
    tenant  TEXT PRIMARY KEY,
    mapping TEXT NOT NULL
);
