//! Days of the station through the real desk, deck and accounts, told by the log.
//!
//! Each test is a story: a schedule, what people and the world do, and the rows that must come of it.

use chrono::TimeDelta;
use loa::airing::{Outcome, Reason};
use loa::desk::{Act, Refusal, Seen};

use crate::world::{Clip, World, at};

const MORNING: &str = r#"
[[programme]]
id = "sang"
title = "Chương trình sáng"
cron = "0 0 5 * * *"
window = "10m"

[[programme.item]]
id = "a"
file = "a.ogg"

[[programme.item]]
id = "b"
file = "b.ogg"

[[programme.item]]
id = "c"
file = "c.ogg"
"#;

const CLIPS: &[(&str, Clip)] = &[
    ("a.ogg", Clip::Ms(8_000)),
    ("b.ogg", Clip::Ms(30_000)),
    ("c.ogg", Clip::Ms(20_000)),
    ("x.ogg", Clip::Ms(5_000)),
    ("sos.ogg", Clip::Ms(6_000)),
];

fn morning(start: &str) -> World {
    let mut world = World::new(MORNING, CLIPS, start);
    world.power_on();
    world
}

#[test]
fn a_programme_starts_on_its_second_and_its_items_follow_without_a_gap() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.heard = Some(Vec::new());
    world.run_until("2025-03-03T05:02:00+07:00");
    assert_eq!(
        world.log(),
        "sang@2025-03-02T22:00:00Z/a #1 05:00:00.000 8000/8000 aired\n\
         sang@2025-03-02T22:00:00Z/b #1 05:00:08.000 30000/30000 aired\n\
         sang@2025-03-02T22:00:00Z/c #1 05:00:38.000 20000/20000 aired\n"
    );
    let heard = world.heard.take().unwrap();
    let first = heard.iter().position(|sample| *sample != 0.0).unwrap();
    let last = heard.iter().rposition(|sample| *sample != 0.0).unwrap();
    assert_eq!(
        (last + 1 - first) / 2,
        58_000,
        "frames from the first to the last, none between them silent or repeated"
    );
    assert!(heard[first..=last].iter().all(|sample| *sample != 0.0));
}

#[test]
fn power_back_inside_the_window_goes_on_with_the_item_that_was_cut() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:20+07:00");
    world.kill(true);
    world.run_until("2025-03-03T05:03:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:05:00+07:00");
    let rows = &world.memory.rows;
    assert_eq!(
        (rows[1].outcome.unwrap(), rows[1].reason),
        (Outcome::Interrupted, Some(Reason::PowerLoss)),
        "{}",
        world.log()
    );
    assert!(rows[1].aired_ms <= 12_000 && rows[1].aired_ms >= 11_000, "{}", rows[1].aired_ms);
    let again: Vec<_> = rows[2..].iter().map(|row| (row.item.as_deref(), row.attempt, row.outcome.unwrap())).collect();
    assert_eq!(again, [(Some("b"), 2, Outcome::Aired), (Some("c"), 1, Outcome::Aired)]);
}

#[test]
fn an_emergency_that_the_power_cut_airs_again_if_power_is_back_in_time() {
    for (off, airs) in [(TimeDelta::minutes(20), true), (TimeDelta::hours(2), false)] {
        let mut world = morning("2025-03-03T08:00:00+07:00");
        world.run_until("2025-03-03T08:00:10+07:00");
        world.air("sos.ogg", true);
        world.run_until("2025-03-03T08:00:13+07:00");
        world.kill(true);
        world.run_to(world.now.wall + off);
        world.power_on();
        world.run_to(world.now.wall + TimeDelta::minutes(1));
        let rows: Vec<_> = world.memory.rows.iter().map(|row| (row.attempt, row.outcome.unwrap())).collect();
        let wanted = [(1, Outcome::Interrupted), (2, Outcome::Aired)];
        assert_eq!(rows, wanted[..if airs { 2 } else { 1 }], "{}", world.log());
    }
}

#[test]
fn a_slot_that_passed_while_the_station_was_off_is_missed_item_by_item() {
    let mut world = morning("2025-03-03T04:50:00+07:00");
    world.run_until("2025-03-03T04:55:00+07:00");
    world.kill(true);
    world.run_until("2025-03-05T04:00:00+07:00");
    world.power_on();
    world.run_until("2025-03-05T04:01:00+07:00");
    assert_eq!(
        world.log(),
        "sang@2025-03-02T22:00:00Z/a #1 --:--:--.--- 0/8000 missed: station_off\n\
         sang@2025-03-02T22:00:00Z/b #1 --:--:--.--- 0/30000 missed: station_off\n\
         sang@2025-03-02T22:00:00Z/c #1 --:--:--.--- 0/20000 missed: station_off\n\
         sang@2025-03-03T22:00:00Z/a #1 --:--:--.--- 0/8000 missed: station_off\n\
         sang@2025-03-03T22:00:00Z/b #1 --:--:--.--- 0/30000 missed: station_off\n\
         sang@2025-03-03T22:00:00Z/c #1 --:--:--.--- 0/20000 missed: station_off\n"
    );
}

#[test]
fn a_bad_file_costs_its_own_item_and_the_next_one_takes_the_hard_start() {
    let mut clips = CLIPS.to_vec();
    clips[0].1 = Clip::Missing;
    let mut world = World::new(MORNING, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:02:00+07:00");
    assert_eq!(
        world.log(),
        "sang@2025-03-02T22:00:00Z/a #1 --:--:--.--- 0/? failed: file_missing\n\
         sang@2025-03-02T22:00:00Z/b #1 05:00:00.000 30000/30000 aired\n\
         sang@2025-03-02T22:00:00Z/c #1 05:00:30.000 20000/20000 aired\n"
    );
}

#[test]
fn audio_that_breaks_off_is_tried_three_times_and_then_given_up() {
    let mut clips = CLIPS.to_vec();
    clips[2].1 = Clip::BreaksAt(4_000);
    let mut world = World::new(MORNING, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:10:30+07:00");
    let ends: Vec<_> = world.memory.rows[2..].iter().map(|row| (row.attempt, row.reason.unwrap())).collect();
    let broke = Reason::DecodeError;
    assert_eq!(ends, [(1, broke), (2, broke), (3, broke), (4, Reason::TooManyAttempts)], "{}", world.log());
}

#[test]
fn an_emergency_cuts_in_and_the_item_it_cut_is_aired_again() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:20+07:00");
    world.air("sos.ogg", true);
    world.run_until("2025-03-03T05:02:00+07:00");
    let told: Vec<_> = world
        .memory
        .rows
        .iter()
        .map(|row| (row.title.as_deref().unwrap(), row.attempt, row.outcome.unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("a.ogg", 1, Outcome::Aired),
            ("b.ogg", 1, Outcome::Cut),
            ("sos.ogg", 1, Outcome::Aired),
            ("b.ogg", 2, Outcome::Aired),
            ("c.ogg", 1, Outcome::Aired)
        ]
    );
    let sos = &world.memory.rows[2];
    let late = sos.started_at.unwrap().to_utc() - at("2025-03-03T05:00:20+07:00");
    assert!(late < TimeDelta::milliseconds(300), "{late}");
}

#[test]
fn a_second_emergency_follows_the_first() {
    let mut world = morning("2025-03-03T06:00:00+07:00");
    world.air("sos.ogg", true);
    world.run_until("2025-03-03T06:00:02+07:00");
    world.air("x.ogg", true);
    world.run_until("2025-03-03T06:01:00+07:00");
    let rows = &world.memory.rows;
    assert_eq!(rows.iter().map(|row| row.outcome.unwrap()).collect::<Vec<_>>(), [Outcome::Aired, Outcome::Aired]);
    assert_eq!(rows[1].started_at.unwrap() - rows[0].started_at.unwrap(), TimeDelta::milliseconds(6_000));
}

#[test]
fn a_file_of_a_person_starts_after_the_item_on_air() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:02+07:00");
    world.air("x.ogg", false);
    world.run_until("2025-03-03T05:02:00+07:00");
    let titles: Vec<_> = world.memory.rows.iter().filter_map(|row| row.title.as_deref()).collect();
    assert_eq!(titles, ["a.ogg", "x.ogg", "b.ogg", "c.ogg"]);
    assert!(world.memory.rows.iter().all(|row| row.outcome == Some(Outcome::Aired)));
    assert_eq!(world.memory.rows[1].by.as_deref(), Some("Nguyễn Thị A (root)"));
}

#[test]
fn stop_cuts_the_item_and_cancels_the_rest_of_the_programme() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:12+07:00");
    world.act(Act::Stop);
    world.run_until("2025-03-03T05:02:00+07:00");
    let told: Vec<_> =
        world.memory.rows.iter().map(|row| (row.item.as_deref().unwrap(), row.outcome.unwrap(), row.reason)).collect();
    let operator = Some(Reason::Operator);
    assert_eq!(told, [("a", Outcome::Aired, None), ("c", Outcome::Cancelled, operator), ("b", Outcome::Cut, operator)]);
    assert!(world.memory.rows[1..].iter().all(|row| row.by.is_some()));
    world.act(Act::Stop);
    assert_eq!(world.answers.last().unwrap(), &Err("nothing is on the air".to_owned()));
}

#[test]
fn skip_cuts_the_item_only() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:12+07:00");
    world.act(Act::Skip);
    world.run_until("2025-03-03T05:02:00+07:00");
    let told: Vec<_> =
        world.memory.rows.iter().map(|row| (row.item.as_deref().unwrap(), row.outcome.unwrap())).collect();
    assert_eq!(told, [("a", Outcome::Aired), ("b", Outcome::Cut), ("c", Outcome::Aired)]);
}

#[test]
fn a_lost_device_is_waited_for_and_the_rundown_goes_on() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:12+07:00");
    world.device_lost();
    world.run_until("2025-03-03T05:01:00+07:00");
    world.device_back();
    world.run_until("2025-03-03T05:03:00+07:00");
    let told: Vec<_> =
        world.memory.rows.iter().map(|row| (row.item.as_deref().unwrap(), row.attempt, row.outcome.unwrap())).collect();
    assert_eq!(
        told,
        [("a", 1, Outcome::Aired), ("b", 1, Outcome::Interrupted), ("b", 2, Outcome::Aired), ("c", 1, Outcome::Aired)]
    );
}

#[test]
fn without_a_device_the_window_closes_over_failed_items() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.device_lost();
    world.run_until("2025-03-03T05:11:00+07:00");
    let told: Vec<_> = world.memory.rows.iter().map(|row| (row.outcome.unwrap(), row.reason.unwrap())).collect();
    assert_eq!(told, [(Outcome::Failed, Reason::NoDevice); 3]);
}

const TWO: &str = r#"
[[programme]]
id = "dau"
title = "Đầu"
cron = "0 0 5 * * *"
window = "1m"
[[programme.item]]
file = "b.ogg"
[[programme.item]]
file = "b.ogg"
[[programme.item]]
file = "b.ogg"

[[programme]]
id = "sau"
title = "Sau"
cron = "0 1 5 * * *"
window = "5m"
[[programme.item]]
file = "a.ogg"
"#;

#[test]
fn the_next_programme_cuts_an_item_that_outlasts_its_window() {
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut world = World::new(TWO, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:02:00+07:00");
    assert_eq!(
        world.log(),
        "dau@2025-03-02T22:00:00Z/0 #1 05:00:00.000 25000/25000 aired\n\
         dau@2025-03-02T22:00:00Z/1 #1 05:00:25.000 25000/25000 aired\n\
         dau@2025-03-02T22:00:00Z/2 #1 05:00:50.000 10000/25000 cut: next_programme\n\
         sau@2025-03-02T22:01:00Z/0 #1 05:01:00.000 8000/8000 aired\n"
    );
}

#[test]
fn a_programme_of_higher_priority_cuts_and_the_other_goes_on() {
    let schedule = TWO
        .replace("window = \"1m\"", "window = \"9m\"")
        .replace("window = \"5m\"", "window = \"5m\"\npriority = \"priority\"");
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut world = World::new(&schedule, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:03:00+07:00");
    assert_eq!(
        world.log(),
        "dau@2025-03-02T22:00:00Z/0 #1 05:00:00.000 25000/25000 aired\n\
         dau@2025-03-02T22:00:00Z/1 #1 05:00:25.000 25000/25000 aired\n\
         dau@2025-03-02T22:00:00Z/2 #1 05:00:50.000 10000/25000 cut: next_programme\n\
         sau@2025-03-02T22:01:00Z/0 #1 05:01:00.000 8000/8000 aired\n"
    );
}

#[test]
fn a_programme_of_equal_priority_waits_inside_its_window() {
    let schedule = TWO.replace("window = \"1m\"", "window = \"9m\"");
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut world = World::new(&schedule, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:03:00+07:00");
    assert!(world.log().ends_with("sau@2025-03-02T22:01:00Z/0 #1 05:01:15.000 8000/8000 aired\n"), "{}", world.log());
}

#[test]
fn a_hard_end_cuts_at_the_window_and_what_is_left_is_missed() {
    let schedule = TWO.replace("window = \"1m\"", "window = \"55s\"\nends = \"hard\"");
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut world = World::new(&schedule, &clips, "2025-03-03T04:58:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:00:59+07:00");
    assert!(
        world.log().ends_with("dau@2025-03-02T22:00:00Z/2 #1 05:00:50.000 5000/25000 cut: window_end\n"),
        "{}",
        world.log()
    );
}

#[test]
fn shutdown_fades_out_and_a_restart_inside_the_window_repeats_the_item() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:20+07:00");
    let told = world.now.wall;
    world.shut_down();
    assert!(world.now.wall - told < TimeDelta::seconds(2));
    world.run_until("2025-03-03T05:01:00+07:00");
    world.power_on();
    world.run_until("2025-03-03T05:03:00+07:00");
    let told: Vec<_> =
        world.memory.rows.iter().map(|row| (row.item.as_deref().unwrap(), row.attempt, row.reason)).collect();
    assert_eq!(told, [("a", 1, None), ("b", 1, Some(Reason::Shutdown)), ("b", 2, None), ("c", 1, None)]);
}

#[test]
fn a_slot_that_a_step_jumped_over_airs_if_its_time_comes_after_all_and_only_once() {
    let mut world = morning("2025-03-03T04:50:00+07:00");
    world.run_until("2025-03-03T04:51:00+07:00");
    world.step_clock(TimeDelta::minutes(30));
    world.run_until("2025-03-03T05:22:00+07:00");
    assert!(world.memory.rows.iter().all(|row| row.reason == Some(Reason::ClockStep)), "{}", world.log());
    assert_eq!(world.memory.rows.len(), 3);
    world.step_clock(TimeDelta::minutes(-30));
    world.run_until("2025-03-03T05:30:00+07:00");
    let aired: Vec<_> = world.memory.rows[3..].iter().map(|row| (row.attempt, row.outcome)).collect();
    assert_eq!(aired, [(2, Some(Outcome::Aired)); 3], "{}", world.log());
    world.step_clock(TimeDelta::minutes(-30));
    world.run_until("2025-03-03T05:30:00+07:00");
    assert_eq!(world.memory.rows.len(), 6, "{}", world.log());
}

#[test]
fn a_clock_behind_the_log_airs_nothing_until_it_is_synchronised() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:02:00+07:00");
    world.kill(true);
    world.run_until("2025-03-04T04:50:00+07:00");
    world.now.synchronised = false;
    world.step_clock(TimeDelta::days(-366));
    world.power_on();
    world.run_until("2024-03-03T05:12:00+07:00");
    assert_eq!(world.memory.rows.len(), 3, "{}", world.log());
    world.step_clock(TimeDelta::days(366));
    world.now.synchronised = true;
    world.run_until("2025-03-04T05:20:00+07:00");
    let reasons: Vec<_> = world.memory.rows[3..].iter().map(|row| row.reason).collect();
    assert_eq!(reasons, [Some(Reason::ClockUntrusted); 3], "{}", world.log());
}

#[test]
fn a_reload_does_not_touch_what_is_on_air_and_frozen_and_adds_what_is_new() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:20+07:00");
    world.take_over(&MORNING.replace("0 0 5", "30 1 5").replace("sang", "moi"));
    world.run_until("2025-03-03T05:04:00+07:00");
    let told: Vec<_> =
        world.memory.rows.iter().map(|row| (row.programme.as_deref().unwrap(), row.outcome.unwrap())).collect();
    assert_eq!(told[..3], [("sang", Outcome::Aired); 3]);
    assert_eq!(told[3..], [("moi", Outcome::Aired); 3]);
    let first = world.memory.rows[3].started_at.unwrap();
    assert_eq!(first.to_utc(), at("2025-03-03T05:01:30+07:00"));
}

#[test]
fn a_row_has_the_name_that_the_station_had_on_its_day() {
    let mut world = World::new(MORNING, CLIPS, "2025-06-29T12:00:00+07:00");
    world.facts.station.since = vec![("2025-07-01".parse().unwrap(), "Đài Hát Môn".to_owned())];
    world.power_on();
    world.run_until("2025-06-29T13:00:00+07:00");
    // What was due before the first day and is only told after it keeps the old name.
    world.kill(true);
    world.stand_still(TimeDelta::hours(48));
    world.power_on();
    world.run_until("2025-07-03T06:00:00+07:00");
    let named: Vec<_> =
        world.memory.rows.iter().step_by(3).map(|row| (row.scheduled_at.to_rfc3339(), row.station.clone())).collect();
    let due = |day: &str, name: &str| (format!("2025-0{day}T05:00:00+07:00"), name.to_owned());
    let (before, since) = ("Đài thử", "Đài Hát Môn");
    assert_eq!(named, [due("6-30", before), due("7-01", since), due("7-02", since), due("7-03", since)]);
}

#[test]
fn an_order_about_what_is_over_is_seen_to_be_late() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T05:00:12+07:00");
    let desk = world.desk();
    let on_air = desk.snapshot(world.now).on_air.unwrap();
    let seen = |airing: &loa::airing::AiringId, attempt| Seen { airing: airing.clone(), attempt };
    assert_eq!(desk.moved_on(&seen(&on_air.airing, 1), world.now), None);
    let moved = Some(Refusal::MovedOn(Some(on_air.title.clone().unwrap())));
    assert_eq!(desk.moved_on(&seen(&on_air.airing, 2), world.now), moved, "the same item once more is another airing");
    let before = world.memory.rows[0].airing.clone();
    assert_eq!(desk.moved_on(&seen(&before, 1), world.now), moved);
    world.run_until("2025-03-03T05:02:00+07:00");
    assert_eq!(world.desk().moved_on(&seen(&on_air.airing, 1), world.now), Some(Refusal::MovedOn(None)));
}

#[test]
fn the_rest_of_the_day_is_told_in_order_and_without_what_is_over() {
    let mut world = morning("2025-03-03T04:58:00+07:00");
    world.run_until("2025-03-03T04:58:30+07:00");
    let today = world.desk().today(world.now);
    assert_eq!((today.date.to_string().as_str(), today.more), ("2025-03-03", 0));
    let morning = &today.programmes[0];
    assert!(!morning.is_frozen);
    assert_eq!(morning.items.iter().map(|item| item.left_out).collect::<Vec<_>>(), [None; 3]);
    world.run_until("2025-03-03T04:59:30+07:00");
    assert!(world.desk().today(world.now).programmes[0].is_frozen);
    world.run_until("2025-03-03T05:02:00+07:00");
    let later = world.desk().today(world.now);
    assert!(later.programmes.iter().all(|planned| planned.scheduled_at > morning.scheduled_at), "{later:?}");
}
