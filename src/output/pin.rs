//! Which card a device setting means at this moment, and that it stays the same card.
//!
//! In: the setting, and what the kernel says of its cards. Out: the name under which ALSA opens it; the card behind an open
//! stream; for `default`, whether that is still the card of the first time. ALSA numbers cards, and names equal ones, in the
//! order in which they were found, so only the socket in which a card sits (`by-path`) tells two of a kind apart. Next: `card`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use super::{OpenError, mixer};

/// Why a device setting may come to mean another card by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// `default`, on a machine with these cards.
    DefaultOfMany(Vec<String>),
    /// A card by its number.
    ByNumber,
    /// A card by a name that it has before another of its kind, which calls itself so, only by the order of discovery.
    Twin(String),
}

/// The doubt about a device setting on this machine.
#[must_use]
pub fn doubt(setting: &str) -> Option<Doubt> {
    Cards::default().doubt(setting)
}

/// What ids of a socket begin with.
pub(super) const BY_PATH: &str = "alsa:by-path:";

/// Where the kernel and udev say which cards there are.
#[derive(Debug, Clone)]
pub(super) struct Cards {
    /// A link per socket that holds a card: `pci-0000:00:14.0-usb-0:2:1.0` to `../controlC1`.
    pub(super) by_path: PathBuf,
    /// `cards`, and a folder per card.
    pub(super) asound: PathBuf,
    /// Links to what this process has open.
    pub(super) open_files: PathBuf,
}

impl Default for Cards {
    fn default() -> Self {
        Self { by_path: "/dev/snd/by-path".into(), asound: "/proc/asound".into(), open_files: "/proc/self/fd".into() }
    }
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// Given in the order of discovery; another one after the next start.
    pub(super) number: u32,
    /// ALSA's name for it: `PCH`, `Device`, for a second one of a kind `Device_1`.
    pub(super) id: String,
    /// What it calls itself; equal for two of a kind.
    pub(super) name: String,
}

impl Cards {
    /// All cards by number; none where there is no sound system.
    pub(super) fn all(&self) -> Vec<Known> {
        let text = fs::read_to_string(self.asound.join("cards")).unwrap_or_default();
        text.lines().filter_map(known).collect()
    }

    /// The number of the card in a socket.
    fn in_socket(&self, socket: &str) -> Option<u32> {
        let target = fs::read_link(self.by_path.join(socket)).ok()?;
        target.file_name()?.to_str()?.strip_prefix("controlC")?.parse().ok()
    }

    /// The id by socket and the number of every card that has one, sorted.
    pub(super) fn sockets(&self) -> Vec<(String, u32)> {
        let entries = fs::read_dir(&self.by_path).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut all: Vec<_> =
            names.filter_map(|name| self.in_socket(&name).map(|number| (format!("{BY_PATH}{name}"), number))).collect();
        all.sort();
        all
    }

    /// Whether the kernel knows that the card of a device is not there; asked in microseconds where ALSA takes
    /// milliseconds to find out. Where the kernel tells nothing, no card is known to be gone.
    pub(super) fn is_gone(&self, id: &str) -> bool {
        let Ok(text) = fs::read_to_string(self.asound.join("cards")) else { return false };
        let mixer = mixer::of_device(id);
        let Some(card) = mixer.strip_prefix("hw:") else { return false };
        !text.lines().filter_map(known).any(|each| each.id == card || each.number.to_string() == card)
    }

    /// Whether another card of the same kind is there.
    pub(super) fn is_twin(&self, card: &str) -> Option<Known> {
        let all = self.all();
        let this = all.iter().find(|each| each.id == card)?;
        let has_twin = all.iter().any(|each| each.name == this.name && each.number != this.number);
        has_twin.then(|| this.clone())
    }

    pub(super) fn doubt(&self, setting: &str) -> Option<Doubt> {
        if setting == "default" {
            let names: Vec<_> = self.all().into_iter().map(|card| card.id).collect();
            return (names.len() > 1).then_some(Doubt::DefaultOfMany(names));
        }
        if setting.starts_with(BY_PATH) {
            return None;
        }
        let mixer = mixer::of_device(setting);
        let card = mixer.strip_prefix("hw:")?;
        if card.starts_with(|first: char| first.is_ascii_digit()) {
            return Some(Doubt::ByNumber);
        }
        self.is_twin(card).map(|card| Doubt::Twin(card.name))
    }

    /// Numbers of a card's playback devices, ascending.
    pub(super) fn playback_devices(&self, card: u32) -> Vec<u32> {
        let entries = fs::read_dir(self.asound.join(format!("card{card}"))).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut all: Vec<u32> =
            names.filter_map(|name| name.strip_prefix("pcm")?.strip_suffix('p')?.parse().ok()).collect();
        all.sort_unstable();
        all
    }

    /// What cpal calls the device that is set: the same, unless a socket is set.
    pub(super) fn resolve(&self, setting: &str) -> Result<String, OpenError> {
        let Some(rest) = setting.strip_prefix(BY_PATH) else { return Ok(setting.to_owned()) };
        let (socket, device) = rest.rsplit_once(",DEV=").unwrap_or((rest, "0"));
        match self.in_socket(socket) {
            // `plughw`, since a card that takes neither our rate nor our samples is no reason for silence.
            Some(number) => Ok(format!("alsa:plughw:CARD={number},DEV={device}")),
            None => {
                Err(OpenError(format!("there is no card in the socket `{socket}`; `loa devices` lists those with one")))
            }
        }
    }

    /// Playback devices that this process holds open: file descriptor and number of the card.
    pub(super) fn open(&self) -> Vec<(PathBuf, u32)> {
        let entries = fs::read_dir(&self.open_files).into_iter().flatten().flatten();
        let links = entries.filter_map(|entry| Some((entry.path(), fs::read_link(entry.path()).ok()?)));
        links.filter_map(|(fd, target)| Some((fd, played_card(target.to_str()?)?))).collect()
    }

    /// The card that was opened since `before`; `None` behind a sound server, or when more than one was.
    pub(super) fn opened_since(&self, before: &[(PathBuf, u32)]) -> Option<Known> {
        let now = self.open();
        let new: Vec<_> = now.iter().filter(|each| !before.contains(each)).collect();
        // A descriptor that was closed and given out anew meanwhile looks like the old one.
        let mut cards: Vec<_> =
            if new.is_empty() { now.iter().collect() } else { new }.iter().map(|each| each.1).collect();
        cards.sort_unstable();
        cards.dedup();
        let [number] = cards[..] else { return None };
        self.all().into_iter().find(|card| card.number == number)
    }
}

/// A line of `/proc/asound/cards`: ` 1 [Device         ]: USB-Audio - USB Audio Device`.
fn known(line: &str) -> Option<Known> {
    let (number, rest) = line.split_once('[')?;
    let (id, rest) = rest.split_once("]:")?;
    let (_, name) = rest.split_once(" - ")?;
    Some(Known { number: number.trim().parse().ok()?, id: id.trim().into(), name: name.trim().into() })
}

/// The card of `/dev/snd/pcmC1D0p`.
fn played_card(target: &str) -> Option<u32> {
    let (card, device) = target.strip_prefix("/dev/snd/pcmC")?.strip_suffix('p')?.split_once('D')?;
    device.parse::<u32>().ok()?;
    card.parse().ok()
}

/// `default` has come to mean another card than at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCard {
    /// The name of the card that the station has played on.
    pub first: String,
    /// That of the card which `default` means now.
    pub found: String,
    /// The file in which the first one is remembered.
    pub file: PathBuf,
}

/// The card that `default` stood for when this station first opened it, kept in a file of the data folder.
#[derive(Debug, Clone)]
pub(super) struct FirstCard(pub(super) PathBuf);

impl FirstCard {
    /// Refuses another card than the first one; remembers the first.
    pub(super) fn insist(&self, found: &Known) -> Result<(), OtherCard> {
        let remembered = fs::read_to_string(&self.0).and_then(|text| match text.trim() {
            // What a power cut may leave of a file names no card, as little as no file does.
            "" => Err(ErrorKind::NotFound.into()),
            _ => Ok(text),
        });
        match remembered {
            Ok(first) if first.trim() == found.id => Ok(()),
            Ok(first) => Err(OtherCard { first: first.trim().into(), found: found.id.clone(), file: self.0.clone() }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if let Err(error) = self.remember(found) {
                    tracing::warn!("cannot remember the sound card in `{}`: {error}", self.0.display());
                }
                Ok(())
            }
            Err(error) => {
                tracing::warn!("cannot read `{}`: {error}; any card is taken", self.0.display());
                Ok(())
            }
        }
    }

    /// The file has its name only when all of it is on the disk.
    fn remember(&self, card: &Known) -> io::Result<()> {
        let unfinished = self.0.with_extension("unfinished");
        let mut file = File::create(&unfinished)?;
        writeln!(file, "{}", card.id)?;
        file.sync_all()?;
        fs::rename(unfinished, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const CARDS: &str = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      HDA Intel PCH at 0xf7c10000 irq 31\n \
                         1 [Device         ]: USB-Audio - USB Audio Device\n                      C-Media USB Audio Device at usb-0000:00:14.0-2, full speed\n";

    /// A machine with an internal card and two equal USB cards, which sit in these sockets at the moment.
    fn machine(sockets: &[(&str, u32)]) -> (tempfile::TempDir, Cards) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let cards = Cards { by_path: at("by-path"), asound: at("asound"), open_files: at("fd") };
        for each in [&cards.by_path, &cards.asound, &cards.open_files] {
            fs::create_dir(each).unwrap();
        }
        let second = " 2 [Device_1       ]: USB-Audio - USB Audio Device\n";
        fs::write(cards.asound.join("cards"), format!("{CARDS}{second}")).unwrap();
        for (socket, number) in sockets {
            symlink(format!("../controlC{number}"), cards.by_path.join(socket)).unwrap();
        }
        (folder, cards)
    }

    #[test]
    fn a_socket_means_the_same_card_whatever_its_number() {
        let socket = "pci-0000:00:14.0-usb-0:2:1.0";
        let (_a, first) = machine(&[(socket, 1), ("pci-0000:00:14.0-usb-0:3:1.0", 2)]);
        let (_b, after) = machine(&[(socket, 2), ("pci-0000:00:14.0-usb-0:3:1.0", 1)]);
        let id = format!("{BY_PATH}{socket}");
        assert_eq!(first.resolve(&id).unwrap(), "alsa:plughw:CARD=1,DEV=0");
        assert_eq!(after.resolve(&id).unwrap(), "alsa:plughw:CARD=2,DEV=0");
        assert_eq!(after.resolve(&format!("{id},DEV=3")).unwrap(), "alsa:plughw:CARD=2,DEV=3");
        assert_eq!(first.sockets(), [(id.clone(), 1), (format!("{BY_PATH}pci-0000:00:14.0-usb-0:3:1.0"), 2)]);
        let (_c, empty) = machine(&[]);
        assert!(empty.resolve(&id).is_err_and(|why| why.0.contains(socket)));
        assert_eq!(empty.resolve("alsa:hw:CARD=PCH").unwrap(), "alsa:hw:CARD=PCH", "other ids are ALSA's own");
    }

    #[test]
    fn the_card_behind_a_stream_is_what_the_process_has_opened_for_playing() {
        let (_folder, cards) = machine(&[]);
        let link = |fd: &str, to: &str| symlink(to, cards.open_files.join(fd)).unwrap();
        link("0", "/dev/null");
        link("3", "/dev/snd/controlC2");
        link("4", "/dev/snd/pcmC2D0c");
        assert_eq!(cards.opened_since(&[]), None, "a socket of a sound server is no card");
        link("5", "/dev/snd/pcmC0D0p");
        let before = cards.open();
        link("6", "/dev/snd/pcmC1D0p");
        let device = Known { number: 1, id: "Device".into(), name: "USB Audio Device".into() };
        assert_eq!(cards.opened_since(&before), Some(device), "a stream that hangs in closing still holds the other");
    }

    #[test]
    fn a_card_is_gone_only_by_the_kernels_word() {
        let (_folder, cards) = machine(&[]);
        for there in ["alsa:hw:CARD=PCH,DEV=0", "alsa:plughw:CARD=2,DEV=0", "default", "alsa:pulse"] {
            assert!(!cards.is_gone(there), "{there}");
        }
        assert!(cards.is_gone("alsa:hw:CARD=Loa,DEV=0") && cards.is_gone("alsa:hw:3,0"));
        fs::write(cards.asound.join("cards"), "--- no soundcards ---\n").unwrap();
        assert!(cards.is_gone("alsa:hw:CARD=PCH,DEV=0"));
        fs::remove_file(cards.asound.join("cards")).unwrap();
        assert!(!cards.is_gone("alsa:hw:CARD=PCH,DEV=0"));
    }

    #[test]
    fn a_setting_that_may_come_to_mean_another_card_is_told() {
        let (_folder, cards) = machine(&[]);
        assert!(matches!(cards.doubt("default"), Some(Doubt::DefaultOfMany(names)) if names.len() == 3));
        assert_eq!(cards.doubt("alsa:hw:0,0"), Some(Doubt::ByNumber));
        assert_eq!(cards.doubt("alsa:hw:CARD=Device,DEV=0"), Some(Doubt::Twin("USB Audio Device".into())));
        for firm in ["alsa:hw:CARD=PCH,DEV=0", "alsa:hw:CARD=Gone", "alsa:by-path:pci-0", "alsa:pulse"] {
            assert_eq!(cards.doubt(firm), None, "{firm}");
        }
        fs::write(cards.asound.join("cards"), CARDS.lines().next().unwrap()).unwrap();
        assert_eq!(cards.doubt("default"), None, "the only card");
    }

    #[test]
    fn default_stays_the_card_that_it_was_at_first() {
        let (folder, cards) = machine(&[]);
        let first = FirstCard(folder.path().join("default-card"));
        let all = cards.all();
        assert_eq!(all.iter().map(|card| card.id.as_str()).collect::<Vec<_>>(), ["PCH", "Device", "Device_1"]);
        assert_eq!(first.insist(&all[1]), Ok(()));
        assert_eq!(first.insist(&all[1]), Ok(()));
        let renumbered = Known { number: 0, ..all[1].clone() };
        assert_eq!(first.insist(&renumbered), Ok(()));
        let file = first.0.clone();
        let other = OtherCard { first: "Device".into(), found: "PCH".into(), file: file.clone() };
        assert_eq!(first.insist(&all[0]), Err(other));
        fs::remove_file(&file).unwrap();
        assert_eq!(first.insist(&all[0]), Ok(()), "a person has decided");
        fs::write(&file, "").unwrap();
        assert_eq!(first.insist(&all[1]), Ok(()), "a power cut has emptied it");
        assert_eq!(fs::read_to_string(&file).unwrap(), "Device\n", "and it is made anew");
        assert!(first.insist(&all[0]).is_err());
    }
}
