//! `[report]` and `[[report.issuer]]`: how months are reckoned, and who issues reports from which day on; `[[station.since]]`.
//!
//! In: the reader over the file's text. Out: settings in order of their first days, with a problem at its place for whatever is
//! not allowed. Must never fill in what an issuer lacks: what has no entry has the station's names. Next: `schedule`.

use chrono::NaiveDate;

use super::{Config, Station};
use crate::plan::Plan;
use crate::problem::nearest;
use crate::problem::what::ReportFault;
use crate::report::issuer::{self, DEFAULT_SYMBOL, Dated, Issuer, Known};
use crate::report::period::Calendar;
use crate::schedule::table::{Reader, Spotted, Table};

/// The day on which every month has an end to close on.
const MOST_CLOSING_DAY: i64 = 28;

/// Words of `csv_separator` and the byte that each means.
const SEPARATORS: [(&str, u8); 3] = [(";", b';'), (",", b','), ("tab", b'\t')];

/// What `title` may hold between braces.
const TITLE_PARTS: [&str; 2] = ["period", "commune"];

/// `[[station.since]]`: the names of the station from a day on, those that an entry leaves out taken from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The first day.
    pub from: NaiveDate,
    /// Its name in rows and reports.
    pub name: String,
    /// Who runs it.
    pub authority: Option<String>,
    /// Where it is.
    pub place: Option<String>,
}

/// `[report]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How months are reckoned. Default: they close on the 14th.
    pub calendar: Calendar,
    /// Between the fields of a CSV file. Default: `;`, as spreadsheets in Vietnam expect it.
    pub csv_separator: u8,
    /// What the report is about, with `{period}` and `{commune}`; `None` is the usual words.
    pub title: Option<String>,
    /// Who issues reports, in order of their first days.
    pub issuers: Vec<Dated>,
}

impl Station {
    /// Its names on a day: name, who runs it, where it is.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> (&str, Option<&str>, Option<&str>) {
        match self.since.iter().rev().find(|since| since.from <= day) {
            Some(since) => (&since.name, since.authority.as_deref(), since.place.as_deref()),
            None => (&self.name, self.authority.as_deref(), self.place.as_deref()),
        }
    }
}

impl Config {
    /// Who issues a report that is dated on a day.
    #[must_use]
    pub fn issuer_on(&self, day: NaiveDate, plan: Option<&Plan>) -> Issuer {
        let (station, authority, place) = self.station.on(day);
        let known = Known { station, authority, place, plan };
        issuer::on(&self.report.issuers, day).cloned().unwrap_or_else(|| Issuer::of(known))
    }
}

/// `[report]`, all of it optional.
pub(super) fn report<'s>(reader: &mut Reader<'s>, root: &mut Table<'s>) -> Report {
    let mut report = Report { calendar: Calendar::DEFAULT, csv_separator: b';', title: None, issuers: Vec::new() };
    let Some(mut table) = reader.table(root, "report") else { return report };
    let calendar = reader.word(&mut table, "calendar", &["reporting", "civil"]);
    let closing =
        reader.integer(&mut table, "closing_day", 1, MOST_CLOSING_DAY).and_then(|day| u32::try_from(day).ok());
    report.calendar = match (calendar.map(|word| word.value), closing) {
        (Some("civil"), _) => Calendar::Civil,
        (_, Some(day)) => Calendar::Reporting(day),
        (_, None) => Calendar::DEFAULT,
    };
    if let Some(word) = reader.word(&mut table, "csv_separator", &SEPARATORS.map(|(word, _)| word)) {
        let byte = SEPARATORS.iter().find(|(each, _)| *each == word.value).map(|(_, byte)| *byte);
        report.csv_separator = byte.unwrap_or(report.csv_separator);
    }
    report.title = reader.words(&mut table, "title").and_then(|title| checked_title(reader, title));
    let mut before: Option<NaiveDate> = None;
    for (index, mut each) in reader.tables(&mut table, "issuer").into_iter().enumerate() {
        let from = reader.date(&mut each, "from");
        let issuer = issuer(reader, &mut each);
        reader.finish(&each);
        if from.is_none() && index > 0 {
            reader.error(each.span.clone(), ReportFault::NoFrom);
        }
        let from = from.and_then(|from| rising(reader, from, &mut before));
        report.issuers.extend(issuer.map(|issuer| Dated { from, issuer }));
    }
    reader.finish(&table);
    report
}

/// A title in whose braces only known names stand.
fn checked_title(reader: &mut Reader<'_>, title: Spotted<String>) -> Option<String> {
    let mut rest = title.value.as_str();
    while let Some((_, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        if !TITLE_PARTS.contains(&name) {
            let near = nearest(name, TITLE_PARTS);
            reader.error(title.span.clone(), ReportFault::TitlePart(name.to_owned(), near));
            return None;
        }
        rest = after;
    }
    Some(title.value)
}

fn issuer<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Issuer> {
    let superior = reader.words(table, "superior").map(|text| text.value);
    let authority = list(reader, table, "authority");
    let commune = reader.required_words(table, "commune").map(|text| text.value);
    let place = reader.required_words(table, "place").map(|text| text.value);
    let symbol = reader.words(table, "symbol").map(|symbol| {
        if symbol.value.contains(char::is_whitespace) || symbol.value.starts_with(['/', '-']) {
            reader.error(symbol.span, ReportFault::Symbol(symbol.value.clone()));
        }
        symbol.value
    });
    let addressees = list(reader, table, "addressees");
    let recipients = reader.texts(table, "recipients").map(values);
    let (mut signer_lines, mut signer_name) = (Vec::new(), String::new());
    if let Some(mut signer) = reader.table(table, "signer") {
        signer_lines = list(reader, &mut signer, "lines").unwrap_or_default();
        signer_name = reader.words(&mut signer, "name").map(|text| text.value).unwrap_or_default();
        reader.finish(&signer);
    }
    Some(Issuer {
        superior,
        authority: authority?,
        commune: commune?,
        place: place?,
        symbol: symbol.unwrap_or_else(|| DEFAULT_SYMBOL.to_owned()),
        addressees: addressees?,
        recipients: recipients.unwrap_or_else(|| ["Như trên", "Lưu: VT"].map(str::to_owned).into()),
        signer_lines,
        signer_name,
    })
}

/// A list that must be there and name something.
fn list<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, key: &'static str) -> Option<Vec<String>> {
    let texts = reader.required_texts(table, key)?;
    if texts.value.is_empty() {
        reader.error(texts.span, ReportFault::EmptyList(key));
        return None;
    }
    Some(values(texts))
}

fn values(texts: Spotted<Vec<Spotted<String>>>) -> Vec<String> {
    texts.value.into_iter().map(|text| text.value).collect()
}

/// A first day that comes after that of the entry before.
fn rising(reader: &mut Reader<'_>, from: Spotted<NaiveDate>, before: &mut Option<NaiveDate>) -> Option<NaiveDate> {
    if let Some(before) = before.filter(|before| *before >= from.value) {
        reader.error(from.span, ReportFault::NotRising(from.value, before));
        return None;
    }
    *before = Some(from.value);
    Some(from.value)
}

/// `[[station.since]]`: what an entry does not say stays as it was before it.
pub(super) fn since<'s>(
    reader: &mut Reader<'s>,
    station: &mut Table<'s>,
    (mut authority, mut place): (Option<String>, Option<String>),
) -> Vec<Since> {
    let mut found = Vec::new();
    let mut before = None;
    for mut table in reader.tables(station, "since") {
        let from = reader.required_date(&mut table, "from");
        let name = reader.required_text(&mut table, "name").map(|text| text.value);
        authority = reader.text(&mut table, "authority").map(|text| text.value).or(authority);
        place = reader.text(&mut table, "place").map(|text| text.value).or(place);
        reader.finish(&table);
        let from = from.and_then(|from| rising(reader, from, &mut before));
        if let (Some(from), Some(name)) = (from, name) {
            found.push(Since { from, name, authority: authority.clone(), place: place.clone() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Option<Config> {
        Config::parse(Path::new("loa.toml"), text.as_bytes()).ok()
    }

    #[test]
    fn names_have_first_days() {
        let config = parse(
            "[station]\nname = 'Đài A'\nauthority = 'UBND A'\nplace = 'A'\ntimezone = 'UTC'\n\
             [[station.since]]\nfrom = 2025-07-01\nname = 'Đài B'\nplace = 'B'\n\
             [[station.since]]\nfrom = 2026-01-01\nname = 'Đài C'\nauthority = 'UBND C'\n\
             [report]\ncalendar = 'civil'\ncsv_separator = 'tab'\n",
        )
        .unwrap();
        let on = |day: &str| config.station.on(day.parse().unwrap());
        assert_eq!(on("2025-06-30"), ("Đài A", Some("UBND A"), Some("A")));
        assert_eq!(on("2025-07-01"), ("Đài B", Some("UBND A"), Some("B")));
        assert_eq!(on("2026-03-01"), ("Đài C", Some("UBND C"), Some("B")));
        let report = &config.report;
        assert_eq!((report.calendar, report.csv_separator, &report.title), (Calendar::Civil, b'\t', &None));
        // Without an issuer the names of the day head the report.
        assert_eq!(config.issuer_on("2026-03-01".parse().unwrap(), None).authority, ["UBND C"]);
        assert_eq!(
            parse("[station]\nname = 'Đài'\ntimezone = 'UTC'\n[report]\nclosing_day = 20\n").unwrap().report.calendar,
            Calendar::Reporting(20)
        );
    }
}
