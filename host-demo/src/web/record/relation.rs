//! A relation with its module fields (YO-43..YO-48): a changed field syncs the
//! relation's primary contact.

use askama::Template;
use axum::{extract::Path, response::Response};

use crate::{
    contract::FieldValue,
    crm::{
        relations::{module_field_name, module_field_value},
        value,
    },
    web::{
        form::{Fields, Posted},
        frame::Frame,
        labels,
        links::encoded,
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

words! {
    struct RelationWords {
        title: "Relatie", "Relation";
        id: "Nummer", "Id";
        name: "Naam", "Name";
        fields: "Modulevelden", "Module fields";
        hint: "Een veld waarvan de naam op het woord “module” eindigt, gaat met het primaire contact mee naar Spotler.",
            "A field whose name ends in the word “module” goes to Spotler with the primary contact.";
        add: "Nieuw veld", "New field";
        field: "Veld", "Field";
        value: "Waarde", "Value";
        value_hint: "ja, nee of een aantal", "yes, no or a number";
    }
}

#[derive(Template)]
#[template(path = "relation.html")]
struct Page<'a> {
    frame: &'a Frame,
    w: &'static RelationWords,
    problem: Option<String>,
    id: String,
    link: String,
    name: String,
    fields: Vec<Shown>,
}

struct Shown {
    label: String,
    value: String,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    visit.show(gather(&visit, &id, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    id: &str,
    problem: Option<String>,
) -> Result<Page<'a>, Trouble> {
    let relation = visit.host.crm().relation(id).await?;
    let (name, fields) =
        relation.map_or_else(|| (id.to_owned(), Vec::new()), |it| (it.name, it.fields));
    let words = visit.frame.words;
    let shown = fields.into_iter().map(|it| Shown {
        value: match it.value {
            Some(FieldValue::Boolean(it)) => words.yes_no(it).to_owned(),
            Some(other) => value::to_text(&other),
            None => String::new(),
        },
        label: it.label,
    });
    Ok(Page {
        frame: &visit.frame,
        w: RelationWords::of(visit.language()),
        problem,
        id: id.to_owned(),
        link: encoded(id),
        name,
        fields: shown.collect(),
    })
}

/// Saves the name, and one field.
pub(crate) async fn save(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &id, &fields).await {
        Ok(None) => {
            visit
                .go(&format!("/relations/{}", encoded(&id)), "saved")
                .await
        }
        Ok(Some(problem)) => visit.refuse(gather(&visit, &id, Some(problem)).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, id: &str, fields: &Fields) -> Result<Option<String>, Trouble> {
    let crm = visit.host.crm();
    let label = fields.get("field");
    if !fields.get("name").is_empty() {
        crm.set_relation(id, fields.get("name")).await?;
    }
    if label.is_empty() {
        return Ok(None);
    }
    let value = match module_field_value(fields.get("value")) {
        Ok(value) => value,
        Err(problem) => {
            return Ok(Some(labels::value_problem(
                visit.language(),
                label,
                problem,
            )));
        }
    };
    crm.set_relation_field(id, &module_field_name(label), label, value)
        .await?;
    Ok(None)
}
