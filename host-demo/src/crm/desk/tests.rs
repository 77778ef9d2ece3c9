use super::*;
use crate::{
    contract::{Change, FieldValue},
    crm::{
        RuleBroken,
        selections::Selection,
        testing::{TestCrm, contact},
    },
};

#[tokio::test]
async fn a_save_and_its_event_are_written_together() {
    let it = TestCrm::open().await;
    let report = it
        .crm
        .as_user("femke")
        .create(&contact("p1"), Edit::new().text("last_name", "Jansen"))
        .await
        .expect("saved");
    assert!(report.event.is_some());
    assert_eq!((report.revision, it.waiting().await), (1, 1));
}

/// DA-16: a contact without a last name is refused, and no event is raised.
#[tokio::test]
async fn a_contact_without_a_last_name_raises_no_event() {
    let it = TestCrm::open().await;
    let error = it
        .crm
        .create(&contact("p1"), Edit::new().text("first_name", "Anna"))
        .await
        .expect_err("refused");
    let broken = matches!(
        error,
        SaveError::Rule {
            broken: RuleBroken::Missing("last_name"),
            ..
        }
    );
    assert!(broken, "{error}");
    assert_eq!(it.waiting().await, 0);
    assert!(it.crm.record(&contact("p1")).await.expect("read").is_none());
}

#[tokio::test]
async fn several_saves_of_one_record_wait_as_one_event() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    for phone in ["1", "2", "3"] {
        it.crm
            .edit(&anna, Edit::new().text("phone", phone))
            .await
            .expect("saved");
    }
    it.contact("p2").await;
    assert_eq!(it.waiting().await, 2);
    let payload: String =
        sqlx::query_scalar("SELECT payload FROM koppel_event WHERE order_key = 'contact/p1'")
            .fetch_one(it.crm.store.readers())
            .await
            .expect("an event");
    let event: Event = serde_json::from_str(&payload).expect("reads back");
    let created = Event::ContactSaved {
        record: anna,
        change: Change::Created,
    };
    assert_eq!(event, created);
}

#[tokio::test]
async fn a_save_of_what_is_there_already_raises_no_event() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    let waiting = it.waiting().await;
    let report = it.crm.set_mail(&anna, true).await.expect("saved");
    assert_eq!((report.event, it.waiting().await), (None, waiting));
}

#[tokio::test]
async fn what_was_stored_reads_back_after_reopening() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    let edit = Edit::new()
        .text("email", "Anna@Example.org")
        .field("birth_date", FieldValue::Date("1971-02-28".to_owned()))
        .permission(1, Consent::Given)
        .relation("A-1");
    it.crm.edit(&anna, edit).await.expect("saved");
    let before = it.crm.record(&anna).await.expect("read").expect("there");
    let store = Store::open_with(
        it.crm.store.database().clone(),
        koppel_embedding::secret::KeySource::File,
    )
    .await
    .expect("opens again");
    let again = DemoCrm::open(
        store,
        it.crm.tenant.clone(),
        it.crm.clock.clone(),
        EveningHours::default(),
    )
    .await
    .expect("tables are there");
    assert_eq!(
        again.record(&anna).await.expect("read").expect("there"),
        before
    );
}

#[tokio::test]
async fn two_tenants_do_not_see_each_other() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    let other = it.crm.of_tenant(TenantId::new("other").expect("a name"));
    assert!(other.record(&anna).await.expect("read").is_none());
    other
        .create(&anna, Edit::new().text("last_name", "Smit"))
        .await
        .expect("saved");
    let record = it.crm.record(&anna).await.expect("read").expect("there");
    assert_eq!(record.text("last_name"), "Jansen");
}

#[tokio::test]
async fn a_selection_is_read_in_pages_without_doubles() {
    let it = TestCrm::open().await;
    let mut members = Vec::new();
    for number in 0..5 {
        members.push(it.contact(&format!("p{number}")).await);
    }
    members.reverse();
    it.crm
        .save_selection("s", Selection::Records(members.clone()))
        .await
        .expect("saved");
    let mut connection = it
        .crm
        .store
        .readers()
        .acquire()
        .await
        .expect("a connection");
    let (mut read, mut start) = (Vec::new(), None);
    loop {
        let tenant = it.crm.tenant.as_str();
        let page = crate::crm::selections::read(&mut connection, tenant, "s", start.as_deref(), 2);
        let page = page.await.expect("a page");
        read.extend(page.records.into_iter().map(|it| it.reference));
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(read, members);
}

/// DA-31, C3: a file does not lift an opt-out of Spotler's; the rest of its row is
/// imported.
#[tokio::test]
async fn a_file_does_not_lift_an_opt_out_of_spotlers() {
    use crate::contract::{CrmChange, MailChange, Origin};
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    it.apply(CrmChange::Mail(MailChange {
        target: anna.clone(),
        allowed: false,
        origin: Origin::Spotler,
        evidence: "contact-optout".to_owned(),
        at: 2_000,
    }))
    .await;
    let file = "id,kind,last_name,bulk_email\np1,contact,Janssen,allow\n";
    let imported = crate::import::import(&it.crm, file.as_bytes(), |_| {}).await;
    let imported = imported.expect("imported");
    assert_eq!((imported.updated, imported.opt_outs_kept), (1, 1));
    assert_eq!(imported.errors, []);
    let record = it.crm.record(&anna).await.expect("read").expect("there");
    assert!(record.mail.opted_out_in_spotler());
    assert_eq!(record.text("last_name"), "Janssen");
}
