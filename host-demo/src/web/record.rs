//! The page of a record: status, permissions, timeline, history and why.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use koppel_embedding::queue::HistoryEntry;

use super::{
    Pages,
    language::Asked,
    page::{Frame, Refusal, moment, rendered},
    texts::Texts,
};
use crate::{
    contract::{Activity, RecordKind, RecordRef},
    crm::{Record, attributes::Attribute, codes::Code, record::Choice, value},
    explain::{Explainer, Language},
    host::HostError,
};

/// So many calls and activities are shown.
const LINES: u32 = 50;

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    name: String,
    reference: String,
    status: &'static str,
    status_code: &'static str,
    reason: String,
    next_step: Option<String>,
    facts: Vec<(String, String)>,
    permissions: Vec<Permission>,
    timeline: Vec<Sent>,
    history: Vec<Call>,
}

struct Permission {
    name: String,
    consent: &'static str,
    origin: &'static str,
    evidence: String,
    at: String,
}

struct Sent {
    at: String,
    kind: &'static str,
    title: String,
    facts: String,
}

struct Call {
    at: String,
    hook: String,
    attempt: u32,
    outcome: &'static str,
    reason: String,
    why: Vec<(String, String)>,
}

pub(crate) async fn show(
    State(pages): State<Pages>,
    Asked(language): Asked,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let Some(kind) = RecordKind::from_code(&kind) else {
        return Err(Refusal::NotFound(language));
    };
    match gather(&pages, language, RecordRef { kind, id }).await {
        Ok(Some(page)) => Ok(rendered(&page)),
        Ok(None) => Err(Refusal::NotFound(language)),
        Err(error) => Err(Refusal::Failed(language, error)),
    }
}

async fn gather(
    pages: &Pages,
    language: Language,
    reference: RecordRef,
) -> Result<Option<RecordPage>, HostError> {
    let crm = pages.host.crm();
    let Some(record) = crm.record(&reference).await? else {
        return Ok(None);
    };
    // The page's own address, with whatever the id holds, is relative to itself.
    let frame = Frame::new(language, "?");
    let texts = frame.texts;
    let catalogue = crm.catalogue().await?;
    let history = crm.history(&reference, LINES).await?;
    // The facts of a reason stand in the history line that gave it.
    let facts_of = |code: &str| {
        let line = history.iter().find(|it| it.reason.code == code);
        line.map_or(&[][..], |it| &it.reason.about)
    };
    let explain = |code: &str| pages.explainer.text(language, code, facts_of(code));
    let next = |code: &str| pages.explainer.next_step(language, code, facts_of(code));
    let mut facts = own_facts(&record, texts);
    for field in catalogue.fields() {
        if let Some(it) = record.fields.get(&field.name) {
            facts.push((field.label.clone(), value::to_text(it)));
        }
    }
    Ok(Some(RecordPage {
        name: record.name(),
        reference: format!("{} {}", texts.kind_of(reference.kind), reference.id),
        status: texts.status_of(record.status),
        status_code: record.status.map_or("none", Code::code),
        reason: record.reason.as_deref().map(explain).unwrap_or_default(),
        next_step: record.reason.as_deref().and_then(next),
        facts,
        permissions: permissions(&record, &crm.attributes().await?, texts),
        timeline: crm
            .timeline(&reference, LINES)
            .await?
            .iter()
            .map(|it| sent(it, texts))
            .collect(),
        history: history
            .iter()
            .map(|it| call(it, &pages.explainer, language, texts))
            .collect(),
        frame,
    }))
}

fn own_facts(record: &Record, texts: &'static Texts) -> Vec<(String, String)> {
    let yes_no = |it: bool| texts.yes_no(it).to_owned();
    let mail = format!(
        "{} ({})",
        yes_no(record.mail.allowed),
        texts.origin_of(record.mail.origin)
    );
    vec![
        (texts.state.clone(), texts.state_of(record.state).to_owned()),
        (texts.gate.clone(), yes_no(record.gate)),
        (texts.sync_enabled.clone(), yes_no(record.sync_enabled)),
        (texts.mail.clone(), mail),
        (
            texts.owner.clone(),
            record.owner.clone().unwrap_or_default(),
        ),
        (
            texts.relation.clone(),
            record.relation.clone().unwrap_or_default(),
        ),
    ]
}

/// All permissions of the account, and what the person said for each.
fn permissions(
    record: &Record,
    attributes: &[Attribute],
    texts: &'static Texts,
) -> Vec<Permission> {
    let permission = |attribute: &Attribute| {
        let said: Option<&Choice> = record.permissions.get(&attribute.bit);
        Permission {
            name: attribute.name.clone(),
            consent: said.map_or(&texts.consent_unset, |it| texts.consent_of(it.consent)),
            origin: said.map_or("", |it| texts.origin_of(it.origin)),
            evidence: said.map(|it| it.evidence.clone()).unwrap_or_default(),
            at: said.map(|it| moment(it.changed_at)).unwrap_or_default(),
        }
    };
    let shown = |it: &&Attribute| !it.retired || record.permissions.contains_key(&it.bit);
    attributes.iter().filter(shown).map(permission).collect()
}

fn sent(activity: &Activity, texts: &'static Texts) -> Sent {
    let facts: Vec<String> = activity
        .facts
        .iter()
        .map(|it| format!("{}: {}", it.name, it.value))
        .collect();
    Sent {
        at: moment(activity.at),
        kind: texts.activity_of(activity.kind),
        title: activity.title.clone(),
        facts: facts.join(" · "),
    }
}

fn call(
    entry: &HistoryEntry,
    explainer: &Explainer,
    language: Language,
    texts: &'static Texts,
) -> Call {
    let why = entry.why.iter().map(|it| {
        (
            it.rule.clone(),
            explainer.text(language, &it.led_to, &it.about),
        )
    });
    Call {
        at: moment(entry.ended_at),
        hook: entry.hook.clone(),
        attempt: entry.attempt,
        outcome: texts.outcome_of(&entry.outcome).unwrap_or("–"),
        reason: explainer.text(language, &entry.reason.code, &entry.reason.about),
        why: why.collect(),
    }
}
