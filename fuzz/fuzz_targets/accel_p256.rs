#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jotgate_fuzz::accel_ec::p256(data));
