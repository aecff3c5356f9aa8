//! The day as one list: what the log says of it, then what the plan still holds of it.
//!
//! In: rows of the log of today, the station's status. Out: programmes in the order of their instants, each with its items and
//! where they stand. A log that cannot be read leaves the plan, and says so. Next: `show`.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use serde::Serialize;

use crate::airing::{Kind, Outcome, Reason};
use crate::control::Status;
use crate::desk::Planned;
use crate::store::{Log, Row, Span};
use crate::web::site::Site;

/// A page does not wait longer for a log that somebody has locked.
const PATIENCE: Duration = Duration::from_millis(1500);

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) programmes: Vec<Block>,
    /// Further programmes that are not told one by one.
    pub(super) more: usize,
    /// Whether the log could be read: else only what is still to come is here.
    pub(super) is_read: bool,
}

/// A programme of the day, or what people put on the air between programmes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Block {
    /// Id of the programme; `None` for acts of people.
    pub(super) programme: Option<String>,
    pub(super) title: Option<String>,
    pub(super) scheduled_at: DateTime<FixedOffset>,
    pub(super) items: Vec<Line>,
}

/// An item of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) airing: String,
    pub(super) title: String,
    pub(super) kind: Option<Kind>,
    pub(super) bulletin: Option<i64>,
    /// When it began, if it did.
    pub(super) started_at: Option<DateTime<FixedOffset>>,
    /// How long it is, or how much of it has aired.
    pub(super) length_ms: Option<i64>,
    /// Who put it on the air.
    pub(super) by: Option<String>,
    pub(super) state: State,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum State {
    /// It has its row.
    Over { outcome: Outcome, reason: Option<Reason> },
    /// It sounds now.
    OnAir,
    /// It is to come.
    Coming,
    /// It will not air, as things stand.
    LeftOut { reason: Reason },
}

impl Block {
    /// Whether nothing of it is to come.
    pub(super) fn is_over(&self) -> bool {
        self.items.iter().all(|line| matches!(line.state, State::Over { .. }))
    }

    /// Whether something of it has aired, or would have.
    pub(super) fn has_begun(&self) -> bool {
        self.items.iter().any(|line| matches!(line.state, State::Over { .. }))
    }

    /// Whether something of it sounds now.
    pub(super) fn is_on_air(&self) -> bool {
        self.items.iter().any(|line| line.state == State::OnAir)
    }
}

/// Today, as the log and the station know it.
pub(super) async fn of(site: &Site, status: Option<&Status>) -> Day {
    let date = site.today();
    let rows = tokio::time::timeout(PATIENCE, rows(site, date)).await.ok().flatten();
    let mut day = Day { date, programmes: Vec::new(), more: 0, is_read: rows.is_some() };
    for row in rows.unwrap_or_default() {
        day.take_row(&row);
    }
    if let Some(status) = status {
        let today = status.today.as_ref();
        for planned in today.iter().flat_map(|today| &today.programmes) {
            day.take_plan(planned);
        }
        day.more = today.map_or(0, |today| today.more);
        day.take_on_air(status);
    }
    day.programmes.sort_by_key(|block| block.scheduled_at);
    day
}

/// The rows of a day; `None` if the log cannot be read now. A station that has not aired yet has none.
async fn rows(site: &Site, date: NaiveDate) -> Option<Vec<Row>> {
    let config = site.config();
    let start = |date| crate::calendar::start_of_day(config.station.timezone, date);
    let span = Span { from: Some(start(date)), to: Some(start(date + TimeDelta::days(1))) };
    let mut pages = Log::open(&config.data_dir).await.ok()?.rows(span).await.ok()?;
    let mut rows = Vec::new();
    while let Some(mut page) = pages.next().await.ok()? {
        rows.append(&mut page);
    }
    Some(rows)
}

impl Day {
    fn take_row(&mut self, row: &Row) {
        let (Some(outcome), Ok(scheduled_at)) =
            (row.outcome.as_deref().and_then(Outcome::from_word), DateTime::parse_from_rfc3339(&row.scheduled_at))
        else {
            return;
        };
        let kind = Kind::from_word(&row.kind);
        if matches!(kind, Some(Kind::Note | Kind::Correction)) {
            return;
        }
        let line = Line {
            airing: row.airing.clone(),
            title: row.title.clone().unwrap_or_default(),
            kind,
            bulletin: row.bulletin,
            started_at: row.started_at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok()),
            length_ms: if row.aired_ms > 0 { Some(row.aired_ms) } else { row.planned_ms },
            by: row.programme.is_none().then(|| row.by.clone()).flatten(),
            state: State::Over { outcome, reason: row.reason.as_deref().and_then(Reason::from_word) },
        };
        let block = self.block(row.programme.as_deref(), row.programme_title.as_deref(), scheduled_at);
        // Of an item that was tried several times the newest row counts.
        match block.items.iter_mut().find(|known| known.airing == line.airing) {
            Some(known) => *known = line,
            None => block.items.push(line),
        }
    }

    fn block(&mut self, programme: Option<&str>, title: Option<&str>, at: DateTime<FixedOffset>) -> &mut Block {
        let is_it = |block: &Block| {
            block.programme.as_deref() == programme && (programme.is_none() || block.scheduled_at == at)
        };
        if let Some(found) = self.programmes.iter().position(is_it) {
            return &mut self.programmes[found];
        }
        self.programmes.push(Block {
            programme: programme.map(str::to_owned),
            title: title.map(str::to_owned),
            scheduled_at: at,
            items: Vec::new(),
        });
        self.programmes.last_mut().expect("it was just put there")
    }

    /// What a programme still holds, in its own order; what is over keeps what its row says.
    fn take_plan(&mut self, planned: &Planned) {
        let block = self.block(Some(&planned.programme), Some(&planned.title), planned.scheduled_at);
        let mut known = std::mem::take(&mut block.items);
        for item in &planned.items {
            let over = known.iter().position(|line| line.airing == item.airing.as_str());
            block.items.push(match over {
                Some(over) => known.remove(over),
                None => Line {
                    airing: item.airing.as_str().to_owned(),
                    title: item.title.clone(),
                    kind: Some(item.kind),
                    bulletin: item.bulletin,
                    started_at: None,
                    length_ms: item.planned_ms,
                    by: None,
                    state: item.left_out.map_or(State::Coming, |reason| State::LeftOut { reason }),
                },
            });
        }
        block.items.append(&mut known);
    }

    fn take_on_air(&mut self, status: &Status) {
        let Some(item) = &status.desk.on_air else { return };
        let lines = self.programmes.iter_mut().flat_map(|block| &mut block.items);
        for line in lines.filter(|line| line.airing == item.airing.as_str()) {
            (line.state, line.started_at) = (State::OnAir, Some(item.started_at));
        }
        if item.programme.is_none() {
            let line = Line {
                airing: item.airing.as_str().to_owned(),
                title: item.title.clone().unwrap_or_default(),
                kind: Some(item.kind),
                bulletin: item.bulletin,
                started_at: Some(item.started_at),
                length_ms: item.planned_ms,
                by: item.by.clone(),
                state: State::OnAir,
            };
            let block = self.block(None, None, item.started_at);
            if block.items.iter().all(|known| known.airing != line.airing) {
                block.items.push(line);
            }
        }
    }
}
