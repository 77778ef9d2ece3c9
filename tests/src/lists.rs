//! Marketing lists in a [`World`]: people with an opt-in, lists of them, and
//! what Spotler has of both.

use host_demo::contract::{ListForm, ListType, RecordKind, RecordRef};
use host_demo::crm::lists::{ListEdit, NewList};
use host_demo::crm::selections::Selection;
use koppel_embedding::queue::{HistoryEntry, Of};

use crate::{World, contact, person};

/// A form for a static list of contacts.
pub fn static_list(name: &str) -> NewList {
    NewList {
        name: name.to_owned(),
        list_type: ListType::StaticList,
        target: RecordKind::Contact,
        form: None,
        filter: None,
    }
}

/// A form for a dynamic list of contacts.
pub fn dynamic_list(name: &str, filter: Selection) -> NewList {
    NewList {
        list_type: ListType::DynamicList,
        filter: Some(filter),
        ..static_list(name)
    }
}

/// The address of a person of [`World::people`].
pub fn address(id: &str) -> String {
    format!("p{id}@voorbeeld.nl")
}

/// The addresses of several people of [`World::people`].
pub fn addresses(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|it| address(it)).collect()
}

/// A form that gives a list another name.
pub fn renamed(name: &str) -> ListEdit {
    ListEdit {
        name: Some(name.to_owned()),
        ..ListEdit::default()
    }
}

impl World {
    /// Contacts with an opt-in for permission 1, synced, and no request counted.
    pub async fn people(&self, ids: &[&str]) {
        for id in ids {
            self.save(id, person("Anna", &address(id))).await;
            self.opt_in(id, 1).await;
        }
        self.run_to_the_end().await;
        self.sim.clear_requests();
    }

    /// A static list with these contacts, synced, and no request counted.
    pub async fn synced_list(&self, id: &str, new: NewList, members: &[&str]) {
        self.host.crm().create_list(id, new).await.expect("saved");
        for member in members {
            let added = self.host.crm().add_list_member(id, &contact(member)).await;
            added.expect("added");
        }
        self.run_to_the_end().await;
        self.sync_list(id).await;
        self.sim.clear_requests();
    }

    /// “Sync to Spotler”, to its end.
    pub async fn sync_list(&self, id: &str) {
        self.host.crm().sync_list(id).await.expect("queued");
        self.run_to_the_end().await;
    }

    /// What became of a list, latest first.
    pub async fn list_history(&self, id: &str) -> Vec<HistoryEntry> {
        let subject = format!("marketing-list/{id}");
        let of = Of {
            subject: Some(&subject),
            ..Of::default()
        };
        let history = self.host.crm().history_of(&of, 500).await;
        history.expect("a history")
    }

    /// The code of the last outcome of a list.
    pub async fn list_reason(&self, id: &str) -> String {
        let history = self.list_history(id).await;
        let last = history.first().map(|it| it.reason.code.clone());
        last.unwrap_or_default()
    }

    /// What a list shows of its last sync; empty if it shows no such fact.
    pub async fn list_fact(&self, id: &str, name: &str) -> String {
        let subject = self.host.crm().subject("marketing-list", id).await;
        let facts = subject
            .expect("read")
            .map(|it| it.facts)
            .unwrap_or_default();
        let fact = facts.into_iter().find(|it| it.name == name);
        fact.map(|it| it.value).unwrap_or_default()
    }

    /// The addresses on the static list with this name in Spotler, sorted.
    pub fn on_static_list(&self, name: &str) -> Vec<String> {
        let members = self.sim.static_list_members(name);
        sorted(
            members
                .iter()
                .filter_map(|it| it.email().map(str::to_owned)),
        )
    }

    /// The names of the static lists in Spotler.
    pub fn static_list_names(&self) -> Vec<String> {
        sorted(self.sim.static_lists().into_iter().map(|it| it.name))
    }

    /// The requests since the last time that are about lists or audiences.
    pub fn list_requests(&self) -> Vec<String> {
        let about_lists = |it: &String| it.contains("/templist") || it.contains("/audience");
        self.requests().into_iter().filter(about_lists).collect()
    }
}

/// A lead or an account.
pub fn record(kind: RecordKind, id: &str) -> RecordRef {
    RecordRef {
        kind,
        id: id.to_owned(),
    }
}

/// A form for a list that is to be an audience.
pub fn audience(name: &str) -> NewList {
    NewList {
        form: Some(ListForm::Audience),
        ..static_list(name)
    }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
