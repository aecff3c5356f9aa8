//! Telephone numbers and other rows of digits that are no amounts.
//!
//! In: the text from a digit, a plus or a bracket on. Out: the digits one by one in groups, so that a listener can write
//! them down. Next: `web`.

use super::number::digit_by_digit;
use super::scan::{Found, Here, Last, Scan};

/// Behind these any row of digits is a telephone number.
const CALLED: [&str; 12] = [
    "điện thoại",
    "hotline",
    "đường dây nóng",
    "tổng đài",
    "số máy",
    "zalo",
    "fax",
    "di động",
    "máy bàn",
    "liên hệ",
    "tin nhắn",
    "thuê bao",
];

/// Behind these a short number of a public service is one.
const SERVICE: [&str; 8] = ["gọi", "cảnh sát", "cấp cứu", "cứu hỏa", "cứu hoả", "cứu hộ", "chữa cháy", "công an"];

/// Behind these a row of digits is a code.
const CODES: [&str; 9] = [
    "tài khoản",
    "căn cước",
    "căn cước công dân",
    "chứng minh nhân dân",
    "mã số",
    "mã",
    "mã số thuế",
    "mã bưu chính",
    "số hiệu",
];

/// Digits of the longest number that anyone dials, the country included.
const MOST: usize = 13;

/// A number to call.
pub(super) fn phone(here: &Here<'_>) -> Option<Found> {
    let (groups, used) = groups(&here.scan())?;
    let digits: String = groups.concat();
    let length = digits.len();
    let called = here.near(&CALLED, 7);
    let dialled = match digits.as_bytes() {
        [b'0', ..] => (9..=12).contains(&length),
        [b'8', b'4', ..] if here.rest.starts_with('+') => (10..=MOST).contains(&length),
        [b'1', b'8' | b'9', b'0', b'0', ..] => (8..=10).contains(&length),
        _ => false,
    };
    let single = groups.len() == 1;
    let known = ["111", "112", "113", "114", "115", "1022"].contains(&digits.as_str());
    let service = single && known && (called || here.near(&SERVICE, 6));
    let dialling = here.after(&CALLED) || here.after(&["số"]) && here.near(&CALLED, 4);
    let short = single && dialling && (3..=8).contains(&length);
    let code = single && length >= 5 && here.after(&CODES) || single && length >= 3 && here.after(&CODES[..1]);
    if !(dialled || service || short || code) {
        return None;
    }
    let groups: Vec<String> = groups
        .iter()
        .flat_map(|group| if single || group.len() > 4 { split(group) } else { vec![group.clone()] })
        .collect();
    let spoken: Vec<String> = groups.iter().map(|group| digit_by_digit(group)).collect();
    let country = if here.rest.starts_with('+') { "cộng " } else { "" };
    Some(Found::new(used, format!("{country}{}", spoken.join(", ")), Last::Letters))
}

/// The groups as written: `0912 345 678`, `(024) 3364-2123`, `024.3364.2123`.
fn groups(scan: &Scan<'_>) -> Option<(Vec<String>, usize)> {
    let mut scan = *scan;
    let opened = scan.one(&['(']).is_some();
    scan.one(&['+']);
    let mut groups = vec![scan.digits(1, MOST)?.to_owned()];
    if opened {
        scan.one(&[')'])?;
    }
    loop {
        let mut ahead = scan;
        if ahead.one(&[' ', '.', '-']).is_none() && !(opened && groups.len() == 1) {
            break;
        }
        let total: usize = groups.iter().map(String::len).sum();
        let Some(group) = ahead.digits(2, 8).filter(|group| total + group.len() <= MOST) else { break };
        // A comma and digits behind a group: an amount follows, no more of the number.
        let amount = ahead.rest.starts_with([',', '.', '/', 'h', ':', '%'])
            && ahead.rest[1..].starts_with(|each: char| each.is_ascii_digit())
            && !ahead.rest.starts_with('.');
        if amount || !ahead.at_end() {
            break;
        }
        groups.push(group.to_owned());
        scan = ahead;
    }
    scan.at_end().then(|| (groups, scan.used()))
}

/// Groups for a row that is written without any: four, then threes, as people say them.
fn split(digits: &str) -> Vec<String> {
    let first = match digits.len() {
        0..=5 => return vec![digits.to_owned()],
        length if length % 3 == 0 => 3,
        length if length % 3 == 1 => 4,
        _ if digits.len() == 8 => 4,
        _ => 5,
    };
    let (head, tail) = digits.split_at(first.min(digits.len()));
    let rest = tail.as_bytes().chunks(if digits.len() == 8 { 4 } else { 3 });
    std::iter::once(head.to_owned()).chain(rest.map(|part| String::from_utf8_lossy(part).into_owned())).collect()
}
