//! The pages through the router, with the component that comes along and
//! without Spotler.

mod actions;
mod forms;
mod reading;
mod sessions;
mod site;
