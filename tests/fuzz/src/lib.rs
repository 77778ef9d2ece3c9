//! What must hold whatever bytes come from elsewhere: Spotler's answers, what is
//! remembered, what a hook is handed, texts in headers and fields, files to import.
//!
//! A [`Target`] is a function of bytes that panics where something does not hold.
//! The tests run each over its corpus and over some thousand mutations of it, with
//! stable Rust; `cargo fuzz` in `tests/fuzz/libfuzzer` runs the same for as long as
//! asked, with nightly Rust.

mod answers;
mod files;
mod input;
mod memory;
mod mutate;
mod texts;

pub use mutate::Mutator;

/// A function that must hold for all bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of the folder of its corpus.
    pub name: &'static str,
    /// Panics where something does not hold.
    pub check: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 5] = [
    Target {
        name: "answers",
        check: answers::check,
    },
    Target {
        name: "memory",
        check: memory::check,
    },
    Target {
        name: "input",
        check: input::check,
    },
    Target {
        name: "texts",
        check: texts::check,
    },
    Target {
        name: "files",
        check: files::check,
    },
];

/// The target with this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|it| it.name == name)
}

/// Longer inputs find nothing that shorter ones do not.
const LONGEST: usize = 64 * 1024;

/// The parts of an input, which stand between lines of `--`.
fn parts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new()];
    for line in bytes[..bytes.len().min(LONGEST)].split_inclusive(|it| *it == b'\n') {
        if line == b"--\n" {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.extend_from_slice(line);
        }
    }
    parts
}

/// A world in which person 0 is in Spotler with an opt-in.
fn world() -> koppel_simulation::World {
    use koppel_simulation::{Operation, World};
    let world = World::start(1, &spotler_sim::Switches::default(), None);
    world.do_and_work(&Operation::Save(0), 9);
    world.do_and_work(&Operation::Say(0, 1, true), 9);
    world
}
