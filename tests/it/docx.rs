//! Reports and books as `.docx`: what LibreOffice makes of them, measured in millimetres, and what Word insists on.
//!
//! In: documents made by hand. Out: places of words and rules on the pages against Nghị định 30/2020/NĐ-CP, phụ lục I. Fonts that
//! are as wide as Times New Roman stand in for it.

mod sample; // a report as a commune would file it

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use loa::language::Language;
use loa::report::document::{Block, Document, LetterHead, Paper, Run, Section, Signature};
use loa::report::docx;
use tempfile::TempDir;
use unicode_normalization::is_nfc;

use crate::office::convert;
use crate::office::pages::{self, Page, Rule, Word};

/// Nearer than this nobody measures on paper.
const NEAR: f64 = 0.5;
const LEFT: f64 = 30.0;
const RIGHT: f64 = 210.0 - 15.0;
const MIDDLE: f64 = f64::midpoint(LEFT, RIGHT);

#[track_caller]
fn assert_near(found: f64, wanted: f64, what: &str) {
    assert!((found - wanted).abs() < NEAR, "{what}: {found:.2} mm, not {wanted:.2} mm");
}

fn bytes(document: &Document) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    docx::write(document, &mut out).unwrap();
    out.into_inner()
}

/// Writes it, has it looked at, and has LibreOffice print it.
fn printed(document: &Document) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tai-lieu.docx");
    std::fs::write(&file, bytes(document)).unwrap();
    assert_valid(&file);
    let pdf = convert(&file, "pdf", &folder.path().join("pdf")).remove(0);
    (folder, pdf)
}

#[track_caller]
fn assert_valid(file: &Path) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_docx.py");
    let ran = Command::new("python3").arg(script).arg(file).output().expect("python3 is installed");
    let said = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(ran.status.success(), "{said}");
}

fn middle(words: &[Word]) -> f64 {
    f64::midpoint(words[0].left, words[words.len() - 1].right)
}

/// The number in the top margin, if there is one and nothing else.
fn page_number(page: &Page) -> Option<&Word> {
    match page.between(0.0, 20.0).as_slice() {
        [] => None,
        [number] => Some(number),
        others => panic!("in the top margin: {others:?}"),
    }
}

/// The rule right below a line.
fn rule_below(rules: &[Rule], line: &[Word]) -> Rule {
    let bottom = line[0].bottom;
    let near = |rule: &&Rule| (bottom - 0.6..bottom + 3.0).contains(&rule.top) && rule.left > line[0].left - 1.0;
    let below = rules.iter().filter(|rule| rule.right < line[line.len() - 1].right + 1.0).find(near);
    *below.unwrap_or_else(|| panic!("no rule below {line:?} among {rules:?}"))
}

#[test]
fn the_report_is_laid_out_as_the_decree_prescribes() {
    let (_folder, pdf) = printed(&sample::document());
    let pages = pages::read(&pdf);
    assert!(pages::fonts(&pdf).iter().all(|font| font.starts_with("Tinos")));
    for page in &pages {
        assert!(is_nfc(&page.text()), "{}", page.text());
    }
    paper(&pages);
    head(&pages[0], &pages::rules(&pdf, 1, 8.0));
    text(&pages[..2]);
    signature(&pages[1]);
    tables(&pages, &pdf);
    book(&pages);
}

/// Formats, margins, page numbers and footers.
fn paper(pages: &[Page]) {
    let lies: Vec<bool> = pages.iter().map(|page| page.width > page.height).collect();
    assert_eq!(lies.iter().filter(|&&lies| !lies).count(), 2, "{lies:?}");
    assert_eq!(lies.iter().position(|&lies| lies), Some(2), "the appendix lies");
    let book = pages.iter().position(|page| page.text().contains("Quyển số 01")).unwrap();
    assert_eq!(book + 3, pages.len(), "cover, a day, confirmation");
    for (index, page) in pages.iter().enumerate() {
        let (width, height) = if lies[index] { (297.0, 210.0) } else { (210.0, 297.0) };
        assert_near(page.width, width, "the paper's width");
        assert_near(page.height, height, "the paper's height");
        for word in &page.words {
            assert!(word.left > LEFT - NEAR && word.right < width - 15.0 + NEAR, "page {}: {word:?}", index + 1);
            assert!(word.top > 9.0 && word.bottom < height - 5.0, "page {}: {word:?}", index + 1);
        }
        let first = if index < 2 {
            0
        } else if index < book {
            2
        } else {
            book
        };
        let number = page_number(page);
        assert_eq!(
            number.map(|word| word.text.parse().unwrap()),
            (index > first).then(|| index - first + 1),
            "{index}"
        );
        if let Some(number) = number {
            assert_near(f64::midpoint(number.left, number.right), f64::midpoint(LEFT, width - 15.0), "the page number");
            assert!((13.0..14.5).contains(&number.size()), "{}", number.size());
        }
        let footer: Vec<&str> = page.between(height - 20.0, height).iter().map(|word| word.text.as_str()).collect();
        assert_eq!(footer.join(" "), if index < book { sample::FOOTER } else { "" });
    }
    let top = pages[0].words.iter().map(|word| word.top).fold(f64::MAX, f64::min);
    assert_near(top, 20.0, "the first line");
}

/// The head of the first page.
fn head(page: &Page, rules: &[Rule]) {
    let nation = page.find("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    let motto = page.find("Độc lập - Tự do - Hạnh phúc");
    assert!((nation[0].top - nation[7].top).abs() < NEAR, "on one line");
    assert!((nation[2].size() - 13.0).abs() < 0.3 && (motto[3].size() - 14.0).abs() < 0.3);
    assert_near(middle(motto), middle(nation), "the motto");
    let below = rule_below(rules, motto);
    assert_near(below.left, motto[0].left, "the rule's left end");
    assert_near(below.right, motto[motto.len() - 1].right, "the rule's right end");

    let authority = page.find("XÃ THANH ĐA");
    assert_near(page.find("ỦY BAN NHÂN DÂN")[0].top, nation[0].top, "the issuer");
    assert_near(middle(authority), middle(page.find("ỦY BAN NHÂN DÂN")), "the issuer's second line");
    assert_short(rule_below(rules, authority), authority);
    let (number, date) = (page.find("Số: /BC-UBND"), page.find("Thanh Đa, ngày tháng năm 2025"));
    assert_near(number[0].bottom, date[0].bottom, "number and date");
    assert_near(middle(date), middle(nation), "place and date");
    assert_near(middle(number), middle(authority), "the number");

    let (kind, about) = (page.find("BÁO CÁO"), page.find("6 tháng đầu năm 2025 trên địa bàn xã Thanh Đa"));
    assert_near(middle(kind), MIDDLE, "the kind");
    assert_near(middle(about), MIDDLE, "what it is about");
    assert_short(rule_below(rules, about), about);
    assert!((kind[0].size() - 14.0).abs() < 0.3 && (about[1].size() - 14.0).abs() < 0.3);
    assert_near(middle(page.find("Kính gửi: Phòng Nội vụ huyện Phúc Thọ.")), MIDDLE, "the addressee");
}

/// A third to a half of its line, in the middle of it.
#[track_caller]
fn assert_short(rule: Rule, line: &[Word]) {
    let part = rule.length() / (line[line.len() - 1].right - line[0].left);
    assert!((1.0 / 3.0..0.5).contains(&part), "{part:.2} of the line");
    assert_near(f64::midpoint(rule.left, rule.right), middle(line), "the rule");
}

/// Indents, room and order.
fn text(pages: &[Page]) {
    let page = &pages[0];
    assert_near(page.find("Thực hiện")[0].left, LEFT + 12.7, "the first line of a paragraph");
    let [first, second] = [page.find("Thực hiện"), page.find("Phúc Thọ và Kế hoạch")].map(|words| words[0].clone());
    assert_near(second.left, LEFT, "the second line");
    assert_near(page.find("huyện Phúc Thọ và")[0].right, RIGHT, "the right end of a full line");
    let line = (second.top - first.top) / (25.4 / 72.0);
    assert!((14.0 * 1.149..14.0 * 1.15 * 1.5).contains(&line), "lines are {line:.1} pt apart");
    let [above, below] = ["UBND xã Đã ban hành", "2. Phân công"].map(|words| page.find(words)[0].top);
    assert!((below - above) / (25.4 / 72.0) > line + 6.0 - 0.2, "6 pt between paragraphs");

    let all = pages.iter().map(Page::text).collect::<Vec<_>>().join(" ");
    let mut rest = all.as_str();
    for piece in [
        "Số: /BC-UBND",
        "BÁO CÁO Kết quả thông tin",
        "[số kế hoạch của xã]",
        "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI 1. Văn bản",
        "UBND xã Đã ban hành <kế hoạch> \"A & B\" theo đúng quy định.",
        "[Xã ghi phân công",
        "a) Theo nội dung Biểu 1.",
        "Trên Đài truyền thanh",
        "3 Hòa giải ở cơ sở; tiếp cận pháp luật 0 0 0,0 Chưa phát",
        "Tổng cộng 36 3.694 5.725,7",
        "chỉ làm tròn khi in",
        "Biểu 2. Theo tháng",
        "15/12/2024 - 13/01/2025",
        "trân trọng báo cáo./.",
        "Nơi nhận:",
    ] {
        let at = rest.find(piece).unwrap_or_else(|| panic!("`{piece}` is not, or not there, in {all}"));
        rest = &rest[at + piece.len()..];
    }
    assert!(!all.contains("Không in"), "charts are left out");
}

/// The signature block.
fn signature(page: &Page) {
    let quarter = RIGHT - (RIGHT - LEFT) / 4.0;
    let (recipients, on_behalf) = (page.find("Nơi nhận:"), page.find("TM. ỦY BAN NHÂN DÂN"));
    assert!((recipients[0].top - on_behalf[0].top).abs() < 1.0, "level with each other");
    assert_near(recipients[0].left, LEFT, "recipients");
    assert!((recipients[0].size() - 12.0).abs() < 0.3);
    let list = ["- Như trên;", "- Phòng VH&TT huyện;", "- Lưu: VT."].map(|words| page.find(words));
    assert!(list.windows(2).all(|two| two[0][0].top < two[1][0].top && (two[0][0].size() - 11.0).abs() < 0.3));
    let (deputy, name) = (page.find("PHÓ CHỦ TỊCH"), page.find("Đỗ Bá Khang"));
    for words in [on_behalf, page.find("KT. CHỦ TỊCH"), deputy, name] {
        assert_near(middle(words), quarter, "who signs");
    }
    assert!(name[0].top - deputy[0].bottom >= 25.0, "room for the stamp");
}

/// The tables of the report and of the appendix.
fn tables(pages: &[Page], pdf: &Path) {
    for (page, right) in [(1, RIGHT), (2, RIGHT), (3, 297.0 - 15.0)] {
        let widest = pages::rules(pdf, page, 100.0);
        assert!(!widest.is_empty());
        for rule in widest {
            assert_near(rule.left, LEFT, "a table's left end");
            assert_near(rule.right, right, "a table's right end");
        }
    }
    let head = pages[0].find("Trên Đài truyền thanh");
    assert!(pages[0].find("Ghi chú")[0].top > head[0].top, "one cell over both levels");
    assert!((pages[0].find("Biểu 1.")[0].size() - 13.0).abs() < 0.3 && (head[0].size() - 12.0).abs() < 0.3);
    let of_extract: Vec<&Page> = pages[2..].iter().filter(|page| page.text().contains("12/2025,")).collect();
    assert!(of_extract.len() > 3);
    for page in of_extract {
        assert!(page.find("Khu vực phát")[0].top < 50.0, "heads on each page");
    }
    let appendix = pages[2].find("Phụ lục");
    assert_near(middle(appendix), f64::midpoint(LEFT, 297.0 - 15.0), "the appendix's number");
    pages[2].find("SỔ NHẬT KÝ PHÁT THANH TRÍCH XUẤT (Kèm theo Báo cáo");
}

/// The cover and what follows it.
fn book(pages: &[Page]) {
    let [cover, day, confirmed] = &pages[pages.len() - 3..] else { panic!("{}", pages.len()) };
    let title = cover.find("SỔ NHẬT KÝ PHÁT THANH");
    assert_near(middle(title), f64::midpoint(LEFT, 297.0 - 15.0), "the title of the book");
    assert!(title[0].size() > 20.0 && (80.0..120.0).contains(&title[0].top), "{title:?}");
    assert!(cover.find("ĐÀI TRUYỀN THANH")[0].bottom < title[0].top && cover.find("Quyển")[0].top > title[0].bottom);
    assert!(day.find("Người trực (ký)")[0].right < day.find("Phụ trách đài (ký)")[0].left);
    confirmed.find("Xác nhận của UBND xã");
}

fn section(blocks: Vec<Block>) -> Section {
    Section { paper: Paper::Portrait, numbers_first_page: true, footer: None, blocks }
}

fn document(sections: Vec<Section>) -> Document {
    Document { language: Language::Vi, title: "T".to_owned(), author: "A".to_owned(), sections }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[test]
fn a_signature_stays_with_the_last_lines_of_the_text() {
    let fillers = 18..36;
    let ending = |count: usize| {
        let mut blocks: Vec<Block> =
            (0..count).map(|line| Block::Paragraph(vec![Run::plain(format!("Dòng {line}."))])).collect();
        let last = "Trên đây là báo cáo kết quả thông tin, tuyên truyền của xã. ".repeat(4) + "Hết./.";
        let signature = Signature {
            recipients: owned(&["Như trên", "Lưu: VT"]),
            lines: owned(&["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
            name: "Nguyễn Văn An".to_owned(),
        };
        blocks.extend([Block::Paragraph(vec![Run::plain(last)]), Block::Signature(signature)]);
        section(blocks)
    };
    let (_folder, pdf) = printed(&document(fillers.clone().map(ending).collect()));
    let pages = pages::read(&pdf);
    let signed: Vec<&Page> = pages.iter().filter(|page| page.text().contains("Nguyễn Văn An")).collect();
    assert_eq!(signed.len(), fillers.len());
    for page in &signed {
        page.find("Hết./.");
        page.find("Nơi nhận:");
        page.find("TM. ỦY BAN NHÂN DÂN");
    }
    // So that the test can fail: of these, some fit on one page, and some do not.
    assert!((fillers.len() + 1..2 * fillers.len()).contains(&pages.len()), "{}", pages.len());
}

#[test]
fn several_addressees_stand_under_each_other() {
    let head = LetterHead {
        superior: Some("Ủy ban nhân dân huyện Phúc Thọ".to_owned()),
        authority: owned(&["Phòng Nội vụ"]),
        number: "Số: 05/BC-NV".to_owned(),
        place_and_date: "Phúc Thọ, ngày 05 tháng 02 năm 2025".to_owned(),
    };
    let to = owned(&["Sở Nội vụ;", "- Ủy ban nhân dân huyện Phúc Thọ", "Phòng Văn hóa và Thông tin huyện"]);
    let alone = section(vec![Block::Addressees(owned(&["Phòng Nội vụ."]))]);
    let made = document(vec![section(vec![Block::LetterHead(head), Block::Addressees(to)]), alone]);
    let (_folder, pdf) = printed(&made);
    let pages = pages::read(&pdf);
    let page = &pages[0];
    page.find("ỦY BAN NHÂN DÂN HUYỆN PHÚC THỌ");
    let names = ["- Sở Nội vụ;", "- Ủy ban nhân dân huyện Phúc Thọ;", "- Phòng Văn hóa và Thông tin huyện."];
    let colon = page.find("Kính gửi:")[1].right - 14.0 * 0.278 * 25.4 / 72.0;
    for name in names.map(|name| page.find(name)) {
        assert_near(name[0].left, colon, "a dash under the colon");
    }
    assert_eq!(page_number(page).unwrap().text, "1", "numbered when the section says so");
    pages[1].find("Kính gửi: Phòng Nội vụ.");
}

#[test]
fn the_same_document_is_the_same_file() {
    let (one, other) = (bytes(&sample::document()), bytes(&sample::document()));
    assert_eq!(one, other);
    let mut archive = zip::ZipArchive::new(Cursor::new(one)).unwrap();
    assert_eq!(archive.by_index(0).unwrap().name().unwrap(), "[Content_Types].xml");
    for index in 0..archive.len() {
        let file = archive.by_index(index).unwrap();
        assert_eq!(file.last_modified(), Some(zip::DateTime::default()), "{index}");
    }
}

#[test]
fn what_is_hardly_a_document_is_one_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut bare = sample::extract(0);
    bare.notes.clear();
    let table = Block::Table(bare);
    let nothing = [Block::SignHere(Vec::new()), Block::Addressees(Vec::new()), Block::PageBreak];
    let touching = vec![table.clone(), table.clone(), Block::PageBreak, table.clone(), nothing[0].clone(), table];
    for (index, sections) in
        [vec![section(Vec::new())], vec![section(nothing.to_vec())], vec![section(touching)]].into_iter().enumerate()
    {
        let file = folder.path().join(format!("{index}.docx"));
        std::fs::write(&file, bytes(&document(sections))).unwrap();
        assert_valid(&file);
    }
}
