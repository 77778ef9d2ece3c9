#![doc = include_str!("../README.md")]

pub mod clock;
pub mod contract;
pub mod crm;
pub mod ids;
mod kv;
pub mod queue;
pub mod secret;
pub mod settings;
pub mod store;

pub use clock::{Clock, ManualClock, SystemClock};
pub use crm::{ApplyError, Connection, Crm, CrmError};
pub use ids::{EventKey, TenantId, Timestamp};
pub use queue::{Event, NewEvent};
pub use secret::Secret;
pub use settings::TenantSettings;
pub use store::Store;
