//! Saving a bulk change: a part is one transaction that holds the rows, the
//! event of the operation, and how far it is.

use koppel_embedding::{Connection, Event, NewEvent, queue};
use serde_json::json;

use super::{Bulk, BulkError, BulkState, read};
use crate::contract::{ManualAction, NamedValue, RecordRef, RecordResult, SyncStatus};
use crate::crm::{
    attributes,
    desk::DemoCrm,
    edit::{self, RuleBroken, Rules},
    error::StoreError,
    jobs::{self, NewJob},
    rows, selections,
};

/// The component's operation.
const OPERATION: &str = "bulk-change";

/// How many records are saved in one transaction.
const PART: u32 = 250;

/// The code of a record that a rule of the CRM kept from being saved.
const NOT_SAVED: &str = "bulk-not-saved";
/// The code of a record that is not there.
const NO_SUCH_RECORD: &str = "no-such-record";

impl DemoCrm {
    /// Saves a bulk change to its end, or goes on where it was interrupted;
    /// `saved` hears after every part how many records are through.
    pub async fn save_bulk(
        &self,
        number: u64,
        mut saved: impl FnMut(u64),
    ) -> Result<Bulk, BulkError> {
        let mut through = 0;
        loop {
            let (bulk, part) = match self.save_part(number).await {
                // Somebody else went on with it, and ended it.
                Err(BulkError::Saved(_)) if through > 0 => {
                    return self.bulk(number).await;
                }
                other => other?,
            };
            through += part;
            saved(through);
            if bulk.state == BulkState::Saved {
                return Ok(bulk);
            }
        }
    }

    /// Goes on with the bulk changes whose saving was interrupted.
    pub async fn continue_bulks(&self) -> Result<u64, BulkError> {
        let left: Vec<i64> = sqlx::query_scalar(
            "SELECT number FROM crm_bulk_changes WHERE tenant = $1 AND state = 'under-way'",
        )
        .bind(self.tenant.as_str())
        .fetch_all(self.store.readers())
        .await?;
        for number in &left {
            let number = u64::try_from(*number).unwrap_or_default();
            match self.save_bulk(number, |_| {}).await {
                Ok(_) | Err(BulkError::Saved(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(left.len() as u64)
    }

    /// Saves the next part; answers how many records it held.
    pub async fn save_part(&self, number: u64) -> Result<(Bulk, u64), BulkError> {
        let crm = self.clone();
        self.write(move |connection, _| {
            Box::pin(async move { crm.save_part_on(connection, number).await })
        })
        .await
    }

    async fn save_part_on(
        &self,
        connection: &mut Connection,
        number: u64,
    ) -> Result<(Bulk, u64), BulkError> {
        let tenant = self.tenant.as_str();
        let bulk = read(connection, tenant, number).await?;
        if bulk.change.is_empty() {
            return Err(BulkError::Empty(number));
        }
        let job = match (bulk.state, bulk.job) {
            (BulkState::Saved, _) => return Err(BulkError::Saved(number)),
            (BulkState::UnderWay, Some(job)) => rows::integer(job),
            (BulkState::Draft | BulkState::UnderWay, _) => self.open_job(connection, &bulk).await?,
        };
        let from = bulk.next_start.as_deref();
        let page = selections::members(connection, tenant, &bulk.selection, from, PART).await?;
        let rules = attributes::rules(connection, tenant).await?;
        let held = page.references.len() as u64;
        let (mut to_sync, mut refused) = (Vec::new(), Vec::new());
        for reference in page.references {
            match self.save_one(connection, &rules, &bulk, &reference).await? {
                None => to_sync.push(reference),
                Some(result) => refused.push(result),
            }
        }
        self.queue_part(connection, &bulk, job, to_sync, &refused)
            .await?;
        let state = if page.next.is_some() {
            BulkState::UnderWay
        } else {
            jobs::all_queued(connection, tenant, job, self.now()).await?;
            BulkState::Saved
        };
        let bulk = Bulk {
            state,
            job: u64::try_from(job).ok(),
            next_start: page.next,
            ..bulk
        };
        write_state(connection, tenant, &bulk).await?;
        Ok((bulk, held))
    }

    async fn open_job(&self, connection: &mut Connection, bulk: &Bulk) -> Result<i64, StoreError> {
        let new = NewJob {
            operation: OPERATION.to_owned(),
            user: self.user.clone(),
            asked: json!({
                "bulk": bulk.number,
                "records": bulk.chosen,
                "on": bulk.change.on,
                "off": bulk.change.off,
                "fields": bulk.change.field_names(),
                "starts": bulk.change.starts,
                "stops": bulk.change.stops,
            }),
            queues_more: true,
        };
        jobs::open(connection, self.tenant.as_str(), self.now(), &new).await
    }

    /// Saves one record; answers its result where a rule forbids it.
    async fn save_one(
        &self,
        connection: &mut Connection,
        rules: &Rules,
        bulk: &Bulk,
        reference: &RecordRef,
    ) -> Result<Option<RecordResult>, StoreError> {
        let tenant = self.tenant.as_str();
        let Some(before) = rows::read(connection, tenant, reference).await? else {
            return Ok(Some(refused(reference, NO_SUCH_RECORD, Vec::new())));
        };
        let form = bulk.change.form_for(&before);
        match edit::save(Some(&before), reference, &form, rules, self.now()) {
            Ok(Some(saved)) => {
                rows::write(connection, tenant, &saved.record).await?;
                Ok(None)
            }
            Ok(None) => Ok(None),
            Err(broken) => Ok(Some(refused(reference, NOT_SAVED, facts_of(&broken)))),
        }
    }

    /// Queues the operation with the records that were saved, and keeps the
    /// results of the others.
    async fn queue_part(
        &self,
        connection: &mut Connection,
        bulk: &Bulk,
        job: i64,
        records: Vec<RecordRef>,
        refused: &[RecordResult],
    ) -> Result<(), StoreError> {
        let tenant = self.tenant.as_str();
        for result in refused {
            jobs::refuse(connection, tenant, job, self.now(), result).await?;
        }
        if records.is_empty() {
            return Ok(());
        }
        let changed = ManualAction {
            operation: OPERATION.to_owned(),
            records,
            selection: None,
            permissions: bulk.change.wishes(),
            fields: bulk.change.told(),
            parameters: bulk.change.journeys(),
        };
        let new = NewEvent {
            event: Event::Action(changed),
            occurred_at: self.now(),
            user: self.user.clone(),
        };
        let key = queue::enqueue(connection, &self.tenant, new)
            .await
            .map_err(|error| StoreError::Queue(Box::new(error)))?;
        jobs::add_event(connection, tenant, job, &key).await
    }
}

fn refused(reference: &RecordRef, code: &str, about: Vec<NamedValue>) -> RecordResult {
    RecordResult {
        target: reference.clone(),
        status: Some(SyncStatus::Failed),
        code: code.to_owned(),
        about,
    }
}

/// Which rule, and about which field; never a value.
fn facts_of(broken: &RuleBroken) -> Vec<NamedValue> {
    let field = match broken {
        RuleBroken::Missing(field) => (*field).to_owned(),
        RuleBroken::UnknownField(field) | RuleBroken::Value { field, .. } => field.clone(),
        RuleBroken::UnknownPermission(bit) => format!("permission {bit}"),
        RuleBroken::OptedOutInSpotler | RuleBroken::Deleted | RuleBroken::Id => "–".to_owned(),
    };
    let fact = |name: &str, value: String| NamedValue {
        name: name.to_owned(),
        value,
    };
    vec![fact("field", field), fact("rule", broken.to_string())]
}

async fn write_state(
    connection: &mut Connection,
    tenant: &str,
    bulk: &Bulk,
) -> Result<(), StoreError> {
    let state = match bulk.state {
        BulkState::Draft => "draft",
        BulkState::UnderWay => "under-way",
        BulkState::Saved => "saved",
    };
    sqlx::query(
        "UPDATE crm_bulk_changes SET state = $1, job = $2, next_start = $3
         WHERE tenant = $4 AND number = $5",
    )
    .bind(state)
    .bind(bulk.job.map(rows::integer))
    .bind(&bulk.next_start)
    .bind(tenant)
    .bind(rows::integer(bulk.number))
    .execute(connection)
    .await?;
    Ok(())
}
