//! Files changed under the running program: what is good is taken over, what is bad is told, what is on the air goes on.
//!
//! In: a station in mid-airing and a person with an editor. Out: what it says, what it airs next, and that what it was
//! playing came out to its last frame. Next: `lockout`.

use std::fs;

use loa::clock::Clock;

use crate::clips::Signal;
use crate::running::{Running, Site, alike, cron, in_seconds, is_silent, onset, programme};
use crate::soundcard::{SoundCard, wait_for};

/// A station that airs `a.wav`, two and a half seconds long, in a window that is over.
fn in_mid_air(card: &SoundCard) -> (Site, Running) {
    let site = Site::on_card(card);
    Signal::stereo(48_000, 2.5).wav(&site.path("audio/a.wav"));
    Signal::mono(44_100, 0.5).wav(&site.path("audio/b.wav"));
    site.plan("sang", in_seconds(1), "1s", &["a.wav"]);
    let station = site.run();
    station.prints("on air  a");
    (site, station)
}

/// Milliseconds until the station says something that it has not said before.
fn until_it_says(station: &Running, text: &str) -> i64 {
    let clock = Clock::system();
    let (start, before) = (clock.pair().1, station.stderr().matches(text).count());
    wait_for(text, 20, || (station.stderr().matches(text).count() > before).then_some(()));
    clock.pair().1.since(start).num_milliseconds()
}

/// The card played these files, each whole and once, with nothing but silence between and after them.
pub(crate) fn assert_heard(site: &Site, card: &SoundCard, sounds: &[crate::running::Frames]) {
    let all = card.frames();
    let mut rest = &all[..];
    for (n, wanted) in sounds.iter().enumerate() {
        rest = &rest[onset(rest).unwrap_or_else(|| panic!("sound {n} was not heard"))..];
        let same = alike(rest, wanted, 0.0);
        assert_eq!(same, wanted.len(), "sound {n}: {:?}", site.rows());
        rest = &rest[same..];
    }
    assert!(rest.iter().all(|frame| is_silent(*frame)), "something follows");
}

#[test]
fn a_programme_that_is_added_four_seconds_ahead_airs_and_what_is_on_the_air_goes_on() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card);
    let starts = in_seconds(4);
    site.plan("trua", starts, "5m", &["b.wav"]);
    let took_ms = until_it_says(&station, "the new schedule is taken over");
    println!("taken over after {took_ms} ms");
    assert!(took_ms < 2000, "taken over after {took_ms} ms");
    assert_eq!(site.story(2), ["a-0/1 aired", "b-0/1 aired"]);
    let rows = site.rows();
    let error_us = rows[1].start_error_us.expect("it started hard");
    println!("it started {error_us} us after its instant");
    assert!(error_us.abs() < 250_000, "it started {error_us} us after its instant");
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &[site.sound("a.wav"), site.sound("b.wav")]);
}

#[test]
fn a_bad_change_is_told_with_its_place_and_the_last_good_schedule_stays() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card);
    let next = in_seconds(4);
    site.plan("trua", next, "5m", &["b.wav"]);
    until_it_says(&station, "the new schedule is taken over");
    let good = fs::read_to_string(site.path("schedules/trua.toml")).unwrap();
    site.write("schedules/trua.toml", programme("trua", &cron(next), "5 phút", &["b.wav"]));
    let took_ms = until_it_says(&station, "the change is not taken over; the last good schedule stays");
    println!("told after {took_ms} ms");
    assert!(took_ms < 2000, "told after {took_ms} ms");
    let place = "schedules/trua.toml:5:10: error: `5 phút` is no span of time";
    assert!(station.stderr().contains(place), "{}", station.stderr());
    let problems = site.status()["problems"].clone();
    assert!(problems[0].as_str().is_some_and(|problem| problem.starts_with(place)), "{problems}");
    let text = site.done(&["status"]);
    assert!(text.contains(&format!("problem: {place}")), "{text}");

    // Broken settings are no different, and do not keep anybody from giving orders.
    site.set("[output]\n");
    until_it_says(&station, "the change is not taken over; the last good schedule stays");
    let ran = site.loa(&["status", "--format", "json"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.starts_with("loa.toml:11:2: error: not TOML: duplicate key\n"), "{}", ran.stderr);
    assert!(ran.stdout.contains("\"loa.toml:11:2: error: "), "{}", ran.stdout);
    site.wait_rows(2);

    // Mended, everything is well again.
    site.set("");
    until_it_says(&station, "the change is not taken over; the last good schedule stays");
    site.write("schedules/trua.toml", good);
    until_it_says(&station, "the new schedule is taken over");
    assert_eq!(site.status()["problems"], serde_json::json!([]));
    assert_eq!(site.story(2), ["a-0/1 aired", "b-0/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &[site.sound("a.wav"), site.sound("b.wav")]);
}

#[test]
fn audio_that_is_replaced_is_a_new_content_and_what_is_on_the_air_stays_the_old_one() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card);
    let old = site.sound("a.wav");
    let old_sha256 = site.sha256("a.wav");
    // In place and not in one step: the worst way to replace a file that is being played.
    fs::copy(Signal::mono(48_000, 0.7).wav(&site.path("other.wav")), site.path("audio/a.wav")).unwrap();
    let new_sha256 = site.sha256("a.wav");
    assert_ne!(old_sha256, new_sha256);
    site.plan("trua", in_seconds(3), "5m", &["a.wav"]);
    assert_eq!(site.story(2), ["a-0/1 aired", "a-0/1 aired"]);
    let rows = site.rows();
    assert_eq!((rows[0].sha256.as_ref(), rows[0].aired_ms), (Some(&old_sha256), 2500));
    assert_eq!((rows[1].sha256.as_ref(), rows[1].aired_ms), (Some(&new_sha256), 700));
    assert_eq!(station.terminate().0, Some(0));
    assert_heard(&site, &card, &[old, site.sound("a.wav")]);
}

#[test]
fn audio_that_is_missing_or_broken_costs_its_own_item_and_may_still_be_mended() {
    let site = Site::new("silent");
    Signal::mono(48_000, 0.3).wav(&site.path("audio/a.wav"));
    let flac = fs::read(Signal::mono(48_000, 0.8).encoded(&site.path(""), "c.flac", "-c:a flac")).unwrap();
    site.write("audio/broken.flac", &flac[..flac.len() / 2]);
    site.write("audio/late.flac", &flac[..flac.len() * 2 / 3]);
    site.plan("sang", in_seconds(3), "5m", &["a.wav", "gone.wav", "broken.flac", "late.flac", "a.wav"]);
    let station = site.run();
    for (file, why) in [("gone.wav", "no such file"), ("broken.flac", "damaged"), ("late.flac", "damaged")] {
        let told =
            || station.stderr().lines().any(|line| line.contains(&format!("`audio/{file}`")) && line.contains(why));
        wait_for(&format!("a word on {file}"), 20, || told().then_some(()));
    }
    site.write("audio/late.flac", &flac);
    let mut story = site.story(5);
    story.sort();
    let failed = ["broken-2/1 failed: damaged", "gone-1/1 failed: file_missing"];
    assert_eq!(story, ["a-0/1 aired", "a-4/1 aired", failed[0], failed[1], "late-3/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
}

/// Special days are taken over like any other file, and rules of the commune stop neither that nor the air.
#[test]
fn a_special_day_is_taken_over_and_what_the_commune_does_not_allow_airs() {
    let site = Site::new("silent");
    let starts = in_seconds(6);
    let day = starts.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh);
    let today = day.format("%F");
    site.set("[session]\nceiling = \"1m\"\nearliest = \"23:59:59\"\n");
    Signal::mono(48_000, 0.5).wav(&site.path("audio/a.wav"));
    let tet = programme("tet", &cron(starts), "5m", &["a.wav"]);
    site.write("schedules/tet.toml", tet.replacen("window", "only = \"special_days\"\nwindow", 1));
    let station = site.run();
    assert_eq!(site.status()["next"], serde_json::json!([]));
    let entry = format!("[[day]]\ntitle = \"Tết\"\nkind = \"holiday\"\ndate = \"{today}\"\nair = [\"tet\"]\n");
    site.write("schedules/days.toml", &entry);
    until_it_says(&station, "the new schedule is taken over");
    site.write("schedules/days.toml", entry.replace("holiday", "feast"));
    until_it_says(&station, "the change is not taken over; the last good schedule stays");
    assert!(station.stderr().contains("schedules/days.toml:3:8: error: `kind` cannot be `feast`"));
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    site.write("schedules/days.toml", &entry);
    let checked = site.loa(&["check"]);
    assert_eq!(checked.code, Some(2));
    assert!(checked.stderr.contains("`tet` starts at"), "{}", checked.stderr);
}
