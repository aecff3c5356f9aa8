//! The real program on captured devices: what a schedule names comes out, sample by sample, and people's acts as well.
//!
//! In: a station with generated clips and a programme that starts in a few seconds. Out: every frame that its device
//! played, compared with what the program's own decoder makes of the files; the rows that tell of it. Next: `faults`.

use chrono::{DateTime, TimeDelta, Utc};
use loa::clock::Clock;
use loa::store::Row;
use rustix::process::{Pid, Signal, kill_process};

use crate::clips::Signal as Sound;
use crate::running::{Frames, Ran, Site, alike, in_seconds, is_silent, onset, outcome};
use crate::soundcard::{SoundCard, SoundServer, wait_for};

/// Every kind of change between items: of the rate (with a length that does not divide), of channels, of codec.
const ITEMS: [&str; 6] = ["first.wav", "s44.wav", "mono.flac", "vbr.mp3", "opus.opus", "last.wav"];

/// How far apart instants of rows may be that are one on the card's own count: each is read off the clock of a busy machine.
/// That no frame is lost or added, the samples show.
const OFF_MS: i64 = 500;

/// Makes them; answers with what they sound like in a row.
fn make_items(site: &Site) -> Frames {
    let audio = site.path("audio");
    Sound::stereo(48_000, 0.6).wav(&audio.join("first.wav"));
    Sound::stereo(44_100, 0.501).wav(&audio.join("s44.wav"));
    Sound::mono(48_000, 0.5).encoded(&audio, "mono.flac", "-c:a flac");
    Sound::stereo(44_100, 0.7).encoded(&audio, "vbr.mp3", "-c:a libmp3lame -q:a 3");
    Sound::mono(48_000, 0.6).encoded(&audio, "opus.opus", "-c:a libopus -b:a 64k");
    Sound::mono(22_050, 0.4).wav(&audio.join("last.wav"));
    ITEMS.iter().flat_map(|file| site.sound(file)).collect()
}

fn instant(text: Option<&String>) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text.expect("the row has this instant")).unwrap().to_utc()
}

/// All six items aired whole, one after the other.
fn assert_aired(site: &Site, rows: &[Row], starts: DateTime<Utc>) {
    for (row, file) in rows.iter().zip(ITEMS) {
        assert_eq!((outcome(row), row.attempt, row.reason.as_ref()), ("aired", 1, None), "{file}");
        // Both are rounded down, one at the file's rate and one at the device's.
        let planned = row.planned_ms.unwrap();
        assert!((row.aired_ms - planned).abs() <= 1, "{file}: {} of {planned} ms", row.aired_ms);
        assert_eq!(row.sha256, Some(site.sha256(file)), "{file}");
        assert_eq!((row.output.as_str(), row.starved_ms), ("card", 0), "{file}");
        assert_eq!(instant(Some(&row.scheduled_at)), starts, "{file}");
        let length = instant(row.ended_at.as_ref()) - instant(row.started_at.as_ref());
        assert!((length.num_milliseconds() - row.aired_ms).abs() <= OFF_MS, "{file} lasted {length}");
        assert!(row.level_dbfs.is_some_and(|level| (-20..-3).contains(&level)), "{file}: {:?} dBFS", row.level_dbfs);
    }
    for pair in rows.windows(2) {
        let seam = instant(pair[1].started_at.as_ref()) - instant(pair[0].ended_at.as_ref());
        assert!(seam.num_milliseconds().abs() <= OFF_MS, "{} after {}", seam, pair[0].airing);
    }
    assert!(rows[0].start_error_us.is_some() && rows[1..].iter().all(|row| row.start_error_us.is_none()));
}

/// Whether the programme came out whole and once: the place of its first frame, or what came out instead.
fn heard_whole(heard: &Frames, wanted: &Frames, within: f32) -> Result<usize, String> {
    let start = onset(heard).ok_or("nothing was heard")?;
    let same = alike(&heard[start..], wanted, within);
    if same < wanted.len() {
        let around = same.saturating_sub(2)..(same + 3).min(wanted.len());
        let found = heard.get(start + around.start..start + around.end);
        return Err(format!("{same} of {} frames, then {found:?} for {:?}", wanted.len(), &wanted[around]));
    }
    let follows = heard[start + same..].iter().any(|frame| !is_silent(*frame));
    if follows { Err("something follows the programme".into()) } else { Ok(start) }
}

/// The programme came out whole and once; answers with the place of its first frame.
fn assert_heard(heard: &Frames, wanted: &Frames) -> usize {
    heard_whole(heard, wanted, 0.0).unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn a_programme_comes_out_of_the_card_sample_by_sample() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    let wanted = make_items(&site);
    let starts = in_seconds(2);
    site.plan("sang", starts, "5m", &ITEMS);
    let station = site.run();
    station.says("sound device open: ");
    let story = site.story(6);
    assert_eq!(story, ITEMS.map(|file| format!("{}/1 aired", item(file))));
    assert_eq!(station.terminate().0, Some(0));

    let start = assert_heard(&card.frames(), &wanted);
    let rows = site.rows();
    assert_aired(&site, &rows, starts);
    let onset_us = card.play_time_us(start).unwrap() - starts.timestamp_micros() as f64;
    let told_us = instant(rows[0].started_at.as_ref()).timestamp_micros() as f64 - card.play_time_us(start).unwrap();
    println!("onset {:.3} ms after the instant; the row is {:.3} ms off", onset_us / 1e3, told_us / 1e3);
    assert!(onset_us.abs() < OFF_MS as f64 * 1e3 && told_us.abs() < OFF_MS as f64 * 1e3);

    // The command prints the same rows.
    let printed: Vec<serde_json::Value> = serde_json::from_str(&site.done(&["log", "--format", "json"])).unwrap();
    assert_eq!(printed, rows.iter().map(|row| serde_json::to_value(row).unwrap()).collect::<Vec<_>>());
}

/// The id that `Site::plan` gives the item of a file in `ITEMS`.
fn item(file: &str) -> String {
    let index = ITEMS.iter().position(|each| *each == file).unwrap();
    format!("{}-{index}", file.split('.').next().unwrap())
}

#[test]
fn a_programme_comes_out_of_a_sound_server_within_one_step_of_16_bits() {
    // An underrun is no bug of ours on a busy machine, whether the station sees it or only the server or its capture.
    for _ in 0..4 {
        let server = SoundServer::new();
        let site = Site::on(server.alsa_conf());
        let wanted = make_items(&site);
        let starts = in_seconds(2);
        site.plan("sang", starts, "5m", &ITEMS);
        let station = site.run();
        let rows = site.wait_rows(6);
        assert_eq!(station.terminate().0, Some(0));
        match heard_whole(&server.frames(), &wanted, 1.01 / 32_768.0) {
            Ok(start) => {
                println!("{} frames in a row, from frame {start} on", wanted.len());
                return assert_aired(&site, &rows, starts);
            }
            Err(found) => println!("{found}; underruns: {:?}", rows.iter().map(|row| row.xruns).collect::<Vec<_>>()),
        }
    }
    panic!("four programmes did not come out as they went in");
}

/// A station on a card in the middle of a programme of these items (name and seconds).
fn in_mid_air(card: &SoundCard, items: &[(&str, f64)]) -> (Site, crate::running::Running) {
    let site = Site::on_card(card);
    site.set("[emergency]\ntone_ms = 300\n");
    for (name, seconds) in items {
        Sound::stereo(48_000, *seconds).wav(&site.path("audio").join(name));
    }
    let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
    site.plan("sang", in_seconds(1), "5m", &names);
    let station = site.run();
    station.prints("  on air  ");
    (site, station)
}

/// The user that runs the tests, as the station names it.
fn user() -> String {
    let output = std::process::Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Where exactly these frames were played.
fn find(heard: &Frames, wanted: &Frames, from: usize) -> Option<usize> {
    (from..heard.len()).find(|at| alike(&heard[*at..], wanted, 0.0) == wanted.len())
}

#[test]
fn a_file_airs_after_the_item_on_air_as_often_as_asked_and_the_row_names_who_asked() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card, &[("a.wav", 2.0), ("b.wav", 0.3)]);
    Sound::mono(44_100, 0.4).wav(&site.path("thông báo.wav"));
    let why = ["--repeat", "2", "--by", "Lan", "--why", "họp thôn"];
    let said = site.done(&[&["air", "thông báo.wav"], &why[..]].concat());
    assert_eq!(said, "`thông báo.wav` starts after `a`\n");
    let status = site.status();
    assert_eq!(status["on_air"]["title"], "a");
    assert_eq!(status["waiting"], serde_json::json!(["thông báo.wav", "thông báo.wav"]));
    assert_eq!((&status["output"], &status["device_lost"]), (&"card".into(), &serde_json::Value::Null));
    let text = site.done(&["status"]);
    assert!(text.contains("on air: a (0:0") && text.contains("waiting: thông báo.wav\n"), "{text}");

    let story = site.story(4);
    assert_eq!(story, ["a-0/1 aired", "thông báo.wav/1 aired", "thông báo.wav/1 aired", "b-1/1 aired"]);
    let rows = site.rows();
    for (repeat, row) in rows[1..3].iter().enumerate() {
        assert!(row.airing.starts_with("air@") && row.airing.ends_with(&format!("Z/{}", repeat + 1)), "{}", row.airing);
        assert_eq!((row.kind.as_str(), row.programme.as_ref()), ("operator", None));
        assert_eq!(row.by, Some(format!("Lan ({})", user())));
        assert_eq!((row.via.as_deref(), row.why.as_deref()), (Some("cli"), Some("họp thôn")));
    }
    assert_eq!(station.terminate().0, Some(0));
    let act = crate::running::decoded(&site.path("thông báo.wav"));
    let wanted = [site.sound("a.wav"), act.clone(), act, site.sound("b.wav")].concat();
    assert_heard(&card.frames(), &wanted);
}

#[test]
fn an_emergency_cuts_in_at_once_a_second_one_follows_and_the_programme_goes_on() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card, &[("a.wav", 2.0)]);
    Sound::mono(48_000, 0.5).wav(&site.path("bao.wav"));
    Sound::stereo(44_100, 0.4).wav(&site.path("lu.wav"));
    let asked = Clock::system().now().wall;
    assert_eq!(site.done(&["air", "--emergency", "bao.wav", "--why", "bão số ba"]), "`bao.wav` starts now\n");
    let second = site.done(&["air", "--emergency", "lu.wav"]);
    assert!(second.starts_with("`lu.wav` starts"), "{second}");
    let story = site.story(4);
    assert_eq!(story, ["a-0/1 cut: emergency", "bao.wav/1 aired", "lu.wav/1 aired", "a-0/2 aired"]);
    let rows = site.rows();
    assert_eq!((rows[1].kind.as_str(), rows[1].priority.as_str()), ("emergency", "emergency"));
    assert_eq!((rows[1].planned_ms, rows[1].aired_ms, rows[2].aired_ms), (Some(800), 800, 700));
    assert_eq!(rows[1].note.as_deref(), Some("begins with an attention tone of 300 ms"));
    assert_eq!((rows[1].by.as_deref(), rows[1].why.as_deref()), (Some(&*user()), Some("bão số ba")));
    let after = instant(rows[1].started_at.as_ref()) - asked;
    println!("the emergency sounded {} ms after it was asked for", after.num_milliseconds());
    assert!(after.num_milliseconds() < 3000, "a busy machine may take its time, but not {after}");
    assert_eq!(station.terminate().0, Some(0));

    let heard = card.frames();
    let (a, bao) = (site.sound("a.wav"), crate::running::decoded(&site.path("bao.wav")));
    let lu = crate::running::decoded(&site.path("lu.wav"));
    let first = find(&heard, &bao, 0).expect("the first emergency came out whole");
    let second = find(&heard, &lu, first).expect("the second emergency came out whole");
    assert_eq!(second, first + bao.len() + 14_400, "the second follows the first with its own tone, without a gap");
    assert!(find(&heard, &a, second).is_some(), "the programme came out whole afterwards");
    let tone = &heard[first - 14_400..first];
    assert!(tone.iter().any(|frame| frame[0].abs() > 0.05), "a tone comes before it");
}

#[test]
fn skip_cuts_the_item_and_stop_the_rest_of_the_programme() {
    let card = SoundCard::new();
    let (site, station) = in_mid_air(&card, &[("a.wav", 3.0), ("b.wav", 3.0), ("c.wav", 0.3)]);
    assert_eq!(site.done(&["skip", "--by", "Lan"]), "skipped `a`\n");
    station.prints("on air  b");
    assert_eq!(site.done(&["stop", "--why", "mất tiếng"]), "stopped `sang`\n");
    let story = site.story(3);
    assert_eq!(sorted(story), ["a-0/1 cut: operator", "b-1/1 cut: operator", "c-2/1 cancelled: operator"]);
    let rows = site.rows();
    let by_item = |item: &str| rows.iter().find(|row| row.item.as_deref() == Some(item)).unwrap();
    assert_eq!(by_item("a-0").by, Some(format!("Lan ({})", user())));
    for item in ["b-1", "c-2"] {
        assert_eq!((by_item(item).by.as_deref(), by_item(item).why.as_deref()), (Some(&*user()), Some("mất tiếng")));
    }
    assert_eq!(site.status()["on_air"], serde_json::Value::Null);
    for command in ["stop", "skip"] {
        let Ran { code, stdout, stderr } = site.loa(&[command]);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(1), "", "loa: nothing is on the air\n"));
    }
    assert_eq!(station.terminate().0, Some(0));
    let heard = card.frames();
    let c = site.sound("c.wav");
    assert_eq!(find(&heard[heard.len().saturating_sub(48_000)..].to_vec(), &c, 0), None, "c did not air");
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn without_a_station_nothing_airs_and_says_so() {
    let site = Site::new("silent");
    Sound::mono(48_000, 0.3).wav(&site.path("a.wav"));
    let refused = |when: &str| {
        for args in [&["air", "a.wav"][..], &["air", "--emergency", "a.wav"], &["stop"], &["skip"], &["status"]] {
            let Ran { code, stdout, stderr } = site.loa(args);
            let wanted = (Some(1), "", "loa: the station is not running\n");
            assert_eq!((code, stdout.as_str(), stderr.as_str()), wanted, "{when}: {args:?}");
        }
    };
    refused("before the first start");
    site.run().kill();
    refused("after a crash, which leaves the socket behind");
    let station = site.run();
    station.says("sound device open: ");
    assert_eq!(site.status()["on_air"], serde_json::Value::Null, "what was refused does not air later");
    assert_eq!(station.terminate().0, Some(0));
    refused("after an orderly end");
    assert_eq!(site.rows().len(), 0);
}

#[test]
fn a_file_that_cannot_be_played_is_refused_and_leaves_no_trace() {
    let site = Site::new("silent");
    let whole = std::fs::read(Sound::stereo(44_100, 1.0).encoded(&site.path(""), "w.flac", "-c:a flac")).unwrap();
    site.write("damaged.flac", &whole[..whole.len() / 2]);
    site.write("words.mp3", "không phải âm thanh");
    site.write("empty.wav", "");
    let station = site.run();
    station.says("sound device open: ");
    for file in ["gone.mp3", "damaged.flac", "words.mp3", "empty.wav", "audio"] {
        let ran = site.loa(&["air", file]);
        println!("{}", ran.stderr.trim());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{file}: {}", ran.stderr);
        let named = format!("loa: `{file}`: ");
        assert!(ran.stderr.starts_with(&named) && ran.stderr.ends_with("; nothing airs\n"), "{}", ran.stderr);
    }
    // In an emergency what is left of a damaged file is better than nothing.
    site.done(&["air", "--emergency", "damaged.flac"]);
    wait_for("its row", 30, || site.rows().first().map(|row| assert_eq!(row.kind, "emergency")));
    let story = site.story(1);
    println!("{story:?}");
    assert!(!story[0].contains("aired"), "{story:?}");
    assert_eq!(station.terminate().0, Some(0));
}

#[test]
fn a_second_station_in_the_same_folder_is_refused() {
    let site = Site::new("silent");
    let first = site.run();
    let second = site.spawn();
    let said = wait_for("the refusal", 30, || Some(second.stderr()).filter(|said| said.ends_with('\n')));
    assert!(said.starts_with("loa: a station is running already in `"), "{said}");
    assert_eq!(second.ended(), Some(1));
    site.done(&["status"]);
    assert_eq!(first.terminate().0, Some(0));
}

#[test]
fn a_machine_that_stood_still_over_a_start_airs_it_late() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    Sound::stereo(48_000, 0.5).wav(&site.path("audio/a.wav"));
    let starts = in_seconds(4);
    site.plan("sang", starts, "5m", &["a.wav"]);
    let station = site.run();
    let clock = Clock::system();
    let wait_until = |at: DateTime<Utc>| wait_for("the instant", 30, || (clock.now().wall >= at).then_some(()));
    // Armed a second before; half a second before its start everything stops for four seconds.
    let process = Pid::from_raw(station.pid().cast_signed()).unwrap();
    wait_until(starts - TimeDelta::milliseconds(500));
    kill_process(process, Signal::STOP).unwrap();
    wait_until(starts + TimeDelta::milliseconds(3500));
    kill_process(process, Signal::CONT).unwrap();
    assert_eq!(site.story(1), ["a-0/1 aired"]);
    let started = instant(site.rows()[0].started_at.as_ref());
    println!("{} ms late", (started - starts).num_milliseconds());
    assert!(started > starts, "{started}");
    assert_eq!(station.terminate().0, Some(0));
}
