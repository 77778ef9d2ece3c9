//! Automatic actions (YO-38..YO-42): type, name and description; what they write
//! to the contact; and the stage of a sales scheme that they are bound to.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use crate::{
    contract::{AutomaticAction, RecordState},
    crm::{
        codes::Code,
        sales::{BoundAction, Stage},
    },
    web::{
        form::{Fields, Posted},
        frame::Frame,
        journeys::{fields, known::Known},
        links::encoded,
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

words! {
    struct ActionWords {
        title: "Automatische acties", "Automatic actions";
        new: "Nieuwe automatische actie", "New automatic action";
        action_type: "Actie type", "Action type";
        change_contact: "Aanpassen: contactpersoon", "Change: contact person";
        another: "een andere", "another one";
        name: "Naam", "Name";
        description: "Beschrijving", "Description";
        contact: "Contactpersoongegevens", "Contact details";
        note: "Notitie", "Note";
        state: "Status", "Status";
        leave: "laten zoals hij is", "leave as it is";
        target: "Voor welk systeem", "For which system";
        journeys: "Automations", "Automations";
        starts: "Start", "Start";
        stops: "Stop", "Stop";
        scheme: "Verkoopschema", "Sales scheme";
        stage: "Verkoopfase", "Sales stage";
        must: "verplicht", "required";
        incomplete: "Actie type, naam, schema en fase zijn verplicht.",
            "Action type, name, scheme and stage are required.";
        none_yet: "Er zijn nog geen automatische acties; maak hieronder de eerste.",
            "There are no automatic actions yet; make the first one below.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    id: String,
}

#[derive(Template)]
#[template(path = "actions.html")]
struct Actions<'a> {
    frame: &'a Frame,
    w: &'static ActionWords,
    may: bool,
    problem: Option<&'static str>,
    actions: Vec<(String, String, String)>,
    form: Form,
    permissions: Vec<(u32, String, bool)>,
    /// Trigger, name, whether it starts, whether it stops.
    journeys: Vec<(String, String, bool, bool)>,
}

/// What stands in the form.
#[derive(Default)]
struct Form {
    id: String,
    action_type: String,
    name: String,
    description: String,
    note: String,
    state: &'static str,
    target: String,
    starts: Vec<String>,
    stops: Vec<String>,
    scheme: String,
    stage: String,
    permissions: Vec<u32>,
}

impl Form {
    fn of(bound: &BoundAction) -> Self {
        let it = &bound.action;
        Self {
            id: it.id.clone(),
            action_type: it.action_type.clone(),
            name: it.name.clone(),
            description: it.description.clone().unwrap_or_default(),
            note: it.note.clone().unwrap_or_default(),
            state: it.state.map_or("", Code::code),
            target: it.target_system.clone(),
            starts: it.starts.clone(),
            stops: it.stops.clone(),
            scheme: bound.stage.scheme.clone(),
            stage: bound.stage.name.clone(),
            permissions: it.permissions.clone(),
        }
    }

    fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            id: text("id"),
            action_type: text("type"),
            name: text("name"),
            description: text("description"),
            note: text("note"),
            state: RecordState::from_code(fields.get("state")).map_or("", Code::code),
            target: text("target"),
            starts: fields.named("start").map(str::to_owned).collect(),
            stops: fields.named("stop").map(str::to_owned).collect(),
            scheme: text("scheme"),
            stage: text("stage"),
            permissions: fields
                .named("permission")
                .filter_map(|it| it.parse().ok())
                .collect(),
        }
    }

    /// The action; none where something that is required is missing (YO-38).
    fn bound(&self) -> Option<BoundAction> {
        let required = [&self.action_type, &self.name, &self.scheme, &self.stage];
        if required.iter().any(|it| it.is_empty()) {
            return None;
        }
        let some = |it: &String| (!it.is_empty()).then(|| it.clone());
        let id = if self.id.is_empty() {
            uuid::Uuid::new_v4().simple().to_string()
        } else {
            self.id.clone()
        };
        Some(BoundAction {
            stage: Stage {
                scheme: self.scheme.clone(),
                name: self.stage.clone(),
            },
            action: AutomaticAction {
                id,
                action_type: self.action_type.clone(),
                target_system: self.target.clone(),
                name: self.name.clone(),
                description: some(&self.description),
                note: some(&self.note),
                state: RecordState::from_code(self.state),
                permissions: self.permissions.clone(),
                starts: self.starts.clone(),
                stops: self.stops.clone(),
            },
        })
    }
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &asked.id, None, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    id: &str,
    typed: Option<Form>,
    problem: Option<&'static str>,
) -> Result<Actions<'a>, Trouble> {
    let crm = visit.host.crm();
    let bound = crm.bound_actions().await?;
    let held = bound.iter().find(|it| it.action.id == id).map(Form::of);
    let form = typed.or(held).unwrap_or_else(|| Form {
        action_type: "change-contact".to_owned(),
        target: "spotler".to_owned(),
        ..Form::default()
    });
    let attributes = crm.attributes().await?;
    let current = attributes.into_iter().filter(|it| !it.retired);
    let permissions = current.map(|it| {
        let on = form.permissions.contains(&it.bit);
        (it.bit, it.name, on)
    });
    let line = |it: &BoundAction| {
        let stage = format!("{} · {}", it.stage.scheme, it.stage.name);
        (encoded(&it.action.id), it.action.name.clone(), stage)
    };
    let journeys = journeys(visit, &form).await?;
    Ok(Actions {
        frame: &visit.frame,
        journeys,
        w: ActionWords::of(visit.language()),
        may: visit.may(),
        problem,
        actions: bound.iter().map(line).collect(),
        permissions: permissions.collect(),
        form,
    })
}

/// All journeys that can be started, and besides those that the action names and
/// nobody listed.
async fn journeys(
    visit: &Visit,
    form: &Form,
) -> Result<Vec<(String, String, bool, bool)>, Trouble> {
    let known = Known::of(visit).await?;
    let mut codes: Vec<(String, String)> = known
        .choices(visit, "")
        .into_iter()
        .map(|it| (it.code, it.text))
        .collect();
    for code in form.starts.iter().chain(&form.stops) {
        let listed = codes.iter_mut().find(|(it, _)| fields::same(it, code));
        match listed {
            // Kept as it was written: with or without its kind.
            Some(it) => it.0.clone_from(code),
            None => codes.push((code.clone(), known.name(code))),
        }
    }
    let row = |(code, name): (String, String)| {
        let (on, off) = (form.starts.contains(&code), form.stops.contains(&code));
        (code, name, on, off)
    };
    Ok(codes.into_iter().map(row).collect())
}

/// Adds an action or changes one; refused without the right.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    if let Err(trouble) = visit.needs_right() {
        return shown(&visit.frame, &trouble);
    }
    let form = Form::typed(&fields);
    let Some(bound) = form.bound() else {
        let w = ActionWords::of(visit.language());
        return visit.refuse(gather(&visit, "", Some(form), Some(w.incomplete)).await);
    };
    let address = format!("/actions?id={}", encoded(&bound.action.id));
    match visit.host.crm().bind_action(bound).await {
        Ok(()) => visit.go(&address, "saved").await,
        Err(error) => shown(&visit.frame, &error.into()),
    }
}
