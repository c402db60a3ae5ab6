#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| roo_fuzz::eventstream_decoder::run(data));
