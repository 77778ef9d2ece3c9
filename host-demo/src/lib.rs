#![doc = include_str!("../README.md")]

pub mod cli;
pub mod contract;
pub mod crm;
pub mod explain;
pub mod host;
pub mod import;
mod moment;
pub mod telemetry;
pub mod web;
pub mod window;
