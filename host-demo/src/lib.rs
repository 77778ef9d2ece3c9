//! A small but real demo CRM that embeds the Koppel component.

pub mod contract;
pub mod crm;
pub mod explain;
pub mod host;
pub mod import;
pub mod window;
