//! The whole state of a CRM as JSON, to compare two runs with: in a fixed
//! order, without times, revisions, and ids that chance made.

use serde_json::{Map, Value, json};
use sqlx::Row;

use super::{codes::Code, desk::DemoCrm, error::StoreError, log, rows, value};
use crate::contract::NamedValue;

impl DemoCrm {
    /// All records, tasks, messages, activities, attributes and log lines.
    pub async fn dump(&self) -> Result<Value, StoreError> {
        let attribute = |it: &super::attributes::Attribute| json!({"bit": it.bit, "category": it.category, "name": it.name, "retired": it.retired});
        let mut attributes = self.attributes().await?;
        attributes.sort_by_key(|it| it.bit);
        Ok(json!({
            "records": self.dump_records().await?,
            "attributes": attributes.iter().map(attribute).collect::<Vec<_>>(),
            "tasks": self.dump_tasks().await?,
            "messages": self.dump_messages().await?,
            "activities": self.dump_activities().await?,
            "log": self.dump_log().await?,
            "campaigns": self.dump_campaigns().await?,
        }))
    }

    async fn dump_records(&self) -> Result<Value, StoreError> {
        let mut connection = self.store.readers().acquire().await?;
        let keys =
            sqlx::query("SELECT kind, id FROM crm_records WHERE tenant = $1 ORDER BY kind, id")
                .bind(self.tenant.as_str())
                .fetch_all(&mut *connection)
                .await?;
        let mut records = Vec::with_capacity(keys.len());
        for row in &keys {
            let Some(reference) = rows::reference_of(row)? else {
                continue;
            };
            let record = rows::read(&mut connection, self.tenant.as_str(), &reference).await?;
            records.extend(record.map(|it| without_times(&it)));
        }
        Ok(Value::from(records))
    }

    async fn dump_tasks(&self) -> Result<Value, StoreError> {
        let mut tasks = self.tasks(false).await?;
        tasks.sort_by(|one, other| one.key.cmp(&other.key));
        let task = |it: &super::tasks::StoredTask| {
            json!({
                "key": it.key, "code": it.code, "owner": it.owner, "open": it.open,
                "target": it.target.as_ref().map(|to| format!("{}/{}", to.kind.code(), to.id)),
                "about": facts(&it.about),
            })
        };
        Ok(tasks.iter().map(task).collect())
    }

    async fn dump_messages(&self) -> Result<Value, StoreError> {
        let mut messages = self.messages().await?;
        messages.sort_by(|one, other| one.key.cmp(&other.key));
        let message = |it: &super::outbox::Message| json!({"key": it.key, "user": it.user, "code": it.code, "about": facts(&it.about)});
        Ok(messages.iter().map(message).collect())
    }

    async fn dump_activities(&self) -> Result<Value, StoreError> {
        let rows = sqlx::query(
            "SELECT key, kind, id, activity_kind, title, facts FROM crm_activities
             WHERE tenant = $1 ORDER BY key",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        let activity = |row: &sqlx::any::AnyRow| -> Result<Value, StoreError> {
            Ok(json!({
                "key": row.try_get::<String, _>("key")?,
                "target": format!("{}/{}", row.try_get::<&str, _>("kind")?, row.try_get::<&str, _>("id")?),
                "kind": row.try_get::<String, _>("activity_kind")?,
                "title": row.try_get::<String, _>("title")?,
                "facts": facts(&log::facts_of(row, "facts")?),
            }))
        };
        rows.iter().map(activity).collect()
    }

    async fn dump_campaigns(&self) -> Result<Value, StoreError> {
        let mut campaigns = self.campaigns().await?;
        campaigns.sort_by(|one, other| one.0.id.cmp(&other.0.id));
        let stands = |it: &crate::contract::SubjectChange| {
            let timeless = |fact: &&NamedValue| {
                !matches!(
                    fact.name.as_str(),
                    "exported-at" | "spotler-id" | "list-absent"
                )
            };
            let kept: Vec<NamedValue> = it.facts.iter().filter(timeless).cloned().collect();
            json!({"status": it.status.code(), "facts": facts(&kept)})
        };
        Ok(campaigns
            .iter()
            .map(|(it, stood)| json!({"id": it.id, "stands": stood.as_ref().map(stands)}))
            .collect())
    }

    async fn dump_log(&self) -> Result<Value, StoreError> {
        let mut lines = self.log(u32::MAX).await?;
        lines.reverse();
        let line = |it: &log::LogEntry| json!({"level": it.level.code(), "code": it.code, "about": facts(&it.about)});
        Ok(lines.iter().map(line).collect())
    }
}

fn without_times(record: &super::record::Record) -> Value {
    let permission = |(bit, it): (&u32, &super::record::Choice)| json!({"bit": bit, "consent": it.consent.code(), "origin": it.origin.code(), "evidence": it.evidence});
    let fields: Map<String, Value> = record
        .fields
        .iter()
        .map(|(name, it)| (name.clone(), value::to_json(it)))
        .collect();
    json!({
        "record": format!("{}/{}", record.reference.kind.code(), record.reference.id),
        "state": record.state.code(),
        "gate": record.gate,
        "sync_enabled": record.sync_enabled,
        "mail": {
            "allowed": record.mail.allowed, "origin": record.mail.origin.code(),
            "evidence": record.mail.evidence,
        },
        "permissions": record.permissions.iter().map(permission).collect::<Vec<_>>(),
        "owner": record.owner,
        "relation": record.relation,
        "fields": fields,
        "status": record.status.map(Code::code),
        "reason": record.reason,
    })
}

/// Facts as an object.
pub(crate) fn facts(facts: &[NamedValue]) -> Value {
    facts
        .iter()
        .map(|it| (it.name.clone(), Value::from(it.value.as_str())))
        .collect()
}
