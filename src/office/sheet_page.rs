//! A day's programmes on paper, as HTML to print and pin up.
//!
//! In: the rundowns of each day as they are foreseen, who is on duty. Out: one HTML page that needs nothing else, a sheet of
//! A4 for each day, in the station's language. Every word of a person is escaped. Must not read or ask for anything. Next:
//! `sheet`, which fills it.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use chrono_tz::Tz;

use crate::airing::{Priority, Reason};
use crate::calendar::with_offset;
use crate::config::Config;
use crate::language::Language;
use crate::rundown::foresee::{Foresight, length_ms, starts_ms};
use crate::rundown::{Rundown, RundownItem};
use crate::schedule::{Days, Duty};

/// What the sheet of a day is made from.
pub(crate) struct Day {
    /// Which.
    pub(crate) day: NaiveDate,
    /// Its programmes in the order of time.
    pub(crate) rundowns: Vec<Rundown>,
}

/// What all sheets have in common.
#[derive(Clone, Copy)]
pub(crate) struct Sheet<'a> {
    /// Names, language, zone.
    pub(crate) config: &'a Config,
    /// Special days and duty.
    pub(crate) days: &'a Days,
    /// What is approved.
    pub(crate) foresight: &'a Foresight,
    /// When it was made.
    pub(crate) made_at: DateTime<FixedOffset>,
}

/// How a sheet looks.
pub(crate) const STYLE: &str = include_str!("sheet.css");

/// Where a page's look comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look<'a> {
    /// It is in the page: a file that needs nothing else.
    Inside,
    /// From this path, with these words above it that are not printed.
    Beside(&'a str, &'a str),
}

/// The whole page.
pub(crate) fn html(sheet: Sheet<'_>, days: &[Day], look: Look<'_>) -> String {
    let language = sheet.config.language;
    let lang = language.pick("vi", "en");
    let title = language.pick("Lịch phát thanh", "Broadcasts");
    let first = days.first().map_or_else(|| sheet.made_at.date_naive(), |first| first.day);
    let station = escaped(sheet.config.station.on(first).0);
    let sections: String = days.iter().map(|day| sheet.section(day)).collect();
    let (style, above) = match look {
        Look::Inside => (format!("<style>\n{STYLE}</style>"), String::new()),
        Look::Beside(path, above) => (format!("<link rel=\"stylesheet\" href=\"{path}\">"), above.to_owned()),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} - {station}</title>\n\
         {style}\n</head>\n<body>\n{above}{sections}</body>\n</html>\n"
    )
}

impl Sheet<'_> {
    fn section(self, Day { day, rundowns }: &Day) -> String {
        let language = self.config.language;
        let (station, authority, _) = self.config.station.on(*day);
        let authority = authority.map(escaped).unwrap_or_default();
        let mut out = format!(
            "<section>\n<header><div><div class=\"authority\">{authority}</div><div class=\"station\">{}</div></div></header>\n\
             <h1>{}</h1>\n<p class=\"day\">{}</p>\n",
            escaped(station),
            language.pick("Lịch phát thanh", "Broadcasts"),
            language.long_date(*day),
        );
        if let Some(special) = self.days.on(*day) {
            put(&mut out, format_args!("<p class=\"special\">{}</p>\n", escaped(&special.title)));
        }
        if rundowns.is_empty() {
            let nothing = language.pick("Không có buổi phát nào.", "Nothing is on the air on this day.");
            put(&mut out, format_args!("<p class=\"none\">{nothing}</p>\n"));
        }
        for rundown in rundowns {
            out += &self.programme(*day, rundown);
        }
        out + &self.end()
    }

    fn programme(self, day: NaiveDate, rundown: &Rundown) -> String {
        let language = self.config.language;
        let zone = self.config.station.timezone;
        let clock = |at| with_offset(zone, at).format("%H:%M").to_string();
        let (from, to) = (clock(rundown.scheduled_at), clock(rundown.window_ends_at));
        let priority = match rundown.priority {
            Priority::Ordinary => String::new(),
            other => format!(" ({})", language.priority(other)),
        };
        let mut out = format!("<h2>{from} - {to}&ensp;{}{priority}</h2>\n", escaped(&rundown.title));
        let duties = self.days.duty(day, &rundown.programme);
        if !duties.is_empty() {
            let names: Vec<String> = duties.into_iter().map(person).collect();
            put(
                &mut out,
                format_args!(
                    "<p class=\"duty\">{}: {}</p>\n",
                    language.pick("Người trực", "On duty"),
                    names.join("; ")
                ),
            );
        }
        let heads = language.pick(["Giờ", "Nội dung", "Thời lượng", "Ghi chú"], ["Time", "Item", "Length", "Note"]);
        out += "<table>\n<tr>";
        for (class, head) in ["time", "", "length", "note"].iter().zip(heads) {
            put(&mut out, format_args!("<th class=\"{class}\">{head}</th>"));
        }
        out += "</tr>\n";
        for (item, start) in rundown.items.iter().zip(starts_ms(rundown)) {
            out += &self.item(zone, rundown, item, start);
        }
        out + "</table>\n"
    }

    fn item(self, zone: Tz, rundown: &Rundown, item: &RundownItem, start: Option<i64>) -> String {
        let language = self.config.language;
        let at =
            |ms| with_offset(zone, rundown.scheduled_at + TimeDelta::milliseconds(ms)).format("%H:%M:%S").to_string();
        let time = start.map_or_else(String::new, at);
        let length = length_ms(item).map_or_else(String::new, minutes);
        let number = item
            .bulletin
            .as_ref()
            .map(|facts| language.pick("tin bài số ", "bulletin ").to_owned() + &facts.number.to_string());
        let genre = item.genre.clone().filter(|_| number.is_some() || !item.themes.is_empty());
        let about = [number, genre, Some(item.themes.join(", ")), item.author.clone()];
        let about: Vec<String> =
            about.into_iter().flatten().filter(|part| !part.is_empty()).map(|part| escaped(&part)).collect();
        let about =
            if about.is_empty() { String::new() } else { format!("<div class=\"about\">{}</div>", about.join(" · ")) };
        let (class, note) = self.note(item);
        format!(
            "<tr{class}><td class=\"time\">{time}</td><td>{}{about}</td><td class=\"length\">{length}</td>\
             <td class=\"note\">{note}</td></tr>\n",
            escaped(&item.title)
        )
    }

    /// What a person should see to, and how the row looks.
    fn note(self, item: &RundownItem) -> (&'static str, String) {
        let pick = |vi: &str, en: &str| format!("<span class=\"doubt\">{}</span>", self.config.language.pick(vi, en));
        match &item.taken_out {
            Some(out) if out.reason == Reason::QueueEmpty => {
                return ("", pick("hàng chờ chưa có tin bài phù hợp", "nothing in the queue fits"));
            }
            Some(out) => {
                let why = out.why.as_deref().map(escaped).unwrap_or_default();
                return (
                    " class=\"out\"",
                    format!("{}: {why}", self.config.language.pick("không phát", "does not air")),
                );
            }
            None => {}
        }
        match self.foresight.approved(item) {
            Some(false) if self.foresight.approval_required() => {
                ("", pick("CHƯA DUYỆT, không phát", "NOT APPROVED, does not air"))
            }
            Some(false) => ("", pick("chưa duyệt", "not approved")),
            _ => ("", String::new()),
        }
    }

    fn end(self) -> String {
        let language = self.config.language;
        let legend = language.pick(
            "Giờ của từng mục là dự kiến, tính theo độ dài âm thanh. Tin bài lấy từ hàng chờ có thể thay đổi đến một phút trước giờ phát.",
            "Times of items are planned from the lengths of the sound. What is drawn from the queue may change until a minute before.",
        );
        let signatures = [language.pick("Người lập", "Made by"), language.pick("Người duyệt", "Approved by")];
        let hint = language.pick("(ký, ghi rõ họ tên)", "(signature, full name)");
        let boxes = signatures.map(|who| format!("<div><b>{who}</b><i>{hint}</i></div>")).concat();
        let made = match language {
            Language::Vi => {
                format!("In từ loa {} lúc {}", env!("CARGO_PKG_VERSION"), self.made_at.format("%H:%M ngày %d/%m/%Y"))
            }
            Language::En => format!("Made by loa {} on {}", env!("CARGO_PKG_VERSION"), self.made_at.format("%F at %R")),
        };
        format!(
            "<p class=\"legend\">{legend}</p>\n<div class=\"signatures\">{boxes}</div>\n<footer>{made}</footer>\n</section>\n"
        )
    }
}

/// Milliseconds as minutes and seconds, rounded: `0:25`.
pub(crate) fn minutes(ms: i64) -> String {
    let seconds = (ms + 500) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn person(duty: &Duty) -> String {
    let phone = duty.phone.as_ref().map_or_else(String::new, |phone| format!(" ({phone})"));
    escaped(&format!("{}{phone}", duty.who))
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes everything");
}

/// Text that HTML takes as text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for each in text.chars() {
        match each {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            each => out.push(each),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_never_markup() {
        assert_eq!(escaped("<b>\"Tin\" & 'bài'"), "&lt;b&gt;&quot;Tin&quot; &amp; &#39;bài&#39;");
    }
}
