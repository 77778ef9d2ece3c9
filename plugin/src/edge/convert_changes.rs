//! From the model's CRM changes to the contract's.

use super::bindings::koppel::crm_sync::changes;
use super::convert_in::{all, maybe, same_cases, same_fields};
use super::convert_out::facts;
use crate::change::{Activity, ActivityKind, CrmChange, LogLevel, Task};
use crate::crm::Permission;

same_cases!(ActivityKind => changes::ActivityKind: Email, Sms, Phone, Form);
same_cases!(LogLevel => changes::LogLevel: Info, Warning, Error);

same_fields!(Task => changes::Task:
    key, code: str::to_owned, owner, target: maybe, about: facts, due);

impl From<Activity> for changes::Activity {
    fn from(it: Activity) -> Self {
        let Activity {
            key,
            target,
            kind,
            at,
            title,
            facts: told,
        } = it;
        Self {
            key,
            target: target.into(),
            kind: kind.into(),
            at,
            title,
            facts: facts(told),
        }
    }
}

impl From<CrmChange> for changes::CrmChange {
    fn from(it: CrmChange) -> Self {
        match it {
            CrmChange::Status {
                target,
                status,
                reason,
            } => Self::Status(changes::StatusChange {
                target: target.into(),
                status: status.into(),
                reason: reason.to_owned(),
            }),
            CrmChange::Mail {
                target,
                allowed,
                origin,
                evidence,
                at,
            } => Self::Mail(changes::MailChange {
                target: target.into(),
                allowed,
                origin: origin.into(),
                evidence: evidence.to_owned(),
                at,
            }),
            CrmChange::Permission {
                target,
                bit,
                consent,
                origin,
                evidence,
                at,
            } => Self::Permission(changes::PermissionChange {
                target: target.into(),
                bit,
                consent: consent.into(),
                origin: origin.into(),
                evidence: evidence.to_owned(),
                at,
            }),
            CrmChange::PermissionAttributes {
                category,
                permissions,
            } => Self::PermissionAttributes(attributes(category, permissions)),
            CrmChange::Gate { target, open } => Self::Gate(changes::GateChange {
                target: target.into(),
                open,
            }),
            CrmChange::Fields { target, fields } => Self::Fields(changes::FieldChange {
                target: target.into(),
                fields: all(fields),
            }),
            CrmChange::State { target, state } => Self::State(changes::StateChange {
                target: target.into(),
                state: state.into(),
            }),
            CrmChange::Task(task) => Self::Task(task.into()),
            CrmChange::EndTask(key) => Self::EndTask(key),
            CrmChange::Activity(activity) => Self::Activity(activity.into()),
            CrmChange::Log { level, code, about } => Self::Log(changes::LogLine {
                level: level.into(),
                code: code.to_owned(),
                about: facts(about),
            }),
            CrmChange::Notify {
                key,
                user,
                code,
                about,
            } => Self::Notify(changes::Notification {
                key,
                user,
                code: code.to_owned(),
                about: facts(about),
            }),
            CrmChange::Subject {
                subject,
                id,
                status,
                facts: told,
            } => Self::Subject(changes::SubjectChange {
                subject: subject.to_owned(),
                id,
                status: status.into(),
                facts: facts(told),
            }),
            CrmChange::Mailing(change) => Self::Mailing((*change).into()),
            CrmChange::SyncAgain(records) => Self::SyncAgain(all(records)),
            CrmChange::ContactSnapshot(snapshot) => Self::ContactSnapshot((*snapshot).into()),
            CrmChange::RecordResult {
                target,
                status,
                code,
                about,
            } => Self::RecordResult(changes::RecordResult {
                target: target.into(),
                status: status.map(Into::into),
                code: code.to_owned(),
                about: facts(about),
            }),
        }
    }
}

fn attributes(category: &str, permissions: Vec<Permission>) -> changes::PermissionAttributes {
    changes::PermissionAttributes {
        category: category.to_owned(),
        permissions: all(permissions),
    }
}
