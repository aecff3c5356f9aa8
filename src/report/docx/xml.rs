//! Markup and text on their way into one part of the file.
//!
//! In: markup as it is, and text of people. Out: XML 1.0 in UTF-8, text escaped, in NFC (TCVN 6909 is precomposed) and
//! without what XML cannot hold. The first error of the writer is kept, what follows it is dropped, and `end` tells it, so
//! that those who write blocks need not look at each tag. Must never hold a whole part. Next: `body`.

use std::fmt::{Arguments, Write as _};
use std::io::{self, Write};

use unicode_normalization::UnicodeNormalization as _;

/// What opens every part.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// So much is gathered before it is written, in bytes.
const CHUNK: usize = 64 * 1024;

/// A part that is being written.
pub(super) struct Xml<'a> {
    out: &'a mut dyn Write,
    gathered: String,
    state: io::Result<()>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, gathered: String::with_capacity(CHUNK + CHUNK / 4), state: Ok(()) }
    }

    /// Markup, as it is.
    pub(super) fn raw(&mut self, markup: &str) {
        self.gathered.push_str(markup);
        if self.gathered.len() >= CHUNK {
            self.flush();
        }
    }

    /// Markup with numbers and names of our own in it, never with text of people.
    pub(super) fn markup(&mut self, markup: Arguments<'_>) {
        self.gathered.write_fmt(markup).expect("a string takes everything");
    }

    /// Text of people, also inside an attribute.
    pub(super) fn text(&mut self, text: &str) {
        for character in text.nfc() {
            match character {
                '&' => self.gathered.push_str("&amp;"),
                '<' => self.gathered.push_str("&lt;"),
                '>' => self.gathered.push_str("&gt;"),
                '"' => self.gathered.push_str("&quot;"),
                '\t' | '\n' => self.gathered.push(' '),
                '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
                other => self.gathered.push(other),
            }
        }
    }

    /// The pieces of a run: the text, with lines ended where it has line ends and tabs where it has tabs.
    pub(super) fn pieces(&mut self, text: &str) {
        for (index, line) in text.lines().enumerate() {
            if index > 0 {
                self.raw("<w:br/>");
            }
            for (index, piece) in line.split('\t').enumerate() {
                if index > 0 {
                    self.raw("<w:tab/>");
                }
                if !piece.is_empty() {
                    self.raw("<w:t xml:space=\"preserve\">");
                    self.text(piece);
                    self.raw("</w:t>");
                }
            }
        }
    }

    /// Writes what is left, and tells the first error.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.flush();
        self.state
    }

    fn flush(&mut self) {
        if self.state.is_ok() {
            self.state = self.out.write_all(self.gathered.as_bytes());
        }
        self.gathered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Xml<'_>)) -> String {
        let mut out = Vec::new();
        let mut xml = Xml::new(&mut out);
        fill(&mut xml);
        xml.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_escaped_composed_and_without_what_xml_cannot_hold() {
        assert_eq!(written(|xml| xml.text("a<b> & \"c\"")), "a&lt;b&gt; &amp; &quot;c&quot;");
        assert_eq!(written(|xml| xml.text("nha\u{302}n da\u{302}n\u{0}\u{8}\u{1b}\u{85}\u{ffff}!")), "nhân dân!");
    }

    #[test]
    fn lines_and_tabs_of_a_text_are_those_of_the_page() {
        let piece = |text: &str| format!("<w:t xml:space=\"preserve\">{text}</w:t>");
        let expected = format!("{}<w:br/>{}<w:tab/>{}", piece("một "), piece("hai"), piece(" ba"));
        assert_eq!(written(|xml| xml.pieces("một \r\nhai\t ba\n")), expected);
        assert_eq!(written(|xml| xml.pieces("")), "");
    }

    #[test]
    fn the_first_error_is_told_at_the_end() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut full = Full;
        let mut xml = Xml::new(&mut full);
        for _ in 0..CHUNK {
            xml.raw("<w:p/>");
        }
        assert_eq!(xml.end().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
