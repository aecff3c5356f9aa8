//! `loa devices`: which sound devices there are, and which one is set.
//!
//! In: the `[output] device` setting, if the configuration could be read. Out: one line, object or record per device on
//! stdout: what it takes, whether it opens, how loud it is set. Works without a configuration, since this is what a technician runs before writing one. Next:
//! `output::devices`, which looks.

use std::fmt::{Display, Formatter};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{ConfigChoice, DONE, Format, calibrate, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::output::devices::{self, Device};
use crate::output::mixer::Control;
use crate::output::{self, card};

/// The header of the CSV form.
const CSV_COLUMNS: [&str; 11] =
    ["id", "name", "channels", "rates", "opens", "problem", "configured", "pinned", "volume", "silenced", "has_twin"];

/// What was typed.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Measure the constant delay of the set device instead: plays ten chirps aloud
    #[arg(long)]
    pub calibrate: bool,
    /// What hears the output: an id of a capture device [default: the set device's own capture]
    #[arg(long, value_name = "ID", requires = "calibrate")]
    pub capture: Option<String>,
}

/// Lists the devices. Settings that are missing or wrong only leave the marks out.
pub fn run(choice: &ConfigChoice, args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    if args.calibrate {
        return calibrate::run(choice, args);
    }
    let config = choice.path().ok().and_then(|path| Config::load(&path).ok());
    let configured = config.as_ref().and_then(|config| config.output.device.card());
    let mut devices = devices::list().context("cannot list the sound devices")?;
    devices.extend(configured.filter(|id| devices.iter().all(|device| device.id != **id)).map(unlisted));
    let rows: Vec<_> = devices.iter().map(|device| Row::new(device, configured)).collect();
    print(&rows, args.format, &mut std::io::stdout().lock()).context("cannot print the list")?;
    if devices.iter().any(|device| device.has_twin) {
        say("two cards are of one kind: their names follow the order of discovery; pin one by `alsa:by-path:...`");
    }
    if configured == Some("default") {
        say("no device is pinned: `default` is what the system makes of it; write an id as `[output] device`");
    }
    Ok(ExitCode::from(DONE))
}

/// The set device when the system does not list it: it is away, or it is one that is never listed, such as `alsa:null`.
fn unlisted(id: &str) -> Device {
    let card = card::Card::new(id, 0, Clock::system());
    let problem = output::try_open(Arc::new(card)).err().map(|why| why.0);
    Device { problem, ..Device::unknown(id, "") }
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns of a list, not one state")]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    channels: &'a [u16],
    rates: &'a [(u32, u32)],
    opens: bool,
    problem: Option<&'a str>,
    configured: bool,
    /// It is set by its id, so that no other one can take its place.
    pinned: bool,
    controls: Option<Vec<Volume<'a>>>,
    silenced: Option<bool>,
    has_twin: bool,
}

/// A control of the mixer, as programs read it.
#[derive(Debug, Serialize)]
struct Volume<'a> {
    control: &'a str,
    percent: Option<u8>,
    decibels: Option<f64>,
    muted: bool,
}

impl<'a> Volume<'a> {
    fn new(control: &'a Control) -> Self {
        let decibels = control.millibels.map(|level| level as f64 / 100.0);
        Self { control: &control.name, percent: control.percent, decibels, muted: control.is_muted }
    }
}

impl Display for Volume<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.control)?;
        self.percent.map_or(Ok(()), |percent| write!(f, " {percent}%"))?;
        self.decibels.map_or(Ok(()), |level| write!(f, " {level:.2} dB"))?;
        f.write_str(if self.muted { " MUTED" } else { "" })
    }
}

impl<'a> Row<'a> {
    fn new(device: &'a Device, configured: Option<&str>) -> Self {
        let is_configured = configured == Some(device.id.as_str());
        Self {
            id: &device.id,
            name: &device.name,
            channels: &device.channels,
            rates: &device.rates,
            opens: device.problem.is_none(),
            problem: device.problem.as_deref(),
            configured: is_configured,
            pinned: is_configured && device.id != "default",
            controls: device.controls.as_ref().map(|all| all.iter().map(Volume::new).collect()),
            silenced: device.is_silenced(),
            has_twin: device.has_twin,
        }
    }

    /// Beside the set device.
    fn mark(&self) -> &'static str {
        match (self.configured, self.pinned) {
            (false, _) => " ",
            (true, true) => "* pinned",
            (true, false) => "* not pinned",
        }
    }

    fn channels(&self) -> String {
        let words: Vec<_> = self.channels.iter().map(ToString::to_string).collect();
        words.join(" ")
    }

    fn rates(&self) -> String {
        let words =
            self.rates.iter().map(|(low, high)| if low == high { low.to_string() } else { format!("{low}-{high}") });
        words.collect::<Vec<_>>().join(" ")
    }

    fn volume(&self) -> String {
        let controls = self.controls.iter().flatten();
        controls.map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

fn print(rows: &[Row<'_>], form: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    match form {
        Format::Text => text(rows, out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, rows)?;
            writeln!(out)?;
        }
        Format::Csv => csv(rows, out)?,
    }
    Ok(())
}

/// The set one is marked with `*` and whether it is pinned; a device that does not open has the reason in place of what it takes.
fn text(rows: &[Row<'_>], out: &mut dyn Write) -> std::io::Result<()> {
    let width = |word: fn(&Row<'_>) -> usize| rows.iter().map(word).max().unwrap_or(0);
    let mark_width = rows.iter().map(|row| row.mark().len()).max().unwrap_or(0);
    let (id_width, name_width) = (width(|row| row.id.width()), width(|row| row.name.width()));
    for row in rows {
        // Padded by what is seen, since names may be in any script.
        let (id_pad, name_pad) = (id_width - row.id.width(), name_width - row.name.width());
        let mark = row.mark();
        write!(out, "{mark:mark_width$} {}{:id_pad$}  {}{:name_pad$}  ", row.id, "", row.name, "")?;
        match row.problem {
            Some(why) => write!(out, "does not open: {why}")?,
            None => write!(out, "opens; channels {}; rates {}", row.channels(), row.rates())?,
        }
        if row.controls.as_ref().is_some_and(|all| !all.is_empty()) {
            write!(out, "; volume {}", row.volume())?;
        }
        writeln!(out, "{}", if row.silenced == Some(true) { "; NOTHING IS HEARD" } else { "" })?;
    }
    Ok(())
}

fn csv(rows: &[Row<'_>], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CSV_COLUMNS)?;
    for row in rows {
        let flag = |flag: bool| flag.to_string();
        let silenced = row.silenced.map(flag).unwrap_or_default();
        let problem = row.problem.unwrap_or_default().to_owned();
        let (id, name) = (row.id.to_owned(), row.name.to_owned());
        let facts = [id, name, row.channels(), row.rates(), flag(row.opens), problem, flag(row.configured)];
        csv.write_record(facts.into_iter().chain([flag(row.pinned), row.volume(), silenced, flag(row.has_twin)]))?;
    }
    csv.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(form: Format) -> String {
        let master = Control { name: "Master".into(), percent: Some(65), millibels: Some(-1250), is_muted: false };
        let speaker = Control { name: "Speaker".into(), percent: None, millibels: None, is_muted: true };
        let there = Device {
            channels: vec![1, 2],
            rates: vec![(44_100, 44_100), (48_000, 96_000)],
            controls: Some(vec![master, speaker]),
            ..Device::unknown("default", "Loa xã")
        };
        let problem = Some("in use".into());
        let busy = Device { problem, has_twin: true, ..Device::unknown("alsa:hw:CARD=PCH,DEV=0", "HDA \"Intel\"") };
        let rows = [Row::new(&there, Some("alsa:hw:CARD=PCH,DEV=0")), Row::new(&busy, Some("alsa:hw:CARD=PCH,DEV=0"))];
        let mut out = Vec::new();
        print(&rows, form, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_see_columns_with_the_set_device_marked() {
        let expected = "         default                 Loa xã       opens; channels 1 2; rates 44100 48000-96000; \
                        volume Master 65% -12.50 dB, Speaker MUTED; NOTHING IS HEARD\n\
                        * pinned alsa:hw:CARD=PCH,DEV=0  HDA \"Intel\"  does not open: in use\n";
        assert_eq!(printed(Format::Text), expected);
    }

    #[test]
    fn programs_get_the_same_facts_typed() {
        let list: serde_json::Value = serde_json::from_str(&printed(Format::Json)).unwrap();
        assert_eq!(list[0]["rates"], serde_json::json!([[44_100, 44_100], [48_000, 96_000]]));
        assert_eq!(list[0]["problem"], serde_json::Value::Null);
        assert_eq!((&list[1]["opens"], &list[1]["configured"]), (&false.into(), &true.into()));
        assert_eq!((&list[1]["pinned"], &list[1]["has_twin"]), (&true.into(), &true.into()));
        assert_eq!((&list[1]["controls"], &list[1]["silenced"]), (&().into(), &().into()), "nothing is known");
        let master = serde_json::json!({"control": "Master", "percent": 65, "decibels": -12.5, "muted": false});
        assert_eq!((&list[0]["controls"][0], &list[0]["silenced"]), (&master, &true.into()));
    }

    #[test]
    fn sheets_get_a_header_and_quoted_fields() {
        let text = printed(Format::Csv);
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some("id,name,channels,rates,opens,problem,configured,pinned,volume,silenced,has_twin")
        );
        assert_eq!(
            lines.next(),
            Some(
                "default,Loa xã,1 2,44100 48000-96000,true,,false,false,\"Master 65% -12.50 dB, Speaker MUTED\",true,false"
            )
        );
        assert_eq!(
            lines.next(),
            Some("\"alsa:hw:CARD=PCH,DEV=0\",\"HDA \"\"Intel\"\"\",,,false,in use,true,true,,,true")
        );
    }
}
