//! `loa demo`: a temporary station airs a short real programme, then its log is printed and verified.
//!
//! In: the sample station that is part of the program. Out: sound on the sound card if there is one, else a WAV file, said
//! plainly; the log as a table; exit code 1 if an item did not air. Everything is the real thing: the same loop, the same
//! log, the same files. Next: `station`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use super::{FAILED, bulletin, log, notices, queue, sample, say};
use crate::airing::{Outcome, Reason};
use crate::clock::Clock;
use crate::config::Config;
use crate::control;
use crate::output::{self, Output};
use crate::problem::Problems;
use crate::problem::system::refusal;
use crate::station::{self, Notice, Options};

/// The programme starts so long after its bulletins are ready.
const LEAD: TimeDelta = TimeDelta::seconds(3);

/// A demo that takes longer than this has failed: the programme is shorter than 75 s.
const LONGEST: Duration = Duration::from_secs(100);

/// Fixed audio before the bulletins: signature and greeting.
const FILES: [(&str, &str, &str); 2] =
    [("nhac-hieu", "nhac-hieu.opus", "Nhạc hiệu"), ("loi-chao", "loi-chao.opus", "Lời chào")];

/// The bulletins: the programme names the first one, and draws the second from the queue.
const BULLETINS: [(&str, &str, &str, &str); 2] = [
    ("tin-1", "nd1-cai-cach-vi-dan", "Cải cách hành chính để phục vụ nhân dân tốt hơn", "ND1"),
    ("hang-cho.1", "nd3-bo-phan-mot-cua", "Bộ phận một cửa: nộp một nơi, nhận một nơi", "ND3"),
];

/// Who approves in a demo.
const APPROVER: &str = "Người duyệt thử";

/// Arguments of `loa demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Where to put the temporary station (default: a new folder for temporary files)
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Airs the demo.
pub fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let folder = folder(args.out.as_deref())?;
    let card = output::try_open(Arc::new(output::card::Card::new("default", 0, clock.clone())));
    let device = match &card {
        Ok(()) => "default".to_owned(),
        Err(_) => format!("wav:{}", folder.join("demo.wav").display()),
    };
    write_station(&folder, &device)?;
    let config = Config::load(&folder.join("loa.toml")).map_err(Problems)?;
    match card {
        Ok(()) => println!("Phát ra card âm thanh. / On the sound card."),
        Err(why) => println!(
            "KHÔNG CÓ CARD ÂM THANH ({why}): phát ra tệp {0}. / NO SOUND CARD: the sound goes to {0}.",
            folder.join("demo.wav").display()
        ),
    }
    println!("Đài tạm / temporary station: {}\n", folder.display());
    if let Err(code) = take_in(&config) {
        return Ok(code);
    }
    write(&folder.join("schedules/demo.toml"), schedule(clock.now().wall + LEAD).as_bytes())?;
    let faults = air(&config, &clock)?.faults();
    println!();
    let verified = log::print_and_verify(&config.data_dir)?;
    for fault in &faults {
        say(format_args!("loa: demo: {fault}"));
    }
    Ok(if faults.is_empty() { verified } else { ExitCode::from(FAILED) })
}

/// What became of the demo's programme.
#[derive(Debug, Default)]
struct Course {
    /// Its last item was final before the limit.
    is_done: bool,
    /// The newest row of each item.
    rows: BTreeMap<String, (Option<Outcome>, Option<Reason>)>,
}

impl Course {
    fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::ProgrammeDone(_) => self.is_done = true,
            Notice::Row(row) => {
                let item = row.item.clone().unwrap_or_default();
                self.rows.insert(item, (row.outcome, row.reason));
            }
            _ => {}
        }
    }

    /// Everything for which this demo has failed.
    fn faults(&self) -> Vec<String> {
        let late = (!self.is_done).then(|| format!("not done after {} s", LONGEST.as_secs()));
        let silent = items().filter_map(|(item, title)| match self.rows.get(item) {
            Some((Some(Outcome::Aired), _)) => None,
            Some((outcome, reason)) => {
                let outcome = outcome.map_or("no outcome", Outcome::as_str);
                let reason = reason.map_or_else(String::new, |reason| format!(" ({})", reason.as_str()));
                Some(format!("`{title}` did not air: {outcome}{reason}"))
            }
            None => Some(format!("`{title}` did not air: it was not its turn")),
        });
        late.into_iter().chain(silent).collect()
    }
}

/// Runs the station until its one programme is done.
fn air(config: &Config, clock: &Clock) -> anyhow::Result<Course> {
    let output: Arc<dyn Output> = output::make(&config.output, clock);
    let options = Options {
        config: config.clone(),
        clock: clock.clone(),
        output,
        trust_clock: false,
        beat: None,
        orders: control::entrance(),
    };
    let done = Notify::new();
    let mut course = Course::default();
    let language = config.language;
    super::run::in_runtime(async {
        let limited = async { tokio::time::timeout(LONGEST, done.notified()).await.unwrap_or(()) };
        station::run(options, limited, |notice| {
            notices::print(&notice, language);
            course.note(&notice);
            if course.is_done {
                done.notify_one();
            }
        })
        .await
    })?
    .context("the demo's station did not run")?;
    Ok(course)
}

/// A folder that is empty or new: a demo never writes into a real station.
fn folder(out: Option<&Path>) -> anyhow::Result<PathBuf> {
    let folder = match out {
        Some(out) => out.to_owned(),
        None => std::env::temp_dir().join(format!("loa-demo-{}", std::process::id())),
    };
    let refused = |error| anyhow!("cannot use the folder `{}`: {}", folder.display(), refusal(&error));
    std::fs::create_dir_all(&folder).map_err(refused)?;
    if std::fs::read_dir(&folder).map_err(refused)?.next().is_some() {
        bail!("`{}` is not empty; the demo needs a new or empty folder", folder.display());
    }
    folder.canonicalize().map_err(refused)
}

/// Every slot of the rundown, with its title.
fn items() -> impl Iterator<Item = (&'static str, &'static str)> {
    let bulletins = BULLETINS.iter().map(|(item, _, title, _)| (*item, *title));
    FILES.iter().map(|(item, _, title)| (*item, *title)).chain(bulletins)
}

/// The life of two bulletins up to the air, as a person would lead it: recorded, approved, one of them queued.
fn take_in(config: &Config) -> Result<(), ExitCode> {
    let why = config.language.pick("chạy thử", "a demonstration");
    let numbers = bulletin::take_in(config, &config.folder.join(sample::MANIFEST), APPROVER, why)?;
    for (number, (_, _, title, theme)) in numbers.iter().zip(BULLETINS) {
        println!("Tin bài số / bulletin {number}: {title} ({theme}), duyệt / approved: {APPROVER}");
    }
    queue::add_all(config, &numbers[1..], 1)?;
    println!("Vào hàng chờ / queued: {}\n", numbers[1]);
    Ok(())
}

/// The sample station with two bulletins and no programme yet.
fn write_station(folder: &Path, device: &str) -> anyhow::Result<()> {
    for (name, bytes) in sample::FILES {
        let of_bulletin = |(_, stem, ..): &(&str, &str, &str, &str)| {
            name.strip_prefix("audio/").is_some_and(|name| name.starts_with(stem))
        };
        let wanted = FILES.iter().any(|(_, file, _)| name.strip_prefix("audio/") == Some(file));
        if wanted || BULLETINS.iter().any(of_bulletin) {
            write(&folder.join(name), bytes)?;
        }
    }
    let settings = sample::FILES.iter().find(|(name, _)| *name == "loa.toml").map(|(_, bytes)| *bytes);
    let settings = std::str::from_utf8(settings.unwrap_or_default()).context("the sample's loa.toml is no text")?;
    let settings = settings.replace("device = \"default\"", &format!("device = {}", quoted(device)));
    write(&folder.join("loa.toml"), settings.as_bytes())?;
    write(&folder.join(sample::MANIFEST), manifest().as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .map_err(|error| anyhow!("cannot make the folder `{}`: {}", parent.display(), refusal(&error)))?;
    }
    std::fs::write(path, bytes).map_err(|error| anyhow!("cannot write `{}`: {}", path.display(), refusal(&error)))
}

fn manifest() -> String {
    let bulletin = |(_, stem, title, theme): &(&str, &str, &str, &str)| {
        format!(
            "[[bulletin]]\ntitle = \"{title}\"\nfile = \"{stem}.opus\"\ntext = \"{stem}.txt\"\nthemes = [\"{theme}\"]\n\
             genre = \"bài\"\nauthor = \"Tổ thông tin Đài truyền thanh xã\"\n\n"
        )
    };
    BULLETINS.iter().map(bulletin).collect()
}

/// One programme at one second of one day, in the sample station's zone.
fn schedule(start: DateTime<Utc>) -> String {
    let local = start.with_timezone(&chrono_tz::Asia::Ho_Chi_Minh);
    let cron = local.format("%-S %-M %-H %-d %-m * %Y");
    let head = format!(
        "[[programme]]\nid = \"demo\"\ntitle = \"Chương trình giới thiệu\"\ncron = \"{cron}\"\nwindow = \"5m\"\n"
    );
    let file = |(id, file, title): &(&str, &str, &str)| {
        format!("\n[[programme.item]]\nid = \"{id}\"\nfile = \"{file}\"\ntitle = \"{title}\"\n")
    };
    let bulletins = "\n[[programme.item]]\nid = \"tin-1\"\nbulletin = 1\n\
                     \n[[programme.item]]\nid = \"hang-cho\"\nqueue = { up_to = \"1m\" }\n";
    head + &FILES.iter().map(file).collect::<String>() + bulletins
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_that_was_late_or_silent_has_failed_and_says_where() {
        let mut course = Course { is_done: true, ..Course::default() };
        for (item, _) in items() {
            course.rows.insert(item.to_owned(), (Some(Outcome::Aired), None));
        }
        assert_eq!(course.faults(), Vec::<String>::new());
        course.rows.insert("loi-chao".to_owned(), (Some(Outcome::Failed), Some(Reason::NoDevice)));
        course.rows.remove("hang-cho.1");
        course.is_done = false;
        let faults = course.faults();
        assert_eq!(faults[..2], ["not done after 100 s", "`Lời chào` did not air: failed (no_device)"]);
        assert!(faults[2].ends_with("did not air: it was not its turn") && faults.len() == 3, "{faults:?}");
    }
}
