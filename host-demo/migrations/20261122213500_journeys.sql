-- What starts and stops journeys, and what happens that may: carts, orders,
-- sign-ups, sales.

-- A binding (AU-04), as the contract's JSON.
CREATE TABLE crm_journey_bindings (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- The fields that go with a trigger, as the contract's JSON.
CREATE TABLE crm_journey_fields (
    tenant       TEXT NOT NULL,
    trigger_code TEXT NOT NULL,
    definition   TEXT NOT NULL,
    PRIMARY KEY (tenant, trigger_code)
);

-- Automatic actions of sales stages (YO-37), as the contract's JSON.
CREATE TABLE crm_automatic_actions (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL,
    scheme     TEXT NOT NULL,
    stage      TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- Sales and the stage that each has reached.
CREATE TABLE crm_sales (
    tenant TEXT NOT NULL,
    id     TEXT NOT NULL,
    scheme TEXT NOT NULL,
    stage  TEXT NOT NULL,
    kind   TEXT,
    record TEXT,
    PRIMARY KEY (tenant, id)
);

-- Carts and orders of the shop, as the contract's JSON.
CREATE TABLE crm_purchases (
    tenant     TEXT NOT NULL,
    sort       TEXT NOT NULL CHECK (sort IN ('cart', 'order')),
    id         TEXT NOT NULL,
    status     TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (tenant, sort, id)
);

-- Forms that were sent in: the same one twice is one sign-up.
CREATE TABLE crm_sign_ups (
    tenant TEXT NOT NULL,
    id     TEXT NOT NULL,
    form   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    record TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
