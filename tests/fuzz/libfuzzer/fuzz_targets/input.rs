//! The target `input` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (koppel_fuzz::target("input").expect("a target").check)(bytes);
});
