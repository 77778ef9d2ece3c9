//! Random runs on seeds: rows 1, 2, 5 and 6 of the fault programme. `cargo xtask
//! faults` makes more of them; `KOPPEL_FAULTS` is the numbers that each test names.

use koppel_simulation::{
    Operation, Setting, Step, Tally, Volume, asked, random_steps, run, run_steps,
};
use proptest::prelude::*;
use proptest::test_runner::{Config as RunnerConfig, RngAlgorithm, TestRng, TestRunner};
use spotler_sim::Switches;

fn setting(seed: u64, volume: Volume) -> Setting {
    Setting {
        seed,
        switches: None,
        bug: None,
        volume,
    }
}

/// Runs these seeds and adds up what was counted; fails with the seed.
fn all(seeds: std::ops::Range<u64>, volume: Volume) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let (findings, counted) = run(&setting(seed, volume));
        assert!(
            findings.is_clean(),
            "KOPPEL_SEED={seed} shows it again: {:#?}",
            findings.lines()
        );
        tally = tally.and(counted);
    }
    tally
}

/// The first seed; `KOPPEL_SEED` names another one, to see a failure again.
fn first_seed() -> u64 {
    let named = std::env::var("KOPPEL_SEED").ok();
    named.and_then(|it| it.parse().ok()).unwrap_or(1)
}

/// `KOPPEL_FAULTS` is seeds, steps and persons.
#[test]
fn whatever_the_seed_nothing_is_lost_overtaken_or_violated() {
    let [seeds, steps, persons] = asked([40, 200, 60]);
    let volume = Volume {
        steps: usize::try_from(steps).expect("a number of steps"),
        persons: usize::try_from(persons).expect("a number of persons"),
        trouble: 25,
    };
    let tally = all(first_seed()..first_seed() + seeds, volume);
    assert!(tally.faults > 0 && tally.kills > 0, "{}", tally.figures());
    println!("FAULTS {seeds} seeds, {}; 0 violations", tally.figures());
}

#[test]
fn the_same_seed_is_the_same_run() {
    let volume = Volume {
        steps: 300,
        persons: 20,
        trouble: 30,
    };
    let of = |seed| run(&setting(seed, volume));
    assert_eq!(of(7), of(7));
    assert_ne!(of(7).1, of(8).1);
}

/// Requests that go wrong, one in five: `KOPPEL_FAULTS` is the number of requests.
#[test]
fn every_fifth_request_goes_wrong_and_the_end_is_the_same() {
    let [requests] = asked([800]);
    let volume = Volume {
        steps: 400,
        persons: 80,
        trouble: 55,
    };
    let mut tally = Tally::default();
    let mut seed = 500_000;
    while tally.requests < requests {
        tally = tally.and(all(seed..seed + 1, volume));
        seed += 1;
    }
    assert!(tally.faults * 8 > tally.requests, "{}", tally.figures());
    println!("FAULTS {}; 0 violations", tally.figures());
}

/// What may fall between look, write, acknowledgement and commit.
fn in_between() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => Just(Operation::OptOut(0)),
        2 => (1..3_u32).prop_map(|bit| Operation::Switch(0, bit, false)),
        1 => Just(Operation::Complain(0)),
        1 => Just(Operation::Bounce(0)),
        1 => Just(Operation::ComeBack(0)),
        2 => Just(Operation::Mail(0, false)),
        2 => (1..3_u32).prop_map(|bit| Operation::Say(0, bit, false)),
        2 => (1..3_u32).prop_map(|bit| Operation::Say(0, bit, true)),
        2 => Just(Operation::Save(0)),
        1 => Just(Operation::Deactivate(0)),
        1 => Just(Operation::Delete(0)),
        1 => Just(Operation::TypeIn(0)),
        1 => Just(Operation::Tick),
    ]
}

/// A call that switches something on, with up to three things in the middle of it.
fn race() -> impl Strategy<Value = Vec<Step>> {
    let meanwhile = || {
        prop_oneof![
            6 => (0..6_u8, any::<bool>(), in_between())
                .prop_map(|(skip, after, it)| Step::Meanwhile(skip, after, it)),
            1 => (0..10_u8, 0..6_u8).prop_map(|(kind, skip)| Step::Fault(kind, skip)),
            1 => (0..6_u8, any::<bool>()).prop_map(|(skip, after)| Step::Kill(skip, after)),
            1 => (0..6_u8).prop_map(Step::Nested),
        ]
    };
    let known = prop::bool::ANY;
    let last = prop_oneof![
        Just(Operation::Save(0)),
        Just(Operation::Say(0, 1, true)),
        Just(Operation::Say(0, 2, true)),
        Just(Operation::Tick),
        Just(Operation::Export(Some(1))),
        Just(Operation::TakeUp(0)),
    ];
    let races = prop::collection::vec(meanwhile(), 1..4);
    (known, last, races, prop::option::of(in_between())).prop_map(|(known, last, races, then)| {
        let mut steps = vec![
            Step::Do(Operation::Save(0)),
            Step::Do(Operation::Say(0, 1, true)),
        ];
        if known {
            steps.push(Step::Work(9));
        }
        steps.push(Step::Do(last));
        steps.extend(races);
        steps.push(Step::Work(9));
        steps.extend(then.map(Step::Do));
        steps.extend([
            Step::Do(Operation::Tick),
            Step::Work(9),
            Step::Do(Operation::Save(0)),
        ]);
        steps
    })
}

/// `KOPPEL_FAULTS` is the number of interleavings.
#[test]
fn an_opt_out_wins_wherever_it_falls_between_look_write_and_commit() {
    let [interleavings] = asked([400]);
    let input = (0..240_u64, race());
    try_all(interleavings, 6, input, |(world, steps)| {
        let setting = setting(world, small());
        run_steps(&setting, &steps)
    });
}

/// Any steps of a few persons: shrinks to the fewest that fail.
fn any_steps() -> impl Strategy<Value = (u64, usize)> {
    (any::<u64>(), 5..60_usize)
}

/// `KOPPEL_FAULTS` is the number of sequences.
#[test]
fn no_sequence_leaves_the_model() {
    let [sequences] = asked([250]);
    try_all(sequences, 2, any_steps(), |(seed, steps)| {
        let steps = random_steps(seed, Volume { steps, ..small() });
        run_steps(&setting(seed, small()), &steps)
    });
}

fn small() -> Volume {
    Volume {
        steps: 40,
        persons: 4,
        trouble: 35,
    }
}

fn try_all<T: std::fmt::Debug>(
    cases: u64,
    seed: u8,
    input: impl Strategy<Value = T>,
    of: impl Fn(T) -> (koppel_simulation::Findings, Tally),
) {
    let config = RunnerConfig {
        cases: u32::try_from(cases).expect("a number of cases"),
        failure_persistence: None,
        ..RunnerConfig::default()
    };
    let mut bytes = [seed; 32];
    bytes[..8].copy_from_slice(&first_seed().to_le_bytes());
    let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let tally = std::cell::Cell::new(Tally::default());
    TestRunner::new_with_rng(config, chance)
        .run(&input, |input| {
            let (findings, counted) = of(input);
            tally.set(tally.get().and(counted));
            prop_assert!(findings.is_clean(), "{:#?}", findings.lines());
            Ok(())
        })
        .expect("no violation");
    println!(
        "FAULTS {cases} sequences, {}; 0 violations",
        tally.get().figures()
    );
}

/// A Spotler that shows everything, and nothing goes wrong: then the end is exact.
#[test]
fn without_trouble_each_permission_is_on_where_it_was_given_last() {
    let steps = [
        Step::Do(Operation::Save(0)),
        Step::Do(Operation::Say(0, 1, true)),
        Step::Do(Operation::Say(0, 2, true)),
        Step::Work(9),
        Step::Do(Operation::Switch(0, 1, false)),
        Step::Do(Operation::Tick),
        Step::Work(9),
        Step::Do(Operation::Say(0, 3, true)),
    ];
    let setting = Setting {
        switches: Some(Switches::default()),
        ..setting(1, small())
    };
    let (findings, tally) = run_steps(&setting, &steps);
    assert!(findings.is_clean(), "{:#?}", findings.lines());
    assert_eq!((tally.faults, tally.kills), (0, 0));
}
