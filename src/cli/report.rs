//! `loa report`: how the plan was carried out in a period, as one file.
//!
//! In: what was typed, the settings, the template, the log. Out: a docx, xlsx, csv, json or html file under its name only when
//! all of it is there, and a line on stderr that says what was made of what. Reads only, beside a running station too. Next:
//! `crate::office`'s `report`, which gathers it all.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::ValueEnum;

use super::out_file::{OutFile, is_a_persons, is_no_bundle};
use super::{ConfigChoice, DONE, FAILED, WrongInput, say};
use crate::backup::block_on;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::who;
use crate::language::Language;
use crate::office::evidence::Evidence;
use crate::office::report::{self, Form, Material, Wish};
use crate::problem::Problems;
use crate::report::bundle::{Entry, list};
use crate::report::edited::template_of;
use crate::report::period::{Calendar, Period, Span};
use crate::schedule::table::parse_date;

/// Arguments of `loa report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// 2025-03, 2025-Q1, 2025-H1, 2025-9M, 2025 or FROM..TO
    #[arg(long, value_name = "P")]
    period: Span,
    /// The file to write: .docx, .xlsx, .csv, .json or .html; - is stdout
    #[arg(short, long, value_name = "FILE", required_unless_present = "bundle")]
    output: Option<PathBuf>,
    /// Everything that proves the period, in one zip: the report, the book, the signed log, approvals, texts and sound, proofs;
    /// exit code 1 if a text or sound is lost, which the zip then says
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// How months are reckoned [default: as the settings say]
    #[arg(long, value_enum)]
    calendar: Option<CalendarName>,
    /// Number of the report, as the registry gives it [default: room to write it]
    #[arg(long, value_name = "N", value_parser = number)]
    number: Option<String>,
    /// Date of the report, which also decides who issues it [default: room to write it, and the issuer of today]
    #[arg(long, value_name = "D", value_parser = day)]
    date: Option<NaiveDate>,
    /// What to write [default: by the ending of FILE]
    #[arg(long, value_enum, requires = "output")]
    format: Option<FormName>,
    /// Replace a document that somebody has gone on writing in, or a file that is no bundle
    #[arg(long)]
    force: bool,
}

/// How months are reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CalendarName {
    /// They close on the day of the settings, the 14th
    Reporting,
    /// Calendar months
    Civil,
}

/// What a report can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormName {
    /// A document in the layout of Nghị định 30/2020/NĐ-CP
    Docx,
    /// A workbook with a sheet for each table and one for the rows
    Xlsx,
    /// The tables in long form
    Csv,
    /// The figures, for programs
    Json,
    /// One page
    Html,
}

impl From<FormName> for Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Docx => Self::Docx,
            FormName::Xlsx => Self::Xlsx,
            FormName::Csv => Self::Csv,
            FormName::Json => Self::Json,
            FormName::Html => Self::Html,
        }
    }
}

fn number(typed: &str) -> Result<String, String> {
    report::number(typed).map_err(str::to_owned)
}

fn day(typed: &str) -> Result<NaiveDate, String> {
    parse_date(typed).ok_or_else(|| "write a day as 2025-06-16".into())
}

/// Writes a report, a bundle, or both of the same rows.
pub fn run(choice: &ConfigChoice, args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let form = args.output.as_deref().map(|output| form(output, args.format)).transpose()?;
    let config = choice.load()?;
    let (template, remarks) = template_of(&config.folder, config.language).map_err(Problems)?;
    // A name that cannot be written is told before anything is made.
    let out = args.output.as_deref().map(|output| open(output, args.force)).transpose()?;
    if let Some(to) = args.bundle.as_deref().filter(|to| !args.force && is_no_bundle(to)) {
        return Err(WrongInput(format!(
            "`{}` is no bundle of this program; name another file, or replace it with `--force`",
            to.display()
        ))
        .into());
    }
    let period = Period::new(args.period, calendar(&config, args.calendar));
    block_on(async {
        let evidence = Evidence::open(&config, period.reach(), Clock::system().now().wall).await?;
        if evidence.plan.is_none() {
            return Err(no_plan(&config).into());
        }
        let bundled_forms = args.bundle.iter().flat_map(|_| Form::BUNDLED);
        let forms = form.into_iter().chain(bundled_forms).collect();
        let wish = Wish { number: args.number.clone(), date: args.date, forms };
        let material = Material::gather(&evidence, template, period, wish).await?;
        if let (Some(mut out), Some(form), Some(output)) = (out, form, &args.output) {
            material.write(form, &mut out.file, output).await?;
            out.put()?;
            say(material.told(output));
        }
        for remark in remarks {
            say(remark.render(config.language).trim_end());
        }
        for doubt in material.doubts() {
            say(format_args!("loa: {doubt}"));
        }
        match &args.bundle {
            Some(to) => {
                let by = who(None, Some(rustix::process::getuid().as_raw()));
                let entries = material.bundle(&evidence, period, by, to).await?;
                Ok(told(to, &entries, config.language))
            }
            None => Ok(ExitCode::from(DONE)),
        }
    })
}

/// Figures of 0 of 0 themes would be filed as if they said something.
fn no_plan(config: &Config) -> WrongInput {
    WrongInput(format!(
        "there is no plan to report on: `{}` is not there; write the plan of the year there (`loa init` in an empty folder \
         writes one to copy)",
        config.schedules_dir().join("plan.toml").display()
    ))
}

/// Says what was made and what is lacking.
fn told(to: &Path, entries: &[Entry], language: Language) -> ExitCode {
    let lacking = entries.iter().filter_map(|entry| Some((entry, entry.bytes.as_ref().err()?)));
    let mut count = 0;
    for (entry, lack) in lacking {
        count += 1;
        let missing = language.pick("thiếu", "missing");
        say(format_args!("loa: {missing} `{}` ({}): {}", entry.name, entry.title, lack.words(language)));
    }
    let put = entries.len() - count;
    match language {
        Language::Vi => say(format_args!("`{}`: {put} tệp trong danh mục", to.display())),
        Language::En => say(format_args!("`{}`: {put} files in the list", to.display())),
    }
    if count > 0 {
        say(format_args!("loa: {}", list::lack(count, language)));
    }
    ExitCode::from(if count > 0 { FAILED } else { DONE })
}

/// Opens the file, unless a person's work is in it.
pub(super) fn open(output: &Path, force: bool) -> anyhow::Result<OutFile> {
    if !force && is_a_persons(output) {
        return Err(WrongInput(format!(
            "`{}` was written to by another program, and a person's work may be in it; name another file, or replace it with \
             `--force`",
            output.display()
        ))
        .into());
    }
    OutFile::open(output)
}

/// Typed, else that of the settings; `reporting` closes on their day if they have one.
fn calendar(config: &Config, typed: Option<CalendarName>) -> Calendar {
    match (typed, config.report.calendar) {
        (None, set) | (Some(CalendarName::Reporting), set @ Calendar::Reporting(_)) => set,
        (Some(CalendarName::Reporting), Calendar::Civil) => Calendar::DEFAULT,
        (Some(CalendarName::Civil), _) => Calendar::Civil,
    }
}

/// Typed, else by the ending of the name.
fn form(output: &Path, typed: Option<FormName>) -> Result<Form, WrongInput> {
    let ending = output.extension().and_then(OsStr::to_str).unwrap_or_default();
    let by_ending = || FormName::from_str(ending, true).ok();
    typed.or_else(by_ending).map(Form::from).ok_or_else(|| {
        WrongInput(format!(
            "no format is known by the name `{}`; allowed: .docx, .xlsx, .csv, .json, .html, or name one with `--format`",
            output.display()
        ))
    })
}
