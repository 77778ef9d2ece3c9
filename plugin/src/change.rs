//! What the CRM is asked to change: the same shapes as `wit/changes.wit`.

use crate::contact_snapshot::ContactSnapshot;
use crate::crm::{
    Consent, Facts, Field, Origin, Permission, RecordRef, RecordState, SyncStatus, Timestamp,
};
use crate::report::MailingChange;

/// Something a person should do.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The same key is the same task.
    pub key: String,
    /// Code of the kind of task.
    pub code: &'static str,
    /// Whose task it is; none: the administrators'.
    pub owner: Option<String>,
    /// The record that it is about.
    pub target: Option<RecordRef>,
    /// Facts for the text.
    pub about: Facts,
    /// When it is due; none: at once.
    pub due: Option<Timestamp>,
}

/// What was sent to a person, or done by one (DA-66, DA-69).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A phone call.
    Phone,
    /// A form that was filled in.
    Form,
}

/// A line in a record's timeline with Spotler as its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The same key is the same activity.
    pub key: String,
    /// The record whose timeline it is.
    pub target: RecordRef,
    /// Its kind.
    pub kind: ActivityKind,
    /// When it happened.
    pub at: Timestamp,
    /// Its subject or name.
    pub title: String,
    /// Opened, clicked, bounced …
    pub facts: Facts,
}

/// How serious a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Progress.
    Info,
    /// Something a person should know.
    Warning,
    /// Something failed.
    Error,
}

/// One change of the CRM.
#[derive(Clone, Debug, PartialEq)]
pub enum CrmChange {
    /// Show this status, with the code that explains it.
    Status {
        /// Which record.
        target: RecordRef,
        /// The new status.
        status: SyncStatus,
        /// The code that explains it.
        reason: &'static str,
    },
    /// Set or lift the opt-out (PV-39, DA-35).
    Mail {
        /// Which record.
        target: RecordRef,
        /// False: opted out.
        allowed: bool,
        /// Which side said so.
        origin: Origin,
        /// How we know (C15).
        evidence: &'static str,
        /// When it was noticed.
        at: Timestamp,
    },
    /// Set what was said about a permission (DA-82).
    Permission {
        /// Which record.
        target: RecordRef,
        /// Which permission.
        bit: u32,
        /// What was said.
        consent: Consent,
        /// Which side said so.
        origin: Origin,
        /// How we know.
        evidence: &'static str,
        /// When it was noticed.
        at: Timestamp,
    },
    /// Make sure of the opt-in attributes (PV-06, PV-07).
    PermissionAttributes {
        /// Their category.
        category: &'static str,
        /// All permissions of the account.
        permissions: Vec<Permission>,
    },
    /// Open or close the gate (PV-13).
    Gate {
        /// Which record.
        target: RecordRef,
        /// True: it carries the Spotler attribute.
        open: bool,
    },
    /// Write field values.
    Fields {
        /// Which record.
        target: RecordRef,
        /// The new values.
        fields: Vec<Field>,
    },
    /// Activate or deactivate a record (YO-51).
    State {
        /// Which record.
        target: RecordRef,
        /// The new state.
        state: RecordState,
    },
    /// Make a task.
    Task(Task),
    /// End the open task with this key.
    EndTask(String),
    /// Write or update a timeline activity.
    Activity(Activity),
    /// Write a log line.
    Log {
        /// How serious.
        level: LogLevel,
        /// Its code.
        code: &'static str,
        /// Facts for the text.
        about: Facts,
    },
    /// Send a message to a user, once for each key.
    Notify {
        /// The same key is the same message.
        key: String,
        /// Who gets it; none: the administrators.
        user: Option<String>,
        /// Its code.
        code: &'static str,
        /// Facts for the text.
        about: Facts,
    },
    /// Update a campaign or marketing list (PV-38, DA-53).
    Subject {
        /// `campaign` or `marketing-list`.
        subject: &'static str,
        /// The CRM's id of it.
        id: String,
        /// Its new status.
        status: SyncStatus,
        /// Facts to keep with it.
        facts: Facts,
    },
    /// Keep a mailing, or news of it (RE-01..RE-05).
    Mailing(Box<MailingChange>),
    /// Queue these records as if they had just been saved; at most 1,000.
    SyncAgain(Vec<RecordRef>),
    /// Keep what Spotler has of a contact before it is overwritten or emptied,
    /// or for a backup (YO-02, YO-03).
    ContactSnapshot(Box<ContactSnapshot>),
    /// Keep what an operation by hand came to for a record (YO-35).
    RecordResult {
        /// Which record.
        target: RecordRef,
        /// How it ended; none where nothing needed doing.
        status: Option<SyncStatus>,
        /// The code that explains it.
        code: &'static str,
        /// Facts for the text.
        about: Facts,
    },
}
