use super::*;
use crate::crm::testing::TestCrm;

fn form() -> SettingsForm {
    SettingsForm {
        active: true,
        key: "KEY-0123456789".to_owned(),
        secret: Some(koppel_embedding::Secret::new(
            "SECRET-0123456789".to_owned(),
        )),
        address: "https://spotler.example".to_owned(),
        profile: koppel_embedding::contract::connection::Profile::Named("yoobi".to_owned()),
    }
}

/// PV-02: without the right nothing is saved and nothing is queued; with it
/// both are.
#[tokio::test]
async fn only_who_has_the_right_makes_the_connection() {
    let it = TestCrm::open().await;
    it.crm
        .set_user("femke", "Femke", &["reports"])
        .await
        .expect("saved");
    it.crm
        .set_user("sanne", "Sanne", &["spotler"])
        .await
        .expect("saved");
    let nobody = it
        .crm
        .save_settings(form())
        .await
        .expect_err("nobody is at the desk");
    assert!(matches!(nobody, HostError::Forbidden { .. }), "{nobody}");
    let refused = it
        .crm
        .as_user("femke")
        .save_settings(form())
        .await
        .expect_err("no right");
    assert!(matches!(refused, HostError::Forbidden { .. }), "{refused}");
    assert!(it.crm.settings().await.expect("read").is_none());
    assert_eq!(it.waiting().await, 0);
    it.crm
        .as_user("sanne")
        .save_settings(form())
        .await
        .expect("allowed");
    assert!(it.crm.settings().await.expect("read").is_some());
    assert_eq!(it.waiting().await, 1);
}

/// YO-07: the two secret fields are shown redacted, in forms and in views, and
/// the secret is not in the database file.
#[tokio::test]
async fn neither_key_nor_secret_is_shown() {
    let it = TestCrm::open().await;
    it.crm
        .set_user("sanne", "Sanne", &["spotler"])
        .await
        .expect("saved");
    it.crm
        .as_user("sanne")
        .save_settings(form())
        .await
        .expect("saved");
    let view = it.crm.settings().await.expect("read").expect("there");
    assert!(view.secret_present);
    for shown in [format!("{view:?}"), format!("{:?}", form())] {
        assert!(!shown.contains("0123456789"), "{shown}");
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(it.crm.store().readers())
        .await
        .expect("checkpoint");
    let file = std::fs::read(it.crm.store().path().expect("a file")).expect("the file");
    let secret = b"SECRET-0123456789";
    assert!(
        !file.windows(secret.len()).any(|it| it == secret),
        "in clear text"
    );
}

#[tokio::test]
async fn a_change_of_settings_keeps_the_rest() {
    let it = TestCrm::open().await;
    it.crm
        .set_user("sanne", "Sanne", &["spotler"])
        .await
        .expect("saved");
    let sanne = it.crm.as_user("sanne");
    sanne.save_settings(form()).await.expect("saved");
    sanne
        .change_settings(|it| it.active = false)
        .await
        .expect("saved");
    let view = sanne.settings().await.expect("read").expect("there");
    assert!(!view.active && view.secret_present);
    assert_eq!(view.address, "https://spotler.example");
}

/// The component itself, without Spotler: a save that is handed in before the
/// connection is active is skipped, and its history says why.
#[tokio::test]
async fn a_save_goes_through_the_component_and_leaves_its_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = DemoConfig {
        component: crate::crm::testing::component(),
        key: koppel_embedding::secret::KeySource::File,
        ..DemoConfig::new(folder.path().join("crm.sqlite"))
    };
    let host = DemoHost::open(config).await.expect("a host");
    let anna = crate::crm::testing::contact("p1");
    let edit = crate::crm::Edit::new().text("last_name", "Jansen");
    host.crm().create(&anna, edit).await.expect("saved");
    let ran = host.run_until_idle().await.expect("worked");
    assert_eq!((ran.settled, ran.conflicts), (1, 0));
    let history = host.crm().history(&anna, 10).await.expect("read");
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].outcome, "skipped");
    assert_eq!(
        host.crm().queue(10).await.expect("read"),
        QueueView::default()
    );
}
