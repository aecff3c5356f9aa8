//! The accounts against a device that takes a block every 10 ms and holds 40 ms in its buffer.
//!
//! In: invented reports and stamps. Out: what may be claimed at each instant, to the frame.

use super::*;
use crate::playout::block::BlockTime;
use crate::playout::port::How;

const RATE: u32 = 48_000;
const BLOCK: u64 = 480; // 10 ms
const CUE: CueId = CueId(1);

/// A device whose cue sounds in every block; the wall clock is the monotonic one plus an hour.
struct Device {
    accounts: Accounts,
    frame: u64,
    mono_us: i64,
    lead_us: i64,
    xruns: u64,
    given: u64,
    events: Events,
}

impl Device {
    fn new() -> Self {
        let mut accounts = Accounts::new(RATE);
        accounts.admit(CUE);
        Self { accounts, frame: 0, mono_us: 0, lead_us: 40_000, xruns: 0, given: 0, events: Vec::new() }
    }

    /// The next callback, 10 ms after the last, with `frames` of the cue in its block.
    fn callback(&mut self, frames: u64) -> BlockTime {
        let wall_us = self.mono_us + 3_600_000_000;
        let stamp = Stamp { wall_us, mono: Mono(self.mono_us), lead_us: self.lead_us, xruns: self.xruns };
        let now = BlockTime { frame: self.frame, rate: RATE, stamp };
        self.accounts.note(&Report::Block { frame: self.frame, stamp }, &mut self.events);
        if frames > 0 {
            self.given += frames;
            let (from, given) = (now.place(0), self.given);
            let upto = from.frame + frames;
            let squares = 0.5 * frames as f64;
            let sounded = Sounded { cue: CUE, due_us: None, from, upto, given, starved: 0, squares, peak: 0.5 };
            self.accounts.note(&Report::Sounded(sounded), &mut self.events);
        }
        self.frame += BLOCK;
        self.mono_us += 10_000;
        now
    }

    fn callbacks(&mut self, count: u64) {
        (0..count).for_each(|_| _ = self.callback(BLOCK));
    }

    fn end(&mut self, began: Place, upto: u64) {
        let over = Over { began, due_us: None, upto, given: self.given, starved: 0, how: How::Finished };
        self.accounts.account(CUE).end(&over);
    }

    fn aired_ms(&mut self) -> Option<i64> {
        let mut events = Events::new();
        self.accounts.lose(&mut events);
        match events.pop() {
            Some((_, CueEvent::Ended { measured, .. })) => Some(measured.aired_ms),
            Some((_, CueEvent::Refused(Reason::NoDevice))) => None,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_in_the_device_s_buffer_at_a_loss_does_not_count() {
    for (callbacks, aired_ms) in [(0, None), (1, None), (5, None), (6, Some(10)), (100, Some(950))] {
        let mut device = Device::new();
        device.callbacks(callbacks);
        assert_eq!(device.aired_ms(), aired_ms, "after {callbacks} callbacks of 10 ms with 40 ms in the buffer");
    }
}

#[test]
fn it_starts_when_proven_and_progress_comes_at_once_then_every_half_second() {
    let mut device = Device::new();
    device.callbacks(120);
    let told: Vec<(i64, i64)> = device
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            CueEvent::Progress(measured) => Some((measured.aired_ms, measured.elapsed_ms)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(10, 10), (510, 510), (1010, 1010)]);
    let at = DateTime::from_timestamp_micros(3_600_040_000).unwrap();
    assert_eq!(device.events[0], (CUE, CueEvent::Started { at, mono: Mono(40_000), error_us: None }));
}

#[test]
fn an_underrun_costs_what_was_in_the_buffer_and_a_lost_beginning_starts_later() {
    let mut device = Device::new();
    device.callbacks(50);
    device.xruns = 1;
    device.mono_us += 2_000_000;
    device.callbacks(50);
    let proven = (50 - 5) + (50 - 5); // before the underrun, after it
    assert_eq!(device.aired_ms(), Some(proven * 10));

    let mut device = Device::new();
    device.callbacks(3);
    device.xruns = 1;
    device.mono_us += 2_000_000;
    device.callbacks(10);
    let at = DateTime::from_timestamp_micros(3_600_000_000 + 2_030_000 + 40_000).unwrap();
    assert!(matches!(device.events[0].1, CueEvent::Started { at: said, .. } if said == at), "{:?}", device.events);
    assert_eq!(device.aired_ms(), Some(50));
}

#[test]
fn it_counts_no_faster_than_time_passes() {
    let mut device = Device::new();
    device.lead_us = 0; // a driver that does not know its buffer
    for _ in 0..20 {
        device.callback(BLOCK);
        device.mono_us -= 10_000; // and takes its first blocks all at once
    }
    device.callbacks(11);
    assert_eq!(device.aired_ms(), Some(100), "after 100 ms, whatever it took");
}

#[test]
fn a_stamp_that_jumps_back_uncounts_nothing_and_counts_nothing_twice() {
    let mut device = Device::new();
    device.callbacks(50);
    device.lead_us = 400_000;
    device.callbacks(10);
    device.lead_us = 40_000;
    device.callbacks(1);
    assert_eq!(device.aired_ms(), Some(560));
}

#[test]
fn a_report_that_found_no_room_only_delays() {
    let mut device = Device::new();
    device.callbacks(3);
    device.given += BLOCK; // its report is missing
    device.frame += BLOCK;
    device.mono_us += 10_000;
    device.callbacks(20);
    assert_eq!(device.aired_ms(), Some(190));
}

#[test]
fn a_cue_without_frames_starts_and_ends() {
    let mut device = Device::new();
    let began = device.callback(0).place(7);
    device.end(began, began.frame);
    (0..6).for_each(|_| _ = device.callback(0));
    let [(_, CueEvent::Started { mono, .. }), (_, CueEvent::Ended { ending, measured })] = &device.events[..] else {
        panic!("{:?}", device.events)
    };
    assert_eq!((*mono, *ending, measured.aired_ms, measured.level_dbfs), (began.mono, Ending::Finished, 0, -120));
}

#[test]
fn the_end_waits_until_the_last_frame_has_played() {
    let mut device = Device::new();
    let began = device.callback(100).place(0); // shorter than a block: 2.08 ms
    device.end(began, 100);
    (0..4).for_each(|_| _ = device.callback(0));
    assert_eq!(device.events.len(), 0, "40 ms are in the buffer");
    device.callback(0);
    let Some((_, CueEvent::Ended { measured, .. })) = device.events.last() else { panic!("{:?}", device.events) };
    assert_eq!((measured.aired_ms, measured.elapsed_ms), (2, 2));
    assert_eq!((measured.level_dbfs, measured.peak_dbfs), (-6, -6));
}

#[test]
fn a_dismissed_cue_is_answered_for_only_if_it_began_all_the_same() {
    let mut device = Device::new();
    assert!(device.accounts.dismiss(CUE));
    let mut events = Events::new();
    device.accounts.lose(&mut events);
    assert_eq!(events, []);
    device.callbacks(6);
    assert!(!device.accounts.dismiss(CUE));
    assert_eq!(device.aired_ms(), Some(10));
}

#[test]
fn it_is_steady_between_the_report_of_the_start_and_the_end() {
    let mut device = Device::new();
    assert!(!device.accounts.is_steady(), "it is to start");
    let began = device.callback(BLOCK).place(0);
    device.callbacks(4);
    assert!(!device.accounts.is_steady(), "its first frame is still in the buffer");
    device.callbacks(1);
    assert!(device.accounts.is_steady());
    device.accounts.admit(CueId(2));
    assert!(!device.accounts.is_steady(), "another one is to follow");
    assert!(device.accounts.dismiss(CueId(2)));
    device.end(began, device.frame);
    assert!(!device.accounts.is_steady(), "its end is to be told");
    (0..6).for_each(|_| _ = device.callback(0));
    assert!(device.accounts.is_steady(), "nothing is held any more");
}
