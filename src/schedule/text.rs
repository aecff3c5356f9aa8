//! The text of a file that a person wrote, and where in it something stands.
//!
//! In: bytes of unknown origin. Out: a `Source` that turns byte spans into places, or the problem that keeps it from being
//! text: not UTF-8, zero bytes, legacy Vietnamese encodings. Also spans of time as text. What the words inside must be is
//! in `crate::text`. Pure. Next: `table`.

use std::ops::Range;

use chrono::TimeDelta;

use crate::problem::what::FileFault;
use crate::problem::{Place, Problem, Spot};
use crate::text::legacy;

/// A file as the person knows it, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    path: String,
    text: String,
    /// Where each line begins: a schedule of a thousand programmes asks for thousands of places.
    lines: Vec<usize>,
}

impl Source {
    /// Takes bytes for text; a byte order mark is passed over.
    pub fn decode(path: &str, bytes: &[u8]) -> Result<Self, Box<Problem>> {
        let text = String::from_utf8_lossy(bytes);
        // Lossy decoding moves nothing before the first bad byte, so that its offset can still be shown.
        let plain = text.trim_start_matches('\u{feff}').to_owned();
        let lines = std::iter::once(0).chain(plain.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let source = Self { path: path.into(), text: plain, lines };
        let stripped = text.len() - source.text.len();
        let fault = if let Err(error) = std::str::from_utf8(bytes) {
            Some((error.valid_up_to().saturating_sub(stripped), FileFault::NotUtf8))
        } else if let Some(at) = source.text.find('\0') {
            Some((at, FileFault::NulByte))
        } else {
            legacy(&source.text).map(|found| (found.at, FileFault::LegacyFont(found.encoding.name())))
        };
        match fault {
            Some((at, fault)) => Err(Box::new(Problem::error(source.place(at..at), fault))),
            None => Ok(source),
        }
    }

    /// The text, to which all spans refer.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a span of bytes stands; of a span over several lines, its first line.
    #[must_use]
    pub fn place(&self, span: Range<usize>) -> Place {
        let start = floor(&self.text, span.start);
        let line_number = self.lines.partition_point(|at| *at <= start);
        let line_start = self.lines[line_number - 1];
        let line = self.text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let end = floor(&self.text, span.end).clamp(start, (line_start + line.len()).max(start));
        let column = self.text[line_start..start].chars().count() + 1;
        let length = self.text[start..end].chars().count().max(1);
        let spot = Spot::new(line_number, column, length, line);
        Place { path: self.path.clone(), spot: Some(spot) }
    }

    /// The file as a whole.
    #[must_use]
    pub fn whole(&self) -> Place {
        Place::whole(&*self.path)
    }
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// A span of time written as `45m`, `1h30m` or `90s`: hours, minutes, seconds, each at most once, in this order.
#[must_use]
pub fn parse_span(text: &str) -> Option<TimeDelta> {
    let mut rest = text;
    let mut seconds: i64 = 0;
    let mut units = [('h', 3600), ('m', 60), ('s', 1)].iter();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|each: char| each.is_ascii_digit()).len();
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, scale) = units.find(|(letter, _)| *letter == unit)?;
        seconds = seconds.checked_add(number.checked_mul(*scale)?)?;
        rest = &rest[digits + 1..];
    }
    if text.is_empty() { None } else { TimeDelta::try_seconds(seconds) }
}

/// A span of milliseconds in the same form: `1h30m`, `46m30s`, `0s`. Rounded up, so that what is a frame too long is not
/// shown as fitting.
#[must_use]
pub fn span_text(span_ms: i64) -> String {
    let seconds = span_ms.max(0) / 1000 + i64::from(span_ms % 1000 > 0);
    let part = |count: i64, unit: char| if count > 0 { format!("{count}{unit}") } else { String::new() };
    let text = part(seconds / 3600, 'h') + &part(seconds / 60 % 60, 'm') + &part(seconds % 60, 's');
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> String {
        let problem = Source::decode("x.toml", bytes).unwrap_err();
        format!("{} {:?}", problem.place.unwrap(), problem.what)
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_place() {
        assert_eq!(fault(b"a = 1\nb = \"nh\xa9n d\xa9n\""), "x.toml:2:8 File(NotUtf8)");
        assert_eq!(fault(b"a\0b"), "x.toml:1:2 File(NulByte)");
        assert_eq!(fault(b"\xff\xfea\0"), "x.toml:1:1 File(NotUtf8)");
        assert_eq!(fault("t = \"Uû ban nh©n d©n\"".as_bytes()), "x.toml:1:7 File(LegacyFont(\"TCVN3\"))");
        assert_eq!(fault("t = \"UÛy ban nhaân daân\"".as_bytes()), "x.toml:1:7 File(LegacyFont(\"VNI\"))");
    }

    #[test]
    fn vietnamese_and_german_and_a_copyright_sign_are_text() {
        for text in ["title = \"Đài xã\" # ©a ©b", "Müller für ©a", "\u{feff}a = 1", "Vie\u{323}\u{302}t ©a ©b", ""]
        {
            assert!(Source::decode("x", text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn places_count_characters_and_survive_any_span() {
        let source = Source::decode("x", "một\r\nhai ba\n".as_bytes()).unwrap();
        let place = source.place(11..13);
        let spot = place.spot.clone().unwrap();
        assert_eq!((place.to_string().as_str(), spot.length, spot.text.as_str()), ("x:2:5", 2, "hai ba"));
        for start in 0..20 {
            for end in 0..20 {
                assert!(source.place(Range { start, end }).spot.unwrap().length >= 1);
            }
        }
    }

    #[test]
    fn spans_are_read_as_they_are_written() {
        let seconds = |text| parse_span(text).map(|span| span.num_seconds());
        assert_eq!(seconds("45m"), Some(2700));
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("90s"), Some(90));
        for bad in ["", "45", "m", "30m1h", "1m1m", "1.5h", "-5m", " 5m", "5 m", "99999999999999999999h", "5đ"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert_eq!(
            (span_text(0), span_text(2_700_001), span_text(5_400_000)),
            ("0s".into(), "45m1s".into(), "1h30m".into())
        );
    }
}
