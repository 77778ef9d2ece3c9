//! Everything in one thread and on one seed: the component's own code compiled
//! natively, a small CRM with its queue, and the simulator without a socket.
//! Thousands of operations a second, and the same seed is the same run.
//!
//! ```text
//! seed ─▶ operations ─▶ CRM ─▶ queue ─▶ call ─▶ the component's flows ─▶ simulator
//!             │                          ▲
//!             └─ faults, kills, and what happens in the middle of a call
//! ```
//!
//! What came of a run is judged by the [`checker`], which knows neither the queue
//! nor the component: it compares what people did with what Spotler has. Bugs can
//! be planted ([`Bug`]), to see whether it would notice them.

mod book;
pub mod checker;
mod crm;
mod foreign;
mod happening;
mod operation;
mod outside;
mod planted;
mod queue;
mod run;
mod state;
mod work;
mod world;

pub use book::{Book, Person};
pub use checker::{Consents, Findings};
pub use operation::{Operation, Step, address, city, number_of};
pub use planted::Bug;
pub use run::{Setting, Tally, Volume, random_steps, run, run_steps};
pub use world::World;

/// The numbers that `KOPPEL_FAULTS` asks for, or these; for long runs by hand and by
/// `cargo xtask faults`.
pub fn asked<const N: usize>(otherwise: [u64; N]) -> [u64; N] {
    let text = std::env::var("KOPPEL_FAULTS").unwrap_or_default();
    let numbers: Vec<u64> = text.split_whitespace().flat_map(str::parse).collect();
    numbers.try_into().unwrap_or(otherwise)
}
