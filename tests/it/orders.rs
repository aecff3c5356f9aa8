//! A thousand random lives of a deck: whatever is ordered, and whatever the device does.
//!
//! In: loads, starts, ends, feeds, blocks and underruns in any order. Out: nothing sounds twice or beside another, nothing
//! is claimed that was not delivered, every cue's story makes sense, and the callback never touches the heap.

use loa::airing::Reason;
use loa::desk::{CueEvent, End, Start};
use loa::playout::ring::ring;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::deck::{CUE, cases};
use crate::rig::{Rig, at_us, clip, owner};

#[derive(Debug, Clone)]
enum Step {
    Load(usize, bool),
    Start(u64, u8, i64),
    End(u64, bool, i64),
    Feed(usize, bool),
    Block(usize, i64),
    Xrun(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0_usize..6000, any::<bool>()).prop_map(|(frames, complete)| Step::Load(frames, complete)),
        4 => (1_u64..40, 0_u8..3, -20_000_i64..200_000).prop_map(|(back, kind, us)| Step::Start(back, kind, us)),
        2 => (1_u64..40, any::<bool>(), -20_000_i64..200_000).prop_map(|(back, now, us)| Step::End(back, now, us)),
        2 => (1_usize..3000, any::<bool>()).prop_map(|(frames, fails)| Step::Feed(frames, fails)),
        6 => (1_usize..1200, 0_i64..60_000).prop_map(|(frames, lead)| Step::Block(frames, lead)),
        1 => (0_i64..500_000).prop_map(Step::Xrun),
    ]
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn no_sequence_of_orders_upsets_it(steps in vec(step(), 1..120)) {
        let mut rig = Rig::new();
        let (mut newest, mut open) = (0, Vec::new());
        for step in steps {
            let now_us = rig.plays_us(rig.air.len());
            match step {
                Step::Load(frames, complete) => {
                    let (mut fill, load) = ring(8000, 200);
                    if rig.port.load(CUE(newest + 1), load).is_ok() {
                        newest += 1;
                        rig.accounts.admit(CUE(newest));
                        fill.push(clip(newest, 0, frames).as_flattened());
                        if complete { fill.complete() } else { open.push((newest, frames, fill)) }
                    }
                }
                Step::Start(back, kind, us) => {
                    let order = match kind {
                        0 => Start::Now,
                        1 => Start::After(CUE(newest.saturating_sub(back / 2))),
                        _ => Start::At(at_us(now_us + us)),
                    };
                    rig.port.start(CUE(newest.saturating_sub(back / 3)), order);
                }
                Step::End(back, now, us) => {
                    let order = if now { End::Now } else { End::At(at_us(now_us + us)) };
                    rig.port.end(CUE(newest.saturating_sub(back / 3)), order);
                }
                Step::Feed(frames, fails) => {
                    if let Some((id, from, mut fill)) = open.pop() {
                        let taken = fill.push(clip(id, from, frames).as_flattened());
                        if !fails {
                            open.insert(0, (id, from + taken, fill));
                        }
                    }
                }
                Step::Block(frames, lead_us) => {
                    rig.lead_us = lead_us;
                    rig.block(frames);
                }
                Step::Xrun(stall_us) => {
                    rig.xruns += 1;
                    rig.stall_us += stall_us;
                }
            }
        }
        prop_assert_eq!(rig.allocated, 0, "the callback touched the heap");
        rig.accounts.lose(&mut rig.events);
        check_invariants(&rig, newest)?;
    }
}

fn check_invariants(rig: &Rig, newest: u64) -> Result<(), TestCaseError> {
    // One stretch of air for each cue: none comes back, none sounds beside another.
    let mut delivered = vec![0_i64; newest as usize + 1];
    let mut last = None;
    for id in rig.air.iter().filter_map(|frame| owner(*frame)) {
        prop_assert!(last == Some(id) || delivered[id as usize] == 0, "cue {} came back", id);
        delivered[id as usize] += 1;
        last = Some(id);
    }
    for id in 1..=newest {
        let (aired, mut started, mut ended) = (delivered[id as usize], false, false);
        for (_, event) in rig.events.iter().filter(|(cue, _)| *cue == CUE(id)) {
            prop_assert!(!ended, "something after the end of {}", id);
            match event {
                CueEvent::Started { .. } => {
                    prop_assert!(!started);
                    started = true;
                }
                CueEvent::Progress(measured) | CueEvent::Ended { measured, .. } => {
                    prop_assert!(started);
                    prop_assert!(
                        measured.aired_ms * 48 <= aired,
                        "{} claims {} of {}",
                        id,
                        measured.aired_ms * 48,
                        aired
                    );
                    ended = matches!(event, CueEvent::Ended { .. });
                }
                CueEvent::Refused(reason) => {
                    prop_assert!(!started && *reason == Reason::NoDevice);
                    ended = true;
                }
                CueEvent::Ready { .. } => {}
            }
        }
    }
    Ok(())
}
