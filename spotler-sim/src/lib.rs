#![doc = include_str!("../README.md")]

mod api;
mod clock;
mod config;
mod control;
mod controls;
mod csv;
mod deliver;
mod error;
mod faults;
mod gate;
mod handle;
mod http;
mod log;
mod oauth;
mod safety;
mod save;
mod screens;
mod server;
mod snapshot;
mod state;
pub mod switches;
mod ui;
mod wire;
mod world;

pub use clock::ClockStart;
pub use config::{Config, Credential, DEMO_AUTOMATIONS, DEMO_PERMISSIONS, SeedContact};
pub use controls::{ClockControl, FaultControl};
pub use csv::COLUMNS;
pub use error::{SimError, UiError};
pub use faults::{Fault, FaultRule, When};
pub use handle::SimHandle;
pub use http::{Request, Response};
pub use log::LoggedRequest;
pub use safety::Breach;
pub use server::SpotlerSim;
pub use state::Saved;
pub use switches::Switches;
pub use ui::contact::{UiAction, Who};
pub use ui::form::FormAction;
pub use ui::journey::{JourneyAction, JourneyDraft, StepDo, StepDraft};
pub use ui::list::ListAction;
pub use ui::mailing::MailingAction;
pub use ui::recipient::{RecipientAct, RecipientAction};
pub use world::audience::Audience;
pub use world::bounce::Bounce;
pub use world::contact::{ChangeKind, Contact, PERMISSIONS, Reason, Status};
pub use world::form::{Form, FormResult};
pub use world::journey::{
    Journey, JourneyKind, Participation, Progress, Step, StepAction, Trigger,
};
pub use world::ledger::{Cause, Event, LedgerEntry, Signal};
pub use world::list::{DynamicList, ListKind, Refinement, StaticList};
pub use world::mailing::{
    JourneyMailing, Link, Mailing, Medium, Message, Sending, Target, TrendReport,
};
pub use world::property::{Property, PropertyKind, SetEntry};
pub use world::shop::{ShopOrder, ShopProduct};
