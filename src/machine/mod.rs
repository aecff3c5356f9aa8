//! The machine under the station: memory, load, uptime, warmth, system, clock, disks, as the kernel tells them.
//!
//! In: files of `/proc` and `/sys`, the kernel's word on the clock. Out: plain figures for a page; what the kernel does not
//! tell is `None`. Reading takes no privilege, no network and well under a millisecond. Must never judge: whether a figure is
//! good is said where it is shown. Next: `parse`.

mod parse; // the texts of those files (pure)

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

pub use parse::{Load, Memory};

use crate::clock::{self, Discipline};

/// Mounts of sticks and other disks that are shown at most.
const MOST_MOUNTS: usize = 16;

/// In what `/proc/self/stat` counts; fixed on every machine with a sound card that Linux runs on today.
const TICKS: u64 = 100;

/// Facts of the machine at one instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// What all programs use and what is left.
    pub memory: Option<Memory>,
    /// What this program keeps in memory, bytes.
    pub own_bytes: Option<u64>,
    /// How busy the processors are.
    pub load: Option<Load>,
    /// How many there are.
    pub processors: usize,
    /// Seconds since the machine was switched on.
    pub uptime_s: Option<u64>,
    /// Seconds since this program was started.
    pub own_uptime_s: Option<u64>,
    /// The hottest sensor, thousandths of a degree.
    pub millidegrees: Option<i64>,
    /// Version of the kernel.
    pub kernel: Option<String>,
    /// Name and version of the system around it.
    pub system: Option<String>,
    /// Which board or PC.
    pub model: Option<String>,
    /// Changes with every start of the machine.
    pub boot_id: String,
    /// Version of the kernel's part of ALSA.
    pub alsa: Option<String>,
    /// By what the kernel counts time: `tsc`, `arch_sys_counter`.
    pub clock_source: Option<String>,
    /// What the kernel says of its wall clock.
    pub discipline: Option<Discipline>,
    /// Whether a clock that runs on through a power cut is there.
    pub has_rtc: bool,
    /// The program that sets the clock by the network, if one is known to run.
    pub time_service: Option<&'static str>,
    /// The time zone of the system, which is not that of the station.
    pub zone: Option<String>,
}

/// A disk, as far as a folder on it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// What is free for this program, bytes.
    pub free_bytes: u64,
    /// How large it is, bytes.
    pub bytes: u64,
}

/// A place where a stick or another disk is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mounted {
    /// The folder.
    pub folder: PathBuf,
    /// Its disk.
    pub disk: Disk,
    /// Whether this program may write there.
    pub is_writable: bool,
}

/// The machine now.
#[must_use]
pub fn look() -> Machine {
    let own = text("/proc/self/stat");
    let uptime_s = text("/proc/uptime").and_then(|text| parse::uptime_s(&text));
    let started_s = own.as_deref().and_then(parse::started_ticks).map(|ticks| ticks / TICKS);
    Machine {
        memory: text("/proc/meminfo").and_then(|text| parse::memory(&text)),
        own_bytes: text("/proc/self/status").and_then(|text| parse::own_bytes(&text)),
        load: text("/proc/loadavg").and_then(|text| parse::load(&text)),
        processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        uptime_s,
        own_uptime_s: uptime_s.zip(started_s).map(|(now, then)| now.saturating_sub(then)),
        millidegrees: hottest(),
        kernel: text("/proc/sys/kernel/osrelease"),
        system: text("/etc/os-release").and_then(|text| parse::system(&text)),
        model: model(),
        boot_id: crate::station::boot_id(),
        alsa: text("/proc/asound/version").and_then(|text| parse::alsa(&text)),
        clock_source: text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        discipline: clock::discipline(),
        has_rtc: Path::new("/dev/rtc0").exists() || Path::new("/sys/class/rtc/rtc0").exists(),
        time_service: time_service(),
        zone: zone(),
    }
}

/// The disk of a folder; `None` if the system does not tell, as of a folder that is not there.
#[must_use]
pub fn disk(folder: &Path) -> Option<Disk> {
    let facts = rustix::fs::statvfs(folder).ok()?;
    let of = |blocks: u64| blocks.saturating_mul(facts.f_frsize);
    Some(Disk { free_bytes: of(facts.f_bavail), bytes: of(facts.f_blocks) })
}

/// Where sticks and other disks are mounted. A network that hangs is not asked: only disks of this machine are.
#[must_use]
pub fn mounted() -> Vec<Mounted> {
    let mounts = text("/proc/self/mounts").map(|text| parse::sticks(&text)).unwrap_or_default();
    let found = mounts.into_iter().filter_map(|folder| {
        let is_writable = rustix::fs::access(&folder, rustix::fs::Access::WRITE_OK).is_ok();
        Some(Mounted { disk: disk(&folder)?, folder, is_writable })
    });
    found.take(MOST_MOUNTS).collect()
}

/// A file of the kernel, without the line break at its end.
fn text(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim_end_matches(['\n', '\0']).to_owned())
}

/// The hottest of all zones that the kernel knows.
fn hottest() -> Option<i64> {
    let zones = fs::read_dir("/sys/class/thermal").ok()?.flatten();
    let degrees = zones.filter_map(|zone| fs::read_to_string(zone.path().join("temp")).ok()?.trim().parse().ok());
    degrees.filter(|degrees| parse::is_warmth(*degrees)).max()
}

fn model() -> Option<String> {
    let board = || text("/proc/device-tree/model");
    let pc = || text("/sys/class/dmi/id/product_name");
    board().or_else(pc).filter(|name| !name.trim().is_empty())
}

/// By the traces that the usual ones leave while they run.
fn time_service() -> Option<&'static str> {
    const TRACES: [(&str, &str); 5] = [
        ("/run/systemd/timesync/synchronized", "systemd-timesyncd"),
        ("/run/chrony/chronyd.pid", "chrony"),
        ("/run/chronyd.pid", "chrony"),
        ("/run/ntpd.pid", "ntpd"),
        ("/run/ntpd-rs/observe", "ntpd-rs"),
    ];
    TRACES.iter().find(|(trace, _)| Path::new(trace).exists()).map(|(_, name)| *name)
}

fn zone() -> Option<String> {
    let link = fs::read_link("/etc/localtime").ok()?;
    parse::zone(link.to_str()?).map(str::to_owned).or_else(|| text("/etc/timezone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_tells_of_itself() {
        let machine = look();
        let memory = machine.memory.unwrap();
        assert!(memory.bytes > memory.available_bytes && memory.available_bytes > 0);
        assert!(machine.own_bytes.unwrap() < memory.bytes);
        assert!(machine.own_uptime_s.unwrap() <= machine.uptime_s.unwrap());
        assert!(machine.processors > 0 && machine.kernel.is_some());
        let folder = tempfile::tempdir().unwrap();
        let disk = disk(folder.path()).unwrap();
        assert!(disk.bytes >= disk.free_bytes);
        assert_eq!(super::disk(Path::new("/nothing/here")), None);
    }
}
