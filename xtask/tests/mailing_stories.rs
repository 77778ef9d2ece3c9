//! The stories of mailings that the demo tells: each checks what it claims, so each is a test as it stands.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a story may take, with the compiling of its programs on a busy machine.
const DEADLINE: Duration = Duration::from_secs(1_800);
/// How much of a transcript a failure shows.
const TAIL: usize = 40;

/// Tells a story in a folder of its own; fails with the end of its transcript.
fn tell(story: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let transcript = folder.path().join("transcript.txt");
    let written = File::create(&transcript).expect("a file");
    let errors = written.try_clone().expect("a file");
    let mut process = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["demo", "--story", story, "--folder"])
        .arg(folder.path().join("demo"))
        .stdin(Stdio::null())
        .stdout(written)
        .stderr(errors)
        .spawn()
        .expect("the story begins");
    let succeeded = ended(&mut process);
    let told = fs::read_to_string(&transcript).expect("a transcript");
    let lines: Vec<&str> = told.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    assert!(succeeded == Some(true), "{succeeded:?}:\n{tail}");
    assert!(told.contains("Everything came out as it should"), "{tail}");
}

/// Whether a program succeeded; none if it did not end in time.
fn ended(process: &mut Child) -> Option<bool> {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = process.try_wait().expect("a program") {
            return Some(status.success());
        }
        if Instant::now() > until {
            // It ends either way; there is nobody else to tell.
            let _ = process.kill();
            return None;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// PV-16..PV-29, PV-31, PV-33, PV-36..PV-38, PV-42, PV-43, PV-51: 2,501 relations wait for the evening, small
/// campaigns do not wait for them, the list has exactly its name and people, and the mailing's results come back.
#[test]
fn the_story_of_a_campaign_comes_out_as_it_says() {
    tell("campaign");
}

/// AU-01, AU-03..AU-05, AU-07, AU-08, AU-10..AU-14, AU-17, AU-24..AU-32, DA-64: the four examples, by
/// hand and by themselves, at most once, and what Spotler refuses.
#[test]
fn the_story_of_journeys_comes_out_as_it_says() {
    tell("journeys");
}

/// RE-01..RE-03, RE-05..RE-12, RE-14..RE-20, RE-22, RE-24, RE-25, RE-27..RE-39, RE-42, RE-43, DA-65, DA-66, DA-68..DA-70: figures, who did what, participations, text messages, forms, the
/// card, and five days off that are caught up once.
#[test]
fn the_story_of_results_comes_out_as_it_says() {
    tell("reports");
}
