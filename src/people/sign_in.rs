//! A sign-in of the page: how long it lasts, and what of its token is kept and shown.
//!
//! In: a token, which only the browser knows, and the time. Out: its SHA-256, which is all that is stored; the word that
//! forms carry; whether it is over. Who reads the database cannot sign in with what stands there. Pure: the token's random
//! bytes are an argument. Next: `store`.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::library::hex;

/// How long a browser stays signed in of which nothing is heard.
pub const IDLE: TimeDelta = TimeDelta::hours(12);
/// How long it stays signed in at most, and where a person wished to stay signed in.
pub const LONGEST: TimeDelta = TimeDelta::days(30);
/// How often it is noted that somebody is still there.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// The most sign-ins of one account; the one of which nothing was heard for longest ends.
pub const MOST: usize = 20;

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Of its token.
    pub token_sha256: String,
    /// Whose.
    pub login: String,
    /// From where it was made.
    pub from_address: String,
    /// Whether it lasts as long as it may, also when nothing is heard of it.
    pub keeps: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When something was last heard of it, to [`NOTED_EVERY`].
    pub seen_at: DateTime<Utc>,
    /// When it ends if nothing is heard of it.
    pub expires_at: DateTime<Utc>,
}

impl SignIn {
    /// A new one.
    #[must_use]
    pub fn new(token: &str, login: &str, from_address: String, keeps: bool, now: DateTime<Utc>) -> Self {
        let mut made = Self {
            token_sha256: token_sha256(token),
            login: login.to_owned(),
            from_address,
            keeps,
            created_at: now,
            seen_at: now,
            expires_at: now,
        };
        made.see(now);
        made
    }

    /// Something was heard of it.
    pub fn see(&mut self, now: DateTime<Utc>) {
        let end = self.created_at + LONGEST;
        self.seen_at = now;
        self.expires_at = if self.keeps { end } else { end.min(now + IDLE) };
    }

    /// Whether it is time to note that.
    #[must_use]
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        // A clock that was set back is noted too.
        (now - self.seen_at).abs() >= NOTED_EVERY
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }
}

/// A token of random bytes.
#[must_use]
pub fn token(random: [u8; 32]) -> String {
    hex(&random)
}

/// What is kept of a token.
#[must_use]
pub fn token_sha256(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// What every form of a sign-in carries, so that another site cannot send it: made of the token, which it does not tell.
#[must_use]
pub fn csrf(token: &str) -> String {
    hex(&Sha256::new().chain_update(b"loa form\n").chain_update(token.as_bytes()).finalize())
}

/// Whether two words are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    let differ = |(one, other): (u8, u8)| one ^ other;
    one.len() == other.len() && one.bytes().zip(other.bytes()).map(differ).fold(0, |all, each| all | each) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
    }

    fn made(keeps: bool) -> SignIn {
        SignIn::new("token", "lan", "127.0.0.1".into(), keeps, at(0))
    }

    #[test]
    fn who_is_not_heard_of_for_half_a_day_is_signed_out_unless_asked_to_be_kept() {
        assert!(!made(false).is_over(at(11)) && made(false).is_over(at(12)));
        assert!(!made(true).is_over(at(29 * 24)) && made(true).is_over(at(30 * 24)));
        let mut used = made(false);
        used.see(at(11));
        assert!(!used.is_over(at(22)) && used.is_over(at(23)));
    }

    #[test]
    fn nothing_lasts_longer_than_thirty_days() {
        for keeps in [false, true] {
            let mut used = made(keeps);
            (0..30 * 4).for_each(|sixth| used.see(at(sixth * 6)));
            assert!(used.is_over(at(30 * 24)), "{keeps}");
        }
    }

    #[test]
    fn nothing_that_is_kept_or_shown_is_the_token() {
        let token = token([7; 32]);
        let told = [token_sha256(&token), csrf(&token), csrf(&token_sha256(&token)), token.clone()];
        assert!(told.iter().all(|each| told.iter().filter(|other| same(each, other)).count() == 1), "{told:?}");
        assert!(!same("a", "ab") && same("", ""));
    }
}
