//! `loa log` and `loa log verify`: the airing log for people and programs, and the proof of its chain.
//!
//! In: what was typed, the span it resolves to, and the data folder. Out: a table, JSON or CSV on stdout; whether the chain
//! is whole as the exit code. Reads only: it works beside a running station and on a copy that cannot be written. Next:
//! `store::read`.

mod remark; // notes and corrections
mod signed; // signed exports, written and checked
mod table; // for people

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::when::When;
use super::{ConfigChoice, Format};
use crate::signing::Fingerprint;
use crate::store::{Head, Log, ReadError, Span, write_csv};

/// What `loa log` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LogArgs {
    /// First day or instant, by the programme's instant: YYYY-MM-DD or RFC 3339.
    #[arg(long, value_name = "D")]
    pub from: Option<When>,
    /// Last day, which is included, or an instant, which is not.
    #[arg(long, value_name = "D")]
    pub to: Option<When>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Something else than printing.
    #[command(subcommand)]
    pub command: Option<LogCommand>,
}

/// What can be done with the log besides printing it.
#[derive(Debug, clap::Subcommand)]
pub enum LogCommand {
    /// Proves that no row, approval, bulletin, act on a zone, activity or row of the audit was altered, removed or inserted; prints
    /// how many of each, and the heads.
    Verify {
        /// A signed export instead: checked by itself, without a station
        #[arg(value_name = "FILE", conflicts_with_all = ["approvals_head", "bulletins_head", "zones_head", "activities_head", "audit_head"])]
        file: Option<PathBuf>,
        /// The fingerprint of the station's key, as it is known from elsewhere: also proves whose file it is.
        #[arg(long, value_name = "FINGERPRINT", requires = "file")]
        key: Option<Fingerprint>,
        /// A head that was kept elsewhere: also proves that nothing was cut off or made anew since.
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<Head>,
        /// The same for the approvals.
        #[arg(long, value_name = "SEQ:HASH")]
        approvals_head: Option<Head>,
        /// The same for the revisions of bulletins.
        #[arg(long, value_name = "SEQ:HASH")]
        bulletins_head: Option<Head>,
        /// The same for the acts on zones.
        #[arg(long, value_name = "SEQ:HASH")]
        zones_head: Option<Head>,
        /// The same for the revisions of activities.
        #[arg(long, value_name = "SEQ:HASH")]
        activities_head: Option<Head>,
        /// The same for the audit of what people did on the page.
        #[arg(long, value_name = "SEQ:HASH")]
        audit_head: Option<Head>,
    },
    /// Writes rows into one file with a signature by the station's key, which anyone can check
    Export(signed::ExportArgs),
    /// Adds a note to a row, such as `heard in thôn 2`: a new row of the log.
    Note(remark::NoteArgs),
    /// Puts right what describes a row, never what was measured: a new row of the log.
    Correct(remark::CorrectArgs),
}

/// Prints or verifies the log. A chain that is broken is exit code 1 and a message that names the first bad row.
pub fn run(choice: &ConfigChoice, args: &LogArgs) -> anyhow::Result<ExitCode> {
    if let Some(LogCommand::Verify { file: Some(file), key, head, .. }) = &args.command {
        return signed::verify_file(file, key.as_ref(), head.as_ref());
    }
    let config = choice.load()?;
    let zone = config.station.timezone;
    let span = Span { from: args.from.map(|from| from.begin(zone)), to: args.to.map(|to| to.end(zone)) };
    match &args.command {
        None => print(&config.data_dir, span, args.format),
        Some(LogCommand::Verify {
            head,
            approvals_head,
            bulletins_head,
            zones_head,
            activities_head,
            audit_head,
            ..
        }) => {
            let kept =
                [head, approvals_head, bulletins_head, zones_head, activities_head, audit_head].map(Clone::clone);
            on_log(&config.data_dir, async |log, out| verify(log, kept, out).await)
        }
        Some(LogCommand::Export(args)) => signed::export(&config, args),
        Some(LogCommand::Note(args)) => remark::note(&config, args),
        Some(LogCommand::Correct(args)) => remark::correct(&config, args),
    }
}

/// Prints the whole log as a table, then verifies it.
pub(super) fn print_and_verify(data_dir: &Path) -> anyhow::Result<ExitCode> {
    print(data_dir, Span::default(), Format::Text)?;
    on_log(data_dir, async |log, out| verify(log, [const { None }; 6], out).await)
}

fn print(data_dir: &Path, span: Span, format: Format) -> anyhow::Result<ExitCode> {
    on_log(data_dir, async |log, out| match format {
        Format::Text => table::print(log, span, &mut BufWriter::new(out)).await,
        Format::Json => json(log, span, &mut BufWriter::new(out)).await,
        Format::Csv => write_csv(log, span, out).await,
    })
}

/// Opens the log and has something of it written to stdout.
fn on_log(
    data_dir: &Path,
    write: impl AsyncFnOnce(Log, &mut io::StdoutLock<'_>) -> Printed,
) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("cannot start the runtime")?;
    let mut out = io::stdout().lock();
    let printed = runtime.block_on(async { write(Log::open(data_dir).await?, &mut out).await })?;
    match printed {
        // Whoever read has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error).context("cannot write the log"),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// The inner error is the writer's: whoever reads may have gone.
type Printed = Result<io::Result<()>, ReadError>;

async fn verify(mut log: Log, kept: [Option<Head>; 6], out: &mut impl Write) -> Printed {
    let [kept, approvals, bulletins, zones, activities, audit] = kept;
    // Whichever of them is broken, the others are still proved.
    let bulletins = log.verify_bulletins(bulletins).await;
    let approvals = log.verify_approvals(approvals).await;
    let zones = log.verify_zones(zones).await;
    let activities = log.verify_activities(activities).await;
    let audit = log.verify_audit(audit).await;
    let mut broken = None;
    for (proved, what) in [
        (log.verify(kept).await, "rows"),
        (approvals, "approvals"),
        (bulletins, "bulletin revisions"),
        (zones, "acts on zones"),
        (activities, "activity revisions"),
        (audit, "acts in the audit"),
    ] {
        match proved {
            Ok(head) => {
                if let Err(error) = writeln!(out, "{} {what}, head {head}", head.seq) {
                    return Ok(Err(error));
                }
            }
            // An altered bulletin is what an approval, named before it, no longer agrees with.
            Err(error @ ReadError::BrokenRevision(_)) => broken = Some(error),
            Err(error) => broken = broken.or(Some(error)),
        }
    }
    broken.map_or(Ok(Ok(())), Err)
}

async fn json(log: Log, span: Span, out: &mut impl Write) -> Printed {
    let mut rows = log.rows(span).await?;
    let mut before = "[";
    while let Some(page) = rows.next().await? {
        for row in page {
            let object = serde_json::to_string(&row).expect("numbers, strings and lists are always JSON");
            if let Err(error) = write!(out, "{before}\n{object}") {
                return Ok(Err(error));
            }
            before = ",";
        }
    }
    let end = if before == "[" { "[]" } else { "\n]" };
    Ok(writeln!(out, "{end}").and_then(|()| out.flush()))
}
