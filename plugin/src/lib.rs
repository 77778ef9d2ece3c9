//! Koppel's component: keeps contacts in Spotler Mail+ in step with a CRM.
//!
//! ```text
//! edge ─▶ flows ─▶ decide ─▶ spotler calls ─▶ look/settle ─▶ memory ─▶ answer
//! (wasm)  (order)  (pure)    (through Ports)   (pure)        (documents)
//! ```
//!
//! Everything but `edge` compiles natively, knows no clock, socket, WIT or
//! environment, and gets time and chance through [`ports::Ports`].

pub mod crm;

pub mod change;
pub mod contact_snapshot;
pub mod outcome;
pub mod report;

pub mod connection;
pub mod profile;

pub mod address;
pub mod consent;
pub mod export_memory;
pub mod mapping;
pub mod memory;
pub mod roster;

pub mod addressee;
pub mod campaign;
pub mod export_forecast;
pub mod journey;

pub mod decide;
pub mod draft;
pub mod feedback;
pub mod follow_up;
pub mod look;
pub mod settle;

pub mod ports;
pub mod spotler;

pub mod flows;

pub mod about;
pub mod card;
pub mod codes;
pub mod manual;
pub mod marketing_list;

#[cfg(test)]
mod testing;

#[cfg(target_family = "wasm")]
mod edge;
