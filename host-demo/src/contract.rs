//! The contract's words, gathered from the embedding for the demo CRM.

pub use koppel_embedding::contract::{
    about::{CodeText, Description},
    actions::{ManualAction, PermissionWish},
    changes::{
        Activity, ActivityKind, CrmChange, FieldChange, GateChange, LogLevel, LogLine, MailChange,
        Notification, PermissionAttributes, PermissionChange, StateChange, StatusChange,
        SubjectChange, Task,
    },
    connection::{MappingRow, Profile, Property},
    contacts::Change,
    crm::RecordPage,
    types::{
        Consent, CrmRecord, EveningWindow, Field, FieldDescription, FieldType, FieldValue,
        MailChoice, NamedValue, Origin, Permission, PermissionChoice, RecordKind, RecordRef,
        RecordState, SyncStatus,
    },
};
