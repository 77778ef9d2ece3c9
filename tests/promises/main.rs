//! What is promised, each promise a test whose name is the sentence.

mod actions;
mod arrows;
mod connection;
mod contract;
mod faults;
mod import;
mod kill;
mod kinds;
mod life_cycle;
mod opt_out;
mod plan;
mod relations;
mod safety;
mod saved_contacts;
mod support;
