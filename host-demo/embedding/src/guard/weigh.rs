//! Counting what long work is about, before its first step.

use super::kind::GuardKind;
use super::runs::{self, NewRun};
use super::settings;
use crate::contract::actions::ManualAction;
use crate::contract::connection::MappingRow;
use crate::host::Host;
use crate::queue::task::Task;
use crate::queue::{Event, subject_of};
use crate::store::{StoreError, WriteError};

/// So many records of long work are named.
const MOST_NAMED: usize = 1_000;
/// How many records are read at once.
const PAGE: u32 = 500;

/// What long work is about: how many records, and the first of them.
#[derive(Default)]
struct Weight {
    records: u64,
    list: Vec<String>,
}

impl Weight {
    fn add(&mut self, subject: String) {
        self.records += 1;
        if self.list.len() < MOST_NAMED {
            self.list.push(subject);
        }
    }
}

/// Weighs long work: true where it was paused, and must not be handed in. What
/// passes is not weighed again.
///
/// A mapping about which the component gives no answer passes: it will say itself
/// what is wrong.
pub(crate) async fn weigh(host: &Host, task: &Task) -> Result<bool, StoreError> {
    let Some(kind) = GuardKind::of(&task.event).filter(|it| it.is_long_work()) else {
        return Ok(false);
    };
    let mut connection = host.store().readers().acquire().await?;
    let settings = settings::settings(&mut connection, &task.tenant).await?;
    drop(connection);
    let limit = kind.limit(&settings);
    let weight = match &task.event {
        _ if !settings.enabled => Weight::default(),
        Event::MappingSaved(rows) => of_mapping(host, task, rows).await,
        Event::Action(action) => of_action(host, task, action).await?,
        Event::ContactSaved { .. }
        | Event::SettingsSaved
        | Event::Tick
        | Event::ModuleFieldChanged(_)
        | Event::StageChanged(_)
        | Event::CampaignExport(_)
        | Event::ListChanged { .. }
        | Event::CartChanged(_)
        | Event::OrderChanged(_)
        | Event::JourneySettingsSaved(_)
        | Event::SignedUp(_) => Weight::default(),
    };
    let (crm, now) = (host.inner.crm.clone(), host.clock().now());
    let (seq, tenant) = (task.seq, task.tenant.clone());
    let paused = host
        .store()
        .write_quietly(&task.tenant, move |connection| {
            Box::pin(async move {
                let mut all = None;
                if weight.records > limit.always {
                    let counted = crm.count_records(&tenant, connection).await;
                    all = counted.map_err(super::watch::crm_failed)?;
                }
                let paused = limit.is_passed(weight.records, all);
                if paused {
                    let new = NewRun {
                        kind,
                        records: weight.records,
                        list: &weight.list,
                        now,
                    };
                    let run = runs::open(connection, crm.as_ref(), &tenant, &new).await?;
                    runs::hold_row(connection, seq, &run).await?;
                } else {
                    sqlx::query("UPDATE koppel_guarded SET state = 'let-through' WHERE seq = $1")
                        .bind(seq)
                        .execute(connection)
                        .await?;
                }
                Ok::<_, StoreError>(paused)
            })
        })
        .await;
    paused.map_err(WriteError::into_inner)
}

/// The linked records that a mapping would change.
async fn of_mapping(host: &Host, task: &Task, rows: &[MappingRow]) -> Weight {
    let mut weight = Weight::default();
    let mut start = None;
    loop {
        let Ok(page) = host.what_if_mapping(&task.tenant, rows, start).await else {
            return Weight::default();
        };
        for record in &page.changing {
            weight.add(subject_of(record));
        }
        start = page.next;
        if start.is_none() {
            return weight;
        }
    }
}

/// The records of an operation.
async fn of_action(host: &Host, task: &Task, action: &ManualAction) -> Result<Weight, StoreError> {
    let mut weight = Weight::default();
    for record in &action.records {
        weight.add(subject_of(record));
    }
    let Some(selection) = action.selection.as_deref().filter(|_| weight.records == 0) else {
        return Ok(weight);
    };
    let mut start: Option<String> = None;
    loop {
        let mut connection = host.store().readers().acquire().await?;
        let from = start.as_deref();
        let page = host
            .inner
            .crm
            .read_selection(&task.tenant, &mut connection, selection, from, PAGE)
            .await
            .map_err(super::watch::crm_failed)?;
        for record in &page.records {
            weight.add(subject_of(&record.reference));
        }
        start = page.next;
        if start.is_none() {
            return Ok(weight);
        }
    }
}
