//! The real program on a disk that fills: it warns before, airs on the full one, and has every row once there is room.
//!
//! In: stations whose data folder is a small disk of its own. Out: what aired, what `status` said, the rows afterwards.
//! Next: `backup`.

use std::fs;

use crate::backup::Tmpfs;
use crate::clips::Signal;
use crate::running::{Site, in_seconds, short};
use crate::soundcard::wait_for;

/// A station with its data on that disk, and an alarm below so many megabytes.
fn on(disk: &Tmpfs, warn_free_mb: u32) -> Site {
    let site = Site::new("silent");
    site.set(&format!("[disk]\nwarn_free_mb = {warn_free_mb}\n[backup]\nat = \"off\"\n"));
    let text = fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", format!("data_dir = \"{}\"\n{text}", disk.path().display()));
    std::os::unix::fs::symlink(disk.path(), site.path("data")).unwrap();
    for (name, seconds) in [("a.wav", 0.4), ("b.wav", 0.3), ("c.wav", 2.0)] {
        Signal::stereo(48_000, seconds).wav(&site.path("audio").join(name));
    }
    site
}

fn alarms(site: &Site) -> Vec<String> {
    let status = site.status();
    status["alarms"].as_array().unwrap().iter().map(|alarm| alarm["alarm"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_disk_that_fills_is_an_alarm_first_and_costs_no_row_later() {
    let Some(disk) = Tmpfs::new(60_000) else { return };
    let site = on(&disk, 30);
    site.plan("som", in_seconds(1), "5m", &["a.wav"]);
    let station = site.run();
    site.wait_rows(1);
    assert_eq!(alarms(&site), Vec::<String>::new());
    fs::write(disk.path().join("film"), vec![1; 20_000_000]).unwrap();
    station.says("alarm: the disk of the data folder has only ");
    assert_eq!(alarms(&site), ["disk_low"]);

    let ballast = disk.fill();
    site.plan("sang", in_seconds(2), "5m", &["a.wav", "b.wav", "c.wav"]);
    station.prints("on air  c");
    let status = site.status();
    assert_eq!(status["on_air"]["title"], "c", "{status:#}");
    // It dies on the full disk, and airs what is left when it is started there.
    station.kill();
    let station = site.run();
    station.prints("aired");
    let waits = wait_for("the records to wait", 30, || {
        Some(site.status()).filter(|status| status["log_waiting"].as_u64() > Some(0) && status["on_air"].is_null())
    });
    assert!(waits["log_error"].as_str().unwrap().contains("full"), "{waits:#}");
    assert_eq!((&waits["spill_error"], &waits["log_lost"]), (&serde_json::Value::Null, &0.into()));

    fs::remove_file(ballast).unwrap();
    fs::remove_file(disk.path().join("film")).unwrap();
    let story = site.story(5);
    assert_eq!(story, ["a-0/1 aired", "a-0/1 aired", "b-1/1 aired", "c-2/1 interrupted: crash", "c-2/2 aired"]);
    station.says("alarm over: ");
    assert_eq!(alarms(&site), Vec::<String>::new());
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_file_that_no_disk_takes_airs_from_memory() {
    let Some(disk) = Tmpfs::new(30_000) else { return };
    let site = on(&disk, 0);
    let station = site.run();
    station.says("sound device open");
    let ballast = disk.fill();
    let new = Signal::stereo(48_000, 0.7).wav(&site.path("khan.wav"));
    let new = new.to_str().unwrap();
    assert_eq!(site.done(&["air", new, "--emergency"]), "`khan.wav` starts now\n");
    station.prints("aired");
    station.says("audio is held in memory until the program ends: ");
    // More than memory should hold is refused, and says why.
    let huge = site.path("huge.wav");
    fs::File::create(&huge).unwrap().set_len(70 << 20).unwrap();
    let ran = site.loa(&["air", huge.to_str().unwrap()]);
    assert!(
        ran.stderr.contains("the content store does not take it: no space left on device; nothing airs"),
        "{}",
        ran.stderr
    );
    fs::remove_file(ballast).unwrap();
    let rows = site.wait_rows(1);
    assert_eq!(rows.iter().map(short).collect::<Vec<_>>(), ["khan.wav/1 aired"]);
    assert_eq!(rows[0].sha256.as_deref(), Some(site.sha256("../khan.wav").as_str()));
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_disk_that_is_full_at_the_first_start_does_not_keep_the_station_from_the_air() {
    let Some(disk) = Tmpfs::new(3_000) else { return };
    let ballast = disk.fill();
    let site = on(&disk, 1);
    site.plan("sang", in_seconds(2), "5m", &["a.wav"]);
    let station = site.run();
    station.prints("aired");
    let status = site.status();
    assert!(status["spill_error"].is_string() && status["log_error"].is_string(), "{status:#}");
    assert_eq!(alarms(&site), ["disk_low"]);
    fs::remove_file(ballast).unwrap();
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
}
