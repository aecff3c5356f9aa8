//! The real binary makes reports of the month that was counted on paper: every form of it, by template, issuer and period.
//!
//! What the figures are is `figures`' to hold; here each form must say the same ones, and what a person hands in (number, date,
//! template, a file that is there) must come out as it was meant.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::check::assert_golden;
use crate::evidence::month;
use crate::office::pages::{self, Page};
use crate::office::{SHEETS, convert};
use crate::running::{Ran, Site, in_seconds};

const JULY: [&str; 4] = ["report", "--period", "2025-07", "-o"];

/// The head of that month's log: it never changes.
/// Its rows of July 2025, as every form says it.
const ROWS: &str = "6-54 (49 dòng, tính 45 dòng); đính chính, ghi chú: dòng 56-60";

const HEAD: &str = "60:0705d49b52f85c9e966f3359668078aa01ef45b6f4f54fe1cce44e6b4da5700e";

fn report(site: &Site, file: &str, more: &[&str]) -> Ran {
    site.loa(&[&JULY[..], &[file], more].concat())
}

/// A report that must come out, as text.
fn made(site: &Site, file: &str, more: &[&str]) -> String {
    let ran = report(site, file, more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    fs::read_to_string(site.path(file)).unwrap()
}

fn json(site: &Site, more: &[&str]) -> Value {
    serde_json::from_str(&made(site, "json.json", more)).unwrap()
}

/// The same for every run: without the instant at which it was made, which is 19 characters long in each form.
fn timeless(text: &str) -> String {
    ["lập lúc ", "made_at;", "\"made_at\": \""].iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + before + "MADE_AT" + &part[19..])
    })
}

/// The words of a document as LibreOffice prints it, page after page.
fn printed(docx: &Path, into: &Path) -> String {
    let pdf = convert(docx, "pdf", into).remove(0);
    pages::read(&pdf).iter().map(Page::text).collect::<Vec<_>>().join(" ")
}

/// As Vietnamese tables print a length.
fn minutes(ms: i64) -> String {
    let tenths = (ms + 3_000) / 6_000;
    format!("{},{}", tenths / 10, tenths % 10)
}

#[test]
fn every_form_says_the_figures_that_were_counted_on_paper() {
    let site = month();
    let dated = ["--number", "5", "--date", "2025-07-16"];
    let ran = report(&site, "json.json", &dated);
    let told = format!(
        "`json.json`: tháng 7 năm 2025, 15/06/2025 - 14/07/2025; dòng nhật ký {ROWS}; dòng cuối của nhật ký {HEAD}\n"
    );
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", told.as_str()));
    let text = fs::read_to_string(site.path("json.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_golden("report/month.json", &timeless(&text));
    let plan = &json["figures"]["totals"]["aired"]["plan"];
    let (airings, aired_ms) = (plan["airings"].as_i64().unwrap(), plan["aired_ms"].as_i64().unwrap());
    // By the README of the month.
    assert_eq!((airings, aired_ms), (14, 3_219_000));

    for form in ["csv", "html"] {
        let text = made(&site, &format!("a.{form}"), &dated);
        // How a page looks is `html`'s to hold; a line for each element shows what has changed.
        let words = text.split_once("<body>").map_or_else(|| text.clone(), |(_, body)| body.replace("><", ">\n<"));
        assert_golden(&format!("report/month.{form}"), &timeless(&words));
        assert!(text.contains(HEAD), "{form}");
    }
    assert_eq!(report(&site, "a.docx", &dated).code, Some(0));
    let words = printed(&site.path("a.docx"), &site.path("pdf"));
    for sentence in [
        "Số: 05/BC-UBND Hát Môn, ngày 16 tháng 7 năm 2025",
        "Kết quả thông tin, tuyên truyền cải cách hành chính tháng 7 năm 2025 trên địa bàn xã Hát Môn",
        "(số liệu tính từ ngày 15/06/2025 đến ngày 14/07/2025):",
        &format!(
            "đã phát {airings} lượt tin, bài về cải cách hành chính với tổng thời lượng {} phút",
            minutes(aired_ms)
        ),
        &format!("Cộng theo kế hoạch 4 {airings} {}", minutes(aired_ms)),
        "[Đánh giá kết quả đạt được]",
        "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH",
        "Nơi nhận: - Như trên;",
        "Phụ lục II TRÍCH SỔ NHẬT KÝ PHÁT THANH (Kèm theo Báo cáo số 05/BC-UBND ngày 16 tháng 7 năm 2025",
        "Đã có minh chứng 9/20 nội dung, hình thức, nhiệm vụ của kế hoạch (45 %)",
        &format!("dòng nhật ký {ROWS}; dòng cuối của nhật ký {HEAD} (đã kiểm tra chuỗi hash dòng 1-60); loa"),
    ] {
        assert!(words.contains(sentence), "{sentence}\n{}", words.chars().take(6_000).collect::<String>());
    }
    assert_eq!(report(&site, "a.xlsx", &dated).code, Some(0));
    let sheets = convert(&site.path("a.xlsx"), SHEETS, &site.path("sheets"));
    let all: String = sheets.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    assert!(all.contains(ROWS), "{}", all.chars().take(1_000).collect::<String>());
    // The decimal sign is that of the machine's locale.
    let total = |minutes: String| format!(",Cộng theo kế hoạch,4,{airings},{minutes},");
    let (comma, point) = (total(minutes(aired_ms)), total(minutes(aired_ms).replace(',', ".")));
    let unquoted = all.replace('"', "");
    assert!(
        unquoted.contains(&comma) || unquoted.contains(&point),
        "{point}\n{}",
        all.chars().take(3_000).collect::<String>()
    );
    // Row 6 was planned for the day before the month and sounded in it, row 55 the other way round; the rest were written later.
    let rows = fs::read_to_string(sheets.iter().find(|path| path.ends_with("a-Nhật ký.csv")).unwrap()).unwrap();
    let numbers: Vec<i64> =
        rows.lines().filter_map(|line| line.strip_prefix("1,")?.split(',').next()?.parse().ok()).collect();
    assert_eq!(numbers, (6..=54).chain(56..=60).collect::<Vec<_>>());
}

#[test]
fn number_and_day_are_blank_and_the_issuer_is_that_of_the_day() {
    let site = month();
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    let issuer = |from: &str, commune: &str, to: &str| {
        format!(
            "[[report.issuer]]\n{from}authority = [\"ỦY BAN NHÂN DÂN\", \"XÃ {0}\"]\ncommune = \"xã {1}\"\nplace = \"{1}\"\n\
             addressees = {to}\nsigner = {{ lines = [\"TM. ỦY BAN NHÂN DÂN\", \"CHỦ TỊCH\"] }}\n",
            commune.to_uppercase(),
            commune
        )
    };
    let two = issuer("", "Thanh Đa", "[\"Phòng Nội vụ huyện Phúc Thọ\"]")
        + &issuer("from = 2025-07-01\n", "Hát Môn", "[\"UBND thành phố Hà Nội\", \"Sở Nội vụ thành phố Hà Nội\"]");
    site.write("loa.toml", settings + &two);
    let of = |more: &[&str]| made(&site, "a.html", more);
    let (before, after, today) = (of(&["--date", "2025-06-30"]), of(&["--date", "2025-07-01"]), of(&[]));
    for (page, commune, other, to) in [
        (&before, "xã Thanh Đa", "XÃ HÁT MÔN", "Kính gửi: Phòng Nội vụ huyện Phúc Thọ."),
        (&after, "xã Hát Môn", "XÃ THANH ĐA", "UBND thành phố Hà Nội"),
        (&today, "xã Hát Môn", "XÃ THANH ĐA", "Sở Nội vụ thành phố Hà Nội"),
    ] {
        assert!(page.contains(&format!("trên địa bàn {commune}")) && page.contains(to), "{page}");
        assert!(!page.contains(other), "{other}");
        // Rows keep the name of their own day, whoever issues the report.
        assert!(page.contains("Đài truyền thanh xã Thanh Đa, sau là Đài truyền thanh xã Hát Môn đã phát"), "{page}");
    }
    assert!(
        before.contains("Thanh Đa, ngày 30 tháng 6 năm 2025") && after.contains("Hát Môn, ngày 01 tháng 7 năm 2025")
    );
    assert!(after.contains("Số:      /BC-UBND"));
    assert!(today.contains("Hát Môn, ngày     tháng     năm 20"), "{today}");
}

#[test]
fn the_body_is_the_stations_own_and_its_mistakes_are_told() {
    let site = month();
    fs::create_dir(site.path("report")).unwrap();
    let template = "# I. RIÊNG CỦA XÃ\nCó {{airings}} lượt, {{minutes}} phút.\n[Xã tự đánh giá]\n{{bieu: months}}\n{{appendix: log}}\n";
    site.write("report/bao-cao.txt", template);
    let ran = report(&site, "a.html", &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("report/bao-cao.txt:5:1: cảnh báo: không chỗ nào nhắc đến phụ lục `log`"),
        "{}",
        ran.stderr
    );
    let page = fs::read_to_string(site.path("a.html")).unwrap();
    for words in ["I. RIÊNG CỦA XÃ", "Có 14 lượt, 53,7 phút.", "Xã tự đánh giá", "Biểu 2. Theo tháng"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Biểu 1.") && !page.contains("TRIỂN KHAI"));

    site.write("report/bao-cao.txt", "Có {{airing}} lượt\n{{bieu: thang}}\n");
    fs::write(site.path("kept.html"), "kept").unwrap();
    let ran = report(&site, "kept.html", &[]);
    assert_eq!(ran.code, Some(2));
    for words in [
        "report/bao-cao.txt:1:6: error: nothing is called `{{airing}}`",
        "did you mean `airings`?",
        ":2:9: error: there is no table",
    ] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    let checked = site.loa(&["check"]);
    assert!(checked.stderr.contains("report/bao-cao.txt:1:6: error"), "{}", checked.stderr);
    assert_eq!(fs::read_to_string(site.path("kept.html")).unwrap(), "kept");
}

#[test]
fn a_period_is_that_of_the_calendar_that_was_asked_for() {
    let site = month();
    let window = |json: &Value| json["period"]["window"].to_string();
    assert_eq!(window(&json(&site, &[])), r#"{"first":"2025-06-15","last":"2025-07-14"}"#);
    assert_eq!(window(&json(&site, &["--calendar", "civil"])), r#"{"first":"2025-07-01","last":"2025-07-31"}"#);
    let settings = fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", settings + "[report]\nclosing_day = 20\ncsv_separator = \"tab\"\n");
    assert_eq!(window(&json(&site, &[])), r#"{"first":"2025-06-21","last":"2025-07-20"}"#);
    assert!(made(&site, "a.csv", &[]).contains("table\ttitle\tline"));
    let ran = site.loa(&["report", "--period", "2025-01-01..2074-12-31", "-o", "a.csv"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("kỳ này đến 31/12/2074, chưa kết thúc"), "{}", ran.stderr);
}

#[test]
fn a_period_without_a_row_is_reported_as_it_is_and_a_log_that_is_lost_is_not() {
    let site = month();
    let ran = site.loa(&["report", "--period", "2020-Q1", "-o", "a.html"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("15/12/2019 - 14/03/2020; không có dòng nhật ký nào trong kỳ; dòng cuối của nhật ký 60:"),
        "{}",
        ran.stderr
    );
    let page = fs::read_to_string(site.path("a.html")).unwrap();
    assert!(page.contains("Đài truyền thanh xã Hát Môn đã phát 0 lượt tin, bài"), "{page}");
    assert!(page.contains("không có dòng nhật ký nào trong kỳ"));

    let plan = fs::read(site.path("schedules/plan.toml")).unwrap();
    fs::remove_file(site.path("schedules/plan.toml")).unwrap();
    let ran = report(&site, "b.html", &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("there is no plan to report on: `schedules/plan.toml` is not there"), "{}", ran.stderr);
    assert!(!site.path("b.html").exists());
    site.write("schedules/plan.toml", plan);

    fs::remove_file(site.path("data/loa.db")).unwrap();
    let ran = report(&site, "b.html", &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("loa.db"), "{}", ran.stderr);
    let left: Vec<_> = fs::read_dir(site.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("b.html")), "{left:?}");
}

#[test]
fn a_file_is_replaced_as_a_whole_but_never_a_persons_work() {
    let site = month();
    for form in ["docx", "xlsx", "csv"] {
        let file = format!("a.{form}");
        for _ in 0..2 {
            assert_eq!(report(&site, &file, &[]).code, Some(0), "{file}");
        }
    }
    // Word has saved it, a person's sentences are in it.
    let edited = convert(&site.path("a.docx"), "docx", &site.path("edited")).remove(0);
    fs::copy(&edited, site.path("a.docx")).unwrap();
    let before = fs::read(site.path("a.docx")).unwrap();
    let ran = report(&site, "a.docx", &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("`a.docx` was written to by another program"), "{}", ran.stderr);
    assert!(fs::read(site.path("a.docx")).unwrap() == before);
    assert_eq!(report(&site, "a.docx", &["--force"]).code, Some(0));
    assert!(fs::read(site.path("a.docx")).unwrap() != before);

    let ran = report(&site, "-", &["--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["origin"]["head"], HEAD);
    for (file, more, code, said) in [
        ("a.pdf", &[][..], 2, "no format is known by the name `a.pdf`; allowed: .docx, .xlsx, .csv, .json, .html"),
        ("-", &[], 2, "no format is known by the name `-`"),
        ("gone/a.csv", &[], 1, "cannot write `gone/a.csv`: there is no such file or folder"),
        ("data", &["--format", "csv"], 2, "`data` is a folder"),
        ("a.csv", &["--number", "05/BC"], 2, "write the number alone"),
        ("a.csv", &["--number", "00"], 2, "registries count from 1"),
        ("a.csv", &["--date", "16/07/2025"], 2, "write a day as 2025-06-16"),
    ] {
        let ran = report(&site, file, more);
        assert_eq!(ran.code, Some(code), "{file}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{file}: {}", ran.stderr);
    }
}

#[test]
fn a_report_is_made_beside_the_running_station() {
    let site = Site::new("silent");
    site.write("schedules/plan.toml", include_str!("../../schedules/plan.toml"));
    crate::clips::Signal::mono(48_000, 2.0).wav(&site.path("audio/a.wav"));
    site.plan("sang", in_seconds(2), "5m", &["a.wav"]);
    let station = site.run();
    station.prints("on air  a");
    let today = in_seconds(0).format("%Y-%m-%d").to_string();
    let (yesterday, tomorrow) =
        (in_seconds(-86_400).format("%Y-%m-%d").to_string(), in_seconds(86_400).format("%Y-%m-%d"));
    let period = format!("{yesterday}..{tomorrow}");
    let of_now = || -> Value {
        let ran = site.loa(&["report", "--period", &period, "-o", "-", "--format", "json"]);
        assert!(ran.stderr.contains("which is not over"), "{today}: {}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    assert_eq!(of_now()["figures"]["totals"]["rehearsals"], 0, "what is on the air has no row yet");
    site.wait_rows(1);
    let after = of_now();
    assert_eq!(after["figures"]["totals"]["rehearsals"], 1);
    assert_eq!(after["figures"]["totals"]["aired"]["plan"]["airings"], 0);
    assert_eq!(station.terminate().0, Some(0));
    site.done(&["log", "verify"]);
}

#[test]
fn the_examples_in_the_shipped_settings_are_good() {
    let keys =
        ["from", "name", "authority", "place", "commune", "symbol", "addressees", "recipients", "signer", "title"];
    let uncommented = |line: &str| -> String {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_key = keys.iter().any(|key| bare.strip_prefix(key).is_some_and(|rest| rest.starts_with(" = ")));
        let is_example = bare.starts_with("[[station.since]]") || bare.starts_with("[[report.issuer]]") || is_key;
        format!("{}\n", if is_example { bare } else { line })
    };
    let text: String = include_str!("../../loa.toml").lines().map(uncommented).collect();
    let config = loa::config::Config::parse(Path::new("loa.toml"), text.as_bytes()).unwrap();
    let issued = |day: &str| config.issuer_on(day.parse().unwrap(), None);
    let (before, after) = (issued("2025-06-30"), issued("2025-07-01"));
    assert_eq!((before.commune.as_str(), before.signer_lines.len()), ("xã Thanh Đa", 3));
    assert_eq!((after.commune.as_str(), after.addressees.len(), after.signer_name.as_str()), ("xã Hát Môn", 2, ""));
    assert_eq!(config.station.on("2025-07-01".parse().unwrap()).0, "Đài truyền thanh xã Hát Môn");
    assert!(config.report.title.is_some());
}
