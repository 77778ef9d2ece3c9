//! Dynamics 365: contacts, leads and accounts that follow by themselves, marketing lists by hand, campaigns by jobs, and
//! what comes back into the timeline.

mod campaigns;
mod consent;
mod enrichment;
mod life_cycle;
mod lists;
mod management;
mod records;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::acts::Person;
use super::{Script, Story};

/// The story of Dynamics 365.
pub(crate) const SCRIPT: Script = Script {
    profile: "dynamics365",
    account,
    tell,
};

/// Who owns the records, and gets the tasks.
const OWNER: &str = "priya";
/// A contact with every field of the tabs Summary and Details.
const EVA: Person = Person {
    id: "D-1",
    fields: &[
        ("first_name", "Eva"),
        ("infix", "van"),
        ("last_name", "Dam"),
        ("email", "eva@vandam.example"),
        ("phone", "030 222 33 44"),
        ("organisation", "Dam BV"),
        ("street", "Kade"),
        ("house_number", "7"),
        ("postal_code", "3511 AB"),
        ("city", "Utrecht"),
        ("country", "NL"),
        ("gender", "V"),
        ("birth_date", "1984-05-06"),
        ("job_title", "Directeur"),
        ("fax", "030 222 33 45"),
    ],
};
/// A lead.
const LARS: Person = Person {
    id: "lead/D-2",
    fields: &[
        ("first_name", "Lars"),
        ("last_name", "Berg"),
        ("email", "lars@berg.example"),
        ("organisation", "Berg & Zn"),
        ("topic", "Offerte dakwerk"),
        ("job_title", "Inkoper"),
    ],
};
/// An account.
const DAM: Person = Person {
    id: "account/D-3",
    fields: &[
        ("organisation", "Dam BV"),
        ("email", "info@vandam.example"),
        ("city", "Utrecht"),
        ("phone", "030 222 00 00"),
    ],
};
/// Opts out in Spotler.
const FINN: Person = Person {
    id: "D-4",
    fields: &[
        ("first_name", "Finn"),
        ("last_name", "Post"),
        ("email", "finn@post.example"),
        ("city", "Zeist"),
    ],
};
/// Whose address does not exist.
const GIJS: Person = Person {
    id: "D-5",
    fields: &[
        ("first_name", "Gijs"),
        ("last_name", "Ruiter"),
        ("email", "gijs@ruiter.example"),
        ("city", "Zeist"),
    ],
};
/// Is on marketing lists and in campaigns.
const HANNA: Person = Person {
    id: "D-6",
    fields: &[
        ("first_name", "Hanna"),
        ("last_name", "Meer"),
        ("email", "hanna@meer.example"),
        ("city", "Zeist"),
    ],
};
/// The same.
const IVO: Person = Person {
    id: "D-7",
    fields: &[
        ("first_name", "Ivo"),
        ("last_name", "Duin"),
        ("email", "ivo@duin.example"),
        ("city", "Zeist"),
    ],
};

fn account() -> Value {
    json!({"switches": {"signals": {"channels": "left_out"}}})
}

/// The number of contacts on a static list in Spotler; none where there is no such list.
fn members(story: &Story, name: &str) -> Result<Option<usize>> {
    let lists = story.spotler.control("GET", "/_sim/lists", &Value::Null)?;
    let lists = lists["static"].as_array().context("no lists")?;
    let list = lists.iter().find(|it| it["name"] == name);
    Ok(list.map(|it| it["members"].as_array().map_or(0, Vec::len)))
}

fn tell(story: &mut Story) -> Result<()> {
    records::connect(story)?;
    records::what_is_sent(story)?;
    records::added(story)?;
    records::changed(story)?;
    life_cycle::removed(story)?;
    life_cycle::reactivated(story)?;
    consent::permissions(story)?;
    consent::opt_out_in_crm(story)?;
    consent::opt_out_in_spotler(story)?;
    consent::bounce(story)?;
    lists::made(story)?;
    lists::renamed(story)?;
    lists::members_by_hand(story)?;
    lists::opted_out(story)?;
    lists::ended(story)?;
    lists::selections(story)?;
    campaigns::started(story)?;
    campaigns::stopped(story)?;
    enrichment::timeline(story)?;
    management::status(story)?;
    management::reactivation(story)
}
