//! The automations and campaigns of one contact: what was started and stopped from
//! here (C23), each participation with its stop (AU-12, AU-13), and what a person
//! decides where it is not known whether a start began (C18).

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{Head, Tabs, found, named};
use crate::{
    contract::{JourneySwitch, Standing},
    crm::codes::Code,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        journeys::{self, known},
        links::{moment, tail},
        trouble::{Trouble, shown},
        visit::Visit,
        words::{fill, words},
    },
};

words! {
    struct ParticipationWords {
        title: "Automations", "Automations";
        hint: "Spotler kan niet gevraagd worden wie in een automation zit; hier staat wat het CRM startte en stopte.",
            "Spotler cannot be asked who is in an automation; this is what the CRM started and stopped.";
        name: "Naam", "Name";
        kind: "Soort", "Kind";
        standing: "Stand", "State";
        since: "Sinds (UTC)", "Since (UTC)";
        do_it: "Wat kan", "What can be done";
        start: "Starten", "Start";
        stop: "Alle deelnames stoppen", "Stop all participations";
        stop_one: "Deelname {} stoppen", "Stop participation {}";
        again: "Niet begonnen: opnieuw starten", "It did not begin: start it again";
        assume: "Wel begonnen", "It did begin";
        inactive: "staat uit in Spotler", "is off in Spotler";
        off: "niet gestart", "not started";
        starting: "wordt gestart", "being started";
        started: "gestart door het CRM", "started by the CRM";
        unsure: "onzeker of het begon", "not sure whether it began";
        refused: "geweigerd door Spotler", "refused by Spotler";
        stopped: "gestopt door het CRM", "stopped by the CRM";
        none_yet: "Er is nog geen automation die het CRM kan starten; geef er in Spotler een externe trigger aan.",
            "There is no automation yet that the CRM can start; give one an external trigger in Spotler.";
    }
}

/// What is known of somebody in a journey, in words.
pub(crate) fn standing(visit: &Visit, standing: Standing) -> &'static str {
    let w = ParticipationWords::of(visit.language());
    match standing {
        Standing::Off => w.off,
        Standing::Starting => w.starting,
        Standing::Started => w.started,
        Standing::Unsure => w.unsure,
        Standing::Refused => w.refused,
        Standing::Stopped => w.stopped,
    }
}

/// What the journey of a switch is called; its code where it was never listed.
pub(crate) fn switch_name(it: &JourneySwitch) -> String {
    if it.name.is_empty() {
        it.trigger.code.clone()
    } else {
        it.name.clone()
    }
}

#[derive(Template)]
#[template(path = "participations.html")]
struct Participations<'a> {
    frame: &'a Frame,
    own: &'static ParticipationWords,
    head: Head,
    tabs: Tabs,
    rows: Vec<Row>,
}

struct Row {
    trigger: String,
    name: String,
    kind: &'static str,
    standing: &'static str,
    status_code: &'static str,
    since: String,
    reason: String,
    can_start: bool,
    can_stop: bool,
    unsure: bool,
    participations: Vec<(String, String)>,
}

pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    visit.show(gather(&visit, path).await)
}

async fn gather(visit: &Visit, path: (String, String)) -> Result<Participations<'_>, Trouble> {
    let record = found(visit, path).await?;
    let switches = visit.told(visit.host.switches(&record.reference).await)?;
    let code = record.reason.as_deref();
    let reason = code.map(|it| visit.explainer.text_for_many(visit.language(), it));
    Ok(Participations {
        frame: &visit.frame,
        own: ParticipationWords::of(visit.language()),
        head: Head::of(&record, visit, reason.unwrap_or_default()),
        tabs: Tabs::at(visit, &record.reference, "participations"),
        rows: switches.iter().map(|it| row(visit, it)).collect(),
    })
}

fn row(visit: &Visit, it: &JourneySwitch) -> Row {
    let w = ParticipationWords::of(visit.language());
    let reason = it.reason.as_deref();
    let reason = reason.map(|it| visit.explainer.text_for_many(visit.language(), it));
    let runs = matches!(it.standing, Standing::Started | Standing::Starting);
    let status_code = match it.standing {
        Standing::Off | Standing::Stopped => "none",
        Standing::Starting => "processing",
        Standing::Started => "succeeded",
        Standing::Unsure | Standing::Refused => "failed",
    };
    let stop = |(number, it): (usize, &String)| (it.clone(), fill(w.stop_one, number));
    Row {
        trigger: format!("{}/{}", it.kind.code(), it.trigger.code),
        name: switch_name(it),
        kind: journeys::kind(visit, it.kind),
        standing: standing(visit, it.standing),
        status_code,
        since: it.since.map(moment).unwrap_or_default(),
        reason: match reason {
            Some(text) => text,
            None if it.active => String::new(),
            None => w.inactive.to_owned(),
        },
        can_start: it.active && !matches!(it.standing, Standing::Starting | Standing::Unsure),
        can_stop: runs,
        unsure: it.standing == Standing::Unsure,
        participations: (1..).zip(&it.participations).map(stop).collect(),
    }
}

/// Starts or stops.
pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, path, &fields).await {
        Ok(link) => visit.go(&format!("/participations/{link}"), "queued").await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(
    visit: &Visit,
    path: (String, String),
    fields: &Fields,
) -> Result<String, Trouble> {
    let reference = named(path)?;
    let trigger = known::named("trigger", fields.get("trigger"));
    let yes = |name: &str| known::named(name, "yes");
    let (operation, parameters) = match fields.get("do") {
        "start" => ("start-journey", vec![trigger]),
        "again" => ("start-journey", vec![trigger, yes("again")]),
        "assume" => ("start-journey", vec![trigger, yes("assume-started")]),
        "stop" => ("stop-journey", vec![trigger]),
        "stop-one" => {
            let one = known::named("participation", fields.get("participation"));
            ("stop-journey", vec![one])
        }
        _ => return Err(Trouble::NotFound),
    };
    let link = tail(&reference);
    let action = journeys::operation(operation, vec![reference], parameters);
    visit.host.run_action(action).await?;
    Ok(link)
}
