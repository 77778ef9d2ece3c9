//! The queue of a world worked by a process of its own, as the demo CRM's command
//! line does it, so that its memory can be told from that of the simulator.

use std::process::Command;

use jiff::Timestamp;
use koppel_tests::World;

/// The most memory that was had at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Most {
    /// Linear memory of a call of the component.
    pub(crate) component_bytes: u64,
    /// The process; 0 where the system does not tell.
    pub(crate) process_bytes: u64,
}

/// Works what is due at this moment; the most memory, and what is due next.
async fn work(world: &World) -> (Most, Option<u64>) {
    let now = i64::try_from(world.host.crm().now()).expect("a time");
    let now = Timestamp::from_millisecond(now).expect("a time");
    let mut command = Command::new(env!("CARGO_BIN_EXE_crm"));
    command.arg("--database").arg(world.database()).args([
        "--at",
        &now.to_string(),
        "--zone",
        "UTC",
        "--json",
        "work",
    ]);
    let ran = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("no panic")
        .expect("the program starts");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}{errors}");
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    let most = Most {
        component_bytes: said["component_memory_bytes"].as_u64().expect("bytes"),
        process_bytes: said["process_memory_bytes"].as_u64().unwrap_or(0),
    };
    (most, said["next_due"].as_u64())
}

/// Works the queue in processes, moving the clocks to whatever is due next, until
/// it is empty.
pub(crate) async fn work_to_the_end(world: &World) -> Most {
    world.share_compiled_component();
    let mut most = Most::default();
    for _ in 0..500 {
        let (had, next) = work(world).await;
        most.component_bytes = most.component_bytes.max(had.component_bytes);
        most.process_bytes = most.process_bytes.max(had.process_bytes);
        let Some(next) = next else { return most };
        let now = world.host.crm().now();
        world.advance_ms(next.saturating_sub(now).max(1));
    }
    panic!("the queue is not empty after 500 processes");
}
