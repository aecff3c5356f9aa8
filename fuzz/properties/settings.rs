//! What holds for any bytes as `loa.toml`: settings, or problems that lie in the file and can be said.

use std::path::Path;

use loa::config::Config;

use super::problems;

/// Panics where it does not hold.
pub(crate) fn holds(bytes: &[u8]) {
    match Config::parse(Path::new("etc/loa.toml"), bytes) {
        Ok(config) => {
            assert!(!config.station.name.is_empty() && config.emergency.tone_ms <= 10_000, "{config:?}");
            assert!(config.output.offset_us.abs() <= 1_000_000, "{config:?}");
        }
        Err(found) => {
            assert!(!found.is_empty(), "refused without a problem");
            problems::hold(&found, &[("etc/loa.toml", bytes)]);
        }
    }
}
