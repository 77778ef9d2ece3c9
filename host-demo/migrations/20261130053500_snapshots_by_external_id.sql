-- A backup that was made before a record was linked is found by the id under
-- which Spotler knows the contact.
CREATE INDEX crm_contact_snapshots_by_external_id
    ON crm_contact_snapshots (tenant, external_id, id);
