//! Owns the stream: opens the output, notices its loss, opens it again; each stream is a generation.
//!
//! In: an output, and what to render with. Out: one `Change` per poll at most. This version opens within the poll and
//! judges by errors alone. Next: `output`, whose feeds this hands out.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::clock::{Clock, Moment, Mono};
use crate::output::{Feed, Format, Output, Stream};

/// Makes what renders one generation of the stream.
pub type MakeDeck = Box<dyn FnMut(&Format, u64) -> Feed + Send>;

/// What became of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is open and frames have really gone.
    Up {
        /// What the device agreed to.
        format: Format,
        /// Which stream.
        generation: u64,
    },
    /// It went away or did not open.
    Lost {
        /// The driver's words or what was observed.
        why: String,
        /// Which stream.
        generation: u64,
    },
}

/// The stream's keeper.
pub struct Supervisor {
    output: Arc<dyn Output>,
    make_deck: MakeDeck,
    generation: u64,
    stream: Option<Box<dyn Stream>>,
    retry_at: Mono,
    lost: bool,
}

impl Supervisor {
    /// Opens at the first poll.
    #[must_use]
    pub fn new(output: Arc<dyn Output>, _clock: Clock, make_deck: MakeDeck) -> Self {
        Self { output, make_deck, generation: 0, stream: None, retry_at: Mono(i64::MIN), lost: false }
    }

    /// What has changed since the last poll.
    pub fn poll(&mut self, now: Moment) -> Option<Change> {
        let why = match &self.stream {
            Some(stream) if stream.errors().0 > 0 => stream.errors().1.unwrap_or_default(),
            Some(_) => return None,
            None if now.mono < self.retry_at => return None,
            None => match self.open() {
                Ok(format) => return Some(Change::Up { format, generation: self.generation }),
                Err(why) => why,
            },
        };
        self.stream = None;
        self.retry_at = now.mono.plus(TimeDelta::milliseconds(500));
        let again = std::mem::replace(&mut self.lost, true);
        (!again).then_some(Change::Lost { why, generation: self.generation })
    }

    fn open(&mut self) -> Result<Format, String> {
        self.generation += 1;
        let generation = self.generation;
        let mut agreed = None;
        let mut feed = |format: &Format| {
            agreed = Some(format.clone());
            (self.make_deck)(format, generation)
        };
        let stream = self.output.open(&mut feed).map_err(|error| error.0)?;
        self.stream = Some(stream);
        self.lost = false;
        agreed.ok_or_else(|| "the output did not say its format".into())
    }
}
