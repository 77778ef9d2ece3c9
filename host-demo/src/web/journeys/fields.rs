//! What the messages of a journey get from the CRM (AU-15..AU-23), and what is
//! wrong with the placeholders of a message (AU-17).

use askama::Template;
use axum::{extract::Path, response::Response};

use super::known::Known;
use crate::{
    contract::{FieldSource, Finding, Lint, MessageField, TriggerFields},
    web::{
        form::{Fields, Posted},
        frame::Frame,
        labels,
        links::encoded,
        records::Choice,
        trouble::{Trouble, shown},
        visit::Visit,
        words::{fill, words},
    },
};

/// So many rows are offered besides those that are filled in.
const EMPTY_ROWS: usize = 3;
/// At most so many rows of a form are read.
const MOST_ROWS: usize = 50;

words! {
    struct FieldWords {
        title: "Velden in berichten van {}", "Fields in the messages of {}";
        hint: "In het bericht staat [automationfield:naam]; bij de start van de automation wordt ingevuld wat u hier kiest.",
            "The message says [automationfield:name]; what you choose here is filled in when the automation starts.";
        name: "Naam in het bericht", "Name in the message";
        kind: "Soort", "Type";
        kind_text: "tekst", "text";
        kind_url: "link", "link";
        kind_products: "productlijst", "product list";
        source: "Komt uit", "Comes from";
        fixed: "altijd deze tekst:", "always this text:";
        value: "waarde van de gebeurtenis:", "value of the event:";
        products: "de producten van winkelwagen of bestelling", "the products of the cart or order";
        link: "de link van winkelwagen of bestelling", "the link of the cart or order";
        none: "–", "–";
        text: "Tekst of naam", "Text or name";
        clear_hint: "Een rij zonder naam vervalt.", "A row without a name goes.";
        lint: "Een bericht nakijken", "Check a message";
        lint_hint: "Plak de tekst van het bericht; ze wordt nergens bewaard.",
            "Paste the text of the message; it is kept nowhere.";
        message: "Bericht", "Message";
        check: "Nakijken", "Check";
        all_well: "Elke plaatshouder heeft zijn veld.", "Every placeholder has its field.";
        missing: "“{}” staat in het bericht, maar er wordt niets voor meegestuurd.",
            "“{}” stands in the message, but nothing is sent for it.";
        unused: "“{}” wordt meegestuurd, maar staat niet in het bericht.",
            "“{}” is sent along, but does not stand in the message.";
        other_case: "“{}” verschilt in hoofdletters van het veld.",
            "“{}” differs from the field in upper and lower case.";
        white_space: "“{}” heeft spaties in zijn naam.", "“{}” has white space in its name.";
        meant: "Bedoeld is waarschijnlijk “{}”.", "“{}” is probably meant.";
        back: "Naar de automations", "To the automations";
    }
}

#[derive(Template)]
#[template(path = "journey_fields.html")]
struct FieldsPage<'a> {
    frame: &'a Frame,
    w: &'static FieldWords,
    may: bool,
    title: String,
    address: String,
    rejected: Option<String>,
    rows: Vec<Row>,
    message: String,
    findings: Option<Vec<String>>,
}

struct Row {
    number: usize,
    name: String,
    kinds: Vec<Choice>,
    sources: Vec<Choice>,
    text: String,
}

pub(crate) async fn show(visit: Visit, Path(trigger): Path<String>) -> Response {
    visit.show(gather(&visit, &trigger, None).await)
}

async fn gather<'a>(
    visit: &'a Visit,
    trigger: &str,
    checked: Option<(String, Vec<Finding>)>,
) -> Result<FieldsPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), FieldWords::of(visit.language()));
    let known = Known::of(visit).await?;
    let settings = crm.journey_settings().await?;
    let is_ours = |it: &&TriggerFields| same(&it.trigger, trigger);
    let set = settings.fields.iter().find(is_ours);
    let set = set.map_or(&[][..], |it| &it.fields);
    let catalogue = crm.catalogue().await?;
    let fields: Vec<(String, String)> = catalogue
        .fields()
        .iter()
        .map(|it| (it.name.clone(), labels::label(visit.language(), it)))
        .collect();
    let filled = set.iter().map(Some);
    let all = filled.chain(std::iter::repeat_n(None, EMPTY_ROWS));
    let (message, findings) = checked.unzip();
    Ok(FieldsPage {
        frame: &visit.frame,
        may: visit.may(),
        title: fill(w.title, known.name(trigger)),
        address: format!("/journey-fields/{}", encoded(trigger)),
        rejected: super::settings_stand(visit).await?.1,
        rows: all
            .enumerate()
            .map(|(number, it)| row(w, number, it, &fields))
            .collect(),
        message: message.unwrap_or_default(),
        findings: findings.map(|it| it.iter().map(|it| sentence(w, it)).collect()),
        w,
    })
}

/// Whether two trigger codes are the same one, with or without their kind.
pub(crate) fn same(one: &str, other: &str) -> bool {
    fn parts(code: &str) -> (Option<&str>, &str) {
        code.split_once('/')
            .map_or((None, code), |(kind, bare)| (Some(kind), bare))
    }
    let ((kind, code), (other_kind, other_code)) = (parts(one), parts(other));
    code == other_code && (kind == other_kind || kind.is_none() || other_kind.is_none())
}

fn row(
    w: &FieldWords,
    number: usize,
    field: Option<&MessageField>,
    fields: &[(String, String)],
) -> Row {
    let (source, text) = match field.map(|it| &it.source) {
        None => (String::new(), String::new()),
        Some(FieldSource::RecordField(name)) => (format!("field:{name}"), String::new()),
        Some(FieldSource::Fixed(text)) => ("text".to_owned(), text.clone()),
        Some(FieldSource::Products) => ("products".to_owned(), String::new()),
        Some(FieldSource::Link) => ("link".to_owned(), String::new()),
        Some(FieldSource::Value(name)) => ("value".to_owned(), name.clone()),
    };
    let kind = field.and_then(|it| it.field_type.as_deref());
    let kind = kind.unwrap_or("STRING");
    let choice = |chosen: &str, code: &str, text: &str| Choice {
        chosen: chosen == code,
        code: code.to_owned(),
        text: text.to_owned(),
    };
    let kinds = [
        ("STRING", w.kind_text),
        ("URL", w.kind_url),
        ("PRODUCTLIST", w.kind_products),
    ];
    let fixed = [
        ("", w.none),
        ("text", w.fixed),
        ("value", w.value),
        ("products", w.products),
        ("link", w.link),
    ];
    let of_record = fields
        .iter()
        .map(|(name, label)| choice(&source, &format!("field:{name}"), label));
    Row {
        number,
        name: field.map(|it| it.name.clone()).unwrap_or_default(),
        kinds: kinds.map(|(code, text)| choice(kind, code, text)).into(),
        sources: fixed
            .map(|(code, text)| choice(&source, code, text))
            .into_iter()
            .chain(of_record)
            .collect(),
        text,
    }
}

fn sentence(w: &FieldWords, finding: &Finding) -> String {
    let sentence = match finding.lint {
        Lint::Missing => w.missing,
        Lint::Unused => w.unused,
        Lint::OtherCase => w.other_case,
        Lint::WhiteSpace => w.white_space,
    };
    let said = fill(sentence, &finding.name);
    match &finding.meant {
        Some(meant) => format!("{said} {}", fill(w.meant, meant)),
        None => said,
    }
}

/// Saves the fields, or checks a message against them.
pub(crate) async fn save(Path(trigger): Path<String>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    if fields.get("do") == "lint" {
        return visit.show(lint(&visit, &trigger, fields.get("message")).await);
    }
    match carry_out(&visit, &trigger, &fields).await {
        Ok(()) => {
            let address = format!("/journey-fields/{}", encoded(&trigger));
            visit.go(&address, "queued").await
        }
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn lint<'a>(
    visit: &'a Visit,
    trigger: &str,
    message: &str,
) -> Result<FieldsPage<'a>, Trouble> {
    let findings = visit.told(visit.host.lint_message(trigger, message).await)?;
    gather(visit, trigger, Some((message.to_owned(), findings))).await
}

async fn carry_out(visit: &Visit, trigger: &str, typed: &Fields) -> Result<(), Trouble> {
    visit.needs_right()?;
    let crm = visit.host.crm();
    let settings = crm.journey_settings().await?;
    // What was set under the code alone stays under the code alone.
    let stored = settings.fields.iter().find(|it| same(&it.trigger, trigger));
    let fields = (0..MOST_ROWS).filter_map(|it| field(typed, it)).collect();
    let fields = TriggerFields {
        trigger: stored.map_or_else(|| trigger.to_owned(), |it| it.trigger.clone()),
        fields,
    };
    crm.set_journey_fields(fields).await?;
    Ok(())
}

/// A row of the form; none without a name and a source.
fn field(typed: &Fields, number: usize) -> Option<MessageField> {
    let get = |what: &str| typed.optional(&format!("{what}.{number}"));
    let name = get("name").filter(|it| !it.is_empty())?;
    let text = get("text").unwrap_or_default().to_owned();
    let source = match get("source")? {
        "text" => FieldSource::Fixed(text),
        "value" => FieldSource::Value(text),
        "products" => FieldSource::Products,
        "link" => FieldSource::Link,
        other => FieldSource::RecordField(other.strip_prefix("field:")?.to_owned()),
    };
    let kind = get("kind").filter(|it| matches!(*it, "URL" | "PRODUCTLIST"));
    Some(MessageField {
        name: name.to_owned(),
        field_type: kind.map(str::to_owned),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_name_goes() {
        let typed = Fields::read(b"name.0=&source.0=link&name.1=a&source.1=field:city&kind.1=URL");
        assert_eq!(field(&typed, 0), None);
        let told = field(&typed, 1).expect("a field");
        assert_eq!(told.source, FieldSource::RecordField("city".to_owned()));
        assert_eq!(told.field_type.as_deref(), Some("URL"));
        assert_eq!(field(&typed, 2), None);
    }

    #[test]
    fn a_trigger_is_the_same_with_and_without_its_kind() {
        assert!(same("a", "automation/a") && same("campaign/a", "campaign/a"));
        assert!(!same("campaign/a", "automation/a") && !same("a", "b"));
    }
}
