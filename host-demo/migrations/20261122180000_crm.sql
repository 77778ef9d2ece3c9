-- The demo CRM's own tables. They share the file with the embedding's queue,
-- history and key-value tables, because a save and its event are one
-- transaction. Every row belongs to a tenant, which is one installation of
-- the connector. Times are milliseconds since 1970-01-01T00:00:00Z.

-- Contacts, leads and accounts. `fields` holds the catalogue's fields as JSON;
-- the columns beside it are what is searched, sorted and filtered by.
CREATE TABLE crm_records (
    tenant          TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('contact', 'lead', 'account')),
    id              TEXT NOT NULL CHECK (length(CAST(id AS BLOB)) BETWEEN 1 AND 200),
    revision        INTEGER NOT NULL CHECK (revision > 0),
    state           TEXT NOT NULL CHECK (state IN ('active', 'inactive', 'deleted')),
    gate            INTEGER NOT NULL CHECK (gate IN (0, 1)),
    sync_enabled    INTEGER NOT NULL CHECK (sync_enabled IN (0, 1)),
    mail_allowed    INTEGER NOT NULL CHECK (mail_allowed IN (0, 1)),
    mail_changed_at INTEGER NOT NULL,
    mail_origin     TEXT NOT NULL CHECK (mail_origin IN ('crm', 'spotler')),
    mail_evidence   TEXT NOT NULL,
    owner           TEXT,
    relation        TEXT,
    primary_contact INTEGER NOT NULL CHECK (primary_contact IN (0, 1)),
    name            TEXT NOT NULL,
    email           TEXT NOT NULL,
    sort_name       TEXT NOT NULL,
    search          TEXT NOT NULL,
    fields          TEXT NOT NULL,
    status          TEXT CHECK (status IN ('succeeded', 'processing', 'failed', 'opt-out', 'disabled')),
    reason          TEXT,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;

-- The list page: sorted by name, searched without touching the rows.
CREATE INDEX crm_records_by_name ON crm_records (tenant, sort_name, kind, id, state, search);
CREATE INDEX crm_records_by_status ON crm_records (tenant, status, reason, sort_name, kind, id, state, search);
CREATE INDEX crm_records_by_relation ON crm_records (tenant, relation, kind, id) WHERE relation IS NOT NULL;
CREATE INDEX crm_records_by_email ON crm_records (tenant, email, kind, id);

-- What a person said about each permission, and how we know.
CREATE TABLE crm_permission_choices (
    tenant TEXT NOT NULL,
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    bit        INTEGER NOT NULL,
    consent    TEXT NOT NULL CHECK (consent IN ('unset', 'given', 'withdrawn')),
    changed_at INTEGER NOT NULL,
    origin     TEXT NOT NULL CHECK (origin IN ('crm', 'spotler')),
    evidence   TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, id, bit),
    FOREIGN KEY (tenant, kind, id) REFERENCES crm_records (tenant, kind, id)
) STRICT, WITHOUT ROWID;

-- The opt-in attributes (PV-06, PV-07); retired ones are kept.
CREATE TABLE crm_permission_attributes (
    tenant TEXT NOT NULL,
    bit      INTEGER NOT NULL,
    category TEXT NOT NULL,
    name     TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired  INTEGER NOT NULL CHECK (retired IN (0, 1)),
    PRIMARY KEY (tenant, bit)
) STRICT;

-- The rows of files that were imported, as a hash: an equal row is passed over.
CREATE TABLE crm_imported_rows (
    tenant TEXT NOT NULL,
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    hash   BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;

-- Fields that a user of the CRM added (DA-55).
CREATE TABLE crm_custom_fields (
    tenant TEXT NOT NULL,
    name       TEXT NOT NULL,
    label      TEXT NOT NULL,
    field_type TEXT NOT NULL,
    kinds      TEXT NOT NULL,
    meaning    TEXT,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- Organisations with contacts, and their module fields.
CREATE TABLE crm_relations (
    tenant TEXT NOT NULL,
    id   TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_relation_fields (
    tenant TEXT NOT NULL,
    relation TEXT NOT NULL,
    field    TEXT NOT NULL,
    label    TEXT NOT NULL,
    value    TEXT,
    PRIMARY KEY (tenant, relation, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_users (
    tenant TEXT NOT NULL,
    id   TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_rights (
    tenant TEXT NOT NULL,
    user_id TEXT NOT NULL,
    right_name TEXT NOT NULL,
    PRIMARY KEY (tenant, user_id, right_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_tasks (
    tenant TEXT NOT NULL,
    key        TEXT NOT NULL,
    code       TEXT NOT NULL,
    owner      TEXT,
    kind       TEXT,
    id         TEXT,
    about      TEXT NOT NULL,
    due        INTEGER,
    open       INTEGER NOT NULL CHECK (open IN (0, 1)),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_tasks_open ON crm_tasks (tenant, open, created_at, key);

CREATE TABLE crm_activities (
    tenant TEXT NOT NULL,
    key           TEXT NOT NULL,
    kind          TEXT NOT NULL,
    id            TEXT NOT NULL,
    activity_kind TEXT NOT NULL CHECK (activity_kind IN ('email', 'sms', 'phone', 'form')),
    at            INTEGER NOT NULL,
    title         TEXT NOT NULL,
    facts         TEXT NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX crm_activities_of_record ON crm_activities (tenant, kind, id, at);

CREATE TABLE crm_log (
    tenant TEXT NOT NULL,
    line  INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    code  TEXT NOT NULL,
    about TEXT NOT NULL
) STRICT;

-- Messages to users: written once for a key, and handed to the mail server by
-- whoever runs one; the demo shows them.
CREATE TABLE crm_outbox (
    tenant TEXT NOT NULL,
    key     TEXT NOT NULL,
    user_id TEXT,
    code    TEXT NOT NULL,
    about   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_selections (
    tenant TEXT NOT NULL,
    id         TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- The members of a selection that was made by hand, in their order.
CREATE TABLE crm_selection_members (
    tenant TEXT NOT NULL,
    selection TEXT NOT NULL,
    position  INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    id        TEXT NOT NULL,
    PRIMARY KEY (tenant, selection, position),
    FOREIGN KEY (tenant, selection) REFERENCES crm_selections (tenant, id)
) STRICT, WITHOUT ROWID;

-- How campaigns and marketing lists stand.
CREATE TABLE crm_subjects (
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    id      TEXT NOT NULL,
    status  TEXT NOT NULL,
    facts   TEXT NOT NULL,
    PRIMARY KEY (tenant, subject, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crm_settings (
    tenant TEXT NOT NULL,
    name  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
