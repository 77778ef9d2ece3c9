//! Campaigns and automations.

use crate::common::{call, get, sim};
use serde_json::{Value, json};
use spotler_sim::{Journey, JourneyAction, JourneyDraft, Message, Progress, SimHandle, StepDo};

const DAY_S: i64 = 86_400;

fn message(subject: &str, body: &str) -> Message {
    Message {
        name: subject.to_owned(),
        subject: Some(subject.to_owned()),
        body: body.to_owned(),
        ..Message::default()
    }
}

fn start(sim: &SimHandle, journey: &Journey, fields: Value) -> (u16, Value) {
    let body = json!({"externalContactId": "anna-1", "automationFields": fields});
    call(
        sim,
        "POST",
        &format!("/automation/trigger/{}", journey.triggers[0].code),
        body,
    )
}

/// AU-02
#[tokio::test]
async fn an_automation_sends_mail_and_sms_tags_scores_and_changes_data() {
    let sim = sim().await;
    sim.ui_edit_property("anna-1", "mobileNumber", json!("0612345678"))
        .expect("anna");
    let draft = JourneyDraft::automation("Onboarding nieuwe klant")
        .then(0, StepDo::SendEmail(message("Welkom", "Hallo")))
        .then(0, StepDo::AssignTag("klant".to_owned()))
        .then(0, StepDo::AddScore(5))
        .then(
            0,
            StepDo::ChangeProperty("customerType".to_owned(), json!("klant")),
        )
        .then(0, StepDo::SendSms(message("", "Welkom per sms")));
    let journey = sim.ui_make_journey(draft).expect("an automation");
    assert_eq!(start(&sim, &journey, json!([])).0, 200);
    let anna = sim.contact_by_external_id("anna-1").expect("anna");
    assert!(anna.tags.contains("klant") && anna.score == 5, "{anna:?}");
    assert_eq!(anna.text("customerType"), Some("klant"));
    assert_eq!(sim.sends().len(), 2);
    assert_eq!(sim.participations()[0].progress, Progress::Finished);
}

/// AU-31
#[tokio::test]
async fn a_message_goes_out_when_its_delay_is_over_and_not_before() {
    let sim = sim().await;
    let draft = JourneyDraft::automation("Review")
        .then(14 * DAY_S, StepDo::SendEmail(message("Wat vindt u?", "…")));
    let journey = sim.ui_make_journey(draft).expect("an automation");
    start(&sim, &journey, json!([]));
    sim.clock().advance_s(14 * DAY_S - 1);
    assert_eq!(sim.sends().len(), 0);
    sim.clock().advance_s(1);
    assert_eq!(sim.sends().len(), 1);
}

/// A message at once, another after a day.
fn two_messages(draft: JourneyDraft) -> JourneyDraft {
    draft
        .then(0, StepDo::SendEmail(message("Een", "1")))
        .then(DAY_S, StepDo::SendEmail(message("Twee", "2")))
}

fn running(sim: &SimHandle) -> usize {
    sim.participations()
        .into_iter()
        .filter(|it| it.progress == Progress::Running)
        .count()
}

/// AU-11
#[tokio::test]
async fn after_a_stop_no_step_of_an_automation_is_carried_out_any_more() {
    let sim = sim().await;
    let draft = two_messages(JourneyDraft::automation("Levensloop"));
    let journey = sim.ui_make_journey(draft).expect("an automation");
    (0..3).for_each(|_| drop(start(&sim, &journey, json!([]))));
    let one = &sim.participations()[1].automation_contact_id;
    let stop_one = format!("/automation/participation/{one}/stop");
    assert_eq!(call(&sim, "POST", &stop_one, Value::Null).0, 204);
    assert_eq!(running(&sim), 2);
    let stop_all = format!("/automation/stop/{}", journey.triggers[0].code);
    assert_eq!(
        call(
            &sim,
            "POST",
            &stop_all,
            json!({"externalContactId": "anna-1"})
        )
        .0,
        204
    );
    assert_eq!(running(&sim), 0);
    sim.clock().advance_s(2 * DAY_S);
    assert_eq!(sim.sends().len(), 3, "only what went out at once");
}

/// AU-11
#[tokio::test]
async fn after_a_stop_no_step_of_a_campaign_is_carried_out_any_more() {
    let sim = sim().await;
    let draft = two_messages(JourneyDraft::campaign("Levensloop"));
    let campaign = sim.ui_make_journey(draft).expect("a campaign");
    let anna = json!({"externalContactId": "anna-1"});
    let trigger = format!("/campaign/trigger/{}", campaign.triggers[0].code);
    assert_eq!(call(&sim, "POST", &trigger, anna.clone()).0, 204);
    assert_eq!(
        call(
            &sim,
            "POST",
            &format!("/campaign/{}/stop", campaign.id),
            anna
        )
        .0,
        204
    );
    sim.clock().advance_s(2 * DAY_S);
    assert_eq!((running(&sim), sim.sends().len()), (0, 1));
}

/// AU-17 AU-23
#[tokio::test]
async fn fields_of_the_trigger_fill_placeholders_by_their_exact_name() {
    let sim = sim().await;
    let text = "[automationfield:customerCompany] / [automationfield:CustomerCompany] / [automationfield:missing]";
    let draft = JourneyDraft::automation("Factuur").then(
        0,
        StepDo::SendEmail(message("Voor [automationfield:customerCompany]", text)),
    );
    let journey = sim.ui_make_journey(draft).expect("an automation");
    let fields = json!([
        {"name": "customerCompany", "values": ["Voorbeeld BV"]},
        {"name": "CustomerCompany", "type": "URL", "values": ["https://x.example"]},
    ]);
    assert_eq!(start(&sim, &journey, fields).0, 200);
    let send = &sim.sends()[0];
    assert_eq!(send.subject.as_deref(), Some("Voor Voorbeeld BV"));
    assert_eq!(send.body, "Voorbeeld BV / https://x.example / ");
    for wrong in [
        json!([{"name": "a b", "values": ["x"]}]),
        json!([{"name": "a", "values": ["x"]}, {"name": "a", "values": ["y"]}]),
        json!([{"name": "a", "values": ["x", "y"]}]),
        json!([{"name": "a", "type": "NUMBER", "values": ["1"]}]),
    ] {
        assert_eq!(start(&sim, &journey, wrong.clone()).0, 400, "{wrong}");
    }
}

/// DA-59
#[tokio::test]
async fn spotler_makes_the_code_of_an_external_trigger() {
    let sim = sim().await;
    let campaign = sim
        .ui_make_journey(JourneyDraft::campaign("Welkom"))
        .expect("a campaign");
    let more = JourneyAction::AddTrigger {
        journey: campaign.id.clone(),
        name: "Tweede".to_owned(),
    };
    let code = sim.ui_journey(&more).expect("a trigger");
    let (_, campaigns) = get(&sim, "/campaign/list");
    let codes: Vec<&Value> = campaigns[0]["triggers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| &it["encryptedId"])
        .collect();
    assert_eq!(codes, [&json!(campaign.triggers[0].code), &json!(code)]);
    assert_ne!(code, campaign.triggers[0].code);
    let automation = sim
        .ui_make_journey(JourneyDraft::automation("Survey"))
        .expect("an automation");
    assert_eq!(automation.triggers[0].code.len(), 36, "a UUID");
}

#[tokio::test]
async fn one_trigger_may_start_several_automations_and_each_answers_for_itself() {
    let sim = sim().await;
    let first = sim.ui_make_journey(JourneyDraft {
        participation_limit: Some(1),
        ..JourneyDraft::automation("Een").then(DAY_S, StepDo::AddScore(1))
    });
    let first = first.expect("an automation");
    let second = sim
        .ui_make_journey(JourneyDraft::automation("Twee"))
        .expect("an automation");
    let code = first.triggers[0].code.clone();
    sim.ui_journey(&JourneyAction::ShareTrigger {
        journey: second.id.clone(),
        code,
    })
    .expect("a trigger");
    sim.ui_journey(&JourneyAction::Activate {
        journey: second.id,
        active: false,
    })
    .expect("inactive");
    let (status, answer) = start(&sim, &first, json!([]));
    assert_eq!(
        (status, &answer["automationResults"][1]["result"]),
        (200, &json!("AUTOMATION_INACTIVE"))
    );
    assert!(
        answer["publishedAutomationResults"][0]["automationContactId"].is_string(),
        "{answer}"
    );
    let (status, answer) = start(&sim, &first, json!([]));
    assert_eq!(
        (status, &answer["automationResults"][0]["result"]),
        (417, &json!("PARTICIPATION_LIMIT_REACHED"))
    );
}

#[tokio::test]
async fn invented_paths_are_switches_and_automations_need_their_product() {
    let sim = sim().await;
    sim.ui_make_journey(JourneyDraft::automation("Een"))
        .expect("an automation");
    assert_eq!(get(&sim, "/automation/list").1[0]["name"], "Een");
    sim.set_switch("invented.automation_list", json!("/v2/automations"))
        .expect("a switch");
    assert_eq!(
        (
            get(&sim, "/automation/list").0,
            get(&sim, "/v2/automations").0
        ),
        (404, 200)
    );
    sim.set_switch("account.product", json!("mail"))
        .expect("a switch");
    assert_eq!(get(&sim, "/v2/automations").0, 403);
}

#[tokio::test]
async fn an_inactive_contact_takes_part_but_is_not_mailed() {
    let sim = sim().await;
    let draft = JourneyDraft::automation("Een").then(DAY_S, StepDo::SendEmail(message("x", "y")));
    let journey = sim.ui_make_journey(draft).expect("an automation");
    start(&sim, &journey, json!([]));
    sim.ui_opt_out("anna-1").expect("anna");
    sim.clock().advance_s(DAY_S);
    assert_eq!(sim.sends().len(), 0);
}
