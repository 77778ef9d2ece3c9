//! Automatic actions as an administrator sets them up, each bound to a stage of a
//! sales scheme (YO-38..YO-42).

use std::collections::BTreeSet;

use super::{
    attributes,
    desk::DemoCrm,
    error::StoreError,
    sales::{BoundAction, Stage},
};
use crate::contract::{AutomaticAction, RecordState};

/// What an action can do in this CRM. Only the first concerns the connector.
pub const TYPES: [&str; 3] = ["change-contact", "change-relation", "make-task"];
/// The systems that an action can be for. Only the last is ours.
pub const TARGETS: [&str; 3] = ["mailchimp", "act-on", "spotler"];

/// The form of an action: what it does not name stays, in a new one it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionForm {
    /// What it does, one of [`TYPES`]; required.
    pub action_type: Option<String>,
    /// Which system it is for, one of [`TARGETS`]; `spotler` in a new one.
    pub target: Option<String>,
    /// Its name; required.
    pub name: Option<String>,
    /// What it is for; an empty text empties it.
    pub description: Option<String>,
    /// The note that it writes to the contact; an empty text empties it.
    pub note: Option<String>,
    /// The state that it gives the contact; `Some(None)`: none.
    pub state: Option<Option<RecordState>>,
    /// The permissions that it switches on.
    pub permissions: Option<Vec<u32>>,
    /// The trigger codes of the journeys that it starts.
    pub starts: Option<Vec<String>>,
    /// The trigger codes of the journeys that it stops.
    pub stops: Option<Vec<String>>,
}

/// An action that was not saved, or not bound.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A required part is missing (YO-38).
    #[error("an automatic action must have a {0}; nothing was saved")]
    Missing(&'static str),
    /// The type or the target is none that there is.
    #[error("there is no {what} `{word}`; choose one of {known}")]
    Unknown {
        /// Type or target.
        what: &'static str,
        /// What was asked for.
        word: String,
        /// Those that there are.
        known: String,
    },
    /// The account has no such permission.
    #[error("the Spotler account has no permission {0}; `settings show` lists those that it has")]
    NoPermission(u32),
    /// There is no action with this id.
    #[error(
        "there is no automatic action `{0}`; `automatic-action list` shows those that there are"
    )]
    NoAction(String),
    /// A deleted contact cannot be brought back by an action.
    #[error("an action sets a contact to active or inactive, not to deleted")]
    Deletes,
    /// The storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ActionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl ActionForm {
    /// The action as it is saved. Pure.
    pub fn saved(
        &self,
        id: &str,
        before: Option<&AutomaticAction>,
        permissions: &BTreeSet<u32>,
    ) -> Result<AutomaticAction, ActionError> {
        let text = |new: &Option<String>, old: Option<&String>| match new {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => Some(text.trim().to_owned()),
            None => old.cloned(),
        };
        let codes = |new: &Option<Vec<String>>, old: Option<&Vec<String>>| {
            new.clone().or_else(|| old.cloned()).unwrap_or_default()
        };
        let old_type = before.map(|it| &it.action_type);
        let old_target = before.map(|it| &it.target_system);
        let action_type = text(&self.action_type, old_type).ok_or(ActionError::Missing("type"))?;
        let name = text(&self.name, before.map(|it| &it.name));
        let target = text(&self.target, old_target).unwrap_or_else(|| "spotler".to_owned());
        let action = AutomaticAction {
            id: id.to_owned(),
            action_type: known("type", action_type, &TYPES)?,
            target_system: known("target", target, &TARGETS)?,
            name: name.ok_or(ActionError::Missing("name"))?,
            description: text(
                &self.description,
                before.and_then(|it| it.description.as_ref()),
            ),
            note: text(&self.note, before.and_then(|it| it.note.as_ref())),
            state: self.state.unwrap_or_else(|| before.and_then(|it| it.state)),
            permissions: self
                .permissions
                .clone()
                .or_else(|| before.map(|it| it.permissions.clone()))
                .unwrap_or_default(),
            starts: codes(&self.starts, before.map(|it| &it.starts)),
            stops: codes(&self.stops, before.map(|it| &it.stops)),
        };
        if action.state == Some(RecordState::Deleted) {
            return Err(ActionError::Deletes);
        }
        match action
            .permissions
            .iter()
            .find(|it| !permissions.contains(it))
        {
            Some(unknown) => Err(ActionError::NoPermission(*unknown)),
            None => Ok(action),
        }
    }
}

fn known(what: &'static str, word: String, known: &[&str]) -> Result<String, ActionError> {
    if known.contains(&word.as_str()) {
        return Ok(word);
    }
    let known = known.join(", ");
    Err(ActionError::Unknown { what, word, known })
}

impl DemoCrm {
    /// Saves an automatic action: a new one where no id is given, otherwise the
    /// one that has it; what the form does not name stays. Without a stage it
    /// stays bound to the one that it has.
    pub async fn save_automatic_action(
        &self,
        id: Option<&str>,
        stage: Option<Stage>,
        form: ActionForm,
    ) -> Result<BoundAction, ActionError> {
        let mut known = self.bound_actions().await?;
        let permissions: BTreeSet<u32> = {
            let mut connection = self.store.readers().acquire().await?;
            attributes::rules(&mut connection, self.tenant.as_str())
                .await?
                .permissions
        };
        let before = match id {
            Some(id) => {
                let at = known.iter().position(|it| it.action.id == id);
                let at = at.ok_or_else(|| ActionError::NoAction(id.to_owned()))?;
                Some(known.swap_remove(at))
            }
            None => None,
        };
        let new_id = || {
            let taken = |id: &String| known.iter().any(|it| it.action.id == *id);
            let mut ids = (1..).map(|it: u32| format!("A-{it}"));
            ids.find(|it| !taken(it)).unwrap_or_default()
        };
        let id = id.map_or_else(new_id, str::to_owned);
        let action = form.saved(&id, before.as_ref().map(|it| &it.action), &permissions)?;
        let stage = stage.or(before.map(|it| it.stage));
        let bound = BoundAction {
            stage: stage.ok_or(ActionError::Missing("stage"))?,
            action,
        };
        self.bind_action(bound.clone()).await?;
        Ok(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ActionForm {
        ActionForm {
            action_type: Some("change-contact".to_owned()),
            name: Some("Nieuwsbrief".to_owned()),
            ..ActionForm::default()
        }
    }

    fn saved(form: &ActionForm) -> Result<AutomaticAction, ActionError> {
        form.saved("A-1", None, &[1, 2].into())
    }

    /// YO-38, YO-39: type and name are required, and both type and target are of
    /// those that there are.
    #[test]
    fn an_action_needs_a_type_and_a_name_and_knows_its_targets() {
        let without = |field: fn(&mut ActionForm)| {
            let mut form = form();
            field(&mut form);
            saved(&form).map(|it| it.name).map_err(|it| it.to_string())
        };
        assert!(without(|it| it.action_type = None).is_err_and(|it| it.contains("type")));
        assert!(without(|it| it.name = Some("  ".into())).is_err_and(|it| it.contains("name")));
        assert!(
            without(|it| it.target = Some("fax".into())).is_err_and(|it| it.contains("act-on"))
        );
        assert!(without(|it| it.permissions = Some(vec![9])).is_err_and(|it| it.contains('9')));
        assert!(without(|it| it.state = Some(Some(RecordState::Deleted))).is_err());
        assert_eq!(saved(&form()).expect("saved").target_system, "spotler");
    }

    /// YO-40, C30: what the form does not name stays as it was.
    #[test]
    fn what_is_not_named_in_an_edit_stays() {
        let first = ActionForm {
            note: Some("Klant geworden".to_owned()),
            permissions: Some(vec![1]),
            ..form()
        };
        let before = saved(&first).expect("saved");
        let second = ActionForm {
            name: Some("Welkom".to_owned()),
            ..ActionForm::default()
        };
        let after = second
            .saved("A-1", Some(&before), &[1].into())
            .expect("saved");
        assert_eq!(
            (after.name.as_str(), after.note.as_deref()),
            ("Welkom", Some("Klant geworden"))
        );
        assert_eq!(after.permissions, [1]);
    }
}
