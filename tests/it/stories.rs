//! Stories about the hard instants: first blocks, seams, steps of the clock, exits. Each is told by the log it leaves.
//!
//! In: a schedule, acts and faults at instants chosen to hurt. Out: the rows and answers, held against
//! `golden/stories/NAME.txt`; `BLESS=1` rewrites them, and a rewritten file is read before it is committed.

use chrono::TimeDelta;
use loa::desk::Act;

use crate::world::{Clip, World};

pub(crate) const MORNING: &str = r#"
[[programme]]
id = "sang"
title = "S"
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
pub(crate) const CLIPS: &[(&str, Clip)] = &[
    ("a.ogg", Clip::Ms(8_000)),
    ("b.ogg", Clip::Ms(30_000)),
    ("c.ogg", Clip::Ms(20_000)),
    ("x.ogg", Clip::Ms(5_000)),
    ("sos.ogg", Clip::Ms(6_000)),
];

pub(crate) fn morning(start: &str) -> World {
    let mut w = World::new(MORNING, CLIPS, start);
    w.power_on();
    w
}

/// A part of a story: the log, who is in it, and what people were answered.
pub(crate) fn told(part: &str, w: &World) -> String {
    let by = w.memory.rows.iter().filter_map(|row| {
        let note = row.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
        row.by.as_ref().map(|by| format!("by {by}{note}: {}\n", row.airing))
    });
    let answers = w.answers.iter().map(|answer| format!("{answer:?}\n"));
    format!("--- {part}\n{}{}{}", w.log(), by.collect::<String>(), answers.collect::<String>())
}

/// Holds a story against its golden file.
pub(crate) fn hold(name: &str, story: &str) {
    let path = format!("tests/it/golden/stories/{name}.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all("tests/it/golden/stories").unwrap();
        std::fs::write(&path, story).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == story, "`{name}` differs; BLESS=1 rewrites it\nexpected:\n{expected}\nactual:\n{story}");
}

fn air_n(w: &mut World, file: &str, emergency: bool, repeat: u32) {
    let audio = loa::rundown::Audio {
        file: Some(file.into()),
        content: Some(loa::rundown::Content { sha256: format!("sha-of-{file}").into(), duration_ms: Some(6000) }),
    };
    w.act(Act::Air { audio, title: file.into(), bulletin: None, emergency, repeat });
}

const TWO: &str = r#"
[[programme]]
id = "dau"
title = "D"
cron = "0 0 5 * * *"
window = "9m"
[[programme.item]]
file = "b.ogg"
[[programme.item]]
file = "b.ogg"
[[programme.item]]
file = "b.ogg"
[[programme]]
id = "sau"
title = "S"
cron = "0 1 5 * * *"
window = "5m"
[[programme.item]]
file = "a.ogg"
"#;

#[test]
fn an_emergency_on_the_first_block_of_a_programme() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:00.020+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("an_emergency_on_the_first_block_of_a_programme", &story);
}

#[test]
fn an_emergency_on_a_seam() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:08.020+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("b", &w);

    hold("an_emergency_on_a_seam", &story);
}

#[test]
fn stop_on_the_first_block_of_a_programme() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:00.020+07:00");
    w.act(Act::Stop);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("stop_on_the_first_block_of_a_programme", &story);
}

#[test]
fn stop_on_a_seam() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:08.020+07:00");
    w.act(Act::Stop);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("stop_on_a_seam", &story);
}

#[test]
fn an_emergency_four_times() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.run_until("2025-03-03T06:00:01+07:00");
    w.heard = Some(Vec::new());
    air_n(&mut w, "sos.ogg", true, 4);
    w.run_until("2025-03-03T06:00:40+07:00");
    story += &told("the log", &w);
    let heard = w.heard.take().unwrap();
    let first = heard.iter().position(|s| *s != 0.0).unwrap();
    let last = heard.iter().rposition(|s| *s != 0.0).unwrap();
    assert_eq!(heard[first..=last].iter().filter(|s| **s == 0.0).count(), 0, "silence between repeats");
    assert_eq!((last + 1 - first) / 2, 24_000);

    hold("an_emergency_four_times", &story);
}

#[test]
fn a_seam_just_before_an_equal_programme() {
    let mut story = String::new();

    for ms in [29_500u64, 29_550, 29_600, 29_700, 29_730] {
        let clips = [("b.ogg", Clip::Ms(ms)), ("a.ogg", Clip::Ms(8_000))];
        let mut w = World::new(TWO, &clips, "2025-03-03T04:58:00+07:00");
        w.power_on();
        w.run_until("2025-03-03T05:04:00+07:00");
        story += &told(&format!("{ms}"), &w);
    }

    hold("a_seam_just_before_an_equal_programme", &story);
}

#[test]
fn a_step_back_and_a_reload() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:50:00+07:00");
    w.run_until("2025-03-03T05:04:00+07:00");
    w.step_clock(TimeDelta::minutes(-10));
    w.run_until("2025-03-03T04:55:00+07:00");
    w.take_over(&MORNING.replace("title = \"S\"", "title = \"T\""));
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("the log", &w);

    hold("a_step_back_and_a_reload", &story);
}

#[test]
fn the_first_start_by_a_wrong_clock() {
    let mut story = String::new();

    let mut w = World::new(MORNING, CLIPS, "2024-01-01T12:00:00+07:00");
    w.now.synchronised = false;
    w.power_on();
    w.run_until("2024-01-01T12:01:00+07:00");
    w.step_clock(TimeDelta::days(427));
    w.now.synchronised = true;
    w.run_until("2025-03-03T13:00:00+07:00");
    story += &told("set right", &w);

    hold("the_first_start_by_a_wrong_clock", &story);
}

#[test]
fn a_clock_a_year_ahead_and_set_right() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:05:00+07:00");
    w.kill(true);
    w.run_until("2025-03-03T06:00:00+07:00");
    w.now.synchronised = false;
    w.step_clock(TimeDelta::days(400));
    w.power_on();
    w.run_to(w.now.wall + TimeDelta::minutes(1));
    story += &told("by the wrong clock", &w);
    w.step_clock(TimeDelta::days(-400));
    w.now.synchronised = true;

    w.run_until("2025-03-06T06:00:00+07:00");
    story += &told("later", &w);
    w.kill(true);
    w.power_on();
    w.run_until("2025-03-08T06:00:00+07:00");
    story += &told("later", &w);

    hold("a_clock_a_year_ahead_and_set_right", &story);
}

#[test]
fn a_clock_a_year_ahead_over_a_programme() {
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:58:30+07:00");
    w.step_clock(TimeDelta::days(400));
    w.run_to(w.now.wall + TimeDelta::minutes(15));
    let spans = w.memory.rows.iter().filter(|row| row.kind == loa::airing::Kind::Note);
    let spans: Vec<_> = spans.map(|row| (row.reason, row.note.clone().unwrap())).collect();
    let mut story = format!("{spans:?}\n");
    let listed = w.memory.rows.len();
    w.step_clock(TimeDelta::days(-400));
    w.run_until("2025-03-04T05:30:00+07:00");
    w.memory.rows.drain(..listed);
    story += &told("since it was set right", &w);

    hold("a_clock_a_year_ahead_over_a_programme", &story);
}

#[test]
fn three_days_ahead_for_three_seconds() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.run_until("2025-03-03T06:01:00+07:00");
    w.step_clock(TimeDelta::days(3));
    w.run_to(w.now.wall + TimeDelta::seconds(3));
    w.step_clock(TimeDelta::days(-3));
    w.run_until("2025-03-06T06:00:00+07:00");
    story += &told("b", &w);

    hold("three_days_ahead_for_three_seconds", &story);
}

#[test]
fn three_power_cuts_in_one_item() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    for s in ["05:00:20", "05:01:10", "05:02:10"] {
        w.run_until(&format!("2025-03-03T{s}+07:00"));
        w.kill(true);
        let t = w.now.wall + TimeDelta::seconds(30);
        w.run_to(t);
        w.power_on();
    }
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("the log", &w);

    hold("three_power_cuts_in_one_item", &story);
}

#[test]
fn three_early_power_cuts_in_one_item() {
    let mut story = String::new();
    let mut w = morning("2025-03-03T04:58:00+07:00");
    for second in ["05:00:12", "05:00:50", "05:01:30"] {
        w.run_until(&format!("2025-03-03T{second}+07:00"));
        w.kill(true);
        w.run_to(w.now.wall + TimeDelta::seconds(30));
        w.power_on();
    }
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("given up after the third, and the next item airs", &w);
    hold("three_early_power_cuts_in_one_item", &story);
}

#[test]
fn stop_and_exit_within_its_fade() {
    let mut story = String::new();
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:12+07:00");
    w.act(Act::Stop);
    w.shut_down();
    w.power_on();
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("what was stopped stays stopped", &w);
    hold("stop_and_exit_within_its_fade", &story);
}

#[test]
fn stop_three_times_in_a_second() {
    let mut story = String::new();
    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T06:00:02+07:00");
    w.air("x.ogg", true);
    w.act(Act::Stop);
    w.act(Act::Stop);
    w.act(Act::Stop);
    w.run_until("2025-03-03T06:01:00+07:00");
    story += &told("each stop ends one thing, and says which", &w);
    hold("stop_three_times_in_a_second", &story);
}

#[test]
fn files_of_people_and_a_power_cut() {
    let mut story = String::new();
    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.air("sos.ogg", false);
    w.run_until("2025-03-03T06:00:02+07:00");
    w.air("x.ogg", false);
    w.kill(true);
    w.run_until("2025-03-03T06:00:30+07:00");
    w.power_on();
    w.run_until("2025-03-03T06:01:00+07:00");
    story += &told("what was asked for is on record, and does not air later", &w);
    hold("files_of_people_and_a_power_cut", &story);
}

#[test]
fn an_emergency_behind_sixteen_files() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T06:00:00+07:00");
    for _ in 0..16 {
        w.air("x.ogg", false);
        w.run_to(w.now.wall + TimeDelta::microseconds(10));
    }
    w.air("sos.ogg", true);
    story += &told("sixteen files", &w);

    hold("an_emergency_behind_sixteen_files", &story);
}

#[test]
fn a_step_back_before_a_hard_end() {
    let mut story = String::new();

    let s = TWO.replace("window = \"9m\"", "window = \"55s\"\nends = \"hard\"");
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut w = World::new(&s, &clips, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:00:54.500+07:00");
    w.step_clock(TimeDelta::seconds(-20));
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("hard end, step back 20 s at 54.5", &w);

    hold("a_step_back_before_a_hard_end", &story);
}

#[test]
fn a_step_forward_over_an_armed_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.step_clock(TimeDelta::minutes(30));
    w.run_until("2025-03-03T05:35:00+07:00");
    story += &told("the log", &w);

    hold("a_step_forward_over_an_armed_start", &story);
}

#[test]
fn the_loop_alone_stands_still_over_a_hard_start() {
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:51.800+07:00");
    w.air("a.ogg", false);
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.stand_still(TimeDelta::seconds(5));
    w.run_until("2025-03-03T05:02:00+07:00");

    hold("the_loop_alone_stands_still_over_a_hard_start", &told("the deck began in time and is not cut", &w));
}

#[test]
fn a_step_forward_over_a_prepared_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:57+07:00");
    w.step_clock(TimeDelta::minutes(30));
    w.run_until("2025-03-03T05:35:00+07:00");
    story += &told("b", &w);

    hold("a_step_forward_over_a_prepared_start", &story);
}

#[test]
fn a_step_back_from_an_armed_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.step_clock(TimeDelta::minutes(-5));
    w.run_until("2025-03-03T05:35:00+07:00");
    story += &told("c", &w);

    hold("a_step_back_from_an_armed_start", &story);
}

#[test]
fn exit_with_acts_waiting() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:02+07:00");
    w.air("x.ogg", false);
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T05:00:03+07:00");
    w.run_to(w.now.wall + TimeDelta::microseconds(10));
    w.air("sos.ogg", true);
    w.shut_down();
    story += &told("the log", &w);

    hold("exit_with_acts_waiting", &story);
}

#[test]
fn exit_on_a_seam_and_back() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.heard = Some(Vec::new());
    w.run_until("2025-03-03T05:00:00.080+07:00");
    w.shut_down();
    story += &told("b", &w);

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.heard = Some(Vec::new());
    w.run_until("2025-03-03T05:00:08.020+07:00");
    w.shut_down();
    story += &told("seam", &w);
    w.run_until("2025-03-03T05:01:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("seam, restarted", &w);

    hold("exit_on_a_seam_and_back", &story);
}

#[test]
fn nothing_playable_and_a_reload() {
    let mut story = String::new();

    let mut w = World::new(MORNING, &[("x.ogg", Clip::Ms(10))], "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T04:59:57+07:00");
    story += &told("before", &w);
    w.take_over(&MORNING.replace("title = \"S\"", "title = \"T\""));
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("the log", &w);

    hold("nothing_playable_and_a_reload", &story);
}

#[test]
fn stop_with_two_emergencies_waiting() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.device_lost();
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T06:00:01+07:00");
    w.air("x.ogg", true);
    w.run_until("2025-03-03T06:00:02+07:00");
    w.act(Act::Stop);
    w.device_back();
    w.run_until("2025-03-03T06:01:00+07:00");
    story += &told("the log", &w);

    hold("stop_with_two_emergencies_waiting", &story);
}

#[test]
fn air_half_a_second_before_a_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.air("x.ogg", false);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("air_half_a_second_before_a_start", &story);
}

#[test]
fn air_three_seconds_before_a_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:57+07:00");
    w.air("x.ogg", false);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("b", &w);

    hold("air_three_seconds_before_a_start", &story);
}

#[test]
fn an_emergency_half_a_second_before_a_start() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("an_emergency_half_a_second_before_a_start", &story);
}

#[test]
fn the_device_lost_under_an_armed_start() {
    let mut story = String::new();

    // device lost during armed
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:59.500+07:00");
    w.device_lost();
    w.run_until("2025-03-03T05:00:10+07:00");
    w.device_back();
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("the_device_lost_under_an_armed_start", &story);
}

#[test]
fn stop_of_an_emergency() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T06:00:02+07:00");
    w.act(Act::Stop);
    w.run_until("2025-03-03T06:00:04+07:00");
    story += &told("the log", &w);

    hold("stop_of_an_emergency", &story);
}

#[test]
fn an_untrusted_clock_over_a_frozen_slot() {
    let mut story = String::new();

    // window closes while unsynchronised clock steps back
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:05:00+07:00");
    w.run_until("2025-03-04T04:59:30+07:00");
    w.now.synchronised = false;
    w.step_clock(TimeDelta::days(-2));
    w.run_to(w.now.wall + TimeDelta::minutes(20));
    w.step_clock(TimeDelta::days(2));
    w.now.synchronised = true;
    w.run_to(w.now.wall + TimeDelta::minutes(1));
    story += &told("untrusted over a frozen slot", &w);

    hold("an_untrusted_clock_over_a_frozen_slot", &story);
}

#[test]
fn a_step_back_during_a_programme() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:20+07:00");
    w.step_clock(TimeDelta::minutes(-5));
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("the log", &w);

    hold("a_step_back_during_a_programme", &story);
}

#[test]
fn a_step_back_and_a_restart() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:50:00+07:00");
    w.run_until("2025-03-03T05:04:00+07:00");
    w.step_clock(TimeDelta::minutes(-10));
    w.run_until("2025-03-03T04:55:00+07:00");
    w.kill(false);
    w.power_on();
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("the log", &w);

    hold("a_step_back_and_a_restart", &story);
}

#[test]
fn an_emergency_three_times_into_a_programme() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T05:00:12+07:00");
    air_n(&mut w, "sos.ogg", true, 3);
    w.run_until("2025-03-03T05:02:30+07:00");
    story += &told("the log", &w);

    hold("an_emergency_three_times_into_a_programme", &story);
}

#[test]
fn skip_with_the_next_item_armed() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.heard = Some(vec![]);
    w.run_until("2025-03-03T05:00:07.500+07:00");
    w.act(Act::Skip);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("skip_with_the_next_item_armed", &story);
}

#[test]
fn two_priorities_at_one_instant() {
    let mut story = String::new();

    let s = TWO.replace("0 1 5", "0 0 5").replace("window = \"5m\"", "window = \"5m\"\npriority = \"priority\"");
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut w = World::new(&s, &clips, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("the log", &w);
    let s = TWO.replace("0 1 5", "1 0 5").replace("window = \"5m\"", "window = \"5m\"\npriority = \"priority\"");
    let mut w = World::new(&s, &clips, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("u2 T+1s", &w);

    hold("two_priorities_at_one_instant", &story);
}

#[test]
fn two_starts_at_one_instant_over_a_third() {
    let mut story = String::new();

    let s = format!(
        "{}\n{}",
        TWO.replace("0 1 5", "30 0 5").replace("window = \"5m\"", "window = \"5m\"\npriority = \"priority\""),
        r#"
[[programme]]
id = "ba"
title = "B"
cron = "30 0 5 * * *"
window = "5m"
[[programme.item]]
file = "a.ogg"
"#
    );
    let clips = [("b.ogg", Clip::Ms(25_000)), ("a.ogg", Clip::Ms(8_000))];
    let mut w = World::new(&s, &clips, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("the log", &w);

    hold("two_starts_at_one_instant_over_a_third", &story);
}

#[test]
fn the_device_back_as_the_window_closes() {
    let mut story = String::new();

    // device lost and back 1 s before window close; emergency in between
    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.run_until("2025-03-03T04:59:00+07:00");
    w.device_lost();
    w.run_until("2025-03-03T05:09:59.800+07:00");
    w.device_back();
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("the log", &w);

    hold("the_device_back_as_the_window_closes", &story);
}

#[test]
fn a_power_cut_and_a_file_of_a_person() {
    let mut story = String::new();

    let s = MORNING.replace("window = \"10m\"", "window = \"10m\"\npriority = \"priority\"");
    let mut w = World::new(&s, CLIPS, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:00:20+07:00");
    w.kill(true);
    w.run_until("2025-03-03T05:01:00+07:00");
    w.power_on();
    w.air("x.ogg", false);
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("the log", &w);

    hold("a_power_cut_and_a_file_of_a_person", &story);
}

#[test]
fn air_during_a_priority_programme() {
    let mut story = String::new();

    let s = MORNING.replace("window = \"10m\"", "window = \"10m\"\npriority = \"priority\"");
    let mut w = World::new(&s, CLIPS, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:00:02+07:00");
    w.air("x.ogg", false);
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("the log", &w);

    hold("air_during_a_priority_programme", &story);
}

#[test]
fn exit_during_an_emergency_and_back() {
    let mut story = String::new();

    // SIGTERM while emergency on air
    let mut w = morning("2025-03-03T06:00:00+07:00");
    w.air("sos.ogg", true);
    w.run_until("2025-03-03T06:00:02+07:00");
    w.shut_down();
    w.run_until("2025-03-03T06:00:20+07:00");
    w.power_on();
    w.run_until("2025-03-03T06:01:00+07:00");
    story += &told("the log", &w);

    hold("exit_during_an_emergency_and_back", &story);
}

#[test]
fn stop_while_the_device_is_away() {
    let mut story = String::new();

    let mut w = morning("2025-03-03T04:58:00+07:00");
    w.device_lost();
    w.run_until("2025-03-03T05:00:02+07:00");
    w.act(Act::Stop);
    w.device_back();
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the log", &w);

    hold("stop_while_the_device_is_away", &story);
}

#[test]
fn audio_that_breaks_off_at_half() {
    let mut story = String::new();

    let mut clips = CLIPS.to_vec();
    clips[0].1 = Clip::BreaksAt(7000);
    let mut w = World::new(MORNING, &clips, "2025-03-03T04:58:00+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:04:00+07:00");
    story += &told("the log", &w);

    hold("audio_that_breaks_off_at_half", &story);
}
