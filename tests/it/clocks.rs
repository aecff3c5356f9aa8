//! The clock rule of a machine without a battery, told by the log it leaves: boots in 1970, `--trust-clock`, the network's
//! time coming late, a clock that runs ahead and is set back. Held against `golden/stories/` as in `stories`.
//!
//! In all of them the station knows the rule only through `Moment::synchronised` and the rows of its own log.

use chrono::TimeDelta;

use crate::stories::{CLIPS, MORNING, hold, morning, told};
use crate::world::{World, at};

/// The clock shows another time from now on, and the kernel calls it right or not.
fn show(w: &mut World, text: &str, synchronised: bool) {
    w.step_clock(at(text) - w.now.wall);
    w.now.synchronised = synchronised;
}

/// On and dark for so many minutes of the monotonic clock.
fn minutes(w: &mut World, count: i64) {
    w.run_to(w.now.wall + TimeDelta::minutes(count));
}

/// A day on the air by the network's time, then a power cut at 05:20; the clock comes back in 1970.
fn back_in_1970() -> World {
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:20:00+07:00");
    w.kill(true);
    show(&mut w, "1970-01-01T00:00:30Z", false);
    w.power_on();
    w
}

#[test]
fn the_time_of_the_network_comes_inside_the_window() {
    let mut w = back_in_1970();
    minutes(&mut w, 10);
    show(&mut w, "2025-03-04T05:03:00+07:00", true);
    w.run_until("2025-03-04T05:30:00+07:00");
    hold("the_time_of_the_network_comes_inside_the_window", &told("set right at 05:03", &w));
}

#[test]
fn the_time_of_the_network_comes_after_the_window() {
    let mut w = back_in_1970();
    minutes(&mut w, 40);
    let early = told("without the time", &w);
    show(&mut w, "2025-03-04T05:20:00+07:00", true);
    w.run_until("2025-03-05T05:30:00+07:00");
    hold("the_time_of_the_network_comes_after_the_window", &(early + &told("set right at 05:20", &w)));
}

#[test]
fn a_person_sets_the_clock_by_hand() {
    let mut w = back_in_1970();
    minutes(&mut w, 10);
    // The kernel still calls it free, but it is later than the log.
    show(&mut w, "2025-03-04T04:59:00+07:00", false);
    w.run_until("2025-03-04T05:30:00+07:00");
    hold("a_person_sets_the_clock_by_hand", &told("set by hand at 04:59", &w));
}

#[test]
fn a_clock_that_is_behind_is_trusted_by_order_and_set_right_later() {
    let mut w = back_in_1970();
    w.kill(false);
    show(&mut w, "2025-03-01T04:58:00+07:00", false);
    w.trust_the_clock(true);
    w.power_on();
    w.run_until("2025-03-01T05:30:00+07:00");
    let by_order = told("by order, two days behind", &w);
    show(&mut w, "2025-03-04T04:58:00+07:00", true);
    w.run_until("2025-03-04T05:30:00+07:00");
    let right = told("set right", &w);
    // The order is over: a clock that is behind again airs nothing.
    show(&mut w, "2025-03-02T04:58:00+07:00", false);
    minutes(&mut w, 30);
    show(&mut w, "2025-03-05T04:58:00+07:00", true);
    w.run_until("2025-03-05T05:30:00+07:00");
    hold(
        "a_clock_that_is_behind_is_trusted_by_order_and_set_right_later",
        &(by_order + &right + &told("behind again, and set right again", &w)),
    );
}

#[test]
fn a_clock_trusted_by_order_stays_trusted_over_a_step_back() {
    let mut w = World::new(MORNING, CLIPS, "2026-03-03T04:58:00+07:00");
    w.now.synchronised = false;
    w.power_on();
    w.run_until("2026-03-03T05:30:00+07:00");
    w.kill(false);
    // A year too far, as somebody sees: the log of a village without a network knows no better.
    show(&mut w, "2025-03-04T04:58:00+07:00", false);
    w.power_on();
    minutes(&mut w, 5);
    let doubted = told("doubted", &w);
    w.kill(false);
    show(&mut w, "2025-03-05T04:58:00+07:00", false);
    w.trust_the_clock(true);
    w.power_on();
    w.run_until("2025-03-05T05:30:00+07:00");
    w.kill(false);
    // The order was for one run; by now the newest row is of the right year.
    w.trust_the_clock(false);
    show(&mut w, "2025-03-06T04:58:00+07:00", false);
    w.power_on();
    w.run_until("2025-03-06T05:30:00+07:00");
    hold("a_clock_trusted_by_order_stays_trusted_over_a_step_back", &(doubted + &told("trusted, then on its own", &w)));
}

#[test]
fn a_free_clock_two_hours_ahead_airs_and_is_set_back() {
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:20:00+07:00");
    w.kill(true);
    // At 03:00 of the next day it shows 05:00.
    show(&mut w, "2025-03-04T04:59:00+07:00", false);
    w.power_on();
    w.run_until("2025-03-04T05:00:20+07:00");
    show(&mut w, "2025-03-04T03:00:20+07:00", true);
    w.run_until("2025-03-04T05:30:00+07:00");
    hold("a_free_clock_two_hours_ahead_airs_and_is_set_back", &told("aired at 03:00 by a clock that showed 05:00", &w));
}

#[test]
fn a_step_back_by_hours_while_a_programme_is_on_air() {
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-04T05:00:20+07:00");
    show(&mut w, "2025-03-04T01:00:20+07:00", false);
    minutes(&mut w, 15);
    let behind = told("four hours back, not synchronised", &w);
    show(&mut w, "2025-03-04T05:15:20+07:00", true);
    w.run_until("2025-03-04T05:30:00+07:00");
    hold("a_step_back_by_hours_while_a_programme_is_on_air", &(behind + &told("set right", &w)));
}

#[test]
fn a_step_over_many_slots_and_back_after_a_restart() {
    let mut w = morning("2025-03-03T05:30:00+07:00");
    w.run_until("2025-03-03T06:00:00+07:00");
    show(&mut w, "2025-03-06T06:00:00+07:00", true);
    minutes(&mut w, 1);
    w.kill(false);
    w.power_on();
    minutes(&mut w, 1);
    show(&mut w, "2025-03-03T06:02:00+07:00", true);
    w.run_until("2025-03-07T05:30:00+07:00");
    hold("a_step_over_many_slots_and_back_after_a_restart", &told("three days and back", &w));
}

#[test]
fn the_first_boot_of_all_in_1970() {
    let mut w = World::new(MORNING, CLIPS, "1970-01-01T00:00:30Z");
    w.now.synchronised = false;
    w.power_on();
    minutes(&mut w, 30);
    w.kill(false);
    w.power_on();
    minutes(&mut w, 5);
    let first = told("nobody knows better", &w);
    show(&mut w, "2025-03-04T04:58:00+07:00", true);
    w.run_until("2025-03-04T05:30:00+07:00");
    hold("the_first_boot_of_all_in_1970", &(first + &told("set right", &w)));
}
