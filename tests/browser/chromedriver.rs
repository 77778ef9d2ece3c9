//! One chromedriver for all tests of this process, on a free port, gone when
//! the process is gone.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// How long it may take to start on a busy machine.
const START: Duration = Duration::from_secs(120);

/// The shell stays until its standard input closes, which happens however this
/// process ends, and takes chromedriver and the browsers' profiles with it.
const GUARDED: &str = "chromedriver --port=0 --log-level=SEVERE & driver=$!; cat >/dev/null; \
     exec 2>/dev/null; kill $driver; wait $driver; \
     for wait in 1 1 2 4 8; do rm -rf \"$PROFILES\" && break; sleep $wait; done";

#[derive(Debug)]
struct Chromedriver {
    port: u16,
    /// Holds the profiles of the browsers.
    profiles: PathBuf,
    /// Holds the standard input of the shell open.
    _shell: Child,
}

/// Where chromedriver listens; starts it the first time.
pub(crate) fn address() -> String {
    format!("http://127.0.0.1:{}", driver().port)
}

/// A folder for the profile of one more browser.
pub(crate) fn profile() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    driver().profiles.join(number.to_string())
}

fn driver() -> &'static Chromedriver {
    static DRIVER: OnceLock<Chromedriver> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let profiles = tempfile::tempdir().expect("a folder for profiles").keep();
        start(&profiles)
    })
}

fn start(profiles: &Path) -> Chromedriver {
    let mut shell = Command::new("sh")
        .args(["-c", GUARDED])
        .env("PROFILES", profiles)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell that starts chromedriver");
    let output = shell.stdout.take().expect("the output of chromedriver");
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        // Read to the end, so that chromedriver never waits for a reader.
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(port) = port_in(&line) {
                // Nobody listens any more where the wait was given up.
                let _ = told.send(port);
            }
        }
    });
    let port = heard.recv_timeout(START).expect(
        "chromedriver says on which port it listens; it comes with the packages `chromium` and `chromium-driver`",
    );
    Chromedriver {
        port,
        profiles: profiles.to_owned(),
        _shell: shell,
    }
}

/// The port in `ChromeDriver was started successfully on port 41234.`
fn port_in(line: &str) -> Option<u16> {
    let port = line.split("started successfully on port ").nth(1)?;
    port.trim_end_matches('.').parse().ok()
}
