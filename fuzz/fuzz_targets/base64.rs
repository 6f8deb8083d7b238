#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushgate::fuzzing::base64(data));
