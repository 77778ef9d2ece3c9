//! The screens under Lists.

use serde::{Deserialize, Serialize};

use super::contact::{Who, find};
use crate::error::UiError;
use crate::state::State;
use crate::world::list::{DynamicList, ListKind, StaticList};

/// What a user does under Lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum ListAction {
    /// Makes a static list in the screens; always refused, since they can only be imported.
    CreateStaticList {
        /// The name.
        name: String,
    },
    /// Imports a file as a static list.
    ImportStaticList {
        /// The name.
        name: String,
        /// Who is on it.
        contacts: Vec<Who>,
    },
    /// Renames a static list.
    RenameStaticList {
        /// The name.
        name: String,
        /// The new name.
        to: String,
    },
    /// Removes a static list.
    RemoveStaticList {
        /// The name.
        name: String,
    },
    /// Makes a dynamic list.
    CreateDynamicList {
        /// The list.
        list: DynamicList,
    },
    /// Removes a dynamic list.
    RemoveDynamicList {
        /// The name.
        name: String,
    },
}

/// Carries an action out.
pub(crate) fn act(state: &mut State, action: &ListAction) -> Result<(), UiError> {
    match action {
        ListAction::CreateStaticList { .. } => Err(UiError::NotOffered(
            "a static list cannot be made here, only imported",
        )),
        ListAction::ImportStaticList { name, contacts } => import(state, name, contacts, action),
        ListAction::RenameStaticList { name, to } => rename(state, name, to),
        ListAction::RemoveStaticList { name } => {
            let index = state
                .world
                .static_lists
                .iter()
                .position(|it| it.name == *name);
            state
                .world
                .static_lists
                .remove(index.ok_or(UiError::NoSuch("list"))?);
            Ok(())
        }
        ListAction::CreateDynamicList { list } => create_dynamic(state, list),
        ListAction::RemoveDynamicList { name } => {
            let index = state
                .world
                .dynamic_lists
                .iter()
                .position(|it| it.name == *name);
            state
                .world
                .dynamic_lists
                .remove(index.ok_or(UiError::NoSuch("list"))?);
            Ok(())
        }
    }
}

fn import(
    state: &mut State,
    name: &str,
    contacts: &[Who],
    action: &ListAction,
) -> Result<(), UiError> {
    if state.world.static_list_named(name).is_some() {
        return Err(UiError::NameTaken("list"));
    }
    let found: Result<Vec<u64>, UiError> = contacts
        .iter()
        .map(|who| find(state, who).map(|it| it.id))
        .collect();
    let (found, stamp) = (found?, super::stamp(state, action));
    state.world.static_lists.push(StaticList {
        external_id: None,
        name: name.to_owned(),
        created_ms: stamp.at_ms,
        kind: ListKind::Import,
        members: Default::default(),
    });
    state.world.add_to_static_list(name, &found, &stamp);
    Ok(())
}

fn rename(state: &mut State, name: &str, to: &str) -> Result<(), UiError> {
    if state.world.static_list_named(to).is_some() {
        return Err(UiError::NameTaken("list"));
    }
    let list = state
        .world
        .static_lists
        .iter_mut()
        .find(|it| it.name == name);
    to.clone_into(&mut list.ok_or(UiError::NoSuch("list"))?.name);
    for dynamic in &mut state.world.dynamic_lists {
        if dynamic.from_static_list.as_deref() == Some(name) {
            dynamic.from_static_list = Some(to.to_owned());
        }
    }
    Ok(())
}

fn create_dynamic(state: &mut State, list: &DynamicList) -> Result<(), UiError> {
    if state
        .world
        .dynamic_lists
        .iter()
        .any(|it| it.name == list.name)
    {
        return Err(UiError::NameTaken("list"));
    }
    if let Some(base) = &list.from_static_list {
        state
            .world
            .static_list_named(base)
            .ok_or(UiError::NoSuch("list"))?;
    }
    for refinement in list.selection.iter().chain(&list.exclusion) {
        state
            .world
            .property(refinement.property())
            .ok_or(UiError::NoSuch("property"))?;
    }
    state.world.dynamic_lists.push(list.clone());
    Ok(())
}
