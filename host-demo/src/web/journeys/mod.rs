//! Journeys: the automations and campaigns of Spotler (AU-03, YO-12), what starts
//! and stops them by itself (AU-04, AU-05), and what was said of it last.

pub(crate) mod fields;
pub(crate) mod known;
pub(crate) mod steps;

use askama::Template;
use axum::response::Response;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    links::encoded,
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::{
    contract::{AutomaticAction, Binding, JourneyKind, ManualAction, Occasion},
    crm::{
        codes::Code,
        sales::{BoundAction, Stage},
    },
};
use known::Known;

words! {
    struct JourneyWords {
        title: "Automations en campagnes van Spotler", "Automations and campaigns of Spotler";
        hint: "Een automation of campagne is een reeks berichten in Spotler. Geef haar daar een externe trigger; dan kan het CRM haar voor een contact starten en stoppen.",
            "An automation or campaign is a sequence of messages in Spotler. Give it an external trigger there; then the CRM can start and stop it for a contact.";
        refresh: "Opnieuw ophalen", "List anew";
        kind: "Soort", "Kind";
        name: "Naam", "Name";
        active: "Staat", "Is";
        on: "aan", "on";
        off: "uit", "off";
        trigger: "Trigger", "Trigger";
        fields: "Velden in berichten", "Fields in messages";
        no_trigger: "geen externe trigger", "no external trigger";
        messages: "Berichten", "Messages";
        automation: "automation", "automation";
        campaign: "campagne", "campaign";
        bindings: "Wat vanzelf start en stopt", "What starts and stops by itself";
        no_bindings: "Er start en stopt nog niets vanzelf.", "Nothing starts or stops by itself yet.";
        event: "Gebeurtenis", "Event";
        starts: "Start", "Starts";
        stops: "Stopt", "Stops";
        remove: "Weghalen", "Take away";
        sign_up: "aanmelding via formulier {}", "sign-up through form {}";
        cart: "winkelwagen krijgt status {}", "cart gets the status {}";
        order: "bestelling krijgt status {}", "order gets the status {}";
        stage: "verkoop bereikt fase {}", "sale reaches the stage {}";
        new: "Nieuwe koppeling", "New binding";
        what: "Wanneer", "When";
        pick_sign_up: "Iemand meldt zich aan via een formulier", "Somebody signs up through a form";
        pick_cart: "Een winkelwagen krijgt een status", "A cart gets a status";
        pick_order: "Een bestelling krijgt een status", "An order gets a status";
        pick_stage: "Een verkoop bereikt een fase", "A sale reaches a stage";
        which: "Formulier, status of fase", "Form, status or stage";
        scheme: "Verkoopschema (alleen bij een fase)", "Sales scheme (for a stage only)";
        start_this: "Start deze", "Start this one";
        stop_this: "Stop deze", "Stop this one";
        none: "geen", "none";
        own_confirmation: "Het CRM of de winkel stuurt zelf al een bevestiging",
            "The CRM or the shop sends a confirmation of its own";
        bind: "Koppelen", "Bind";
        incomplete: "Vul formulier, status of fase in, en kies wat start of stopt.",
            "Fill in the form, status or stage, and choose what starts or stops.";
        by_hand: "Met de hand: bij het contact, of voor veel contacten tegelijk.",
            "By hand: at the contact, or for many contacts at once.";
        to_bulk: "Veel contacten tegelijk", "Many contacts at once";
        checking: "De instellingen worden nagekeken.", "The settings are being checked.";
        none_yet: "Er zijn nog geen automations of campagnes; maak er een in Spotler en kies “Opnieuw ophalen”.",
            "There are no automations or campaigns yet; make one in Spotler and choose “List anew”.";
    }
}

#[derive(Template)]
#[template(path = "journeys.html")]
struct Journeys<'a> {
    frame: &'a Frame,
    w: &'static JourneyWords,
    may: bool,
    problem: Option<&'static str>,
    checking: bool,
    rejected: Option<String>,
    rows: Vec<Row>,
    bindings: Vec<Bound>,
    triggers: Vec<Choice>,
    which: String,
}

/// A trigger of a journey; a journey without one has a row as well.
struct Row {
    kind: &'static str,
    name: String,
    active: bool,
    trigger: String,
    code: String,
    /// Where the fields of its messages are set.
    fields: Option<String>,
    /// Where its messages are shown.
    steps: Option<String>,
}

struct Bound {
    id: String,
    event: String,
    starts: String,
    stops: String,
}

/// What a kind of journey is called.
pub(crate) fn kind(visit: &Visit, kind: JourneyKind) -> &'static str {
    let w = JourneyWords::of(visit.language());
    match kind {
        JourneyKind::Automation => w.automation,
        JourneyKind::Campaign => w.campaign,
    }
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit, None, "").await)
}

async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
    which: &str,
) -> Result<Journeys<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), JourneyWords::of(visit.language()));
    let known = Known::of(visit).await?;
    let mut rows = Vec::new();
    for journey in &known.journeys {
        let row = |trigger: Option<(&str, &str)>| Row {
            kind: kind(visit, journey.kind),
            name: journey.name.clone(),
            active: journey.active,
            trigger: trigger.map_or(w.no_trigger, |it| it.0).to_owned(),
            code: trigger.map_or_else(String::new, |it| it.1.to_owned()),
            fields: trigger.map(|it| {
                let code = format!("{}/{}", journey.kind.code(), it.1);
                format!("/journey-fields/{}", encoded(&code))
            }),
            steps: (journey.kind == JourneyKind::Campaign)
                .then(|| format!("/journey-messages/{}", encoded(&journey.id))),
        };
        let triggers = journey.triggers.iter();
        let triggers = triggers.map(|it| row(Some((it.name.as_str(), it.code.as_str()))));
        let before = rows.len();
        rows.extend(triggers);
        if rows.len() == before {
            rows.push(row(None));
        }
    }
    let (checking, rejected) = settings_stand(visit).await?;
    let settings = crm.journey_settings().await?;
    let mut bindings: Vec<Bound> = settings
        .bindings
        .iter()
        .map(|it| bound(w, &known, it))
        .collect();
    let of_stage = |it: &BoundAction| Bound {
        id: it.action.id.clone(),
        event: w.stage.replacen("{}", &it.stage.name, 1),
        starts: known.names(&it.action.starts),
        stops: known.names(&it.action.stops),
    };
    let actions = crm.bound_actions().await?;
    let with_journeys =
        |it: &&BoundAction| !it.action.starts.is_empty() || !it.action.stops.is_empty();
    bindings.extend(actions.iter().filter(with_journeys).map(of_stage));
    Ok(Journeys {
        frame: &visit.frame,
        may: visit.may(),
        problem,
        checking,
        rejected,
        rows,
        bindings,
        triggers: known.choices(visit, ""),
        which: which.to_owned(),
        w,
    })
}

fn bound(w: &JourneyWords, known: &Known, it: &Binding) -> Bound {
    let sentence = match it.occasion {
        Occasion::SignUp => w.sign_up,
        Occasion::Cart => w.cart,
        Occasion::Order => w.order,
    };
    Bound {
        id: it.id.clone(),
        event: sentence.replacen("{}", &it.status, 1),
        starts: known.names(&it.starts),
        stops: known.names(&it.stops),
    }
}

/// Whether the settings are still to be checked, and why they were refused.
pub(crate) async fn settings_stand(visit: &Visit) -> Result<(bool, Option<String>), Trouble> {
    let queue = visit.host.crm().queue(200).await?;
    let is_ours = |it: &str| it == "on-journey-settings-saved";
    let waits = queue.waiting.iter().chain(&queue.retrying);
    let checking = waits.map(|it| it.hook).any(is_ours);
    let rejected = queue.rejected.iter().find(|it| is_ours(it.event.hook()));
    let text = rejected.map(|it| {
        let (explainer, language) = (&visit.explainer, visit.language());
        explainer.text(language, &it.reason.code, &it.reason.about)
    });
    Ok((checking, text))
}

/// Lists the journeys anew, binds, or takes a binding away.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Some(said)) => visit.go("/journeys", said).await,
        Ok(None) => {
            let w = JourneyWords::of(visit.language());
            visit.refuse(gather(&visit, Some(w.incomplete), fields.get("which")).await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    let crm = visit.host.crm();
    match fields.get("do") {
        "refresh" => {
            let action = operation("refresh-journeys", Vec::new(), Vec::new());
            visit.host.run_action(action).await?;
            Ok(Some("queued"))
        }
        "unbind" => {
            visit.needs_right()?;
            crm.unbind(fields.get("binding")).await?;
            Ok(Some("deleted"))
        }
        "bind" => {
            visit.needs_right()?;
            bind(visit, fields).await
        }
        _ => Err(Trouble::NotFound),
    }
}

async fn bind(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    let crm = visit.host.crm();
    let codes = |name: &str| -> Vec<String> {
        let code = Some(fields.get(name)).filter(|it| !it.is_empty());
        code.map(str::to_owned).into_iter().collect()
    };
    let (starts, stops) = (codes("start"), codes("stop"));
    let status = fields.get("which").to_owned();
    let scheme = fields.get("scheme").to_owned();
    let of_stage = fields.get("event") == "stage";
    let nothing = starts.is_empty() && stops.is_empty();
    if status.is_empty() || nothing || (of_stage && scheme.is_empty()) {
        return Ok(None);
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    if of_stage {
        let known = Known::of(visit).await?;
        let all: Vec<String> = starts.iter().chain(&stops).cloned().collect();
        let action = AutomaticAction {
            id,
            action_type: "change-contact".to_owned(),
            target_system: "spotler".to_owned(),
            name: known.names(&all),
            description: None,
            note: None,
            state: None,
            permissions: Vec::new(),
            starts,
            stops,
        };
        let stage = Stage {
            scheme,
            name: status,
        };
        crm.bind_action(BoundAction { stage, action }).await?;
        return Ok(Some("saved"));
    }
    let Some(occasion) = Occasion::from_code(fields.get("event")) else {
        return Ok(None);
    };
    let binding = Binding {
        id,
        occasion,
        status,
        starts,
        stops,
        own_confirmation: fields.ticked("own-confirmation"),
    };
    crm.bind(binding).await?;
    Ok(Some("queued"))
}

/// An operation with these parameters.
pub(crate) fn operation(
    name: &str,
    records: Vec<crate::contract::RecordRef>,
    parameters: Vec<crate::contract::NamedValue>,
) -> ManualAction {
    ManualAction {
        operation: name.to_owned(),
        records,
        selection: None,
        permissions: Vec::new(),
        fields: Vec::new(),
        parameters,
    }
}
