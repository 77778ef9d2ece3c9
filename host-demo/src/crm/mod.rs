//! The demo CRM: its tables, its rules, and what it asks of the embedding.
//!
//! ```text
//! form ─▶ edit (pure: rules, what changed) ─▶ desk: row + event, one transaction ─▶ queue
//! answer ─▶ apply: changes of the CRM, no event
//! component ─▶ view: what it may read
//! ```

pub mod codes;
pub mod value;

pub mod fields;
pub mod record;

pub mod edit;
pub mod error;

pub(crate) mod rows;

pub mod attached;
pub mod attributes;
pub mod automatic_actions;
pub mod backup_csv;
pub mod bulk;
pub mod campaigns;
pub mod contact_snapshots;
pub mod desk;
pub mod filters;
pub mod find;
pub mod health;
pub mod jobs;
pub mod journeys;
pub mod lists;
pub mod log;
pub mod logins;
pub mod mailings;
pub(crate) mod mapping_draft;
pub mod names;
pub mod outbox;
pub mod preferences;
pub mod rehearsal;
pub mod relations;
pub mod results;
pub mod sales;
pub mod selections;
pub mod sessions;
pub mod shop;
pub mod sign_ups;
pub(crate) mod standing;
pub(crate) mod statement;
pub mod subjects;
pub mod tasks;
pub mod timeline;
pub mod users;

mod apply;
pub mod dump;
mod migrations;
#[cfg(test)]
pub(crate) mod testing;
mod view;

pub use desk::{DemoCrm, SaveReport};
pub use edit::{Edit, RuleBroken};
pub use error::{SaveError, StoreError};
pub use record::Record;
pub use rehearsal::Rehearsal;
