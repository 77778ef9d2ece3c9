//! Marketing lists (DA-40..DA-53): what a user makes, changes and syncs. A
//! change and its event are one transaction; saving sends nothing by itself.

mod members;
mod rules;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use members::selected;
pub use rules::{ListError, NewList};

use koppel_embedding::{Connection, Event, EventKey};

use super::{
    codes::Code,
    desk::{DemoCrm, enqueue},
    selections::Selection,
};
use crate::contract::{
    ListChange, ListForm, ListType, ManualAction, MarketingList, NamedValue, RecordKind, RecordRef,
    RecordState,
};

/// What the selection of a list is called when its members are read.
pub(crate) const SELECTION: &str = "marketing-list/";

/// A marketing list as the CRM keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredList {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it gets its members.
    pub list_type: ListType,
    /// The one kind of record that it holds (DA-46).
    pub target: RecordKind,
    /// What it becomes in Spotler; none: what the profile says.
    pub form: Option<ListForm>,
    /// Whether it is in use.
    pub state: RecordState,
    /// What a dynamic list selects by.
    pub filter: Option<Selection>,
}

/// A form of a list as it is saved: what it names changes.
#[derive(Clone, Debug, Default)]
pub struct ListEdit {
    /// The new name.
    pub name: Option<String>,
    /// The new filter of a dynamic list.
    pub filter: Option<Selection>,
    /// What it is to become in Spotler from the next sync on.
    pub form: Option<ListForm>,
}

impl StoredList {
    /// The list as a hook is handed it.
    pub fn to_contract(&self) -> MarketingList {
        MarketingList {
            id: self.id.clone(),
            name: self.name.clone(),
            list_type: self.list_type,
            target: self.target,
            selection: format!("{SELECTION}{}", self.id),
            form: self.form,
        }
    }

    /// The operation that syncs it (DA-47).
    pub fn sync(&self) -> ManualAction {
        let named = |name: &str, value: &str| NamedValue {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let mut parameters = vec![
            named("list", &self.id),
            named("name", &self.name),
            named("target", self.target.code()),
        ];
        parameters.extend(self.form.map(|it| named("form", it.code())));
        ManualAction {
            operation: "sync-list".to_owned(),
            records: Vec::new(),
            selection: Some(format!("{SELECTION}{}", self.id)),
            permissions: Vec::new(),
            fields: Vec::new(),
            parameters,
        }
    }
}

impl DemoCrm {
    /// Makes a list; refused where there is one with this id.
    pub async fn create_list(&self, id: &str, new: NewList) -> Result<EventKey, ListError> {
        let list = new.checked(id)?;
        let crm = self.clone();
        self.write(move |connection, tenant| {
            Box::pin(async move {
                if stored::read(connection, &tenant, &list.id).await?.is_some() {
                    return Err(ListError::Exists(list.id));
                }
                stored::write(connection, &tenant, &list).await?;
                crm.list_event(connection, &list, ListChange::Saved).await
            })
        })
        .await
    }

    /// Saves the properties of a list; Spotler hears of it at the next sync
    /// (DA-48). None where nothing differs.
    pub async fn edit_list(&self, id: &str, edit: ListEdit) -> Result<Option<EventKey>, ListError> {
        let (crm, id) = (self.clone(), id.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let before = stored::live(connection, &tenant, &id).await?;
                let after = rules::edited(before.clone(), edit)?;
                if after == before {
                    return Ok(None);
                }
                stored::write(connection, &tenant, &after).await?;
                crm.list_event(connection, &after, ListChange::Saved)
                    .await
                    .map(Some)
            })
        })
        .await
    }

    /// Adds a record to a static list, from the list's page or from the
    /// record's (DA-51). None where it is a member already.
    pub async fn add_list_member(
        &self,
        id: &str,
        record: &RecordRef,
    ) -> Result<Option<EventKey>, ListError> {
        let (crm, id, record) = (self.clone(), id.to_owned(), record.clone());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let list = stored::live(connection, &tenant, &id).await?;
                rules::may_hold(&list, &record)?;
                members::is_there(connection, &tenant, &record).await?;
                if !members::add(connection, &tenant, &list, &record).await? {
                    return Ok(None);
                }
                crm.list_event(connection, &list, ListChange::MemberAdded(record))
                    .await
                    .map(Some)
            })
        })
        .await
    }

    /// Takes a record off a static list. None where it was no member.
    pub async fn remove_list_member(
        &self,
        id: &str,
        record: &RecordRef,
    ) -> Result<Option<EventKey>, ListError> {
        let (crm, id, record) = (self.clone(), id.to_owned(), record.clone());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let list = stored::live(connection, &tenant, &id).await?;
                rules::may_hold(&list, &record)?;
                if !members::remove(connection, &tenant, &list, &record).await? {
                    return Ok(None);
                }
                crm.list_event(connection, &list, ListChange::MemberRemoved(record))
                    .await
                    .map(Some)
            })
        })
        .await
    }

    /// Takes a list out of use; it is removed in Spotler (DA-49).
    pub async fn deactivate_list(&self, id: &str) -> Result<Option<EventKey>, ListError> {
        self.turn_list(id, RecordState::Inactive, ListChange::Deactivated)
            .await
    }

    /// Takes a list into use again; Spotler has it after the next sync (DA-50).
    pub async fn reactivate_list(&self, id: &str) -> Result<Option<EventKey>, ListError> {
        self.turn_list(id, RecordState::Active, ListChange::Reactivated)
            .await
    }

    /// Deletes a list; it is removed in Spotler (DA-49).
    pub async fn delete_list(&self, id: &str) -> Result<Option<EventKey>, ListError> {
        self.turn_list(id, RecordState::Deleted, ListChange::Deleted)
            .await
    }

    /// The button “Sync to Spotler” (DA-47).
    pub async fn sync_list(&self, id: &str) -> Result<EventKey, ListError> {
        let (crm, id) = (self.clone(), id.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let list = stored::live(connection, &tenant, &id).await?;
                if list.state != RecordState::Active {
                    return Err(ListError::NotActive(id));
                }
                let new = crm.new_event(Event::Action(list.sync()));
                Ok(enqueue(connection, &crm.tenant, new).await?)
            })
        })
        .await
    }

    /// A list, whatever its state; none if there never was one.
    pub async fn list(&self, id: &str) -> Result<Option<StoredList>, ListError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(stored::read(&mut connection, self.tenant.as_str(), id).await?)
    }

    /// All lists that were not deleted, by name.
    pub async fn lists(&self) -> Result<Vec<StoredList>, ListError> {
        let mut connection = self.store.readers().acquire().await?;
        Ok(stored::all(&mut connection, self.tenant.as_str()).await?)
    }

    async fn turn_list(
        &self,
        id: &str,
        state: RecordState,
        change: ListChange,
    ) -> Result<Option<EventKey>, ListError> {
        let (crm, id) = (self.clone(), id.to_owned());
        self.write(move |connection, tenant| {
            Box::pin(async move {
                let before = stored::live(connection, &tenant, &id).await?;
                if before.state == state {
                    return Ok(None);
                }
                let after = StoredList { state, ..before };
                stored::write(connection, &tenant, &after).await?;
                crm.list_event(connection, &after, change).await.map(Some)
            })
        })
        .await
    }

    async fn list_event(
        &self,
        connection: &mut Connection,
        list: &StoredList,
        change: ListChange,
    ) -> Result<EventKey, ListError> {
        let event = Event::ListChanged {
            list: list.to_contract(),
            change,
        };
        Ok(enqueue(connection, &self.tenant, self.new_event(event)).await?)
    }
}
