//! What people read of bulletins, in both languages.
//!
//! In: what was done or found. Out: lines in the station's language; words of programs (JSON, CSV) are not here. Next:
//! `crate::language`.

use chrono::{DateTime, FixedOffset};

use crate::bulletin::{Act, Decision, Objection, Step};
use crate::config::Config;
use crate::language::Language;
pub(super) use crate::office::words::{register_error, state};
use crate::store::{Card, Revision, Sound};

/// Digits of a hash that people compare by eye.
const SHORT: usize = 12;

/// `3:20`, rounded to the second.
pub(super) fn length(ms: Option<i64>) -> String {
    ms.map_or_else(|| "-".to_owned(), |ms| format!("{}:{:02}", (ms + 500) / 60_000, (ms + 500) / 1000 % 60))
}

/// The beginning of a hash.
pub(super) fn short(sha256: &str) -> &str {
    sha256.get(..SHORT).unwrap_or(sha256)
}

/// An instant to the minute, in the station's time.
pub(super) fn minute(at: Option<DateTime<FixedOffset>>, config: &Config) -> String {
    let local = |at: DateTime<FixedOffset>| at.with_timezone(&config.station.timezone);
    at.map_or_else(|| "?".to_owned(), |at| local(at).format("%d/%m/%Y %H:%M").to_string())
}

/// What a bulletin has that could air or be read.
fn sound_and_text(language: Language, sound: Option<&Sound>, text_sha256: Option<&str>) -> String {
    let sound = sound.map_or_else(
        || language.pick("chưa có âm thanh", "no sound yet").to_owned(),
        |sound| {
            let (length, sha256) = (length(sound.content.duration_ms), short(&sound.content.sha256));
            match (language, &sound.voice) {
                (Language::Vi, None) => format!("thời lượng {length}, SHA-256 {sha256}"),
                (Language::Vi, Some(voice)) => format!("thời lượng {length}, giọng máy {voice}, SHA-256 {sha256}"),
                (Language::En, None) => format!("{length} long, SHA-256 {sha256}"),
                (Language::En, Some(voice)) => format!("{length} long, machine voice {voice}, SHA-256 {sha256}"),
            }
        },
    );
    match (text_sha256, language) {
        (None, _) => sound,
        (Some(text), Language::Vi) => format!("{sound}; văn bản SHA-256 {}", short(text)),
        (Some(text), Language::En) => format!("{sound}; text SHA-256 {}", short(text)),
    }
}

/// A revision that was recorded.
pub(super) fn recorded(config: &Config, number: (i64, i64), revision: &Revision, already: bool) -> String {
    let language = config.language;
    let text_sha256 = revision.draft.text.as_deref().map(crate::store::text_sha256);
    let what = sound_and_text(language, revision.sound.as_ref(), text_sha256.as_deref());
    let title = &revision.draft.title;
    let already = if already {
        language.pick("; âm thanh này đã có trong kho", "; this sound was in the store already")
    } else {
        ""
    };
    match (language, number) {
        (Language::Vi, (number, 1)) => format!("đã ghi tin bài số {number}: \"{title}\" ({what}{already}), chờ duyệt"),
        (Language::En, (number, 1)) => {
            format!("recorded as bulletin {number}: \"{title}\" ({what}{already}), waiting for approval")
        }
        (Language::Vi, (number, of)) => {
            format!("đã ghi bản {of} của tin bài số {number}: \"{title}\" ({what}{already}), phải duyệt lại")
        }
        (Language::En, (number, of)) => {
            format!(
                "recorded as revision {of} of bulletin {number}: \"{title}\" ({what}{already}), needs a new approval"
            )
        }
    }
}

/// What became of a bulletin of a manifest.
pub(super) fn imported(language: Language, number: i64, is_new: bool, title: &str) -> String {
    match (language, is_new) {
        (Language::Vi, true) => format!("đã ghi tin bài số {number}: \"{title}\", chờ duyệt"),
        (Language::Vi, false) => format!("đã có từ trước, không ghi lại: tin bài số {number}: \"{title}\""),
        (Language::En, true) => format!("recorded as bulletin {number}: \"{title}\", waiting for approval"),
        (Language::En, false) => format!("there already, not recorded again: bulletin {number}: \"{title}\""),
    }
}

/// A change that changes nothing.
pub(super) fn unchanged(language: Language, card: &Card) -> String {
    let (number, revision) = (card.number, card.revision);
    match language {
        Language::Vi => format!("tin bài số {number} không có gì thay đổi so với bản {revision}; không ghi gì thêm"),
        Language::En => format!("bulletin {number} is as revision {revision} is already; nothing was recorded"),
    }
}

/// A new text under an old sound.
pub(super) fn sound_kept(language: Language, revision: &Revision) -> &'static str {
    if revision.sound.as_ref().is_some_and(|sound| sound.voice.is_some()) {
        return language.pick(
            "văn bản đã đổi, giọng máy vẫn đọc văn bản cũ: hãy đọc lại bằng `loa bulletin speak`",
            "the text has changed and the machine voice still reads the old one: speak it anew with `loa bulletin speak`",
        );
    }
    language.pick(
        "văn bản đã đổi, âm thanh vẫn là bản cũ: hãy nghe lại xem có đúng văn bản mới không",
        "the text has changed and the sound is the old one: listen whether it says the new text",
    )
}

/// Before an approved bulletin is spoken.
pub(super) const fn approval_will_end(language: Language) -> &'static str {
    language.pick(
        "tin bài này đã được duyệt; khi có âm thanh mới thì phải duyệt lại mới được phát",
        "this bulletin is approved; with its new sound it needs a new approval before it may air",
    )
}

/// A decision that was recorded, and what it is about.
pub(super) fn decided(config: &Config, card: &Card, decision: &Decision, seq: i64, step: Step) -> String {
    let language = config.language;
    let (number, revision, title, by) = (card.number, card.revision, &card.draft.title, &decision.by);
    let what = sound_and_text(language, card.sound.as_ref(), card.text_sha256.as_deref());
    let (vi, en) = match (decision.act, step) {
        (Act::Approve, Step::Confirm) => ("đã xác nhận duyệt", "confirmed the approval of"),
        (Act::Approve, _) if decision.by_phone => ("đã duyệt qua điện thoại", "approved by phone"),
        (Act::Approve, _) => ("đã duyệt", "approved"),
        (Act::Refuse, _) => ("không duyệt", "refused"),
        (Act::Withdraw, _) => ("đã rút", "withdrew"),
    };
    let told = match language {
        Language::Vi => {
            format!(
                "{vi} tin bài số {number} (bản {revision}): \"{title}\" ({what}); {by}; số {seq} trong sổ phê duyệt"
            )
        }
        Language::En => {
            format!(
                "{en} bulletin {number} (revision {revision}): \"{title}\" ({what}); {by}; no. {seq} of the approvals"
            )
        }
    };
    if decision.by_phone { told + "\n" + language.pick(PHONE.0, PHONE.1) } else { told }
}

/// What is still to be done after an approval by telephone.
const PHONE: (&str, &str) = (
    "chưa xác nhận: khi có phiếu duyệt, hãy duyệt lại bằng lệnh này nhưng không ghi --by-phone",
    "not confirmed yet: when the slip is there, approve it again without --by-phone",
);

/// A decision that changes nothing.
pub(super) fn already(config: &Config, card: &Card) -> String {
    let state = state(config.language, card);
    let (by, at) = card
        .decided
        .as_ref()
        .map_or((String::new(), String::new()), |decided| (decided.by.clone(), minute(decided.at, config)));
    let number = card.number;
    match config.language {
        Language::Vi => format!("tin bài số {number} {state} rồi ({by}, {at}); không ghi gì thêm"),
        Language::En => format!("bulletin {number} is {state} already ({by}, {at}); nothing was recorded"),
    }
}

/// Why a decision is not allowed, and what to do.
pub(super) fn objection(card: &Card, objection: Objection) -> (String, String) {
    let number = card.number;
    let (vi, en) = match objection {
        Objection::NoSound => (
            format!(
                "tin bài số {number} chưa có âm thanh nên chưa duyệt được; hãy thêm bản ghi âm bằng \
                 `loa bulletin change {number} TỆP` hoặc cho máy đọc bằng `loa bulletin speak {number}`, rồi duyệt"
            ),
            format!(
                "bulletin {number} has no sound that could be approved; give it a recording with \
                 `loa bulletin change {number} FILE` or have it read with `loa bulletin speak {number}` first"
            ),
        ),
        Objection::NoEmergency => (
            format!(
                "tin bài số {number} không phải tin khẩn cấp, chỉ tin khẩn cấp mới được duyệt qua điện thoại; \
                 hãy bỏ --by-phone khi đã có phiếu duyệt"
            ),
            format!(
                "bulletin {number} is no emergency, and only emergencies are approved by phone; \
                 leave out --by-phone when the slip is there"
            ),
        ),
        Objection::OnlyApprovalByPhone => {
            ("chỉ việc duyệt mới có thể qua điện thoại".to_owned(), "only an approval is given by phone".to_owned())
        }
        Objection::OwnWork => (
            format!(
                "người duyệt tin bài số {number} cũng là người viết hoặc người ghi tin bài này, mà \
                 `author_may_approve = false` trong loa.toml không cho phép; hãy để người khác duyệt"
            ),
            format!(
                "whoever approves bulletin {number} also wrote or recorded it, which `author_may_approve = false` \
                 in loa.toml forbids; have somebody else approve it"
            ),
        ),
    };
    (vi + "; chưa ghi gì", en + "; nothing was recorded")
}

/// An approval of another revision than the newest one, and what to do.
pub(super) fn changed(card: &Card, looked_at: i64) -> (String, String) {
    let (number, newest) = (card.number, card.revision);
    (
        format!(
            "tin bài số {number} nay là bản {newest}, không phải bản {looked_at}, nên chưa duyệt; hãy xem và nghe lại \
             (`loa bulletin show {number}`), rồi duyệt bằng --revision {newest}; chưa ghi gì"
        ),
        format!(
            "bulletin {number} is in revision {newest} now, not {looked_at}, and was not approved; look at it and listen \
             again (`loa bulletin show {number}`), then approve with --revision {newest}; nothing was recorded"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_to_the_second() {
        assert_eq!(
            (length(Some(200_499)), length(Some(200_500)), length(None)),
            ("3:20".into(), "3:21".into(), "-".into())
        );
    }
}
