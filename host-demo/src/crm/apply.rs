//! Carries out what an answer asks to change, as `wit/changes.wit` says.
//!
//! All of it runs in the transaction that commits the answer, raises no event,
//! and comes out the same when it is done twice.

use koppel_embedding::{ApplyError, Connection, EventKey};

use super::{
    attributes, jobs, log, mailings, outbox,
    record::{Choice, Mail, Record},
    rows, sales, subjects, tasks, timeline, value,
};
use crate::contract::{
    Consent, CrmChange, FieldChange, MailChange, Origin, PermissionChange, RecordRef, StatusChange,
};

/// Carries out the changes in their order.
pub(crate) async fn apply(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    event: &EventKey,
    changes: &[CrmChange],
) -> Result<(), ApplyError> {
    for change in changes {
        if let CrmChange::RecordResult(it) = change {
            jobs::record_result(connection, tenant, at, event, it).await?;
        } else if let CrmChange::Permission(it) = change
            && it.origin == Origin::Crm
        {
            let change = said_by(connection, tenant, event, it).await?;
            one(connection, tenant, at, &CrmChange::Permission(change)).await?;
        } else {
            one(connection, tenant, at, change).await?;
        }
    }
    Ok(())
}

/// An opt-in that an operation or an automatic action recorded names it and the user
/// (C22).
async fn said_by(
    connection: &mut Connection,
    tenant: &str,
    event: &EventKey,
    change: &PermissionChange,
) -> Result<PermissionChange, ApplyError> {
    let mut change = change.clone();
    let (what, user) = if let Some(job) = jobs::behind(connection, tenant, event).await? {
        job
    } else {
        let action = sales::action_behind(connection, tenant, event, change.bit).await?;
        let Some((name, user)) = action else {
            return Ok(change);
        };
        (format!("{} {name}", change.evidence), user)
    };
    let by = user.map_or_else(String::new, |it| format!(" by {it}"));
    change.evidence = format!("{what}{by}");
    Ok(change)
}

async fn one(
    connection: &mut Connection,
    tenant: &str,
    at: u64,
    change: &CrmChange,
) -> Result<(), ApplyError> {
    match change {
        CrmChange::Status(it) => status(connection, tenant, it).await,
        CrmChange::Mail(it) => {
            update(connection, tenant, &it.target, |record| mail(record, it)).await
        }
        CrmChange::Permission(it) => {
            update(connection, tenant, &it.target, |record| {
                permission(record, it);
            })
            .await
        }
        CrmChange::Gate(it) => {
            update(connection, tenant, &it.target, |record| {
                record.gate = it.open;
            })
            .await
        }
        CrmChange::State(it) => {
            update(connection, tenant, &it.target, |record| {
                record.state = it.state;
            })
            .await
        }
        CrmChange::Fields(it) => fields(connection, tenant, it).await,
        CrmChange::PermissionAttributes(it) => {
            Ok(attributes::ensure(connection, tenant, it).await?)
        }
        CrmChange::Task(it) => Ok(tasks::ensure(connection, tenant, at, it).await?),
        CrmChange::EndTask(key) => Ok(tasks::end(connection, tenant, at, key).await?),
        CrmChange::Activity(it) => Ok(timeline::write(connection, tenant, it).await?),
        CrmChange::Log(it) => Ok(log::append(connection, tenant, at, it).await?),
        CrmChange::Notify(it) => Ok(outbox::send_once(connection, tenant, at, it).await?),
        CrmChange::Subject(it) => Ok(subjects::write(connection, tenant, it).await?),
        CrmChange::Mailing(it) => Ok(mailings::write(connection, tenant, it).await?),
        // The embedding queues those records itself.
        CrmChange::SyncAgain(_) => Ok(()),
        // Sealed and kept by the view, which has the key.
        CrmChange::ContactSnapshot(_) => Ok(()),
        // Kept with the job of the event.
        CrmChange::RecordResult(_) => Ok(()),
    }
}

/// The status is shown, but the component does not read it: no new revision.
async fn status(
    connection: &mut Connection,
    tenant: &str,
    change: &StatusChange,
) -> Result<(), ApplyError> {
    let written = sqlx::query(
        "UPDATE crm_records SET status = $1, reason = $2 WHERE tenant = $3 AND kind = $4 AND id = $5",
    )
    .bind(super::codes::Code::code(change.status))
    .bind(&change.reason)
    .bind(tenant)
    .bind(super::codes::Code::code(change.target.kind))
    .bind(&change.target.id)
    .execute(connection)
    .await?;
    if written.rows_affected() == 0 {
        Err(unknown(&change.target))
    } else {
        Ok(())
    }
}

async fn fields(
    connection: &mut Connection,
    tenant: &str,
    change: &FieldChange,
) -> Result<(), ApplyError> {
    let catalogue = attributes::catalogue(connection, tenant).await?;
    for field in &change.fields {
        let known = catalogue
            .of(change.target.kind, &field.name)
            .ok_or_else(|| ApplyError::Impossible(format!("there is no field `{}`", field.name)))?;
        if let Some(it) = &field.value {
            value::check(known.field_type, &known.options, it).map_err(|problem| {
                ApplyError::Impossible(format!("field `{}` {problem}", field.name))
            })?;
        }
    }
    let set = |record: &mut Record| {
        for field in &change.fields {
            match &field.value {
                Some(value) => record.fields.insert(field.name.clone(), value.clone()),
                None => record.fields.remove(&field.name),
            };
        }
    };
    update(connection, tenant, &change.target, set).await
}

/// Changes a record; one that differs afterwards counts its revision up.
async fn update(
    connection: &mut Connection,
    tenant: &str,
    target: &RecordRef,
    change: impl FnOnce(&mut Record) + Send,
) -> Result<(), ApplyError> {
    let before = rows::read(connection, tenant, target)
        .await?
        .ok_or_else(|| unknown(target))?;
    let mut record = before.clone();
    change(&mut record);
    if record != before {
        record.revision += 1;
        rows::write(connection, tenant, &record).await?;
    }
    Ok(())
}

/// An opt-out that the CRM made is lifted by the CRM alone, and stays known as
/// the CRM's when Spotler says the same (C3).
fn mail(record: &mut Record, change: &MailChange) {
    let forbidden_here = !record.mail.allowed && record.mail.origin == Origin::Crm;
    if forbidden_here || record.mail.allowed == change.allowed {
        return;
    }
    record.mail = Mail {
        allowed: change.allowed,
        changed_at: change.at,
        origin: change.origin,
        evidence: change.evidence.clone(),
    };
}

/// What was withdrawn in the CRM is never given by an answer (PV-12, DA-82).
fn permission(record: &mut Record, change: &PermissionChange) {
    let said = record.permissions.get(&change.bit);
    let consent = said.map_or(Consent::Unset, |it| it.consent);
    let withdrawn_here =
        said.is_some_and(|it| it.consent == Consent::Withdrawn && it.origin == Origin::Crm);
    if consent == change.consent || withdrawn_here && change.consent != Consent::Withdrawn {
        return;
    }
    let choice = Choice {
        consent: change.consent,
        changed_at: change.at,
        origin: change.origin,
        evidence: change.evidence.clone(),
    };
    record.permissions.insert(change.bit, choice);
}

fn unknown(target: &RecordRef) -> ApplyError {
    let kind = super::codes::Code::code(target.kind);
    ApplyError::Impossible(format!("there is no {kind} with the id that it names"))
}

#[cfg(test)]
mod tests;
