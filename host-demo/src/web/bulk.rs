//! Changing many contacts at once (YO-32..YO-36), in two steps: choose contacts,
//! then values; look what would come of it; save. A box that is left alone
//! changes nothing (C30).

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};

use super::{
    form::{Fields, Posted},
    frame::Frame,
    journeys::known::Known,
    labels,
    links::tail,
    trouble::{Trouble, chain, shown},
    visit::Visit,
    words::{counted, fill, words},
};
use crate::{
    contract::{RecordKind, RecordRef},
    crm::{
        bulk::{Bulk, BulkChange, BulkError, BulkState, Keywords, Preview},
        codes::Code,
        edit::RuleBroken,
        selections::Selection,
        value::{self, ValueProblem},
    },
};

/// The fields that the second step offers, in this order (YO-33).
const FIELDS: [&str; 4] = ["note", "job_title", "department", "language"];

/// So many contacts are looked at before the page is shown.
const LOOKED_AT: u64 = 2_000;

words! {
    struct BulkWords {
        title: "Veel contacten tegelijk wijzigen", "Change many contacts at once";
        step_1: "1. Selecteer contacten", "1. Select contacts";
        step_2: "2. Wijzig instellingen", "2. Change settings";
        step_3: "3. Bekijk en sla op", "3. Look and save";
        these: "De aangevinkte contacten", "The ticked contacts";
        none_ticked: "Vink contacten aan, of kies een groep.", "Tick contacts, or choose a group.";
        none_here: "Er zijn nog geen contacten om aan te vinken.", "There are no contacts to tick yet.";
        group_all: "Allen van deze soort", "All of this kind";
        group_gated: "Allen van deze soort met het kenmerk “Spotler”",
            "All of this kind with the attribute “Spotler”";
        group_search: "Wie deze tekst in naam, e-mail of nummer heeft",
            "Those who have this text in name, e-mail or id";
        group_relation: "De contacten van deze relatie", "The contacts of this relation";
        next: "Volgende", "Next";
        chosen_one: "1 contact geselecteerd", "1 contact selected";
        chosen: "{} contacten geselecteerd", "{} contacts selected";
        left_alone: "Een vakje dat u leeg laat, verandert niets.", "A box that is left empty changes nothing.";
        keywords: "Trefwoorden", "Keywords";
        keywords_hint: "meer dan één met een puntkomma ertussen", "several with a semicolon between";
        replace: "Alle bestaande trefwoorden vervangen", "Replace all existing keywords";
        journeys: "Automations", "Automations";
        start: "starten", "start";
        stop: "stoppen", "stop";
        switch_on: "aanzetten", "switch on";
        switch_off: "uitzetten", "switch off";
        leave: "laten zoals het is", "leave as it is";
        would_change: "Zou wijzigen", "Would change";
        already: "Heeft de waarden al (wordt wel gekoppeld)", "Has the values already (is linked all the same)";
        refused: "Geweigerd door een regel van het CRM", "Refused by a rule of the CRM";
        looked_at: "De eerste {} zijn bekeken; de andere volgen bij het opslaan.",
            "The first {} were looked at; the others follow when saving.";
        examples: "Onder meer", "Among others";
        nobody: "Er past niemand bij deze keuze.", "Nobody matches this choice.";
        nothing: "Er is nog niets gekozen om te wijzigen.", "Nothing to change was chosen yet.";
        saving: "Wordt opgeslagen …", "Being saved …";
        to_job: "Naar de opdracht met het resultaat per contact", "To the job with the result for each contact";
        other_values: "Andere waarden kiezen", "Choose other values";
    }
}

#[derive(Template)]
#[template(path = "bulk_choose.html")]
struct Choose<'a> {
    frame: &'a Frame,
    w: &'static BulkWords,
    problem: Option<&'static str>,
    rows: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "bulk_set.html")]
struct Set<'a> {
    frame: &'a Frame,
    w: &'static BulkWords,
    problem: Option<String>,
    number: u64,
    chosen: String,
    inputs: Vec<(String, String, String)>,
    keywords: String,
    replace: bool,
    permissions: Vec<(u32, String, &'static str)>,
    /// Trigger, name, and what is to be done with it (YO-33, YO-49).
    journeys: Vec<(String, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "bulk_look.html")]
struct Look<'a> {
    frame: &'a Frame,
    w: &'static BulkWords,
    number: u64,
    chosen: String,
    preview: Option<Preview>,
    examples: Vec<(String, String)>,
    refusals: Vec<(String, String, String)>,
    more: Option<String>,
    job: Option<u64>,
    saving: bool,
}

/// Step 1.
pub(crate) async fn choose(visit: Visit) -> Response {
    visit.show(choosing(&visit, None).await)
}

async fn choosing<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
) -> Result<Choose<'a>, Trouble> {
    let filter = crate::crm::find::Filter::default();
    let page = visit.host.crm().find(&filter, None, 100).await?;
    let row = |it: crate::crm::find::Line| {
        let value = format!("{}/{}", it.reference.kind.code(), it.reference.id);
        let name = if it.name.is_empty() {
            it.reference.id
        } else {
            it.name
        };
        (value, name, it.email)
    };
    Ok(Choose {
        frame: &visit.frame,
        w: BulkWords::of(visit.language()),
        problem,
        rows: page.lines.into_iter().map(row).collect(),
    })
}

/// Keeps whom step 1 chose, and goes to step 2.
pub(crate) async fn chosen(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let w = BulkWords::of(visit.language());
    let Some(whom) = whom(&fields) else {
        return visit.refuse(choosing(&visit, Some(w.none_ticked)).await);
    };
    match visit.host.crm().choose_for_bulk(whom).await {
        Ok(bulk) => visit.go(&format!("/bulk/{}", bulk.number), "").await,
        Err(BulkError::Nobody) => visit.refuse(choosing(&visit, Some(w.nobody)).await),
        Err(error) => shown(&visit.frame, &error.into()),
    }
}

fn whom(fields: &Fields) -> Option<Selection> {
    let named = |it: &str| {
        let (kind, id) = it.split_once('/')?;
        let kind = RecordKind::from_code(kind)?;
        let id = id.to_owned();
        Some(RecordRef { kind, id })
    };
    let kind = RecordKind::from_code(fields.get("kind"));
    match (fields.get("group"), kind) {
        ("all", Some(kind)) => Some(Selection::All(kind)),
        ("gated", Some(kind)) => Some(Selection::Gated(kind)),
        ("search", Some(kind)) if !fields.get("search").is_empty() => {
            Some(Selection::Search(kind, fields.get("search").to_owned()))
        }
        ("relation", _) if !fields.get("relation").is_empty() => {
            Some(Selection::Relation(fields.get("relation").to_owned()))
        }
        ("these", _) => {
            let records: Vec<RecordRef> = fields.named("record").filter_map(named).collect();
            (!records.is_empty()).then_some(Selection::Records(records))
        }
        _ => None,
    }
}

/// Step 2, or step 3 once values were chosen.
pub(crate) async fn show(visit: Visit, Path(number): Path<u64>) -> Response {
    let bulk = match visit.host.crm().bulk(number).await {
        Ok(bulk) => bulk,
        Err(error) => return shown(&visit.frame, &error.into()),
    };
    if bulk.change.is_empty() && bulk.state == BulkState::Draft {
        visit.show(setting(&visit, &bulk, None, None).await)
    } else {
        visit.show(looking(&visit, bulk).await)
    }
}

/// Step 2 once more.
pub(crate) async fn values(visit: Visit, Path(number): Path<u64>) -> Response {
    match visit.host.crm().bulk(number).await {
        Ok(bulk) => visit.show(setting(&visit, &bulk, None, None).await),
        Err(error) => shown(&visit.frame, &error.into()),
    }
}

async fn setting<'a>(
    visit: &'a Visit,
    bulk: &Bulk,
    typed: Option<&Fields>,
    problem: Option<String>,
) -> Result<Set<'a>, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    let w = BulkWords::of(language);
    let catalogue = crm.catalogue().await?;
    let inputs = FIELDS
        .iter()
        .filter_map(|name| catalogue.named(name))
        .map(|field| {
            let name = format!("field.{}", field.name);
            let value = typed.map(|it| it.get(&name).to_owned()).unwrap_or_default();
            (name, labels::label(language, field), value)
        });
    let inputs = inputs.collect();
    let attributes = crm.attributes().await?;
    let permissions = attributes.into_iter().filter(|it| !it.retired);
    let permissions = permissions.map(|it| {
        let wish = match typed.map(|typed| typed.get(&format!("bit.{}", it.bit))) {
            Some("on") => "on",
            Some("off") => "off",
            Some(_) | None => "",
        };
        (it.bit, it.name, wish)
    });
    let known = Known::of(visit).await?;
    let journeys = known.choices(visit, "").into_iter().map(|it| {
        let wish = match typed.map(|typed| typed.get(&format!("journey.{}", it.code))) {
            Some("start") => "start",
            Some("stop") => "stop",
            Some(_) | None => "",
        };
        (it.code, it.text, wish)
    });
    Ok(Set {
        frame: &visit.frame,
        journeys: journeys.collect(),
        number: bulk.number,
        chosen: counted(bulk.chosen, w.chosen_one, w.chosen),
        inputs,
        keywords: typed
            .map(|it| it.get("keywords").to_owned())
            .unwrap_or_default(),
        replace: typed.is_some_and(|it| it.ticked("replace")),
        permissions: permissions.collect(),
        problem,
        w,
    })
}

/// Keeps the values of step 2, or saves.
pub(crate) async fn save(Path(number): Path<u64>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let done = match fields.get("do") {
        "set" => set(&visit, number, &fields).await,
        "save" => start(&visit, number).await,
        _ => Err(Trouble::NotFound),
    };
    done.unwrap_or_else(|trouble| shown(&visit.frame, &trouble).into_response())
}

async fn set(visit: &Visit, number: u64, fields: &Fields) -> Result<Response, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    let bulk = crm.bulk(number).await?;
    let catalogue = crm.catalogue().await?;
    let mut change = BulkChange::default();
    for (name, text) in fields
        .starting("field.")
        .filter(|(_, text)| !text.is_empty())
    {
        let field = catalogue.named(name).ok_or(Trouble::NotFound)?;
        match value::parse(field.field_type, &field.options, text) {
            Ok(value) => change.fields.insert(name.to_owned(), value),
            Err(problem) => {
                let problem: ValueProblem = problem;
                let label = labels::label(language, field);
                let problem = labels::value_problem(language, &label, problem);
                return Ok(visit.refuse(setting(visit, &bulk, Some(fields), Some(problem)).await));
            }
        };
    }
    change.keywords = keywords(fields);
    for (bit, wish) in fields.starting("bit.") {
        match (bit.parse(), wish) {
            (Ok(bit), "on") => change.on.push(bit),
            (Ok(bit), "off") => change.off.push(bit),
            _ => {}
        }
    }
    for (trigger, wish) in fields.starting("journey.") {
        match wish {
            "start" => change.starts.push(trigger.to_owned()),
            "stop" => change.stops.push(trigger.to_owned()),
            _ => {}
        }
    }
    if change.is_empty() {
        let problem = BulkWords::of(language).nothing.to_owned();
        return Ok(visit.refuse(setting(visit, &bulk, Some(fields), Some(problem)).await));
    }
    crm.set_bulk(number, change).await?;
    Ok(visit.go(&format!("/bulk/{number}"), "").await)
}

fn keywords(fields: &Fields) -> Option<Keywords> {
    let words = fields.get("keywords").split(';').map(str::trim);
    let words: Vec<String> = words
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    let replace = fields.ticked("replace");
    (!words.is_empty() || replace).then_some(Keywords { words, replace })
}

/// Saves in the background: the page shows how far it is. What a stop of the
/// program interrupts goes on when it starts again.
async fn start(visit: &Visit, number: u64) -> Result<Response, Trouble> {
    let crm = visit.host.crm().clone();
    // The first part is saved here, so that what is wrong is said at once.
    let (bulk, _) = crm.save_part(number).await?;
    if bulk.state != BulkState::Saved && visit.rehearsal.is_none() {
        tokio::spawn(async move {
            if let Err(error) = crm.save_bulk(number, |_| {}).await {
                tracing::error!(error = %chain(&error), number, "a bulk change was not saved to its end");
            }
        });
    }
    Ok(visit.go(&format!("/bulk/{number}"), "queued").await)
}

async fn looking(visit: &Visit, bulk: Bulk) -> Result<Look<'_>, Trouble> {
    let w = BulkWords::of(visit.language());
    let preview = if bulk.state == BulkState::Draft {
        let looked = visit.host.crm().preview_bulk_of(bulk.number, LOOKED_AT);
        Some(looked.await?.1)
    } else {
        None
    };
    let known = preview.clone().unwrap_or_default();
    let refused = known.refusals.iter().map(|it| it.0.clone());
    let named: Vec<RecordRef> = known.examples.iter().cloned().chain(refused).collect();
    let names = visit.host.crm().names_of(&named).await?;
    let catalogue = visit.host.crm().catalogue().await?;
    let called = |name: &str| {
        let field = catalogue.named(name);
        field.map_or_else(|| name.to_owned(), |it| labels::label(visit.language(), it))
    };
    let why = |broken: Option<&RuleBroken>| match broken {
        Some(broken) => labels::rule_problem(visit.language(), broken, called),
        None => visit
            .explainer
            .text(visit.language(), "no-such-record", &[]),
    };
    let example = |it: &RecordRef| (tail(it), names.of(it));
    let refusal = |(record, broken): &(RecordRef, Option<RuleBroken>)| {
        (tail(record), names.of(record), why(broken.as_ref()))
    };
    Ok(Look {
        frame: &visit.frame,
        number: bulk.number,
        chosen: counted(bulk.chosen, w.chosen_one, w.chosen),
        examples: known.examples.iter().map(example).collect(),
        refusals: known.refusals.iter().map(refusal).collect(),
        more: known.more.then(|| fill(w.looked_at, known.looked_at())),
        saving: bulk.state == BulkState::UnderWay,
        job: bulk.job,
        preview,
        w,
    })
}

impl From<BulkError> for Trouble {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Store(error) => error.into(),
            BulkError::Unknown(_)
            | BulkError::Saved(_)
            | BulkError::Empty(_)
            | BulkError::Nobody => Self::NotFound,
        }
    }
}
