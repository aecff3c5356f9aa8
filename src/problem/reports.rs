//! What can be wrong with the settings and with the template of reports, and its words.
//!
//! In: nothing, then a fault. Out: a message and an advice in English or Vietnamese; keys and words of the files stay as they
//! are written there. Must never hold a place: that is the problem's. Next: `crate::config`, `crate::report::template`.

use chrono::NaiveDate;

use super::Said;
use super::english::{listed, meant as meant_en};
use super::vietnamese::meant as meant_vi;
use crate::language::Language;

/// What is wrong with `[report]`, or with names that have a first day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportFault {
    /// An issuer behind the first one without `from`.
    NoFrom,
    /// A first day that is not after that of the entry before: it, the one before.
    NotRising(NaiveDate, NaiveDate),
    /// A list that names nothing: the key.
    EmptyList(&'static str),
    /// A symbol with spaces, or with the sign that stands before it.
    Symbol(String),
    /// A name between braces that a title does not know, and the one that was probably meant.
    TitlePart(String, Option<String>),
}

/// What is wrong with `report/bao-cao.txt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateFault {
    /// Nothing but comments.
    Empty,
    /// A name between `{{` and `}}` that means nothing: the name, the known ones, the one that was probably meant.
    UnknownName(String, Vec<&'static str>, Option<String>),
    /// A table that there is not: the name, the known ones, the one that was probably meant.
    UnknownTable(String, Vec<&'static str>, Option<String>),
    /// `{{` without `}}`, or `[` without `]`: what is missing.
    Open(&'static str),
    /// `}}` or `]` that closes nothing.
    Stray(&'static str),
    /// Something that needs a line of its own.
    NotAlone(String),
    /// A table or the chart for the second time, and the line of the first.
    Twice(String, usize),
    /// More `#` than there are levels.
    TooDeep,
    /// A heading without words.
    EmptyHeading,
    /// A place to be filled in without words.
    EmptyPlace,
    /// A name between braces inside a place to be filled in.
    ValueInside,
    /// An appendix that there is not: the name, the known ones, the one that was probably meant.
    UnknownAppendix(String, Vec<&'static str>, Option<String>),
    /// A reference to an appendix that the template does not place.
    NotPlaced(&'static str),
    /// An appendix to which nothing refers.
    NotReferred(&'static str),
    /// Text behind the first appendix.
    BehindAppendix,
}

pub(super) fn say_report(fault: &ReportFault, language: Language) -> Said {
    match language {
        Language::En => report_in_english(fault),
        Language::Vi => report_in_vietnamese(fault),
    }
}

pub(super) fn say_template(fault: &TemplateFault, language: Language) -> Said {
    match language {
        Language::En => template_in_english(fault),
        Language::Vi => template_in_vietnamese(fault),
    }
}

fn report_in_english(fault: &ReportFault) -> Said {
    match fault {
        ReportFault::NoFrom => Said::with(
            "this issuer has no `from`",
            "only the first one may lack it; write the first day, for example from = \"2025-07-01\"",
        ),
        ReportFault::NotRising(from, before) => Said::with(
            format!("{from} does not come after {before}, the first day of the entry before"),
            "write the entries in the order of their first days, each day once",
        ),
        ReportFault::EmptyList(key) => Said::plain(format!("`{key}` names nothing")),
        ReportFault::Symbol(found) => Said::with(
            format!("`{found}` cannot be a symbol"),
            "write what stands behind the number, without spaces, for example \"BC-UBND\"",
        ),
        ReportFault::TitlePart(found, near) => Said::with(
            format!("nothing is called `{{{found}}}` in a title"),
            meant_en(near.as_ref(), "`{period}`, `{commune}`"),
        ),
    }
}

fn report_in_vietnamese(fault: &ReportFault) -> Said {
    let day = |day: &NaiveDate| day.format("%d/%m/%Y").to_string();
    match fault {
        ReportFault::NoFrom => Said::with(
            "cơ quan ban hành này thiếu `from`",
            "chỉ cơ quan đầu tiên được bỏ khóa này; hãy ghi ngày bắt đầu, ví dụ from = \"2025-07-01\"",
        ),
        ReportFault::NotRising(from, before) => Said::with(
            format!("ngày {} không sau ngày {} của mục đứng trước", day(from), day(before)),
            "hãy xếp các mục theo thứ tự ngày bắt đầu, mỗi ngày một mục",
        ),
        ReportFault::EmptyList(key) => Said::plain(format!("`{key}` đang để trống")),
        ReportFault::Symbol(found) => Said::with(
            format!("`{found}` không phải là ký hiệu văn bản"),
            "hãy ghi phần sau số văn bản, không có dấu cách, ví dụ \"BC-UBND\"",
        ),
        ReportFault::TitlePart(found, near) => {
            Said::with(format!("trích yếu không có `{{{found}}}`"), meant_vi(near.as_ref(), "`{period}`, `{commune}`"))
        }
    }
}

fn template_in_english(fault: &TemplateFault) -> Said {
    match fault {
        TemplateFault::Empty => Said::with(
            "the template has no text",
            "write the body of the report, or delete the file: then the one inside the program is used",
        ),
        TemplateFault::UnknownName(found, known, near) => {
            Said::with(format!("nothing is called `{{{{{found}}}}}`"), meant_en(near.as_ref(), &listed(known)))
        }
        TemplateFault::UnknownTable(found, known, near) => {
            Said::with(format!("there is no table `{found}`"), meant_en(near.as_ref(), &listed(known)))
        }
        TemplateFault::Open(missing) => Said::with(
            format!("`{missing}` is missing in this line"),
            "a name stands between `{{` and `}}`, a place to be filled in between `[` and `]`, each on one line",
        ),
        TemplateFault::Stray(found) => Said::with(
            format!("`{found}` closes nothing"),
            format!("to print it write `\\{found}`", found = &found[..1]),
        ),
        TemplateFault::NotAlone(name) => Said::plain(format!("`{{{{{name}}}}}` must stand on a line of its own")),
        TemplateFault::Twice(name, line) => Said::plain(format!("`{{{{{name}}}}}` stands in line {line} already")),
        TemplateFault::TooDeep => Said::with("there are three levels of headings", "write `#`, `##` or `###`"),
        TemplateFault::EmptyHeading => Said::plain("the heading has no words"),
        TemplateFault::EmptyPlace => Said::with(
            "the place to be filled in has no words",
            "write what is to be filled in, for example `[assessment by the commune]`",
        ),
        TemplateFault::ValueInside => Said::plain("a value cannot stand between `[` and `]`"),
        TemplateFault::UnknownAppendix(found, known, near) => {
            Said::with(format!("there is no appendix `{found}`"), meant_en(near.as_ref(), &listed(known)))
        }
        TemplateFault::NotPlaced(name) => Said::with(
            format!("the report has no appendix `{name}`"),
            format!("write `{{{{appendix: {name}}}}}` at the end of the template, or take the reference out"),
        ),
        TemplateFault::NotReferred(name) => Said::with(
            format!("nothing refers to the appendix `{name}`"),
            format!("the body must refer to each appendix: write `{{{{see: {name}}}}}` where it belongs"),
        ),
        TemplateFault::BehindAppendix => Said::plain("text stands behind an appendix; appendices come last"),
    }
}

fn template_in_vietnamese(fault: &TemplateFault) -> Said {
    match fault {
        TemplateFault::Empty => Said::with(
            "mẫu báo cáo không có nội dung",
            "hãy viết nội dung báo cáo, hoặc xóa tệp này để dùng mẫu có sẵn trong chương trình",
        ),
        TemplateFault::UnknownName(found, known, near) => {
            Said::with(format!("không có `{{{{{found}}}}}`"), meant_vi(near.as_ref(), &listed(known)))
        }
        TemplateFault::UnknownTable(found, known, near) => {
            Said::with(format!("không có biểu `{found}`"), meant_vi(near.as_ref(), &listed(known)))
        }
        TemplateFault::Open(missing) => Said::with(
            format!("dòng này thiếu `{missing}`"),
            "tên số liệu đặt giữa `{{` và `}}`, chỗ để người viết điền đặt giữa `[` và `]`, trên cùng một dòng",
        ),
        TemplateFault::Stray(found) => Said::with(
            format!("`{found}` không đóng dấu nào đang mở"),
            format!("muốn in ra dấu này thì viết `\\{found}`", found = &found[..1]),
        ),
        TemplateFault::NotAlone(name) => Said::plain(format!("`{{{{{name}}}}}` phải đứng riêng một dòng")),
        TemplateFault::Twice(name, line) => Said::plain(format!("`{{{{{name}}}}}` đã có ở dòng {line}")),
        TemplateFault::TooDeep => Said::with("mẫu chỉ có ba cấp đề mục", "hãy viết `#`, `##` hoặc `###`"),
        TemplateFault::EmptyHeading => Said::plain("đề mục không có chữ"),
        TemplateFault::EmptyPlace => {
            Said::with("chỗ để người viết điền đang để trống", "hãy ghi cần điền gì, ví dụ `[đánh giá của xã]`")
        }
        TemplateFault::ValueInside => Said::plain("trong `[` và `]` không đặt số liệu được"),
        TemplateFault::UnknownAppendix(found, known, near) => {
            Said::with(format!("không có phụ lục `{found}`"), meant_vi(near.as_ref(), &listed(known)))
        }
        TemplateFault::NotPlaced(name) => Said::with(
            format!("báo cáo không kèm phụ lục `{name}`"),
            format!("hãy ghi `{{{{appendix: {name}}}}}` ở cuối mẫu, hoặc bỏ chỗ nhắc đến phụ lục này"),
        ),
        TemplateFault::NotReferred(name) => Said::with(
            format!("không chỗ nào nhắc đến phụ lục `{name}`"),
            format!("nội dung phải nhắc đến từng phụ lục: hãy ghi `{{{{see: {name}}}}}` vào chỗ cần nhắc"),
        ),
        TemplateFault::BehindAppendix => Said::plain("sau phụ lục còn có nội dung; phụ lục phải đứng cuối mẫu"),
    }
}
