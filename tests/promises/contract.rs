//! The contract: every item is documented, and the component asks for no power
//! that the golden list does not name.

use wit_component::DecodedWasm;
use wit_parser::{Docs, Resolve, TypeDefKind, World, WorldKey};

use crate::support::{golden, repository};

/// The fields or cases of a type.
fn parts(kind: &TypeDefKind) -> Vec<(&str, &Docs)> {
    if let TypeDefKind::Record(it) = kind {
        return it
            .fields
            .iter()
            .map(|it| (it.name.as_str(), &it.docs))
            .collect();
    }
    if let TypeDefKind::Variant(it) = kind {
        return it
            .cases
            .iter()
            .map(|it| (it.name.as_str(), &it.docs))
            .collect();
    }
    if let TypeDefKind::Enum(it) = kind {
        return it
            .cases
            .iter()
            .map(|it| (it.name.as_str(), &it.docs))
            .collect();
    }
    Vec::new()
}

/// C27
#[test]
fn every_item_of_the_contract_is_documented() {
    let mut resolve = Resolve::default();
    let (ours, _) = resolve
        .push_dir(repository().join("wit"))
        .expect("the contract parses");
    let mut bare = Vec::new();
    let mut check = |docs: &Docs, name: String| {
        if docs
            .contents
            .as_deref()
            .is_none_or(|it| it.trim().is_empty())
        {
            bare.push(name);
        }
    };
    check(&resolve.packages[ours].docs, "package".to_owned());
    for (_, id) in &resolve.packages[ours].worlds {
        check(&resolve.worlds[*id].docs, resolve.worlds[*id].name.clone());
    }
    for (interface, id) in &resolve.packages[ours].interfaces {
        let found = &resolve.interfaces[*id];
        check(&found.docs, interface.clone());
        for (name, function) in &found.functions {
            check(&function.docs, format!("{interface}.{name}"));
        }
        for (name, id) in &found.types {
            let item = &resolve.types[*id];
            let path = format!("{interface}.{name}");
            for (part, docs) in parts(&item.kind) {
                check(docs, format!("{path}.{part}"));
            }
            let is_used_from_elsewhere =
                matches!(item.kind, TypeDefKind::Type(wit_parser::Type::Id(_)));
            if !is_used_from_elsewhere {
                check(&item.docs, path);
            }
        }
    }
    assert!(bare.is_empty(), "undocumented: {bare:?}");
}

/// C27
#[test]
fn no_error_of_the_contract_is_a_text() {
    for entry in std::fs::read_dir(repository().join("wit")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "wit") {
            let text = std::fs::read_to_string(&path).expect("a file");
            assert!(!text.contains("other(string)"), "{}", path.display());
            assert!(!text.contains(", string>"), "{}", path.display());
        }
    }
}

/// The names of one side of the component, in its own order, a line each.
fn names(side: impl Fn(&World) -> Vec<&WorldKey>) -> String {
    let decoded = wit_component::decode(koppel_component::WASM).expect("it is readable");
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("it is no component");
    };
    let keys = side(&resolve.worlds[world]).into_iter();
    keys.map(|it| resolve.name_world_key(it) + "\n").collect()
}

/// C28
#[test]
fn the_component_imports_what_the_golden_list_names_and_nothing_else() {
    golden("imports.txt", &names(|it| it.imports.keys().collect()));
}

/// C27
#[test]
fn the_component_offers_the_hooks_of_the_golden_list() {
    golden("exports.txt", &names(|it| it.exports.keys().collect()));
}
