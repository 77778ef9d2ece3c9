//! Yoobi: a backup, settings and mapping, and the four ways in which a contact is linked or synchronised.

mod bulk;
mod contact;
mod mapping;
mod modules;
mod settings;
mod stages;

use anyhow::Result;
use serde_json::{Value, json};

use super::acts::Person;
use super::{Script, Story};

/// Yoobi's story.
pub(crate) const SCRIPT: Script = Script {
    profile: "yoobi",
    account,
    tell,
};

/// In Spotler already, under an id that another system gave, with a job title that the CRM will overwrite.
const FLEUR: Person = Person {
    id: "Y-1",
    fields: &[
        ("first_name", "Fleur"),
        ("last_name", "Kuipers"),
        ("email", "fleur@kuipers.example"),
        ("phone", "030 111 22 33"),
    ],
};
/// In Spotler, and opted out there.
const DAAN: Person = Person {
    id: "Y-2",
    fields: &[
        ("first_name", "Daan"),
        ("last_name", "Prins"),
        ("email", "daan@prins.example"),
    ],
};
/// Not in Spotler.
const IRIS: Person = Person {
    id: "Y-3",
    fields: &[
        ("first_name", "Iris"),
        ("last_name", "Blom"),
        ("email", "iris@blom.example"),
    ],
};
/// Those of the bulk change; the second is in no state to be linked.
const MANY: [Person; 3] = [
    Person {
        id: "Y-4",
        fields: &[
            ("first_name", "Koen"),
            ("last_name", "Maas"),
            ("email", "koen@maas.example"),
            ("keywords", "beurs"),
        ],
    },
    Person {
        id: "Y-5",
        fields: &[("first_name", "Lotte"), ("last_name", "Bos")],
    },
    Person {
        id: "Y-6",
        fields: &[
            ("first_name", "Mees"),
            ("last_name", "Kok"),
            ("email", "mees@kok.example"),
        ],
    },
];
/// The contact of a sale.
const JULIA: Person = Person {
    id: "Y-7",
    fields: &[
        ("first_name", "Julia"),
        ("last_name", "Hoek"),
        ("email", "julia@hoek.example"),
    ],
};
/// The contacts of a relation, of whom the first is primary.
const CARPENTERS: [Person; 2] = [
    Person {
        id: "Y-8",
        fields: &[
            ("first_name", "Sem"),
            ("last_name", "Timmer"),
            ("email", "sem@timmer.example"),
            ("primary", "yes"),
        ],
    },
    Person {
        id: "Y-9",
        fields: &[
            ("first_name", "Tess"),
            ("last_name", "Timmer"),
            ("email", "tess@timmer.example"),
        ],
    },
];

fn account() -> Value {
    json!({
        "automations": [
            "download e-book", "Onboarding nieuwe klant", "Prospect lost - geen contact",
            "Prospect uitstel", "Survey post consult",
        ],
        "contacts": [
            {
                "external_id": "6CFA9F2C-5136-4B1D-9B7B-0D3B6F1A2C01",
                "properties": {
                    "email": "fleur@kuipers.example", "firstName": "F.", "lastName": "Kuipers",
                    "jobTitle": "Inkoper", "phoneNumber": "020 999 88 77", "organisation": "Kuipers BV",
                },
                "permissions": [2],
            },
            {
                "external_id": "48AAE618-FA33-4C55-A0C5-7F0B5E0C1D02",
                "properties": {"email": "daan@prins.example", "firstName": "Daan", "lastName": "Prins"},
                "permissions": [1],
            },
            {
                "external_id": "2C217895-6C9A-4E6F-8E0D-2E3F4A5B6C03",
                "properties": {"email": "webshop@klant.example", "firstName": "Alleen", "lastName": "Webshop"},
                "permissions": [1],
            },
        ],
    })
}

fn tell(story: &mut Story) -> Result<()> {
    settings::backup_of_spotler(story)?;
    settings::key_and_secret(story)?;
    settings::backup_of_crm(story)?;
    mapping::nothing_before_it_is_saved(story)?;
    mapping::screen(story)?;
    let linked_by = mapping::matching(story)?;
    contact::block(story)?;
    contact::pop_up(story)?;
    contact::inactive(story)?;
    bulk::change(story)?;
    stages::automatic_action(story)?;
    modules::module_fields(story)?;
    contact::automations(story)?;
    settings::restore(story, linked_by)
}
