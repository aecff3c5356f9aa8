//! The brake on guessing passwords: how long somebody waits after wrong tries.
//!
//! In: each try (whose login, from which address, whether that person has signed in from there before) and how it ended.
//! Out: how long to wait. Counted by login and address together, by address, and by login over addresses that are strange to
//! it: so nobody locks another person out of the place where that person works. Bounded, so that nobody fills the memory.
//! Pure: time is an argument. Next: `web`'s sign-in.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use chrono::TimeDelta;

use crate::clock::Mono;

/// Wrong tries of one login from one address before somebody waits.
const FREE: u32 = 5;
/// The same of all logins from one address, and of one login from all strange addresses.
const FREE_OF_MANY: u32 = 20;
/// The first wait; each wrong try after it doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Wrong tries are forgotten this long after the last one.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);
/// What is counted at most; beyond it, the one that was not touched for longest is forgotten.
const MOST: usize = 4096;

/// One try.
#[derive(Debug, Clone, Copy)]
pub struct Try<'a> {
    /// What was typed.
    pub login: &'a str,
    /// From where.
    pub address: IpAddr,
    /// Whether this login has signed in from there before, or there is the station itself.
    pub is_at_home: bool,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, IpAddr),
    Address(IpAddr),
    Strange(String),
}

impl Key {
    const fn free(&self) -> u32 {
        match self {
            Self::Pair(..) => FREE,
            Self::Address(_) | Self::Strange(_) => FREE_OF_MANY,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    last: Mono,
}

/// All wrong tries that are not forgotten.
#[derive(Debug, Default)]
pub struct Brake {
    counts: HashMap<Key, Count>,
}

impl Brake {
    /// How long this try must still wait; nothing if it may be made now.
    #[must_use]
    pub fn wait(&self, attempt: Try<'_>, now: Mono) -> Option<TimeDelta> {
        let left = |key: Key| {
            let count = self.counts.get(&key)?;
            let wait = wait_after(count.wrong, key.free())? - now.since(count.last);
            (wait > TimeDelta::zero()).then_some(wait)
        };
        keys(attempt).into_iter().flatten().filter_map(left).max()
    }

    /// A try was wrong.
    pub fn wrong(&mut self, attempt: Try<'_>, now: Mono) {
        for key in keys(attempt).into_iter().flatten() {
            let count = self.counts.entry(key).or_insert(Count { wrong: 0, last: now });
            let is_old = now.since(count.last) > FORGOTTEN;
            *count = Count { wrong: if is_old { 1 } else { count.wrong.saturating_add(1) }, last: now };
        }
        if self.counts.len() > MOST {
            self.forget(now);
        }
    }

    /// A try was right. What was counted of its address stays: whoever has an account does not guess those of others.
    pub fn right(&mut self, attempt: Try<'_>) {
        self.counts.remove(&Key::Pair(attempt.login.to_owned(), place(attempt.address)));
    }

    fn forget(&mut self, now: Mono) {
        self.counts.retain(|_, count| now.since(count.last) <= FORGOTTEN);
        while self.counts.len() > MOST {
            let oldest = self.counts.iter().min_by_key(|(_, count)| count.last).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            self.counts.remove(&oldest);
        }
    }
}

fn keys(attempt: Try<'_>) -> [Option<Key>; 3] {
    let (login, place) = (attempt.login.to_owned(), place(attempt.address));
    let strange = (!attempt.is_at_home).then(|| Key::Strange(login.clone()));
    [Some(Key::Pair(login, place)), Some(Key::Address(place)), strange]
}

/// How long somebody waits after so many wrong tries, of which the first ones are free.
fn wait_after(wrong: u32, free: u32) -> Option<TimeDelta> {
    let doublings = wrong.checked_sub(free)?.min(10);
    Some((FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT))
}

/// An address as it is counted: of IPv6 the network, since one machine has as many addresses in it as it wants.
#[must_use]
pub fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: [u8; 4] = [127, 0, 0, 1];

    fn from(login: &str, address: [u8; 4]) -> Try<'_> {
        Try { login, address: address.into(), is_at_home: address == HOME }
    }

    fn at(seconds: i64) -> Mono {
        Mono(seconds * 1_000_000)
    }

    fn wait_s(brake: &Brake, attempt: Try<'_>, seconds: i64) -> i64 {
        brake.wait(attempt, at(seconds)).map_or(0, |wait| wait.num_seconds())
    }

    #[test]
    fn five_are_free_then_each_wait_is_twice_the_one_before_to_a_quarter_of_an_hour() {
        let (mut brake, mut now, mut waits) = (Brake::default(), 0, Vec::new());
        for _ in 0..12 {
            brake.wrong(from("lan", HOME), at(now));
            let wait = wait_s(&brake, from("lan", HOME), now);
            waits.push(wait);
            now += wait;
            assert_eq!(wait_s(&brake, from("lan", HOME), now), 0, "it ends");
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn a_right_one_and_an_hour_set_it_back() {
        let mut brake = Brake::default();
        (0..5).for_each(|_| brake.wrong(from("lan", HOME), at(0)));
        assert_eq!(wait_s(&brake, from("binh", HOME), 0), 0, "somebody else at the same machine does not wait");
        brake.right(from("lan", HOME));
        assert_eq!(wait_s(&brake, from("lan", HOME), 0), 0);
        (0..5).for_each(|_| brake.wrong(from("lan", HOME), at(0)));
        brake.wrong(from("lan", HOME), at(3601));
        assert_eq!(wait_s(&brake, from("lan", HOME), 3601), 0);
    }

    #[test]
    fn an_address_that_tries_many_logins_waits_and_nobody_else() {
        let mut brake = Brake::default();
        let logins: Vec<String> = (0..20).map(|number| format!("u{number}")).collect();
        for login in &logins {
            brake.wrong(from(login, [10, 0, 0, 9]), at(0));
        }
        assert_eq!(wait_s(&brake, from("new", [10, 0, 0, 9]), 0), 30);
        assert_eq!(wait_s(&brake, from("new", [10, 0, 0, 8]), 0), 0);
    }

    #[test]
    fn many_addresses_do_not_lock_a_person_out_of_where_that_person_works() {
        let mut brake = Brake::default();
        (0..200).for_each(|number| brake.wrong(from("lan", [10, 0, 1, number]), at(0)));
        assert_eq!(wait_s(&brake, from("lan", [10, 0, 2, 1]), 0), 900, "a strange address waits");
        assert_eq!(wait_s(&brake, from("lan", HOME), 0), 0);
    }

    #[test]
    fn one_network_is_one_address_and_memory_is_bounded() {
        let mut brake = Brake::default();
        for number in 0..20_u128 {
            let address = IpAddr::V6(Ipv6Addr::from((0x2001_u128 << 112) + number));
            brake.wrong(Try { login: "lan", address, is_at_home: true }, at(0));
        }
        let other = IpAddr::V6(Ipv6Addr::from((0x2001_u128 << 112) + 999));
        assert!(brake.wait(Try { login: "hoa", address: other, is_at_home: true }, at(0)).is_some());
        for number in 0..3 * MOST {
            brake.wrong(from(&number.to_string(), [10, 1, 1, 1]), at(number as i64 / 1000));
        }
        assert!(brake.counts.len() <= MOST);
    }
}
