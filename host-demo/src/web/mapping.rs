//! The mapping (YO-16..YO-21): for each field of the CRM a drop-down with the
//! properties of Spotler and their types. Cancelling is a link (YO-20).

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use koppel_embedding::contract::connection::MappingFault;
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    labels,
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{MappingRow, Property, RecordKind},
    crm::{
        codes::Code,
        fields::{Catalogue, Field},
    },
};

words! {
    struct MappingWords {
        title: "Mapping", "Mapping";
        choose: "Kies aan welk invoerveld elk veld in Spotler gekoppeld moet worden.",
            "Choose to which input field each field must be linked in Spotler.";
        not_saved: "De mapping is nog niet opgeslagen; tot dan wordt er niets gesynchroniseerd.",
            "The mapping has not been saved yet; until then nothing is synced.";
        saving: "Bij het opslaan worden alle gekoppelde contacten opnieuw nagekeken; wie niet verandert, kost geen verzoek.",
            "Saving looks at all linked contacts again; those that do not change cost no request.";
        field: "Veld in het CRM", "Field of the CRM";
        property: "Veld in Spotler", "Field in Spotler";
        nowhere: "Geen mapping in Spotler.", "No mapping in Spotler.";
        other_type: "andere soort", "other type";
        misfit: "Dit past niet bij de soort van het veld: {}. Kies een ander veld van Spotler.",
            "This does not fit the type of the field: {}. Choose another field of Spotler.";
        running: "De gekoppelde contacten worden opnieuw nagekeken: {}.",
            "The linked contacts are being looked at again: {}.";
        what_if: "Wat zou dit wijzigen?", "What would this change?";
        forecast: "{linked} contacten zijn gekoppeld, {changing} zouden wijzigen, met {requests} verzoeken. Er is nog niets opgeslagen.",
            "{linked} contacts are linked, {changing} would change, with {requests} requests. Nothing has been saved yet.";
        faults: "Zo kan de mapping niet opgeslagen worden: {}",
            "The mapping cannot be saved like this: {}";
        kinds: "Soorten contacten", "Kinds of contact";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "mapping.html")]
struct Mapping<'a> {
    frame: &'a Frame,
    w: &'static MappingWords,
    may: bool,
    problem: Option<String>,
    saved: bool,
    running: Option<String>,
    forecast: Option<String>,
    kind: &'static str,
    kinds: Vec<Choice>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    label: String,
    field_type: &'static str,
    options: Vec<Choice>,
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    let kind = RecordKind::from_code(&asked.kind).unwrap_or(RecordKind::Contact);
    visit.show(gather(&visit, kind, None, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    kind: RecordKind,
    typed: Option<&Fields>,
    problem: Option<String>,
) -> Result<Mapping<'a>, Trouble> {
    let w = MappingWords::of(visit.language());
    let state = visit.host.connection().await?;
    let mapping = visit.host.mapping().await?;
    let properties = visit.host.properties().await?;
    let catalogue = visit.host.crm().mappable_fields().await?;
    let fields = catalogue.fields().iter().filter(|it| it.belongs_to(kind));
    let row = |field: &Field| {
        let name = format!("map.{}", field.name);
        let held = mapping
            .iter()
            .find(|it| it.kind == kind && it.field == field.name);
        let held = held.and_then(|it| it.property.clone()).unwrap_or_default();
        let chosen = typed.map_or(held, |it| it.get(&name).to_owned());
        Row {
            label: labels::label(visit.language(), field),
            field_type: visit.frame.words.type_of(field.field_type),
            options: properties
                .iter()
                .map(|it| option(it, field, &chosen, w))
                .collect(),
            name,
        }
    };
    Ok(Mapping {
        frame: &visit.frame,
        may: visit.may(),
        problem,
        saved: state.mapping_saved,
        running: running(visit).await?,
        forecast: None,
        kind: kind.code(),
        kinds: RecordKind::ALL
            .iter()
            .map(|it| Choice {
                code: it.code().to_owned(),
                text: visit.frame.words.kind_of(*it).to_owned(),
                chosen: *it == kind,
            })
            .collect(),
        rows: fields.map(row).collect(),
        w,
    })
}

fn option(property: &Property, field: &Field, chosen: &str, w: &MappingWords) -> Choice {
    let fits = property.fits.contains(&field.field_type);
    let mark = if fits {
        String::new()
    } else {
        format!(" – {}", w.other_type)
    };
    Choice {
        code: property.name.clone(),
        text: format!("{} ({}){mark}", property.label, property.property_type),
        chosen: property.name == chosen,
    }
}

/// How far the look at all linked contacts is, while it runs.
async fn running(visit: &Visit) -> Result<Option<String>, Trouble> {
    let queue = visit.host.crm().queue(1_000).await?;
    let events = queue.waiting.iter().chain(&queue.retrying);
    let ours = events.into_iter().find(|it| it.hook == "on-mapping-saved");
    Ok(ours.map(|it| {
        let far = it.progress.as_ref();
        let far = far.map_or("…".to_owned(), |it| format!("{} / {}", it.done, it.total));
        fill(MappingWords::of(visit.language()).running, far)
    }))
}

/// Saves the mapping, or says first what that would change; refused without the
/// right, and where a type does not fit.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let kind = RecordKind::from_code(fields.get("kind")).unwrap_or(RecordKind::Contact);
    match carry_out(&visit, kind, &fields).await {
        Ok(Done::Saved) => {
            let address = format!("/mapping?kind={}", kind.code());
            visit.go(&address, "queued").await
        }
        Ok(Done::Forecast(text)) => {
            let page = gather(&visit, kind, Some(&fields), None).await;
            visit.show(page.map(|page| Mapping {
                forecast: Some(text),
                ..page
            }))
        }
        Ok(Done::Refused(problem)) => {
            visit.refuse(gather(&visit, kind, Some(&fields), Some(problem)).await)
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

/// What became of a form.
enum Done {
    Saved,
    /// What saving would change.
    Forecast(String),
    /// Why it cannot be saved.
    Refused(String),
}

async fn carry_out(visit: &Visit, kind: RecordKind, fields: &Fields) -> Result<Done, Trouble> {
    visit.needs_right()?;
    let w = MappingWords::of(visit.language());
    let properties = visit.host.properties().await?;
    let catalogue = visit.host.crm().mappable_fields().await?;
    let misfits = misfits(visit, &catalogue, &properties, fields);
    if !misfits.is_empty() {
        return Ok(Done::Refused(fill(w.misfit, misfits.join(", "))));
    }
    let mut mapping = visit.host.mapping().await?;
    change(&mut mapping, kind, fields, &catalogue);
    if !fields.ticked("what-if") {
        visit.host.save_mapping(mapping).await?;
        return Ok(Done::Saved);
    }
    let forecast = visit.host.what_if(&mapping).await?;
    let fault = |it: &MappingFault| {
        let reason = &it.reason;
        visit
            .explainer
            .text(visit.language(), &reason.code, &reason.about)
    };
    let faults: Vec<String> = forecast.faults.iter().map(fault).collect();
    if !faults.is_empty() {
        return Ok(Done::Refused(fill(w.faults, faults.join(" "))));
    }
    let numbers = [
        ("{linked}", forecast.linked),
        ("{changing}", forecast.changing),
        ("{requests}", forecast.requests),
    ];
    let text = numbers
        .iter()
        .fold(w.forecast.to_owned(), |text, (name, number)| {
            text.replace(name, &number.to_string())
        });
    Ok(Done::Forecast(text))
}

/// Fields that are mapped to a property of another type, as people call them.
fn misfits(
    visit: &Visit,
    catalogue: &Catalogue,
    properties: &[Property],
    fields: &Fields,
) -> Vec<String> {
    let wrong = |(name, property): (&str, &str)| {
        let field = catalogue.named(name)?;
        let property = properties.iter().find(|it| it.name == property)?;
        let fits = property.fits.contains(&field.field_type);
        let label = labels::label(visit.language(), field);
        (!fits).then(|| format!("{label} → {}", property.label))
    };
    fields.starting("map.").filter_map(wrong).collect()
}

/// Puts what was chosen for one kind into the mapping of all kinds.
fn change(mapping: &mut Vec<MappingRow>, kind: RecordKind, fields: &Fields, known: &Catalogue) {
    for (name, property) in fields.starting("map.") {
        if known.of(kind, name).is_none() {
            continue;
        }
        let property = (!property.is_empty()).then(|| property.to_owned());
        let row = mapping
            .iter_mut()
            .find(|it| it.kind == kind && it.field == name);
        match row {
            Some(row) => row.property = property,
            None => mapping.push(MappingRow {
                kind,
                field: name.to_owned(),
                property,
            }),
        }
    }
}
