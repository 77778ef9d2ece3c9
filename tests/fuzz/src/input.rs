//! Whatever a hook is handed, the call ends with an answer, and Spotler keeps one
//! contact at most for a record.

use koppel_simulation::Operation;

use crate::{parts, world};

/// The parts are an address, a first name, a city, and a cursor.
pub(crate) fn check(bytes: &[u8]) {
    let world = world();
    let texts: Vec<String> = parts(bytes)
        .iter()
        .map(|it| {
            String::from_utf8_lossy(it)
                .trim_end_matches('\n')
                .to_owned()
        })
        .collect();
    let text = |at: usize| texts.get(at).map_or("", String::as_str);
    let fields = ["email", "first_name", "city"];
    for (at, name) in fields.into_iter().enumerate() {
        world.write_field(0, name, text(at));
    }
    world.do_and_work(&Operation::Sync(0), 9);
    for operation in [
        Operation::Save(0),
        Operation::Tick,
        Operation::Export(None),
        Operation::TakeUp(0),
    ] {
        world.happen_and_go_on_from(&operation, text(3));
    }
    let seen = world.sim.contact_count();
    assert!(seen <= 1, "{seen} contacts of one record");
}
