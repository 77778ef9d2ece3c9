//! The contract's words, gathered from the embedding for the demo CRM.

pub use koppel_embedding::contract::{
    about::{CodeText, Description},
    actions::{ManualAction, PermissionWish},
    campaign_forecasts::{ExportForecast, LeftOut},
    campaigns::{Addressee, AddresseePage, CampaignExport},
    changes::{
        Activity, ActivityKind, CrmChange, FieldChange, GateChange, LogLevel, LogLine, MailChange,
        MailingChange, Notification, PermissionAttributes, PermissionChange, RecordResult,
        StateChange, StatusChange, SubjectChange, Task,
    },
    connection::{MappingRow, Profile, Property},
    contacts::Change,
    crm::RecordPage,
    journeys::{
        Binding, FieldSource, Finding, Journey, JourneyKind, JourneySettings, JourneySwitch, Lint,
        MessageField, Occasion, SignUp, Standing, Trigger, TriggerFields,
    },
    mailings::{
        Bounce, Details, Happened, Link, Mailing, Medium, Message, Snapshot, Statistics, Tallies,
        Tally,
    },
    marketing_lists::{ListChange, ListForm, ListType, MarketingList},
    shop::Purchase,
    stages::{AutomaticAction, StageChanged},
    types::{
        Consent, ContactSnapshot, CrmRecord, EveningWindow, Field, FieldDescription, FieldType,
        FieldValue, MailChoice, NamedValue, Origin, Permission, PermissionChoice, RecordKind,
        RecordRef, RecordState, SnapshotCause, SyncStatus,
    },
};
