//! Reports over figures made by hand, block by block.
//!
//! In: totals that a test sets, a number and a day, a template. Out: each block as a line of text, with the places that a person
//! fills in between marks. What LibreOffice makes of it, and the real log, are in `tests/it/report.rs`.

use chrono::{DateTime, NaiveDate};

use super::*;
use crate::config::Zone;
use crate::plan::{self, Plan};
use crate::report::document::{Run, Style};
use crate::report::fact::Marks;
use crate::report::figures::{Aired, Bulletins, Figures, Named, SincePlan, gather};
use crate::report::issuer::Known;
use crate::report::period::{Calendar, Period};
use crate::report::status::status;
use crate::report::tables::{all, chart};
use crate::report::template;
use crate::schedule::text::Source;
use crate::zones::States;

/// What a test sets.
struct Wish<'a> {
    figures: Figures,
    plan: Plan,
    template: &'a str,
    number: Option<&'a str>,
    date: Option<&'a str>,
    title: Option<&'a str>,
    language: Language,
    at: &'a str,
    used: Option<RowsUsed>,
    has_plan: bool,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self {
            figures: by_hand(),
            plan: plan(),
            template: "",
            number: None,
            date: None,
            title: None,
            language: Language::Vi,
            at: "2025-03-17T08:30:00+07:00",
            used: None,
            has_plan: true,
        }
    }
}

/// The first quarter of 2025.
fn period() -> Period {
    Period::new("2025-Q1".parse().unwrap(), Calendar::DEFAULT)
}

fn plan() -> Plan {
    let source = Source::decode("plan.toml", include_bytes!("../../../schedules/plan.toml")).unwrap();
    plan::read::read(&source).plan.unwrap()
}

/// A period in which nothing happened.
fn empty() -> Figures {
    let zone =
        |number| Zone { id: format!("thon-{number}"), name: format!("Cụm loa thôn {number}"), speakers: None };
    let given = gather::Given {
        period: period(),
        plan: Some(&plan()),
        zones: &[1, 2, 3].map(zone),
        states: &States::new(&[]),
        activities: &[],
        timezone: chrono_tz::Asia::Ho_Chi_Minh,
        today: day(3, 17),
    };
    gather::gather(given, [], &Marks::default())
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

/// The totals of a quarter, as if they had been counted.
fn by_hand() -> Figures {
    let mut figures = empty();
    let totals = &mut figures.totals;
    totals.first_seq = Some(1);
    totals.aired.plan = Aired { airings: 3, aired_ms: 870_000 };
    totals.stations =
        vec![Named { name: "Đài truyền thanh xã Thanh Đa".into(), first: day(1, 2), last: day(3, 1) }];
    for theme in [0, 2] {
        figures.themes[theme].aired = Aired { airings: 1, aired_ms: 100_000 };
    }
    let whole = &mut figures.reconciliation;
    (whole.planned, whole.aired, whole.partly, whole.not_aired) = (7, 4, 2, 1);
    figures.zones[2].broken_days = 4;
    figures.zones[2].broken_since = Some(DateTime::parse_from_rfc3339("2025-02-15T08:00:00+07:00").unwrap());
    figures
}

fn made(wish: &Wish<'_>) -> Document {
    let Wish { figures, plan, language, .. } = wish;
    let known_plan = wish.has_plan.then_some(plan);
    let given = Given { figures, period: period(), plan: known_plan, activities: &[], language: *language };
    let template = if wish.template.is_empty() {
        Template::shipped(*language)
    } else {
        template::read(&Source::decode("t", wish.template.as_bytes()).unwrap()).template.unwrap()
    };
    let known = Known { station: "Đài", authority: Some("UBND"), place: Some("Thanh Đa"), plan: Some(plan) };
    let tables = all(&given);
    let extract = Table { id: "extract", title: String::new(), ..tables[0].clone() };
    report(&Parts {
        given,
        template: &template,
        issuer: &Issuer::of(known),
        station: "Đài",
        title: wish.title,
        number: wish.number,
        date: wish.date.map(|date| date.parse().unwrap()),
        tables: &tables,
        chart: &chart::chart(&given),
        extract: &extract,
        status: Some(&status(plan, figures, &[])),
        made: &Made {
            at: DateTime::parse_from_rfc3339(wish.at).unwrap(),
            program: "loa 0.1.0".to_owned(),
            head: wish.used.map(|_| "12:ab".to_owned()),
            used: wish.used,
        },
    })
}

/// The runs of a paragraph, those that a person fills in between marks.
fn said(runs: &[Run]) -> String {
    let mark = |run: &Run| if run.style == Style::ToFill { format!("<{}>", run.text) } else { run.text.clone() };
    runs.iter().map(mark).collect()
}

/// A line for each block.
fn told(blocks: &[Block]) -> Vec<String> {
    let one = |block: &Block| match block {
        Block::LetterHead(head) => format!("{} | {}", head.number, head.place_and_date),
        Block::Title { kind, about } => format!("{kind}: {}", about.join(" / ")),
        Block::Addressees(to) => format!("to {}", to.join(" / ")),
        Block::Heading { level, text } => format!("{level} {text}"),
        Block::Paragraph(runs) => said(runs),
        Block::ToFill(words) => format!("<{words}>"),
        Block::Table(table) => format!("table {}", table.id),
        Block::Chart(_) => "chart".to_owned(),
        Block::Signature(it) => format!("{} | {} | {}", it.recipients.join("; "), it.lines.join(" / "), it.name),
        Block::Appendix { number, title, with } => format!("{number}: {title} {}", with.as_deref().unwrap_or("-")),
        other => format!("{other:?}"),
    };
    blocks.iter().map(one).collect()
}

#[test]
fn number_and_date_are_blank_until_the_registry_gives_them() {
    let blank = made(&Wish::default());
    let head = &told(&blank.sections[0].blocks)[0];
    assert_eq!(head, "Số:      /BC-UBND | Thanh Đa, ngày     tháng     năm 2025");
    let given = |number, date| {
        let document = made(&Wish { number: Some(number), date: Some(date), ..Wish::default() });
        let bound = told(&document.sections[1].blocks)[0].clone();
        (told(&document.sections[0].blocks)[0].clone(), bound)
    };
    let (head, bound) = given("5", "2025-02-05");
    assert_eq!(head, "Số: 05/BC-UBND | Thanh Đa, ngày 05 tháng 02 năm 2025");
    assert!(
        bound.ends_with("(Kèm theo Báo cáo số 05/BC-UBND ngày 05 tháng 02 năm 2025 của UBND xã Thanh Đa)"),
        "{bound}"
    );
    assert_eq!(given("16", "2025-06-16").0, "Số: 16/BC-UBND | Thanh Đa, ngày 16 tháng 6 năm 2025");
    assert_eq!(given("05a", "2025-12-01").0, "Số: 05a/BC-UBND | Thanh Đa, ngày 01 tháng 12 năm 2025");
}

#[test]
fn the_shipped_body_names_what_it_rests_on_and_leaves_every_judgement_open() {
    let mut figures = by_hand();
    figures.since_plan = Some(SincePlan {
        date: day(2, 19),
        aired: Aired { airings: 3, aired_ms: 60_000 },
        bulletins: Bulletins { approved: 2, unapproved: 0 },
    });
    let blocks = told(&made(&Wish { figures, ..Wish::default() }).sections[0].blocks);
    let expected = [
        "BÁO CÁO: Kết quả thông tin, tuyên truyền cải cách hành chính / quý I năm 2025 trên địa bàn xã Thanh Đa",
        "to Phòng Nội vụ",
        "Thực hiện Kế hoạch số 316/KH-UBND ngày 18/02/2025 của UBND huyện Phúc Thọ và Kế hoạch số <……>/KH-UBND ngày 19/02/2025 \
         của UBND xã Thanh Đa về thông tin, tuyên truyền cải cách hành chính trên địa bàn xã Thanh Đa năm 2025, UBND xã Thanh Đa \
         báo cáo kết quả quý I năm 2025 như sau (số liệu tính từ ngày 15/12/2024 đến ngày 14/03/2025):",
        "Tính riêng từ ngày ban hành Kế hoạch (19/02/2025) đến ngày 14/03/2025: 2 tin, bài; 3 lượt phát; thời lượng 1,0 phút.",
        "1 I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI",
    ];
    assert_eq!(blocks[1..6], expected);
    let all = blocks.join("\n");
    for sentence in [
        "đã phát 3 lượt tin, bài về cải cách hành chính với tổng thời lượng 14,5 phút",
        "thuộc 2/8 nội dung của Kế hoạch. Nội dung chưa phát: ND2, ND4, ND5, ND6, ND7, ND8.",
        "trích nhật ký tại Phụ lục II, các biểu chi tiết tại Phụ lục I, mức độ hoàn thành Kế hoạch tại Phụ lục III.",
        "Theo lịch có 7 lượt phát (kể cả nhạc hiệu, lời chào): 4 lượt phát đủ, 2 lượt phát một phần, 1 lượt không phát được (Biểu 11).",
        "- Cụm loa thôn 3: mất tín hiệu 4 ngày trong kỳ, từ ngày 15/02/2025 đến cuối kỳ chưa khắc phục.",
        "1 III. ĐÁNH GIÁ CHUNG\n2 1. Kết quả đạt được\n<Đánh giá kết quả đạt được>\n",
        "1 V. KIẾN NGHỊ, ĐỀ XUẤT\n<Kiến nghị, đề xuất>\nTrên đây là báo cáo",
        "UBND xã Thanh Đa trân trọng báo cáo./.\nNhư trên; Phòng VH TT; Các CB, CC; Lưu: VT | TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / \
         PHÓ CHỦ TỊCH | Đỗ Bá Khang",
    ] {
        assert!(all.contains(sentence), "{sentence}\n{all}");
    }
    let tables: Vec<&str> = blocks.iter().filter_map(|block| block.strip_prefix("table ")).collect();
    assert_eq!(tables, ["themes", "months", "zones", "channels", "bulletins", "activities", "shortfalls"]);
}

#[test]
fn what_the_body_does_not_place_goes_behind_it() {
    let document = made(&Wish::default());
    let [_, tables, log, status] = &document.sections[..] else { panic!("four sections") };
    let papers: Vec<Paper> = document.sections.iter().map(|section| section.paper).collect();
    assert_eq!(papers, [Paper::Portrait, Paper::Landscape, Paper::Landscape, Paper::Landscape]);
    assert_eq!(
        told(&tables.blocks)[1..],
        ["table other_themes", "table matrix", "table programmes", "table reconciliation"]
    );
    assert!(
        told(&log.blocks)[0].starts_with("Phụ lục II: TRÍCH SỔ NHẬT KÝ PHÁT THANH (Kèm theo Báo cáo số      /BC-UBND")
    );
    assert_eq!(told(&status.blocks)[2], "table status");
    let footer = "Số liệu từ ngày 15/12/2024 đến ngày 14/03/2025; không có dòng nhật ký nào trong kỳ; nhật ký trống; \
                  loa 0.1.0 lập lúc 17/03/2025 08:30:00 +07:00";
    assert!(document.sections.iter().all(|section| section.footer.as_deref() == Some(footer)));

    let one = made(&Wish { template: "Xem {{see: log}} [ghi thêm].\n{{appendix: log}}", ..Wish::default() });
    assert_eq!(told(&one.sections[0].blocks)[3], "Xem Phụ lục <ghi thêm>.");
    assert!(told(&one.sections[1].blocks)[0].starts_with("Phụ lục: TRÍCH"));
}

#[test]
fn what_is_filed_is_black_and_loses_no_word() {
    let document = made(&Wish::default());
    let black = in_black(document.clone());
    let warned = |document: &Document| {
        let blocks = document.sections.iter().flat_map(|section| &section.blocks);
        let lines = blocks.filter_map(|block| if let Block::Table(table) = block { Some(&table.lines) } else { None });
        lines.flatten().filter(|line| line.emphasis == Emphasis::Warning).count()
    };
    assert!(warned(&document) > 5);
    assert_eq!(warned(&black), 0);
    assert_eq!(format!("{document:?}").replace("Warning", "Plain"), format!("{black:?}"));
}

#[test]
fn a_period_without_a_row_has_zeros_and_no_name_of_a_row() {
    let blocks = told(&made(&Wish { figures: empty(), ..Wish::default() }).sections[0].blocks).join("\n");
    let none = "Nhật ký phát sóng không có dòng nào trong kỳ.";
    assert!(blocks.contains(&format!("{none} Trong kỳ, Đài đã phát 0 lượt tin, bài")), "{blocks}");
    let planned = format!("{none} Theo lịch có 0 lượt phát (kể cả nhạc hiệu, lời chào): 0 lượt phát đủ");
    assert!(blocks.contains(&planned), "{blocks}");
    let mut figures = by_hand();
    figures.totals.first_seq = Some(1);
    let blocks = told(&made(&Wish { figures, ..Wish::default() }).sections[0].blocks).join("\n");
    assert!(!blocks.contains(none), "{blocks}");
}

#[test]
fn a_reader_is_told_of_a_period_that_goes_on_and_of_rows_written_later() {
    let used = RowsUsed { first: 6, last: 10, counted: 3, remarks: Some((12, 12)) };
    let of = |at| made(&Wish { at, used: Some(used), ..Wish::default() });
    let goes_on = "đến ngày 14/03/2025; kỳ chưa kết thúc, số liệu đến ngày lập báo cáo";
    for (at, expected) in [("2025-03-14T23:59:59+07:00", true), ("2025-03-15T00:00:00+07:00", false)] {
        let document = of(at);
        assert_eq!(told(&document.sections[0].blocks).join("\n").contains(goes_on), expected, "{at}");
        let footer = document.sections[0].footer.as_deref().unwrap();
        let rows =
            "; dòng nhật ký 6-10 (5 dòng, tính 3 dòng); đính chính, ghi chú: dòng 12; dòng cuối của nhật ký 12:ab; loa";
        assert!(footer.contains(rows), "{footer}");
    }
}

#[test]
fn the_title_is_the_settings_and_english_has_its_own_words() {
    let title = Some("Công tác tuyên truyền CCHC");
    assert_eq!(made(&Wish { title, ..Wish::default() }).title, "Công tác tuyên truyền CCHC");
    let english = made(&Wish { language: Language::En, date: Some("2025-03-17"), ..Wish::default() });
    let blocks = told(&english.sections[0].blocks);
    assert_eq!(blocks[0], "No.:      /BC-UBND | Thanh Đa, 17 March 2025");
    assert!(
        blocks[3].contains("reports on quarter I of 2025 as follows (figures from 2024-12-15 to 2025-03-14):"),
        "{}",
        blocks[3]
    );
    assert_eq!(english.author, "the People's Committee of xã Thanh Đa");
}

#[test]
fn what_is_not_known_is_left_to_be_written_and_an_open_period_says_so() {
    let first = |wish: Wish<'_>| {
        let blocks = told(&made(&wish).sections[0].blocks);
        blocks.into_iter().nth(3).unwrap_or_default()
    };
    let template = "{{window}}: {{speakers}} loa, {{airings}} lượt";
    let wish = || Wish { template, ..Wish::default() };
    let days = "từ ngày 15/12/2024 đến ngày 14/03/2025";
    assert_eq!(first(wish()), format!("{days}: <số loa> loa, 3 lượt"));
    let mut figures = by_hand();
    for (zone, speakers) in figures.zones.iter_mut().zip([4, 3, 2]) {
        zone.speakers = Some(speakers);
    }
    assert_eq!(first(Wish { figures, ..wish() }), format!("{days}: 9 loa, 3 lượt"));
    let open = Wish { at: "2025-03-14T08:30:00+07:00", has_plan: false, ..wish() };
    let said = "; kỳ chưa kết thúc, số liệu đến ngày lập báo cáo: <số loa> loa, <chưa có kế hoạch> lượt";
    assert_eq!(first(open), format!("{days}{said}"));
}
