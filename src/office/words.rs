//! What people read of a database that does not take an act. Next: `crate::cli`'s `bulletin`, where it stands until bulletins are recorded on the page too.
//!
//! In: nothing of its own. Out: the words of that room, for those that follow here. Must never grow: what is added belongs
//! there.

pub(crate) use crate::cli::bulletin::register_error;
