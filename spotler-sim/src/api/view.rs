//! How contacts, properties and dates look in an answer.

use serde_json::{Map, Value, json};

use crate::clock::iso;
use crate::state::State;
use crate::switches::{ChannelSignal, DateForm, PermissionSignal};
use crate::world::contact::{Contact, PERMISSIONS, Status};
use crate::world::ledger::Signal;
use crate::world::property::Property;

/// A date of the kind whose form is not documented.
pub(crate) fn date(state: &State, at_ms: i64) -> Value {
    match state.switches.shape.dates {
        DateForm::EpochMs => Value::from(at_ms),
        DateForm::Iso => Value::from(iso_date(state, at_ms)),
    }
}

/// A date of the kind that is documented as ISO 8601.
pub(crate) fn iso_date(state: &State, at_ms: i64) -> String {
    iso(at_ms, state.switches.shape.offset_minutes)
}

/// A contact; remembers which signals it shows.
pub(crate) fn contact(state: &mut State, contact: &Contact) -> Value {
    let mut view = json!({
        "encryptedId": contact.encrypted_id,
        "created": date(state, contact.created_ms),
        "lastChanged": date(state, contact.changed_ms),
        "testGroup": contact.test_group,
        "temporary": contact.temporary,
        "properties": properties(state, contact),
    });
    if let Some(external_id) = &contact.external_id {
        view["externalId"] = Value::from(external_id.as_str());
    }
    if let Some(channels) = channels(state, contact) {
        view["channels"] = channels;
    }
    view
}

fn properties(state: &mut State, contact: &Contact) -> Value {
    let mut shown: Map<String, Value> = contact.fields.clone().into_iter().collect();
    if contact.status == Status::Blank {
        return Value::Object(shown);
    }
    let sets: Vec<Property> = state.world.set_properties().cloned().collect();
    for set in sets {
        let hides = set.name == PERMISSIONS && hides_permissions(state, contact);
        if hides {
            state.shows(contact.id, Signal::PermissionsOff);
        }
        let bits = contact.sets.get(&set.name);
        let entry = |it: &crate::world::property::SetEntry| {
            let on = !hides && bits.is_some_and(|bits| bits.contains(&it.bit));
            json!({"bit": it.bit, "enabled": on, "description": it.description})
        };
        shown.insert(set.name.clone(), set.entries.iter().map(entry).collect());
    }
    Value::Object(shown)
}

fn hides_permissions(state: &State, contact: &Contact) -> bool {
    let opted_out = matches!(contact.status, Status::Inactive(reason) if reason.is_opt_out());
    opted_out && state.switches.signals.permissions != PermissionSignal::Kept
}

fn channels(state: &mut State, contact: &Contact) -> Option<Value> {
    let inactive = matches!(contact.status, Status::Inactive(_));
    let email_is_on = match state.switches.signals.channels {
        ChannelSignal::LeftOut => return None,
        ChannelSignal::AlwaysTrue => true,
        ChannelSignal::Truthful => contact.can_be_mailed(),
    };
    if inactive && !email_is_on {
        state.shows(contact.id, Signal::ChannelOff);
    }
    let sms_is_on = contact.is_active() && contact.fields.contains_key("mobileNumber");
    Some(json!([{"name": "EMAIL", "value": email_is_on}, {"name": "SMS", "value": sms_is_on}]))
}

/// Whether reads leave this contact out although the record exists; remembers that they did.
pub(crate) fn is_hidden(state: &mut State, contact: &Contact) -> bool {
    let hidden = match contact.status {
        Status::Active => false,
        Status::Inactive(_) => state.switches.signals.read_is_404,
        Status::Blank => state.switches.identity.blank_reads_404,
    };
    if hidden {
        state.shows(contact.id, Signal::Hidden);
    }
    hidden
}
