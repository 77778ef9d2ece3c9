//! The mapping (YO-16..YO-21): for each field of the CRM a drop-down with the
//! properties of Spotler and their types. The e-mail address is shown and stays as it
//! is (YO-52). Cancelling is a link (YO-20).

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
    contract::{FieldType, MappingRow, NamedValue, Property, RecordKind},
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
        locked: "Staat vast: aan het e-mailadres herkent Spotler een contact.",
            "Stays as it is: Spotler knows a contact by the e-mail address.";
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
    /// The property that the field keeps; none: another one can be chosen.
    kept: Option<String>,
}

/// Whether a field holds the e-mail address, by which Spotler knows a contact.
fn is_address(field: &Field) -> bool {
    field.meaning.as_deref() == Some("email")
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
        // Where no property was found for the address, one is still to be chosen.
        let kept = Some(held.clone()).filter(|it| is_address(field) && !it.is_empty());
        let chosen = match typed {
            Some(typed) if kept.is_none() => typed.get(&name).to_owned(),
            Some(_) | None => held,
        };
        Row {
            kept,
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
    let faults = visit.host.mapping_faults(&mapping).await?;
    if !faults.is_empty() {
        let known = (&catalogue, properties.as_slice());
        let faults = faults.iter().map(|it| fault(visit, known, kind, it));
        let faults: Vec<String> = faults.collect();
        return Ok(Done::Refused(fill(w.faults, faults.join(" "))));
    }
    if !fields.ticked("what-if") {
        visit.host.save_mapping(mapping).await?;
        return Ok(Done::Saved);
    }
    let forecast = visit.host.what_if(&mapping).await?;
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

/// What is wrong with a row, with field and property as people call them; of another
/// kind of contact than the page is about, with its kind.
fn fault(
    visit: &Visit,
    (catalogue, properties): (&Catalogue, &[Property]),
    kind: RecordKind,
    fault: &MappingFault,
) -> String {
    let (language, words) = (visit.language(), visit.frame.words);
    let called = |it: &NamedValue| {
        let name = match it.name.as_str() {
            "field" => catalogue
                .named(&it.value)
                .map(|it| labels::label(language, it)),
            "property" => {
                let property = properties.iter().find(|known| known.name == it.value);
                property.map(|it| it.label.clone())
            }
            "field-type" => FieldType::from_code(&it.value).map(|it| words.type_of(it).to_owned()),
            _ => None,
        };
        NamedValue {
            name: it.name.clone(),
            value: name.unwrap_or_else(|| it.value.clone()),
        }
    };
    let about: Vec<NamedValue> = fault.reason.about.iter().map(called).collect();
    let text = visit.explainer.text(language, &fault.reason.code, &about);
    if fault.kind == kind {
        text
    } else {
        format!("({}) {text}", words.kind_of(fault.kind))
    }
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
