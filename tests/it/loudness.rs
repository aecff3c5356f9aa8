//! The real program with `[sound]` on: what comes out of the card is the file times one gain, without long silences.
//!
//! In: a quiet item, one whose peaks allow little gain, between long silences; a database of an earlier version. Out: the
//! frames that the card played, their loudness and true peak by another meter than the program's, and the rows.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test here")]

use std::f64::consts::TAU;
use std::path::Path;

use chrono::{DateTime, TimeDelta};
use ebur128::{EbuR128, Mode};
use loa::library::verify;
use loa::sound::{Preparation, Treatment, treat};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, Row as _};

use crate::running::{Frames, Site, alike, in_seconds, is_silent, onset, outcome};
use crate::soundcard::{SoundCard, wait_for};

const WISHES: Preparation = Preparation { gain: true, target_lufs: -16, peak_dbtp: -1, trim_silence: true };

/// Writes a WAV of floats, one sample a channel for each instant in seconds.
fn write(path: &Path, rate: u32, channels: u16, seconds: f64, at: impl Fn(f64) -> f64) {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 32, sample_format: hound::SampleFormat::Float };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for n in 0..(seconds * f64::from(rate)) as u32 {
        (0..channels).for_each(|_| writer.write_sample(at(f64::from(n) / f64::from(rate)) as f32).unwrap());
    }
    writer.finalize().unwrap();
}

/// A quiet tone.
fn make_quiet(path: &Path) {
    write(path, 48_000, 2, 2.0, |at| 0.04 * (TAU * 440.0 * at + 1.0).cos());
}

/// A quiet tone with a loud burst, from 1.7 to 3.7 s, and then silence.
fn make_peaky(path: &Path) {
    write(path, 44_100, 1, 6.2, |at| {
        let burst = if (2.5..2.55).contains(&at) { 0.6 * (0.5 - 0.5 * (TAU * 20.0 * (at - 2.5)).cos()) } else { 0.0 };
        let level = if (1.7..3.7).contains(&at) { 0.02 + burst } else { 0.0 };
        level * (TAU * 700.0 * at).cos()
    });
}

/// What SQL on the station's database answers: one number.
fn asked(site: &Site, sql: &'static str) -> Option<i64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(site.path("data/loa.db")).disable_statement_logging();
        let mut conn = options.connect().await.ok()?;
        conn.fetch_one(sql).await.ok()?.try_get(0).ok()
    })
}

const MEASURED: &str = "select count(*) from content_verdict where measures is not null";

/// Has the station measure its files, with no programme on the air.
fn measure(site: &Site, count: i64) {
    let station = site.run();
    wait_for("the measures", 30, || asked(site, MEASURED).filter(|measured| *measured == count));
    assert_eq!(station.terminate().0, Some(0));
}

/// The treatment of a file, and what it is to sound like.
fn treated(site: &Site, file: &str) -> (Treatment, Frames) {
    let measures = verify(&site.path("audio").join(file)).unwrap().measures;
    let treatment = treat(&measures, &WISHES);
    let (sound, frames) = (site.sound(file), |ms: i64| ms as usize * 48);
    let end = if treatment.drop_ms > 0 { frames(measures.duration_ms - treatment.drop_ms) } else { sound.len() };
    let sound = &sound[frames(treatment.skip_ms)..end];
    (treatment, sound.iter().map(|frame| frame.map(|sample| sample * treatment.factor())).collect())
}

/// Loudness in LUFS and true peak in dBTP.
fn metered(frames: &[[f32; 2]]) -> (f64, f64) {
    let mut meter = EbuR128::new(2, 48_000, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_f32(frames.as_flattened()).unwrap();
    (meter.loudness_global().unwrap(), 20.0 * meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap()).log10())
}

#[test]
fn each_item_comes_out_with_one_gain_towards_the_target_and_without_long_silences() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    site.set_sound("gain = true\ntrim_silence = true");
    make_quiet(&site.path("audio/quiet.wav"));
    make_peaky(&site.path("audio/peaky.wav"));
    site.plan("mai", in_seconds(36_000), "5m", &["quiet.wav", "peaky.wav"]);
    measure(&site, 2);

    let starts = in_seconds(2);
    site.plan("mai", starts, "5m", &["quiet.wav", "peaky.wav", "quiet.wav"]);
    let station = site.run();
    assert_eq!(site.story(3), ["quiet-0/1 aired", "peaky-1/1 aired", "quiet-2/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));

    let ((first, quiet), (second, peaky)) = (treated(&site, "quiet.wav"), treated(&site, "peaky.wav"));
    assert_eq!(first.trimmed_ms(), 0);
    assert!((690..=710).contains(&second.skip_ms) && (1490..=1510).contains(&second.drop_ms), "{second:?}");
    let heard = card.frames();
    let start = onset(&heard).unwrap();
    let wanted = [&quiet[..], &peaky, &quiet].concat();
    assert_eq!(alike(&heard[start..], &wanted, 0.0), wanted.len(), "every sample, and not one between the items");
    assert!(heard[start + wanted.len()..].iter().all(|frame| is_silent(*frame)));
    let late_us = card.play_time_us(start).unwrap() - starts.timestamp_micros() as f64;
    println!("onset {:.3} ms after the instant", late_us / 1e3);
    assert!(late_us.abs() < 500e3, "{late_us}");

    let ((loudness, _), (limited, peak)) = (metered(&quiet), metered(&peaky));
    println!("{loudness:.2} LUFS; {limited:.2} LUFS at {peak:.2} dBTP; {first:?}, {second:?}");
    assert!((loudness + 16.0).abs() < 0.5, "{loudness} LUFS");
    assert!(limited < -16.0 && (-1.2..=-1.0).contains(&peak), "{limited} LUFS, {peak} dBTP");
    let rows = site.rows();
    for (row, treatment) in rows.iter().zip([first, second, first]) {
        assert_eq!((row.gain_cb, row.trimmed_ms), (Some(treatment.gain_cb), Some(treatment.trimmed_ms())));
        assert_eq!(outcome(row), "aired");
    }
    assert_eq!(
        rows.iter().map(|row| row.planned_ms.unwrap()).collect::<Vec<_>>()[..2],
        [2000, 6200 - second.trimmed_ms()]
    );
    // Levels are those of what was delivered: a sine is 3 dB under its peak.
    let delivered = 20.0 * (0.04 * f64::from(first.factor())).log10() - 3.01;
    assert!((rows[0].level_dbfs.unwrap() as f64 - delivered).abs() <= 0.51, "{:?} for {delivered}", rows[0].level_dbfs);
}

#[test]
fn what_an_earlier_version_decoded_is_measured_and_what_is_not_measured_airs_as_it_is() {
    let card = SoundCard::new();
    let site = Site::on_card(&card);
    site.set_sound("gain = true");
    make_quiet(&site.path("audio/quiet.wav"));
    site.plan("mai", in_seconds(36_000), "5m", &["quiet.wav"]);
    measure(&site, 1);
    assert_eq!(asked(&site, "update content_verdict set measures = null returning 1"), Some(1));
    assert_eq!(asked(&site, MEASURED), Some(0));
    measure(&site, 1);

    // An emergency waits for no measuring, and is in no schedule.
    make_peaky(&site.path("bao.wav"));
    site.set_sound("gain = true\n[emergency]\ntone_ms = 0");
    let station = site.run();
    station.says("sound device open: ");
    site.done(&["air", "--emergency", "bao.wav"]);
    assert_eq!(site.story(1), ["bao.wav/1 aired"]);
    // Other files that a person puts on the air are examined first.
    make_quiet(&site.path("tin.wav"));
    site.done(&["air", "tin.wav"]);
    assert_eq!(site.story(2), ["bao.wav/1 aired", "tin.wav/1 aired"]);
    assert_eq!(station.terminate().0, Some(0));
    let gains: Vec<_> = site.rows().iter().map(|row| row.gain_cb).collect();
    assert_eq!(gains, [Some(0), Some(treated(&site, "quiet.wav").0.gain_cb)]);
    let wanted = crate::running::decoded(&site.path("bao.wav"));
    let sounds = onset(&wanted).unwrap();
    let heard = card.frames();
    let start = onset(&heard).unwrap();
    assert_eq!(alike(&heard[start..], &wanted[sounds..], 0.0), wanted.len() - sounds);
    let lasted = DateTime::parse_from_rfc3339(site.rows()[0].ended_at.as_ref().unwrap()).unwrap()
        - DateTime::parse_from_rfc3339(site.rows()[0].started_at.as_ref().unwrap()).unwrap();
    assert!(lasted >= TimeDelta::milliseconds(6000), "nothing was left out: {lasted}");
}
