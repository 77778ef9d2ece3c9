//! The target `answers` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (koppel_fuzz::target("answers").expect("a target").check)(bytes);
});
