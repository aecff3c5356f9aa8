//! What happens to stations: acts of people, deaths, cards that come and go, disks and clocks that fail.
//!
//! In: a life at the instant of the trouble. Out: the same life when that trouble is over. Each kind notes what the
//! invariants must know of it; how long it lasts, and what comes in its midst, is left to the dice.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loa::clock::Mono;

use super::life::{Life, Version};
use super::station::random_clip;
use crate::world::{Doom, at};

/// Clocks without a battery begin near it.
const NEW_YEAR: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 2).expect("it is a date");

/// Whether an emergency cannot sound at once in it, and what happens.
type Kind = (bool, fn(&mut Life));

/// One trouble of the kinds that this life has; answers whether an emergency cannot sound at once in it.
pub(crate) fn strike(life: &mut Life) -> bool {
    let all = life.troubles;
    let kinds: Vec<Kind> = [
        (all.acts, false, act as fn(&mut Life)),
        (all.acts, false, acts),
        (all.deaths, true, kill),
        (all.deaths, true, kill),
        (all.deaths, true, power_cut),
        (all.deaths, true, shut_down),
        (all.device, true, unplugged),
        (all.device, true, frozen),
        (all.device, true, underrun),
        (all.database, false, locked),
        (all.clocks, false, stepped),
        (all.clocks, true, set_back_at_boot),
        (all.clocks, false, drifts),
        (all.clocks, true, suspended),
        (all.audio, true, starved),
        (all.audio, true, slow_disk),
        (all.audio, false, replaced),
        (all.audio, false, judged),
        (all.reloads, false, reloaded),
    ]
    .into_iter()
    .filter_map(|(has, weighty, kind)| has.then_some((weighty, kind)))
    .collect();
    if kinds.is_empty() {
        return false;
    }
    let (weighty, kind) = kinds[life.dice.below(kinds.len() as u64) as usize];
    kind(life);
    weighty
}

fn act(life: &mut Life) {
    life.act();
    life.meanwhile(TimeDelta::seconds(2));
}

/// Several acts, close together.
fn acts(life: &mut Life) {
    for _ in 0..life.dice.between(2, 5) {
        life.act();
        let pause = life.dice.ms(0, 1_500);
        life.pass(pause);
    }
}

/// The program is killed in the middle of something, and started again.
fn kill(life: &mut Life) {
    let doom = Doom {
        actions: life.dice.between(1, 30) as u32,
        lost: life.dice.pick(&[0, 0, 0, 1, 2, 5]),
        power: life.dice.one_in(3),
    };
    life.world.doom = life.world.is_on().then_some(doom);
    let pause = life.dice.ms(0, 6_000);
    life.pass(pause);
    die(life, doom.power);
    let off = life.dice.pick(&[0, 2, 30, 200]);
    stay_off(life, TimeDelta::seconds(off));
}

/// The station is off from now on, if it is not already.
fn die(life: &mut Life, power: bool) {
    life.world.doom = None;
    note_unsafe(life);
    if life.world.is_on() {
        life.world.kill(power);
    }
}

/// While the spill file cannot be written either, a death loses what waits; nobody promises more.
fn note_unsafe(life: &mut Life) {
    if life.world.memory.spill_fails {
        life.unsafe_log.push((life.world.age - 400_000_000, life.world.age + 2_000_000));
    }
}

/// Off for so long, and on again by a clock that is right.
fn stay_off(life: &mut Life, span: TimeDelta) {
    let from = life.world.age;
    life.pass(span);
    life.off.push((from - 8_000_000, life.world.age));
    life.world.start();
    let late = life.dice.pick(&[0, 0, 0, 40, 700, 30_000]);
    life.pass(TimeDelta::milliseconds(late));
    life.world.device_back();
    let settle = life.dice.ms(0, 3_000);
    life.meanwhile(settle);
    back_on(life);
}

/// What came in the midst may have left the station off, or without its card.
fn back_on(life: &mut Life) {
    if !life.world.is_on() {
        life.world.start();
    }
    life.world.device_back();
}

fn power_cut(life: &mut Life) {
    die(life, true);
    let minutes = life.dice.pick(&[0, 1, 5, 29, 31, 90, 600, 1_500, 4_500]);
    let span = TimeDelta::minutes(minutes) + life.dice.ms(100, 60_000);
    stay_off(life, span);
}

fn shut_down(life: &mut Life) {
    if life.world.is_on() {
        life.world.doom = None;
        note_unsafe(life);
        life.world.shut_down();
    }
    let off = life.dice.pick(&[0, 3, 100]);
    stay_off(life, TimeDelta::seconds(off));
}

fn unplugged(life: &mut Life) {
    life.world.device_lost();
    let away = life.dice.pick(&[0, 500, 3_000, 20_000, 200_000]);
    life.meanwhile(TimeDelta::milliseconds(away));
    back_on(life);
}

/// It takes no more frames, and nobody says why: after a second it counts as lost.
fn frozen(life: &mut Life) {
    life.world.with_card(|card, now, _| card.freeze(now));
    let shortly = life.dice.one_in(2);
    let span = if shortly { life.dice.ms(20, 900) } else { TimeDelta::seconds(1) };
    life.pass(span);
    if shortly {
        let lost = life.dice.one_in(2);
        life.world.with_card(|card, now, truth| card.thaw(now, lost, truth));
    } else {
        life.world.device_lost();
        let away = life.dice.ms(500, 20_000);
        life.meanwhile(away);
        back_on(life);
    }
}

/// The program was late once; what was in the buffer may be gone.
fn underrun(life: &mut Life) {
    for _ in 0..life.dice.between(1, 3) {
        let lost = life.dice.one_in(2);
        life.world.with_card(|card, now, truth| card.thaw(now, lost, truth));
        let pause = life.dice.ms(0, 1_000);
        life.pass(pause);
    }
}

/// The database is locked, or the disk is full; sometimes the spill file cannot be written either.
fn locked(life: &mut Life) {
    let spill_fails = life.dice.one_in(5);
    life.world.lock(true, spill_fails);
    let span = life.dice.ms(100, 90_000);
    life.meanwhile(span);
    life.world.lock(false, false);
    back_on(life);
}

/// The wall clock jumps, and is set right after a while.
fn stepped(life: &mut Life) {
    let span = random_step(life);
    let synchronised = life.dice.one_in(2);
    step(life, life.world.now.wall + span, synchronised);
    let wrong = life.dice.pick(&[0, 3_000, 40_000, 400_000, 4_000_000]);
    let part = life.dice.ms(0, 1_000);
    life.meanwhile(TimeDelta::milliseconds(wrong) + part);
    set_right(life);
}

fn random_step(life: &mut Life) -> TimeDelta {
    let seconds = life.dice.pick(&[1, 5, 60, 90, 600, 3_600, 86_400, 3 * 86_400, 20 * 86_400, 400 * 86_400]);
    let span = TimeDelta::seconds(seconds) + life.dice.ms(0, 900);
    if life.dice.one_in(2) { span } else { -span }
}

fn step(life: &mut Life, wall: DateTime<Utc>, synchronised: bool) {
    life.world.set_clock(wall, synchronised);
    life.steps.push(life.world.age);
}

fn set_right(life: &mut Life) {
    let right = life.today();
    if (life.world.now.wall - right).abs() > TimeDelta::milliseconds(1) || !life.world.now.synchronised {
        step(life, right, true);
        // Whoever sets the clock, the desk looks at it within a second.
        life.pass(TimeDelta::milliseconds(1_100));
    }
}

/// Power comes back, and the clock has lost its battery: 1970, the last shutdown, or anything; set right later.
fn set_back_at_boot(life: &mut Life) {
    die(life, true);
    let from = life.world.age;
    let minutes = life.dice.pick(&[1, 10, 400]);
    let off = TimeDelta::minutes(minutes) + life.dice.ms(0, 60_000);
    life.pass(off);
    let wall = match life.dice.below(4) {
        0 => without_battery(life),
        1 => life.today() - off,
        2 => life.today() + random_step(life),
        _ => life.today(),
    };
    step(life, wall, false);
    life.off.push((from - 8_000_000, life.world.age));
    life.world.facts.trust_clock = life.dice.one_in(3);
    life.world.start();
    life.world.device_back();
    let wrong = life.dice.pick(&[500, 10_000, 100_000, 1_000_000, 5_000_000]);
    life.meanwhile(TimeDelta::milliseconds(wrong));
    life.world.facts.trust_clock = false;
    set_right(life);
    back_on(life);
}

/// The clock has begun again in 1970; half of the time just before a programme of the day.
fn without_battery(life: &mut Life) -> DateTime<Utc> {
    let span = life.dice.ms(0, 9_000);
    let today = life.today();
    let plan = &life.versions[life.versions.len() - 1].plan;
    let due = plan.due(today, today + TimeDelta::days(1)).into_iter().next();
    match due.filter(|_| span.num_milliseconds() % 2 == 0) {
        // Saigon's clocks were eight hours ahead then.
        Some(due) => NEW_YEAR.and_time(due.at.time()).and_utc() - TimeDelta::hours(1) - span * 9,
        None => at("1970-01-01T00:00:05+00:00") + span,
    }
}

/// The wall clock is slewed for some hours, and the machine's own clock drifts by as much.
fn drifts(life: &mut Life) {
    life.world.wall_ppm = life.dice.pick(&[200, -200, 500, -500]);
    let minutes = life.dice.between(1, 15);
    life.meanwhile(TimeDelta::minutes(minutes));
    life.world.wall_ppm = 0;
    set_right(life);
}

/// The machine sleeps; its card comes back with an underrun, or not at all for a while.
fn suspended(life: &mut Life) {
    let seconds = life.dice.pick(&[1, 20, 600, 20_000]);
    let span = TimeDelta::seconds(seconds) + life.dice.ms(0, 999);
    let from = life.world.age;
    let mono = life.world.now.mono;
    life.world.with_card(|card, now, _| card.freeze(now));
    life.world.suspend(span);
    life.steps.push(life.world.age);
    if life.world.is_on() {
        life.off.push((from, life.world.age));
    }
    debug_assert_eq!(mono, life.world.now.mono);
    let lost = life.dice.one_in(2);
    life.world.with_card(|card, now, truth| card.thaw(now, lost, truth));
    let pause = life.dice.ms(1_100, 3_000);
    life.meanwhile(pause);
    back_on(life);
}

/// No audio comes from the disk.
fn starved(life: &mut Life) {
    let span = life.dice.ms(500, 6_000);
    life.world.with_card(|card, now, _| card.stall(Mono(now.0 + span.num_microseconds().unwrap_or_default())));
    life.meanwhile(span);
    back_on(life);
}

/// The next files take seconds to open.
fn slow_disk(life: &mut Life) {
    for _ in 0..life.dice.between(1, 4) {
        let us = life.dice.between(300_000, 7_000_000);
        life.world.opening_us.push(us);
    }
    life.meanwhile(TimeDelta::seconds(12));
    life.world.opening_us.clear();
    back_on(life);
}

/// A file is replaced, breaks, goes, or comes back.
fn replaced(life: &mut Life) {
    let at = life.dice.below(life.files.len() as u64) as usize;
    life.replaced += 1;
    let name = life.files[at].0.clone();
    let clip = random_clip(&mut life.dice, false);
    life.files[at].1 = clip;
    life.contents.push((life.world.age, name.clone(), clip));
    let version = format!("{name}-{}", life.replaced);
    life.world.replace(&name, &version, clip);
    if life.dice.one_in(2) {
        life.world.judge(&name);
    }
    let pause = life.dice.ms(0, 5_000);
    life.meanwhile(pause);
    back_on(life);
}

/// The full decode of a file ends.
fn judged(life: &mut Life) {
    let at = life.dice.below(life.files.len() as u64) as usize;
    let name = life.files[at].0.clone();
    life.world.judge(&name);
}

/// A person changes the schedule.
fn reloaded(life: &mut Life) {
    set_right(life);
    let (today, first) = (life.today(), life.born.date_naive());
    let mut plan = life.versions[life.versions.len() - 1].plan.changed(&mut life.dice, first, &life.files);
    if let Some(office) = &mut life.office {
        plan.add_bulletins(office);
    }
    life.world.take_over(&plan.text());
    life.versions.push(Version { from: today, plan });
    let pause = life.dice.ms(0, 3_000);
    life.meanwhile(pause);
    back_on(life);
}
