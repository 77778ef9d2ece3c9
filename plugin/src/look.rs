//! What a look at Spotler showed: whether the person is there, and whether the
//! person may still be mailed (C15, evidence strongest first).

use crate::crm::Event;
use crate::memory::{Intent, Link, LockKind};
use crate::spotler::contact::SeenContact;
use crate::spotler::trouble::{Kind, Trouble};

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// Nobody with this id or address.
    Absent,
    /// One contact.
    One(SeenContact),
    /// Several contacts with the address, none of them ours.
    Several,
    /// The new address of a linked record belongs to another contact.
    AddressTaken,
    /// Spotler answered that the person is locked, and shows nothing else.
    Locked(LockKind),
}

impl Presence {
    /// The contact, or what a refusal to show it means.
    pub fn of(looked: Result<SeenContact, Trouble>) -> Result<Self, Trouble> {
        match looked {
            Ok(seen) => Ok(Self::One(seen)),
            Err(trouble) if trouble.kind == Kind::NotFound => Ok(Self::Absent),
            Err(trouble) => lock_of(&trouble).map(Self::Locked).ok_or(trouble),
        }
    }

    /// The contact that was found, if it is one.
    pub fn seen(&self) -> Option<&SeenContact> {
        match self {
            Self::One(seen) => Some(seen),
            Self::Absent | Self::Several | Self::AddressTaken | Self::Locked(_) => None,
        }
    }

    /// Why the person is inactive, if the look shows that.
    pub fn lock(&self, bounced: bool) -> Option<LockKind> {
        match self {
            Self::Locked(kind) => Some(*kind),
            Self::One(seen) => lock_shown(seen, bounced),
            Self::Absent | Self::Several | Self::AddressTaken => None,
        }
    }

    /// The one contact among those with an address: ours if it is among them.
    pub fn among(found: Vec<SeenContact>, ours: &str) -> Self {
        let is_ours = |it: &SeenContact| it.external_id.as_deref() == Some(ours);
        if let Some(at) = found.iter().position(is_ours) {
            return found.into_iter().nth(at).map_or(Self::Absent, Self::One);
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (None, _) => Self::Absent,
            (Some(only), None) => Self::One(only),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

/// What a refusal says about the person, if it says anything.
pub fn lock_of(trouble: &Trouble) -> Option<LockKind> {
    match trouble.kind {
        Kind::OptedOut => Some(LockKind::OptOut),
        Kind::NoActiveChannel => Some(LockKind::Bounce),
        Kind::NotFound
        | Kind::AlreadyExists
        | Kind::ValueRefused
        | Kind::NotAuthorised
        | Kind::Refused
        | Kind::TooFast
        | Kind::ServerFault
        | Kind::Unreachable
        | Kind::Lost
        | Kind::Garbled
        | Kind::NotSent => None,
    }
}

/// Whether a contact shows that the person is inactive. The channel alone does
/// not say why, unless a bounce was seen as well.
pub fn lock_shown(seen: &SeenContact, bounced: bool) -> Option<LockKind> {
    match (seen.email_channel, bounced) {
        (Some(false), true) => Some(LockKind::Bounce),
        (Some(false), false) => Some(LockKind::Unknown),
        (Some(true) | None, _) => None,
    }
}

/// Whether a permission that is off may be off because a write of ours arrived
/// and was undone since: then it is not switched on again (C15, C18). No write
/// arrived if nothing has changed at Spotler since before it; and none was made
/// if it was never noted.
pub fn is_doubtful(seen: &SeenContact, intent: Option<&Intent>, bit: u32) -> bool {
    intent.is_some_and(|intent| {
        let unchanged = seen.last_changed.is_some() && seen.last_changed == intent.changed_before;
        intent.bits.contains(&bit) && !unchanged
    })
}

/// Whether a write of ours may have been lost. A second attempt is unsure of
/// the first, unless the first ended in a deferral that was committed: then the
/// link says what it left open.
pub fn is_unsure(link: Option<&Link>, event: &Event) -> bool {
    let left_open = link.is_some_and(|it| it.unsure);
    let committed = link
        .and_then(|it| it.deferred.as_ref())
        .is_some_and(|it| it.event == event.id && it.attempt + 1 == event.attempt);
    left_open || (event.attempt > 1 && !committed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::DeferredAttempt;

    fn contact(external_id: &str) -> SeenContact {
        SeenContact {
            external_id: Some(external_id.into()),
            ..SeenContact::default()
        }
    }

    /// C15
    #[test]
    fn a_channel_that_is_off_locks_without_a_reason_unless_a_bounce_was_seen() {
        let shown = |channel, bounced| {
            lock_shown(
                &SeenContact {
                    email_channel: channel,
                    ..SeenContact::default()
                },
                bounced,
            )
        };
        assert_eq!(shown(Some(false), false), Some(LockKind::Unknown));
        assert_eq!(shown(Some(false), true), Some(LockKind::Bounce));
        assert_eq!(shown(Some(true), true), None);
        assert_eq!(shown(None, false), None);
    }

    /// C15
    #[test]
    fn the_code_for_an_opt_out_is_an_opt_out() {
        let looked = Presence::of(Err(Trouble::of(Kind::OptedOut)));
        assert_eq!(looked, Ok(Presence::Locked(LockKind::OptOut)));
        assert!(Presence::of(Err(Trouble::of(Kind::Lost))).is_err());
        assert_eq!(
            Presence::of(Err(Trouble::of(Kind::NotFound))),
            Ok(Presence::Absent)
        );
    }

    #[test]
    fn among_several_people_with_one_address_only_ours_is_taken() {
        let found = vec![contact("a"), contact("ours")];
        assert_eq!(
            Presence::among(found, "ours"),
            Presence::One(contact("ours"))
        );
        assert_eq!(
            Presence::among(vec![contact("a"), contact("b")], "ours"),
            Presence::Several
        );
        assert_eq!(
            Presence::among(vec![contact("a")], "ours"),
            Presence::One(contact("a"))
        );
        assert_eq!(Presence::among(Vec::new(), "ours"), Presence::Absent);
    }

    #[test]
    fn a_permission_is_in_doubt_only_if_it_was_noted_and_something_changed_since() {
        let changed = |at| SeenContact {
            last_changed: at,
            ..SeenContact::default()
        };
        let noted = |changed_before| Intent {
            bits: vec![1],
            changed_before,
        };
        assert!(!is_doubtful(&changed(Some(9)), None, 1));
        assert!(!is_doubtful(&changed(Some(9)), Some(&noted(Some(9))), 1));
        assert!(is_doubtful(&changed(Some(10)), Some(&noted(Some(9))), 1));
        assert!(!is_doubtful(&changed(Some(10)), Some(&noted(Some(9))), 2));
        assert!(is_doubtful(&changed(None), Some(&noted(None)), 1));
    }

    fn event(attempt: u32) -> Event {
        Event {
            id: "e".into(),
            attempt,
            occurred_at: 7,
            user: None,
            cursor: None,
            restrict_only: false,
        }
    }

    #[test]
    fn a_second_attempt_is_unsure_of_the_first() {
        assert!(!is_unsure(None, &event(1)));
        assert!(is_unsure(None, &event(2)));
        let link = Link {
            unsure: true,
            ..Link::to("x".into(), true)
        };
        assert!(is_unsure(Some(&link), &event(1)));
    }

    #[test]
    fn an_attempt_after_a_committed_deferral_knows_what_was_left_open() {
        let deferred = Some(DeferredAttempt {
            event: "e".into(),
            attempt: 1,
        });
        let link = Link {
            deferred,
            ..Link::to("x".into(), true)
        };
        assert!(!is_unsure(Some(&link), &event(2)));
        assert!(is_unsure(Some(&link), &event(3)));
    }
}
