//! The owner of what the page knows of people: reads the database again after each change, and writes to it in order.
//!
//! In: what the page wants recorded, and the database, which commands change too. Out: what is known now, for whoever looks,
//! without asking the database: an emergency is not kept from the air by a lock. What cannot be written waits, bounded, and is
//! tried again each second; a look at the database is what stands there, then what waits. Next: `super`.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot, watch};

use super::leftover::Leftover;
use super::quota::Quota;
use crate::clock::{Clock, Moment, Mono};
use crate::people::sign_in::MOST;
use crate::people::{Deed, Ending, Kept, SignIn};
use crate::store::{Everyone, PeopleBook, PeopleRecord};

/// How often the database is asked whether a command has changed it, and what waits is tried again.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(1);
/// How often sign-ins that are over are removed.
const CLEAR_EVERY: TimeDelta = TimeDelta::hours(1);
/// Records that wait for the database at most: a day of a busy page. Beyond it the oldest is told in the log only.
const MOST_WAITING: usize = 4096;
/// Records of one transaction.
const PORTION: usize = 64;

/// What is known of people.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Whether the database was ever read.
    pub(super) is_read: bool,
    /// Accounts by their logins, also those that were removed.
    pub(super) accounts: HashMap<String, Kept>,
    /// Sign-ins by the SHA-256 of their tokens.
    pub(super) sign_ins: HashMap<String, SignIn>,
}

impl Known {
    /// A sign-in that is not over, and its account, by the SHA-256 of its token.
    pub(super) fn going_on(&self, token_sha256: &str, now: Moment) -> Option<(&SignIn, &Kept)> {
        let sign_in = self.sign_ins.get(token_sha256).filter(|sign_in| !sign_in.is_over(now.wall))?;
        let kept = self.accounts.get(&sign_in.login).filter(|kept| kept.is_active)?;
        Some((sign_in, kept))
    }
}

/// What the page wants.
#[derive(Debug)]
pub(super) enum Ask {
    /// A row of the audit.
    Note(Box<Deed>),
    /// Somebody has signed in.
    Begin(SignIn, oneshot::Sender<()>),
    /// Something was heard of a sign-in.
    Seen(String),
    /// A sign-in ends.
    End(String, oneshot::Sender<()>),
    /// The page itself has changed an account: its sign-ins that wait are over, but one.
    Changed(String, Option<String>, oneshot::Sender<()>),
    /// What waits is to be written first, if the database takes it.
    Settle(oneshot::Sender<()>),
    /// Everything is to be written, and that is the end.
    Close(oneshot::Sender<()>),
}

/// The owner.
pub(super) struct Keeper {
    book: PeopleBook,
    clock: Clock,
    asked: mpsc::Receiver<Ask>,
    known: watch::Sender<Arc<Known>>,
    waiting: VecDeque<PeopleRecord>,
    /// Where what waits is safe from a power cut, and whether something is there.
    leftover: (Leftover, bool),
    /// Records that came, and how many of them had come when what waits was put there last.
    came: (u64, u64),
    quota: Quota,
    cleared: Option<Mono>,
    trouble: Option<String>,
}

impl Keeper {
    pub(super) fn new(
        data_dir: &Path,
        clock: Clock,
        asked: mpsc::Receiver<Ask>,
        known: watch::Sender<Arc<Known>>,
    ) -> Self {
        let leftover = Leftover::of(data_dir);
        let waiting: VecDeque<_> = leftover.load().into_iter().map(|deed| PeopleRecord::Deed(Box::new(deed))).collect();
        let leftover = (leftover, !waiting.is_empty());
        let (book, quota) = (PeopleBook::new(data_dir), Quota::default());
        Self { book, clock, asked, known, waiting, leftover, came: (0, 0), quota, cleared: None, trouble: None }
    }

    /// Works until it is closed, or everybody who could ask has gone.
    pub(super) async fn run(mut self) {
        self.turn().await;
        let mut next = self.clock.now().mono.plus(LOOK_EVERY);
        loop {
            let ask = tokio::select! {
                biased;
                ask = self.asked.recv() => ask,
                () = self.clock.wait_until(next) => {
                    self.turn().await;
                    next = self.clock.now().mono.plus(LOOK_EVERY);
                    continue;
                }
            };
            let Some(ask) = ask else { break };
            let (answer, is_over) = self.take(ask);
            let mut answers = vec![answer];
            // All that has come together is written together.
            let mut is_over = is_over;
            while let Ok(ask) = self.asked.try_recv() {
                let (answer, ends) = self.take(ask);
                answers.push(answer);
                is_over |= ends;
            }
            // What failed waits for the next second, as long as nobody needs to know.
            if self.trouble.is_none() || is_over || answers.iter().any(Option::is_some) {
                self.turn().await;
            } else {
                self.put_aside();
            }
            for answer in answers.into_iter().flatten() {
                // Whoever asked may have gone.
                let _ = answer.send(());
            }
            if is_over {
                break;
            }
        }
        self.leave();
        self.book.close().await;
    }

    /// Takes one wish over; whoever wants to know is answered after the next turn.
    fn take(&mut self, ask: Ask) -> (Option<oneshot::Sender<()>>, bool) {
        let now = self.clock.now();
        match ask {
            Ask::Note(deed) => {
                let is_nobody = deed.login.is_none() && deed.ending == Ending::Refused;
                let deeds = if is_nobody { self.quota.take(*deed, now.mono) } else { vec![*deed] };
                for deed in deeds {
                    self.wait(PeopleRecord::Deed(Box::new(deed)));
                }
                (None, false)
            }
            Ask::Begin(sign_in, done) => {
                self.begin(sign_in, now.wall);
                (Some(done), false)
            }
            Ask::Seen(token_sha256) => {
                self.see(&token_sha256, now.wall);
                (None, false)
            }
            Ask::End(token_sha256, done) => {
                self.end(token_sha256);
                (Some(done), false)
            }
            Ask::Changed(login, but, done) => {
                self.waiting.retain(|record| match record {
                    PeopleRecord::SignedIn(sign_in) | PeopleRecord::Seen(sign_in) => {
                        sign_in.login != login || Some(&sign_in.token_sha256) == but.as_ref()
                    }
                    _ => true,
                });
                (Some(done), false)
            }
            Ask::Settle(done) => (Some(done), false),
            Ask::Close(done) => (Some(done), true),
        }
    }

    fn begin(&mut self, sign_in: SignIn, now: DateTime<Utc>) {
        let known = self.known.borrow().clone();
        let mut own: Vec<&SignIn> = known.sign_ins.values().filter(|each| each.login == sign_in.login).collect();
        own.sort_by_key(|each| (each.is_over(now), std::cmp::Reverse(each.seen_at)));
        let too_many: Vec<String> =
            own.iter().rev().take((own.len() + 1).saturating_sub(MOST)).map(|each| each.token_sha256.clone()).collect();
        for token_sha256 in too_many {
            self.end(token_sha256);
        }
        self.change(|known| {
            known.sign_ins.insert(sign_in.token_sha256.clone(), sign_in.clone());
        });
        self.wait(PeopleRecord::SignedIn(sign_in));
    }

    fn see(&mut self, token_sha256: &str, now: DateTime<Utc>) {
        let found = self.known.borrow().sign_ins.get(token_sha256).cloned();
        let Some(mut sign_in) = found.filter(|sign_in| sign_in.is_due(now)) else { return };
        sign_in.see(now);
        self.change(|known| {
            known.sign_ins.insert(token_sha256.to_owned(), sign_in.clone());
        });
        self.wait(PeopleRecord::Seen(sign_in));
    }

    fn end(&mut self, token_sha256: String) {
        self.change(|known| {
            known.sign_ins.remove(&token_sha256);
        });
        self.wait(PeopleRecord::SignedOut(token_sha256));
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        self.known.send_modify(|known| change(Arc::make_mut(known)));
    }

    fn wait(&mut self, record: PeopleRecord) {
        if self.waiting.len() >= MOST_WAITING
            && let Some(oldest) = self.waiting.pop_front()
        {
            deed(&oldest).into_iter().for_each(tell_lost);
        }
        self.waiting.push_back(record);
        self.came.0 += 1;
    }

    /// Writes what waits, then looks what others have changed.
    async fn turn(&mut self) {
        let now = self.clock.now();
        for deed in self.quota.due(now.mono, now.wall) {
            self.wait(PeopleRecord::Deed(Box::new(deed)));
        }
        if self.cleared.is_none_or(|cleared| now.mono.since(cleared) >= CLEAR_EVERY) {
            self.cleared = Some(now.mono);
            self.wait(PeopleRecord::Clear(now.wall));
        }
        let written = self.write().await;
        if written.is_err() {
            self.put_aside();
        }
        // Whoever writes locks out no reader.
        let found = self.book.look().await;
        let trouble = written.err().or_else(|| found.as_ref().err().cloned());
        if let Ok(Some(everyone)) = found {
            self.read(everyone);
        }
        if let Some(why) = trouble.as_ref().filter(|_| trouble != self.trouble) {
            tracing::warn!("the page's accounts and audit wait for the database: {why}");
        }
        self.trouble = trouble;
    }

    /// What the database does not take now must not be lost with the power.
    fn put_aside(&mut self) {
        if self.came.0 == self.came.1 {
            return;
        }
        self.came.1 = self.came.0;
        let deeds: Vec<&Deed> = self.waiting.iter().filter_map(deed).collect();
        match self.leftover.0.save(&deeds) {
            Ok(()) => self.leftover.1 |= !deeds.is_empty(),
            Err(error) => tracing::error!("rows of the audit that wait are not safe from a power cut: {error}"),
        }
    }

    /// Leaves behind what the database did not take.
    fn leave(&self) {
        let deeds: Vec<&Deed> = self.waiting.iter().filter_map(deed).collect();
        if let Err(error) = self.leftover.0.save(&deeds) {
            tracing::error!("rows of the audit cannot be left for the next start: {error}");
            deeds.into_iter().for_each(tell_lost);
        }
    }

    async fn write(&mut self) -> Result<(), String> {
        while !self.waiting.is_empty() {
            let portion: Vec<PeopleRecord> = self.waiting.iter().take(PORTION).cloned().collect();
            self.book.keep(&portion).await?;
            self.waiting.drain(..portion.len());
        }
        if std::mem::take(&mut self.leftover.1) {
            self.leftover.0.remove();
        }
        Ok(())
    }

    /// Takes over what stands in the database, and what waits after it.
    fn read(&self, everyone: Everyone) {
        let accounts = everyone.accounts.into_iter().map(|kept| (kept.account.login.clone(), kept)).collect();
        let sign_ins = everyone.sign_ins.into_iter().map(|each| (each.token_sha256.clone(), each)).collect();
        let mut known = Known { is_read: true, accounts, sign_ins };
        for record in &self.waiting {
            match record {
                PeopleRecord::SignedIn(sign_in) => {
                    known.sign_ins.insert(sign_in.token_sha256.clone(), sign_in.clone());
                }
                PeopleRecord::Seen(sign_in) => {
                    known.sign_ins.entry(sign_in.token_sha256.clone()).and_modify(|each| *each = sign_in.clone());
                }
                PeopleRecord::SignedOut(token_sha256) => {
                    known.sign_ins.remove(token_sha256);
                }
                PeopleRecord::Deed(_) | PeopleRecord::Clear(_) => {}
            }
        }
        self.known.send_replace(Arc::new(known));
    }
}

fn deed(record: &PeopleRecord) -> Option<&Deed> {
    if let PeopleRecord::Deed(deed) = record { Some(deed) } else { None }
}

/// What cannot be kept is told in the log of `run`, so that it stands somewhere.
fn tell_lost(deed: &Deed) {
    let Deed { at, login, name, act, subject, ending, .. } = deed;
    let (login, subject) = (login.as_deref().unwrap_or("-"), subject.as_deref().unwrap_or("-"));
    let ending = ending.as_str();
    tracing::error!("a row of the audit is lost: {at} {login} ({name}) {act} {subject}: {ending}");
}
