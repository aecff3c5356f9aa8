//! Random words that nobody can guess.
//!
//! In: the kernel's generator. Out: lower-case hex. Must never fall back to anything weaker. Next: `once`.

use std::fmt::Write as _;

/// 128 random bits as 32 characters.
pub(super) fn word() -> String {
    let read = crate::random::bytes::<16>();
    let bytes = read.expect("the kernel's generator is there on every Linux, and without it nothing here is safe");
    bytes.iter().fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
