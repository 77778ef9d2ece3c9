//! From the model's CRM changes to the contract's.

use super::bindings::koppel::crm_sync::changes;
use super::convert_in::{all, same_cases};
use super::convert_out::facts;
use crate::change::{Activity, ActivityKind, CrmChange, LogLevel, Task};

same_cases!(ActivityKind => changes::ActivityKind: Email, Sms, Phone, Form);
same_cases!(LogLevel => changes::LogLevel: Info, Warning, Error);

impl From<Task> for changes::Task {
    fn from(it: Task) -> Self {
        let Task {
            key,
            code,
            owner,
            target,
            about,
            due,
        } = it;
        let target = target.map(Into::into);
        Self {
            key,
            code: code.to_owned(),
            owner,
            target,
            about: facts(about),
            due,
        }
    }
}

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
            } => {
                let (target, status, reason) = (target.into(), status.into(), reason.to_owned());
                Self::Status(changes::StatusChange {
                    target,
                    status,
                    reason,
                })
            }
            CrmChange::Mail {
                target,
                allowed,
                origin,
                evidence,
                at,
            } => {
                let (target, origin, evidence) =
                    (target.into(), origin.into(), evidence.to_owned());
                Self::Mail(changes::MailChange {
                    target,
                    allowed,
                    origin,
                    evidence,
                    at,
                })
            }
            CrmChange::Permission {
                target,
                bit,
                consent,
                origin,
                evidence,
                at,
            } => {
                let (target, consent, origin) = (target.into(), consent.into(), origin.into());
                let evidence = evidence.to_owned();
                let change = changes::PermissionChange {
                    target,
                    bit,
                    consent,
                    origin,
                    evidence,
                    at,
                };
                Self::Permission(change)
            }
            CrmChange::PermissionAttributes {
                category,
                permissions,
            } => {
                let (category, permissions) = (category.to_owned(), all(permissions));
                Self::PermissionAttributes(changes::PermissionAttributes {
                    category,
                    permissions,
                })
            }
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
            CrmChange::Log { level, code, about } => {
                let (level, code, about) = (level.into(), code.to_owned(), facts(about));
                Self::Log(changes::LogLine { level, code, about })
            }
            CrmChange::Notify {
                key,
                user,
                code,
                about,
            } => {
                let (code, about) = (code.to_owned(), facts(about));
                Self::Notify(changes::Notification {
                    key,
                    user,
                    code,
                    about,
                })
            }
            CrmChange::Subject {
                subject,
                id,
                status,
                facts: told,
            } => {
                let (subject, status, facts) = (subject.to_owned(), status.into(), facts(told));
                Self::Subject(changes::SubjectChange {
                    subject,
                    id,
                    status,
                    facts,
                })
            }
            CrmChange::SyncAgain(records) => Self::SyncAgain(all(records)),
        }
    }
}
