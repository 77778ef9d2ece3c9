//! What a host gives a component, and what becomes of its answers.
#![allow(clippy::expect_used, reason = "tests")]

mod engine;
mod support;
mod worker;
