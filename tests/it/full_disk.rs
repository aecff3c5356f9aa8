//! The real program on a data folder whose file system is full for a while.
//!
//! In: a small file system in memory that only the station and this test see, in a namespace of mounts that goes with its
//! keeper. Out: what was heard while nothing could be written, how acts were answered, and afterwards every row in the chain.
//! Next: `corruption`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use loa::clock::Clock;

use crate::clips::Signal;
use crate::running::{DIES_WITH_US, Running, Site, alike, decoded, in_seconds, onset, sounding};
use crate::soundcard::{SoundCard, wait_for};

/// Room for the database, the spill file and the content store, and little more.
const DISK_MIB: u32 = 12;

/// A small file system at `data`, alone in a namespace of mounts. Everything goes when the process that keeps it is killed.
struct SmallDisk {
    keeper: Child,
}

impl SmallDisk {
    /// Mounts one at the site's data folder and has the site's programs see it; `None` where the kernel refuses mounts.
    fn under(site: &mut Site) -> Option<Self> {
        let data = site.path("data");
        fs::create_dir(&data).unwrap();
        let script = format!(
            "mount -t tmpfs -o size={DISK_MIB}m tmpfs '{}' && echo mounted && exec sleep infinity",
            data.display()
        );
        let keeper = |flags: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(flags).args(DIES_WITH_US).args(["sh", "-c", &script]);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("util-linux is installed")
        };
        // Without root's rights, in a namespace of users of its own.
        for (flags, enter) in [
            (&["--mount"][..], &["--mount"][..]),
            (&["--user", "--map-root-user", "--mount"], &["--user", "--preserve-credentials", "--mount"]),
        ] {
            let mut disk = Self { keeper: keeper(flags) };
            let mut said = String::new();
            BufReader::new(disk.keeper.stdout.take().unwrap()).read_line(&mut said).unwrap();
            if said == "mounted\n" {
                let id = disk.keeper.id().to_string();
                let words = [&["nsenter", "--target", &id][..], enter, &["--", "env", "-C"]].concat();
                site.through =
                    words.into_iter().map(str::to_owned).chain([site.folder().display().to_string()]).collect();
                site.seen_as = PathBuf::from(format!("/proc/{id}/root{}", site.folder().display()));
                return Some(disk);
            }
        }
        println!("NOT TESTED: the kernel lets this user mount nothing, not even in a namespace of its own");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// Writes until nothing more fits.
fn fill(site: &Site) -> PathBuf {
    let path = site.path("data/filling");
    let mut file = File::create(&path).unwrap();
    for portion in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![1; portion]).is_ok() {}
    }
    assert!(fs::write(site.path("data/more"), "x").is_err(), "it is full");
    let _ = fs::remove_file(site.path("data/more"));
    path
}

/// A station on a small disk with a programme of `a`, `b` and a long `c`, which are in the content store when `full` is
/// called; nothing more fits then.
fn on_full_disk(card: &SoundCard, full: impl FnOnce(&Site, Running, PathBuf)) {
    let mut site = Site::on_card(card);
    let Some(_disk) = SmallDisk::under(&mut site) else { return };
    site.set("[emergency]\ntone_ms = 0\n");
    Signal::stereo(48_000, 0.6).wav(&site.path("audio/a.wav"));
    Signal::stereo(44_100, 0.8).wav(&site.path("audio/b.wav"));
    Signal::stereo(48_000, 12.0).wav(&site.path("audio/c.wav"));
    site.plan("sang", in_seconds(3), "5m", &["a.wav", "b.wav", "c.wav"]);
    let station = site.run();
    let is_taken_in = |name: &OsStr| name.len() == 64;
    wait_for("the spill file and the audio", 30, || {
        let entries = fs::read_dir(site.path("data/audio")).ok()?.flatten();
        let taken_in = entries.filter(|entry| is_taken_in(&entry.file_name())).count();
        let spill = fs::metadata(site.path("data/spill.bin")).map_or(0, |facts| facts.len());
        (spill >= 4 << 20 && taken_in == 3).then_some(())
    });
    let filling = fill(&site);
    full(&site, station, filling);
}

/// How long it takes until `status` shows this title on the air, or nothing; in milliseconds.
fn until_on_air(site: &Site, title: Option<&str>) -> i64 {
    let asked = Clock::system().pair().1;
    wait_for("status", 30, || (site.status()["on_air"]["title"].as_str() == title).then_some(()));
    Clock::system().pair().1.since(asked).num_milliseconds()
}

#[test]
fn a_full_disk_delays_the_rows_and_nothing_else() {
    let card = SoundCard::new();
    on_full_disk(&card, |site, station, filling| {
        station.prints("on air  c");
        let status = site.status();
        assert!(status["log_error"].as_str().is_some_and(|why| why.contains("full")), "{status:#}");
        assert!(status["log_waiting"].as_u64() > Some(0) && status["spill_error"].is_null(), "{status:#}");
        let text = site.done(&["status"]);
        assert!(text.contains("\nlog error: database or disk is full\n"), "{text}");
        // Its audio has never been seen before.
        let bao = Signal { start: 50.0, ..Signal::stereo(48_000, 0.7) }.wav(&site.path("bao.wav"));
        assert_eq!(site.done(&["air", "--emergency", "bao.wav"]), "`bao.wav` starts now\n");
        station.prints("aired  bao.wav");
        until_on_air(site, Some("c"));
        assert_eq!(site.done(&["stop"]), "stopped `sang`\n");
        println!("silent within {} ms", until_on_air(site, None));
        assert_eq!(site.rows().len(), 0);
        fs::remove_file(filling).unwrap();
        let story = ["a-0/1 aired", "b-1/1 aired", "c-2/1 cut: emergency", "bao.wav/1 aired", "c-2/2 cut: operator"];
        assert_eq!(site.story(5), story);
        assert_eq!(site.status()["log_error"], serde_json::Value::Null);
        assert_eq!(station.stderr().matches("the database takes no records").count(), 1, "{}", station.stderr());
        assert_eq!(station.terminate().0, Some(0));
        let (heard, a, b) = (card.frames(), site.sound("a.wav"), site.sound("b.wav"));
        let first = [a, b].concat();
        assert_eq!(alike(sounding(&heard), &first, 0.0), first.len(), "what aired meanwhile is whole");
        let (bao, heard) = (decoded(&bao), &heard[onset(&heard).unwrap()..]);
        let found = (first.len()..heard.len()).any(|at| alike(&heard[at..], &bao, 0.0) == bao.len());
        assert!(found, "the emergency came out whole");
    });
}

#[test]
fn a_station_that_crashes_on_a_full_disk_starts_on_it_and_loses_no_row() {
    let card = SoundCard::new();
    on_full_disk(&card, |site, station, filling| {
        station.prints("on air  c");
        wait_for("some of c", 30, || (sounding(&card.frames()).len() >= 3 * 48_000).then_some(()));
        station.kill();
        let held_ms = sounding(&card.frames()).len() as i64 / 48 - 1400;
        let station = site.run();
        station.prints("on air  c");
        assert_eq!(site.status()["log_error"], "database or disk is full");
        fs::remove_file(filling).unwrap();
        let story = site.story(3);
        assert_eq!(story[..3], ["a-0/1 aired", "b-1/1 aired", "c-2/1 interrupted: crash"]);
        let claimed = site.rows()[2].aired_ms;
        println!("{claimed} of {held_ms} ms in the log");
        assert!(claimed <= held_ms && held_ms - claimed <= 1000, "{claimed} of {held_ms} ms");
        assert_eq!(station.terminate().0, Some(0));
        assert_eq!(site.story(4)[3], "c-2/2 cut: shutdown");
    });
}
