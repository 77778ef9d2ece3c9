//! Who the component is.

use crate::codes::{self, CodeText};
use crate::profile;

/// The contract that it was built against.
pub const CONTRACT: &str = "koppel:crm-sync@1.1.0";

/// The component about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// Its own version.
    pub version: &'static str,
    /// The version of the contract.
    pub contract: &'static str,
    /// The profiles that it knows by name.
    pub profiles: Vec<&'static str>,
    /// The operations that it carries out.
    pub operations: Vec<&'static str>,
    /// Every code that it may use.
    pub codes: Vec<CodeText>,
}

/// Describes the component.
pub fn describe() -> Description {
    Description {
        name: "koppel",
        version: env!("CARGO_PKG_VERSION"),
        contract: CONTRACT,
        profiles: profile::NAMES.to_vec(),
        operations: [
            crate::flows::run_action::OPERATIONS.as_slice(),
            crate::flows::journeys::manual::OPERATIONS.as_slice(),
        ]
        .concat(),
        codes: codes::all(),
    }
}
