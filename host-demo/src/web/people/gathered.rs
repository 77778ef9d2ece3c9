//! Interactions as people: each once, with how often and when last.

use std::collections::HashMap;

use koppel_embedding::contract::reports::Interaction;

use super::PeopleWords;
use crate::{
    contract::{Bounce, RecordRef},
    web::{
        links::{moment, tail},
        trouble::Trouble,
        visit::Visit,
        words::fill,
    },
};

/// Somebody, and what they did.
#[derive(Debug, PartialEq)]
pub(crate) struct Person {
    /// Where the CRM shows them; none where they are not in it.
    pub(crate) link: Option<String>,
    pub(crate) name: String,
    pub(crate) at: String,
    pub(crate) times: usize,
    pub(crate) what: String,
}

/// What somebody did, before it is put into words.
#[derive(Debug, Default)]
struct Did {
    target: Option<RecordRef>,
    external_id: Option<String>,
    last: Option<u64>,
    times: usize,
    links: Vec<String>,
    bounces: Vec<Bounce>,
    /// Which of the person's participations in a journey it is, from 1.
    participation: Option<usize>,
}

/// Each person once, in the order in which Spotler names them first; each
/// participation in a journey on its own (RE-37).
pub(super) async fn gathered(
    visit: &Visit,
    w: &PeopleWords,
    interactions: Vec<Interaction>,
) -> Result<Vec<Person>, Trouble> {
    let all = each_once(interactions);
    let known: Vec<RecordRef> = all.iter().filter_map(|it| it.target.clone()).collect();
    let names = visit.host.crm().names_of(&known).await?;
    let person = |it: Did| {
        let link = it.target.as_ref().map(tail);
        let name = match (&it.target, &it.external_id) {
            (Some(target), _) => names.of(target),
            (None, Some(id)) => fill(w.unknown, id),
            (None, None) => w.nobody_known.to_owned(),
        };
        Person {
            link,
            name,
            at: it.last.map(moment).unwrap_or_default(),
            times: it.times,
            what: what(w, &it),
        }
    };
    Ok(all.into_iter().map(person).collect())
}

fn what(w: &PeopleWords, did: &Did) -> String {
    let bounces = did.bounces.iter().map(|it| match it {
        Bounce::Soft => w.soft_bounce.to_owned(),
        Bounce::Hard => w.hard_bounce.to_owned(),
    });
    let participation = did.participation;
    let parts = did.links.iter().cloned().chain(bounces);
    let parts = parts.chain(participation.map(|it| fill(w.participation, it)));
    parts.collect::<Vec<_>>().join(" · ")
}

fn each_once(interactions: Vec<Interaction>) -> Vec<Did> {
    let mut places: HashMap<(String, Option<String>), usize> = HashMap::new();
    let mut all: Vec<Did> = Vec::new();
    let mut of_one: HashMap<String, usize> = HashMap::new();
    for (number, it) in interactions.into_iter().enumerate() {
        let who = match (&it.target, &it.external_id) {
            (Some(target), _) => format!("record {}", tail(target)),
            (None, Some(id)) => format!("external {id}"),
            // Nobody can say whether two of these are the same person.
            (None, None) => format!("row {number}"),
        };
        let next = all.len();
        let key = (who.clone(), it.participation.clone());
        let place = *places.entry(key).or_insert(next);
        if place == next {
            let number = of_one.entry(who).or_default();
            *number += 1;
            all.push(Did {
                participation: it.participation.is_some().then_some(*number),
                ..Did::default()
            });
        }
        let Some(did) = all.get_mut(place) else {
            continue;
        };
        did.target = it.target;
        did.external_id = it.external_id;
        did.last = did.last.max(it.at);
        did.times += 1;
        if let Some(link) = it.link.filter(|its| !did.links.contains(&its.name)) {
            did.links.push(link.name);
        }
        if let Some(bounce) = it.bounce.filter(|its| !did.bounces.contains(its)) {
            did.bounces.push(bounce);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::contact;

    fn opened(id: &str, at: u64, participation: Option<&str>) -> Interaction {
        Interaction {
            target: Some(contact(id)),
            external_id: Some(format!("contact-{id}")),
            at: Some(at),
            participation: participation.map(str::to_owned),
            link: None,
            bounce: None,
        }
    }

    /// PV-45: whoever opened twice is one person.
    #[test]
    fn everybody_stands_once_with_the_last_moment() {
        let all = each_once(vec![
            opened("1", 9, None),
            opened("2", 5, None),
            opened("1", 7, None),
        ]);
        let told: Vec<_> = all.iter().map(|it| (it.times, it.last)).collect();
        assert_eq!(told, [(2, Some(9)), (1, Some(5))]);
    }

    /// RE-37: two participations of one person stay apart.
    #[test]
    fn participations_stay_apart() {
        let all = each_once(vec![opened("1", 1, Some("a")), opened("1", 2, Some("b"))]);
        let numbers: Vec<_> = all.iter().map(|it| it.participation).collect();
        assert_eq!(numbers, [Some(1), Some(2)]);
    }

    #[test]
    fn two_people_whom_nobody_knows_are_two() {
        let nobody = || Interaction {
            target: None,
            external_id: None,
            ..opened("1", 1, None)
        };
        assert_eq!(each_once(vec![nobody(), nobody()]).len(), 2);
    }
}
