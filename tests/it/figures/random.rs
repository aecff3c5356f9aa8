//! Random logs: several attempts in any order, rehearsals, remarks, corrections, voided rows, times around midnight and the ends
//! of months, themes that the plan does not know, zones that break.
//!
//! In: what proptest draws. Out: facts as a log could hold them, without any promise that a station would write them. Next:
//! `naive`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use loa::activity::Activity;
use loa::airing::{Kind, Outcome, OutputKind, Reason};
use loa::report::fact::{Fact, Marks};
use loa::zones::{Act, Change};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Everything that a report is made of.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) rows: Vec<Fact>,
    pub(super) acts: Vec<Act>,
    pub(super) activities: Vec<Activity>,
    pub(super) period: &'static str,
}

impl World {
    pub(super) fn marks(&self) -> Marks {
        let mut seen = HashSet::new();
        let repeated = self.rows.iter().filter(|row| !seen.insert(&row.airing)).map(|row| row.airing.clone()).collect();
        let corrections = self.rows.iter().filter(|row| row.kind == Kind::Correction);
        let corrections: HashMap<i64, Fact> = corrections.map(|row| (row.corrects.unwrap(), row.clone())).collect();
        Marks { repeated, corrections, ..Marks::default() }
    }
}

/// Days at which something begins or ends.
const DAYS: [&str; 12] = [
    "2024-12-14",
    "2024-12-15",
    "2025-02-14",
    "2025-02-15",
    "2025-02-19",
    "2025-02-28",
    "2025-03-01",
    "2025-03-14",
    "2025-03-15",
    "2025-06-14",
    "2025-06-15",
    "2025-12-14",
];
const TIMES: [&str; 6] = ["00:00:00", "00:00:01", "05:00:00", "17:00:00", "23:59:59.400000", "23:59:59.999988"];
const PERIODS: [&str; 7] =
    ["2025-03", "2025-Q1", "2025-H1", "2025", "2025-02-19..2025-06-14", "2025-02-28..2025-03-01", "2024-12"];

pub(super) fn world() -> impl Strategy<Value = World> {
    let airings = vec(airing(), 0..25);
    (airings, vec(remark(), 0..8), vec(act(), 0..8), vec(activity(), 0..6), select(&PERIODS[..]), any::<u64>())
        .prop_map(|(airings, remarks, acts, activities, period, shuffle)| {
            let mut rows: Vec<Fact> = airings.into_iter().enumerate().flat_map(|(id, rows)| named(id, rows)).collect();
            // Attempts of one airing may stand far apart, and in any order.
            rows.sort_by_key(|row| (row.attempt as u64 ^ shuffle, row.airing.len(), row.airing.clone()));
            let count = rows.len();
            if count > 0 {
                rows.extend(
                    remarks.into_iter().map(|remark| Fact { corrects: Some(remark.seq % count as i64 + 1), ..remark }),
                );
            }
            rows.iter_mut().zip(1..).for_each(|(row, seq)| row.seq = seq);
            let acts = acts.into_iter().zip(1..).map(|(act, seq)| Act { seq, ..act }).collect();
            World { rows, acts, activities, period }
        })
}

/// Attempts from 1 on, all of one airing.
fn named(id: usize, rows: Vec<Fact>) -> Vec<Fact> {
    let first = rows[0].clone();
    let of = |(row, attempt): (Fact, i64)| Fact {
        airing: format!("a{id}"),
        attempt,
        kind: first.kind,
        programme: first.programme.clone(),
        scheduled_at: first.scheduled_at,
        ..row
    };
    rows.into_iter().zip(1..).map(of).collect()
}

fn airing() -> impl Strategy<Value = Vec<Fact>> {
    prop_oneof![4 => vec(attempt(), 1), 1 => vec(attempt(), 2..5)]
}

fn instant() -> impl Strategy<Value = DateTime<FixedOffset>> {
    let offset = prop_oneof![9 => Just("+07:00"), 1 => Just("+09:00")];
    (select(&DAYS[..]), select(&TIMES[..]), offset)
        .prop_map(|(day, time, offset)| DateTime::parse_from_rfc3339(&format!("{day}T{time}{offset}")).unwrap())
}

fn words(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(of, 0..=most).prop_shuffle()
}

fn attempt() -> impl Strategy<Value = Fact> {
    let kind = prop_oneof![
        8 => select(&[Kind::Fixed, Kind::Bulletin][..]),
        2 => select(&[Kind::Operator, Kind::Emergency][..]),
        1 => Just(Kind::Note)
    ];
    let output = prop_oneof![8 => Just(OutputKind::Card), 1 => Just(OutputKind::Wav), 1 => Just(OutputKind::Silent)];
    let sounded = prop_oneof![4 => (1_i64..=100).prop_map(Some), 1 => Just(None)];
    let outcome =
        prop_oneof![3 => Just(Some(Outcome::Aired)), 3 => select(Outcome::ALL).prop_map(Some), 1 => Just(None)];
    let what = (kind, output, proptest::option::of(select(&["sang", "chieu", "dem"][..])), described());
    let how =
        (sounded, outcome, proptest::option::of(select(Reason::ALL)), proptest::option::weighted(0.9, 40_i64..=120));
    let late = select(&[-12, 0, 1_000_000, 59_600_000, 7_200_000_000][..]);
    (what, how, instant(), late, proptest::option::of(Just("7")), any::<bool>()).prop_map(
        |(
            (kind, output, programme, described),
            (sounded, outcome, reason, planned),
            scheduled_at,
            late,
            ok,
            hereafter,
        )| {
            let started_at = sounded.map(|_| scheduled_at + TimeDelta::microseconds(late));
            Fact {
                kind,
                output,
                programme: programme.map(Into::into),
                programme_title: programme.map(|id| format!("Buổi {id} {hereafter}").into()),
                station: if hereafter { "Hát Môn".into() } else { "Thanh Đa".into() },
                scheduled_at,
                started_at,
                ended_at: started_at,
                planned_ms: planned,
                aired_ms: sounded.unwrap_or(0),
                outcome,
                reason,
                approval: ok.map(Into::into),
                ..described
            }
        },
    )
}

/// What describes a row, and what a correction may change.
fn described() -> impl Strategy<Value = Fact> {
    let themes = words(&["ND1", "ND3", "ND8", "ND11", "LA"], 3);
    let zones = words(&["thon-1", "thon-2", "thon-3", "thon-9"], 3);
    let bulletin = proptest::option::of(1_i64..6);
    let sha256 = proptest::option::weighted(0.8, select(&["aa", "bb", "cc"][..]));
    (themes, zones, bulletin, sha256, proptest::option::of(select(&["Ấn", "Đa", "Bình"][..]))).prop_map(
        |(themes, zones, bulletin, sha256, title)| Fact {
            themes: themes.into_iter().map(Into::into).collect(),
            zone_names: zones.iter().map(|id| format!("Cụm {id}").into()).collect(),
            zones: zones.into_iter().map(Into::into).collect(),
            bulletin,
            sha256: sha256.map(Into::into),
            title: title.map(Into::into),
            ..blank()
        },
    )
}

fn remark() -> impl Strategy<Value = Fact> {
    let void = prop_oneof![2 => Just(false), 1 => Just(true)];
    let kind = prop_oneof![3 => Just(Kind::Correction), 1 => Just(Kind::Note)];
    (described(), kind, void, 0_i64..1000).prop_map(|(described, kind, is_void, about)| Fact {
        seq: about,
        airing: format!("{}@{about}", kind.as_str()),
        kind,
        outcome: (is_void && kind == Kind::Correction).then_some(Outcome::Cancelled),
        reason: (is_void && kind == Kind::Correction).then_some(Reason::Operator),
        ..described
    })
}

fn blank() -> Fact {
    Fact {
        seq: 0,
        airing: String::new(),
        attempt: 1,
        station: "Hát Môn".into(),
        programme: None,
        programme_title: None,
        kind: Kind::Note,
        bulletin: None,
        title: None,
        genre: None,
        themes: [].into(),
        author: None,
        source: None,
        approval: None,
        approved_by: None,
        approved_at: None,
        zones: [].into(),
        zone_names: [].into(),
        scheduled_at: DateTime::parse_from_rfc3339("2025-03-03T05:00:00+07:00").unwrap(),
        started_at: None,
        ended_at: None,
        planned_ms: None,
        aired_ms: 0,
        outcome: None,
        reason: None,
        output: OutputKind::Card,
        sha256: None,
        corrects: None,
        by: None,
        why: None,
        note: None,
    }
}

fn act() -> impl Strategy<Value = Act> {
    let change = select(&[Change::Broken, Change::Repaired][..]);
    (select(&["thon-1", "thon-2", "thon-9"][..]), change, instant()).prop_map(|(zone, act, at)| Act {
        seq: 0,
        zone: zone.to_owned(),
        act,
        at,
        recorded_at: at,
        by: "Lan".to_owned(),
        why: None,
        undoes: None,
    })
}

fn activity() -> impl Strategy<Value = Activity> {
    let code = select(&["HT1", "HT2", "TN1.2", "CU9"][..]);
    let channel = proptest::option::of(select(&["FB", "WEB", "BANTIN"][..]));
    let themes = words(&["ND1", "ND3", "ND11"], 2);
    (code, channel, themes, select(&DAYS[..]), 0_u64..40, any::<bool>()).prop_map(
        |(code, channel, themes, day, days, is_withdrawn)| {
            let date: NaiveDate = day.parse().unwrap();
            Activity {
                number: 1,
                revision: 1,
                date,
                until: (days > 20).then(|| date + chrono::Days::new(days)),
                code: code.to_owned(),
                channel: channel.map(str::to_owned),
                title: "Niêm yết".to_owned(),
                themes: themes.into_iter().map(str::to_owned).collect(),
                bulletin: None,
                place: None,
                people: None,
                procedures: None,
                who: None,
                link: None,
                files: Vec::new(),
                note: None,
                withdrawn: is_withdrawn.then(|| "nhầm".to_owned()),
                recorded_at: DateTime::default(),
                by: String::new(),
                via: String::new(),
            }
        },
    )
}
