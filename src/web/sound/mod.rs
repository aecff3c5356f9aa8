//! Sound for the ears and eyes of whoever looks at a page: contents as browsers play them, their outlines, their player.
//!
//! In: hashes. Out: bytes by range, pictures, markup. Only contents that a bulletin, a file of the schedule or a row of the log
//! names, or that came in a moment ago, are given out. One decoding at a time, never on the page's own thread. Next: `range`.

mod player; // the player of a content
mod range; // which bytes are asked for
mod serve; // contents and outlines as browsers ask for them

use std::sync::Arc;

use tokio::sync::Semaphore;

pub(super) use player::player;

use super::routes::Route;
use crate::config::Config;
use crate::office::peaks::Outlines;
use crate::office::upload::Uploads;

/// What the page keeps of sounds.
pub(super) struct Sounds {
    /// Files that came in and are not recorded yet.
    pub(super) uploads: Arc<Uploads>,
    /// Outlines that were drawn.
    outlines: Arc<Outlines>,
    /// Whose turn it is to decode: an old machine has little to spare beside the air.
    pub(super) turn: Arc<Semaphore>,
}

impl Sounds {
    /// Those of a station that starts.
    pub(super) fn new(config: &Config) -> Self {
        Self { uploads: Arc::new(Uploads::new(config)), outlines: Arc::default(), turn: Arc::new(Semaphore::new(1)) }
    }
}

pub(super) fn routes() -> Vec<Route> {
    serve::routes()
}
