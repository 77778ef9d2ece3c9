//! The screens for contacts and for the account's permissions and properties.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::UiError;
use crate::state::State;
use crate::switches::PermissionSignal;
use crate::world::bounce::Returned;
use crate::world::contact::{Contact, PERMISSIONS, Reason, Status};
use crate::world::ledger::Stamp;
use crate::world::property::{Property, PropertyKind, SetEntry, can_hold};

/// Names a contact: its external id, or else its e-mail address, or `#` and its number.
pub type Who = String;

/// What a Spotler user does in Spotler's own screens, or a recipient in the mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum UiAction {
    /// The person opts out of everything, or is opted out by hand.
    OptOut {
        /// The contact.
        who: Who,
    },
    /// A message comes back for now; the fourth in a row makes the contact inactive.
    SoftBounce {
        /// The contact.
        who: Who,
    },
    /// A message comes back for good.
    HardBounce {
        /// The contact.
        who: Who,
    },
    /// The person reports spam.
    MarkSpam {
        /// The contact.
        who: Who,
    },
    /// A user deactivates the contact.
    Deactivate {
        /// The contact.
        who: Who,
    },
    /// A user anonymises the contact.
    Anonymize {
        /// The contact.
        who: Who,
    },
    /// A user makes a new contact with only the e-mail address filled in; if there is one with
    /// that address, it becomes active.
    CreateWithOnlyEmail {
        /// The address.
        email: String,
    },
    /// A user makes a new contact; refused if there is one with that address.
    Create {
        /// The properties, the address among them.
        properties: BTreeMap<String, Value>,
    },
    /// A permission is switched, by a user or by the person on a preference page.
    SetPermission {
        /// The contact.
        who: Who,
        /// Which one.
        bit: u32,
        /// On or off.
        enabled: bool,
    },
    /// A user edits a property; `null` empties it.
    EditProperty {
        /// The contact.
        who: Who,
        /// The property.
        name: String,
        /// The value.
        value: Value,
    },
    /// A user adds a permission to the account.
    AddPermission {
        /// The name on the screen.
        description: String,
    },
    /// A user renames a permission.
    RenamePermission {
        /// Which one.
        bit: u32,
        /// The name on the screen.
        description: String,
    },
    /// A user removes a permission from the account.
    RemovePermission {
        /// Which one.
        bit: u32,
    },
    /// A user adds a property to the account.
    AddProperty {
        /// The name in the API.
        name: String,
        /// The name on the screen.
        description: String,
        /// The type.
        kind: PropertyKind,
    },
    /// A user removes a property from the account.
    RemoveProperty {
        /// The name in the API.
        name: String,
    },
}

/// Carries an action out; answers the number of the contact it was about.
pub(crate) fn act(state: &mut State, action: &UiAction) -> Result<Option<u64>, UiError> {
    let stamp = super::stamp(state, action);
    match action {
        UiAction::OptOut { who } => opt_out(state, who, Reason::OptOut, &stamp),
        UiAction::MarkSpam { who } => opt_out(state, who, Reason::Spam, &stamp),
        UiAction::SoftBounce { who } => bounce(state, who, false, &stamp),
        UiAction::HardBounce { who } => bounce(state, who, true, &stamp),
        UiAction::Deactivate { who } => {
            let id = find(state, who)?.id;
            state.world.deactivate(id, Reason::Manual, &stamp);
            Ok(Some(id))
        }
        UiAction::Anonymize { who } => {
            let id = find(state, who)?.id;
            state.world.blank(id, crate::world::KeepsId::Yes, &stamp);
            Ok(Some(id))
        }
        UiAction::CreateWithOnlyEmail { email } => create_with_only_email(state, email, &stamp),
        UiAction::Create { properties } => create(state, properties, &stamp),
        UiAction::SetPermission { who, bit, enabled } => {
            let id = find(state, who)?.id;
            entry(state, *bit)?;
            state
                .world
                .set_bit(id, PERMISSIONS, (*bit, *enabled), &stamp);
            Ok(Some(id))
        }
        UiAction::EditProperty { who, name, value } => {
            let id = find(state, who)?.id;
            edit(state, id, (name, value), &stamp)?;
            Ok(Some(id))
        }
        UiAction::AddPermission { .. }
        | UiAction::RenamePermission { .. }
        | UiAction::RemovePermission { .. }
        | UiAction::AddProperty { .. }
        | UiAction::RemoveProperty { .. } => define(state, action, &stamp).map(|()| None),
    }
}

/// Changes the definitions of the account.
fn define(state: &mut State, action: &UiAction, stamp: &Stamp) -> Result<(), UiError> {
    if let UiAction::AddPermission { description } = action {
        let entries = &mut permissions(state)?.entries;
        let bit = entries.iter().map(|it| it.bit).max().unwrap_or(0) + 1;
        entries.push(SetEntry {
            bit,
            description: description.clone(),
            rank: bit,
        });
    }
    if let UiAction::RenamePermission { bit, description } = action {
        entry(state, *bit)?.description.clone_from(description);
    }
    if let UiAction::RemovePermission { bit } = action {
        entry(state, *bit)?;
        permissions(state)?.entries.retain(|it| it.bit != *bit);
        let ids: Vec<u64> = state.world.contacts.iter().map(|it| it.id).collect();
        for id in ids {
            state.world.set_bit(id, PERMISSIONS, (*bit, false), stamp);
        }
    }
    if let UiAction::AddProperty {
        name,
        description,
        kind,
    } = action
    {
        if state.world.property(name).is_some() {
            return Err(UiError::NameTaken("property"));
        }
        let (name, description) = (name.clone(), description.clone());
        state.world.properties.push(Property {
            name,
            description,
            kind: *kind,
            entries: Vec::new(),
        });
    }
    if let UiAction::RemoveProperty { name } = action {
        state
            .world
            .property(name)
            .ok_or(UiError::NoSuch("property"))?;
        state.world.properties.retain(|it| it.name != *name);
    }
    Ok(())
}

/// The contact that is named.
pub(crate) fn find(state: &State, who: &str) -> Result<Contact, UiError> {
    let contacts = &state.world.contacts;
    let by_number = || contacts.get(who.strip_prefix('#')?.parse().ok()?);
    let found = contacts
        .with_external_id(who)
        .or_else(|| contacts.with_email(who).next());
    found
        .or_else(by_number)
        .cloned()
        .ok_or(UiError::NoSuchContact)
}

fn opt_out(
    state: &mut State,
    who: &str,
    reason: Reason,
    stamp: &Stamp,
) -> Result<Option<u64>, UiError> {
    let id = find(state, who)?.id;
    opt_out_contact(state, id, reason, stamp);
    Ok(Some(id))
}

/// Opts a contact out, and its permissions with it where the switch says so.
pub(crate) fn opt_out_contact(state: &mut State, id: u64, reason: Reason, stamp: &Stamp) {
    state.world.deactivate(id, reason, stamp);
    if state.switches.signals.permissions == PermissionSignal::TurnedOff {
        let bits = state
            .world
            .contacts
            .get(id)
            .map(Contact::permissions)
            .unwrap_or_default();
        for bit in bits {
            state.world.set_bit(id, PERMISSIONS, (bit, false), stamp);
        }
    }
}

fn bounce(state: &mut State, who: &str, hard: bool, stamp: &Stamp) -> Result<Option<u64>, UiError> {
    let id = find(state, who)?.id;
    let soft_limit = state.switches.limits.soft_bounces_in_a_row;
    state.world.bounce(
        id,
        Returned {
            hard,
            mailing: None,
        },
        soft_limit,
        stamp,
    );
    Ok(Some(id))
}

fn create_with_only_email(
    state: &mut State,
    email: &str,
    stamp: &Stamp,
) -> Result<Option<u64>, UiError> {
    let same: Vec<u64> = state
        .world
        .contacts
        .with_email(email)
        .map(|it| it.id)
        .collect();
    for id in &same {
        state.world.set_status(*id, Status::Active, stamp);
    }
    if let Some(id) = same.first() {
        return Ok(Some(*id));
    }
    let email = Value::from(email);
    create(state, &BTreeMap::from([("email".to_owned(), email)]), stamp)
}

fn create(
    state: &mut State,
    properties: &BTreeMap<String, Value>,
    stamp: &Stamp,
) -> Result<Option<u64>, UiError> {
    for (name, value) in properties {
        check(state, name, value)?;
    }
    let email = properties.get("email").and_then(Value::as_str);
    if email.is_some_and(|it| state.world.contacts.with_email(it).next().is_some()) {
        return Err(UiError::NameTaken("contact"));
    }
    let id = state.world.create(None, stamp);
    for (name, value) in properties {
        state.world.set_field(id, name, Some(value.clone()), stamp);
    }
    Ok(Some(id))
}

fn edit(state: &mut State, id: u64, change: (&str, &Value), stamp: &Stamp) -> Result<(), UiError> {
    let (name, value) = change;
    if !value.is_null() {
        check(state, name, value)?;
    }
    let value = Some(value.clone()).filter(|it| !it.is_null());
    state.world.set_field(id, name, value, stamp);
    Ok(())
}

fn check(state: &State, name: &str, value: &Value) -> Result<(), UiError> {
    let kind = state
        .world
        .property(name)
        .map(|it| it.kind)
        .ok_or(UiError::NoSuch("property"))?;
    let fits = kind != PropertyKind::Set && can_hold(kind, value, usize::MAX);
    fits.then_some(())
        .ok_or_else(|| UiError::Property(name.to_owned()))
}

fn permissions(state: &mut State) -> Result<&mut Property, UiError> {
    state
        .world
        .property_mut(PERMISSIONS)
        .ok_or(UiError::NoSuch("property"))
}

fn entry(state: &mut State, bit: u32) -> Result<&mut SetEntry, UiError> {
    let entries = &mut permissions(state)?.entries;
    entries
        .iter_mut()
        .find(|it| it.bit == bit)
        .ok_or(UiError::NoSuch("permission"))
}
