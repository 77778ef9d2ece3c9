//! The power of the checker: each planted bug is caught, and without one the same
//! seeds are clean. `KOPPEL_FAULTS` is the number of seeds that are tried.

use koppel_simulation::{Bug, Findings, Setting, Volume, asked, run};

/// Mostly cold persons: what is lost of one is not made good by its next save.
const MANY: Volume = Volume {
    steps: 400,
    persons: 90,
    trouble: 35,
};

/// A few persons to whom much happens.
const FEW: Volume = Volume {
    steps: 300,
    persons: 4,
    trouble: 35,
};

/// What a bug must be noticed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Lost,
    Violations,
}

/// Tries seeds from this one on with the bug, until one is noticed as it should be.
/// The seed names the world too: from 48 on an answer shows who is inactive.
fn caught(bug: Bug, by: By, from: u64) {
    let noticed = |it: &Findings| match by {
        By::Lost => !it.lost.is_empty(),
        By::Violations => !it.violations.is_empty(),
    };
    let volume = match by {
        By::Lost => MANY,
        By::Violations => FEW,
    };
    let [seeds] = asked([60]);
    for seed in from..from + seeds {
        let setting = |bug| Setting {
            seed,
            switches: None,
            bug,
            volume,
        };
        let (findings, _) = run(&setting(Some(bug)));
        if noticed(&findings) {
            let (clean, _) = run(&setting(None));
            assert!(clean.is_clean(), "seed {seed}: {:#?}", clean.lines());
            println!(
                "FAULTS {bug:?} caught by seed {seed}: {}",
                findings.figures()
            );
            return;
        }
    }
    panic!("{bug:?} was not noticed in {seeds} runs");
}

#[test]
fn the_checker_catches_a_queue_that_deletes_on_claim() {
    caught(Bug::DeleteOnClaim, By::Lost, 1);
}

#[test]
fn the_checker_catches_a_queue_that_ignores_the_revision() {
    caught(Bug::IgnoreRevision, By::Lost, 1);
}

#[test]
fn the_checker_catches_a_retry_that_does_not_read_again() {
    caught(Bug::RetryWithoutReading, By::Lost, 1);
}

#[test]
fn the_checker_catches_a_queue_that_skips_a_save_as_unique() {
    caught(Bug::SkipAsUnique, By::Lost, 1);
}

#[test]
fn the_checker_catches_a_store_that_loses_unsynced_writes() {
    caught(Bug::LoseUnsynced, By::Lost, 1);
}

#[test]
fn the_checker_catches_a_component_that_goes_on_after_an_opt_out() {
    caught(Bug::GoOnAfterOptOut, By::Violations, 48);
}

#[test]
fn the_checker_catches_a_component_that_forgets_after_blanking() {
    caught(Bug::ForgetAfterBlanking, By::Violations, 48);
}

#[test]
fn the_checker_catches_a_component_that_switches_on_again_what_went_off_in_spotler() {
    caught(Bug::SwitchOnAgain, By::Violations, 1);
}
