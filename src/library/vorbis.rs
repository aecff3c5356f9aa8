//! The tables in the head of a Vorbis stream, as far as their sizes go.
//!
//! In: the head with the tables. Out: nothing, or why it is refused. symphonia makes tables of the size that a few bits ask
//! for: 2^24 entries of 2^16 numbers. Here they are walked as it walks them, and the sums of their sizes are held against
//! what encoders write. Must never allocate. Next: `ogg_heads`.

use symphonia::core::io::{BitReaderRtl, ReadBitsRtl};

use super::error::ClipError;

/// Entries of all tables together; encoders come to some 20,000.
const MOST_ENTRIES: u64 = 1 << 20;

/// Numbers in all tables together; encoders come to some 100,000.
const MOST_NUMBERS: u64 = 1 << 22;

/// Looks at all tables, which begin at the first bit. Where they break off or are none, the decoder refuses them too: what
/// it has made until then is no more than what was looked at.
pub(super) fn check(tables: &[u8]) -> Result<(), ClipError> {
    let mut bits = BitReaderRtl::new(tables);
    let (mut entries, mut numbers) = (0, 0);
    let count = bits.read_bits_leq32(8).unwrap_or(0);
    for _ in 0..=count {
        let Some(size) = Size::read(&mut bits) else { break };
        entries += u64::from(size.entries);
        numbers += u64::from(size.entries) * u64::from(size.dimensions);
        if entries > MOST_ENTRIES || numbers > MOST_NUMBERS {
            return Err(ClipError::Damaged("its tables are larger than any encoder makes them".into()));
        }
        if size.pass(&mut bits).is_none() {
            break;
        }
    }
    Ok(())
}

/// The size of one table.
struct Size {
    entries: u32,
    dimensions: u32,
}

impl Size {
    /// `None` where no table begins.
    fn read(bits: &mut BitReaderRtl<'_>) -> Option<Self> {
        let marker = bits.read_bits_leq32(24).ok()?;
        let (dimensions, entries) = (bits.read_bits_leq32(16).ok()?, bits.read_bits_leq32(24).ok()?);
        (marker == 0x0056_4342).then_some(Self { entries, dimensions })
    }

    /// Passes over the rest of the table; `None` where it breaks off or cannot be.
    fn pass(&self, bits: &mut BitReaderRtl<'_>) -> Option<()> {
        if bits.read_bool().ok()? {
            self.pass_runs(bits)?;
        } else {
            let sparse = bits.read_bool().ok()?;
            for _ in 0..self.entries {
                if !sparse || bits.read_bool().ok()? {
                    bits.ignore_bits(5).ok()?;
                }
            }
        }
        let numbers = match bits.read_bits_leq32(4).ok()? {
            0 => return Some(()),
            1 => self.edge()?,
            2 => self.entries * self.dimensions,
            _ => return None,
        };
        // The least number and the step between two.
        bits.ignore_bits(64).ok()?;
        let width = bits.read_bits_leq32(4).ok()? + 1;
        bits.ignore_bits(1).ok()?;
        (0..numbers).try_for_each(|_| bits.ignore_bits(width).ok())
    }

    /// Lengths in order: how many entries have each.
    fn pass_runs(&self, bits: &mut BitReaderRtl<'_>) -> Option<()> {
        bits.ignore_bits(5).ok()?;
        let mut passed = 0;
        while passed < self.entries {
            let width = u32::BITS - (self.entries - passed).leading_zeros();
            passed += bits.read_bits_leq32(width).ok()?;
        }
        (passed == self.entries).then_some(())
    }

    /// The largest number that, to the power of the dimensions, is no more than the entries.
    fn edge(&self) -> Option<u32> {
        let fits = |edge: &u32| edge.checked_pow(self.dimensions).is_some_and(|power| power <= self.entries);
        if self.dimensions == 0 { None } else { (0..=self.entries).take_while(fits).last() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits, the lowest first, as bytes.
    fn packed(fields: &[(u32, u32)]) -> Vec<u8> {
        let bits: Vec<bool> =
            fields.iter().flat_map(|(value, width)| (0..*width).map(move |bit| value >> bit & 1 == 1)).collect();
        bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
    }

    /// One table of a single run.
    fn table(entries: u32, dimensions: u32) -> [(u32, u32); 7] {
        let width = u32::BITS - entries.leading_zeros();
        [(0x0056_4342, 24), (dimensions, 16), (entries, 24), (1, 1), (0, 5), (entries, width), (0, 4)]
    }

    #[test]
    fn tables_beyond_measure_are_refused_wherever_they_stand() {
        let small = table(100, 4);
        assert_eq!(check(&packed(&[&[(1, 8)][..], &small, &small].concat())), Ok(()));
        assert!(check(&packed(&[&[(1, 8)][..], &small, &table(1 << 23, 1)].concat())).is_err());
        assert!(check(&packed(&[&[(1, 8)][..], &small, &table(1 << 12, 1 << 15)].concat())).is_err());
    }

    #[test]
    fn what_breaks_off_is_left_to_the_decoder() {
        for tables in [&[][..], b"\0", b"\0BCV", b"\0noBCV and more"] {
            assert_eq!(check(tables), Ok(()));
        }
    }

    #[test]
    fn the_edge_of_a_table_is_the_root_of_its_entries() {
        let edge = |entries, dimensions| Size { entries, dimensions }.edge();
        assert_eq!(
            [edge(81, 4), edge(80, 4), edge(1, 9), edge(0, 1), edge(5, 0)],
            [Some(3), Some(2), Some(1), Some(0), None]
        );
    }
}
