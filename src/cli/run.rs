//! `loa run`: the station, in the foreground.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::{ConfigChoice, notices};
use crate::clock::Clock;
use crate::output;
use crate::problem::Problems;
use crate::station::{self, Options, StartError};

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
    let options = Options { config, clock, output, trust_clock: args.trust_clock };
    let ended = runtime()?.block_on(async {
        let told = told_to_stop().context("cannot listen for signals")?;
        anyhow::Ok(station::run(options, told, |notice| notices::print(&notice, language)).await)
    })?;
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(StartError::Problems(problems)) => Err(Problems(problems).into()),
        Err(error) => Err(error.into()),
    }
}

/// One thread is enough for the loop: sound, files and the database have their own.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the event loop")
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
