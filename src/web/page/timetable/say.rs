//! Words of the timetable: lunar dates, what special days change, outcomes in short, differences.
//!
//! In: values. Out: words and markup in the visitor's language. Must never ask for anything. Next: `look`.

use chrono::{DateTime, Utc, Weekday, WeekdaySet};
use chrono_tz::Tz;
use maud::{Markup, html};

use super::super::super::part::words;
use crate::calendar::with_offset;
use crate::language::Language;
use crate::lunar::LunarDate;
use crate::office::timetable::days::Airing;
use crate::office::timetable::trial::{DAYS_AHEAD, Difference, How, Items};
use crate::office::words::plain;
use crate::problem::what::{TimetableFault, What};
use crate::problem::{Problem, Severity};
use crate::schedule::days::{Airs, DayKind, When};
use crate::schedule::{Duty, SpecialDay};

/// Differences that are listed; the rest is counted.
const MOST_LISTED: usize = 40;

/// `15/10 âl`; the first of a month with its name.
pub(super) fn lunar(language: Language, date: Option<LunarDate>) -> String {
    let Some(date) = date else { return String::new() };
    let leap = if date.leap { language.pick(" nhuận", " (repeated)") } else { "" };
    format!("{}/{}{leap} {}", date.day, date.month, language.pick("âl", "lunar"))
}

pub(super) fn kind(language: Language, kind: DayKind) -> &'static str {
    let (vi, en) = match kind {
        DayKind::Holiday => ("nghỉ lễ", "holiday"),
        DayKind::Substitute => ("nghỉ bù", "substitute day off"),
        DayKind::Working => ("làm bù", "worked instead"),
        DayKind::Mourning => ("Quốc tang", "national mourning"),
        DayKind::Memorial => ("ngày kỷ niệm", "memorial day"),
    };
    language.pick(vi, en)
}

/// What an entry changes; empty for a note.
pub(super) fn changes(language: Language, entry: &SpecialDay) -> String {
    let vi = language == Language::Vi;
    let weekday = entry.as_weekday.map(|day| {
        if vi { format!("phát như {}", language.weekday(day)) } else { format!("as on a {}", language.weekday(day)) }
    });
    let airs = match &entry.airs {
        Airs::Planned => None,
        Airs::Only(ids) => Some(format!("{} {}", language.pick("chỉ phát", "only"), ids.join(", "))),
        Airs::Without(ids) => Some(format!("{} {}", language.pick("không phát", "without"), ids.join(", "))),
        Airs::Nothing => Some(language.pick("không phát gì", "nothing airs").to_owned()),
    };
    let genres = (!entry.leave_out.is_empty()).then(|| {
        format!("{} {}", language.pick("bỏ mục thể loại", "no items of the sort"), entry.leave_out.join(", "))
    });
    [weekday, airs, genres].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Which days an entry is about.
pub(super) fn when(language: Language, when: When) -> String {
    match when {
        When::Dates(from, until) if from == until => words::day(language, from),
        When::Dates(from, until) => format!("{} – {}", words::date(language, from), words::date(language, until)),
        When::Lunar { month, day, days_before, days } => {
            let vi = language == Language::Vi;
            let around = match (days_before, days) {
                (0, 1) => String::new(),
                (0, days) if vi => format!(", dài {days} ngày"),
                (0, days) => format!(", {days} days"),
                (before, days) if vi => format!(", từ {before} ngày trước, dài {days} ngày"),
                (before, days) => format!(", from {before} days before, {days} days"),
            };
            let yearly = language.pick("âm lịch, hằng năm", "of the moon, each year");
            format!("{day}/{month} {yearly}{around}")
        }
    }
}

/// `thứ Hai, thứ Tư`; `mọi ngày`.
pub(super) fn weekdays(language: Language, set: WeekdaySet) -> String {
    if set == WeekdaySet::ALL {
        return language.pick("mọi ngày", "every day").to_owned();
    }
    let days: Vec<&str> = set.iter(Weekday::Mon).map(|day| language.weekday(day)).collect();
    days.join(", ")
}

pub(super) fn person(duty: &Duty) -> String {
    let phone = duty.phone.as_ref().map_or_else(String::new, |phone| format!(" ({phone})"));
    format!("{}{phone}", duty.who)
}

/// What came of an occurrence, what is about to, and what is wrong with it, as chips.
pub(super) fn state(language: Language, airing: &Airing, now: DateTime<Utc>) -> Markup {
    let pick = |vi, en| language.pick(vi, en);
    let silent = airing.occurrence.is_silent();
    html! {
        @if airing.is_skipped {
            span .chip { "– " (pick("đã bỏ buổi này", "skipped")) }
        } @else if silent {
            span .chip { "– " (pick("không phát do ngày đặc biệt", "silent on this day")) }
        }
        @for (outcome, count) in &airing.outcomes {
            (counted(language, *outcome, *count)) " "
        }
        @if airing.outcomes.is_empty() && !airing.is_skipped && airing.occurrence.window_ends_at <= now {
            span .chip { "– " (pick("không có trong nhật ký", "not in the log")) }
        }
        @if airing.overrun_ms() > 0 {
            span .chip.warn { "! " (pick("dài hơn khung giờ ", "over its window by ")) (words::length(language, airing.overrun_ms())) }
        }
        @for file in &airing.missing {
            span .chip.bad { "! " (pick("thiếu tệp ", "missing file ")) (file) } " "
        }
        @if !airing.clashes.is_empty() && airing.occurrence.window_ends_at > now {
            span .chip.warn { "! " (pick("trùng khung giờ", "overlaps")) }
        }
    }
}

fn counted(language: Language, outcome: crate::airing::Outcome, count: usize) -> Markup {
    html! { (words::outcome(language, outcome, None)) @if count > 1 { " × " (count) } }
}

/// The occurrences that an edit brings, takes and moves.
pub(super) fn differences(language: Language, zone: Tz, all: &[Difference]) -> Markup {
    let pick = |vi, en| language.pick(vi, en);
    let at = |at: DateTime<Utc>| with_offset(zone, at);
    let clock = |instant| words::clock(at(instant));
    let day = |instant| words::day(language, at(instant).date_naive());
    html! {
        @if all.is_empty() {
            p { (pick("Trong ", "Nothing changes in the timetable of the next ")) (DAYS_AHEAD) (pick(" ngày tới, lịch phát không có gì khác đi.", " days.")) }
        } @else {
            p { b { (all.len()) (pick(" buổi trong ", " occurrences in the next ")) (DAYS_AHEAD) (pick(" ngày tới:", " days:")) } }
            ul .changes {
                @for each in all.iter().take(MOST_LISTED) {
                    li {
                        @match &each.how {
                            How::Added => { span .chip.good { "+ " (pick("thêm", "new")) } }
                            How::Removed => { span .chip.bad { "– " (pick("bỏ", "gone")) } }
                            How::Moved(_) => { span .chip.warn { "→ " (pick("đổi giờ", "moved")) } }
                            How::Silenced(_) => { span .chip.bad { "– " (pick("không phát", "silent")) } }
                            How::Aired => { span .chip.good { "+ " (pick("phát lại", "airs again")) } }
                            How::Changed(_) => { span .chip { "± " (pick("đổi nội dung", "changed")) } }
                        }
                        " " (clock(each.at)) ", " (day(each.at)) ": " b { (each.title) }
                        @match &each.how {
                            How::Moved(to) => { " → " (clock(*to)) }
                            How::Changed(Items { gone, new }) => {
                                @if !gone.is_empty() { ": " (pick("không phát ", "without ")) (gone.join(", ")) }
                                @if !new.is_empty() { (if gone.is_empty() { ": " } else { "; " }) (pick("có thêm ", "with ")) (new.join(", ")) }
                            }
                            How::Silenced(title) if !title.is_empty() => { " (" (title) ")" }
                            _ => {}
                        }
                    }
                }
            }
            @if all.len() > MOST_LISTED {
                p .soft { (pick("và ", "and ")) (all.len() - MOST_LISTED) (pick(" buổi nữa trong ", " more in the next ")) (DAYS_AHEAD) (pick(" ngày tới.", " days.")) }
            }
        }
    }
}

/// A problem for people: overlaps with titles and times, all others as the page says problems elsewhere.
pub(super) fn problem(language: Language, problem: &Problem, title: impl Fn(&str) -> String) -> String {
    let What::Timetable(TimetableFault::Overlap(overlap)) = &problem.what else { return plain(problem, language) };
    let (mine, other) = (title(&overlap.programme), title(&overlap.other));
    let clock = words::clock;
    let (from, to) = (clock(overlap.other_at), clock(overlap.other_ends_at));
    let (at, day) = (clock(overlap.at), words::day(language, overlap.at.date_naive()));
    match language {
        Language::Vi => format!("“{mine}” lúc {at}, {day}, nằm trong khung giờ {from}–{to} của “{other}”"),
        Language::En => format!("“{mine}” at {at}, {day}, is within the window {from}–{to} of “{other}”"),
    }
}

/// Problems in the words of `loa check`.
pub(super) fn problems(language: Language, all: &[Problem]) -> Markup {
    html! {
        @for problem in all {
            div class=(if problem.severity == Severity::Error { "notice bad" } else { "notice warn" }) {
                pre .problem { (problem.render(language).trim_end()) }
            }
        }
    }
}
