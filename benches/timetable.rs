//! How long the timetable of 1,000 programmes takes over one year: `cargo bench --bench timetable`.
//!
//! In: programmes at 1,000 different times of the day, one of seven of them on one weekday only; the same with the special
//! days of the sample station and a hundred that take programmes out. Out: one line on stdout for each zone, the median of
//! nine runs of `timetable::expand` alone, neither reading nor printing. A figure, not a test.

use std::fmt::Write;
use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use loa::clock::Clock;
use loa::schedule::Schedule;
use loa::schedule::read::{File, read};
use loa::timetable::expand;

const PROGRAMMES: usize = 1000;
const RUNS: usize = 9;

/// The sample station's, in which lunar ones come each year.
const DAYS: &str = include_str!("../schedules/days.toml");

fn main() {
    for (name, days) in [("ordinary days", String::new()), ("special days", special_days())] {
        let schedule = schedule(days);
        for zone in [Tz::Asia__Ho_Chi_Minh, Tz::Europe__Berlin] {
            measure(name, &schedule, zone);
        }
    }
}

fn measure(name: &str, schedule: &Schedule, zone: Tz) {
    let clock = Clock::system();
    let from: DateTime<Utc> = DateTime::from_timestamp(1_767_200_400, 0).expect("2026 is in range");
    let mut count = 0;
    let mut runs: Vec<i64> = (0..RUNS)
        .map(|_| {
            let began = clock.pair().1;
            count = black_box(expand(schedule, zone, from, from + TimeDelta::days(365))).len();
            clock.pair().1.since(began).num_microseconds().unwrap_or(i64::MAX)
        })
        .collect();
    runs.sort_unstable();
    let ms = |us: i64| us as f64 / 1000.0;
    println!("{name}, {zone}: {count} occurrences in {:.1} ms (from {:.1} ms)", ms(runs[RUNS / 2]), ms(runs[0]));
}

fn special_days() -> String {
    let mut text = DAYS.to_owned();
    for n in 0..100 {
        let (day, month) = (1 + n % 30, 1 + n % 12);
        let entry = format!("[[day]]\ntitle = \"Day {n}\"\nkind = \"memorial\"\nlunar = \"{day}/{month}\"\n");
        text.push_str(&entry);
        text.push_str("as = \"Mon\"\nsilent = [\"p0\", \"p5\"]\n");
    }
    text
}

fn schedule(days: String) -> Schedule {
    let mut text = String::new();
    for n in 0..PROGRAMMES {
        let (minute, hour) = (n % 60, n / 60 % 24);
        let day = if n % 7 == 0 { "Mon" } else { "*" };
        writeln!(
            text,
            "[[programme]]\nid = \"p{n}\"\ntitle = \"Programme {n}\"\ncron = \"0 {minute} {hour} * * {day}\"\nwindow = \"30s\"\n\
             [[programme.item]]\nfile = \"a.mp3\""
        )
        .expect("a String takes everything");
    }
    let file = |path: &str, text: String| File { path: path.into(), bytes: Ok(text.into_bytes()) };
    let reading = read(&[file("bench.toml", text), file("days.toml", days)], None);
    assert!(reading.problems.is_empty(), "the bench's own schedule is clean");
    reading.schedule
}
