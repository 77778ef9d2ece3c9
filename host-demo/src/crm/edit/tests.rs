use super::*;
use crate::contract::RecordKind;

fn rules() -> Rules {
    Rules {
        catalogue: Catalogue::with(Vec::new()),
        permissions: BTreeSet::from([1, 2]),
    }
}

fn contact(id: &str) -> RecordRef {
    RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    }
}

fn saved(before: Option<&Record>, edit: &Edit) -> Saved {
    save(before, &contact("p1"), edit, &rules(), 10)
        .expect("allowed")
        .expect("something differs")
}

fn stored() -> Record {
    saved(None, &Edit::new().text("last_name", "Jansen")).record
}

/// DA-16: a contact cannot be created without a last name.
#[test]
fn a_contact_needs_a_last_name() {
    let edit = Edit::new().text("first_name", "Anna");
    let broken = save(None, &contact("p1"), &edit, &rules(), 10).expect_err("no last name");
    assert_eq!(broken, RuleBroken::Missing("last_name"));
    let blank = edit.text("last_name", "  ");
    assert!(save(None, &contact("p1"), &blank, &rules(), 10).is_err());
}

#[test]
fn a_last_name_cannot_be_emptied() {
    let broken = save(
        Some(&stored()),
        &contact("p1"),
        &Edit::new().empty("last_name"),
        &rules(),
        11,
    );
    assert_eq!(
        broken.expect_err("emptied"),
        RuleBroken::Missing("last_name")
    );
}

#[test]
fn what_does_not_differ_is_no_save() {
    let same = Edit::new()
        .text("last_name", "Jansen")
        .mail(true)
        .gate(false);
    let outcome = save(Some(&stored()), &contact("p1"), &same, &rules(), 11).expect("allowed");
    assert!(outcome.is_none(), "{outcome:?}");
}

#[test]
fn every_save_counts_the_revision_up() {
    let first = stored();
    let second = saved(Some(&first), &Edit::new().text("phone", "+31201234567")).record;
    assert_eq!((first.revision, second.revision), (1, 2));
}

#[test]
fn the_change_follows_from_the_states() {
    let active = stored();
    let off = saved(Some(&active), &Edit::new().state(RecordState::Inactive));
    assert_eq!(off.change, Change::Deactivated);
    let on = saved(Some(&off.record), &Edit::new().state(RecordState::Active));
    assert_eq!(on.change, Change::Reactivated);
    let gone = saved(Some(&on.record), &Edit::new().state(RecordState::Deleted));
    assert_eq!(gone.change, Change::Deleted);
    let again = save(
        Some(&gone.record),
        &contact("p1"),
        &Edit::new().gate(true),
        &rules(),
        12,
    );
    assert_eq!(again.expect_err("deleted"), RuleBroken::Deleted);
}

#[test]
fn a_choice_keeps_when_and_how_it_was_made() {
    let edit = Edit::new()
        .permission(2, Consent::Given)
        .evidence("paper form 12");
    let record = saved(Some(&stored()), &edit).record;
    let choice = &record.permissions[&2];
    assert_eq!(
        (choice.consent, choice.origin),
        (Consent::Given, Origin::Crm)
    );
    assert_eq!(
        (choice.changed_at, choice.evidence.as_str()),
        (10, "paper form 12")
    );
}

#[test]
fn unknown_things_are_refused() {
    let refuse = |edit: Edit| {
        save(Some(&stored()), &contact("p1"), &edit, &rules(), 11).expect_err("refused")
    };
    let unknown = refuse(Edit::new().permission(9, Consent::Given));
    assert_eq!(unknown, RuleBroken::UnknownPermission(9));
    let unknown = refuse(Edit::new().text("shoe_size", "43"));
    assert_eq!(unknown, RuleBroken::UnknownField("shoe_size".to_owned()));
    let date = refuse(Edit::new().field("birth_date", FieldValue::Date("1971-02-30".to_owned())));
    let problem = ValueProblem::Date;
    assert_eq!(
        date,
        RuleBroken::Value {
            field: "birth_date".to_owned(),
            problem
        }
    );
    assert!(!date.to_string().contains("1971"), "{date}");
}

#[test]
fn switching_off_shows_disabled_and_switching_on_shows_nothing_yet() {
    let off = Edit {
        sync_enabled: Some(false),
        ..Edit::new()
    };
    let record = saved(Some(&stored()), &off).record;
    assert_eq!(record.status, Some(crate::contract::SyncStatus::Disabled));
    let on = Edit {
        sync_enabled: Some(true),
        ..Edit::new()
    };
    assert_eq!(saved(Some(&record), &on).record.status, None);
}

/// DA-31, C3: an opt-out that came from Spotler is not lifted by a save; one of the
/// CRM's own is.
#[test]
fn only_an_opt_out_of_the_crm_is_lifted_by_a_save() {
    let opted_out = |origin| {
        let mut record = stored();
        record.mail.allowed = false;
        record.mail.origin = origin;
        record
    };
    let allow = Edit::new().mail(true).text("phone", "+31201234567");
    let lift = |origin| {
        save(
            Some(&opted_out(origin)),
            &contact("p1"),
            &allow,
            &rules(),
            11,
        )
    };
    let broken = lift(Origin::Spotler).expect_err("refused");
    assert_eq!(broken, RuleBroken::OptedOutInSpotler);
    assert!(broken.to_string().contains("reactivate"), "{broken}");
    let lifted = lift(Origin::Crm).expect("allowed").expect("differs");
    assert!(lifted.record.mail.allowed);
    let other = Edit::new().mail(false).text("phone", "+31201234567");
    let other = saved(Some(&opted_out(Origin::Spotler)), &other).record;
    assert!(!other.mail.allowed && other.mail.origin == Origin::Spotler);
}
