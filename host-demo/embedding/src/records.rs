//! The rows that a commit writes besides the CRM's: queue, history, rejections.

use crate::contract::outcomes::{Actor, Progress, Reason, Rejection};
use crate::queue::task::Task;
use crate::queue::{Event, stored};
use crate::{Connection, EventKey, Timestamp, guard};

/// A line of the history. It holds no personal data.
pub(crate) struct HistoryLine<'c> {
    pub(crate) task: &'c Task,
    pub(crate) outcome: &'c str,
    pub(crate) code: &'c str,
    pub(crate) about: String,
    pub(crate) why: String,
    pub(crate) requests: String,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Timestamp,
}

/// How a row waits.
pub(crate) struct Waiting<'c> {
    pub(crate) not_before: Timestamp,
    pub(crate) reason: &'c Reason,
    pub(crate) progress: Option<&'c Progress>,
}

/// The revision of the task's row now; none if the row is gone.
pub(crate) async fn row_revision(
    connection: &mut Connection,
    task: &Task,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT revision FROM koppel_event WHERE seq = $1 AND id = $2")
        .bind(task.seq)
        .bind(task.key.as_str())
        .fetch_optional(connection)
        .await
}

pub(crate) async fn remove(connection: &mut Connection, task: &Task) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM koppel_event WHERE seq = $1")
        .bind(task.seq)
        .execute(connection)
        .await?;
    Ok(())
}

/// What was handed in is settled; what came meanwhile is an event of its own.
/// The row stands for the record, not for the component's memory of the event.
pub(crate) async fn keep_as_new(
    connection: &mut Connection,
    task: &Task,
    event: Option<Event>,
) -> Result<(), sqlx::Error> {
    // Only a merged life-cycle change that has not grown on is rewritten.
    let handed_in = serde_json::to_string(&task.event).unwrap_or_default();
    let left = event.map_or_else(
        || handed_in.clone(),
        |it| serde_json::to_string(&it).unwrap_or_default(),
    );
    sqlx::query(
        "UPDATE koppel_event SET id = $1, attempt = 0, faults = 0, conflicts = 0, cursor = NULL,
             done = NULL, total = NULL, unit = NULL, reason = NULL, not_before = 0,
             payload = CASE payload WHEN $2 THEN $3 ELSE payload END
         WHERE seq = $4",
    )
    .bind(EventKey::fresh().as_str())
    .bind(handed_in)
    .bind(left)
    .bind(task.seq)
    .execute(connection)
    .await?;
    Ok(())
}

/// The next step starts with attempt 1, at the back of all long work. What was
/// shown as done never shrinks (PV-21).
pub(crate) async fn next_step(
    connection: &mut Connection,
    task: &Task,
    cursor: &str,
    to: &Waiting<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE koppel_event SET cursor = $2, attempt = 0, faults = 0, conflicts = 0,
             not_before = $3, reason = $4,
             done = CASE WHEN $5 IS NULL OR $5 < done THEN done ELSE $5 END,
             total = coalesce($6, total),
             unit = coalesce($7, unit), long_work = 1,
             turn = (SELECT max(turn) + 1 FROM koppel_event)
         WHERE seq = $1",
    )
    .bind(task.seq)
    .bind(cursor)
    .bind(stored(to.not_before))
    .bind(serde_json::to_string(to.reason).unwrap_or_default())
    .bind(to.progress.map(|it| stored(it.done)))
    .bind(to.progress.map(|it| stored(it.total)))
    .bind(to.progress.map(|it| it.unit.clone()))
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn again(
    connection: &mut Connection,
    task: &Task,
    to: &Waiting<'_>,
    is_fault: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE koppel_event SET faults = CASE WHEN $2 = 1 THEN faults + 1 ELSE 0 END, conflicts = 0,
             not_before = $3, reason = $4,
             done = CASE WHEN $5 IS NULL OR $5 < done THEN done ELSE $5 END,
             total = coalesce($6, total),
             unit = coalesce($7, unit)
         WHERE seq = $1",
    )
    .bind(task.seq)
    .bind(i64::from(is_fault))
    .bind(stored(to.not_before))
    .bind(serde_json::to_string(to.reason).unwrap_or_default())
    .bind(to.progress.map(|it| stored(it.done)))
    .bind(to.progress.map(|it| stored(it.total)))
    .bind(to.progress.map(|it| it.unit.clone()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts an event by until a person confirms or rejects its run; at once again if
/// it was saved meanwhile, or if the person has said so meanwhile.
pub(crate) async fn hold(
    connection: &mut Connection,
    task: &Task,
    reason: &Reason,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE koppel_event SET attempt = 0, faults = 0, conflicts = 0, reason = $1,
             not_before = CASE WHEN revision = $2 AND EXISTS
                 (SELECT 1 FROM koppel_guarded g
                  WHERE g.seq = koppel_event.seq AND g.state = 'held') THEN $3 ELSE 0 END
         WHERE seq = $4",
    )
    .bind(serde_json::to_string(reason).unwrap_or_default())
    .bind(task.revision)
    .bind(stored(guard::HELD_UNTIL))
    .bind(task.seq)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn note_conflict(
    connection: &mut Connection,
    task: &Task,
    is_own: bool,
    not_before: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE koppel_event SET conflicts = CASE WHEN $1 = 1 THEN conflicts + 1 ELSE 0 END,
             not_before = $2 WHERE seq = $3",
    )
    .bind(i64::from(is_own))
    .bind(stored(not_before))
    .bind(task.seq)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn write_history(
    connection: &mut Connection,
    line: &HistoryLine<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO koppel_history (tenant, event, hook, subject, attempt, outcome, reason, about,
             why, requests, started_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(line.task.tenant.as_str())
    .bind(line.task.key.as_str())
    .bind(line.task.event.hook())
    .bind(line.task.event.subject())
    .bind(i64::from(line.task.attempt))
    .bind(line.outcome)
    .bind(line.code)
    .bind(&line.about)
    .bind(&line.why)
    .bind(&line.requests)
    .bind(stored(line.started_at))
    .bind(stored(line.ended_at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Shows a rejection. Of one that a later success would end, only the latest is
/// shown.
pub(crate) async fn write_rejection(
    connection: &mut Connection,
    task: &Task,
    rejection: &Rejection,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    end_rejections_of(connection, task).await?;
    sqlx::query(
        "INSERT INTO koppel_rejection (event, tenant, hook, subject, payload, occurred_at, \"user\",
             cursor, reason, about, who, attempts, rejected_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (event) DO UPDATE SET reason = excluded.reason, about = excluded.about,
             who = excluded.who, attempts = excluded.attempts, rejected_at = excluded.rejected_at",
    )
    .bind(task.key.as_str())
    .bind(task.tenant.as_str())
    .bind(task.event.hook())
    .bind(task.event.subject())
    .bind(serde_json::to_string(&task.event).unwrap_or_default())
    .bind(stored(task.occurred_at))
    .bind(&task.user)
    .bind(&task.cursor)
    .bind(&rejection.reason.code)
    .bind(serde_json::to_string(&rejection.reason.about).unwrap_or_default())
    .bind(actor_name(rejection.who))
    .bind(i64::from(task.attempt))
    .bind(stored(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// A later success of the same thing ends what was rejected before it. What must
/// each happen (a stage reached, an order completed) stays for a person.
pub(crate) async fn end_rejections_of(
    connection: &mut Connection,
    task: &Task,
) -> Result<(), sqlx::Error> {
    if task.event.is_list_sync() {
        // It brings all of the list up to date, members that were refused too.
        sqlx::query("DELETE FROM koppel_rejection WHERE tenant = $1 AND subject = $2")
            .bind(task.tenant.as_str())
            .bind(task.event.subject())
            .execute(connection)
            .await?;
        return Ok(());
    }
    let same_again = match &task.event {
        Event::ContactSaved { .. }
        | Event::SettingsSaved
        | Event::MappingSaved(_)
        | Event::JourneySettingsSaved(_)
        | Event::Tick
        | Event::CampaignExport(_) => true,
        Event::Action(_)
        | Event::ModuleFieldChanged(_)
        | Event::StageChanged(_)
        | Event::ListChanged { .. }
        | Event::CartChanged(_)
        | Event::OrderChanged(_)
        | Event::SignedUp(_) => false,
    };
    if same_again {
        sqlx::query("DELETE FROM koppel_rejection WHERE tenant = $1 AND hook = $2 AND subject IS NOT DISTINCT FROM $3")
            .bind(task.tenant.as_str())
            .bind(task.event.hook())
            .bind(task.event.subject())
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn actor_name(actor: Actor) -> &'static str {
    match actor {
        Actor::CrmUser => "crm-user",
        Actor::Administrator => "administrator",
        Actor::Marketer => "marketer",
        Actor::Vendor => "vendor",
    }
}
