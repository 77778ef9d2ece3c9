//! A component gets what the contract names, and no more.

use crate::support::{World, component, hook};
use koppel_embedding::contract::contacts::Change;
use koppel_embedding::{ComponentError, Engine, EngineConfig, HostConfig, Limits, QuestionError};
use std::time::{Duration, Instant};

const ABOUT: &str = "export koppel:crm-sync/about@1.1.0;";

fn about(body: &str) -> Vec<u8> {
    component(
        ABOUT,
        &format!(
            r#"(module (memory (export "memory") 1)
                 (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
                 (func (export "koppel:crm-sync/about@1.1.0#describe") (result i32) {body}))"#
        ),
    )
}

fn limits(limits: Limits) -> HostConfig {
    HostConfig {
        limits,
        ..HostConfig::default()
    }
}

/// What the component computes to answer is ended by the limit of this name.
async fn is_stopped(body: &str, within: Limits, by: &str) {
    let world = World::with(&about(body), limits(within)).await;
    let answer = world.host.describe().await;
    assert!(
        matches!(answer, Err(QuestionError::Failed(name)) if name == by),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_foreign_import_is_refused_by_name() {
    let engine = Engine::new(EngineConfig::default()).expect("an engine");
    let bytes = wat::parse_str(
        r#"(component (import "wasi:filesystem/preopens@0.2.0" (instance
             (export "get-directories" (func)))))"#,
    )
    .expect("well-formed");
    match engine.load_bytes(&bytes) {
        Err(ComponentError::ForeignImport(name)) => {
            assert_eq!(name, "wasi:filesystem/preopens@0.2.0");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        engine.load_bytes(b"junk"),
        Err(ComponentError::NotAComponent(_))
    ));
}

#[tokio::test]
async fn a_component_with_one_interface_loads_and_the_others_are_not_offered() {
    let world = World::start(&about("(i32.const 1024)")).await;
    assert_eq!(world.host.describe().await.expect("an answer").name, "");
    let state = world.host.read_state(&world.tenant).await;
    assert!(
        matches!(state, Err(QuestionError::NotOffered("connection"))),
        "{state:?}"
    );
    let seen = world.host.inspect().component;
    assert_eq!(seen.contract.as_deref(), Some("1.1.0"));
    assert!(seen.hooks.is_empty(), "{seen:?}");

    world.save("1", Change::Created).await;
    world.run().await;
    assert_eq!(world.outcomes().await, ["1 rejected hook-not-offered"]);
    assert!(world.waiting().await.is_empty());
}

#[tokio::test]
async fn an_endless_loop_is_stopped_by_its_computing_time() {
    let compute = Duration::from_millis(100);
    let limits = Limits {
        compute,
        ..Limits::default()
    };
    let began = Instant::now();
    is_stopped("(loop (br 0)) unreachable", limits, "limit-compute").await;
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn an_endless_loop_is_stopped_by_the_clock_on_the_wall() {
    let limits = Limits {
        call: Duration::from_millis(100),
        ..Limits::default()
    };
    is_stopped("(loop (br 0)) unreachable", limits, "call-timeout").await;
}

#[tokio::test]
async fn a_memory_bomb_is_stopped() {
    let limits = Limits {
        memory_bytes: 1 << 20,
        ..Limits::default()
    };
    let bomb = "(loop (drop (memory.grow (i32.const 4))) (br 0)) unreachable";
    is_stopped(bomb, limits, "limit-memory").await;
}

#[tokio::test]
async fn imports_are_counted_and_bounded() {
    let config = limits(Limits {
        host_calls: 50,
        ..Limits::default()
    });
    let body =
        r"(loop (call $open (i32.const 16) (i32.const 6) (i32.const 64)) (br 0)) unreachable";
    let world = World::with(&hook(body), config).await;
    world.save("1", Change::Created).await;
    world.run().await;
    assert_eq!(world.outcomes().await, ["1 fault limit-host-calls"]);
}

#[tokio::test]
async fn a_compiled_component_comes_from_the_cache_unless_it_is_damaged() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    let config = EngineConfig {
        cache: Some(cache.clone()),
        ..EngineConfig::default()
    };
    let bytes = about("(i32.const 1024)");
    for round in ["compiled", "cached", "damaged"] {
        let engine = Engine::new(config.clone()).expect("an engine");
        assert!(engine.load_bytes(&bytes).is_ok(), "{round}");
        let files: Vec<_> = std::fs::read_dir(&cache)
            .expect("a folder")
            .flatten()
            .collect();
        assert_eq!(files.len(), 2, "{round}: the artefact and its checksum");
        for file in files
            .iter()
            .filter(|it| round == "cached" && it.path().extension().is_some_and(|it| it == "cwasm"))
        {
            std::fs::write(file.path(), b"damaged").expect("written");
        }
    }
}
