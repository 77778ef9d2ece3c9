//! Spotler's protocol: what is asked, how it is signed, what comes back.
//! Knows nothing of the CRM.

pub mod audience;
pub mod batch;
pub mod client;
pub mod contact;
pub mod form;
pub mod interaction;
pub mod journey;
pub mod list;
pub mod mailing;
pub mod oauth;
pub mod property;
pub mod provisional;
pub mod reporting;
pub mod retry_after;
pub mod time;
pub mod trouble;
pub mod wire;
