//! Bytes as a text to be read aloud and as a list of readings; see `properties/speech.rs`.

#![no_main]

#[path = "../properties/problems.rs"]
mod problems;
#[path = "../properties/speech.rs"]
mod speech;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| speech::holds(bytes));
