//! The real program makes its nightly copy: at its hour, not while something airs, kept in turn, and in a second folder.
//!
//! In: stations whose hour of the copy is a few seconds away. Out: copies that restore a station with the audio beside them,
//! no more than are to be kept, and alarms in `status`. Next: `backup`.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, TimeDelta};
use chrono_tz::Asia::Ho_Chi_Minh;
use loa::backup::{self, rotation};
use loa::clock::Clock;
use tempfile::TempDir;

use crate::clips::Signal;
use crate::running::{Site, in_seconds};
use crate::soundcard::wait_for;

/// The lines of settings for a copy in two seconds.
fn in_two_seconds(more: &str) -> String {
    let at = Clock::system().now().wall.with_timezone(&Ho_Chi_Minh) + TimeDelta::milliseconds(2500);
    format!("[backup]\nat = \"{}\"\n{more}", at.format("%H:%M:%S"))
}

/// The copies in a folder, oldest first.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let mut copies: Vec<_> = backup::names(folder).into_iter().filter(|name| rotation::is_a_copy(name)).collect();
    copies.sort();
    copies.iter().map(|name| folder.join(name)).collect()
}

/// Waits until a copy is there that was not.
fn wait_copy(folder: &Path, known: &[PathBuf]) -> PathBuf {
    wait_for("a copy", 30, || copies(folder).into_iter().find(|path| !known.contains(path)))
}

/// A folder on another disk than that of the stations: memory.
fn stick() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn faults(site: &Site) -> Vec<String> {
    let status = site.status();
    let alarms = status["alarms"].as_array().unwrap();
    alarms.iter().filter_map(|alarm| alarm["fault"].as_str()).map(str::to_owned).collect()
}

#[test]
fn a_copy_is_made_every_night_kept_in_turn_and_carried_to_a_stick() {
    let site = Site::new("silent");
    let clip = Signal::stereo(48_000, 0.5).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(3600), "5m", &["a.wav"]);
    let stick = stick();
    fs::write(stick.path().join("loa-anh.tar"), "a picture").unwrap();
    let settings = format!("keep = 2\nalso_to = \"{}\"\n", stick.path().display());
    let folder = site.path("data/backups");
    let mut all = Vec::new();
    for night in 0..3 {
        site.set(&in_two_seconds(&settings));
        // Other audio every night, so that what is shared has its time too.
        Signal::stereo(48_000, 0.3 + 0.1 * f64::from(night)).wav(&clip);
        let station = site.run();
        all.push(wait_copy(&folder, &all));
        let name = all.last().unwrap().file_name().unwrap().to_owned();
        wait_for("the copy on the stick", 30, || stick.path().join(&name).exists().then_some(()));
        let status = wait_for("the status", 30, || {
            Some(site.status()).filter(|status| {
                status["backup"]["second"].as_str().is_some_and(|at| at.ends_with(name.to_str().unwrap()))
            })
        });
        assert_eq!(status["backup"]["is_on"], true);
        assert!(DateTime::<FixedOffset>::parse_from_rfc3339(status["backup"]["made_at"].as_str().unwrap()).is_ok());
        assert_eq!(faults(&site), Vec::<String>::new());
        assert_eq!(station.terminate().0, Some(0));
    }
    for place in [folder.as_path(), stick.path()] {
        assert_eq!(
            copies(place),
            all[1..].iter().map(|path| place.join(path.file_name().unwrap())).collect::<Vec<_>>()
        );
        let shared = backup::names(&place.join("audio"));
        assert!(shared.contains(&site.sha256("a.wav")), "{shared:?}");
        // What the log or the content store still has is named by every copy; nothing that is half there stays.
        assert!(shared.iter().all(|name| name.len() == 64), "{shared:?}");
    }
    assert_eq!(fs::read_to_string(stick.path().join("loa-anh.tar")).unwrap(), "a picture");
    // From the stick alone a station comes back, its audio with it.
    let from = stick.path().join(all[2].file_name().unwrap());
    let restored = site.done(&["restore", from.to_str().unwrap(), "new"]);
    assert!(restored.contains("put back"), "{restored}");
    assert_eq!(fs::read(site.path("new/audio/a.wav")).unwrap(), fs::read(&clip).unwrap());
    // A content that was damaged on the stick is named and not restored.
    fs::write(stick.path().join("audio").join(site.sha256("a.wav")), "x").unwrap();
    let ran = site.loa(&["restore", from.to_str().unwrap(), "newer"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("`audio/a.wav` is neither in the backup nor, whole,"), "{}", ran.stderr);
    site.done(&["--config", "newer/loa.toml", "log", "verify"]);
}

#[test]
fn a_stick_that_is_not_there_is_an_alarm_and_the_first_copy_is_made() {
    let site = Site::new("silent");
    let gone = stick().path().join("loa");
    site.set(&in_two_seconds(&format!("also_to = \"{}\"\n", gone.display())));
    let station = site.run();
    wait_copy(&site.path("data/backups"), &[]);
    wait_for("the alarm", 30, || (faults(&site) == ["folder_missing"]).then_some(()));
    station.says("the folder for backups");
    assert!(!gone.exists(), "a missing folder is not made");
    assert_eq!(station.terminate().0, Some(0));

    // A folder that is there, but on the station's own disk, is what a stick leaves behind that was pulled out.
    fs::create_dir(site.path("usb")).unwrap();
    site.set(&in_two_seconds("also_to = \"usb\"\n"));
    let station = site.run();
    wait_for("the alarm", 30, || (faults(&site) == ["same_disk"]).then_some(()));
    assert_eq!(fs::read_dir(site.path("usb")).unwrap().count(), 0);
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_copy_waits_while_something_airs() {
    let site = Site::new("silent");
    Signal::stereo(48_000, 6.0).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav"]);
    site.set(&in_two_seconds(""));
    let station = site.run();
    let row = site.wait_rows(1).remove(0);
    let copy = wait_copy(&site.path("data/backups"), &[]);
    assert_eq!(station.terminate().0, Some(0));
    let ended = DateTime::parse_from_rfc3339(row.ended_at.as_deref().unwrap()).unwrap();
    let description = backup::check(&copy).unwrap();
    assert!(description.made_at >= ended, "{} before {ended}", description.made_at);
    assert_eq!(description.head, format!("1:{}", row.hash));
}

#[test]
fn no_copy_is_made_where_there_is_no_room_and_the_station_goes_on() {
    let Some(disk) = crate::backup::Tmpfs::new(30_000) else { return };
    let site = Site::new("silent");
    Signal::stereo(48_000, 0.5).wav(&site.path("audio/a.wav"));
    // The spill file of the first start needs room too.
    let data = format!("[disk]\nwarn_free_mb = 100\n{}", in_two_seconds(""));
    site.set(&data);
    let text = fs::read_to_string(site.path("loa.toml")).unwrap();
    fs::write(site.path("loa.toml"), format!("data_dir = \"{}\"\n{text}", disk.path().display())).unwrap();
    let station = site.run();
    wait_for("the alarm", 30, || faults(&site).contains(&"no_room".to_owned()).then_some(()));
    assert_eq!(backup::names(&disk.path().join("backups")), Vec::<String>::new());
    site.done(&["air", "audio/a.wav"]);
    station.prints("aired");
    assert_eq!(station.terminate().0, Some(0));
}
