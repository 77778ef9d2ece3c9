//! The pages, with the real component, CRM and simulator behind them.

mod back_up;
mod campaign_activity;
mod campaign_results;
mod card;
mod connection;
mod desk;
mod health;
mod journeys;
mod mapping;
mod opt_out;
mod reports;
mod size;
