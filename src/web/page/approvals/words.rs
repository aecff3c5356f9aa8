//! What people read of decisions: why one was not recorded, what one was, how a bulletin stands.
//!
//! In: typed outcomes. Out: sentences in both languages that say what to do. Next: `act`.

use axum::http::StatusCode;

use super::super::super::answer::Refusal;
use super::super::super::part::words;
use crate::bulletin::{Act, Objection, Step};
use crate::config::Config;
use crate::language::Language;
pub(super) use crate::office::words::state;
use crate::store::{Card, RegisterError};

/// There is no such bulletin.
pub(super) fn unknown(language: Language, number: i64) -> Refusal {
    let (vi, en) = (format!("không có tin bài số {number}"), format!("there is no bulletin {number}"));
    Refusal::missing(language.pick(&*vi, &*en))
}

/// The database gives nothing, or takes nothing.
pub(in crate::web) fn unreadable(language: Language, error: &RegisterError) -> Refusal {
    let vi = match error {
        RegisterError::Busy(_) => "cơ sở dữ liệu đang bận; chưa ghi gì, hãy thử lại sau ít giây".to_owned(),
        RegisterError::Outdated(number) => {
            format!("tin bài số {number} vừa được người khác sửa; chưa ghi gì, hãy xem lại rồi làm lại")
        }
        _ => "không dùng được cơ sở dữ liệu của đài; chưa ghi gì, hãy báo kỹ thuật viên xem trang Hệ thống".to_owned(),
    };
    let status = match error {
        RegisterError::Outdated(_) => StatusCode::CONFLICT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    Refusal::new(status, language.pick(&*vi, &*error.to_string()))
}

/// Why a decision is not allowed, and what to do.
pub(super) const fn objection(language: Language, objection: Objection) -> &'static str {
    let (vi, en) = match objection {
        Objection::NoSound => (
            "tin bài này chưa có âm thanh nên chưa duyệt được; hãy để cán bộ truyền thanh ghi âm hoặc cho máy đọc trước",
            "this bulletin has no sound yet and cannot be approved; have it recorded or spoken first",
        ),
        Objection::NoEmergency => (
            "chỉ tin khẩn cấp mới được duyệt qua điện thoại; tin này không phải tin khẩn cấp",
            "only emergencies are approved by phone, and this is none",
        ),
        Objection::OnlyApprovalByPhone => {
            ("chỉ việc duyệt mới có thể qua điện thoại", "only an approval is given by phone")
        }
        Objection::OwnWork => (
            "bạn là người viết hoặc người nhập tin bài này, mà đài không cho người viết tự duyệt; hãy để người khác duyệt",
            "you wrote or recorded this bulletin, and this station does not let authors approve their own work; have somebody else approve it",
        ),
    };
    language.pick(vi, en)
}

/// It is not what was shown.
pub(super) fn changed(language: Language, card: &Card) -> Refusal {
    let (number, revision) = (card.number, card.revision);
    let told = match language {
        Language::Vi => format!(
            "tin bài số {number} đã thay đổi sau khi bạn mở trang (nay là bản {revision}, {}); chưa ghi gì: hãy mở lại trang \
             /duyet/{number}, nghe và đọc lại rồi quyết định",
            state(language, card),
        ),
        Language::En => format!(
            "bulletin {number} has changed since you opened the page (it is in revision {revision} now, {}); nothing was recorded: \
             open /duyet/{number} again, listen and read, then decide",
            state(language, card),
        ),
    };
    Refusal::conflict(told)
}

/// What an act in the register was.
pub(super) fn act(language: Language, act: &str, by_phone: bool) -> &'static str {
    let (vi, en) = match (Act::from_word(act), by_phone) {
        (Some(Act::Approve), false) => ("duyệt", "approved"),
        (Some(Act::Approve), true) => ("duyệt qua điện thoại", "approved by phone"),
        (Some(Act::Refuse), _) => ("không duyệt", "refused"),
        (Some(Act::Withdraw), _) => ("rút", "withdrawn"),
        (None, _) => ("không rõ", "unknown"),
    };
    language.pick(vi, en)
}

/// A decision that was recorded.
pub(super) fn decided(language: Language, card: &Card, (act, by_phone): (Act, bool), seq: i64, step: Step) -> String {
    let (vi, en) = match (act, step) {
        (Act::Approve, Step::Confirm) => ("đã xác nhận duyệt", "confirmed the approval of"),
        (Act::Approve, _) if by_phone => ("đã ghi duyệt qua điện thoại", "approved by phone"),
        (Act::Approve, _) => ("đã duyệt", "approved"),
        (Act::Refuse, _) => ("không duyệt", "refused"),
        (Act::Withdraw, _) => ("đã rút", "withdrew"),
    };
    let (number, revision, title) = (card.number, card.revision, &card.draft.title);
    match language {
        Language::Vi => format!("{vi} tin bài số {number} (bản {revision}): “{title}”; phiếu số {seq}"),
        Language::En => format!("{en} bulletin {number} (revision {revision}): “{title}”; slip {seq}"),
    }
}

/// A decision that changes nothing.
pub(super) fn already(language: Language, config: &Config, card: &Card) -> String {
    let (number, state) = (card.number, state(language, card));
    let by = card.decided.as_ref().map_or_else(String::new, |decided| {
        let at =
            decided.at.map(|at| words::instant(language, at.with_timezone(&config.station.timezone).fixed_offset()));
        format!(" ({}, {})", decided.by, at.unwrap_or_else(|| "?".to_owned()))
    });
    match language {
        Language::Vi => format!("tin bài số {number} {state} từ trước{by}; không ghi gì thêm"),
        Language::En => format!("bulletin {number} is {state} already{by}; nothing was recorded"),
    }
}
