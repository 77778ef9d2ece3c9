//! What a component is, needs and offers, for people and for golden files.

use crate::contract::version_in;
use crate::engine::ComponentFile;
use crate::limits::Limits;
use serde::Serialize;

/// A component, as far as its file tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// SHA-256 of the file, in hex digits.
    pub sha256: String,
    /// Size of the file in bytes.
    pub size_bytes: usize,
    /// The version of `koppel:crm-sync` that it was built against; none where
    /// its exports name none.
    pub contract: Option<String>,
    /// Everything that it imports: the whole of its powers.
    pub imports: Vec<String>,
    /// The interfaces that it offers, with their functions.
    pub offers: Vec<Offer>,
    /// The hooks among them, as the queue names them.
    pub hooks: Vec<String>,
}

/// An interface that a component offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// Its full name, with the version.
    pub interface: String,
    /// Its functions, sorted.
    pub functions: Vec<String>,
}

/// An inspection together with what a host allows the component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Allowance {
    /// What the component is.
    pub component: Inspection,
    /// What one call of it may use.
    pub limits: Limits,
}

/// The functions that take an event, each with its interface.
const HOOKS: &[(&str, &str)] = &[
    ("contacts", "on-contact-saved"),
    ("connection", "on-settings-saved"),
    ("connection", "on-mapping-saved"),
    ("actions", "run-action"),
    ("schedule", "on-tick"),
    ("module-fields", "on-module-field-changed"),
    ("stages", "on-stage-changed"),
    ("campaigns", "export-campaign"),
    ("marketing-lists", "on-list-changed"),
    ("shop", "on-cart-changed"),
    ("shop", "on-order-changed"),
    ("journeys", "on-journey-settings-saved"),
    ("journeys", "on-signed-up"),
];

/// An interface of the contract with its hooks, as a message names it:
/// `schedule (on-tick)`.
pub(crate) fn with_hooks(interface: &str) -> String {
    let of_it = HOOKS.iter().filter(|(of, _)| *of == interface);
    let hooks: Vec<&str> = of_it.map(|(_, hook)| *hook).collect();
    if hooks.is_empty() {
        return interface.to_owned();
    }
    format!("{interface} ({})", hooks.join(", "))
}

impl ComponentFile {
    /// What the component is, needs and offers.
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        let offers: Vec<Offer> = self
            .exports()
            .into_iter()
            .map(|(interface, mut functions)| {
                functions.sort();
                Offer {
                    interface,
                    functions,
                }
            })
            .collect();
        let offered = |hook: &str| {
            offers.iter().any(|offer| {
                offer.interface.starts_with("koppel:crm-sync/")
                    && offer.functions.iter().any(|it| it == hook)
            })
        };
        let hooks = HOOKS
            .iter()
            .map(|(_, hook)| *hook)
            .filter(|it| offered(it))
            .map(str::to_owned)
            .collect();
        let contract = offers.iter().find_map(|it| version_in(&it.interface));
        let contract = contract.map(str::to_owned);
        Inspection {
            sha256: self.sha256().to_owned(),
            size_bytes: self.size(),
            contract,
            imports: self.imports(),
            offers,
            hooks,
        }
    }
}

impl crate::Host {
    /// The component of this host, and what one call of it may use.
    #[must_use]
    pub fn inspect(&self) -> Allowance {
        Allowance {
            component: self.component().inspect(),
            limits: self.inner.config.limits.clone(),
        }
    }
}
