//! Random bytes of the kernel, for keys, salts and tokens.
//!
//! In: how many. Out: bytes that nobody can foretell, or the kernel's refusal. The only place that asks for any, so that no
//! other source creeps in. Must never answer with less than it was asked for. Next: `people`, `signing`.

use std::fs::File;
use std::io::{self, Read as _};

/// So many random bytes.
pub fn bytes<const COUNT: usize>() -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike() {
        assert_ne!(bytes::<32>().unwrap(), bytes::<32>().unwrap());
    }
}
