//! Acts of people at the station, whoever asks for them: the command line and the page call the same functions.
//!
//! In: what was asked, typed. Out: what came of it, typed. Must never print, nor know of options, forms or pages. What blocks
//! (files, the database) blocks the thread that calls. Next: the file of each act.

pub mod timetable; // the timetable changed, and what a week of it looks like
