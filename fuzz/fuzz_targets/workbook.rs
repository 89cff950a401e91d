//! Bytes of libFuzzer in; a crash where a property of `properties::workbook` does not hold.
#![no_main]

libfuzzer_sys::fuzz_target!(
    // The program catches a panic of the reader, as the fuzzer does then: only one that gets out of it is a crash.
    init: std::panic::set_hook(Box::new(|_| ())),
    |data: &[u8]| properties::workbook(data)
);
