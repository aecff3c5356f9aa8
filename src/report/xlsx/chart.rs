//! Minutes per theme and month as a chart, live: its columns follow the cells below it.
//!
//! In: a chart, the tables. Out: a sheet with stacked columns and, below them, their numbers, a line per theme. A number that the
//! table `matrix` holds is a formula that points there, so that the chart follows that table too; where it does not, the
//! number stands here. Must never point at a cell with another value. Next: `sheet`.

use rust_xlsxwriter::utility::row_col_to_cell_absolute;
use rust_xlsxwriter::{Chart as Drawing, ChartLegendPosition, ChartType, Formula, Worksheet, XlsxError};

use super::look::{self, Look};
use super::names::Names;
use super::{Book, cells, room, sheet};
use crate::report::document::{Chart, Series};
use crate::report::table::{Align, Cell, Column, Emphasis, Table};

/// The line of the heads of the numbers, below the chart.
const HEADS: u32 = 27;
/// Code, label, then the months, in characters.
const WIDTHS: [f64; 2] = [10.0, 46.0];
const MONTH_WIDTH: f64 = 12.0;
/// Pixels.
const SIZE: [u32; 2] = [1080, 480];

/// Writes the sheet.
pub(super) fn write(page: &mut Worksheet, book: &Book<'_>, chart: &Chart, names: &Names) -> Result<(), XlsxError> {
    let name = names.chart.as_deref().unwrap_or_default();
    page.set_name(name)?;
    let widths: Vec<f64> = WIDTHS.into_iter().chain(chart.months.iter().map(|_| MONTH_WIDTH)).collect();
    for (index, width) in (0..).zip(&widths) {
        page.set_column_width(index, *width)?;
    }
    sheet::across(page, 0, &widths, &chart.title, Look::Title)?;
    let pick = |vi, en| book.language.pick(vi, en);
    let head = look::format(Look::Head);
    let heads =
        [pick("Mã", "Code"), pick("Nội dung", "Theme")].into_iter().chain(chart.months.iter().map(|month| &**month));
    for (index, text) in (0..).zip(heads) {
        page.write_string_with_format(HEADS, index, text, &head)?;
    }
    let [left, figures] = [Align::Left, Align::Right].map(|align| look::body(align, true, Emphasis::Plain));
    let figures = figures.set_num_format(look::MINUTES);
    let matrix = book.tables.iter().zip(&names.tables).find(|(table, _)| table.id == "matrix");
    for (row, series) in (HEADS + 1..).zip(&chart.series) {
        page.write_string_with_format(row, 0, &series.code, &left)?;
        page.write_string_with_format(row, 1, cells::fit(&series.label), &left)?;
        room::make(page, row, room::lines(&series.label, WIDTHS[1] - 1.5, false))?;
        for ((column, month), ms) in (2..).zip(&chart.months).zip(&series.aired_ms) {
            let minutes = cells::minutes(*ms);
            let source = matrix.and_then(|(table, name)| Some((name, place(table, series, month, *ms)?)));
            match source {
                Some((name, place)) => {
                    let formula = Formula::new(format!("='{name}'!{place}")).set_result(minutes.to_string());
                    page.write_formula_with_format(row, column, formula, &figures)?
                }
                None => page.write_number_with_format(row, column, minutes, &figures)?,
            };
        }
    }
    if !chart.series.is_empty() && !chart.months.is_empty() {
        page.insert_chart(2, 0, &drawing(book, chart, name))?;
    }
    look::pages(page, book, 1);
    Ok(())
}

/// The cell of the matrix that holds this number: in a line with the theme's code, under a head with the month's name.
fn place(matrix: &Table, series: &Series, month: &str, ms: i64) -> Option<String> {
    let is_of_theme = |cell: &Cell| matches!(cell, Cell::Text(text) if *text == series.code);
    let is_of_month = |column: &Column| column.head == month || column.over.as_deref() == Some(month);
    let lines = (sheet::first_line(matrix)..).zip(&matrix.lines);
    let mut of_theme = lines.filter(|(_, line)| line.cells.iter().any(is_of_theme));
    of_theme.find_map(|(row, line)| {
        let mut cells = (0..).zip(matrix.columns.iter().zip(&line.cells));
        let (column, _) = cells.find(|(_, (column, cell))| is_of_month(column) && **cell == Cell::Minutes(ms))?;
        Some(row_col_to_cell_absolute(row, column))
    })
}

fn drawing(book: &Book<'_>, chart: &Chart, name: &str) -> Drawing {
    let pick = |vi, en| book.language.pick(vi, en);
    let last_month = 1 + chart.months.len() as u16;
    let mut drawing = Drawing::new(ChartType::ColumnStacked);
    for (row, _) in (HEADS + 1..).zip(&chart.series) {
        drawing
            .add_series()
            .set_name((name, row, 0))
            .set_categories((name, HEADS, 2, HEADS, last_month))
            .set_values((name, row, 2, row, last_month));
    }
    drawing.title().set_name((name, 0, 0));
    drawing.x_axis().set_name(pick("Tháng", "Month"));
    drawing.y_axis().set_name(pick("Phút phát sóng", "Minutes on the air")).set_num_format("#,##0");
    drawing.legend().set_position(ChartLegendPosition::Right);
    drawing.set_width(SIZE[0]).set_height(SIZE[1]);
    drawing
}
