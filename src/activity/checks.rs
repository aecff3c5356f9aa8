//! What days and links of an activity may be.
//!
//! In: values as they were read. Out: what is wrong with them. Whether a link leads anywhere is nobody's to know here: a
//! station has no network. Pure. Next: `crate::cli`, which asks this of what was typed and of manifests.

use chrono::{Datelike as _, NaiveDate};

use crate::problem::what::ActivityFault;

/// Characters of a link at most.
pub const LONGEST_LINK: usize = 2_000;

/// People at one activity at most: more than a commune has.
pub const MOST_PEOPLE: i64 = 1_000_000;

/// Administrative procedures at most: a commune has a few hundred.
pub const MOST_PROCEDURES: i64 = 100_000;

/// Files of one activity at most.
pub const MOST_FILES: usize = 100;

/// Bytes of a file at most: a long scan, a short film of a phone.
pub const MOST_FILE_BYTES: u64 = 50_000_000;

/// No activity of a station is older: another year is a slip of the finger.
const FIRST_YEAR: i32 = 2000;

/// What is wrong with the days of an activity.
#[must_use]
pub fn days(date: NaiveDate, until: Option<NaiveDate>, today: NaiveDate) -> Option<ActivityFault> {
    if let Some(until) = until.filter(|until| *until < date) {
        return Some(ActivityFault::DateAfterUntil(date, until));
    }
    if date.year() < FIRST_YEAR {
        return Some(ActivityFault::LongAgo(date));
    }
    let last = until.unwrap_or(date);
    (last > today).then_some(ActivityFault::Future(last))
}

/// Whether it could be opened by a browser: http or https, a server, neither spaces nor control characters.
#[must_use]
pub fn is_link(text: &str) -> bool {
    let rest = ["http://", "https://"].into_iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let is_shown = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"');
    rest.is_some_and(|rest| {
        let server = rest.split(['/', '?', '#']).next().unwrap_or_default();
        server.chars().any(char::is_alphanumeric) && rest.chars().all(is_shown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_forward_and_have_come() {
        let day = |of_march| NaiveDate::from_ymd_opt(2025, 3, of_march).unwrap();
        assert_eq!(days(day(3), None, day(3)), None);
        assert_eq!(days(day(3), Some(day(5)), day(5)), None);
        assert_eq!(days(day(4), None, day(3)), Some(ActivityFault::Future(day(4))));
        assert_eq!(days(day(3), Some(day(5)), day(4)), Some(ActivityFault::Future(day(5))));
        assert_eq!(days(day(3), Some(day(2)), day(4)), Some(ActivityFault::DateAfterUntil(day(3), day(2))));
    }

    #[test]
    fn a_year_of_another_age_is_a_slip() {
        let day = |year| NaiveDate::from_ymd_opt(year, 3, 1).unwrap();
        assert_eq!(days(day(1025), None, day(2025)), Some(ActivityFault::LongAgo(day(1025))));
        assert_eq!(days(day(1999), Some(day(2025)), day(2025)), Some(ActivityFault::LongAgo(day(1999))));
        assert_eq!(days(day(2000), None, day(2025)), None);
    }

    #[test]
    fn links_are_those_of_the_web() {
        for good in
            ["https://www.facebook.com/a/posts/1?x=%20#y", "HTTP://a.vn", "http://xã.vn/bài", "http://[::1]:80/"]
        {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "",
            "www.a.vn",
            "ftp://a.vn",
            "http://",
            "https:///b",
            "http://?q",
            "javascript:alert(1)",
            "http://a b",
            "http://a\n",
            "http://a/\"><script>",
            "hất://x",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
