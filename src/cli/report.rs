//! `loa report`: what was done in a period, for those to whom the commune reports.
//!
//! In: settings, schedules, log; a period; where it goes. Out: the bundle of evidence. Reads the station only. Next: `bundle`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::evidence::Evidence;
use super::{ConfigChoice, bundle};
use crate::backup::block_on;
use crate::control::who;
use crate::report::period::{Period, Span};

/// Report what was done in a period
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// 2025-03, 2025-Q1, 2025-H1, 2025-9M, 2025 or FROM..TO
    #[arg(long, value_name = "P")]
    period: Span,
    /// Everything that proves the period, in one zip
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
}

/// Writes the bundle.
pub fn run(choice: &ConfigChoice, args: &ReportArgs) -> anyhow::Result<ExitCode> {
    let config = choice.load()?;
    block_on(async {
        let evidence = Evidence::open(&config).await?;
        let wanted = bundle::Wanted {
            period: Period::new(args.period, config.report.calendar),
            reports: Vec::new(),
            by: who(None, Some(rustix::process::getuid().as_raw())),
            to: &args.bundle,
        };
        bundle::write(&evidence, wanted).await
    })
}
