//! What people do with bulletins around the programmes of a random life: approve, withdraw, revise, reword, queue.
//!
//! In: a life whose station has bulletins, the instant of a programme. Out: the same life some moments later. All of it comes
//! from dice of its own, and most of it between freezing and start, where it hurts.

use chrono::{DateTime, Utc};

use super::life::Life;
use super::station::BULLETINS;
use crate::world::Clip;

/// The first bulletins, before the station is switched on.
pub(crate) fn fill(life: &mut Life) {
    let Some(mut dice) = life.office.take() else { return };
    for number in 1..=BULLETINS {
        let clip = Clip::Ms(dice.between(1_500, 12_000) as u64);
        life.world.bring(number, "ND1", clip);
        if !dice.one_in(3) {
            life.world.approve(number);
        }
        if !dice.one_in(4) {
            queue(life, &mut dice, number);
        }
    }
    // The sound of some files is approved as bulletins too.
    for (at, (name, _)) in life.files.clone().into_iter().enumerate().filter(|(at, _)| at % 2 == 0) {
        if let Some(sha256) = life.world.content_of(&name) {
            let number = BULLETINS + 1 + at as i64;
            life.world.bring(number, "ND1", Clip::Ms(1_000));
            life.world.change(number, |bulletin| bulletin.content.as_mut().unwrap().sha256 = sha256.into());
            life.world.approve(number);
        }
    }
    life.office = Some(dice);
}

/// People act around a programme's instant, most often between its freezing and its start.
pub(crate) fn work(life: &mut Life, at: DateTime<Utc>) {
    let Some(mut dice) = life.office.take() else { return };
    for _ in 0..dice.below(3) {
        let span = if dice.one_in(2) { dice.ms(-70_000, 500) } else { dice.ms(-6_000, 30_000) };
        if at + span <= life.today() {
            continue;
        }
        life.wait_for(at + span);
        let from = life.world.age;
        if decide(life, &mut dice) {
            life.disturbed.push((from, from + 1_500_000));
        }
    }
    life.office = Some(dice);
}

/// Answers whether something may have been taken from the air.
fn decide(life: &mut Life, dice: &mut super::dice::Dice) -> bool {
    let number = dice.between(1, BULLETINS + 3);
    match dice.below(8) {
        0 => life.world.withdraw(number),
        1 => life.world.revise(number, Clip::Ms(dice.between(1_500, 12_000) as u64)),
        2 => life.world.reword(number, &format!("Tin {number} sửa")),
        3 => {
            let entries: Vec<_> = life.world.office.shelf.queue.iter().map(|entry| entry.id).collect();
            if !entries.is_empty() {
                life.world.unqueue(entries[dice.below(entries.len() as u64) as usize]);
            }
            return false;
        }
        4 | 5 => {
            queue(life, dice, number);
            return false;
        }
        _ => {
            life.world.approve(number);
            return false;
        }
    }
    true
}

fn queue(life: &mut Life, dice: &mut super::dice::Dice, number: i64) {
    let programme = dice.one_in(4).then_some("p0");
    let times = dice.between(1, 3) as u32;
    life.world.queue_up(number, times, programme);
}
