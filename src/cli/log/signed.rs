//! `loa log export --signed` and `loa log verify FILE`: rows in a file that proves itself.
//!
//! In: what was typed. Out: a signed file and what it holds; or, of such a file from anywhere, what it proves or its first bad
//! line. Checking needs no station, no settings and no database. Next: `crate::signing`.

use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;

use super::When;
use crate::backup::block_on;
use crate::cli::bulletin::Told;
use crate::cli::listing::one_line;
use crate::cli::{DONE, WrongInput, counted, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::control::who;
use crate::office::signed::{self, Asked};
use crate::problem::system::words;
use crate::report::period;
use crate::signing::{self, ExportError, Exported, Fingerprint, Header, Proof, Window};
use crate::store::{Head, Span};

/// Arguments of `loa log export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// With a signature by the station's key; plain exports are `loa log --format json|csv`
    #[arg(long, required = true)]
    signed: bool,
    /// The file; an earlier signed export of this name is replaced, nothing else
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// First day or instant, by the programme's instant: YYYY-MM-DD or RFC 3339 [default: all]
    #[arg(long, value_name = "D")]
    from: Option<When>,
    /// Last day, which is included, or an instant, which is not
    #[arg(long, value_name = "D")]
    to: Option<When>,
    /// A period as `loa report` has it, by the calendar of the settings: 2025-03, 2025-Q1, 2025-H1, 2025-9M, 2025
    #[arg(long, value_name = "P", conflicts_with_all = ["from", "to"])]
    period: Option<period::Span>,
    /// The name of the person who exports; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// How to tell what was written
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// Writes a signed export.
pub(super) fn export(config: &Config, args: &ExportArgs) -> anyhow::Result<ExitCode> {
    if args.output == Path::new("-") {
        return Err(WrongInput("a signed export goes into a file: write `-o FILE`".to_owned()).into());
    }
    let zone = config.station.timezone;
    let span = Span { from: args.from.map(|from| from.begin(zone)), to: args.to.map(|to| to.end(zone)) };
    let asked = args.period.map_or(Asked::Span(span), Asked::Period);
    let by = who(args.by.clone(), Some(rustix::process::getuid().as_raw()));
    let now = Clock::system().now().wall;
    let exported = block_on(signed::export(config, asked, &args.output, by, now)).map_err(|error| match error {
        ExportError::Exists(_) => WrongInput(error.to_string()).into(),
        other => anyhow::Error::from(other),
    })?;
    let Exported { header, fingerprint, made_key, sha256 } = exported;
    if made_key {
        say(format_args!(
            "there was no key for signing; there is a new one, with the fingerprint {fingerprint}; if the station had one \
             before, bring that back from a backup: exports of both keys are of two stations to whoever checks them"
        ));
    }
    let mut out = io::stdout().lock();
    match args.format {
        Told::Text => {
            writeln!(out, "`{}`: {}", args.output.display(), holds(&header))?;
            told(&mut out, &header, &fingerprint)?;
        }
        Told::Json => {
            let mut object = serde_json::to_value(&header)?;
            object["file"] = serde_json::json!(args.output);
            object["key_fingerprint"] = serde_json::json!(fingerprint.as_str());
            object["sha256"] = serde_json::json!(sha256);
            writeln!(out, "{}", serde_json::json!({ "export": object }))?;
        }
    }
    Ok(ExitCode::from(DONE))
}

/// Checks a signed export. One that is not whole is exit code 1 and a message that names its first bad line.
pub(super) fn verify_file(path: &Path, key: Option<&Fingerprint>, kept: Option<&Head>) -> anyhow::Result<ExitCode> {
    let name = path.display();
    let unreadable = |error: io::Error| anyhow!("cannot read `{name}`: {}", words(&error));
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        let wanted = "name the file that `loa log export --signed -o FILE` wrote";
        return Err(WrongInput(format!("`{name}` is a folder; {wanted}")).into());
    }
    let Proof { header, fingerprint, .. } = signing::verify(BufReader::new(file), key, kept)
        .map_err(|rejected| anyhow!("`{name}` proves nothing: {rejected}"))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", holds(&header))?;
    told(&mut out, &header, &fingerprint)?;
    let known = if key.is_some() {
        "the key that you know"
    } else {
        "this key; compare its fingerprint with one that you know"
    };
    writeln!(out, "whole, and signed by {known}")?;
    writeln!(
        out,
        "proved: the rows from the first to the last without a gap, as the key's owner signed them; that the window had no \
         other row or remark is the signer's word"
    )?;
    Ok(ExitCode::from(DONE))
}

/// Which rows a file has.
fn holds(header: &Header) -> String {
    let rows = counted(header.rows, "row");
    let stretch = match (header.first, header.last) {
        (Some(first), Some(last)) => format!("rows {first} to {last}"),
        _ => "this log has no row of the window".to_owned(),
    };
    match header.remarks.len() {
        0 => format!("{rows}: {stretch}"),
        1 => format!("{rows}: {stretch}, and 1 note or correction behind them"),
        remarks => format!("{rows}: {stretch}, and {remarks} notes and corrections behind them"),
    }
}

fn told(out: &mut impl io::Write, header: &Header, fingerprint: &Fingerprint) -> io::Result<()> {
    let Window { from, to } = &header.window;
    let [from, to] = [from, to].map(|end| end.as_deref().unwrap_or("open"));
    let mut lines: Vec<String> = header.period.iter().map(|period| format!("period: {period}")).collect();
    lines.extend([format!("window: {from} .. {to}"), format!("head: {}", header.head)]);
    lines.extend(header.other_heads.iter().map(|(noun, head)| format!("head of the {noun}: {head}")));
    lines.push(format!("station: {} ({})", header.station, header.station_id));
    lines.push(format!("exported: {} by {}, {}", header.exported_at, header.by, header.program));
    lines.push(format!("key: {fingerprint}"));
    lines.iter().try_for_each(|line| writeln!(out, "{}", one_line(line)))
}
