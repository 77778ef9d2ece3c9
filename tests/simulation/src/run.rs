//! A run: steps by chance from a seed, worked to the end, and judged.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use spotler_sim::Switches;
use spotler_sim::switches::matrix;

use crate::checker::{self, Findings};
use crate::operation::{Operation, Step};
use crate::planted::Bug;
use crate::world::{AtRequest, World};

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The seed: everything follows from it.
    pub seed: u64,
    /// How Spotler behaves; none: one of the matrix, by the seed.
    pub switches: Option<Switches>,
    /// A bug that is planted.
    pub bug: Option<Bug>,
    /// How much happens.
    pub volume: Volume,
}

/// How much happens in a run.
#[derive(Clone, Copy, Debug)]
pub struct Volume {
    /// Steps.
    pub steps: usize,
    /// Persons; with many of them most are cold: what is lost of one is not made
    /// good by its next save.
    pub persons: usize,
    /// Faults, kills and things in the middle of a call, of a hundred steps.
    pub trouble: u32,
}

/// What was counted in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps that were taken.
    pub steps: u64,
    /// Calls of the component.
    pub calls: u64,
    /// Requests to Spotler.
    pub requests: u64,
    /// Requests that went wrong.
    pub faults: u64,
    /// Kills of the process.
    pub kills: u64,
    /// Things that happened in the middle of a call.
    pub meanwhile: u64,
    /// Calls that were thrown away because what they had read has changed.
    pub conflicts: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            calls: self.calls + other.calls,
            requests: self.requests + other.requests,
            faults: self.faults + other.faults,
            kills: self.kills + other.kills,
            meanwhile: self.meanwhile + other.meanwhile,
            conflicts: self.conflicts + other.conflicts,
        }
    }

    /// As in the table of a fault programme.
    pub fn figures(&self) -> String {
        format!(
            "{} steps, {} calls, {} requests, {} faults, {} kills, {} in the middle of a call, \
             {} conflicts",
            self.steps,
            self.calls,
            self.requests,
            self.faults,
            self.kills,
            self.meanwhile,
            self.conflicts
        )
    }
}

/// Steps by chance.
pub fn random_steps(seed: u64, volume: Volume) -> Vec<Step> {
    let mut chance = StdRng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    (0..volume.steps)
        .map(|_| step(&mut chance, volume))
        .collect()
}

fn step(chance: &mut StdRng, volume: Volume) -> Step {
    if chance.random_range(0..100) >= volume.trouble {
        return match chance.random_range(0..100) {
            0..68 => Step::Do(operation(chance, volume.persons)),
            68..92 => Step::Work(chance.random_range(1..8)),
            _ => Step::Wait(chance.random_range(1..3_600)),
        };
    }
    let skip = chance.random_range(0..6);
    match chance.random_range(0..10) {
        0..5 => Step::Fault(chance.random(), skip),
        5 => Step::Kill(skip, chance.random()),
        6..9 => Step::Meanwhile(skip, chance.random(), operation(chance, volume.persons)),
        _ => Step::Nested(skip),
    }
}

fn operation(chance: &mut StdRng, persons: usize) -> Operation {
    // A few are saved all the time, most once or twice.
    let hot = chance.random_bool(0.3);
    let person = chance.random_range(0..if hot { 3 } else { persons.max(4) });
    let bit = chance.random_range(1..4);
    match chance.random_range(0..100) {
        0..38 => Operation::Save(person),
        38..56 => Operation::Say(person, bit, chance.random_bool(0.8)),
        56..59 => Operation::Mail(person, chance.random()),
        59..62 => Operation::Gate(person, chance.random_bool(0.6)),
        62..64 => Operation::Deactivate(person),
        64..66 => Operation::Reactivate(person),
        66..68 => Operation::Delete(person),
        68..71 => Operation::TypeIn(person),
        71..76 => Operation::OptOut(person),
        76..82 => Operation::Switch(person, bit, chance.random_bool(0.3)),
        82..84 => Operation::Bounce(person),
        84 => Operation::Complain(person),
        85..87 => Operation::ComeBack(person),
        87..90 => Operation::TakeUp(person),
        90..92 => Operation::Sync(person),
        92..97 => Operation::Tick,
        _ => Operation::Export(chance.random_bool(0.5).then_some(1)),
    }
}

/// A run from its seed.
pub fn run(setting: &Setting) -> (Findings, Tally) {
    run_steps(setting, &random_steps(setting.seed, setting.volume))
}

/// A run of these steps.
pub fn run_steps(setting: &Setting, steps: &[Step]) -> (Findings, Tally) {
    let worlds = matrix();
    // Neighbours in the matrix are alike; seeds that follow each other are not.
    let turn = setting.seed.wrapping_mul(101) % worlds.len() as u64;
    let number = usize::try_from(turn).unwrap_or(0);
    let switches = setting.switches.as_ref();
    let switches = switches.unwrap_or(&worlds[number].switches);
    let world = World::start(setting.seed, switches, setting.bug);
    for step in steps {
        world.take(step);
    }
    let stuck = world.to_the_end();
    let mut findings = checker::check(&world.sim, &world.what_people_did());
    findings.lost.extend(stuck);
    (findings, world.tally())
}

/// So many rounds a queue may take to become empty.
const ROUNDS: u32 = 2_000;

impl World {
    /// Takes one step.
    fn take(&self, step: &Step) {
        self.count(|it| it.steps += 1);
        let come = |skip: u8, what| self.to_come.borrow_mut().push((skip, what));
        match step {
            Step::Do(operation) => self.happen(operation),
            Step::Fault(kind, skip) => come(*skip, AtRequest::Fault(*kind)),
            Step::Kill(skip, after) => come(*skip, AtRequest::Kill(*after)),
            Step::Meanwhile(skip, after, operation) => {
                come(*skip, AtRequest::Meanwhile(*after, operation.clone()));
            }
            Step::Nested(skip) => come(*skip, AtRequest::Nested),
            Step::Work(calls) => {
                self.work(u32::from(*calls));
            }
            Step::Wait(seconds) => self.advance(u64::from(*seconds) * 1_000),
        }
    }

    /// Works the queue to its end, without further trouble; a line where it does
    /// not come to an end.
    fn to_the_end(&self) -> Option<String> {
        self.work(u32::MAX);
        self.to_come.borrow_mut().clear();
        for _ in 0..ROUNDS {
            self.work(u32::MAX);
            let next = self.store().kept.queue.next_due()?;
            self.advance(next.saturating_sub(self.now()).max(1));
        }
        let left = self.store().kept.queue.rows.len();
        Some(format!("{left} events are in the queue for ever"))
    }
}
