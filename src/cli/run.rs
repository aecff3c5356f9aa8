//! `loa run`: the station, in the foreground.
//!
//! In: the settings. Out: sound and a log until SIGTERM, SIGINT or SIGHUP; then it fades, closes the log and exits with 0.
//! Next: `station`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::when::When;
use super::{ConfigChoice, WrongInput, lines, notices};
use crate::clock::Clock;
use crate::config::{Config, Device};
use crate::control;
use crate::language::Language;
use crate::output;
use crate::problem::Problems;
use crate::service::Service;
use crate::station::{self, Notice, Options, StartError};
use crate::store::DATABASE;
use crate::web::{self, Web};

/// Arguments of `loa run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Believe the clock until its next synchronisation, although the log is newer; this is recorded
    #[arg(long)]
    trust_clock: bool,
    /// Rehearse on an output without loudspeakers: by a clock that starts here and leaps over idle hours
    #[arg(long, value_name = "D")]
    rehearse_from: Option<When>,
    /// How many seconds of a rehearsal pass per second
    #[arg(long, value_name = "N", requires = "rehearse_from", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=MOST_SPEED))]
    speed: u32,
}

/// Decoding takes about a three-hundredth of what it decodes; a faster clock would leave it behind.
const MOST_SPEED: i64 = 200;

/// Runs the station until SIGTERM, SIGINT or SIGHUP.
pub fn run(choice: &ConfigChoice, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let clock = clock(args, &config)?;
    let language = config.language;
    let output: Arc<dyn output::Output> = output::make_for_station(&config, &clock);
    let mut service = Service::from_env(language);
    let beat = service.as_ref().map(Service::beat_every);
    let orders = control::entrance();
    let page = web::Start { config: config.path.clone(), clock: clock.clone(), entrance: orders.0.clone() };
    let options = Options { config, clock, output, trust_clock: args.trust_clock, beat, orders };
    lines::wait_for_none().context("cannot start a thread")?;
    // A rehearsal is nobody's station.
    let page = if args.rehearse_from.is_some() { None } else { Some(serve_page(page, language)?) };
    let tell = |notice: Notice| {
        notices::print(&notice, language);
        if let Some(page) = &page {
            page.hear(&notice);
        }
        if let Some(service) = &mut service {
            service.hear(&notice);
        }
    };
    let ended = in_runtime(async {
        let told = told_to_stop().context("cannot listen for signals")?;
        anyhow::Ok(station::run(options, told, tell).await)
    });
    drop(page);
    lines::finish();
    match ended?? {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(StartError::Problems(problems)) => Err(Problems(problems).into()),
        Err(error) => Err(error.into()),
    }
}

/// The page of the station, which tells on stderr where it is.
fn serve_page(start: web::Start, language: Language) -> anyhow::Result<Web> {
    let tell = move |told: web::Told| lines::put(lines::To::Err, format!("{}\n", told.say(language)).into_bytes());
    Web::start(start, tell).context("cannot start a thread")
}

/// The machine's clock, or that of a rehearsal: which must reach no loudspeaker, and no log that is evidence.
fn clock(args: &RunArgs, config: &Config) -> Result<Clock, WrongInput> {
    let Some(from) = args.rehearse_from else { return Ok(Clock::system()) };
    if !matches!(config.output.device, Device::Silent | Device::Wav(_)) {
        let place = &config.device_place;
        return Err(WrongInput(format!(
            "{place}: a rehearsal plays to no sound card; write `device = \"silent\"` or `device = \"wav:FILE\"`"
        )));
    }
    let database = config.data_dir.join(DATABASE);
    if database.exists() {
        return Err(WrongInput(format!(
            "`{}` is there: rows by a made-up clock must not stand in a log that is kept; rehearse with another `data_dir` in \
             `{}`, one that is empty or not there yet",
            database.display(),
            config.path.display()
        )));
    }
    Ok(Clock::rehearsal(from.begin(config.station.timezone), args.speed))
}

/// Runs a station to its end. One thread is enough for the loop: sound, files and the database have their own. Whatever is
/// still being read then, such as the long file of an `air`, is not waited for.
pub(super) fn in_runtime<T>(station: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the event loop")?;
    let ended = runtime.block_on(station);
    runtime.shutdown_background();
    Ok(ended)
}

fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
