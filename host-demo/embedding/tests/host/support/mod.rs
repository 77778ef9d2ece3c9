//! A CRM of one table, and components of a few lines.

use async_trait::async_trait;
use koppel_embedding::contract::changes::CrmChange;
use koppel_embedding::contract::contacts::Change;
use koppel_embedding::contract::crm::RecordPage;
use koppel_embedding::contract::types::{
    CrmRecord, FieldDescription, MailChoice, Origin, Permission, RecordKind, RecordRef, RecordState,
};
use koppel_embedding::queue::{self, Of};
use koppel_embedding::store::StoreError;
use koppel_embedding::{
    ApplyError, Connection, Crm, CrmError, Engine, EngineConfig, Event, EventKey, Host, HostConfig,
    ManualClock, NewEvent, Ran, Store, TenantId, Timestamp,
};
use sqlx::Any;
use sqlx::pool::PoolConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

pub(crate) const NOW: Timestamp = 1_800_000_000_000;

/// Every record exists; `revision` is what the test says.
#[derive(Default)]
pub(crate) struct TinyCrm {
    pub(crate) revision: AtomicU64,
    /// Counts up with every read, as if the record were saved all the time.
    pub(crate) restless: AtomicU64,
    pub(crate) applied: AtomicU64,
}

pub(crate) fn contact(id: &str) -> RecordRef {
    RecordRef {
        kind: RecordKind::Contact,
        id: id.to_owned(),
    }
}

#[async_trait]
impl Crm for TinyCrm {
    async fn fields(
        &self,
        _: &TenantId,
        _: &mut Connection,
    ) -> Result<Vec<FieldDescription>, CrmError> {
        Ok(vec![])
    }

    async fn read_record(
        &self,
        _: &TenantId,
        _: &mut Connection,
        reference: &RecordRef,
    ) -> Result<Option<CrmRecord>, CrmError> {
        let step = self.restless.load(Ordering::SeqCst);
        let revision = self.revision.fetch_add(step, Ordering::SeqCst);
        let mail = MailChoice {
            allowed: true,
            changed_at: 0,
            origin: Origin::Crm,
        };
        Ok(Some(CrmRecord {
            reference: reference.clone(),
            revision,
            state: RecordState::Active,
            gate: true,
            sync_enabled: true,
            mail,
            permissions: vec![],
            owner: None,
            relation: None,
            fields: vec![],
            more: vec![],
        }))
    }

    async fn list_records(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: RecordKind,
        _: Option<&str>,
        _: u32,
    ) -> Result<RecordPage, CrmError> {
        Ok(RecordPage {
            records: vec![],
            next: None,
        })
    }

    async fn read_selection(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: &str,
        _: Option<&str>,
        _: u32,
    ) -> Result<RecordPage, CrmError> {
        Ok(RecordPage {
            records: vec![],
            next: None,
        })
    }

    async fn primary_contacts(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: &str,
    ) -> Result<Vec<RecordRef>, CrmError> {
        Ok(vec![])
    }

    async fn permission_attributes(
        &self,
        _: &TenantId,
        _: &mut Connection,
    ) -> Result<Vec<Permission>, CrmError> {
        Ok(vec![])
    }

    async fn user_has_right(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: &str,
        _: &str,
    ) -> Result<bool, CrmError> {
        Ok(true)
    }

    async fn apply(
        &self,
        _: &TenantId,
        _: &mut Connection,
        _: Timestamp,
        _: &EventKey,
        _: &[CrmChange],
    ) -> Result<(), ApplyError> {
        self.applied.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Makes a component for a world from a core module in text form.
pub(crate) fn component(world: &str, module: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
    resolve.push_dir(folder).expect("the contract can be read");
    let text = format!("package test:tiny;\nworld tiny {{ {world} }}");
    let package = resolve
        .push_str("tiny.wit", &text)
        .expect("the world fits the contract");
    let world = resolve
        .select_world(&[package], Some("tiny"))
        .expect("the world is there");
    let mut core = wat::parse_str(module).expect("the module is well-formed");
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8, false)
        .expect("embedded");
    ComponentEncoder::default()
        .module(&core)
        .expect("a module")
        .encode()
        .expect("a component")
}

/// A component that hears of saved contacts; `body` leaves the address of the
/// answer on the stack. At 1024 stands the answer `synced` with the code
/// `bucket`.
pub(crate) fn hook(body: &str) -> Vec<u8> {
    component(
        "import wasi:keyvalue/store@0.2.0-draft; export koppel:crm-sync/contacts@1.1.0;",
        &format!(
            r#"(module
              (import "wasi:keyvalue/store@0.2.0-draft" "open" (func $open (param i32 i32 i32)))
              (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.get"
                (func $get (param i32 i32 i32 i32)))
              (import "wasi:keyvalue/store@0.2.0-draft" "[method]bucket.set"
                (func $set (param i32 i32 i32 i32 i32 i32)))
              (import "wasi:keyvalue/store@0.2.0-draft" "[resource-drop]bucket"
                (func $drop (param i32)))
              (memory (export "memory") 2)
              (global $free (mut i32) (i32.const 65536))
              (data (i32.const 16) "bucketkeyvalue")
              (data (i32.const 1032) "\10\00\00\00\06\00\00\00")
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
                (global.set $free (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
              (func (export "koppel:crm-sync/contacts@1.1.0#on-contact-saved")
                (param i32) (result i32) (local $bucket i32)
                {body}))"#
        ),
    )
}

/// Opens `bucket`, reads `key`, sets it to `value`, drops the bucket.
pub(crate) const REMEMBER: &str = r"
    (call $open (i32.const 16) (i32.const 6) (i32.const 64))
    (local.set $bucket (i32.load offset=4 (i32.const 64)))
    (call $get (local.get $bucket) (i32.const 22) (i32.const 3) (i32.const 64))
    (call $set (local.get $bucket) (i32.const 22) (i32.const 3)
               (i32.const 25) (i32.const 5) (i32.const 64))
    (call $drop (local.get $bucket))";

/// A host in a folder of its own.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) crm: Arc<TinyCrm>,
    pub(crate) host: Host,
    pub(crate) tenant: TenantId,
}

impl World {
    pub(crate) async fn start(component: &[u8]) -> Self {
        Self::with(component, HostConfig::default()).await
    }

    pub(crate) async fn with(component: &[u8], config: HostConfig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(NOW);
        let store = Store::open(folder.path().join("crm.db"))
            .await
            .expect("a store");
        let engine = Engine::new(EngineConfig::default()).expect("an engine");
        let component = engine
            .load_bytes(component)
            .expect("a component that may run");
        let crm = Arc::new(TinyCrm::default());
        let clock_of_host = Arc::new(clock.clone());
        let config = HostConfig {
            clock: clock_of_host,
            seed: Some(1),
            ..config
        };
        let host = Host::start(store, crm.clone(), component, config);
        let tenant = TenantId::new("acme").expect("a name");
        Self {
            folder,
            clock,
            crm,
            host,
            tenant,
        }
    }

    pub(crate) async fn enqueue(&self, event: Event) -> EventKey {
        let tenant = self.tenant.clone();
        let new = NewEvent {
            event,
            occurred_at: NOW,
            user: None,
        };
        self.host
            .store()
            .write(&self.tenant, move |connection| {
                Box::pin(async move {
                    Ok::<_, StoreError>(queue::enqueue(connection, &tenant, new).await?)
                })
            })
            .await
            .expect("the event is queued")
    }

    pub(crate) async fn save(&self, id: &str, change: Change) -> EventKey {
        self.enqueue(Event::ContactSaved {
            record: contact(id),
            change,
        })
        .await
    }

    /// Works the queue until nothing is due.
    pub(crate) async fn run(&self) -> Ran {
        let worker = self.host.worker().expect("a worker");
        worker.run_until_idle().await.expect("it runs")
    }

    async fn reader(&self) -> PoolConnection<Any> {
        let readers = self.host.store().readers();
        readers.acquire().await.expect("a reader")
    }

    pub(crate) async fn waiting(&self) -> Vec<queue::Waiting> {
        let mut connection = self.reader().await;
        queue::waiting(&mut connection, &self.tenant, 100)
            .await
            .expect("the queue")
    }

    pub(crate) async fn rejections(&self) -> Vec<queue::Rejected> {
        let mut connection = self.reader().await;
        queue::rejections(&mut connection, &self.tenant, 100)
            .await
            .expect("rejections")
    }

    /// Outcomes of all calls with their reasons, oldest first.
    pub(crate) async fn outcomes(&self) -> Vec<String> {
        let mut connection = self.reader().await;
        let all = queue::history(&mut connection, &self.tenant, &Of::default(), 1_000).await;
        let all = all.expect("the history");
        all.iter()
            .rev()
            .map(|it| format!("{} {} {}", it.attempt, it.outcome, it.reason.code))
            .collect()
    }

    /// What the component's `key` holds.
    pub(crate) async fn value(&self) -> Option<Vec<u8>> {
        sqlx::query_scalar("SELECT value FROM koppel_kv WHERE tenant = 'acme' AND key = 'key'")
            .fetch_optional(self.host.store().readers())
            .await
            .expect("the table can be read")
    }
}
