//! Before a mapping is saved: edited, cancelled, tried.

use host_demo::contract::{FieldType, FieldValue, MappingRow, RecordKind};
use host_demo::crm::Edit;
use host_demo::crm::fields::Field;
use host_demo::explain::Language;
use koppel_tests::{World, contact, person};

use crate::support::tables;

/// A mapping with these contact fields mapped otherwise.
pub(crate) async fn mapping_with(
    world: &World,
    changes: &[(&str, Option<&str>)],
) -> Vec<MappingRow> {
    let mut rows = world.host.mapping().await.expect("a mapping");
    for (field, property) in changes {
        let row = rows
            .iter_mut()
            .find(|it| it.kind == RecordKind::Contact && it.field == *field);
        row.expect("a row").property = property.map(str::to_owned);
    }
    rows
}

async fn world_with(linked: u32, titled: u32) -> World {
    let world = World::start().await;
    linked_people(&world, linked, titled).await;
    world
}

/// Linked contacts 1 to `linked`, the first `titled` of them with a job title.
pub(crate) async fn linked_people(world: &World, linked: u32, titled: u32) {
    for id in 1..=linked {
        let mut edit = person("Anna", &format!("anna{id}@voorbeeld.nl"));
        if id <= titled {
            edit = edit.text("job_title", "Directeur");
        }
        world.save(&id.to_string(), edit).await;
    }
    world.run().await;
    world.sim.clear_requests();
}

/// YO-13, YO-21: the forecast names how many are linked, how many change and how
/// many requests that takes, and saving then does just that.
#[tokio::test]
async fn the_forecast_of_a_mapping_is_what_saving_it_does() {
    let world = world_with(12, 5).await;
    world
        .save("not-linked", person("Bob", "bob@voorbeeld.nl").gate(false))
        .await;
    world.run().await;
    let rows = mapping_with(&world, &[("job_title", Some("jobTitle"))]).await;
    let before = tables(&world).await;
    let forecast = world.host.what_if(&rows).await.expect("a forecast");
    assert_eq!(
        (forecast.linked, forecast.changing, forecast.requests),
        (12, 5, 10)
    );
    assert_eq!(forecast.records.len(), 5);
    assert!(forecast.records.contains(&contact("1")));
    assert_eq!(world.requests(), Vec::<String>::new(), "no request");
    assert_eq!(tables(&world).await, before, "nothing is kept");

    world.save_rows(rows.clone()).await;
    let requests = world.requests();
    assert_eq!(requests.len(), 10, "{requests:?}");
    let writes = requests.iter().filter(|it| it.starts_with("PUT")).count();
    assert_eq!(writes, 5);
    let again = world.host.what_if(&rows).await.expect("a forecast");
    assert_eq!((again.linked, again.changing, again.requests), (12, 0, 0));
}

/// YO-21: a record for which nothing would be sent anyway is not counted.
#[tokio::test]
async fn who_opted_out_or_is_switched_off_is_not_counted_as_changing() {
    let world = world_with(3, 3).await;
    world.sim.ui_opt_out("contact-1").expect("opted out");
    world.tick().await;
    let crm = world.host.crm();
    crm.set_sync_enabled(&contact("2"), false)
        .await
        .expect("saved");
    world.run().await;
    let rows = mapping_with(&world, &[("job_title", Some("jobTitle"))]).await;
    let forecast = world.host.what_if(&rows).await.expect("a forecast");
    assert_eq!(forecast.records, [contact("3")]);
}

/// YO-17: a birth date does not go into a number, and a sentence says so in both
/// languages, before and after it is handed in.
#[tokio::test]
async fn a_birth_date_is_refused_for_a_number_field_with_a_sentence() {
    let world = world_with(1, 0).await;
    let properties = world.host.properties().await.expect("properties");
    let number = properties.iter().find(|it| it.property_type == "int");
    let number = number.expect("a number").name.clone();
    let rows = mapping_with(&world, &[("birth_date", Some(&number))]).await;
    let forecast = world.host.what_if(&rows).await.expect("a forecast");
    let [fault] = forecast.faults.as_slice() else {
        panic!("one fault, not {:?}", forecast.faults)
    };
    let explainer = world.host.explainer().await.expect("texts");
    let text = |language| explainer.text(language, &fault.reason.code, &fault.reason.about);
    assert_eq!(
        text(Language::English),
        format!("Field birth_date is of type date and does not fit property {number} of type int.")
    );
    assert_eq!(
        text(Language::Dutch),
        format!(
            "Veld birth_date is van type date en past niet in eigenschap {number} van type int."
        )
    );
    let kept = world.host.mapping().await.expect("a mapping");
    world.save_rows(rows).await;
    assert_eq!(
        world.last_reason_of("on-mapping-saved").await,
        "mapping-invalid"
    );
    let history = world.host.crm().history_of(&Default::default(), 1).await;
    let history = history.expect("a history");
    assert_eq!(history[0].why[0].led_to, fault.reason.code);
    assert_eq!(world.host.mapping().await.expect("a mapping"), kept);
}

/// YO-16, YO-20: opening and changing leaves the mapping as it is, and cancelling
/// leaves it byte for byte.
#[tokio::test]
async fn cancelling_leaves_the_mapping_byte_for_byte_as_it_was() {
    let world = world_with(1, 1).await;
    let before = tables(&world).await;
    let rows = mapping_with(&world, &[("job_title", Some("jobTitle"))]).await;
    world
        .host
        .keep_mapping_draft(rows.clone())
        .await
        .expect("kept");
    assert_eq!(
        world.host.mapping_draft().await.expect("a draft"),
        Some(rows.clone())
    );
    assert_ne!(world.host.mapping().await.expect("a mapping"), rows);
    assert!(world.host.cancel_mapping().await.expect("cancelled"));
    assert_eq!(tables(&world).await, before);
    assert!(!world.host.cancel_mapping().await.expect("cancelled"));
    assert_eq!(world.host.mapping_draft().await.expect("none"), None);
}

/// YO-20: saving ends what was being edited.
#[tokio::test]
async fn saving_keeps_what_was_edited_and_ends_the_editing() {
    let world = world_with(1, 1).await;
    let rows = mapping_with(&world, &[("job_title", Some("jobTitle"))]).await;
    world
        .host
        .keep_mapping_draft(rows.clone())
        .await
        .expect("kept");
    world.save_rows(rows.clone()).await;
    assert_eq!(world.host.mapping_draft().await.expect("none"), None);
    assert_eq!(world.host.mapping().await.expect("a mapping"), rows);
}

/// DA-55, DA-07, YO-19: a field that the CRM got today can be mapped today; until
/// then it is not sent.
#[tokio::test]
async fn a_new_field_of_the_crm_can_be_mapped_at_once() {
    let world = world_with(1, 0).await;
    let field = Field {
        name: "favourite".into(),
        label: "Favoriet".into(),
        field_type: FieldType::Text,
        kinds: vec![RecordKind::Contact],
        meaning: None,
        options: Vec::new(),
    };
    world.host.crm().add_field(field).await.expect("added");
    let rows = world.host.mapping().await.expect("a mapping");
    let row = rows.iter().find(|it| it.field == "favourite");
    assert_eq!(row.expect("an option").property, None);
    let value = FieldValue::Text("Fiets".into());
    world.save("1", Edit::new().field("favourite", value)).await;
    world.run().await;
    assert_eq!(
        world.requests(),
        Vec::<String>::new(),
        "not mapped, not sent"
    );

    let rows = mapping_with(&world, &[("favourite", Some("jobTitle"))]).await;
    let forecast = world.host.what_if(&rows).await.expect("a forecast");
    assert_eq!(forecast.faults, [], "it fits");
    world.save_rows(rows).await;
    let contact = world.sim.contact_by_external_id("contact-1");
    let contact = contact.expect("there");
    assert_eq!(
        contact.fields.get("jobTitle").and_then(|it| it.as_str()),
        Some("Fiets")
    );
}
