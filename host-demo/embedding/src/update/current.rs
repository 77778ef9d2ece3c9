//! The component that calls are made with now.

use crate::Timestamp;
use crate::engine::ComponentFile;
use crate::host::INTERFACES;
use std::collections::BTreeSet;

/// A component in use. A call holds on to the one that it began with.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    pub(crate) component: ComponentFile,
    offered: BTreeSet<&'static str>,
    /// Since when it is chosen; none: the process was started with it.
    pub(crate) since: Option<Timestamp>,
    /// The hash of the one that is chosen, where it could not be loaded.
    pub(crate) instead_of: Option<String>,
}

impl Current {
    pub(crate) fn new(component: ComponentFile, since: Option<Timestamp>) -> Self {
        let offered = INTERFACES
            .iter()
            .copied()
            .filter(|it| component.offers(it))
            .collect();
        Self {
            component,
            offered,
            since,
            instead_of: None,
        }
    }

    /// Whether it offers an interface of the contract.
    pub(crate) fn offers(&self, interface: &str) -> bool {
        self.offered.contains(interface)
    }

    /// The interfaces of the contract that it offers.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &'static str> {
        self.offered.iter().copied()
    }

    /// The first digits of its hash, for the log.
    pub(crate) fn short(&self) -> &str {
        let sha256 = self.component.sha256();
        sha256.get(..12).unwrap_or(sha256)
    }
}
