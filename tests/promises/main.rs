//! What is promised, each promise a test whose name is the sentence.

mod actions;
mod arrows;
mod bulk;
mod card;
mod connection;
mod contract;
mod faults;
mod import;
mod jobs;
mod kill;
mod kinds;
mod life_cycle;
mod mailed;
mod mapping;
mod marketing_lists;
mod opt_out;
mod plan;
mod relations;
mod reports;
mod safety;
mod saved_contacts;
mod support;
