//! What a row says, in plain words; and its details, each with a sentence on what it proves.
//!
//! In: a row with all that is known of it. Out: pieces of its page. Words of experts stand under folds only. Next: `words`.

use maud::{Markup, html};

use super::super::super::layout::sentence;
use super::super::super::part::words as said;
use super::super::super::sound::player;
use super::super::super::visitor::Visitor;
use super::evidence::{Case, Stored};
use super::{table, words};
use crate::airing::{ClockState, OutputKind};
use crate::language::Language;
use crate::problem::what::Lost;
use crate::store::Evidence;

/// What happened.
pub(super) fn plain(language: Language, case: &Case) -> Markup {
    let Evidence { row, described, .. } = &case.evidence;
    let is_airing = row.outcome.is_some() && row.corrects.is_none();
    let pick = |vi: &'static str, en: &'static str| language.pick(vi, en);
    html! {
        section .card {
            h2 { (table::title(language, described.title.as_deref(), row)) }
            p .row {
                (table::outcome(language, row))
                @if is_airing && row.output != OutputKind::Card.as_str() { span .chip.warn { (pick("diễn tập: không ra loa, không tính", "rehearsal: it went to no loudspeaker and counts nowhere")) } }
                @if described.is_void { span .chip.off { "– " (pick("không tính", "counts nowhere")) } }
                @for theme in &described.themes { span .chip { (theme) } }
            }
            @if let Some(about) = row.corrects {
                p { (pick("Đây là lời ghi thêm cho ", "This speaks of ")) a href={ "/nhat-ky/" (about) } { (pick("dòng ", "row ")) (about) } "." }
            }
            dl .facts {
                dt { (pick("Buổi phát", "Programme")) } dd { (row.programme_title.as_deref().unwrap_or(table::kind(language, row))) }
                dt { (pick("Giờ theo lịch", "Planned for")) } dd { (table::instant(language, &row.scheduled_at)) }
                @if let Some(at) = &row.started_at {
                    dt { (pick("Bắt đầu thật", "Began")) }
                    dd { (table::instant(language, at)) @if let Some(us) = row.start_error_us { ", " (words::start_error(language, us)) } }
                }
                @if let Some(at) = &row.ended_at { dt { (pick("Kết thúc thật", "Ended")) } dd { (table::instant(language, at)) } }
                @if is_airing {
                    dt { (pick("Đã phát", "Aired")) }
                    dd { (said::length(language, row.aired_ms)) @if let Some(planned) = row.planned_ms { (pick(" trong ", " of ")) (said::length(language, planned)) } }
                }
                @if let Some(level) = row.level_dbfs {
                    dt { (pick("Độ to trung bình", "Level")) }
                    dd { (words::level(language, level)) @if let Some(peak) = row.peak_dbfs { ", " (pick("chỗ to nhất ", "peak ")) (peak) " dBFS" } }
                }
                @if !row.zones.0.is_empty() {
                    dt { (pick("Cụm loa", "Zones")) }
                    dd {
                        (described.zones.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "))
                        @if !case.broken_zones.is_empty() {
                            " " span .chip.bad { "✕ " (pick("lúc đó đang hỏng: ", "broken then: ")) (case.broken_zones.join(", ")) }
                        }
                    }
                }
                @if let Some(author) = &described.author { dt { (pick("Tác giả", "Author")) } dd { (author) } }
                @if let Some(source) = &described.source { dt { (pick("Nguồn", "Source")) } dd { (source) } }
                @if let Some(number) = described.bulletin { dt { (pick("Tin bài", "Bulletin")) } dd { a href={ "/duyet/" (number) } { (pick("số ", "no. ")) (number) } } }
                @if row.by.is_some() || row.why.is_some() {
                    dt { (pick("Ai làm, vì sao", "Who, and why")) }
                    dd { (row.by.as_deref().unwrap_or("?")) @if let Some(why) = &row.why { ": " (why) } @if let Some(via) = &row.via { " " span .soft { "(" (via) ")" } } }
                }
                (approval(language, case))
                @if let (Some(note), None) = (&row.note, row.corrects) { dt { (pick("Đài ghi chú", "The station notes")) } dd { (words::station_note(language, note)) } }
            }
        }
    }
}

fn approval(language: Language, case: &Case) -> Markup {
    let row = &case.evidence.row;
    let pick = |vi: &'static str, en: &'static str| language.pick(vi, en);
    html! {
        @if let Some(by) = &row.approved_by {
            dt { (pick("Người duyệt", "Approved by")) }
            dd {
                (by) @if let Some(at) = &row.approved_at { ", " (table::recorded(language, at)) }
                @if let Some(slip) = &row.approval { ", " a href={ "/duyet/phieu/" (slip) } { (pick("phiếu số ", "slip ")) (slip) } }
                @if let Some(act) = &case.evidence.approval {
                    " (" (pick("bản ", "revision ")) (act.revision) @if act.by_phone { ", " (pick("qua điện thoại", "by phone")) } ")"
                }
            }
        } @else if row.outcome.is_some() && row.corrects.is_none() {
            dt { (pick("Người duyệt", "Approved by")) } dd { (pick("không có phiếu duyệt nào được ghi", "no approval is on record")) }
        }
    }
}

/// How the stored sound is, as a program's word.
pub(super) const fn stored_word(stored: Stored) -> Option<&'static str> {
    match stored {
        Stored::NoSound => None,
        Stored::Whole => Some("whole"),
        Stored::Lost(Lost::Gone) => Some("gone"),
        Stored::Lost(Lost::Changed) => Some("changed"),
    }
}

/// What proves it, under folds.
pub(super) fn details(visitor: &Visitor, case: &Case) -> Markup {
    let language = visitor.language();
    html! {
        h2 { (language.pick("Chi tiết để kiểm chứng", "Details for whoever checks")) }
        (sound(visitor, case))
        (chain(language, &case.evidence))
        (circumstances(language, case))
    }
}

fn fold(summary: &str, proves: &str, body: &Markup) -> Markup {
    html! { details { summary { (summary) } p .soft { (proves) } (body) } }
}

fn sound(visitor: &Visitor, case: &Case) -> Markup {
    let row = &case.evidence.row;
    let pick = |vi: &'static str, en: &'static str| visitor.pick(vi, en);
    let Some(sha256) = &row.sha256 else { return html! {} };
    let (class, words) = match case.stored {
        Stored::NoSound | Stored::Whole => (
            "chip good",
            pick(
                "✓ tệp lưu trong kho còn nguyên, vừa đọc lại toàn bộ",
                "✓ the stored file is whole; all of it was just read",
            ),
        ),
        Stored::Lost(Lost::Gone) => ("chip warn", pick("! kho không còn tệp này", "! the store has this file no more")),
        Stored::Lost(Lost::Changed) => (
            "chip bad",
            pick("✕ tệp trong kho đã bị hỏng hoặc bị thay", "✕ the stored file is damaged or was replaced"),
        ),
    };
    let body = html! {
        p { span class=(class) { (words) } }
        @if case.stored == Stored::Whole { (player(visitor, sha256, row.title.as_deref().unwrap_or_default())) }
        dl .facts {
            dt { "SHA-256 " (pick("âm thanh", "of the sound")) } dd .mono { (sha256) }
            @if let Some(text) = &row.text_sha256 { dt { "SHA-256 " (pick("văn bản", "of the text")) } dd .mono { (text) } }
            @if let Some(voice) = &row.voice { dt { (pick("Giọng máy", "Machine voice")) } dd { (voice) } }
            @if let Some(gain) = row.gain_cb { dt { (pick("Chỉnh độ to", "Gain")) } dd { (words::gain(visitor.language(), gain)) } }
            @if let Some(trimmed) = row.trimmed_ms { dt { (pick("Khoảng lặng bỏ đi", "Silence left out")) } dd { @if trimmed == 0 { (pick("không", "none")) } @else { (trimmed) " ms" } } }
        }
    };
    let proves = pick(
        "Mã SHA-256 như dấu vân tay của tệp: sửa một chút thôi là mã khác hẳn. Mã này chứng minh đúng tệp nào đã phát, và có phải đúng tệp đã duyệt không.",
        "A SHA-256 is the fingerprint of a file: the smallest change gives another one. It proves which file aired, and whether that is the one that was approved.",
    );
    fold(pick("Âm thanh đã phát", "The sound that aired"), proves, &body)
}

fn chain(language: Language, evidence: &Evidence) -> Markup {
    let row = &evidence.row;
    let pick = |vi: &'static str, en: &'static str| language.pick(vi, en);
    let agrees = evidence.remade == row.hash;
    let body = html! {
        dl .facts {
            dt { (pick("Số thứ tự", "Number")) } dd { (row.seq) (pick(" trong ", " of ")) (evidence.newest) }
            dt { (pick("Mã của dòng trước, ghi trong dòng này", "Hash of the row before, as it stands here")) } dd .mono { (row.prev_hash) }
            dt { (pick("Mã thật của dòng trước", "Hash of the row before, as it stands there")) }
            dd .mono {
                @match &evidence.before {
                    Some(before) => { a href={ "/nhat-ky/" (before.seq) } { (before.seq) } ": " (before.hash) @if !before.is_whole { " " span .chip.bad { "✕ " (pick("dòng ấy đã bị sửa", "that row was altered")) } } },
                    None => "–",
                }
            }
            dt { (pick("Mã ghi trong dòng này", "Hash as it stands here")) } dd .mono { (row.hash) }
            dt { (pick("Mã vừa tính lại từ nội dung", "Hash made of the content just now")) }
            dd .mono {
                (evidence.remade) " "
                @if agrees { span .chip.good { "✓ " (pick("giống", "the same")) } } @else { span .chip.bad { "✕ " (pick("KHÁC", "ANOTHER")) } }
            }
            dt { (pick("Dòng sau nối với mã", "The row behind follows")) }
            dd .mono {
                @match &evidence.after {
                    Some(after) => {
                        a href={ "/nhat-ky/" (after.seq) } { (after.seq) } ": " (after.prev_hash) " "
                        @if after.prev_hash == row.hash { span .chip.good { "✓ " (pick("giống", "the same")) } } @else { span .chip.bad { "✕ " (pick("KHÁC", "ANOTHER")) } }
                    },
                    None => (pick("chưa có dòng nào sau", "there is none yet")),
                }
            }
        }
    };
    let proves = pick(
        "Mỗi dòng mang mã của dòng đứng trước, như các mắt xích: sửa, xoá hay chèn một dòng thì mắt xích đứt và lộ ra. Mã được tính lại ngay khi mở trang này.",
        "Each row carries the hash of the row before it, like links of a chain: to alter, remove or insert one breaks it, and shows. The hash was made anew when this page was opened.",
    );
    fold(pick("Chuỗi mã kiểm của nhật ký", "The chain of the log"), proves, &body)
}

fn circumstances(language: Language, case: &Case) -> Markup {
    let row = &case.evidence.row;
    let pick = |vi: &'static str, en: &'static str| language.pick(vi, en);
    let clock = ClockState::from_word(&row.clock).map_or(row.clock.as_str(), |state| language.clock(state));
    let output = match OutputKind::from_word(&row.output) {
        Some(OutputKind::Card) => pick("card âm thanh", "sound card"),
        Some(OutputKind::Wav) => pick("tệp WAV (diễn tập)", "WAV file (rehearsal)"),
        Some(OutputKind::Silent) => pick("không ra đâu cả (diễn tập)", "nowhere (rehearsal)"),
        None => &row.output,
    };
    let body = html! {
        dl .facts {
            dt { (pick("Đồng hồ máy lúc đó", "The clock then")) } dd { (sentence(clock)) }
            dt { (pick("Tiếng ra", "Output")) } dd { (output) @if let Some(device) = &row.device { ", " span .mono { (device) } } }
            dt { (pick("Âm thanh bị hụt", "Underruns")) } dd { @if row.xruns == 0 && row.starved_ms == 0 { (pick("không", "none")) } @else { (row.xruns) (pick(" lần, ", " times, ")) (row.starved_ms) " ms" } }
            dt { (pick("Mã lượt phát", "Airing")) } dd .mono { (row.airing) ", " (pick("lần ", "attempt ")) (row.attempt) }
            dt { (pick("Ghi vào nhật ký lúc", "Recorded at")) } dd { (table::recorded(language, &row.recorded_at)) }
            dt { (pick("Lần khởi động máy", "Boot")) } dd .mono { (row.boot_id) }
            dt { (pick("Đài", "Station")) } dd { (row.station) " " span .mono { (row.station_id) } }
        }
        details {
            summary { (pick("Cả dòng như trong nhật ký", "The row as it stands in the log")) }
            pre .mono { (serde_json::to_string_pretty(row).unwrap_or_default()) }
        }
    };
    let proves = pick(
        "Cho biết giờ có đáng tin không và tiếng có ra card âm thanh thật không: chỉ lượt phát ra card mới được tính. Nhật ký chứng minh tiếng đã rời máy, không chứng minh có người nghe.",
        "Tells whether the time can be believed, and whether sound left a real card: only that counts. The log proves that sound left the machine, not that anybody heard it.",
    );
    fold(pick("Đồng hồ, thiết bị, hoàn cảnh", "Clock, device, circumstances"), proves, &body)
}
