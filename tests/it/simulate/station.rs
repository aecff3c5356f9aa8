//! A random station: its schedule, its audio, and its own timetable, which owes nothing to the program's.
//!
//! In: dice. Out: schedule text for the program, and for the oracle the instants at which each programme is due. A schedule can
//! be changed by people; each version keeps its own timetable.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::dice::Dice;
use crate::world::Clip;

/// Bulletins that a station has, by number from 1.
pub(crate) const BULLETINS: i64 = 9;

/// Hours that Vietnam's clocks are ahead; they are never moved.
const AHEAD: TimeDelta = TimeDelta::hours(7);
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A programme, as people think of it.
#[derive(Debug, Clone)]
pub(crate) struct Programme {
    pub(crate) id: String,
    title: u64,
    hours: Vec<u64>,
    minutes: Vec<u64>,
    second: u64,
    /// By weekday, Monday first.
    days: [bool; 7],
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    except: Vec<NaiveDate>,
    pub(crate) window: TimeDelta,
    hard: bool,
    pub(crate) priority: bool,
    /// The item's id if it has one, and what it airs.
    pub(crate) items: Vec<(Option<String>, Piece)>,
}

/// What an item airs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    File(String),
    /// A file that carries a theme, and so needs an approval.
    Themed(String),
    Bulletin(i64),
    /// Drawn from the queue, no longer than so many seconds together.
    Queue(i64),
}

/// One version of the schedule.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) programmes: Vec<Programme>,
}

/// A programme on a day.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) at: DateTime<Utc>,
    pub(crate) programme: usize,
}

impl Programme {
    fn random(dice: &mut Dice, id: usize, first: NaiveDate, files: &[(String, Clip)]) -> Self {
        let day = |dice: &mut Dice| first + TimeDelta::days(dice.between(0, 60));
        let hours = (0..dice.between(1, 2)).map(|_| dice.below(24)).collect();
        let often = dice.one_in(6);
        let minutes = if often { vec![5, 7, 30] } else { vec![dice.pick(&[0, 0, 1, 15, 30, 59])] };
        let mut days = [true; 7];
        if dice.one_in(2) {
            days = std::array::from_fn(|_| dice.below(10) < 7);
            days[dice.below(7) as usize] = true;
        }
        let mut programme = Self {
            id: format!("p{id}"),
            title: 0,
            hours,
            minutes,
            second: dice.pick(&[0, 0, 0, 0, 1, 20, 59]),
            days,
            from: dice.one_in(8).then(|| day(dice)),
            until: None,
            except: Vec::new(),
            window: TimeDelta::seconds(dice.pick(&[20, 45, 60, 120, 120, 300])),
            hard: dice.one_in(3),
            priority: dice.one_in(4),
            items: Vec::new(),
        };
        if dice.one_in(3) {
            programme.except = (0..3).map(|_| day(dice)).collect();
        }
        programme.until = programme.from.filter(|_| dice.one_in(2)).map(|from| from + TimeDelta::days(40));
        programme.set_items(dice, files);
        programme.hours.sort_unstable();
        programme.hours.dedup();
        programme
    }

    fn set_items(&mut self, dice: &mut Dice, files: &[(String, Clip)]) {
        let item = |index: i64, dice: &mut Dice| {
            let file = files[dice.below(files.len() as u64) as usize].0.clone();
            (dice.one_in(2).then(|| format!("i{index}")), Piece::File(file))
        };
        self.items = (0..dice.between(1, 6)).map(|index| item(index, dice)).collect();
    }

    fn airs_on(&self, day: NaiveDate) -> bool {
        self.days[day.weekday().num_days_from_monday() as usize]
            && self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && !self.except.contains(&day)
    }

    /// Some of its items are bulletins, draws from the queue, and files that need an approval.
    fn add_bulletins(&mut self, dice: &mut Dice) {
        for (_, piece) in &mut self.items {
            let Piece::File(file) = piece else { continue };
            *piece = match dice.below(5) {
                0 => Piece::Themed(file.clone()),
                1 => Piece::Bulletin(dice.between(1, BULLETINS)),
                2 => Piece::Queue(dice.pick(&[5, 10, 30, 60])),
                _ => continue,
            };
        }
    }

    /// The items that draw, by their ids.
    pub(crate) fn draws(&self) -> impl Iterator<Item = (String, i64)> {
        self.items.iter().enumerate().filter_map(|(index, (id, piece))| match piece {
            Piece::Queue(seconds) => Some((id.clone().unwrap_or_else(|| index.to_string()), *seconds)),
            _ => None,
        })
    }

    /// The ids of its airings at an instant; one for each queue item, drawn or not.
    pub(crate) fn airings(&self, at: DateTime<Utc>) -> Vec<String> {
        let item = |(index, (id, _)): (usize, &(Option<String>, Piece))| {
            let id = id.clone().unwrap_or_else(|| index.to_string());
            format!("{}@{}/{id}", self.id, at.format("%Y-%m-%dT%H:%M:%SZ"))
        };
        self.items.iter().enumerate().map(item).collect()
    }

    fn text(&self, text: &mut String) {
        let list = |values: &[u64]| values.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let days: Vec<_> = DAYS.iter().zip(self.days).filter_map(|(day, on)| on.then_some(*day)).collect();
        let days = if days.len() == 7 { "*".to_owned() } else { days.join(",") };
        let (id, title, second) = (&self.id, self.title, self.second);
        let (minutes, hours, window) = (list(&self.minutes), list(&self.hours), self.window.num_seconds());
        let _ = writeln!(text, "[[programme]]\nid = \"{id}\"\ntitle = \"Số {title}\"");
        let _ = writeln!(text, "cron = \"{second} {minutes} {hours} * * {days}\"\nwindow = \"{window}s\"");
        for (key, day) in [("from", self.from), ("until", self.until)] {
            let _ = day.map(|day| writeln!(text, "{key} = \"{day}\""));
        }
        let mut except = self.except.clone();
        except.sort_unstable();
        except.dedup();
        let except: Vec<_> = except.iter().map(|day| format!("\"{day}\"")).collect();
        let _ = writeln!(text, "except = [{}]", except.join(", "));
        if self.hard {
            text.push_str("ends = \"hard\"\n");
        }
        if self.priority {
            text.push_str("priority = \"priority\"\n");
        }
        for (id, piece) in &self.items {
            let _ = match piece {
                Piece::File(file) => writeln!(text, "[[programme.item]]\nfile = \"{file}\""),
                Piece::Themed(file) => writeln!(text, "[[programme.item]]\nfile = \"{file}\"\nthemes = [\"ND1\"]"),
                Piece::Bulletin(number) => writeln!(text, "[[programme.item]]\nbulletin = {number}"),
                Piece::Queue(seconds) => writeln!(text, "[[programme.item]]\nqueue = {{ up_to = \"{seconds}s\" }}"),
            };
            let _ = id.as_ref().map(|id| writeln!(text, "id = \"{id}\""));
        }
    }
}

impl Plan {
    pub(crate) fn random(dice: &mut Dice, first: NaiveDate, files: &[(String, Clip)]) -> Self {
        let count = dice.between(2, 4) as usize;
        let mut plan = Self { programmes: (0..count).map(|id| Programme::random(dice, id, first, files)).collect() };
        if dice.one_in(2) {
            // Two that meet: at one instant, or one inside the other's window.
            let (hours, minutes, days) = {
                let one = &plan.programmes[0];
                (one.hours.clone(), one.minutes.clone(), one.days)
            };
            let second = dice.pick(&[0, 0, 1, 7, 20]);
            let other = &mut plan.programmes[1];
            (other.hours, other.minutes, other.days, other.second) = (hours, minutes, days, second);
            other.priority = dice.one_in(2);
        }
        plan
    }

    /// Bulletins come into programmes that had files only.
    pub(crate) fn add_bulletins(&mut self, dice: &mut Dice) {
        self.programmes.iter_mut().for_each(|programme| programme.add_bulletins(dice));
    }

    /// What people change: times, items, a title, a whole programme.
    pub(crate) fn changed(&self, dice: &mut Dice, first: NaiveDate, files: &[(String, Clip)]) -> Self {
        let mut plan = self.clone();
        let at = dice.below(plan.programmes.len() as u64) as usize;
        match dice.below(5) {
            0 => plan.programmes[at].title += 1,
            1 => plan.programmes[at].minutes = vec![dice.below(60)],
            2 => plan.programmes[at].set_items(dice, files),
            3 if plan.programmes.len() > 1 => drop(plan.programmes.remove(at)),
            _ => {
                let id = plan.programmes.iter().map(|each| each.id[1..].parse::<usize>().unwrap()).max().unwrap() + 1;
                if plan.programmes.len() < 5 {
                    plan.programmes.push(Programme::random(dice, id, first, files));
                }
            }
        }
        plan
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.programmes.iter().for_each(|programme| programme.text(&mut text));
        text
    }

    /// Everything that is due from an instant on and before another, in order.
    pub(crate) fn due(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Due> {
        let mut due = Vec::new();
        let mut day = (from + AHEAD).date_naive();
        while day <= (to + AHEAD).date_naive() {
            for (programme, each) in self.programmes.iter().enumerate().filter(|(_, each)| each.airs_on(day)) {
                for (hour, minute) in
                    each.hours.iter().flat_map(|hour| each.minutes.iter().map(move |minute| (*hour, *minute)))
                {
                    let time = day.and_hms_opt(hour as u32, minute as u32, each.second as u32).unwrap();
                    let at = time.and_utc() - AHEAD;
                    if (from..to).contains(&at) {
                        due.push(Due { at, programme });
                    }
                }
            }
            day += TimeDelta::days(1);
        }
        due.sort_by_key(|due| due.at);
        due
    }
}

/// The station's files: long and short ones, some of them at fault.
pub(crate) fn files(dice: &mut Dice) -> Vec<(String, Clip)> {
    let mut files = Vec::new();
    for number in 0..8 {
        let clip = random_clip(dice, number < 4);
        files.push((format!("f{number}.ogg"), clip));
    }
    files
}

/// Audio of any length, mostly of some seconds.
pub(crate) fn random_clip(dice: &mut Dice, good: bool) -> Clip {
    let ms = match dice.below(12) {
        0 => dice.between(1, 100),
        1 => dice.between(100, 1_500),
        2 => dice.between(20_000, 150_000),
        _ => dice.between(1_500, 12_000),
    } as u64;
    match dice.below(12) {
        0 if !good => Clip::Missing,
        1 | 2 if !good => Clip::BreaksAt(ms),
        _ => Clip::Ms(ms),
    }
}
