//! Which part may know which: the arrows of ARCHITECTURE.md, read off the
//! manifests.

use std::collections::BTreeSet;

use crate::support::repository;

/// Our own crates that a manifest names among its dependencies.
fn ours(manifest: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository().join(manifest)).expect("a manifest");
    let ours = [
        "koppel-plugin",
        "koppel-component",
        "koppel-embedding",
        "host-demo",
        "spotler-sim",
    ];
    let dependencies = text.split_once("[dependencies]").map_or("", |it| it.1);
    let named = |name: &&str| {
        dependencies.lines().any(|line| {
            line.strip_prefix(*name)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        })
    };
    ours.iter()
        .filter(|it| named(it))
        .map(|it| (*it).to_owned())
        .collect()
}

#[test]
fn the_component_and_the_simulator_depend_on_nothing_of_ours() {
    assert_eq!(ours("plugin/Cargo.toml"), BTreeSet::new());
    assert_eq!(ours("spotler-sim/Cargo.toml"), BTreeSet::new());
}

#[test]
fn the_embedding_knows_nothing_of_the_demo_crm() {
    assert_eq!(ours("host-demo/embedding/Cargo.toml"), BTreeSet::new());
}

#[test]
fn the_demo_crm_knows_the_component_as_a_file_only() {
    let expected = ["koppel-component", "koppel-embedding"]
        .map(str::to_owned)
        .into();
    assert_eq!(ours("host-demo/Cargo.toml"), expected);
}

#[test]
fn the_pure_modules_name_nothing_of_the_edge() {
    let mut files = Vec::new();
    collect(&repository().join("plugin/src"), &mut files);
    assert!(files.len() > 20, "{files:?}");
    for file in files
        .iter()
        .filter(|it| !it.components().any(|part| part.as_os_str() == "edge"))
    {
        let text = std::fs::read_to_string(file).expect("a source file");
        for foreign in [
            "crate::edge",
            "wit_bindgen",
            "std::time",
            "std::net",
            "std::env",
            "std::fs",
        ] {
            assert!(
                !text.contains(foreign),
                "{} names {foreign}",
                file.display()
            );
        }
    }
}

fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}
