//! The real program on a sound server that is killed, frozen or late, and the real program itself frozen.
//!
//! In: a private PulseAudio server with a captured sink, or the tests' own card as strict as a real one. Out: what came out
//! before and after, what the rows claim of it, and that the station comes back by itself, saying each thing once. How long
//! that takes is printed, never asserted; `scripts/soak` has the long outages. Next: `lockout`.

use chrono::{DateTime, TimeDelta, Utc};
use loa::clock::Clock;
use loa::store::Row;
use rustix::process::Signal as Process;

use crate::clips::Signal;
use crate::faults::wait_until;
use crate::running::{Frames, Running, Site, alike, in_seconds, is_silent, onset, short, sounding};
use crate::soundcard::{SoundCard, SoundServer, wait_for};

/// One step of the 16 bits that the server works with.
const STEP: f32 = 1.01 / 32_768.0;

/// What the server took in and its capture had not yet written when it was killed, in milliseconds.
const IN_FLIGHT_MS: i64 = 100;

/// A station on this server with a programme of `a.wav` (2.5 s) and `b.wav` (0.4 s) that starts in a second or two.
fn planned(server: &SoundServer) -> Site {
    let site = Site::on(server.alsa_conf());
    Signal::stereo(48_000, 2.5).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.4).wav(&site.path("audio/b.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    site
}

/// Waits until the server has played so much of the item that is on the air.
fn heard(server: &SoundServer, ms: usize) {
    wait_for("the sound", 30, || (sounding(&server.frames()).len() >= ms * 48).then_some(()));
}

fn now() -> DateTime<Utc> {
    Clock::system().now().wall
}

fn started(row: &Row) -> DateTime<Utc> {
    row.started_at.as_ref().expect("it started").parse().unwrap()
}

/// How long after `back` the row's attempt started, in milliseconds.
fn recovery_ms(row: &Row, back: DateTime<Utc>) -> i64 {
    let took_ms = (started(row) - back).num_milliseconds();
    println!("on the air {took_ms} ms after the server was back: {}", short(row));
    assert!((-500..10_000).contains(&took_ms), "it took {took_ms} ms");
    took_ms
}

/// Each loss and each return is said once, however long it lasts.
fn assert_quiet(station: &Running, losses: usize) {
    let said = station.stderr();
    assert_eq!(said.matches("no sound device, trying again: ").count(), losses, "{said}");
    assert!(said.lines().count() < 20, "{said}");
}

/// Whether the first sound in these frames is this one, whole.
fn came_out(frames: &[[f32; 2]], wanted: &Frames) -> bool {
    let Some(first) = onset(frames) else { return false };
    let same = alike(&frames[first..], wanted, STEP);
    println!("{same} of {} frames came out in a row", wanted.len());
    same == wanted.len()
}

#[test]
fn a_sound_server_that_is_killed_in_mid_item_and_comes_back_gets_the_item_again() {
    let mut server = SoundServer::new();
    let site = planned(&server);
    let station = site.run();
    heard(&server, 1000);
    server.kill();
    let before = server.frames();
    let held_ms = sounding(&before).len() as i64 / 48;
    station.says("no sound device, trying again: ");
    wait_until(now() + TimeDelta::seconds(3));
    assert!(site.status()["device_lost"].is_string());
    let back = now();
    server.start();
    assert_eq!(site.story(3), ["a-0/1 interrupted: device_lost", "a-0/2 aired", "b-1/1 aired"]);
    let rows = site.rows();
    println!("{} of {held_ms} ms in the log", rows[0].aired_ms);
    assert!(rows[0].aired_ms <= held_ms + IN_FLIGHT_MS && held_ms - rows[0].aired_ms <= 1000);
    recovery_ms(&rows[1], back);
    assert_quiet(&station, 1);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_sound_server_that_freezes_for_five_seconds_gets_the_item_again() {
    let server = SoundServer::new();
    let site = planned(&server);
    let station = site.run();
    heard(&server, 700);
    server.freeze();
    let frozen = now();
    station.says("no sound device, trying again: ");
    println!("lost {} ms after the freeze", (now() - frozen).num_milliseconds());
    let held_ms = sounding(&server.frames()).len() as i64 / 48;
    // The station obeys while everything that touches the server hangs.
    assert_eq!(site.status()["on_air"], serde_json::Value::Null);
    wait_until(frozen + TimeDelta::seconds(5));
    let back = now();
    server.thaw();
    assert_eq!(site.story(3), ["a-0/1 interrupted: device_lost", "a-0/2 aired", "b-1/1 aired"]);
    let rows = site.rows();
    println!("{} of {held_ms} ms in the log", rows[0].aired_ms);
    assert!(rows[0].aired_ms <= held_ms + IN_FLIGHT_MS && held_ms - rows[0].aired_ms <= 1000);
    recovery_ms(&rows[1], back);
    assert_quiet(&station, 1);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_sound_server_that_comes_late_finds_its_programme_waiting() {
    // An underrun is no bug of ours on a busy machine, whether the station sees it or only the server or its capture.
    assert!((0..4).any(|_| comes_late()), "it came out whole");
}

/// Whether all that waited came out whole.
fn comes_late() -> bool {
    let mut server = SoundServer::absent();
    let site = planned(&server);
    let station = site.run();
    station.says("no sound device, trying again: ");
    wait_until(in_seconds(2));
    assert_eq!(site.rows().len(), 0, "the programme waits");
    let back = now();
    server.start();
    assert_eq!(site.story(2), ["a-0/1 aired", "b-1/1 aired"]);
    let rows = site.rows();
    recovery_ms(&rows[0], back);
    assert_eq!(rows[0].start_error_us, None, "what waited did not start hard");
    assert_quiet(&station, 1);
    assert_eq!(station.terminate().0, Some(0));
    came_out(&server.frames(), &[site.sound("a.wav"), site.sound("b.wav")].concat())
}

/// On a card that underruns as a real one does: what the program does not deliver in time is silence.
#[test]
fn a_station_that_is_stopped_for_five_seconds_goes_on_and_claims_only_what_sounded() {
    let card = SoundCard::with("patient 0");
    let site = Site::on_card(&card);
    Signal::stereo(48_000, 3.0).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.4).wav(&site.path("audio/b.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    wait_for("the sound", 30, || (sounding(&card.frames()).len() >= 48_000).then_some(()));
    station.signal(Process::STOP);
    wait_until(now() + TimeDelta::seconds(5));
    station.signal(Process::CONT);
    assert_eq!(site.story(2), ["a-0/1 aired", "b-1/1 aired"], "the device was never away");
    let rows = site.rows();
    let (heard, a) = (card.frames(), &rows[0]);
    let held_ms = heard.iter().filter(|frame| !is_silent(**frame)).count() as i64 / 48 - rows[1].aired_ms;
    println!("{} of {held_ms} ms in the log, {} underruns, {} ms starved", a.aired_ms, a.xruns, a.starved_ms);
    assert!(a.aired_ms <= held_ms && held_ms - a.aired_ms <= 1000, "{} of {held_ms} ms", a.aired_ms);
    assert!(a.xruns >= 1 && a.starved_ms == 0, "the row tells of the underrun, and of nothing that was not");
    let lasted = a.ended_at.as_ref().unwrap().parse::<DateTime<Utc>>().unwrap() - started(a);
    assert!(lasted.num_milliseconds() > 7500, "the silence in the middle shows: it lasted {lasted}");
    assert_quiet(&station, 0);
    assert_eq!(station.terminate().0, Some(0));
}
