#![doc = include_str!("../README.md")]

mod api;
mod clock;
mod config;
mod control;
mod csv;
mod error;
mod faults;
mod handle;
mod http;
mod log;
mod oauth;
mod safety;
mod server;
mod snapshot;
mod state;
pub mod switches;
mod ui;
mod wire;
mod world;

pub use clock::ClockStart;
pub use config::{Config, Credential, DEMO_PERMISSIONS, SeedContact};
pub use csv::COLUMNS;
pub use error::{SimError, UiError};
pub use faults::{Fault, FaultRule, When};
pub use handle::{ClockControl, FaultControl, SimHandle};
pub use http::{Request, Response};
pub use log::LoggedRequest;
pub use safety::Breach;
pub use server::SpotlerSim;
pub use state::Saved;
pub use switches::Switches;
pub use ui::{UiAction, Who};
pub use world::bounce::Bounce;
pub use world::contact::{ChangeKind, Contact, PERMISSIONS, Reason, Status};
pub use world::ledger::{Cause, Event, LedgerEntry, Signal};
pub use world::property::{Property, PropertyKind, SetEntry};
