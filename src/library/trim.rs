//! Cuts what an encoder added: its delay at the front, its padding at the end.
//!
//! In: blocks of stereo frames as they come from the decoder. Out: the same blocks without the added frames. Pure; holds
//! back at most the padding (some thousand frames) to see whether the stream really ends there. Next: `decode`.

/// What to do when the declared end is reached and frames still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    /// The container says where the audio ends: all that follows is padding.
    Padding,
    /// A header at the front said so, and at most this many frames are padding. If more follow, the header was wrong (two
    /// MP3 files joined by hand keep the first one's header), and everything is audio.
    AtMost(u64),
}

/// Where the audio begins and ends inside the decoded frames.
#[derive(Debug)]
pub(super) struct Trim {
    skip: u64,
    keep: Option<u64>,
    beyond: Beyond,
    passed: u64,
    held: Vec<f32>,
}

impl Trim {
    /// Drops `skip` frames at the front and keeps `keep` after them, all if `None`.
    pub(super) fn new(skip: u64, keep: Option<u64>, beyond: Beyond) -> Self {
        Self { skip, keep, beyond, passed: 0, held: Vec::new() }
    }

    /// Frames let through so far.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether all that is kept has been let through; what may still come is padding, unless more of it comes than was said.
    pub(super) fn is_full(&self) -> bool {
        self.keep == Some(self.passed)
    }

    /// Cuts one block of interleaved stereo in place.
    pub(super) fn pass(&mut self, block: &mut Vec<f32>) {
        let dropped = self.skip.min(block.len() as u64 / 2);
        block.drain(..dropped as usize * 2);
        self.skip -= dropped;
        if let Some(keep) = self.keep {
            self.hold_back(block, keep);
        }
        self.passed += block.len() as u64 / 2;
    }

    fn hold_back(&mut self, block: &mut Vec<f32>, keep: u64) {
        let room = usize::try_from((keep - self.passed) * 2).unwrap_or(usize::MAX);
        if block.len() <= room {
            return;
        }
        match self.beyond {
            Beyond::Padding => block.truncate(room),
            Beyond::AtMost(padding) => {
                self.held.extend(block.drain(room..));
                if self.held.len() as u64 / 2 > padding {
                    block.append(&mut self.held);
                    self.keep = None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends frames numbered from 0 through in blocks of 10 and returns the numbers that came out.
    fn numbers(mut trim: Trim, frames: usize) -> Vec<usize> {
        let mut out = Vec::new();
        let all: Vec<f32> = (0..frames).flat_map(|n| [n as f32; 2]).collect();
        for block in all.chunks(20) {
            let mut block = block.to_vec();
            trim.pass(&mut block);
            out.extend(block.iter().step_by(2).map(|n| *n as usize));
        }
        assert_eq!(trim.passed(), out.len() as u64);
        out
    }

    #[test]
    fn delay_and_padding_go_and_the_rest_stays() {
        let trim = Trim::new(13, Some(20), Beyond::AtMost(7));
        assert_eq!(numbers(trim, 40), (13..33).collect::<Vec<_>>());
        let trim = Trim::new(0, Some(25), Beyond::Padding);
        assert_eq!(numbers(trim, 100), (0..25).collect::<Vec<_>>());
    }

    #[test]
    fn a_stream_that_goes_on_beyond_its_padding_is_played_whole() {
        let trim = Trim::new(3, Some(20), Beyond::AtMost(7));
        assert_eq!(numbers(trim, 95), (3..95).collect::<Vec<_>>());
    }
}
