-- What pages read a few rows of, in the order in which they show them, so that
-- they are as fast with many records as with few. The statements are the same for
-- SQLite and PostgreSQL.
CREATE INDEX crm_outbox_by_time ON crm_outbox (tenant, at, key);
CREATE INDEX crm_tasks_by_owner ON crm_tasks (tenant, open, owner, created_at, key);
CREATE INDEX crm_tasks_by_code ON crm_tasks (tenant, open, code, owner);
CREATE INDEX crm_records_opted_out ON crm_records (tenant, mail_changed_at)
    WHERE mail_allowed = 0 AND mail_origin = 'crm';
CREATE INDEX crm_jobs_by_operation ON crm_jobs (tenant, operation, number);
