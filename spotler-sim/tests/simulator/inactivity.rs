//! Who is inactive, how that shows, and what makes a person active again.

use crate::common::{call, contact, error_type, get, post_contact, sim, sim_with, status, upsert};
use serde_json::json;
use spotler_sim::switches::{
    ChannelSignal, FeedSwitches, ReactivationSwitches, SignalSwitches, signals,
};
use spotler_sim::{COLUMNS, Reason, Signal, SimHandle, Status};

/// DA-33
#[tokio::test]
async fn an_opt_out_makes_a_contact_inactive_by_opt_out() {
    let sim = sim().await;
    sim.ui_opt_out("anna@voorbeeld.nl").expect("anna");
    assert_eq!(status(&sim).label(), "Inactive: opt-out");
    assert!(
        !sim.contact_by_external_id("anna-1")
            .expect("anna")
            .can_be_mailed()
    );
}

/// DA-37
#[tokio::test]
async fn bounces_make_a_contact_inactive_hard_ones_at_once_and_soft_ones_the_fourth_time() {
    let sim = sim().await;
    for _ in 0..3 {
        sim.ui_soft_bounce("anna-1").expect("anna");
    }
    assert_eq!(status(&sim), Status::Active);
    sim.ui_soft_bounce("anna-1").expect("anna");
    assert_eq!(status(&sim).label(), "Inactive: Soft Bounce");
    sim.ui_hard_bounce("anna-1").expect("anna");
    assert_eq!(status(&sim).label(), "Inactive: Hard Bounce");
    sim.ui_opt_out("anna-1").expect("anna");
    sim.ui_hard_bounce("anna-1").expect("anna");
    assert_eq!(
        status(&sim).label(),
        "Inactive: opt-out",
        "a bounce does not hide an opt-out"
    );
}

/// DA-22
#[tokio::test]
async fn a_blanked_contact_is_no_longer_found_but_its_record_exists() {
    let sim = sim().await;
    assert_eq!(
        call(&sim, "PUT", "/contact/anonymize/anna-1", json!(null)).0,
        204
    );
    let (_, found) = get(
        &sim,
        "/contact/search?MPSearchQuery=email=anna@voorbeeld.nl",
    );
    assert_eq!(found["contacts"], json!([]));
    assert_eq!(get(&sim, "/contact/anna-1").1["properties"], json!({}));
    assert_eq!(status(&sim), Status::Blank);
    assert_eq!(sim.contact_count(), 1);
}

/// DA-77 DA-78
#[tokio::test]
async fn a_new_contact_with_only_the_address_makes_the_inactive_one_active_again() {
    for reactivation in [
        ReactivationSwitches::default(),
        ReactivationSwitches::any_write(),
    ] {
        let sim = sim_with(|it| it.switches.reactivation = reactivation).await;
        sim.ui_opt_out("anna-1").expect("anna");
        sim.ui_create_with_only_email("Anna@Voorbeeld.nl")
            .expect("an address");
        assert_eq!((status(&sim), sim.contact_count()), (Status::Active, 1));
        let anna = sim
            .contact_by_external_id("anna-1")
            .expect("the same contact");
        assert_eq!(anna.text("lastName"), Some("de Boer"));
    }
}

/// DA-78
#[tokio::test]
async fn a_plain_upsert_re_activates_only_where_the_switch_says_so() {
    let upsert_only = ReactivationSwitches::upsert_only();
    for (reactivation, expected) in [
        (
            ReactivationSwitches::default(),
            Status::Inactive(Reason::OptOut),
        ),
        (upsert_only, Status::Active),
    ] {
        let sim = sim_with(|it| it.switches.reactivation = reactivation).await;
        sim.ui_opt_out("anna-1").expect("anna");
        upsert(&sim);
        assert_eq!(status(&sim), expected);
    }
}

/// What each world of the matrix shows, in the order of [`signals`].
const SHOWN: [&[Signal]; 9] = [
    &[],
    &[],
    &[Signal::ChannelOff],
    &[Signal::OptOutRefusal],
    &[Signal::NoActiveChannelRefusal],
    &[Signal::PermissionsOff],
    &[Signal::PermissionsOff],
    &[Signal::BounceEntry],
    &[Signal::Hidden],
];

#[tokio::test]
async fn each_signal_is_shown_by_itself() {
    for ((name, signals), expected) in signals().into_iter().zip(SHOWN) {
        let sim = sim_with(|it| it.switches.signals = signals).await;
        sim.ui_soft_bounce("anna-1").expect("anna");
        sim.ui_opt_out("anna-1").expect("anna");
        get(&sim, "/contact/anna-1");
        get(
            &sim,
            "/contact/bounces/list?fromDate=2026-01-01&toDate=2026-02-01",
        );
        upsert(&sim);
        let mut shown = sim.signals_shown();
        shown.dedup();
        let shown: Vec<Signal> = shown.into_iter().map(|(_, it)| it).collect();
        assert_eq!(shown, expected, "{name}");
    }
}

#[tokio::test]
async fn with_no_signal_an_inactive_person_looks_like_any_other() {
    let sim = sim_with(|it| it.switches.signals = SignalSwitches::none()).await;
    sim.ui_opt_out("anna-1").expect("anna");
    let (status, read) = get(&sim, "/contact/anna-1");
    assert_eq!((status, read.get("channels")), (200, None));
    assert_eq!(upsert(&sim).0, 204);
    assert_eq!(sim.signals_shown(), []);
    let anna = sim.contact_by_external_id("anna-1").expect("anna");
    assert_eq!(
        (anna.status, anna.permissions()),
        (Status::Inactive(Reason::OptOut), vec![1, 2])
    );
}

#[tokio::test]
async fn the_channel_can_be_said_to_be_on_all_the_same() {
    let sim = sim_with(|it| it.switches.signals.channels = ChannelSignal::AlwaysTrue).await;
    sim.ui_opt_out("anna-1").expect("anna");
    assert_eq!(get(&sim, "/contact/anna-1").1["channels"][0]["value"], true);
}

#[tokio::test]
async fn refusals_name_the_reason_as_far_as_the_switches_allow() {
    let sim = sim().await;
    sim.ui_hard_bounce("anna-1").expect("anna");
    assert_eq!(error_type(&upsert(&sim)), "NO_ACTIVE_CHANNEL");
    sim.ui_opt_out("anna-1").expect("anna");
    assert_eq!(error_type(&upsert(&sim)), "CONTACT_OPTOUT");
    sim.set_switch("signals.write_says_opt_out", json!(false))
        .expect("a switch");
    assert_eq!(error_type(&upsert(&sim)), "NO_ACTIVE_CHANNEL");
}

#[tokio::test]
async fn each_way_of_writing_re_activates_by_its_own_switch() {
    let none = ReactivationSwitches::default;
    let with_channel = json!({"update": true, "contact": {"externalId": "anna-1", "channels": [{"name": "EMAIL", "value": true}]}});
    let plain = json!({"update": true, "contact": contact("anna-1", "anna@voorbeeld.nl")});
    let table = [
        (
            ReactivationSwitches {
                upsert: true,
                ..none()
            },
            "POST",
            "/contact",
            plain.clone(),
        ),
        (
            ReactivationSwitches {
                put: true,
                ..none()
            },
            "PUT",
            "/contact/anna-1",
            plain.clone(),
        ),
        (
            ReactivationSwitches {
                subscribe: true,
                ..none()
            },
            "POST",
            "/subscription/subscribe",
            contact("anna-1", "anna@voorbeeld.nl"),
        ),
        (
            ReactivationSwitches {
                channel_true: true,
                ..none()
            },
            "PUT",
            "/contact/anna-1",
            with_channel,
        ),
    ];
    for (reactivation, method, route, body) in table {
        for (switch, expected) in [
            (none(), Status::Inactive(Reason::OptOut)),
            (reactivation, Status::Active),
        ] {
            let sim = sim_with(|it| it.switches.reactivation = switch).await;
            sim.ui_opt_out("anna-1").expect("anna");
            call(&sim, method, route, body.clone());
            assert_eq!(status(&sim), expected, "{method} {route}");
        }
    }
}

#[tokio::test]
async fn the_feed_of_changes_can_be_incomplete() {
    let changed = "/contact/updates/list?fromDate=2026-01-01&toDate=2026-02-01";
    let listed = |sim: &SimHandle| {
        get(sim, changed).1["contacts"]
            .as_array()
            .map_or(0, Vec::len)
    };
    for (feed, expected) in [
        (FeedSwitches::default(), 3),
        (FeedSwitches::incomplete(), 0),
    ] {
        let sim = sim_with(|it| it.switches.feed = feed).await;
        sim.ui_opt_out("anna-1").expect("anna");
        post_contact(&sim, false, contact("bo", "bo@voorbeeld.nl"));
        post_contact(&sim, false, contact("cas", "cas@voorbeeld.nl"));
        call(&sim, "PUT", "/contact/anonymize/cas", json!(null));
        assert_eq!(listed(&sim), expected);
        sim.ui_edit_property("bo", "city", json!("Ede"))
            .expect("bo");
        assert!(listed(&sim) >= 1, "what a user changes is listed");
    }
}

/// YO-04
#[tokio::test]
async fn the_export_has_the_seven_columns_of_the_contact_list() {
    let sim = sim().await;
    let file = sim.contacts_csv();
    let mut lines = file.lines();
    assert_eq!(
        lines.next(),
        Some("E-mail,First name,Last name,Job title,Company,E-mail status,External id")
    );
    assert_eq!(COLUMNS.len(), 7);
    assert_eq!(
        lines.next(),
        Some("anna@voorbeeld.nl,Anna,de Boer,,,Active: dynamic,anna-1")
    );
}

/// YO-05
#[tokio::test]
async fn statuses_are_worded_as_in_spotler_and_guids_are_kept_as_they_are() {
    let sim = sim().await;
    let guid = "7F9C24E8-3B12-4FE6-A1C5-0123456789aB";
    assert_eq!(
        post_contact(&sim, false, contact(guid, "guid@voorbeeld.nl")).0,
        204
    );
    sim.ui_opt_out(guid).expect("the guid");
    let file = sim.contacts_csv();
    assert!(
        file.contains(&format!("Inactive: opt-out,{guid}")),
        "{file}"
    );
    assert!(file.contains("Active: dynamic,anna-1"), "{file}");
}
