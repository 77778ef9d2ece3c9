//! The target `memory` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (koppel_fuzz::target("memory").expect("a target").check)(bytes);
});
