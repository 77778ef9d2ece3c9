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
mod journeys;
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
mod shop;
mod sign_up;
mod stages;
mod support;
