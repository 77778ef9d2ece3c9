//! Whatever Spotler answers, a call ends with an answer, and what it remembers can
//! be read again.

use koppel_simulation::Operation;

use crate::{parts, world};

/// No work takes more calls than this for one record.
const MOST_CALLS: u32 = 40;

/// Each part is an answer: a line with the status, and the body.
pub(crate) fn check(bytes: &[u8]) {
    let world = world();
    world.forge(parts(bytes).iter().map(|it| answer(it)).collect());
    for operation in [
        Operation::Tick,
        Operation::Save(0),
        Operation::Save(1),
        Operation::Say(0, 2, true),
        Operation::Export(Some(1)),
        Operation::Deactivate(0),
        Operation::TakeUp(0),
    ] {
        world.do_and_work(&operation, MOST_CALLS);
    }
    world.forge(Vec::new());
    // Memory that cannot be read ends a call with a panic.
    world.do_and_work(&Operation::Save(0), MOST_CALLS);
    world.do_and_work(&Operation::Tick, MOST_CALLS);
}

fn answer(part: &[u8]) -> (u16, Vec<u8>) {
    let end = part.iter().position(|it| *it == b'\n').unwrap_or(0);
    let status = str::from_utf8(&part[..end]).ok();
    match status.and_then(|it| it.parse().ok()) {
        Some(status) => (status, part[end + 1..].to_vec()),
        None => (200, part.to_vec()),
    }
}
