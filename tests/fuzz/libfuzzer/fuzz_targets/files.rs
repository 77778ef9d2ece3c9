//! The target `files` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (koppel_fuzz::target("files").expect("a target").check)(bytes);
});
