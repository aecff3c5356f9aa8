//! Bytes as `loa.toml`; see `properties/settings.rs`.

#![no_main]

#[path = "../properties/problems.rs"]
mod problems;
#[path = "../properties/settings.rs"]
mod settings;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| settings::holds(bytes));
