//! Jobs: what a person started by hand, with its status and its results.

use host_demo::contract::{Consent, ManualAction, PermissionWish, SyncStatus};
use host_demo::crm::jobs::{Job, JobRecord};
use koppel_tests::journeys::code;
use koppel_tests::{World, anna, contact, person, spotler};
use spotler_sim::{Fault, JourneyDraft};

async fn last_job(world: &World) -> (Job, Vec<JobRecord>) {
    let crm = world.host.crm();
    let job = crm.jobs(1).await.expect("jobs").pop().expect("a job");
    let records = crm.job_records(job.number, false, None, 100).await;
    (job, records.expect("results"))
}

/// DA-61, DA-63, DA-71, C11: a job has an operation, a user, a status that goes
/// from Processing to Succeeded, a result code, and a result for its record.
#[tokio::test]
async fn a_job_goes_from_processing_to_succeeded_with_the_result_of_its_record() {
    let world = World::start_with(spotler(), "yoobi").await;
    world.save("1", anna()).await;
    world.run().await;
    world.queue_action("link", &["1"]).await;
    let (job, records) = last_job(&world).await;
    assert_eq!(
        (job.status, job.result_code),
        (SyncStatus::Processing, None)
    );
    assert_eq!((job.user.as_deref(), job.ended_at), (Some("admin"), None));
    assert!(records.is_empty());
    world.run().await;
    let (job, records) = last_job(&world).await;
    assert_eq!(job.operation, "link");
    assert_eq!(job.status, SyncStatus::Succeeded);
    assert_eq!(job.result_code.as_deref(), Some("created"));
    assert!(job.started_at.is_some() && job.ended_at.is_some());
    assert_eq!(records[0].reference, contact("1"));
    assert_eq!(records[0].status, Some(SyncStatus::Succeeded));
}

/// DA-62, DA-61, DA-63: a job that is made by itself, with the contact named in it,
/// and one that is made from the contact's record are the same job, and start the
/// campaign in Spotler alike.
#[tokio::test]
async fn a_job_made_by_itself_and_one_made_from_the_record_are_the_same() {
    let world = World::start_with(spotler(), "dynamics365").await;
    for id in ["1", "2"] {
        let email = format!("anna{id}@voorbeeld.nl");
        world.save(id, person("Anna", &email)).await;
    }
    world.run().await;
    let campaign = world.journey(JourneyDraft::campaign("Welkom"));
    world.operate("refresh-journeys", &[], &[]).await;
    let trigger = format!("campaign/{}", code(&campaign));
    let browser = world.browser("admin").await;
    let by_itself = [
        ("operation", "start-journey"),
        ("contacts", "1"),
        ("trigger", &trigger),
    ];
    let answer = browser.post("/jobs", &by_itself).await;
    assert_eq!(answer.location, "/jobs?said=queued");
    world.run().await;
    let (one, one_results) = last_job(&world).await;
    let from_record = [("do", "start"), ("trigger", trigger.as_str())];
    browser
        .post("/participations/contact/2", &from_record)
        .await;
    world.run().await;
    let (other, other_results) = last_job(&world).await;
    assert_ne!(one.number, other.number);
    let same = |it: &Job| {
        (
            it.operation.clone(),
            it.user.clone(),
            it.status,
            it.result_code.clone(),
            it.records,
        )
    };
    assert_eq!(same(&one), same(&other));
    assert_eq!(one.operation, "start-journey");
    assert_eq!(one.status, SyncStatus::Succeeded);
    let ended = |it: &[JobRecord]| {
        it.iter()
            .map(|it| (it.status, it.code.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ended(&one_results), ended(&other_results));
    let whom = |it: &[JobRecord]| it[0].reference.id.clone();
    assert_eq!(
        (whom(&one_results), whom(&other_results)),
        ("1".into(), "2".into())
    );
    assert_eq!(world.running().len(), 2);
}

/// DA-71, C26: while Spotler cannot be reached the job is under way, and it ends
/// with the success that comes later.
#[tokio::test]
async fn a_job_waits_for_its_records_as_long_as_spotler_does_not_answer() {
    let world = World::start_with(spotler(), "yoobi").await;
    for id in ["1", "2"] {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl"));
        world.save(id, edit).await;
    }
    world.run().await;
    world.sim.faults().next_on("*", 1, Fault::status(503));
    world.act("link", &["1", "2"]).await;
    let (job, records) = last_job(&world).await;
    assert_eq!((job.status, job.awaited), (SyncStatus::Processing, 1));
    assert!(
        records
            .iter()
            .any(|it| it.status == Some(SyncStatus::Processing))
    );
    world.run_to_the_end().await;
    let (job, _) = last_job(&world).await;
    assert_eq!((job.status, job.records), (SyncStatus::Succeeded, 2));
}

/// DA-80: what is refused ends as Failed, with the code that says why.
#[tokio::test]
async fn a_job_that_is_refused_is_failed_with_the_reason_as_its_result_code() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.run().await;
    world.act("explode", &["1"]).await;
    let (job, _) = last_job(&world).await;
    assert_eq!(job.status, SyncStatus::Failed);
    assert_eq!(job.result_code.as_deref(), Some("unknown-operation"));
    let action = ManualAction {
        operation: "set-permissions".to_owned(),
        records: vec![contact("1")],
        selection: None,
        permissions: vec![PermissionWish { bit: 1, on: true }],
        fields: Vec::new(),
        parameters: Vec::new(),
    };
    world.host.run_action(action).await.expect("queued");
    world.run().await;
    let (job, records) = last_job(&world).await;
    assert_eq!(job.result_code.as_deref(), Some("consent-missing"));
    assert_eq!(records[0].status, Some(SyncStatus::Failed));
}

/// DA-36, DA-74, C26: the result of a record that is opted out, or switched off,
/// says so with one of the five statuses.
#[tokio::test]
async fn a_record_that_is_opted_out_or_switched_off_has_that_as_its_result() {
    let world = World::start().await;
    for id in ["1", "2"] {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl"));
        world.save(id, edit).await;
        world.opt_in(id, 1).await;
    }
    world.run().await;
    world
        .sim
        .ui_opt_out("anna1@voorbeeld.nl")
        .expect("opted out");
    world.tick().await;
    world
        .save(
            "1",
            koppel_tests::anna().text("email", "anna1@voorbeeld.nl"),
        )
        .await;
    world.run().await;
    let off = world
        .host
        .crm()
        .set_sync_enabled(&contact("2"), false)
        .await;
    off.expect("saved");
    world.run().await;
    world.act("sync-contact", &["1", "2"]).await;
    let (_, records) = last_job(&world).await;
    let status = |at: usize| records[at].status;
    assert_eq!(status(1), Some(SyncStatus::Disabled));
    let shown = world.status("1").await;
    assert_eq!(status(0), shown.filter(|it| *it == SyncStatus::OptOut));
}

/// C22: an opt-in that an operation recorded names the operation and the user.
#[tokio::test]
async fn an_opt_in_by_hand_names_the_operation_and_the_user() {
    let world = World::start_with(spotler(), "dynamics365").await;
    world.save("1", anna()).await;
    world.run().await;
    let action = ManualAction {
        operation: "set-permissions".to_owned(),
        records: vec![contact("1")],
        selection: None,
        permissions: vec![PermissionWish { bit: 1, on: true }],
        fields: Vec::new(),
        parameters: Vec::new(),
    };
    world.host.run_action(action).await.expect("queued");
    world.run().await;
    let choice = world.record("1").await.permissions[&1].clone();
    assert_eq!(choice.consent, Consent::Given);
    assert_eq!(choice.evidence, "set-permissions by admin");
}

/// DA-71, YO-21: saving the mapping is a job as well, with a result for every
/// record that is synced again.
#[tokio::test]
async fn saving_the_mapping_is_a_job_with_a_result_for_every_linked_record() {
    let world = World::start().await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.save_mapping().await;
    let (job, records) = last_job(&world).await;
    assert_eq!(job.operation, "save-mapping");
    assert_eq!(job.status, SyncStatus::Succeeded);
    assert_eq!(records.len(), 1);
}

/// DA-80, C11: the catalogue that a person reads is what the component offers.
#[test]
fn the_catalogue_names_every_operation_of_the_component() {
    let readme = std::fs::read_to_string(crate::support::repository().join("host-demo/README.md"));
    let readme = readme.expect("the catalogue");
    let section = readme.split("## Operations").nth(1).expect("a section");
    let section = section.split("\n#").next().expect("its text");
    let named = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    let mut catalogue: Vec<String> = section.lines().filter_map(named).collect();
    let mut operations = koppel_plugin::about::describe().operations;
    catalogue.sort();
    operations.sort_unstable();
    assert_eq!(catalogue, operations);
}
