//! A story of the demo, run as a program.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// More than a story takes on a busy machine, with the compiling of its programs.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// Tells a story, named by an option of the demo, in a folder of its own; fails with its transcript where it fails.
pub(crate) fn tell(option: &str, name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut story = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", option, name, "--folder"])
        .arg(folder.path().join("demo"))
        .env("KOPPEL_BUILD_WITH_TESTS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let mut faults = story.stderr.take().expect("its errors");
    let faults = thread::spawn(move || {
        let mut text = String::new();
        faults.read_to_string(&mut text).map(|_| text)
    });
    let mut transcript = story.stdout.take().expect("its output");
    let (told, ended) = channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = transcript.read_to_string(&mut text).map(|_| text);
        told.send(read)
    });
    let transcript = match ended.recv_timeout(PATIENCE) {
        Ok(text) => text.expect("the transcript is text"),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            story.kill().expect("it can be stopped");
            panic!("the story of {name} did not end within {PATIENCE:?}");
        }
    };
    let status = story.wait().expect("it ended");
    let faults = faults.join().expect("read").expect("its errors are text");
    assert!(
        status.success(),
        "the story of {name} failed:\n{transcript}\n{faults}"
    );
    assert!(
        transcript.contains("Everything came out as it should"),
        "the story of {name} did not come to its end:\n{transcript}"
    );
}
