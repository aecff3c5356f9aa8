//! `loa init [DIR]`: a new station folder that airs as it stands.
//!
//! In: a folder, made if it is not there. Out: the files of `sample` in it, and a database in which its bulletins are
//! recorded, approved by whoever runs this and queued. Never overwrites: one file in the way and nothing is written. Next:
//! `check`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;

use super::{DONE, WrongInput, bulletin, queue, sample, say};
use crate::backup::hand_over;
use crate::config::{Config, DATA_DIR};
use crate::control::who;
use crate::folder::{make_shared, share_file};
use crate::problem::Problems;
use crate::problem::system::refusal;
use crate::signing::StationKey;
use crate::store::DATABASE;

/// Make a new station folder.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Where
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// Writes the starter station, and takes its bulletins in as a person would: recorded, approved, two of them queued.
pub fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    write(&args.dir, sample::FILES)?;
    let path = args.dir.join("loa.toml");
    let config = Config::load(&path).map_err(Problems)?;
    let taken_in = take_in(&config, &args.dir);
    let key = StationKey::read_or_make(&config.data_dir);
    // Also what was begun only: a service that runs as another user must be able to go on with it.
    hand_over(&args.dir, &config.data_dir);
    let by = match taken_in {
        Ok(by) => by,
        Err(code) => return Ok(code),
    };
    say(format_args!("`{}`: a new station of {} files", args.dir.display(), sample::FILES.len()));
    say(format_args!("its sample bulletins are recorded and approved in the name of `{by}`"));
    say(format_args!("its key for signing has the fingerprint {}", key?.0.public().fingerprint()));
    say(format_args!("next: fill in `{0}`, then `loa --config {0} check`", path.display()));
    Ok(ExitCode::from(DONE))
}

/// Records, approves and queues the samples, in the name of whoever runs this; answers with that name.
fn take_in(config: &Config, dir: &Path) -> Result<String, ExitCode> {
    let by = who(None, Some(rustix::process::getuid().as_raw()));
    let why = config.language.pick("tin bài mẫu có sẵn trong chương trình", "samples shipped with the program");
    let numbers = bulletin::take_in(config, &dir.join(sample::MANIFEST), &by, why)?;
    let (places, times) = sample::QUEUED;
    let queued: Vec<i64> = places.iter().filter_map(|place| numbers.get(place - 1).copied()).collect();
    queue::add_all(config, &queued, times)?;
    Ok(by)
}

/// Writes files, given by path and content, below a folder in which none of them and no database is yet.
pub fn write(dir: &Path, files: &[(&str, &[u8])]) -> anyhow::Result<()> {
    let database = format!("{DATA_DIR}/{DATABASE}");
    for name in files.iter().map(|(name, _)| *name).chain([database.as_str()]) {
        let path = dir.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(WrongInput(format!("`{}` is there already; nothing was written", path.display())).into());
        }
    }
    for (name, content) in files {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            make_shared(folder)
                .map_err(|error| anyhow!("cannot make the folder `{}`: {}", folder.display(), refusal(&error)))?;
        }
        fs::File::create_new(&path)
            .and_then(|mut file| file.write_all(content))
            // The page, which runs as the station's user, changes settings and schedules.
            .and_then(|()| share_file(&path))
            .map_err(|error| anyhow!("cannot write `{}`: {}", path.display(), refusal(&error)))?;
    }
    Ok(())
}
