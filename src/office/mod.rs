//! Acts of people at the station, for the command line and the page alike: what both do is written once, here.
//!
//! In: what was asked, typed. Out: what was done or why not, typed. Must never print, nor know of options, forms or pages.
//! Next: the file of each act.

pub mod check; // what `loa check` finds
pub mod copies; // a backup that a person asks for
pub mod settings; // loa.toml changed by form
