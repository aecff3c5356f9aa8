//! From the airing log to a report that can be filed: figures, tables, documents, files.
//!
//! In: rows of the log as facts, the plan, activities, states of zones, the settings of the report. Out: figures (pure),
//! tables and documents made of them (pure), and one file per format. Must never count a rehearsal, invent a target or
//! write a judgement. Next: `table`, `document`.

pub mod document; // what is on the pages, whatever the format
pub mod table; // typed cells in columns, one model for every format
pub mod docx; // a document as Word and LibreOffice open it
