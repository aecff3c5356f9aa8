//! What is in the book, by rows made by hand.
//!
//! In: facts of a few days of March 2025. Out: what holds of entries, lines and sums.

use chrono::{DateTime, FixedOffset};

use super::*;
use crate::airing::{Kind, Outcome, OutputKind, Reason};
use crate::language::Language;
use crate::report::document::{Block, Document};
use crate::report::logbook::book::{Book, document};
use crate::report::table::{Cell, Table};
use crate::schedule::days::{Airs, DayKind, Days, Duty, SpecialDay, When, weekdays};

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2025-03-{text}+07:00")).unwrap()
}

fn on(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 3, day).unwrap()
}

/// A file of the morning programme of the 3rd of March that aired for a minute.
fn fact(seq: i64, airing: &str, attempt: i64) -> Fact {
    Fact {
        seq,
        airing: airing.to_owned(),
        attempt,
        station: "Đài truyền thanh xã Thanh Đa".into(),
        programme: Some("buoi-sang".into()),
        programme_title: Some("Buổi sáng".into()),
        kind: Kind::Fixed,
        bulletin: None,
        title: Some("Một cửa".into()),
        genre: Some("tin".into()),
        themes: ["ND3".into()].into(),
        author: None,
        source: None,
        approval: None,
        approved_by: None,
        approved_at: None,
        zones: ["thon-1".into()].into(),
        zone_names: ["Cụm loa thôn 1".into()].into(),
        scheduled_at: at("03T05:00:00"),
        started_at: Some(at("03T05:00:00")),
        ended_at: Some(at("03T05:01:00")),
        planned_ms: Some(60_000),
        aired_ms: 60_000,
        outcome: Some(Outcome::Aired),
        reason: None,
        output: OutputKind::Card,
        sha256: Some("ab".repeat(32).into()),
        corrects: None,
        by: None,
        why: None,
        note: None,
    }
}

fn missed(seq: i64, airing: &str, day: &str) -> Fact {
    Fact {
        scheduled_at: at(day),
        started_at: None,
        ended_at: None,
        aired_ms: 0,
        outcome: Some(Outcome::Missed),
        reason: Some(Reason::StationOff),
        ..fact(seq, airing, 1)
    }
}

fn cut(seq: i64, airing: &str, attempt: i64) -> Fact {
    Fact {
        aired_ms: 20_000,
        outcome: Some(Outcome::Interrupted),
        reason: Some(Reason::PowerLoss),
        ..fact(seq, airing, attempt)
    }
}

/// A correction or note about a row, made on the 5th.
fn remark(kind: Kind, seq: i64, about: &Fact) -> Fact {
    Fact {
        kind,
        airing: "correct@2025-03-05T18:00:00.000000Z/1".to_owned(),
        started_at: None,
        aired_ms: 0,
        outcome: None,
        corrects: Some(about.seq),
        by: Some("Lan".into()),
        ..Fact { seq, ..about.clone() }
    }
}

fn window(first: u32, last: u32) -> Window {
    Window { first: on(first), last: on(last) }
}

fn rows(facts: &[Fact], marks: &Marks) -> Rows {
    let mut gathering = Gathering::new(window(3, 9), marks, |_| true);
    for fact in facts {
        gathering.take(fact.clone());
    }
    gathering.finish()
}

fn repeated(airing: &str) -> Marks {
    Marks { repeated: [airing.to_owned()].into(), ..Marks::default() }
}

fn book(rows: &Rows, days: &Days) -> Document {
    let authority = ["UBND XÃ THANH ĐA".to_owned()];
    let book = Book {
        authority: &authority,
        station: "Đài",
        volume: None,
        window: window(3, 9),
        today: on(8),
        days,
        footer: None,
    };
    document(&book, rows, Language::Vi)
}

fn tables(document: &Document) -> Vec<&Table> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    blocks.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None }).collect()
}

fn printed(table: &Table) -> Vec<Vec<String>> {
    let line = |line: &crate::report::table::Line| line.cells.iter().map(|cell| cell.print(Language::Vi)).collect();
    table.lines.iter().map(line).collect()
}

fn text(document: &Document) -> String {
    format!("{:?}", document.sections)
}

#[test]
fn all_attempts_of_an_airing_stand_together_on_the_day_of_the_last_that_sounded() {
    let late = Fact { started_at: Some(at("04T00:10:00")), ..fact(3, "a", 2) };
    let rows = rows(&[cut(1, "a", 1), missed(2, "b", "03T17:00:00"), late], &repeated("a"));
    let [missed, again] = &rows.entries[..] else { panic!("{rows:?}") };
    assert_eq!((missed.day, missed.counts, missed.aired_ms()), (on(3), false, 0));
    assert_eq!((again.day, again.counts, again.aired_ms(), again.attempts.len()), (on(4), true, 80_000, 2));
}

#[test]
fn rehearsals_remarks_and_other_days_are_not_in_the_book() {
    let wav = Fact { output: OutputKind::Wav, ..fact(1, "w", 1) };
    let elsewhere = missed(2, "x", "10T05:00:00");
    let note = remark(Kind::Note, 4, &wav);
    let rows = rows(&[wav, elsewhere, fact(3, "a", 1), note], &Marks::default());
    assert_eq!((rows.entries.len(), rows.rehearsals), (1, 1));
    assert!(text(&book(&rows, &Days::default())).contains("1 dòng phát thử"));
}

#[test]
fn what_a_correction_replaced_stays_readable_under_its_row() {
    let row = fact(1, "a", 1);
    let note = Fact { note: Some("nghe rõ ở thôn 2".into()), ..remark(Kind::Note, 3, &row) };
    let correction = Fact {
        title: Some("Dịch vụ công".into()),
        genre: None,
        why: Some("ghi nhầm".into()),
        ..remark(Kind::Correction, 2, &row)
    };
    let marks = Marks { corrections: [(1, correction)].into(), notes: [(1, vec![note])].into(), ..Marks::default() };
    let document = book(&rows(&[row], &marks), &Days::default());
    let lines = printed(tables(&document)[0]);
    assert_eq!((lines[0][5].as_str(), lines[0][6].as_str()), ("Dịch vụ công", ""));
    let corrected = "Đính chính ngày 06/03/2025 của Lan (ghi nhầm): tên trước ghi “Một cửa”; thể loại trước ghi “tin”";
    assert_eq!(lines[1][0], corrected, "01:00 of the 6th here");
    assert_eq!(lines[2][0], "Ghi chú ngày 06/03/2025 của Lan: nghe rõ ở thôn 2");
}

#[test]
fn a_row_that_was_taken_out_stands_as_it_was_and_counts_for_nothing() {
    let row = fact(1, "a", 1);
    let void = Fact {
        title: Some("Khác".into()),
        outcome: Some(Outcome::Cancelled),
        reason: Some(Reason::Operator),
        ..remark(Kind::Correction, 2, &row)
    };
    let marks = Marks { corrections: [(1, void)].into(), ..Marks::default() };
    let rows = rows(&[row], &marks);
    assert_eq!((rows.entries[0].counts, rows.entries[0].aired_ms()), (false, 0));
    let lines = printed(tables(&book(&rows, &Days::default()))[0]);
    assert_eq!((lines[0][5].as_str(), lines[0][11].as_str()), ("Một cửa", "phát đủ; ĐÃ HỦY, không tính"));
    assert!(lines[1][0].ends_with("hủy dòng này, không tính"), "{}", lines[1][0]);
    assert!(lines[2][5].starts_with("Cộng ngày: 0 lượt phát, 0,0 phút"), "{}", lines[2][5]);
}

#[test]
fn of_two_attempts_the_one_that_stands_settles_the_airing() {
    let first = fact(1, "a", 1);
    let void = Fact {
        outcome: Some(Outcome::Cancelled),
        reason: Some(Reason::Operator),
        ..remark(Kind::Correction, 3, &fact(2, "a", 2))
    };
    let marks = Marks { corrections: [(2, void)].into(), ..repeated("a") };
    let rows = rows(&[first, fact(2, "a", 2)], &marks);
    let [entry] = &rows.entries[..] else { panic!("{rows:?}") };
    assert_eq!((entry.attempts.len(), entry.counts, entry.aired_ms(), entry.last().written.seq), (2, true, 60_000, 1));
}

#[test]
fn every_day_has_its_block_and_says_when_it_has_no_airing_or_has_not_come() {
    let holiday = SpecialDay {
        title: "Quốc tang".into(),
        kind: DayKind::Mourning,
        when: When::Dates(on(4), on(4)),
        as_weekday: None,
        airs: Airs::Nothing,
        leave_out: Vec::new(),
    };
    let duty = Duty {
        who: "Nguyễn Văn An".into(),
        phone: None,
        weekdays: weekdays("Mon").unwrap(),
        from: None,
        until: None,
        programmes: Vec::new(),
    };
    let days = Days { entries: vec![Arc::new(holiday)], duties: vec![duty] };
    let document = book(&rows(&[fact(1, "a", 1)], &Marks::default()), &days);
    let text = text(&document);
    assert!(text.contains("Thứ Ba, ngày 04 tháng 3 năm 2025 (Quốc tang)"), "{text}");
    let count = |words: &str| text.matches(words).count();
    assert_eq!([count("Nhật ký không ghi lượt phát nào"), count("Ngày này chưa đến.")], [5, 1]);
    assert_eq!(count("Người trực (ký)"), 1);
    let lines = printed(tables(&document)[0]);
    let expected = [
        "1",
        "03/03/2025 (thứ Hai)",
        "Buổi sáng",
        "05:00:00",
        "05:00:00 - 05:01:00",
        "Một cửa",
        "tin",
        "ND3",
        "",
        "1:00",
        "Cụm loa thôn 1",
        "phát đủ",
        "",
        "Nguyễn Văn An",
    ];
    assert_eq!(lines[0], expected);
    assert!(tables(&document)[0].lines.iter().all(|line| line.cells.len() == 14));
    assert_eq!(lines[1][9], "1:00");
}

#[test]
fn many_zones_are_named_once_below_the_table() {
    let names: Vec<Arc<str>> = (1..=3).map(|number| format!("Cụm loa thôn {number}").into()).collect();
    let all = Fact { zone_names: names.into(), ..fact(1, "a", 1) };
    let rows = rows(&[all.clone(), Fact { seq: 2, airing: "b".to_owned(), ..all }], &Marks::default());
    let document = book(&rows, &Days::default());
    let table = tables(&document)[0];
    assert_eq!([&printed(table)[0][10], &printed(table)[1][10]], ["3 cụm loa (1)", "3 cụm loa (1)"]);
    assert_eq!(table.notes, ["(1) Cụm loa thôn 1; Cụm loa thôn 2; Cụm loa thôn 3."]);
}

#[test]
fn the_extract_has_the_plans_airings_and_all_shortfalls() {
    let signature = Fact { themes: [].into(), ..fact(1, "s", 1) };
    let broken = Fact { themes: [].into(), ..cut(2, "t", 1) };
    let by_hand = Fact { kind: Kind::Operator, themes: [].into(), ..cut(3, "o", 1) };
    let facts = [signature, broken, by_hand, fact(4, "a", 1), missed(5, "b", "04T05:00:00")];
    let marks = Marks::default();
    let mut gathering = Gathering::new(window(3, 9), &marks, |entry| extract::wants(entry, None));
    for fact in facts {
        gathering.take(fact);
    }
    let table = extract::table(&gathering.finish(), "", Language::Vi);
    let rows: Vec<&Cell> = table.lines.iter().map(|line| &line.cells[1]).collect();
    assert_eq!(rows, [&Cell::Number(2), &Cell::Number(4), &Cell::Number(5)]);
    assert_eq!(table.lines[0].cells.len(), table.columns.len());
    assert_eq!(printed(&table)[2][13], "đài không hoạt động");
}

#[test]
fn a_month_is_confirmed_on_the_page_of_its_sum_and_rules() {
    let authority = ["UBND XÃ THANH ĐA".to_owned()];
    let days = Days::default();
    let facts = rows(&[fact(1, "a", 1)], &Marks::default());
    let ends = |last: NaiveDate| {
        let window = Window { first: on(3), last };
        let book = Book {
            authority: &authority,
            station: "Đài",
            volume: None,
            window,
            today: last,
            days: &days,
            footer: None,
        };
        let blocks = document(&book, &facts, Language::Vi).sections.pop().unwrap().blocks;
        let kind = |block: &Block| match block {
            Block::PageBreak => "break",
            Block::Small(_) => "rules",
            Block::SignHere(_) => "sign",
            Block::Paragraph(runs) if runs[0].text.contains("1 lượt phát, ") => "sum",
            _ => "day",
        };
        blocks.iter().map(kind).collect::<Vec<_>>().split_off(blocks.len() - 5)
    };
    assert_eq!(ends(on(31)), ["day", "break", "sum", "rules", "sign"]);
    assert_eq!(ends(on(9))[2..], ["day", "sum", "rules"], "a week");
}

#[test]
fn a_book_names_its_rows_and_those_of_what_people_said_of_them() {
    let named = |facts: &[Fact], marks: &Marks| rows(facts, marks).named(Language::Vi);
    assert_eq!(named(&[], &Marks::default()), "không có dòng nhật ký nào");
    assert_eq!(named(&[fact(4, "a", 1)], &Marks::default()), "dòng 4");
    let (row, correction) = (fact(4, "a", 1), remark(Kind::Correction, 12, &fact(4, "a", 1)));
    let notes = vec![remark(Kind::Note, 14, &row)];
    let marks = Marks { corrections: [(4, correction)].into(), notes: [(4, notes)].into(), ..Marks::default() };
    assert_eq!(named(&[row, fact(5, "b", 1)], &marks), "dòng 4-5; đính chính, ghi chú trong dòng 12-14");
}
