//! Why an action leaves a record out, and how that is told.

use crate::change::{CrmChange, LogLevel};
use crate::codes;
use crate::crm::{Facts, RecordRef, SyncStatus};

/// Why an action leaves a record out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not inactive, so it cannot be taken up again.
    NotInactive,
    /// The CRM holds no opt-in for a permission (C22).
    NoConsent(u32),
    /// Nothing can be put back, for this reason.
    NotRestorable(&'static str),
    /// The person opted out, and a permission was to be switched on (YO-41).
    OptedOut,
}

impl Refusal {
    /// What the operation came to for the record.
    pub(super) fn result(self, record: &RecordRef) -> CrmChange {
        let (status, code, about) = match self {
            Self::NotInactive => (SyncStatus::Failed, codes::NOT_LOCKED, Facts::new()),
            Self::NoConsent(bit) => {
                let about = vec![("bit".to_owned(), bit.to_string())];
                (SyncStatus::Failed, codes::NO_CONSENT, about)
            }
            Self::NotRestorable(code) => (SyncStatus::Failed, code, Facts::new()),
            Self::OptedOut => (SyncStatus::OptOut, codes::OPTED_OUT_PERSON, Facts::new()),
        };
        result(record, Some(status), code, about)
    }

    /// The line in the log, where a person should know.
    pub(super) fn log(self, record: &RecordRef) -> Option<CrmChange> {
        let Self::NoConsent(bit) = self else {
            return None;
        };
        Some(CrmChange::Log {
            level: LogLevel::Warning,
            code: codes::LOG_NO_CONSENT,
            about: vec![
                ("record".to_owned(), record.key()),
                ("bit".to_owned(), bit.to_string()),
            ],
        })
    }
}

/// What the operation came to for a record.
pub(super) fn result(
    record: &RecordRef,
    status: Option<SyncStatus>,
    code: &'static str,
    about: Facts,
) -> CrmChange {
    CrmChange::RecordResult {
        target: record.clone(),
        status,
        code,
        about,
    }
}
