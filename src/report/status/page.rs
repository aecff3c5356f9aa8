//! How far the plan is carried out, for people: a table of all obligations, and the sentence that sums it up.
//!
//! In: the status. Out: blocks of a document, and the words of a state. Must never call a plan done because of rounding, nor
//! pass the score off as official: the source's rule and its own example disagree, and that is said. Pure. Next: `logbook`.

use super::{Obligation, Part, State, Status};
use crate::language::Language;
use crate::report::document::{Block, Run};
use crate::report::period::Window;
use crate::report::table::{Align, Cell, Column, Emphasis, Line, Table, date, grouped, minutes};

impl Part {
    /// Its name over its lines: `Nội dung tuyên truyền`.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Theme => language.pick("Nội dung tuyên truyền", "Themes"),
            Self::Form => language.pick("Hình thức tuyên truyền", "Forms"),
            Self::Task => language.pick("Nhiệm vụ", "Tasks"),
        }
    }
}

impl State {
    /// As people read it.
    #[must_use]
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Proved => language.pick("Đã có minh chứng", "Proved"),
            Self::Recorded => language.pick("Có ghi nhận, chưa có minh chứng", "Recorded without proof"),
            Self::None => language.pick("Chưa có", "Nothing"),
        }
    }
}

/// The page: a heading, the sentence and the table. `number` stands before the heading, as `II.`, if anything does.
#[must_use]
pub fn blocks(status: &Status, language: Language, number: Option<&str>) -> Vec<Block> {
    let heading = language.pick("Mức độ hoàn thành kế hoạch", "How far the plan is carried out");
    let text = number.map_or_else(|| heading.to_owned(), |number| format!("{number} {heading}"));
    vec![
        Block::Heading { level: 1, text },
        Block::Paragraph(vec![Run::plain(sum(status, language))]),
        Block::Table(table(status, language)),
    ]
}

/// `Đã có minh chứng 17/20 nội dung, hình thức, nhiệm vụ của kế hoạch (85 %), từ ngày … đến ngày ….`
#[must_use]
pub fn sum(status: &Status, language: Language) -> String {
    let Window { first, last } = status.window;
    let (first, last) = (date(first.max(status.plan_date).min(last), language), date(last, language));
    let (done, planned, percent) = (status.done, status.planned, status.percent());
    match language {
        Language::Vi => format!(
            "Đã có minh chứng {done}/{planned} nội dung, hình thức, nhiệm vụ của kế hoạch ({percent} %), tính từ ngày \
             {first} đến ngày {last}."
        ),
        Language::En => format!(
            "{done} of {planned} themes, forms and tasks of the plan are proved ({percent} %), from {first} to {last}."
        ),
    }
}

/// The table of all obligations.
#[must_use]
pub fn table(status: &Status, language: Language) -> Table {
    let mut lines = Vec::new();
    for part in [Part::Theme, Part::Form, Part::Task] {
        let mine: Vec<&Obligation> = status.obligations.iter().filter(|each| each.part == part).collect();
        if !mine.is_empty() {
            let done = mine.iter().filter(|each| each.state == State::Proved).count();
            let cells = vec![Cell::text(format!("{} ({done}/{})", part.name(language), mine.len()))];
            lines.push(Line { cells, emphasis: Emphasis::Heading });
            lines.extend(mine.iter().map(|each| line(each, language)));
        }
    }
    let total = format!("{}/{} ({} %)", status.done, status.planned, status.percent());
    let mut cells = vec![Cell::Empty, Cell::text(language.pick("Tổng cộng", "Total")), Cell::text(total)];
    cells.resize(columns(language).len(), Cell::Empty);
    lines.push(Line { cells, emphasis: Emphasis::Total });
    Table {
        id: "status",
        title: language.pick("Mức độ hoàn thành kế hoạch", "How far the plan is carried out").to_owned(),
        columns: columns(language),
        lines,
        notes: notes(status, language),
    }
}

fn columns(language: Language) -> Vec<Column> {
    let column =
        |vi: &str, en: &str, width, align| Column { head: language.pick(vi, en).to_owned(), over: None, width, align };
    vec![
        column("Mã", "Code", 8, Align::Centre),
        column("Nội dung phải thực hiện", "What is to be done", 34, Align::Left),
        column("Tình trạng", "State", 15, Align::Left),
        column("Ngày đầu", "First day", 13, Align::Centre),
        column("Ngày cuối", "Last day", 13, Align::Centre),
        column("Minh chứng", "Proved by", 25, Align::Left),
    ]
}

fn line(each: &Obligation, language: Language) -> Line {
    let text = each.who.as_ref().map_or_else(|| each.label.clone(), |who| format!("{} ({who})", each.label));
    let day = |day: Option<_>| day.map_or(Cell::Empty, Cell::Date);
    let state = Cell::text(each.state.name(language));
    let cells = vec![
        Cell::text(&each.code),
        Cell::text(text),
        state,
        day(each.first),
        day(each.last),
        Cell::text(proof(each, language)),
    ];
    let emphasis = if each.state == State::Proved { Emphasis::Plain } else { Emphasis::Warning };
    Line { cells, emphasis }
}

/// What proves it: `12 lượt phát (34,5 phút); 3 tin, bài; hoạt động số 1, 4; chưa có minh chứng: hoạt động số 2`.
#[must_use]
pub fn proof(each: &Obligation, language: Language) -> String {
    let mut parts = Vec::new();
    if each.airings > 0 {
        let (airings, minutes) = (grouped(each.airings, language), minutes(each.aired_ms, language));
        parts.push(match language {
            Language::Vi => format!("{airings} lượt phát ({minutes} phút)"),
            Language::En => format!("{airings} airings ({minutes} minutes)"),
        });
    }
    if each.bulletins > 0 {
        let noun = language.pick("tin, bài đã duyệt", "approved bulletins");
        parts.push(format!("{} {noun}", grouped(each.bulletins, language)));
    }
    let numbers = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    for (activities, vi, en) in [
        (&each.proved_activities, "hoạt động số", "activities no."),
        (&each.other_activities, "không có liên kết, tệp: hoạt động số", "without link or file: activities no."),
    ] {
        if !activities.is_empty() {
            parts.push(format!("{} {}", language.pick(vi, en), numbers(activities)));
        }
    }
    parts.join("; ")
}

/// What is counted and what the score is worth.
#[must_use]
pub fn notes(status: &Status, language: Language) -> Vec<String> {
    let rule = language.pick(
        "Nội dung có minh chứng khi có lượt phát được tính (nội dung chính) hoặc hoạt động có liên kết, tệp mang nội dung đó; \
         hình thức, nhiệm vụ có minh chứng khi có hoạt động có liên kết, tệp ghi theo mã, hoặc theo nhật ký phát sóng nếu kế \
         hoạch ghi như vậy. Tỷ lệ làm tròn xuống.",
        "A theme is proved by airings that count (as main theme) or by activities with a link or a file; forms and tasks by \
         activities with a link or a file under their code, or by the airing log where the plan says so. The share is rounded \
         down.",
    );
    let mut notes = vec![rule.to_owned(), score(status, language)];
    if status.window.first < status.plan_date {
        let day = date(status.plan_date, language);
        notes.insert(1, match language {
            Language::Vi => format!(
                "Kỳ này bắt đầu trước ngày ký kế hoạch ({day}): số lượt phát gồm cả trước ngày đó, nhưng chỉ những gì từ ngày \
                 đó trở đi mới là minh chứng."
            ),
            Language::En => format!(
                "The period begins before the plan was signed ({day}): the counts hold what aired before, but only what came \
                 since is proof."
            ),
        });
    }
    notes
}

fn score(status: &Status, language: Language) -> String {
    let hundredths = status.score_hundredths();
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match language {
        Language::Vi => format!(
            "Để tham khảo: theo cách chấm tiêu chí 4.1 của văn bản 244/PNV ngày 08/8/2022 của Phòng Nội vụ huyện Xuân Lộc (100 % \
             được 1 điểm; từ 90 % đến dưới 100 % được điểm bằng tỷ lệ; dưới 90 % được 0 điểm): {whole},{rest:02} điểm. Quy tắc và \
             ví dụ của văn bản đó không khớp nhau (ví dụ chấm 4/5 được 0,8 điểm), nên đây không phải là điểm chính thức."
        ),
        Language::En => format!(
            "For information: by criterion 4.1 of letter 244/PNV of 8 August 2022 of Xuân Lộc district (100 % is 1 point, 90 % \
             and more the share, less than 90 % nothing): {whole}.{rest:02} points. Rule and example of that letter disagree (it \
             gives 4 of 5 a score of 0.8), so this is no official score."
        ),
    }
}
