//! A PostgreSQL of the tests' own: in a folder of its own, on a socket in it, and
//! gone with the process that started it.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection, Executor};

/// How long a cluster may take to start or to answer.
const DEADLINE: Duration = Duration::from_secs(120);

/// Runs `postgres`; crashes it and starts it again for each line that it reads; and
/// ends it and removes its folder as soon as the end of our standard input says that
/// whoever started it is gone, however that came about.
const KEEPER: &str = r#"
    "$@" >"$FOLDER/log" 2>&1 &
    server=$!
    echo started
    while read -r _; do
        kill -QUIT "$server"
        wait "$server"
        "$@" >>"$FOLDER/log" 2>&1 &
        server=$!
        echo started
    done
    kill -INT "$server" 2>/dev/null
    wait "$server"
    rm -rf "$FOLDER"
"#;

/// A cluster that runs; it ends when this is dropped, or when the process is gone.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    keeper: Child,
    databases: AtomicU64,
}

impl Cluster {
    /// One for all tests of a program.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Cluster::start(false))
    }

    /// Starts one. `durable`: what is committed is on disk before it is told.
    pub fn start(durable: bool) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("koppel-pg-")
            .tempdir()
            .expect("a folder")
            .keep();
        // The server runs as another user than root, who may be the one who asks.
        let everybody = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(&folder, everybody).expect("permissions");
        let data = folder.join("data");
        let mut init = as_server_user(&program("initdb"));
        init.args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--pgdata"])
            .arg(&data);
        let made = init.current_dir(&folder).output().expect("initdb starts");
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let keeper = keep(&folder, durable);
        let it = Self {
            folder,
            keeper,
            databases: AtomicU64::new(0),
        };
        it.wait_for_answer();
        it
    }

    /// A new database in it, by its URL.
    pub async fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let name = format!("crm{number}");
        let mut connection = self.connect("postgres").await;
        let statement = format!("CREATE DATABASE {name}");
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .expect("a database");
        self.url(&name)
    }

    /// Ends every connection to the database but our own, as a network that fails.
    pub async fn cut_connections(&self) -> u64 {
        let mut connection = self.connect("postgres").await;
        sqlx::query(
            "SELECT CASE WHEN pg_terminate_backend(pid) THEN 1 ELSE 0 END FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        .execute(&mut connection)
        .await
        .expect("connections are cut")
        .rows_affected()
    }

    /// Ends the server at once, as a crash does: connections are cut, nothing is
    /// tidied up, and what was committed is read from its log. Comes back when it
    /// answers again.
    pub fn crash(&mut self) {
        let keeper = self.keeper.stdin.as_mut().expect("piped");
        keeper.write_all(b"crash\n").expect("the keeper listens");
        until_started(&mut self.keeper);
        self.wait_for_answer();
    }

    /// Where the key of the tests' secrets lies.
    pub fn key(&self) -> PathBuf {
        self.folder.join("koppel.key")
    }

    fn url(&self, name: &str) -> String {
        format!(
            "postgres://postgres@localhost/{name}?host={}",
            self.folder.display()
        )
    }

    async fn connect(&self, name: &str) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url(name))
            .await
            .expect("a connection")
    }

    fn wait_for_answer(&self) {
        let began = Instant::now();
        loop {
            let asked = Command::new(program("pg_isready"))
                .arg("-q")
                .arg("-h")
                .arg(&self.folder)
                .status();
            if asked.is_ok_and(|it| it.success()) {
                return;
            }
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                began.elapsed() < DEADLINE,
                "waited for PostgreSQL: {}",
                log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn keep(folder: &Path, durable: bool) -> Child {
    let server = as_server_user(&program("postgres"));
    let mut keeper = Command::new("sh");
    keeper
        .args(["-c", KEEPER, "keeper"])
        .arg(server.get_program())
        .args(server.get_args())
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-c", "listen_addresses=", "-c", "max_connections=300"])
        .args(["-c", if durable { "fsync=on" } else { "fsync=off" }])
        .arg("-c")
        .arg(format!("unix_socket_directories={}", folder.display()))
        .env("FOLDER", folder)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut keeper = keeper.spawn().expect("a shell");
    until_started(&mut keeper);
    keeper
}

/// Reads the word that the keeper says when it has started the server.
fn until_started(keeper: &mut Child) {
    let mut said = [0; "started\n".len()];
    let stdout = keeper.stdout.as_mut().expect("piped");
    stdout
        .read_exact(&mut said)
        .expect("the server was started");
}

/// PostgreSQL refuses to run as root; then it runs as the user that its package
/// made.
fn as_server_user(program: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

/// A program of PostgreSQL's: Debian keeps them beside the path.
fn program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|found| {
            found
                .flatten()
                .map(|it| it.path().join("bin").join(name))
                .collect()
        })
        .unwrap_or_default();
    versions.retain(|it| it.exists());
    versions.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        let mut programs = std::env::split_paths(&path).map(|it| it.join(name));
        programs.find(|it| it.exists())
    };
    versions
        .pop()
        .or_else(on_path)
        .unwrap_or_else(|| panic!("`{name}` is missing: apt-get install postgresql"))
}
