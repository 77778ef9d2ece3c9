//! The built component, `koppel.wasm`: a file for every CRM.
//!
//! The build script compiles the crate `koppel-plugin` to wasm, makes a
//! component of it, and checks what it imports, so that plain `cargo build`,
//! `cargo run` and `cargo test` work without a step before them.
//!
//! ```
//! let magic = koppel_component::WASM.get(..4);
//! assert_eq!(magic, Some(b"\0asm".as_slice()));
//! ```

/// The component, ready to be loaded by any host of WASI 0.2.
///
/// The same source, compiler and versions make the same bytes on every machine.
pub const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/koppel.wasm"));
