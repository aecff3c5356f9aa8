//! Who is signed in, and what they did: the handle that every part of the page uses.
//!
//! In: cookies, passwords, deeds. Out: visitors, from what is known in memory: a request needs no database. Passwords are
//! checked one at a time on a thread of their own, behind the brake. What must be kept goes to `keeper`. Next: `keeper`.

pub(super) mod first; // the first account, made at the machine itself
mod keeper; // the owner of what is known, and of what is written
mod leftover; // rows that the database did not take before the end
mod own; // one's own account
mod quota; // how many rows nobody may cause
mod sign_in; // in and out

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use self::first::faulty;
use self::keeper::{Ask, Keeper, Known};
pub(super) use self::sign_in::busy;
use super::answer::Refusal;
use super::routes::Route;
use super::site::Site;
use super::visitor::{Guest, Visitor};
use crate::clock::{Clock, Moment};
use crate::library::beside_the_air;
use crate::people::brake::{Brake, Try};
use crate::people::sign_in::{self as rule, token_sha256};
use crate::people::{Account, Deed, Kept, Right, SignIn, Wish, password};
use crate::store::{Register, RegisterError};

/// Wishes that wait for the keeper: more come only from a flood.
const ASKS: usize = 1024;
/// Passwords that wait to be checked; each takes 19 MiB and a tenth of a second, and one is checked at a time.
const LINE: usize = 16;

/// Accounts, sign-ins and the audit, as the page uses them.
pub(super) struct People {
    known: watch::Receiver<Arc<Known>>,
    asks: mpsc::Sender<Ask>,
    brake: Mutex<Brake>,
    line: Semaphore,
    turn: Semaphore,
}

/// What became of a password that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    /// It is right.
    Right(Account),
    /// Login or password is wrong.
    Wrong,
    /// Too many were wrong: how long to wait.
    Wait(TimeDelta),
    /// Too many at once.
    Busy,
}

impl People {
    /// Begins to keep people in the database of a data folder. Must be called inside the page's runtime.
    pub(super) fn start(data_dir: &Path, clock: Clock) -> Self {
        let (asks, asked) = mpsc::channel(ASKS);
        let (newest, known) = watch::channel(Arc::default());
        tokio::spawn(Keeper::new(data_dir, clock, asked, newest).run());
        let (line, turn) = (Semaphore::new(LINE), Semaphore::new(1));
        Self { known, asks, brake: Mutex::default(), line, turn }
    }

    /// Who comes with this token.
    pub(super) fn visitor(&self, token: &str, guest: Guest, now: Moment) -> Option<Visitor> {
        let known = self.known.borrow();
        let (sign_in, kept) = known.going_on(&token_sha256(token), now)?;
        if sign_in.is_due(now.wall) {
            // A full queue is tried again with the next request.
            let _ = self.asks.try_send(Ask::Seen(sign_in.token_sha256.clone()));
        }
        let sign_in = sign_in.token_sha256.clone();
        Some(Visitor { guest, account: kept.account.clone(), csrf: rule::csrf(token), sign_in })
    }

    /// Whether a sign-in goes on with this right: for what stays open longer than a request.
    pub(super) fn goes_on(&self, token_sha256: &str, right: Right, now: Moment) -> bool {
        self.known.borrow().going_on(token_sha256, now).is_some_and(|(_, kept)| kept.account.may(right))
    }

    /// Whether there is an account; `None` while the database was not read yet.
    pub(super) fn has_accounts(&self) -> Option<bool> {
        let known = self.known.borrow();
        known.is_read.then(|| known.accounts.values().any(|kept| kept.is_active))
    }

    /// Waits until the database was read once.
    pub(super) async fn read(&self) {
        let mut known = self.known.clone();
        // It ends with the page.
        let _ = known.wait_for(|known| known.is_read).await;
    }

    /// All accounts that may sign in, by their logins.
    pub(super) fn accounts(&self) -> Vec<Kept> {
        let known = self.known.borrow();
        let mut accounts: Vec<Kept> = known.accounts.values().filter(|kept| kept.is_active).cloned().collect();
        accounts.sort_by(|one, other| one.account.login.cmp(&other.account.login));
        accounts
    }

    /// Whether there is such an account.
    pub(super) fn knows(&self, login: &str) -> bool {
        self.known.borrow().accounts.get(login).is_some_and(|kept| kept.is_active)
    }

    /// The sign-ins of an account, the newest first.
    pub(super) fn sign_ins(&self, login: &str, now: Moment) -> Vec<SignIn> {
        let known = self.known.borrow();
        let own = known.sign_ins.values().filter(|each| each.login == login && !each.is_over(now.wall));
        let mut own: Vec<SignIn> = own.cloned().collect();
        own.sort_by_key(|each| std::cmp::Reverse(each.seen_at));
        own
    }

    /// Holds a password against that of an account, behind the brake.
    pub(super) async fn check(&self, login: &str, password: String, from: IpAddr, clock: &Clock) -> Checked {
        let Ok(_place) = self.line.try_acquire() else { return Checked::Busy };
        let Ok(_turn) = self.turn.acquire().await else { return Checked::Busy };
        // One at a time: nobody tries twice before the first try was counted.
        let (kept, is_known_there) = {
            let known = self.known.borrow();
            let kept = known.accounts.get(login).filter(|kept| kept.is_active).cloned();
            let address = from.to_string();
            (kept, known.sign_ins.values().any(|each| each.login == login && each.from_address == address))
        };
        let attempt = Try { login, address: from, is_at_home: is_known_there || from.to_canonical().is_loopback() };
        if let Some(wait) = self.brake().wait(attempt, clock.now().mono) {
            return Checked::Wait(wait);
        }
        let hash = kept.as_ref().map(|kept| kept.password.clone());
        let Some(fits) = aside(move || password::fits(&password, hash.as_deref())).await else {
            return Checked::Busy;
        };
        let Some(kept) = kept.filter(|_| fits) else {
            self.brake().wrong(attempt, clock.now().mono);
            return Checked::Wrong;
        };
        self.brake().right(attempt);
        Checked::Right(kept.account)
    }

    /// A password as it is kept.
    pub(super) async fn hash(&self, password: String) -> Option<String> {
        let _place = self.line.try_acquire().ok()?;
        let _turn = self.turn.acquire().await.ok()?;
        let salt = crate::random::bytes().ok()?;
        aside(move || password::hash(&password, salt)).await
    }

    /// Signs an account in; answers with the token, which nobody else learns.
    pub(super) async fn begin(&self, login: &str, from: IpAddr, keeps: bool, now: Moment) -> Option<String> {
        let token = rule::token(crate::random::bytes().ok()?);
        let sign_in = SignIn::new(&token, login, from.to_string(), keeps, now.wall);
        self.ask(|done| Ask::Begin(sign_in, done)).await?;
        Some(token)
    }

    /// Ends a sign-in, by the SHA-256 of its token.
    pub(super) async fn end(&self, token_sha256: String) {
        self.ask(|done| Ask::End(token_sha256, done)).await;
    }

    /// Whether a sign-in was to be kept as long as it may.
    pub(super) fn keeps(&self, token_sha256: &str) -> bool {
        self.known.borrow().sign_ins.get(token_sha256).is_some_and(|sign_in| sign_in.keeps)
    }

    /// Changes an account in the database, with its row of the audit, and takes it over.
    pub(super) async fn change(
        &self,
        site: &Site,
        guest: &Guest,
        wish: Wish,
        deed: &Deed,
        but: Option<&str>,
    ) -> Result<Kept, Refusal> {
        let login = wish.login().to_owned();
        // The rows of what was done before come before its own.
        self.ask(Ask::Settle).await;
        let changed = async {
            let mut register = Register::open(&site.config().data_dir).await?;
            let changed = register.change_account(wish, deed, but).await?;
            register.close().await;
            Ok::<_, RegisterError>(changed)
        };
        let kept = match changed.await {
            Ok(changed) => changed.map_err(|fault| faulty(guest, &fault))?,
            Err(error) => return Err(unrecorded(guest, &error)),
        };
        let (done, answered) = oneshot::channel();
        if self.asks.send(Ask::Changed(login, but.map(str::to_owned), done)).await.is_ok() {
            // The keeper ends with the page only.
            let _ = answered.await;
        }
        Ok(kept)
    }

    /// Keeps what somebody did; never waits for the database.
    pub(super) async fn note(&self, deed: Deed) {
        if self.asks.send(Ask::Note(Box::new(deed))).await.is_err() {
            tracing::error!("a row of the audit came after the page's end");
        }
    }

    /// Writes everything that waits, as far as the database takes it.
    pub(super) async fn close(&self) {
        self.ask(Ask::Close).await;
    }

    async fn ask(&self, ask: impl FnOnce(oneshot::Sender<()>) -> Ask) -> Option<()> {
        let (done, answered) = oneshot::channel();
        self.asks.send(ask(done)).await.ok()?;
        answered.await.ok()
    }

    fn brake(&self) -> std::sync::MutexGuard<'_, Brake> {
        self.brake.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The database took nothing.
pub(super) fn unrecorded(guest: &Guest, error: &RegisterError) -> Refusal {
    tracing::warn!("an act of the page was not recorded: {error}");
    let (vi, en) = (
        "cơ sở dữ liệu đang bận hoặc gặp lỗi; chưa ghi gì: hãy thử lại sau ít phút",
        "the database is busy or fails; nothing was recorded: try again in a moment",
    );
    Refusal::later(guest.language.pick(vi, en))
}

/// Does something on a thread of its own: those of the runtime may all be busy with sound. `None` if there is no thread.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, answered) = oneshot::channel();
    let thread = std::thread::Builder::new().name("aside".into()).spawn(move || {
        beside_the_air();
        // Whoever asked may have gone.
        let _ = done.send(work());
    });
    thread.ok()?;
    answered.await.ok()
}

pub(super) fn routes() -> Vec<Route> {
    [sign_in::routes(), first::routes(), own::routes()].into_iter().flatten().collect()
}
