//! The power of the checker: each planted bug is caught, and without one the same
//! runs are clean. `KOPPEL_FAULTS` is the number of seeds that are tried.

use koppel_simulation::{Bug, Operation, Setting, Step, Volume, asked, run, run_steps};
use spotler_sim::switches::matrix;

/// Mostly cold persons: what is lost of one is not made good by its next save.
const VOLUME: Volume = Volume {
    steps: 400,
    persons: 90,
    trouble: 35,
};

fn setting(seed: u64, bug: Option<Bug>) -> Setting {
    Setting {
        seed,
        switches: None,
        bug,
        volume: VOLUME,
    }
}

/// Tries seeds with a bug of the queue or the store until something is lost.
fn loses(bug: Bug) {
    let [seeds] = asked([60]);
    for seed in 1..=seeds {
        let (findings, _) = run(&setting(seed, Some(bug)));
        if !findings.lost.is_empty() {
            let (clean, _) = run(&setting(seed, None));
            assert!(clean.is_clean(), "seed {seed}: {:#?}", clean.lines());
            let figures = findings.figures();
            println!("FAULTS {bug:?} caught by run {seed}: {figures}");
            return;
        }
    }
    panic!("{bug:?} was not noticed in {seeds} runs");
}

/// Plays a story in every Spotler that there might be, with a bug of the component:
/// somewhere it must violate an opt-out, and nowhere without the bug.
fn violates(bug: Bug, story: &[Step]) {
    let worlds = matrix();
    let mut caught = 0;
    for world in &worlds {
        let play = |bug| {
            let setting = Setting {
                switches: Some(world.switches.clone()),
                ..setting(1, bug)
            };
            run_steps(&setting, story).0
        };
        let clean = play(None);
        assert!(clean.is_clean(), "{}: {:#?}", world.name, clean.lines());
        caught += u32::from(!play(Some(bug)).violations.is_empty());
    }
    assert!(caught > 0, "{bug:?} was not noticed in any world");
    println!(
        "FAULTS {bug:?} caught in {caught} of {} worlds",
        worlds.len()
    );
}

/// A person who is in Spotler with permission 1.
fn linked() -> Vec<Step> {
    vec![
        Step::Do(Operation::Save(0)),
        Step::Do(Operation::Say(0, 1, true)),
        Step::Work(9),
    ]
}

/// These, one after the other, each worked before the next.
fn then(operations: &[Operation]) -> Vec<Step> {
    let each = operations.iter().cloned().map(Step::Do);
    each.flat_map(|it| [it, Step::Work(9)]).collect()
}

#[test]
fn the_checker_catches_a_queue_that_deletes_on_claim() {
    loses(Bug::DeleteOnClaim);
}

#[test]
fn the_checker_catches_a_queue_that_ignores_the_revision() {
    loses(Bug::IgnoreRevision);
}

#[test]
fn the_checker_catches_a_retry_that_does_not_read_again() {
    loses(Bug::RetryWithoutReading);
}

#[test]
fn the_checker_catches_a_queue_that_skips_a_save_as_unique() {
    loses(Bug::SkipAsUnique);
}

#[test]
fn the_checker_catches_a_store_that_loses_unsynced_writes() {
    loses(Bug::LoseUnsynced);
}

/// C15
#[test]
fn the_checker_catches_a_component_that_goes_on_after_an_opt_out() {
    let later = then(&[Operation::OptOut(0), Operation::Say(0, 2, true)]);
    violates(Bug::GoOnAfterOptOut, &[linked(), later].concat());
}

/// C31
#[test]
fn the_checker_catches_a_component_that_forgets_after_blanking() {
    let later = then(&[
        Operation::OptOut(0),
        Operation::Save(0),
        Operation::Tick,
        Operation::Delete(0),
        Operation::TypeIn(0),
        Operation::Say(0, 1, true),
    ]);
    violates(Bug::ForgetAfterBlanking, &[linked(), later].concat());
}

/// DA-82
#[test]
fn the_checker_catches_a_component_that_switches_on_again_what_went_off_in_spotler() {
    let later = then(&[
        Operation::Switch(0, 1, false),
        Operation::Save(0),
        Operation::Save(0),
    ]);
    violates(Bug::SwitchOnAgain, &[linked(), later].concat());
}

/// C16: the answer to the write is lost that switches permission 2 on; before the
/// next attempt the person switches it off.
#[test]
fn the_checker_catches_a_component_that_never_doubts_a_lost_write() {
    const RESET_AFTER_WORK: u8 = 1;
    const THE_WRITE: u8 = 2;
    let lost = vec![
        Step::Do(Operation::Say(0, 2, true)),
        Step::Fault(RESET_AFTER_WORK, THE_WRITE),
        Step::Work(9),
    ];
    let later = then(&[Operation::Switch(0, 2, false)]);
    let waited = vec![Step::Wait(3_600), Step::Work(9)];
    violates(Bug::NeverDoubt, &[linked(), lost, later, waited].concat());
}
