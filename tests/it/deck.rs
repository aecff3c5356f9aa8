//! The deck to the frame: starts, ends, fades and seams, whatever the block sizes.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set up fails its test here")]

use loa::airing::Reason;
use loa::desk::{CueEvent, CueId, End, Ending, Start};
use loa::playout::SLOTS;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::rig::{EPOCH_US, FADE, Rig, at_us, clip, instant, owner};

pub(crate) const CUE: fn(u64) -> CueId = CueId;

/// Nothing is written beside the sources: a failing case prints itself.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// The air from `first` on must be `clip(old)` faded out by `cut`, then cue `new` from its start.
fn assert_cut(rig: &Rig, cut: usize, fade: usize, new: u64) {
    let old_began = rig.aired(1).1.unwrap();
    let whole = clip(1, 0, cut - old_began);
    for frame in old_began..cut {
        let gain = if frame < cut - fade { 1.0 } else { (cut - frame) as f32 / fade as f32 };
        let full = whole[frame - old_began][0];
        let (is, must) = (rig.air[frame][0], full * gain);
        assert!((is - must).abs() <= full * 1e-4, "frame {frame} is {is}, not {must}");
    }
    assert_eq!(rig.air[cut..cut + 100], clip(new, 0, 100), "the new cue begins on frame {cut}");
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_hard_start_falls_on_the_frame_that_its_own_callback_names(
        drift_ppm in -400_i64..400,
        after_us in 100_000_i64..900_000,
        sizes in vec(1_usize..3000, 400),
        leads in vec(20_000_i64..60_000, 400),
    ) {
        let mut rig = Rig::new();
        rig.drift_ppm = drift_ppm;
        rig.cue(1, 2000);
        rig.port.start(CUE(1), Start::At(at_us(after_us)));
        for (size, lead_us) in sizes.into_iter().zip(leads) {
            rig.lead_us = lead_us;
            rig.block(size);
            if rig.air.len() > 50_000 {
                break;
            }
        }
        let (count, first) = rig.aired(1);
        let first = first.unwrap();
        prop_assert_eq!(count, 2000);
        prop_assert_eq!(&rig.air[first..first + 2000], &clip(1, 0, 2000)[..]);
        let (block, stamp) = *rig.stamps.iter().rfind(|(frame, _)| *frame <= first).unwrap();
        let ahead_us = EPOCH_US + after_us - stamp.wall_us - stamp.lead_us;
        prop_assert_eq!((first - block) as i64, (ahead_us as f64 * 0.048).round() as i64);
        // By the device's true time it is off by half a frame, the rounding of stamps, and the drift within one block.
        let error_us = rig.plays_us(first) - after_us;
        let drift_us = 62_500 * drift_ppm.abs() / 1_000_000;
        prop_assert!(error_us.abs() <= 12 + drift_us, "{error_us} us");
        let Some(CueEvent::Started { error_us: Some(said_us), at, .. }) = rig.story(1).first().copied() else {
            panic!("not started: {:?}", rig.events)
        };
        prop_assert!((said_us - error_us).abs() <= 2 + drift_us, "says {said_us}, is {error_us}");
        prop_assert_eq!((*at - at_us(after_us)).num_microseconds(), Some(*said_us));
    }

    #[test]
    fn cues_in_a_row_are_exactly_their_samples(
        lengths in vec(0_usize..4000, 1..=SLOTS),
        sizes in vec(1_usize..2500, 60),
        armed in 0_usize..60,
    ) {
        let mut rig = Rig::new();
        rig.blocks(sizes.iter().copied().take(armed));
        let mut must = Vec::new();
        for (i, frames) in lengths.iter().enumerate() {
            let id = i as u64 + 1;
            rig.cue(id, *frames);
            rig.port.start(CUE(id), if i == 0 { Start::Now } else { Start::After(CUE(id - 1)) });
            must.extend(clip(id, 0, *frames));
        }
        let began = rig.air.len();
        while rig.air.len() < began + 70_000 {
            rig.blocks(sizes.iter().copied());
        }
        prop_assert_eq!(&rig.air[began..began + must.len()], &must[..]);
        prop_assert!(rig.air[began + must.len()..].iter().all(|frame| owner(*frame).is_none()), "silence afterwards");
        for (i, frames) in lengths.iter().enumerate() {
            let (ending, measured) = rig.ended(i as u64 + 1).unwrap();
            prop_assert_eq!((ending, measured.aired_ms), (Ending::Finished, *frames as i64 / 48));
        }
        let order: Vec<u64> = rig.events.iter().map(|(cue, _)| cue.0).collect();
        prop_assert!(order.is_sorted(), "told in the order in which they aired: {order:?}");
        prop_assert_eq!(rig.allocated, 0);
    }

    #[test]
    fn what_is_on_the_air_is_faded_out_by_the_frame_of_the_next_start(
        sizes in vec(1_usize..3000, 80),
        cut in 3000_usize..9000,
    ) {
        let mut rig = Rig::new();
        rig.cue(1, 20_000);
        rig.cue(2, 500);
        rig.port.start(CUE(1), Start::Now);
        rig.port.start(CUE(2), Start::At(instant(cut)));
        for size in sizes {
            rig.block(size);
        }
        rig.play_to(30_000, 480);
        let cut = rig.aired(2).1.unwrap();
        assert_cut(&rig, cut, FADE, 2);
        prop_assert_eq!(rig.ended(1).unwrap().0, Ending::Cut);
        prop_assert_eq!(rig.ended(1).unwrap().1.aired_ms, cut as i64 / 48);
        prop_assert_eq!(rig.aired(1).0, cut);
    }
}

#[test]
fn an_instant_that_has_passed_starts_at_once_after_a_steep_fade() {
    let mut rig = Rig::new();
    rig.cue(1, 100_000);
    rig.cue(2, 500);
    rig.cue(3, 500);
    rig.port.start(CUE(1), Start::Now);
    rig.block(4800);
    rig.port.start(CUE(2), Start::At(at_us(-5_000_000)));
    rig.play_to(20_000, 100);
    assert_cut(&rig, 4800 + 240, 240, 2);
    rig.port.start(CUE(3), Start::At(at_us(-5_000_000)));
    rig.play_to(40_000, 1000);
    assert_eq!(rig.aired(3).1, Some(20_000), "with nothing on the air: on the first frame");
    let Some(CueEvent::Started { error_us: Some(late_us), .. }) = rig.story(3).first().copied() else { panic!() };
    assert_eq!(*late_us, 5_000_000 + 20_000 * 1_000_000 / 48_000);
}

#[test]
fn now_cuts_with_a_whole_fade_and_passes_over_what_waits() {
    let mut rig = Rig::new();
    rig.cue(1, 100_000);
    rig.cue(2, 500);
    rig.cue(3, 500);
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::After(CUE(1)));
    rig.play_to(5000, 512);
    rig.port.start(CUE(3), Start::Now);
    rig.play_to(20_000, 512);
    assert_cut(&rig, 5000 + FADE, FADE, 3);
    assert_eq!(rig.aired(2).0, 0, "passed over");
    rig.port.start(CUE(2), Start::Now);
    rig.play_to(30_000, 512);
    assert_eq!(rig.aired(2), (500, Some(20_000)), "but still held");
}

#[test]
fn an_end_fades_and_what_waits_for_it_follows() {
    let mut rig = Rig::new();
    for id in 1..=3 {
        rig.cue(id, 100_000);
    }
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::After(CUE(1)));
    rig.port.start(CUE(3), Start::After(CUE(2)));
    rig.play_to(4096, 1024);
    rig.port.end(CUE(1), End::Now);
    rig.play_to(8192, 1024);
    assert_cut(&rig, 4096 + FADE, FADE, 2);
    rig.port.end(CUE(2), End::At(instant(30_000)));
    rig.play_to(40_000, 700);
    assert_eq!((rig.aired(2).0, rig.aired(3).1), (30_000 - 4096 - FADE, Some(30_000)));
    assert_eq!(rig.ended(2).unwrap().0, Ending::Cut);
}

#[test]
fn an_end_takes_back_what_has_not_begun_and_nothing_answers() {
    let mut rig = Rig::new();
    for id in 1..=4 {
        rig.cue(id, 10_000);
    }
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::At(instant(5000)));
    rig.port.start(CUE(3), Start::After(CUE(2)));
    rig.port.end(CUE(4), End::At(instant(3000)));
    rig.block(1000);
    rig.port.end(CUE(2), End::Now);
    rig.play_to(30_000, 1000);
    assert_eq!(rig.aired(1).0, 10_000, "no longer cut");
    assert_eq!((rig.aired(2).0, rig.aired(3).0), (0, 0), "what waited for it is passed over");
    assert!([2, 3, 4].iter().all(|id| rig.story(*id).is_empty()));
    for id in 5..5 + SLOTS as u64 - 1 {
        rig.cue(id, 1); // cue 3 is still held, the others are not
    }
}

#[test]
fn a_fade_whose_cause_is_withdrawn_is_taken_back() {
    let mut rig = Rig::new();
    rig.cue(1, 20_000);
    rig.cue(2, 500);
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::At(instant(5000)));
    rig.play_to(4700, 100);
    assert!(rig.air[4699][0] < 4700.0 / 2.0, "fading");
    rig.port.end(CUE(2), End::Now);
    rig.play_to(30_000, 100);
    assert_eq!(rig.air[8000..20_000], clip(1, 8000, 12_000));
    assert_eq!(rig.ended(1).unwrap().0, Ending::Finished);
}

#[test]
fn what_follows_one_that_is_over_starts_at_the_next_callback() {
    let mut rig = Rig::new();
    rig.cue(1, 100);
    rig.cue(2, 100);
    rig.port.start(CUE(1), Start::Now);
    rig.play_to(3000, 1000);
    rig.port.start(CUE(2), Start::After(CUE(1)));
    rig.play_to(5000, 1000);
    assert_eq!(rig.aired(2), (100, Some(3000)));
}

#[test]
fn nothing_begins_in_the_last_moments_before_a_hard_start() {
    let mut rig = Rig::new();
    for id in 1..=3 {
        rig.cue(id, 4900);
    }
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::After(CUE(1)));
    rig.port.start(CUE(3), Start::At(instant(5000)));
    rig.play_to(30_000, 300);
    assert_eq!((rig.aired(1).0, rig.aired(2).0, rig.aired(3)), (4900, 0, (4900, Some(5000))));
    assert_eq!(rig.ended(1).unwrap().0, Ending::Finished);
}

#[test]
fn a_cue_that_is_not_ready_cuts_nothing() {
    let mut rig = Rig::new();
    rig.cue(1, 100_000);
    let mut fill = rig.load(2, 5000);
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::At(instant(2000)));
    rig.play_to(10_000, 500);
    assert_eq!(rig.air[..10_000], clip(1, 0, 10_000));
    fill.push(clip(2, 0, 3000).as_flattened());
    fill.complete();
    rig.play_to(20_000, 500);
    assert_eq!(rig.aired(2), (3000, Some(10_240)));
}

#[test]
fn a_dry_ring_is_silence_that_does_not_count() {
    let mut rig = Rig::new();
    let mut fill = rig.load(1, 50_000);
    fill.push(clip(1, 0, 4800).as_flattened());
    rig.port.start(CUE(1), Start::Now);
    rig.play_to(9600, 480);
    fill.push(clip(1, 4800, 4800).as_flattened());
    fill.complete();
    rig.play_to(30_000, 480);
    assert_eq!(rig.air[9600..14_400], clip(1, 4800, 4800));
    let (ending, measured) = rig.ended(1).unwrap();
    assert_eq!(
        (ending, measured.aired_ms, measured.starved_ms, measured.elapsed_ms),
        (Ending::Finished, 200, 100, 300)
    );
}

#[test]
fn more_than_a_second_of_filled_in_silence_ends_a_cue() {
    let mut rig = Rig::new();
    let mut fill = rig.load(1, 50_000);
    fill.push(clip(1, 0, 4800).as_flattened());
    rig.port.start(CUE(1), Start::Now);
    rig.play_to(100_000, 480);
    let (ending, measured) = rig.ended(1).unwrap();
    assert_eq!((ending, measured.aired_ms), (Ending::Fault(Reason::Starved), 100));
    assert_eq!(measured.starved_ms, 1010);
    assert!(!fill.is_wanted(), "its ring has come back");
}

#[test]
fn a_decoder_that_fails_ends_the_cue_after_its_good_samples() {
    let mut rig = Rig::new();
    let mut fill = rig.load(1, 50_000);
    rig.cue(2, 100);
    fill.push(clip(1, 0, 4801).as_flattened());
    drop(fill);
    rig.port.start(CUE(1), Start::Now);
    rig.port.start(CUE(2), Start::After(CUE(1)));
    rig.play_to(20_000, 1000);
    assert_eq!(rig.ended(1).unwrap().0, Ending::Fault(Reason::DecodeError));
    assert_eq!(rig.air[..4901], [clip(1, 0, 4801), clip(2, 0, 100)].concat());
}

#[test]
fn a_cue_too_many_finds_no_slot_until_one_is_handed_back() {
    let mut rig = Rig::new();
    for id in 1..=SLOTS as u64 {
        rig.cue(id, 10);
    }
    let (_fill, load) = loa::playout::ring::ring(1, 1);
    let load = rig.port.load(CUE(99), load).unwrap_err();
    rig.port.end(CUE(3), End::Now);
    rig.block(64);
    assert!(rig.port.load(CUE(99), load).is_ok());
}
