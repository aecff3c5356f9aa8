//! `loa devices --calibrate` of the real program: a delay that is known, one behind a sound server, and none that can be had.
//!
//! In: a card whose input hears its own output so much later, a server with a monitor, a card without an input. Out: the
//! figure with its sign, or the explanation of the setting. How exact it is, is printed, not asserted. Next: `soundcard`.

use std::path::Path;

use crate::running::Site;
use crate::soundcard::{SoundCard, SoundServer};

/// What was found: microseconds, and how many chirps were heard.
fn found(stdout: &str) -> (i64, i64) {
    let found: serde_json::Value = serde_json::from_str(stdout).unwrap();
    println!("{found}");
    (found["offset_us"].as_i64().unwrap(), found["heard"].as_i64().unwrap())
}

#[test]
fn a_cable_of_known_delay_is_measured_with_its_sign() {
    let card = SoundCard::with("loop_ms 80");
    let ran = Site::on_card(&card).loa(&["devices", "--calibrate", "--format", "json"]);
    let (offset_us, heard) = found(&ran.stdout);
    assert!((75_000..85_000).contains(&offset_us), "80 ms, found {offset_us} us");
    assert!(heard >= 5, "{}", ran.stderr);
}

#[test]
fn behind_a_sound_server_its_monitor_gives_a_figure() {
    let server = SoundServer::new();
    let site = Site::on(server.alsa_conf());
    let ran = site.loa(&["devices", "--calibrate", "--capture", "alsa:monitor", "--format", "json"]);
    let (offset_us, heard) = found(&ran.stdout);
    assert!((-150_000..150_000).contains(&offset_us), "found {offset_us} us");
    assert!(heard >= 5, "{}", ran.stderr);
}

#[test]
fn where_nothing_can_be_heard_or_must_not_be_played_it_says_why() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    let deaf = site.loa(&["devices", "--calibrate"]);
    assert_eq!((deaf.code, deaf.stdout.as_str()), (Some(1), ""));
    assert!(deaf.stderr.contains("nothing was measured: the capture device does not open: "), "{}", deaf.stderr);
    assert!(deaf.stderr.contains("`[output] offset_us` is the constant"), "{}", deaf.stderr);
    assert_eq!(card.frames().len(), 0, "nothing was played in vain");

    let station = site.run();
    let refused = site.loa(&["devices", "--calibrate"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.starts_with("loa: the station is running; stop it"), "{}", refused.stderr);
    assert_eq!(station.terminate().0, Some(0));

    let silent = Site::new("silent").loa(&["devices", "--calibrate"]);
    assert_eq!(silent.code, Some(2), "{}", silent.stderr);
    assert!(!Path::new(&site.path("data/default-card")).exists(), "no card that the kernel knows was opened");
}
