//! Signing up for a newsletter (AU-24): the form as a website would have it, and
//! the word of thanks. What was ticked counts as the person's own opt-in, with the
//! form as its evidence.

use askama::Template;
use axum::{
    extract::{Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    form::{Fields, Posted},
    frame::Frame,
    labels,
    links::tail,
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{RecordKind, RecordRef},
    crm::{SaveError, sign_ups::Form},
    host::HostError,
};

words! {
    struct SignUpWords {
        title: "Aanmelden voor de nieuwsbrief", "Sign up for the newsletter";
        hint: "Zo staat het op een website. Is een automation aan dit formulier gekoppeld, dan stuurt Spotler een bevestiging.",
            "As a website would have it. Where an automation is bound to this form, Spotler sends a confirmation.";
        to_bindings: "Koppelingen bekijken", "See the bindings";
        form: "Formulier", "Form";
        first_name: "Voornaam", "First name";
        last_name: "Achternaam", "Last name";
        wants: "Ik wil ontvangen", "I want to receive";
        send: "Aanmelden", "Sign up";
        thanks: "Bedankt voor uw aanmelding, {}.", "Thank you for signing up, {}.";
        confirmation: "De aanmelding is vastgelegd met wat is aangevinkt als toestemming.",
            "The sign-up is recorded, with what was ticked as consent.";
        to_contact: "Naar het contact", "To the contact";
        e_email: "Vul een e-mailadres in.", "Enter an e-mail address.";
        e_form: "Het formulier heeft een naam nodig.", "The form needs a name.";
        e_nothing: "Kruis aan wat u wilt ontvangen.", "Tick what you want to receive.";
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// Who has just signed up.
    #[serde(default)]
    thanks: String,
}

#[derive(Template)]
#[template(path = "sign_up.html")]
struct SignUp<'a> {
    frame: &'a Frame,
    w: &'static SignUpWords,
    problem: Option<String>,
    thanks: Option<(String, String)>,
    id: String,
    form: String,
    email: String,
    first_name: String,
    last_name: String,
    permissions: Vec<(u32, String, bool)>,
}

pub(crate) async fn show(visit: Visit, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    visit.show(gather(&visit, &Fields::default(), &asked.thanks, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    typed: &Fields,
    thanks: &str,
    problem: Option<String>,
) -> Result<SignUp<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), SignUpWords::of(visit.language()));
    let thanked = RecordRef {
        kind: RecordKind::Contact,
        id: thanks.to_owned(),
    };
    let thanks = crm.record(&thanked).await?;
    let thanks = thanks.map(|it| (fill(w.thanks, it.name()), tail(&thanked)));
    let ticked: Vec<&str> = typed.named("permission").collect();
    let attributes = crm.attributes().await?;
    let permissions = attributes.into_iter().filter(|it| !it.retired);
    let permissions = permissions.map(|it| {
        let on = ticked.contains(&it.bit.to_string().as_str());
        (it.bit, it.name, on)
    });
    let text = |name: &str| typed.get(name).to_owned();
    // One for each time that the form is shown: sent twice, it is one sign-up.
    let id = Some(text("id")).filter(|it| !it.is_empty());
    let form = Some(text("form")).filter(|it| !it.is_empty());
    Ok(SignUp {
        frame: &visit.frame,
        w,
        problem,
        thanks,
        id: id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        form: form.unwrap_or_else(|| "newsletter".to_owned()),
        email: text("email"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        permissions: permissions.collect(),
    })
}

/// Takes the form in.
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(Ok(Some(contact))) => {
            let thanks = super::links::encoded(&contact.id);
            visit.go(&format!("/sign-up?thanks={thanks}"), "").await
        }
        Ok(Ok(None)) => visit.go("/sign-up", "unchanged").await,
        Ok(Err(problem)) => visit.refuse(gather(&visit, &fields, "", Some(problem)).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(
    visit: &Visit,
    fields: &Fields,
) -> Result<Result<Option<RecordRef>, String>, Trouble> {
    let w = SignUpWords::of(visit.language());
    let email = fields.get("email");
    let permissions: Vec<u32> = fields
        .named("permission")
        .filter_map(|it| it.parse().ok())
        .collect();
    let problem = match (email.is_empty(), fields.get("form"), permissions.is_empty()) {
        (true, ..) => Some(w.e_email),
        (false, "", _) => Some(w.e_form),
        (false, _, true) => Some(w.e_nothing),
        (false, _, false) => None,
    };
    if let Some(problem) = problem {
        return Ok(Err(problem.to_owned()));
    }
    let some = |name: &str| Some(fields.get(name).to_owned()).filter(|it| !it.is_empty());
    let form = Form {
        id: some("id").unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        name: fields.get("form").to_owned(),
        email: email.to_owned(),
        first_name: some("first_name"),
        last_name: some("last_name"),
        permissions,
        values: Vec::new(),
    };
    match visit.host.crm().sign_up(form).await {
        Ok(contact) => Ok(Ok(contact)),
        Err(SaveError::Rule { broken, .. }) => {
            let called = |name: &str| name.to_owned();
            Ok(Err(labels::rule_problem(visit.language(), &broken, called)))
        }
        Err(error @ (SaveError::Unknown(_) | SaveError::Exists(_) | SaveError::Store(_))) => {
            Err(HostError::from(error).into())
        }
    }
}
