//! A world that was started once, and any number of copies of it: what a start
//! takes (tables, connection, mapping) is taken once.

use spotler_sim::{Config, Saved};
use tempfile::TempDir;

use crate::World;

/// What a world had when it was kept.
pub struct Template {
    folder: TempDir,
    simulator: Config,
    saved: Saved,
}

/// The files of a CRM that has no work under way: its database, and its key.
const FILES: [&str; 2] = ["crm.sqlite", "crm.sqlite.key"];

impl Template {
    /// A world with this simulator and this profile, connected, mapping saved, as
    /// [`World::start_with`] starts it.
    pub async fn start_with(simulator: Config, profile: &str) -> Self {
        let world = World::start_with(simulator.clone(), profile).await;
        let folder = tempfile::tempdir().expect("a folder");
        let [database, key] = FILES;
        let path = folder.path().join(database);
        sqlx::query("VACUUM INTO $1")
            .bind(path.to_str().expect("a path"))
            .execute(world.host.crm().store().readers())
            .await
            .expect("a copy");
        std::fs::copy(world.folder.path().join(key), folder.path().join(key)).expect("a copy");
        Self {
            folder,
            simulator,
            saved: world.sim.saved(),
        }
    }

    /// Another world, at the same moment, with the same on both sides, and no
    /// request counted.
    pub async fn world(&self) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        for file in FILES {
            let from = self.folder.path().join(file);
            std::fs::copy(from, folder.path().join(file)).expect("a copy");
        }
        let world = World::in_folder(folder, self.simulator.clone(), |_| ()).await;
        world.sim.resume(self.saved.clone());
        world
    }
}
