//! `loa devices`: which sound devices there are, and which one is set.
//!
//! In: the `[output] device` setting, if the configuration could be read. Out: one line, object or record per device on
//! the given writer. Works without a configuration, since this is what a technician runs before writing one. Next:
//! `output::devices`, which looks.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{ConfigChoice, DONE, Format};
use crate::config::{Config, Device as Setting};
use crate::output::devices::{self, Device};

/// What was typed.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lists the devices. Settings that are missing or wrong only leave the mark out.
pub fn run(choice: &ConfigChoice, args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    let configured =
        choice.path().ok().and_then(|path| Config::load(&path).ok()).and_then(|config| match config.output.device {
            Setting::Default => Some("default".to_owned()),
            Setting::Id(id) => Some(id),
            Setting::Wav(_) | Setting::Silent => None,
        });
    let devices = devices::list().context("cannot list the sound devices")?;
    let rows: Vec<_> = devices.iter().map(|device| Row::new(device, configured.as_deref())).collect();
    print(&rows, args.format, &mut std::io::stdout().lock()).context("cannot print the list")?;
    Ok(ExitCode::from(DONE))
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    channels: &'a [u16],
    rates: &'a [(u32, u32)],
    opens: bool,
    problem: Option<&'a str>,
    configured: bool,
}

impl<'a> Row<'a> {
    fn new(device: &'a Device, configured: Option<&str>) -> Self {
        Self {
            id: &device.id,
            name: &device.name,
            channels: &device.channels,
            rates: &device.rates,
            opens: device.problem.is_none(),
            problem: device.problem.as_deref(),
            configured: configured == Some(device.id.as_str()),
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

/// The set one is marked with `*`; a device that does not open has the reason in place of what it takes.
fn text(rows: &[Row<'_>], out: &mut dyn Write) -> std::io::Result<()> {
    let width = |word: fn(&Row<'_>) -> usize| rows.iter().map(word).max().unwrap_or(0);
    let (id_width, name_width) = (width(|row| row.id.width()), width(|row| row.name.width()));
    for row in rows {
        let mark = if row.configured { '*' } else { ' ' };
        // Padded by what is seen, since names may be in any script.
        let (id_pad, name_pad) = (id_width - row.id.width(), name_width - row.name.width());
        write!(out, "{mark} {}{:id_pad$}  {}{:name_pad$}  ", row.id, "", row.name, "")?;
        match row.problem {
            Some(why) => writeln!(out, "does not open: {why}")?,
            None => writeln!(out, "opens; channels {}; rates {}", row.channels(), row.rates())?,
        }
    }
    Ok(())
}

fn csv(rows: &[Row<'_>], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["id", "name", "channels", "rates", "opens", "problem", "configured"])?;
    for row in rows {
        let (channels, rates) = (row.channels(), row.rates());
        let (opens, configured) = (row.opens.to_string(), row.configured.to_string());
        let problem = row.problem.unwrap_or_default();
        csv.write_record([row.id, row.name, &channels, &rates, &opens, problem, &configured])?;
    }
    csv.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(form: Format) -> String {
        let there = Device {
            id: "default".into(),
            name: "Loa xã".into(),
            channels: vec![1, 2],
            rates: vec![(44_100, 44_100), (48_000, 96_000)],
            problem: None,
        };
        let busy = Device {
            id: "alsa:hw:CARD=PCH,DEV=0".into(),
            name: "HDA \"Intel\"".into(),
            channels: vec![],
            rates: vec![],
            problem: Some("in use".into()),
        };
        let rows = [Row::new(&there, Some("alsa:hw:CARD=PCH,DEV=0")), Row::new(&busy, Some("alsa:hw:CARD=PCH,DEV=0"))];
        let mut out = Vec::new();
        print(&rows, form, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_see_columns_with_the_set_device_marked() {
        let expected = "  default                 Loa xã       opens; channels 1 2; rates 44100 48000-96000\n\
                        * alsa:hw:CARD=PCH,DEV=0  HDA \"Intel\"  does not open: in use\n";
        assert_eq!(printed(Format::Text), expected);
    }

    #[test]
    fn programs_get_the_same_facts_typed() {
        let list: serde_json::Value = serde_json::from_str(&printed(Format::Json)).unwrap();
        assert_eq!(list[0]["rates"], serde_json::json!([[44_100, 44_100], [48_000, 96_000]]));
        assert_eq!(list[0]["problem"], serde_json::Value::Null);
        assert_eq!((&list[1]["opens"], &list[1]["configured"]), (&false.into(), &true.into()));
    }

    #[test]
    fn sheets_get_a_header_and_quoted_fields() {
        let text = printed(Format::Csv);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("id,name,channels,rates,opens,problem,configured"));
        assert_eq!(lines.next(), Some("default,Loa xã,1 2,44100 48000-96000,true,,false"));
        assert_eq!(lines.next(), Some("\"alsa:hw:CARD=PCH,DEV=0\",\"HDA \"\"Intel\"\"\",,,false,in use,true"));
    }
}
