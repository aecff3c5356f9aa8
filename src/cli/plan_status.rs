//! `loa plan status`: how far the plan is carried out, each theme, form and task with what proves it.
//!
//! In: settings, schedules, log; a period, else the plan's year so far. Out: text for people in the station's language, one JSON
//! object, or CSV with a line for each obligation. Reads only. Next: `crate::office`'s
//! `plan_status`.

use std::io::{self, Write};
use std::process::ExitCode;

use super::plan_text::{part, wrapped};
use super::{ConfigChoice, DONE, Format, WrongInput};
use crate::backup::block_on;
use crate::clock::Clock;
use crate::language::Language;
use crate::office::plan_status::{Standing, Undue};
use crate::plan::Plan;
use crate::report::period::{Period, Span};
use crate::report::status::{Obligation, Part, State, Status, page};
use crate::report::table::date;

/// Show how far the plan is carried out
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// 2025-03, 2025-Q1, 2025-H1, 2025-9M, 2025 or FROM..TO [default: the plan's year, from its date to today]
    #[arg(long, value_name = "P")]
    period: Option<Span>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the status.
pub(super) fn run(choice: &ConfigChoice, args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let now = Clock::system().now().wall;
    let asked = args.period.map(|span| Period::new(span, config.report.calendar));
    let standing = block_on(Standing::make(&config, asked, now)).map_err(|error| match error.downcast::<Undue>() {
        Ok(undue) => WrongInput(undue.to_string()).into(),
        Err(error) => error,
    })?;
    let Standing { plan, status, .. } = &standing;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text => text(&mut out, plan, status, config.language)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &standing.export())?;
            writeln!(out)?;
        }
        Format::Csv => csv(&mut out, status)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

fn text(out: &mut impl Write, plan: &Plan, status: &Status, language: Language) -> io::Result<()> {
    wrapped(out, 0, &plan.title)?;
    for kind in [Part::Theme, Part::Form, Part::Task] {
        let mine: Vec<&Obligation> = status.obligations.iter().filter(|each| each.part == kind).collect();
        if mine.is_empty() {
            continue;
        }
        let done = mine.iter().filter(|each| each.state == State::Proved).count();
        writeln!(out, "\n{} ({done}/{})", kind.name(language).to_uppercase(), mine.len())?;
        for each in mine {
            let named = each.who.as_ref().map_or_else(|| each.label.clone(), |who| format!("{who}: {}", each.label));
            part(out, &each.code, &[&named, &standing(each, language)])?;
        }
    }
    writeln!(out)?;
    wrapped(out, 0, &page::sum(status, language))?;
    page::notes(status, language).iter().try_for_each(|note| wrapped(out, 0, note))
}

/// `Đã có minh chứng: 12 lượt phát (34,5 phút), 03/03/2025 - 14/06/2025`; capitals where something is missing.
fn standing(each: &Obligation, language: Language) -> String {
    let name = each.state.name(language);
    let name = if each.state == State::Proved { name.to_owned() } else { name.to_uppercase() };
    let proof = page::proof(each, language);
    let days = each.first.zip(each.last).map(|(first, last)| (date(first, language), date(last, language)));
    match days {
        Some((first, last)) if first == last => format!("{name}: {proof}, {first}"),
        Some((first, last)) => format!("{name}: {proof}, {first} - {last}"),
        None => name,
    }
}

fn csv(out: &mut impl Write, status: &Status) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "part",
        "code",
        "label",
        "who",
        "state",
        "airings",
        "aired_ms",
        "bulletins",
        "proved_activities",
        "other_activities",
        "first",
        "last",
    ])?;
    for each in &status.obligations {
        let [airings, aired_ms, bulletins] = [each.airings, each.aired_ms, each.bulletins].map(|it| it.to_string());
        let [proved, other] = [&each.proved_activities, &each.other_activities].map(serde_json::to_string);
        let [first, last] = [each.first, each.last].map(|day| day.map(|day| day.to_string()).unwrap_or_default());
        csv.write_record([
            each.part.as_str(),
            &each.code,
            &each.label,
            each.who.as_deref().unwrap_or_default(),
            each.state.as_str(),
            &airings,
            &aired_ms,
            &bulletins,
            &proved?,
            &other?,
            &first,
            &last,
        ])?;
    }
    csv.flush()?;
    Ok(())
}
