//! By channel: the air, the loudspeakers, what was posted, and the plan's other forms and tasks, in three spans of time.
//!
//! In: airings of any of the three spans, activities. Out: a line for each channel of the plan in its order, then for each form
//! that goes through none, each task that was carried out, and what activities are entered under and the plan does not know.
//! Without a plan all airings are one line. Pure. Next: `fact`, for what all of this is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::gather::{Given, shared};
use super::settle::Settled;
use super::themes::is_done;
use super::zones::Zones;
use super::{ChannelLine, Unit};
use crate::activity::Activity;
use crate::plan::{Channel, ChannelKind, Plan};
use crate::report::period::Window;

/// The code of the one line of airings where there is no plan.
pub const AIRINGS: &str = "airings";

/// All channels in the making.
#[derive(Debug)]
pub(super) struct Channels<'a> {
    given: Given<'a>,
    spans: [Window; 3],
    airings: [i64; 3],
    zone_airings: [i64; 3],
    aired_ms: i64,
    zone_aired_ms: i64,
}

impl<'a> Channels<'a> {
    pub(super) fn new(given: &Given<'a>) -> Self {
        let nothing = [0; 3];
        Self {
            given: *given,
            spans: given.spans(),
            airings: nothing,
            zone_airings: nothing,
            aired_ms: 0,
            zone_aired_ms: 0,
        }
    }

    /// Counts an airing of any day.
    pub(super) fn take(&mut self, airing: &Settled, is_plan: bool, zones: &mut Zones<'_>) {
        if self.given.plan.is_some() && !is_plan {
            return;
        }
        let lies_in = self.spans.map(|span| i64::from(span.contains(airing.day)));
        if lies_in == [0; 3] {
            return;
        }
        let working = zones.working(airing);
        self.aired_ms += airing.aired_ms * lies_in[0];
        self.zone_aired_ms += airing.aired_ms * working * lies_in[0];
        if airing.counts {
            for (span, here) in lies_in.into_iter().enumerate() {
                self.airings[span] += here;
                self.zone_airings[span] += working * here;
            }
        }
    }

    pub(super) fn finish(self) -> Vec<ChannelLine> {
        let Some(plan) = self.given.plan else {
            let airings = line(AIRINGS, AIRINGS, Unit::Airings, self.airings);
            let aired = ChannelLine { aired_ms: Some(self.aired_ms), ..airings };
            return [aired].into_iter().chain(self.unplanned(&BTreeSet::new())).collect();
        };
        let mut is_first = true;
        let mut lines: Vec<_> = channels(plan)
            .map(|channel| match channel.kind {
                ChannelKind::Audio if std::mem::take(&mut is_first) => ChannelLine {
                    aired_ms: Some(self.aired_ms),
                    ..line(&channel.code, &channel.label, Unit::Airings, self.airings)
                },
                ChannelKind::Audio => ChannelLine {
                    aired_ms: Some(self.zone_aired_ms),
                    ..line(&channel.code, &channel.label, Unit::ZoneAirings, self.zone_airings)
                },
                ChannelKind::Social | ChannelKind::Web => {
                    let posted = self.done(|it| it.channel.as_deref() == Some(&channel.code));
                    line(&channel.code, &channel.label, Unit::Postings, posted)
                }
            })
            .collect();
        lines.extend(self.by_hand(plan));
        lines
    }

    /// Forms that go through no channel, and whatever else has an activity that went through none.
    fn by_hand(&self, plan: &Plan) -> Vec<ChannelLine> {
        let posted: BTreeSet<&str> = postable(plan).map(|channel| channel.code.as_str()).collect();
        let done = |code: &str| self.done(|it| it.code == code && !is_posted(it, &posted));
        let forms = plan.forms.iter().map(|form| (&form.code, &form.label, form.channels.is_empty()));
        let tasks = plan.tasks.iter().map(|task| (&task.code, &task.text, false));
        let lines = forms.chain(tasks).map(|(code, label, is_told)| (is_told, code, label, done(code)));
        let told = lines.filter(|(is_told, .., done)| *is_told || *done != [0; 3]);
        let mut lines: Vec<_> = told.map(|(_, code, label, done)| line(code, label, Unit::Activities, done)).collect();
        lines.extend(self.unplanned(&posted).into_iter().filter(|line| !knows(plan, &line.code)));
        lines
    }

    /// By every code under which an activity without a channel of the plan is entered.
    fn unplanned(&self, posted: &BTreeSet<&str>) -> Vec<ChannelLine> {
        let by_hand = || self.given.activities.iter().filter(|activity| !is_posted(activity, posted));
        let codes: BTreeSet<&str> = by_hand().map(|activity| activity.code.as_str()).collect();
        let line = |code| line(code, code, Unit::Activities, self.done(|it| it.code == code && !is_posted(it, posted)));
        codes.into_iter().map(line).filter(|line| [line.this, line.previous, line.year] != [0; 3]).collect()
    }

    /// How many activities there are in each span.
    fn done(&self, is_it: impl Fn(&Activity) -> bool) -> [i64; 3] {
        let of = |span| self.given.activities.iter().filter(|it| is_done(it, span) && is_it(it)).count() as i64;
        self.spans.map(of)
    }
}

fn channels(plan: &Plan) -> impl Iterator<Item = &Channel> {
    plan.forms.iter().flat_map(|form| &form.channels)
}

fn postable(plan: &Plan) -> impl Iterator<Item = &Channel> {
    channels(plan).filter(|channel| channel.kind != ChannelKind::Audio)
}

/// Whether an activity is told as a posting, by its channel, and not by its code.
fn is_posted(activity: &Activity, posted: &BTreeSet<&str>) -> bool {
    activity.channel.as_deref().is_some_and(|channel| posted.contains(channel))
}

fn knows(plan: &Plan, code: &str) -> bool {
    plan.forms.iter().any(|form| form.code == code) || plan.tasks.iter().any(|task| task.code == code)
}

fn line(code: &str, label: &str, unit: Unit, [this, previous, year]: [i64; 3]) -> ChannelLine {
    let (code, label): (Arc<str>, _) = (shared(code), label.to_owned());
    ChannelLine { code, label, unit, this, previous, year, aired_ms: None }
}
