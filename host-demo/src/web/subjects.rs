//! What an event is about, as a person reads it, with a link to its page.

use super::{
    hooks,
    links::{encoded, tail},
    trouble::Trouble,
    visit::Visit,
};
use crate::{
    contract::{NamedValue, RecordKind, RecordRef},
    crm::codes::Code,
};

/// The name of a subject, and where its page is.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) link: Option<String>,
}

/// A subject such as `contact/C-0001`; a call that is about nothing in
/// particular is called by what it does.
pub(crate) async fn named(
    visit: &Visit,
    subject: Option<&str>,
    hook: &str,
) -> Result<Subject, Trouble> {
    let crm = visit.host.crm();
    let (sort, id) = subject
        .and_then(|it| it.split_once('/'))
        .unwrap_or_default();
    if let Some(kind) = RecordKind::from_code(sort) {
        let reference = RecordRef {
            kind,
            id: id.to_owned(),
        };
        let name = crm.record(&reference).await?.map(|it| it.name());
        return Ok(Subject {
            name: name
                .filter(|it| !it.trim().is_empty())
                .unwrap_or_else(|| id.to_owned()),
            link: Some(format!("/records/{}", tail(&reference))),
        });
    }
    let (name, page) = match sort {
        "campaign" => (crm.campaign(id).await?.map(|it| it.title), "campaigns"),
        "marketing-list" => (crm.list(id).await?.map(|it| it.name), "lists"),
        _ => (None, ""),
    };
    Ok(match name {
        Some(name) => Subject {
            name,
            link: Some(format!("/{page}/{}", encoded(id))),
        },
        None => Subject {
            name: hooks::name(visit.language(), hook).to_owned(),
            link: None,
        },
    })
}

/// The same facts with the title of a campaign instead of its id, and what went wrong
/// as a sentence instead of its code.
pub(crate) async fn titled(
    visit: &Visit,
    facts: &[NamedValue],
) -> Result<Vec<NamedValue>, Trouble> {
    let mut facts = facts.to_vec();
    let mut list = None;
    for fact in facts.iter_mut().filter(|it| it.name == "campaign") {
        if let Some(campaign) = visit.host.crm().campaign(&fact.value).await? {
            fact.value = campaign.title;
            list = Some(NamedValue {
                name: "list".to_owned(),
                value: campaign.list_name,
            });
        }
    }
    let known: Vec<NamedValue> = facts.iter().cloned().chain(list).collect();
    for fact in facts.iter_mut().filter(|it| it.name == "reason") {
        fact.value = sentence(visit, &fact.value, &known);
    }
    Ok(facts)
}

/// The sentence of a code, to stand inside another one; what no fact tells stays open.
fn sentence(visit: &Visit, code: &str, known: &[NamedValue]) -> String {
    let (explainer, language) = (&visit.explainer, visit.language());
    let whole = explainer.text(language, code, known);
    let text = if whole.contains('{') {
        explainer.text_for_many(language, code)
    } else {
        whole
    };
    text.trim_end_matches('.').to_owned()
}
