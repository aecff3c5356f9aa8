//! Vietnamese text: kept in one form, found however it is typed, and sorted as its readers expect.
//!
//! In: text of any origin, from files and from the command line. Out: clean text with remarks on what was changed, or why
//! it is refused; keys for searching, sort keys, ASCII names of files. Pure. Must never rewrite what is sure to be meant
//! otherwise: spelling and the place of the tone stay as they were written. Next: `clean`.

mod clean; // one form of text, and what was changed to reach it
mod key; // what searching compares
mod legacy; // TCVN3 and VNI
mod look_alike; // letters that only look right
mod order; // sort keys
mod slug; // ASCII names of files
mod syllable; // the spelling of one syllable

pub use clean::{Cleaned, Refused, Remark, clean_line, clean_text, composed};
pub use key::{key, plain_key, same_name};
pub use legacy::{Encoding, Legacy, legacy};
pub use order::{ORDER_VERSION, people_sort_key, sort_by_title, sort_key, sort_people};
pub use slug::slug;
