//! The pages, with the real component, CRM and simulator behind them.

mod back_up;
mod campaign_results;
mod desk;
mod health;
mod journeys;
mod mapping;
mod reports;
mod size;
