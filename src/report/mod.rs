//! From the airing log to a report that can be filed: figures, tables, documents, files.
//!
//! In: rows of the log as facts, the plan, activities, states of zones, the settings of the report. Out: figures (pure),
//! tables and documents made of them (pure), and one file per format. Must never count a rehearsal, invent a target or
//! write a judgement. Next: `period`, `fact`, `figures`.

pub mod bundle; // all that proves a period in one file
pub mod compose; // template, figures and tables to a document
pub mod csv; // tables to one sheet of long form
pub mod document; // what is on the pages, whatever the format
pub mod docx; // a document as Word and LibreOffice open it
pub mod edited; // the template of a station's folder
pub mod fact; // what figures need of a row
pub mod figures; // facts to figures
pub mod html; // document to one page
pub mod issuer; // who issues it, on a day
pub mod json; // figures for other programs
pub mod logbook; // rows to the station's book
pub mod make; // figures of a period from the data folder
pub mod origin; // what every export says of where it comes from
pub mod period; // what is asked for, as days
pub mod rows_used; // rows that figures rest on
pub mod status; // how far the plan is proved
pub mod table; // typed cells in columns, one model for every format
pub mod tables; // figures to tables, words and counting rules
pub mod template; // the body as an officer edits it
pub mod xlsx; // tables, chart and rows as a workbook
