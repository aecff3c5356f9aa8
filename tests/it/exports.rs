//! What leaves the program as CSV, JSON and HTML, for the month that was counted on paper.
//!
//! In: the station of `tests/fixtures/month`. Out: the same bytes as in `golden/report`, read back by readers of their own. Next:
//! `tidy`.

use chrono::DateTime;
use loa::language::Language;
use loa::report::document::{Block, Document, LetterHead, Paper, Section, Signature};
use loa::report::make::Made;
use loa::report::origin::Origin;
use loa::report::table::Table;
use loa::report::tables::{Given, all, chart};
use loa::report::{csv as sheet, html, json};

use crate::check::assert_golden;
use crate::evidence::month;
use crate::figures::{made, plan};
use crate::tables::given;

/// Has something written of the month.
fn of_the_month<T>(language: Language, write: impl FnOnce(&Origin<'_>, &Given<'_>, &[Table]) -> T) -> T {
    let (site, plan) = (month(), plan());
    let made: Made = made(&site, "2025-07", Some(&plan));
    let given = Given { plan: Some(&plan), language, ..given(&made) };
    let heads = [("zones", made.heads.zones.to_string()), ("activities", made.heads.activities.to_string())];
    let head = made.heads.log.to_string();
    let origin = Origin {
        station: "Đài truyền thanh xã Hát Môn",
        head: Some(&head),
        proved: made.proved,
        remarks: Some((56, 60)),
        other_heads: &heads,
        program: "loa 0.1.0",
        made_at: DateTime::parse_from_rfc3339("2025-07-20T09:00:00+07:00").unwrap(),
    };
    write(&origin, &given, &all(&given))
}

fn csv(language: Language, separator: u8) -> String {
    of_the_month(language, |origin, given, tables| {
        let mut out = Vec::new();
        sheet::write(&mut out, separator, origin, given, tables).unwrap();
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn csv_is_one_sheet_of_the_same_columns_by_each_separator() {
    assert_golden("report/2025-07.csv", &csv(Language::Vi, b';'));
    for (separator, language, mark) in
        [(b';', Language::Vi, ','), (b',', Language::En, '.'), (b'\t', Language::Vi, ',')]
    {
        let text = csv(language, separator);
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\n'));
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), sheet::COLUMNS.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let minutes = |kind: &[&str]| -> Vec<i64> {
            let of = |row: &&csv::StringRecord| {
                &row[0] == "themes" && kind.contains(&&row[3]) && &row[8] == "minutes" && row[7].contains(mark)
            };
            rows.iter().filter(of).map(|row| row[7].replace(mark, "").parse().unwrap()).collect()
        };
        // 3219 s of the plan, 3511 s of all airings, in thousandths of a minute; each line is rounded by itself.
        assert_eq!(minutes(&["total"]), [53_650, 58_517]);
        assert!((minutes(&["line", "warning"]).iter().sum::<i64>() - 58_517).abs() <= 5);
        let says = |id: &str, value: &str| rows.iter().any(|row| &row[6] == id && &row[7] == value);
        assert!(says("first_row", "6") && says("last_row", "54") && says("program", "loa 0.1.0"));
        assert!(rows.iter().any(|row| &row[6] == "head" && row[7].starts_with("60:")));
    }
}

#[test]
fn json_holds_the_figures_in_a_fixed_order() {
    let text = of_the_month(Language::Vi, |origin, given, _| {
        let mut out = Vec::new();
        json::write(&mut out, origin, given).unwrap();
        String::from_utf8(out).unwrap()
    });
    assert_golden("report/2025-07.json", &text);
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["figures"]["totals"]["aired"]["plan"]["aired_ms"], 3_219_000);
    assert_eq!((&read["period"]["code"], &read["calendar"]["closing_day"]), (&"2025-07".into(), &14.into()));
    // A withdrawn posting is not in it.
    let titles = read["activities"].as_array().unwrap();
    assert!(!titles.is_empty() && titles.iter().all(|it| it["channel"] != "WEB"));
}

/// Every kind of block, the tables and the chart of the month among them.
fn document(given: &Given<'_>, tables: &[Table]) -> Document {
    let words = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let head = LetterHead {
        superior: None,
        authority: words(&["Ủy ban nhân dân", "xã Hát Môn"]),
        number: "Số:     /BC-UBND".to_owned(),
        place_and_date: "Hát Môn, ngày     tháng     năm 2025".to_owned(),
    };
    let about = words(&["Kết quả thông tin, tuyên truyền cải cách hành chính", "tháng 7 năm 2025"]);
    let lines = words(&["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]);
    let signature =
        Signature { recipients: words(&["Như trên", "Lưu: VT"]), lines, name: "Đỗ Bá Khang".to_owned() };
    let mut first = vec![
        Block::LetterHead(head),
        Block::Title { kind: "BÁO CÁO".to_owned(), about },
        Block::Addressees(words(&["Phòng Văn hóa - Xã hội"])),
        Block::Heading { level: 1, text: "I. KẾT QUẢ THỰC HIỆN".to_owned() },
        Block::ToFill("Người lập báo cáo ghi công tác chỉ đạo".to_owned()),
        Block::Chart(chart::chart(given)),
    ];
    first.extend(tables[..2].iter().cloned().map(Block::Table));
    first.push(Block::Signature(signature));
    let appendix =
        Block::Appendix { number: "Phụ lục".to_owned(), title: "Các biểu số liệu".to_owned(), with: None };
    let second = std::iter::once(appendix).chain(tables[2..].iter().cloned().map(Block::Table)).collect();
    let section = |paper, blocks| Section {
        paper,
        numbers_first_page: false,
        footer: Some("dòng 6-54; loa 0.1.0".to_owned()),
        blocks,
    };
    Document {
        language: given.language,
        title: "Báo cáo tháng 7 năm 2025".to_owned(),
        author: "UBND xã Hát Môn".to_owned(),
        sections: vec![section(Paper::Portrait, first), section(Paper::Landscape, second)],
    }
}

#[test]
fn html_is_one_page_that_needs_nothing_else() {
    let text = of_the_month(Language::Vi, |_, given, tables| html::page(&document(given, tables)));
    assert_golden("report/2025-07.html", &text);
    for word in ["<script", "<link", "<img", "src=", "url(http", "@import"] {
        assert!(!text.contains(word), "{word}");
    }
    // Every table is there, each head and each figure as it is printed elsewhere.
    of_the_month(Language::Vi, |_, _, tables| {
        for table in tables {
            assert!(text.contains(&format!("id=\"{}\"", table.id)), "{}", table.id);
        }
    });
    assert!(text.contains(">58,5<") && text.contains("chưa phát lượt nào"));
    let english = of_the_month(Language::En, |_, given, tables| html::page(&document(given, tables)));
    assert!(
        english.contains("<html lang=\"en\">") && english.contains("Table 1. Themes") && english.contains(">58.5<")
    );
}
