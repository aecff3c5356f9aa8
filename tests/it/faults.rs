//! The real program killed, told to end, without a device, off for a while: what it says of it afterwards is never more
//! than was heard.
//!
//! In: stations on cards that keep what they played, and what goes wrong with machines. Out: rows, one final one for each
//! planned item, in a chain that is whole; frames that were heard once. Next: `lockout`.

use std::collections::BTreeMap;
use std::thread;

use chrono::{DateTime, Utc};
use loa::clock::Clock;
use loa::store::Row;
use rustix::process::Signal as End;

use crate::clips::Signal;
use crate::running::{Frames, Running, Site, alike, in_seconds, is_silent, onset, programme, short, sounding};
use crate::soundcard::{Fault, SoundCard, wait_for};

/// A station on a card with two clips: `a.wav` is so long, `b.wav` 0.4 s.
pub(crate) fn with_clips(card: &SoundCard, seconds: f64) -> Site {
    let site = Site::on_card(card);
    Signal::stereo(48_000, seconds).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.4).wav(&site.path("audio/b.wav"));
    site
}

/// The same with a programme of both that starts in a second or two.
fn planned(card: &SoundCard, seconds: f64) -> Site {
    let site = with_clips(card, seconds);
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    site
}

/// Kills the station when the card has played so much since its first sound; answers with what was heard until then.
pub(crate) fn kill_after(ms: usize, station: Running, card: &SoundCard) -> Frames {
    let from = card.frames().iter().rposition(|frame| !is_silent(*frame)).map_or(0, |last| last + 1);
    let mut at = from;
    wait_for("the first sound", 30, || {
        let new = card.frames_from(at);
        let found = onset(&new);
        at += found.unwrap_or(new.len());
        found
    });
    wait_for("the moment to kill", 30, || (card.frames_from(at).len() >= ms * 48).then_some(()));
    station.kill();
    card.frames_from(at)
}

/// So much of it aired that it is not repeated.
fn is_enough(row: &Row) -> bool {
    row.aired_ms * 100 >= row.planned_ms.unwrap() * 80
}

/// One life: killed so late in the programme, started again, brought to its end.
fn killed_and_started_again(ms: usize) {
    let card = SoundCard::new();
    let site = planned(&card, 2.5);
    let (a, b) = (site.sound("a.wav"), site.sound("b.wav"));
    let both = [a.clone(), b.clone()].concat();
    let heard = kill_after(ms, site.run(), &card);
    let station = site.run();
    let ended = |row: &Row| row.item.as_deref() == Some("b-1") && (row.outcome == "aired" || is_enough(row));
    let rows = wait_for("the programme's end", 30, || Some(site.rows()).filter(|rows| rows.iter().any(ended)));
    let story = site.story(rows.len());
    assert_eq!(station.terminate().0, Some(0));

    // What was heard before the kill is the programme's beginning and nothing else.
    assert_eq!(alike(&heard, &both, 0.0), heard.len(), "{ms} ms");
    // Of the item that was on the air then, the log claims all but a second, and nothing that was not heard. When the
    // end of an item was not yet known to have been heard, that item is the open one, though the next one sounded.
    let open = rows.iter().find(|row| row.reason.as_deref() == Some("crash"));
    let in_a = open.map_or(heard.len() <= a.len(), |row| row.item.as_deref() == Some("a-0"));
    let held = if in_a { heard.len().min(a.len()) } else { heard.len() - a.len() };
    let (held_ms, claimed) = (held as i64 / 48, open.map_or(0, |row| row.aired_ms));
    println!("killed after {held_ms} ms of its item: {claimed} in the log, {story:?}");
    assert_eq!(open.map(|row| row.outcome.as_str()), open.map(|_| "interrupted"), "{ms} ms: {story:?}");
    assert!(claimed <= held_ms && held_ms - claimed <= 1050, "{ms} ms: {claimed} of {held_ms} ms, {story:?}");

    // What then came out: the open item again from its start, unless enough of it had aired, and what follows it.
    let repeated = !open.is_some_and(is_enough);
    let again = match (in_a, repeated) {
        (true, true) => both,
        (true, false) | (false, true) => b,
        (false, false) => Frames::new(),
    };
    let all = card.frames();
    let rest = &all[onset(&all).unwrap() + heard.len()..];
    let rest = &rest[onset(rest).unwrap_or(rest.len())..];
    assert_eq!(alike(rest, &again, 0.0), again.len(), "{ms} ms: {story:?}");
    assert!(rest[again.len()..].iter().all(|frame| is_silent(*frame)), "{ms} ms: something aired twice, {story:?}");

    // Each item has one final row.
    let mut last = BTreeMap::new();
    for row in &rows {
        assert!(last.insert(&row.airing, row).is_none_or(|before| before.attempt + 1 == row.attempt), "{story:?}");
    }
    assert_eq!(last.len(), 2, "{story:?}");
    for (airing, row) in last {
        assert!(row.outcome == "aired" || is_enough(row), "{ms} ms: {airing} ended as {story:?}");
    }
}

#[test]
fn a_station_that_is_killed_claims_no_more_than_was_heard_and_goes_on_where_it_was() {
    thread::scope(|scope| {
        for ms in [20, 250, 900, 1600, 2440, 2700] {
            scope.spawn(move || killed_and_started_again(ms));
        }
    });
}

#[test]
fn an_item_that_brought_the_station_down_three_times_is_given_up() {
    let card = SoundCard::new();
    let site = planned(&card, 1.5);
    for _ in 0..3 {
        kill_after(350, site.run(), &card);
    }
    let station = site.run();
    let story = site.story(5);
    assert_eq!(
        story,
        [
            "a-0/1 interrupted: crash",
            "a-0/2 interrupted: crash",
            "a-0/3 interrupted: crash",
            "a-0/4 failed: too_many_attempts",
            "b-1/1 aired"
        ]
    );
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn an_emergency_that_a_crash_cut_airs_again() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    site.set("[emergency]\ntone_ms = 200\n");
    Signal::stereo(48_000, 1.5).wav(&site.path("bao.wav"));
    let station = site.run();
    site.done(&["air", "--emergency", "bao.wav", "--by", "Lan", "--why", "bão"]);
    kill_after(600, station, &card);
    let station = site.run();
    assert_eq!(site.story(2), ["bao.wav/1 interrupted: crash", "bao.wav/2 aired"]);
    let rows = site.rows();
    assert_eq!((&rows[0].airing, &rows[0].by, &rows[0].why), (&rows[1].airing, &rows[1].by, &rows[1].why));
    assert_eq!((rows[1].planned_ms, rows[1].aired_ms), (Some(1700), 1700));
    assert_eq!(station.terminate().0, Some(0));
    let station = site.run();
    station.says("sound device open");
    assert_eq!(station.terminate().0, Some(0));
    assert_eq!(site.rows().len(), 2, "it is over");
}

#[test]
fn a_station_that_is_told_to_end_fades_out_and_goes_on_when_it_is_back() {
    let card = SoundCard::new();
    let site = planned(&card, 2.5);
    let station = site.run();
    station.prints("on air  a");
    let (code, took_ms) = station.terminate();
    println!("ended in {took_ms} ms");
    assert_eq!(code, Some(0));
    assert!(took_ms < 2000, "ending took {took_ms} ms");

    let (heard, a) = (card.frames(), site.sound("a.wav"));
    let sound = sounding(&heard);
    let whole = alike(sound, &a, 0.0);
    let fade = sound.len() - whole;
    println!("{whole} frames, then a fade of {fade}");
    assert!((1400..=1440).contains(&fade), "a fade of {fade} frames");
    // The loudest step of the audio itself is 0.08; one that a loudspeaker would make heard as a pop is larger.
    let step = |pair: &[[f32; 2]]| (pair[0][0] - pair[1][0]).abs().max((pair[0][1] - pair[1][1]).abs());
    let steepest = heard[heard.len() - sound.len() / 2..].windows(2).map(step).fold(0.0, f32::max);
    assert!(steepest < 0.09, "a step of {steepest}");
    let end = sound.last().unwrap();
    assert!(end[0].abs() < 0.005 && end[1].abs() < 0.005, "it ends at {end:?}");

    assert_eq!(site.story(1), ["a-0/1 cut: shutdown"]);
    let aired_ms = site.rows()[0].aired_ms;
    let held_ms = sound.len() as i64 / 48;
    println!("{aired_ms} of {held_ms} ms in the log");
    assert!(aired_ms <= held_ms && held_ms - aired_ms <= 50, "{aired_ms} of {held_ms} ms");
    let station = site.run();
    assert_eq!(site.story(3)[1..], ["a-0/2 aired", "b-1/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn every_way_of_ending_a_station_in_order_ends_it_in_two_seconds() {
    let site = Site::new("silent");
    for signal in [End::TERM, End::INT, End::HUP] {
        let (code, took_ms) = site.run().end(signal);
        assert_eq!(code, Some(0), "{signal:?}");
        assert!(took_ms < 2000, "{signal:?} took {took_ms} ms");
    }
    // Also when the card has stopped without a word and nothing can fade out any more.
    let card = SoundCard::new();
    let site = planned(&card, 2.5);
    let station = site.run();
    station.prints("on air  a");
    card.fault(Fault::Stall);
    let (code, took_ms) = station.terminate();
    println!("ended in {took_ms} ms on a stalled card: {:?}", site.story(1));
    assert_eq!(code, Some(0));
    assert!(took_ms < 2000, "it took {took_ms} ms");
    let heard_ms = sounding(&card.frames()).len() as i64 / 48;
    let aired_ms = site.rows()[0].aired_ms;
    assert!(aired_ms <= heard_ms && heard_ms - aired_ms <= 150, "{aired_ms} of {heard_ms} ms");
}

#[test]
fn a_device_that_comes_late_finds_its_programme_waiting() {
    let card = SoundCard::new();
    card.fault(Fault::Gone);
    let site = with_clips(&card, 0.5);
    Signal::mono(48_000, 0.3).wav(&site.path("c.wav"));
    let starts = in_seconds(1);
    site.plan("sang", starts, "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    station.says("no sound device, trying again: ");
    let ran = site.loa(&["air", "c.wav"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.starts_with("loa: no sound device (") && ran.stderr.ends_with("; nothing airs\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(site.done(&["air", "--emergency", "c.wav"]), "`c.wav` airs as soon as the sound device is back\n");
    wait_until(starts + chrono::TimeDelta::milliseconds(700));
    assert_eq!(site.rows().len(), 0);
    card.heal();
    assert_eq!(site.story(3), ["c.wav/1 aired", "a-0/1 aired", "b-1/1 aired"]);
    let rows = site.rows();
    assert!(rows[1].started_at > Some(rows[1].scheduled_at.clone()) && rows[1].start_error_us.is_none());
    assert_eq!(station.terminate().0, Some(0));
}

pub(crate) fn wait_until(instant: DateTime<Utc>) {
    wait_for("an instant", 30, || (Clock::system().now().wall >= instant).then_some(()));
}

#[test]
fn a_device_that_goes_away_in_mid_item_airs_it_again_when_it_is_back() {
    let card = SoundCard::new();
    let site = planned(&card, 2.0);
    let station = site.run();
    station.prints("on air  a");
    card.fault(Fault::Gone);
    station.says("no sound device, trying again: ");
    let heard_ms = sounding(&card.frames()).len() as i64 / 48;
    assert!(site.status()["device_lost"].is_string());
    card.heal();
    assert_eq!(site.story(3), ["a-0/1 interrupted: device_lost", "a-0/2 aired", "b-1/1 aired"]);
    let aired_ms = site.rows()[0].aired_ms;
    println!("{aired_ms} of {heard_ms} ms in the log");
    assert!(aired_ms <= heard_ms && heard_ms - aired_ms <= 150, "{aired_ms} of {heard_ms} ms");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn without_a_device_until_the_window_closes_each_item_has_its_row() {
    let card = SoundCard::new();
    card.fault(Fault::Gone);
    let site = with_clips(&card, 0.5);
    site.plan("sang", in_seconds(1), "2s", &["a.wav", "b.wav"]);
    let station = site.run();
    assert_eq!(site.story(2), ["a-0/1 failed: no_device", "b-1/1 failed: no_device"]);
    assert_eq!(station.terminate().0, Some(0));
}

/// A programme every two seconds, for a while, with a time off in the middle; the rows by slot.
fn off_time(end: fn(Running)) {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.2).wav(&site.path("audio/a.wav"));
    site.write("schedules/sang.toml", programme("sang", "*/2 * * * * *", "1s", &["a.wav", "a.wav"]));
    let station = site.run();
    site.wait_rows(2);
    end(station);
    wait_until(in_seconds(3));
    let station = site.run();
    wait_for("two airings after the time off", 30, || {
        let rows = site.rows();
        let off = rows.iter().rposition(|row| row.reason.as_deref() == Some("station_off"))?;
        (rows[off..].iter().filter(|row| row.outcome == "aired").count() >= 3).then_some(())
    });
    assert_eq!(station.terminate().0, Some(0));
    site.story(1);
    let mut slots: BTreeMap<(DateTime<Utc>, String), Vec<Row>> = BTreeMap::new();
    for row in site.rows() {
        let at = DateTime::parse_from_rfc3339(&row.scheduled_at).unwrap().to_utc();
        slots.entry((at, row.item.clone().unwrap())).or_default().push(row);
    }
    let story: Vec<_> = slots
        .iter()
        .map(|((at, _), rows)| {
            format!("{} {}", at.format("%M:%S"), rows.iter().map(short).collect::<Vec<_>>().join(", "))
        })
        .collect();
    let instants: Vec<_> = slots.keys().map(|(at, _)| *at).collect();
    for pair in instants.chunks(2).collect::<Vec<_>>().windows(2) {
        assert_eq!((pair[1][0] - pair[0][0]).num_seconds(), 2, "a slot has no row: {story:#?}");
    }
    let mut missed = 0;
    for rows in slots.values() {
        let last = rows.last().unwrap();
        assert!(rows[..rows.len() - 1].iter().all(|row| row.outcome != "aired"), "aired twice: {story:#?}");
        missed += usize::from(last.outcome == "missed" && last.reason.as_deref() == Some("station_off"));
    }
    println!("{missed} items missed: {story:#?}");
    assert!(missed >= 2, "{story:#?}");
}

#[test]
fn time_off_is_filled_item_by_item_after_an_orderly_end_and_after_a_crash() {
    thread::scope(|scope| {
        scope.spawn(|| off_time(|station| assert_eq!(station.terminate().0, Some(0))));
        scope.spawn(|| off_time(Running::kill));
    });
}
