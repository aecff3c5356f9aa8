//! The body of a report as an officer edits it: `report/bao-cao.txt`, plain text with headings, places and values.
//!
//! In: the file's text. Out: its lines as nouns, and every problem with its place. `#`, `##`, `###` begin a heading, `//` a
//! remark that is not printed; any other line is a paragraph. `{{airings}}` is a value, `{{bieu: themes}}` a table,
//! `[...]` a place that a person fills in; `\` before a sign prints it. Must never know a figure. Pure. Next: `compose`.

mod line; // one line to pieces
pub mod words; // what may stand between the braces

use crate::problem::what::TemplateFault;
use crate::problem::{Problem, any_error};
use crate::schedule::text::Source;
use line::Lines;
pub use words::{Appendix, Value};

use crate::language::Language;

/// Below the station's folder.
pub const FILE: &str = "report/bao-cao.txt";

/// For a station without the file, in Vietnamese and in English.
const SHIPPED: [&str; 2] = [include_str!("../../report/bao-cao.txt"), include_str!("template/bao-cao.en.txt")];

/// A template without a problem that refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// In order; appendices last.
    pub lines: Vec<Line>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Level 1 to 3, and its words.
    Heading(u8, Vec<Piece>),
    /// A paragraph.
    Paragraph(Vec<Piece>),
    /// A place on a line of its own that a person fills in.
    ToFill(String),
    /// A table by its id.
    Table(&'static str),
    /// Minutes per theme and month.
    Chart,
    /// The documents on which the plan rests, and the plan, a paragraph each.
    Documents,
    /// Who does what by the plan, a paragraph each.
    Assignments,
    /// The figures since the plan was signed; nothing when the period begins later.
    SincePlan,
    /// Zones that were broken in the period, a paragraph each.
    BrokenZones,
    /// Pages behind the signature.
    Appendix(Appendix),
}

/// A stretch of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// A place that a person fills in.
    ToFill(String),
    /// What the period, the settings or the figures say.
    Value(Value),
    /// The number of an appendix, `Phụ lục II`.
    See(Appendix),
}

/// What came out of the file.
#[derive(Debug, Clone)]
pub struct TemplateReading {
    /// The template, if no problem refuses it.
    pub template: Option<Template>,
    /// In the order of the file.
    pub problems: Vec<Problem>,
}

/// Reads the file.
#[must_use]
pub fn read(source: &Source) -> TemplateReading {
    let mut lines = Lines::of(source);
    let found = lines.read();
    let mut problems = lines.problems;
    if found.is_empty() && problems.is_empty() {
        problems.push(Problem::error(source.whole(), TemplateFault::Empty));
    }
    problems.sort();
    TemplateReading { template: (!any_error(&problems)).then_some(Template { lines: found }), problems }
}

impl Template {
    /// The one inside the program.
    ///
    /// # Panics
    ///
    /// Never: a test finds no problem in it.
    #[must_use]
    pub fn shipped(language: Language) -> Self {
        let [vi, en] = SHIPPED;
        let source = Source::decode(FILE, language.pick(vi, en).as_bytes()).expect("a test reads it as text");
        read(&source).template.expect("a test finds no problem in it")
    }

    /// Its appendices, in order.
    pub fn appendices(&self) -> impl Iterator<Item = Appendix> {
        self.lines.iter().filter_map(|line| if let Line::Appendix(appendix) = line { Some(*appendix) } else { None })
    }

    /// Whether a table has its place in the body.
    #[must_use]
    pub fn places(&self, table: &str) -> bool {
        self.lines.iter().any(|line| matches!(line, Line::Table(id) if *id == table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> TemplateReading {
        read(&Source::decode("bao-cao.txt", text.as_bytes()).unwrap())
    }

    fn lines(text: &str) -> Vec<Line> {
        let TemplateReading { template, problems } = parsed(text);
        assert_eq!(problems, []);
        template.unwrap().lines
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn each_line_is_what_it_looks_like() {
        let found = lines(
            "// không in\r\n# I. CÔNG TÁC\r\n\r\n ## 1. Văn bản\n###a) Kết quả {{period}}\n\
             Phát {{ airings }} lượt [và nhận xét].\n  [Đánh giá của xã]  \n{{bieu: themes}}\n{{table:months}}\n\
             {{chart}}\n{{documents}}\n{{since_plan}}\n{{broken_zones}} // chỉ khi có\n\\# không phải đề mục\n\
             1. Xem \\[\\{\\{ \\\\ {{see: log}}; http://a.b\n{{appendix: log}}\n",
        );
        let expected = [
            Line::Heading(1, vec![text("I. CÔNG TÁC")]),
            Line::Heading(2, vec![text("1. Văn bản")]),
            Line::Heading(3, vec![text("a) Kết quả "), Piece::Value(Value::Period)]),
            Line::Paragraph(vec![
                text("Phát "),
                Piece::Value(Value::Airings),
                text(" lượt "),
                Piece::ToFill("và nhận xét".to_owned()),
                text("."),
            ]),
            Line::ToFill("Đánh giá của xã".to_owned()),
            Line::Table("themes"),
            Line::Table("months"),
            Line::Chart,
            Line::Documents,
            Line::SincePlan,
            Line::BrokenZones,
            Line::Paragraph(vec![text("# không phải đề mục")]),
            Line::Paragraph(vec![text("1. Xem [{{ \\ "), Piece::See(Appendix::Log), text("; http://a.b")]),
            Line::Appendix(Appendix::Log),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_shipped_templates_have_all_that_is_made() {
        for language in [Language::Vi, Language::En] {
            let template = Template::shipped(language);
            for table in ["themes", "months", "zones", "channels", "bulletins", "activities", "shortfalls"] {
                assert!(template.places(table), "{table}");
            }
            let appendices: Vec<_> = template.appendices().collect();
            assert_eq!(appendices, Appendix::ALL.map(|(_, appendix)| appendix));
        }
        for shipped in SHIPPED {
            assert_eq!(parsed(shipped).problems, []);
        }
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        let faults = |text: &str| {
            let TemplateReading { template, problems } = parsed(text);
            let told: Vec<_> =
                problems.iter().map(|it| format!("{} {:?}", it.place.as_ref().unwrap(), it.what)).collect();
            (template.is_some(), told.join("\n"))
        };
        let refused = |text, fault: &str| {
            let (is_taken, told) = faults(text);
            assert!(!is_taken && told.starts_with("bao-cao.txt") && told.contains(fault), "{text}: {told}");
        };
        refused("// chỉ có lời giải thích\n", "Empty");
        refused("Phát {{airing}} lượt", ":1:8 Template(UnknownName(\"airing\"");
        refused("a\n\n{{bieu: theme}}", ":3:9 Template(UnknownTable(\"theme\"");
        refused("{{appendix: logs}}", "UnknownAppendix");
        refused("{{bieu}}", "UnknownName");
        refused("a {{period", ":1:3 Template(Open(\"}}\"))");
        refused("a [b", ":1:3 Template(Open(\"]\"))");
        refused("a ] b", ":1:3 Template(Stray(\"]\"))");
        refused("a }} b", "Stray(\"}}\")");
        refused("[ghi {{period}}]", "ValueInside");
        refused("Biểu: {{chart}}", ":1:7 Template(NotAlone(\"chart\"))");
        refused("{{bieu: themes}}\n{{table: themes}}", ":2:1 Template(Twice(\"bieu: themes\", 1))");
        refused("#### 1", "TooDeep");
        refused("#", "EmptyHeading");
        refused("[ ]", "EmptyPlace");
        refused("{{see: log}}", "NotPlaced");
        refused("{{appendix: log}}\nThêm", ":2:1 Template(BehindAppendix)");
        // The law asks that the body refers to each; a report without it is made all the same.
        assert_eq!(faults("a\n{{appendix: log}}"), (true, "bao-cao.txt:2:1 Template(NotReferred(\"log\"))".to_owned()));
    }
}
