//! Bytes of libFuzzer in; a crash where a property of `properties::front_matter` does not hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::front_matter(data));
