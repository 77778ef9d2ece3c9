//! Mailings: who gets them, and what comes back.

use crate::common::{anna, call, get, sim_with};
use serde_json::{Value, json};
use spotler_sim::{
    Event, Link, MailingAction, Medium, Message, RecipientAct, SeedContact, SimHandle, SpotlerSim,
    Status, Target, UiError,
};

async fn three() -> SpotlerSim {
    sim_with(|it| {
        it.contacts = vec![
            anna(),
            SeedContact::new("bo", "bo@voorbeeld.nl").with_permissions(&[1]),
            SeedContact::new("cas", "cas@voorbeeld.nl"),
        ];
    })
    .await
}

fn message() -> Message {
    let kinds = ["webshop", "conversion"].into_iter().zip(1..);
    let link = |(kind, id): (&str, u64)| Link {
        id,
        name: kind.to_owned(),
        url: "https://x.example".to_owned(),
        kind: Some(kind.to_owned()),
    };
    Message {
        name: "Opmaak 1".to_owned(),
        subject: Some("Nieuws".to_owned()),
        body: "Beste lezer".to_owned(),
        links: kinds.map(link).collect(),
        ..Message::default()
    }
}

/// Makes a mailing with list and permission, to be confirmed; answers its id.
fn draft(sim: &SimHandle, target: Target, permission: Option<u32>, at: Option<&str>) -> String {
    let make = MailingAction::Make {
        name: "Nieuwsbrief".to_owned(),
        medium: Medium::Email,
        message: message(),
    };
    let mailing = sim.ui_mailing(&make).expect("a mailing");
    sim.ui_mailing(&MailingAction::ChooseList {
        mailing: mailing.clone(),
        target,
        permission,
    })
    .expect("a list");
    let at = at.map(str::to_owned);
    sim.ui_mailing(&MailingAction::Schedule { mailing, at })
        .expect("a time")
}

fn confirm(sim: &SimHandle, mailing: &str) -> Result<String, UiError> {
    sim.ui_mailing(&MailingAction::Confirm {
        mailing: mailing.to_owned(),
    })
}

fn recipients(sim: &SimHandle, mailing: &str) -> Vec<String> {
    let (_, page) = get(sim, &format!("/mailing/{mailing}/recipients"));
    let rows = page["recipients"].as_array().expect("recipients").clone();
    rows.iter()
        .filter_map(|it| {
            it["contactIdentifier"]["externalId"]
                .as_str()
                .map(str::to_owned)
        })
        .collect()
}

/// PV-11
#[tokio::test]
async fn a_mailing_for_a_permission_reaches_active_contacts_who_have_it() {
    let sim = three().await;
    sim.ui_deactivate("bo").expect("bo");
    let mailing = draft(&sim, Target::AllContacts, Some(1), None);
    confirm(&sim, &mailing).expect("confirmed");
    assert_eq!(recipients(&sim, &mailing), ["anna-1"]);
}

/// DA-33 DA-21
#[tokio::test]
async fn opted_out_and_blank_contacts_are_never_mailed() {
    let sim = three().await;
    sim.ui_opt_out("anna-1").expect("anna");
    call(&sim, "PUT", "/contact/anonymize/bo", Value::Null);
    let mailing = sim
        .ui_send("Aan allen", message(), Target::AllContacts)
        .expect("sent");
    assert_eq!(recipients(&sim, &mailing), ["cas"]);
}

/// DA-33
#[tokio::test]
async fn unsubscribing_from_everything_is_an_opt_out_as_one_by_hand_is() {
    let sim = three().await;
    let send = || sim.ui_send("Aan allen", message(), Target::AllContacts);
    let mailing = send().expect("sent");
    let everything = RecipientAct::Unsubscribe { permission: None };
    sim.recipient("anna-1", &mailing, everything)
        .expect("sent to everybody");
    sim.ui_opt_out("bo").expect("bo");
    for who in ["anna-1", "bo"] {
        let contact = sim.contact_by_external_id(who).expect("there");
        assert_eq!(contact.status.label(), "Inactive: opt-out", "{who}");
    }
    assert_eq!(recipients(&sim, &send().expect("sent")), ["cas"]);
}

/// PV-33 PV-32 DA-67
#[tokio::test]
async fn a_mailing_has_five_parts_and_is_sent_by_spotler_when_its_time_comes() {
    let sim = three().await;
    let make = MailingAction::Make {
        name: "Onaf".to_owned(),
        medium: Medium::Email,
        message: message(),
    };
    let unfinished = sim.ui_mailing(&make).expect("a mailing");
    assert!(
        matches!(confirm(&sim, &unfinished), Err(UiError::NotOffered(_))),
        "list and time are missing"
    );

    let mailing = draft(
        &sim,
        Target::AllContacts,
        None,
        Some("2026-01-05T12:00:00Z"),
    );
    let report = sim
        .ui_mailing(&MailingAction::AddTrendReport {
            name: "Trend".to_owned(),
        })
        .expect("a report");
    let report = report.parse().expect("a number");
    sim.ui_mailing(&MailingAction::ChooseReport {
        mailing: mailing.clone(),
        report,
    })
    .expect("a report");
    confirm(&sim, &mailing).expect("confirmed");
    sim.clock().advance_s(3 * 3600 - 1);
    assert_eq!(sim.sends().len(), 0);
    sim.clock().advance_s(3600);
    assert_eq!(sim.sends().len(), 3);
    assert_eq!(
        sim.sends()[0].at_ms,
        1_767_614_400_000,
        "sent at its own time"
    );
    let (_, details) = get(&sim, &format!("/mailing/{mailing}"));
    assert_eq!(
        details["scheduledStartDate"],
        "2026-01-05T13:00:00.000+01:00"
    );
    assert_eq!(
        (&details["message"]["name"], &details["sentCount"]),
        (&json!("Opmaak 1"), &json!(3))
    );
    let sent_by_api = sim.ledger().into_iter().any(|it| {
        matches!(it.event, Event::Mailed { .. })
            && matches!(it.cause, spotler_sim::Cause::Api { .. })
    });
    assert!(!sent_by_api);
}

#[tokio::test]
async fn a_static_list_is_leading_unless_the_switch_says_otherwise() {
    for (ignores, expected) in [(true, vec!["anna-1", "cas"]), (false, vec!["anna-1"])] {
        let sim = three().await;
        sim.set_switches(|it| it.account.static_list_ignores_permissions = ignores);
        let list = json!({"externalTemporaryListId": "l", "name": "Export", "contacts": ["anna-1", "cas"]});
        call(&sim, "POST", "/templist", list);
        let mailing = draft(&sim, Target::StaticList("Export".to_owned()), Some(1), None);
        confirm(&sim, &mailing).expect("confirmed");
        assert_eq!(recipients(&sim, &mailing), expected);
        let (_, details) = get(&sim, &format!("/mailing/{mailing}"));
        assert_eq!(details["targetGroup"], "Export");
    }
}

/// Sends a mailing to which Anna, Bo and Cas react in all ways; answers its id.
fn answered_mailing(sim: &SimHandle) -> String {
    let mailing = sim
        .ui_send("Nieuws", message(), Target::AllContacts)
        .expect("sent");
    for (who, act) in [
        ("anna-1", RecipientAct::Open),
        ("anna-1", RecipientAct::Click { link: 2 }),
        (
            "anna-1",
            RecipientAct::Unsubscribe {
                permission: Some(1),
            },
        ),
        ("bo", RecipientAct::Click { link: 1 }),
        ("bo", RecipientAct::Complain),
        ("cas", RecipientAct::Bounce { hard: true }),
    ] {
        sim.recipient(who, &mailing, act)
            .expect("sent to everybody");
    }
    mailing
}

/// The webshop tells that Bo made a cart and bought it.
fn buy(sim: &SimHandle, mailing: &str) {
    let contact = sim.contact_by_external_id("bo").expect("bo").encrypted_id;
    for (kind, value) in [
        ("CREATE_SHOPPINGCART", Value::Null),
        (" CONVERT_SHOPPINGCART", json!("1995")),
    ] {
        let id = format!("{mailing}.{contact}.1");
        let date = "2026-01-05T11:00:00+01:00";
        let conversion =
            json!({"mailplusId": id, "type": kind, "value": value, "interactionDate": date});
        assert_eq!(call(sim, "POST", "/conversion", conversion).0, 204);
    }
}

#[tokio::test]
async fn what_recipients_do_shows_in_the_statistics() {
    let sim = three().await;
    let mailing = answered_mailing(&sim);
    buy(&sim, &mailing);
    let (_, statistics) = get(&sim, &format!("/mailing/{mailing}/statistics"));
    let expected = json!({
        "sentCount": 3, "acceptedCount": 2, "openCount": 2, "openRenderedCount": 1, "clickCount": 2,
        "hardbounceCount": 1, "softbounceCount": 0, "notRetainedAfterBounceCount": 1,
        "conversionClickCount": 1, "unsubscribeCount": 2, "toWebshopCount": 1,
        "shoppingcartCreatedCount": 1, "shoppingcartConvertedCount": 1, "conversionValue": 1995,
    });
    assert_eq!(statistics, expected);
    sim.set_switch("account.product", json!("mail"))
        .expect("a switch");
    let (_, statistics) = get(&sim, &format!("/mailing/{mailing}/statistics"));
    assert_eq!(statistics.get("conversionValue"), None);
}

#[tokio::test]
async fn what_recipients_do_shows_in_history_interactions_and_status() {
    let sim = three().await;
    answered_mailing(&sim);
    let anna = sim.contact_by_external_id("anna-1").expect("anna");
    assert_eq!(
        (anna.status, anna.permissions()),
        (Status::Active, vec![]),
        "one permission is not an opt-out"
    );
    assert_eq!(
        sim.contact_by_external_id("bo").expect("bo").status.label(),
        "Inactive: spam complaint"
    );
    let (_, history) = get(&sim, "/contact/cas/mailings");
    assert_eq!(history["mailingHistories"][0]["bounce"], "HARDBOUNCE");
    let (_, clicked) = get(
        &sim,
        "/mailing-interaction/clicked?fromDate=2026-01-05&toDate=2026-01-06",
    );
    assert_eq!(clicked["interactions"].as_array().map(Vec::len), Some(2));
}

/// DA-37
#[tokio::test]
async fn only_soft_bounces_in_a_row_make_a_contact_inactive() {
    let sim = three().await;
    let bounces = |sim: &SimHandle| {
        let mailing = sim
            .ui_send("Nieuws", message(), Target::AllContacts)
            .expect("sent");
        sim.recipient("anna-1", &mailing, RecipientAct::Bounce { hard: false })
            .expect("sent");
        mailing
    };
    (0..3).for_each(|_| drop(bounces(&sim)));
    sim.ui_send("Komt aan", message(), Target::AllContacts)
        .expect("sent");
    (0..3).for_each(|_| drop(bounces(&sim)));
    assert!(
        sim.contact_by_external_id("anna-1")
            .expect("anna")
            .is_active()
    );
    let fourth = bounces(&sim);
    assert_eq!(
        sim.contact_by_external_id("anna-1")
            .expect("anna")
            .status
            .label(),
        "Inactive: Soft Bounce"
    );
    let (_, statistics) = get(&sim, &format!("/mailing/{fourth}/statistics"));
    assert_eq!(statistics["notRetainedAfterBounceCount"], 1);
}
