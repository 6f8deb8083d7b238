#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hushgate::fuzzing::utf16(data));
