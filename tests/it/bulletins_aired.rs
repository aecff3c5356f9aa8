//! Stories of bulletins: drawn, approved in time or too late, withdrawn, revised, met by every fault. Each is told by its log.
//!
//! In: a schedule with a queue, and what people do with bulletins at instants chosen to hurt. Out: the rows, the outlook and
//! the answers, held against `golden/stories/NAME.txt`. Next: `stories.rs`.

use std::sync::Arc;

use chrono::TimeDelta;
use loa::airing::{Airing, Kind, Outcome};
use loa::bulletin::Shelf;
use loa::desk::{Act, Event};

use crate::stories::{CLIPS, hold, told};
use crate::world::{Clip, World};

const QUEUED: &str = r#"
[[programme]]
id = "sang"
title = "S"
cron = "0 0 5 * * *"
window = "10m"
[[programme.item]]
id = "a"
file = "a.ogg"
[[programme.item]]
id = "tin"
queue = { up_to = "60s" }
[[programme.item]]
id = "c"
file = "c.ogg"
themes = ["ND2"]
"#;

/// A station that airs only what was approved, on the eve, with three bulletins of 20 s in the queue, the last unapproved.
fn eve(schedule: &str) -> World {
    let mut w = World::new(schedule, CLIPS, "2025-03-03T04:50:00+07:00");
    w.facts.approval_required = true;
    for number in 1..=3 {
        w.bring(number, "ND1", Clip::Ms(20_000));
        w.queue_up(number, 1, None);
    }
    w.approve(1);
    w.approve(2);
    w.power_on();
    w
}

/// The sound of `c.ogg`, approved as the bulletin 9.
fn approve_c(w: &mut World) {
    w.bring(9, "ND2", Clip::Ms(20_000));
    let sha256 = w.content_of("c.ogg").unwrap();
    w.change(9, |bulletin| bulletin.content.as_mut().unwrap().sha256 = sha256.into());
    w.approve(9);
}

fn outlook(w: &World) -> String {
    w.outlook().into_iter().map(|line| line + "\n").collect()
}

#[test]
fn a_day_draws_what_was_approved_and_leaves_out_the_rest() {
    let mut w = eve(QUEUED);
    let mut story = outlook(&w);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("the first day: c.ogg carries a theme and nobody approved it", &w);
    w.approve(3);
    approve_c(&mut w);
    w.run_until("2025-03-04T04:59:30+07:00");
    story += &outlook(&w);
    w.run_until("2025-03-05T05:02:00+07:00");
    story += &told("two days later: each was queued once", &w);
    let row = w.memory.rows.iter().find(|row| row.kind == Kind::Bulletin).unwrap();
    assert_eq!((row.bulletin, &row.themes[..], row.genre.as_deref()), (Some(1), &["ND1".to_owned()][..], Some("tin")));
    assert_eq!(row.approval.as_ref().map(|approval| (&*approval.by, approval.seq)), Some(("Đỗ Bá Khang", 1)));
    assert_eq!(row.text_sha256.as_deref(), Some("text-1"));
    hold("a_day_draws_what_was_approved_and_leaves_out_the_rest", &story);
}

const NAMED: &str = r#"
[[programme]]
id = "sang"
title = "S"
cron = "0 0 5 * * *"
window = "10m"
[[programme.item]]
bulletin = 1
[[programme.item]]
bulletin = 3
[[programme.item]]
bulletin = 2
"#;

#[test]
fn an_approval_counts_until_its_turn_comes() {
    let mut story = String::new();
    for (part, at) in [
        ("approved while the item before it sounds", "2025-03-03T05:00:10+07:00"),
        ("approved when it was left out already", "2025-03-03T05:00:16+07:00"),
    ] {
        let mut w = eve(NAMED);
        w.run_until(at);
        w.approve(3);
        w.run_until("2025-03-03T05:02:00+07:00");
        story += &told(part, &w);
    }
    hold("an_approval_counts_until_its_turn_comes", &story);
}

#[test]
fn a_withdrawal_counts_until_the_first_frame() {
    let mut story = String::new();
    for (part, at, number) in [
        ("a hard start, half a second before: the next one takes its place", "2025-03-03T04:59:59.500+07:00", 1),
        ("a hard start, prepared", "2025-03-03T04:59:57+07:00", 1),
        ("a seam, a second before", "2025-03-03T05:00:19+07:00", 2),
        ("it has begun, and nobody has heard of it yet", "2025-03-03T05:00:00.020+07:00", 1),
        ("it sounds already: only a person stops it", "2025-03-03T05:00:00.100+07:00", 1),
    ] {
        let mut w = eve(&NAMED.replace("[[programme.item]]\nbulletin = 3\n", ""));
        w.run_until(at);
        w.withdraw(number);
        w.run_until("2025-03-03T05:02:00+07:00");
        story += &told(part, &w);
    }
    hold("a_withdrawal_counts_until_the_first_frame", &story);
}

#[test]
fn a_revision_after_the_freezing_is_not_what_was_planned() {
    let mut story = String::new();

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:30+07:00");
    w.revise(1, Clip::Ms(15_000));
    w.approve(1);
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("another sound", &w);

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:30+07:00");
    w.reword(1, "Tin sửa");
    w.approve(1);
    w.reword(2, "Tin chưa duyệt lại");
    w.run_until("2025-03-03T05:02:00+07:00");
    story += &told("other words: the one that was approved again airs, and its row tells them", &w);
    let row = w.memory.rows.iter().find(|row| row.bulletin == Some(1)).unwrap();
    assert_eq!((row.title.as_deref(), row.text_sha256.as_deref()), (Some("Tin sửa"), Some("text-of-Tin sửa")));

    hold("a_revision_after_the_freezing_is_not_what_was_planned", &story);
}

#[test]
fn what_was_drawn_is_not_drawn_again() {
    let mut story = String::new();

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:10+07:00");
    w.kill(true);
    w.approve(3);
    w.power_on();
    w.run_until("2025-03-03T05:00:18+07:00");
    w.kill(true);
    w.run_until("2025-03-03T05:00:40+07:00");
    w.power_on();
    w.run_until("2025-03-03T05:03:00+07:00");
    story += &told("power goes between freezing and start, and while a draw sounds", &w);
    w.kill(false);
    w.queue_up(3, 5, None);
    w.power_on();
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("a restart inside the window when all is done: the queue has another one now", &w);

    hold("what_was_drawn_is_not_drawn_again", &story);
}

#[test]
fn an_empty_queue_is_one_row_and_stays_empty() {
    let mut story = String::new();
    let mut w = eve(QUEUED);
    w.withdraw(1);
    w.withdraw(2);
    w.run_until("2025-03-03T04:59:30+07:00");
    story += &outlook(&w);
    w.approve(3);
    w.run_until("2025-03-03T05:01:00+07:00");
    w.kill(false);
    w.power_on();
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("frozen before anything was approved", &w);
    hold("an_empty_queue_is_one_row_and_stays_empty", &story);
}

#[test]
fn a_draw_waits_for_the_device_and_counts_when_it_aired() {
    let mut story = String::new();

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T05:00:12+07:00");
    w.device_lost();
    w.run_until("2025-03-03T05:03:00+07:00");
    w.device_back();
    w.run_until("2025-03-03T05:05:00+07:00");
    story += &told("lost in a draw, back inside the window", &w);

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:58+07:00");
    w.device_lost();
    w.run_until("2025-03-04T04:00:00+07:00");
    w.device_back();
    w.run_until("2025-03-04T05:02:00+07:00");
    story += &told("no device for a whole window: drawn again on the next day", &w);

    hold("a_draw_waits_for_the_device_and_counts_when_it_aired", &story);
}

#[test]
fn two_programmes_within_a_minute_do_not_share_a_draw() {
    let second = QUEUED.replace("sang", "tiep").replace("0 0 5", "30 0 5").replace("\"a.ogg\"", "\"x.ogg\"");
    let mut w = eve(&(QUEUED.to_owned() + &second));
    w.approve(3);
    w.run_until("2025-03-03T05:04:00+07:00");
    let story = told("three bulletins, each queued once", &w);
    hold("two_programmes_within_a_minute_do_not_share_a_draw", &story);
}

#[test]
fn what_ends_as_the_next_programme_is_frozen_counts_already() {
    let only = "[[programme]]\nid = \"mot\"\ntitle = \"M\"\ncron = \"0 0 5 * * *\"\nwindow = \"1m\"\n\
                [[programme.item]]\nqueue = { up_to = \"60s\" }\n";
    let later = only.replace("mot", "hai").replace("0 0 5", "20 1 5");
    let mut w = World::new(&(only.to_owned() + &later), CLIPS, "2025-03-03T04:50:00+07:00");
    w.bring(1, "ND1", Clip::Ms(20_000));
    w.queue_up(1, 1, None);
    w.power_on();
    w.run_until("2025-03-03T05:00:19.500+07:00");
    // The first thing that the desk hears after the instant of the freezing is the end of the draw.
    w.step_clock(TimeDelta::milliseconds(700));
    w.device_lost();
    w.device_back();
    w.run_until("2025-03-03T05:05:00+07:00");
    hold("what_ends_as_the_next_programme_is_frozen_counts_already", &told("97 % of it aired", &w));
}

#[test]
fn what_was_cut_short_waits_for_its_turn_again() {
    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T05:00:13+07:00");
    w.act(Act::Skip);
    w.run_until("2025-03-03T05:00:31+07:00");
    w.act(Act::Skip);
    w.run_until("2025-03-04T05:02:00+07:00");
    let story = told("the first was cut after 5 s of 20, the second after 18 s", &w);
    hold("what_was_cut_short_waits_for_its_turn_again", &story);
}

#[test]
fn time_off_and_steps_leave_each_queue_item_its_rows_once() {
    let mut story = String::new();

    let mut w = eve(QUEUED);
    w.kill(true);
    w.run_until("2025-03-04T06:00:00+07:00");
    w.power_on();
    w.run_until("2025-03-04T06:01:00+07:00");
    story += &told("off for two programmes: nothing was drawn", &w);

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:30+07:00");
    w.step_clock(TimeDelta::minutes(30));
    w.live(TimeDelta::seconds(5));
    story += &told("the clock jumps over a programme that was frozen", &w);
    w.step_clock(-TimeDelta::minutes(30));
    w.approve(3);
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("and is set right: the same draws air", &w);

    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T04:59:30+07:00");
    w.step_clock(TimeDelta::minutes(30));
    w.live(TimeDelta::seconds(5));
    w.kill(false);
    w.approve(3);
    w.power_on();
    w.live(TimeDelta::seconds(5));
    w.step_clock(-TimeDelta::minutes(30));
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("the same over a restart", &w);

    hold("time_off_and_steps_leave_each_queue_item_its_rows_once", &story);
}

#[test]
fn a_file_or_a_bulletin_that_nobody_approved_is_refused_and_told() {
    let mut w = eve(QUEUED);
    let moment = TimeDelta::milliseconds(1);
    w.air("x.ogg", false);
    w.live(moment);
    w.air_bulletin(3, false);
    w.live(moment);
    w.air_bulletin(1, false);
    w.live(moment);
    w.air_bulletin(3, true);
    w.run_until("2025-03-03T04:51:00+07:00");
    w.approve_as(3, true);
    w.air_bulletin(3, true);
    w.run_until("2025-03-03T04:52:00+07:00");
    w.air_bulletin(2, false);
    w.live(moment);
    w.air_bulletin(1, false);
    w.withdraw(1);
    w.run_until("2025-03-03T04:53:00+07:00");
    let notes = w.memory.rows.iter().map(|row| {
        let approved = row.approval.as_ref().map(|approval| approval.by_phone);
        format!("{} {} {:?} {approved:?} {:?}\n", row.kind, row.bulletin.unwrap_or(0), row.themes, row.note)
    });
    let notes: String = notes.collect();
    hold("a_file_or_a_bulletin_that_nobody_approved_is_refused_and_told", &(told("acts", &w) + &notes));
}

#[test]
fn known_bad_sound_is_passed_over_and_costs_nobody_his_turn() {
    let mut w = eve(&QUEUED.replace("60s", "20s"));
    w.bring(1, "ND1", Clip::BreaksAt(20_000));
    w.approve(1);
    w.judge_bulletin(1);
    w.run_until("2025-03-03T05:02:00+07:00");
    hold("known_bad_sound_is_passed_over_and_costs_nobody_his_turn", &told("one turn of 20 s", &w));
}

#[test]
fn lost_sound_takes_one_turn_and_no_more() {
    let twice = QUEUED.replace("60s", "20s").replace("0 0 5 * * *", "0 0,20 5 * * *");
    let mut w = eve(&twice);
    w.bring(1, "ND1", Clip::Missing);
    w.approve(1);
    w.run_until("2025-03-03T05:22:00+07:00");
    hold("lost_sound_takes_one_turn_and_no_more", &told("two programmes of one turn of 20 s", &w));
}

#[test]
fn what_was_opened_is_what_is_judged() {
    let only_c = "[[programme]]\nid = \"sang\"\ntitle = \"S\"\ncron = \"0 0 5 * * *\"\nwindow = \"10m\"\n\
                  [[programme.item]]\nid = \"c\"\nfile = \"c.ogg\"\nthemes = [\"ND2\"]\n";
    let mut w = World::new(only_c, &[], "2025-03-03T04:50:00+07:00");
    w.facts.approval_required = true;
    w.power_on();
    w.run_until("2025-03-03T04:59:54.900+07:00");
    w.put_file("c.ogg", "v1", Clip::Ms(10_000));
    w.opening_us.push(2_000_000);
    w.run_until("2025-03-03T04:59:56+07:00");
    // The cue holds the first sound, which nobody has approved, when the second one takes its name.
    w.put_file("c.ogg", "v2", Clip::Ms(10_000));
    approve_c(&mut w);
    w.replace("c.ogg", "v2", Clip::Ms(10_000));
    w.run_until("2025-03-03T05:02:00+07:00");
    let aired: Vec<_> = w.memory.rows.iter().filter(|row| row.aired_ms > 0).collect();
    assert_eq!(aired.len(), 1, "{:?}", w.memory.rows);
    assert_eq!(aired[0].sha256, w.content_of("c.ogg"));
    assert!(aired[0].approval.is_some(), "{:?}", aired[0]);
}

/// The database cannot be read from now on, as at a start while it is locked.
fn unread(w: &mut World) {
    w.handle(Event::Shelf(Arc::new(Shelf { is_unread: true, ..Shelf::default() }), None));
}

#[test]
fn approvals_that_cannot_be_read_keep_an_item_waiting() {
    let mut story = String::new();

    let mut w = eve(NAMED);
    unread(&mut w);
    w.run_until("2025-03-03T05:03:00+07:00");
    assert!(w.memory.rows.is_empty(), "{:?}", w.memory.rows);
    w.approve(3);
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("read inside the window", &w);

    let mut w = eve(&NAMED.replacen("bulletin = 1", "file = \"a.ogg\"", 1));
    unread(&mut w);
    w.run_until("2025-03-03T05:12:00+07:00");
    story += &told("never read: a signature needs no approval", &w);
    let notes: Vec<_> = w.memory.rows.iter().map(|row| row.note.as_deref()).collect();
    let told = Some("the approvals could not be read");
    assert_eq!(notes, [None, told, told]);

    hold("approvals_that_cannot_be_read_keep_an_item_waiting", &story);
}

#[test]
fn another_database_counts_its_entries_from_the_beginning() {
    let mut w = eve(QUEUED);
    w.run_until("2025-03-03T05:02:00+07:00");
    w.office.shelf = Shelf::default();
    w.office.entries.clear();
    w.handle(Event::Shelf(Arc::default(), Some(Box::default())));
    w.bring(1, "ND1", Clip::Ms(20_000));
    w.queue_up(1, 1, None);
    w.approve(1);
    w.run_until("2025-03-04T05:02:00+07:00");
    let drawn = |row: &&Airing| row.item.as_deref().is_some_and(|item| item.starts_with("tin"));
    let row = w.memory.rows.iter().rfind(drawn).unwrap();
    assert_eq!((row.bulletin, row.outcome), (Some(1), Some(Outcome::Aired)), "{row:?}");
}

#[test]
fn an_emergency_that_was_refused_airs_and_says_so() {
    let mut w = eve(QUEUED);
    w.withdraw(1);
    w.air_bulletin(1, true);
    w.run_until("2025-03-03T04:51:00+07:00");
    let refusal = "refused by Đỗ Bá Khang on 2025-03-03 04:50";
    assert_eq!(w.answers, [Ok(format!("`Tin 1` starts now; it was {refusal}"))]);
    let row = w.memory.rows.last().unwrap();
    assert_eq!((row.outcome, row.note.as_deref()), (Some(Outcome::Aired), Some(refusal)));
}
