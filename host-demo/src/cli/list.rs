//! `list`: marketing lists, their members, and how they stand in Spotler
//! (DA-40..DA-53).

mod filter;
mod view;

use anyhow::Context;
use clap::{Args, Subcommand};
use koppel_embedding::EventKey;
use serde_json::json;

use super::{
    reference::{Named, word},
    session::Session,
};
use crate::{
    contract::{ListForm, ListType, RecordKind},
    crm::lists::{ListEdit, NewList},
};
use filter::Filter;

/// Marketing lists. Saving one sends nothing; `list sync` does.
#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// Make a list.
    New(NewArgs),
    /// Change the name, the filter or the form of a list.
    Edit(EditArgs),
    /// Show who is on a list now.
    Members(MembersArgs),
    /// Add records to a static list; each goes to Spotler at once where the
    /// list is there.
    Add { list: String, records: Vec<Named> },
    /// Take records off a static list.
    Remove { list: String, records: Vec<Named> },
    /// Take a list out of use; Spotler loses it.
    Deactivate { list: String },
    /// Take a list into use again; sync it to have it in Spotler.
    Reactivate { list: String },
    /// Delete a list; Spotler loses it.
    Delete { list: String },
    /// Sync to Spotler: bring the list there up to date.
    Sync { list: String },
    /// Show all lists, or one, with how it stands in Spotler.
    Show { list: Option<String> },
    /// Show the static lists that a record is on.
    Of { record: Named },
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Its name, exactly as it shall stand in Spotler.
    name: String,
    /// The id; one is made up where none is given.
    #[arg(long)]
    id: Option<String>,
    /// static or dynamic.
    #[arg(long = "type", default_value = "static", value_parser = word::<ListType>)]
    list_type: ListType,
    /// The one kind of record that it holds: contact, lead or account.
    #[arg(long, default_value = "contact", value_parser = word::<RecordKind>)]
    target: RecordKind,
    /// What a dynamic list selects by: `all`, `gated`, `permission=BIT`,
    /// `relation=ID` or `search=TEXT`.
    #[arg(long)]
    filter: Option<Filter>,
    /// static-list or audience; without it, what the profile says.
    #[arg(long, value_parser = word::<ListForm>)]
    form: Option<ListForm>,
}

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    list: String,
    /// The new name.
    #[arg(long)]
    name: Option<String>,
    /// The new filter of a dynamic list.
    #[arg(long)]
    filter: Option<Filter>,
    /// static-list or audience, from the next sync on.
    #[arg(long, value_parser = word::<ListForm>)]
    form: Option<ListForm>,
}

#[derive(Debug, Args)]
pub(crate) struct MembersArgs {
    list: String,
    /// How many at most, up to 500.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Where to go on: the `next` of the page before.
    #[arg(long)]
    after: Option<String>,
}

/// Carries the command out.
pub(crate) async fn run(command: ListCommand, session: &Session) -> anyhow::Result<()> {
    let (list, event) = match command {
        ListCommand::New(args) => return new(args, session).await,
        ListCommand::Members(args) => {
            return view::members(&args.list, args.after.as_deref(), args.limit, session).await;
        }
        ListCommand::Show { list: Some(list) } => return view::one(&list, session).await,
        ListCommand::Show { list: None } => return view::all(session).await,
        ListCommand::Of { record } => return view::of(&record.0, session).await,
        ListCommand::Add { list, records } => return add(&list, records, session).await,
        ListCommand::Remove { list, records } => return remove(&list, records, session).await,
        ListCommand::Edit(args) => {
            let before = session.crm().await?.list(&args.list).await?;
            let target = before.map(|it| it.target).unwrap_or(RecordKind::Contact);
            let edit = ListEdit {
                name: args.name,
                filter: args.filter.map(|it| it.of(target)),
                form: args.form,
            };
            let event = session.crm().await?.edit_list(&args.list, edit).await?;
            (args.list, event)
        }
        ListCommand::Deactivate { list } => {
            let event = session.crm().await?.deactivate_list(&list).await?;
            (list, event)
        }
        ListCommand::Reactivate { list } => {
            let event = session.crm().await?.reactivate_list(&list).await?;
            (list, event)
        }
        ListCommand::Delete { list } => {
            let event = session.crm().await?.delete_list(&list).await?;
            (list, event)
        }
        ListCommand::Sync { list } => {
            let event = session.crm().await?.sync_list(&list).await?;
            (list, Some(event))
        }
    };
    report(session, &list, event.as_ref())
}

async fn new(args: NewArgs, session: &Session) -> anyhow::Result<()> {
    let id = args.id.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let new = NewList {
        name: args.name,
        list_type: args.list_type,
        target: args.target,
        form: args.form,
        filter: args.filter.map(|it| it.of(args.target)),
    };
    let event = session.crm().await?.create_list(&id, new).await?;
    report(session, &id, Some(&event))
}

async fn add(list: &str, records: Vec<Named>, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let mut added = 0;
    for record in &records {
        let event = crm.add_list_member(list, &record.0).await;
        added += u64::from(event.context("not all records were added")?.is_some());
    }
    let json = json!({"list": list, "added": added});
    session.output.show(&json, || {
        format!("added {added} to list {list}: `work` sends them if the list is in Spotler")
    })
}

async fn remove(list: &str, records: Vec<Named>, session: &Session) -> anyhow::Result<()> {
    let crm = session.crm().await?;
    let mut removed = 0;
    for record in &records {
        let event = crm.remove_list_member(list, &record.0).await;
        removed += u64::from(event.context("not all records were removed")?.is_some());
    }
    let json = json!({"list": list, "removed": removed});
    session.output.show(&json, || {
        format!(
            "removed {removed} from list {list}: a static list in Spotler follows at its next sync"
        )
    })
}

fn report(session: &Session, list: &str, event: Option<&EventKey>) -> anyhow::Result<()> {
    let json = json!({"list": list, "event": event.map(ToString::to_string)});
    session.output.show(&json, || match event {
        Some(_) => format!("saved list {list}; its event is queued"),
        None => format!("nothing differs: list {list} was left as it is"),
    })
}
