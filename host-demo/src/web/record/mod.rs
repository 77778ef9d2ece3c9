//! The page of a contact, lead or account: status, fields, permissions, Spotler
//! block, timeline, history and why.

pub(crate) mod block;
pub(crate) mod change;
pub(crate) mod edit;
mod evidence;
pub(crate) mod kept;
pub(crate) mod marketing;
pub(crate) mod participations;
pub(crate) mod received;
pub(crate) mod relation;
mod sections;
mod tabs;

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{
    connect,
    frame::Frame,
    labels,
    links::{encoded, tail},
    operations,
    trouble::Trouble,
    visit::Visit,
    words::words,
};
use crate::{
    contract::{RecordKind, RecordRef, RecordState},
    crm::{Record, codes::Code, value},
};
use block::Block;
use sections::{Call, Said, Sent};
use tabs::Tabs;

/// So many calls and activities are shown.
const LINES: u32 = 50;

words! {
    struct RecordWords {
        gate: "Kenmerk “Spotler”", "Attribute “Spotler”";
        sync_enabled: "Synchronisatie aan", "Synchronisation on";
        mail: "Mag gemaild worden", "May be mailed";
        owner: "Eigenaar", "Owner";
        relation: "Relatie", "Relation";
        consent: "Keuze", "Choice";
        origin: "Gezegd in", "Said in";
        evidence: "Bewijs", "Evidence";
        timeline: "Tijdlijn", "Timeline";
        no_permissions: "Er zijn nog geen permissies; ze komen uit Spotler zodra de verbinding klopt.",
            "There are no permissions yet; they come from Spotler as soon as the connection is right.";
        timeline_empty: "Er is nog niets verstuurd.", "Nothing was sent yet.";
        history: "Geschiedenis", "History";
        history_empty: "Er is nog niets gesynchroniseerd.", "Nothing was synced yet.";
        hook: "Gebeurtenis", "Event";
        attempt: "Poging", "Attempt";
        why: "Waarom", "Why";
        spotler_block: "Spotler", "Spotler";
        synced_at: "Laatst bevestigd", "Last confirmed";
        never: "nog nooit", "never yet";
        external_id: "Nummer in Spotler", "Id in Spotler";
        open_block: "Permissies en automations", "Permissions and automations";
        customise: "Gegevensblokken aanpassen", "Customise the data blocks";
        hide_block: "Spotler-blok weghalen", "Take the Spotler block away";
        show_block: "Spotler-blok toevoegen", "Add the Spotler block";
        life: "Levensloop", "Life cycle";
        deactivate: "Buiten gebruik stellen", "Deactivate";
        reactivate: "Weer in gebruik nemen", "Reactivate";
        delete: "Verwijderen", "Delete";
        delete_sure: "Verwijderen kan niet ongedaan worden gemaakt. In Spotler blijft het contact leeg achter, opdat een opt-out blijft gelden.",
            "Deleting cannot be undone. In Spotler the contact stays behind empty, so that an opt-out goes on counting.";
        delete_yes: "Ja, verwijderen", "Yes, delete";
        opt_out: "Opt-out vastleggen", "Record an opt-out";
        opt_in: "Opt-out opheffen", "Lift the opt-out";
        opted_out_there: "De opt-out komt uit Spotler en is hier niet op te heffen: maak het contact na een nieuwe aanmelding in Spotler weer actief door het daar toe te voegen met alleen het e-mailadres, en start dan deze opdracht:",
            "The opt-out comes from Spotler and cannot be lifted here: after a new opt-in, make the contact active again in Spotler by adding it there with nothing but the e-mail address, and then start this job:";
        open_gate: "Kenmerk “Spotler” geven", "Give the attribute “Spotler”";
        close_gate: "Kenmerk “Spotler” afnemen", "Take the attribute “Spotler” away";
        sync_now: "Nu synchroniseren", "Sync now";
        facts: "Wat erover bekend is", "What is known about it";
    }
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage<'a> {
    frame: &'a Frame,
    w: &'static RecordWords,
    head: Head,
    tabs: Tabs,
    next_step: Option<String>,
    facts: Vec<(String, String)>,
    relation: Option<(String, String)>,
    permissions: Vec<Said>,
    /// What stands where there is no permission.
    no_permissions: String,
    block: Option<Block>,
    timeline: Vec<Sent>,
    history: Vec<Call>,
    active: bool,
    inactive: bool,
    gate: bool,
    mail_allowed: bool,
    /// The job that takes up somebody who opted out in Spotler: address and name.
    take_up: Option<(String, String)>,
}

/// What stands at the top of each page about a record.
pub(crate) struct Head {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) reference: String,
    pub(crate) status: &'static str,
    pub(crate) status_code: &'static str,
    pub(crate) reason: String,
    pub(crate) deleted: bool,
}

impl Head {
    pub(crate) fn of(record: &Record, visit: &Visit, reason: String) -> Self {
        let words = visit.frame.words;
        let name = record.name();
        Self {
            name: if name.is_empty() {
                record.reference.id.clone()
            } else {
                name
            },
            link: tail(&record.reference),
            reference: format!(
                "{} {}",
                words.kind_of(record.reference.kind),
                record.reference.id
            ),
            status: words.status_of(record.status),
            status_code: record.status.map_or("none", Code::code),
            reason,
            deleted: record.state == RecordState::Deleted,
        }
    }
}

/// Which record an address names.
pub(crate) fn named((kind, id): (String, String)) -> Result<RecordRef, Trouble> {
    let kind = RecordKind::from_code(&kind).ok_or(Trouble::NotFound)?;
    Ok(RecordRef { kind, id })
}

/// The record that an address names.
pub(crate) async fn found(visit: &Visit, path: (String, String)) -> Result<Record, Trouble> {
    let record = visit.host.crm().record(&named(path)?).await?;
    record.ok_or(Trouble::NotFound)
}

pub(crate) async fn show(visit: Visit, Path(path): Path<(String, String)>) -> Response {
    visit.show(gather(&visit, path).await)
}

async fn gather(visit: &Visit, path: (String, String)) -> Result<RecordPage<'_>, Trouble> {
    let (language, crm) = (visit.language(), visit.host.crm());
    let record = found(visit, path).await?;
    let w = RecordWords::of(language);
    let history = crm.history(&record.reference, LINES).await?;
    // The facts of a reason stand in the history line that gave it.
    let code = record.reason.as_deref();
    let line = history
        .iter()
        .find(|it| Some(it.reason.code.as_str()) == code);
    let facts_of_reason = line.map_or(&[][..], |it| &it.reason.about);
    let reason = code.map(|it| visit.explainer.text(language, it, facts_of_reason));
    let next_step = code.and_then(|it| visit.explainer.next_step(language, it, facts_of_reason));
    let block = if block::is_shown(visit).await? {
        Some(Block::read(visit, &record.reference).await?)
    } else {
        None
    };
    let timeline = crm.timeline(&record.reference, LINES).await?;
    let permissions = sections::permissions(&record, &crm.attributes().await?, visit);
    Ok(RecordPage {
        w,
        head: Head::of(&record, visit, reason.unwrap_or_default()),
        tabs: Tabs::at(visit, &record.reference, "records"),
        next_step,
        facts: facts(visit, &record, w).await?,
        relation: relation(visit, &record).await?,
        no_permissions: if permissions.is_empty() {
            no_permissions(visit).await?
        } else {
            String::new()
        },
        permissions,
        block,
        timeline: timeline.iter().map(|it| Sent::of(it, visit)).collect(),
        history: history.iter().map(|it| Call::of(it, visit)).collect(),
        active: record.state == RecordState::Active,
        inactive: record.state == RecordState::Inactive,
        gate: record.gate,
        mail_allowed: record.mail.allowed,
        take_up: record
            .mail
            .opted_out_in_spotler()
            .then(|| take_up(visit, &record)),
        frame: &visit.frame,
    })
}

/// That permissions are still to come, or that the account has none (PV-08).
async fn no_permissions(visit: &Visit) -> Result<String, Trouble> {
    Ok(if visit.host.connection().await?.active {
        connect::account_has_none(visit)
    } else {
        RecordWords::of(visit.language()).no_permissions.to_owned()
    })
}

/// Where the job is started that takes up somebody who is active in Spotler again,
/// and what it is called (DA-79).
fn take_up(visit: &Visit, record: &Record) -> (String, String) {
    let RecordRef { kind, id } = &record.reference;
    let named = encoded(&format!("{}/{id}", kind.code()));
    let address = format!("/jobs?contact={named}");
    (address, operations::name(visit, "reactivate"))
}

/// The link to the record's relation and its name.
async fn relation(visit: &Visit, record: &Record) -> Result<Option<(String, String)>, Trouble> {
    let Some(id) = record.relation.as_deref() else {
        return Ok(None);
    };
    let relation = visit.host.crm().relation(id).await?;
    let name = relation.map_or_else(|| id.to_owned(), |it| it.name);
    Ok(Some((format!("/relations/{}", encoded(id)), name)))
}

async fn facts(
    visit: &Visit,
    record: &Record,
    w: &RecordWords,
) -> Result<Vec<(String, String)>, Trouble> {
    let words = visit.frame.words;
    let mail = words.yes_no(record.mail.allowed);
    let mail = format!("{mail} ({})", words.origin_of(record.mail.origin));
    let mut facts = vec![
        (
            words.state.to_owned(),
            words.state_of(record.state).to_owned(),
        ),
        (w.gate.to_owned(), words.yes_no(record.gate).to_owned()),
        (
            w.sync_enabled.to_owned(),
            words.yes_no(record.sync_enabled).to_owned(),
        ),
        (w.mail.to_owned(), mail),
        (
            w.owner.to_owned(),
            record.owner.clone().unwrap_or_else(|| "–".to_owned()),
        ),
    ];
    for field in visit.host.crm().catalogue().await?.fields() {
        if let Some(it) = record.fields.get(&field.name) {
            let text = if let crate::contract::FieldValue::Boolean(it) = it {
                words.yes_no(*it).to_owned()
            } else {
                value::to_text(it)
            };
            facts.push((labels::label(visit.language(), field), text));
        }
    }
    Ok(facts)
}
