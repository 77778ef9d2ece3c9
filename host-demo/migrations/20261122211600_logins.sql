-- Who may log in to the pages, and who is logged in. A password is kept as an
-- Argon2id hash, a session's token as its SHA-256: whoever reads the file can
-- log in with neither. Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE crm_logins (
    tenant        TEXT NOT NULL,
    user_id       TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    PRIMARY KEY (tenant, user_id)
);

CREATE TABLE crm_sessions (
    tenant     TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    ends_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant, token_hash)
);

CREATE INDEX crm_sessions_by_end ON crm_sessions (ends_at);

-- What a user chose for the pages, such as whether the Spotler block is shown.
CREATE TABLE crm_preferences (
    tenant  TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (tenant, user_id, name)
);
