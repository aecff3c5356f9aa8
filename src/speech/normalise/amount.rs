//! Amounts: grouped numbers, decimals, fractions, and the unit behind them.
//!
//! In: the text from a digit on. Out: `1.250.000 đ` as "một triệu hai trăm năm mươi nghìn đồng", `10,5 %`, `2/3 số hộ`,
//! `19/19 tiêu chí`, `tạ/ha`. What may be a day or a fraction is doubted. Next: `phone`.

use super::number::{cardinal, digit_by_digit, fraction, value, written};
use super::scan::{Found, Here, Last, Scan};
use super::syllable::is_syllable;
use super::{Doubt, Readings};

/// Digits in a row that are still a number and no code of something.
const MOST_RUN: usize = 7;

/// Before a share of something.
const SHARES: [&str; 17] = [
    "đạt",
    "hơn",
    "gần",
    "khoảng",
    "trên",
    "quá",
    "nhất",
    "còn",
    "giảm",
    "tăng",
    "chiếm",
    "được",
    "dưới",
    "bằng",
    "có",
    "ít nhất",
    "tối thiểu",
];

/// What is counted, or shared out.
const COUNTED: [&str; 40] = [
    "số",
    "hộ",
    "dân",
    "diện",
    "đại",
    "thành",
    "tổng",
    "thôn",
    "xã",
    "tiêu",
    "chỉ",
    "nhiệm",
    "trường",
    "đơn",
    "người",
    "cán",
    "thủ",
    "hồ",
    "nội",
    "chi",
    "điểm",
    "huyện",
    "tổ",
    "kế",
    "ủy",
    "đảng",
    "ý",
    "phiếu",
    "lượng",
    "giá",
    "mức",
    "doanh",
    "hợp",
    "bộ",
    "học",
    "cơ",
    "công",
    "trạm",
    "chặng",
    "quãng",
];

/// Days that are meant whenever they can be.
const DAYS: [(u64, u64); 7] = [(1, 1), (1, 5), (2, 9), (1, 6), (9, 11), (5, 9), (10, 10)];

/// Behind these a dot stands between the numbers of a heading.
const HEADINGS: [&str; 9] = ["mục", "điểm", "khoản", "phần", "chương", "bài", "phiên bản", "tiểu mục", "bảng"];

/// Before the number of a house, where a slash is "trên".
const ADDRESSES: [&str; 8] = ["số nhà", "ngõ", "ngách", "hẻm", "nhà số", "nhà", "kiệt", "lớp"];

/// Behind the number of a house.
const STREETS: [&str; 9] = ["ngõ", "đường", "phố", "ngách", "hẻm", "tổ", "khu", "xóm", "thôn"];

/// `2/3`, `19/19`, `24/24`: a share or a count of a whole, unless it reads as a day.
pub(super) fn ratio(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let (left, right) = (scan.digits(1, 7)?, {
        scan.one(&['/', '\u{2044}'])?;
        scan.digits(1, 7)?
    });
    if !scan.at_end() || scan.rest.starts_with('/') {
        return None;
    }
    // `02/2025` is a month, `2024/2025` a school year, `45/2021` a number of that year.
    if right.len() == 4 && (right.starts_with("19") || right.starts_with("20")) {
        return None;
    }
    let (part, whole) = (value(left)?, value(right)?);
    let next = scan.next_word();
    let address = here.after(&ADDRESSES) || here.after(&["số"]) && STREETS.contains(&next.as_str());
    let share = part < whole && !address && (whole <= 5 || whole == 10 && part == 1);
    let spoken = match whole {
        4 if share => format!("{} phần tư", cardinal(part)),
        _ if share => format!("{} phần {}", cardinal(part), cardinal(whole)),
        _ => over(part, whole),
    };
    let is_day = !address && (1..=31).contains(&part) && (1..=12).contains(&whole);
    let sense = if is_day { sense(here, &next, (part, whole), share) } else { Sense::Ratio };
    let doubt = match sense {
        Sense::Day => return None,
        Sense::Ratio => None,
        Sense::Either => {
            Some(Doubt::DayOrShare { written: here.rest[..scan.used()].to_owned(), spoken: spoken.clone() })
        }
    };
    Some(Found::amount(scan.used(), spoken).doubted(doubt))
}

/// What two numbers and a slash are that may be a day.
enum Sense {
    Day,
    Ratio,
    /// Read as a ratio, and doubted.
    Either,
}

fn sense(here: &Here<'_>, next: &str, numbers: (u64, u64), share: bool) -> Sense {
    let (part, whole) = numbers;
    let named = here.after(&["ngày", "mùng", "mồng", "rằm", "lễ", "dịp", "hôm", "tết"]);
    let about = named || here.after(&["sáng", "trưa", "chiều", "tối", "đêm", "từ", "đến", "trước", "sau", "và"]);
    let counted = COUNTED.contains(&next);
    let usual = DAYS.contains(&numbers);
    match () {
        () if numbers == (24, 7) && !about => Sense::Ratio,
        // More than the whole is no part of it.
        () if named || part > whole => Sense::Day,
        () if counted && ["số", "dân", "diện", "tổng"].contains(&next) => Sense::Ratio,
        () if about => Sense::Day,
        () if counted && !usual => Sense::Ratio,
        () if counted || share && here.after(&SHARES) => Sense::Either,
        () if part == 1 && whole <= 3 && !next.is_empty() => Sense::Either,
        () => Sense::Day,
    }
}

fn over(part: u64, whole: u64) -> String {
    format!("{} trên {}", cardinal(part), cardinal(whole))
}

/// `9001:2015` behind the name of a standard; `1:1000` as a scale.
pub(super) fn colon(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let left = scan.digits(1, 6)?;
    scan.one(&[':'])?;
    let right = scan.digits(1, 7)?;
    if !scan.at_end() {
        return None;
    }
    let (number, other) = (value(left)?, value(right)?);
    if left.len() >= 3 && right.len() == 4 {
        return Some(Found::amount(scan.used(), format!("{}, năm {}", cardinal(number), cardinal(other))));
    }
    Some(Found::amount(scan.used(), over(number, other)))
}

/// A number with what follows it: its decimals, its scale and its unit.
pub(super) fn amount(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let dollar = scan.one(&['$', '€']);
    let (mut spoken, mut bare) = number(here, &mut scan)?;
    let used = scan.used();
    let unit = unit(&mut scan, here.readings);
    let money = match dollar {
        Some('$') => " đô la Mỹ",
        Some(_) => " ơ-rô",
        None => "",
    };
    if let Some(unit) = &unit {
        // A long run of digits with a unit is a count after all.
        let plain = &here.rest[dollar.map_or(0, char::len_utf8)..used];
        if plain.len() > MOST_RUN && plain.bytes().all(|each| each.is_ascii_digit()) {
            spoken = value(plain).map_or(spoken, cardinal);
        }
        spoken = format!("{spoken} {unit}");
        bare = None;
    }
    spoken += money;
    Some(Found::new(scan.used(), spoken, Last::Number(bare)))
}

/// The number itself, and its value where it is a bare one.
fn number(here: &Here<'_>, scan: &mut Scan<'_>) -> Option<(String, Option<u64>)> {
    let run = scan.rest.bytes().take_while(u8::is_ascii_digit).count();
    let first = scan.digits(run.max(1), usize::MAX - 1)?;
    for separator in ['.', ',', ' '] {
        if let Some(digits) = grouped(first, separator, scan, here) {
            let mut spoken = value(&digits).map_or_else(|| digit_by_digit(&digits), cardinal);
            let decimal = if separator == '.' { ',' } else { '.' };
            spoken += &decimals(scan, decimal).map(|part| format!(" phẩy {}", fraction(part))).unwrap_or_default();
            return Some((spoken, value(&digits)));
        }
    }
    if let Some(part) = decimals(scan, ',') {
        return Some((format!("{} phẩy {}", written(first), fraction(part)), None));
    }
    if scan.rest.starts_with('.') && scan.rest[1..].starts_with(|each: char| each.is_ascii_digit()) {
        return Some((dotted(here, first, scan), None));
    }
    if first.len() > MOST_RUN {
        return Some((digit_by_digit(first), None));
    }
    Some((written(first), value(first)))
}

/// `1.250.000`: groups of three behind one to three digits. With commas, or behind a heading's word, only what can be
/// nothing else.
fn grouped(first: &str, separator: char, scan: &mut Scan<'_>, here: &Here<'_>) -> Option<String> {
    if first.len() > 3 || first.starts_with('0') {
        return None;
    }
    let mut ahead = *scan;
    let mut digits = first.to_owned();
    let mut groups = 0;
    loop {
        let mut next = ahead;
        let Some(group) = next.one(&[separator]).and_then(|_| next.digits(3, 3)) else { break };
        digits += group;
        ahead = next;
        groups += 1;
    }
    if groups == 0 || (separator != '.' && groups < 2) || here.after(&HEADINGS) {
        return None;
    }
    *scan = ahead;
    Some(digits)
}

fn decimals<'t>(scan: &mut Scan<'t>, separator: char) -> Option<&'t str> {
    let mut ahead = *scan;
    ahead.one(&[separator])?;
    let run = ahead.rest.bytes().take_while(u8::is_ascii_digit).count();
    let part = ahead.digits(1, run.max(1))?;
    *scan = ahead;
    Some(part)
}

/// `10.5 %` is a decimal in the other style; `3.2.1` numbers a heading.
fn dotted(here: &Here<'_>, first: &str, scan: &mut Scan<'_>) -> String {
    let mut parts = vec![first];
    while let Some(part) = decimals(scan, '.') {
        parts.push(part);
    }
    let measured = unit(&mut scan.clone(), here.readings).is_some();
    match parts[..] {
        [whole, part] if measured && !here.after(&HEADINGS) => format!("{} phẩy {}", written(whole), fraction(part)),
        _ => parts.iter().map(|part| written(part)).collect::<Vec<_>>().join(" chấm "),
    }
}

/// A unit, perhaps for each of another one.
fn unit(scan: &mut Scan<'_>, readings: &Readings) -> Option<String> {
    let mut ahead = *scan;
    ahead.space();
    let (symbol, spoken) = readings.unit(ahead.rest)?;
    // "33 đ/c" counts comrades, not đồng.
    if readings.longest(ahead.rest).is_some_and(|(longer, _)| longer.len() > symbol.len()) {
        return None;
    }
    let mut spoken = spoken.to_owned();
    ahead.rest = &ahead.rest[symbol.len()..];
    // "5 triệu đ", "2 tr đồng": a scale and then the unit.
    let mut more = ahead;
    more.space();
    if let Some((symbol, unit)) =
        readings.unit(more.rest).filter(|_| ["triệu", "nghìn", "tỷ"].contains(&spoken.as_str()))
    {
        spoken = format!("{spoken} {unit}");
        more.rest = &more.rest[symbol.len()..];
        ahead = more;
    }
    *scan = ahead;
    let money = spoken.ends_with("đồng") || spoken.ends_with("Mỹ");
    Some(format!("{spoken}{}", per(scan, readings, money).unwrap_or_default()))
}

/// What a price or a weight is for each of.
pub(super) fn each(here: &Here<'_>) -> Option<Found> {
    let mut scan = here.scan();
    let spoken = per(&mut scan, here.readings, here.after(&["đồng", "nghìn", "triệu", "tỷ"]))?;
    Some(Found::amount(scan.used(), spoken.trim_start()))
}

/// A unit without a number, as in a table's head.
pub(super) fn lone_unit(here: &Here<'_>) -> Option<Found> {
    let (symbol, spoken) = here.readings.unit(here.rest)?;
    let plain = symbol.chars().count() < 2 || is_syllable(&symbol.to_lowercase());
    (!plain).then(|| Found::new(symbol.len(), spoken, Last::Word))
}

/// `/tháng` behind money, `/ha` behind a weight.
fn per(scan: &mut Scan<'_>, readings: &Readings, money: bool) -> Option<String> {
    let mut ahead = *scan;
    ahead.one(&['/'])?;
    let spoken = if let Some((symbol, unit)) = readings.unit(ahead.rest) {
        ahead.rest = &ahead.rest[symbol.len()..];
        format!(" {} {unit}", if money { "một" } else { "trên" })
    } else {
        let word = ahead.letters(8);
        if !ahead.at_end() || !is_syllable(word) {
            return None;
        }
        format!(" một {word}")
    };
    *scan = ahead;
    Some(spoken)
}
