//! `loa activity import`: many activities from one file.
//!
//! In: a TOML file with an `[[activity]]` for each, their files beside it. Out: all of them recorded in one act, or every problem
//! with its place and nothing recorded. What is there already, word for word and byte for byte, is passed over. Next: `entry`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::entry::{self, Entry};
use crate::activity::Activity;
use crate::backup::block_on;
use crate::calendar::local_date;
use crate::cli::bulletin::{Told, Typed, failed, signature, tell};
use crate::cli::{DONE, FAILED, WRONG_INPUT};
use crate::config::{Config, folder_of};
use crate::folder::read_bytes;
use crate::library::proof::Kept;
use crate::office::activity::{fields, missing_bulletins, proofs, same, words};
use crate::problem::what::ActivityFault;
use crate::problem::{Place, Problem};
use crate::schedule::text::Source;
use crate::store::{Register, RegisterError, Signature};

/// Arguments of `loa activity import`.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The manifest; files in it are relative to its folder
    manifest: PathBuf,
    /// The name of the person who acts; the operating system's user is kept beside it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// How to tell the numbers
    #[arg(long, value_enum, default_value_t)]
    format: Told,
}

/// What became of an entry, and whether it is a new one.
struct Became {
    activity: Activity,
    is_new: bool,
    place: Place,
}

/// Records what a manifest lists.
pub(super) fn import(config: &Config, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let (entries, signed) = match read(config, &args.manifest, &args.by) {
        Ok(read) => read,
        Err(code) => return Ok(code),
    };
    let (entries, held) = match take_all(config, entries) {
        Ok(taken) => taken,
        Err(code) => return Ok(code),
    };
    let recorded = block_on(record(config, entries, &signed));
    drop(held);
    let (became, remarks) = match recorded {
        Ok(recorded) => recorded,
        Err(error) => return Ok(failed(config, &error)),
    };
    tell(config, &remarks);
    print(config, args.format, &became)?;
    Ok(ExitCode::from(DONE))
}

/// The entries of a manifest, and who records them; everything that is wrong is said at once.
fn read(config: &Config, manifest: &Path, by: &str) -> Result<(Vec<Entry>, Signature), ExitCode> {
    let wrong = |problems: &[Problem]| {
        tell(config, problems);
        ExitCode::from(WRONG_INPUT)
    };
    let shown = manifest.display().to_string();
    let bytes = read_bytes(manifest).map_err(|fault| Box::new(Problem::error(Place::whole(&*shown), fault)));
    let source = bytes.and_then(|bytes| Source::decode(&shown, &bytes)).map_err(|problem| wrong(&[*problem]))?;
    let codes = fields::codes(config).map_err(|problems| wrong(&problems))?;
    let mut typed = Typed::new(config);
    let by = typed.line("--by", by);
    let signed = signature(config, by.as_deref());
    let today = local_date(config.station.timezone, signed.at.to_utc());
    let (entries, mut problems) = entry::all(config, &codes, &source, &folder_of(manifest), (today, signed.at));
    problems.append(&mut typed.problems);
    for entry in &entries {
        let faults = entry.files.iter().filter_map(|(path, place)| Some((proofs::fault(path)?, place)));
        problems.extend(faults.map(|(fault, place)| Problem::error(place.clone(), fault)));
        let too_many = proofs::too_many(entry.files.len());
        problems.extend(too_many.map(|fault| Problem::error(entry.place.clone(), fault)));
    }
    let named: Vec<i64> = entries.iter().filter_map(|entry| entry.activity.bulletin).collect();
    let missing = missing_bulletins(config, &named).map_err(|error| failed(config, &error))?;
    for entry in &entries {
        let fault = entry.activity.bulletin.filter(|number| missing.contains(number)).map(ActivityFault::NoBulletin);
        problems.extend(fault.map(|fault| Problem::error(entry.bulletin_place.clone(), fault)));
    }
    problems.sort();
    if tell(config, &problems) { Err(ExitCode::from(WRONG_INPUT)) } else { Ok((entries, signed)) }
}

/// Keeps the files of all entries; also what keeps them from being swept until the database names them.
fn take_all(config: &Config, mut entries: Vec<Entry>) -> Result<(Vec<Entry>, Option<Kept>), ExitCode> {
    let (mut held, mut problems, mut code) = (None, Vec::new(), WRONG_INPUT);
    for entry in &mut entries {
        for (path, place) in &entry.files {
            match proofs::take_all(config, std::slice::from_ref(path)) {
                Ok((proofs, kept)) => {
                    let known = entry.activity.files.clone();
                    entry.activity.files.extend(proofs.into_iter().filter(|proof| !known.contains(proof)));
                    held = held.or(kept);
                }
                Err(fault) => {
                    let is_disk = matches!(&fault, ActivityFault::File(_, why) if !why.is_input());
                    code = if is_disk { FAILED } else { code };
                    problems.push(Problem::error(place.clone(), fault));
                }
            }
        }
    }
    if tell(config, &problems) { Err(ExitCode::from(code)) } else { Ok((entries, held)) }
}

/// Records what is not there yet, in one act; also what a person should look at.
async fn record(
    config: &Config,
    entries: Vec<Entry>,
    signed: &Signature,
) -> Result<(Vec<Became>, Vec<Problem>), RegisterError> {
    let mut register = Register::open(&config.data_dir).await?;
    let mut known = register.activities().await?;
    let first = known.iter().map(|activity| activity.number).max().unwrap_or_default() + 1;
    let mut new: Vec<Activity> = Vec::new();
    let mut became: Vec<Became> = Vec::new();
    for Entry { activity, place, .. } in entries {
        // One that the manifest lists twice is recorded once.
        if let Some(there) = known.iter().chain(&new).find(|there| there.says_the_same(&activity)) {
            became.push(Became { activity: there.clone(), is_new: false, place });
            continue;
        }
        let number = first + new.len() as i64;
        new.push(Activity { number, revision: 1, ..activity });
        became.push(Became { activity: new[new.len() - 1].clone(), is_new: true, place });
    }
    let numbers = register.add_activities(&new, signed).await?;
    register.close().await;
    // Somebody else may have recorded others meanwhile.
    let shift = numbers.first().map_or(0, |number| number - first);
    let of_new = became.iter_mut().map(|each| &mut each.activity).filter(|activity| activity.number >= first);
    for activity in of_new.chain(&mut new) {
        activity.number += shift;
    }
    known.append(&mut new);
    let remark = |each: &Became| Some(Problem::warning(each.place.clone(), same(&each.activity, &known)?));
    let remarks = became.iter().filter(|each| each.is_new).filter_map(remark).collect();
    Ok((became, remarks))
}

fn print(config: &Config, format: Told, became: &[Became]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if format == Told::Json {
        let object = |each: &Became| {
            serde_json::json!({
                "activity": each.activity.number, "title": each.activity.title, "recorded": each.is_new,
            })
        };
        let objects: Vec<_> = became.iter().map(object).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&objects)?)?;
        return Ok(());
    }
    for each in became {
        writeln!(out, "{}", words::imported(config.language, &each.activity, each.is_new))?;
    }
    Ok(())
}
