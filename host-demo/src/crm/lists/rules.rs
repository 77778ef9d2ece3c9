//! What a list must have, and who may be on it (DA-46). Pure.

use super::{ListEdit, StoredList};
use crate::contract::{ListForm, ListType, RecordKind, RecordRef, RecordState};
use crate::crm::{codes::Code, error::StoreError, selections::Selection};

/// A form of a new list.
#[derive(Clone, Debug)]
pub struct NewList {
    /// Its name, 1 to 255 characters.
    pub name: String,
    /// How it gets its members.
    pub list_type: ListType,
    /// The one kind of record that it holds.
    pub target: RecordKind,
    /// What it becomes in Spotler; none: what the profile says.
    pub form: Option<ListForm>,
    /// What a dynamic list selects by; a static one has none.
    pub filter: Option<Selection>,
}

/// A change of a list that was not made. Nothing was saved and no event raised.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such list, or it was deleted.
    #[error("there is no marketing list `{0}`; `list show` lists those that there are")]
    Unknown(String),
    /// There is one with this id already.
    #[error("there is a marketing list `{0}` already; change it with `list edit`")]
    Exists(String),
    /// It is out of use.
    #[error("marketing list `{0}` is deactivated; reactivate it, then sync it")]
    NotActive(String),
    /// An id is 1 to 200 bytes long.
    #[error("the id of a list must be 1 to 200 bytes long")]
    Id,
    /// The name is empty or too long.
    #[error("a list needs a name of 1 to 255 characters")]
    Name,
    /// A dynamic list needs a filter.
    #[error("a dynamic list needs a filter; give one with `--filter`")]
    NoFilter,
    /// A static list cannot have a filter.
    #[error("a static list has members by hand and no filter; make it dynamic, or add members")]
    FilterOfStatic,
    /// The filter selects another kind of record than the list holds.
    #[error("the filter selects another kind of record; this list is for {}s", .0.code())]
    FilterOfOtherKind(RecordKind),
    /// Members of a dynamic list follow from its filter.
    #[error("the members of a dynamic list follow from its filter; change that instead")]
    Dynamic,
    /// The record is of another kind than the list's target (DA-46).
    #[error("this list is for {}s; {}s cannot be on it", .list.code(), .record.code())]
    Mixed {
        /// What the list holds.
        list: RecordKind,
        /// What was to be added.
        record: RecordKind,
    },
    /// There is no such record in use.
    #[error("there is no active {} `{}`", .0.kind.code(), .0.id)]
    NoRecord(RecordRef),
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ListError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl NewList {
    /// The list, if it has what a list must have.
    pub(super) fn checked(self, id: &str) -> Result<StoredList, ListError> {
        if !(1..=200).contains(&id.len()) {
            return Err(ListError::Id);
        }
        let list = StoredList {
            id: id.to_owned(),
            name: self.name,
            list_type: self.list_type,
            target: self.target,
            form: self.form,
            state: RecordState::Active,
            filter: self.filter,
        };
        check(list)
    }
}

/// The list as a form leaves it.
pub(super) fn edited(list: StoredList, edit: ListEdit) -> Result<StoredList, ListError> {
    check(StoredList {
        name: edit.name.unwrap_or(list.name),
        filter: edit.filter.or(list.filter),
        form: edit.form.or(list.form),
        ..list
    })
}

fn check(list: StoredList) -> Result<StoredList, ListError> {
    if list.name.trim().is_empty() || list.name.chars().count() > 255 {
        return Err(ListError::Name);
    }
    match (list.list_type, &list.filter) {
        (ListType::StaticList, Some(_)) => Err(ListError::FilterOfStatic),
        (ListType::DynamicList, None) => Err(ListError::NoFilter),
        (ListType::DynamicList, Some(filter)) if kind_of(filter) != Some(list.target) => {
            Err(ListError::FilterOfOtherKind(list.target))
        }
        (ListType::StaticList, None) | (ListType::DynamicList, Some(_)) => Ok(list),
    }
}

/// The one kind that a filter selects; none where it names records by hand.
fn kind_of(filter: &Selection) -> Option<RecordKind> {
    match filter {
        Selection::All(kind)
        | Selection::Gated(kind)
        | Selection::Permission(kind, _)
        | Selection::Search(kind, _)
        | Selection::Activity(kind, _)
        | Selection::Filter(kind, _) => Some(*kind),
        Selection::Relation(_) => Some(RecordKind::Contact),
        Selection::Records(_) => None,
    }
}

/// Whether a record can be put on a list by hand, and taken off it.
pub(super) fn may_hold(list: &StoredList, record: &RecordRef) -> Result<(), ListError> {
    if list.list_type == ListType::DynamicList {
        return Err(ListError::Dynamic);
    }
    if list.target != record.kind {
        return Err(ListError::Mixed {
            list: list.target,
            record: record.kind,
        });
    }
    Ok(())
}
