//! The host: one database, one CRM, one component.

use crate::TenantId;
use crate::address::{AllowedAddress, PlainHttp};
use crate::bounds::HighWater;
use crate::clock::{Clock, SystemClock};
use crate::contract::types::{Event as CallEvent, RecordRef};
use crate::crm::{Crm, CrmError};
use crate::engine::ComponentFile;
use crate::faults::{CallSteps, FaultPoints};
use crate::http::{Gate, HttpClient};
use crate::limits::Limits;
use crate::own_limits;
use crate::pace::{Paced, Paces};
use crate::queue::task::Task;
use crate::rate::Rate;
use crate::reads::Reads;
use crate::settings::{self, TenantSettings};
use crate::state::{CallParts, CallState};
use crate::store::{Store, StoreError};
use crate::update::Current;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How the host works; [`HostConfig::default`] is right for one installation.
#[derive(Clone)]
pub struct HostConfig {
    /// What one call may use.
    pub limits: Limits,
    /// What time it is, for the host and the component.
    pub clock: Arc<dyn Clock>,
    /// Hook calls at the same time. Long work takes at most half of them, and
    /// so does one tenant: at most half of what the others leave.
    pub in_flight: usize,
    /// How many requests a tenant makes in a second, where it has no rate of its own
    /// ([`rate::save`](crate::rate::save)); none: as many as its pace allows.
    pub rate: Option<Rate>,
    /// Whether `http` without TLS is allowed.
    pub plain_http: PlainHttp,
    /// How often a worker looks for events of other processes.
    pub poll: Duration,
    /// With PostgreSQL: how long after the death of a process others take over what
    /// it was working on.
    pub lease: Duration,
    /// Where tests cut calls off.
    pub faults: FaultPoints,
    /// The seed of the jitter, for tests; none: another one at every start.
    pub seed: Option<u64>,
}

impl Default for HostConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            clock: Arc::new(SystemClock),
            in_flight: 32,
            rate: None,
            plain_http: PlainHttp::Loopback,
            poll: Duration::from_millis(500),
            lease: Duration::from_secs(10),
            faults: FaultPoints::default(),
            seed: None,
        }
    }
}

impl std::fmt::Debug for HostConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostConfig")
            .field("limits", &self.limits)
            .field("in_flight", &self.in_flight)
            .field("rate", &self.rate)
            .field("plain_http", &self.plain_http)
            .finish_non_exhaustive()
    }
}

/// One database, one CRM, one component. Clones share everything.
#[derive(Clone)]
pub struct Host {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host")
            .field("component", &self.current().component)
            .finish_non_exhaustive()
    }
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) crm: Arc<dyn Crm>,
    /// The component that the process was started with.
    pub(crate) started_with: ComponentFile,
    /// The one that the next call is made with.
    pub(crate) current: RwLock<Arc<Current>>,
    /// The number of the choice of a component that was followed last.
    pub(crate) seen_choice: tokio::sync::Mutex<i64>,
    pub(crate) config: HostConfig,
    /// Questions at the same time, so that the pool of instances never runs dry.
    pub(crate) questions: Semaphore,
    pub(crate) paces: Paces,
    high_water: HighWater,
    limits: Arc<Limits>,
    client: HttpClient,
    chance: Mutex<StdRng>,
}

/// The interfaces that a component may offer.
pub(crate) const INTERFACES: &[&str] = &[
    "about",
    "connection",
    "contacts",
    "actions",
    "schedule",
    "card",
    "module-fields",
    "stages",
    "campaigns",
    "campaign-forecasts",
    "marketing-lists",
    "shop",
    "journeys",
    "reports",
];

/// A call that is about to be made.
pub(crate) struct Prepared {
    pub(crate) state: CallState,
    pub(crate) settings: Option<TenantSettings>,
}

impl Host {
    /// Puts the three together. The component was checked when it was loaded; it is
    /// used until another one is chosen ([`Host::follow_choice`]).
    #[must_use]
    pub fn start<C: Crm>(
        store: Store,
        crm: Arc<C>,
        component: ComponentFile,
        config: HostConfig,
    ) -> Self {
        let seed = config.seed.unwrap_or_else(|| rand::rng().random());
        let inner = Inner {
            paces: Paces::new(config.in_flight),
            high_water: HighWater::default(),
            client: HttpClient::new(config.limits.connect),
            limits: Arc::new(config.limits.clone()),
            chance: Mutex::new(StdRng::seed_from_u64(seed)),
            questions: Semaphore::new(16),
            current: RwLock::new(Arc::new(Current::new(component.clone(), None))),
            seen_choice: tokio::sync::Mutex::new(0),
            started_with: component,
            store,
            crm,
            config,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The component that is used now ([`update`](crate::update)).
    #[must_use]
    pub fn component(&self) -> ComponentFile {
        self.current().component.clone()
    }

    /// The component that a call is made with that begins now.
    pub(crate) fn current(&self) -> Arc<Current> {
        let current = self.inner.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.config.clock
    }

    /// Where tests cut calls off.
    #[must_use]
    pub fn faults(&self) -> &FaultPoints {
        &self.inner.config.faults
    }

    /// The most linear memory that a call of the component has had since the host
    /// was started, in bytes.
    #[must_use]
    pub fn most_memory_bytes(&self) -> usize {
        self.inner.high_water.bytes()
    }

    /// Whether the component offers an interface, such as `campaigns`: show its
    /// functions only then.
    #[must_use]
    pub fn offers(&self, interface: &str) -> bool {
        self.current().offers(interface)
    }

    /// A number from 0 to 1.
    pub(crate) fn chance(&self) -> f64 {
        self.inner
            .chance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random()
    }

    /// Everything that a call for a tenant holds.
    pub(crate) async fn prepare(
        &self,
        tenant: &TenantId,
        own: Option<&RecordRef>,
    ) -> Result<Prepared, StoreError> {
        self.prepare_with(tenant, own, None).await
    }

    /// [`Host::prepare`] with other settings than those that are stored; without
    /// a secret, they go with the stored one.
    pub(crate) async fn prepare_with(
        &self,
        tenant: &TenantId,
        own: Option<&RecordRef>,
        instead: Option<&TenantSettings>,
    ) -> Result<Prepared, StoreError> {
        let inner = &self.inner;
        let mut connection = inner.store.readers().acquire().await?;
        let found = settings::load_with_revision(&inner.store, &mut connection, tenant).await?;
        let (own_limits, own_rate) = own_limits::load_with_rate(&mut connection, tenant).await?;
        let limits = own_limits.over(&inner.limits);
        let (mut settings, revision) =
            found.map_or((None, 0), |(it, revision)| (Some(it), revision));
        if let Some(instead) = instead {
            let stored = settings.and_then(|it| it.secret);
            let secret = instead.secret.clone().or(stored);
            settings = Some(TenantSettings {
                secret,
                ..instead.clone()
            });
        }
        let allowed = settings
            .as_ref()
            .and_then(|it| AllowedAddress::parse(&it.address, inner.config.plain_http).ok());
        let faults = inner.config.faults.clone();
        let mut gate = Gate::new(
            allowed,
            inner.client.clone(),
            limits.clone(),
            faults.clone(),
        );
        gate.pace(Paced {
            paces: inner.paces.clone(),
            tenant: tenant.clone(),
            clock: inner.config.clock.clone(),
            rate: own_rate.or(inner.config.rate),
        });
        let state = CallState::new(CallParts {
            tenant: tenant.clone(),
            store: inner.store.clone(),
            crm: inner.crm.clone(),
            faults: CallSteps::new(faults, limits.host_calls),
            limits,
            gate,
            secret: settings.as_ref().and_then(|it| it.secret.clone()),
            clock: inner.config.clock.clone(),
            reads: Reads::new(revision, own),
            high_water: inner.high_water.clone(),
        });
        Ok(Prepared { state, settings })
    }

    /// Reads the record of an event, as the component will see it.
    pub(crate) async fn read_own(
        &self,
        state: &mut CallState,
        record: &RecordRef,
    ) -> Result<Option<crate::contract::types::CrmRecord>, CrmError> {
        let mut connection = self.inner.store.readers().acquire().await?;
        let read = state
            .crm
            .clone()
            .read_record(&state.tenant, &mut connection, record)
            .await?;
        let revision = read.as_ref().map(|it| it.revision);
        // The first read of a call is never one too many.
        let _ = state.reads.record(record, revision);
        Ok(read)
    }
}

/// What the hook is told about the call itself.
pub(crate) fn call_event(task: &Task) -> CallEvent {
    CallEvent {
        id: task.key.as_str().to_owned(),
        attempt: task.attempt,
        occurred_at: task.occurred_at,
        user: task.user.clone(),
        cursor: task.cursor.clone(),
        more: vec![],
    }
}
