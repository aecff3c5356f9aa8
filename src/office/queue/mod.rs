//! Bulletins that wait to be drawn into programmes: judged, queued, taken out, and where they will air.
//!
//! In: what is wanted, and who wants it. Out: what speaks against it, the entry, the coming draws. What is previewed is found by
//! the same rule as what is told after queueing, with the entry assumed. Nothing is queued of what is refused. Next:
//! `listed`.

mod listed; // entries as lists show them, and the draws to come

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

pub use listed::{Drawn, FORESEEN, Listed, State, foresee, foreseen, listed};

use super::foreseen::{named, read};
use super::stored;
use crate::airing::Approval;
use crate::backup::block_on;
use crate::bulletin::{Entry, Standing};
use crate::calendar::local_date;
use crate::config::Config;
use crate::problem::what::{DayFault, Lost, QueueFault, SessionFault, What};
use crate::problem::{Problem, Severity};
use crate::rundown::foresee::{Foresight, Known};
use crate::rundown::queueing::{Grounds, Wanted, judge};
use crate::schedule::{Schedule, session};
use crate::store::{ReadError, Register, RegisterError, Signature, Waiting};
use crate::timetable::{Occurrence, expand};

/// How often an entry may air in all: more than once a day for three years.
pub const MOST_TIMES: i64 = 1_000;

/// What became of a bulletin that was to be queued.
#[derive(Debug)]
pub enum Enqueued {
    /// It waits.
    Done(Box<Waiting>),
    /// It waited already.
    WaitsAlready(QueueFault),
    /// Somebody else took it out in the same moment.
    Gone,
}

/// What became of an entry that was to be taken out.
#[derive(Debug)]
pub enum Removed {
    /// It is out, as it was before.
    Done(Box<Waiting>),
    /// It was out already.
    Before,
    /// There is no such entry, but the bulletin of that number waits as this one.
    OfBulletin(i64),
    /// There is no such entry.
    Unknown,
}

/// Where a bulletin will air as far as that can be foreseen, in the order of time.
#[derive(Debug, Clone)]
pub struct Airings {
    /// Its draws, as if it were approved.
    pub airs: Vec<Drawn>,
    /// Whether it is.
    pub is_approved: bool,
}

fn known(
    config: &Config,
    schedule: &Schedule,
    bulletin: i64,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Known, RegisterError>> {
    let numbers: Vec<i64> = named(schedule).into_iter().chain([bulletin]).collect();
    Ok(match read(config, &numbers, now - TimeDelta::hours(24))? {
        Err(ReadError::Missing(_)) => Ok(Known::default()),
        read => read.map_err(RegisterError::from),
    })
}

/// Everything that speaks against queueing, or for thinking twice; errors first.
pub fn judged(
    config: &Config,
    schedule: &Schedule,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<Vec<Problem>, RegisterError>> {
    let known = match known(config, schedule, wanted.bulletin, now)? {
        Ok(known) => known,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(problems(config, schedule, wanted, (&known, now), stored::examine)))
}

fn problems(
    config: &Config,
    schedule: &Schedule,
    wanted: &Wanted,
    (known, now): (&Known, DateTime<Utc>),
    look: fn(&Config, &str) -> Option<Lost>,
) -> Vec<Problem> {
    let (timezone, approval_required) = (config.station.timezone, config.approval.required);
    let mut problems =
        judge(wanted, Grounds { schedule, known, timezone, now, approval_required, rules: &config.session });
    let bulletin = known.shelf.as_ref().and_then(|shelf| shelf.bulletins.get(&wanted.bulletin));
    let lost = bulletin.and_then(|bulletin| stored::fault(config, bulletin, look));
    problems.extend(lost.map(|fault| Problem::typed(Severity::Warning, fault)));
    problems
}

/// What would be said, and where it would air, if that were queued now.
pub fn preview(
    config: &Config,
    schedule: &Schedule,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> anyhow::Result<Result<(Vec<Problem>, Airings), RegisterError>> {
    let mut known = match known(config, schedule, wanted.bulletin, now)? {
        Ok(known) => known,
        Err(error) => return Ok(Err(error)),
    };
    // Asked at every key: an hour of sound is not read each time.
    let problems = problems(config, schedule, wanted, (&known, now), stored::glance);
    if crate::problem::any_error(&problems) {
        return Ok(Ok((problems, Airings { airs: Vec::new(), is_approved: false })));
    }
    // The newest entry of all, as it will be.
    let entry = Entry {
        id: i64::MAX,
        bulletin: wanted.bulletin,
        programme: wanted.programme.clone(),
        times: wanted.times,
        from: wanted.from,
        until: wanted.until,
        queued_at: now,
    };
    if let Some(shelf) = &mut known.shelf {
        shelf.queue.push(entry.clone());
    }
    let airings = airings_of(config, schedule, &entry, (known, now));
    Ok(Ok((about(config, schedule, problems, &airings), airings)))
}

/// Records it; what speaks against it was judged before.
pub fn enqueue(config: &Config, wanted: &Wanted, signed: &Signature) -> Result<Enqueued, RegisterError> {
    let today = local_date(config.station.timezone, signed.at.to_utc());
    block_on(async {
        let mut register = Register::open(&config.data_dir).await?;
        let queued = match register.queue(wanted, signed, today).await? {
            Ok(id) => {
                let entry = register.entries().await?.into_iter().find(|each| each.entry.id == id);
                entry.map_or(Enqueued::Gone, |entry| Enqueued::Done(Box::new(entry)))
            }
            Err(other) => Enqueued::WaitsAlready(QueueFault::WaitsAlready(other, None)),
        };
        register.close().await;
        Ok(queued)
    })
}

/// What speaks for thinking twice, of the programmes that it will air in and no others: the rules of a session are told of the
/// occurrences that are foreseen, and programmes by their titles. What airs nowhere keeps what was found.
#[must_use]
pub fn about(config: &Config, schedule: &Schedule, mut problems: Vec<Problem>, airings: &Airings) -> Vec<Problem> {
    if let (Some(first), Some(last)) = (airings.airs.first(), airings.airs.last()) {
        problems.retain(|problem| programme_of(&mut problem.what.clone()).is_none());
        let zone = config.station.timezone;
        let mut planned = expand(schedule, zone, first.at.to_utc(), last.at.to_utc() + TimeDelta::seconds(1));
        let airs =
            |drawn: &Drawn, each: &Occurrence| drawn.at == each.scheduled_at && drawn.programme == each.programme.id;
        planned.retain(|each| airings.airs.iter().any(|drawn| airs(drawn, each)));
        problems.extend(session::warnings(&config.session, zone, 0, &planned));
    }
    for problem in &mut problems {
        if let Some(name) = programme_of(&mut problem.what)
            && let Some(programme) = schedule.programmes.iter().find(|programme| programme.id == *name)
        {
            name.clone_from(&programme.title);
        }
    }
    problems
}

/// The programme that a problem of one of its occurrences is about.
fn programme_of(what: &mut What) -> Option<&mut String> {
    match what {
        What::Session(
            SessionFault::Weekday(id, ..) | SessionFault::TooEarly(id, ..) | SessionFault::TooLate(id, ..),
        )
        | What::Day(DayFault::Silent(id, ..)) => Some(id),
        _ => None,
    }
}

/// Where an entry will air as far as that can be foreseen, as if its bulletin were approved; and whether it is.
pub fn airings(config: &Config, schedule: &Schedule, entry: &Entry, now: DateTime<Utc>) -> anyhow::Result<Airings> {
    // It was read a moment ago.
    let known = known(config, schedule, entry.bulletin, now)?.context("cannot read the queue")?;
    Ok(airings_of(config, schedule, entry, (known, now)))
}

fn airings_of(
    config: &Config,
    schedule: &Schedule,
    entry: &Entry,
    (mut known, now): (Known, DateTime<Utc>),
) -> Airings {
    let required = config.approval.required;
    let bulletin = known.shelf.as_mut().and_then(|shelf| shelf.bulletins.get_mut(&entry.bulletin));
    let is_approved = bulletin.as_ref().is_some_and(|bulletin| bulletin.may_air(required));
    if let Some(bulletin) = bulletin.filter(|_| !is_approved) {
        let at: DateTime<FixedOffset> = entry.queued_at.fixed_offset();
        bulletin.standing = Standing::Approved(Approval { seq: 0, by: "".into(), at, by_phone: false });
    }
    let mut foresight = Foresight::new(known, now, config.station.timezone, config.zone_names(), required);
    let draws = foreseen(config, schedule, &mut foresight, now);
    let own = draws.into_iter().filter(|(id, _)| *id == entry.id).map(|(_, drawn)| drawn);
    Airings { airs: own.collect(), is_approved }
}

/// Every entry that ever was, in the order of queueing.
pub fn entries(config: &Config) -> Result<Vec<Waiting>, RegisterError> {
    block_on(async {
        let Some(mut register) = Register::look(&config.data_dir).await? else { return Ok(Vec::new()) };
        let entries = register.entries().await?;
        register.close().await;
        Ok(entries)
    })
}

/// Takes an entry out. A number that is no entry's but a bulletin's is not guessed at.
pub fn remove(config: &Config, entry: i64, signed: &Signature) -> Result<Removed, RegisterError> {
    let (before, done) = block_on(async {
        // Without a database there is no queue, and none is made.
        let Some(register) = Register::look(&config.data_dir).await? else { return Ok((Vec::new(), false)) };
        register.close().await;
        let mut register = Register::open(&config.data_dir).await?;
        let before = register.entries().await?;
        let done = register.unqueue(entry, signed).await?;
        register.close().await;
        Ok::<_, RegisterError>((before, done))
    })?;
    let of_bulletin = before.iter().find(|each| each.entry.bulletin == entry && each.removed.is_none());
    let of_bulletin = of_bulletin.map(|each| each.entry.id);
    Ok(match (before.into_iter().find(|each| each.entry.id == entry), done) {
        (Some(found), true) => Removed::Done(Box::new(found)),
        (Some(_), false) => Removed::Before,
        (None, _) => of_bulletin.map_or(Removed::Unknown, Removed::OfBulletin),
    })
}
