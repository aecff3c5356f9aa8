//! The volume and the mute switches behind an output: what ALSA's mixer says of the controls that sound passes through.
//!
//! In: the name of a control device. Out: its playback controls, and which of them keep everything silent. Our own level is
//! measured before all of these, so that only this room knows of a card that was muted. Looking may hang (a sound server
//! that is frozen), so callers do it on a thread of their own. Must never change a control. Next: `station::watch`.

use alsa::mixer::{Mixer, Selem, SelemChannelId};

use super::OpenError;
use super::alsa_words::quietly;

/// Controls that all sound of a card passes through.
const MAINS: [&str; 3] = ["Master", "PCM", "Digital"];

/// Beginnings of the names of controls of one socket each: silent only if all of a card's are.
const SOCKETS: [&str; 4] = ["Speaker", "Headphone", "Headset", "Line Out"];

/// Below this ALSA means silence by a figure in decibels.
const MILLIBELS_MIN: i64 = -99_999;

/// One control on the way from the program to the loudspeakers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// ALSA's name; a second one of that name has `,1` behind it, as `amixer` writes it.
    pub name: String,
    /// The loudest channel in percent of the control's range; 0 only at its lower end. `None` if it is only a switch.
    pub percent: Option<u8>,
    /// The same in hundredths of a decibel, where the driver tells it.
    pub millibels: Option<i64>,
    /// Whether it is switched off on all channels.
    pub is_muted: bool,
}

impl Control {
    /// Whether nothing gets through.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.is_muted || self.percent == Some(0)
    }

    fn is_main(&self) -> bool {
        let name = self.name.split(',').next().unwrap_or_default();
        MAINS.contains(&name)
    }

    fn is_socket(&self) -> bool {
        let is_output = SOCKETS.iter().any(|socket| self.name.starts_with(socket)) || self.name == "Front";
        is_output && !self.name.contains("Mic")
    }
}

/// The controls that keep a card silent: each main one that is muted or at zero; those of the sockets if they all are; and
/// whatever is the card's only control. Others (a microphone's monitor, a beep) say nothing about what is heard.
#[must_use]
pub fn silencing(controls: &[Control]) -> Vec<&Control> {
    if let [only] = controls {
        return controls.iter().filter(|_| only.is_silent()).collect();
    }
    let sockets: Vec<_> = controls.iter().filter(|control| control.is_socket()).collect();
    let all_sockets_silent = sockets.iter().all(|control| control.is_silent());
    let counts = |control: &Control| control.is_main() || (all_sockets_silent && control.is_socket());
    controls.iter().filter(|control| control.is_silent() && counts(control)).collect()
}

/// The control device that belongs to a device: that of its card, or the one that goes by the same name.
#[must_use]
pub fn of_device(id: &str) -> String {
    let pcm = id.strip_prefix("alsa:").unwrap_or(id);
    let Some((_, arguments)) = pcm.split_once(':') else { return pcm.to_owned() };
    let card = arguments.split(',').find_map(|argument| argument.strip_prefix("CARD="));
    let card = card.or_else(|| arguments.split(',').next().filter(|first| !first.contains('=')));
    card.map_or_else(|| pcm.to_owned(), |card| format!("hw:{}", card.trim()))
}

/// The playback controls of a control device such as `hw:PCH` or `default`, in the driver's order.
pub fn read(mixer: &str) -> Result<Vec<Control>, OpenError> {
    let (result, alsa) = quietly(|| {
        let mixer = Mixer::new(mixer, true)?;
        alsa::Result::Ok(mixer.iter().filter_map(Selem::new).filter_map(|selem| control(&selem)).collect())
    });
    result.map_err(|error: alsa::Error| OpenError(alsa.unwrap_or_else(|| error.to_string())))
}

fn control(selem: &Selem<'_>) -> Option<Control> {
    if !selem.can_playback() {
        return None;
    }
    let id = selem.get_id();
    let name = match id.get_index() {
        0 => id.get_name().ok()?.to_owned(),
        index => format!("{},{index}", id.get_name().ok()?),
    };
    let channels: Vec<_> =
        SelemChannelId::all().iter().filter(|channel| selem.has_playback_channel(**channel)).collect();
    let loudest = selem.has_playback_volume().then(|| {
        let volumes = channels.iter().filter_map(|channel| selem.get_playback_volume(**channel).ok());
        volumes.max()
    });
    let (low, high) = selem.get_playback_volume_range();
    let loudest = loudest.flatten().filter(|_| high > low);
    let millibels = loudest.and_then(|volume| selem.ask_playback_vol_db(volume).ok()).map(|level| level.0);
    let is_on = |channel: &&SelemChannelId| selem.get_playback_switch(**channel).is_ok_and(|on| on != 0);
    Some(Control {
        name,
        percent: loudest.map(|volume| percent(volume, low, high)),
        millibels: millibels.filter(|level| *level >= MILLIBELS_MIN),
        is_muted: selem.has_playback_switch() && !channels.is_empty() && !channels.iter().any(is_on),
    })
}

/// Rounded up, so that only the lower end is 0.
fn percent(volume: i64, low: i64, high: i64) -> u8 {
    let (above, range) = (i128::from(volume) - i128::from(low), i128::from(high) - i128::from(low));
    u8::try_from((above * 100 + range - 1).div_euclid(range).clamp(0, 100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(name: &str, percent: u8, is_muted: bool) -> Control {
        Control { name: name.into(), percent: Some(percent), millibels: None, is_muted }
    }

    fn silent_ones(controls: &[(&str, u8, bool)]) -> Vec<String> {
        let all: Vec<_> = controls.iter().map(|(name, percent, muted)| control(name, *percent, *muted)).collect();
        silencing(&all).into_iter().map(|control| control.name.clone()).collect()
    }

    #[test]
    fn a_main_control_alone_keeps_a_card_silent() {
        assert_eq!(silent_ones(&[("Master", 80, false), ("PCM", 100, false)]), Vec::<String>::new());
        assert_eq!(silent_ones(&[("Master", 80, true), ("PCM", 0, false), ("Speaker", 50, false)]), ["Master", "PCM"]);
    }

    #[test]
    fn sockets_count_when_all_of_them_are_silent() {
        let headphones_in = [("Master", 80, false), ("Speaker", 70, true), ("Headphone", 70, false)];
        assert_eq!(silent_ones(&headphones_in), Vec::<String>::new());
        let all = [("Master", 80, false), ("Speaker", 70, true), ("Headphone,1", 0, false), ("Front Mic", 9, true)];
        assert_eq!(silent_ones(&all), ["Speaker", "Headphone,1"]);
    }

    #[test]
    fn what_is_only_heard_beside_the_programme_never_counts_unless_it_is_all_there_is() {
        assert_eq!(silent_ones(&[("Mic", 0, true), ("Beep", 0, true), ("Headset Mic", 0, true)]), Vec::<String>::new());
        assert_eq!(silent_ones(&[("Lineout volume", 0, false)]), ["Lineout volume"]);
    }

    #[test]
    fn only_the_lower_end_is_zero() {
        assert_eq!([0, 1, 327, 65_535, 65_536].map(|volume| percent(volume, 0, 65_536)), [0, 1, 1, 100, 100]);
        assert_eq!([-10_239, -5_000, 400].map(|volume| percent(volume, -10_239, 400)), [0, 50, 100]);
    }

    #[test]
    fn each_device_has_the_controls_of_its_card() {
        let cases = [
            ("default", "default"),
            ("alsa:pulse", "pulse"),
            ("alsa:hw:CARD=PCH,DEV=3", "hw:PCH"),
            ("alsa:sysdefault:CARD=Device_1", "hw:Device_1"),
            ("alsa:plughw:1,0", "hw:1"),
        ];
        for (id, mixer) in cases {
            assert_eq!(of_device(id), mixer, "{id}");
        }
    }

    #[test]
    fn a_mixer_that_is_not_there_is_named() {
        assert!(read("loa-no-such-card").is_err_and(|why| why.0.contains("loa-no-such-card")));
    }
}
