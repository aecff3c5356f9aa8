//! The check of the evening before: a schedule and a shelf against the problems that they must bring, word for word.
//!
//! `BLESS=1` rewrites `golden/evening/`; a rewritten file is read before it is committed.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use loa::airing::{Approval, Priority};
use loa::bulletin::{Bulletin, Entry, Shelf, Standing};
use loa::language::Language;
use loa::problem::Problem;
use loa::problem::what::ComingFault;
use loa::rundown::doubts::{Evening, doubts};
use loa::rundown::foresee::{Foresight, Known};
use loa::rundown::queueing::{Grounds, Wanted, judge};
use loa::rundown::{Content, Library};
use loa::schedule::read::{File, read};
use loa::schedule::session::Rules;
use loa::timetable::expand;

use crate::check::assert_golden;

const ZONE: Tz = Tz::Asia__Ho_Chi_Minh;

const SCHEDULE: &str = r#"[[programme]]
id = "sang"
title = "Buổi sáng"
cron = "0 30 5 * * *"
window = "10m"

[[programme.item]]
file = "nhac-hieu.opus"

[[programme.item]]
file = "nd1.opus"
themes = ["ND1"]

[[programme.item]]
file = "nd2.opus"
themes = ["ND2"]

[[programme.item]]
bulletin = 1

[[programme.item]]
bulletin = 2

[[programme.item]]
bulletin = 3

[[programme.item]]
bulletin = 4

[[programme.item]]
bulletin = 5

[[programme.item]]
id = "hang-cho"
queue = { themes = ["ND3"], up_to = "15m" }

[[programme.item]]
queue = { themes = ["ND4"], up_to = "5m" }

[[programme]]
id = "thang-sau"
title = "Tháng sau"
cron = "0 0 17 * * *"
window = "10m"
from = "2025-04-01"

[[programme.item]]
bulletin = 9
"#;

fn day(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn approval(seq: i64, by_phone: bool) -> Approval {
    let at = "2025-03-03T16:05:00+07:00".parse().unwrap();
    Approval { seq, by: "Đỗ Bá Khang".into(), at, by_phone }
}

fn bulletin(number: i64, title: &str, standing: Standing) -> Bulletin {
    Bulletin {
        number,
        title: title.into(),
        themes: vec!["ND3".into()],
        genre: None,
        author: None,
        source: None,
        class: Priority::Ordinary,
        valid_from: None,
        valid_until: None,
        content: Some(Content { sha256: format!("{number:064}").into(), duration_ms: Some(200_000) }),
        text_sha256: None,
        voice: None,
        standing,
    }
}

fn entry(id: i64, bulletin: i64) -> Entry {
    let queued_at = "2025-03-03T08:00:00Z".parse().unwrap();
    Entry { id, bulletin, programme: None, times: 1, from: None, until: None, queued_at }
}

/// What is to air until the end of tomorrow, seen on the evening of 3 March.
fn problems(shelf: Option<Shelf>, approval_required: bool) -> Vec<Problem> {
    let reading = read(&[File { path: "lich.toml".into(), bytes: Ok(SCHEDULE.into()) }], None);
    assert_eq!(reading.problems, []);
    let now: DateTime<Utc> = "2025-03-03T19:00:00+07:00".parse().unwrap();
    let content = |name: &str| Content { sha256: name.into(), duration_ms: Some(30_000) };
    let library: Library =
        ["nhac-hieu.opus", "nd1.opus", "nd2.opus"].map(|name| (name.to_owned(), content(name))).into();
    let known = Known { shelf, library, ..Known::default() };
    let mut foresight = Foresight::new(known, now, ZONE, Vec::new(), approval_required);
    let occurrences = expand(&reading.schedule, ZONE, now, "2025-03-05T00:00:00+07:00".parse().unwrap());
    let coming: Vec<_> = occurrences.iter().map(|each| foresight.rundown(each)).collect();
    let today = day("2025-03-03").unwrap();
    let rules = Rules { ceiling: Some(TimeDelta::minutes(8)), ..Rules::default() };
    let evening =
        Evening { reading: &reading, foresight: &foresight, coming: &coming, timezone: ZONE, today, rules: &rules };
    let mut problems = doubts(evening);
    problems.sort();
    problems
}

fn shelf() -> Shelf {
    let bulletins = [
        Bulletin {
            valid_until: day("2025-03-01"),
            ..bulletin(1, "Lịch tiêm chủng", Standing::Approved(approval(1, false)))
        },
        bulletin(2, "Cắt điện", Standing::Waiting),
        bulletin(3, "Họp thôn", Standing::Refused(approval(9, false))),
        Bulletin { content: None, ..bulletin(4, "Khai giảng", Standing::Waiting) },
        bulletin(6, "Bộ phận một cửa", Standing::Approved(approval(2, false))),
        bulletin(7, "Bão số 3", Standing::Approved(approval(3, true))),
    ];
    let approved = [("nd1.opus", approval(4, false)), ("bao", approval(3, true)), ("khac", approval(5, true))];
    Shelf {
        bulletins: bulletins.into_iter().map(|bulletin| (bulletin.number, bulletin)).collect(),
        queue: vec![entry(1, 6), entry(2, 7)],
        approved: approved
            .map(|(sha256, approval)| (Arc::from(sha256), approval))
            .into_iter()
            .collect::<HashMap<_, _>>(),
        is_unread: false,
    }
}

fn render(problems: &[Problem]) -> String {
    let all = |language| problems.iter().map(|problem| problem.render(language)).collect::<String>();
    format!("{}\n{}", all(Language::En), all(Language::Vi))
}

#[test]
fn everything_that_tomorrow_would_not_air_is_named_once() {
    assert_golden("evening/required.txt", &render(&problems(Some(shelf()), true)));
}

#[test]
fn where_nothing_needs_approval_only_what_cannot_air_is_named() {
    let found = problems(Some(shelf()), false);
    let unapproved = |problem: &&Problem| {
        let text = problem.say(Language::En).message;
        text.contains("is not approved")
    };
    assert_eq!(found.iter().find(unapproved), None);
    assert!(found.len() >= 5, "{found:?}");
}

/// What comes of queueing a bulletin on the evening of 3 March.
fn queueing(wanted: &[Wanted]) -> String {
    let reading = read(&[File { path: "lich.toml".into(), bytes: Ok(SCHEDULE.into()) }], None);
    let mut known = Known { shelf: Some(shelf()), ..Known::default() };
    let shelf = known.shelf.as_mut().unwrap();
    let same = shelf.bulletins[&6].content.clone();
    shelf.bulletins.get_mut(&2).unwrap().content = same;
    shelf.bulletins.get_mut(&1).unwrap().themes = vec!["ND8".into()];
    let long = Content { sha256: "long".into(), duration_ms: Some(16 * 60_000) };
    shelf
        .bulletins
        .insert(8, Bulletin { content: Some(long), ..bulletin(8, "Dài", Standing::Approved(approval(9, false))) });
    let over =
        Bulletin { valid_until: day("2025-03-02"), ..bulletin(9, "Đã qua", Standing::Approved(approval(10, false))) };
    shelf.bulletins.insert(9, over);
    let now = "2025-03-03T19:00:00+07:00".parse().unwrap();
    let rules =
        Rules { ceiling: Some(TimeDelta::minutes(15)), earliest: NaiveTime::from_hms_opt(6, 0, 0), ..Rules::default() };
    let grounds = Grounds {
        schedule: &reading.schedule,
        known: &known,
        timezone: ZONE,
        now,
        approval_required: true,
        rules: &rules,
    };
    let told =
        |wanted: &Wanted| format!("{} {:?}\n{}", wanted.bulletin, wanted.programme, render(&judge(wanted, grounds)));
    wanted.iter().map(told).collect::<Vec<_>>().concat()
}

#[test]
fn whoever_queues_a_bulletin_hears_what_speaks_against_it() {
    let plain = |bulletin| Wanted { bulletin, programme: None, times: 1, from: None, until: None };
    let wanted = [
        plain(77),
        plain(3),
        plain(6),
        Wanted { programme: Some("san".into()), from: day("2025-03-09"), until: day("2025-03-08"), ..plain(2) },
        Wanted { programme: Some("thang-sau".into()), until: day("2025-03-01"), ..plain(2) },
        plain(1),
        plain(2),
        plain(4),
        plain(8),
        Wanted { programme: Some("sang".into()), from: day("2026-03-09"), ..plain(2) },
        Wanted { from: day("2025-04-01"), ..plain(9) },
    ];
    assert_golden("evening/queueing.txt", &queueing(&wanted));
    // Its entry for any programme stands in the way of one for a single programme.
    let other = Wanted { programme: Some("sang".into()), ..plain(7) };
    assert!(queueing(&[other]).contains("waits already, as entry 2 for any programme"));
}

#[test]
fn without_a_database_nothing_is_claimed_and_what_is_unknown_is_said_in_both_languages() {
    assert_eq!(problems(None, true), []);
    let faults = [ComingFault::NoDatabase, ComingFault::Unreadable("permission denied".into())];
    let told: Vec<_> =
        faults.map(|fault| Problem::warning(loa::problem::Place::whole("loa.toml"), fault)).into_iter().collect();
    assert_golden("evening/unknown.txt", &render(&told));
}
