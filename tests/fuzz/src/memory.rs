//! Whatever stands in the key-value store: a document that can be read comes out of
//! the memory as it went in, and a call with it ends with an answer.

use koppel_plugin::connection::{Connection, MappingRow};
use koppel_plugin::memory::{Link, Lock, Mark};
use koppel_simulation::{Operation, World};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{parts, world};

/// Each part is tried as each document.
pub(crate) fn check(bytes: &[u8]) {
    let link = World::key_of(0);
    for part in parts(bytes).iter().take(4) {
        with::<Link>(part, "links", &link);
        with::<Lock>(part, "tombstones", "address");
        with::<Mark>(part, "connection", "mark-updates");
        with::<Connection>(part, "connection", "state");
        with::<Vec<MappingRow>>(part, "connection", "mapping");
    }
}

fn with<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    part: &[u8],
    bucket: &str,
    key: &str,
) {
    let Ok(document) = serde_json::from_slice::<T>(part) else {
        return;
    };
    let written = serde_json::to_vec(&document).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(again, document, "{bucket}/{key}");
    let world = world();
    world.remember(bucket, key, &written);
    world.do_and_work(&Operation::Save(0), 9);
    world.do_and_work(&Operation::Tick, 9);
}
