//! Static lists, dynamic lists and audiences.

use crate::common::{anna, call, contact, get, post_contact, sim_with};
use serde_json::{Value, json};
use spotler_sim::{
    Contact, DynamicList, Event, ListAction, Message, Refinement, SeedContact, SpotlerSim, Target,
    UiError,
};

/// Anna and Bo of Ede, Cas of Goor; permission 1 is on for Anna and Cas.
async fn three() -> SpotlerSim {
    sim_with(|it| {
        it.contacts = vec![
            anna().with("city", "Ede"),
            SeedContact::new("bo", "bo@voorbeeld.nl").with("city", "Ede"),
            SeedContact::new("cas", "cas@voorbeeld.nl")
                .with("city", "Goor")
                .with_permissions(&[1]),
        ];
    })
    .await
}

fn ids(contacts: Vec<Contact>) -> Vec<String> {
    contacts
        .into_iter()
        .filter_map(|it| it.external_id)
        .collect()
}

fn make(sim: &SpotlerSim, id: &str, name: &str, contacts: Value) -> u16 {
    call(
        sim,
        "POST",
        "/templist",
        json!({"externalTemporaryListId": id, "name": name, "contacts": contacts}),
    )
    .0
}

/// PV-27
#[tokio::test]
async fn a_list_made_through_the_api_is_found_under_lists() {
    let sim = three().await;
    assert_eq!(
        make(&sim, "l-1", "Beurs Überall 2026", json!(["anna-1", "cas"])),
        204
    );
    let (_, lists) = get(&sim, "/templist");
    assert_eq!(lists[0]["name"], "Beurs Überall 2026");
    assert_eq!(
        (&lists[0]["type"], &lists[0]["externalTemporaryListId"]),
        (&json!("API"), &json!("l-1"))
    );
    assert_eq!(
        ids(sim.static_list_members("Beurs Überall 2026")),
        ["anna-1", "cas"]
    );
}

/// DA-56
#[tokio::test]
async fn a_static_list_cannot_be_made_in_the_screens_only_imported() {
    let sim = three().await;
    let name = || "Met de hand".to_owned();
    let refused = sim.ui_list(&ListAction::CreateStaticList { name: name() });
    assert!(
        matches!(refused, Err(UiError::NotOffered(_))),
        "{refused:?}"
    );
    let contacts = vec!["anna@voorbeeld.nl".to_owned()];
    sim.ui_list(&ListAction::ImportStaticList {
        name: name(),
        contacts,
    })
    .expect("an import");
    let (_, lists) = get(&sim, "/templist");
    assert_eq!(
        (&lists[0]["type"], lists[0].get("externalTemporaryListId")),
        (&json!("IMPORT"), None)
    );
}

/// DA-57 DA-45
#[tokio::test]
async fn a_dynamic_list_selects_and_excludes_on_synchronised_fields() {
    let sim = three().await;
    let mut list = DynamicList {
        name: "Ede zonder toestemming".to_owned(),
        from_static_list: None,
        selection: vec![Refinement::Is {
            property: "city".to_owned(),
            value: json!("Ede"),
        }],
        exclusion: vec![],
    };
    let create =
        |list: &DynamicList| sim.ui_list(&ListAction::CreateDynamicList { list: list.clone() });
    create(&list).expect("a list");
    assert_eq!(ids(sim.dynamic_list_members(&list.name)), ["anna-1", "bo"]);
    list.name = "Verfijnd".to_owned();
    list.exclusion.push(Refinement::Has {
        set: "permissions".to_owned(),
        bit: 1,
    });
    create(&list).expect("a list");
    assert_eq!(ids(sim.dynamic_list_members("Verfijnd")), ["bo"]);
    sim.ui_edit_property("cas", "city", json!("Ede"))
        .expect("cas");
    assert_eq!(
        ids(sim.dynamic_list_members("Ede zonder toestemming")),
        ["anna-1", "bo", "cas"]
    );
    list.name = "Onbekend".to_owned();
    list.selection.push(Refinement::Filled {
        property: "notMapped".to_owned(),
    });
    assert_eq!(create(&list), Err(UiError::NoSuch("property")));
}

/// The dynamic list `Deel`: the static list `Export` without Anna.
fn derive_without_anna(sim: &SpotlerSim) {
    let list = DynamicList {
        name: "Deel".to_owned(),
        from_static_list: Some("Export".to_owned()),
        selection: vec![],
        exclusion: vec![Refinement::Contains {
            property: "email".to_owned(),
            text: "ANNA".to_owned(),
        }],
    };
    sim.ui_list(&ListAction::CreateDynamicList { list })
        .expect("a list");
}

/// PV-31
#[tokio::test]
async fn a_dynamic_list_can_be_derived_from_a_static_one() {
    let sim = three().await;
    make(&sim, "l-1", "Export", json!(["anna-1", "bo"]));
    derive_without_anna(&sim);
    assert_eq!(ids(sim.dynamic_list_members("Deel")), ["bo"]);
    assert_eq!(
        call(&sim, "DELETE", "/templist/l-1", Value::Null).0,
        400,
        "it is in use"
    );
    let (name, to) = ("Export".to_owned(), "Anders".to_owned());
    sim.ui_list(&ListAction::RenameStaticList { name, to })
        .expect("a rename");
    assert_eq!(get(&sim, "/templist").1[0]["name"], "Anders");
    assert_eq!(ids(sim.dynamic_list_members("Deel")), ["bo"]);
}

/// PV-31
#[tokio::test]
async fn a_mailing_to_a_derived_dynamic_list_reaches_its_members_and_nobody_else() {
    let sim = three().await;
    make(&sim, "l-1", "Export", json!(["anna-1", "bo", "cas"]));
    post_contact(&sim, false, contact("dirk", "dirk@voorbeeld.nl"));
    derive_without_anna(&sim);
    let target = Target::DynamicList("Deel".to_owned());
    let mailing = sim.ui_send("Aan een deel", Message::default(), target);
    let route = format!("/mailing/{}/recipients", mailing.expect("sent"));
    let (_, page) = get(&sim, &route);
    let rows = page["recipients"].as_array().expect("recipients");
    let id = |it: &Value| it["contactIdentifier"]["externalId"].clone();
    let reached: Vec<Value> = rows.iter().map(id).collect();
    assert_eq!(reached, ["bo", "cas"]);
    assert_eq!(ids(sim.dynamic_list_members("Deel")), ["bo", "cas"]);
}

#[tokio::test]
async fn unknown_contacts_refuse_the_whole_request_or_only_themselves() {
    for (all_or_nothing, expected) in [(true, vec![]), (false, vec!["bo"])] {
        let sim = three().await;
        sim.set_switches(|it| it.account.lists_are_all_or_nothing = all_or_nothing);
        make(&sim, "l-1", "Lijst", json!([]));
        let contacts = json!({"contacts": ["bo", "nobody"]});
        assert_eq!(call(&sim, "POST", "/templist/l-1", contacts.clone()).0, 400);
        assert_eq!(ids(sim.static_list_members("Lijst")), expected);
        call(
            &sim,
            "POST",
            "/audience",
            json!({"externalId": "a", "name": "A"}),
        );
        let (status, answer) = call(&sim, "POST", "/audience/a/contact", contacts);
        assert_eq!(
            (status, &answer["externalContactIds"]),
            (404, &json!(["nobody"]))
        );
        assert_eq!(sim.audiences()[0].members.len(), expected.len());
        assert_eq!(make(&sim, "l-2", "Nieuw", json!(["bo", "nobody"])), 400);
        assert_eq!(
            sim.static_lists().len(),
            1,
            "a refused create makes nothing"
        );
    }
}

#[tokio::test]
async fn removing_from_an_audience_without_a_body_empties_it() {
    let sim = three().await;
    call(
        &sim,
        "POST",
        "/audience",
        json!({"externalId": "a", "name": "A"}),
    );
    call(
        &sim,
        "POST",
        "/audience/a/contact",
        json!({"contacts": ["anna-1", "bo", "cas"]}),
    );
    call(
        &sim,
        "DELETE",
        "/audience/a/contact",
        json!({"contacts": ["bo"]}),
    );
    assert_eq!(sim.audiences()[0].members.len(), 2);
    call(&sim, "DELETE", "/audience/a/contact", Value::Null);
    assert_eq!(sim.audiences()[0].members.len(), 0);
    let removed = sim
        .ledger()
        .into_iter()
        .filter(|it| matches!(it.event, Event::RemovedFromList { .. }));
    assert_eq!(removed.count(), 3);
}

#[tokio::test]
async fn putting_a_person_on_a_list_after_an_opt_out_was_shown_is_a_breach() {
    let sim = three().await;
    sim.ui_opt_out("bo").expect("bo");
    make(&sim, "l-1", "Te vroeg om te weten", json!(["bo"]));
    assert_eq!(sim.breaches(), []);
    get(&sim, "/contact/bo");
    make(&sim, "l-2", "Nu wel", json!(["bo"]));
    assert_eq!(sim.breaches().len(), 1);
}
