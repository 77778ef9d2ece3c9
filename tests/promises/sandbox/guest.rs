//! Components that attack: one module in text form, and a body for each attack.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::support::repository;

const MODULE: &str = include_str!("guest.wat");

const WORLD: &str = "package test:attack;
world attack {
    import wasi:io/poll@0.2.0;
    import wasi:io/streams@0.2.0;
    import wasi:clocks/monotonic-clock@0.2.0;
    import wasi:random/random@0.2.0;
    import wasi:http/types@0.2.0;
    import wasi:http/outgoing-handler@0.2.0;
    import wasi:keyvalue/store@0.2.0-draft;
    import koppel:crm-sync/signer@1.1.0;
    export koppel:crm-sync/contacts@1.1.0;
}";

/// Where the texts of an attack begin in memory.
const TEXTS: usize = 4_096;

/// Collects the texts that the body of an attack names.
#[derive(Default)]
pub(super) struct Texts(Vec<u8>);

impl Texts {
    /// A text, as two constants: its address and its length.
    pub(super) fn put(&mut self, text: &str) -> String {
        let at = TEXTS + self.0.len();
        self.0.extend_from_slice(text.as_bytes());
        format!("(i32.const {at}) (i32.const {})", text.len())
    }

    fn data(&self) -> String {
        let escaped: String = self.0.iter().map(|it| format!("\\{it:02x}")).collect();
        format!("(data (i32.const {TEXTS}) \"{escaped}\")")
    }
}

/// A component that runs this body for records whose id begins with `x`.
pub(super) fn component(texts: &Texts, attack: &str) -> Vec<u8> {
    let module = MODULE
        .replace("DATA", &texts.data())
        .replace("    ATTACK", attack);
    let mut resolve = Resolve::default();
    resolve
        .push_dir(repository().join("wit"))
        .expect("the contract can be read");
    let package = resolve
        .push_str("attack.wit", WORLD)
        .expect("the world fits the contract");
    let world = resolve
        .select_world(&[package], Some("attack"))
        .expect("the world is there");
    let mut core = wat::parse_str(&module).unwrap_or_else(|error| panic!("{error}"));
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8, false)
        .expect("embedded");
    ComponentEncoder::default()
        .module(&core)
        .expect("a module")
        .encode()
        .unwrap_or_else(|error| panic!("{error:#}"))
}
