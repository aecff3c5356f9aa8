//! The outline of a content: how loud it is from beginning to end, to be seen at a glance.
//!
//! In: blocks of stereo frames, however many. Out: some hundred columns of peak and mean level, and their picture. One pass,
//! a bounded number of columns: when there are too many, each two become one. Pure. Next: `crate::library`, which decodes.

use std::fmt::Write as _;

use serde::Serialize;

/// More columns than this are never kept; there are at least half as many unless the content is shorter than a second or two.
pub const MOST_COLUMNS: usize = 800;

/// Frames of the first columns.
const FIRST_FRAMES: u32 = 64;

/// Height of the picture in its own units; its width is the number of columns.
const HEIGHT: u16 = 100;

/// The outline of one content. Levels are linear, 255 is full scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// The largest sample of each column, either channel.
    pub peaks: Vec<u8>,
    /// The mean level (RMS) of each column.
    pub means: Vec<u8>,
}

/// One column in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    peak: f32,
    power: f64,
    samples: u64,
}

impl Column {
    fn join(self, other: Self) -> Self {
        let Self { peak, power, samples } = self;
        Self { peak: peak.max(other.peak), power: power + other.power, samples: samples + other.samples }
    }

    fn mean(self) -> f32 {
        if self.samples == 0 { 0.0 } else { (self.power / self.samples as f64).sqrt() as f32 }
    }
}

/// Takes frames and draws the outline.
#[derive(Debug)]
pub struct Pencil {
    columns: Vec<Column>,
    newest: Column,
    /// Frames that a column holds by now.
    frames: u32,
    /// Frames in the newest column.
    taken: u32,
}

impl Default for Pencil {
    fn default() -> Self {
        Self { columns: Vec::with_capacity(MOST_COLUMNS), newest: Column::default(), frames: FIRST_FRAMES, taken: 0 }
    }
}

impl Pencil {
    /// Takes the next block of interleaved stereo.
    pub fn take(&mut self, block: &[f32]) {
        for [left, right] in block.as_chunks::<2>().0 {
            self.newest.peak = self.newest.peak.max(left.abs()).max(right.abs());
            self.newest.power += f64::from(left * left) + f64::from(right * right);
            self.newest.samples += 2;
            self.taken += 1;
            if self.taken == self.frames {
                self.end_column();
            }
        }
    }

    fn end_column(&mut self) {
        self.columns.push(std::mem::take(&mut self.newest));
        self.taken = 0;
        if self.columns.len() == MOST_COLUMNS {
            self.columns =
                self.columns.chunks(2).map(|two| two.iter().fold(Column::default(), |a, b| a.join(*b))).collect();
            // A day at 96 kHz, which is the most that is played, needs 2^24 of them.
            self.frames *= 2;
        }
    }

    /// The outline of all that was taken, `duration_ms` long.
    #[must_use]
    pub fn finish(mut self, duration_ms: i64) -> Outline {
        if self.taken > 0 {
            self.columns.push(self.newest);
        }
        let byte = |level: f32| (level.clamp(0.0, 1.0) * 255.0).round() as u8;
        Outline {
            duration_ms,
            peaks: self.columns.iter().map(|column| byte(column.peak)).collect(),
            means: self.columns.iter().map(|column| byte(column.mean())).collect(),
        }
    }
}

impl Outline {
    /// Its picture: an SVG that stretches to any size; the peaks pale, the mean level dark before them.
    #[must_use]
    pub fn svg(&self) -> String {
        let width = self.peaks.len().max(1);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\">"
        );
        for (levels, colour) in [(&self.peaks, "#8fb3cf"), (&self.means, "#1f5f8b")] {
            let _ = write!(svg, "<path fill=\"{colour}\" d=\"{}\"/>", shape(levels));
        }
        svg.push_str("</svg>");
        svg
    }
}

/// A shape that is as high above the middle as below it, never quite flat.
fn shape(levels: &[u8]) -> String {
    let middle = HEIGHT / 2;
    let half = |level: u8| (u16::from(level) * (middle - 2) / 255).max(1);
    let mut path = format!("M0 {middle}");
    for (at, level) in levels.iter().enumerate() {
        let _ = write!(path, "L{at} {}", middle - half(*level));
    }
    for (at, level) in levels.iter().enumerate().rev() {
        let _ = write!(path, "L{at} {}", middle + half(*level));
    }
    path.push('Z');
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(frames: impl Iterator<Item = f32>) -> Outline {
        let mut pencil = Pencil::default();
        let samples: Vec<f32> = frames.flat_map(|level| [level, -level]).collect();
        samples.chunks(999 * 2).for_each(|block| pencil.take(block));
        pencil.finish(1000)
    }

    #[test]
    fn an_hour_has_no_more_columns_than_a_minute() {
        for seconds in [1, 60, 600] {
            let outline = outline((0..seconds * 8_000).map(|_| 0.5));
            assert!((MOST_COLUMNS / 7..=MOST_COLUMNS).contains(&outline.peaks.len()), "{seconds} s");
            assert!(outline.peaks.iter().chain(&outline.means).all(|level| *level == 128), "{seconds} s");
        }
    }

    #[test]
    fn loud_and_quiet_stand_where_they_are_heard() {
        let outline = outline((0..400_000).map(|at| if at < 200_000 { 0.0 } else { 1.0 }));
        let middle = outline.peaks.len() / 2;
        assert!(outline.peaks[..middle - 2].iter().all(|level| *level == 0));
        assert!(outline.peaks[middle + 2..].iter().all(|level| *level == 255));
        assert!(outline.svg().len() < 40_000 && outline.svg().ends_with("Z\"/></svg>"));
    }

    #[test]
    fn nothing_has_an_outline_too() {
        assert_eq!(Pencil::default().finish(0).peaks, Vec::<u8>::new());
        assert!(Pencil::default().finish(0).svg().contains("viewBox=\"0 0 1 100\""));
    }
}
