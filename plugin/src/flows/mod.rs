//! One file a hook: what is asked, in which order. Decisions are elsewhere.

pub mod addressees;
mod backup;
pub mod card_questions;
pub mod contact_saved;
pub mod export_campaign;
pub mod export_forecast;
pub(crate) mod feedback;
pub(crate) mod feeds;
pub mod journeys;
pub(crate) mod list_call;
pub mod list_changed;
pub mod list_sync;
pub mod mapping_saved;
pub mod mapping_what_if;
pub mod module_field_changed;
pub mod questions;
pub mod report_questions;
mod restore;
pub mod run_action;
pub mod settings_saved;
pub mod stage_changed;
pub(crate) mod step;
pub(crate) mod take_down;
pub mod tick;
pub(crate) mod watch_lists;
