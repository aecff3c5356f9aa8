//! What holds for any bytes as an audio file: they are played or refused, in bounded time; what is played is sound; and
//! the full decode, which decides whether a file may air, agrees with what a cue gets to hear of it.

use std::io::Write as _;
use std::path::Path;

use loa::library::{Clip, ClipError, verify};

/// Frames after which a file is left alone: what matters has shown by then, and hours of silence take a few bytes.
const ENOUGH: u64 = 500_000;

/// What came out of a file.
struct Heard {
    frames: u64,
    end: Result<(), ClipError>,
}

/// Panics where it does not hold.
pub(crate) fn holds(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("the folder for temporary files works");
    file.write_all(bytes).expect("the folder for temporary files has room");
    let changed = play(file.path(), 48_000);
    let Some(changed) = changed else { return };
    let verdict = verify(file.path());
    match &verdict {
        Ok(verified) => {
            assert!((8_000..=96_000).contains(&verified.rate) && (1..=2).contains(&verified.channels), "{verified:?}");
            if let Some(own) = play(file.path(), verified.rate) {
                assert_eq!((own.frames, own.end), (verified.frames, Ok(())));
            }
            let wanted = (verified.frames * 48_000 + u64::from(verified.rate) / 2) / u64::from(verified.rate);
            assert_eq!((changed.frames, changed.end), (wanted, Ok(())));
        }
        Err(fault) => {
            assert!(!fault.to_string().contains(|each: char| each.is_control()), "{fault}");
            // A cue may hear what the full decode finds out only at the end; it never hears another fault.
            assert!(changed.end.is_ok() || changed.end.as_ref() == Err(fault), "{:?}, then {fault}", changed.end);
        }
    }
}

/// Reads as a cue does; `None` after `ENOUGH`.
fn play(path: &Path, rate: u32) -> Option<Heard> {
    let mut heard = Heard { frames: 0, end: Ok(()) };
    let mut clip = match Clip::open(path, rate) {
        Ok(clip) => clip,
        Err(fault) => return Some(Heard { end: Err(fault), ..heard }),
    };
    let _ = clip.duration_ms();
    let mut portion = [0.0; 4096];
    loop {
        match clip.read(&mut portion) {
            Ok(0) => return Some(heard),
            Ok(frames) => {
                // The filter of a resampler may overshoot what the decoder was held to.
                assert!(portion[..frames * 2].iter().all(|sample| sample.abs() < 10_000.0), "no sound");
                heard.frames += frames as u64;
                if heard.frames > ENOUGH {
                    return None;
                }
            }
            Err(fault) => {
                assert_eq!(clip.read(&mut portion), Err(fault.clone()), "a fault stays");
                return Some(Heard { end: Err(fault), ..heard });
            }
        }
    }
}
