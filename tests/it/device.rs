//! The real path through rodio, cpal and ALSA, held against what a card or a sound server really played.
//!
//! In: feeds whose every sample is known. Out: the same samples, and how an output that stalls, dies, comes back or was
//! never there is told of. Timing is printed, never asserted: a busy machine is no bug. Next: `soundcard`.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc;

use loa::clock::Clock;
use loa::output::card::Card;
use loa::output::devices::list;
use loa::output::{Feed, Format, Output, Stamp};
use loa::playout::supervisor::{Change, Supervisor};

use crate::soundcard::{Fault, SoundCard, SoundServer, wait_for};

/// Frame `n` of a noise that never repeats within a test and is exact in 16 bits; never zero on both channels.
fn noise(n: u64) -> [f32; 2] {
    let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let sample = |bits: u64| f32::from((bits as i16) | 1) / 65_536.0 * 2.0;
    [sample(mixed >> 48), sample(mixed >> 24)]
}

/// Whether a frame is frame `n` of the noise, to the bit.
fn is_noise(frame: [f32; 2], n: u64) -> bool {
    frame.map(f32::to_bits) == noise(n).map(f32::to_bits)
}

/// The most frames in a row that are noise, from any frame of it on below `end`.
fn longest_noise(frames: &[[f32; 2]], end: u64) -> usize {
    let places: HashMap<_, _> = (0..end).map(|n| (noise(n).map(f32::to_bits), n)).collect();
    let (mut longest, mut at) = (0, 0);
    while at < frames.len() {
        let run = places.get(&frames[at].map(f32::to_bits)).map_or(0, |&start| {
            frames[at..].iter().zip(start..).take_while(|(frame, n)| is_noise(**frame, *n)).count()
        });
        longest = longest.max(run);
        at += run.max(1);
    }
    longest
}

/// A feed that plays the noise, counts it, and tells the stamps of its blocks.
fn noisy(played: &Arc<AtomicU64>, stamps: mpsc::Sender<(u64, Stamp)>) -> Feed {
    let played = Arc::clone(played);
    Box::new(move |block, stamp| {
        let mut n = played.load(Ordering::Relaxed);
        let _ = stamps.send((n, stamp));
        for frame in block.chunks_exact_mut(2) {
            frame.copy_from_slice(&noise(n));
            n += 1;
        }
        played.store(n, Ordering::Release);
    })
}

fn default_card() -> Card {
    Card::new("default", 0, Clock::system())
}

/// Plays the noise on `card` until `frames` frames were played; gives the format and the stamps.
fn play(output: &Card, card: &SoundCard, frames: usize) -> (Format, Vec<(u64, Stamp)>) {
    let (told, stamps) = mpsc::channel();
    let played = Arc::default();
    let mut agreed = None;
    let make = &mut |format: &Format| {
        agreed = Some(format.clone());
        noisy(&played, told.clone())
    };
    let stream = output.open(make).expect("the card opens");
    wait_for("the card to play", 20, || (card.frames().len() >= frames).then_some(()));
    assert_eq!(stream.errors(), (0, None));
    drop(stream);
    (agreed.expect("a card that opens asks for a feed"), stamps.try_iter().collect())
}

#[test]
fn what_a_feed_renders_is_what_the_card_plays_and_when_its_stamps_say() {
    let Some(card) =
        SoundCard::in_own_process("device::what_a_feed_renders_is_what_the_card_plays_and_when_its_stamps_say", "")
    else {
        return;
    };
    let (format, stamps) = play(&default_card(), &card, 96_000);
    assert_eq!(format, Format { rate: 48_000, period: 4096, device: "alsa:default".into() });
    for (n, frame) in card.frames().iter().enumerate() {
        assert!(is_noise(*frame, n as u64), "frame {n}");
    }
    let mut errors: Vec<f64> = stamps
        .iter()
        .skip(2) // the first two fill the buffer before the card starts
        .filter_map(|(n, stamp)| Some((stamp.wall_us + stamp.lead_us) as f64 - card.play_time_us(*n as usize)?))
        .collect();
    errors.sort_by(f64::total_cmp);
    println!(
        "stamp minus play time, us: min {:.0}, median {:.0}, max {:.0}",
        errors[0],
        errors[errors.len() / 2],
        errors[errors.len() - 1]
    );
}

#[test]
fn a_card_of_16_bits_at_44100_hz_gets_exactly_these() {
    let name = "device::a_card_of_16_bits_at_44100_hz_gets_exactly_these";
    let Some(card) = SoundCard::in_own_process(name, "rate 44100 format S16_LE") else { return };
    let (format, _) = play(&default_card(), &card, 44_100);
    assert_eq!(format.rate, 44_100);
    for (n, frame) in card.frames().iter().enumerate() {
        assert!(is_noise(*frame, n as u64), "frame {n}");
    }
}

#[test]
fn a_device_is_found_by_its_id_and_another_is_never_taken_instead() {
    let name = "device::a_device_is_found_by_its_id_and_another_is_never_taken_instead";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    let open = |id: &str| Card::new(id, 0, Clock::system()).open(&mut |_| Box::new(|block, _| block.fill(0.5)));
    let refused = open("alsa:hw:CARD=Other,DEV=0").err().expect("no such device");
    assert!(refused.0.starts_with("there is no device `alsa:hw:CARD=Other,DEV=0`"), "{refused}");
    assert_eq!(card.frames().len(), 0, "the default device was left alone");
    let (format, _) = play(&Card::new("alsa:station", 0, Clock::system()), &card, 4800);
    assert_eq!(format.device, "alsa:station");
}

#[test]
fn an_underrun_is_in_the_next_stamps_and_loses_nothing_else() {
    let name = "device::an_underrun_is_in_the_next_stamps_and_loses_nothing_else";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    let (told, stamps) = mpsc::channel();
    let played = Arc::default();
    let stream = default_card().open(&mut |_| noisy(&played, told.clone())).unwrap();
    wait_for("the first second", 20, || (card.frames().len() >= 48_000).then_some(()));
    assert!(stamps.try_iter().all(|(_, stamp)| stamp.xruns == 0));
    card.fault(Fault::Xrun);
    let after = wait_for("the underrun", 20, || stamps.try_iter().find(|(_, stamp)| stamp.xruns == 1)).0;
    wait_for("more sound", 20, || (card.frames().len() as u64 > after + 4800).then_some(()));
    drop(stream);
    let frames = card.frames();
    let resumed = frames.iter().position(|frame| is_noise(*frame, after)).expect("the next block is played whole");
    assert!(resumed as u64 <= after, "an underrun drops what was queued, it adds nothing");
    for (n, frame) in frames[resumed..].iter().enumerate() {
        assert!(is_noise(*frame, after + n as u64), "frame {n} after the underrun");
    }
}

#[test]
fn the_list_names_each_device_and_says_why_one_does_not_open() {
    let Some(card) = SoundCard::in_own_process("device::the_list_names_each_device_and_says_why_one_does_not_open", "")
    else {
        return;
    };
    let named = |id: &str| list().unwrap().into_iter().find(|device| device.id == id).expect("it is listed");
    let station = named("alsa:station");
    assert_eq!((station.name.as_str(), station.problem), ("The station's card", None));
    assert_eq!((station.channels, station.rates), (vec![2], vec![(48_000, 48_000)]));
    assert_eq!(list().unwrap()[0].id, "default");
    card.fault(Fault::Gone);
    let why = named("alsa:station").problem.expect("it is unplugged");
    assert!(why.contains("the device is not there"), "{why}");
    assert_eq!(card.frames().len(), 0, "nothing was played to find out");
}

/// A supervisor over the default card whose decks play one endless noise.
struct Station {
    supervisor: Supervisor,
    clock: Clock,
    played: Arc<AtomicU64>,
    /// The longest that a look has taken.
    slowest_us: AtomicI64,
}

impl Station {
    fn new() -> Self {
        let clock = Clock::system();
        let played: Arc<AtomicU64> = Arc::default();
        let source = Arc::clone(&played);
        let deck = Box::new(move |_: &Format, _| noisy(&source, mpsc::channel().0));
        let supervisor = Supervisor::new(Arc::new(default_card()), clock.clone(), deck);
        Self { supervisor, clock, played, slowest_us: AtomicI64::new(0) }
    }

    fn look(&mut self) -> Option<Change> {
        let now = self.clock.now();
        let change = self.supervisor.poll(now);
        let took = self.clock.pair().1.0 - now.mono.0;
        self.slowest_us.fetch_max(took, Ordering::Relaxed);
        change
    }

    fn up(&mut self) -> u64 {
        match wait_for("the output to come up", 20, || self.look()) {
            Change::Up { generation, .. } => generation,
            lost @ Change::Lost { .. } => panic!("expected it up, found {lost:?}"),
        }
    }

    fn lost(&mut self) -> (String, u64) {
        match wait_for("the output to be lost", 20, || self.look()) {
            Change::Lost { why, generation } => (why, generation),
            up @ Change::Up { .. } => panic!("expected it lost, found {up:?}"),
        }
    }

    /// Keeps looking until `frames` more were rendered; nothing may change meanwhile.
    fn sounds(&mut self, frames: u64) {
        let goal = self.played.load(Ordering::Acquire) + frames;
        wait_for("sound", 20, || {
            assert_eq!(self.look(), None);
            (self.played.load(Ordering::Acquire) >= goal).then_some(())
        });
    }
}

#[test]
fn a_card_that_is_unplugged_is_lost_at_once_and_back_when_it_is_back() {
    let name = "device::a_card_that_is_unplugged_is_lost_at_once_and_back_when_it_is_back";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    let mut station = Station::new();
    let first = station.up();
    station.sounds(24_000);
    card.fault(Fault::Gone);
    let (why, generation) = station.lost();
    assert!(why.contains("device disconnected"), "{why}");
    assert_eq!(generation, first);
    let heard = card.frames().len();
    card.heal();
    assert!(station.up() > first);
    station.sounds(24_000);
    assert!(card.frames().len() > heard + 12_000);
}

#[test]
fn a_card_that_is_absent_at_start_is_told_of_once_and_found_when_it_comes() {
    let name = "device::a_card_that_is_absent_at_start_is_told_of_once_and_found_when_it_comes";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    card.fault(Fault::Gone);
    let mut station = Station::new();
    let (why, generation) = station.lost();
    assert!(why.contains("the device is not there"), "{why}");
    assert_eq!(generation, 0);
    card.heal();
    station.up();
    station.sounds(24_000);
}

#[test]
fn a_card_that_stalls_without_a_word_is_lost_and_comes_back_once_it_plays() {
    let name = "device::a_card_that_stalls_without_a_word_is_lost_and_comes_back_once_it_plays";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    let mut station = Station::new();
    station.up();
    station.sounds(24_000);
    card.fault(Fault::Stall);
    assert_eq!(station.lost().0, "it takes no more frames");
    // It opens and takes two periods while it stalls, again and again; that must not read as recovered.
    let opened = station.played.load(Ordering::Acquire);
    wait_for("two attempts", 20, || {
        assert_eq!(station.look(), None);
        (station.played.load(Ordering::Acquire) >= opened + 2 * 2048).then_some(())
    });
    card.heal();
    station.up();
    station.sounds(24_000);
    println!("slowest look: {} us", station.slowest_us.load(Ordering::Relaxed));
}

#[test]
fn a_sound_server_gets_the_same_samples_and_its_death_is_survived() {
    let name = "device::a_sound_server_gets_the_same_samples_and_its_death_is_survived";
    let Some(mut server) = SoundServer::in_own_process(name) else { return };
    server.start();
    let mut station = Station::new();
    station.up();
    let a_second = (0..8).find_map(|_| {
        station.sounds(96_000);
        let in_a_row = longest_noise(&server.frames(), station.played.load(Ordering::Acquire));
        println!("{in_a_row} frames in a row came out as they went in");
        (in_a_row >= 48_000).then_some(()) // an underrun on a busy machine costs another try
    });
    assert_eq!(a_second, Some(()), "no second of sound came out as it went in");
    server.kill();
    let (why, _) = station.lost();
    println!("lost: {why}");
    server.start();
    station.up();
    station.sounds(24_000);
}

#[test]
fn a_frozen_sound_server_does_not_freeze_the_station() {
    let name = "device::a_frozen_sound_server_does_not_freeze_the_station";
    let Some(mut server) = SoundServer::in_own_process(name) else { return };
    server.start();
    let mut station = Station::new();
    station.up();
    station.sounds(24_000);
    server.freeze();
    assert!(station.lost().0.starts_with("it takes no more frames"));
    assert_eq!(station.supervisor.closing(), 1, "closing the stream hangs, on a thread of its own");
    server.thaw();
    station.up();
    station.sounds(24_000);
    wait_for("the old stream to close", 20, || (station.supervisor.closing() == 0).then_some(()));
    println!("slowest look: {} us", station.slowest_us.load(Ordering::Relaxed));
}

#[test]
fn a_device_that_swallows_frames_faster_than_they_can_sound_is_refused_for_good() {
    let name = "device::a_device_that_swallows_frames_faster_than_they_can_sound_is_refused_for_good";
    let Some(card) = SoundCard::in_own_process(name, "") else { return };
    let null = "</usr/share/alsa/alsa.conf>\npcm.!default { type null }\n";
    std::fs::write(card.alsa_conf(), null).unwrap();
    let mut station = Station::new();
    station.up();
    let (why, _) = station.lost();
    assert!(why.contains("faster than real time"), "{why}");
    // Two more attempts, of which each would be enough to call it back.
    station.sounds(8 * 48_000);
}
