//! The book: a cover, and a block for each day with its table, its sum and the places where it is signed.
//!
//! In: the rows of some days, the special days and duties of the schedules, whose book it is. Out: a document, A4 landscape. A
//! day without airings says so, and so does one that has not come. Must never leave a row out: what was taken out or corrected
//! stands there as it was written, with what people said of it below. Pure. Next: `extract`.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days as Span, NaiveDate};

use super::{Attempt, Entry, Rows, range, words};
use crate::language::Language;
use crate::report::document::{Block, Document, Paper, Run, Section};
use crate::report::period::Window;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table, date, grouped, minutes};
use crate::schedule::days::Days;

/// Zones that stand in a cell by name; more of them have a number there, and their names below the table.
const ZONES_IN_A_CELL: usize = 1;

/// Whose book it is, of which days, and what it needs besides the rows.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// `UBND XÃ THANH ĐA`, line by line.
    pub authority: &'a [String],
    /// The station, for a book without rows; rows name theirs.
    pub station: &'a str,
    /// `Quyển số`; left to be written if there is none.
    pub volume: Option<u32>,
    /// First and last day.
    pub window: Window,
    /// Later days have not come yet.
    pub today: NaiveDate,
    /// Special days and who is on duty.
    pub days: &'a Days,
    /// In the bottom margin of each page.
    pub footer: Option<&'a str>,
}

/// Makes the book.
#[must_use]
pub fn document(book: &Book<'_>, rows: &Rows, language: Language) -> Document {
    let mut by_day = BTreeMap::<NaiveDate, Vec<&Entry>>::new();
    for entry in &rows.entries {
        by_day.entry(entry.day).or_default().push(entry);
    }
    let mut blocks = Vec::new();
    for day in book.window.first.iter_days().take_while(|day| *day <= book.window.last) {
        let entries = by_day.get(&day).map_or(&[][..], Vec::as_slice);
        blocks.extend(of_day(book, day, entries, language));
    }
    blocks.extend(end(book, rows, language));
    let section = |numbers_first_page, blocks| Section {
        paper: Paper::Landscape,
        numbers_first_page,
        footer: book.footer.map(str::to_owned),
        blocks,
    };
    Document {
        language,
        title: format!("{} {}", title(language), span(book.window, language)),
        author: book.station.to_owned(),
        sections: vec![section(false, vec![cover(book, rows, language)]), section(true, blocks)],
    }
}

const fn title(language: Language) -> &'static str {
    language.pick("SỔ NHẬT KÝ PHÁT THANH", "AIRING LOGBOOK")
}

fn span(window: Window, language: Language) -> String {
    let [first, last] = [window.first, window.last].map(|day| date(day, language));
    match language {
        Language::Vi => format!("Từ ngày {first} đến ngày {last}"),
        Language::En => format!("From {first} to {last}"),
    }
}

/// The names are those that the rows carry: an old book keeps them.
fn cover(book: &Book<'_>, rows: &Rows, language: Language) -> Block {
    let mut above = book.authority.to_vec();
    if rows.stations.is_empty() {
        above.push(book.station.to_uppercase());
    }
    above.extend(rows.stations.iter().map(|station| station.to_uppercase()));
    let volume = book.volume.map_or_else(|| "........".to_owned(), |volume| volume.to_string());
    let below = vec![format!("{} {volume}", language.pick("Quyển số:", "Volume")), span(book.window, language)];
    Block::Cover { above, title: title(language).to_owned(), below }
}

fn of_day(book: &Book<'_>, day: NaiveDate, entries: &[&Entry], language: Language) -> Vec<Block> {
    let special = book.days.on(day).map(|entry| format!(" ({})", entry.title)).unwrap_or_default();
    let long = language.long_date(day);
    let mut initial = long.chars();
    let long: String = initial.next().into_iter().flat_map(char::to_uppercase).chain(initial).collect();
    let mut blocks = vec![Block::Heading { level: 1, text: format!("{long}{special}") }];
    if entries.is_empty() {
        let text = if day > book.today {
            language.pick("Ngày này chưa đến.", "This day has not come yet.")
        } else {
            language.pick("Nhật ký không ghi lượt phát nào trong ngày này.", "The log holds no airing of this day.")
        };
        blocks.push(Block::Paragraph(vec![Run::plain(text)]));
    } else {
        let who =
            language.pick(["Người trực (ký)", "Phụ trách đài (ký)"], ["On duty (signature)", "In charge (signature)"]);
        blocks.extend([Block::Table(table(book, entries, language)), Block::SignHere(who.map(str::to_owned).to_vec())]);
    }
    let is_last = day == book.window.last;
    if ends_month(day) && !is_last {
        blocks.push(confirmed(language));
    }
    // A day is signed on a page of its own, and so is a month with what it comes to.
    if ends_month(day) || (!is_last && !entries.is_empty()) {
        blocks.push(Block::PageBreak);
    }
    blocks
}

fn ends_month(day: NaiveDate) -> bool {
    (day + Span::new(1)).day() == 1
}

/// Where the commune signs for a month.
fn confirmed(language: Language) -> Block {
    Block::SignHere(vec![language.pick("Xác nhận của UBND xã", "Confirmed by the People's Committee").to_owned()])
}

fn table(book: &Book<'_>, entries: &[&Entry], language: Language) -> Table {
    let mut zones = Zones::default();
    let mut lines = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        for attempt in &entry.attempts {
            lines.push(line(book, index + 1, entry, attempt, &mut zones, language));
            lines.extend(words::remarks(attempt, language).into_iter().map(remark));
        }
    }
    lines.push(total(entries, language));
    Table { id: "day", title: String::new(), columns: columns(language), lines, notes: zones.notes() }
}

pub(super) fn columns(language: Language) -> Vec<Column> {
    let column = |(vi, en, width, align): (&str, &str, u16, Align)| Column {
        head: language.pick(vi, en).to_owned(),
        over: None,
        width,
        align,
    };
    [
        ("STT", "No.", 6, Align::Centre),
        ("Ngày (thứ)", "Day", 19, Align::Centre),
        ("Buổi", "Programme", 27, Align::Left),
        ("Giờ theo lịch", "Planned at", 17, Align::Centre),
        ("Giờ phát thực tế (bắt đầu - kết thúc)", "On air (from - to)", 28, Align::Centre),
        ("Tên tin, bài/chương trình", "Title", 40, Align::Left),
        ("Thể loại", "Genre", 13, Align::Left),
        ("Nội dung (mã)", "Themes", 13, Align::Centre),
        ("Số phiếu duyệt/người duyệt", "Approval", 20, Align::Left),
        ("Thời lượng", "Length", 13, Align::Right),
        ("Khu vực phát (thôn)", "Zones", 18, Align::Left),
        ("Kết quả", "Outcome", 22, Align::Left),
        ("Sự cố, lý do", "Trouble, reason", 30, Align::Left),
        ("Người trực", "On duty", 17, Align::Left),
    ]
    .map(column)
    .to_vec()
}

/// Which column holds titles, remarks and the words of the sum.
const TITLE: usize = 5;

fn line(
    book: &Book<'_>,
    number: usize,
    entry: &Entry,
    attempt: &Attempt,
    zones: &mut Zones,
    language: Language,
) -> Line {
    let number = Cell::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let duty = Cell::text(on_duty(book.days, entry.day, attempt));
    let cells = [number].into_iter().chain(cells(entry, attempt, zones, language)).chain([duty]).collect();
    Line { cells, emphasis: Emphasis::Plain }
}

/// What book and extract both say of a row: from its day to why it fell short.
pub(super) fn cells(entry: &Entry, attempt: &Attempt, zones: &mut Zones, language: Language) -> [Cell; 12] {
    let (row, now) = (&attempt.written, attempt.described());
    let is_last = std::ptr::eq(attempt, entry.last());
    let text = |text: Option<&str>| Cell::text(text.unwrap_or_default());
    [
        Cell::text(format!("{} ({})", date(entry.day, language), language.weekday(entry.day.weekday()))),
        Cell::text(words::programme(row, language)),
        Cell::text(words::planned(row, entry.day, language)),
        Cell::text(words::on_air(row)),
        text(now.title.as_deref()),
        text(now.genre.as_deref()),
        Cell::text(now.themes.join(", ")),
        Cell::text(words::approval(row, language)),
        if row.aired_ms > 0 { Cell::Length(row.aired_ms) } else { Cell::Empty },
        Cell::text(zones.name(&now.zone_names, language)),
        Cell::text(words::result(attempt, entry.counts && is_last, language)),
        Cell::text(words::reason(row, language)),
    ]
}

/// Who put it on the air, else who is on duty for the programme.
fn on_duty(days: &Days, day: NaiveDate, attempt: &Attempt) -> String {
    let row = &attempt.written;
    match (&row.by, &row.programme) {
        (Some(by), _) => by.to_string(),
        (None, Some(programme)) => {
            days.duty(day, programme).iter().map(|duty| duty.who.as_str()).collect::<Vec<_>>().join(", ")
        }
        (None, None) => String::new(),
    }
}

/// What people said of the row above, over all columns.
fn remark(text: String) -> Line {
    Line { cells: vec![Cell::Text(text)], emphasis: Emphasis::Remark }
}

/// What the day comes to, and which rows of the log these are.
fn total(entries: &[&Entry], language: Language) -> Line {
    let airings = entries.iter().filter(|entry| entry.counts).count();
    let aired_ms = entries.iter().map(|entry| entry.aired_ms()).sum();
    let seqs = entries.iter().flat_map(|entry| &entry.attempts).map(|attempt| attempt.written.seq);
    let rows = range(seqs).unwrap_or_default();
    let others = entries.len() - airings;
    let minutes = minutes(aired_ms, language);
    let (counted, missing, rows) = match language {
        Language::Vi => (
            format!("Cộng ngày: {airings} lượt phát, {minutes} phút"),
            format!("{others} lượt không được tính"),
            format!("Dòng {rows} của nhật ký"),
        ),
        Language::En => (
            format!("Sum of the day: {airings} airings, {minutes} minutes"),
            format!("{others} do not count"),
            format!("Rows {rows} of the log"),
        ),
    };
    // In columns that are wide enough for two lines of words: a sum that needs more is torn from its day.
    let mut cells = vec![Cell::Empty; TITLE - 1];
    cells.extend([Cell::Text(rows), Cell::Text(counted)]);
    cells.resize(9, Cell::Empty);
    cells.extend([Cell::Length(aired_ms), Cell::Empty, Cell::Empty]);
    cells.extend([if others > 0 { Cell::Text(missing) } else { Cell::Empty }, Cell::Empty]);
    Line { cells, emphasis: Emphasis::Total }
}

/// Zones of the day's rows: a few by name, many by a letter that is explained below.
#[derive(Default)]
pub(super) struct Zones {
    lettered: Vec<String>,
}

impl Zones {
    pub(super) fn name(&mut self, names: &[std::sync::Arc<str>], language: Language) -> String {
        // A name may have a comma in it.
        let all = names.join("; ");
        if names.len() <= ZONES_IN_A_CELL {
            return all;
        }
        let known = self.lettered.iter().position(|each| *each == all);
        let index = known.unwrap_or_else(|| {
            self.lettered.push(all);
            self.lettered.len() - 1
        });
        format!("{} {} ({})", names.len(), language.pick("cụm loa", "zones"), index + 1)
    }

    pub(super) fn notes(self) -> Vec<String> {
        self.lettered.iter().enumerate().map(|(index, names)| format!("({}) {names}.", index + 1)).collect()
    }
}

/// What the book comes to and how it was counted; a month is confirmed below it.
fn end(book: &Book<'_>, rows: &Rows, language: Language) -> Vec<Block> {
    let airings = rows.entries.iter().filter(|entry| entry.counts).count();
    let aired_ms = rows.entries.iter().map(Entry::aired_ms).sum();
    let voided = rows.entries.iter().flat_map(|entry| &entry.attempts).filter(|attempt| attempt.is_void()).count();
    let count = |number: usize| grouped(i64::try_from(number).unwrap_or(i64::MAX), language);
    let (airings, minutes, rehearsals) =
        (count(airings), minutes(aired_ms, language), grouped(rows.rehearsals, language));
    let window = span(book.window, language);
    let sum = match language {
        Language::Vi => format!("{window}: {airings} lượt phát, {minutes} phút."),
        Language::En => format!("{window}: {airings} airings, {minutes} minutes."),
    };
    let rules = match language {
        Language::Vi => format!(
            "Lượt phát là một mục được phát đủ, hoặc ít nhất 80 % trong lần phát cuối; thời lượng cộng mọi lần phát. Lượt phát được \
             xếp vào ngày bắt đầu phát. Không ghi vào sổ: {rehearsals} dòng phát thử (không ra loa, hoặc âm thử loa). Dòng đã hủy theo đính chính: \
             {}. Nhật ký chứng minh âm thanh đã ra khỏi thiết bị phát, không chứng minh đã có người nghe.",
            count(voided)
        ),
        Language::En => format!(
            "An airing counts when its last attempt aired, or at least 80 % of it; lengths sum all attempts. An airing is of the day \
             on which it started. Not in this book: {rehearsals} rows of rehearsals and of the test tone. Rows taken out by corrections: {}. The log \
             proves that sound left the device, not that anybody heard it.",
            count(voided)
        ),
    };
    let mut blocks = vec![Block::Paragraph(vec![Run::plain(sum)]), Block::Small(rules)];
    blocks.extend(ends_month(book.window.last).then(|| confirmed(language)));
    blocks
}
