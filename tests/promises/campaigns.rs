//! Campaigns: from a selection of the CRM to a new static list in Spotler.

use host_demo::contract::{Consent, EveningWindow, LogLevel, RecordKind, SyncStatus};
use host_demo::crm::Edit;
use host_demo::crm::campaigns::{CampaignError, CampaignForm, WizardFault};
use host_demo::crm::filters::{Comparison, Condition};
use host_demo::crm::selections::Selection;
use koppel_embedding::Event;
use koppel_embedding::contract::campaigns::CampaignExport;
use koppel_tests::{World, contact, person, spotler};
use spotler_sim::{ListAction, SeedContact};

/// The list's name of the tests.
pub(crate) const LIST: &str = "Najaarsactie – crème brûlée";

/// The wizard, filled in for a selection.
pub(crate) fn form(selection: Selection) -> CampaignForm {
    CampaignForm {
        title: "Najaar".into(),
        channel: "external".into(),
        system: "spotler".into(),
        list_name: LIST.into(),
        selection,
        permission: Some(1),
        auto_close: false,
    }
}

/// People 1 to `count`, with an opt-in for permission 1 and without the
/// attribute.
pub(crate) async fn people(world: &World, count: u32) {
    for number in 1..=count {
        let id = number.to_string();
        let email = format!("p{number}+x@voorbeeld.nl");
        let edit = person("Piet", &email).gate(false);
        world.save(&id, edit).await;
        world.opt_in(&id, 1).await;
    }
    world.run().await;
    world.sim.clear_requests();
}

/// All contacts.
pub(crate) fn everybody() -> Selection {
    Selection::All(RecordKind::Contact)
}

/// Makes a campaign and runs it to the end.
pub(crate) async fn export(world: &World, id: &str, form: CampaignForm) {
    queue(world, id, form).await;
    world.run_to_the_end().await;
}

/// Makes a campaign and hands it in.
pub(crate) async fn queue(world: &World, id: &str, form: CampaignForm) {
    let crm = world.host.crm();
    crm.new_campaign(id, form).await.expect("a campaign");
    world.host.run_campaign(id).await.expect("queued");
}

/// The static lists of the account: name, our id, and who is on it by external
/// id.
pub(crate) fn lists(world: &World) -> Vec<(String, String, Vec<String>)> {
    let state = world.sim.snapshot_of_effect();
    let lists = state["static_lists"].as_array().expect("lists").clone();
    let text = |it: &serde_json::Value| it.as_str().unwrap_or_default().to_owned();
    let one = |it: &serde_json::Value| {
        let members = it["members"].as_array().expect("members");
        let members = members.iter().map(text).collect();
        (text(&it["name"]), text(&it["external_id"]), members)
    };
    lists.iter().map(one).collect()
}

/// Who is on the list of the tests, by external id.
pub(crate) fn members(world: &World) -> Vec<String> {
    let lists = lists(world);
    let found = lists.iter().find(|it| it.0 == LIST);
    found.map_or_else(Vec::new, |it| it.2.clone())
}

/// What the export did with each record: its id, and why it was left out.
pub(crate) async fn results(world: &World, id: &str) -> Vec<(String, Option<String>)> {
    let mut results = Vec::new();
    let mut start = None;
    loop {
        let page = world.host.addressees(id, start.as_deref()).await;
        let page = page.expect("results");
        let of = |it: host_demo::contract::Addressee| (it.target.id, it.left_out);
        results.extend(page.addressees.into_iter().map(of));
        start = page.next;
        if start.is_none() {
            results.sort();
            return results;
        }
    }
}

/// A fact of the campaign's page.
pub(crate) async fn fact(world: &World, id: &str, name: &str) -> String {
    let stands = world
        .host
        .crm()
        .subject("campaign", id)
        .await
        .expect("read");
    let facts = stands.map(|it| it.facts).unwrap_or_default();
    let found = facts.into_iter().find(|it| it.name == name);
    found.map(|it| it.value).unwrap_or_default()
}

/// How a campaign stands.
pub(crate) async fn stands(world: &World, id: &str) -> Option<SyncStatus> {
    let stands = world
        .host
        .crm()
        .subject("campaign", id)
        .await
        .expect("read");
    stands.map(|it| it.status)
}

/// The codes of the messages that were sent, sorted.
pub(crate) async fn messages(world: &World) -> Vec<String> {
    let messages = world.host.crm().messages().await.expect("messages");
    let mut codes: Vec<String> = messages.into_iter().map(|it| it.code).collect();
    codes.sort();
    codes
}

/// The codes of the rejections that stand.
pub(crate) async fn rejections(world: &World) -> Vec<String> {
    let queue = world.host.crm().queue(10).await.expect("a queue");
    queue
        .rejected
        .into_iter()
        .map(|it| it.reason.code)
        .collect()
}

/// PV-18, PV-19, PV-25..PV-28, PV-30, PV-50: people without the attribute are
/// created first, then a static list is made with exactly the name, and those on
/// it carry the attribute. Nobody is mailed.
#[tokio::test]
async fn a_campaign_becomes_a_new_static_list_of_people_who_are_in_spotler() {
    let world = World::start().await;
    people(&world, 3).await;
    export(&world, "7", form(everybody())).await;
    let expected = [
        "GET /templist",
        "GET /contact/bounces/list",
        "GET /contact/updates/list",
        "POST /contact/list",
        "GET /contact/bounces/list",
        "GET /contact/updates/list",
        "POST /templist",
    ];
    assert_eq!(world.requests(), expected);
    assert_eq!(members(&world), ["contact-1", "contact-2", "contact-3"]);
    for id in ["1", "2", "3"] {
        let record = world.record(id).await;
        assert!(record.gate, "{id}");
        assert_eq!(record.status, Some(SyncStatus::Succeeded), "{id}");
    }
    assert_eq!(world.permissions_on("p1+x@voorbeeld.nl"), [1]);
    assert_eq!(world.sim.breaches(), []);
}

/// C13, DA-11, DA-27, PV-28, PV-43: whoever may not be mailed is left out, with the
/// reason, and neither created nor given the attribute.
#[tokio::test]
async fn whoever_may_not_be_mailed_is_left_out_and_the_reason_is_told() {
    let world = World::start().await;
    people(&world, 6).await;
    let crm = world.host.crm().clone();
    crm.set_mail(&contact("2"), false).await.expect("saved");
    world.say("3", 1, Consent::Withdrawn).await;
    let nowhere = Edit::new().text("email", "");
    crm.edit(&contact("4"), nowhere).await.expect("saved");
    crm.deactivate(&contact("5")).await.expect("saved");
    let selected = ["1", "2", "3", "4", "5", "6"].map(contact).to_vec();
    export(&world, "7", form(Selection::Records(selected))).await;
    let expected = [
        ("1", None),
        ("2", Some("opted-out-in-crm")),
        ("3", Some("lacks-permission")),
        ("4", Some("no-email-address")),
        ("5", Some("record-not-active")),
        ("6", None),
    ]
    .map(|(id, why)| (id.to_owned(), why.map(str::to_owned)));
    assert_eq!(results(&world, "7").await, expected);
    assert_eq!(members(&world), ["contact-1", "contact-6"]);
    assert_eq!(world.sim.contact_count(), 2);
    for (id, left_out) in expected {
        assert_eq!(world.record(&id).await.gate, left_out.is_none(), "{id}");
    }
    assert_eq!(fact(&world, "7", "exported").await, "2");
    assert_eq!(fact(&world, "7", "left-out").await, "4");
    let reasons = fact(&world, "7", "reasons").await;
    assert!(reasons.contains("lacks-permission=1"), "{reasons}");
}

/// PV-17, PV-20, PV-29: a name that is taken is refused before anything is
/// written, and an existing list is never added to.
#[tokio::test]
async fn a_name_that_is_taken_is_refused_before_any_write() {
    let world = World::start().await;
    people(&world, 2).await;
    export(&world, "7", form(everybody())).await;
    world.requests();
    export(&world, "8", form(everybody())).await;
    assert_eq!(world.requests(), ["GET /templist"]);
    assert_eq!(rejections(&world).await, ["list-name-taken"]);
    assert_eq!(
        messages(&world).await,
        ["notify-export-failed", "notify-exported"]
    );
    assert_eq!(stands(&world, "8").await, Some(SyncStatus::Failed));
    assert_eq!(lists(&world).len(), 1);
}

/// PV-30: the same people under another name are another list.
#[tokio::test]
async fn every_export_makes_a_list_of_its_own() {
    let world = World::start().await;
    people(&world, 2).await;
    export(&world, "7", form(everybody())).await;
    let other = CampaignForm {
        list_name: "Winter".into(),
        ..form(everybody())
    };
    export(&world, "8", other).await;
    let lists = lists(&world);
    assert_eq!(lists.len(), 2);
    assert_ne!(lists[0].1, lists[1].1);
    assert_eq!(lists[0].2, lists[1].2);
}

/// PV-16, PV-17: the wizard's answers are checked before there is a campaign, and
/// what is not sent through Spotler does not concern the connector.
#[tokio::test]
async fn the_wizard_refuses_what_cannot_be_exported() {
    let world = World::start().await;
    let crm = world.host.crm().clone();
    let fault = |error: Result<(), CampaignError>| match error {
        Err(CampaignError::Wizard(fault)) => fault,
        other => panic!("not refused by the wizard: {other:?}"),
    };
    let good = form(everybody());
    for (bad, expected) in [
        (
            CampaignForm {
                list_name: "  ".into(),
                ..good.clone()
            },
            WizardFault::ListName,
        ),
        (
            CampaignForm {
                channel: "pigeon".into(),
                ..good.clone()
            },
            WizardFault::Channel("pigeon".into()),
        ),
        (
            CampaignForm {
                system: "other".into(),
                ..good.clone()
            },
            WizardFault::System("other".into()),
        ),
        (
            CampaignForm {
                permission: Some(99),
                ..good.clone()
            },
            WizardFault::Permission(99),
        ),
    ] {
        assert_eq!(fault(crm.new_campaign("7", bad).await), expected);
    }
    let by_letter = CampaignForm {
        channel: "letter".into(),
        ..good
    };
    crm.new_campaign("7", by_letter).await.expect("a campaign");
    let refused = world.host.run_campaign("7").await;
    assert!(
        matches!(refused, Err(CampaignError::NotExternal { .. })),
        "{refused:?}"
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// PV-16, PV-17: the component checks for itself, whatever a host lets through.
#[tokio::test]
async fn the_component_ignores_other_channels_and_refuses_a_list_without_a_name() {
    let world = World::start().await;
    people(&world, 1).await;
    let input = |channel: &str, system: &str, name: &str| CampaignExport {
        campaign: "7".into(),
        channel: channel.into(),
        system: system.into(),
        list_name: name.into(),
        selection: "none".into(),
        selected: 1,
        permission: None,
        auto_close: false,
        window: EveningWindow {
            open: true,
            opens_at: 0,
        },
        more: Vec::new(),
    };
    for (given, expected) in [
        (input("letter", "spotler", "x"), "not-external"),
        (input("external", "other", "x"), "other-system"),
        (input("external", "spotler", " "), "list-name-missing"),
    ] {
        world
            .host
            .enqueue(Event::CampaignExport(given))
            .await
            .expect("queued");
        world.run().await;
        assert_eq!(world.last_reason_of("export-campaign").await, expected);
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// PV-20, PV-21, PV-37, PV-38: one message when the list is there, a to-do, the
/// data of the export on the campaign's page, and a log whose counts only grow.
#[tokio::test]
async fn the_user_is_told_once_and_can_follow_it_in_the_log() {
    let world = World::start().await;
    people(&world, 12).await;
    export(&world, "7", form(everybody())).await;
    assert_eq!(messages(&world).await, ["notify-exported"]);
    let crm = world.host.crm();
    let tasks = crm.tasks(true).await.expect("tasks");
    let task = tasks
        .iter()
        .find(|it| it.code == "task-campaign")
        .expect("a to-do");
    assert_eq!(task.owner.as_deref(), Some(koppel_tests::ADMIN));
    let explainer = world.host.explainer().await.expect("texts");
    let said = explainer.text(
        host_demo::explain::Language::English,
        &task.code,
        &task.about,
    );
    for part in ["Campaign 7", LIST, "12 relations"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(stands(&world, "7").await, Some(SyncStatus::Succeeded));
    assert_eq!(fact(&world, "7", "exported").await, "12");
    assert_eq!(fact(&world, "7", "list-name").await, LIST);
    assert!(fact(&world, "7", "exported-at").await.starts_with("2026-"));
    let mut log = crm.log(100).await.expect("a log");
    log.reverse();
    let about: Vec<_> = log
        .iter()
        .filter(|it| it.about.iter().any(|fact| fact.name == "campaign"))
        .collect();
    let codes: Vec<&str> = about.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes.first(), Some(&"campaign-queued"));
    assert_eq!(codes.get(1), Some(&"log-export-started"));
    assert_eq!(codes.last(), Some(&"log-export-finished"));
    let done: Vec<u64> = about
        .iter()
        .filter(|it| it.code == "log-export-progress")
        .filter_map(|it| it.about.iter().find(|fact| fact.name == "done"))
        .filter_map(|fact| fact.value.parse().ok())
        .collect();
    assert!(done.windows(2).all(|it| it[0] < it[1]), "{done:?}");
    assert_eq!(done.last(), Some(&12));
    assert!(about.iter().all(|it| it.level == LogLevel::Info));
}

/// PV-37: a wizard that lets the activity be closed makes no to-do.
#[tokio::test]
async fn a_campaign_that_closes_by_itself_makes_no_to_do() {
    let world = World::start().await;
    people(&world, 1).await;
    let closing = CampaignForm {
        auto_close: true,
        ..form(everybody())
    };
    export(&world, "7", closing).await;
    let tasks = world.host.crm().tasks(true).await.expect("tasks");
    assert!(
        tasks.iter().all(|it| it.code != "task-campaign"),
        "{tasks:?}"
    );
    assert_eq!(fact(&world, "7", "activity").await, "closed");
    let campaigns = world.host.crm().campaigns().await.expect("campaigns");
    assert_eq!(campaigns.len(), 1, "PV-42: closed ones are found too");
}

/// PV-15, DA-54: the selection module, a relation, activities, an attribute list
/// and a filter on any data are all the same to an export.
#[tokio::test]
async fn recipients_come_from_any_kind_of_selection() {
    let world = World::start().await;
    people(&world, 5).await;
    let crm = world.host.crm().clone();
    crm.set_relation("R", "Bakker").await.expect("a relation");
    let in_relation = Edit::new().relation("R").text("city", "Utrecht");
    crm.edit(&contact("2"), in_relation).await.expect("saved");
    crm.set_gate(&contact("3"), true).await.expect("saved");
    world.run_to_the_end().await;
    let called = koppel_embedding::contract::changes::Activity {
        key: "call-1".into(),
        target: contact("4"),
        kind: koppel_embedding::contract::changes::ActivityKind::Phone,
        at: 1,
        title: "Gebeld over 100% korting".into(),
        facts: Vec::new(),
    };
    crm.note_activity(called).await.expect("an activity");
    let by_city = Condition {
        field: "city".into(),
        comparison: Comparison::Is,
        value: "utrecht".into(),
    };
    let kind = RecordKind::Contact;
    for (number, (selection, expected)) in [
        (Selection::Search(kind, "p1+x".into()), vec!["contact-1"]),
        (Selection::Relation("R".into()), vec!["contact-2"]),
        (
            Selection::Gated(kind),
            vec!["contact-1", "contact-2", "contact-3"],
        ),
        (
            Selection::Activity(kind, "100% KORTING".into()),
            vec!["contact-4"],
        ),
        (Selection::Activity(kind, "100x".into()), vec![]),
        (Selection::Filter(kind, vec![by_city]), vec!["contact-2"]),
        (Selection::Records(vec![contact("5")]), vec!["contact-5"]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("List {number}");
        let form = CampaignForm {
            list_name: name.clone(),
            ..form(selection.clone())
        };
        export(&world, &name, form).await;
        let lists = lists(&world);
        let found = lists.iter().find(|it| it.0 == name);
        let found = found.map_or_else(Vec::new, |it| it.2.clone());
        assert_eq!(found, expected, "{selection:?}");
    }
    assert_eq!(rejections(&world).await, ["nobody-to-export"]);
}

/// C16, PV-50: only people who are there already are looked up, and they are
/// adopted under the id that they have.
#[tokio::test]
async fn only_people_who_are_there_already_are_looked_up() {
    let mut config = spotler();
    let there = SeedContact::new("webshop-1", "p2+x@voorbeeld.nl").with_permissions(&[1]);
    config.contacts = vec![there];
    let world = World::start_with(config, "default").await;
    people(&world, 3).await;
    export(&world, "7", form(everybody())).await;
    let looked = world.sim.requests_to("GET /contact/search").len();
    assert_eq!(looked, 1);
    assert_eq!(members(&world), ["contact-1", "contact-3", "webshop-1"]);
    assert!(world.record("2").await.gate);
}

/// C15, PV-28: somebody who opted out in Spotler before we knew of it is found
/// out, told to the CRM, and gets neither a place nor the attribute.
#[tokio::test]
async fn somebody_who_opted_out_in_spotler_is_found_out_before_the_list_is_made() {
    let world = World::start().await;
    people(&world, 2).await;
    let other = CampaignForm {
        list_name: "Zomer".into(),
        ..form(everybody())
    };
    export(&world, "6", other).await;
    world.advance_s(7200);
    world
        .sim
        .ui_opt_out("p1+x@voorbeeld.nl")
        .expect("opted out");
    export(&world, "7", form(everybody())).await;
    assert_eq!(members(&world), ["contact-2"]);
    let why = results(&world, "7").await[0].1.clone();
    assert_eq!(why.as_deref(), Some("inactive-in-spotler"));
    assert_eq!(world.sim.breaches(), []);
}

/// PV-34..PV-36: a list that is renamed or removed in Spotler is noticed at the
/// next tick, told once, and told again when it has its name back.
#[tokio::test]
async fn a_list_that_is_renamed_or_removed_in_spotler_is_noticed() {
    let world = World::start().await;
    people(&world, 1).await;
    export(&world, "7", form(everybody())).await;
    let rename = |from: &str, to: &str| {
        let (name, to) = (from.to_owned(), to.to_owned());
        let action = ListAction::RenameStaticList { name, to };
        world.sim.ui_list(&action).expect("renamed");
    };
    rename(LIST, "Iets anders");
    world.tick().await;
    world.tick().await;
    assert_eq!(fact(&world, "7", "list-state").await, "renamed");
    assert_eq!(
        messages(&world).await,
        ["log-list-renamed", "notify-exported"]
    );
    rename("Iets anders", LIST);
    world.tick().await;
    assert_eq!(fact(&world, "7", "list-state").await, "present");
    let name = LIST.to_owned();
    let remove = ListAction::RemoveStaticList { name };
    world.sim.ui_list(&remove).expect("removed");
    world.tick().await;
    assert_eq!(fact(&world, "7", "list-state").await, "removed");
    world.requests();
    world.tick().await;
    let asked = world.sim.requests_to("GET /templist").len();
    assert_eq!(asked, 0, "nothing is left to watch");
}

/// PV-14, PV-50: the export is the exception; a save afterwards syncs, because
/// the attribute is there.
#[tokio::test]
async fn after_the_export_a_save_is_synced() {
    let world = World::start().await;
    people(&world, 1).await;
    assert_eq!(world.reason("1").await, "not-linked");
    export(&world, "7", form(everybody())).await;
    world.save("1", Edit::new().text("city", "Utrecht")).await;
    world.run().await;
    assert_eq!(world.reason("1").await, "updated");
}

/// PV-19: what changed in the CRM and was not synced yet goes with the export,
/// a hundred people in a request.
#[tokio::test]
async fn people_who_changed_are_brought_up_to_date_together() {
    let world = World::start().await;
    people(&world, 120).await;
    let other = CampaignForm {
        list_name: "Zomer".into(),
        ..form(everybody())
    };
    export(&world, "6", other).await;
    world.advance_s(7200);
    world.tick().await;
    for number in 1..=120 {
        let id = number.to_string();
        // With the gate closed the save itself is not synced: the export is.
        let moved = Edit::new().text("city", "Utrecht").gate(false);
        world.save(&id, moved).await;
    }
    world.run().await;
    world.requests();
    export(&world, "7", form(everybody())).await;
    assert_eq!(members(&world).len(), 120);
    let batches = world.sim.requests_to("POST /contact/list").len();
    assert!(batches <= 2, "{batches}");
    let contact = world
        .sim
        .contact_by_email("p120+x@voorbeeld.nl")
        .expect("there");
    assert_eq!(contact.text("city"), Some("Utrecht"));
}
