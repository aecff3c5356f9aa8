//! Audio that is truncated, overwritten or removed while it plays or waits to: the air does not notice.
//!
//! In: a station in the middle of a programme, and its files under `audio/`, or its own copies of them, spoilt. Out: what came
//! out, frame by frame; and what became of an item whose very copy was spoilt. Next: `lockout`.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;

use crate::clips::Signal;
use crate::faults::wait_until;
use crate::reload::assert_heard;
use crate::running::{Running, Site, alike, in_seconds, onset, sounding};
use crate::soundcard::{SoundCard, wait_for};

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Harm {
    Truncated,
    Overwritten,
    Removed,
    /// Another file gets its name, as most programs save.
    Replaced,
}

use Harm::{Overwritten, Removed, Replaced, Truncated};

fn harm(path: &Path, how: Harm) {
    if how == Removed {
        return fs::remove_file(path).unwrap();
    }
    if how == Replaced {
        let other = path.with_extension("saved");
        Signal::stereo(48_000, 1.0).wav(&other);
        return fs::rename(other, path).unwrap();
    }
    // A copy in the content store is read-only, which root and bad disks do not mind.
    let mut permissions = fs::metadata(path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(path, permissions).unwrap();
    let file = OpenOptions::new().write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    match how {
        Truncated => file.set_len(length / 10).unwrap(),
        _ => file.write_all_at(&vec![0x55; (length - 1000) as usize], 1000).unwrap(),
    }
}

/// A station half a second into a programme of `a.wav` (so long) and `b.wav` (0.5 s).
fn in_mid_air(card: &SoundCard, seconds: f64) -> (Site, Running) {
    let site = Site::on_card(card);
    Signal::stereo(48_000, seconds).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.5).wav(&site.path("audio/b.wav"));
    site.plan("sang", in_seconds(1), "5m", &["a.wav", "b.wav"]);
    let station = site.run();
    wait_for("the sound", 30, || (sounding(&card.frames()).len() >= 24_000).then_some(()));
    (site, station)
}

fn people_spoil_both(how: Harm) {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card, 3.0);
    let wanted = [site.sound("a.wav"), site.sound("b.wav")];
    let hashes = ["a.wav", "b.wav"].map(|file| Some(site.sha256(file)));
    harm(&site.path("audio/a.wav"), how);
    harm(&site.path("audio/b.wav"), how);
    assert_eq!(site.story(2), ["a-0/1 aired", "b-1/1 aired"], "{how:?}");
    assert_eq!(site.rows().into_iter().map(|row| row.sha256).collect::<Vec<_>>(), hashes, "{how:?}");
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &wanted);
}

#[test]
fn files_that_are_spoilt_while_they_play_or_wait_come_out_as_they_were() {
    thread::scope(|scope| {
        for how in [Truncated, Overwritten, Removed, Replaced] {
            scope.spawn(move || people_spoil_both(how));
        }
    });
}

/// The station's own copy of the item on the air is spoilt: only its very bytes may come out.
fn the_disk_spoils_what_plays(how: Harm) {
    let card = SoundCard::new();
    // Longer than what is decoded ahead, however early that was done.
    let (site, station) = in_mid_air(&card, 12.0);
    let (a, b) = (site.sound("a.wav"), site.sound("b.wav"));
    harm(&site.path("data/audio").join(site.sha256("a.wav")), how);
    // The handle is open, but a file that ends early ends: it airs again, from a copy made anew.
    let story = match how {
        Truncated => ["a-0/1 interrupted: decode_error", "a-0/2 aired", "b-1/1 aired"].as_slice(),
        _ => &["a-0/1 aired", "b-1/1 aired"],
    };
    assert_eq!(site.story(story.len()), story, "{how:?}");
    assert_eq!(station.terminate().0, Some(0));
    let heard = card.frames();
    let mut rest = &heard[onset(&heard).unwrap()..];
    if how == Truncated {
        let (aired_ms, part) = (site.rows()[0].aired_ms, alike(rest, &a, 0.0));
        println!("{aired_ms} of {} ms in the log", part / 48);
        assert!(aired_ms <= part as i64 / 48 && part as i64 / 48 - aired_ms <= 50);
        rest = &rest[part..];
        rest = &rest[onset(rest).unwrap()..];
    }
    if how != Overwritten {
        let wanted = [a, b].concat();
        assert_eq!(alike(rest, &wanted, 0.0), wanted.len(), "{how:?}: it came out whole");
    }
}

#[test]
fn a_copy_that_is_spoilt_while_it_plays_costs_an_attempt_at_most() {
    thread::scope(|scope| {
        for how in [Truncated, Overwritten, Removed] {
            scope.spawn(move || the_disk_spoils_what_plays(how));
        }
    });
}

/// The station's own copies of two items are spoilt while it is off; of one of them the file itself is gone too.
fn the_disk_spoils_what_waits(how: Harm) {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    Signal::stereo(48_000, 0.5).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.5).wav(&site.path("audio/b.wav"));
    Signal::mono(48_000, 0.4).wav(&site.path("audio/c.wav"));
    let starts = in_seconds(2);
    site.plan("sang", starts, "5m", &["a.wav", "b.wav", "c.wav"]);
    let station = site.run();
    let wanted = [site.sound("a.wav"), site.sound("c.wav")].concat();
    let copies = ["a.wav", "b.wav", "c.wav"].map(|file| site.path("data/audio").join(site.sha256(file)));
    wait_for("the copies", 30, || copies.iter().all(|copy| copy.exists()).then_some(()));
    station.kill();
    assert_eq!(onset(&card.frames()), None, "too early to tell");
    copies[..2].iter().for_each(|copy| harm(copy, how));
    fs::remove_file(site.path("audio/b.wav")).unwrap();
    wait_until(starts);
    let station = site.run();
    let story = site.story(3);
    println!("{how:?}: {story:?}");
    assert_eq!(story.len(), 3);
    assert!(story.contains(&"a-0/1 aired".to_owned()) && story.contains(&"c-2/1 aired".to_owned()), "{story:?}");
    assert!(story.iter().any(|row| row.starts_with("b-1/1 failed: ")), "{how:?}: {story:?}");
    assert_eq!(station.terminate().0, Some(0));
    let heard = card.frames();
    assert_eq!(alike(sounding(&heard), &wanted, 0.0), wanted.len(), "{how:?}: it came out whole, and nothing else");
}

#[test]
fn a_copy_that_was_spoilt_is_made_anew_and_never_airs_as_it_is() {
    thread::scope(|scope| {
        for how in [Truncated, Overwritten, Removed] {
            scope.spawn(move || the_disk_spoils_what_waits(how));
        }
    });
}
