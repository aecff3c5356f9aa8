//! `loa init [DIR]`: a new station folder that airs as it stands.
//!
//! In: a folder, made if it is not there. Out: the files of `sample` in it. Never overwrites: one file in the way and
//! nothing is written. Next: `check`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;

use super::{DONE, WrongInput, sample, say};
use crate::problem::system::refusal;

/// Make a new station folder.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// Where
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

/// Writes the starter station.
pub fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    write(&args.dir, sample::FILES)?;
    let config = args.dir.join("loa.toml");
    say(format_args!("`{}`: a new station of {} files", args.dir.display(), sample::FILES.len()));
    say(format_args!("next: fill in `{0}`, then `loa --config {0} check`", config.display()));
    Ok(ExitCode::from(DONE))
}

/// Writes files, given by path and content, below a folder.
pub fn write(dir: &Path, files: &[(&str, &[u8])]) -> anyhow::Result<()> {
    for (name, _) in files {
        let path = dir.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(WrongInput(format!("`{}` is there already; nothing was written", path.display())).into());
        }
    }
    for (name, content) in files {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .map_err(|error| anyhow!("cannot make the folder `{}`: {}", folder.display(), refusal(&error)))?;
        }
        fs::File::create_new(&path)
            .and_then(|mut file| file.write_all(content))
            .map_err(|error| anyhow!("cannot write `{}`: {}", path.display(), refusal(&error)))?;
    }
    Ok(())
}
