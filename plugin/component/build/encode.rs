//! Makes a component of the core module, and checks that it asks for no more
//! than the contract allows.

use anyhow::{Context, Result, ensure};
use wit_component::{ComponentEncoder, DecodedWasm, decode};

/// All that a host has to give; `tests/` compares the exact list.
const ALLOWED: [&str; 6] = [
    "koppel:crm-sync/",
    "wasi:clocks/",
    "wasi:http/",
    "wasi:io/",
    "wasi:keyvalue/",
    "wasi:random/",
];

/// Encodes, validates and checks.
pub(crate) fn component(module: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    let component = encoder.validate(true).module(module)?.encode();
    let component = component.context("could not make a component")?;
    check_imports(&component)?;
    Ok(component)
}

fn check_imports(component: &[u8]) -> Result<()> {
    let DecodedWasm::Component(resolve, world) = decode(component)? else {
        anyhow::bail!("the encoder made something else than a component");
    };
    for name in resolve.worlds[world]
        .imports
        .keys()
        .map(|it| resolve.name_world_key(it))
    {
        let allowed = ALLOWED.iter().any(|it| name.starts_with(it));
        ensure!(
            allowed,
            "the component imports `{name}`, which the contract does not grant"
        );
    }
    Ok(())
}
