//! One row of the log in the words of the book.
//!
//! In: an attempt with what people said of it. Out: what stands in the columns, and the remarks below it. Times are those that
//! the row was written with, to the nearest second. Must never leave out why something did not air. Pure. Next: `book`.

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound as _};

use super::Attempt;
use crate::airing::{ENOUGH_PERCENT, Kind, Outcome};
use crate::language::Language;
use crate::report::fact::Fact;
use crate::report::table::date;

/// `17:05:03`.
pub(super) fn time(at: &DateTime<FixedOffset>) -> String {
    at.round_subsecs(0).format("%H:%M:%S").to_string()
}

/// When it was to begin, with its day if it is another one: a programme may begin before midnight and its item after.
pub(super) fn planned(row: &Fact, day: NaiveDate, language: Language) -> String {
    let at = row.scheduled_at.round_subsecs(0);
    if at.date_naive() == day { time(&at) } else { format!("{} {}", time(&at), date(at.date_naive(), language)) }
}

/// From when to when it sounded: `17:05:03 - 17:08:10`.
pub(super) fn on_air(row: &Fact) -> String {
    match (&row.started_at, &row.ended_at) {
        (Some(from), Some(until)) => format!("{} - {}", time(from), time(until)),
        (Some(from), None) => format!("{} -", time(from)),
        _ => String::new(),
    }
}

/// The programme by its title of that day, or by which kind of act it came on the air.
pub(super) fn programme(row: &Fact, language: Language) -> String {
    match row.kind {
        Kind::Operator | Kind::Emergency => language.kind(row.kind).to_owned(),
        _ => row.programme_title.as_deref().or(row.programme.as_deref()).unwrap_or_default().to_owned(),
    }
}

/// The act of approval: `số 12, Đỗ Bá Khang`.
pub(super) fn approval(row: &Fact, language: Language) -> String {
    let number = row.approval.as_deref().map(|number| format!("{} {number}", language.pick("số", "no.")));
    let parts: Vec<&str> = number.as_deref().into_iter().chain(row.approved_by.as_deref()).collect();
    parts.join(", ")
}

/// How it ended.
pub(super) fn result(attempt: &Attempt, counts: bool, language: Language) -> String {
    let outcome = attempt.written.outcome.map_or("", |outcome| language.outcome(outcome));
    if attempt.is_void() {
        return format!("{outcome}; {}", language.pick("ĐÃ HỦY, không tính", "TAKEN OUT, does not count"));
    }
    match attempt.written.outcome {
        Some(Outcome::Aired) | None => outcome.to_owned(),
        Some(_) if counts => match language {
            Language::Vi => format!("{outcome}, được tính (từ {ENOUGH_PERCENT} %)"),
            Language::En => format!("{outcome}, counts (from {ENOUGH_PERCENT} %)"),
        },
        Some(_) => outcome.to_owned(),
    }
}

/// What went wrong, why, and what the station itself remarked.
pub(super) fn reason(row: &Fact, language: Language) -> String {
    let again = (row.attempt > 1).then(|| format!("{} {}", language.pick("lần phát", "attempt"), row.attempt));
    let reason = row.reason.map(|reason| language.reason(reason));
    let parts = [again.as_deref(), reason, row.why.as_deref(), row.note.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What people said of it since, a sentence each.
pub(super) fn remarks(attempt: &Attempt, language: Language) -> Vec<String> {
    let correction = attempt.correction.as_ref().map(|correction| corrected(attempt, correction, language));
    let notes = attempt.notes.iter().map(|note| {
        let text = note.note.as_deref().unwrap_or_default();
        format!("{}: {text}", signed(language.pick("Ghi chú", "Note"), note, language))
    });
    correction.into_iter().chain(notes).collect()
}

/// `Đính chính ngày 05/03/2025 của Lan (ghi nhầm): tên trước ghi “A”; nội dung trước ghi “ND1”.`
fn corrected(attempt: &Attempt, new: &Fact, language: Language) -> String {
    let why = new.why.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
    let head = format!("{}{why}", signed(language.pick("Đính chính", "Correction"), new, language));
    if attempt.is_void() {
        return format!(
            "{head}: {}",
            language.pick("hủy dòng này, không tính", "this row is taken out and does not count")
        );
    }
    let old = &attempt.written;
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
    let list = |list: &[std::sync::Arc<str>]| list.join(", ");
    let of = |row: &Fact| {
        let bulletin = row.bulletin.map(|number| number.to_string()).unwrap_or_default();
        let words =
            [text(&row.title), text(&row.genre), list(&row.themes), text(&row.author), text(&row.source), bulletin];
        words.into_iter().chain([list(&row.zone_names)])
    };
    let names = language.pick(
        ["tên", "thể loại", "nội dung", "tác giả", "nguồn", "số tin bài", "khu vực phát"],
        ["title", "genre", "themes", "author", "source", "bulletin", "zones"],
    );
    let differing = names.into_iter().zip(of(old).zip(of(new))).filter(|(_, (old, new))| old != new);
    let changes: Vec<String> = differing
        .map(|(name, (old, _))| match language {
            _ if old.is_empty() => format!("{name} {}", language.pick("trước để trống", "was blank")),
            Language::Vi => format!("{name} trước ghi “{old}”"),
            Language::En => format!("{name} was “{old}”"),
        })
        .collect();
    format!("{head}: {}", changes.join("; "))
}

/// `Ghi chú ngày 05/03/2025 của Lan`: the day is that of the act, in the offset of the row that it is about.
fn signed(what: &str, remark: &Fact, language: Language) -> String {
    let instant = remark.airing.split_once('@').and_then(|(_, rest)| rest.rsplit_once('/'));
    let at = instant.and_then(|(at, _)| DateTime::parse_from_rfc3339(at).ok());
    let day = at.map(|at| date(at.with_timezone(remark.scheduled_at.offset()).date_naive(), language));
    let by = remark.by.as_deref();
    let (on, of) = (language.pick(" ngày ", " of "), language.pick(" của ", " by "));
    let day = day.map(|day| format!("{on}{day}")).unwrap_or_default();
    let by = by.map(|by| format!("{of}{by}")).unwrap_or_default();
    format!("{what}{day}{by}")
}
