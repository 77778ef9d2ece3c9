//! Everything that one call holds, thrown away when the call is over.

use crate::bounds::{Bounds, HighWater};
use crate::clock::Clock;
use crate::crm::Crm;
use crate::faults::CallSteps;
use crate::http::Gate;
use crate::kv::Buffer;
use crate::limits::Limits;
use crate::reads::Reads;
use crate::{Secret, Store, TenantId};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// The data of a wasmtime store: one call, one tenant.
pub(crate) struct CallState {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) faults: CallSteps,
    pub(crate) gate: Gate,
    pub(crate) secret: Option<Secret>,
    pub(crate) buffer: Buffer,
    pub(crate) reads: Reads,
    pub(crate) bounds: Bounds,
    pub(crate) table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
}

/// What a call starts with.
pub(crate) struct CallParts {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) crm: Arc<dyn Crm>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) faults: CallSteps,
    pub(crate) gate: Gate,
    pub(crate) secret: Option<Secret>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) reads: Reads,
    pub(crate) high_water: HighWater,
}

impl CallState {
    pub(crate) fn new(parts: CallParts) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(parts.limits.resources);
        let wasi = WasiCtx::builder()
            .wall_clock(HostClock(parts.clock))
            .build();
        Self {
            buffer: Buffer::default(),
            reads: parts.reads,
            tenant: parts.tenant,
            store: parts.store,
            crm: parts.crm,
            bounds: Bounds::new(&parts.limits, parts.high_water),
            limits: parts.limits,
            faults: parts.faults,
            gate: parts.gate,
            secret: parts.secret,
            table,
            wasi,
            http: WasiHttpCtx::new(),
        }
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.gate,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// The wall clock of the component is the host's, so that tests turn both. Its
/// monotonic clock is always the machine's: deadlines of requests pass for real.
struct HostClock(Arc<dyn Clock>);

impl HostWallClock for HostClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now())
    }
}
