//! `loa run`: the station, in the foreground.
//!
//! In: the settings. Out: sound and a log until SIGTERM, SIGINT or SIGHUP; then it fades, closes the log and exits with 0.
//! Next: `station`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::{ConfigChoice, notices};
use crate::clock::Clock;
use crate::output;
use crate::problem::Problems;
use crate::service::Service;
use crate::station::{self, Notice, Options, StartError};

/// Arguments of `loa run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Believe the clock until its next synchronisation, although the log is newer; this is recorded
    #[arg(long)]
    trust_clock: bool,
}

/// Runs the station until SIGTERM, SIGINT or SIGHUP.
pub fn run(choice: &ConfigChoice, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    let clock = Clock::system();
    let language = config.language;
    let output: Arc<dyn output::Output> = output::make(&config.output, &config.folder, &clock);
    let mut service = Service::from_env(language);
    let beat = service.as_ref().map(Service::beat_every);
    let options = Options { config, clock, output, trust_clock: args.trust_clock, beat };
    let tell = |notice: Notice| {
        notices::print(&notice, language);
        if let Some(service) = &mut service {
            service.hear(&notice);
        }
    };
    let ended = in_runtime(async {
        let told = told_to_stop().context("cannot listen for signals")?;
        anyhow::Ok(station::run(options, told, tell).await)
    })??;
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(StartError::Problems(problems)) => Err(Problems(problems).into()),
        Err(error) => Err(error.into()),
    }
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
