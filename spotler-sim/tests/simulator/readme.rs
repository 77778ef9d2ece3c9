//! The README tells every switch with its default.

use serde_json::Value;
use spotler_sim::Switches;
use spotler_sim::switches::{dedups, feeds, reactivations, signals};

const README: &str = include_str!("../../README.md");

#[test]
fn the_readme_has_every_switch_with_its_default() {
    let switches = serde_json::to_value(Switches::default()).expect("JSON");
    let mut count = 0;
    for (group, switches) in switches.as_object().expect("groups") {
        for (name, default) in switches.as_object().expect("switches") {
            let row = format!("| `{group}.{name}` | `{default}` |");
            assert!(README.contains(&row), "the README lacks {row}");
            count += 1;
        }
    }
    let rows = README
        .lines()
        .filter(|it| it.starts_with("| `") && it.split('`').nth(1).is_some_and(is_switch));
    assert_eq!(rows.count(), count, "the README has a switch that is none");
}

fn is_switch(name: &str) -> bool {
    let switches = serde_json::to_value(Switches::default()).unwrap_or(Value::Null);
    name.split_once('.')
        .is_some_and(|(group, _)| switches.get(group).is_some())
}

#[test]
fn the_readme_has_every_name_of_the_matrix() {
    let names = signals()
        .map(|it| it.0)
        .into_iter()
        .chain(reactivations().map(|it| it.0));
    let names = names
        .chain(dedups().map(|it| it.0))
        .chain(feeds().map(|it| it.0));
    for name in names {
        assert!(
            README.contains(&format!("`{name}`")),
            "the README lacks `{name}`"
        );
    }
}
