//! How long a draw from 10,000 queued bulletins takes: `cargo bench --bench draw`.
//!
//! In: a queue as no commune has it, half of it aired before, three classes, eight themes. Out: one line on stdout, the median
//! of 99 draws through `rundown::draw` alone, which is what a freezing and each look ahead cost. A figure, not a test.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hint::black_box;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loa::airing::{Approval, Priority};
use loa::bulletin::{Bulletin, Entry, Shelf, Standing, Tally};
use loa::clock::Clock;
use loa::rundown::{Content, Drawing, draw};
use loa::schedule::QueueWish;

const QUEUED: i64 = 10_000;
const RUNS: usize = 99;

fn main() {
    let (shelf, tally) = queue();
    let day = NaiveDate::from_ymd_opt(2026, 3, 3).expect("a day of the calendar");
    let clock = Clock::system();
    for (name, themes, minutes) in [("any theme", Vec::new(), 15), ("two themes", vec!["ND1".into(), "ND3".into()], 15)]
    {
        let wish = QueueWish { themes, up_to: TimeDelta::minutes(minutes) };
        let mut drawn = 0;
        let mut runs: Vec<i64> = (0..RUNS)
            .map(|_| {
                let began = clock.pair().1;
                let unfit = HashSet::new();
                let drawing =
                    Drawing { shelf: &shelf, tally: &tally, pending: &[], unfit: &unfit, approval_required: true };
                drawn = black_box(draw(drawing, &wish, "buoi-sang", day, &BTreeSet::new())).len();
                clock.pair().1.since(began).num_microseconds().unwrap_or(i64::MAX)
            })
            .collect();
        runs.sort_unstable();
        let ms = |us: i64| us as f64 / 1000.0;
        println!(
            "{name}: {drawn} of {QUEUED} drawn in {:.2} ms (median of {RUNS}; {:.2} to {:.2} ms)",
            ms(runs[RUNS / 2]),
            ms(runs[0]),
            ms(runs[RUNS - 1])
        );
    }
}

fn queue() -> (Shelf, Tally) {
    let instant = |minutes: i64| -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_200_400 + 60 * minutes, 0).expect("2026 is in range")
    };
    let approval = Approval { seq: 1, by: "A".into(), at: instant(0).fixed_offset(), by_phone: false };
    let class = |number: i64| match number % 20 {
        0 => Priority::Emergency,
        1..=3 => Priority::Priority,
        _ => Priority::Ordinary,
    };
    let bulletin = |number: i64| Bulletin {
        number,
        title: format!("Tin {number}"),
        themes: vec![format!("ND{}", number % 8 + 1)],
        genre: Some("tin".into()),
        author: None,
        source: None,
        class: class(number),
        valid_from: None,
        valid_until: None,
        content: Some(Content {
            sha256: format!("{number:064x}").into(),
            duration_ms: Some(60_000 + number * 7 % 240_000),
        }),
        text_sha256: None,
        voice: None,
        standing: Standing::Approved(approval.clone()),
    };
    let entry = |number: i64| Entry {
        id: number,
        bulletin: number,
        programme: None,
        times: 5,
        from: None,
        until: None,
        queued_at: instant(number),
    };
    let bulletins: Vec<_> = (1..=QUEUED).map(bulletin).collect();
    let sounds = bulletins.iter().filter_map(|each| each.content.as_ref());
    let approved = sounds.map(|sound| (Arc::clone(&sound.sha256), approval.clone())).collect();
    let last_aired: HashMap<_, _> =
        (1..=QUEUED).step_by(2).map(|number| (number, instant(number * 31 % 9973))).collect();
    let drawn = last_aired.keys().map(|number| (*number, 1)).collect();
    let bulletins = bulletins.into_iter().map(|each| (each.number, each)).collect();
    (
        Shelf { bulletins, queue: (1..=QUEUED).map(entry).collect(), approved, is_unread: false },
        Tally { last_aired, drawn },
    )
}
