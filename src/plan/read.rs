//! From the text of `schedules/plan.toml` to the plan, with every problem.
//!
//! In: the file's text. Out: the plan if all that it must have could be read, the codes of the themes that could, and the
//! problems. Pure. Must never fill in what the file does not say. Next: `crate::schedule`.

use std::collections::HashMap;
use std::ops::Range;

use super::{Basis, Channel, ChannelKind, Form, Per, Plan, ProofKind, Report, ReportKind, Target, Task, Theme};
use crate::problem::what::{FormFault, PlanFault};
use crate::problem::{Place, Problem, any_error, nearest};
use crate::schedule::table::{Reader, Table};
use crate::schedule::text::Source;

/// Letters of a code at most: it stands in lists and in every row of the log.
const LONGEST_CODE: usize = 16;

/// A target above this is a mistake: more airings than a station has minutes in two months.
const MOST_OF_A_TARGET: i64 = 100_000;

/// What came out of the file.
#[derive(Debug, Clone, Default)]
pub struct PlanReading {
    /// The plan, if no problem refuses it.
    pub plan: Option<Plan>,
    /// The codes of its themes that could be read, whatever else is wrong: so that a schedule is judged by them.
    pub theme_codes: Vec<String>,
    /// In the order in which they were found.
    pub problems: Vec<Problem>,
}

/// Reads the file.
#[must_use]
pub fn read(source: &Source) -> PlanReading {
    let (mut reader, mut root) = Reader::open(source);
    // What the parser makes of a broken file is guesswork.
    if !reader.problems.is_empty() {
        return PlanReading { problems: reader.problems, ..PlanReading::default() };
    }
    if let Some(span) = root.refuse("programme") {
        reader.error(span, PlanFault::Programme);
    }
    let mut codes = Codes::default();
    let head = reader.required_table(&mut root, "plan").and_then(|mut table| read_head(&mut reader, &mut table));
    let basis = all(&mut reader, &mut root, "basis", read_basis);
    let mut has_theme = false;
    let themes = all(&mut reader, &mut root, "theme", |reader, table| {
        has_theme = true;
        read_theme(reader, table, &mut codes)
    });
    let forms = all(&mut reader, &mut root, "form", |reader, table| read_form(reader, table, &mut codes));
    let tasks = all(&mut reader, &mut root, "task", |reader, table| read_task(reader, table, &mut codes));
    let reports = all(&mut reader, &mut root, "report", |reader, table| read_report(reader, table, &mut codes));
    let mut aims = HashMap::new();
    let targets =
        all(&mut reader, &mut root, "target", |reader, table| read_target(reader, table, &codes.themes, &mut aims));
    reader.finish(&root);
    if !has_theme {
        reader.problems.push(Problem::error(source.whole(), PlanFault::NoThemes));
    }
    let whole = head.filter(|_| !any_error(&reader.problems));
    let plan = whole.map(|head| Plan { basis, themes, forms, tasks, reports, targets, ..head });
    PlanReading { plan, theme_codes: codes.themes, problems: reader.problems }
}

/// Codes that were read.
#[derive(Default)]
struct Codes {
    /// In upper case, and where each stands.
    of: HashMap<String, Place>,
    /// Those of themes, in order.
    themes: Vec<String>,
}

/// Everything under `[[key]]` that can be read.
fn all<'s, T>(
    reader: &mut Reader<'s>,
    root: &mut Table<'s>,
    key: &'static str,
    mut read: impl FnMut(&mut Reader<'s>, &mut Table<'s>) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for mut table in reader.tables(root, key) {
        found.extend(read(reader, &mut table));
        reader.finish(&table);
    }
    found
}

/// `[plan]`: a plan without its parts.
fn read_head<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Plan> {
    let title = words(reader, table, "title");
    let number = reader.words(table, "number").map(|it| it.value);
    let year = reader.required_integer(table, "year", 2000, 2100);
    let date = reader.required_date(table, "date");
    let issuer = words(reader, table, "issuer");
    let signer = reader.words(table, "signer").map(|it| it.value);
    let signer_title = reader.words(table, "signer_title").map(|it| it.value);
    let recipients = reader.texts(table, "recipients").map(|it| it.value).unwrap_or_default();
    reader.finish(table);
    Some(Plan {
        title: title?,
        number,
        year: year?,
        date: date?.value,
        issuer: issuer?,
        signer,
        signer_title,
        recipients: recipients.into_iter().map(|it| it.value).collect(),
        basis: Vec::new(),
        themes: Vec::new(),
        forms: Vec::new(),
        tasks: Vec::new(),
        reports: Vec::new(),
        targets: Vec::new(),
    })
}

fn read_basis<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Option<Basis> {
    let number = words(reader, table, "number");
    let date = reader.required_date(table, "date");
    let issuer = words(reader, table, "issuer");
    let subject = words(reader, table, "subject");
    Some(Basis { number: number?, date: date?.value, issuer: issuer?, subject: subject? })
}

fn read_theme<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, codes: &mut Codes) -> Option<Theme> {
    let code = read_code(reader, table, codes);
    codes.themes.extend(code.clone());
    let label = words(reader, table, "label");
    let text = words(reader, table, "text");
    Some(Theme { code: code?, label: label?, text: text? })
}

fn read_form<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, codes: &mut Codes) -> Option<Form> {
    let code = read_code(reader, table, codes);
    let label = words(reader, table, "label");
    let text = words(reader, table, "text");
    let channels = all(reader, table, "channel", |reader, table| {
        let code = read_code(reader, table, codes);
        let label = words(reader, table, "label");
        let kind = choice(reader, table, "kind", ChannelKind::WORDS);
        Some(Channel { code: code?, label: label?, kind: kind? })
    });
    let proof = read_proof(reader, table);
    Some(Form { code: code?, label: label?, text: text?, channels, proof })
}

fn read_task<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, codes: &mut Codes) -> Option<Task> {
    let code = read_code(reader, table, codes);
    let who = words(reader, table, "who");
    let text = words(reader, table, "text");
    let proof = read_proof(reader, table);
    Some(Task { code: code?, who: who?, text: text?, proof })
}

/// What of the log proves a form or a task; a kind that is named twice proves no more.
fn read_proof<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>) -> Vec<ProofKind> {
    let mut kinds = Vec::new();
    for word in reader.texts(table, "proof").map(|list| list.value).unwrap_or_default() {
        match ProofKind::WORDS.iter().find(|(each, _)| *each == word.value) {
            Some((_, kind)) if kinds.contains(kind) => {}
            Some((_, kind)) => kinds.push(*kind),
            None => {
                let allowed: Vec<&'static str> = ProofKind::WORDS.iter().map(|(word, _)| *word).collect();
                let near = nearest(&word.value, allowed.iter().copied());
                reader.error(word.span, FormFault::UnknownWord("proof", word.value, allowed, near));
            }
        }
    }
    kinds
}

fn read_report<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, codes: &mut Codes) -> Option<Report> {
    let code = read_code(reader, table, codes);
    let kind = choice(reader, table, "kind", ReportKind::WORDS);
    let by = words(reader, table, "by");
    let to = words(reader, table, "to");
    let text = words(reader, table, "text");
    Some(Report { code: code?, kind: kind?, by: by?, to: to?, text: text? })
}

/// A target; two for one theme and span would contradict each other.
fn read_target<'s>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    themes: &[String],
    aims: &mut HashMap<(Option<String>, Per), Place>,
) -> Option<Target> {
    let theme = reader.text(table, "theme");
    if let Some(theme) = theme.as_ref().filter(|theme| !themes.contains(&theme.value)) {
        let near = nearest(&theme.value, themes.iter().map(String::as_str));
        reader.error(theme.span.clone(), PlanFault::UnknownTheme(theme.value.clone(), themes.to_vec(), near));
    }
    let per = choice(reader, table, "per", Per::WORDS);
    let before = reader.problems.len();
    let [bulletins, airings, minutes] =
        ["bulletins", "airings", "minutes"].map(|key| reader.integer(table, key, 1, MOST_OF_A_TARGET));
    // A figure that is none was reported, and is no figure that is missing.
    if [bulletins, airings, minutes] == [None; 3] && reader.problems.len() == before {
        reader.error(table.span.clone(), PlanFault::EmptyTarget);
    }
    let target = Target { theme: theme.map(|theme| theme.value), per: per?, bulletins, airings, minutes };
    let place = reader.place(&table.span);
    let aim = (target.theme.clone(), target.per);
    if let Some(first) = aims.get(&aim) {
        reader.error(table.span.clone(), PlanFault::DuplicateTarget(Box::new(first.clone())));
    } else {
        aims.insert(aim, place);
    }
    Some(target)
}

fn words<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, key: &'static str) -> Option<String> {
    reader.required_words(table, key).map(|it| it.value)
}

/// One of a few words, which must be there.
fn choice<'s, T: Copy>(
    reader: &mut Reader<'s>,
    table: &mut Table<'s>,
    key: &'static str,
    choices: &[(&'static str, T)],
) -> Option<T> {
    let allowed: Vec<&'static str> = choices.iter().map(|(word, _)| *word).collect();
    let word = reader.required_word(table, key, &allowed)?;
    choices.iter().find(|(each, _)| *each == word.value).map(|(_, choice)| *choice)
}

/// A code that is plain, and that nothing else in the plan has; capital letters make no difference.
fn read_code<'s>(reader: &mut Reader<'s>, table: &mut Table<'s>, codes: &mut Codes) -> Option<String> {
    let code = reader.required_text(table, "code")?;
    let plain = |each: u8| each.is_ascii_alphanumeric() || matches!(each, b'.' | b'-' | b'_');
    if code.value.len() > LONGEST_CODE || !code.value.bytes().all(plain) {
        return refuse(reader, code.span, PlanFault::BadCode(code.value));
    }
    let place = reader.place(&code.span);
    let folded = code.value.to_ascii_uppercase();
    if let Some(first) = codes.of.get(&folded) {
        let fault = PlanFault::DuplicateCode(code.value, Box::new(first.clone()));
        return refuse(reader, code.span, fault);
    }
    codes.of.insert(folded, place);
    Some(code.value)
}

fn refuse<T>(reader: &mut Reader<'_>, span: Range<usize>, fault: PlanFault) -> Option<T> {
    reader.error(span, fault);
    None
}
