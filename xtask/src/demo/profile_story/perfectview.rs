//! PerfectView: a connection, a list that is exported for a mailing, and what comes back of it.

mod campaign;
mod connection;
mod results;

use anyhow::Result;
use serde_json::{Value, json};

use super::acts::Person;
use super::{Script, Story};

/// PerfectView's story.
pub(crate) const SCRIPT: Script = Script {
    profile: "perfectview",
    account,
    tell,
};

/// The user of the story.
const USER: &str = "remy";
/// The permission that the mailing is for.
const NEWSLETTER: u64 = 1;

/// Known in Spotler since a fair, with another permission than the newsletter.
const SANNE: Person = Person {
    id: "R-1",
    fields: &[
        ("first_name", "Sanne"),
        ("last_name", "Bakker"),
        ("email", "sanne@bakker.example"),
        ("city", "Utrecht"),
    ],
};
/// Not known in Spotler.
const TOM: Person = Person {
    id: "R-2",
    fields: &[
        ("first_name", "Tom"),
        ("infix", "de"),
        ("last_name", "Wit"),
        ("email", "tom@dewit.example"),
        ("city", "Utrecht"),
    ],
};
/// Without the attribute Spotler until the export.
const ELS: Person = Person {
    id: "R-3",
    fields: &[
        ("first_name", "Els"),
        ("last_name", "Jansen"),
        ("email", "els@jansen.example"),
        ("city", "Utrecht"),
    ],
};
/// Those who are there for the export only.
const MORE: [Person; 4] = [
    Person {
        id: "R-4",
        fields: &[
            ("first_name", "Bram"),
            ("last_name", "Visser"),
            ("email", "bram@visser.example"),
            ("city", "Utrecht"),
        ],
    },
    Person {
        id: "R-5",
        fields: &[
            ("first_name", "Noor"),
            ("last_name", "Smit"),
            ("email", "noor@smit.example"),
            ("city", "Utrecht"),
        ],
    },
    Person {
        id: "R-6",
        fields: &[
            ("first_name", "Joris"),
            ("last_name", "Mol"),
            ("email", "joris@mol.example"),
            ("city", "Utrecht"),
        ],
    },
    Person {
        id: "R-7",
        fields: &[
            ("first_name", "Ada"),
            ("last_name", "Vos"),
            ("email", "ada@vos.example"),
            ("city", "Utrecht"),
        ],
    },
];

fn account() -> Value {
    json!({
        "switches": {"signals": {"channels": "left_out"}},
        "contacts": [{
            "external_id": "beurs-17",
            "properties": {"email": "sanne@bakker.example", "firstName": "S."},
            "permissions": [2],
        }],
    })
}

fn tell(story: &mut Story) -> Result<()> {
    connection::right(story)?;
    connection::credentials(story)?;
    connection::permissions(story)?;
    connection::definitions(story)?;
    connection::relations(story)?;
    campaign::wizard(story)?;
    campaign::export(story)?;
    campaign::second_export(story)?;
    let mailing = results::mailing(story)?;
    results::feedback(story, &mailing)?;
    results::opt_out(story, &mailing)?;
    results::another_mailing(story)?;
    results::renamed(story)?;
    campaign::evening(story)
}
