//! Bytes as files of `schedules/`; see `properties/schedule.rs`.

#![no_main]

#[path = "../properties/problems.rs"]
mod problems;
#[path = "../properties/schedule.rs"]
mod schedule;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| schedule::holds(bytes));
