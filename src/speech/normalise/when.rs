//! Dates, months, years, times of day and days of the week.
//!
//! In: the text from here on. Out: `18/02/2025` as "ngày mười tám tháng hai năm …" without a second "ngày", `17h30`, `17:30`
//! and `17 giờ 30`, `thứ 2`, `T7`. A day that no calendar has is doubted. Next: `amount`.

use chrono::NaiveDate;

use super::Doubt;
use super::number::{cardinal, code, value};
use super::scan::{Found, Here, Last, Scan};

const SEPARATORS: [char; 3] = ['/', '-', '.'];

const LUNAR: [&str; 5] = ["âm lịch", "âl", "ÂL", "AL", "Âm lịch"];

/// A day, with or without its year.
pub(super) fn date(here: &Here<'_>) -> Option<Found> {
    full_date(here).or_else(|| day_and_month(here)).or_else(|| month_and_year(here))
}

fn full_date(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let (day, month, year) = backwards(&mut scan).or_else(|| {
        scan = here.scan();
        forwards(&mut scan)
    })?;
    // `1.2.2025.4` is a number of something else.
    if !scan.at_end() || scan.rest.starts_with('.') && follows_digit(scan.rest) {
        return None;
    }
    let no_such = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32).is_none();
    let written = &here.rest[..scan.used()];
    let spoken = format!("{} năm {}", spoken_day(here, day, month, true, &scan), cardinal(year));
    let doubt = no_such.then(|| Doubt::NoSuchDay { written: written.to_owned() });
    Some(Found::amount(scan.used(), spoken).doubted(doubt))
}

/// `18/02/2025`, `18-2-2025`, `18.2.25`.
fn forwards(scan: &mut Scan<'_>) -> Option<(u64, u64, u64)> {
    let day = scan.small(1..=31)?;
    let separator = scan.one(&SEPARATORS)?;
    let month = scan.small(1..=12)?;
    scan.one(&[separator])?;
    let year = scan.digits(2, 4).filter(|year| year.len() != 3)?;
    let century = if year.len() == 2 { 2000 } else { 0 };
    Some((day, month, century + value(year)?))
}

/// `2025-02-18`.
fn backwards(scan: &mut Scan<'_>) -> Option<(u64, u64, u64)> {
    let year = value(scan.digits(4, 4)?)?;
    let separator = scan.one(&['-', '/'])?;
    let month = scan.small(1..=12)?;
    scan.one(&[separator])?;
    Some((scan.small(1..=31)?, month, year))
}

/// `30/4`, when it is no fraction: those are taken out before.
fn day_and_month(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let day = scan.small(1..=31)?;
    // "ngày 20-11" and "ngày 20.11", but "ngày 5-7 tháng 3" and "ngày 25-26/7" are several days.
    let slashed = scan.one(&SEPARATORS)? == '/';
    let month = scan.small(1..=12)?;
    let goes_on =
        scan.rest.starts_with('/') || scan.rest.starts_with(['-', '.', ',']) && !slashed && follows_digit(scan.rest);
    if !scan.at_end() || goes_on || !slashed && (!here.after(&["ngày"]) || scan.next_word() == "tháng") {
        return None;
    }
    let written = &here.rest[..scan.used()];
    // A leap year has every day that a month can have.
    let no_such = NaiveDate::from_ymd_opt(2024, month as u32, day as u32).is_none();
    let doubt = no_such.then(|| Doubt::NoSuchDay { written: written.to_owned() });
    let spoken = spoken_day(here, day, month, day <= 10, &scan);
    Some(Found::amount(scan.used(), spoken).doubted(doubt))
}

/// Whether a digit stands right behind the first character, which is an ASCII mark.
fn follows_digit(rest: &str) -> bool {
    rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

fn spoken_day(here: &Here<'_>, day: u64, month: u64, named: bool, scan: &Scan<'_>) -> String {
    let after = scan.rest.trim_start_matches([' ', '(']);
    let lunar = LUNAR.iter().any(|word| after.starts_with(word));
    let mung = day <= 10 && (lunar || here.readings.mung);
    let already = here.after(&["mùng", "mồng"]);
    let prefix = match () {
        () if already => "",
        () if mung => "mùng ",
        () if named && !here.after(&["ngày", "hôm", "rằm", "đêm"]) => "ngày ",
        () => "",
    };
    format!("{prefix}{} tháng {}", cardinal(day), month_name(month, lunar))
}

fn month_name(month: u64, lunar: bool) -> String {
    match month {
        4 => "tư".to_owned(),
        1 if lunar => "Giêng".to_owned(),
        12 if lunar => "Chạp".to_owned(),
        _ => cardinal(month),
    }
}

/// `02/2025`, `T10/2025`; behind "quý", "kỳ" and the like the first number is no month.
fn month_and_year(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let month = scan.small(1..=12)?;
    let separator = scan.one(&['/', '-'])?;
    let year = value(scan.digits(4, 4)?)?;
    if !scan.at_end() || !(1900..2200).contains(&year) || (separator == '-' && !here.after(&["tháng"])) {
        return None;
    }
    let spoken = if here.after(&["quý", "kỳ", "kì", "đợt", "lần", "số", "tập"]) {
        let number = if here.after(&["số"]) { code(&here.rest[..scan.used() - 5]) } else { cardinal(month) };
        format!("{number} năm {}", cardinal(year))
    } else {
        let prefix = if here.after(&["tháng"]) { "" } else { "tháng " };
        format!("{prefix}{} năm {}", month_name(month, false), cardinal(year))
    };
    Some(Found::amount(scan.used(), spoken))
}

/// A bare number behind "tháng", or before it behind "ngày".
pub(super) fn month(here: &Here<'_>) -> Option<Found> {
    if !here.after(&["tháng"]) {
        return None;
    }
    let mut scan = here.scan();
    let month = scan.small(1..=12)?;
    if !scan.at_end()
        || scan.rest.starts_with(['/', '.', ',']) && !scan.rest[1..].starts_with(' ') && scan.rest.len() > 1
    {
        return None;
    }
    let after = scan.rest.trim_start_matches([' ', '(']);
    let lunar = LUNAR.iter().any(|word| after.starts_with(word));
    Some(Found::new(scan.used(), month_name(month, lunar), Last::Number(Some(month))))
}

/// `17h30`, `7h`, `17:30`, `17 giờ 30`, `7g30`.
pub(super) fn time(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let hour = scan.small(0..=24)?;
    let mut spaced = scan;
    spaced.space();
    let minute;
    let mut second = None;
    if spaced.word("giờ") {
        scan = spaced;
        minute = minutes_behind(&mut scan, true);
    } else if let Some(letter) = spaced.one(&['h', 'H', 'g']) {
        minute = minutes_behind(&mut spaced, false);
        if letter == 'g' && minute.is_none() || !spaced.at_end() {
            return None;
        }
        scan = spaced;
    } else {
        if here.near(&["tỷ lệ", "tỉ lệ", "tỷ số", "tỉ số"], 4) {
            return None;
        }
        scan.one(&[':'])?;
        minute = Some(value(scan.digits(2, 2)?).filter(|minute| *minute < 60)?);
        let mut ahead = scan;
        if ahead.one(&[':']).is_some() {
            second = ahead.digits(2, 2).and_then(value).filter(|second| *second < 60);
            scan = if second.is_some() { ahead } else { scan };
        }
        if !scan.at_end() {
            return None;
        }
    }
    unit_behind(&mut scan, minute.is_some());
    let mut spoken = format!("{} giờ", cardinal(hour));
    if let Some(minute) = minute.filter(|minute| *minute > 0 || second.is_some_and(|second| second > 0)) {
        spoken = format!("{spoken} {} phút", cardinal(minute));
    }
    if let Some(second) = second.filter(|second| *second > 0) {
        spoken = format!("{spoken} {} giây", cardinal(second));
    }
    Some(Found::amount(scan.used(), spoken))
}

/// Words that stand behind a time; behind any other the number counts something.
const BEHIND_MINUTES: [&str; 24] = [
    "ngày", "sáng", "chiều", "tối", "trưa", "đến", "thứ", "hằng", "hàng", "các", "tại", "và", "cùng", "hôm", "đêm",
    "phút", "ph", "p", "thì", "là", "bắt", "kết", "từ", "trở",
];

/// Two digits behind the hour; behind the word "giờ" one space before them, and not where something else is counted.
fn minutes_behind(scan: &mut Scan<'_>, word: bool) -> Option<u64> {
    let mut ahead = *scan;
    ahead.space();
    let minute = value(ahead.digits(2, 2)?).filter(|minute| *minute < 60)?;
    let next = ahead.next_word();
    // "8 giờ 15 hồ sơ" is eight o'clock and fifteen files.
    let apart = word && scan.rest.starts_with(' ') && ahead.rest.starts_with(' ') && !next.is_empty();
    let counted = apart && !BEHIND_MINUTES.contains(&next.as_str());
    let odd = ahead.rest.starts_with(['/', '%', '.', ',']) && follows_digit(ahead.rest);
    if odd || counted {
        return None;
    }
    *scan = ahead;
    Some(minute)
}

/// "phút" in one of its forms, which is said already.
fn unit_behind(scan: &mut Scan<'_>, minutes: bool) {
    let mut ahead = *scan;
    ahead.space();
    if minutes && (["phút", "ph", "p"].iter().any(|word| ahead.word(word)) || ahead.one(&['\'', '’']).is_some()) {
        *scan = ahead;
    }
}

/// The day of the week or the rank behind "thứ".
pub(super) fn ordinal(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let number = value(scan.digits(1, 3)?)?;
    if !scan.at_end() {
        return None;
    }
    if here.after(&["lần thứ", "vị trí thứ", "hạng thứ", "người thứ", "năm thứ", "ngày thứ", "kỳ họp thứ", "bài thứ"])
    {
        return Some(Found::amount(scan.used(), rank(number)));
    }
    if here.after(&["thứ"]) {
        let spoken = weekday(number).map_or_else(|| rank(number), str::to_owned);
        return Some(Found::new(scan.used(), spoken, Last::Number(Some(number))));
    }
    let next = scan.next_word();
    let counted = !next.is_empty() && !["hằng", "hàng", "và", "trong", "các", "mỗi"].contains(&next.as_str());
    if counted || scan.rest.starts_with('/') || !lists_weekdays(here) {
        return None;
    }
    Some(Found::new(scan.used(), weekday(number)?, Last::Number(Some(number))))
}

/// Whether further days of the week follow: "thứ 2, 4, 6" and "thứ 2-6".
fn lists_weekdays(here: &Here<'_>) -> bool {
    let goes_on = |day: &str, mark: &str| here.after(&[&format!("{}{mark}", day.to_lowercase())]);
    let listed = WEEKDAYS.iter().any(|day| goes_on(day, ",") || goes_on(day, " và"));
    let ranged = WEEKDAYS.iter().any(|day| goes_on(&format!("thứ {day}"), " đến"));
    ranged || listed && here.near(&["thứ"], 10)
}

const WEEKDAYS: [&str; 6] = ["Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy"];

fn weekday(number: u64) -> Option<&'static str> {
    WEEKDAYS.get(usize::try_from(number.checked_sub(2)?).ok()?).copied()
}

fn rank(number: u64) -> String {
    match number {
        1 => "nhất".to_owned(),
        4 => "tư".to_owned(),
        _ => cardinal(number),
    }
}

/// `T2` to `T7` are days of the week, `T8` to `T12` and whatever a year follows are months.
pub(super) fn short_name(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    scan.one(&['T'])?;
    let number = scan.small(1..=12)?;
    let mut year = scan;
    if year.one(&['/']).is_some()
        && let Some(written) = year.digits(4, 4).and_then(value)
    {
        let spoken = format!("tháng {} năm {}", month_name(number, false), cardinal(written));
        return year.at_end().then(|| Found::amount(year.used(), spoken));
    }
    if !scan.at_end() {
        return None;
    }
    let spoken = match weekday(number) {
        Some(day) => format!("thứ {day}"),
        None => format!("tháng {}", month_name(number, false)),
    };
    Some(Found::amount(scan.used(), spoken))
}
