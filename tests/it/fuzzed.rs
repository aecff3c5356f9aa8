//! What the fuzz targets start from and what they have found, through the same properties in the ordinary test run.
//!
//! In: the files of `fuzz/seeds`, `fuzz/finds`, `bad/` and `schedules/`. Out: nothing, unless one of them panics, or asks
//! for more memory at once than any file may cost. `scripts/fuzz` looks for more of them.

#[path = "../../fuzz/properties/audio.rs"]
mod audio;
#[path = "../../fuzz/properties/problems.rs"]
mod problems;
#[path = "../../fuzz/properties/schedule.rs"]
mod schedule;
#[path = "../../fuzz/properties/settings.rs"]
mod settings;
#[path = "../../fuzz/properties/speech.rs"]
mod speech;

use std::fs;
use std::path::Path;

use crate::allocations::largest;

/// A small board has 512 MB, and several files may be looked at together.
const MOST_BYTES_AT_ONCE: usize = 64 << 20;

/// Puts every file of these folders through a property.
fn each(folders: &[&str], holds: fn(&[u8])) {
    let mut count = 0;
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            // Printed when the test fails: the last one is the culprit.
            println!("{}", path.display());
            let bytes = fs::read(&path).unwrap();
            let most = largest(|| holds(&bytes));
            assert!(most <= MOST_BYTES_AT_ONCE, "{most} bytes at once for a file of {}", bytes.len());
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn audio_that_was_fuzzed_holds() {
    each(&["fuzz/seeds/audio", "fuzz/finds/audio"], audio::holds);
}

#[test]
fn schedules_that_were_fuzzed_hold() {
    each(&["tests/it/bad", "schedules", "fuzz/finds/schedule"], |bytes| {
        schedule::holds(bytes);
        // The same as special days, behind two empty files.
        schedule::holds(&[b"\x1e\x1e", bytes].concat());
    });
}

#[test]
fn settings_that_were_fuzzed_hold() {
    each(&["tests/it/bad", "fuzz/finds/settings"], settings::holds);
}

#[test]
fn texts_and_lists_of_readings_that_were_fuzzed_hold() {
    each(&["tests/it/speech", "tests/it/bad", "fuzz/finds/speech"], speech::holds);
}
