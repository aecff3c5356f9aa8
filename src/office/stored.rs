//! Whether what was stored is still there. Next: `crate::cli`'s `bulletin`, where it stands until bulletins are recorded on the page too.
//!
//! In: nothing of its own. Out: the words of that room, for those that follow here. Must never grow: what is added belongs
//! there.

pub(crate) use crate::cli::stored::examine;
