//! An open piece of audio as the deck wants it: stereo `f32` at the device's rate.
//!
//! In: a path and a rate. Out: frames, decoded as they are asked for, from one handle that stays open; a file of the
//! device's own rate comes out bit for bit. Runs on a cue's own thread: it reads files and allocates, so never in the
//! device's callback. Next: `verify`, which decodes the whole before anything airs.

use std::fs::File;
use std::path::Path;

use super::decode::Decoder;
use super::error::ClipError;
use super::resample::RateChange;

/// Audio that is being played, or is about to be.
pub struct Clip {
    decoder: Decoder,
    change: Option<RateChange>,
    /// Frames at the device's rate that no reader has taken yet, from `taken` on.
    ready: Vec<f32>,
    taken: usize,
    ended: bool,
    fault: Option<ClipError>,
}

impl Clip {
    /// Opens a file for a device that plays `rate` frames per second (above 0), and decodes its first packet.
    ///
    /// Refuses all that is not one or two channels of 8 to 96 kHz in a known kind, by content and not by file name.
    pub fn open(path: &Path, rate: u32) -> Result<Self, ClipError> {
        Ok(Self::of(Decoder::open(path)?, rate))
    }

    /// The same of a file of that length that is open already.
    pub(super) fn of_file(file: File, length: u64, rate: u32) -> Result<Self, ClipError> {
        Ok(Self::of(Decoder::of_file(file, length)?, rate))
    }

    fn of(decoder: Decoder, rate: u32) -> Self {
        let change = (decoder.rate() != rate).then(|| RateChange::new(decoder.rate(), rate));
        Self { decoder, change, ready: Vec::new(), taken: 0, ended: false, fault: None }
    }

    /// Length in milliseconds that the file declares; `None` if it does not say (MP3 without Xing header).
    #[must_use]
    pub fn duration_ms(&self) -> Option<i64> {
        self.decoder.duration_ms()
    }

    /// Fills `out` (interleaved stereo, an even number of samples) as far as the audio goes; answers with the number of frames.
    ///
    /// Fewer than asked for come only at the end, 0 after it. What was decoded before a damaged place is given out first;
    /// then, and at every later call, the answer is the error.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, ClipError> {
        let wanted = out.len() / 2 * 2;
        let mut filled = 0;
        while filled < wanted {
            if self.taken == self.ready.len() && !self.refill() {
                break;
            }
            let portion = (wanted - filled).min(self.ready.len() - self.taken);
            out[filled..filled + portion].copy_from_slice(&self.ready[self.taken..self.taken + portion]);
            self.taken += portion;
            filled += portion;
        }
        match &self.fault {
            Some(fault) if filled == 0 && wanted > 0 => Err(fault.clone()),
            _ => Ok(filled / 2),
        }
    }

    /// Decodes until there is something to take; false at the end and after a fault.
    fn refill(&mut self) -> bool {
        self.ready.clear();
        self.taken = 0;
        while self.ready.is_empty() && !self.ended {
            match (self.decoder.next_block(), &mut self.change) {
                (Ok(Some(block)), None) => self.ready.extend_from_slice(block),
                (Ok(Some(block)), Some(change)) => change.push(block, &mut self.ready),
                (end, change) => {
                    self.ended = true;
                    self.fault = end.err();
                    if let Some(change) = change {
                        change.finish(&mut self.ready);
                    }
                }
            }
        }
        !self.ready.is_empty()
    }
}
