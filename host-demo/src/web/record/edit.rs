//! The form of a contact, lead or account (DA-16, DA-25): fields, owner,
//! relation, gate, opt-out, and what the person said for each permission.
//! Nothing is sent before the record is saved.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};

use super::{RecordWords, found};
use crate::{
    contract::{Consent, FieldType, FieldValue, RecordKind, RecordRef, RecordState},
    crm::{
        Edit, Record, SaveError,
        codes::Code,
        fields::{Field, required},
        value,
    },
    host::HostError,
    web::{
        form::{Fields, Posted},
        frame::Frame,
        labels,
        links::tail,
        records::Choice,
        trouble::{Trouble, shown},
        visit::Visit,
        words::words,
    },
};

words! {
    struct EditWords {
        new: "Nieuw: {}", "New: {}";
        id: "Nummer", "Id";
        id_hint: "leeg: het CRM kiest er een", "empty: the CRM chooses one";
        changed_meanwhile: "Dit contact is intussen gewijzigd. Kijk na wat er nu staat en sla opnieuw op; wat u invulde staat er nog.",
            "This contact was changed meanwhile. Look at what it is now and save again; what you typed is still here.";
        must: "verplicht", "required";
        opted_out_there: "Afgemeld in Spotler; op te heffen na een nieuwe aanmelding daar.",
            "Opted out in Spotler; lifted after a new opt-in there.";
    }
}

#[derive(Template)]
#[template(path = "edit.html")]
struct Form<'a> {
    frame: &'a Frame,
    w: &'static EditWords,
    r: &'static RecordWords,
    title: String,
    action: String,
    back: String,
    problem: Option<String>,
    /// The id that was typed; none where the record is there already.
    id: Option<String>,
    revision: u64,
    inputs: Vec<Input>,
    owner: String,
    owners: Vec<String>,
    relation: String,
    gate: bool,
    mail: bool,
    /// Whether the opt-out came from Spotler and is not lifted here.
    opted_out_there: bool,
    sayings: Vec<Saying>,
}

/// An input for a field.
struct Input {
    name: String,
    label: String,
    sort: &'static str,
    value: String,
    options: Vec<Choice>,
    required: bool,
}

/// What the person said for a permission.
struct Saying {
    bit: u32,
    name: String,
    was: &'static str,
    options: Vec<Choice>,
}

/// An empty form.
pub(crate) async fn new(visit: Visit, Path(kind): Path<String>) -> Response {
    match empty(&visit, &kind) {
        Ok(record) => visit.show(form(&visit, &record, None, None).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

fn empty(visit: &Visit, kind: &str) -> Result<Record, Trouble> {
    let kind = RecordKind::from_code(kind).ok_or(Trouble::NotFound)?;
    let id = String::new();
    Ok(Record::fresh(
        RecordRef { kind, id },
        visit.host.crm().now(),
    ))
}

/// The form of a record that is there.
pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    let record = found(&visit, path).await;
    match record {
        Ok(record) => visit.show(form(&visit, &record, None, None).await),
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

/// Saves a new record.
pub(crate) async fn create(Path(kind): Path<String>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let mut record = match empty(&visit, &kind) {
        Ok(record) => record,
        Err(trouble) => return shown(&visit.frame, &trouble),
    };
    record.reference.id = match fields.get("id") {
        "" => uuid::Uuid::new_v4().simple().to_string(),
        id => id.to_owned(),
    };
    carry_out(&visit, &record, &fields, true).await
}

/// Saves a record that is there.
pub(crate) async fn save(Path(path): Path<(String, String)>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match found(&visit, path).await {
        Ok(record) => carry_out(&visit, &record, &fields, false).await,
        Err(trouble) => shown(&visit.frame, &trouble),
    }
}

async fn carry_out(visit: &Visit, record: &Record, fields: &Fields, new: bool) -> Response {
    match try_to_save(visit, record, fields, new).await {
        Ok(Ok(said)) => {
            visit
                .go(&format!("/records/{}", tail(&record.reference)), said)
                .await
        }
        Ok(Err(problem)) => {
            let form = form(visit, record, Some(fields), Some(problem)).await;
            visit.refuse(form)
        }
        Err(trouble) => shown(&visit.frame, &trouble).into_response(),
    }
}

/// Saves, or says what is wrong with the form.
async fn try_to_save(
    visit: &Visit,
    record: &Record,
    fields: &Fields,
    new: bool,
) -> Result<Result<&'static str, String>, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    if !new && fields.get("revision") != record.revision.to_string() {
        return Ok(Err(EditWords::of(language).changed_meanwhile.to_owned()));
    }
    let catalogue = crm.catalogue().await?;
    let edit = match edit_of(fields, catalogue.fields(), record) {
        Ok(edit) => edit,
        Err((field, problem)) => {
            let field = labels::label(language, field);
            return Ok(Err(labels::value_problem(language, &field, problem)));
        }
    };
    let saved = if new {
        crm.create(&record.reference, edit).await
    } else {
        crm.edit(&record.reference, edit).await
    };
    let called = |name: &str| {
        let field = catalogue.named(name);
        field.map_or_else(|| name.to_owned(), |it| labels::label(language, it))
    };
    match saved {
        Ok(saved) if saved.event.is_some() => Ok(Ok("saved")),
        Ok(_) => Ok(Ok("unchanged")),
        Err(SaveError::Rule { broken, .. }) => {
            Ok(Err(labels::rule_problem(language, &broken, called)))
        }
        Err(SaveError::Exists(_)) => Ok(Err(labels::exists(language))),
        Err(error @ (SaveError::Unknown(_) | SaveError::Store(_))) => {
            Err(HostError::from(error).into())
        }
    }
}

/// What a form changes. Choices of the person that stand as they were shown are
/// not named: the form repeats nobody's consent.
fn edit_of<'a>(
    fields: &Fields,
    catalogue: &'a [Field],
    record: &Record,
) -> Result<Edit, (&'a Field, value::ValueProblem)> {
    let mut edit = Edit::new().evidence("form");
    let kind = record.reference.kind;
    for field in catalogue.iter().filter(|it| it.belongs_to(kind)) {
        let Some(text) = fields.optional(&format!("field.{}", field.name)) else {
            continue;
        };
        let value = value::parse(field.field_type, &field.options, text);
        let value = value.map_err(|problem| (field, problem))?;
        edit.fields.insert(field.name.clone(), value);
    }
    for (bit, was) in fields.starting("was.") {
        let now = fields.get(&format!("consent.{bit}")).to_owned();
        if let (Ok(bit), Some(consent)) = (bit.parse(), Consent::from_code(&now))
            && now != was
        {
            edit = edit.permission(bit, consent);
        }
    }
    let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
    edit.owner = Some(some(fields.get("owner")));
    edit.relation = Some(some(fields.get("relation")));
    edit.gate = Some(fields.ticked("gate"));
    edit.mail = Some(fields.ticked("mail"));
    Ok(edit)
}

/// The form with what the record holds, or with what was typed.
async fn form<'a>(
    visit: &'a Visit,
    record: &Record,
    typed: Option<&Fields>,
    problem: Option<String>,
) -> Result<Form<'a>, Trouble> {
    let (crm, language) = (visit.host.crm(), visit.language());
    if record.state == RecordState::Deleted {
        return Err(Trouble::NotFound);
    }
    let (w, kind, new) = (
        EditWords::of(language),
        record.reference.kind,
        record.revision == 0,
    );
    let catalogue = crm.catalogue().await?;
    let fields = catalogue.fields().iter().filter(|it| it.belongs_to(kind));
    let inputs = fields.map(|it| input(visit, it, record, typed)).collect();
    let attributes = crm.attributes().await?;
    let sayings = attributes.iter().filter(|it| !it.retired).map(|it| {
        let held = record
            .permissions
            .get(&it.bit)
            .map_or(Consent::Unset, |it| it.consent);
        let name = format!("consent.{}", it.bit);
        let said = typed
            .and_then(|typed| Consent::from_code(typed.get(&name)))
            .unwrap_or(held);
        Saying {
            bit: it.bit,
            name: it.name.clone(),
            was: held.code(),
            options: Consent::ALL
                .iter()
                .map(|it| consent(visit, *it, said))
                .collect(),
        }
    });
    let sayings = sayings.collect();
    let typed_or = |name: &str, held: &Option<String>| match typed {
        Some(typed) => typed.get(name).to_owned(),
        None => held.clone().unwrap_or_default(),
    };
    let link = tail(&record.reference);
    let opted_out_there = record.mail.opted_out_in_spotler();
    Ok(Form {
        frame: &visit.frame,
        r: RecordWords::of(language),
        title: if new {
            crate::web::words::fill(w.new, visit.frame.words.kind_of(kind))
        } else {
            record.name()
        },
        action: if new {
            format!("/new/{}", kind.code())
        } else {
            format!("/edit/{link}")
        },
        back: if new {
            "/records".to_owned()
        } else {
            format!("/records/{link}")
        },
        id: new.then(|| typed.map(|it| it.get("id").to_owned()).unwrap_or_default()),
        revision: record.revision,
        inputs,
        owner: typed_or("owner", &record.owner),
        owners: crm.user_ids().await?,
        relation: typed_or("relation", &record.relation),
        gate: typed.map_or(record.gate, |it| it.ticked("gate")),
        mail: !opted_out_there && typed.map_or(record.mail.allowed, |it| it.ticked("mail")),
        opted_out_there,
        sayings,
        problem,
        w,
    })
}

fn consent(visit: &Visit, it: Consent, said: Consent) -> Choice {
    Choice {
        code: it.code().to_owned(),
        text: visit.frame.words.consent_of(it).to_owned(),
        chosen: it == said,
    }
}

fn input(visit: &Visit, field: &Field, record: &Record, typed: Option<&Fields>) -> Input {
    let name = format!("field.{}", field.name);
    let held = record.fields.get(&field.name);
    let value = match (typed, held) {
        (Some(typed), _) => typed.get(&name).to_owned(),
        (None, Some(FieldValue::MultiChoice(codes))) => codes.join("; "),
        (None, Some(value)) => value::to_text(value),
        (None, None) => String::new(),
    };
    let sort = match field.field_type {
        FieldType::Boolean | FieldType::Choice if !codes_of(field).is_empty() => "select",
        FieldType::Date => "date",
        FieldType::Text if field.name == "email" => "email",
        FieldType::Text if field.name == "note" => "area",
        FieldType::Text
        | FieldType::Number
        | FieldType::Decimal
        | FieldType::Boolean
        | FieldType::DateTime
        | FieldType::Choice
        | FieldType::MultiChoice => "text",
    };
    let options = codes_of(field).into_iter().map(|code| Choice {
        text: option_text(visit, &code),
        chosen: code == value,
        code,
    });
    Input {
        label: labels::label(visit.language(), field),
        sort,
        required: field.name == required(record.reference.kind),
        options: options.collect(),
        name,
        value,
    }
}

fn codes_of(field: &Field) -> Vec<String> {
    match field.field_type {
        FieldType::Boolean => vec!["yes".to_owned(), "no".to_owned()],
        FieldType::Choice => field.options.clone(),
        FieldType::Text
        | FieldType::Number
        | FieldType::Decimal
        | FieldType::Date
        | FieldType::DateTime
        | FieldType::MultiChoice => Vec::new(),
    }
}

fn option_text(visit: &Visit, code: &str) -> String {
    match code {
        "yes" => visit.frame.words.yes.to_owned(),
        "no" => visit.frame.words.no.to_owned(),
        other => other.to_owned(),
    }
}
