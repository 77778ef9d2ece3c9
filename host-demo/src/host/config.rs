//! How the host is put together.

use std::{path::PathBuf, sync::Arc, time::Duration};

use koppel_embedding::{
    Clock, ComponentFile, Engine, EngineConfig, FaultPoints, HostConfig, Limits, PlainHttp, Store,
    SystemClock, TenantId, secret::KeySource, store::Database,
};

use super::HostError;
use crate::{crm::DemoCrm, crm::users::SPOTLER_RIGHT, window::EveningHours};

/// Where the component comes from.
#[derive(Clone, Debug, Default)]
pub enum Component {
    /// The one that comes along.
    #[default]
    Bundled,
    /// A file.
    File(PathBuf),
    /// Its bytes.
    Bytes(Vec<u8>),
    /// One that is loaded already: tests that open many hosts share it.
    Loaded(ComponentFile),
}

/// How a host is put together; [`DemoConfig::new`] is right for a demo.
#[derive(Clone)]
pub struct DemoConfig {
    /// The database; a file is made if it is missing.
    pub database: Database,
    /// Whose CRM it is.
    pub tenant: TenantId,
    /// The component.
    pub component: Component,
    /// Where compiled components are kept; none: compile at every start.
    pub cache: Option<PathBuf>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// When large campaigns may run.
    pub hours: EveningHours,
    /// What one call of the component may use.
    pub limits: Limits,
    /// Hook calls at the same time.
    pub in_flight: usize,
    /// With PostgreSQL: how long after the death of a process others take over.
    pub lease: Duration,
    /// Whether Spotler may be reached without TLS.
    pub plain_http: PlainHttp,
    /// Where tests cut calls off.
    pub faults: FaultPoints,
    /// The seed of the pauses' jitter; none: another one at every start.
    pub seed: Option<u64>,
    /// Where the key that seals the secret comes from.
    pub key: KeySource,
}

impl std::fmt::Debug for DemoConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoConfig")
            .field("database", &self.database)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl DemoConfig {
    /// A demo in this database: tenant `demo`, the component that comes along, the
    /// machine's clock, plain HTTP to this machine only.
    pub fn new(database: impl Into<Database>) -> Self {
        let host = HostConfig::default();
        Self {
            database: database.into(),
            tenant: demo_tenant(),
            component: Component::Bundled,
            cache: None,
            clock: Arc::new(SystemClock),
            hours: EveningHours::default(),
            limits: host.limits,
            in_flight: host.in_flight,
            lease: host.lease,
            plain_http: host.plain_http,
            faults: host.faults,
            seed: host.seed,
            key: KeySource::EnvironmentOrFile,
        }
    }

    /// Loads the component.
    pub fn load_component(&self) -> Result<ComponentFile, HostError> {
        if let Component::Loaded(component) = &self.component {
            return Ok(component.clone());
        }
        let config = EngineConfig {
            cache: self.cache.clone(),
            ..EngineConfig::default()
        };
        let engine = Engine::new(config).map_err(HostError::Component)?;
        let loaded = match &self.component {
            Component::Bundled | Component::Loaded(_) => engine.load_bytes(koppel_component::WASM),
            Component::File(path) => engine.load_file(path),
            Component::Bytes(bytes) => engine.load_bytes(bytes),
        };
        loaded.map_err(HostError::Component)
    }

    pub(crate) fn into_host(self) -> HostConfig {
        HostConfig {
            limits: self.limits,
            clock: self.clock,
            in_flight: self.in_flight,
            lease: self.lease,
            plain_http: self.plain_http,
            faults: self.faults,
            seed: self.seed,
            ..HostConfig::default()
        }
    }
}

/// The CRM alone, without a component. A new one has a user `admin` who may
/// make the connection.
pub async fn open_crm(config: &DemoConfig) -> Result<DemoCrm, HostError> {
    let opened = Store::open_with(config.database.clone(), config.key.clone()).await;
    let store = opened.map_err(|source| HostError::Database {
        database: config.database.clone(),
        source,
    })?;
    let crm = DemoCrm::open(
        store,
        config.tenant.clone(),
        config.clock.clone(),
        config.hours.clone(),
    )
    .await?;
    if !crm.has_users().await? {
        crm.set_user("admin", "Admin", &[SPOTLER_RIGHT]).await?;
    }
    Ok(crm)
}

fn demo_tenant() -> TenantId {
    match TenantId::new("demo") {
        Ok(tenant) => tenant,
        Err(error) => unreachable!("`demo` is a plain name: {error}"),
    }
}
