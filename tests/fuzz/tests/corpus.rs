//! Each target over its corpus, and over mutations of it. `KOPPEL_FAULTS` is the
//! number of mutations of each.

use std::path::Path;
use std::time::Instant;

use koppel_fuzz::{Mutator, TARGETS, target};

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|it| it.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |it: &std::path::PathBuf| std::fs::read(it).expect("a file");
    paths.iter().map(read).collect()
}

/// A failure shows the input; put it into the corpus when it is mended.
struct Shown<'a>(&'a str, &'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: {:?}", self.0, String::from_utf8_lossy(self.1));
        }
    }
}

fn holds(name: &str) {
    let target = target(name).expect("a target");
    let corpus = corpus(name);
    assert!(corpus.len() >= 3, "{name}: {} inputs", corpus.len());
    let [mutations] = koppel_simulation::asked([400]);
    let began = Instant::now();
    for input in &corpus {
        let _shown = Shown(name, input);
        (target.check)(input);
    }
    let mut mutator = Mutator::new(1);
    for _ in 0..mutations {
        let input = mutator.next(&corpus);
        let _shown = Shown(name, &input);
        (target.check)(&input);
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "FAULTS {name}: {mutations} mutations of {} inputs in {seconds:.1}s",
        corpus.len()
    );
}

#[test]
fn whatever_spotler_answers_a_call_ends_and_its_memory_can_be_read() {
    holds("answers");
}

#[test]
fn whatever_is_remembered_a_call_ends_or_says_what_cannot_be_read() {
    holds("memory");
}

#[test]
fn whatever_a_hook_is_handed_a_call_ends_with_one_contact_at_most() {
    holds("input");
}

#[test]
fn whatever_a_text_says_it_is_read_or_refused_and_never_changed() {
    holds("texts");
}

#[test]
fn whatever_file_is_imported_each_row_is_kept_or_refused_and_twice_is_as_once() {
    holds("files");
}

#[test]
fn each_target_has_a_corpus_of_its_name() {
    for target in TARGETS {
        assert!(!corpus(target.name).is_empty(), "{}", target.name);
    }
}
