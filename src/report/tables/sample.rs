//! Figures for tests: added up from a list of airings, made by hand or by chance.
//!
//! In: airings as a test draws them. Out: figures that agree with themselves, as `figures::gather` makes them from rows. Only
//! tests see this. Next: `sums`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use proptest::prelude::*;

use super::Given;
use crate::airing::{Outcome, Reason};
use crate::language::Language;
use crate::plan::Plan;
use crate::report::figures::*;
use crate::report::period::{Calendar, Period};
use crate::schedule::files::File;
use crate::schedule::read::read;

/// Themes that an airing may have: the plan's, one that it does not know, none.
const THEMES: [Option<&str>; 5] = [Some("ND1"), Some("ND3"), Some("ND8"), Some("XX"), None];

/// An airing of a test: index of its theme, of its month and of its programme (beyond them: an act), its length in seconds, how
/// much of it sounded in percent, its zones as bits.
pub(crate) type Drawn = (usize, usize, usize, i64, i64, u8);

/// Some airings by chance.
pub(crate) fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let percent = prop_oneof![Just(0_i64), Just(30), Just(80), Just(100)];
    prop::collection::vec((0..THEMES.len(), 0..3_usize, 0..4_usize, 1..900_i64, percent, 0..8_u8), 0..60)
}

/// The shipped plan.
pub(crate) fn plan() -> Plan {
    let text = include_str!("../../../schedules/plan.toml");
    let file = File { path: "schedules/plan.toml".into(), bytes: Ok(text.as_bytes().to_vec()) };
    let plan = read(&[file], None).schedule.plan.expect("the shipped plan is good");
    Plan::clone(&plan)
}

/// The first quarter of 2025.
pub(crate) fn period() -> Period {
    Period::new("2025-Q1".parse().expect("a quarter"), Calendar::DEFAULT)
}

/// What tables are made of, without activities.
pub(crate) fn given<'a>(figures: &'a Figures, plan: &'a Plan) -> Given<'a> {
    Given { figures, period: period(), plan: Some(plan), activities: &[], language: Language::Vi }
}

fn day(index: usize) -> NaiveDate {
    period().months()[index].1.first
}

fn instant(index: usize) -> DateTime<FixedOffset> {
    let local = day(index).and_hms_opt(5, 0, 0).expect("a time");
    local.and_local_timezone(FixedOffset::east_opt(7 * 3600).expect("an offset")).unwrap()
}

fn in_use(name: &str) -> Vec<Named> {
    vec![Named { name: name.into(), first: day(0), last: day(2) }]
}

/// A month of a station in a few airings: full, partly, missed, an act, a broken zone.
pub(crate) fn by_hand() -> Figures {
    let mut figures = added_up(&[
        (0, 0, 0, 300, 100, 7),
        (0, 1, 0, 300, 100, 7),
        (1, 1, 1, 245, 80, 3),
        (1, 2, 1, 245, 30, 3),
        (1, 2, 0, 245, 0, 3),
        (3, 1, 1, 60, 100, 1),
        (4, 0, 0, 12, 100, 7),
        (4, 1, 3, 40, 100, 7),
    ]);
    figures.totals.rehearsals = 3;
    figures.totals.corrected = 1;
    figures.zones[1].names.insert(0, Named { name: "Xóm Bãi".into(), first: day(0), last: day(0) });
    figures.zones[2].broken_since = Some(instant(2));
    figures.zones[2].broken_days = 4;
    figures
}

/// The figures of a list of airings.
pub(crate) fn added_up(list: &[Drawn]) -> Figures {
    let mut figures = empty();
    let mut bulletins = BTreeMap::<usize, BulletinLine>::new();
    for &(theme, month, programme, seconds, percent, zones) in list {
        let aired_ms = seconds * 10 * percent;
        let counts = percent >= 80;
        let aired = Aired { airings: i64::from(counts), aired_ms };
        let is_planned = theme < 3;
        let mut split = Split::default();
        *(if is_planned { &mut split.plan } else { &mut split.other }) = aired;
        figures.totals.rows += 1;
        figures.totals.aired += split;
        figures.months[month].aired += split;
        match THEMES[theme] {
            Some(code) => {
                let line = figures.themes.iter_mut().find(|line| *line.code == *code).expect("a line for each");
                line.aired += aired;
                line.months[month] += aired;
            }
            None => figures.themeless += aired,
        }
        for (bit, zone) in figures.zones.iter_mut().enumerate() {
            if zones & (1 << bit) != 0 {
                zone.aired += split;
            }
        }
        if zones == 0 {
            figures.zoneless += split;
        }
        if let Some(line) = figures.programmes.get_mut(programme) {
            line.aired += split;
            line.occurrences += 1;
            reconcile(&mut line.reconciliation, percent);
            reconcile(&mut figures.reconciliation, percent);
            figures.months[month].not_aired += i64::from(percent == 0);
            if percent < 100 {
                let seq = figures.totals.rows;
                figures.shortfalls.push(shortfall(seq, month, aired_ms, counts, THEMES[theme]));
            }
        } else {
            figures.extra += split;
            figures.reconciliation.extra += 1;
        }
        if is_planned && counts {
            bulletins.entry(theme).or_insert_with(|| bulletin(theme, month, seconds)).aired += aired;
        }
    }
    for line in bulletins.values() {
        let theme = figures.themes.iter_mut().find(|theme| theme.code == line.themes[0]).expect("a line for each");
        theme.bulletins.approved += 1;
        (theme.first, theme.last) = (Some(line.first), Some(line.first));
        figures.totals.bulletins.approved += 1;
        let month = figures.months.iter_mut().find(|month| month.window.contains(line.first)).expect("a month");
        month.new_bulletins.approved += 1;
    }
    figures.bulletins = bulletins.into_values().collect();
    figures.channels[0].this = figures.totals.aired.plan.airings;
    figures
}

fn reconcile(to: &mut Reconciliation, percent: i64) {
    to.planned += 1;
    let reason =
        |sounded, outcome, reason| ReasonLine { sounded, outcome: Some(outcome), reason: Some(reason), airings: 1 };
    let short = match percent {
        100 => {
            to.aired += 1;
            return;
        }
        0 => {
            to.not_aired += 1;
            reason(false, Outcome::Missed, Reason::StationOff)
        }
        _ => {
            to.partly += 1;
            to.partly_counted += i64::from(percent >= 80);
            reason(true, Outcome::Interrupted, Reason::PowerLoss)
        }
    };
    match to.reasons.iter_mut().find(|line| line.sounded == short.sounded) {
        Some(line) => line.airings += 1,
        None => to.reasons.push(short),
    }
}

fn shortfall(seq: i64, month: usize, aired_ms: i64, counts: bool, theme: Option<&str>) -> Shortfall {
    Shortfall {
        seq,
        scheduled_at: instant(month),
        programme: Some("Buổi sáng".into()),
        title: Some("Một cửa, một cửa liên thông".into()),
        theme: theme.map(Into::into),
        outcome: Some(if aired_ms == 0 { Outcome::Missed } else { Outcome::Interrupted }),
        reason: Some(if aired_ms == 0 { Reason::StationOff } else { Reason::PowerLoss }),
        why: None,
        aired_ms,
        counts,
    }
}

fn bulletin(theme: usize, month: usize, seconds: i64) -> BulletinLine {
    let codes: Vec<Arc<str>> = THEMES[theme].into_iter().map(Into::into).collect();
    BulletinLine {
        bulletin: Some(theme as i64 + 1),
        sha256: Some("ab".repeat(32).into()),
        title: Some(format!("Tin số {}", theme + 1).into()),
        genre: Some("tin".into()),
        author: Some("Nguyễn Thị Lan".into()),
        themes: codes.into(),
        approval: Some("12".into()),
        approved_by: Some("Đỗ Bá Khang".into()),
        approved_at: Some("2025-01-02T08:00:00.000000+07:00".into()),
        first: day(month),
        aired: Aired::default(),
        length_ms: Some(seconds * 1000),
    }
}

/// The figures of a period in which nothing happened.
pub(crate) fn empty() -> Figures {
    let months = period().months();
    let theme = |code: &str, label: Option<String>| ThemeLine {
        code: code.into(),
        is_planned: label.is_some(),
        label,
        aired: Aired::default(),
        bulletins: Bulletins::default(),
        first: None,
        last: None,
        months: vec![Aired::default(); months.len()],
        postings: Vec::new(),
    };
    let plan = plan();
    let mut themes: Vec<ThemeLine> =
        plan.themes.iter().map(|each| theme(&each.code, Some(each.label.clone()))).collect();
    themes.push(theme("XX", None));
    let month = |&(month, window)| MonthLine {
        month,
        window,
        sessions: 0,
        new_bulletins: Bulletins::default(),
        aired: Split::default(),
        not_aired: 0,
        reasons: Vec::new(),
    };
    let zone = |number: i64| ZoneLine {
        id: format!("thon-{number}").into(),
        names: in_use(&format!("Cụm loa thôn {number}")),
        speakers: Some(number),
        broken_since: None,
        broken_days: 0,
        aired: Split::default(),
        while_broken: Split::default(),
    };
    let programme = |id: &str, title: &str| ProgrammeLine {
        id: id.into(),
        titles: in_use(title),
        occurrences: 0,
        sessions: 0,
        aired: Split::default(),
        bulletins: Bulletins::default(),
        reconciliation: Reconciliation::default(),
    };
    let channel = |code: &str, label: &str, unit| ChannelLine {
        code: code.into(),
        label: label.into(),
        unit,
        this: 0,
        previous: 2,
        year: 0,
        aired_ms: None,
    };
    Figures {
        window: period().window,
        totals: Totals { stations: in_use("Đài truyền thanh xã Thanh Đa"), ..Totals::default() },
        since_plan: None,
        themes,
        themeless: Aired::default(),
        other_themes: Vec::new(),
        months: months.iter().map(month).collect(),
        zones: (1..=3).map(zone).collect(),
        zoneless: Split::default(),
        programmes: vec![programme("sang", "Buổi sáng"), programme("chieu", "Buổi chiều")],
        extra: Split::default(),
        channels: vec![channel("DAI", "Đài phát thanh xã", Unit::Airings), channel("FB", "Facebook", Unit::Postings)],
        bulletins: Vec::new(),
        shortfalls: Vec::new(),
        reconciliation: Reconciliation::default(),
    }
}
