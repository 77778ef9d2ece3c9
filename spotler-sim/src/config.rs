//! What a simulator is started with.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::ClockStart;
use crate::switches::Switches;

/// What a simulator is started with; every field has a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address to listen on; port 0 takes a free one.
    pub listen: String,
    /// Scheme, host and port as the client sees them, which is what OAuth signatures cover.
    /// Absent: `http://` and the request's `Host`.
    pub public_base_url: Option<String>,
    /// The consumer keys that are let in.
    pub credentials: Vec<Credential>,
    /// Where the virtual clock starts.
    pub clock: ClockStart,
    /// Every behaviour that is not known for certain.
    pub switches: Switches,
    /// Descriptions of the permissions of the account, in the order of their bits from 1.
    pub permissions: Vec<String>,
    /// Names of automations that are there from the start, each with a trigger.
    pub automations: Vec<String>,
    /// Contacts that are there from the start.
    pub contacts: Vec<SeedContact>,
    /// Whether the request log keeps the bodies.
    pub keep_bodies: bool,
    /// A file that the state is read from at the start, if it exists, and written to by
    /// [`crate::SimHandle::save`].
    pub save: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: "127.0.0.1:0".to_owned(),
            public_base_url: None,
            credentials: vec![Credential::default()],
            clock: ClockStart::default(),
            switches: Switches::default(),
            permissions: DEMO_PERMISSIONS.map(str::to_owned).to_vec(),
            automations: Vec::new(),
            contacts: Vec::new(),
            keep_bodies: true,
            save: None,
        }
    }
}

impl Config {
    /// The default with automations and a few contacts.
    pub fn demo() -> Config {
        let permissions: [&[u32]; 4] = [&[1], &[1, 2], &[], &[8]];
        let people = [
            ("Anna", "de Boer"),
            ("Bo", "Vermeer"),
            ("Cas", "Jansen"),
            ("Dina", "Haddad"),
        ];
        let contact = |(number, ((first, last), bits)): (u64, ((&str, &str), &[u32]))| {
            let email = format!("{}@voorbeeld.nl", first.to_lowercase());
            SeedContact::new(&format!("00000000-0000-4000-8000-{number:012}"), &email)
                .with("firstName", first)
                .with("lastName", last)
                .with("organisation", "Voorbeeld BV")
                .with_permissions(bits)
        };
        Config {
            automations: DEMO_AUTOMATIONS.map(str::to_owned).to_vec(),
            contacts: (1..)
                .zip(people.into_iter().zip(permissions))
                .map(contact)
                .collect(),
            ..Config::default()
        }
    }

    /// The default with the clock standing still at the time given.
    pub fn frozen_at(iso: &str) -> Config {
        Config {
            clock: ClockStart::FrozenAt(iso.to_owned()),
            ..Config::default()
        }
    }
}

/// The permissions of the demo account.
pub const DEMO_PERMISSIONS: [&str; 8] = [
    "Maandelijkse nieuwsbrief",
    "Kwartaal nieuwsbrief",
    "Beheerder",
    "Prospect Lost - geen contact",
    "Download e-book",
    "Prospect uitstel",
    "Prospect lost - geen interesse",
    "Onboarding",
];

/// The automations of the demo account.
pub const DEMO_AUTOMATIONS: [&str; 5] = [
    "download e-book",
    "Onboarding nieuwe klant",
    "Prospect lost - geen contact",
    "Prospect uitstel",
    "Survey post consult",
];

/// A consumer key with its secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The consumer key.
    pub key: String,
    /// The consumer secret.
    pub secret: String,
}

impl Default for Credential {
    fn default() -> Credential {
        Credential {
            key: "demo-key".to_owned(),
            secret: "demo-secret".to_owned(),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Credential")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A contact that is there from the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedContact {
    /// The id under which the API knows the contact.
    pub external_id: Option<String>,
    /// Properties by name, set properties excepted.
    pub properties: BTreeMap<String, Value>,
    /// Bits of the permissions that are enabled.
    pub permissions: Vec<u32>,
}

impl SeedContact {
    /// A contact with an external id and an e-mail address.
    pub fn new(external_id: &str, email: &str) -> SeedContact {
        SeedContact {
            external_id: Some(external_id.to_owned()),
            properties: BTreeMap::from([("email".to_owned(), Value::from(email))]),
            permissions: Vec::new(),
        }
    }

    /// The same contact with a property.
    #[must_use]
    pub fn with(mut self, property: &str, value: impl Into<Value>) -> SeedContact {
        self.properties.insert(property.to_owned(), value.into());
        self
    }

    /// The same contact with these permissions enabled.
    #[must_use]
    pub fn with_permissions(mut self, bits: &[u32]) -> SeedContact {
        self.permissions = bits.to_vec();
        self
    }
}
