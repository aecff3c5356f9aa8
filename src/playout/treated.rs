//! The audio of a cue as it is to be aired: with its gain, and without the silence that is left out at its ends.
//!
//! In: decoded frames at the device's rate, and a treatment. Out: frames, exact to the sample: without a treatment those
//! that went in, bit for bit. Runs where decoding happens, so that the callback has nothing to do with it. Next: `cue`.

use super::cue::Samples;
use crate::airing::Reason;
use crate::sound::Treatment;

/// Audio under a treatment.
pub(super) struct Treated {
    samples: Box<dyn Samples + Send>,
    factor: f32,
    /// Frames still to be left out at the front.
    skip: u64,
    /// Frames still to be given out; `None` for all that there are.
    left: Option<u64>,
}

impl Treated {
    /// Treats audio of `length_ms` milliseconds for a device of `rate` frames per second. What is to go at the end only does
    /// if that length is known.
    pub(super) fn new(
        samples: Box<dyn Samples + Send>,
        treatment: Treatment,
        length_ms: Option<i64>,
        rate: u32,
    ) -> Self {
        let frames = |ms: i64| u64::try_from(ms).unwrap_or(0) * u64::from(rate) / 1000;
        let (skip, end) = (frames(treatment.skip_ms), length_ms.map(|ms| frames(ms - treatment.drop_ms)));
        let left = end.filter(|_| treatment.drop_ms > 0).map(|end| end.saturating_sub(skip));
        Self { samples, factor: treatment.factor(), skip, left }
    }

    /// Fills the front of `out` with interleaved stereo and says how many frames; 0 at the end.
    pub(super) fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason> {
        while self.skip > 0 {
            let most = out.len().min(usize::try_from(self.skip * 2).unwrap_or(usize::MAX));
            match self.samples.read(&mut out[..most])? {
                0 => return Ok(0),
                frames => self.skip -= frames as u64,
            }
        }
        let most = self.left.map_or(out.len(), |left| out.len().min(usize::try_from(left * 2).unwrap_or(usize::MAX)));
        if most == 0 {
            return Ok(0);
        }
        let frames = self.samples.read(&mut out[..most])?;
        if let Some(left) = &mut self.left {
            *left -= frames as u64;
        }
        // Not even a multiplication by one: what is not treated is not touched.
        if self.factor.to_bits() != 1.0_f32.to_bits() {
            out[..2 * frames].iter_mut().for_each(|sample| *sample *= self.factor);
        }
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames numbered from 1, at most seven at a time.
    struct Numbered(std::ops::RangeInclusive<u32>);

    impl Samples for Numbered {
        fn read(&mut self, out: &mut [f32]) -> Result<usize, Reason> {
            let frames = out.as_chunks_mut::<2>().0.iter_mut().take(7);
            Ok(frames.zip(&mut self.0).map(|(frame, number)| *frame = [number as f32, -(number as f32)]).count())
        }

        fn duration_ms(&self) -> Option<i64> {
            None
        }
    }

    /// What comes out of 1000 frames at 1000 Hz.
    fn treated(treatment: Treatment, length_ms: Option<i64>) -> Vec<f32> {
        let mut treated = Treated::new(Box::new(Numbered(1..=1000)), treatment, length_ms, 1000);
        let (mut all, mut portion) = (Vec::new(), [0.0; 20]);
        loop {
            match treated.read(&mut portion).unwrap() {
                0 => break,
                frames => all.extend(portion[..2 * frames].as_chunks::<2>().0.iter().map(|frame| frame[0])),
            }
        }
        assert_eq!(treated.read(&mut portion), Ok(0), "the end stays the end");
        all
    }

    fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<f32> {
        range.map(|number| number as f32).collect()
    }

    #[test]
    fn frames_go_at_both_ends_and_no_others() {
        let trims = |skip_ms, drop_ms| Treatment { gain_cb: 0, skip_ms, drop_ms };
        assert_eq!(treated(Treatment::default(), Some(1000)), numbers(1..=1000));
        assert_eq!(treated(Treatment::default(), Some(3)), numbers(1..=1000), "a wrong length cuts nothing");
        assert_eq!(treated(trims(33, 0), Some(1000)), numbers(34..=1000));
        assert_eq!(treated(trims(0, 1), Some(1000)), numbers(1..=999));
        assert_eq!(treated(trims(500, 499), Some(1000)), numbers(501..=501));
        assert_eq!(treated(trims(500, 500), Some(1000)), [0.0; 0]);
        assert_eq!(treated(trims(0, 500), None), numbers(1..=1000));
        assert_eq!(treated(trims(2000, 0), None), [0.0; 0]);
    }

    #[test]
    fn one_gain_applies_to_every_sample() {
        let louder = treated(Treatment { gain_cb: 60, ..Treatment::default() }, None);
        assert!(louder.iter().zip(1..).all(|(found, number)| (found / number as f32 - 1.995_262).abs() < 1e-5));
        let quieter = treated(Treatment { gain_cb: -200, ..Treatment::default() }, None);
        assert!(quieter.iter().zip(1..).all(|(found, number)| (found / number as f32 - 0.1).abs() < 1e-6));
    }
}
