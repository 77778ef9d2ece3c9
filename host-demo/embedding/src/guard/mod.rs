//! The guard: what would take down or change more records than usual waits until
//! a person has confirmed it.
//!
//! ```text
//! save ─▶ noted with the event ─▶ judged when it is claimed ─┬▶ let through
//!                                                            └▶ held ─▶ confirmed: handed in
//!                                                                   └▶ rejected: ends visibly
//! ```
//!
//! What only restricts never waits: a held save is still handed in at once, with
//! `restrict-only`, so an opt-out goes through; ticks and actions that switch a
//! permission off are never held; and what is held keeps nothing else waiting.

mod held;
mod kind;
mod runs;
mod settings;
mod watch;
mod weigh;

pub use held::held_events;
pub use runs::{GuardRun, held_records, runs};
pub use settings::{GuardLimit, GuardSettings, save_settings, settings};
pub(crate) use watch::{judge, note, note_joined};
pub(crate) use weigh::weigh;

/// The `not_before` of what is held: it is due when a person says so.
pub const HELD_UNTIL: crate::Timestamp = 253_402_300_799_000;

/// The code of an answer that waits for a person's confirmation.
pub(crate) const WAITS: &str = "waits-for-confirmation";
