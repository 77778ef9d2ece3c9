//! Contacts, leads and accounts alike: which of their fields are sent by
//! themselves, and what becomes of each event of their lives.

use std::collections::BTreeSet;

use host_demo::contract::{Consent, FieldValue, Origin, RecordKind, RecordRef, SyncStatus};
use host_demo::crm::Edit;
use koppel_tests::{World, spotler};

const KINDS: [RecordKind; 3] = [RecordKind::Contact, RecordKind::Lead, RecordKind::Account];

fn one(kind: RecordKind) -> RecordRef {
    RecordRef {
        kind,
        id: format!("{kind:?}").to_lowercase().replace("::", "-"),
    }
}

/// A form with every field filled in that the kind has.
fn full(kind: RecordKind) -> Edit {
    let email = format!("{}@voorbeeld.nl", one(kind).id);
    let common = Edit::new()
        .text("email", &email)
        .text("phone", "030 123 45 67")
        .text("mobile", "06-12345678")
        .text("fax", "030 123 45 68")
        .text("organisation", "Timmerbedrijf de Groot")
        .text("street", "Dorpsstraat")
        .text("house_number", "1a")
        .text("postal_code", "1234ab")
        .text("city", "Utrecht")
        .text("country", "NL")
        .text("note", "Belt liever");
    if kind == RecordKind::Account {
        return common;
    }
    let person = common
        .text("salutation", "Geachte")
        .text("initials", "A.")
        .text("first_name", "Anna")
        .text("infix", "de")
        .text("last_name", "Boer")
        .text("job_title", "Directeur")
        .field("gender", FieldValue::Choice("V".into()))
        .field("birth_date", FieldValue::Date("1980-02-29".into()));
    if kind == RecordKind::Lead {
        person.text("topic", "Nieuwe keuken")
    } else {
        person
    }
}

async fn reason(world: &World, kind: RecordKind) -> String {
    let history = world
        .host
        .crm()
        .history(&one(kind), 1)
        .await
        .expect("a history");
    history
        .first()
        .map(|it| it.reason.code.clone())
        .unwrap_or_default()
}

/// DA-02, DA-04, DA-08, DA-09, DA-10, DA-12, DA-13, DA-14
#[tokio::test]
async fn by_itself_each_kind_sends_its_own_fields_and_no_others() {
    let world = World::start_with(spotler(), "dynamics365").await;
    let address = ["street", "houseNumber", "postalCode", "city", "country"];
    let person = ["initials", "firstName", "infix", "lastName", "mobileNumber"];
    let organisation = ["email", "organisation", "phoneNumber", "permissions"];
    let details = ["gender", "birthday"];
    for kind in KINDS {
        world.sim.clear_requests();
        world
            .host
            .crm()
            .save(&one(kind), full(kind))
            .await
            .expect("saved");
        world.run().await;
        let sent = world.sim.requests_to("POST /contact");
        let body = sent
            .first()
            .and_then(spotler_sim::LoggedRequest::json)
            .expect("a creation");
        let properties = body["contact"]["properties"]
            .as_object()
            .expect("properties")
            .clone();
        let names: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let mut golden: BTreeSet<&str> = address.into_iter().chain(organisation).collect();
        if kind != RecordKind::Account {
            golden.extend(person);
        }
        if kind == RecordKind::Contact {
            golden.extend(details);
        }
        assert_eq!(names, golden, "{kind:?}");
        assert_eq!(properties["postalCode"], "1234 AB");
    }
}

/// DA-06, DA-15
#[tokio::test]
async fn each_event_of_each_kind_is_synced() {
    let world = World::start_with(spotler(), "dynamics365").await;
    for kind in KINDS {
        let (crm, record) = (world.host.crm(), one(kind));
        let mut became = Vec::new();
        crm.save(&record, full(kind)).await.expect("saved");
        world.run().await;
        became.push(reason(&world, kind).await);
        crm.edit(&record, Edit::new().text("city", "Zeist"))
            .await
            .expect("saved");
        world.run().await;
        became.push(reason(&world, kind).await);
        crm.deactivate(&record).await.expect("saved");
        world.run().await;
        became.push(reason(&world, kind).await);
        crm.reactivate(&record).await.expect("saved");
        world.run().await;
        became.push(reason(&world, kind).await);
        crm.delete(&record).await.expect("saved");
        world.run().await;
        became.push(reason(&world, kind).await);
        assert_eq!(
            became,
            ["created", "updated", "blanked", "restored", "blanked"],
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn a_field_that_is_emptied_in_the_crm_is_emptied_in_spotler() {
    let world = World::start_with(spotler(), "dynamics365").await;
    let record = one(RecordKind::Contact);
    world
        .host
        .crm()
        .save(&record, full(RecordKind::Contact))
        .await
        .expect("saved");
    world.run().await;
    let emptied = Edit::new().empty("birth_date").empty("infix");
    world
        .host
        .crm()
        .edit(&record, emptied)
        .await
        .expect("saved");
    world.run().await;
    let seen = world.sim.contacts().remove(0);
    assert_eq!((seen.text("birthday"), seen.text("infix")), (None, None));
    assert_eq!(seen.text("lastName"), Some("Boer"));
}

/// DA-26
#[tokio::test]
async fn bulk_email_is_set_by_hand_and_by_an_opt_out() {
    let mut config = spotler();
    config.switches.signals.channels = spotler_sim::switches::ChannelSignal::AlwaysTrue;
    let world = World::start_with(config, "dynamics365").await;
    let record = one(RecordKind::Lead);
    world
        .host
        .crm()
        .save(
            &record,
            full(RecordKind::Lead).permission(1, host_demo::contract::Consent::Given),
        )
        .await
        .expect("saved");
    world.run().await;
    let allowed = async || {
        world
            .host
            .crm()
            .record(&record)
            .await
            .expect("read")
            .expect("there")
            .mail
            .allowed
    };
    world
        .host
        .crm()
        .set_mail(&record, false)
        .await
        .expect("saved");
    assert!(!allowed().await);
    world
        .host
        .crm()
        .set_mail(&record, true)
        .await
        .expect("saved");
    world.run().await;
    assert!(allowed().await);
    world.sim.ui_opt_out(&record.id).expect("opted out");
    world
        .host
        .crm()
        .edit(&record, Edit::new().text("city", "Zeist"))
        .await
        .expect("saved");
    world.run().await;
    assert!(!allowed().await);
}

/// DA-71, DA-72, DA-73, DA-74, YO-22: contacts, leads and accounts have the same
/// block, status, history and controls.
#[tokio::test]
async fn each_kind_has_the_same_information_and_the_same_controls() {
    let world = World::start_with(spotler(), "dynamics365").await;
    let crm = world.host.crm();
    for kind in KINDS {
        let record = one(kind);
        crm.save(&record, full(kind)).await.expect("saved");
        world.run().await;
        let shown = crm.record(&record).await.expect("read").expect("there");
        assert_eq!(shown.status, Some(SyncStatus::Succeeded), "{kind:?}");
        let card = world.host.card(&record).await.expect("a block");
        assert_eq!(card.status, Some(SyncStatus::Succeeded), "{kind:?}");
        assert!(card.external_id.is_some() && !card.permissions.is_empty());
        let history = crm.history(&record, 10).await.expect("a history");
        assert_eq!(history[0].reason.code, "created");
        assert!(!history[0].why.is_empty(), "the rules that decided");

        crm.set_sync_enabled(&record, false).await.expect("saved");
        world.run().await;
        world.sim.clear_requests();
        let edit = Edit::new().text("city", "Almere");
        crm.save(&record, edit).await.expect("saved");
        world.run().await;
        assert_eq!(world.requests(), Vec::<String>::new(), "{kind:?}");
        let shown = crm.record(&record).await.expect("read").expect("there");
        assert_eq!(shown.status, Some(SyncStatus::Disabled));
        crm.set_sync_enabled(&record, true).await.expect("saved");
        world.run().await;
        let shown = crm.record(&record).await.expect("read").expect("there");
        assert_eq!(shown.status, Some(SyncStatus::Succeeded), "{kind:?}");
        assert!(!world.requests().is_empty(), "{kind:?}");
    }
}

/// DA-23, DA-82: what somebody withdrew in Spotler before the record was deactivated is
/// not restored with it, and the CRM knows of it.
#[tokio::test]
async fn a_permission_withdrawn_before_a_deactivation_does_not_come_back_with_the_record() {
    let world = World::start_with(spotler(), "dynamics365").await;
    let (crm, record) = (world.host.crm(), one(RecordKind::Contact));
    let email = format!("{}@voorbeeld.nl", record.id);
    let both = full(RecordKind::Contact)
        .permission(1, Consent::Given)
        .permission(2, Consent::Given);
    crm.save(&record, both).await.expect("saved");
    world.run().await;
    assert_eq!(world.permissions_on(&email), [1, 2]);
    world.advance_s(600);
    let off = world.sim.ui_set_permission(&email, (1, false));
    off.expect("switched off");
    // No tick in between: the deactivation is the first to see it.
    crm.deactivate(&record).await.expect("saved");
    world.run().await;
    assert_eq!(reason(&world, RecordKind::Contact).await, "blanked");
    let known = crm.record(&record).await.expect("read").expect("there");
    let choice = &known.permissions[&1];
    assert_eq!(
        (choice.consent, choice.origin),
        (Consent::Withdrawn, Origin::Spotler)
    );
    world.advance_s(600);
    crm.reactivate(&record).await.expect("saved");
    world.run().await;
    assert_eq!(reason(&world, RecordKind::Contact).await, "restored");
    assert_eq!(world.permissions_on(&email), [2]);
    world.advance_s(600);
    let again = Edit::new().permission(1, Consent::Given);
    crm.edit(&record, again).await.expect("saved");
    world.run().await;
    assert_eq!(world.permissions_on(&email), [1, 2], "a newer opt-in");
    assert_eq!(world.sim.breaches(), []);
}
