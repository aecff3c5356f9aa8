//! Watchers: threads that look at something of the machine again and again, and tell the loop what alarms stand.
//!
//! In: what to look at, and how often. Out: news with all alarms of that source, whenever they change. Each source has its
//! own thread, for looking may hang (a dead disk, a frozen sound server) and must hold up nothing. Next: `alarm`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::keeper::News;
use crate::alarm::Alarm;
use crate::output::mixer::{self, Control};
use crate::output::{OtherCard, Output};

/// Small next to what fills a disk, and nothing next to what looking costs.
pub(super) const DISK_EVERY: Duration = Duration::from_secs(5);

/// Behind a sound server a look is a connection of its own: every 5 s they cost more than a quarter of what airing costs.
pub(super) const OUTPUT_EVERY: Duration = Duration::from_secs(20);

/// One watcher; its thread ends soon after this is dropped, and is not waited for.
pub(super) struct Watch {
    _closes: Sender<()>,
}

impl Watch {
    /// Looks at once and then again and again.
    pub(super) fn start(
        source: &'static str,
        every: Duration,
        mut look: impl FnMut() -> Vec<Alarm> + Send + 'static,
        news: UnboundedSender<News>,
    ) -> std::io::Result<Self> {
        let (handle, closed) = channel::<()>();
        std::thread::Builder::new().name(source.into()).spawn(move || {
            let mut stand = Vec::new();
            loop {
                let found = look();
                if found != stand {
                    stand.clone_from(&found);
                    // A loop that has ended hears nothing, and ends this thread too.
                    let _ = news.send(News::Alarms(source, found));
                }
                if closed.recv_timeout(every) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        })?;
        Ok(Self { _closes: handle })
    }
}

/// What stands against the disk of the data folder. The figure is rounded to tens, so that it does not change with every
/// row.
pub(super) fn disk(data_dir: PathBuf, warn_free_mb: u32) -> impl FnMut() -> Vec<Alarm> + Send {
    move || match free_mb(&data_dir) {
        Ok(free_mb) if free_mb < u64::from(warn_free_mb) => {
            vec![Alarm::DiskLow { free_mb: free_mb / 10 * 10, warn_free_mb }]
        }
        Ok(_) => Vec::new(),
        Err(error) => vec![Alarm::DiskUnknown { why: error.to_string() }],
    }
}

/// What is free for this program, in megabytes of 1,000,000 bytes.
fn free_mb(folder: &Path) -> std::io::Result<u64> {
    let facts = rustix::fs::statvfs(folder)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize) / 1_000_000)
}

/// What keeps the card silent that plays, and whether it is another card than at first. While none is open, or it cannot be asked, what was found last stands: a sound
/// server is never woken for this, and a card that went away muted is not cured by that.
pub(super) fn output(output: Arc<dyn Output>) -> impl FnMut() -> Vec<Alarm> + Send {
    let mut stand = Vec::new();
    move || {
        let seen = output.mixer().and_then(|mixer| Some((mixer::read(&mixer).ok()?, mixer)));
        if let Some((controls, mixer)) = seen {
            stand = silence(&controls, &mixer);
        }
        let other = output.other_card().map(|OtherCard { first, found, file }| {
            let file = file.display().to_string();
            Alarm::OtherCard { first, found, file }
        });
        stand.iter().cloned().chain(other).collect()
    }
}

fn silence(controls: &[Control], mixer: &str) -> Vec<Alarm> {
    let (muted, zero): (Vec<_>, Vec<_>) = mixer::silencing(controls).into_iter().partition(|each| each.is_muted);
    let names = |controls: Vec<&Control>| controls.into_iter().map(|each| each.name.clone()).collect::<Vec<_>>();
    let (muted, zero, mixer) = (names(muted), names(zero), mixer.to_owned());
    let mut alarms = Vec::new();
    if !muted.is_empty() {
        alarms.push(Alarm::OutputMuted { mixer: mixer.clone(), controls: muted });
    }
    if !zero.is_empty() {
        alarms.push(Alarm::OutputVolumeZero { mixer, controls: zero });
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_muted_is_told_apart_from_what_is_at_zero() {
        let control = |name: &str, percent, is_muted| Control { name: name.into(), percent, millibels: None, is_muted };
        let controls =
            [control("Master", Some(0), true), control("PCM", Some(0), false), control("Speaker", None, false)];
        let alarms = silence(&controls, "hw:PCH");
        let mixer = || "hw:PCH".to_owned();
        let muted = Alarm::OutputMuted { mixer: mixer(), controls: vec!["Master".into()] };
        assert_eq!(alarms, [muted, Alarm::OutputVolumeZero { mixer: mixer(), controls: vec!["PCM".into()] }]);
        assert_eq!(silence(&controls[2..], "hw:PCH"), []);
    }

    /// A card that has come to be another one, until it is plugged in again.
    struct Swapped(std::sync::atomic::AtomicBool);

    impl Output for Swapped {
        fn open(
            &self,
            _: &mut dyn FnMut(&crate::output::Format) -> crate::output::Feed,
        ) -> Result<Box<dyn crate::output::Stream>, crate::output::OpenError> {
            Err(crate::output::OpenError("never opened".into()))
        }

        fn other_card(&self) -> Option<OtherCard> {
            let is_other = self.0.load(std::sync::atomic::Ordering::Relaxed);
            is_other.then(|| OtherCard { first: "Device".into(), found: "PCH".into(), file: "f".into() })
        }
    }

    #[test]
    fn another_card_is_an_alarm_until_the_first_one_is_back() {
        let card = Arc::new(Swapped(true.into()));
        let mut look = output(Arc::clone(&card) as Arc<dyn Output>);
        let alarm = Alarm::OtherCard { first: "Device".into(), found: "PCH".into(), file: "f".into() };
        assert_eq!(look(), [alarm]);
        card.0.store(false, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(look(), []);
    }

    #[test]
    fn less_than_the_setting_is_an_alarm_and_zero_is_never() {
        let folder = tempfile::tempdir().unwrap();
        let free = free_mb(folder.path()).unwrap();
        assert_eq!(disk(folder.path().into(), 0)(), []);
        assert_eq!(disk(folder.path().into(), u32::try_from(free / 2).unwrap())(), []);
        let alarms = disk(folder.path().into(), u32::MAX)();
        assert!(matches!(alarms[..], [Alarm::DiskLow { warn_free_mb: u32::MAX, .. }]), "{alarms:?}");
        assert!(matches!(disk("/nothing/here".into(), 1)()[..], [Alarm::DiskUnknown { .. }]));
    }
}
