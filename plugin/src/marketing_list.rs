//! A marketing list of the CRM as a hook is handed it (DA-40..DA-52).

use crate::crm::{Facts, RecordKind, RecordRef};
use crate::manual::ManualAction;
use crate::profile::ListForm;

/// How long a name may be, in characters.
const LONGEST_NAME: usize = 255;

/// A marketing list as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketingList {
    /// The CRM's id of it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The one kind of record that it holds (DA-46).
    pub target: RecordKind,
    /// The selection to read its members with.
    pub selection: String,
    /// What it becomes in Spotler; none: what the profile says.
    pub form: Option<ListForm>,
}

/// What happened to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListChange {
    /// It was made or its properties were saved.
    Saved,
    /// A member was added by hand (DA-51).
    MemberAdded(RecordRef),
    /// A member was removed by hand.
    MemberRemoved(RecordRef),
    /// It was deactivated (DA-49).
    Deactivated,
    /// It was activated again (DA-50).
    Reactivated,
    /// It was deleted (DA-49).
    Deleted,
}

impl MarketingList {
    /// The list that the operation `sync-list` is about; the error is the name
    /// of the parameter that is missing or wrong.
    pub fn of_action(action: &ManualAction) -> Result<Self, &'static str> {
        let parameter = |name| of(&action.parameters, name);
        let target = parameter("target").ok_or("target")?;
        let form = match parameter("form") {
            None => None,
            Some("static-list") => Some(ListForm::StaticList),
            Some("audience") => Some(ListForm::Audience),
            Some(_) => return Err("form"),
        };
        Ok(Self {
            id: parameter("list").ok_or("list")?.to_owned(),
            name: parameter("name").ok_or("name")?.to_owned(),
            target: RecordKind::ALL
                .into_iter()
                .find(|it| it.word() == target)
                .ok_or("target")?,
            selection: action.selection.clone().ok_or("selection")?,
            form,
        })
    }

    /// Whether Spotler can take the name.
    pub fn has_fitting_name(&self) -> bool {
        !self.name.trim().is_empty() && self.name.chars().count() <= LONGEST_NAME
    }
}

fn of<'f>(facts: &'f Facts, name: &str) -> Option<&'f str> {
    let fact = facts.iter().find(|it| it.0 == name)?;
    Some(fact.1.as_str()).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(parameters: &[(&str, &str)]) -> ManualAction {
        ManualAction {
            operation: "sync-list".into(),
            records: Vec::new(),
            selection: Some("s".into()),
            permissions: Vec::new(),
            fields: Vec::new(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// DA-47: the operation says which list is meant, and what is missing is
    /// named.
    #[test]
    fn the_list_of_a_sync_is_read_from_its_parameters() {
        let all = [("list", "7"), ("name", "Zoë’s"), ("target", "lead")];
        let list = MarketingList::of_action(&action(&all)).expect("a list");
        assert_eq!(
            (list.name.as_str(), list.target),
            ("Zoë’s", RecordKind::Lead)
        );
        for (at, missing) in ["list", "name", "target"].into_iter().enumerate() {
            let mut some = all.to_vec();
            some.remove(at);
            assert_eq!(MarketingList::of_action(&action(&some)), Err(missing));
        }
        let mut wrong = all.to_vec();
        wrong.push(("form", "dynamic"));
        assert_eq!(MarketingList::of_action(&action(&wrong)), Err("form"));
    }

    #[test]
    fn a_name_is_one_to_255_characters_long() {
        let named = |name: &str| {
            let all = [("list", "7"), ("name", name), ("target", "lead")];
            MarketingList::of_action(&action(&all)).is_ok_and(|it| it.has_fitting_name())
        };
        assert!(named(&"é".repeat(255)));
        assert!(!named(&"é".repeat(256)));
        assert!(!named("  "));
    }
}
