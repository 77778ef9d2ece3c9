//! The pages in a real browser: each story of the source documents clicked
//! through as a user would, in both languages, with the real component, the real
//! host and the simulator.

mod automations;
mod browser;
mod chromedriver;
mod command;
mod connecting;
mod dynamics;
mod everywhere;
mod keeping;
mod keyboard;
mod perfectview;
mod pictures;
mod shop;
mod site;
mod users;
mod window;
mod yoobi;
