//! The pages through the router, with the component that comes along and
//! without Spotler.

mod actions;
mod dry_runs;
mod forms;
mod keywords;
mod paging;
mod reading;
mod sessions;
mod site;
