//! What a service manager is told: ready, alive, what is on the air, leaving.
//!
//! In: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` as systemd sets them, and the notices of the station. Out: datagrams
//! on the manager's socket. A ping goes out only for a beat of the loop whose signs of life pass the rule in `vigil`; a
//! manager that is not there or does not listen changes nothing for the station. Next: `vigil`.

mod socket; // sd_notify's datagrams
mod vigil; // whether the station lives (pure)
mod words; // the station in one line (pure)

use std::env;
use std::time::Duration;

pub use self::vigil::{Silence, Vigil};

use self::socket::Socket;
use crate::airing::Airing;
use crate::control::Status;
use crate::language::Language;
use crate::station::{Beat, Notice};

/// Between two beats, if the manager asks for no more.
const BEAT: Duration = Duration::from_secs(5);

/// A watchdog that asks for more than this would only keep the machine busy.
const SHORTEST_BEAT: Duration = Duration::from_millis(100);

/// Beats within the manager's patience: one ping that comes late, and one that is withheld while a stalled device is found
/// out, must not end the station.
const BEATS_IN_PATIENCE: u32 = 4;

/// Whether a service manager started us that starts us again when we end: systemd says who it is, and our unit says
/// `Restart=always`.
#[must_use]
pub fn is_managed() -> bool {
    env::var_os("NOTIFY_SOCKET").is_some() && env::var_os("INVOCATION_ID").is_some()
}

/// The service manager that started us.
pub struct Service {
    socket: Socket,
    language: Language,
    /// How often it wants to hear of us; `None` if it has no watchdog.
    patience: Option<Duration>,
    vigil: Vigil,
    /// Why the last beat was no ping.
    silence: Option<Silence>,
    /// As it was told last, with what has happened since.
    status: Option<Status>,
    line: String,
    /// The manager did not listen, and that was said.
    is_deaf: bool,
}

impl Service {
    /// The manager that the environment names, if any.
    #[must_use]
    pub fn from_env(language: Language) -> Option<Self> {
        let name = env::var_os("NOTIFY_SOCKET")?;
        match Socket::connect(&name) {
            Ok(socket) => {
                let text = |name| env::var(name).ok();
                let patience = patience(text("WATCHDOG_USEC"), text("WATCHDOG_PID"), std::process::id());
                let vigil = Vigil::default();
                let line = String::new();
                let (silence, status) = (None, None);
                Some(Self { socket, language, patience, vigil, silence, status, line, is_deaf: false })
            }
            Err(error) => {
                tracing::warn!("the service manager's socket `{}` does not answer: {error}", name.display());
                None
            }
        }
    }

    /// How often the station's loop is to tell a beat.
    #[must_use]
    pub fn beat_every(&self) -> Duration {
        self.patience.map_or(BEAT, |patience| (patience / BEATS_IN_PATIENCE).clamp(SHORTEST_BEAT, BEAT))
    }

    /// Passes a notice on.
    pub fn hear(&mut self, notice: &Notice) {
        match notice {
            Notice::Ready(_) => self.send(&["READY=1"]),
            Notice::Beat(beat) => self.take(beat),
            Notice::Started(item) => self.change(|status| status.desk.on_air = Some(item.clone())),
            Notice::Row(row) => self.change(|status| end(status, row)),
            Notice::Device(device) => self.change(|status| {
                (status.desk.device, status.desk.device_lost) = (device.clone().ok(), device.clone().err());
            }),
            Notice::Leaving => {
                let words = self.language.pick("đang dừng theo lệnh", "stopping as told");
                self.send(&["STOPPING=1", &format!("STATUS={words}")]);
            }
            _ => {}
        }
    }

    fn take(&mut self, beat: &Beat) {
        let on_air = beat.status.desk.on_air.is_some();
        let judged = self.vigil.judge(beat.vitals, beat.store_silent, on_air);
        let silence = judged.err();
        if let Some(why) = silence.filter(|_| silence != self.silence) {
            tracing::error!("the service manager is not told that the station lives: {}", Language::En.silence(why));
        }
        self.silence = silence;
        if silence.is_none() && self.patience.is_some() {
            self.send(&["WATCHDOG=1"]);
        }
        self.status = Some(beat.status.clone());
        self.say();
    }

    fn change(&mut self, change: impl FnOnce(&mut Status)) {
        if let Some(status) = &mut self.status {
            change(status);
            self.say();
        }
    }

    /// Tells the line if it has changed.
    fn say(&mut self) {
        let Some(status) = &self.status else { return };
        let line = words::line(status, self.silence, self.language);
        if line != self.line {
            self.send(&[&format!("STATUS={line}")]);
            self.line = line;
        }
    }

    /// A manager that does not listen is said once; a ping it does not hear is its own to judge.
    fn send(&mut self, lines: &[&str]) {
        if let Err(error) = self.socket.send(lines)
            && !std::mem::replace(&mut self.is_deaf, true)
        {
            tracing::warn!("the service manager does not listen: {error}");
        }
    }
}

/// What has ended is no longer on the air.
fn end(status: &mut Status, row: &Airing) {
    if status.desk.on_air.as_ref().is_some_and(|item| item.airing == row.airing) {
        status.desk.on_air = None;
    }
}

/// How long the manager waits for a ping: what it says, if it says so to this process.
fn patience(usec: Option<String>, of: Option<String>, pid: u32) -> Option<Duration> {
    if of.is_some_and(|of| of.parse() != Ok(pid)) {
        return None;
    }
    let usec: u64 = usec?.parse().ok()?;
    (usec > 0).then(|| Duration::from_micros(usec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_counts_only_for_the_process_that_it_names() {
        let asked = |usec: &str, of: Option<&str>| patience(Some(usec.to_owned()), of.map(str::to_owned), 7);
        assert_eq!(asked("20000000", None), Some(Duration::from_secs(20)));
        assert_eq!(asked("20000000", Some("7")), Some(Duration::from_secs(20)));
        for (usec, of) in [("20000000", Some("8")), ("20000000", Some("x")), ("0", None), ("soon", None)] {
            assert_eq!(asked(usec, of), None, "{usec} {of:?}");
        }
        assert_eq!(patience(None, None, 7), None);
    }
}
