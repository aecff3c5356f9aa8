//! Whether the service manager may be told that the station lives. Pure: signs of life in, a verdict out.
//!
//! In: at each beat of the loop, the playout's vitals, how long the store has owed an answer, and whether something is on the
//! air. Out: a ping, or what withholds it. The rule stands at `Vigil::judge`. It must never be fed by a timer alone: a ping
//! is a proof that the station works. Next: `service`, which sends it.

use chrono::TimeDelta;

use crate::playout::{Health, Vitals};

/// A store that owes an answer for so long hangs: a locked or full database answers within seconds, a slow disk in minutes.
const STORE_LIMIT: TimeDelta = TimeDelta::minutes(10);

/// Why there is no ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// The thread between the loop and the device has not looked at either.
    PlayoutHangs,
    /// The device is said to play and takes no frames, and nobody has noticed.
    NoFrames,
    /// So many streams hang in closing, or one for so long in opening, that the device is no longer tried.
    DeviceGivenUp,
    /// The store does not answer, and nothing is on the air.
    StoreHangs,
}

/// What was seen at the last ping.
#[derive(Debug, Default)]
pub struct Vigil {
    pinged: Option<Vitals>,
}

impl Vigil {
    /// The rule, asked once per beat; who hangs in the loop does not ask.
    ///
    /// - The playout's thread has looked at the device since the last ping, always: it supervises the device and settles
    ///   what has aired.
    /// - While the device plays, frames have gone through its callback since the last ping. A callback that hangs is found
    ///   and its stream replaced within seconds, so this fails only if that does not work.
    /// - While there is no device, a card that is not plugged in or a sound server that is frozen, the supervisor still
    ///   tries it: starting the program anew would bring nothing back. Where streams that hang in closing, or one that
    ///   has hung for minutes in opening, keep it from trying, a new process is the only cure left.
    /// - The store has answered within ten minutes. A database that is locked or a disk that is full does not count: the
    ///   store answers and keeps the records. What is on the air is never broken off for the store's sake.
    ///
    /// # Errors
    /// What is not as it should be.
    pub fn judge(&mut self, vitals: Vitals, store_silent: TimeDelta, on_air: bool) -> Result<(), Silence> {
        let before = self.pinged;
        if vitals.looks == before.map_or(0, |before| before.looks) {
            return Err(Silence::PlayoutHangs);
        }
        match (vitals.health, before.map(|before| before.health)) {
            (Health::GivenUp, _) => return Err(Silence::DeviceGivenUp),
            (Health::Plays { .. }, Some(before)) if before == vitals.health => return Err(Silence::NoFrames),
            (Health::Plays { .. } | Health::Tried, _) => {}
        }
        if store_silent >= STORE_LIMIT && !on_air {
            return Err(Silence::StoreHangs);
        }
        self.pinged = Some(vitals);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: TimeDelta = TimeDelta::zero();

    fn vitals(looks: u64, health: Health) -> Vitals {
        Vitals { looks, health, real_time: None }
    }

    fn plays(frames: u64) -> Health {
        Health::Plays { generation: 1, frames }
    }

    /// The verdicts on these signs, one after the other, with a store that answers and nothing on the air.
    fn verdicts(signs: &[(u64, Health)]) -> Vec<Result<(), Silence>> {
        let mut vigil = Vigil::default();
        signs.iter().map(|(looks, health)| vigil.judge(vitals(*looks, *health), AT_ONCE, false)).collect()
    }

    #[test]
    fn frames_that_go_on_are_a_ping_each() {
        assert_eq!(verdicts(&[(1, plays(0)), (9, plays(4096)), (17, plays(8192))]), [Ok(()), Ok(()), Ok(())]);
    }

    #[test]
    fn a_callback_that_hangs_and_is_not_replaced_is_no_ping_until_frames_go_on() {
        let stuck = [(1, plays(96)), (2, plays(96)), (3, plays(96)), (4, plays(97))];
        assert_eq!(verdicts(&stuck), [Ok(()), Err(Silence::NoFrames), Err(Silence::NoFrames), Ok(())]);
    }

    #[test]
    fn a_stream_that_replaces_a_hung_one_is_a_ping_whatever_it_has_played() {
        let replaced = Health::Plays { generation: 2, frames: 96 };
        assert_eq!(verdicts(&[(1, plays(96)), (2, replaced)]), [Ok(()), Ok(())]);
    }

    #[test]
    fn a_device_that_is_away_is_a_ping_for_ever_as_long_as_it_is_tried() {
        let days: Vec<_> = (1..100_000).map(|look| (look, Health::Tried)).collect();
        assert!(verdicts(&days).iter().all(Result::is_ok));
    }

    #[test]
    fn a_thread_that_does_not_look_is_no_ping_whatever_the_device_does() {
        for health in [Health::Tried, plays(5), Health::GivenUp] {
            assert_eq!(verdicts(&[(0, health)]), [Err(Silence::PlayoutHangs)]);
        }
        assert_eq!(verdicts(&[(7, plays(1)), (7, plays(2))]), [Ok(()), Err(Silence::PlayoutHangs)]);
    }

    #[test]
    fn a_device_that_is_no_longer_tried_is_no_ping_until_it_is() {
        let signs = [(1, Health::Tried), (2, Health::GivenUp), (3, Health::GivenUp), (4, Health::Tried)];
        let given_up = Err(Silence::DeviceGivenUp);
        assert_eq!(verdicts(&signs), [Ok(()), given_up, given_up, Ok(())]);
    }

    #[test]
    fn a_store_that_hangs_is_no_ping_after_ten_minutes_and_never_while_something_is_on_the_air() {
        let mut vigil = Vigil::default();
        let mut judge =
            |looks, minutes, on_air| vigil.judge(vitals(looks, plays(looks)), TimeDelta::minutes(minutes), on_air);
        assert_eq!(judge(1, 9, false), Ok(()));
        assert_eq!(judge(2, 500, true), Ok(()));
        assert_eq!(judge(3, 10, false), Err(Silence::StoreHangs));
        assert_eq!(judge(4, 0, false), Ok(()));
    }
}
