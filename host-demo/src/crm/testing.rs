//! A CRM in a file of its own, with a clock that the test turns.

use std::sync::Arc;

use koppel_embedding::{ManualClock, Store, TenantId};
use tempfile::TempDir;

use super::{desk::DemoCrm, edit::Edit};
use crate::{
    contract::{CrmChange, Permission, PermissionAttributes, RecordKind, RecordRef},
    window::EveningHours,
};

/// The file goes with the value.
pub(crate) struct TestCrm {
    pub(crate) crm: DemoCrm,
    pub(crate) clock: ManualClock,
    _folder: TempDir,
}

impl TestCrm {
    /// With permissions 1 “Nieuwsbrief” and 2 “Onboarding”.
    pub(crate) async fn open() -> Self {
        let it = Self::empty().await;
        it.apply(CrmChange::PermissionAttributes(attributes(&[
            "Nieuwsbrief",
            "Onboarding",
        ])))
        .await;
        it
    }

    /// Before anything was activated.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_with(
            folder.path().join("crm.sqlite"),
            koppel_embedding::secret::KeySource::File,
        )
        .await
        .expect("a database");
        let clock = ManualClock::at(1_000);
        let tenant = TenantId::new("demo").expect("a name");
        let crm = DemoCrm::open(
            store,
            tenant,
            Arc::new(clock.clone()),
            EveningHours::default(),
        )
        .await
        .expect("tables");
        Self {
            crm,
            clock,
            _folder: folder,
        }
    }

    /// Carries out a change as an answer would.
    pub(crate) async fn apply(&self, change: CrmChange) {
        self.try_apply(change).await.expect("carried out");
    }

    pub(crate) async fn try_apply(
        &self,
        change: CrmChange,
    ) -> Result<(), koppel_embedding::ApplyError> {
        let at = self.crm.now();
        // The key of an event that is no job.
        let key = koppel_embedding::EventKey::fresh();
        let changes = [change];
        self.crm
            .write(move |connection, tenant| {
                Box::pin(async move {
                    super::apply::apply(connection, &tenant, at, &key, &changes).await
                })
            })
            .await
    }

    /// A contact with a last name.
    pub(crate) async fn contact(&self, id: &str) -> RecordRef {
        let reference = contact(id);
        let edit = Edit::new().text("last_name", "Jansen").owner("femke");
        self.crm.create(&reference, edit).await.expect("saved");
        reference
    }

    /// How many events wait.
    pub(crate) async fn waiting(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM koppel_event")
            .fetch_one(self.crm.store.readers())
            .await
            .expect("a count")
    }
}

pub(crate) fn contact(id: &str) -> RecordRef {
    RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    }
}

pub(crate) fn attributes(names: &[&str]) -> PermissionAttributes {
    let permission = |(bit, name): (u32, &&str)| Permission {
        bit,
        name: (*name).to_owned(),
    };
    PermissionAttributes {
        category: "Spotler".to_owned(),
        permissions: (1..).zip(names).map(permission).collect(),
    }
}

/// The component that comes along, compiled once for all tests.
pub(crate) fn component() -> crate::host::Component {
    static LOADED: std::sync::OnceLock<koppel_embedding::ComponentFile> =
        std::sync::OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let config = crate::host::DemoConfig::new("");
        config.load_component().expect("the component loads")
    });
    crate::host::Component::Loaded(loaded.clone())
}
