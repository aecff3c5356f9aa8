//! A PDF as what stands where on its pages, in millimetres.
//!
//! In: a file that LibreOffice made. Out: words with their places, as poppler finds them, and the level rules of a page, found
//! in its picture.

use std::path::Path;
use std::process::Command;

/// Millimetres of a point.
const POINT: f64 = 25.4 / 72.0;
/// Pixels of a millimetre in the pictures: 150 to the inch.
const PIXELS: f64 = 150.0 / 25.4;

/// A page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// In the order in which they were written.
    pub(crate) words: Vec<Word>,
}

/// A word and the box around it.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

/// A level line on a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
}

impl Rule {
    pub(crate) fn length(self) -> f64 {
        self.right - self.left
    }
}

impl Word {
    /// The size of its letters in points: the box around a word of Tinos is 1.3 of it high.
    pub(crate) fn size(&self) -> f64 {
        (self.bottom - self.top) / POINT / 1.3
    }
}

impl Page {
    /// All its text, words apart by one space.
    pub(crate) fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The words of the first place where `words` stand one after the other.
    pub(crate) fn find(&self, words: &str) -> &[Word] {
        let wanted: Vec<&str> = words.split_whitespace().collect();
        let at = self.words.windows(wanted.len()).find(|found| found.iter().map(|word| &word.text).eq(&wanted));
        at.unwrap_or_else(|| panic!("`{words}` is not on the page: {}", self.text()))
    }

    /// Words between two heights.
    pub(crate) fn between(&self, top: f64, bottom: f64) -> Vec<&Word> {
        self.words.iter().filter(|word| word.top >= top && word.bottom <= bottom).collect()
    }
}

fn run(program: &str, arguments: &[&str], files: &[&Path]) -> Vec<u8> {
    let ran = Command::new(program).args(arguments).args(files).output().expect("poppler-utils is installed");
    assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    ran.stdout
}

/// The pages of a PDF.
pub(crate) fn read(pdf: &Path) -> Vec<Page> {
    let text = String::from_utf8(run("pdftotext", &["-raw", "-bbox"], &[pdf, Path::new("-")])).unwrap();
    let mut pages: Vec<Page> = Vec::new();
    for line in text.lines().map(str::trim) {
        let attribute = |name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse::<f64>().unwrap() * POINT
        };
        if line.starts_with("<page ") {
            pages.push(Page { width: attribute("width"), height: attribute("height"), words: Vec::new() });
        } else if line.starts_with("<word ") {
            let (_, text) = line.strip_suffix("</word>").unwrap().split_once('>').unwrap();
            let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            let [left, top, right, bottom] = ["xMin", "yMin", "xMax", "yMax"].map(attribute);
            pages.last_mut().unwrap().words.push(Word { text: plain, left, top, right, bottom });
        }
    }
    pages
}

/// The level lines of a page, from 1, at least `shortest` millimetres long, from top to bottom.
pub(crate) fn rules(pdf: &Path, page: usize, shortest: f64) -> Vec<Rule> {
    let number = page.to_string();
    let picture = run("pdftoppm", &["-gray", "-r", "150", "-f", &number, "-l", &number, "-singlefile"], &[pdf]);
    // `P5`, width, height, 255, then one byte a pixel.
    let mut head = picture.splitn(4, u8::is_ascii_whitespace);
    assert_eq!(head.next().unwrap(), b"P5");
    let mut number = || std::str::from_utf8(head.next().unwrap()).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(), number());
    let dark = |pixel: u8| pixel < 160;
    let mut rules: Vec<Rule> = Vec::new();
    for (y, row) in picture[picture.len() - width * height..].chunks(width).enumerate() {
        let mut x = 0;
        for stretch in row.chunk_by(|&one, &other| dark(one) == dark(other)) {
            let (from, to) = (x, x + stretch.len());
            x = to;
            let rule = Rule { left: from as f64 / PIXELS, right: to as f64 / PIXELS, top: y as f64 / PIXELS };
            // A line may be two pixels high.
            let known = rules.iter().any(|other| rule.top - other.top < 0.6 && (rule.left - other.left).abs() < 0.4);
            if dark(stretch[0]) && rule.length() >= shortest && !known {
                rules.push(rule);
            }
        }
    }
    rules
}

/// The names of the fonts in a PDF, without the mark of a subset.
pub(crate) fn fonts(pdf: &Path) -> Vec<String> {
    let text = String::from_utf8(run("pdffonts", &[], &[pdf])).unwrap();
    let name = |line: &str| line.split_whitespace().next().unwrap().split('+').next_back().unwrap().to_owned();
    text.lines().skip(2).map(name).collect()
}
