//! What the real program says of the mixer behind its output, of a sound server that raves or hangs, and how soon it is
//! back on the air.
//!
//! In: a station on a private sound server whose sink is muted, turned down, frozen, killed; a card that is unplugged. Out:
//! alarms that stand as long as their cause, a station that goes on, and a stderr that a person can read. Next: `soundcard`.

use loa::clock::Clock;

use crate::clips::Signal;
use crate::running::{Running, Site, in_seconds, onset};
use crate::soundcard::{Fault, SoundCard, SoundServer, wait_for};

/// A station that is open on a server.
fn open(server: &SoundServer) -> (Site, Running) {
    let site = Site::on(server.alsa_conf());
    let station = site.run();
    station.says("sound device open");
    (site, station)
}

/// The kinds of the alarms that stand.
fn alarms(site: &Site) -> Vec<String> {
    let status = site.status();
    let all = status["alarms"].as_array().unwrap();
    all.iter().map(|alarm| alarm["alarm"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sink_that_is_muted_or_at_zero_is_an_alarm_until_it_is_loud_again() {
    let server = SoundServer::new();
    server.pactl(&["set-sink-mute", "station", "1"]);
    let (site, station) = open(&server);
    station.says("alarm: the sound card is muted (`Master`)");
    assert_eq!(alarms(&site), ["output_muted"]);
    let devices: serde_json::Value = serde_json::from_str(&site.done(&["devices", "--format", "json"])).unwrap();
    let used = devices.as_array().unwrap().iter().find(|device| device["configured"] == true).unwrap();
    assert_eq!((&used["silenced"], &used["controls"][0]["muted"]), (&true.into(), &true.into()), "{used}");

    server.pactl(&["set-sink-volume", "station", "0%"]);
    server.pactl(&["set-sink-mute", "station", "0"]);
    station.says("alarm: the volume of the sound card is at zero (`Master`)");
    station.says("alarm over: the sound card is muted");
    assert_eq!(alarms(&site), ["output_volume_zero"]);
    assert_eq!(site.status()["alarms"][0]["mixer"], "default");
    server.pactl(&["set-sink-volume", "station", "1%"]);
    station.says("alarm over: the volume of the sound card is at zero");
    assert_eq!(alarms(&site), Vec::<String>::new());
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn looking_at_the_volume_of_a_frozen_server_holds_up_nothing() {
    let server = SoundServer::new();
    server.pactl(&["set-sink-mute", "station", "1"]);
    let (site, station) = open(&server);
    station.says("alarm: the sound card is muted");
    server.freeze();
    station.says("no sound device, trying again: it takes no more frames");
    let waits = station.waits_of("watch-output");
    wait_for("a look at the frozen server", 30, || (station.waits_of("watch-output") > waits).then_some(()));
    assert!(alarms(&site).contains(&"output_muted".to_owned()), "what cannot be seen is not over");
    server.thaw();
    let opened = || station.stderr().matches("sound device open").count();
    wait_for("the device to be back", 30, || (opened() == 2).then_some(()));
    server.pactl(&["set-sink-mute", "station", "0"]);
    station.says("alarm over: the sound card is muted");
    server.freeze();
    let (code, took_ms) = station.terminate();
    server.thaw();
    assert!(code == Some(0) && took_ms < 3000, "exit {code:?} after {took_ms} ms");
}

#[test]
fn a_server_that_dies_is_told_in_one_line_however_often_its_driver_complains() {
    let mut server = SoundServer::new();
    let (site, station) = open(&server);
    server.kill();
    station.says("no sound device, trying again: it takes no more frames");
    let errors = site.status()["device_errors"].as_u64().unwrap();
    println!("{errors} errors of the driver");
    assert!(errors > 1, "the driver complains again and again");
    server.start();
    let opened = || station.stderr().matches("sound device open").count();
    wait_for("the device to be back", 30, || (opened() == 2).then_some(()));
    let stderr = station.stderr();
    let said: Vec<_> = stderr.lines().skip_while(|line| *line != "ready").collect();
    assert!(said.len() <= 8, "ready, open, lost, open, on a busy machine once more: {said:?}");
    assert!(said.iter().any(|line| line.contains(" of them, beginning with: ")), "{said:?}");
    assert_eq!(station.terminate().0, Some(0));
}

fn now_us() -> f64 {
    Clock::system().now().wall.timestamp_micros() as f64
}

#[test]
fn a_card_that_returns_is_on_the_air_again() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    Signal::stereo(48_000, 60.0).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav"]);
    let station = site.run();
    for round in 1..=2 {
        let from = card.frames().len();
        let first = wait_for("sound", 30, || onset(&card.frames_from(from))) + from;
        // Long enough to count as an attempt; there are three.
        wait_for("a second of it", 30, || (card.frames().len() > first + 48_000).then_some(()));
        card.fault(Fault::Gone);
        wait_for("the loss", 30, || (station.stderr().matches("no sound device").count() == round).then_some(()));
        let (before, returned_us) = (card.frames().len(), now_us());
        card.heal();
        let first = wait_for("sound again", 30, || onset(&card.frames_from(before))) + before;
        let open_us = card.play_time_us(before).expect("it plays");
        let sounds_us = card.play_time_us(first).expect("it plays");
        let after = |us: f64| (us - returned_us) / 1000.0;
        println!(
            "first sample {:.0} ms after the card's return, the programme {:.0} ms",
            after(open_us),
            after(sounds_us)
        );
    }
    assert_eq!(site.story(2)[..2], ["a-0/1 interrupted: device_lost", "a-0/2 interrupted: device_lost"]);
}
