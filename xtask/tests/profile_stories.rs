//! The stories of the three CRMs, each told from its beginning to its end with the real programs, which check every
//! claim themselves.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// More than a story takes on a busy machine, the building of its programs included.
const PATIENCE: Duration = Duration::from_secs(900);

/// Tells a story in a folder of its own, and fails with its transcript where it fails.
fn tell(profile: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut story = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", "--profile", profile, "--folder"])
        .arg(folder.path().join("demo"))
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
            panic!("the story of {profile} did not end within {PATIENCE:?}");
        }
    };
    let status = story.wait().expect("it ended");
    let faults = faults.join().expect("read").expect("its errors are text");
    assert!(
        status.success(),
        "the story of {profile} failed:\n{transcript}\n{faults}"
    );
    assert!(
        transcript.contains("Everything came out as it should"),
        "the story of {profile} did not come to its end:\n{transcript}"
    );
}

#[test]
fn the_story_of_perfectview_comes_out_as_its_document_tells_it() {
    tell("perfectview");
}

#[test]
fn the_story_of_yoobi_comes_out_as_its_document_tells_it() {
    tell("yoobi");
}

#[test]
fn the_story_of_dynamics_365_comes_out_as_its_document_tells_it() {
    tell("dynamics365");
}
