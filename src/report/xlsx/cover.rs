//! The first sheet: what the workbook is, and what is where.
//!
//! In: the book, what is known of the rows, the names of the sheets. Out: title, period, days, when and by what it was made, which
//! rows it holds, the head of the log, a list of the sheets that leads to each. Must never say more of the rows than was
//! counted. Next: `sheet`.

use chrono::{NaiveDate, NaiveTime};
use rust_xlsxwriter::{Url, Worksheet, XlsxError};

use super::look::{self, Look};
use super::names::Names;
use super::rows::Tally;
use super::{Book, cells, columns, room, sheet};
use crate::language::Language;
use crate::report::table::{date, grouped};

/// Names of facts, facts, in characters.
const WIDTHS: [f64; 2] = [34.0, 90.0];

/// A fact: a text, or a number with its format.
enum Fact {
    Text(String),
    Number(f64, &'static str),
}

/// Writes the first sheet.
pub(super) fn write(page: &mut Worksheet, book: &Book<'_>, tally: &Tally, names: &Names) -> Result<(), XlsxError> {
    page.set_name(&names.cover)?;
    for (index, width) in (0..).zip(WIDTHS) {
        page.set_column_width(index, width)?;
    }
    sheet::across(page, 0, &WIDTHS, book.title, Look::Title)?;
    let [name, value] = [look::format(Look::Fact), look::format(Look::Value)];
    let mut row = 2;
    for (fact, stands) in facts(book, tally) {
        page.write_string_with_format(row, 0, fact, &name)?;
        match stands {
            Fact::Text(text) => {
                page.write_string_with_format(row, 1, cells::fit(&text), &value)?;
                room::make(page, row, room::lines(&text, WIDTHS[1], false))?;
            }
            Fact::Number(number, code) => {
                page.write_number_with_format(row, 1, number, &value.clone().set_num_format(code))?;
            }
        }
        row += 1;
    }
    row += 1;
    page.write_string_with_format(row, 0, book.language.pick("Các trang tính", "Sheets"), &name)?;
    for (sheet, about) in contents(book, tally, names) {
        row += 1;
        let link = Url::new(format!("internal:'{sheet}'!A1")).set_text(sheet);
        page.write_url_with_format(row, 0, link, &look::format(Look::Link))?;
        page.write_string_with_format(row, 1, cells::fit(&about), &value)?;
        room::make(page, row, room::lines(&about, WIDTHS[1], false))?;
    }
    row += 1;
    for remark in columns::remarks(book.language, tally.sheets(), tally.cut) {
        row += 1;
        sheet::across(page, row, &WIDTHS, &remark, Look::Note)?;
    }
    look::pages(page, book, 1);
    Ok(())
}

fn facts(book: &Book<'_>, tally: &Tally) -> Vec<(&'static str, Fact)> {
    let pick = |vi, en| book.language.pick(vi, en);
    let day = |day: NaiveDate| -> Fact {
        match cells::serial(day.and_time(NaiveTime::MIN)) {
            Some(number) => Fact::Number(number, look::date(book.language)),
            None => Fact::Text(date(day, book.language)),
        }
    };
    let made_at = book.made_at.naive_local();
    let made_at = match cells::serial(made_at) {
        Some(number) => Fact::Number(number, look::instant(book.language)),
        None => Fact::Text(made_at.to_string()),
    };
    let mut facts = vec![
        (pick("Kỳ báo cáo", "Period"), Fact::Text(book.period.to_owned())),
        (pick("Từ ngày", "From"), day(book.window.first)),
        (pick("Đến hết ngày", "To the end of"), day(book.window.last)),
        (pick("Lập lúc", "Made at"), made_at),
        (pick("Múi giờ khi lập", "Time zone then"), Fact::Text(format!("UTC{}", book.made_at.offset()))),
        (pick("Phần mềm", "Program"), Fact::Text(book.program.to_owned())),
    ];
    // Figures name the rows that they rest on, as every other form of the report does; the sheets hold more.
    if let Some(used) = &book.used {
        let fact = pick("Dòng nhật ký của kỳ", "Rows of the period");
        facts.push((fact, Fact::Text(used.words(book.language))));
    } else {
        let fact = pick("Số dòng nhật ký", "Rows of the log");
        facts.push((fact, Fact::Number(tally.rows() as f64, look::COUNT)));
    }
    if let (Some((first, last)), None) = (tally.ends, &book.used) {
        facts.push((pick("Dòng đầu (seq)", "First row (seq)"), Fact::Number(first as f64, "0")));
        facts.push((pick("Dòng cuối (seq)", "Last row (seq)"), Fact::Number(last as f64, "0")));
    }
    let none = pick("nhật ký chưa có dòng nào", "the log has no row");
    facts.push((pick("Đầu chuỗi nhật ký", "Head of the log"), Fact::Text(book.head.unwrap_or(none).to_owned())));
    facts
}

/// Each sheet but this one, and what is on it.
fn contents<'a>(book: &Book<'a>, tally: &Tally, names: &'a Names) -> Vec<(&'a str, String)> {
    let mut contents: Vec<(&str, String)> = Vec::new();
    contents.extend(names.tables.iter().zip(book.tables).map(|(name, table)| (&**name, table.title.clone())));
    contents.extend(names.chart.iter().zip(book.chart).map(|(name, chart)| (&**name, chart.title.clone())));
    contents.extend(names.rows.iter().zip(tally.per_sheet()).map(|(name, rows)| {
        let rows = grouped((*rows).into(), book.language);
        let all = columns::ALL.len();
        (
            &**name,
            match book.language {
                Language::Vi => format!("Nhật ký phát sóng: {rows} dòng, đủ {all} cột"),
                Language::En => format!("The airing log: {rows} rows with all {all} columns"),
            },
        )
    }));
    contents
}
