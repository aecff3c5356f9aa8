//! `loa run`: the station, in the foreground.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

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
    report_to_stderr();
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

/// What no notice tells, such as a database that takes no records, goes to stderr; `RUST_LOG` asks for more or less.
fn report_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,loa=info"));
    let made = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Fails only where somebody else is listening already.
    let _ = made.with_ansi(std::io::stderr().is_terminal()).try_init();
}
