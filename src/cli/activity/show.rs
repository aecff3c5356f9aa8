//! `loa activity show N`: everything about an activity.
//!
//! In: its number. Out: what was said of it, its files and whether each is still as it was, all revisions; lines in the
//! station's language, or one object. Reads only. Next: `crate::store`.

use std::io::{self, Write};
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset};

use super::unknown;
use crate::activity::Activity;
use crate::cli::DONE;
use crate::cli::bulletin::{Told, failed};
use crate::cli::listing::one_line;
use crate::config::Config;
use crate::office::activity::revisions;
use crate::office::activity::words::{Line, days, kept};

/// Arguments of `loa activity show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The activity's number
    #[arg(value_name = "N")]
    number: i64,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Prints everything about an activity.
pub(super) fn run(config: &Config, args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let revisions = match revisions(config, args.number) {
        Ok(revisions) => revisions,
        Err(error) => return Ok(failed(config, &error)),
    };
    let Some(newest) = revisions.last() else { return Ok(unknown(config, args.number)) };
    let mut out = io::stdout().lock();
    match args.format {
        Told::Json => writeln!(out, "{}", serde_json::to_string_pretty(&object(config, newest, &revisions)?)?)?,
        Told::Text => Page { config, out: &mut out }.print(newest, &revisions)?,
    }
    Ok(ExitCode::from(DONE))
}

fn object(config: &Config, newest: &Activity, revisions: &[Activity]) -> serde_json::Result<serde_json::Value> {
    let mut object = serde_json::to_value(Line::of(newest))?;
    for (file, proof) in object["files"].as_array_mut().into_iter().flatten().zip(&newest.files) {
        file["stored"] = kept(config, proof).2.into();
    }
    object["revisions"] = serde_json::to_value(revisions.iter().map(Line::of).collect::<Vec<_>>())?;
    Ok(object)
}

/// Lines for people.
struct Page<'a, W> {
    config: &'a Config,
    out: &'a mut W,
}

impl<W: Write> Page<'_, W> {
    fn print(&mut self, activity: &Activity, revisions: &[Activity]) -> io::Result<()> {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let themes = (!activity.themes.is_empty()).then(|| activity.themes.join(", "));
        self.line("hoạt động số", "activity", Some(&activity.number.to_string()))?;
        self.line("tên", "title", Some(&activity.title))?;
        self.line("đã rút lại", "withdrawn", activity.withdrawn.as_deref())?;
        self.line("bản", "revision", Some(&activity.revision.to_string()))?;
        self.line("ngày", "day", Some(&days(activity)))?;
        self.line("hình thức, nhiệm vụ", "form or task", Some(&activity.code))?;
        self.line("kênh", "channel", activity.channel.as_deref())?;
        self.line("nội dung", "themes", themes.as_deref())?;
        self.line("tin bài số", "bulletin", number(activity.bulletin).as_deref())?;
        self.line("địa điểm", "place", activity.place.as_deref())?;
        self.line("số người", "people", number(activity.people).as_deref())?;
        self.line("số TTHC niêm yết", "procedures", number(activity.procedures).as_deref())?;
        self.line("người phụ trách", "in charge", activity.who.as_deref())?;
        self.line("đường dẫn", "link", activity.link.as_deref())?;
        self.line("ghi chú", "note", activity.note.as_deref())?;
        self.files(activity)?;
        self.head("các bản", "revisions")?;
        for each in revisions {
            writeln!(self.out, "    {}  {}  {}", each.revision, self.minute(each.recorded_at), one_line(&each.by))?;
            // Those that were removed since then are told nowhere else.
            for proof in each.files.iter().filter(|proof| !activity.files.contains(proof)) {
                let (name, kept) = (one_line(&proof.name), kept(self.config, proof));
                let kept = self.config.language.pick(kept.0, kept.1);
                writeln!(self.out, "        {name}  SHA-256 {}  {kept}", proof.sha256)?;
            }
        }
        Ok(())
    }

    fn files(&mut self, activity: &Activity) -> io::Result<()> {
        if activity.files.is_empty() {
            return Ok(());
        }
        self.head("tệp minh chứng", "files")?;
        for proof in &activity.files {
            let (vi, en, _) = kept(self.config, proof);
            let (name, kept) = (one_line(&proof.name), self.config.language.pick(vi, en));
            let bytes = self.config.language.pick("byte", "bytes");
            writeln!(self.out, "    {name}  {} {bytes}  SHA-256 {}  {kept}", proof.bytes, proof.sha256)?;
        }
        Ok(())
    }

    fn minute(&self, at: DateTime<FixedOffset>) -> String {
        at.with_timezone(&self.config.station.timezone).format("%d/%m/%Y %H:%M").to_string()
    }

    fn head(&mut self, vi: &str, en: &str) -> io::Result<()> {
        writeln!(self.out, "{}:", self.config.language.pick(vi, en))
    }

    fn line(&mut self, vi: &str, en: &str, value: Option<&str>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        writeln!(self.out, "{}: {}", self.config.language.pick(vi, en), one_line(value))
    }
}
