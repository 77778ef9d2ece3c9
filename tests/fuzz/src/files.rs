//! A file that somebody imports: each row is kept or comes back by its line, and the
//! same file once more changes nothing.

use std::sync::{Mutex, OnceLock, PoisonError};

use host_demo::crm::DemoCrm;
use host_demo::import::{ImportReport, import};
use host_demo::window::EveningHours;
use koppel_embedding::secret::KeySource;
use koppel_embedding::{ManualClock, Store, TenantId};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::LONGEST;

/// One CRM for all files of a process; each finds what the others left.
struct Desk {
    runtime: Runtime,
    crm: DemoCrm,
    _folder: TempDir,
}

impl Desk {
    fn open() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("crm.sqlite");
        let crm = runtime.block_on(async {
            let store = Store::open_with(database, KeySource::File);
            let store = store.await.expect("a database");
            let tenant = TenantId::new("demo").expect("a name");
            let clock = std::sync::Arc::new(ManualClock::at(1_000));
            let crm = DemoCrm::open(store, tenant, clock, EveningHours::default());
            crm.await.expect("tables")
        });
        Self {
            runtime,
            crm,
            _folder: folder,
        }
    }

    /// What became of the file; a text where it cannot be imported at all.
    fn import(&self, file: &[u8]) -> Result<ImportReport, String> {
        let imported = self.runtime.block_on(import(&self.crm, file, |_| ()));
        imported.map_err(|error| error.to_string())
    }
}

/// The bytes are the file.
pub(crate) fn check(bytes: &[u8]) {
    static DESK: OnceLock<Mutex<Desk>> = OnceLock::new();
    let desk = DESK.get_or_init(|| Mutex::new(Desk::open()));
    let desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    let file = &bytes[..bytes.len().min(LONGEST)];
    let first = desk.import(file);
    let again = desk.import(file);
    let (first, again) = match (first, again) {
        (Ok(first), Ok(again)) => (first, again),
        (first, again) => {
            assert_eq!(first, again, "refused as a whole, both times");
            return;
        }
    };
    let refused = first.errors.len() as u64;
    let kept = first.created + first.updated + first.unchanged;
    // A quote that the header leaves open is refused, and is no row.
    assert_eq!(kept + refused, first.rows.max(refused), "{first:?}");
    assert_eq!((again.created, again.updated), (0, 0), "{again:?}");
    assert_eq!(again.errors, first.errors);
    assert!(first.errors.is_sorted_by_key(|it| it.line), "{first:?}");
}
