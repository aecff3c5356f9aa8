//! How long the figures of a period take: `cargo bench --bench figures -- FOLDER PERIOD`, or `scripts/measure-report`.
//!
//! In: the folder of a station with its log, and a period. Out: one line on stdout: rows, airings, seconds on the clock and of
//! the processor, and the peak of resident memory. A figure, not a test.

use std::path::Path;

use anyhow::{Context as _, ensure};
use loa::clock::Clock;
use loa::config::Config;
use loa::folder;
use loa::report::make::make;
use loa::report::period::{Calendar, Period};
use loa::schedule::read;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [station, period] = &arguments[..] else {
        // `cargo bench` runs all of them; this one has nothing to measure by itself.
        println!("figures: name the folder of a station and a period");
        return Ok(());
    };
    let path = Path::new(station).join("loa.toml");
    let Ok(config) = Config::load(&path) else { anyhow::bail!("`{}` has problems", path.display()) };
    let (files, _) = folder::load(&config.schedules_dir());
    let plan = read::read(&files, None).schedule.plan;
    let span = period.parse().map_err(anyhow::Error::msg)?;
    let clock = Clock::system();
    let (now, began) = clock.pair();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let made = runtime.block_on(make(&config, plan.as_deref(), Period::new(span, Calendar::DEFAULT), now))?;
    let seconds = clock.pair().1.since(began).as_seconds_f64();
    let totals = &made.figures.totals;
    ensure!(totals.rows > 0, "no row of `{station}` lies in {period}");
    println!(
        "{} rows of {} in {seconds:.2} s ({:.2} s of the processor), {} airings count, peak {:.0} MB",
        totals.rows,
        made.heads.log.seq,
        processor_seconds()?,
        totals.aired.plan.airings + totals.aired.other.airings,
        peak_mb()?
    );
    Ok(())
}

/// Of all threads of this process, in user and system mode.
fn processor_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().context("no process")?.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(ticks as f64 / 100.0)
}

fn peak_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
