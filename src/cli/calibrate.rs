//! `loa devices --calibrate`: measures the constant of the set device that its driver does not tell.
//!
//! In: the settings, and a capture that hears the device. Out: the line for `[output] offset_us` and what is in the figure;
//! where nothing can be measured, what the setting means and what to do. Plays aloud, so never beside a running station.
//! Next: `output::calibrate`, which measures.

use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;

use super::devices::DevicesArgs;
use super::{ConfigChoice, DONE, FAILED, Format, WrongInput, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::control::{self, AskError, Order};
use crate::output::calibrate::{self, CHIRPS, CalibrateError, Calibration};
use crate::output::card::Card;

/// No measurement takes longer, unless a device hangs.
const LIMIT: Duration = Duration::from_secs(90);

/// Farther apart than this the figures are no constant.
const STEADY_US: i64 = 2_000;

/// What the setting is for, said where nothing can be measured.
const EXPLANATION: &str = "\
`[output] offset_us` is the constant by which sound leaves the device later than its driver says, in microseconds; 0 is
right for most cards, whose drivers tell their delay to less than a millisecond. To measure it, let a capture device hear
the output: a cable from the output to the line input of the same card, then
    loa devices --calibrate --capture alsa:plughw:CARD=NAME,DEV=0
behind PulseAudio the monitor of its sink, as a PCM of ~/.asoundrc:
    pcm.monitor { type pulse device \"SINK.monitor\" hint { show on description \"monitor\" } }
    loa devices --calibrate --capture alsa:monitor
`loa devices` lists outputs only, `arecord -L` lists what can capture.";

/// What programs read.
#[derive(Debug, Serialize)]
struct Found<'a> {
    device: &'a str,
    capture: &'a str,
    chirps: usize,
    heard: usize,
    offset_us: i64,
    least_us: i64,
    most_us: i64,
}

/// Measures and prints, or explains.
pub(super) fn run(choice: &ConfigChoice, args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let Some(device) = config.output.device.card() else {
        return Err(WrongInput("`[output] device` is no sound device; its offset is 0".into()).into());
    };
    refuse_on_air(&config)?;
    let capture = args.capture.as_deref().unwrap_or(device);
    say(format_args!(
        "{CHIRPS} short chirps are played on `{device}`, aloud, and listened for on `{capture}`: 15 seconds"
    ));
    match measure(device, capture)? {
        Ok(found) => print(&found, device, capture, args.format),
        Err(why) => {
            say(format_args!("loa: nothing was measured: {why}\n\n{EXPLANATION}"));
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// The chirps would be heard in the middle of a broadcast, and two programs on one card disturb each other.
fn refuse_on_air(config: &Config) -> anyhow::Result<()> {
    match control::ask(&config.data_dir, None, Order::Status) {
        Err(AskError::NotRunning) => Ok(()),
        Ok(_) => {
            bail!("the station is running; stop it before its device is calibrated, the chirps would be on the air")
        }
        Err(error) => Err(error).context("cannot tell whether the station is running"),
    }
}

/// On a thread of its own, since devices may hang.
fn measure(device: &str, capture: &str) -> anyhow::Result<Result<Calibration, CalibrateError>> {
    let clock = Clock::system();
    let card = Card::new(device, 0, clock.clone());
    let (tell, told) = mpsc::channel();
    let capture = capture.to_owned();
    let work = move || {
        // Nobody listens any more: it took too long.
        let _ = tell.send(calibrate::measure(&card, &capture, &clock));
    };
    std::thread::Builder::new().name("loa-calibrate".into()).spawn(work).context("cannot start a thread")?;
    told.recv_timeout(LIMIT).context("one of the devices does not answer")
}

fn print(found: &Calibration, device: &str, capture: &str, form: Format) -> anyhow::Result<ExitCode> {
    let ((least_us, most_us), offset_us) = (found.span_us(), found.median_us());
    let result = Found { device, capture, chirps: CHIRPS, heard: found.heard(), offset_us, least_us, most_us };
    let mut out = std::io::stdout().lock();
    let is_steady = found.spread_us() <= STEADY_US;
    match form {
        Format::Text => writeln!(out, "{}", text(&result, is_steady))?,
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&result)?)?,
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(out);
            csv.serialize(&result)?;
            csv.flush()?;
        }
    }
    if is_steady {
        return Ok(ExitCode::from(DONE));
    }
    say("loa: the figures lie too far apart for a constant, so leave `offset_us` as it is: a sound server wanders by");
    say("milliseconds; on a card of its own try again on an idle machine");
    Ok(ExitCode::from(FAILED))
}

fn text(result: &Found<'_>, is_steady: bool) -> String {
    let ms = |us: i64| format!("{:.2}", us as f64 / 1000.0);
    let later = if result.offset_us < 0 { "earlier" } else { "later" };
    let Found { device, capture, chirps, heard, offset_us, least_us, most_us } = result;
    let found = format!(
        "{heard} of {chirps} chirps heard on `{capture}`: sound comes {} ms {later} than the driver says ({} to {})",
        ms(offset_us.abs()),
        ms(*least_us),
        ms(*most_us)
    );
    if !is_steady {
        return found;
    }
    format!(
        "{found}\n\n[output]\ndevice = \"{device}\"\noffset_us = {offset_us}\n\n\
         In the figure is also what the driver of the capture does not tell of its own delay, and 3 ms for each metre of \
         air.\nWith a cable on one card that is the delay of both converters, of which the output has about half."
    )
}
