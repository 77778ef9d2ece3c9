//! The target `texts` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (koppel_fuzz::target("texts").expect("a target").check)(bytes);
});
