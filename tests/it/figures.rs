//! Figures against a month that was counted on paper, and against a second way of counting over random logs.
//!
//! In: the station of `tests/fixtures/month`, whose README holds every figure. Out: the same figures by the program, through its
//! own log. What does not hold for one month is held over random logs. Next: `figures/sums`.

mod naive; // a second way of counting, without any cleverness
mod random; // logs as they never should be
mod reading; // logs of earlier versions, late starts, rows that cannot be read
mod sums; // everything adds up, for random logs

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use loa::airing::{Outcome, Reason};
use loa::config::Config;
use loa::plan::Plan;
use loa::report::figures::{Absence, Aired, Bulletins, Figures, Named, NotAired, Split, Unit};
use loa::report::make::{Made, make};
use loa::report::period::{Calendar, Period};
use loa::report::tables;
use loa::schedule::files::File;
use loa::schedule::read;

use crate::evidence::{local, month};
use crate::running::Site;
use crate::tables::given;

/// The plan that the program ships.
pub(crate) fn plan() -> Plan {
    static PLAN: LazyLock<Plan> = LazyLock::new(read_plan);
    PLAN.clone()
}

fn read_plan() -> Plan {
    let text = include_str!("../../schedules/plan.toml");
    let file = File { path: "schedules/plan.toml".into(), bytes: Ok(text.into()) };
    let plan = read::read(&[file], None).schedule.plan.unwrap();
    Plan::clone(&plan)
}

/// What the program makes of a period of that station, on the day on which the month is looked at.
pub(crate) fn made(site: &Site, period: &str, plan: Option<&Plan>) -> Made {
    let config = Config::load(&site.path("loa.toml")).unwrap();
    let period = Period::new(period.parse().unwrap(), Calendar::DEFAULT);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(make(&config, plan, period, now())).unwrap()
}

/// Some days after the month.
fn now() -> DateTime<Utc> {
    local("2025-07-20 09:00:00").to_utc()
}

fn figures(period: &str) -> Figures {
    made(&month(), period, Some(&plan())).figures
}

/// So many airings of so many seconds.
fn aired(airings: i64, seconds: i64) -> Aired {
    Aired { airings, aired_ms: seconds * 1000 }
}

fn split(plan: (i64, i64), other: (i64, i64)) -> Split {
    Split { plan: aired(plan.0, plan.1), other: aired(other.0, other.1) }
}

fn bulletins(approved: i64, unapproved: i64) -> Bulletins {
    Bulletins { approved, unapproved }
}

/// `name first..last`, with days of the month.
fn told(names: &[Named]) -> Vec<String> {
    names.iter().map(|it| format!("{} {}..{}", it.name, it.first.format("%d/%m"), it.last.format("%d/%m"))).collect()
}

#[test]
fn the_totals_are_those_on_paper() {
    let made = made(&month(), "2025-07", Some(&plan()));
    let totals = made.figures.totals;
    assert_eq!((totals.rows, totals.rehearsals, totals.voided, totals.corrected), (45, 2, 1, 2));
    assert_eq!(totals.aired, split((14, 3219), (6, 292)));
    assert_eq!((totals.bulletins, totals.sessions), (bulletins(4, 2), 12));
    assert_eq!((totals.first_seq, totals.last_seq), (Some(6), Some(54)));
    let names = ["Đài truyền thanh xã Thanh Đa 15/06..30/06", "Đài truyền thanh xã Hát Môn 01/07..08/07"];
    assert_eq!(told(&totals.stations), names);
    assert_eq!((made.heads.log.seq, made.heads.approvals.seq, made.heads.bulletins.seq), (60, 6, 7));
    assert_eq!((made.heads.zones.seq, made.heads.activities.seq, made.marks.notes[&8].len()), (5, 9, 1));
}

#[test]
fn themes_are_those_on_paper() {
    let figures = figures("2025-07");
    let lines: Vec<_> = figures.themes.iter().map(|line| (&*line.code, line.aired, line.bulletins)).collect();
    let expected = [
        ("ND1", aired(3, 505), bulletins(1, 0)),
        ("ND2", aired(2, 400), bulletins(1, 0)),
        ("ND3", aired(6, 1904), bulletins(2, 0)),
        ("ND4", aired(1, 130), bulletins(0, 1)),
        ("ND5", aired(1, 100), bulletins(0, 1)),
        ("ND6", aired(0, 0), bulletins(0, 0)),
        ("ND7", aired(1, 180), bulletins(0, 0)),
        ("ND8", aired(0, 0), bulletins(0, 0)),
        ("ND11", aired(1, 60), bulletins(0, 0)),
    ];
    assert_eq!(lines, expected);
    assert_eq!(figures.themeless, aired(5, 232));
    assert!(figures.themes.iter().all(|line| line.is_planned == (&*line.code != "ND11")));
    let others: Vec<_> = figures.other_themes.iter().map(|line| (&*line.code, line.aired)).collect();
    assert_eq!(others, [("ND2", aired(2, 384)), ("ND8", aired(3, 505))]);
    let first_and_last = |index: usize| [figures.themes[index].first, figures.themes[index].last].map(Option::unwrap);
    assert_eq!(first_and_last(0).map(|day| day.to_string()), ["2025-06-15", "2025-07-07"]);
    assert_eq!((figures.themes[5].first, figures.themes[7].last), (None, None));
    let postings = |index: usize| -> Vec<_> {
        figures.themes[index].postings.iter().map(|(code, count)| (&**code, *count)).collect()
    };
    assert_eq!(postings(2), [("FB", 1), ("ZALO", 1), ("WEB", 0)]);
    assert_eq!(postings(0), [("FB", 0), ("ZALO", 0), ("WEB", 0)]);
}

#[test]
fn bulletins_are_those_on_paper() {
    let figures = figures("2025-07");
    let line = |index: usize| {
        let it = &figures.bulletins[index];
        (it.bulletin, it.first.to_string()[5..].to_owned(), it.aired, it.approved_by.as_deref())
    };
    let khang = Some("Đỗ Bá Khang");
    let expected = [
        (Some(1), "06-15".to_owned(), aired(3, 505), khang),
        (Some(4), "06-16".to_owned(), aired(1, 100), None),
        (Some(3), "06-16".to_owned(), aired(3, 564), khang),
        (Some(2), "06-16".to_owned(), aired(4, 1520), khang),
        (Some(5), "06-17".to_owned(), aired(2, 400), khang),
        (None, "06-20".to_owned(), aired(1, 130), None),
    ];
    assert_eq!((0..figures.bulletins.len()).map(line).collect::<Vec<_>>(), expected);
    assert_eq!(figures.bulletins[1].title.as_deref(), Some("Áp dụng TCVN ISO 9001"), "as it was corrected");
    let item = &figures.bulletins[2];
    assert_eq!(item.themes[..], ["ND3".into(), "ND2".into()], "of its first airing: table 1 counts it there");
    assert_eq!(item.themes_since.as_deref(), Some(&["ND7".into()][..]), "as the last row that counts has it");
    let play = &figures.bulletins[5];
    assert_eq!((play.title.as_deref(), play.length_ms), (Some("Tiểu phẩm: Đạo đức công vụ"), Some(150_000)));
}

#[test]
fn what_was_planned_is_reconciled_as_on_paper() {
    let figures = figures("2025-07");
    let all = &figures.reconciliation;
    assert_eq!((all.planned, all.aired, all.partly, all.partly_counted), (36, 14, 8, 4));
    assert_eq!((all.not_aired, all.extra), (14, 3));
    let seqs: Vec<_> = figures.shortfalls.iter().map(|shortfall| shortfall.seq).collect();
    assert_eq!(seqs, (14..=16).chain(20..=20).chain([23]).chain(27..=43).collect::<Vec<_>>());
    // Row 27 never sounded, but attempts before it did.
    let tried = figures.shortfalls.iter().find(|shortfall| shortfall.seq == 27).unwrap();
    assert_eq!((tried.outcome, tried.aired_ms, tried.counts), (Some(Outcome::Failed), 30_000, false));
    let silent: Vec<_> = all.reasons.iter().filter(|line| !line.sounded).collect();
    assert_eq!((silent[0].reason, silent[0].airings), (Some(Reason::StationOff), 2));
    assert_eq!((silent.len(), silent.iter().map(|line| line.airings).sum::<i64>()), (13, 14));
    let partly: Vec<_> = all.reasons.iter().filter(|line| line.sounded).collect();
    assert_eq!((partly.len(), partly.iter().map(|line| line.airings).sum::<i64>()), (8, 8));
    let NotAired { plan, other } = figures.months[0].not_aired;
    // Rows 15, 42 and 43 are signatures.
    assert_eq!((plan, other, figures.months[0].reasons.iter().map(|(_, airings)| airings).sum::<i64>()), (11, 3, 11));
}

#[test]
fn programmes_are_those_on_paper() {
    let figures = figures("2025-07");
    let line = |index: usize| {
        let it = &figures.programmes[index];
        let all = &it.reconciliation;
        let fates = [all.planned, all.aired, all.partly, all.not_aired];
        (&*it.id, it.occurrences, it.sessions, fates, it.aired, it.bulletins)
    };
    let expected = [
        ("chieu", 11, 6, [15, 6, 3, 6], split((7, 1240), (2, 60)), bulletins(3, 2)),
        ("dem", 1, 1, [1, 1, 0, 0], split((1, 120), (0, 0)), bulletins(1, 0)),
        ("sang", 13, 5, [20, 7, 5, 8], split((5, 1559), (3, 120)), bulletins(3, 0)),
    ];
    assert_eq!((0..figures.programmes.len()).map(line).collect::<Vec<_>>(), expected);
    assert_eq!(figures.extra, split((1, 300), (1, 112)));
    assert_eq!(told(&figures.programmes[2].titles), ["Chương trình buổi sáng 16/06..01/07"]);
}

#[test]
fn zones_are_those_on_paper() {
    let figures = figures("2025-07");
    let nothing = split((0, 0), (0, 0));
    let line = |index: usize| {
        let it = &figures.zones[index];
        (&*it.id, it.aired, it.while_broken, it.broken_days, it.broken_since.map(|at| at.to_rfc3339()))
    };
    let since = Some("2025-07-10T08:00:00+07:00".to_owned());
    let expected = [
        ("thon-1", split((14, 3219), (5, 262)), nothing, 0, None),
        ("thon-2", split((8, 1640), (5, 262)), split((5, 1459), (0, 0)), 4, None),
        ("thon-3", split((13, 3099), (5, 262)), nothing, 5, since),
        ("thon-9", split((1, 120), (0, 0)), nothing, 0, None),
    ];
    assert_eq!((0..figures.zones.len()).map(line).collect::<Vec<_>>(), expected);
    assert_eq!(figures.zoneless, split((0, 0), (1, 30)));
    let names = ["Cụm loa thôn 1 15/06..30/06", "Cụm loa thôn 1, Hát Môn 01/07..07/07"];
    assert_eq!(told(&figures.zones[0].names), names);
}

#[test]
fn channels_are_those_on_paper() {
    let figures = figures("2025-07");
    let lines: Vec<_> =
        figures.channels.iter().map(|it| (&*it.code, it.unit, [it.this, it.previous, it.year])).collect();
    let expected = [
        ("DAI", Unit::Airings, [14, 2, 17]),
        ("LOA", Unit::ZoneAirings, [36, 5, 44]),
        ("FB", Unit::Postings, [1, 1, 2]),
        ("ZALO", Unit::Postings, [1, 0, 1]),
        ("WEB", Unit::Postings, [0, 0, 0]),
        ("HT2", Unit::Activities, [1, 0, 1]),
        ("HT3", Unit::Activities, [1, 0, 1]),
        ("TN1.2", Unit::Activities, [1, 1, 1]),
        ("TN6.1", Unit::Activities, [0, 0, 1]),
    ];
    assert_eq!(lines, expected);
    assert_eq!((figures.channels[0].aired_ms, figures.channels[1].aired_ms), (Some(3_219_000), Some(8_078_000)));
}

#[test]
fn months_of_a_year_hold_what_their_days_hold() {
    let figures = figures("2025");
    let line = |month: usize| {
        let it = &figures.months[month - 1];
        (it.month.month, it.aired.plan, it.sessions, it.new_bulletins)
    };
    assert_eq!(figures.months.len(), 12);
    assert_eq!(line(2), (2, aired(1, 120), 1, bulletins(1, 0)), "row 2, of January");
    assert_eq!(line(6), (6, aired(2, 600), 3, bulletins(1, 0)), "rows 3 and 4, of May, and the session of row 6");
    assert_eq!(line(7), (7, aired(14, 3219), 12, bulletins(2, 2)), "two were new before");
    assert_eq!(line(8), (8, aired(1, 120), 0, bulletins(0, 0)), "row 55, of a session of July");
    assert_eq!(figures.totals.aired.plan, aired(18, 4059));
    let since = figures.since_plan.unwrap();
    assert_eq!((since.date.to_string(), since.aired), ("2025-02-19".to_owned(), aired(17, 3939)));
    assert_eq!(since.bulletins, bulletins(4, 2));
}

#[test]
fn a_period_without_rows_is_told_honestly() {
    let made = made(&month(), "2023-H1", Some(&plan()));
    let figures = made.figures;
    assert_eq!((figures.totals.rows, figures.totals.first_seq, figures.totals.aired), (0, None, Split::default()));
    assert_eq!((figures.months.len(), figures.themes.len(), figures.zones.len()), (6, 8, 3));
    assert!(figures.programmes.is_empty() && figures.bulletins.is_empty() && figures.shortfalls.is_empty());
    assert_eq!(figures.zones[0].names[0].name, "Cụm loa thôn 1, Hát Môn".into());
    assert_eq!(made.heads.log.seq, 60, "the log was looked at");
}

#[test]
fn without_a_plan_everything_is_something_else() {
    let figures = made(&month(), "2025-07", None).figures;
    assert_eq!(figures.totals.aired, split((0, 0), (20, 3511)));
    let airings = &figures.channels[0];
    assert_eq!((&*airings.code, airings.this, airings.aired_ms), ("airings", 20, Some(3_511_000)));
    assert!(figures.bulletins.is_empty() && figures.since_plan.is_none());
    assert!(figures.themes.iter().all(|line| !line.is_planned && line.label.is_none()));
}

#[test]
fn before_its_plan_and_its_log_a_period_has_notes_and_no_figures() {
    let mut made = made(&month(), "2024-12-01..2025-01-10", Some(&plan()));
    assert_eq!(made.figures.since_plan, None, "the plan is of February");
    let (from, until) = (local("2024-12-20 08:00:00"), local("2025-03-01 09:00:00"));
    made.figures.totals.absences = vec![Absence { seq: 9, from, until, reason: Some(Reason::StationOff) }];
    let told = [
        "Nhật ký chỉ có từ ngày 14/12/2024; trước ngày đó không có số liệu.",
        "Từ 20/12/2024 08:00:00 đến 01/03/2025 09:00:00: đài không hoạt động; ",
    ];
    for table in tables::all(&given(&made)).iter().filter(|it| ["months", "reconciliation"].contains(&it.id)) {
        for words in told {
            assert!(table.notes.iter().any(|note| note.starts_with(words)), "{words}: {:?}", table.notes);
        }
    }
}
