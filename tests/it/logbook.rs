//! `loa logbook` on the month that was worked out by hand: the pages, their sums, and what a reader of its own makes of the docx.
//!
//! In: the station of `evidence`. Out: a golden of the page, sums that agree with the figures, texts that LibreOffice finds.
//! What stands in a line is held against rows made by hand in `src/report/logbook`.

use std::fs;

use loa::calendar::local_date;
use loa::clock::Clock;
use loa::config::Config;
use loa::report::make::make;
use loa::report::period::{Calendar, Period};

use crate::check::assert_golden;
use crate::evidence::month;
use crate::office::convert;
use crate::running::Site;

/// The book of some days as a page, without the instant at which it was made.
fn page(site: &Site, days: [&str; 2]) -> String {
    let ran = site.loa(&["logbook", days[0], days[1], "-o", "so.html"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    let page = fs::read_to_string(site.path("so.html")).unwrap();
    let mut pieces = page.split("lập lúc ");
    let mut masked = pieces.next().unwrap().to_owned();
    for piece in pieces {
        masked.push_str("lập lúc HH:MM:SS ngày DD/MM/YYYY");
        masked.push_str(&piece["00:00:00 ngày 00/00/0000".len()..]);
    }
    masked
}

/// Its text, a line for each row and paragraph.
fn lines(page: &str) -> String {
    let body = &page[page.find("<body>").unwrap()..];
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let (words, tag) = rest.split_at(at);
        text.push_str(words);
        let end = tag.find('>').unwrap();
        let name = tag[1..end].split([' ', '/']).find(|name| !name.is_empty()).unwrap_or_default();
        match name {
            "td" | "th" if tag.starts_with("</") => text.push_str(" | "),
            "tr" | "p" | "h1" | "h2" | "h3" | "div" | "section" | "footer" if tag.starts_with("</") => text.push('\n'),
            _ => {}
        }
        rest = &tag[end + 1..];
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_week_of_the_book_is_as_it_was_looked_at() {
    let site = month();
    assert_golden("logbook/2025-W25.txt", &lines(&page(&site, ["--week", "2025-W25"])));
    // Corrections, a row that was taken out, and the names before and after the communes merged.
    assert_golden("logbook/2025-07.txt", &lines(&page(&site, ["--month", "2025-07"])));
}

#[test]
fn the_sums_of_the_days_are_the_figures_of_the_month() {
    let site = month();
    let config = Config::load(&site.path("loa.toml")).unwrap();
    let now = Clock::system().now().wall;
    assert!(local_date(config.station.timezone, now).to_string().as_str() > "2025-07-31");
    for month in ["2025-06", "2025-07"] {
        let text = lines(&page(&site, ["--month", month]));
        let period = Period::new(month.parse().unwrap(), Calendar::Civil);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let figures = runtime.block_on(make(&config, None, period, now)).unwrap().figures;
        let (aired, rehearsals) = (figures.totals.aired, figures.totals.rehearsals);
        let airings = aired.plan.airings + aired.other.airings;
        let of_days = text.lines().filter_map(|line| line.split_once("Cộng ngày: ")?.1.split_once(" lượt phát"));
        let of_days: Vec<i64> = of_days.map(|(airings, _)| airings.parse().unwrap()).collect();
        assert!(of_days.len() > 3 && airings > 4, "{of_days:?}");
        assert_eq!(of_days.iter().sum::<i64>(), airings, "{month}");
        let tenths = (aired.plan.aired_ms + aired.other.aired_ms + 3_000) / 6_000;
        let whole = format!(": {airings} lượt phát, {},{} phút.", tenths / 10, tenths % 10);
        assert!(text.contains(&whole), "{month}: {whole}");
        assert!(text.contains(&format!("{rehearsals} dòng phát thử")), "{month}");
    }
}

#[test]
fn the_cover_has_the_names_of_those_days() {
    let site = month();
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap().replace("XÃ HÁT MÔN", "XÃ THANH ĐA");
    let later = "[[station.since]]\nfrom = \"2025-07-01\"\nname = \"Đài truyền thanh xã Hát Môn\"\nauthority = \"ỦY BAN NHÂN DÂN XÃ HÁT MÔN\"\n";
    site.write("loa.toml", settings + later);
    for (days, lines) in [
        (["--month", "2025-06"], ["ỦY BAN NHÂN DÂN XÃ THANH ĐA", "ĐÀI TRUYỀN THANH XÃ THANH ĐA"]),
        (["--month", "2025-07"], ["ỦY BAN NHÂN DÂN XÃ HÁT MÔN", "ĐÀI TRUYỀN THANH XÃ HÁT MÔN"]),
        (["--week", "2025-W27"], ["ỦY BAN NHÂN DÂN XÃ THANH ĐA", "ỦY BAN NHÂN DÂN XÃ HÁT MÔN"]),
    ] {
        let text = lines_of_cover(&page(&site, days));
        assert_eq!(text[..2], lines, "{days:?}");
    }
}

fn lines_of_cover(page: &str) -> Vec<String> {
    lines(page).lines().take(4).map(str::to_owned).collect()
}

#[test]
fn another_program_reads_the_book() {
    let site = month();
    assert_eq!(site.loa(&["logbook", "--month", "2025-06", "--volume", "7", "-o", "so.docx"]).code, Some(0));
    let made = convert(&site.path("so.docx"), "txt:Text (encoded):UTF8", &site.path("out"));
    let text = fs::read_to_string(&made[0]).unwrap();
    for words in [
        "SỔ NHẬT KÝ PHÁT THANH",
        "Quyển số: 7",
        "Từ ngày 01/06/2025 đến ngày 30/06/2025",
        "ĐÀI TRUYỀN THANH XÃ THANH ĐA",
        "Giờ phát thực tế (bắt đầu - kết thúc)",
        "Đính chính ngày 16/07/2025 của Nguyễn Thị Lan (ghi nhầm tên lần nữa): tên trước ghi “Áp dụng TCVN ISO”",
        "Người trực (ký)",
        "Phụ trách đài (ký)",
        "Xác nhận của UBND xã",
    ] {
        assert!(text.contains(words), "no `{words}` in {text}");
    }
    let days = |words: &str| text.matches(words).count();
    assert_eq!(days("Cộng ngày:") + days("Nhật ký không ghi lượt phát nào trong ngày này."), 30);
}

#[test]
fn what_is_no_week_month_or_form_is_refused_and_nothing_is_written() {
    let site = month();
    for (args, said) in [
        (["--week", "2025-10", "-o", "a.docx"], "write a week as `2025-W10`"),
        (["--week", "2025-W53", "-o", "a.docx"], "a year has 52 or 53 of them"),
        (["--month", "2025-Q1", "-o", "a.docx"], "write a month as `2025-03`"),
        (["--month", "2025-06", "-o", "a.pdf"], "`a.pdf` ends in neither `.docx` nor `.html`"),
    ] {
        let ran = site.loa(&[&["logbook"][..], &args].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(site.loa(&["logbook", "--month", "2025-06", "-o", "no/such/a.html"]).code, Some(1));
    fs::create_dir(site.path("b.html")).unwrap();
    assert_eq!(site.loa(&["logbook", "--month", "2025-06", "-o", "b.html"]).code, Some(2));
    let site = Site::new("silent");
    let ran = site.loa(&["logbook", "--month", "2025-06", "-o", "a.html"]);
    assert_eq!(ran.code, Some(1), "a station without a log has no book");
    assert!(!site.path("a.html").exists() && ran.stderr.contains("loa.db"), "{}", ran.stderr);
}
