//! Contacts that are saved in version after version, and what Spotler must have of
//! them in the end. The first name of a contact tells its version: `v1`, `v2`, …

use std::collections::{BTreeMap, HashMap};

use spotler_sim::SpotlerSim;

/// What was found wrong in a Spotler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many versions Spotler was told of; 0 would show no order.
    pub told: usize,
    /// Contacts whose last version is not there.
    pub lost: usize,
    /// Contacts of which an older version was told after a newer one.
    pub out_of_order: usize,
    /// What a person had said no to, and was done.
    pub breaches: usize,
}

/// The first name of a contact in a version.
#[must_use]
pub fn first_name(version: u64) -> String {
    format!("v{version}")
}

/// Judges a Spotler by the last version of each contact, by its address.
pub fn judge(sim: &SpotlerSim, last: impl IntoIterator<Item = (String, u64)>) -> Verdict {
    let told = told(sim);
    let names = names(sim);
    let is_lost = |(email, version): &(String, u64)| {
        names.get(email).map(String::as_str) != Some(first_name(*version).as_str())
    };
    Verdict {
        told: told.values().map(Vec::len).sum(),
        lost: last.into_iter().filter(is_lost).count(),
        out_of_order: told.values().filter(|it| !it.is_sorted()).count(),
        breaches: sim.breaches().len(),
    }
}

/// The versions that Spotler was told of each contact, in their order.
fn told(sim: &SpotlerSim) -> BTreeMap<String, Vec<u64>> {
    let mut told: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for request in sim.requests() {
        let is_write = matches!(request.method.as_str(), "POST" | "PUT");
        if !is_write || !request.worked || !request.route.starts_with("/contact") {
            continue;
        }
        let Ok(body) = serde_json::from_slice::<serde_json::Value>(&request.body) else {
            continue;
        };
        let told_of = &body["contact"];
        let name = told_of["properties"]["firstName"].as_str();
        let version = name.and_then(|it| it.strip_prefix('v')?.parse().ok());
        if let (Some(version), Some(of)) = (version, told_of["externalId"].as_str()) {
            told.entry(of.to_owned()).or_default().push(version);
        }
    }
    told
}

fn names(sim: &SpotlerSim) -> HashMap<String, String> {
    let contacts = sim.contacts();
    let of = contacts
        .iter()
        .filter_map(|it| Some((it.email()?, it.text("firstName")?)));
    of.map(|(email, name)| (email.to_owned(), name.to_owned()))
        .collect()
}
