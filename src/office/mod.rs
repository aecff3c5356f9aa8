//! What people do at the station, wherever they sit: the acts behind the commands and the page.
//!
//! In: typed wishes, and who acts through what. Out: typed outcomes, each act durable when it returns. Nothing is printed here
//! and nothing is parsed: commands and pages say it in their own words. Must never guess what a person meant. Next: `decide`.

pub mod decide; // approved, refused, withdrawn: exactly what was looked at
pub mod remark; // notes and corrections of rows of the log
pub mod signed; // rows of the log in a file that proves itself
