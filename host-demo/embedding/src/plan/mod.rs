//! What a call would do, without doing it: the same component on the same path,
//! with its reads answered and its writes held back.
//!
//! While planning, nothing is written anywhere. Requests that only read go out;
//! those that would change Spotler are kept, and answered with what Spotler would
//! most likely say. What the component writes to its memory and asks the CRM to
//! change lives until the plan is made, so that later steps see it.
//!
//! A plan holds personal data: values that would be sent. It is for the eyes of
//! the person who asked. Store it nowhere, log it nowhere.

mod capture;
mod contact;
mod mirror;
mod overlay;

pub use capture::{CaptureError, capture};
pub(crate) use mirror::{Answered, Mirror};

use crate::attempt::call_hook;
use crate::contract::changes::CrmChange;
use crate::contract::contacts::Change;
use crate::contract::outcomes::{Answer, Outcome};
use crate::contract::types::{CrmRecord, RecordRef};
use crate::crm::CrmError;
use crate::host::Host;
use crate::kv::Buffer;
use crate::queue::task::Task;
use crate::queue::{Event, NewEvent, subject_of};
use crate::settings::TenantSettings;
use crate::store::StoreError;
use crate::{EventKey, TenantId};
use overlay::Overlay;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// What is to be planned.
#[derive(Clone, Debug, Default)]
pub struct PlanRequest {
    /// The events, in the order in which they would be queued.
    pub events: Vec<NewEvent>,
    /// Records as they would be once the CRM has saved them; of all others the
    /// component sees what the CRM has.
    pub records: Vec<CrmRecord>,
    /// The settings as they would be; none: as they are. One without a secret
    /// goes with the stored secret.
    pub settings: Option<TenantSettings>,
}

impl PlanRequest {
    /// The plan of one event about what the CRM has.
    #[must_use]
    pub fn of(event: NewEvent) -> Self {
        Self {
            events: vec![event],
            ..Self::default()
        }
    }

    /// Takes what another save would do into the same plan.
    pub fn extend(&mut self, other: Self) {
        self.events.extend(other.events);
        self.records.extend(other.records);
        self.settings = other.settings.or(self.settings.take());
    }
}

/// What would happen, in the order in which it would. Holds personal data.
#[derive(Clone, Default, PartialEq)]
pub struct Plan {
    /// Each call of the component: events, their steps, and the records that they
    /// would have synced again.
    pub calls: Vec<PlannedCall>,
    /// Events or steps that would follow and were not planned, because the plan
    /// was to have no more calls.
    pub left: usize,
    /// Reads that were answered with what Spotler has now, though an earlier
    /// write of the plan may change that: method and path without ids. From
    /// there on the real path may differ.
    pub unforeseen: Vec<String>,
}

/// One call of the component in a plan. Holds personal data.
#[derive(Clone, PartialEq)]
pub struct PlannedCall {
    /// The hook.
    pub hook: &'static str,
    /// What it is about: `contact/17`.
    pub subject: Option<String>,
    /// Which step of the event, from 1.
    pub step: u32,
    /// The component's answer; the code where it gives none.
    pub answer: Result<Answer, &'static str>,
    /// What would be sent, in its order.
    pub writes: Vec<PlannedWrite>,
    /// Requests, reads included: method and path without ids, and how many.
    pub requests: BTreeMap<String, u32>,
}

/// A request that would change something in Spotler. Holds personal data.
#[derive(Clone, PartialEq)]
pub struct PlannedWrite {
    /// `POST`, `PUT` or `DELETE`.
    pub method: String,
    /// Path and query, as on the wire.
    pub path: String,
    /// The body, as on the wire.
    pub body: Vec<u8>,
    /// What it would change, field by field.
    pub differences: Vec<Difference>,
}

/// One field of a planned write. Holds personal data.
#[derive(Clone, PartialEq)]
pub struct Difference {
    /// The contact, by its external id; none where it is about something else.
    pub contact: Option<String>,
    /// Property, or `permissions.BIT`.
    pub field: String,
    /// What Spotler has now.
    pub before: Before,
    /// What would be sent.
    pub after: Value,
}

/// What Spotler has of a field, as far as the plan read it.
#[derive(Clone, PartialEq)]
pub enum Before {
    /// Not read on the way.
    Unknown,
    /// Nothing.
    Nothing,
    /// This.
    Is(Value),
}

/// Shows shapes and no values: plans hold personal data.
impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let writes: usize = self.calls.iter().map(|it| it.writes.len()).sum();
        f.debug_struct("Plan")
            .field("calls", &self.calls.len())
            .field("writes", &writes)
            .field("left", &self.left)
            .field("unforeseen", &self.unforeseen)
            .finish()
    }
}

/// A plan could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// The CRM failed.
    #[error("the CRM failed")]
    Crm(#[from] CrmError),
}

/// An event or a step that is still to be planned.
struct Next {
    new: NewEvent,
    key: EventKey,
    cursor: Option<String>,
    step: u32,
}

impl Next {
    fn first(new: NewEvent) -> Self {
        Self {
            new,
            key: EventKey::fresh(),
            cursor: None,
            step: 1,
        }
    }

    fn task(&self, tenant: &TenantId) -> Task {
        Task {
            seq: 0,
            order_key: String::new(),
            key: self.key.clone(),
            tenant: tenant.clone(),
            event: self.new.event.clone(),
            revision: 0,
            attempt: 1,
            faults: 0,
            conflicts: 0,
            occurred_at: self.new.occurred_at,
            user: self.new.user.clone(),
            cursor: self.cursor.clone(),
            is_long: false,
            is_held: false,
            is_unjudged: false,
        }
    }
}

impl Host {
    /// What would happen with these events if nothing else were waiting. At most
    /// so many calls of the component are planned; long work is planned step by
    /// step, and records that it would have synced again after it.
    ///
    /// A step that would wait for a named moment ends the plan of its event.
    ///
    /// # Errors
    /// [`PlanError`]. A component that fails is no error: its call says so.
    pub async fn plan(
        &self,
        tenant: &TenantId,
        request: PlanRequest,
        most_calls: usize,
    ) -> Result<Plan, PlanError> {
        let _place = self.inner.questions.acquire().await;
        let current = self.current();
        let overlay = Arc::new(Overlay::new(self.inner.crm.clone(), request.records));
        let mirror = Arc::new(Mutex::new(Mirror::new(self.clock().now())));
        let mut queue: VecDeque<Next> = request.events.into_iter().map(Next::first).collect();
        let mut plan = Plan::default();
        let mut memory = Buffer::default();
        while let Some(next) = queue.pop_front() {
            if plan.calls.len() >= most_calls {
                plan.left = queue.len() + 1;
                break;
            }
            let task = next.task(tenant);
            let own = task.event.saved_record();
            let mut prepared = self
                .prepare_with(tenant, own, request.settings.as_ref())
                .await?;
            prepared.state.crm = overlay.clone();
            prepared.state.gate.rehearse(mirror.clone());
            prepared.state.buffer = memory.clone();
            let (answer, state) = call_hook(self, &current, &task, prepared).await;
            if answer.is_ok() {
                memory = state.buffer.carried_over();
            }
            let writes = lock(&mirror).take_writes();
            if let Ok(answer) = &answer {
                overlay.change(tenant, self, &answer.changes).await?;
                follow(&mut queue, &next, answer, self.clock().now());
            }
            plan.calls.push(PlannedCall {
                hook: task.event.hook(),
                subject: task.event.subject(),
                step: next.step,
                answer: answer.map_err(|it| it.code()),
                writes,
                requests: state.gate.requests().clone(),
            });
        }
        plan.unforeseen = lock(&mirror).unforeseen();
        Ok(plan)
    }
}

fn lock(mirror: &Mutex<Mirror>) -> std::sync::MutexGuard<'_, Mirror> {
    mirror.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues what an answer leads to: its next step, and the records to be synced
/// again that do not wait already.
fn follow(queue: &mut VecDeque<Next>, of: &Next, answer: &Answer, now: u64) {
    for record in again(&answer.changes) {
        let event = Event::ContactSaved {
            record: record.clone(),
            change: Change::Updated,
        };
        let waits = queue
            .iter()
            .any(|it| it.new.event.coalesce_key() == event.coalesce_key());
        if !waits {
            let new = NewEvent {
                event,
                occurred_at: now,
                user: None,
            };
            queue.push_back(Next::first(new));
        }
    }
    if let Outcome::Deferred(deferral) = &answer.outcome
        && let Some(cursor) = &deferral.cursor
        && deferral.not_before.is_none_or(|it| it <= now)
    {
        queue.push_front(Next {
            new: of.new.clone(),
            key: of.key.clone(),
            cursor: Some(cursor.clone()),
            step: of.step + 1,
        });
    }
}

fn again(changes: &[CrmChange]) -> Vec<&RecordRef> {
    let mut seen = std::collections::HashSet::new();
    let records = changes.iter().flat_map(|change| {
        if let CrmChange::SyncAgain(records) = change {
            records.as_slice()
        } else {
            &[]
        }
    });
    records.filter(|it| seen.insert(subject_of(it))).collect()
}
