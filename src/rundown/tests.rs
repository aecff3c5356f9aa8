//! What a rundown is made of, and the drawing rule lived through many programmes.
//!
//! In: occurrences, shelves and tallies made here. Out: the slots that must come of them, and what the rule promises in any
//! order of queueing. Next: `draw`.

use std::collections::HashSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::airing::Airing;
use crate::airing::{Approval, ClockState, Outcome, OutputKind};
use crate::bulletin::{Entry, Shelf, Standing, Tally};
use crate::schedule::days::{Airs, DayKind, When};
use crate::schedule::{Programme, QueueWish, SpecialDay, start_rule};

const MINUTE: i64 = 60_000;

pub(super) fn item(id: &str, content: ItemContent) -> Item {
    Item { id: id.into(), content, title: None, themes: Vec::new(), author: None, genre: None }
}

pub(super) fn queue(themes: &[&str], minutes: i64) -> ItemContent {
    let themes = themes.iter().map(|theme| (*theme).to_owned()).collect();
    ItemContent::Queue(QueueWish { themes, up_to: TimeDelta::minutes(minutes) })
}

pub(super) fn occurrence(items: Vec<Item>) -> Occurrence {
    let programme = Programme {
        id: "sang".into(),
        title: "Buổi sáng".into(),
        start: start_rule::parse("0 5 * * *").unwrap(),
        window: TimeDelta::minutes(45),
        ends: Ends::Hard,
        from: None,
        until: None,
        except: Vec::new(),
        except_at: Vec::new(),
        priority: Priority::Priority,
        zones: vec!["thon-2".into(), "lost".into()],
        items,
        only_special_days: false,
        why: None,
    };
    let scheduled_at: DateTime<Utc> = "2025-03-02T22:00:00Z".parse().unwrap();
    let window_ends_at = scheduled_at + programme.window;
    Occurrence { programme: Arc::new(programme), scheduled_at, window_ends_at, special_day: None }
}

fn approval() -> Approval {
    Approval { seq: 7, by: "Đỗ Bá Khang".into(), at: "2025-03-01T08:00:00+07:00".parse().unwrap(), by_phone: false }
}

pub(super) fn bulletin(number: i64, minutes: i64, theme: &str) -> Bulletin {
    Bulletin {
        number,
        title: format!("Tin {number}"),
        themes: vec![theme.into()],
        genre: Some("tin".into()),
        author: None,
        source: None,
        class: Priority::Ordinary,
        valid_from: None,
        valid_until: None,
        content: Some(Content { sha256: format!("{number:064}").into(), duration_ms: Some(minutes * MINUTE) }),
        text_sha256: None,
        voice: None,
        standing: Standing::Approved(approval()),
    }
}

pub(super) fn entry(id: i64, bulletin: i64, times: u32) -> Entry {
    let queued_at = "2025-03-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(id);
    Entry { id, bulletin, programme: None, times, from: None, until: None, queued_at }
}

pub(super) fn shelf(bulletins: impl IntoIterator<Item = Bulletin>, queue: impl IntoIterator<Item = Entry>) -> Shelf {
    let bulletins = bulletins.into_iter().map(|bulletin| (bulletin.number, bulletin)).collect();
    Shelf { bulletins, queue: queue.into_iter().collect(), approved: HashMap::new(), is_unread: false }
}

fn made(occurrence: &Occurrence, shelf: &Shelf, tally: &Tally, library: &Library) -> Rundown {
    let zones = [("thon-1".to_owned(), "Thôn 1".to_owned()), ("thon-2".to_owned(), "Thôn 2".to_owned())];
    let drawing = Drawing { shelf, tally, pending: &[], unfit: &HashSet::new(), approval_required: true };
    freeze(occurrence, Making { timezone: Tz::Asia__Ho_Chi_Minh, zones: &zones, library, drawing })
}

fn slots(rundown: &Rundown) -> Vec<(&str, &str)> {
    rundown.items.iter().map(|item| (item.airing.as_str(), item.title.as_str())).collect()
}

#[test]
fn a_rundown_names_its_slots_and_keeps_those_without_audio() {
    let files = ["a.opus", "tin/b.opus"].map(|file| ItemContent::File(file.into()));
    let [first, second] = files;
    let occurrence = occurrence(vec![item("nhac-hieu", first), item("1", second)]);
    let content = Content { sha256: "ab".into(), duration_ms: Some(5) };
    let library = Library::from([("a.opus".to_owned(), content.clone())]);

    let rundown = made(&occurrence, &Shelf::default(), &Tally::default(), &library);

    assert_eq!(
        slots(&rundown),
        [("sang@2025-03-02T22:00:00Z/nhac-hieu", "a.opus"), ("sang@2025-03-02T22:00:00Z/1", "b.opus")]
    );
    assert_eq!((&rundown.items[0].audio.content, &rundown.items[1].audio.content), (&Some(content), &None));
    assert_eq!(rundown.zone_names, ["Thôn 2", "lost"]);
    assert!(rundown.ends_hard && rundown.window_ends_at == occurrence.window_ends_at);
    let stored = serde_json::to_string(&rundown).unwrap();
    assert_eq!(serde_json::from_str::<Rundown>(&stored).unwrap(), rundown);
}

#[test]
fn a_rundown_that_an_earlier_version_stored_is_read() {
    let stored = r#"{"programme":"sang","title":"S","scheduled_at":"2025-03-02T22:00:00Z",
        "window_ends_at":"2025-03-02T22:45:00Z","ends_hard":false,"priority":"ordinary","zones":[],"zone_names":[],
        "items":[{"airing":"sang@2025-03-02T22:00:00Z/0","item":"0","title":"A","themes":["ND1"],"author":null,
        "audio":{"file":"a.opus","content":{"sha256":"ab","duration_ms":5}}}]}"#;
    let rundown: Rundown = serde_json::from_str(stored).unwrap();
    assert_eq!(rundown.items[0].kind, Kind::Fixed);
    assert_eq!(rundown.items[0].audio.file.as_deref(), Some("a.opus"));
}

#[test]
fn bulletins_stand_where_the_schedule_puts_them_and_are_not_drawn_again() {
    let occurrence = occurrence(vec![
        item("0", ItemContent::Bulletin(2)),
        item("1", queue(&[], 10)),
        item("2", queue(&["ND4"], 10)),
    ]);
    let shelf = shelf(
        [bulletin(1, 3, "ND1"), bulletin(2, 3, "ND1"), bulletin(3, 3, "ND1")],
        [entry(1, 2, 5), entry(2, 1, 1), entry(3, 3, 1)],
    );
    let rundown = made(&occurrence, &shelf, &Tally::default(), &Library::new());
    let at = |item: &str| format!("sang@2025-03-02T22:00:00Z/{item}");
    let expected = [(at("0"), "Tin 2"), (at("1.1"), "Tin 1"), (at("1.2"), "Tin 3"), (at("2"), "Tin bài từ hàng chờ")];
    assert_eq!(slots(&rundown), expected.each_ref().map(|(at, title)| (at.as_str(), *title)));
    assert_eq!(rundown.items[3].taken_out, Some(TakenOut { reason: Reason::QueueEmpty, why: None }));
    assert_eq!(rundown.items[1].bulletin.as_ref().and_then(|facts| facts.entry), Some(2));
}

#[test]
fn an_occurrence_that_is_over_draws_nothing() {
    let occurrence = occurrence(vec![item("0", queue(&[], 10))]);
    let (shelf, tally) = (shelf([bulletin(1, 3, "ND1")], [entry(1, 1, 1)]), Tally::default());
    let drawing =
        Drawing { shelf: &shelf, tally: &tally, pending: &[], unfit: &HashSet::new(), approval_required: true };
    let making = Making { timezone: Tz::UTC, zones: &[], library: &Library::new(), drawing };
    assert_eq!(slots(&unaired(&occurrence, making)), [("sang@2025-03-02T22:00:00Z/0", "Tin bài từ hàng chờ")]);
}

#[test]
fn a_day_of_mourning_leaves_out_genres_and_draws_none_of_them() {
    let mut occurrence = occurrence(vec![
        Item { genre: Some("nhạc hiệu".into()), ..item("nhac", ItemContent::File("a.opus".into())) },
        item("1", ItemContent::Bulletin(1)),
        item("2", queue(&[], 10)),
    ]);
    let song = |number| Bulletin { genre: Some("Nhạc".into()), ..bulletin(number, 1, "ND1") };
    let shelf = shelf([song(1), song(2), bulletin(3, 1, "ND1")], [entry(1, 2, 1), entry(2, 3, 1)]);
    let day = SpecialDay {
        title: "Quốc tang".into(),
        kind: DayKind::Mourning,
        when: When::Dates(NaiveDate::MIN, NaiveDate::MAX),
        as_weekday: None,
        airs: Airs::Planned,
        leave_out: vec!["nhạc".into(), "nhạc hiệu".into()],
    };
    let out = |rundown: &Rundown| {
        let why = |item: &RundownItem| item.taken_out.as_ref().and_then(|out| out.why.clone());
        rundown.items.iter().map(|item| (item.item.clone(), why(item))).collect::<Vec<_>>()
    };
    let mourned = |item: &str| (item.to_owned(), Some("Quốc tang".to_owned()));
    occurrence.special_day = Some(Arc::new(day.clone()));
    let rundown = made(&occurrence, &shelf, &Tally::default(), &Library::new());
    assert_eq!(out(&rundown), [mourned("nhac"), mourned("1"), ("2.1".to_owned(), None)]);
    assert_eq!(rundown.items[2].title, "Tin 3");
    occurrence.special_day = Some(Arc::new(SpecialDay { airs: Airs::Nothing, ..day }));
    let silent = made(&occurrence, &shelf, &Tally::default(), &Library::new());
    assert_eq!(out(&silent), ["nhac", "1", "2"].map(mourned), "a programme that is silent draws nothing");
}

fn titles(shelf: &Shelf, tally: &Tally, pending: &[Pending], wish: &QueueWish) -> Vec<i64> {
    let drawing = Drawing { shelf, tally, pending, unfit: &HashSet::new(), approval_required: true };
    let day = NaiveDate::from_ymd_opt(2025, 3, 3).unwrap();
    draw(drawing, wish, "sang", day, &BTreeSet::new()).into_iter().map(|(_, bulletin)| bulletin.number).collect()
}

fn wish(minutes: i64) -> QueueWish {
    QueueWish { themes: Vec::new(), up_to: TimeDelta::minutes(minutes) }
}

#[test]
fn class_goes_first_then_who_waited_longest_then_who_was_queued_first() {
    let urgent = Bulletin { class: Priority::Priority, ..bulletin(4, 1, "ND1") };
    let shelf = shelf(
        [bulletin(1, 1, "ND1"), bulletin(2, 1, "ND1"), bulletin(3, 1, "ND1"), urgent],
        (1..=4).map(|number| entry(number, number, 9)),
    );
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut tally = Tally::default();
    tally.last_aired.insert(1, at("2025-03-01T22:00:00Z"));
    tally.last_aired.insert(4, at("2025-03-01T23:00:00Z"));
    assert_eq!(titles(&shelf, &tally, &[], &wish(60)), [4, 2, 3, 1]);
    let pending = [Pending { entry: 2, bulletin: 2, at: at("2025-03-02T21:00:00Z") }];
    assert_eq!(titles(&shelf, &tally, &pending, &wish(60)), [4, 3, 1, 2]);
}

#[test]
fn nothing_is_drawn_that_may_not_air() {
    let day = |day| NaiveDate::from_ymd_opt(2025, 3, day);
    let bulletins = [
        Bulletin { standing: Standing::Waiting, ..bulletin(1, 1, "ND1") },
        Bulletin { standing: Standing::Refused(approval()), ..bulletin(2, 1, "ND1") },
        Bulletin { valid_from: day(4), ..bulletin(3, 1, "ND1") },
        Bulletin { valid_until: day(2), ..bulletin(4, 1, "ND1") },
        Bulletin { content: None, ..bulletin(5, 1, "ND1") },
        bulletin(6, 1, "ND1"),
        bulletin(7, 1, "ND1"),
        bulletin(8, 1, "ND1"),
        bulletin(9, 61, "ND1"),
        bulletin(10, 60, "ND1"),
    ];
    let entries = (1..=10).map(|number| match number {
        6 => Entry { programme: Some("chieu".into()), ..entry(6, 6, 1) },
        7 => Entry { from: day(4), ..entry(7, 7, 1) },
        8 => Entry { until: day(2), ..entry(8, 8, 1) },
        number => entry(number, number, 1),
    });
    let shelf = shelf(bulletins, entries);
    assert_eq!(titles(&shelf, &Tally::default(), &[], &wish(60)), [10]);
    let drawing = Drawing {
        shelf: &shelf,
        tally: &Tally::default(),
        pending: &[],
        unfit: &HashSet::new(),
        approval_required: false,
    };
    let free = draw(drawing, &wish(2), "sang", day(3).unwrap(), &BTreeSet::new());
    assert_eq!(free.into_iter().map(|(entry, _)| entry.id).collect::<Vec<_>>(), [1]);
}

/// A row of a draw that aired to its end.
fn aired(item: &RundownItem, at: DateTime<Utc>) -> Airing {
    let local = at.fixed_offset();
    let blank = Airing::blank(Kind::Bulletin, item.airing.clone(), local, OutputKind::Card);
    Airing {
        programme: Some("sang".into()),
        item: Some(item.item.clone()),
        bulletin: item.bulletin.as_ref().map(|facts| facts.number),
        entry: item.bulletin.as_ref().and_then(|facts| facts.entry),
        started_at: Some(local),
        outcome: Some(Outcome::Aired),
        clock: ClockState::Synchronised,
        ..blank
    }
}

proptest! {
    /// Programme after programme, every draw airing: the promises of the rule hold in each of them.
    #[test]
    fn the_rule_keeps_its_promises(
        queued in proptest::collection::vec((1_i64..9, 1_u32..5, 0_usize..3), 1..12),
        programmes in 1_usize..30,
        up_to in 1_i64..20,
    ) {
        let classes = [Priority::Ordinary, Priority::Ordinary, Priority::Priority];
        let number = |index: usize| i64::try_from(index).unwrap() + 1;
        let bulletins = queued.iter().enumerate().map(|(index, (minutes, _, class))| {
            Bulletin { class: classes[*class], ..bulletin(number(index), *minutes, "ND1") }
        });
        let entries = queued.iter().enumerate().map(|(index, (_, times, _))| entry(number(index), number(index), *times));
        let shelf = shelf(bulletins, entries);
        let mut tally = Tally::default();
        let mut occurrence = occurrence(vec![item("0", queue(&[], up_to)), item("1", queue(&[], up_to))]);
        for _ in 0..programmes {
            occurrence.scheduled_at += TimeDelta::hours(12);
            let rundown = made(&occurrence, &shelf, &tally, &Library::new());
            let drawn: Vec<_> = rundown.items.iter().filter(|item| item.bulletin.is_some()).collect();
            let numbers: HashSet<_> = drawn.iter().map(|item| item.bulletin.as_ref().unwrap().number).collect();
            prop_assert_eq!(numbers.len(), drawn.len(), "the same twice in a rundown");
            for prefix in ["0.", "1."] {
                let of_item = drawn.iter().filter(|item| item.item.starts_with(prefix));
                let total: i64 = of_item.filter_map(|item| item.audio.content.as_ref()?.duration_ms).sum();
                prop_assert!(total <= up_to * MINUTE, "{total} ms are over `up_to`");
            }
            for (minutes, item) in (0..).zip(drawn) {
                tally.count(&aired(item, occurrence.scheduled_at + TimeDelta::minutes(minutes)));
            }
        }
        for entry in &shelf.queue {
            prop_assert!(tally.drawn.get(&entry.id).copied().unwrap_or_default() <= entry.times);
        }
    }

    /// Bulletins of one class that always fit take turns, whenever each of them was queued.
    #[test]
    fn nobody_is_drawn_twice_more_than_another(
        queued in proptest::collection::vec(0_usize..20, 2..9),
        at_once in 1_i64..4,
    ) {
        let number = |index: usize| i64::try_from(index).unwrap() + 1;
        let mut tally = Tally::default();
        let mut occurrence = occurrence(vec![item("0", queue(&[], at_once))]);
        let mut history: Vec<HashMap<i64, u32>> = Vec::new();
        for programme in 0..40 {
            occurrence.scheduled_at += TimeDelta::hours(12);
            let there: Vec<_> = (0..queued.len()).filter(|index| queued[*index] <= programme).map(number).collect();
            let shelf = shelf(
                there.iter().map(|number| bulletin(*number, 1, "ND1")),
                there.iter().map(|number| entry(*number, *number, 1000)),
            );
            history.push(tally.drawn.clone());
            let rundown = made(&occurrence, &shelf, &tally, &Library::new());
            for (minutes, item) in (0..).zip(rundown.items.iter().filter(|item| item.bulletin.is_some())) {
                tally.count(&aired(item, occurrence.scheduled_at + TimeDelta::minutes(minutes)));
            }
            let counts = |of: &HashMap<i64, u32>, number| of.get(&number).copied().unwrap_or_default();
            let queued_at = |number: i64| queued[usize::try_from(number).unwrap() - 1];
            for (a, b) in there.iter().flat_map(|a| there.iter().map(move |b| (*a, *b))) {
                let since = &history[queued_at(a).max(queued_at(b))];
                let gained = |number| counts(&tally.drawn, number) - counts(since, number);
                prop_assert!(gained(a).abs_diff(gained(b)) <= 1, "{a} and {b} in programme {programme}");
            }
        }
    }
}
