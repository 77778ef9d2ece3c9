//! One CRM and one simulator that stay open, and worlds that were started there
//! once and are gone back to any number of times: what a start takes (tables,
//! connection, mapping) is taken once for each.

use std::collections::BTreeMap;

use host_demo::host::DemoHost;
use spotler_sim::{Config, Saved, SpotlerSim};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Executor};
use tempfile::TempDir;

use crate::{START_MS, World};

/// The clock goes on by so much for each world, so that none is disturbed by what
/// the one before was told to wait for.
const DAY_MS: u64 = 24 * 3_600_000;

/// What a world had on both sides when it had just been started.
struct Template {
    folder: TempDir,
    saved: Saved,
}

/// The place of one world after another, each under a name.
pub struct Stage {
    world: World,
    /// The CRM as it was opened; a world may restart it.
    host: DemoHost,
    /// Puts the tables back.
    connection: SqliteConnection,
    tables: Vec<String>,
    /// What there is before anything is connected.
    empty: TempDir,
    kept: BTreeMap<String, Template>,
}

impl Stage {
    /// Opens the CRM and the simulator.
    pub async fn open() -> Self {
        let world = World::unconnected(crate::spotler()).await;
        let options = SqliteConnectOptions::new().filename(world.database());
        let mut connection = options.connect().await.expect("a connection");
        let tables = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table'
             AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence')",
        );
        let tables = tables.fetch_all(&mut connection).await.expect("tables");
        let empty = copy(&mut connection).await;
        Self {
            host: world.host.clone(),
            world,
            connection,
            tables,
            empty,
            kept: BTreeMap::new(),
        }
    }

    /// The world of this name as [`World::start_with`] starts it with this simulator
    /// and this profile, on another day, with no request counted. The one before it
    /// ends. The pace that was learnt of Spotler stays, as it does from day to day.
    pub async fn enter(&mut self, name: &str, simulator: Config, profile: &str) -> &mut World {
        let as_started = async |_: &mut World| ();
        self.enter_as(name, simulator, profile, as_started).await
    }

    /// The world of this name as [`Stage::enter`] gives it, after what `prepare` did
    /// in it the first time.
    pub async fn enter_as(
        &mut self,
        name: &str,
        simulator: Config,
        profile: &str,
        prepare: impl AsyncFnOnce(&mut World),
    ) -> &mut World {
        self.world.host = self.host.clone();
        let faults = self.world.sim.faults();
        faults.clear();
        let switches = simulator.switches.clone();
        self.world.sim.set_switches(|it| *it = switches);
        let days = (self.host.crm().now() - START_MS) / DAY_MS;
        let morning = START_MS + (days + 1) * DAY_MS;
        if let Some(template) = self.kept.get(name) {
            put_back(&mut self.connection, &self.tables, &template.folder).await;
            self.world.sim.resume(template.saved.clone());
            self.world.advance_to_ms(morning);
        } else {
            put_back(&mut self.connection, &self.tables, &self.empty).await;
            let fresh = SpotlerSim::start(simulator).await.expect("a simulator");
            self.world.sim.resume(fresh.saved());
            self.world.advance_to_ms(morning);
            self.world.connect(profile).await;
            self.world.save_mapping().await;
            prepare(&mut self.world).await;
            let folder = copy(&mut self.connection).await;
            let saved = self.world.sim.saved();
            let template = Template { folder, saved };
            self.kept.insert(name.to_owned(), template);
        }
        self.world.sim.clear_requests();
        &mut self.world
    }
}

const DATABASE: &str = "crm.sqlite";

/// A copy of the database as it is, in a folder of its own.
async fn copy(connection: &mut SqliteConnection) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(DATABASE);
    sqlx::query("VACUUM INTO $1")
        .bind(path.to_str().expect("a path"))
        .execute(connection)
        .await
        .expect("a copy");
    folder
}

/// Puts every table back as it was copied.
async fn put_back(connection: &mut SqliteConnection, tables: &[String], from: &TempDir) {
    let path = from.path().join(DATABASE);
    let path = path.to_str().expect("a path").replace('\'', "''");
    let row = |it: &String| {
        format!("DELETE FROM main.{it}; INSERT INTO main.{it} SELECT * FROM kept.{it};")
    };
    let rows: String = tables.iter().map(row).collect();
    let statements = format!(
        "PRAGMA foreign_keys = OFF; ATTACH '{path}' AS kept;
         BEGIN IMMEDIATE; {rows} COMMIT; DETACH kept;"
    );
    let put = connection.execute(sqlx::AssertSqlSafe(statements));
    put.await.expect("the tables are put back");
}
