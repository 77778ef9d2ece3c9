//! What a write does to a contact: who is meant, whether it is refused, what changes.

use super::ApiError;
use super::incoming::{Incoming, Invalid};
use crate::state::State;
use crate::switches::{Dedup, OnExisting};
use crate::world::contact::{Contact, Status};
use crate::world::ledger::{Signal, Stamp};

/// By which way a write came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `POST contact`, `POST contact/list` without `update`.
    Create,
    /// The same with `update:true`.
    Upsert,
    /// `PUT contact/{id}`.
    Put,
    /// `POST subscription/subscribe`.
    Subscribe,
}

/// Whether properties that the write does not mention are cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Kept,
    Purged,
}

/// Why a write is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Email,
    Property(String),
    ExternalId,
    AlreadyExists,
    OptOut,
    NoActiveChannel,
    IdTaken,
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Refused {
        match invalid {
            Invalid::Email => Refused::Email,
            Invalid::Property(name) => Refused::Property(name),
            Invalid::ExternalId => Refused::ExternalId,
        }
    }
}

impl Refused {
    /// The refusal of a request for one contact.
    pub(crate) fn into_error(self, state: &State) -> ApiError {
        let exists_status = state.switches.identity.already_exists_status;
        let message = self.message();
        match self {
            Refused::Email | Refused::Property(_) => {
                ApiError::of(400, "INVALID_PROPERTY", &message)
            }
            Refused::ExternalId => ApiError::params(&message),
            Refused::AlreadyExists => {
                ApiError::of(exists_status, "CONTACT_ALREADY_EXISTS", &message)
            }
            Refused::OptOut => ApiError::of(400, "CONTACT_OPTOUT", &message),
            Refused::NoActiveChannel => ApiError::of(400, "NO_ACTIVE_CHANNEL", &message),
            Refused::IdTaken => ApiError::of(400, "ID_NOTUNIQUE", &message),
        }
    }

    /// The code in the answer to a request for many contacts.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Refused::Email | Refused::Property(_) => "PROPERTY_INVALID",
            Refused::AlreadyExists => "CONTACT_ALREADY_EXISTS",
            Refused::OptOut => "CONTACT_OPTOUT",
            Refused::NoActiveChannel => "NO_ACTIVE_CHANNEL",
            Refused::ExternalId | Refused::IdTaken => "ERROR",
        }
    }

    /// The message.
    pub(crate) fn message(&self) -> String {
        match self {
            Refused::Email => "Email is invalid".to_owned(),
            Refused::Property(name) => format!("Property is invalid: {name}"),
            Refused::ExternalId => "externalId is invalid".to_owned(),
            Refused::AlreadyExists => "contact already exists".to_owned(),
            Refused::OptOut => "contact has opted out".to_owned(),
            Refused::NoActiveChannel => "contact has no active channel".to_owned(),
            Refused::IdTaken => "another contact has that externalId or e-mail address".to_owned(),
        }
    }
}

/// Writes a contact that is looked up by the account's deduplication rule.
pub(crate) fn upsert(
    state: &mut State,
    incoming: &Incoming,
    how: (Way, Rest),
    stamp: &Stamp,
) -> Result<u64, Refused> {
    let (way, rest) = how;
    let Some(existing) = existing(state, incoming).cloned() else {
        let id = state.world.create(incoming.external_id.clone(), stamp);
        apply(state, id, incoming, rest, stamp);
        return Ok(id);
    };
    let way = match (way, state.switches.identity.create_on_existing) {
        (Way::Create, OnExisting::Refused) => return Err(Refused::AlreadyExists),
        (Way::Create, OnExisting::Ignored) => return Ok(existing.id),
        (Way::Create, OnExisting::Updated) => Way::Upsert,
        (Way::Upsert | Way::Put | Way::Subscribe, _) => way,
    };
    update(state, &existing, incoming, (way, rest), stamp)?;
    Ok(existing.id)
}

/// Writes a contact that is known.
pub(crate) fn update(
    state: &mut State,
    existing: &Contact,
    incoming: &Incoming,
    how: (Way, Rest),
    stamp: &Stamp,
) -> Result<(), Refused> {
    let (way, rest) = how;
    refuse_taken(state, existing, incoming)?;
    let reactivates = admit(state, existing, incoming, way)?;
    if incoming.external_id.is_some() {
        state
            .world
            .set_external_id(existing.id, incoming.external_id.clone(), stamp);
    }
    if reactivates || (existing.status == Status::Blank && !incoming.fields.is_empty()) {
        state.world.set_status(existing.id, Status::Active, stamp);
    }
    apply(state, existing.id, incoming, rest, stamp);
    Ok(())
}

/// The person that the account's rule takes the incoming contact for.
fn existing<'a>(state: &'a State, incoming: &Incoming) -> Option<&'a Contact> {
    let contacts = &state.world.contacts;
    let by_id = || contacts.with_external_id(incoming.external_id.as_deref()?);
    let by_email = || contacts.with_email(incoming.email()?).next();
    match state.switches.identity.dedup {
        Dedup::EmailThenExternalId => by_email().or_else(by_id),
        Dedup::ExternalIdOnly => by_id(),
        Dedup::EmailOnly if incoming.email().is_some() => by_email(),
        Dedup::EmailOnly => by_id(),
    }
}

/// Refuses an external id or address that another contact has, where they must be unique.
fn refuse_taken(state: &State, existing: &Contact, incoming: &Incoming) -> Result<(), Refused> {
    let contacts = &state.world.contacts;
    let (unique_id, unique_email) = match state.switches.identity.dedup {
        Dedup::EmailThenExternalId => (true, true),
        Dedup::ExternalIdOnly => (true, false),
        Dedup::EmailOnly => (false, true),
    };
    let id_owner = incoming
        .external_id
        .as_deref()
        .and_then(|it| contacts.with_external_id(it));
    let email_owner = incoming
        .email()
        .and_then(|it| contacts.with_email(it).next());
    let is_other = |it: Option<&Contact>| it.is_some_and(|it| it.id != existing.id);
    if (unique_id && is_other(id_owner)) || (unique_email && is_other(email_owner)) {
        return Err(Refused::IdTaken);
    }
    Ok(())
}

/// Whether a write to this person is let through, and if so, whether it makes the person active.
///
/// A write that re-activates is let through even where another would be refused: that is the
/// more dangerous of the two worlds.
fn admit(
    state: &mut State,
    existing: &Contact,
    incoming: &Incoming,
    way: Way,
) -> Result<bool, Refused> {
    let Status::Inactive(reason) = existing.status else {
        return Ok(false);
    };
    let switch = &state.switches.reactivation;
    let by_way = match way {
        Way::Create | Way::Upsert => switch.upsert,
        Way::Put => switch.put,
        Way::Subscribe => switch.subscribe,
    };
    if by_way || (switch.channel_true && incoming.email_channel == Some(true)) {
        return Ok(true);
    }
    if reason.is_opt_out() && state.switches.signals.write_says_opt_out {
        state.shows(existing.id, Signal::OptOutRefusal);
        return Err(Refused::OptOut);
    }
    if state.switches.signals.write_says_no_active_channel {
        state.shows(existing.id, Signal::NoActiveChannelRefusal);
        return Err(Refused::NoActiveChannel);
    }
    Ok(false)
}

fn apply(state: &mut State, id: u64, incoming: &Incoming, rest: Rest, stamp: &Stamp) {
    if rest == Rest::Purged {
        purge(state, id, incoming, stamp);
    }
    for (name, value) in &incoming.fields {
        state.world.set_field(id, name, value.clone(), stamp);
    }
    for (set, bit, on) in &incoming.bits {
        state.world.set_bit(id, set, (*bit, *on), stamp);
    }
    if let Some(test_group) = incoming.test_group {
        state
            .world
            .contacts
            .change(id, |it| it.test_group = test_group);
    }
}

fn purge(state: &mut State, id: u64, incoming: &Incoming, stamp: &Stamp) {
    let Some(contact) = state.world.contacts.get(id).cloned() else {
        return;
    };
    for name in contact.fields.keys() {
        if !incoming.fields.iter().any(|(it, _)| it == name) {
            state.world.set_field(id, name, None, stamp);
        }
    }
    for (set, bits) in &contact.sets {
        for bit in bits.iter().filter(|bit| !incoming.mentions(set, **bit)) {
            state.world.set_bit(id, set, (*bit, false), stamp);
        }
    }
}
