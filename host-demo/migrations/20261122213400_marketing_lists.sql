-- Marketing lists (DA-40..DA-53). A static list has members of its own, a
-- dynamic one a filter; both hold records of one kind only (DA-46).
CREATE TABLE crm_marketing_lists (
    tenant    TEXT NOT NULL,
    id        TEXT NOT NULL CHECK (length(CAST(id AS BLOB)) BETWEEN 1 AND 200),
    name      TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    list_type TEXT NOT NULL CHECK (list_type IN ('static', 'dynamic')),
    target    TEXT NOT NULL CHECK (target IN ('contact', 'lead', 'account')),
    form      TEXT CHECK (form IN ('static-list', 'audience')),
    state     TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'deleted')),
    filter    TEXT,
    PRIMARY KEY (tenant, id),
    CHECK ((list_type = 'dynamic') = (filter IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- The members of static lists, of the list's own kind.
CREATE TABLE crm_marketing_list_members (
    tenant TEXT NOT NULL,
    list   TEXT NOT NULL,
    id     TEXT NOT NULL,
    PRIMARY KEY (tenant, list, id),
    FOREIGN KEY (tenant, list) REFERENCES crm_marketing_lists (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_marketing_list_members_by_record ON crm_marketing_list_members (tenant, id, list);
