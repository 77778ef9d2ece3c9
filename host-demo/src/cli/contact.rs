//! `contact`: what a user of the CRM does with contacts, leads and accounts.

use std::collections::BTreeMap;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    contact_import::{self, ImportArgs},
    output::{or_dash, table},
    reference::{Named, Setting, word},
    session::Session,
};
use crate::{
    contract::{Consent, FieldValue, RecordKind, RecordRef, SyncStatus},
    crm::{
        DemoCrm, Edit, Record, SaveReport,
        codes::Code,
        fields::Field,
        find::{Filter, Position},
        value,
    },
};

/// Contacts, leads and accounts. `CONTACT` is an id, or `lead/ID`, `account/ID`.
#[derive(Debug, Subcommand)]
pub(crate) enum ContactCommand {
    /// Add a record.
    Add(AddArgs),
    /// Change fields of a record.
    Edit(EditArgs),
    /// Show a record.
    Show { contact: Named },
    /// List records, sorted by name.
    List(ListArgs),
    /// Import records from a CSV file.
    Import(ImportArgs),
    /// Record what the person said for a permission.
    Permission(PermissionArgs),
    /// Opt the person out of all bulk mail (Bulk Email: do not allow).
    OptOut { contact: Named },
    /// Allow bulk mail again.
    OptIn { contact: Named },
    /// Take a record out of use.
    Deactivate { contact: Named },
    /// Take a record into use again.
    Reactivate { contact: Named },
    /// Delete a record.
    Delete { contact: Named },
    /// Give or take the attribute “Spotler”, without which nothing is synced.
    Gate {
        contact: Named,
        #[arg(value_parser = ["open", "closed"])]
        gate: String,
    },
    /// Switch the synchronisation of a record on or off.
    Sync {
        contact: Named,
        #[arg(value_parser = ["on", "off"])]
        sync: String,
    },
}

/// What a form has besides its fields.
#[derive(Debug, Args)]
pub(crate) struct FormArgs {
    /// A field and its value, as `first_name=Anna`; an empty value empties it.
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    fields: Vec<Setting>,
    /// The user who owns the record.
    #[arg(long)]
    owner: Option<String>,
    /// The relation that it belongs to.
    #[arg(long)]
    relation: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The id; one is made up where none is given.
    #[arg(long)]
    id: Option<String>,
    /// contact, lead or account.
    #[arg(long, default_value = "contact", value_parser = word::<RecordKind>)]
    kind: RecordKind,
    /// Give it the attribute “Spotler” at once.
    #[arg(long)]
    gate: bool,
    #[command(flatten)]
    form: FormArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    contact: Named,
    #[command(flatten)]
    form: FormArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PermissionArgs {
    contact: Named,
    /// Its number, or its name.
    permission: String,
    /// given, withdrawn or unset.
    #[arg(value_parser = word::<Consent>)]
    consent: Consent,
    /// How it is known, such as `paper form 12`.
    #[arg(long, default_value = "command line")]
    evidence: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those whose name, address, organisation or id holds these words.
    #[arg(long, default_value = "")]
    search: String,
    /// Only this kind.
    #[arg(long, value_parser = word::<RecordKind>)]
    kind: Option<RecordKind>,
    /// Only those with this status.
    #[arg(long, value_parser = word::<SyncStatus>)]
    status: Option<SyncStatus>,
    /// Only those with this reason.
    #[arg(long)]
    reason: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// Where to go on: the `next` of the page before.
    #[arg(long)]
    after: Option<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: ContactCommand, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let (done, contact) = match command {
        ContactCommand::Add(args) => return add(args, session, &crm).await,
        ContactCommand::Show { contact } => return show(contact.0, session, &crm).await,
        ContactCommand::List(args) => return list(args, session, &crm).await,
        ContactCommand::Import(args) => return contact_import::run(args, session, &crm).await,
        ContactCommand::Edit(EditArgs { contact, form }) => {
            let edit = read_form(form, &crm, contact.0.kind).await?;
            (crm.edit(&contact.0, edit).await?, contact)
        }
        ContactCommand::Permission(args) => {
            let bit = bit_of(&args.permission, &crm).await?;
            let said = crm.set_permission(&args.contact.0, bit, args.consent, &args.evidence);
            (said.await?, args.contact)
        }
        ContactCommand::OptOut { contact } => (crm.set_mail(&contact.0, false).await?, contact),
        ContactCommand::OptIn { contact } => (crm.set_mail(&contact.0, true).await?, contact),
        ContactCommand::Deactivate { contact } => (crm.deactivate(&contact.0).await?, contact),
        ContactCommand::Reactivate { contact } => (crm.reactivate(&contact.0).await?, contact),
        ContactCommand::Delete { contact } => (crm.delete(&contact.0).await?, contact),
        ContactCommand::Gate { contact, gate } => {
            (crm.set_gate(&contact.0, gate == "open").await?, contact)
        }
        ContactCommand::Sync { contact, sync } => (
            crm.set_sync_enabled(&contact.0, sync == "on").await?,
            contact,
        ),
    };
    report(session, &contact.0, &done)
}

async fn add(args: AddArgs, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let id = args.id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let reference = RecordRef {
        kind: args.kind,
        id,
    };
    let mut edit = read_form(args.form, crm, args.kind).await?;
    edit.gate = args.gate.then_some(true);
    let done = crm.create(&reference, edit).await?;
    report(session, &reference, &done)
}

/// Reads fields as they are typed: of a kind of record, or of any kind.
pub(crate) async fn read_fields(
    fields: Vec<Setting>,
    crm: &DemoCrm,
    kind: Option<RecordKind>,
) -> anyhow::Result<BTreeMap<String, Option<FieldValue>>> {
    let catalogue = crm.catalogue().await?;
    let mut read = BTreeMap::new();
    for Setting { name, value } in fields {
        let fits = |it: &&Field| kind.is_none_or(|kind| it.belongs_to(kind));
        let field = catalogue.named(&name).filter(fits).with_context(|| {
            let known = catalogue.fields().iter().filter(fits);
            let names: Vec<&str> = known.map(|it| it.name.as_str()).collect();
            let whose = kind.map_or("record", Code::code);
            format!(
                "a {whose} has no field `{name}`; it has {}",
                names.join(", ")
            )
        })?;
        let value = value::parse(field.field_type, &field.options, &value)
            .map_err(|problem| anyhow::anyhow!("field `{name}` {problem}"))?;
        read.insert(name, value);
    }
    Ok(read)
}

async fn read_form(form: FormArgs, crm: &DemoCrm, kind: RecordKind) -> anyhow::Result<Edit> {
    let mut edit = Edit::new().evidence("command line");
    edit.fields = read_fields(form.fields, crm, Some(kind)).await?;
    let or_none = |it: String| (!it.is_empty()).then_some(it);
    edit.owner = form.owner.map(or_none);
    edit.relation = form.relation.map(or_none);
    Ok(edit)
}

pub(crate) async fn bit_of(permission: &str, crm: &DemoCrm) -> anyhow::Result<u32> {
    if let Ok(bit) = permission.parse() {
        return Ok(bit);
    }
    let attributes = crm.attributes().await?;
    let found = attributes
        .iter()
        .find(|it| it.name == permission && !it.retired);
    let found = found.context(
        "the Spotler account has no permission of that name; `settings show` lists them",
    )?;
    Ok(found.bit)
}

fn report(session: &Session, reference: &RecordRef, done: &SaveReport) -> anyhow::Result<()> {
    let json = json!({
        "kind": reference.kind.code(),
        "id": reference.id,
        "revision": done.revision,
        "event": done.event.as_ref().map(ToString::to_string),
    });
    session.output.show(&json, || {
        let name = format!("{}/{}", reference.kind.code(), reference.id);
        match &done.event {
            Some(_) => format!(
                "saved {name}, revision {}; its event is queued",
                done.revision
            ),
            None => format!("nothing differs: {name} was left as it is"),
        }
    })
}

async fn show(reference: RecordRef, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let record = crm.record(&reference).await?;
    let record = record.ok_or(crate::crm::SaveError::Unknown(reference))?;
    session.output.show(&record.to_json(), || describe(&record))
}

fn describe(record: &Record) -> String {
    let reference = format!("{}/{}", record.reference.kind.code(), record.reference.id);
    let yes_no = |it: bool| if it { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        vec!["record".to_owned(), reference],
        vec!["state".to_owned(), record.state.code().to_owned()],
        vec!["status".to_owned(), or_dash(record.status.map(Code::code))],
        vec!["reason".to_owned(), or_dash(record.reason.as_deref())],
        vec!["gate (Spotler)".to_owned(), yes_no(record.gate)],
        vec!["sync enabled".to_owned(), yes_no(record.sync_enabled)],
        vec![
            "bulk email".to_owned(),
            format!(
                "{} ({})",
                yes_no(record.mail.allowed),
                record.mail.origin.code()
            ),
        ],
        vec!["owner".to_owned(), or_dash(record.owner.as_deref())],
        vec!["relation".to_owned(), or_dash(record.relation.as_deref())],
    ];
    for (name, it) in &record.fields {
        rows.push(vec![name.clone(), value::to_text(it)]);
    }
    for (bit, it) in &record.permissions {
        let said = format!(
            "{} ({}, {})",
            it.consent.code(),
            it.origin.code(),
            it.evidence
        );
        rows.push(vec![format!("permission {bit}"), said]);
    }
    table(&["", ""], rows)
}

async fn list(args: ListArgs, session: &Session, crm: &DemoCrm) -> anyhow::Result<()> {
    let filter = Filter {
        kind: args.kind,
        text: args.search,
        status: args.status,
        reason: args.reason,
        deleted: false,
    };
    let after = match &args.after {
        Some(text) => Some(Position::from_text(text).context("`--after` is no place in the list")?),
        None => None,
    };
    let page = crm
        .find(&filter, after.as_ref(), args.limit.clamp(1, 500))
        .await?;
    let line = |it: &crate::crm::find::Line| {
        json!({
            "kind": it.reference.kind.code(), "id": it.reference.id, "name": it.name,
            "email": it.email, "state": it.state.code(),
            "status": it.status.map(Code::code), "reason": it.reason,
        })
    };
    let json = json!({
        "records": page.lines.iter().map(line).collect::<Vec<_>>(),
        "next": page.next.as_ref().map(Position::to_text),
    });
    session.output.show(&json, || {
        let row = |it: &crate::crm::find::Line| {
            vec![
                format!("{}/{}", it.reference.kind.code(), it.reference.id),
                it.name.clone(),
                it.email.clone(),
                it.state.code().to_owned(),
                or_dash(it.status.map(Code::code)),
                or_dash(it.reason.as_deref()),
            ]
        };
        let headers = ["record", "name", "email", "state", "status", "reason"];
        table(&headers, page.lines.iter().map(row).collect())
    })
}
