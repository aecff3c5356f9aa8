//! Workbooks as others read them: LibreOffice's cells and pages, and the parts as Python's own zip and XML modules see them.
//!
//! In: tables made by hand and a log that the real store wrote. A workbook that only its own writer can read is none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{NaiveDate, NaiveTime, SubsecRound as _, TimeDelta};
use loa::airing::Airing;
use loa::desk::Record;
use loa::language::Language;
use loa::report::document::{Chart, Series};
use loa::report::period::Window;
use loa::report::table::{Align, Cell, Column, Emphasis, Line, Table};
use loa::report::xlsx::{self, Book, Workbook};
use loa::store::{COLUMNS, Log, Row, Span};
use serde_json::Value;
use tempfile::TempDir;

use crate::office::{SHEETS, convert};
use crate::store::{aired, commit, instant, open, rows};

/// What would be a formula, a code or nothing at all if it were not typed as a text.
const HOSTILE: &[&str] = &[
    "=1+1",
    "+84 912",
    "-5%",
    "@SUM(A1)",
    "<b>&amp; \"một cửa\"",
    " khoảng trắng ",
    "chuông \u{7} và _x0041_",
    "hai\ndòng",
    "😀 đường Đ",
    "001",
    "TRUE",
    "3/4",
];

const HEAD: &str = "12:ab12";

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, day).unwrap()
}

fn column(head: &str, over: Option<&str>, width: u16, align: Align) -> Column {
    Column { head: head.into(), over: over.map(Into::into), width, align }
}

fn line(emphasis: Emphasis, cells: Vec<Cell>) -> Line {
    Line { cells, emphasis }
}

/// Themes with two heads of which one is over others; the sum of its lines is its last one.
fn themes() -> Table {
    let theme = |emphasis, number: i64, airings, ms| {
        let name = Cell::text(format!("Nội dung thứ {number}: thủ tục hành chính, dịch vụ công trực tuyến và một cửa"));
        let note = if airings == 0 { Cell::text("chưa phát") } else { Cell::Empty };
        line(emphasis, vec![Cell::Number(number), name, Cell::Number(airings), Cell::Minutes(ms), note])
    };
    Table {
        id: "themes",
        title: "Biểu 1. Tổng hợp theo nội dung".into(),
        columns: vec![
            column("STT", None, 6, Align::Centre),
            column("Nội dung tuyên truyền (mục II.1 Kế hoạch)", None, 50, Align::Left),
            column("Số lượt phát", Some("Trên Đài truyền thanh"), 14, Align::Right),
            column("Thời lượng (phút)", Some("Trên Đài truyền thanh"), 14, Align::Right),
            column("Ghi chú", None, 16, Align::Left),
        ],
        lines: vec![
            line(Emphasis::Heading, vec![Cell::text("Nội dung của kế hoạch")]),
            theme(Emphasis::Plain, 1, 1234, 74_093_000),
            theme(Emphasis::Plain, 2, 7, 3_000),
            theme(Emphasis::Warning, 3, 0, 0),
            line(
                Emphasis::Total,
                vec![Cell::Empty, Cell::text("Tổng cộng"), Cell::Number(1241), Cell::Minutes(74_096_000), Cell::Empty],
            ),
        ],
        notes: vec![
            "Một lượt phát là một mục đã phát đủ, hoặc ít nhất 80 % độ dài; phát lại vì sự cố không tính thêm."
                .repeat(2),
            "Thời lượng là tiếng đã ra khỏi thiết bị, chỉ làm tròn khi in.".into(),
        ],
    }
}

/// Every kind of cell, and every hostile text.
fn everything() -> Table {
    let cells = |text: &str| {
        vec![
            Cell::text(text),
            Cell::Number(-1_234_567),
            Cell::Minutes(93_000),
            Cell::Length(4_503_999),
            Cell::Date(day(4)),
            Cell::Instant(day(4).and_hms_opt(17, 5, 3).unwrap()),
            Cell::Empty,
        ]
    };
    let heads = ["Văn bản", "Số", "Phút", "Độ dài", "Ngày", "Lúc", "Trống"];
    Table {
        id: "everything",
        title: "Mọi loại ô".into(),
        columns: heads.map(|head| column(head, None, 1, Align::Left)).into(),
        lines: HOSTILE.iter().map(|text| line(Emphasis::Plain, cells(text))).collect(),
        notes: vec![],
    }
}

/// Each second of some minutes, then larger steps: lengths that are almost a second longer, and instants.
fn seconds() -> Table {
    let seconds = (0..200).map(|each| each + each / 100 * 3571 * each);
    let cells = |s: i64| {
        vec![Cell::Length(s * 1000 + 999), Cell::Instant(day(4).and_time(NaiveTime::MIN) + TimeDelta::seconds(s))]
    };
    let lines = seconds.map(|seconds| line(Emphasis::Plain, cells(seconds))).collect();
    let columns = ["Độ dài", "Lúc"].map(|head| column(head, None, 1, Align::Right)).into();
    Table { id: "seconds", title: "Giây".into(), columns, lines, notes: vec![] }
}

const MONTHS: [&str; 2] = ["Tháng 5/2025", "Tháng 6/2025"];

/// Airings and minutes of each theme, a line each.
fn matrix() -> Table {
    let lines = [("ND1", [60_000, 0]), ("ND2", [0, 90_000])].iter().flat_map(|(code, ms)| {
        let cells = |unit: &str, of: fn(i64) -> Cell| {
            let mut cells = vec![Cell::text(*code), Cell::text(unit)];
            cells.extend(ms.iter().map(|ms| of(*ms)));
            line(Emphasis::Plain, cells)
        };
        [cells("lượt phát", |ms| Cell::Number(ms / 60_000)), cells("phút", Cell::Minutes)]
    });
    let lines = lines.collect();
    let [may, june] = MONTHS.map(|month| column(month, None, 10, Align::Right));
    let columns = vec![column("Mã", None, 5, Align::Centre), column("Đơn vị", None, 9, Align::Left), may, june];
    Table { id: "matrix", title: "Biểu 8. Nội dung theo tháng".into(), columns, lines, notes: vec![] }
}

fn chart() -> Chart {
    let series = |code: &str, aired_ms: [i64; 2]| Series {
        code: code.into(),
        label: format!("Nội dung {code}"),
        aired_ms: aired_ms.into(),
    };
    Chart {
        title: "Số phút phát sóng theo nội dung và tháng".into(),
        months: MONTHS.map(Into::into).into(),
        // The matrix has no line for the last one.
        series: vec![series("ND1", [60_000, 0]), series("ND2", [0, 90_000]), series("ND9", [30_000, 45_000])],
    }
}

fn book<'a>(tables: &'a [Table], chart: Option<&'a Chart>) -> Book<'a> {
    Book {
        language: Language::Vi,
        title: "Kết quả thông tin, tuyên truyền cải cách hành chính 6 tháng đầu năm 2025",
        program: "loa 0.1.0",
        period: "6 tháng đầu năm 2025",
        window: Window { first: NaiveDate::from_ymd_opt(2024, 12, 15).unwrap(), last: day(14) },
        made_at: instant("2025-06-16T08:30:00+07:00"),
        head: Some(HEAD),
        used: None,
        tables,
        chart,
    }
}

/// The file of a book with these rows.
fn made(book: Book<'_>, rows: &[Row]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut workbook = Workbook::begin(book, &mut bytes).unwrap();
    workbook.take(rows).unwrap();
    workbook.finish().unwrap();
    bytes
}

fn saved(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let file = folder.path().join("bao-cao.xlsx");
    fs::write(&file, bytes).unwrap();
    file
}

/// What `tests/workbook.py` finds in the parts; it fails on XML that is not well-formed.
fn parts(file: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/workbook.py");
    let output = Command::new("python3").arg(script).arg(file).output().expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A sheet as LibreOffice shows it.
fn shown(made: &[PathBuf], sheet: &str) -> Vec<Vec<String>> {
    let file = made.iter().find(|file| file.to_str().unwrap().ends_with(&format!("-{sheet}.csv")));
    let file = file.unwrap_or_else(|| panic!("no sheet `{sheet}` in {made:?}"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(file).unwrap();
    reader.records().map(|record| record.unwrap().iter().map(Into::into).collect()).collect()
}

/// A cell as a program shows it whose own language is English: its commas and points, the days as the workbook says.
fn printed(cell: &Cell) -> String {
    match cell {
        Cell::Date(_) | Cell::Instant(_) => cell.print(Language::Vi),
        _ => cell.print(Language::En),
    }
}

/// A log of the real store with a row for every hostile title, and one that never started.
async fn hostile_log() -> (TempDir, Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    for (item, title) in (0..).zip(HOSTILE) {
        let started_at = aired(item).started_at.map(|at| at + TimeDelta::microseconds(i64::from(item) * 137_417));
        commit(&store, Record::Row(Box::new(Airing { title: Some((*title).into()), started_at, ..aired(item) }))).await;
    }
    let missed = Airing { started_at: None, ended_at: None, start_error_us: None, aired_ms: 0, ..aired(99) };
    commit(&store, Record::Row(Box::new(missed))).await;
    store.close().await;
    let rows = rows(folder.path()).await;
    (folder, rows)
}

#[tokio::test]
async fn libreoffice_shows_every_cell_as_it_is_printed() {
    let (folder, rows) = hostile_log().await;
    let (tables, chart) = ([themes(), everything(), matrix(), seconds()], chart());
    let mut bytes = Vec::new();
    let log = Log::open(folder.path()).await.unwrap().rows(Span::default()).await.unwrap();
    xlsx::write(&book(&tables, Some(&chart)), log, &mut bytes).await.unwrap().unwrap();
    assert!(bytes == made(book(&tables, Some(&chart)), &rows), "both ways make one file");
    let out = convert(&saved(&folder, &bytes), SHEETS, &folder.path().join("csv"));

    for (table, sheet, first) in [
        (&tables[0], "1. Tổng hợp theo nội dung", 5),
        (&tables[1], "Mọi loại ô", 4),
        (&tables[2], "8. Nội dung theo tháng", 4),
        (&tables[3], "Giây", 4),
    ] {
        let lines = shown(&out, sheet);
        assert_eq!(lines[0][0], table.title);
        assert_eq!(lines[1][0], "(Số liệu từ ngày 15/12/2024 đến ngày 14/06/2025)");
        for (line, shown) in table.lines.iter().zip(&lines[first..]) {
            let printed: Vec<String> = line.cells.iter().map(printed).collect();
            assert_eq!(shown[..printed.len()], printed, "{sheet}");
        }
        let notes = lines[first + table.lines.len()..].iter().filter(|line| !line[0].is_empty());
        assert_eq!(notes.map(|line| &line[0]).collect::<Vec<_>>(), table.notes.iter().collect::<Vec<_>>());
    }
    the_sum_is_that_of_the_lines(&shown(&out, "1. Tổng hợp theo nội dung"));
    the_chart_has_its_numbers(&shown(&out, "Biểu đồ"));
    the_rows_are_those_of_the_log(&shown(&out, "Nhật ký"), &rows);
    let facts = shown(&out, "Thông tin");
    let fact = |name: &str| facts.iter().find(|line| line[0] == name).map(|line| &*line[1]);
    assert_eq!(fact("Đến hết ngày"), Some("14/06/2025"));
    assert_eq!(fact("Lập lúc"), Some("16/06/2025 08:30:00"));
    assert_eq!(fact("Số dòng nhật ký"), Some(&*rows.len().to_string()));
    assert_eq!(fact("Đầu chuỗi nhật ký"), Some(HEAD));
}

fn the_sum_is_that_of_the_lines(lines: &[Vec<String>]) {
    let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap();
    for column in [2, 3] {
        let sum: f64 = lines[6..9].iter().map(|line| number(&line[column])).sum();
        // Each line is rounded when it is shown.
        assert!((sum - number(&lines[9][column])).abs() < 0.2, "{lines:?}");
    }
}

fn the_chart_has_its_numbers(lines: &[Vec<String>]) {
    let heads = lines.iter().position(|line| line[0] == "Mã").unwrap();
    assert_eq!(lines[heads][2..], MONTHS);
    let numbers: Vec<&[String]> = lines[heads + 1..].iter().map(|line| &line[2..]).collect();
    assert_eq!(numbers, [["1.0", "0.0"], ["0.0", "1.5"], ["0.5", "0.8"]]);
}

fn the_rows_are_those_of_the_log(lines: &[Vec<String>], rows: &[Row]) {
    assert_eq!(lines[0], COLUMNS);
    assert_eq!(lines.len(), 2 + rows.len());
    let at = |name: &str| COLUMNS.iter().position(|column| *column == name).unwrap();
    for (line, row) in lines[2..].iter().zip(rows) {
        let value = |name: &str| &*line[at(name)];
        assert_eq!(value("seq"), row.seq.to_string());
        assert_eq!(value("title"), row.title.as_deref().unwrap());
        assert_eq!(value("themes"), "ND3; ND1");
        assert_eq!(value("scheduled_at"), "03/03/2025 05:00:00");
        let local =
            |at: &String| instant(at).naive_local().round_subsecs(3).format("%d/%m/%Y %H:%M:%S%.3f").to_string();
        assert_eq!(value("started_at"), row.started_at.as_ref().map(local).unwrap_or_default());
        assert_eq!(value("aired_ms"), if row.aired_ms == 0 { "0" } else { "8,000" });
        assert_eq!([value("prev_hash"), value("hash")], [&row.prev_hash, &row.hash]);
        assert_eq!(value("approval"), "");
    }
}

#[tokio::test]
async fn days_numbers_and_texts_are_what_they_are_in_the_file() {
    let (folder, rows) = hostile_log().await;
    let (tables, chart) = ([themes(), everything(), matrix()], chart());
    let found = parts(&saved(&folder, &made(book(&tables, Some(&chart)), &rows)));
    assert_eq!(found["core"]["title"], book(&tables, None).title);
    assert_eq!([&found["core"]["creator"], &found["core"]["created"]], ["loa 0.1.0", "2025-06-16T01:30:00Z"]);
    let names: Vec<&str> =
        found["sheets"].as_array().unwrap().iter().map(|sheet| sheet["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["Thông tin", "1. Tổng hợp theo nội dung", "Mọi loại ô", "8. Nội dung theo tháng", "Biểu đồ", "Nhật ký"]
    );
    for sheet in found["sheets"].as_array().unwrap() {
        let paper = &sheet["paper"];
        assert_eq!([&paper["paperSize"], &paper["orientation"], &paper["fitToHeight"]], ["9", "landscape", "0"]);
        assert_eq!(sheet["footer"], "&L6 tháng đầu năm 2025&C&A&RTrang &P/&N");
        let formulas = sheet["cells"].as_object().unwrap().values().filter(|cell| cell[3].is_string()).count();
        assert_eq!(formulas, if sheet["name"] == "Biểu đồ" { 4 } else { 0 }, "{sheet}");
    }
    let sheet = |index: usize| &found["sheets"][index];
    assert_eq!(sheet(1)["filter"]["ref"], "A5:E9", "without the sum");
    assert_eq!([&sheet(1)["pane"]["ySplit"], &sheet(1)["pane"]["state"]], ["5", "frozen"]);
    assert_eq!(sheet(1)["names"]["_xlnm.Print_Titles"], "'1. Tổng hợp theo nội dung'!$4:$5");
    for area in ["A4:A5", "C4:D4", "E4:E5"] {
        assert!(sheet(1)["joined"].as_array().unwrap().contains(&area.into()), "{area}: {}", sheet(1)["joined"]);
    }
    let cells = &sheet(2)["cells"];
    assert_eq!(cells["A5"], serde_json::json!(["text", "=1+1", "0"]));
    assert_eq!(cells["C5"], serde_json::json!(["n", "1.55", "#,##0.0"]));
    assert_eq!(cells["E5"], serde_json::json!(["n", "45812", "dd/mm/yyyy"]));
    assert_eq!(cells["F5"][2], "dd/mm/yyyy hh:mm:ss");
    assert_eq!(sheet(4)["cells"]["D30"], serde_json::json!(["n", "1.5", "#,##0.0", "'8. Nội dung theo tháng'!$D$8"]));
    the_rows_can_be_filtered(sheet(5), rows.len());
}

fn the_rows_can_be_filtered(sheet: &Value, rows: usize) {
    let last = format!("AY{}", rows + 2);
    assert_eq!(sheet["filter"]["ref"], format!("A2:{last}"));
    assert_eq!(sheet["names"]["_xlnm._FilterDatabase"], format!("'Nhật ký'!$A$2:$AY${}", rows + 2));
    assert_eq!(sheet["names"]["_xlnm.Print_Titles"], "'Nhật ký'!$A:$B,'Nhật ký'!$1:$2");
    assert_eq!([&sheet["pane"]["ySplit"], &sheet["pane"]["xSplit"]], ["2", "2"]);
    let cells = &sheet["cells"];
    assert_eq!(cells["B3"], serde_json::json!(["n", "1", "0"]));
    assert_eq!(cells["L3"], serde_json::json!(["text", "=1+1", "@"]));
    assert_eq!(cells["L9"][1], "chuông _x0007_ và _x005F_x0041_");
    assert_eq!(cells["X3"][2], "dd/mm/yyyy hh:mm:ss.000");
    // The text of an instant is 2025-03-03T05:00:00.000417+07:00: its local time, to the millisecond.
    let days: f64 = cells["X3"][1].as_str().unwrap().parse().unwrap();
    assert!((days - (45719.0 + 5.0 / 24.0)).abs() < 1e-9, "{days}");
}

#[test]
fn pages_are_a4_landscape_with_every_column() {
    let folder = tempfile::tempdir().unwrap();
    let tables = [themes(), everything(), matrix()];
    let chart = chart();
    let file = saved(&folder, &made(book(&tables, Some(&chart)), &[]));
    let pdf = convert(&file, "pdf", &folder.path().join("pdf")).remove(0);
    let told = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(&pdf).arg("-").output();
        String::from_utf8(output.expect("scripts/setup --test installs poppler-utils").stdout).unwrap()
    };
    let info = Command::new("pdfinfo").args(["-f", "1", "-l", "99"]).arg(&pdf).output().unwrap();
    let info = String::from_utf8(info.stdout).unwrap();
    let sizes: Vec<&str> = info.lines().filter(|line| line.contains(" size:") && line.starts_with("Page ")).collect();
    assert!(sizes.len() >= 5 && sizes.iter().all(|size| size.contains("841.89 x 595.3")), "{info}");
    let text = told("pdftotext", &["-layout"]);
    let page = text.split('\u{c}').find(|page| page.contains("Trang 2/")).unwrap();
    for whole in ["Trên Đài truyền thanh", "Thời lượng", "Ghi chú", "1,234.9", "Tổng cộng"] {
        assert!(page.contains(whole), "no `{whole}` in\n{page}");
    }
}

#[test]
fn no_rows_and_no_tables_make_a_workbook_too() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Table { lines: vec![], notes: vec![], ..themes() };
    let blank = Chart { title: "Số phút".into(), months: vec![], series: vec![] };
    for (tables, chart, sheets) in [(vec![], None, 2), (vec![empty], Some(&blank), 4)] {
        let file = saved(&folder, &made(Book { head: None, ..book(&tables, chart) }, &[]));
        let found = parts(&file);
        let rows = &found["sheets"][sheets - 1];
        assert_eq!(
            [&rows["name"], &rows["filter"]["ref"], &rows["lines"]],
            [&"Nhật ký".into(), &"A2:AY2".into(), &Value::from(2)]
        );
        let out = convert(&file, SHEETS, &folder.path().join(sheets.to_string()));
        assert_eq!(shown(&out, "Nhật ký").len(), 2);
        assert_eq!(shown(&out, "Thông tin").iter().find(|line| line[0] == "Số dòng nhật ký").unwrap()[1], "0");
    }
}

#[test]
fn equal_input_makes_equal_bytes() {
    let (tables, chart) = ([themes(), everything(), matrix()], chart());
    assert!(made(book(&tables, Some(&chart)), &[]) == made(book(&tables, Some(&chart)), &[]));
}

/// A disk with so much room.
struct Disk(usize);

impl io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_wherever_it_ends() {
    let tables = [themes()];
    let whole = made(book(&tables, None), &[]).len();
    for room in (0..whole).step_by(97) {
        let written = Workbook::begin(book(&tables, None), Disk(room)).and_then(Workbook::finish);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull, "{room} of {whole}");
    }
    Workbook::begin(book(&tables, None), Disk(whole)).and_then(Workbook::finish).unwrap();
}
