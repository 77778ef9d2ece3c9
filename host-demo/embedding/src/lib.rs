#![doc = include_str!("../README.md")]

pub mod address;
mod artefact;
pub mod backoff;
pub mod clock;
pub mod contract;
pub mod crm;
mod crm_import;
pub mod engine;
pub mod faults;
pub mod http;
pub mod ids;
mod kv;
pub mod limits;
pub mod queue;
mod reads;
pub mod secret;
pub mod settings;
mod signer;
mod state;
pub mod store;

pub use address::PlainHttp;
pub use clock::{Clock, ManualClock, SystemClock};
pub use crm::{ApplyError, Connection, Crm, CrmError};
pub use engine::{ComponentError, ComponentFile, Engine, EngineConfig};
pub use faults::FaultPoints;
pub use ids::{EventKey, TenantId, Timestamp};
pub use limits::Limits;
pub use queue::{Event, NewEvent};
pub use secret::Secret;
pub use settings::TenantSettings;
pub use store::Store;
