//! The documents on which a plan rests, and the plan, as sentences name them.
//!
//! In: the plan. Out: pieces of text such as `Kế hoạch số 316/KH-UBND ngày 18/02/2025 của UBND huyện Phúc Thọ`; a plan that has
//! no number yet has a marked place for it. Must never make up a number. Pure. Next: `value`.

use crate::language::Language;
use crate::plan::{Basis, Plan};
use crate::report::document::{Run, Style};
use crate::report::table::date;

/// Types of documents by what stands behind the number, in Vietnamese and in English (Nghị định 30/2020/NĐ-CP, phụ lục III).
const TYPES: [(&str, &str, &str); 8] = [
    ("KH", "Kế hoạch", "plan"),
    ("QĐ", "Quyết định", "decision"),
    ("NQ", "Nghị quyết", "resolution"),
    ("CT", "Chỉ thị", "directive"),
    ("CTr", "Chương trình", "programme"),
    ("HD", "Hướng dẫn", "guideline"),
    ("TB", "Thông báo", "notice"),
    ("TT", "Thông tư", "circular"),
];

/// All of them in one sentence, the plan last and with what it is about.
pub(super) fn sentence(plan: &Plan, language: Language) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, basis) in plan.basis.iter().enumerate() {
        let last = index + 1 == plan.basis.len();
        let joint = if last { language.pick(" và ", " and ") } else { ", " };
        runs.push(Run::plain(of_basis(basis, language) + joint));
    }
    runs.extend(of_plan(plan, language));
    runs.push(Run::plain(about(&plan.title, language)));
    runs
}

/// The plan with number and date.
pub(super) fn of_plan(plan: &Plan, language: Language) -> Vec<Run> {
    let by = issued(&date(plan.date, language), &plan.issuer, language);
    let kind = language.pick("Kế hoạch số ", "plan no. ");
    if let Some(number) = &plan.number {
        return vec![Run::plain(format!("{kind}{number}{by}"))];
    }
    let symbol = if plan.issuer.starts_with("UBND") { "/KH-UBND" } else { "" };
    let blank = Run { text: "……".to_owned(), style: Style::ToFill };
    vec![Run::plain(kind), blank, Run::plain(format!("{symbol}{by}"))]
}

/// Each on a line of its own, with what it is about.
pub(super) fn list(plan: &Plan, language: Language) -> Vec<Vec<Run>> {
    let line = |runs: Vec<Run>| std::iter::once(Run::plain("- ")).chain(runs).collect::<Vec<_>>();
    let of_basis = |basis: &Basis| {
        let about = about(&basis.subject, language);
        line(vec![Run::plain(format!("{}{about};", of_basis(basis, language)))])
    };
    let mut lines: Vec<Vec<Run>> = plan.basis.iter().map(of_basis).collect();
    let mut own = of_plan(plan, language);
    own.push(Run::plain(format!("{}.", about(&plan.title, language))));
    lines.push(line(own));
    lines
}

fn of_basis(basis: &Basis, language: Language) -> String {
    let symbol = basis.number.rsplit('/').next().unwrap_or_default().split('-').next().unwrap_or_default();
    let known = TYPES.iter().find(|(each, ..)| *each == symbol);
    let kind = known.map_or(language.pick("Văn bản", "document"), |(_, vi, en)| language.pick(vi, en));
    let by = issued(&date(basis.date, language), &basis.issuer, language);
    format!("{kind} {} {}{by}", language.pick("số", "no."), basis.number)
}

fn issued(date: &str, issuer: &str, language: Language) -> String {
    match language {
        Language::Vi => format!(" ngày {date} của {issuer}"),
        Language::En => format!(" of {date} by {issuer}"),
    }
}

/// ` về thông tin, tuyên truyền …`: the first letter of a title is small inside a sentence.
fn about(subject: &str, language: Language) -> String {
    let mut letters = subject.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    // A word in capitals is an abbreviation.
    let is_word = letters.clone().next().is_none_or(|second| !second.is_uppercase());
    let subject = if is_word { first + letters.as_str() } else { subject.to_owned() };
    format!("{}{subject}", language.pick(" về ", " on "))
}
