//! The real program told to end, without a device, off for a while: what it says of it afterwards is never more than was
//! heard.
//!
//! In: stations on cards that keep what they played, and what goes wrong with machines. Out: rows, one final one for each
//! planned item, in a chain that is whole; frames that were heard once. Next: `kills`.

use std::collections::BTreeMap;
use std::thread;

use chrono::{DateTime, Utc};
use loa::clock::Clock;
use loa::store::Row;
use rustix::process::Signal as End;

use crate::clips::Signal;
use crate::running::{Running, Site, alike, in_seconds, outcome, programme, short, sounding};
use crate::soundcard::{Fault, SoundCard, wait_for};

/// A station on a card with two clips: `a.wav` is so long, `b.wav` 0.4 s.
pub(crate) fn with_clips(card: &SoundCard, seconds: f64) -> Site {
    let site = Site::on_card(card);
    Signal::stereo(48_000, seconds).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.4).wav(&site.path("audio/b.wav"));
    site
}

/// The same with a programme of both that starts in a second or two.
pub(crate) fn planned(card: &SoundCard, seconds: f64) -> Site {
    let site = with_clips(card, seconds);
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    site
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
        (rows[off..].iter().filter(|row| outcome(row) == "aired").count() >= 3).then_some(())
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
        assert!(rows[..rows.len() - 1].iter().all(|row| outcome(row) != "aired"), "aired twice: {story:#?}");
        missed += usize::from(outcome(last) == "missed" && last.reason.as_deref() == Some("station_off"));
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
