//! Every operation and every hook can be asked for its plan, and then does that.

use host_demo::contract::{Binding, FieldValue, Occasion, PermissionWish};
use host_demo::crm::Edit;
use host_demo::crm::campaigns::CampaignForm;
use host_demo::crm::lists::ListEdit;
use host_demo::crm::sales::{BoundAction, Stage};
use host_demo::crm::shop::Sort;
use host_demo::crm::sign_ups::Form;
use host_demo::host::DemoHost;
use koppel_embedding::contract::stages::AutomaticAction;
use koppel_embedding::queue::{HistoryEntry, Of};
use koppel_tests::journeys::{code, purchase};
use koppel_tests::lists::static_list;
use koppel_tests::{World, contact, person};
use spotler_sim::{Journey, JourneyDraft};

use crate::campaigns::{everybody, form};
use crate::plan::{Write, planned, sent, writes_of};
use crate::support::tables;

/// The hooks, without those whose plans have tests of their own: saves, settings,
/// the mapping and ticks.
const HOOKS: [&str; 8] = [
    "export-campaign",
    "on-cart-changed",
    "on-journey-settings-saved",
    "on-list-changed",
    "on-module-field-changed",
    "on-order-changed",
    "on-signed-up",
    "on-stage-changed",
];

/// The hooks whose plans have tests of their own.
const OTHER_HOOKS: [&str; 3] = ["on-contact-saved", "on-mapping-saved", "on-tick"];

/// Anna and Bo in Spotler and of one relation, a synced list of Anna, a campaign, a
/// journey that is bound to everything.
async fn world() -> (World, Journey) {
    let world = World::start().await;
    let crm = world.host.crm();
    crm.set_relation("R0029", "De Groot").await.expect("saved");
    for id in ["1", "2"] {
        let edit = person("Anna", &format!("anna{id}@voorbeeld.nl")).relation("R0029");
        let primary = FieldValue::Boolean(id == "1");
        world.save(id, edit.field("primary", primary)).await;
        world.opt_in(id, 1).await;
    }
    world.run().await;
    world
        .save("3", person("Cor", "cor@voorbeeld.nl").gate(false))
        .await;
    world.opt_in("3", 1).await;
    world.sync_products(&["p-1", "p-2"]);
    let journey = world.journey(JourneyDraft::automation("Welkom"));
    for (occasion, status) in [
        (Occasion::Cart, "abandoned"),
        (Occasion::Order, "completed"),
        (Occasion::SignUp, "newsletter"),
    ] {
        world.bind(occasion, status, &journey).await;
    }
    let action = AutomaticAction {
        id: "won".into(),
        action_type: "change-contact".into(),
        target_system: "spotler".into(),
        name: "won".into(),
        description: None,
        note: None,
        state: None,
        permissions: vec![2],
        starts: vec![code(&journey)],
        stops: vec![],
    };
    let stage = won();
    crm.bind_action(BoundAction { stage, action })
        .await
        .expect("bound");
    world.synced_list("l", static_list("Lijst"), &["1"]).await;
    let campaign = CampaignForm {
        list_name: "Campagne".into(),
        ..form(everybody())
    };
    crm.new_campaign("c", campaign).await.expect("a campaign");
    world.run_to_the_end().await;
    (world, journey)
}

fn won() -> Stage {
    Stage {
        scheme: "sales".into(),
        name: "won".into(),
    }
}

/// Hands an operation in, or does what a hook is about.
async fn hand_in(host: &DemoHost, what: &str, journey: &Journey) {
    let crm = host.crm();
    let code = code(journey);
    let act = async |ids: &[&str], parameters: &[(&str, &str)]| {
        let action = World::action(what, ids, parameters);
        host.run_action(action).await.expect("queued");
    };
    match what {
        "link" => act(&["3"], &[]).await,
        "sync-contact" | "reactivate" | "match" => act(&["1", "2"], &[]).await,
        "set-permissions" | "bulk-change" => {
            let mut action = World::action(what, &["1", "2"], &[]);
            let on = PermissionWish { bit: 1, on: false };
            action.permissions = vec![on];
            host.run_action(action).await.expect("queued");
        }
        "restore" => act(&["1"], &[]).await,
        "backup" => drop(host.backup().await.expect("queued")),
        "sync-list" => drop(crm.sync_list("l").await.expect("queued")),
        "start-journey" | "stop-journey" => act(&["1"], &[("trigger", &code)]).await,
        "set-journeys" => act(&["1"], &[("on", &code)]).await,
        "refresh-journeys" => act(&[], &[]).await,
        "export-campaign" => drop(host.run_campaign("c").await.expect("queued")),
        "on-cart-changed" => {
            let cart = purchase("c-1", "abandoned");
            drop(crm.save_purchase(Sort::Cart, cart).await.expect("saved"));
        }
        "on-order-changed" => {
            let order = purchase("o-1", "completed");
            drop(crm.save_purchase(Sort::Order, order).await.expect("saved"));
        }
        "on-signed-up" => {
            let form = Form {
                id: "f-1".into(),
                name: "newsletter".into(),
                email: "dirk@voorbeeld.nl".into(),
                permissions: vec![1],
                ..Form::default()
            };
            drop(crm.sign_up(form).await.expect("taken in"));
        }
        "on-journey-settings-saved" => {
            let binding = Binding {
                id: "emptied".into(),
                occasion: Occasion::Cart,
                status: "emptied".into(),
                starts: vec![code],
                stops: vec![],
                own_confirmation: false,
            };
            drop(crm.bind(binding).await.expect("bound"));
        }
        "on-list-changed" => {
            let edit = ListEdit {
                name: Some("Andere naam".into()),
                ..ListEdit::default()
            };
            drop(crm.edit_list("l", edit).await.expect("saved"));
        }
        "on-module-field-changed" => {
            let value = Some(FieldValue::Number(1));
            let changed = crm.set_relation_field("R0029", "documents", "Module", value);
            drop(changed.await.expect("saved"));
        }
        "on-stage-changed" => {
            let moved = crm.move_sale("s-1", Some(contact("1")), won());
            drop(moved.await.expect("moved"));
        }
        "on-contact-saved" => {
            let moved = Edit::new().text("city", "Utrecht");
            let saved = crm.save(&contact("2"), moved).await;
            drop(saved.expect("saved"));
        }
        "on-mapping-saved" => {
            let mut rows = host.mapping().await.expect("a mapping");
            rows.retain(|it| it.field != "city");
            drop(host.save_mapping(rows).await.expect("queued"));
        }
        "on-tick" => drop(host.tick().await.expect("queued")),
        other => panic!("`{other}` has no plan here: add it"),
    }
}

/// The list of an export has an id of the event, which is another one for a plan.
fn without_event(writes: Vec<Write>) -> Vec<Write> {
    let blank = |text: String| match text.find("koppel-") {
        Some(at) => {
            let id: String = text[at..].chars().take_while(|it| *it != '"').collect();
            text.replace(&id, "koppel-…")
        }
        None => text,
    };
    let mut writes: Vec<Write> = writes
        .into_iter()
        .map(|(method, path, body)| (method, blank(path), blank(body)))
        .collect();
    writes.sort();
    writes
}

/// DA-80: every operation and every hook has a plan, which writes nothing
/// anywhere, and is what is sent then.
#[tokio::test]
async fn every_operation_and_every_hook_has_a_plan_and_does_that() {
    let operations = koppel_plugin::about::describe().operations;
    for what in operations.into_iter().chain(HOOKS) {
        let (world, journey) = world().await;
        world.sim.clear_requests();
        let before = (tables(&world).await, world.sim.ledger().len());
        let plan = planned(&world, async |host| hand_in(host, what, &journey).await).await;
        assert_eq!(sent(&world), [], "the plan of {what} only reads");
        let after = (tables(&world).await, world.sim.ledger().len());
        assert_eq!(before, after, "the plan of {what} writes nothing");
        assert!(!plan.calls.is_empty() && plan.left == 0, "{what}: {plan:?}");
        assert!(
            plan.calls.iter().all(|it| it.answer.is_ok()),
            "{what}: {plan:?}"
        );
        hand_in(&world.host, what, &journey).await;
        world.run_to_the_end().await;
        assert_eq!(
            without_event(writes_of(&plan)),
            without_event(sent(&world)),
            "the plan of {what} is what is sent then"
        );
    }
}

/// What became of every call of the world, latest first.
async fn history(world: &World) -> Vec<HistoryEntry> {
    let crm = world.host.crm();
    let history = crm.history_of(&Of::default(), 100).await;
    history.expect("a history")
}

/// PV-04: with the connection off, whatever is asked for or happens makes no request,
/// and every hook that is called answers that it is off.
#[tokio::test]
async fn switched_off_every_operation_and_every_hook_answers_not_active() {
    let (world, journey) = world().await;
    let off = world
        .host
        .crm()
        .change_settings(|it| it.active = false)
        .await;
    off.expect("saved");
    world.run_to_the_end().await;
    let operations = koppel_plugin::about::describe().operations;
    let operations = operations.into_iter().map(|it| (it, "run-action"));
    let hooks = HOOKS.into_iter().chain(OTHER_HOOKS).map(|it| (it, it));
    let mut otherwise = Vec::new();
    for (what, hook) in operations.chain(hooks) {
        world.sim.clear_requests();
        let before = history(&world).await.first().map_or(0, |it| it.id);
        hand_in(&world.host, what, &journey).await;
        world.run_to_the_end().await;
        assert_eq!(world.requests(), Vec::<String>::new(), "{what}");
        let mut told = history(&world).await;
        told.retain(|it| it.id > before);
        assert!(told.iter().any(|it| it.hook == hook), "{what}: {told:?}");
        told.retain(|it| it.reason.code != "not-active");
        let told = told.into_iter();
        otherwise.extend(told.map(|it| format!("{what}: {} said {}", it.hook, it.reason.code)));
    }
    assert_eq!(otherwise, Vec::<String>::new());
}
