//! Bytes as an audio file; see `properties/audio.rs`.
//!
//! Most kinds carry checksums, and a file with a wrong one is refused before anything interesting happens: after each
//! mutation they are made right, seven times of eight.

#![no_main]

#[path = "../properties/audio.rs"]
mod audio;
mod checksums;

use std::sync::Once;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

static CONTAIN: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    // As in the program: a panic of a decoder is damage of its file. Any other one reaches the fuzzer's own hook.
    CONTAIN.call_once(loa::library::abort_on_panic);
    audio::holds(bytes);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(data, size, max_size);
    if seed % 8 != 0 {
        checksums::mend(&mut data[..size]);
    }
    size
});
