//! The engine, and a component loaded into it.

use crate::artefact::{self, hex_sha256};
use crate::contract::generated::koppel::crm_sync::{crm, signer};
use crate::contract::generated::wasi::keyvalue::store as keyvalue;
use crate::contract::{CONTRACT, version_in};
use crate::state::CallState;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker, ResourceTable};
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p2::bindings as wasi;
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_http::p2::add_only_http_to_linker_async;

/// The component computes at most so long before others get their turn.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Everything that a component may import (`world.wit`), versions apart. The
/// last four are types only.
const ALLOWED: &[&str] = &[
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:random/random",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:keyvalue/store",
    "koppel:crm-sync/crm",
    "koppel:crm-sync/signer",
    "koppel:crm-sync/types",
    "koppel:crm-sync/mailings",
    "koppel:crm-sync/changes",
    "koppel:crm-sync/outcomes",
];

/// A component cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The file cannot be read.
    #[error("the component cannot be read")]
    File(#[source] std::io::Error),
    /// It is no component, or one that this engine cannot run.
    #[error("it is not a component that this engine runs: {0:#}")]
    NotAComponent(wasmtime::Error),
    /// It wants more than it may have.
    #[error("the component imports `{0}`, which this host does not give")]
    ForeignImport(String),
    /// It was built against a version of the contract that does not go together
    /// with this host's.
    #[error("the component speaks version {0} of the contract, and this host {ours}", ours = CONTRACT)]
    OtherVersion(String),
    /// What it imports is not as the contract says.
    #[error("the component does not fit the contract: {0:#}")]
    OtherContract(wasmtime::Error),
}

/// How the engine is set up.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where compiled components are kept; none: compile at every start. The
    /// folder is made with mode 0700, and not used if others may write to it.
    pub cache: Option<PathBuf>,
    /// Most instances at the same time, over all workers and questions.
    pub instances: u32,
    /// Most linear memory that an instance may be given, in bytes;
    /// [`Limits::memory_bytes`](crate::Limits::memory_bytes) above it has no
    /// effect.
    pub memory_bytes: usize,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            cache: None,
            instances: 64,
            memory_bytes: 256 << 20,
        }
    }
}

/// wasmtime, with pooled copy-on-write memory and interruption. Clones share it.
#[derive(Clone)]
pub struct Engine {
    engine: wasmtime::Engine,
    cache: Option<PathBuf>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Sets the engine up and starts the thread that interrupts what computes
    /// too long; it ends with the last clone.
    ///
    /// # Errors
    /// [`ComponentError::NotAComponent`] where this machine cannot run wasmtime.
    pub fn new(config: EngineConfig) -> Result<Self, ComponentError> {
        let engine = wasmtime::Engine::new(&wasmtime_config(&config))
            .map_err(ComponentError::NotAComponent)?;
        let ticked = engine.weak();
        std::thread::Builder::new()
            .name("koppel-ticks".to_owned())
            .spawn(move || {
                while let Some(engine) = ticked.upgrade() {
                    engine.increment_epoch();
                    drop(engine);
                    std::thread::sleep(TICK);
                }
            })
            .map_err(ComponentError::File)?;
        Ok(Self {
            engine,
            cache: config.cache,
        })
    }

    /// Loads a component from a file.
    ///
    /// # Errors
    /// [`ComponentError`], with the import that it may not have.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<ComponentFile, ComponentError> {
        self.load_bytes(&std::fs::read(path).map_err(ComponentError::File)?)
    }

    /// Loads a component from its bytes.
    ///
    /// # Errors
    /// [`ComponentError`], with the import that it may not have.
    pub fn load_bytes(&self, bytes: &[u8]) -> Result<ComponentFile, ComponentError> {
        let sha256 = hex_sha256(bytes);
        let component = artefact::load(&self.engine, self.cache.as_deref(), bytes, &sha256)
            .map_err(ComponentError::NotAComponent)?;
        for (name, _) in component.component_type().imports(&self.engine) {
            let bare = name.split('@').next().unwrap_or(name);
            if !ALLOWED.contains(&bare) {
                return Err(ComponentError::ForeignImport(name.to_owned()));
            }
        }
        if let Some(version) = other_version(&self.engine, &component) {
            return Err(ComponentError::OtherVersion(version));
        }
        let pre = linker(&self.engine)
            .and_then(|linker| linker.instantiate_pre(&component))
            .map_err(ComponentError::OtherContract)?;
        Ok(ComponentFile(Arc::new(Loaded {
            engine: self.clone(),
            component,
            pre,
            sha256,
            bytes: bytes.into(),
        })))
    }
}

/// The version of the contract that a component names, where it is not one that
/// goes together with ours: minor versions only add.
fn other_version(engine: &wasmtime::Engine, component: &Component) -> Option<String> {
    let of = component.component_type();
    let imports = of.imports(engine).map(|(name, _)| name.to_owned());
    let exports = of.exports(engine).map(|(name, _)| name.to_owned());
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    imports
        .chain(exports)
        .filter_map(|name| version_in(&name).map(str::to_owned))
        .find(|version| major(version) != major(CONTRACT))
}

/// A component, checked and ready to be called. Clones share it.
#[derive(Clone)]
pub struct ComponentFile(Arc<Loaded>);

struct Loaded {
    engine: Engine,
    component: Component,
    pre: InstancePre<CallState>,
    sha256: String,
    bytes: Arc<[u8]>,
}

impl std::fmt::Debug for ComponentFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ComponentFile")
            .field(&self.0.sha256)
            .finish()
    }
}

impl ComponentFile {
    /// SHA-256 of the file, in hex digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.bytes.len()
    }

    /// The file itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The engine that it is loaded into; another component can be loaded beside
    /// it.
    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Names of what it imports, sorted.
    #[must_use]
    pub fn imports(&self) -> Vec<String> {
        let engine = self.0.component.engine();
        let of = self.0.component.component_type();
        let mut names: Vec<String> = of.imports(engine).map(|(it, _)| it.to_owned()).collect();
        names.sort();
        names
    }

    /// Names of the interfaces that it exports, each with its functions.
    #[must_use]
    pub fn exports(&self) -> Vec<(String, Vec<String>)> {
        let engine = self.0.component.engine();
        let of = self.0.component.component_type();
        let mut exports: Vec<(String, Vec<String>)> = of
            .exports(engine)
            .filter_map(|(name, item)| {
                let ComponentItem::ComponentInstance(instance) = item.ty else {
                    return None;
                };
                let functions = instance
                    .exports(engine)
                    .filter(|(_, it)| matches!(it.ty, ComponentItem::ComponentFunc(_)))
                    .map(|(function, _)| function.to_owned())
                    .collect();
                Some((name.to_owned(), functions))
            })
            .collect();
        exports.sort();
        exports
    }

    pub(crate) fn pre(&self) -> &InstancePre<CallState> {
        &self.0.pre
    }

    /// Whether it exports an interface of our package.
    pub(crate) fn offers(&self, interface: &str) -> bool {
        let prefix = format!("koppel:crm-sync/{interface}");
        self.exports()
            .iter()
            .any(|(name, _)| name.split('@').next() == Some(&prefix))
    }
}

fn wasmtime_config(config: &EngineConfig) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(config.instances)
        // A component that is built of more could take the places of others.
        .max_core_instances_per_component(8)
        .max_memories_per_component(2)
        .max_tables_per_component(4)
        // A component consists of a few core instances: its own, and adapters.
        .total_core_instances(config.instances * 8)
        .total_memories(config.instances * 2)
        .total_tables(config.instances * 4)
        .total_stacks(config.instances * 2)
        .max_memory_size(config.memory_bytes)
        .table_elements(20_000)
        .linear_memory_keep_resident(64 << 10);
    let mut wasmtime = Config::new();
    wasmtime
        .epoch_interruption(true)
        .memory_init_cow(true)
        .memory_reservation(config.memory_bytes as u64)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .concurrency_support(false);
    wasmtime
}

/// A linker with exactly the imports of the contract.
fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    let it = &mut linker;
    wasi::io::error::add_to_linker::<CallState, HasTable>(it, |state| state.ctx().table)?;
    wasi::io::poll::add_to_linker::<CallState, HasTable>(it, |state| state.ctx().table)?;
    wasi::io::streams::add_to_linker::<CallState, HasTable>(it, |state| state.ctx().table)?;
    wasi::clocks::monotonic_clock::add_to_linker::<CallState, WasiClocks>(it, CallState::clocks)?;
    wasi::clocks::wall_clock::add_to_linker::<CallState, WasiClocks>(it, CallState::clocks)?;
    wasi::random::random::add_to_linker::<CallState, WasiRandom>(it, |state| {
        state.ctx().ctx.random()
    })?;
    add_only_http_to_linker_async(it)?;
    keyvalue::add_to_linker::<CallState, HasSelf<CallState>>(it, |state| state)?;
    crm::add_to_linker::<CallState, HasSelf<CallState>>(it, |state| state)?;
    signer::add_to_linker::<CallState, HasSelf<CallState>>(it, |state| state)?;
    Ok(linker)
}

struct HasTable;

impl wasmtime::component::HasData for HasTable {
    type Data<'a> = &'a mut ResourceTable;
}
