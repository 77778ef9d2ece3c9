//! A CRM with something on every page, for tests that go through all of them.

use host_demo::contract::{Consent, FieldValue, ManualAction, RecordKind, RecordRef};
use host_demo::crm::Edit;
use host_demo::crm::campaigns::CampaignForm;
use host_demo::crm::sales::Stage;
use host_demo::crm::selections::Selection;
use koppel_embedding::guard::{GuardLimit, GuardSettings};
use spotler_sim::{JourneyDraft, Link, Message, RecipientAct, Target};

use crate::{World, contact, lists::static_list, person};

/// The list that the campaign is exported to.
const LIST: &str = "Voorjaarsactie 2026";

/// People with names as people have them, and two with what a joker types.
const PEOPLE: [(&str, &str, &str, &str); 12] = [
    ("Anna", "de Boer", "De Fietsenhandel", "Utrecht"),
    ("Bram", "van den Berg", "Bakkerij Smit", "Zwolle"),
    ("Cato", "Meulenkamp", "Noorderlicht Advies", "Groningen"),
    ("Daan", "Visser", "De Fietsenhandel", "Utrecht"),
    ("Eva", "Jansen-Wijdeven", "Drukkerij De Letter", "Breda"),
    ("Fleur", "Hendriks", "Bakkerij Smit", "Zwolle"),
    ("Gijs", "Kuiper", "Tuincentrum Kuiper", "Assen"),
    ("Hanna", "Vermeulen", "Noorderlicht Advies", "Groningen"),
    ("Imran", "El Amrani", "El Amrani Bouw", "Rotterdam"),
    ("Joris", "Postma", "Postma Installatie", "Leeuwarden"),
    (
        "<script>alert(1)</script>",
        "O\"Neil & 'Zn'",
        "\u{202e}hoi\u{202c}",
        "<b>Ede</b>",
    ),
    ("שרה", "כהן", "كوبل", "Amsterdam"),
];

/// The address of somebody in the showroom.
fn address(number: usize) -> String {
    format!("contact{number}@voorbeeld.nl")
}

fn form(number: usize) -> Edit {
    let (first_name, last_name, organisation, city) = PEOPLE[number - 1];
    person(first_name, &address(number))
        .text("last_name", last_name)
        .text("organisation", organisation)
        .text("city", city)
        .owner(if number.is_multiple_of(2) {
            "femke"
        } else {
            "admin"
        })
        .permission(1, Consent::Given)
}

/// Fills a world that is connected and has nobody in it.
pub async fn fill(world: &World) {
    for number in 1..=PEOPLE.len() {
        let edit = form(number);
        let edit = match number {
            2 => edit.permission(1, Consent::Withdrawn),
            3 => edit.text("email", ""),
            7 => edit.text("email", "gijs@@voorbeeld"),
            _ => edit,
        };
        world.save(&number.to_string(), edit).await;
    }
    world.run().await;
    relation_and_lead(world).await;
    campaign(world).await;
    mailing(world).await;
    list(world).await;
    sale(world).await;
    job(world).await;
    waiting(world).await;
}

async fn relation_and_lead(world: &World) {
    let crm = world.host.crm();
    let lead = RecordRef {
        kind: RecordKind::Lead,
        id: "L-1".to_owned(),
    };
    let edit = Edit::new()
        .text("last_name", "Prins")
        .text("topic", "Offerte");
    crm.create(&lead, edit).await.expect("saved");
    crm.set_relation("R-1", "De Fietsenhandel")
        .await
        .expect("saved");
    let documents = Some(FieldValue::Number(3));
    let saved = crm.set_relation_field("R-1", "documents_module", "Documenten module", documents);
    saved.await.expect("saved");
    world.save("1", form(1).relation("R-1")).await;
    world.run().await;
}

async fn campaign(world: &World) {
    let form = CampaignForm {
        title: "Voorjaarsactie".to_owned(),
        channel: "external".to_owned(),
        system: "spotler".to_owned(),
        list_name: LIST.to_owned(),
        selection: Selection::All(RecordKind::Contact),
        permission: Some(1),
        auto_close: false,
    };
    let crm = world.host.crm();
    crm.new_campaign("voorjaar", form.clone())
        .await
        .expect("made");
    crm.run_campaign("voorjaar").await.expect("queued");
    world.run_to_the_end().await;
    let planned = CampaignForm {
        title: "Najaarsactie".to_owned(),
        list_name: "Najaarsactie 2026".to_owned(),
        ..form
    };
    crm.new_campaign("najaar", planned).await.expect("made");
}

async fn mailing(world: &World) {
    let message = Message {
        name: "Opmaak".to_owned(),
        author: "Marit".to_owned(),
        subject: Some("Op de fiets de lente in".to_owned()),
        from_name: "De Fietsenhandel".to_owned(),
        from_email: Some("nieuws@voorbeeld.example".to_owned()),
        body: "Beste lezer".to_owned(),
        links: vec![Link {
            id: 1,
            name: "winkel".to_owned(),
            url: "https://voorbeeld.example/winkel".to_owned(),
            kind: Some("webshop".to_owned()),
        }],
    };
    let target = Target::StaticList(LIST.to_owned());
    let mailing = world
        .sim
        .ui_send("Op de fiets de lente in", message, target)
        .expect("sent");
    for (number, act) in [
        (1, RecipientAct::Open),
        (1, RecipientAct::Click { link: 1 }),
        (4, RecipientAct::Open),
        (5, RecipientAct::Open),
        (5, RecipientAct::Open),
        (6, RecipientAct::Bounce { hard: true }),
        (8, RecipientAct::Bounce { hard: false }),
        (9, RecipientAct::Click { link: 1 }),
        (10, RecipientAct::Unsubscribe { permission: None }),
    ] {
        world.advance_s(40);
        world
            .sim
            .recipient(&address(number), &mailing, act)
            .expect("done");
    }
    for _ in 0..2 {
        world.advance_s(3700);
        world.tick().await;
        world.run_to_the_end().await;
    }
}

async fn list(world: &World) {
    let crm = world.host.crm();
    crm.create_list("fietsers", static_list("Fietsers"))
        .await
        .expect("saved");
    for id in ["1", "4", "5", "10"] {
        crm.add_list_member("fietsers", &contact(id))
            .await
            .expect("added");
    }
    crm.create_list("leeg", static_list("Nog leeg"))
        .await
        .expect("saved");
    world.run_to_the_end().await;
    world.sync_list("fietsers").await;
}

async fn sale(world: &World) {
    let crm = world.host.crm();
    for (sale, contact_id, stage) in [("V-1", "1", "Offerte"), ("V-2", "4", "Gewonnen")] {
        let stage = Stage {
            scheme: "Nieuwe klanten".to_owned(),
            name: stage.to_owned(),
        };
        crm.move_sale(sale, Some(contact(contact_id)), stage)
            .await
            .expect("saved");
    }
    world.run_to_the_end().await;
}

async fn job(world: &World) {
    world.act("sync-contact", &["1", "4", "10"]).await;
    world.journey(JourneyDraft::automation("Onboarding nieuwe klant"));
    world.act("refresh-journeys", &[]).await;
    world.act("backup", &[]).await;
    let action = ManualAction {
        operation: "link".to_owned(),
        records: vec![contact("3")],
        selection: None,
        permissions: Vec::new(),
        fields: Vec::new(),
        parameters: Vec::new(),
    };
    world.host.run_action(action).await.expect("queued");
    world.run_to_the_end().await;
    let chosen = [contact("1"), contact("4")];
    let chosen = Selection::Records(chosen.to_vec());
    world
        .host
        .crm()
        .choose_for_bulk(chosen)
        .await
        .expect("a bulk change");
}

/// A deletion that waits for a word.
async fn waiting(world: &World) {
    let none = GuardLimit {
        number: 0,
        share: 1.0,
        always: 0,
    };
    let settings = GuardSettings {
        taken_down: none,
        ..GuardSettings::default()
    };
    world
        .host
        .save_guard_settings(settings)
        .await
        .expect("saved");
    world
        .host
        .crm()
        .delete(&contact("9"))
        .await
        .expect("deleted");
    world.run().await;
}
