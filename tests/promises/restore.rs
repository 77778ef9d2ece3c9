//! Backups, and what is put back of what a sync overwrote.

use std::time::Duration;

use host_demo::contract::{FieldValue, SyncStatus};
use host_demo::crm::Edit;
use host_demo::crm::bulk::BulkChange;
use host_demo::crm::jobs::{Job, JobRecord};
use host_demo::crm::selections::Selection;
use host_demo::host::Restore;
use koppel_tests::{World, anna, contact, person, spotler};
use spotler_sim::{Config, Fault, SeedContact};

const ANNA: &str = "anna@voorbeeld.nl";
const DEADLINE: Duration = Duration::from_secs(30);

/// Anna is in Spotler already, with another first name and a city.
fn with_anna() -> Config {
    let mut config = spotler();
    let anna = SeedContact::new("webshop-1", ANNA)
        .with("firstName", "Anneke")
        .with("city", "Zwolle")
        .with_permissions(&[2]);
    config.contacts = vec![anna];
    config
}

/// Anna's record in the CRM, synced over what Spotler had.
async fn overwritten() -> World {
    let world = World::start_with(with_anna(), "default").await;
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(value(&world, "firstName").as_deref(), Some("Anna"));
    assert_eq!(value(&world, "city").as_deref(), Some("Utrecht"));
    world.advance_s(60);
    world.sim.clear_requests();
    world
}

fn value(world: &World, name: &str) -> Option<String> {
    let contact = world.sim.contact_by_external_id("webshop-1");
    contact.expect("there").text(name).map(str::to_owned)
}

async fn restore(world: &World, what: Restore) -> (Job, Vec<JobRecord>) {
    world.host.restore(what).await.expect("queued");
    world.run_to_the_end().await;
    let crm = world.host.crm();
    let job = crm.jobs(1).await.expect("jobs").pop().expect("a job");
    let records = crm.job_records(job.number, false, None, 100).await;
    (job, records.expect("results"))
}

async fn restore_one(world: &World) -> (Job, Vec<JobRecord>) {
    restore(world, Restore::Records(vec![contact("1")], None)).await
}

/// YO-03, C25: what a link overwrote is put back, stays when nothing changes in
/// the CRM, and what the CRM changes later goes out again.
#[tokio::test]
async fn what_a_sync_overwrote_is_put_back_and_stays_until_the_crm_changes_it() {
    let world = overwritten().await;
    let (job, records) = restore_one(&world).await;
    assert_eq!(job.operation, "restore");
    assert_eq!(records[0].status, Some(SyncStatus::Succeeded));
    assert_eq!(records[0].code, "data-restored");
    assert_eq!(value(&world, "firstName").as_deref(), Some("Anneke"));
    assert_eq!(value(&world, "city").as_deref(), Some("Zwolle"));
    assert_eq!(world.permissions_on(ANNA), [2]);
    world.sim.clear_requests();
    world.touch("1").await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new());
    world.save("1", Edit::new().text("city", "Almere")).await;
    world.run().await;
    assert_eq!(value(&world, "city").as_deref(), Some("Almere"));
    assert_eq!(value(&world, "firstName").as_deref(), Some("Anneke"));
}

/// YO-03, C12, C16: a restore undoes no opt-out and makes nobody active.
#[tokio::test]
async fn nothing_is_put_back_for_somebody_who_opted_out_since() {
    let world = overwritten().await;
    world.sim.ui_opt_out(ANNA).expect("opted out");
    world.sim.clear_requests();
    restore_one(&world).await;
    world.tick().await;
    world.advance_s(60);
    let (_, records) = restore_one(&world).await;
    assert_eq!(records[0].code, "person-opted-out");
    assert!(world.requests().iter().all(|it| it.starts_with("GET")));
    assert!(world.sim.breaches().is_empty());
    assert_eq!(value(&world, "city").as_deref(), Some("Utrecht"));
}

/// YO-03, DA-82: a permission that was withdrawn since stays off.
#[tokio::test]
async fn a_permission_that_was_withdrawn_since_stays_off() {
    let world = overwritten().await;
    world
        .sim
        .ui_set_permission(ANNA, (2, false))
        .expect("switched off");
    restore_one(&world).await;
    assert_eq!(value(&world, "city").as_deref(), Some("Zwolle"));
    assert_eq!(world.permissions_on(ANNA), Vec::<u32>::new());
}

/// YO-03, C17: what only Spotler has is kept and committed before the request
/// that overwrites it is made; a kill in that moment loses nothing.
#[tokio::test]
async fn what_spotler_had_is_kept_before_it_is_overwritten_even_if_the_process_is_killed() {
    let mut world = World::start_with(with_anna(), "default").await;
    world.save("1", anna().text("city", "Utrecht")).await;
    world
        .sim
        .faults()
        .next_on("PUT /contact/*", 1, Fault::HangBeforeWork);
    let faults = world.sim.faults();
    tokio::select! {
        () = world.run() => panic!("the request that overwrites hangs"),
        held = faults.until_held(1, DEADLINE) => assert!(held, "waited for it"),
    }
    world.restart().await;
    let kept = world
        .host
        .crm()
        .contact_snapshots(&contact("1"))
        .await
        .expect("kept");
    assert_eq!(kept.len(), 1);
    world.sim.faults().release();
    world.run_to_the_end().await;
    assert_eq!(value(&world, "city").as_deref(), Some("Utrecht"));
    restore_one(&world).await;
    assert_eq!(value(&world, "city").as_deref(), Some("Zwolle"));
}

/// YO-03: a lost answer of a restore is found out, and it still holds.
#[tokio::test]
async fn a_restore_whose_answer_was_lost_holds_all_the_same() {
    for fault in [
        Fault::ResetAfterWork,
        Fault::ResetBeforeWork,
        Fault::status(503),
    ] {
        let world = overwritten().await;
        world.sim.faults().next_on("PUT /contact/*", 1, fault);
        restore_one(&world).await;
        assert_eq!(value(&world, "firstName").as_deref(), Some("Anneke"));
        assert_eq!(value(&world, "city").as_deref(), Some("Zwolle"));
    }
}

/// YO-03, YO-35, C25: a whole run is put back, each record with its own result.
#[tokio::test]
async fn a_whole_run_is_put_back_and_each_record_has_a_result() {
    let world = World::start().await;
    let crm = world.host.crm();
    for id in ["1", "2", "3"] {
        let email = format!("anna{id}@voorbeeld.nl");
        world
            .save(id, person("Anna", &email).text("city", "Zwolle"))
            .await;
        world.opt_in(id, 1).await;
    }
    world.run().await;
    let change = BulkChange {
        fields: [(
            "city".to_owned(),
            Some(FieldValue::Text("Utrecht".to_owned())),
        )]
        .into(),
        ..BulkChange::default()
    };
    let chosen = ["1", "2", "3"].map(contact).to_vec();
    let number = crm
        .choose_for_bulk(Selection::Records(chosen))
        .await
        .expect("chosen")
        .number;
    crm.set_bulk(number, change).await.expect("set");
    let run = crm
        .save_bulk(number, |_| {})
        .await
        .expect("saved")
        .job
        .expect("a job");
    world.run().await;
    let city = |id: &str| {
        let contact = world
            .sim
            .contact_by_email(&format!("anna{id}@voorbeeld.nl"));
        contact.expect("there").text("city").map(str::to_owned)
    };
    assert_eq!(city("1").as_deref(), Some("Utrecht"));
    world
        .sim
        .ui_opt_out("anna2@voorbeeld.nl")
        .expect("opted out");
    world.tick().await;
    let (job, records) = restore(&world, Restore::Run(run)).await;
    assert_eq!((job.records, job.failed), (3, 1));
    let codes: Vec<&str> = records.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes[1], "person-opted-out");
    assert_eq!(city("1").as_deref(), Some("Zwolle"));
    assert_eq!(city("2").as_deref(), Some("Utrecht"));
    assert_eq!(city("3").as_deref(), Some("Zwolle"));
    assert!(world.sim.breaches().is_empty());
}

/// C1, C25: what only Spotler has of somebody who is deactivated is kept, and can
/// be put back when the record is active again.
#[tokio::test]
async fn what_blanking_emptied_is_put_back_after_a_reactivation() {
    let mut config = with_anna();
    config.contacts[0] = SeedContact::new("webshop-1", ANNA)
        .with("firstName", "Anneke")
        .with("jobTitle", "Inkoper");
    let world = World::start_with(config, "default").await;
    world.save("1", anna()).await;
    world.run().await;
    world
        .host
        .crm()
        .deactivate(&contact("1"))
        .await
        .expect("saved");
    world.run_to_the_end().await;
    assert_eq!(value(&world, "jobTitle"), None);
    world.advance_s(60);
    world
        .host
        .crm()
        .reactivate(&contact("1"))
        .await
        .expect("saved");
    world.run_to_the_end().await;
    restore_one(&world).await;
    assert_eq!(value(&world, "jobTitle").as_deref(), Some("Inkoper"));
}

/// C25: what is kept is sealed; it is forgotten with the record, when a user
/// says so, and when its time is over.
#[tokio::test]
async fn what_is_kept_is_sealed_and_forgotten_in_time() {
    let world = overwritten().await;
    let crm = world.host.crm();
    assert!(
        !crm.contact_snapshots(&contact("1"))
            .await
            .expect("kept")
            .is_empty()
    );
    let mut bytes = std::fs::read(crm.store().path().expect("a file")).expect("the database");
    let mut wal = crm.store().path().expect("a file").as_os_str().to_owned();
    wal.push("-wal");
    bytes.extend(std::fs::read(wal).unwrap_or_default());
    let holds = |word: &str| bytes.windows(word.len()).any(|it| it == word.as_bytes());
    assert!(holds("Utrecht"), "the CRM's own value is there");
    assert!(
        !holds("Zwolle") && !holds("Anneke"),
        "what Spotler had is readable"
    );
    let ninety_days = host_demo::crm::contact_snapshots::KEPT_MS;
    world.advance_ms(ninety_days - 3_600_000);
    world.tick().await;
    assert!(
        !crm.contact_snapshots(&contact("1"))
            .await
            .expect("kept")
            .is_empty()
    );
    world.advance_ms(3_700_000);
    world.tick().await;
    assert!(
        crm.contact_snapshots(&contact("1"))
            .await
            .expect("kept")
            .is_empty()
    );

    let world = overwritten().await;
    world
        .host
        .crm()
        .delete(&contact("1"))
        .await
        .expect("deleted");
    world.run_to_the_end().await;
    let kept = world.host.crm().contact_snapshots(&contact("1")).await;
    assert!(
        kept.expect("kept").is_empty(),
        "nothing is kept of a deleted record"
    );
    let (_, records) = restore_one(&world).await;
    assert_eq!(records[0].status, Some(SyncStatus::Failed));
}

async fn backup(world: &World) -> (Job, String) {
    let key = world.host.backup().await.expect("queued");
    world.run_to_the_end().await;
    let crm = world.host.crm();
    let number = crm.job_of(&key).await.expect("read").expect("a job");
    let mut file = Vec::new();
    crm.write_backup(number, &mut file).await.expect("written");
    let job = crm.job(number).await.expect("read").expect("there");
    (job, String::from_utf8(file).expect("text"))
}

/// YO-02, YO-04, YO-05, C25: before the first sync a backup holds everybody whom
/// Spotler shows, and afterwards everybody whom we know as well, whatever the
/// feed hides; nothing is written to Spotler for it.
#[tokio::test]
async fn a_backup_holds_everybody_whom_spotler_shows_and_whom_we_know() {
    for complete in [true, false] {
        let mut config = with_anna();
        let bo =
            SeedContact::new("webshop-2", "bo@voorbeeld.nl").with("organisation", "Bo, \"B.V.\"");
        config.contacts.push(bo);
        config.switches.feed.shows_api_changes = complete;
        let world = World::start_with(config, "default").await;
        let (job, before) = backup(&world).await;
        assert_eq!(
            (job.operation.as_str(), job.status),
            ("backup", SyncStatus::Succeeded)
        );
        assert!(world.requests().iter().all(|it| it.starts_with("GET")));
        world.save("1", person("Cor", "cor@voorbeeld.nl")).await;
        world.run().await;
        world.advance_s(10);
        let (_, after) = backup(&world).await;
        let lines: Vec<&str> = before.lines().collect();
        assert_eq!(
            lines[0],
            "E-mail,First name,Last name,Job title,Company,E-mail status,External id"
        );
        let has = |text: &str, line: &str| text.lines().any(|it| it == line);
        let anna = format!("{ANNA},Anneke,,,,Active,webshop-1");
        let bo = "bo@voorbeeld.nl,,,,\"Bo, \"\"B.V.\"\"\",Active,webshop-2";
        assert!(has(&before, &anna) && has(&before, bo), "{before}");
        assert_eq!(lines.len(), 3);
        assert_eq!(after.lines().count(), 4, "{after}");
        assert!(
            after
                .lines()
                .any(|it| it.starts_with("cor@voorbeeld.nl,Cor,de Boer,")),
            "{after}"
        );
    }
}

/// YO-02, YO-03: a backup that was made before anybody was linked puts back what
/// linking overwrote; nothing of it is left once the record is forgotten.
#[tokio::test]
async fn a_backup_from_before_the_link_is_put_back() {
    let world = World::start_with(with_anna(), "default").await;
    let (job, _) = backup(&world).await;
    let crm = world.host.crm();
    let of_run = crm.records_of_run(job.number).await.expect("read");
    assert!(of_run.is_empty(), "nobody is linked: {of_run:?}");
    world.save("1", anna().text("city", "Utrecht")).await;
    world.run().await;
    world.save("1", Edit::new().text("city", "Leiden")).await;
    world.run().await;
    world.advance_s(60);
    let (restored, records) = restore(&world, Restore::Run(job.number)).await;
    assert_eq!(
        (restored.status, records.len()),
        (SyncStatus::Succeeded, 1),
        "{records:?}"
    );
    assert_eq!(value(&world, "firstName").as_deref(), Some("Anneke"));
    assert_eq!(value(&world, "city").as_deref(), Some("Zwolle"));
    let forgotten = crm.forget_contact_snapshots(&contact("1")).await;
    assert!(forgotten.expect("deleted") > 0);
    let left = crm.contact_snapshots_of_run(job.number, 0, 10).await;
    assert_eq!(left.expect("read"), [], "not even under the id in Spotler");
}

/// C25: a status that the API does not tell is unknown, and an opt-out that was
/// seen is named.
#[tokio::test]
async fn a_backup_names_the_status_only_where_it_is_known() {
    let mut config = with_anna();
    config.switches.signals.channels = spotler_sim::switches::ChannelSignal::LeftOut;
    let world = World::start_with(config, "default").await;
    let (_, file) = backup(&world).await;
    assert!(file.contains(",unknown,webshop-1"), "{file}");
}

/// PV-02: without the right `spotler` nobody gets a backup or restores anything.
#[tokio::test]
async fn a_backup_needs_the_right_to_make_the_connection() {
    let world = World::start_with(with_anna(), "default").await;
    let crm = world.host.crm();
    crm.set_user("intern", "Intern", &[]).await.expect("saved");
    let key = world.host.as_user("intern").backup().await.expect("queued");
    world.run().await;
    let number = crm.job_of(&key).await.expect("read").expect("a job");
    let job = crm.job(number).await.expect("read").expect("there");
    assert_eq!(job.status, SyncStatus::Failed);
    assert_eq!(job.result_code.as_deref(), Some("forbidden"));
    assert!(
        crm.contact_snapshots_of_run(number, 0, 10)
            .await
            .expect("read")
            .is_empty()
    );
}
