//! The stories of the three CRMs, each told from its beginning to its end with the real programs, which check every
//! claim themselves.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// More than a story takes on a busy machine, with the compiling of its programs.
const PATIENCE: Duration = Duration::from_secs(1_800);

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

/// PV-01, PV-02, PV-05..PV-07, PV-13, PV-14, PV-16..PV-20, PV-24..PV-26, PV-28..PV-30, PV-34..PV-36, PV-38..PV-40,
/// PV-42..PV-47, PV-50
#[test]
fn the_story_of_perfectview_comes_out_as_its_document_tells_it() {
    tell("perfectview");
}

/// YO-02, YO-03, YO-08, YO-10, YO-12..YO-15, YO-18..YO-22, YO-24..YO-28, YO-30..YO-32, YO-34..YO-37, YO-39, YO-43,
/// YO-44, YO-49, YO-51, YO-52
#[test]
fn the_story_of_yoobi_comes_out_as_its_document_tells_it() {
    tell("yoobi");
}

/// DA-02, DA-04, DA-05, DA-08..DA-10, DA-12..DA-20, DA-25..DA-32, DA-34..DA-36, DA-38..DA-41, DA-44, DA-46..DA-55,
/// DA-58, DA-60..DA-66, DA-68..DA-71, DA-73, DA-74, DA-79
#[test]
fn the_story_of_dynamics_365_comes_out_as_its_document_tells_it() {
    tell("dynamics365");
}
