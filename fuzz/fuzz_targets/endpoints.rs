//! The target `endpoints`, for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| wscheck_fuzz::endpoints(octets));
