use super::*;
use crate::{
    contract::RecordState,
    contract::{
        Activity, ActivityKind, Field, FieldValue, GateChange, LogLevel, LogLine, NamedValue,
        Notification, StateChange, SyncStatus, Task,
    },
    crm::testing::{TestCrm, attributes, contact},
};

fn task(code: &str) -> CrmChange {
    CrmChange::Task(Task {
        key: "bounce/contact/p1".to_owned(),
        code: code.to_owned(),
        owner: Some("femke".to_owned()),
        target: Some(contact("p1")),
        about: Vec::new(),
        due: None,
    })
}

fn opt_out(allowed: bool) -> CrmChange {
    CrmChange::Mail(MailChange {
        target: contact("p1"),
        allowed,
        origin: Origin::Spotler,
        evidence: "contact-optout".to_owned(),
        at: 2_000,
    })
}

fn said(bit: u32, consent: Consent) -> CrmChange {
    CrmChange::Permission(PermissionChange {
        target: contact("p1"),
        bit,
        consent,
        origin: Origin::Spotler,
        evidence: "contact-updates".to_owned(),
        at: 2_000,
    })
}

async fn record(it: &TestCrm) -> Record {
    it.crm
        .record(&contact("p1"))
        .await
        .expect("read")
        .expect("there")
}

/// Every change twice: the second time nothing differs, and no event is raised.
#[tokio::test]
async fn what_is_done_twice_comes_out_the_same() {
    let it = TestCrm::open().await;
    it.contact("p1").await;
    let waiting = it.waiting().await;
    let changes = [
        CrmChange::Status(StatusChange {
            target: contact("p1"),
            status: SyncStatus::OptOut,
            reason: "opted-out".to_owned(),
        }),
        opt_out(false),
        said(1, Consent::Given),
        CrmChange::Gate(GateChange {
            target: contact("p1"),
            open: true,
        }),
        CrmChange::State(StateChange {
            target: contact("p1"),
            state: RecordState::Inactive,
        }),
        CrmChange::Fields(FieldChange {
            target: contact("p1"),
            fields: vec![Field {
                name: "note".to_owned(),
                value: Some(FieldValue::Text("called".to_owned())),
            }],
        }),
        task("hard-bounce"),
        CrmChange::Activity(Activity {
            key: "mailing/1/p1".to_owned(),
            target: contact("p1"),
            kind: ActivityKind::Email,
            at: 1_500,
            title: "Nieuwsbrief".to_owned(),
            facts: vec![NamedValue {
                name: "opened".to_owned(),
                value: "true".to_owned(),
            }],
        }),
        CrmChange::Notify(Notification {
            key: "export/1".to_owned(),
            user: None,
            code: "export-done".to_owned(),
            about: Vec::new(),
        }),
    ];
    for change in &changes {
        it.apply(change.clone()).await;
    }
    let (once, revision) = (
        it.crm.dump().await.expect("dump"),
        record(&it).await.revision,
    );
    it.clock.advance(std::time::Duration::from_secs(60));
    for change in &changes {
        it.apply(change.clone()).await;
    }
    assert_eq!(it.crm.dump().await.expect("dump"), once);
    assert_eq!(record(&it).await.revision, revision);
    assert_eq!(it.waiting().await, waiting);
}

#[tokio::test]
async fn an_opt_out_of_the_crm_is_not_lifted_by_an_answer() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    it.crm.set_mail(&anna, false).await.expect("saved");
    it.apply(opt_out(true)).await;
    it.apply(opt_out(false)).await;
    it.apply(opt_out(true)).await;
    let mail = record(&it).await.mail;
    assert_eq!((mail.allowed, mail.origin), (false, Origin::Crm));
}

#[tokio::test]
async fn an_opt_out_of_spotler_is_lifted_by_spotler() {
    let it = TestCrm::open().await;
    it.contact("p1").await;
    it.apply(opt_out(false)).await;
    let mail = record(&it).await.mail;
    assert_eq!((mail.allowed, mail.changed_at), (false, 2_000));
    assert_eq!(mail.evidence, "contact-optout");
    it.apply(opt_out(true)).await;
    assert!(record(&it).await.mail.allowed);
}

#[tokio::test]
async fn a_withdrawal_in_the_crm_is_never_given_by_an_answer() {
    let it = TestCrm::open().await;
    let anna = it.contact("p1").await;
    it.crm
        .set_permission(&anna, 1, Consent::Withdrawn, "letter")
        .await
        .expect("saved");
    it.apply(said(1, Consent::Given)).await;
    it.apply(said(1, Consent::Unset)).await;
    let record = record(&it).await;
    assert_eq!(record.permissions[&1].consent, Consent::Withdrawn);
    assert_eq!(record.permissions[&1].origin, Origin::Crm);
}

/// PV-09: an attribute that was renamed in the CRM is restored, one that was
/// removed is made again, one that Spotler no longer has is kept but retired.
#[tokio::test]
async fn attributes_follow_spotler() {
    let it = TestCrm::open().await;
    it.crm
        .rename_attribute(1, "Reclame")
        .await
        .expect("renamed");
    it.crm.remove_attribute(2).await.expect("removed");
    it.apply(CrmChange::PermissionAttributes(attributes(&[
        "Nieuwsbrief",
        "Onboarding",
    ])))
    .await;
    let names = |all: Vec<attributes::Attribute>| -> Vec<(u32, String, bool)> {
        all.into_iter()
            .map(|it| (it.bit, it.name, it.retired))
            .collect()
    };
    let restored = names(it.crm.attributes().await.expect("read"));
    let expected = [
        (1, "Nieuwsbrief".to_owned(), false),
        (2, "Onboarding".to_owned(), false),
    ];
    assert_eq!(restored, expected);
    it.apply(CrmChange::PermissionAttributes(attributes(&[
        "Nieuwsbrief",
    ])))
    .await;
    let fewer = names(it.crm.attributes().await.expect("read"));
    assert_eq!(fewer[1], (2, "Onboarding".to_owned(), true));
}

/// PV-07: every attribute belongs to the category `Spotler`.
#[tokio::test]
async fn attributes_belong_to_the_category_spotler() {
    let it = TestCrm::open().await;
    let all = it.crm.attributes().await.expect("read");
    assert!(
        all.iter().all(|it| it.category == attributes::CATEGORY),
        "{all:?}"
    );
}

/// DA-39: the tasks that are still to be done are listed, each once, with
/// their owner.
#[tokio::test]
async fn a_task_is_made_once_updated_while_open_and_stays_done() {
    let it = TestCrm::open().await;
    it.contact("p1").await;
    it.apply(task("soft-bounce")).await;
    it.apply(task("hard-bounce")).await;
    let open = it.crm.tasks(true).await.expect("read");
    assert_eq!(open.len(), 1);
    assert_eq!(
        (open[0].code.as_str(), open[0].owner.as_deref()),
        ("hard-bounce", Some("femke"))
    );
    it.apply(CrmChange::EndTask("bounce/contact/p1".to_owned()))
        .await;
    it.apply(task("soft-bounce")).await;
    assert!(it.crm.tasks(true).await.expect("read").is_empty());
    let all = it.crm.tasks(false).await.expect("read");
    assert_eq!((all.len(), all[0].code.as_str()), (1, "hard-bounce"));
}

#[tokio::test]
async fn a_status_is_no_change_that_the_component_reads() {
    let it = TestCrm::open().await;
    it.contact("p1").await;
    let before = record(&it).await.revision;
    it.apply(CrmChange::Status(StatusChange {
        target: contact("p1"),
        status: SyncStatus::Succeeded,
        reason: "synced".to_owned(),
    }))
    .await;
    let after = record(&it).await;
    assert_eq!(
        (after.revision, after.status),
        (before, Some(SyncStatus::Succeeded))
    );
}

#[tokio::test]
async fn log_lines_keep_their_order() {
    let it = TestCrm::open().await;
    for code in ["export-queued", "export-started"] {
        let line = LogLine {
            level: LogLevel::Info,
            code: code.to_owned(),
            about: Vec::new(),
        };
        it.apply(CrmChange::Log(line)).await;
    }
    let codes: Vec<String> = it
        .crm
        .log(10)
        .await
        .expect("read")
        .into_iter()
        .map(|it| it.code)
        .collect();
    assert_eq!(codes, ["export-started", "export-queued"]);
}

#[tokio::test]
async fn what_names_no_record_is_refused_without_its_id() {
    let it = TestCrm::open().await;
    let error = it.try_apply(opt_out(false)).await.expect_err("refused");
    assert!(matches!(error, ApplyError::Impossible(_)), "{error}");
    assert!(!error.to_string().contains("p1"), "{error}");
}
