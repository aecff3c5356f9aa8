//! What edits must keep: every byte that they do not name, and every value of the model that they do not name.
//!
//! In: the shipped files, and files made of dice: comments attached and detached, lists over several lines, both line ends, a
//! byte order mark, no last line break. Out: an edit and its inverse give the same bytes; the real reader sees what changed.

use proptest::prelude::*;

use super::form::{Airs, DayForm, DutyForm, ItemForm, ProgrammeForm};
use super::*;
use crate::schedule::Schedule;
use crate::schedule::read::{File, read};

const SHIPPED: &str = include_str!("../../../schedules/buoi-chieu.toml");
const DAYS: &str = include_str!("../../../schedules/days.toml");

fn model(text: &str, name: &str) -> Schedule {
    let file = File { path: name.into(), bytes: Ok(text.as_bytes().to_vec()) };
    let reading = read(&[file], None);
    assert!(reading.accepted().is_some(), "{:?}\n{text}", reading.problems);
    reading.schedule
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

/// The lines that differ, with `-` and `+`, as far as lines are only added, removed or replaced.
fn diff(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let minus = old[head..old.len() - tail].iter().map(|line| format!("-{line}"));
    minus.chain(new[head..new.len() - tail].iter().map(|line| format!("+{line}"))).collect()
}

fn changed(text: &str, change: &Change) -> Vec<String> {
    diff(text, &apply(text, change).unwrap())
}

#[test]
fn a_key_is_changed_in_its_line_and_a_new_one_stands_behind_its_example() {
    let set = |name, value| Change::Programme("buoi-chieu".into(), vec![(name, Some(text(value)))]);
    assert_eq!(
        changed(SHIPPED, &set("window", "50m")),
        [
            "-window = \"45m\"                    # mục nào chưa bắt đầu trong 45 phút kể từ giờ phát thì không phát nữa",
            "+window = \"50m\"                    # mục nào chưa bắt đầu trong 45 phút kể từ giờ phát thì không phát nữa"
        ]
    );
    assert_eq!(changed(SHIPPED, &set("window", "45m")), [""; 0]);
    assert_eq!(changed(SHIPPED, &set("until", "2027-01-31")), ["+until = \"2027-01-31\""]);
    let after = apply(SHIPPED, &set("until", "2027-01-31")).unwrap();
    let lines: Vec<&str> = after.lines().collect();
    let at = lines.iter().position(|line| *line == "until = \"2027-01-31\"").unwrap();
    assert!(lines[at - 1].starts_with("# until ="));
    let removed = Change::Programme("buoi-chieu".into(), vec![("until", None)]);
    assert_eq!(apply(&after, &removed).unwrap(), SHIPPED);
}

#[test]
fn skips_are_kept_in_order_and_undone() {
    let skip = |text: &str, day: &str| apply(text, &Change::Skip("buoi-chieu".into(), day.into())).unwrap();
    let one = skip(SHIPPED, "2026-11-25");
    assert_eq!(diff(SHIPPED, &one), ["+except = [\"2026-11-25\"]"]);
    let two = skip(&skip(&one, "2026-11-24"), "2026-11-26T17:00");
    assert!(two.contains("except = [\"2026-11-24\", \"2026-11-25\", \"2026-11-26T17:00\"]"));
    assert_eq!(skip(&two, "2026-11-25"), two);
    let undo = |text: &str, day: &str| apply(text, &Change::Unskip("buoi-chieu".into(), day.into()));
    assert_eq!(undo(&undo(&two, "2026-11-24").unwrap(), "2026-11-26T17:00").unwrap(), one);
    assert_eq!(undo(&one, "2026-11-25").unwrap(), SHIPPED);
    assert_eq!(undo(&one, "2026-11-26"), Err(Fault::NotThere("2026-11-26".into())));
    let found = model(&two, "a.toml");
    assert_eq!((found.programmes[0].except.len(), found.programmes[0].except_at.len()), (2, 1));
}

#[test]
fn a_list_over_several_lines_stays_one() {
    let base = SHIPPED.replace(
        "# except = [\"2025-04-30\", \"2025-05-01\"]",
        "except = [\n  \"2026-04-30\", # lễ\n  \"2026-05-01\" # lễ\n]\n#",
    );
    for day in ["2026-04-29", "2026-04-30T17:00", "2026-05-02"] {
        let skipped = apply(&base, &Change::Skip("buoi-chieu".into(), day.into())).unwrap();
        assert!(skipped.contains(&format!("  \"{day}\"")), "{skipped}");
        assert_eq!(
            model(&skipped, "a.toml").programmes[0].except.len()
                + model(&skipped, "a.toml").programmes[0].except_at.len(),
            3
        );
        let again = apply(&skipped, &Change::Unskip("buoi-chieu".into(), day.into())).unwrap();
        assert_eq!(again, base, "{day}");
    }
}

#[test]
fn items_move_with_their_comments_and_come_and_go() {
    let id = || "buoi-chieu".to_owned();
    let moved = apply(SHIPPED, &Change::MoveItem(id(), "loi-chao".into(), true)).unwrap();
    let ids =
        |text: &str| model(text, "a.toml").programmes[0].items.iter().map(|item| item.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&moved)[..2], ["loi-chao", "nhac-hieu-mo"]);
    assert!(moved.contains("genre = \"nhạc hiệu\"             # Quốc tang"));
    assert_eq!(apply(&moved, &Change::MoveItem(id(), "loi-chao".into(), false)).unwrap(), SHIPPED);
    assert_eq!(apply(SHIPPED, &Change::MoveItem(id(), "nhac-hieu-mo".into(), true)).unwrap(), SHIPPED);
    let form = ItemForm {
        airs: Airs::Bulletin(9),
        title: "Tin \"mới\"".into(),
        themes: Vec::new(),
        genre: String::new(),
        author: String::new(),
    };
    for at in [0, 3, 99] {
        let added = apply(SHIPPED, &Change::AddItem(id(), at, form.made("moi"))).unwrap();
        assert_eq!(ids(&added)[at.min(8)], "moi");
        assert_eq!(apply(&added, &Change::RemoveItem(id(), "moi".into())).unwrap(), SHIPPED);
    }
}

#[test]
fn an_item_comes_to_air_something_else() {
    let item = model(SHIPPED, "a.toml").programmes[0].items[0].clone();
    let to = |airs| {
        let form = ItemForm { airs, ..ItemForm::of(&item) };
        let change = Change::Item("buoi-chieu".into(), "nhac-hieu-mo".into(), form.changes(&item));
        diff(SHIPPED, &apply(SHIPPED, &change).unwrap())
    };
    assert_eq!(to(Airs::Bulletin(9)), ["-file = \"nhac-hieu.opus\"", "+bulletin = 9"]);
    assert_eq!(to(Airs::Queue("5m".into())), ["-file = \"nhac-hieu.opus\"", "+queue = { up_to = \"5m\" }"]);
}

#[test]
fn items_without_an_id_keep_the_one_they_had() {
    let base = "[[programme]]\nid = \"a\"\ntitle = \"A\"\ncron = \"0 5 * * *\"\nwindow = \"5m\"\n\
                [[programme.item]]\nfile = \"x.wav\"\n[[programme.item]]\nfile = \"y.wav\"\n[[programme.item]]\nfile = \"z.wav\"";
    let ids = |change| {
        model(&apply(base, &change).unwrap(), "a.toml").programmes[0]
            .items
            .iter()
            .map(|item| format!("{}={}", item.id, item.file().unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(Change::MoveItem("a".into(), "2".into(), true)), ["0=x.wav", "2=z.wav", "1=y.wav"]);
    assert_eq!(ids(Change::RemoveItem("a".into(), "0".into())), ["1=y.wav", "2=z.wav"]);
    let made = "[[programme.item]]\nid = \"n\"\nfile = \"n.wav\"".to_owned();
    assert_eq!(ids(Change::AddItem("a".into(), 1, made)), ["0=x.wav", "n=n.wav", "1=y.wav", "2=z.wav"]);
}

#[test]
fn special_days_and_duty_come_and_go_beside_the_samples() {
    let day = DayForm {
        title: "Cắt điện".into(),
        kind: "memorial".into(),
        from: "2026-12-01".into(),
        silent_all: true,
        ..DayForm::default()
    };
    let added = apply(DAYS, &Change::AddDay(day.made())).unwrap();
    let count = model(DAYS, "days.toml").days.entries.len();
    assert_eq!(model(&added, "days.toml").days.entries[count].title, "Cắt điện");
    assert_eq!(apply(&added, &Change::RemoveDay(count)).unwrap(), DAYS);
    let duty = DutyForm { who: "Chị Lan".into(), weekdays: vec!["Mon-Fri".into()], ..DutyForm::default() };
    let added = apply(DAYS, &Change::AddDuty(duty.made())).unwrap();
    assert_eq!(diff(DAYS, &added), ["+", "+[[duty]]", "+who = \"Chị Lan\"", "+weekdays = [\"Mon-Fri\"]"]);
    assert_eq!(apply(&added, &Change::RemoveDuty(0)).unwrap(), DAYS);
    for at in 0..count {
        let left = model(&apply(DAYS, &Change::RemoveDay(at)).unwrap(), "days.toml").days;
        let mut expected = model(DAYS, "days.toml").days.entries.clone();
        expected.remove(at);
        assert_eq!(left.entries, expected);
    }
}

#[test]
fn what_only_a_person_can_change_is_left_to_one() {
    let inline = "programme = [{ id = \"a\" }]";
    assert_eq!(apply(inline, &Change::RemoveProgramme("a".into())), Err(Fault::ByHand("programme".into())));
    let dotted = "[[programme]]\nid = \"a\"\n[[programme.item]]\nid = \"q\"\nqueue.up_to = \"5m\"\n[[programme.item]]\nid = \"r\"\n[programme.item.queue]\nup_to = \"5m\"\n";
    for item in ["q", "r"] {
        let change = Change::Item("a".into(), item.into(), vec![("queue", None)]);
        assert_eq!(apply(dotted, &change), Err(Fault::ByHand("queue".into())));
    }
    let moved = apply(dotted, &Change::MoveItem("a".into(), "q".into(), false)).unwrap();
    assert!(moved.ends_with("up_to = \"5m\"\n[[programme.item]]\nid = \"q\"\nqueue.up_to = \"5m\"\n"), "{moved}");
    assert!(matches!(apply("a = ", &Change::AddDay(String::new())), Err(Fault::Syntax(_))));
}

fn programme() -> impl Strategy<Value = String> {
    let comment =
        prop_oneof![Just(""), Just("# một dòng\n"), Just("# rời\n\n"), Just("\n\n"), Just("# a\n# except = []\n")];
    let tail = prop_oneof![Just(""), Just("   # cuối dòng")];
    let item = ("[a-z]{1,3}", comment.clone(), tail.clone(), any::<bool>()).prop_map(|(file, comment, tail, title)| {
        let title = if title { "title = 'Tin \"một\"'\n" } else { "" };
        format!("{comment}[[programme.item]]{tail}\nid = \"ID\"\nfile = \"{file}.wav\"{tail}\n{title}")
    });
    let except = prop_oneof![
        Just(""),
        Just("except = [\"2026-04-30\"]\n"),
        Just("except = [2026-04-30, '2026-05-01'] # lễ\n"),
        Just("except = [\n    \"2026-04-30\",\n    \"2026-05-01T17:00\",   # một buổi\n]\n"),
        Just("except = [\n    \"2026-04-30\",\n    \"2026-05-01\"\n]\n"),
    ];
    (comment, tail, except, proptest::collection::vec(item, 1..4)).prop_map(|(comment, tail, except, items)| {
        let items: String =
            items.iter().enumerate().map(|(number, item)| item.replace("ID", &format!("i{number}"))).collect();
        format!(
            "{comment}[[programme]]{tail}\nid = \"PID\"\ntitle = \"Buổi\"{tail}\ncron = \"0 17 * * *\"\n{except}window = \"45m\"\n{items}"
        )
    })
}

/// Files of one to three programmes, with line ends of either kind, with or without a mark and a last line break.
fn files() -> impl Strategy<Value = String> {
    (proptest::collection::vec(programme(), 1..4), any::<[bool; 3]>()).prop_map(|(programmes, [crlf, mark, last])| {
        let each = programmes.iter().enumerate().map(|(number, text)| text.replace("PID", &format!("p{number}")));
        let mut text = format!("# Đầu tệp\n\n{}", each.collect::<Vec<_>>().join("\n"));
        if last {
            text.truncate(text.trim_end().len());
        }
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if mark { format!("{MARK}{text}") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_edit_and_its_inverse_give_the_same_bytes(file in files(), at in 0_usize..4, day in 1_u32..29) {
        let before = model(&file, "a.toml");
        let programme = &before.programmes[at % before.programmes.len()];
        let id = || programme.id.clone();
        let start = format!("2026-05-{day:02}T05:30");
        let items = programme.items.len();
        let item = programme.items[at % items].id.clone();
        let made = ItemForm { airs: Airs::File("n.wav".into()), title: String::new(), themes: Vec::new(), genre: "tin".into(), author: String::new() };
        let pairs = [
            (Change::Skip(id(), start.clone()), Change::Unskip(id(), start)),
            (Change::AddItem(id(), at, made.made("moi")), Change::RemoveItem(id(), "moi".into())),
            (Change::AddProgramme(ProgrammeForm::of(programme).made("moi", &[made.made("x")])), Change::RemoveProgramme("moi".into())),
            (Change::Programme(id(), vec![("why", Some(text("lý do"))), ("from", Some(text("2026-01-01")))]), Change::Programme(id(), vec![("from", None), ("why", None)])),
            (Change::Programme(id(), vec![("title", Some(text("Khác")))]), Change::Programme(id(), vec![("title", Some(text("Buổi")))])),
        ];
        for (change, inverse) in pairs {
            let after = apply(&file, &change).unwrap();
            prop_assert_ne!(&after, &file);
            model(&after, "a.toml");
            prop_assert_eq!(&apply(&after, &inverse).unwrap(), &file, "{:?}", change);
        }
        if at % items + 1 < items {
            let after = apply(&file, &Change::MoveItem(id(), item.clone(), false)).unwrap();
            prop_assert_eq!(apply(&after, &Change::MoveItem(id(), item, true)).unwrap(), file);
        }
    }

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else(file in files(), at in 0_usize..4, day in 1_u32..29) {
        let before = model(&file, "a.toml");
        let place = at % before.programmes.len();
        let mut programmes: Vec<_> = before.programmes.iter().map(|each| (**each).clone()).collect();
        let id = || before.programmes[place].id.clone();
        let item = at % programmes[place].items.len();
        let held = |text: &str| model(text, "a.toml").programmes.iter().map(|each| (**each).clone()).collect::<Vec<_>>();
        let day = chrono::NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        programmes[place].except.push(day);
        prop_assert_eq!(&held(&apply(&file, &Change::Skip(id(), day.to_string())).unwrap()), &programmes);
        programmes[place].except.pop();
        if programmes[place].items.len() > 1 {
            let gone = programmes[place].items.remove(item);
            prop_assert_eq!(&held(&apply(&file, &Change::RemoveItem(id(), gone.id.clone())).unwrap()), &programmes);
            programmes[place].items.insert(item, gone);
        }
        if programmes.len() > 1 {
            let gone = programmes.remove(place);
            prop_assert_eq!(&held(&apply(&file, &Change::RemoveProgramme(id())).unwrap()), &programmes);
            programmes.insert(place, gone);
        }
        programmes[place].window = chrono::TimeDelta::minutes(7);
        let keys = vec![("window", Some(text("7m")))];
        prop_assert_eq!(held(&apply(&file, &Change::Programme(id(), keys)).unwrap()), programmes);
    }
}
