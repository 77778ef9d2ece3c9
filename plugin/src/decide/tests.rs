use super::*;
use crate::crm::{Consent, RecordKind};
use crate::outcome::Outcome;
use crate::testing::{LATER, Scene};

/// What is decided, in a word, or the code with which it ends.
fn course(scene: &Scene) -> &'static str {
    match before_look(&scene.case()) {
        Course::End(settled) => match settled.answer.outcome {
            Outcome::Synced(reason) | Outcome::Skipped(reason) | Outcome::Rejected(reason, _) => {
                reason.code
            }
            Outcome::Deferred(deferral) => deferral.reason.code,
        },
        Course::SwitchOff(_) => "switch off",
        Course::Restrict(_) => "restrict",
        Course::Blank(_) => "blank",
        Course::Look(_) => "look",
    }
}

/// The course after a change of Anna's case.
fn after(change: impl FnOnce(&mut Scene)) -> &'static str {
    course(&Scene::with(change))
}

/// DA-18, YO-19
#[test]
fn somebody_in_step_costs_no_request() {
    assert_eq!(course(&Scene::in_step()), codes::NOTHING_CHANGED);
}

/// DA-18: any of these is a reason to look.
#[test]
fn whatever_may_differ_is_looked_at() {
    let reasons: [fn(&mut Scene); 8] = [
        |it| it.link().unsure = true,
        |it| it.event.attempt = 2,
        |it| {
            it.link().intent = Some(Intent {
                bits: vec![2],
                changed_before: None,
            });
        },
        |it| it.link().synced_at = None,
        |it| it.link().fields.clear(),
        |it| it.link().permissions.clear(),
        |it| it.says(Consent::Withdrawn),
        |it| it.link = None,
    ];
    for (number, change) in reasons.into_iter().enumerate() {
        assert_eq!(after(change), "look", "reason {number}");
    }
}

/// PV-04, C21, DA-74: the connection comes before everything else.
#[test]
fn nothing_is_done_without_a_connection_or_with_synchronisation_off() {
    let unlinked = |it: &mut Scene| it.link = None;
    let off = after(|it| {
        unlinked(it);
        it.connection.activity = Activity::Off;
    });
    assert_eq!(off, codes::NOT_ACTIVE);
    let stopped = after(|it| {
        unlinked(it);
        it.connection.activity = Activity::Stopped;
    });
    assert_eq!(stopped, codes::CONNECTION_STOPPED);
    let disabled = after(|it| {
        unlinked(it);
        it.record.sync_enabled = false;
    });
    assert_eq!(disabled, codes::SYNC_DISABLED);
}

/// DA-29: while a person has still to confirm, only an opt-out goes through, and only
/// to somebody who can be mailed.
#[test]
fn what_waits_for_a_person_lets_nothing_but_an_opt_out_through() {
    let held = |change: fn(&mut Scene)| {
        after(|it| {
            it.event.restrict_only = true;
            change(it);
        })
    };
    assert_eq!(held(|it| it.says(Consent::Withdrawn)), "restrict");
    assert_eq!(held(|_| ()), codes::WAITS);
    assert_eq!(held(|it| it.link().fields.clear()), codes::WAITS);
    assert_eq!(held(|it| it.link = None), codes::WAITS);
    let locked = held(|it| {
        it.says(Consent::Withdrawn);
        it.lock(LockKind::Unknown);
    });
    assert_eq!(locked, codes::WAITS);
    let blanked = held(|it| {
        it.says(Consent::Withdrawn);
        it.blank();
    });
    assert_eq!(blanked, codes::WAITS);
    let off = held(|it| it.record.sync_enabled = false);
    assert_eq!(off, codes::SYNC_DISABLED);
}

/// DA-19, DA-20, YO-25, C1
#[test]
fn a_record_that_goes_is_blanked_once_and_comes_back_where_the_profile_lets_it() {
    for state in [RecordState::Inactive, RecordState::Deleted] {
        assert_eq!(after(|it| it.record.state = state), "blank");
        let unlinked = after(|it| {
            it.record.state = state;
            it.link = None;
        });
        assert_eq!(unlinked, codes::RECORD_NOT_ACTIVE);
        let already = after(|it| {
            it.record.state = state;
            it.blank();
        });
        assert_eq!(already, codes::NOTHING_CHANGED);
    }
    let back = |reactivation| {
        after(|it| {
            it.connection.profile.reactivation = reactivation;
            it.blank();
        })
    };
    assert_eq!(back(Reactivation::Never), codes::NOT_REACTIVATABLE);
    assert_eq!(back(Reactivation::Restore), "look");
    let never_gone = after(|it| it.connection.profile.reactivation = Reactivation::Never);
    assert_eq!(never_gone, codes::NOTHING_CHANGED);
}

/// DA-36, DA-38, C15: of somebody inactive nothing is sent, but who is deleted goes.
#[test]
fn a_lock_stands_until_a_user_says_that_it_was_lifted() {
    let locks = [
        (LockKind::OptOut, codes::OPTED_OUT),
        (LockKind::Bounce, codes::BOUNCED),
        (LockKind::Unknown, codes::INACTIVE),
    ];
    for (kind, code) in locks {
        assert_eq!(after(|it| it.lock(kind)), code);
        let deactivated = after(|it| {
            it.lock(kind);
            it.record.state = RecordState::Inactive;
        });
        assert_eq!(deactivated, code);
        let deleted = after(|it| {
            it.lock(kind);
            it.record.state = RecordState::Deleted;
        });
        assert_eq!(deleted, "blank");
        let taken_up = after(|it| {
            it.lock(kind);
            it.wish = Some(Wish::Reactivate);
        });
        assert_eq!(taken_up, "look");
        let linked_by_hand = after(|it| {
            it.lock(kind);
            it.wish = Some(Wish::Link);
        });
        assert_eq!(linked_by_hand, code);
    }
    let not_locked = after(|it| it.wish = Some(Wish::Reactivate));
    assert_eq!(not_locked, codes::NOTHING_CHANGED);
}

/// C3: an opt-out that came from Spotler ends it without a lock too; one of the CRM's
/// own is sent.
#[test]
fn an_opt_out_in_the_crm_ends_it_only_where_it_came_from_spotler() {
    let opted_out = |origin, allowed| {
        after(|it| {
            it.record.mail.origin = origin;
            it.record.mail.allowed = allowed;
            it.record.mail.changed_at = LATER;
        })
    };
    assert_eq!(opted_out(Origin::Spotler, false), codes::OPTED_OUT);
    assert_eq!(opted_out(Origin::Spotler, true), codes::NOTHING_CHANGED);
    assert_eq!(opted_out(Origin::Crm, false), "look");
}

/// PV-14, YO-11, DA-04, C30
#[test]
fn the_gate_of_the_profile_decides_who_is_synced_and_an_opt_out_goes_through_it() {
    let closed = |change: fn(&mut Scene)| {
        after(|it| {
            it.connection.profile.gate = Gate::Attribute;
            it.record.gate = false;
            it.link().fields.clear();
            change(it);
        })
    };
    assert_eq!(closed(|_| ()), codes::GATE_CLOSED);
    assert_eq!(closed(|it| it.says(Consent::Withdrawn)), "restrict");
    assert_eq!(closed(|it| it.link = None), codes::NOT_LINKED);
    assert_eq!(closed(|it| it.wish = Some(Wish::Export)), "look");
    assert_eq!(closed(|it| it.connection.profile.gate = Gate::All), "look");
    let open = closed(|it| {
        it.record.gate = true;
        it.says(Consent::Withdrawn);
    });
    assert_eq!(open, "look", "it is sent with everything else");

    let by_hand = |linked: bool| {
        after(|it| {
            it.connection.profile.gate = Gate::Linked;
            it.link().fields.clear();
            it.link = it.link.take().filter(|_| linked);
        })
    };
    assert_eq!(by_hand(true), "look");
    assert_eq!(by_hand(false), codes::NOT_LINKED);
}

/// YO-14, C6
#[test]
fn nobody_is_written_before_the_mapping_was_saved_where_the_profile_says_so() {
    let starts = |starts, mapping_saved| {
        after(|it| {
            it.connection.profile.starts = starts;
            it.connection.mapping_saved = mapping_saved;
            it.link().fields.clear();
        })
    };
    let waits = starts(Starts::OnMappingSaved, false);
    assert_eq!(waits, codes::MAPPING_NOT_SAVED);
    assert_eq!(starts(Starts::OnMappingSaved, true), "look");
    assert_eq!(starts(Starts::OnActivation, false), "look");
}

/// C30, YO-52, DA-78
#[test]
fn without_an_address_of_its_own_nobody_is_sent() {
    let missing = |change: fn(&mut Scene)| {
        after(|it| {
            it.address = AddressState::Missing;
            change(it);
        })
    };
    assert_eq!(missing(|_| ()), "switch off");
    assert_eq!(missing(|it| it.link().address = None), codes::NO_ADDRESS);
    assert_eq!(missing(|it| it.link = None), codes::NO_ADDRESS);
    let blanked = missing(|it| {
        it.connection.profile.reactivation = Reactivation::Restore;
        it.blank();
    });
    assert_eq!(blanked, codes::NO_ADDRESS);
    let invalid = after(|it| it.address = AddressState::Invalid);
    assert_eq!(invalid, codes::BAD_ADDRESS);
    let in_use = after(|it| {
        it.owner = Some(RecordRef {
            kind: RecordKind::Lead,
            id: "8".into(),
        });
    });
    assert_eq!(in_use, codes::ADDRESS_IN_USE);
}

/// C31: an address that opted out is not added again, under whichever record.
#[test]
fn an_address_that_opted_out_is_never_added_again() {
    let unlinked = |kind| {
        after(|it| {
            it.link = None;
            it.tombstone = Some(kind);
        })
    };
    assert_eq!(unlinked(LockKind::OptOut), codes::OPTED_OUT_EARLIER);
    assert_eq!(unlinked(LockKind::Bounce), codes::INACTIVE_EARLIER);
    let moved_there = after(|it| {
        it.link().address = Some("another".into());
        it.tombstone = Some(LockKind::OptOut);
    });
    assert_eq!(moved_there, codes::ADDRESS_OPTED_OUT);
    let its_own = after(|it| it.tombstone = Some(LockKind::OptOut));
    assert_eq!(its_own, codes::NOTHING_CHANGED);
}

/// What was noted before something is switched on counts from the second step on, or
/// when that step is tried again.
#[test]
fn a_note_is_a_doubt_unless_its_own_step_has_just_begun() {
    let intent = |cursor: Option<&str>, attempt| {
        let scene = Scene::with(|it| {
            it.link().intent = Some(Intent {
                bits: vec![1],
                changed_before: None,
            });
            it.event.cursor = cursor.map(str::to_owned);
            it.event.attempt = attempt;
        });
        scene.case().intent().is_some()
    };
    assert!(intent(None, 1));
    assert!(intent(Some(codes::NOTED), 2));
    assert!(intent(Some("another"), 1));
    assert!(!intent(Some(codes::NOTED), 1));
}
