//! The thin edge between WIT and the pure modules; it exists on wasm only.
//!
//! ```text
//! exports ─▶ convert_in ─▶ flows ─▶ convert_out
//!                            │
//!                          ports ─▶ http ─▶ executor
//! ```
//!
//! Nothing here decides. A call is one [`ports::HostPorts`], made when the hook
//! comes in and gone when it has answered, so that nothing lives on from call
//! to call.

mod bindings;
mod convert_campaigns;
mod convert_changes;
mod convert_in;
mod convert_journeys;
mod convert_lists;
mod convert_out;
mod convert_reports;
mod convert_snapshot;
mod executor;
mod exports;
mod exports_reports;
mod http;
mod ports;
mod trap;

use exports::Koppel;
