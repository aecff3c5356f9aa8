//! What people do at the station, wherever they sit: the acts behind the commands and the page.
//!
//! In: typed wishes, and who acts through what. Out: typed outcomes, each act durable when it returns. Nothing is printed here
//! and nothing is parsed: commands and pages say it in their own words. Must never guess what a person meant. Next: `decide`.

pub mod decide; // approved, refused, withdrawn: exactly what was looked at
pub mod fields; // what is typed, read and checked
pub mod foreseen; // what is known of coming programmes
pub mod remark; // notes and corrections of rows of the log
pub mod signed; // rows of the log in a file that proves itself
pub mod stored; // whether a sound is still in the content store
pub mod waiting; // what waits for a decision, the most urgent first
