//! Spotler's protocol: what is asked, how it is signed, what comes back.
//! Knows nothing of the CRM.

pub mod batch;
pub mod client;
pub mod contact;
pub mod list;
pub mod oauth;
pub mod property;
pub mod retry_after;
pub mod time;
pub mod trouble;
pub mod wire;
