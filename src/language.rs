//! Vietnamese and English words for what people see.
//!
//! In: an outcome, a reason, a kind, a priority. Out: its word in the station's language, for pages, reports and lines of
//! `run`. The words in the log and in exports are not here: those are `as_str` of `airing` and never change. Problems
//! say themselves in `problem`. Next: `config`.

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::airing::{ClockState, Kind, Outcome, Priority, Reason};
use crate::output::RealTime;
use crate::playout;
use crate::problem::Severity;
use crate::service::Silence;

/// The language of what operators, approvers and readers of reports see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// The codes in `loa.toml`, the default first.
    pub const CODES: [&'static str; 2] = ["vi", "en"];

    /// The language of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// How an airing ended.
    #[must_use]
    pub const fn outcome(self, outcome: Outcome) -> &'static str {
        let (vi, en) = match outcome {
            Outcome::Aired => ("phát đủ", "aired"),
            Outcome::Cut => ("bị cắt", "cut"),
            Outcome::Interrupted => ("bị gián đoạn", "interrupted"),
            Outcome::Failed => ("không phát được", "failed"),
            Outcome::Missed => ("bỏ lỡ", "missed"),
            Outcome::Cancelled => ("bị hủy", "cancelled"),
        };
        self.pick(vi, en)
    }

    /// Why it ended so.
    #[must_use]
    pub const fn reason(self, reason: Reason) -> &'static str {
        let (vi, en) = match reason {
            Reason::Emergency => ("có tin khẩn cấp", "an emergency came in"),
            Reason::Operator => ("người vận hành dừng", "stopped by the operator"),
            Reason::NextProgramme => ("đến giờ chương trình sau", "the next programme started"),
            Reason::WindowEnd => ("hết khung giờ", "the window closed"),
            Reason::Shutdown => ("đài dừng theo lệnh", "the station was shut down"),
            Reason::PowerLoss => ("mất điện", "power loss"),
            Reason::Crash => ("phần mềm dừng đột ngột", "the program crashed"),
            Reason::DeviceLost => ("mất thiết bị âm thanh", "the sound device was lost"),
            Reason::DecodeError => ("lỗi giải mã âm thanh", "the audio could not be decoded"),
            Reason::Starved => ("âm thanh không đến kịp", "the audio came too late"),
            Reason::FileMissing => ("không có tệp âm thanh", "the audio file is missing"),
            Reason::Undecodable => ("tệp không phải là âm thanh", "the file is no audio"),
            Reason::Damaged => ("tệp âm thanh bị hỏng", "the audio file is damaged"),
            Reason::Unreadable => ("không đọc được tệp", "the file cannot be read"),
            Reason::NoDevice => ("không có thiết bị âm thanh", "no sound device"),
            Reason::TooManyAttempts => ("đã thử quá nhiều lần", "too many attempts"),
            Reason::NotApproved => ("chưa được duyệt", "not approved"),
            Reason::QueueEmpty => ("hàng chờ không có tin bài phù hợp", "nothing in the queue fitted"),
            Reason::SpecialDay => ("ngày đặc biệt", "a special day"),
            Reason::StationOff => ("đài không hoạt động", "the station was off"),
            Reason::WindowClosed => ("hết khung giờ trước khi đến lượt", "the window closed before its turn"),
            Reason::ClockUntrusted => ("đồng hồ máy không đáng tin cậy", "the clock could not be trusted"),
            Reason::ClockStep => ("đồng hồ máy nhảy qua giờ phát", "the clock jumped over it"),
        };
        self.pick(vi, en)
    }

    /// What kind of airing.
    #[must_use]
    pub const fn kind(self, kind: Kind) -> &'static str {
        let (vi, en) = match kind {
            Kind::Fixed => ("mục cố định", "fixed audio"),
            Kind::Bulletin => ("tin bài", "bulletin"),
            Kind::Operator => ("phát tay", "by the operator"),
            Kind::Emergency => ("phát khẩn cấp", "emergency"),
            Kind::Note => ("ghi chú", "note"),
            Kind::Correction => ("đính chính", "correction"),
        };
        self.pick(vi, en)
    }

    /// Which airing goes first.
    #[must_use]
    pub const fn priority(self, priority: Priority) -> &'static str {
        let (vi, en) = match priority {
            Priority::Ordinary => ("thường", "ordinary"),
            Priority::Priority => ("ưu tiên", "priority"),
            Priority::Emergency => ("khẩn cấp", "emergency"),
        };
        self.pick(vi, en)
    }

    /// The kernel's word on the priority of the sound; `granted`, which programs look for, is the same in both.
    #[must_use]
    pub fn real_time(self, word: RealTime) -> String {
        match (self, word) {
            (Self::Vi, RealTime::Refused(libc::EPERM)) => {
                "không được cấp: tài khoản chạy đài không có quyền; hãy thêm \
                 dòng `LimitRTPRIO=10` vào unit của dịch vụ"
                    .to_owned()
            }
            (Self::Vi, RealTime::Refused(errno)) => {
                format!("không được cấp ({})", std::io::Error::from_raw_os_error(errno))
            }
            _ => word.to_string(),
        }
    }

    /// Why there is no sound device: what the station saw in this language, the driver's words as they are.
    #[must_use]
    pub fn device_lost(self, why: &str) -> String {
        let said = |(en, vi): &(&str, &str)| why.strip_prefix(en).map(|rest| format!("{vi}{rest}"));
        match self {
            Self::Vi => playout::SEEN.iter().find_map(said).map_or_else(
                || why.to_owned(),
                |said| said.replace(" of them, beginning with: ", " lần, lần đầu là: "),
            ),
            Self::En => why.to_owned(),
        }
    }

    /// How far the clock is believed.
    #[must_use]
    pub const fn clock(self, state: ClockState) -> &'static str {
        let (vi, en) = match state {
            ClockState::Synchronised => ("đã đồng bộ", "synchronised"),
            ClockState::FreeRunning => ("chạy tự do, chưa đồng bộ", "free running, not synchronised"),
            ClockState::Untrusted => ("KHÔNG ĐÁNG TIN CẬY", "NOT TO BE TRUSTED"),
        };
        self.pick(vi, en)
    }

    /// What to do about a clock that is behind the log, or from before there was this program if `log` is `None`; both
    /// instants are already in words.
    #[must_use]
    pub fn clock_advice(self, clock: &str, log: Option<&str>) -> String {
        let because = match (self, log) {
            (Self::Vi, Some(log)) => format!("nhật ký đã ghi lúc {log}"),
            (Self::En, Some(log)) => format!("the log was written to at {log}"),
            (Self::Vi, None) => "phần mềm này đến năm 2024 mới có".to_owned(),
            (Self::En, None) => "this program was not written before 2024".to_owned(),
        };
        match self {
            Self::Vi => format!(
                "đồng hồ máy chỉ {clock}, nhưng {because}: hãy chỉnh lại đồng hồ (hoặc chờ có mạng); nếu đồng hồ \
                 đúng thì chạy lại bằng `loa run --trust-clock`; đến lúc đó đài chưa phát chương trình nào"
            ),
            Self::En => format!(
                "the clock says {clock}, but {because}: set the clock (or wait for the network) or, if it is \
                 right, restart with `loa run --trust-clock`; until then programmes do not air"
            ),
        }
    }

    /// How bad a problem is.
    #[must_use]
    pub const fn severity(self, severity: Severity) -> &'static str {
        let (vi, en) = match severity {
            Severity::Error => ("lỗi", "error"),
            Severity::Warning => ("cảnh báo", "warning"),
        };
        self.pick(vi, en)
    }

    /// What follows from files that are not taken over.
    #[must_use]
    pub const fn last_good_stays(self) -> &'static str {
        self.pick(
            "thay đổi chưa được nhận; đài tiếp tục theo lịch phát cũ",
            "the change is not taken over; the last good schedule stays",
        )
    }

    /// Why the service manager is not told that the station lives.
    #[must_use]
    pub const fn silence(self, silence: Silence) -> &'static str {
        let (vi, en) = match silence {
            Silence::PlayoutHangs => ("phần phát âm thanh bị treo", "the playout hangs"),
            Silence::NoFrames => {
                ("thiết bị không nhận âm thanh và chưa được mở lại", "the device takes no frames and was not replaced")
            }
            Silence::DeviceGivenUp => (
                "thiết bị treo khi mở hoặc khi đóng, đài không thử nữa",
                "the device hangs in opening or closing and is no longer tried",
            ),
            Silence::StoreHangs => ("phần lưu nhật ký bị treo", "the store of the log hangs"),
        };
        self.pick(vi, en)
    }

    /// A weekday, as in the middle of a sentence.
    #[must_use]
    pub const fn weekday(self, day: Weekday) -> &'static str {
        let (vi, en) = match day {
            Weekday::Mon => ("thứ Hai", "Monday"),
            Weekday::Tue => ("thứ Ba", "Tuesday"),
            Weekday::Wed => ("thứ Tư", "Wednesday"),
            Weekday::Thu => ("thứ Năm", "Thursday"),
            Weekday::Fri => ("thứ Sáu", "Friday"),
            Weekday::Sat => ("thứ Bảy", "Saturday"),
            Weekday::Sun => ("Chủ nhật", "Sunday"),
        };
        self.pick(vi, en)
    }

    /// A day in full, as documents have it: `thứ Ba, ngày 04 tháng 3 năm 2025`. Days below 10 and the months 1 and 2 have a
    /// zero before them, so that nobody makes 11 of 1 with a pen.
    #[must_use]
    pub fn long_date(self, day: NaiveDate) -> String {
        let weekday = self.weekday(day.weekday());
        let (date, month, year) = (day.day(), day.month(), day.year());
        match self {
            Self::Vi if month < 3 => format!("{weekday}, ngày {date:02} tháng {month:02} năm {year}"),
            Self::Vi => format!("{weekday}, ngày {date:02} tháng {month} năm {year}"),
            Self::En => format!("{weekday}, {date} {} {year}", day.format("%B")),
        }
    }

    /// The word of the language.
    #[must_use]
    pub const fn pick<T: Copy>(self, vi: T, en: T) -> T {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn every_word_is_its_own_and_composed() {
        for language in [Language::Vi, Language::En] {
            let mut seen = HashSet::new();
            let reasons = Reason::ALL.iter().map(|&each| language.reason(each));
            let outcomes = Outcome::ALL.iter().map(|&each| language.outcome(each));
            for word in reasons.chain(outcomes) {
                assert!(is_nfc(word) && seen.insert(word), "{word}");
            }
        }
    }

    #[test]
    fn a_day_is_written_as_documents_have_it() {
        let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap();
        assert_eq!(Language::Vi.long_date(day(3, 4)), "thứ Ba, ngày 04 tháng 3 năm 2025");
        assert_eq!(Language::Vi.long_date(day(2, 16)), "Chủ nhật, ngày 16 tháng 02 năm 2025");
        assert_eq!(Language::En.long_date(day(3, 4)), "Tuesday, 4 March 2025");
    }

    #[test]
    fn every_code_names_a_language() {
        assert_eq!(Language::CODES.map(Language::from_code), [Some(Language::Vi), Some(Language::En)]);
        assert_eq!(Language::from_code("VI"), None);
    }
}
