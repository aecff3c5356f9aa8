//! What makes a content doubtful, and what makes a file unfit to be a bulletin, in both languages.
//!
//! In: measures, and what went wrong while a file was taken in. Out: typed doubts, which are kept on the bulletin and keep
//! nothing from the air, and typed refusals. Sentences say what was found, what is allowed and what to do. Words of the
//! decoders and of the operating system stay English. Pure. Next: `crate::library`, which measures.

use serde::{Deserialize, Serialize};

use super::{MOST_BOOST_CB, Measures};
use crate::language::Language;
use crate::problem::causes::vietnamese;

/// Shorter recordings are slips of the finger.
const SHORTEST_MS: i64 = 1000;

/// Quieter than this, in hundredths of LUFS, a recording stays quiet after the greatest boost towards -16 LUFS.
const VERY_QUIET: i64 = -1600 - 10 * MOST_BOOST_CB;

/// One sample in so many at full scale is heard as distortion.
const CLIPPED_ONE_IN: u64 = 20_000;

/// Silence at an end that people notice, in milliseconds.
const LONG_AT_END_MS: i64 = 3000;

/// Silence inside that listeners take for the end, in milliseconds.
const LONG_INSIDE_MS: i64 = 5000;

/// So much of a recording is no longer speech with pauses, in percent.
const MOSTLY_SILENT: i64 = 50;

/// What a person should listen to before approving. Kept with the bulletin; nothing is refused for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "snake_case")]
pub enum Doubt {
    /// Recorded too loud.
    Clipped {
        /// Samples at full scale.
        samples: u64,
    },
    /// So quiet that no gain brings it to the loudness of the others.
    VeryQuiet {
        /// Whole LUFS.
        lufs: i64,
    },
    /// A long silence before it begins.
    SilenceAtStart {
        /// Milliseconds.
        ms: i64,
    },
    /// A long silence after its end.
    SilenceAtEnd {
        /// Milliseconds.
        ms: i64,
    },
    /// A long silence inside.
    SilenceInside {
        /// Milliseconds.
        ms: i64,
    },
    /// More silence than sound.
    MostlySilent {
        /// Of its length.
        percent: i64,
    },
    /// The sound of another bulletin.
    SameSound {
        /// Which.
        bulletin: i64,
    },
}

/// Why a file cannot be a bulletin. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
    /// There is no such file.
    Missing,
    /// A folder has that name.
    IsFolder,
    /// The operating system does not give it to us; its words.
    Unreadable(String),
    /// Not audio of a kind that is played; the decoder's words.
    Undecodable(String),
    /// Less than its container promises, or parts of it cannot be decoded; what was found.
    Damaged(String),
    /// Under 1 s: how long it is, in milliseconds.
    TooShort(i64),
    /// Over the ceiling of a session; both in milliseconds.
    TooLong {
        /// How long it is, or says that it is.
        duration_ms: i64,
        /// What is allowed.
        most_ms: i64,
    },
    /// Nothing in it can be heard.
    Silent,
    /// More bytes than are taken in.
    TooLarge {
        /// How many it has.
        bytes: u64,
        /// What is allowed.
        most_bytes: u64,
    },
    /// It changed while it was read.
    Changed,
    /// The disk of the content store has no room for it.
    DiskFull,
    /// The content store does not take it for another reason; the operating system's words.
    NotStored(String),
}

/// What is doubtful about a content, the worst first.
#[must_use]
pub fn doubts(measures: &Measures) -> Vec<Doubt> {
    let Measures { clipped_samples: samples, leading_silence_ms: before, trailing_silence_ms: after, .. } = *measures;
    let frames = measures.duration_ms.max(0).cast_unsigned() * u64::from(measures.rate) / 1000;
    let quiet = measures.loudness_centi_lufs.filter(|loudness| *loudness < VERY_QUIET);
    let longest = measures.longest_pause_ms;
    let found = [
        (samples * CLIPPED_ONE_IN > frames).then_some(Doubt::Clipped { samples }),
        quiet.map(|loudness| Doubt::VeryQuiet { lufs: loudness.div_euclid(100) }),
        (measures.silence_percent >= MOSTLY_SILENT)
            .then_some(Doubt::MostlySilent { percent: measures.silence_percent }),
        (longest > LONG_INSIDE_MS).then_some(Doubt::SilenceInside { ms: longest }),
        (before > LONG_AT_END_MS).then_some(Doubt::SilenceAtStart { ms: before }),
        (after > LONG_AT_END_MS).then_some(Doubt::SilenceAtEnd { ms: after }),
    ];
    found.into_iter().flatten().collect()
}

/// Why a content that decodes from end to end cannot be a bulletin all the same; `most_ms` is the ceiling of a session.
#[must_use]
pub fn unfit(measures: &Measures, most_ms: Option<i64>) -> Option<Unfit> {
    let duration_ms = measures.duration_ms;
    if duration_ms < SHORTEST_MS {
        return Some(Unfit::TooShort(duration_ms));
    }
    if let Some(most_ms) = most_ms.filter(|most_ms| duration_ms > *most_ms) {
        return Some(Unfit::TooLong { duration_ms, most_ms });
    }
    (measures.is_silent() || measures.loudness_centi_lufs.is_none()).then_some(Unfit::Silent)
}

impl Doubt {
    /// The sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.in_vietnamese(),
            Language::En => self.in_english(),
        }
    }

    fn in_vietnamese(&self) -> String {
        match self {
            Self::Clipped { samples } => {
                format!("thu quá to, tiếng bị vỡ ({samples} mẫu chạm mức tối đa): hãy nghe lại, nên thu lại nhỏ hơn")
            }
            Self::VeryQuiet { lufs } => {
                format!(
                    "tiếng rất nhỏ ({lufs} LUFS), tăng hết mức cho phép vẫn nhỏ hơn các bài khác: nên thu lại gần micrô hơn"
                )
            }
            Self::SilenceAtStart { ms } => format!("đầu bài im lặng {}: nên cắt bớt", seconds(*ms, ',')),
            Self::SilenceAtEnd { ms } => format!("cuối bài im lặng {}: nên cắt bớt", seconds(*ms, ',')),
            Self::SilenceInside { ms } => {
                format!("giữa bài có đoạn im lặng {}: hãy nghe lại xem có mất tiếng không", seconds(*ms, ','))
            }
            Self::MostlySilent { percent } => {
                format!("{percent}% thời lượng là im lặng: hãy nghe lại xem có mất tiếng không")
            }
            Self::SameSound { bulletin } => {
                format!("âm thanh giống hệt tin bài số {bulletin}: nếu là phát lại thì hãy đưa tin bài đó vào hàng chờ")
            }
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Clipped { samples } => {
                format!(
                    "recorded too loud and distorted ({samples} samples at full scale): listen to it, better record it again"
                )
            }
            Self::VeryQuiet { lufs } => {
                format!(
                    "very quiet ({lufs} LUFS), and quieter than the others after the greatest boost: better record it closer"
                )
            }
            Self::SilenceAtStart { ms } => format!("begins with {} of silence: better cut it", seconds(*ms, '.')),
            Self::SilenceAtEnd { ms } => format!("ends with {} of silence: better cut it", seconds(*ms, '.')),
            Self::SilenceInside { ms } => {
                format!("holds {} of silence in one piece: listen whether something is lost", seconds(*ms, '.'))
            }
            Self::MostlySilent { percent } => {
                format!("{percent} % of it is silence: listen whether something is lost")
            }
            Self::SameSound { bulletin } => {
                format!("the same sound as bulletin {bulletin}: to air it again, queue that one")
            }
        }
    }
}

impl Unfit {
    /// The sentence for people; who says it names the file.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match language {
            Language::Vi => self.in_vietnamese(),
            Language::En => self.in_english(),
        }
    }

    fn in_vietnamese(&self) -> String {
        match self {
            Self::Missing => "không có tệp này".into(),
            Self::IsFolder => "đây là thư mục, đúng ra phải là tệp âm thanh".into(),
            Self::Unreadable(why) => format!("không đọc được tệp: {}", vietnamese(why)),
            Self::Undecodable(why) => format!(
                "không phải là tệp âm thanh phát được: {}; được nhận WAV, FLAC, MP3, Ogg Vorbis, Opus, AAC/M4A, mono \
                 hoặc stereo, 8 đến 96 kHz",
                vietnamese(why)
            ),
            Self::Damaged(why) => {
                format!("tệp bị hỏng hoặc thiếu phần cuối: {}; hãy chép lại từ máy đã thu", vietnamese(why))
            }
            Self::TooShort(ms) => format!("chỉ dài {}, tin bài phải dài ít nhất 1 giây", seconds(*ms, ',')),
            Self::TooLong { duration_ms, most_ms } => format!(
                "dài {}, một buổi phát chỉ được {}; hãy chia thành nhiều tin bài",
                minutes(*duration_ms),
                minutes(*most_ms)
            ),
            Self::Silent => "không nghe thấy gì trong tệp này; hãy kiểm tra micrô và thu lại".into(),
            Self::TooLarge { bytes, most_bytes } => format!(
                "tệp nặng {} MB, chỉ được nhận đến {} MB; hãy xuất ra MP3, Opus hoặc FLAC",
                megabytes(*bytes),
                most_bytes / 1_000_000
            ),
            Self::Changed => "tệp thay đổi trong lúc đang đọc; hãy chép xong rồi làm lại".into(),
            Self::DiskFull => "ổ đĩa chứa dữ liệu đã đầy; hãy xóa bớt tệp không cần đến rồi làm lại".into(),
            Self::NotStored(why) => format!("không ghi được vào kho âm thanh: {}", vietnamese(why)),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Missing => "there is no such file".into(),
            Self::IsFolder => "a folder; give an audio file".into(),
            Self::Unreadable(why) => format!("cannot be read: {why}"),
            Self::Undecodable(why) => format!(
                "no audio that is played: {why}; WAV, FLAC, MP3, Ogg Vorbis, Opus and AAC/M4A are allowed, mono or \
                 stereo, 8 to 96 kHz"
            ),
            Self::Damaged(why) => format!("damaged or cut off: {why}; copy it anew from where it was recorded"),
            Self::TooShort(ms) => format!("only {} long; at least 1 s is allowed", seconds(*ms, '.')),
            Self::TooLong { duration_ms, most_ms } => format!(
                "{} long, and a session is at most {}; divide it into several bulletins",
                minutes(*duration_ms),
                minutes(*most_ms)
            ),
            Self::Silent => "nothing can be heard in it; look at the microphone and record it again".into(),
            Self::TooLarge { bytes, most_bytes } => format!(
                "{} MB large, and at most {} MB are allowed; export it as MP3, Opus or FLAC",
                megabytes(*bytes),
                most_bytes / 1_000_000
            ),
            Self::Changed => "it changed while it was read; finish copying it and try again".into(),
            Self::DiskFull => {
                "the disk of the data folder is full; delete files that nobody needs and try again".into()
            }
            Self::NotStored(why) => format!("the content store does not take it: {why}"),
        }
    }
}

/// Seconds with a tenth, rounded down.
fn seconds(ms: i64, point: char) -> String {
    let unit = if point == ',' { "giây" } else { "s" };
    format!("{}{point}{} {unit}", ms / 1000, ms / 100 % 10)
}

/// Minutes and seconds as a clock shows them, rounded up: what is over a limit must not look as long as it.
fn minutes(ms: i64) -> String {
    let seconds = (ms + 999) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Rounded up for the same reason.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::is_nfc;

    use super::super::tests::SPEECH;
    use super::*;

    #[test]
    fn good_speech_is_neither_doubtful_nor_unfit() {
        assert_eq!((doubts(&SPEECH), unfit(&SPEECH, Some(60_000))), (vec![], None));
    }

    #[test]
    fn each_doubt_has_its_measure() {
        let of = |measures: Measures| doubts(&measures);
        assert_eq!(of(Measures { clipped_samples: 132, ..SPEECH }), [], "one in 20,045 of 2,646,000 frames");
        assert_eq!(of(Measures { clipped_samples: 133, ..SPEECH }), [Doubt::Clipped { samples: 133 }]);
        assert_eq!(of(Measures { loudness_centi_lufs: Some(-3601), ..SPEECH }), [Doubt::VeryQuiet { lufs: -37 }]);
        assert_eq!(of(Measures { longest_pause_ms: 5001, ..SPEECH }), [Doubt::SilenceInside { ms: 5001 }]);
        let gaps = Measures { leading_silence_ms: 3001, trailing_silence_ms: 3002, silence_percent: 50, ..SPEECH };
        let three =
            [Doubt::MostlySilent { percent: 50 }, Doubt::SilenceAtStart { ms: 3001 }, Doubt::SilenceAtEnd { ms: 3002 }];
        assert_eq!(of(gaps), three);
    }

    #[test]
    fn what_is_unfit_is_so_by_the_smallest_step() {
        let of = |measures: Measures| unfit(&measures, Some(2_700_000));
        assert_eq!(of(Measures { duration_ms: 999, ..SPEECH }), Some(Unfit::TooShort(999)));
        assert_eq!(of(Measures { duration_ms: 2_700_000, ..SPEECH }), None);
        let longer = Measures { duration_ms: 2_700_001, ..SPEECH };
        let too_long = Unfit::TooLong { duration_ms: 2_700_001, most_ms: 2_700_000 };
        assert_eq!((of(longer), unfit(&longer, None)), (Some(too_long), None));
        assert_eq!(of(Measures { loudness_centi_lufs: None, ..SPEECH }), Some(Unfit::Silent));
        assert_eq!(of(Measures { leading_silence_ms: 60_000, ..SPEECH }), Some(Unfit::Silent));
    }

    #[test]
    fn sentences_name_what_was_found_and_what_is_allowed() {
        let too_long = Unfit::TooLong { duration_ms: 2_700_001, most_ms: 2_700_000 };
        assert_eq!(
            too_long.say(Language::En),
            "45:01 long, and a session is at most 45:00; divide it into several bulletins"
        );
        assert_eq!(Unfit::TooShort(480).say(Language::Vi), "chỉ dài 0,4 giây, tin bài phải dài ít nhất 1 giây");
        let large = Unfit::TooLarge { bytes: 1_000_000_001, most_bytes: 1_000_000_000 };
        assert_eq!(
            large.say(Language::En),
            "1001 MB large, and at most 1000 MB are allowed; export it as MP3, Opus or FLAC"
        );
        let doubts = [Doubt::Clipped { samples: 7 }, Doubt::VeryQuiet { lufs: -37 }, Doubt::SameSound { bulletin: 12 }];
        assert!(doubts.iter().all(|doubt| is_nfc(&doubt.say(Language::Vi))));
        assert!(doubts[2].say(Language::Vi).contains("tin bài số 12"));
    }

    #[test]
    fn a_doubt_is_kept_by_its_name() {
        let json = serde_json::to_string(&Doubt::SilenceAtEnd { ms: 4000 }).unwrap();
        assert_eq!(json, r#"{"doubt":"silence_at_end","ms":4000}"#);
    }
}
