//! Automations and campaigns: listed, started at most once, stopped.

use host_demo::contract::{JourneyKind as Kind, RecordKind, Standing, SyncStatus};
use host_demo::crm::Edit;
use koppel_tests::journeys::{code, mail};
use koppel_tests::{World, anna, person, spotler};
use serde_json::json;
use spotler_sim::{Fault, FaultRule, JourneyAction, JourneyDraft, When};

use crate::support::faults;

/// Anna is in Spotler, and nothing was counted yet.
async fn with_anna(profile: &str) -> World {
    let world = World::start_with(spotler(), profile).await;
    world.save("1", anna()).await;
    world.opt_in("1", 1).await;
    world.run().await;
    world.sim.clear_requests();
    world
}

/// AU-03, AU-33, YO-12, C7
#[tokio::test]
async fn both_kinds_of_journey_are_listed_with_their_triggers_and_whether_they_are_on() {
    let world = with_anna("default").await;
    let automation = world.journey(JourneyDraft::automation("Onboarding"));
    let campaign = world.journey(JourneyDraft::campaign("Brochure"));
    let off = JourneyAction::Activate {
        journey: campaign.id.clone(),
        active: false,
    };
    world.sim.ui_journey(&off).expect("switched off");
    assert_eq!(
        world.operate("refresh-journeys", &[], &[]).await,
        "journeys-listed"
    );
    assert_eq!(
        world.requests(),
        ["GET /automation/list", "GET /campaign/list"]
    );
    let listed = world.host.journeys().await.expect("a list");
    let told: Vec<_> = listed
        .iter()
        .map(|it| {
            (
                it.kind,
                it.name.as_str(),
                it.active,
                it.triggers[0].code.clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Automation, "Onboarding", true, code(&automation)),
            (Kind::Campaign, "Brochure", false, code(&campaign)),
        ]
    );
}

/// AU-03
#[tokio::test]
async fn a_list_that_was_asked_for_once_is_renewed_by_itself_and_no_other() {
    let world = with_anna("default").await;
    world.advance_s(13 * 3600);
    world.tick().await;
    assert!(world.sim.requests_to("GET /automation/list").is_empty());
    world.operate("refresh-journeys", &[], &[]).await;
    world.journey(JourneyDraft::automation("Later"));
    world.advance_s(13 * 3600);
    world.tick().await;
    let listed = world.host.journeys().await.expect("a list");
    assert_eq!(listed[0].name, "Later");
}

/// DA-60, DA-62, DA-63, AU-05, YO-49
#[tokio::test]
async fn a_journey_is_started_for_each_of_several_contacts() {
    let world = World::start().await;
    for id in ["1", "2", "3"] {
        let email = format!("anna{id}@voorbeeld.nl");
        world.save(id, person("Anna", &email)).await;
    }
    world.run().await;
    assert_eq!(
        world.sim.participations().len(),
        0,
        "nothing starts implicitly"
    );
    let journey = world.journey(JourneyDraft::automation("Onboarding"));
    assert_eq!(
        world.start_journey(&["1", "2", "3"], &journey).await,
        "journeys-done"
    );
    assert_eq!(world.running().len(), 3);
    assert_eq!(world.sim.sends().len(), 3);
    assert_eq!(world.standing("2", &journey).await, Standing::Started);
}

/// AU-06, AU-08, DA-60
#[tokio::test]
async fn a_code_that_spotler_does_not_know_is_told_and_a_missing_one_costs_no_request() {
    let world = with_anna("default").await;
    for unknown in ["6ba7b812-9dad-11d1-80b4-00c04fd430c8", "no-such-campaign"] {
        let reason = world
            .operate("start-journey", &["1"], &[("trigger", unknown)])
            .await;
        assert_eq!(reason, "trigger-not-found", "{unknown}");
    }
    let rejected = world.rejections().await;
    assert!(rejected.iter().all(|it| it.who == "administrator"));
    world.sim.clear_requests();
    for parameters in [&[][..], &[("trigger", "  ")][..]] {
        let reason = world.operate("start-journey", &["1"], parameters).await;
        assert_eq!(reason, "trigger-code-missing");
    }
    assert_eq!(world.triggers_sent(), 0);
    assert_eq!(world.sim.request_count(), 0);
}

/// AU-07, AU-06, DA-58
#[tokio::test]
async fn a_contact_is_synced_first_and_without_that_nothing_is_started() {
    let world = World::start_with(spotler(), "yoobi").await;
    let journey = world.journey(JourneyDraft::campaign("Welkom"));
    world.save("1", anna()).await;
    world
        .save("2", Edit::new().text("last_name", "Zonder"))
        .await;
    world.save("3", person("Anna", "geen adres")).await;
    world.run().await;
    world.sim.clear_requests();
    assert_eq!(
        world.start_journey(&["1"], &journey).await,
        "journey-started"
    );
    let requests = world.requests();
    let at = |line: &str| requests.iter().position(|it| it.starts_with(line));
    assert!(at("POST /contact").expect("synced") < at("POST /campaign/trigger").expect("started"));
    for (id, expected) in [("2", "no-email-address"), ("3", "email-invalid")] {
        assert_eq!(world.start_journey(&[id], &journey).await, expected);
    }
    assert_eq!(world.sim.participations().len(), 1);
}

/// AU-12, AU-14, DA-64
#[tokio::test]
async fn stopping_ends_all_participations_however_often_it_was_started() {
    for draft in [JourneyDraft::automation("A"), JourneyDraft::campaign("B")] {
        let world = with_anna("default").await;
        let journey = world.journey(JourneyDraft {
            repeatable: true,
            ..draft
        });
        for _ in 0..3 {
            assert_eq!(
                world.start_journey(&["1"], &journey).await,
                "journey-started"
            );
        }
        assert_eq!(world.running().len(), 3);
        let code = code(&journey);
        let stop = [("trigger", code.as_str())];
        assert_eq!(
            world.operate("stop-journey", &["1"], &stop).await,
            "journey-stopped"
        );
        assert_eq!(world.running().len(), 0);
        assert_eq!(
            world.operate("refresh-journeys", &[], &[]).await,
            "journeys-listed"
        );
        let switch = world.switch("1", &journey).await;
        assert_eq!(
            (switch.standing, switch.participations.len()),
            (Standing::Stopped, 0)
        );
        world.advance_s(2 * 86_400);
        assert_eq!(world.sim.sends().len(), 3, "only what went out at once");
    }
}

/// AU-13
#[tokio::test]
async fn one_participation_is_stopped_by_its_id_which_survives_a_restart() {
    let mut world = with_anna("default").await;
    let journey = world.journey(JourneyDraft::automation("Elke maand"));
    for _ in 0..3 {
        world.start_journey(&["1"], &journey).await;
    }
    world.restart().await;
    let ids = world.switch("1", &journey).await.participations;
    assert_eq!(ids.len(), 3);
    let stop = [("participation", ids[1].as_str())];
    assert_eq!(
        world.operate("stop-journey", &["1"], &stop).await,
        "journey-stopped"
    );
    let running: Vec<String> = world
        .running()
        .into_iter()
        .map(|it| it.automation_contact_id)
        .collect();
    assert_eq!(running, [ids[0].clone(), ids[2].clone()]);
    assert_eq!(
        world.operate("stop-journey", &["1"], &stop).await,
        "participation-unknown"
    );
    assert_eq!(world.standing("1", &journey).await, Standing::Started);
}

/// YO-28, C23
#[tokio::test]
async fn the_switches_show_what_was_started_here_and_start_and_stop() {
    let world = with_anna("yoobi").await;
    world.act("link", &["1"]).await;
    let [one, other] =
        ["Onboarding", "Survey"].map(|it| world.journey(JourneyDraft::automation(it)));
    world.operate("refresh-journeys", &[], &[]).await;
    assert_eq!(world.standing("1", &one).await, Standing::Off);
    let (on, off) = (code(&one), code(&other));
    let switched = world.operate("set-journeys", &["1"], &[("on", &on)]).await;
    assert_eq!(switched, "journey-started");
    let switch = world.switch("1", &one).await;
    assert_eq!(switch.name, "Onboarding");
    assert_eq!(
        (switch.standing, switch.since),
        (Standing::Started, Some(world.host.crm().now()))
    );
    let both = [("off", on.as_str()), ("on", off.as_str())];
    world.operate("set-journeys", &["1"], &both).await;
    assert_eq!(world.standing("1", &one).await, Standing::Stopped);
    assert_eq!(world.standing("1", &other).await, Standing::Started);
    assert_eq!(world.running().len(), 1);
}

/// AU-04, C21, DA-60
#[tokio::test]
async fn each_refusal_is_an_outcome_that_names_who_can_mend_it() {
    let world = with_anna("default").await;
    let limited = world.journey(JourneyDraft {
        participation_limit: Some(1),
        ..JourneyDraft::automation("Een keer")
    });
    let once = world.journey(JourneyDraft::campaign("Eenmalig"));
    let closed = world.journey(JourneyDraft {
        selection: Some(2),
        ..JourneyDraft::campaign("Selectie")
    });
    let off = world.journey(JourneyDraft::automation("Uit"));
    let switch_off = JourneyAction::Activate {
        journey: off.id.clone(),
        active: false,
    };
    world.sim.ui_journey(&switch_off).expect("switched off");
    world.start_journey(&["1"], &limited).await;
    world.start_journey(&["1"], &once).await;
    for (journey, expected) in [
        (&limited, "participation-limit"),
        (&once, "already-in-journey"),
        (&closed, "not-in-selection"),
        (&off, "journey-inactive"),
    ] {
        assert_eq!(world.start_journey(&["1"], journey).await, expected);
    }
    let rejected = world.rejections().await;
    assert_eq!(rejected.len(), 1, "the others need nobody: {rejected:?}");
    assert_eq!(rejected[0].who, "marketer");
    assert_eq!(world.standing("1", &off).await, Standing::Refused);
    world
        .sim
        .set_switch("account.product", json!("mail"))
        .expect("a switch");
    assert_eq!(
        world.start_journey(&["1"], &limited).await,
        "not-in-your-product"
    );
    let connection = world.host.connection().await.expect("a connection");
    assert!(connection.active, "the credentials are good");
}

/// AU-01, AU-08
#[tokio::test]
async fn without_automations_in_the_product_campaigns_are_listed_all_the_same() {
    let world = with_anna("default").await;
    world.journey(JourneyDraft::campaign("Brochure"));
    world
        .sim
        .set_switch("account.product", json!("mail"))
        .expect("a switch");
    assert_eq!(
        world.operate("refresh-journeys", &[], &[]).await,
        "journeys-listed"
    );
    assert_eq!(world.host.journeys().await.expect("a list").len(), 1);
    let log = world.host.crm().log(5).await.expect("a log");
    assert!(
        log.iter().any(|it| it.code == "log-journeys-missing"),
        "{log:?}"
    );
}

/// C3, DA-27
#[tokio::test]
async fn nothing_is_started_for_whom_opted_out_unless_the_profile_says_so() {
    for (profile, expected) in [
        ("default", "no-journey-after-opt-out"),
        ("perfectview", "no-journey-after-opt-out"),
        ("dynamics365", "journey-started"),
    ] {
        let world = with_anna(profile).await;
        let journey = world.journey(JourneyDraft::automation("Welkom"));
        world.save("1", Edit::new().mail(false)).await;
        world.run().await;
        assert_eq!(
            world.start_journey(&["1"], &journey).await,
            expected,
            "{profile}"
        );
    }
}

/// C3, C4, DA-36
#[tokio::test]
async fn who_opted_out_in_spotler_is_seen_before_a_trigger_goes_out() {
    for profile in ["default", "dynamics365"] {
        let world = with_anna(profile).await;
        let journey = world.journey(JourneyDraft::automation("Welkom"));
        world.sim.ui_opt_out("anna@voorbeeld.nl").expect("anna");
        world.sim.clear_requests();
        world.start_journey(&["1"], &journey).await;
        assert_eq!(world.triggers_sent(), 0, "{profile}");
        world.start_journey(&["1"], &journey).await;
        assert_eq!(world.triggers_sent(), 0, "{profile}");
        assert!(world.sim.breaches().is_empty());
    }
}

/// AU-15, AU-16, AU-23, C14
#[tokio::test]
async fn fields_are_read_from_the_record_when_the_journey_starts() {
    let world = with_anna("default").await;
    let text = "[automationfield:customerCompany] [automationfield:customercompany]";
    let draft = JourneyDraft::automation("Factuur").then(0, mail("F", text));
    let journey = world.sim.ui_make_journey(draft).expect("a journey");
    let code = code(&journey);
    let field = |name: &str, source| host_demo::contract::MessageField {
        name: name.to_owned(),
        field_type: None,
        source,
    };
    let fields = host_demo::contract::TriggerFields {
        trigger: code.clone(),
        fields: vec![field(
            "customerCompany",
            host_demo::contract::FieldSource::RecordField("organisation".to_owned()),
        )],
    };
    let crm = world.host.crm();
    crm.set_journey_fields(fields).await.expect("queued");
    world.run().await;
    let start = World::action("start-journey", &["1"], &[("trigger", &code)]);
    world.host.run_action(start).await.expect("queued");
    world
        .save("1", Edit::new().text("organisation", "Nieuw BV"))
        .await;
    world.run().await;
    assert_eq!(world.sim.sends()[0].body, "Nieuw BV ", "case counts");
    let body = world.last_body("POST /automation/trigger/*");
    let sent = json!([{ "name": "customerCompany", "type": "STRING", "values": ["Nieuw BV"] }]);
    assert_eq!(body["automationFields"], sent);
}

/// AU-21, AU-22, AU-19
#[tokio::test]
async fn a_field_that_spotler_would_misread_is_refused_before_any_request() {
    let world = with_anna("default").await;
    let journey = world.journey(JourneyDraft::automation("Factuur"));
    let code = code(&journey);
    for wrong in [
        &["field.a b"][..],
        &["field.a", "url.a"][..],
        &["url.a"][..],
    ] {
        let mut parameters = vec![("trigger", code.as_str())];
        parameters.extend(wrong.iter().map(|it| (*it, "x")));
        let reason = world.operate("start-journey", &["1"], &parameters).await;
        assert_eq!(reason, "message-field-refused", "{wrong:?}");
    }
    let field = |name: &str, field_type: &str| host_demo::contract::MessageField {
        name: name.to_owned(),
        field_type: Some(field_type.to_owned()),
        source: host_demo::contract::FieldSource::Fixed("x".to_owned()),
    };
    for wrong in [
        vec![field("a", "INTEGER")],
        vec![field("a b", "STRING")],
        vec![field("a", "STRING"), field("a", "STRING")],
    ] {
        let fields = host_demo::contract::TriggerFields {
            trigger: code.clone(),
            fields: wrong,
        };
        let crm = world.host.crm();
        crm.set_journey_fields(fields).await.expect("queued");
        world.run().await;
        let reason = world.last_reason_of("on-journey-settings-saved").await;
        assert_eq!(reason, "journey-settings-invalid");
    }
    assert_eq!(world.sim.request_count(), 0);
}

/// AU-17
#[tokio::test]
async fn a_message_is_compared_with_the_fields_that_are_sent() {
    let world = with_anna("default").await;
    let journey = world.journey(JourneyDraft::automation("Factuur"));
    let code = code(&journey);
    let source = host_demo::contract::FieldSource::Fixed("x".to_owned());
    let field = |name: &str| host_demo::contract::MessageField {
        name: name.to_owned(),
        field_type: None,
        source: source.clone(),
    };
    let fields = host_demo::contract::TriggerFields {
        trigger: code.clone(),
        fields: vec![field("invoiceEmail"), field("vat")],
    };
    let crm = world.host.crm();
    crm.set_journey_fields(fields).await.expect("queued");
    world.run().await;
    let text = "[automationfield:InvoiceEmail] [automationfield:company]";
    let found = world
        .host
        .lint_message(&code, text)
        .await
        .expect("findings");
    let told: Vec<_> = found.iter().map(|it| (it.lint, it.name.as_str())).collect();
    use host_demo::contract::Lint;
    assert_eq!(
        told,
        [
            (Lint::OtherCase, "InvoiceEmail"),
            (Lint::Missing, "company"),
            (Lint::Unused, "vat"),
        ]
    );
    assert_eq!(found[0].meant.as_deref(), Some("invoiceEmail"));
}

/// C18
#[tokio::test]
async fn after_any_fault_a_journey_began_once_at_most_and_somebody_hears_of_it() {
    for draft in [JourneyDraft::automation("A"), JourneyDraft::campaign("B")] {
        for (name, fault) in faults() {
            let world = with_anna("default").await;
            let journey = world.journey(draft.clone());
            world.sim.faults().add(FaultRule {
                on: "POST *trigger*".into(),
                when: When::Next { times: 1 },
                fault,
            });
            world.start_journey(&["1"], &journey).await;
            world.run_to_the_end().await;
            let began = world.sim.participations().len();
            assert!(began <= 1, "{name}: began {began} times");
            world.operate("refresh-journeys", &[], &[]).await;
            match world.standing("1", &journey).await {
                Standing::Started => assert_eq!(began, 1, "{name}"),
                Standing::Unsure => {
                    let rejected = world.rejections().await;
                    assert_eq!(rejected[0].reason.code, "start-unsure", "{name}");
                    let tasks = world.host.crm().tasks(true).await.expect("tasks");
                    assert!(tasks.iter().any(|it| it.code == "task-start-unsure"));
                }
                other @ (Standing::Off
                | Standing::Starting
                | Standing::Refused
                | Standing::Stopped) => panic!("{name}: {other:?}"),
            }
            assert_eq!(
                world.status("1").await,
                Some(SyncStatus::Succeeded),
                "{name}"
            );
        }
    }
}

/// C18
#[tokio::test]
async fn an_unsure_start_waits_for_a_person_who_starts_again_or_says_that_it_began() {
    for (decision, expected, participations) in [
        ("again", "journey-started", 2),
        ("assume-started", "start-assumed", 1),
    ] {
        let world = with_anna("default").await;
        let journey = world.journey(JourneyDraft::automation("Welkom"));
        world
            .sim
            .faults()
            .next_on("POST /automation/trigger/*", 1, Fault::ResetAfterWork);
        assert_eq!(world.start_journey(&["1"], &journey).await, "start-unsure");
        let rejected = world.rejections().await;
        world
            .host
            .crm()
            .retry(&rejected[0].key)
            .await
            .expect("retried");
        world.run_to_the_end().await;
        assert_eq!(world.start_journey(&["1"], &journey).await, "start-unsure");
        assert_eq!(world.sim.participations().len(), 1, "never by itself");
        let code = code(&journey);
        let parameters = [("trigger", code.as_str()), (decision, "yes")];
        let reason = world.operate("start-journey", &["1"], &parameters).await;
        assert_eq!(reason, expected);
        assert_eq!(world.sim.participations().len(), participations);
        assert_eq!(world.standing("1", &journey).await, Standing::Started);
        let open = world.host.crm().tasks(false).await.expect("tasks");
        assert!(
            open.iter()
                .all(|it| it.code != "task-start-unsure" || !it.open)
        );
    }
}

/// C18, C17
#[tokio::test]
async fn a_start_that_is_cut_off_at_any_step_is_never_made_twice_and_never_lost() {
    let mut cut_at = 1;
    let (mut unsure, mut started) = (0, 0);
    loop {
        let mut world = with_anna("default").await;
        let journey = world.journey(JourneyDraft::automation("Welkom"));
        let action = World::action("start-journey", &["1"], &[("trigger", &code(&journey))]);
        world.host.run_action(action).await.expect("queued");
        world.host.embedding().faults().cut_after(cut_at);
        let was_cut = world.host.run_until_idle().await.is_err();
        world.host.embedding().faults().disarm();
        world.restart().await;
        world.run_to_the_end().await;
        let began = world.sim.participations().len();
        assert!(began <= 1, "cut at {cut_at}: began {began} times");
        match world.standing("1", &journey).await {
            Standing::Started => {
                assert_eq!(began, 1, "cut at {cut_at}");
                started += 1;
            }
            Standing::Unsure => {
                assert_eq!(world.rejections().await.len(), 1, "cut at {cut_at}");
                unsure += 1;
            }
            other
            @ (Standing::Off | Standing::Starting | Standing::Refused | Standing::Stopped) => {
                panic!("cut at {cut_at}: {other:?}")
            }
        }
        if !was_cut {
            break;
        }
        cut_at += 1;
    }
    assert!(
        unsure > 0 && started > unsure,
        "{unsure} unsure, {started} started"
    );
}

/// DA-60, YO-49
#[tokio::test]
async fn a_selection_is_started_record_by_record_and_one_that_fails_stops_no_other() {
    let world = World::start_with(spotler(), "dynamics365").await;
    for number in 0..25 {
        let email = format!("anna{number}@voorbeeld.nl");
        world
            .save(&number.to_string(), person("Anna", &email))
            .await;
    }
    world.save("bad", person("Anna", "geen adres")).await;
    world.run().await;
    let everybody = host_demo::crm::selections::Selection::All(RecordKind::Contact);
    let crm = world.host.crm();
    crm.save_selection("all", everybody).await.expect("saved");
    let journey = world.journey(JourneyDraft::automation("Onboarding"));
    world
        .sim
        .faults()
        .next_on("POST /automation/trigger/*", 1, Fault::ResetAfterWork);
    let mut action = World::action("start-journey", &[], &[("trigger", &code(&journey))]);
    action.selection = Some("all".to_owned());
    world.host.run_action(action).await.expect("queued");
    world.run_to_the_end().await;
    assert_eq!(world.last_reason_of("run-action").await, "journeys-done");
    assert_eq!(world.sim.participations().len(), 25);
    let crm = world.host.crm();
    let job = crm.jobs(1).await.expect("jobs").pop().expect("a job");
    let all = crm.job_records(job.number, false, None, 100).await;
    let all = all.expect("results");
    let of = |code: &str| all.iter().filter(|it| it.code == code).count();
    let told = ["journey-started", "start-unsure", "email-invalid"].map(of);
    assert_eq!(told, [24, 1, 1]);
}

/// YO-49, AU-07, C22
#[tokio::test]
async fn a_bulk_change_starts_journeys_for_whom_it_is_carried_out_after_they_are_synced() {
    use host_demo::crm::bulk::BulkChange;
    use host_demo::crm::selections::Selection;
    let world = World::start_with(spotler(), "yoobi").await;
    for id in ["1", "2", "3"] {
        let email = format!("anna{id}@voorbeeld.nl");
        world.save(id, person("Anna", &email)).await;
    }
    world
        .say("3", 1, host_demo::contract::Consent::Withdrawn)
        .await;
    world.run().await;
    let journey = world.journey(JourneyDraft::automation("Onboarding"));
    let old = world.journey(JourneyDraft::automation("Prospect"));
    let renamed = host_demo::contract::FieldValue::Text("Anne".to_owned());
    let change = BulkChange {
        fields: [("first_name".to_owned(), Some(renamed))].into(),
        on: vec![1],
        starts: vec![code(&journey)],
        stops: vec![code(&old)],
        ..BulkChange::default()
    };
    let all = ["1", "2", "3"].map(koppel_tests::contact).to_vec();
    let crm = world.host.crm();
    let chosen = crm.choose_for_bulk(Selection::Records(all)).await;
    let number = chosen.expect("chosen").number;
    crm.set_bulk(number, change).await.expect("set");
    let bulk = crm.save_bulk(number, |_| {}).await.expect("saved");
    world.run_to_the_end().await;
    assert_eq!(world.running().len(), 2, "not for whom it was refused");
    for email in ["anna1@voorbeeld.nl", "anna2@voorbeeld.nl"] {
        let seen = world.sim.contact_by_email(email).expect("in Spotler");
        assert_eq!(seen.text("firstName"), Some("Anne"));
        assert_eq!(world.permissions_on(email), [1]);
    }
    let job = bulk.job.expect("a job");
    let results = crm.job_records(job, false, None, 10).await;
    let told: Vec<String> = results
        .expect("results")
        .into_iter()
        .map(|it| it.code)
        .collect();
    assert_eq!(
        told,
        ["journey-started", "journey-started", "consent-missing"]
    );
}
