//! What tests about results share: people who are in Spotler, and mail to them.

use host_demo::contract::RecordRef;
use koppel_embedding::{Host, TenantId};
use koppel_tests::{World, person};
use spotler_sim::{Link, MailingAction, Message, RecipientAct, Target};

/// A message with three links: number 1 of type `webshop`, number 2 of type
/// `conversion`, number 3 of none.
pub(crate) fn message(subject: &str) -> Message {
    let link = |id: u64, name: &str, kind: Option<&str>| Link {
        id,
        name: name.to_owned(),
        url: format!("https://voorbeeld.example/{name}"),
        kind: kind.map(str::to_owned),
    };
    Message {
        name: "Opmaak".to_owned(),
        author: "Marit".to_owned(),
        subject: Some(subject.to_owned()),
        from_name: "Voorbeeld".to_owned(),
        from_email: Some("nieuws@voorbeeld.example".to_owned()),
        body: "Beste lezer".to_owned(),
        links: vec![
            link(1, "winkel", Some("webshop")),
            link(2, "aanbod", Some("conversion")),
            link(3, "lezen", None),
        ],
    }
}

/// Contacts `1` to `count` of the CRM, each in Spotler as `contact-1` and so on.
pub(crate) async fn people(world: &World, count: usize) {
    for number in 1..=count {
        let email = format!("p{number}@voorbeeld.nl");
        world
            .save(&number.to_string(), person(&format!("P{number}"), &email))
            .await;
    }
    world.run().await;
    assert_eq!(world.sim.contact_count(), count, "all are in Spotler");
    world.sim.clear_requests();
}

/// Sends an e-mail to all contacts; answers Spotler's id of the mailing.
pub(crate) fn mail_all(world: &World, name: &str) -> String {
    let sent = world.sim.ui_send(name, message(name), Target::AllContacts);
    sent.expect("sent")
}

/// Sends a text message to all contacts; answers Spotler's id of the mailing.
pub(crate) fn text_all(world: &World, name: &str) -> String {
    let make = MailingAction::Make {
        name: name.to_owned(),
        medium: spotler_sim::Medium::Sms,
        message: message("x"),
    };
    let mailing = world.sim.ui_mailing(&make).expect("a mailing");
    let id = || mailing.clone();
    for action in [
        MailingAction::ChooseList {
            mailing: id(),
            target: Target::AllContacts,
            permission: None,
        },
        MailingAction::Schedule {
            mailing: id(),
            at: None,
        },
        MailingAction::Confirm { mailing: id() },
    ] {
        world.sim.ui_mailing(&action).expect("done");
    }
    mailing
}

/// Does what a recipient does with a message.
pub(crate) fn does(world: &World, who: &str, mailing: &str, act: RecipientAct) {
    world.sim.recipient(who, mailing, act).expect("done");
}

/// The host and the tenant, to ask the component a question.
pub(crate) fn asked(world: &World) -> (&Host, &TenantId) {
    (world.host.embedding(), world.host.crm().tenant())
}

/// Who, as `contact/1`.
pub(crate) fn named(reference: Option<&RecordRef>) -> String {
    reference.map_or_else(|| "nobody".to_owned(), |it| it.id.clone())
}

/// Lets a contact enter a campaign of the older kind, as another system would.
pub(crate) fn trigger(world: &World, code: &str, external_id: &str) {
    let body = serde_json::json!({ "externalContactId": external_id });
    post(world, &format!("/campaign/trigger/{code}"), &body);
}

/// Sends a request of another system, which needs no signature here.
pub(crate) fn post(world: &World, route: &str, body: &serde_json::Value) {
    let mut request = spotler_sim::Request::new("POST", &format!("/integrationservice{route}"));
    request.body = body.to_string().into_bytes();
    let answer = world.sim.answer_other_system(&request);
    assert!(answer.status < 300, "{route}: {}", answer.status);
}
