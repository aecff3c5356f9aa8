//! Seeds of station life: random schedules, audio, acts and faults through the real desk, the real accounts and the real
//! store, and the invariants that must hold of each.
//!
//! In: seeds. Out: nothing, or the first breach with the command that lives it again. `SEED=7 DAYS=30` lives one,
//! `SEEDS=100` so many from the first on, `STORE=1` through SQLite; `scripts/simulate` does so for long.

mod approved; // what may air, and how often
mod dice; // the same numbers for the same seed
mod due; // what was to air
mod honest; // what must hold
mod life; // days full of troubles
mod office; // what people do with bulletins
mod station; // a random station
mod troubles; // what happens

use crate::world::assert_rows;
use life::Life;

/// Seeds that once found something, and the days that it took.
const ONCE_FAILED: &[(u64, i64)] =
    &[(3, 30), (22, 10), (24, 10), (45, 10), (65, 30), (76, 5), (78, 15), (106, 40), (138, 40), (63, 30), (4, 130)];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Lives a seed and asks whether everything holds.
fn try_seed(seed: u64, days: i64, real_store: bool, bulletins: bool) {
    let command = format!("SEED={seed} DAYS={days}{} scripts/simulate", if real_store { " STORE=1" } else { "" });
    let command = if bulletins { format!("BULLETINS=1 {command}") } else { command };
    let clock = loa::clock::Clock::system();
    let mut life = Life::begin(seed, real_store, bulletins);
    if let Some(length) = number("TRACE") {
        life.world.trace_length = length as usize;
    }
    life.live(days);
    life.world.shut_down();
    if let Err(breach) = honest::check(&life) {
        if number("TRACE").is_some() {
            println!("disturbed {:?}\nsteps {:?}", life.disturbed, life.steps);
        }
        panic!("{breach}\nlived again by: {command}\n{:?}", life.troubles);
    }
    if let Some(store) = &life.world.store {
        assert_rows(&store.rows(), &life.world.memory.rows);
    }
    let ms = clock.now().mono.0 / 1000;
    let (rows, runs) = (life.world.memory.rows.len(), life.world.run);
    println!("lived {days} days of seed {seed} in {ms} ms: {rows} rows, {runs} runs of the program");
}

fn seeds(default: u64) -> std::ops::RangeInclusive<u64> {
    let first = number("SEED").unwrap_or(1);
    let count = number("SEEDS").unwrap_or(if number("SEED").is_some() { 1 } else { default });
    first..=first + count - 1
}

fn days(default: i64) -> i64 {
    number("DAYS").map_or(default, |days| days as i64)
}

#[test]
fn what_was_lived_is_what_the_log_tells() {
    if number("STORE").is_some() {
        return;
    }
    let bulletins = number("BULLETINS").is_some();
    for seed in seeds(6) {
        try_seed(seed, days(60), false, bulletins);
    }
}

#[test]
fn what_nobody_approved_never_sounds_and_nothing_is_drawn_too_often() {
    if number("STORE").is_some() || number("SEED").is_some() {
        return;
    }
    for seed in [1, 2, 5, 6, 7, 8] {
        try_seed(seed, days(60), false, true);
    }
}

#[test]
fn the_real_store_remembers_what_the_log_in_memory_does() {
    if number("STORE").is_none() && number("SEED").is_some() {
        return;
    }
    for seed in seeds(2) {
        try_seed(seed, days(10), true, seed % 2 == 0);
    }
}

#[test]
fn seeds_that_once_failed_hold() {
    for (seed, days) in ONCE_FAILED {
        try_seed(*seed, *days, false, false);
    }
}
