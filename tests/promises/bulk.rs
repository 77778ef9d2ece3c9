//! Bulk changes: contacts are chosen, then values; the CRM saves, and the
//! connector hears of it.

use host_demo::contract::{Consent, FieldValue, RecordKind, RecordRef, SyncStatus};
use host_demo::crm::Edit;
use host_demo::crm::bulk::{BulkChange, BulkState, Keywords};
use host_demo::crm::jobs::{Job, JobRecord};
use host_demo::crm::selections::Selection;
use koppel_tests::journeys::code;
use koppel_tests::{World, contact, person, spotler};
use spotler_sim::JourneyDraft;

fn text(value: &str) -> Option<FieldValue> {
    Some(FieldValue::Text(value.to_owned()))
}

fn fields(fields: &[(&str, &str)]) -> BulkChange {
    let field = |(name, value): &(&str, &str)| ((*name).to_owned(), text(value));
    BulkChange {
        fields: fields.iter().map(field).collect(),
        ..BulkChange::default()
    }
}

/// These contacts, none of them linked.
async fn people(world: &World, ids: &[&str]) {
    for id in ids {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl"));
        world.save(id, edit).await;
    }
    world.run().await;
}

/// Chooses, sets, saves and works; answers the job with its results.
async fn bulk(world: &World, ids: &[&str], change: BulkChange) -> (Job, Vec<JobRecord>) {
    let chosen = ids.iter().map(|id| contact(id)).collect();
    bulk_of(world, Selection::Records(chosen), change).await
}

async fn bulk_of(world: &World, whom: Selection, change: BulkChange) -> (Job, Vec<JobRecord>) {
    let crm = world.host.crm();
    let number = crm.choose_for_bulk(whom).await.expect("chosen").number;
    crm.set_bulk(number, change).await.expect("set");
    let bulk = crm.save_bulk(number, |_| {}).await.expect("saved");
    world.run().await;
    outcome(world, bulk.job.expect("a job")).await
}

async fn outcome(world: &World, job: u64) -> (Job, Vec<JobRecord>) {
    let crm = world.host.crm();
    let records = crm
        .job_records(job, false, None, 10_000)
        .await
        .expect("read");
    let job = crm.job(job).await.expect("read").expect("there");
    (job, records)
}

fn results(records: &[JobRecord]) -> Vec<(&str, Option<SyncStatus>, &str)> {
    records
        .iter()
        .map(|it| (it.reference.id.as_str(), it.status, it.code.as_str()))
        .collect()
}

fn property(world: &World, email: &str, name: &str) -> Option<String> {
    let contact = world.sim.contact_by_email(email).expect("in Spotler");
    contact.text(name).map(str::to_owned)
}

/// YO-32, YO-33, YO-34, YO-35, YO-36, DA-80: two steps; what is mapped goes out
/// and what is not stays in the CRM; everybody is linked, with a result each.
#[tokio::test]
async fn a_bulk_change_links_everybody_and_sends_what_is_mapped_and_nothing_else() {
    let world = World::start_with(spotler(), "yoobi").await;
    people(&world, &["1", "2", "3"]).await;
    assert_eq!(world.sim.contact_count(), 0);
    let change = BulkChange {
        on: vec![1],
        ..fields(&[("infix", "van"), ("note", "Beurs 2026")])
    };
    let (job, records) = bulk(&world, &["1", "2"], change).await;
    assert_eq!(world.sim.contact_count(), 2, "3 was not chosen");
    for id in ["1", "2"] {
        let email = format!("anna{id}@voorbeeld.nl");
        assert_eq!(property(&world, &email, "infix").as_deref(), Some("van"));
        assert_eq!(world.permissions_on(&email), [1]);
        assert_eq!(world.record(id).await.text("note"), "Beurs 2026");
    }
    let sent: Vec<_> = world.sim.requests();
    assert!(
        sent.iter()
            .all(|it| !format!("{:?}", it.json()).contains("Beurs")),
        "a field that is not mapped left the CRM"
    );
    let succeeded = Some(SyncStatus::Succeeded);
    assert_eq!(
        results(&records),
        [("1", succeeded, "created"), ("2", succeeded, "created")]
    );
    assert_eq!(
        (
            job.operation.as_str(),
            job.status,
            job.result_code.as_deref()
        ),
        ("bulk-change", SyncStatus::Succeeded, Some("records-done"))
    );
    assert_eq!((job.records, job.awaited, job.failed), (2, 0, 0));
    let why = world
        .host
        .crm()
        .history_of(&koppel_embedding::queue::Of::default(), 50)
        .await;
    let told = why.expect("a history");
    let rule = told
        .iter()
        .flat_map(|it| &it.why)
        .find(|it| it.rule == "YO-34");
    let about = &rule.expect("said").about;
    assert_eq!(
        (about[0].value.as_str(), about[1].value.as_str()),
        ("infix", "note")
    );
}

/// YO-35: one that cannot be saved, one without consent and one that is not there
/// do not stop the rest, and each has its own result.
#[tokio::test]
async fn what_fails_for_one_contact_of_a_bulk_change_does_not_stop_the_rest() {
    let world = World::start_with(spotler(), "yoobi").await;
    people(&world, &["1", "2", "3", "4"]).await;
    world.say("2", 1, Consent::Withdrawn).await;
    world
        .save("3", Edit::new().text("email", "geen adres"))
        .await;
    world
        .host
        .crm()
        .delete(&contact("4"))
        .await
        .expect("deleted");
    world.run().await;
    let change = BulkChange {
        on: vec![1],
        ..fields(&[("city", "Utrecht")])
    };
    let (job, records) = bulk(&world, &["1", "2", "3", "4", "5"], change).await;
    let failed = Some(SyncStatus::Failed);
    assert_eq!(
        results(&records),
        [
            ("1", Some(SyncStatus::Succeeded), "created"),
            ("2", failed, "consent-missing"),
            ("3", failed, "email-invalid"),
            ("4", failed, "bulk-not-saved"),
            ("5", failed, "no-such-record"),
        ]
    );
    assert_eq!((job.status, job.failed), (SyncStatus::Failed, 4));
    assert_eq!(job.result_code.as_deref(), Some("records-failed"));
    // The CRM has saved the field of the one without consent as well.
    assert_eq!(world.record("2").await.text("city"), "Utrecht");
    assert_eq!(world.permissions_on("anna1@voorbeeld.nl"), [1]);
    assert_eq!(world.sim.contact_count(), 1);
}

/// YO-35, YO-41: whoever opted out gets the fields in the CRM, and no permission.
#[tokio::test]
async fn a_bulk_change_switches_nothing_on_for_somebody_who_opted_out() {
    let world = World::start_with(spotler(), "yoobi").await;
    people(&world, &["1", "2"]).await;
    world.act("link", &["1", "2"]).await;
    world
        .sim
        .ui_opt_out("anna1@voorbeeld.nl")
        .expect("opted out");
    world.tick().await;
    world.advance_s(60);
    world.sim.clear_requests();
    let change = BulkChange {
        on: vec![2],
        ..fields(&[("city", "Utrecht")])
    };
    let (_, records) = bulk(&world, &["1", "2"], change).await;
    assert_eq!(records[0].status, Some(SyncStatus::OptOut));
    assert_eq!(records[1].status, Some(SyncStatus::Succeeded));
    assert!(!world.record("1").await.permissions.contains_key(&2));
    assert_eq!(world.permissions_on("anna2@voorbeeld.nl"), [2]);
    assert!(world.sim.breaches().is_empty());
}

/// YO-33, C30: a box that was left alone changes nothing, and keywords are added.
#[tokio::test]
async fn a_box_that_was_left_alone_changes_nothing() {
    let world = World::start_with(spotler(), "yoobi").await;
    let words =
        |words: &[&str]| FieldValue::MultiChoice(words.iter().map(|it| (*it).to_owned()).collect());
    people(&world, &["1"]).await;
    let before = Edit::new()
        .text("job_title", "Inkoper")
        .field("keywords", words(&["klant"]));
    world.save("1", before).await;
    world.opt_in("1", 3).await;
    world.act("link", &["1"]).await;
    let change = BulkChange {
        keywords: Some(Keywords {
            words: vec!["beurs".to_owned()],
            replace: false,
        }),
        ..fields(&[("language", "Nederlands")])
    };
    bulk(&world, &["1"], change).await;
    let record = world.record("1").await;
    assert_eq!(record.text("job_title"), "Inkoper");
    assert_eq!(record.text("first_name"), "Anna");
    assert_eq!(
        record.fields.get("keywords"),
        Some(&words(&["klant", "beurs"]))
    );
    assert_eq!(world.permissions_on("anna1@voorbeeld.nl"), [3]);
    let replacing = BulkChange {
        keywords: Some(Keywords {
            words: vec!["nieuw".to_owned()],
            replace: true,
        }),
        ..BulkChange::default()
    };
    bulk(&world, &["1"], replacing).await;
    let record = world.record("1").await;
    assert_eq!(record.fields.get("keywords"), Some(&words(&["nieuw"])));
}

/// YO-36, DA-25: a permission that is chosen and not saved sends nothing;
/// looking saves nothing and sends nothing, and says what would be refused.
#[tokio::test]
async fn a_preview_of_a_bulk_change_changes_nothing() {
    let world = World::start_with(spotler(), "yoobi").await;
    people(&world, &["1", "2", "3"]).await;
    world
        .save("2", Edit::new().text("job_title", "Inkoper"))
        .await;
    world
        .host
        .crm()
        .delete(&contact("3"))
        .await
        .expect("deleted");
    world.run().await;
    world.sim.clear_requests();
    let before = world.host.dump().await.expect("a dump");
    let crm = world.host.crm();
    let chosen = ["1", "2", "3"].map(contact).to_vec();
    let number = crm
        .choose_for_bulk(Selection::Records(chosen))
        .await
        .expect("chosen")
        .number;
    let change = BulkChange {
        on: vec![1],
        ..fields(&[("job_title", "Inkoper")])
    };
    crm.set_bulk(number, change).await.expect("set");
    let (_, preview) = crm.preview_bulk(number).await.expect("a preview");
    assert_eq!(
        (preview.changed, preview.unchanged, preview.refused),
        (1, 1, 1)
    );
    assert_eq!(preview.examples, [contact("1")]);
    world.run().await;
    assert_eq!(world.host.dump().await.expect("a dump"), before);
    assert_eq!(world.requests(), Vec::<String>::new());
    let jobs = crm.jobs(10).await.expect("jobs");
    assert!(jobs.iter().all(|it| it.operation != "bulk-change"));
    crm.save_bulk(number, |_| {}).await.expect("saved");
    world.run().await;
    assert_eq!(world.permissions_on("anna1@voorbeeld.nl"), [1]);
}

/// YO-35, DA-71: a bulk change that is killed between two parts goes on where it
/// stopped: everybody is saved and linked once, in one job.
#[tokio::test]
async fn a_bulk_change_that_was_interrupted_goes_on_where_it_stopped() {
    let mut world = World::start_with(spotler(), "yoobi").await;
    let all: Vec<RecordRef> = (0..300).map(|it| contact(&format!("{it:03}"))).collect();
    for record in &all {
        let email = format!("anna{}@voorbeeld.nl", record.id);
        world.save(&record.id, person("Anna", &email)).await;
    }
    world.run().await;
    let crm = world.host.crm();
    let whom = Selection::All(RecordKind::Contact);
    let number = crm.choose_for_bulk(whom).await.expect("chosen").number;
    crm.set_bulk(number, fields(&[("city", "Utrecht")]))
        .await
        .expect("set");
    let (bulk, part) = crm.save_part(number).await.expect("saved");
    assert_eq!((bulk.state, part), (BulkState::UnderWay, 250));
    let job = bulk.job.expect("a job");
    world.restart().await;
    world.run().await;
    assert_eq!(world.sim.contact_count(), 250);
    let (half, _) = outcome(&world, job).await;
    assert_eq!((half.status, half.awaited), (SyncStatus::Processing, 0));
    assert_eq!(world.host.crm().continue_bulks().await.expect("gone on"), 1);
    world.run().await;
    assert_eq!(world.sim.contact_count(), 300);
    let (job, _) = outcome(&world, job).await;
    assert_eq!(
        (job.status, job.records, job.failed),
        (SyncStatus::Succeeded, 300, 0)
    );
    let creations = world.sim.requests_to("POST /contact");
    assert_eq!(creations.len(), 300, "everybody once");
    assert_eq!(
        world
            .host
            .crm()
            .continue_bulks()
            .await
            .expect("nothing left"),
        0
    );
}

/// YO-33, YO-49: a bulk change starts the journeys that it names, once for each
/// contact, and none that it does not name.
#[tokio::test]
async fn a_bulk_change_starts_the_journeys_that_it_names() {
    let world = World::start_with(spotler(), "yoobi").await;
    let journey = world.journey(JourneyDraft::automation("Onboarding nieuwe klant"));
    world.journey(JourneyDraft::automation("Survey post consult"));
    people(&world, &["1", "2"]).await;
    let change = BulkChange {
        starts: vec![code(&journey)],
        ..fields(&[("infix", "van")])
    };
    let (job, _) = bulk(&world, &["1", "2"], change).await;
    assert_eq!(job.status, SyncStatus::Succeeded);
    assert_eq!(world.running().len(), 2);
    assert_eq!(
        property(&world, "anna1@voorbeeld.nl", "infix").as_deref(),
        Some("van")
    );
}
