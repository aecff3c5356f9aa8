//! `loa air`, `stop`, `skip`, `status`: acts on a running station.
//!
//! In: what was typed. Out: one order over the station's socket, and its answer for people or programs. Nothing is done
//! here: without a station nothing airs, now or later. Next: `control`.

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{ConfigChoice, FAILED, Format, WRONG_INPUT, say};
use crate::control::{self, Answer, Order, Status};
use crate::language::Language;

/// Arguments of `loa air`.
#[derive(Debug, clap::Args)]
pub struct AirArgs {
    /// The audio file
    file: PathBuf,
    /// Cut in at once, before everything else
    #[arg(long)]
    emergency: bool,
    /// How often to air it
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(repeats()))]
    repeat: u32,
    #[command(flatten)]
    who: Who,
}

/// Who acts, and why; kept in the log.
#[derive(Debug, clap::Args)]
pub struct Who {
    /// The reason, for the log
    #[arg(long, value_name = "W")]
    why: Option<String>,
    /// The name of the person who acts, for the log; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Arguments of `loa status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Puts a file on the air.
pub fn air(choice: &ConfigChoice, args: AirArgs) -> anyhow::Result<ExitCode> {
    // The station may run elsewhere: what the caller typed is relative to the caller.
    let path = match args.file.canonicalize() {
        Ok(path) => path,
        Err(error) => {
            say(format_args!("loa: `{}`: {}; nothing airs", args.file.display(), why_not(&error)));
            return Ok(ExitCode::from(WRONG_INPUT));
        }
    };
    let order = Order::Air { path, emergency: args.emergency, repeat: args.repeat, why: args.who.why };
    act(choice, args.who.by, order)
}

/// Cuts the item on air and cancels the rest of its programme.
pub fn stop(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    act(choice, who.by, Order::Stop { why: who.why })
}

/// Cuts the item on air.
pub fn skip(choice: &ConfigChoice, who: Who) -> anyhow::Result<ExitCode> {
    act(choice, who.by, Order::Skip { why: who.why })
}

fn act(choice: &ConfigChoice, by: Option<String>, order: Order) -> anyhow::Result<ExitCode> {
    match control::ask(&choice.load()?.data_dir, by, order) {
        Ok(Answer::Done(done)) => {
            writeln!(std::io::stdout(), "{done}")?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Answer::Refused(why)) => Ok(fail(&why)),
        Ok(Answer::Status(_)) => Ok(fail("the station answered something else; is it another version?")),
        Err(error) => Ok(fail(&error.to_string())),
    }
}

/// Tells the state of the station.
pub fn status(choice: &ConfigChoice, args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let status = match control::ask(&config.data_dir, None, Order::Status) {
        Ok(Answer::Status(status)) => status,
        Ok(Answer::Refused(why)) => return Ok(fail(&why)),
        Ok(Answer::Done(_)) => return Ok(fail("the station answered something else; is it another version?")),
        Err(error) => return Ok(fail(&error.to_string())),
    };
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&status)?)?,
        Format::Text => {
            for (name, value) in told(&status, config.language) {
                writeln!(out, "{name}: {value}")?;
            }
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.write_record(["name", "value"])?;
            for (name, value) in told(&status, config.language) {
                csv.write_record([name, value.as_str()])?;
            }
            csv.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The number of repeats in the type that clap counts in.
fn repeats() -> RangeInclusive<i64> {
    i64::from(*control::REPEATS.start())..=i64::from(*control::REPEATS.end())
}

fn fail(why: &str) -> ExitCode {
    say(format_args!("loa: {why}"));
    ExitCode::from(FAILED)
}

fn why_not(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => error.to_string(),
    }
}

/// The state in the words of the station's language, in the order in which people ask.
fn told(status: &Status, language: Language) -> Vec<(&'static str, String)> {
    let vi = language == Language::Vi;
    let pick = |vietnamese, english| if vi { vietnamese } else { english };
    let desk = &status.desk;
    let minutes = |ms: i64| format!("{}:{:02}", ms / 60_000, ms / 1000 % 60);
    let on_air = desk.on_air.as_ref().map_or_else(
        || pick("không phát gì", "nothing").to_owned(),
        |item| {
            let planned = item.planned_ms.map_or_else(|| "?".to_owned(), minutes);
            format!("{} ({}/{planned})", item.title.as_deref().unwrap_or("?"), minutes(item.aired_ms))
        },
    );
    let device = match (&desk.device, &desk.device_lost) {
        (Some(device), _) => device.clone(),
        (None, Some(why)) => format!("{}: {why}", pick("KHÔNG CÓ", "NONE")),
        (None, None) => pick("đang mở", "opening").to_owned(),
    };
    let level = match status.level_dbfs {
        None => pick("không đo được", "not measured").to_owned(),
        Some(-120) => pick("im lặng", "silence").to_owned(),
        Some(level) => format!("{level} dBFS"),
    };
    let mut lines = vec![
        (pick("đài", "station"), desk.station.clone()),
        (pick("giờ", "time"), desk.at.format("%Y-%m-%d %H:%M:%S").to_string()),
        (pick("đồng hồ", "clock"), language.clock(desk.clock).to_owned()),
        (pick("đầu ra", "output"), format!("{} ({device})", desk.output)),
        (pick("đang phát", "on air"), on_air),
        (pick("mức âm thanh đo được", "measured level"), level),
    ];
    lines.extend(desk.clock_advice.iter().map(|advice| (pick("cần làm", "to do"), advice.clone())));
    lines.extend(desk.waiting.iter().map(|title| (pick("chờ phát", "waiting"), title.clone())));
    let next =
        desk.next.iter().map(|next| format!("{}  {}", next.scheduled_at.format("%Y-%m-%d %H:%M:%S"), next.title));
    lines.extend(next.map(|line| (pick("sắp tới", "next"), line)));
    lines.push((pick("nhật ký", "log"), status.log_head.clone()));
    if status.log_waiting > 0 {
        let why = status.log_error.as_deref().unwrap_or("");
        lines.push((pick("bản ghi chờ lưu", "records waiting"), format!("{} {why}", status.log_waiting)));
    }
    lines.extend(status.problems.iter().map(|problem| (pick("lỗi", "problem"), problem.clone())));
    lines
}
