//! Lights: what is well is green, what is not says what to do, and what is unknown is never green.
//!
//! In: facts made up. Out: nothing. Next: `lights`.

use super::*;
use crate::backup::BackupAlarm;
use crate::control::BackupStatus;
use crate::desk::Snapshot;
use crate::machine::{self, Disk};
use crate::store::Health;

fn well() -> Facts {
    let at = chrono::DateTime::parse_from_rfc3339("2026-11-24T17:05:03+07:00").unwrap();
    let desk = Snapshot {
        at,
        station: "Đài".into(),
        output: OutputKind::Card,
        device: Some("alsa:hw:CARD=PCH,DEV=0".into()),
        device_lost: None,
        clock: ClockState::Synchronised,
        clock_behind: None,
        on_air: None,
        waiting: vec![],
        next: vec![],
    };
    let backup = BackupStatus { is_on: true, made_at: Some(at), file: Some("data/backups/a.tar".into()), second: None };
    let status = Status {
        desk,
        next_programme: None,
        today: None,
        level_dbfs: Some(-18),
        device_errors: 0,
        log_waiting: 0,
        log_lost: 0,
        log_error: None,
        spill_error: None,
        log_moved_aside: None,
        log_head: "3:ab".into(),
        key_fingerprint: None,
        backup: Some(backup),
        alarms: vec![],
        real_time: Some("granted".into()),
        problems: vec![],
    };
    let mut machine = machine::look();
    (machine.load, machine.millidegrees) = (None, None);
    machine.memory = Some(machine::Memory { bytes: 2_000_000_000, available_bytes: 1_500_000_000 });
    let health = Health { sqlite: "3.51".into(), journal: "wal".into(), bytes: 1, rows: 3, oldest: None };
    Facts {
        status: Some(std::sync::Arc::new(status)),
        machine,
        disk: Some(Disk { free_bytes: 9_000_000_000, bytes: 32_000_000_000 }),
        health: Ok(health),
        journal_bytes: 0,
        verified: None,
        checked: None,
        data_dir: "data".into(),
        warn_free_mb: 200,
        timezone: "Asia/Ho_Chi_Minh".into(),
    }
}

fn with(change: impl FnOnce(&mut Status)) -> Facts {
    let mut facts = well();
    change(std::sync::Arc::get_mut(facts.status.as_mut().unwrap()).unwrap());
    facts
}

/// The lights that are not green, by id.
fn amiss(facts: &Facts) -> Vec<(&'static str, Sign)> {
    let all = lights(facts, Language::Vi);
    for light in all.iter().filter(|light| light.sign >= Sign::Warn) {
        assert!(!light.told.is_empty(), "{light:?}");
    }
    all.iter().filter(|light| light.sign != Sign::Good).map(|light| (light.id, light.sign)).collect()
}

#[test]
fn a_station_that_is_well_has_green_lights_only() {
    assert_eq!(amiss(&well()), []);
}

#[test]
fn each_trouble_lights_its_own_light() {
    let lost = with(|status| (status.desk.device, status.desk.device_lost) = (None, Some("unplugged".into())));
    assert_eq!(amiss(&lost), [("thiet-bi", Sign::Bad)]);
    assert_eq!(amiss(&with(|status| status.desk.output = OutputKind::Silent)), [("thiet-bi", Sign::Warn)]);
    assert_eq!(amiss(&with(|status| status.desk.clock = ClockState::FreeRunning)), [("dong-ho", Sign::Warn)]);
    assert_eq!(amiss(&with(|status| status.desk.clock = ClockState::Untrusted)), [("dong-ho", Sign::Bad)]);
    assert_eq!(amiss(&with(|status| status.log_error = Some("disk full".into()))), [("so-lieu", Sign::Bad)]);
    assert_eq!(amiss(&with(|status| status.log_waiting = 2)), [("so-lieu", Sign::Warn)]);
    assert_eq!(amiss(&with(|status| status.problems = vec!["x".into()])), [("tep", Sign::Warn)]);
    let low = Alarm::DiskLow { free_mb: 90, warn_free_mb: 200 };
    assert_eq!(amiss(&with(|status| status.alarms = vec![low])), [("o-dia", Sign::Bad)]);
    let old = Alarm::Backup(BackupAlarm::Old { newest: None });
    assert_eq!(amiss(&with(|status| status.alarms = vec![old])), [("sao-luu", Sign::Warn)]);
    assert_eq!(amiss(&with(|status| status.backup.as_mut().unwrap().is_on = false)), [("sao-luu", Sign::Off)]);
    let muted = Alarm::OutputMuted { mixer: "hw:PCH".into(), controls: vec!["Master".into()] };
    assert_eq!(amiss(&with(|status| status.alarms = vec![muted])), [("thiet-bi", Sign::Bad)]);
}

#[test]
fn what_is_unknown_is_never_green() {
    let silent = Facts { status: None, disk: None, health: Err("locked".into()), ..well() };
    let found = amiss(&silent);
    for id in ["thiet-bi", "dong-ho", "o-dia", "so-lieu", "sao-luu", "tep"] {
        assert!(found.iter().any(|(each, _)| *each == id), "{id}: {found:?}");
    }
}

#[test]
fn the_machine_says_when_it_is_short_or_hot() {
    let mut facts = well();
    facts.machine.memory = Some(machine::Memory { bytes: 1_000, available_bytes: 50 });
    assert_eq!(amiss(&facts), [("may", Sign::Warn)]);
    let mut facts = well();
    facts.machine.millidegrees = Some(HOT + 1);
    assert_eq!(amiss(&facts), [("may", Sign::Warn)]);
}

#[test]
fn a_log_that_is_not_whole_is_the_worst() {
    let at = chrono::DateTime::parse_from_rfc3339("2026-11-24T17:05:03+07:00").unwrap();
    let facts = Facts { verified: Some(Verified { at, rows: 0, fault: Some("row 3".into()) }), ..well() };
    assert_eq!(amiss(&facts), [("so-lieu", Sign::Bad)]);
}
