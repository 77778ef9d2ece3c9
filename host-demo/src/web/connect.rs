//! The connection with Spotler: key and secret, which are written and never
//! shown, the profile, and what Spotler answered (PV-02..PV-08, YO-02, YO-07).

use askama::Template;
use axum::response::Response;
use koppel_embedding::{
    Secret,
    contract::connection::{Profile, State},
};

use super::{
    form::{Fields, Posted},
    frame::Frame,
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::words,
};
use crate::host::{SettingsForm, SettingsView};

/// The code of an account without permissions.
const NO_PERMISSIONS: &str = "no-permissions";

words! {
    struct ConnectWords {
        title: "Verbinding met Spotler", "Connection with Spotler";
        active: "De verbinding is actief.", "The connection is active.";
        inactive: "De verbinding is niet actief.", "The connection is not active.";
        backup: "Maak eerst een back-up: laat in Spotler de lijst met alle contacten exporteren, of gebruik de back-up van het CRM. Wat de synchronisatie overschrijft, wordt ook zonder back-up negentig dagen bewaard en is per contact terug te zetten; met een back-up kan alles tegelijk.",
            "Make a backup first: export the list of all contacts in Spotler, or use the CRM's own backup. What the sync overwrites is kept for ninety days without a backup too, and can be put back contact by contact; a backup puts everything back at once.";
        to_backups: "Naar de back-ups", "To the backups";
        key: "Spotler API Key", "Spotler API Key";
        secret: "Spotler API Secret", "Spotler API Secret";
        kept: "Is ingevuld en wordt nooit getoond; leeg laten houdt wat er is.",
            "Has been entered and is never shown; left empty, it stays as it is.";
        not_set: "Nog niet ingevuld.", "Not entered yet.";
        address: "Adres van Spotler", "Address of Spotler";
        profile: "Profiel", "Profile";
        activate: "Verbinding activeren", "Activate the connection";
        save: "Instellingen opslaan", "Save the settings";
        checking: "De gegevens worden bij Spotler nagekeken; de uitkomst verschijnt hier vanzelf.",
            "Spotler is being asked whether they are right; the outcome appears here by itself.";
        permissions_hint: "De permissies van het Spotler-account; elke is een keuze bij het contact.",
            "The permissions of the Spotler account; each is a choice on the contact.";
        no_permissions: "Nog geen; ze verschijnen zodra de verbinding klopt.",
            "None yet; they appear as soon as the connection is right.";
        need_key: "Vul de Spotler API Key in.", "Enter the Spotler API Key.";
        need_secret: "Vul het Spotler API Secret in.", "Enter the Spotler API Secret.";
        no_right: "U mag dit zien en niet wijzigen: daarvoor is het recht “spotler” nodig.",
            "You may see this and not change it: that needs the right “spotler”.";
        standard: "standaard", "standard";
        custom: "eigen profiel", "own profile";
    }
}

#[derive(Template)]
#[template(path = "connect.html")]
struct Connect<'a> {
    frame: &'a Frame,
    w: &'static ConnectWords,
    may: bool,
    problem: Option<&'static str>,
    state: State,
    /// What stands where the account has no permission.
    no_permissions: String,
    explanation: String,
    checking: bool,
    rejected: Option<String>,
    key: String,
    secret_present: bool,
    address: String,
    profiles: Vec<Choice>,
    wants_active: bool,
}

pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(gather(&visit, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    problem: Option<&'static str>,
) -> Result<Connect<'a>, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    let settings = crm.settings().await?;
    let state = visit.host.connection().await?;
    let queue = crm.queue(1_000).await?;
    let is_ours = |it: &str| it == "on-settings-saved";
    let checking = queue
        .waiting
        .iter()
        .chain(&queue.retrying)
        .any(|it| is_ours(it.hook));
    let rejected = queue.rejected.iter().find(|it| is_ours(it.event.hook()));
    let rejected = rejected.map(|it| {
        visit
            .explainer
            .text(language, &it.reason.code, &it.reason.about)
    });
    Ok(Connect {
        frame: &visit.frame,
        w: ConnectWords::of(language),
        may: visit.may(),
        problem,
        no_permissions: if state.active {
            account_has_none(visit)
        } else {
            ConnectWords::of(language).no_permissions.to_owned()
        },
        explanation: visit.explainer.text(language, &state.reason, &[]),
        checking,
        rejected,
        key: settings
            .as_ref()
            .map(|it| it.key.clone())
            .unwrap_or_default(),
        secret_present: settings.as_ref().is_some_and(|it| it.secret_present),
        address: settings
            .as_ref()
            .map(|it| it.address.clone())
            .unwrap_or_default(),
        profiles: profiles(visit, settings.as_ref()).await?,
        wants_active: settings.as_ref().is_none_or(|it| it.active),
        state,
    })
}

/// That the Spotler account has no permissions, and what to do about it (PV-08).
pub(crate) fn account_has_none(visit: &Visit) -> String {
    let (explainer, language) = (&visit.explainer, visit.language());
    let text = explainer.text(language, NO_PERMISSIONS, &[]);
    let next = explainer.next_step(language, NO_PERMISSIONS, &[]);
    next.map_or(text.clone(), |it| format!("{text} {it}"))
}

async fn profiles(visit: &Visit, settings: Option<&SettingsView>) -> Result<Vec<Choice>, Trouble> {
    let (known, w) = (
        visit.host.profiles().await?,
        ConnectWords::of(visit.language()),
    );
    let (current, custom) = match settings.map(|it| &it.profile) {
        Some(Profile::Named(name)) => (name.as_str(), false),
        Some(Profile::Custom(_)) => ("", true),
        None => ("default", false),
    };
    let mut profiles: Vec<Choice> = known
        .into_iter()
        .map(|it| Choice {
            chosen: it == current,
            text: called(w, &it).to_owned(),
            code: it,
        })
        .collect();
    if custom {
        profiles.push(Choice {
            code: String::new(),
            text: w.custom.to_owned(),
            chosen: true,
        });
    }
    Ok(profiles)
}

/// What people call a profile.
fn called<'a>(w: &ConnectWords, profile: &'a str) -> &'a str {
    match profile {
        "default" => w.standard,
        "perfectview" => "PerfectView",
        "yoobi" => "Yoobi",
        "dynamics365" => "Dynamics 365",
        other => other,
    }
}

/// Saves the settings and has them checked; refused without the right (PV-02).
pub(crate) async fn save(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &fields).await {
        Ok(None) => visit.go("/connect", "queued").await,
        Ok(Some(problem)) => visit.refuse(gather(&visit, Some(problem)).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<Option<&'static str>, Trouble> {
    visit.needs_right()?;
    let (crm, w) = (visit.host.crm(), ConnectWords::of(visit.language()));
    let stored = crm.settings().await?;
    let (key, secret) = (fields.get("key"), fields.get("secret"));
    if key.is_empty() && stored.as_ref().is_none_or(|it| it.key.is_empty()) {
        return Ok(Some(w.need_key));
    }
    if secret.is_empty() && !stored.is_some_and(|it| it.secret_present) {
        return Ok(Some(w.need_secret));
    }
    crm.change_settings(|form| change(form, fields)).await?;
    Ok(None)
}

fn change(form: &mut SettingsForm, fields: &Fields) {
    let sent = |name: &str| {
        Some(fields.get(name))
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
    };
    form.active = fields.ticked("active");
    form.secret = sent("secret").map(Secret::new);
    if let Some(key) = sent("key") {
        form.key = key;
    }
    if let Some(address) = sent("address") {
        form.address = address;
    }
    if let Some(profile) = sent("profile") {
        form.profile = Profile::Named(profile);
    }
}
