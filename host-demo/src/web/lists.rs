//! Marketing lists (DA-40..DA-53): name, type and the one kind that a list holds,
//! its members, how it stands in Spotler, and the button that syncs it.

use askama::Template;
use axum::{
    extract::{Path, Query, rejection::QueryRejection},
    response::Response,
};
use serde::Deserialize;

use super::{
    facts,
    form::{Fields, Posted},
    frame::Frame,
    links::{encoded, tail},
    records::Choice,
    trouble::{Trouble, shown},
    visit::Visit,
    words::{fill, words},
};
use crate::{
    contract::{ListType, NamedValue, RecordKind, RecordRef, RecordState, SubjectChange},
    crm::{
        codes::Code,
        lists::{ListEdit, ListError, NewList, StoredList},
        selections::Selection,
    },
};

/// Members of a page.
const MEMBERS: u32 = 100;

words! {
    struct ListWords {
        new: "Nieuwe lijst", "New list";
        list_type: "Soort lijst", "List type";
        static_list: "statisch (leden met de hand)", "static (members by hand)";
        dynamic_list: "dynamisch (leden volgens een filter)", "dynamic (members by a filter)";
        holds: "Bevat", "Holds";
        filter: "Filter van een dynamische lijst", "Filter of a dynamic list";
        filter_all: "allen", "all";
        filter_gated: "wie het kenmerk “Spotler” heeft", "those with the attribute “Spotler”";
        filter_search: "wie deze tekst in naam, e-mail of nummer heeft:",
            "those who have this text in name, e-mail or id:";
        text: "Tekst", "Text";
        make: "Lijst maken", "Make the list";
        in_spotler: "In Spotler", "In Spotler";
        renamed: "Sindsdien hernoemd; synchroniseer de lijst.", "Renamed since; sync it.";
        sync: "Naar Spotler synchroniseren", "Sync to Spotler";
        sync_hint: "Opslaan verstuurt niets; deze knop brengt de lijst in Spotler bij met wie er nu op staat. Wie zich heeft afgemeld of bouncet, gaat niet mee.",
            "Saving sends nothing; this button brings the list in Spotler up to date with who is on it now. Those who opted out or bounce are left out.";
        rename: "Naam opslaan", "Save the name";
        members: "Leden", "Members";
        add: "Toevoegen", "Add";
        add_hint: "nummer van een {}", "id of a {}";
        remove: "Van de lijst halen", "Take off the list";
        deactivate: "Buiten gebruik stellen", "Deactivate";
        reactivate: "Weer in gebruik nemen", "Reactivate";
        delete: "Lijst verwijderen", "Delete the list";
        e_exists: "Er is al een lijst met dit nummer.", "There is a list with this id already.";
        e_not_active: "De lijst is buiten gebruik; neem haar eerst weer in gebruik.",
            "The list is deactivated; reactivate it first.";
        e_id: "Een nummer is 1 tot 200 bytes lang.", "An id is 1 to 200 bytes long.";
        e_name: "Een lijst heeft een naam van 1 tot 255 tekens nodig.",
            "A list needs a name of 1 to 255 characters.";
        e_no_filter: "Een dynamische lijst heeft een filter nodig.", "A dynamic list needs a filter.";
        e_filter: "Een statische lijst heeft geen filter, en een filter kiest de soort van de lijst.",
            "A static list has no filter, and a filter selects the kind of the list.";
        e_dynamic: "De leden van een dynamische lijst volgen uit haar filter.",
            "The members of a dynamic list follow from its filter.";
        e_mixed: "Op deze lijst kan alleen één soort staan: {}.",
            "This list can only hold one kind: {}.";
        e_no_record: "Dat is er niet, of het is niet in gebruik.", "There is none, or it is not active.";
        none_yet: "Er zijn nog geen marketinglijsten; maak hieronder de eerste.",
            "There are no marketing lists yet; make the first one below.";
        no_members: "Er staat nog niemand op deze lijst.", "Nobody is on this list yet.";
        nobody_fits: "Op dit moment voldoet niemand aan het filter.",
            "Nobody meets the filter at this moment.";
    }
}

#[derive(Template)]
#[template(path = "lists.html")]
struct Lists<'a> {
    frame: &'a Frame,
    w: &'static ListWords,
    problem: Option<String>,
    name: String,
    kinds: Vec<Choice>,
    lists: Vec<Row>,
}

struct Row {
    link: String,
    name: String,
    list_type: &'static str,
    holds: &'static str,
    state: &'static str,
    status: &'static str,
    status_code: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    w: &'static ListWords,
    problem: Option<String>,
    list: Row,
    is_static: bool,
    active: bool,
    add_hint: String,
    members: Vec<(String, String, String)>,
    next: Option<String>,
    facts: Vec<(String, String)>,
}

/// All lists, and the form of a new one.
pub(crate) async fn show(visit: Visit) -> Response {
    visit.show(all(&visit, None, "").await)
}

async fn all<'a>(
    visit: &'a Visit,
    problem: Option<String>,
    name: &str,
) -> Result<Lists<'a>, Trouble> {
    let crm = visit.host.crm();
    let mut lists = Vec::new();
    for list in crm.lists().await? {
        let stands = crm.subject("marketing-list", &list.id).await?;
        lists.push(row(visit, &list, stands.as_ref()));
    }
    let kind = |it: &RecordKind| Choice {
        code: it.code().to_owned(),
        text: visit.frame.words.kind_of(*it).to_owned(),
        chosen: *it == RecordKind::Contact,
    };
    Ok(Lists {
        frame: &visit.frame,
        w: ListWords::of(visit.language()),
        problem,
        name: name.to_owned(),
        kinds: RecordKind::ALL.iter().map(kind).collect(),
        lists,
    })
}

/// DA-53: a list says itself how it stands in Spotler.
fn row(visit: &Visit, list: &StoredList, stands: Option<&SubjectChange>) -> Row {
    let (w, words) = (ListWords::of(visit.language()), visit.frame.words);
    let fact = |name: &str| {
        let found = stands.and_then(|it| it.facts.iter().find(|it| it.name == name));
        found.map(|it| it.value.as_str())
    };
    let mut text = match stands {
        // The status says that it was never synced.
        None => String::new(),
        Some(it) => {
            let reason = fact("reason").unwrap_or_default();
            visit.explainer.text(visit.language(), reason, &it.facts)
        }
    };
    if fact("in-spotler") == Some("yes") && fact("name").is_some_and(|it| it != list.name) {
        text = format!("{text} {}", w.renamed);
    }
    Row {
        link: encoded(&list.id),
        name: list.name.clone(),
        list_type: match list.list_type {
            ListType::StaticList => w.static_list,
            ListType::DynamicList => w.dynamic_list,
        },
        holds: words.kind_of(list.target),
        state: words.state_of(list.state),
        status: words.status_of(stands.map(|it| it.status)),
        status_code: stands.map_or("none", |it| it.status.code()),
        text,
    }
}

/// One list.
pub(crate) async fn one(
    visit: Visit,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(it)| it).unwrap_or_default();
    let start = Some(asked.after.as_str()).filter(|it| !it.is_empty());
    visit.show(gather(&visit, &id, None, start).await)
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// Where the page of members starts.
    #[serde(default)]
    after: String,
}

async fn gather<'a>(
    visit: &'a Visit,
    id: &str,
    problem: Option<String>,
    start: Option<&str>,
) -> Result<ListPage<'a>, Trouble> {
    let (crm, w) = (visit.host.crm(), ListWords::of(visit.language()));
    let list = crm.list(id).await?.ok_or(Trouble::NotFound)?;
    let stands = crm.subject("marketing-list", id).await?;
    let page = crm.list_members(id, start, MEMBERS).await?;
    let records = page.records.into_iter().map(|it| it.reference);
    let records: Vec<RecordRef> = records.collect();
    let names = crm.names_of(&records).await?;
    let member = |it: RecordRef| (tail(&it), names.of(&it), it.id);
    let facts = stands.as_ref().map_or(&[][..], |it| &it.facts);
    // The reason stands as a sentence above them.
    let facts: Vec<NamedValue> = facts
        .iter()
        .filter(|it| it.name != "reason")
        .cloned()
        .collect();
    Ok(ListPage {
        frame: &visit.frame,
        problem,
        list: row(visit, &list, stands.as_ref()),
        is_static: list.list_type == ListType::StaticList,
        active: list.state == RecordState::Active,
        add_hint: fill(w.add_hint, visit.frame.words.kind_of(list.target)),
        members: records.into_iter().map(member).collect(),
        next: page
            .next
            .map(|it| format!("/lists/{}?after={}", encoded(id), encoded(&it))),
        facts: facts::in_words(visit, &facts),
        w,
    })
}

/// Makes a list (DA-46).
pub(crate) async fn create(posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    let id = uuid::Uuid::new_v4().simple().to_string();
    match visit.host.crm().create_list(&id, new(&fields)).await {
        Ok(_) => visit.go(&format!("/lists/{id}"), "saved").await,
        Err(error) => match problem(&visit, &error) {
            Some(text) => visit.refuse(all(&visit, Some(text), fields.get("name")).await),
            None => shown(&visit.frame, &error.into()),
        },
    }
}

fn new(fields: &Fields) -> NewList {
    let target = RecordKind::from_code(fields.get("target")).unwrap_or(RecordKind::Contact);
    let list_type = ListType::from_code(fields.get("type")).unwrap_or(ListType::StaticList);
    let filter = match (list_type, fields.get("filter")) {
        (ListType::DynamicList, "all") => Some(Selection::All(target)),
        (ListType::DynamicList, "gated") => Some(Selection::Gated(target)),
        (ListType::DynamicList, "search") if !fields.get("text").is_empty() => {
            Some(Selection::Search(target, fields.get("text").to_owned()))
        }
        _ => None,
    };
    NewList {
        name: fields.get("name").to_owned(),
        list_type,
        target,
        form: None,
        filter,
    }
}

/// What a button on the page of a list does; “Sync to Spotler” among them (DA-47).
pub(crate) async fn change(Path(id): Path<String>, posted: Posted) -> Response {
    let Posted { visit, fields } = posted;
    match carry_out(&visit, &id, &fields).await {
        Ok("deleted") => visit.go("/lists", "deleted").await,
        Ok(said) => visit.go(&format!("/lists/{}", encoded(&id)), said).await,
        Err(error) => match problem(&visit, &error) {
            Some(text) => visit.refuse(gather(&visit, &id, Some(text), None).await),
            None => shown(&visit.frame, &error.into()),
        },
    }
}

async fn carry_out(visit: &Visit, id: &str, fields: &Fields) -> Result<&'static str, ListError> {
    let crm = visit.host.crm();
    let list = crm.list(id).await?;
    let list = list.ok_or_else(|| ListError::Unknown(id.to_owned()))?;
    let member = || RecordRef {
        kind: list.target,
        id: fields.get("member").to_owned(),
    };
    let event = match fields.get("do") {
        "sync" => {
            crm.sync_list(id).await?;
            return Ok("queued");
        }
        "delete" => {
            crm.delete_list(id).await?;
            return Ok("deleted");
        }
        "rename" => {
            let edit = ListEdit {
                name: Some(fields.get("name").to_owned()),
                ..ListEdit::default()
            };
            crm.edit_list(id, edit).await?
        }
        "add" => crm.add_list_member(id, &member()).await?,
        "remove" => crm.remove_list_member(id, &member()).await?,
        "deactivate" => crm.deactivate_list(id).await?,
        "reactivate" => crm.reactivate_list(id).await?,
        _ => None,
    };
    Ok(if event.is_some() {
        "saved"
    } else {
        "unchanged"
    })
}

/// What is wrong, as a sentence; none where the storage failed.
fn problem(visit: &Visit, error: &ListError) -> Option<String> {
    let w = ListWords::of(visit.language());
    Some(match error {
        ListError::Exists(_) => w.e_exists.to_owned(),
        ListError::NotActive(_) => w.e_not_active.to_owned(),
        ListError::Id => w.e_id.to_owned(),
        ListError::Name => w.e_name.to_owned(),
        ListError::NoFilter => w.e_no_filter.to_owned(),
        ListError::FilterOfStatic | ListError::FilterOfOtherKind(_) => w.e_filter.to_owned(),
        ListError::Dynamic => w.e_dynamic.to_owned(),
        ListError::Mixed { list, .. } => fill(w.e_mixed, visit.frame.words.kind_of(*list)),
        ListError::NoRecord(_) => w.e_no_record.to_owned(),
        ListError::Unknown(_) | ListError::Store(_) => return None,
    })
}

impl From<ListError> for Trouble {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Store(error) => error.into(),
            ListError::Unknown(_)
            | ListError::Exists(_)
            | ListError::NotActive(_)
            | ListError::Id
            | ListError::Name
            | ListError::NoFilter
            | ListError::FilterOfStatic
            | ListError::FilterOfOtherKind(_)
            | ListError::Dynamic
            | ListError::Mixed { .. }
            | ListError::NoRecord(_) => Self::NotFound,
        }
    }
}
