//! Who of a selection can be put into a list in Spotler, who is left out and
//! why, and what has to be written before (PV-19, C13, DA-11). Nobody is put
//! into a list about whom there is doubt.

use crate::codes;
use crate::connection::Connection;
use crate::crm::{Consent, CrmRecord, Origin, RecordState};
use crate::decide::{self, Case, Course, Wanted};
use crate::draft::{self, Draft};
use crate::memory::{Link, LockKind};
use crate::outcome::Outcome;

/// How one selected record stands before a list is made.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is left out, for the reason with this code.
    LeftOut(&'static str),
    /// Spotler has it as it is, under this external id.
    Current(String),
    /// It is to be created; somebody who is there already is left alone.
    New(Box<(Wanted, Draft)>),
    /// It changed, and nothing about it is in doubt.
    Changed(Box<(Wanted, Draft)>),
    /// It has to be looked at in Spotler first: it goes the way of a saved
    /// record, as an event of its own.
    ToBeLookedAt,
}

/// Judges a selected record. `permission` is the one that the mailing is for;
/// without one, any will do (C30).
pub fn judge(case: &Case<'_>, permission: Option<u32>) -> Standing {
    let wanted = match decide::before_look(case) {
        Course::End(settled) => {
            let code = settled.answer.outcome.code();
            let is_current = match settled.answer.outcome {
                Outcome::Synced(_) => true,
                Outcome::Skipped(_) => code == codes::NOTHING_CHANGED,
                Outcome::Deferred(_) | Outcome::Rejected(..) => false,
            };
            return match &case.link {
                Some(link) if is_current => {
                    match still_fits(Some(case.record), Some(link), case.connection, permission) {
                        Ok(()) => Standing::Current(link.external_id.clone()),
                        Err(code) => Standing::LeftOut(code),
                    }
                }
                _ => Standing::LeftOut(code),
            };
        }
        Course::SwitchOff(_) => return Standing::LeftOut(codes::NO_ADDRESS),
        Course::Blank(_) => return Standing::LeftOut(codes::RECORD_NOT_ACTIVE),
        Course::Restrict(_) => return Standing::LeftOut(codes::GATE_CLOSED),
        Course::Look(wanted) => wanted,
    };
    if let Some(code) = unfit_record(case.record, case.link.as_ref()) {
        return Standing::LeftOut(code);
    }
    let drafted = |draft: Draft| {
        let fits = has_permission(&draft.link, case.record, case.connection, permission);
        (fits, Box::new((wanted.clone(), draft)))
    };
    let lacks = Standing::LeftOut(codes::LACKS_PERMISSION);
    if let Some(draft) = draft::create_unseen(case, &wanted) {
        let (fits, new) = drafted(draft);
        return if fits { Standing::New(new) } else { lacks };
    }
    if let Some(draft) = draft::change_unseen(case, &wanted) {
        let (fits, changed) = drafted(draft);
        return if fits {
            Standing::Changed(changed)
        } else {
            lacks
        };
    }
    if said_yes(case.record, case.connection, permission) {
        Standing::ToBeLookedAt
    } else {
        lacks
    }
}

/// Whether somebody who was found fit may still be put into a list, from what
/// is known at this moment (C13); the error is the code of the reason.
pub fn still_fits(
    record: Option<&CrmRecord>,
    link: Option<&Link>,
    connection: &Connection,
    permission: Option<u32>,
) -> Result<(), &'static str> {
    let record = record.ok_or(codes::RECORD_NOT_ACTIVE)?;
    let link = link.ok_or(codes::NOT_IN_STEP)?;
    match unfit_record(record, Some(link)) {
        Some(code) => Err(code),
        None if link.blanked.is_some() => Err(codes::RECORD_NOT_ACTIVE),
        None if link.synced_at.is_none() => Err(codes::NOT_IN_STEP),
        None if link.address.is_none() => Err(codes::NO_ADDRESS),
        None if !has_permission(link, record, connection, permission) => {
            Err(codes::LACKS_PERMISSION)
        }
        None => Ok(()),
    }
}

/// Why nobody may mail the person, whatever the permissions are.
fn unfit_record(record: &CrmRecord, link: Option<&Link>) -> Option<&'static str> {
    if record.state != RecordState::Active {
        return Some(codes::RECORD_NOT_ACTIVE);
    }
    if !record.sync_enabled {
        return Some(codes::SYNC_DISABLED);
    }
    if !record.mail.allowed {
        return Some(match record.mail.origin {
            Origin::Crm => codes::RULE_CRM_OPT_OUT,
            Origin::Spotler => codes::OPTED_OUT,
        });
    }
    let link = link?;
    match link.lock.as_ref().map(|it| it.kind) {
        Some(LockKind::OptOut) => Some(codes::OPTED_OUT),
        Some(LockKind::Bounce) => Some(codes::BOUNCED),
        Some(LockKind::Unknown) => Some(codes::INACTIVE),
        None if link.bounced_hard == Some(true) => Some(codes::BOUNCED),
        None => None,
    }
}

/// Whether the permission is on in Spotler, and the CRM holds the opt-in for it
/// as well: one side alone is not enough.
fn has_permission(
    link: &Link,
    record: &CrmRecord,
    connection: &Connection,
    permission: Option<u32>,
) -> bool {
    named(connection, permission).any(|bit| link.bit(bit).on && said_yes_to(record, bit))
}

/// Whether the CRM holds an opt-in that counts for the mailing.
fn said_yes(record: &CrmRecord, connection: &Connection, permission: Option<u32>) -> bool {
    named(connection, permission).any(|bit| said_yes_to(record, bit))
}

fn said_yes_to(record: &CrmRecord, bit: u32) -> bool {
    record
        .choice(bit)
        .is_some_and(|it| it.consent == Consent::Given)
}

fn named(connection: &Connection, permission: Option<u32>) -> impl Iterator<Item = u32> + '_ {
    let bits = connection.permissions.iter().map(|it| it.bit);
    bits.filter(move |bit| permission.is_none_or(|it| it == *bit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::PermissionChoice;
    use crate::testing::{LATER, Scene};

    /// Whether Anna, who was found fit, still is after a change.
    fn fits(change: impl FnOnce(&mut Scene), permission: Option<u32>) -> Result<(), &'static str> {
        let scene = Scene::with(change);
        still_fits(
            Some(&scene.record),
            scene.link.as_ref(),
            &scene.connection,
            permission,
        )
    }

    /// PV-19, C13
    #[test]
    fn somebody_in_step_with_the_permission_on_both_sides_fits() {
        assert_eq!(fits(|_| (), Some(1)), Ok(()));
        assert_eq!(fits(|_| (), None), Ok(()));
    }

    /// PV-19, C13: each of these alone keeps somebody off the list, and is the reason
    /// that is told.
    #[test]
    fn whatever_changed_since_keeps_somebody_off_the_list_by_its_own_reason() {
        type Change = fn(&mut Scene);
        let cases: [(&str, Change); 13] = [
            (codes::RECORD_NOT_ACTIVE, |it| {
                it.record.state = RecordState::Inactive;
            }),
            (codes::SYNC_DISABLED, |it| it.record.sync_enabled = false),
            (codes::RULE_CRM_OPT_OUT, |it| it.record.mail.allowed = false),
            (codes::OPTED_OUT, |it| {
                it.record.mail.allowed = false;
                it.record.mail.origin = Origin::Spotler;
            }),
            (codes::OPTED_OUT, |it| it.lock(LockKind::OptOut)),
            (codes::BOUNCED, |it| it.lock(LockKind::Bounce)),
            (codes::INACTIVE, |it| it.lock(LockKind::Unknown)),
            (codes::BOUNCED, |it| it.link().bounced_hard = Some(true)),
            (codes::RECORD_NOT_ACTIVE, Scene::blank),
            (codes::NOT_IN_STEP, |it| it.link().synced_at = None),
            (codes::NOT_IN_STEP, |it| it.link = None),
            (codes::NO_ADDRESS, |it| it.link().address = None),
            (codes::LACKS_PERMISSION, |it| it.link().permissions.clear()),
        ];
        for (number, (code, change)) in cases.into_iter().enumerate() {
            assert_eq!(fits(change, Some(1)), Err(code), "case {number}");
        }
        let scene = Scene::in_step();
        let gone = still_fits(None, scene.link.as_ref(), &scene.connection, None);
        assert_eq!(gone, Err(codes::RECORD_NOT_ACTIVE));
    }

    /// PV-19: a soft bounce does not keep anybody off a list.
    #[test]
    fn a_soft_bounce_keeps_nobody_off() {
        let soft = fits(|it| it.link().bounced_hard = Some(false), Some(1));
        assert_eq!(soft, Ok(()));
    }

    /// C30, DA-11: the permission has to be on in Spotler and given in the CRM, and the
    /// one that the mailing is for.
    #[test]
    fn one_side_of_a_permission_alone_is_not_enough() {
        let lacks = Err(codes::LACKS_PERMISSION);
        assert_eq!(fits(|it| it.says(Consent::Withdrawn), None), lacks);
        assert_eq!(fits(|it| it.record.permissions.clear(), None), lacks);
        let given = |it: &mut Scene| {
            let second = it.record.permissions[0].clone();
            it.record
                .permissions
                .push(PermissionChoice { bit: 2, ..second });
        };
        assert_eq!(fits(given, Some(2)), lacks);
        assert_eq!(fits(given, None), Ok(()));
        assert_eq!(fits(|_| (), Some(3)), lacks, "unknown there");
    }

    /// How somebody stands for a mailing with permission 1, in a word or by the reason.
    fn stands(change: impl FnOnce(&mut Scene)) -> String {
        let scene = Scene::with(change);
        match judge(&scene.case(), Some(1)) {
            Standing::LeftOut(code) => code.to_owned(),
            Standing::Current(id) => format!("current {id}"),
            Standing::New(_) => "new".to_owned(),
            Standing::Changed(_) => "changed".to_owned(),
            Standing::ToBeLookedAt => "to be looked at".to_owned(),
        }
    }

    /// PV-19, DA-11: nobody is put into a list about whom there is doubt.
    #[test]
    fn who_is_in_step_is_current_and_who_is_in_doubt_is_looked_at_first() {
        assert_eq!(stands(|_| ()), "current contact-7");
        assert_eq!(stands(|it| it.link().fields.clear()), "changed");
        assert_eq!(stands(|it| it.link().unsure = true), "to be looked at");
        assert_eq!(stands(|it| it.link = None), "new");
    }

    /// PV-19, C21: what ends a save without anybody being in step leaves them out, though
    /// everything that is remembered of them fits.
    #[test]
    fn who_cannot_be_synced_now_is_left_out_by_the_reason_of_that() {
        let stopped = stands(|it| it.connection.activity = crate::connection::Activity::Stopped);
        assert_eq!(stopped, codes::CONNECTION_STOPPED);
        let missing = stands(|it| it.address = crate::address::AddressState::Missing);
        assert_eq!(missing, codes::NO_ADDRESS);
        let deleted = stands(|it| it.record.state = RecordState::Deleted);
        assert_eq!(deleted, codes::RECORD_NOT_ACTIVE);
        let bounced = stands(|it| {
            it.link().bounced_hard = Some(true);
            it.link().fields.clear();
        });
        assert_eq!(bounced, codes::BOUNCED);
    }

    /// C30: whoever has not said yes is left out, looked at or not.
    #[test]
    fn who_has_not_said_yes_is_left_out_and_not_even_looked_at() {
        for consent in [Consent::Unset, Consent::Withdrawn] {
            let in_doubt = stands(|it| {
                it.says(consent);
                it.link().unsure = true;
            });
            assert_eq!(in_doubt, codes::LACKS_PERMISSION, "{consent:?}");
            let new = stands(|it| {
                it.says(consent);
                it.link = None;
            });
            assert_eq!(new, codes::LACKS_PERMISSION, "{consent:?}");
        }
        let other = stands(|it| {
            it.record.permissions[0].bit = 2;
            it.record.permissions[0].changed_at = LATER;
            it.link().unsure = true;
        });
        assert_eq!(other, codes::LACKS_PERMISSION);
    }
}
