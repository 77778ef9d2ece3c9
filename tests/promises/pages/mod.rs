//! The pages, with the real component, CRM and simulator behind them.

mod back_up;
mod campaign_results;
mod desk;
mod journeys;
mod reports;
mod size;
