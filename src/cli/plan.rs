//! `loa plan`: the information plan whose execution the station proves.
//!
//! In: `schedules/plan.toml`, the airing log if there is one. Out: the plan for people in the station's language with what of it
//! has aired so far, as one JSON object, or as CSV with one line for each of its parts. A plan with errors is not shown. Next:
//! `plan_text`, `plan_aired`.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::plan_aired::{self, SoFar};
use super::{ConfigChoice, DONE, Format, WrongInput, plan_status, plan_text};
use crate::folder;
use crate::plan::{Plan, Target};
use crate::problem::{Problem, Problems, any_error};
use crate::schedule::files::{File, Special, special};
use crate::schedule::read;

/// Show the information plan.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct PlanArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Something else than showing it.
    #[command(subcommand)]
    command: Option<PlanCommand>,
}

/// What can be told of the plan besides what is in it.
#[derive(Debug, clap::Subcommand)]
pub enum PlanCommand {
    /// Show how far the plan is carried out: each theme, form and task with what proves it
    Status(plan_status::StatusArgs),
}

/// Prints the plan.
pub fn run(choice: &ConfigChoice, args: &PlanArgs) -> anyhow::Result<ExitCode> {
    if let Some(PlanCommand::Status(args)) = &args.command {
        return plan_status::run(choice, args);
    }
    let config = choice.load()?;
    let (files, of_folder) = folder::load(&config.schedules_dir());
    // Mistakes in programmes are no reason to hide the plan.
    let files: Vec<File> = files.into_iter().filter(|file| special(&file.path) == Some(Special::Plan)).collect();
    let reading = read::read(&files, None);
    let problems: Vec<Problem> = if files.is_empty() { of_folder } else { reading.problems };
    if any_error(&problems) {
        return Err(Problems(problems).into());
    }
    let Some(plan) = reading.schedule.plan else {
        let path = config.schedules_dir().join("plan.toml");
        return Err(WrongInput(format!(
            "there is no plan: `{}` is not there; `loa init` in an empty folder writes one to copy",
            path.display()
        ))
        .into());
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Text => {
            plan_text::print(&mut out, &plan, config.language)?;
            if let Some(made) = plan_aired::so_far(&config, &plan)? {
                plan_aired::print(&mut out, &made, config.language)?;
            }
        }
        Format::Json => {
            let made = plan_aired::so_far(&config, &plan)?;
            let told = Told { plan: &plan, aired: made.as_ref().map(SoFar::new) };
            serde_json::to_writer_pretty(&mut out, &told)?;
            writeln!(out)?;
        }
        Format::Csv => print_csv(&mut out, &plan)?,
    }
    out.flush()?;
    Ok(ExitCode::from(DONE))
}

/// The plan's own keys, then what has aired of it; null without a log.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    aired: Option<SoFar<'a>>,
}

/// Columns of the CSV form. `of` is the code of the form or theme to which a channel or target belongs.
const COLUMNS: [&str; 11] =
    ["part", "code", "of", "label", "text", "kind", "who", "to", "bulletins", "airings", "minutes"];

fn print_csv(out: &mut impl Write, plan: &Plan) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    let mut line = |fields: [&str; 8]| csv.write_record(fields.into_iter().chain([""; 3]));
    for theme in &plan.themes {
        line(["theme", &theme.code, "", &theme.label, &theme.text, "", "", ""])?;
    }
    for form in &plan.forms {
        line(["form", &form.code, "", &form.label, &form.text, "", "", ""])?;
        for channel in &form.channels {
            line(["channel", &channel.code, &form.code, &channel.label, "", channel.kind.as_str(), "", ""])?;
        }
    }
    for task in &plan.tasks {
        line(["task", &task.code, "", "", &task.text, "", &task.who, ""])?;
    }
    for report in &plan.reports {
        line(["report", &report.code, "", "", &report.text, report.kind.as_str(), &report.by, &report.to])?;
    }
    for target in &plan.targets {
        let Target { theme, per, bulletins, airings, minutes } = target;
        let figures = [bulletins, airings, minutes].map(|figure| figure.map(|it| it.to_string()).unwrap_or_default());
        let fields = ["target", "", theme.as_deref().unwrap_or_default(), "", "", per.as_str(), "", ""];
        csv.write_record(fields.into_iter().chain(figures.iter().map(String::as_str)))?;
    }
    csv.flush()?;
    Ok(())
}
