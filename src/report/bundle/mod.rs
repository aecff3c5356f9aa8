//! The bundle of evidence, `Danh mục tài liệu kiểm chứng`: everything that proves a period in one zip, numbered and hashed.
//!
//! In: pieces: documents of ours as bytes, contents of the content store by their hash. Out: entries that say what became of
//! each. Names are plain ASCII, so that every Windows unzips them. Must never call something put in whose bytes are not those
//! that were approved or recorded: what is missing or damaged is told. Next: `list`, `slips`, then `archive`.

pub mod archive; // pieces to one file
pub mod list; // what is in it, as a document
pub mod slips; // approvals, as a document and as lines

use std::collections::HashSet;
use std::path::PathBuf;

use crate::language::Language;
use crate::text::slug;

/// The parts of a bundle, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chapter {
    /// The report itself.
    Report,
    /// The station's book.
    Logbook,
    /// The rows of the log, signed, with what checks them.
    Log,
    /// Who approved what.
    Approvals,
    /// Texts and sound of what aired.
    Bulletins,
    /// What proves activities besides the air.
    Activities,
}

impl Chapter {
    /// Every one, in order.
    pub const ALL: [Self; 6] =
        [Self::Report, Self::Logbook, Self::Log, Self::Approvals, Self::Bulletins, Self::Activities];

    /// From 1.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize + 1
    }

    /// Its folder in the zip.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Report => "01-bao-cao",
            Self::Logbook => "02-so-nhat-ky",
            Self::Log => "03-trich-nhat-ky-phat-song",
            Self::Approvals => "04-phieu-duyet",
            Self::Bulletins => "05-tin-bai",
            Self::Activities => "06-hoat-dong-khac",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (vi, en) = match self {
            Self::Report => ("Báo cáo", "Report"),
            Self::Logbook => ("Sổ nhật ký phát thanh", "Airing logbook"),
            Self::Log => {
                ("Trích nhật ký phát sóng, có chữ ký số của đài", "Extract of the airing log, signed by the station")
            }
            Self::Approvals => ("Phiếu duyệt tin, bài", "Approval slips"),
            Self::Bulletins => ("Văn bản và âm thanh tin, bài đã phát", "Texts and sound of what aired"),
            Self::Activities => ("Minh chứng hoạt động ngoài phát thanh", "Proof of activities besides the air"),
        };
        language.pick(vi, en)
    }
}

/// A file that is to be in the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it belongs.
    pub chapter: Chapter,
    /// Its name in the folder, see [`Names`].
    pub name: String,
    /// What it is: the title of a bulletin, of an activity.
    pub title: String,
    /// What it proves.
    pub proves: String,
    /// Its bytes.
    pub content: Content,
}

/// Where bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Made for this bundle, and small.
    Made(Vec<u8>),
    /// A file made for this bundle.
    File(PathBuf),
    /// What was recorded by its hash: it is put in only if it still has it.
    Recorded {
        /// Where it lies.
        path: PathBuf,
        /// SHA-256, lower-case hex.
        sha256: String,
    },
}

/// What became of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it belongs.
    pub chapter: Chapter,
    /// Its number in the chapter, from 1.
    pub number: usize,
    /// Its name in the zip, folder included.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What it proves.
    pub proves: String,
    /// The hash that it had when it was recorded, or has now.
    pub sha256: String,
    /// Its bytes, or why they are not there.
    pub bytes: Result<u64, Lack>,
}

/// Why something is not in the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// There is no such file.
    Missing,
    /// It has other bytes than those that were recorded.
    Changed,
    /// The operating system's words.
    Unreadable(String),
}

impl Lack {
    /// As people read it.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Missing => language.pick("không còn tệp này", "the file is gone").to_owned(),
            Self::Changed => language
                .pick("nội dung tệp không còn đúng như đã ghi", "its bytes are no longer those that were recorded")
                .to_owned(),
            Self::Unreadable(why) => format!("{}: {why}", language.pick("không đọc được tệp", "it cannot be read")),
        }
    }
}

/// Names that were given; no two are the same, whatever a file system makes of capitals.
#[derive(Debug, Default)]
pub struct Names(HashSet<String>);

impl Names {
    /// `012-mot-cua.mp3`: the number of a thing, its title without marks, the ending of its kind.
    pub fn give(&mut self, number: Option<i64>, title: &str, ending: &str) -> String {
        let number = number.map(|number| format!("{number:03}-")).unwrap_or_default();
        let stem = format!("{number}{}", slug(title));
        let (mut name, mut copy) = (format!("{stem}.{ending}"), 1);
        while !self.0.insert(name.clone()) {
            copy += 1;
            name = format!("{stem}-{copy}.{ending}");
        }
        name
    }
}

/// The ending of a name as it may stand in the zip: up to 5 small letters and digits, else `bin`.
#[must_use]
pub fn plain_ending(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_plain =
        |ending: &String| (1..=5).contains(&ending.len()) && ending.bytes().all(|it| it.is_ascii_alphanumeric());
    ending.filter(is_plain).unwrap_or_else(|| "bin".to_owned())
}

/// The ending by which players know a sound, from its first bytes.
#[must_use]
pub fn sound_ending(head: &[u8]) -> &'static str {
    match head {
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'f', b'L', b'a', b'C', ..] => "flac",
        [b'R', b'I', b'F', b'F', ..] => "wav",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "m4a",
        [b'I', b'D', b'3', ..] => "mp3",
        // AAC in ADTS frames has layer 0, which no MPEG audio has.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => "aac",
        [0xff, second, ..] if second & 0xe0 == 0xe0 => "mp3",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_each_is_given_once() {
        let mut names = Names::default();
        assert_eq!(names.give(Some(7), "Một cửa: cấp xã", "ogg"), "007-mot-cua-cap-xa.ogg");
        assert_eq!(names.give(Some(7), "MỘT CỬA, cấp xã", "ogg"), "007-mot-cua-cap-xa-2.ogg");
        assert_eq!(names.give(Some(7), "Một cửa: cấp xã", "txt"), "007-mot-cua-cap-xa.txt");
        assert_eq!(names.give(None, "!", "wav"), "khong-ten.wav");
    }

    #[test]
    fn endings_are_plain() {
        let all = ["ảnh.JPG", "biên bản.docx", "x.tar.gz", "không", "a.thật", "b.", "c.jpegxl2"].map(plain_ending);
        assert_eq!(all, ["jpg", "docx", "gz", "bin", "bin", "bin", "bin"]);
    }

    #[test]
    fn sounds_are_known_by_their_first_bytes() {
        let known: [(&[u8], &str); 8] = [
            (b"OggS\0", "ogg"),
            (b"fLaC\0", "flac"),
            (b"RIFF\0\0\0\0WAVE", "wav"),
            (b"\0\0\0\x20ftypM4A ", "m4a"),
            (b"ID3\x04", "mp3"),
            (b"\xff\xfb\x90", "mp3"),
            (b"\xff\xf1\x50", "aac"),
            (b"", "bin"),
        ];
        for (head, ending) in known {
            assert_eq!(sound_ending(head), ending);
        }
    }
}
