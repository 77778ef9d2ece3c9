//! The simulator, from outside: its API over the socket and in the process, its
//! control API, its page and its faults.

mod common;
mod contacts;
mod control;
mod faults;
mod inactivity;
mod journeys;
mod lists;
mod mailings;
mod operations;
mod readme;
mod runs;
mod safety;
mod signatures;
