-- Bulk changes (YO-32..YO-36): whom a user chose, what is to be changed, and how
-- far it is. The statements are the same for SQLite and PostgreSQL.
CREATE TABLE crm_bulk_changes (
    tenant     TEXT NOT NULL,
    number     BIGINT NOT NULL,
    selection  TEXT NOT NULL,
    chosen     BIGINT NOT NULL,
    change     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('draft', 'under-way', 'saved')),
    job        BIGINT,
    next_start TEXT,
    user_id    TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, number)
);
