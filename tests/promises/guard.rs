//! What would take down or change unusually many records waits for a person, and
//! what only restricts never does.

use std::collections::BTreeSet;

use host_demo::contract::{Consent, ManualAction, PermissionWish, RecordState, SyncStatus};
use host_demo::crm::Edit;
use koppel_embedding::guard::{GuardLimit, GuardRun, GuardSettings};
use koppel_tests::{ADMIN, World, anna, contact, person, spotler};

/// At most so many, whatever share they are.
fn at_most(number: u64) -> GuardLimit {
    GuardLimit {
        number,
        share: 1.0,
        always: number,
    }
}

/// Linked contacts 1 to `count`, with the first permission on, and a guard that
/// lets so many be taken down or changed.
async fn world_of(count: u32, most: u64, profile: &str) -> World {
    let world = World::start_with(spotler(), profile).await;
    for id in 1..=count {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl"));
        let edit = edit.permission(1, Consent::Given);
        world.save(&id.to_string(), edit).await;
    }
    if profile == "yoobi" {
        let ids: Vec<String> = (1..=count).map(|it| it.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        world.act("link", &ids).await;
    }
    world.run().await;
    let settings = GuardSettings {
        taken_down: at_most(most),
        changed: at_most(most),
        ..GuardSettings::default()
    };
    world
        .host
        .save_guard_settings(settings)
        .await
        .expect("saved");
    world.sim.clear_requests();
    world
}

async fn delete(world: &World, ids: std::ops::RangeInclusive<u32>) {
    for id in ids {
        let crm = world.host.crm();
        crm.delete(&contact(&id.to_string()))
            .await
            .expect("deleted");
    }
}

async fn only_run(world: &World) -> GuardRun {
    let runs = world.host.guard_runs().await.expect("runs");
    let [run] = runs.as_slice() else {
        panic!("one run, not {runs:?}")
    };
    run.clone()
}

fn blankings(world: &World) -> usize {
    let requests = world.requests();
    let blanks = |it: &&String| it.starts_with("PUT /contact/anonymize/");
    requests.iter().filter(blanks).count()
}

/// DA-20, DA-05: six hundred deletions by a wrong import blank nobody; the list is
/// shown by id, and a confirmation carries all of them out, each once.
#[tokio::test]
async fn six_hundred_deletions_wait_and_are_carried_out_once_when_confirmed() {
    let world = world_of(600, 100, "default").await;
    let defaults = GuardSettings::default();
    let saved = world.host.save_guard_settings(defaults).await;
    saved.expect("saved");
    delete(&world, 1..=600).await;
    world.run().await;
    assert_eq!(world.requests(), Vec::<String>::new(), "nothing is sent");
    let run = only_run(&world).await;
    assert_eq!((run.kind.as_str(), run.records), ("taken-down", 600));
    let list = world.host.held_records(&run.id, 1_000).await.expect("ids");
    assert_eq!(list.len(), 600);
    assert_eq!(list[0], "contact/1");
    let tasks = world.host.crm().tasks(true).await.expect("tasks");
    assert!(tasks.iter().any(|it| it.code == "guard-paused"));
    assert_eq!(world.status("7").await, Some(SyncStatus::Processing));
    assert_eq!(world.reason_of_record("7").await, "waits-for-confirmation");
    assert_eq!(world.permissions_on("anna7@voorbeeld.nl"), [1]);

    assert_eq!(
        world.host.confirm_run(&run.id).await.expect("confirmed"),
        Some(600)
    );
    world.run_to_the_end().await;
    assert_eq!(blankings(&world), 600);
    assert_eq!(world.reason("7").await, "blanked");
    assert!(world.host.guard_runs().await.expect("runs").is_empty());
    let again = world.host.confirm_run(&run.id).await.expect("no error");
    assert_eq!(again, None, "confirmed once");
    world.run().await;
    assert_eq!(blankings(&world), 0);
    let tasks = world.host.crm().tasks(true).await.expect("tasks");
    assert!(!tasks.iter().any(|it| it.code == "guard-paused"));
}

/// C26: what is rejected ends visibly, nothing of it reaches Spotler, and each can
/// be taken up again.
#[tokio::test]
async fn rejected_deletions_end_visibly_and_nothing_reaches_spotler() {
    let world = world_of(8, 3, "default").await;
    delete(&world, 1..=8).await;
    world.run().await;
    let run = only_run(&world).await;
    let rejected = world.host.reject_run(&run.id).await.expect("rejected");
    assert_eq!(rejected, Some(8));
    world.run_to_the_end().await;
    assert_eq!(blankings(&world), 0);
    let queue = world.host.crm().queue(100).await.expect("a queue");
    assert_eq!(queue.rejected.len(), 8, "each is shown");
    assert!(queue.waiting.is_empty() && queue.retrying.is_empty());
    assert_eq!(world.reason("1").await, "rejected-by-a-person");
    assert_eq!(world.status("1").await, Some(SyncStatus::Failed));

    let key = queue.rejected[0].key.clone();
    assert!(world.host.crm().retry(&key).await.expect("queued"));
    world.run_to_the_end().await;
    assert_eq!(blankings(&world), 1, "a person took one up again");
}

/// DA-26, DA-29, C3: an opt-out of somebody who waits with a run goes through at
/// once, and nobody is blanked by it.
#[tokio::test]
async fn an_opt_out_never_waits_for_a_confirmation() {
    let world = world_of(6, 3, "default").await;
    for id in 1..=6 {
        let edit = Edit::new().state(RecordState::Inactive);
        let edit = if id == 1 { edit.mail(false) } else { edit };
        world.save(&id.to_string(), edit).await;
    }
    world.run().await;
    assert_eq!(only_run(&world).await.records, 6);
    assert_eq!(
        world.permissions_on("anna1@voorbeeld.nl"),
        Vec::<u32>::new()
    );
    assert_eq!(world.permissions_on("anna2@voorbeeld.nl"), [1]);
    world.say("2", 1, Consent::Withdrawn).await;
    world.run().await;
    assert_eq!(
        world.permissions_on("anna2@voorbeeld.nl"),
        Vec::<u32>::new()
    );
    assert_eq!(blankings(&world), 0);
    assert_eq!(only_run(&world).await.records, 6, "the rest still waits");
}

/// C4, C30: opt-outs that come from Spotler, and permissions that are switched off
/// for many, pass while runs of every kind wait.
#[tokio::test]
async fn ticks_and_permissions_off_pass_while_runs_wait() {
    let world = world_of(9, 3, "yoobi").await;
    delete(&world, 1..=4).await;
    let mut rows = world.host.mapping().await.expect("a mapping");
    for row in rows.iter_mut().filter(|it| it.field == "last_name") {
        row.property = Some("jobTitle".into());
    }
    world.save_rows(rows).await;
    let kinds: Vec<String> = world
        .host
        .guard_runs()
        .await
        .expect("runs")
        .into_iter()
        .map(|it| it.kind)
        .collect();
    let both = ["mapping", "taken-down"].map(str::to_owned);
    assert_eq!(
        BTreeSet::from_iter(kinds),
        BTreeSet::from(both),
        "both wait"
    );
    for id in [1, 5] {
        let email = format!("anna{id}@voorbeeld.nl");
        world.sim.ui_opt_out(&email).expect("opted out");
    }
    world.tick().await;
    for id in ["1", "5"] {
        let mail = world.record(id).await.mail.allowed;
        let reason = world.reason_of_record(id).await;
        assert_eq!(reason, "inactive-in-spotler", "the tick was read ({mail})");
    }
    let off = ManualAction {
        operation: "set-permissions".into(),
        records: (6..=9).map(|it| contact(&it.to_string())).collect(),
        selection: None,
        permissions: vec![PermissionWish { bit: 1, on: false }],
        fields: vec![],
        parameters: vec![],
    };
    world.host.run_action(off).await.expect("queued");
    world.run().await;
    for id in 6..=9 {
        let email = format!("anna{id}@voorbeeld.nl");
        assert_eq!(world.permissions_on(&email), Vec::<u32>::new(), "{id}");
    }
    assert_eq!(world.host.guard_runs().await.expect("runs").len(), 2);
}

/// YO-21: a mapping that would change more than usual is weighed before its first
/// step.
#[tokio::test]
async fn a_mapping_that_changes_many_waits_and_is_kept_when_confirmed() {
    let world = world_of(6, 3, "default").await;
    let before = world.host.mapping().await.expect("a mapping");
    let mut rows = before.clone();
    for row in rows.iter_mut().filter(|it| it.field == "last_name") {
        row.property = Some("jobTitle".into());
    }
    world.save_rows(rows.clone()).await;
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.host.mapping().await.expect("a mapping"), before);
    let run = only_run(&world).await;
    assert_eq!((run.kind.as_str(), run.records), ("mapping", 6));
    assert_eq!(
        world
            .host
            .held_records(&run.id, 2)
            .await
            .expect("ids")
            .len(),
        2
    );
    world.host.confirm_run(&run.id).await.expect("confirmed");
    world.run_to_the_end().await;
    assert_eq!(world.host.mapping().await.expect("a mapping"), rows);
    let writes = world.requests();
    let writes = writes.iter().filter(|it| it.starts_with("PUT")).count();
    assert_eq!(writes, 6, "all are synced, and not paused again");
}

/// C30: an operation that switches permissions on for many waits.
#[tokio::test]
async fn an_operation_on_many_records_waits_before_its_first_step() {
    let world = world_of(6, 3, "yoobi").await;
    let action = ManualAction {
        operation: "set-permissions".into(),
        records: (1..=6).map(|it| contact(&it.to_string())).collect(),
        selection: None,
        permissions: vec![PermissionWish { bit: 2, on: true }],
        fields: vec![],
        parameters: vec![],
    };
    world.host.run_action(action).await.expect("queued");
    world.run().await;
    let run = only_run(&world).await;
    assert_eq!((run.kind.as_str(), run.records), ("action", 6));
    assert_eq!(world.requests(), Vec::<String>::new());
    assert_eq!(world.host.reject_run(&run.id).await.expect("done"), Some(1));
    world.run_to_the_end().await;
    assert_eq!(world.permissions_on("anna1@voorbeeld.nl"), [1]);
}

/// A pause outlives the process, and a kill between any two steps blanks nobody.
#[tokio::test]
async fn what_is_held_stays_held_over_kills_and_restarts() {
    let mut world = world_of(6, 3, "default").await;
    delete(&world, 1..=6).await;
    for _ in 0..12 {
        world.host.embedding().faults().cut_after(3);
        let _cut_off = world.host.run_until_idle().await;
        assert_eq!(blankings(&world), 0);
    }
    world.host.embedding().faults().disarm();
    world.restart().await;
    world.run().await;
    let run = only_run(&world).await;
    assert_eq!(run.records, 6);
    world.host.confirm_run(&run.id).await.expect("confirmed");
    world.restart().await;
    world.run_to_the_end().await;
    let blanked = |it: &spotler_sim::Contact| !it.fields.contains_key("email");
    assert_eq!(
        world.sim.contacts().iter().filter(|it| blanked(it)).count(),
        6
    );
}

/// Deletions one by one are counted over the window; after it they are few again.
#[tokio::test]
async fn single_deletions_are_counted_over_a_sliding_window() {
    let world = world_of(8, 3, "default").await;
    for id in 1..=4 {
        delete(&world, id..=id).await;
        world.run().await;
    }
    assert_eq!(blankings(&world), 3, "three may be taken down");
    assert_eq!(only_run(&world).await.records, 1);
    let run = only_run(&world).await.id;
    world.host.confirm_run(&run).await.expect("confirmed");
    world.run_to_the_end().await;
    assert_eq!(blankings(&world), 1);
    world.advance_s(61 * 60);
    delete(&world, 5..=6).await;
    world.run().await;
    assert_eq!(blankings(&world), 2, "an hour later they are few");
    let off = GuardSettings {
        enabled: false,
        ..world.host.guard_settings().await.expect("settings")
    };
    world.host.save_guard_settings(off).await.expect("saved");
    delete(&world, 7..=8).await;
    world.run().await;
    assert_eq!(blankings(&world), 2, "switched off, it pauses nothing");
}

/// DA-19, DA-20: a share of all records is a limit of its own, for deactivations as
/// for deletions; a few may always.
#[tokio::test]
async fn a_share_of_all_records_waits_as_well_and_a_few_never_do() {
    let world = world_of(20, 100, "default").await;
    let share = GuardLimit {
        number: 100,
        share: 0.2,
        always: 3,
    };
    let settings = GuardSettings {
        taken_down: share,
        ..world.host.guard_settings().await.expect("settings")
    };
    world
        .host
        .save_guard_settings(settings)
        .await
        .expect("saved");
    delete(&world, 1..=3).await;
    world.run().await;
    assert_eq!(
        blankings(&world),
        3,
        "a few, though more than a share of ten"
    );
    world.advance_s(61 * 60);
    for id in 4..=8 {
        let who = contact(&id.to_string());
        let deactivated = world.host.crm().deactivate(&who).await;
        deactivated.expect("saved");
    }
    world.run().await;
    assert_eq!(
        blankings(&world),
        0,
        "five of seventeen are a fifth and more"
    );
    assert_eq!(only_run(&world).await.records, 5);
}

/// A record that is put right again while it waits needs no confirmation.
#[tokio::test]
async fn a_record_that_is_active_again_waits_no_more() {
    let world = world_of(5, 3, "default").await;
    for id in 1..=5 {
        let edit = Edit::new().state(RecordState::Inactive);
        world.save(&id.to_string(), edit).await;
    }
    world.run().await;
    assert_eq!(only_run(&world).await.records, 5);
    for id in 1..=5 {
        let edit = Edit::new().state(RecordState::Active);
        world.save(&id.to_string(), edit).await;
    }
    world.run().await;
    assert!(world.host.guard_runs().await.expect("runs").is_empty());
    assert_eq!(blankings(&world), 0);
    let queue = world.host.crm().queue(100).await.expect("a queue");
    assert!(queue.waiting.is_empty() && queue.retrying.is_empty());
}

/// Many changes by a file wait like deletions, and new records do not.
#[tokio::test]
async fn many_changes_wait_and_new_records_do_not() {
    let world = world_of(6, 3, "default").await;
    for id in 1..=6 {
        let edit = Edit::new().text("first_name", "Fout");
        world.save(&id.to_string(), edit).await;
    }
    for id in 11..=16 {
        let edit = person("Bob", &format!("bob{id}@voorbeeld.nl"));
        world.save(&id.to_string(), edit).await;
    }
    world.run().await;
    let run = only_run(&world).await;
    assert_eq!((run.kind.as_str(), run.records), ("changed", 6));
    assert_eq!(world.reason("11").await, "created");
    let anna = world.sim.contact_by_external_id("contact-1");
    let name = anna.expect("there").fields.get("firstName").cloned();
    assert_eq!(
        name.and_then(|it| it.as_str().map(str::to_owned)),
        Some("Anna".into())
    );
    world.save("17", anna_with_plus()).await;
    world.run().await;
    assert_eq!(world.reason("17").await, "created");
}

fn anna_with_plus() -> Edit {
    anna().text("email", "anna+17@voorbeeld.nl")
}

/// Before somebody confirms, the page shows what that would send; neither this nor
/// trying to reject changes anything.
#[tokio::test]
async fn what_waits_is_shown_before_it_is_confirmed() {
    let world = world_of(3, 0, "default").await;
    delete(&world, 1..=3).await;
    world.run().await;
    let run = only_run(&world).await;
    world.requests();
    let browser = world.browser(ADMIN).await;
    let confirm = [
        ("run", run.id.as_str()),
        ("records", "3"),
        ("do", "confirm"),
    ];
    let page = browser.dry_run("/paused", &confirm).await;
    assert_eq!(page.matches("/contact/anonymize/").count(), 3, "{page}");
    let reject = [("run", run.id.as_str()), ("do", "reject")];
    let page = browser.dry_run("/paused", &reject).await;
    assert!(page.contains("Spotler would hear nothing of it."), "{page}");
    world.run().await;
    assert_eq!(blankings(&world), 0);
    assert_eq!(only_run(&world).await, run, "it still waits");
    browser.post("/paused", &confirm).await;
    world.run().await;
    assert_eq!(blankings(&world), 3);
}
