//! Which bytes of a content are asked for.
//!
//! In: the `Range` header of a request and the length of the content. Out: from where to where. One range only, as browsers ask
//! that play sound; what cannot be read is answered with everything, as the standard wants. Pure. Next: `serve`.

use std::ops::Range;

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// Reads a `Range` header for a content of that many bytes.
pub(super) fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(ranges) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((first, last)) = ranges.trim().split_once('-').filter(|_| !ranges.contains(',')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<u64>());
    let range = match (number(first), number(last)) {
        (Some(Ok(first)), None) => first..length,
        (Some(Ok(first)), Some(Ok(last))) if first <= last => first..length.min(last.saturating_add(1)),
        // The last so many bytes.
        (None, Some(Ok(count))) => length.saturating_sub(count)..length,
        _ => return Wanted::Whole,
    };
    if range.is_empty() { Wanted::Beyond } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_all_else_is_everything() {
        let of = |header| wanted(Some(header), 1_000);
        assert_eq!(wanted(None, 1_000), Wanted::Whole);
        assert_eq!(of("bytes=0-"), Wanted::Part(0..1_000));
        assert_eq!(of("bytes=100-199"), Wanted::Part(100..200));
        assert_eq!(of("bytes=990-5000"), Wanted::Part(990..1_000));
        assert_eq!(of("bytes=-10"), Wanted::Part(990..1_000));
        assert_eq!(of("bytes=-5000"), Wanted::Part(0..1_000));
        assert_eq!((of("bytes=1000-"), of("bytes=-0")), (Wanted::Beyond, Wanted::Beyond));
        for odd in ["bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes=-", "bytes=99999999999999999999-"] {
            assert_eq!(of(odd), Wanted::Whole, "{odd}");
        }
    }

    #[test]
    fn a_file_of_many_gigabytes_is_no_trouble() {
        assert_eq!(wanted(Some("bytes=5000000000-"), 5_000_000_002), Wanted::Part(5_000_000_000..5_000_000_002));
        assert_eq!(wanted(Some("bytes=0-18446744073709551615"), 10), Wanted::Part(0..10));
    }
}
