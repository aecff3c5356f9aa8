//! Outlines of contents, each drawn once.
//!
//! In: a content's hash. Out: its outline, from memory or drawn anew from the content store, one at a time, so that a page
//! that shows many costs no more than one core. Holds a bounded number of them; what is lost is drawn again. Next:
//! `crate::library`.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::library::{ClipError, outline_of};
use crate::sound::outline::Outline;

/// Outlines that are kept: some 2 kB each.
const KEPT: usize = 256;

/// Outlines that were drawn, the newest last.
#[derive(Debug, Default)]
pub struct Outlines {
    kept: Mutex<VecDeque<(String, Arc<Outline>)>>,
    drawing: Mutex<()>,
}

impl Outlines {
    /// The outline of a content of that store's folder. Blocks as long as it takes to decode it, a few seconds for an hour,
    /// and to wait for others.
    pub fn of(&self, folder: &Path, sha256: &str) -> Result<Arc<Outline>, ClipError> {
        if let Some(outline) = self.known(sha256) {
            return Ok(outline);
        }
        let _turn = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever had the turn before may have drawn the same one.
        if let Some(outline) = self.known(sha256) {
            return Ok(outline);
        }
        let outline = Arc::new(outline_of(&folder.join(sha256))?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((sha256.to_owned(), Arc::clone(&outline)));
        Ok(outline)
    }

    fn known(&self, sha256: &str) -> Option<Arc<Outline>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == sha256).map(|(_, outline)| Arc::clone(outline))
    }
}
