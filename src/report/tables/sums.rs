//! Every table against the totals, for figures made by hand, by chance, and of a period in which nothing happened.
//!
//! In: figures of `sample`. Out: lines that add up to the totals below them, and totals that are those of all rows. The cells
//! are typed, so that nothing is read back from print. Only tests see this. Next: `report::html`.

use proptest::prelude::*;

use super::sample::{added_up, by_hand, drawn, empty, given, plan};
use super::{Given, all};
use crate::language::Language;
use crate::report::figures::{Aired, Figures};
use crate::report::table::{Cell, Emphasis, Line, Table};

const fn amount(cell: &Cell) -> i64 {
    match cell {
        Cell::Number(amount) | Cell::Minutes(amount) | Cell::Length(amount) => *amount,
        _ => 0,
    }
}

/// The indices of the columns of airings and minutes: those heads, or under those of the plan and of others.
fn aired_columns(table: &Table) -> Vec<[usize; 2]> {
    let at = |head: &'static str| table.columns.iter().enumerate().filter(move |(_, column)| column.head == head);
    let minutes = ["Thời lượng (phút)", "Tổng thời lượng (phút)"].into_iter().flat_map(at);
    let airings = ["Số lượt phát", "Số lượt"].into_iter().flat_map(at);
    airings.zip(minutes).map(|((airings, _), (minutes, _))| [airings, minutes]).collect()
}

fn pairs(line: &Line, columns: &[[usize; 2]]) -> Vec<Aired> {
    if line.emphasis == Emphasis::Heading {
        return vec![Aired::default(); columns.len()];
    }
    let of = |&[airings, minutes]: &[usize; 2]| Aired {
        airings: amount(&line.cells[airings]),
        aired_ms: amount(&line.cells[minutes]),
    };
    columns.iter().map(of).collect()
}

/// Each total is the sum of the lines above it that are none. Gives the last one.
fn sums(table: &Table, lines: &[Line]) -> Vec<Aired> {
    let columns = aired_columns(table);
    assert!(!columns.is_empty(), "{}", table.id);
    let mut running = vec![Aired::default(); columns.len()];
    let mut last = running.clone();
    for line in lines {
        let pairs = pairs(line, &columns);
        if line.emphasis == Emphasis::Total {
            assert_eq!(pairs, running, "{}: {:?}", table.id, line.cells);
            last = pairs;
        } else {
            running.iter_mut().zip(pairs).for_each(|(sum, pair)| *sum += pair);
        }
    }
    last
}

fn check(figures: &Figures) {
    let plan = plan();
    let given = given(figures, &plan);
    let totals = figures.totals.aired;
    let mut everything = totals.plan;
    everything += totals.other;
    let tables = all(&given);
    let table = |id: &str| tables.iter().find(|table| table.id == id).unwrap();
    for id in ["themes", "months", "bulletins"] {
        assert_eq!(sums(table(id), &table(id).lines), [everything], "{id}");
    }
    assert_eq!(sums(table("programmes"), &table("programmes").lines), [totals.plan, totals.other]);
    let zones = table("zones");
    let (once, by_zone) = zones.lines.split_last().unwrap();
    sums(zones, by_zone);
    assert_eq!(pairs(once, &aired_columns(zones)), [totals.plan, totals.other]);
    matrix_adds_up(table("matrix"), everything);
    let counted = |id: &str, column: usize| -> i64 {
        let is_part =
            |line: &&Line| matches!(line.cells.first(), Some(Cell::Number(_))) && line.emphasis == Emphasis::Plain;
        table(id).lines.iter().filter(is_part).map(|line| amount(&line.cells[column])).sum()
    };
    let last = table("reconciliation").lines.last().unwrap();
    assert_eq!(amount(&last.cells[2]), counted("reconciliation", 2));
    assert_eq!([amount(&last.cells[3]), counted("reconciliation", 3)], [everything.airings; 2]);
    let short = figures.reconciliation.partly + figures.reconciliation.not_aired;
    assert_eq!(amount(&table("shortfalls").lines.last().unwrap().cells[0]), short);
    let [.., of_plan, others, all] = table("channels").lines.as_slice() else { panic!() };
    assert_eq!([of_plan, others].iter().map(|line| amount(&line.cells[3])).sum::<i64>(), amount(&all.cells[3]));
    assert_eq!([amount(&all.cells[3]), amount(&all.cells[7])], [everything.airings, everything.aired_ms]);
}

/// Down by unit, and across.
fn matrix_adds_up(matrix: &Table, everything: Aired) {
    let figures = 3..matrix.columns.len() - 1;
    for (unit, all) in [(0, everything.airings), (1, everything.aired_ms)] {
        let lines: Vec<&Line> = matrix.lines.iter().skip(unit).step_by(2).collect();
        for column in figures.clone() {
            let mut running = 0;
            for line in &lines {
                if line.emphasis == Emphasis::Total {
                    assert_eq!(amount(&line.cells[column]), running, "{:?}", line.cells);
                } else {
                    running += amount(&line.cells[column]);
                }
            }
        }
        for line in &lines {
            let across: i64 = line.cells[3..figures.end - 1].iter().map(amount).sum();
            assert_eq!(across, amount(&line.cells[figures.end - 1]));
        }
        assert_eq!(amount(&lines.last().unwrap().cells[figures.end - 1]), all);
    }
}

proptest! {
    #[test]
    fn every_table_adds_up_to_the_totals_of_all_rows(list in drawn()) {
        check(&added_up(&list));
    }
}

#[test]
fn a_month_by_hand_and_one_of_nothing_add_up() {
    check(&by_hand());
    check(&empty());
}

#[test]
fn a_wrong_figure_shows() {
    let mut figures = by_hand();
    figures.themes[0].aired.airings += 1;
    assert!(std::panic::catch_unwind(|| check(&figures)).is_err());
}

#[test]
fn every_line_fits_and_every_table_has_notes_in_both_languages() {
    let (figures, plan) = (by_hand(), plan());
    for language in [Language::Vi, Language::En] {
        for table in all(&Given { language, ..given(&figures, &plan) }) {
            assert!(!table.notes.is_empty() && !table.lines.is_empty(), "{}", table.id);
            for line in &table.lines {
                let wanted = if line.emphasis == Emphasis::Heading { 1 } else { table.columns.len() };
                assert_eq!(line.cells.len(), wanted, "{}", table.id);
            }
        }
    }
}

#[test]
fn a_theme_of_which_nothing_aired_is_said_in_words() {
    let (figures, plan) = (by_hand(), plan());
    let tables = all(&given(&figures, &plan));
    for table in tables.iter().filter(|table| ["themes", "matrix"].contains(&table.id)) {
        let warned: Vec<&Line> = table.lines.iter().filter(|line| line.emphasis == Emphasis::Warning).collect();
        assert_eq!(warned.len(), if table.id == "themes" { 6 } else { 12 });
        let says = |line: &&Line| line.cells.iter().any(|cell| cell.print(Language::Vi).contains("chưa phát lượt nào"));
        assert!(warned.iter().all(says), "{}", table.id);
    }
}

#[test]
fn names_that_changed_stand_in_brackets_with_their_days() {
    let (figures, plan) = (by_hand(), plan());
    let zones = super::zones::zones(&given(&figures, &plan));
    assert_eq!(zones.lines[1].cells[1], Cell::text("Cụm loa thôn 2 (15/12/2024: Xóm Bãi)"));
}
