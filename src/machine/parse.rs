//! What the kernel writes of itself, taken apart.
//!
//! In: the text of a file of `/proc`, `/sys` or `/etc`. Out: figures, or `None` where a text is not as expected: it is the
//! kernel's to change. Pure. Must never take a part that is missing for zero. Next: `mod`.

use std::path::PathBuf;

use serde::Serialize;

/// What all programs use and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// All of it, bytes.
    pub bytes: u64,
    /// What programs could have without swapping, bytes.
    pub available_bytes: u64,
}

/// How many programs want a processor, on average over a minute, five and fifteen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Load(
    /// Over one minute, over five, over fifteen.
    pub [f64; 3],
);

/// `/proc/meminfo`.
pub(super) fn memory(text: &str) -> Option<Memory> {
    Some(Memory { bytes: kilobytes(text, "MemTotal")?, available_bytes: kilobytes(text, "MemAvailable")? })
}

/// `/proc/self/status`: what is in memory now.
pub(super) fn own_bytes(text: &str) -> Option<u64> {
    kilobytes(text, "VmRSS")
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let figure: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    figure.checked_mul(1024)
}

/// `/proc/loadavg`.
pub(super) fn load(text: &str) -> Option<Load> {
    let mut figures = text.split(' ').map(|figure| figure.parse().ok());
    Some(Load([figures.next()??, figures.next()??, figures.next()??]))
}

/// `/proc/uptime`, whole seconds.
pub(super) fn uptime_s(text: &str) -> Option<u64> {
    text.split('.').next()?.parse().ok()
}

/// `/proc/self/stat`: when the program was started, in ticks since the machine was. Its own name, which may hold anything, is
/// in brackets.
pub(super) fn started_ticks(text: &str) -> Option<u64> {
    let (_, behind) = text.rsplit_once(") ")?;
    behind.split(' ').nth(19)?.parse().ok()
}

/// Whether a figure of a sensor can be a warmth: some that measure nothing tell zero or the least of all numbers.
pub(super) fn is_warmth(millidegrees: i64) -> bool {
    (1_000..150_000).contains(&millidegrees)
}

/// `/etc/os-release`.
pub(super) fn system(text: &str) -> Option<String> {
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

/// `/proc/asound/version`.
pub(super) fn alsa(text: &str) -> Option<String> {
    let (_, version) = text.lines().next()?.split_once("Version ")?;
    Some(version.trim_end_matches('.').to_owned())
}

/// Where `/etc/localtime` points.
pub(super) fn zone(link: &str) -> Option<&str> {
    link.split_once("zoneinfo/").map(|(_, zone)| zone)
}

/// `/proc/self/mounts`: where disks of this machine are mounted that a person may take away. Folders of networks, of memory
/// and of the system itself are left out.
pub(super) fn sticks(text: &str) -> Vec<PathBuf> {
    const ABOVE: [&str; 3] = ["/media/", "/mnt", "/run/media/"];
    let folder = |line: &str| {
        let mut fields = line.split(' ');
        let (device, folder) = (fields.next()?, unescaped(fields.next()?));
        let is_disk = device.starts_with("/dev/");
        (is_disk && ABOVE.iter().any(|above| folder.starts_with(above))).then(|| PathBuf::from(folder))
    };
    let mut found: Vec<_> = text.lines().filter_map(folder).collect();
    found.sort();
    found.dedup();
    found
}

/// The kernel writes blanks and a few others as `\040`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.as_bytes());
        let byte = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(byte.unwrap_or(b'\\'));
        rest = if byte.is_some() { &after[3..] } else { after };
    }
    bytes.extend(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_told_in_bytes() {
        let text = "MemTotal:        2040196 kB\nMemFree:          100 kB\nMemAvailable:    1612340 kB\n";
        assert_eq!(memory(text), Some(Memory { bytes: 2_089_160_704, available_bytes: 1_651_036_160 }));
        assert_eq!(memory("MemTotal: 3 kB\n"), None, "an old kernel tells no MemAvailable");
        assert_eq!(memory("MemTotal: x kB\nMemAvailable: 1 kB\n"), None);
        assert_eq!(own_bytes("Name:\tloa\nVmRSS:\t   21504 kB\n"), Some(22_020_096));
    }

    #[test]
    fn load_and_uptimes_are_read() {
        assert_eq!(load("0.93 0.75 1.05 3/812 1234"), Some(Load([0.93, 0.75, 1.05])));
        assert_eq!(load("0.93 0.75"), None);
        assert_eq!(uptime_s("45123.18 80011.02"), Some(45_123));
        let stat = "71 (lo) a (b) S 1 71 71 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 9 0 98765 1000 200";
        assert_eq!(started_ticks(stat), Some(98_765));
        assert_eq!(started_ticks("71"), None);
    }

    #[test]
    fn a_sensor_that_measures_nothing_is_no_warmth() {
        assert!(
            is_warmth(48_500) && !is_warmth(0) && !is_warmth(-274_000) && !is_warmth(i64::MIN) && !is_warmth(1 << 31)
        );
    }

    #[test]
    fn names_and_versions_are_read() {
        assert_eq!(system("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 13\"\n").as_deref(), Some("Debian GNU/Linux 13"));
        let version = "Advanced Linux Sound Architecture Driver Version k6.12.48.\n";
        assert_eq!(alsa(version).as_deref(), Some("k6.12.48"));
        assert_eq!(zone("/usr/share/zoneinfo/Asia/Ho_Chi_Minh"), Some("Asia/Ho_Chi_Minh"));
        assert_eq!(zone("/etc/x"), None);
    }

    #[test]
    fn only_disks_that_a_person_plugs_in_are_places_for_a_copy() {
        let text = "/dev/sda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/sdb1 /media/lan/USB\\040\\304\\221\\303\\240i vfat rw 0 0\n\
                    nas:/v /mnt/nas nfs rw 0 0\n/dev/sdc1 /mnt ext4 rw 0 0\n/dev/sdb1 /media/lan/USB\\040\\304\\221\\303\\240i vfat rw 0 0\n\
                    tmpfs /run/media/x tmpfs rw 0 0\n";
        assert_eq!(sticks(text), [PathBuf::from("/media/lan/USB đài"), PathBuf::from("/mnt")]);
        assert_eq!((unescaped("a\\b").as_str(), unescaped("a\\").as_str()), ("a\\b", "a\\"));
    }
}
