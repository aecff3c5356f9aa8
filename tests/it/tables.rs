//! The tables of a report: every one adds up to the totals of all rows, and says in words what is to be seen to.
//!
//! In: figures of the month on paper and of random logs (`figures/sums` calls [`agree`]). Out: lines that add up to the totals below
//! them, and totals that are those of all rows. The cells are typed, so that nothing is read back from print. Next: `exports`.

use loa::language::Language;
use loa::plan::{Per, Target};
use loa::report::figures::Aired;
use loa::report::make::Made;
use loa::report::table::{Cell, Emphasis, Line, Table};
use loa::report::tables::{Given, all, chart};

use crate::evidence::month;
use crate::figures::{made, plan};

/// What tables of that station are made of.
pub(crate) fn given(made: &Made) -> Given<'_> {
    Given {
        figures: &made.figures,
        period: made.period,
        plan: None,
        activities: &made.activities,
        language: Language::Vi,
    }
}

const fn amount(cell: &Cell) -> i64 {
    match cell {
        Cell::Number(amount) | Cell::Minutes(amount) | Cell::Length(amount) => *amount,
        _ => 0,
    }
}

/// The indices of the columns of airings and minutes: once, or those of the plan and those of others.
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

/// Each total is the sum of all lines above it that are none. Gives the last one.
fn sums(table: &Table, lines: &[Line]) -> Vec<Aired> {
    let columns = aired_columns(table);
    assert!(!columns.is_empty(), "{}", table.id);
    let mut running = vec![Aired::default(); columns.len()];
    let mut last = Vec::new();
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

/// Whether all tables agree with each other and with the totals of all rows.
pub(crate) fn agree(given: &Given<'_>) {
    let tables = all(&Given { language: Language::Vi, ..*given });
    let table = |id: &str| tables.iter().find(|table| table.id == id).unwrap();
    for table in &tables {
        for line in &table.lines {
            let wanted = if line.emphasis == Emphasis::Heading { 1 } else { table.columns.len() };
            assert_eq!(line.cells.len(), wanted, "{}", table.id);
        }
    }
    let totals = given.figures.totals.aired;
    let mut everything = totals.plan;
    everything += totals.other;
    for id in ["themes", "months", "bulletins"] {
        assert_eq!(sums(table(id), &table(id).lines), [everything], "{id}");
    }
    assert_eq!(sums(table("programmes"), &table("programmes").lines), [totals.plan, totals.other]);
    let zones = table("zones");
    let (once, by_zone) = zones.lines.split_last().unwrap();
    sums(zones, by_zone);
    assert_eq!(pairs(once, &aired_columns(zones)), [totals.plan, totals.other]);
    let [.., of_plan, others, all] = table("channels").lines.as_slice() else { panic!("no totals of channels") };
    for column in [3, 7] {
        assert_eq!(amount(&of_plan.cells[column]) + amount(&others.cells[column]), amount(&all.cells[column]));
    }
    assert_eq!([amount(&all.cells[3]), amount(&all.cells[7])], [everything.airings, everything.aired_ms]);
    matrix_adds_up(table("matrix"), everything);
    is_reconciled(given, table("reconciliation"), table("shortfalls"), everything);
    postings_agree(table("themes"), table("channels"), given);
}

/// Down by unit, and across.
fn matrix_adds_up(matrix: &Table, everything: Aired) {
    let sum = matrix.columns.len() - 2;
    let figures: Vec<&Line> = matrix.lines.iter().filter(|line| line.emphasis != Emphasis::Heading).collect();
    for (unit, all) in [(0, everything.airings), (1, everything.aired_ms)] {
        let lines: Vec<&&Line> = figures.iter().skip(unit).step_by(2).collect();
        for column in 3..=sum {
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
            assert_eq!(line.cells[3..sum].iter().map(amount).sum::<i64>(), amount(&line.cells[sum]));
        }
        assert_eq!(amount(&lines.last().unwrap().cells[sum]), all);
    }
}

fn is_reconciled(given: &Given<'_>, reconciliation: &Table, shortfalls: &Table, everything: Aired) {
    let is_part = |line: &&Line| line.emphasis == Emphasis::Plain && matches!(line.cells[0], Cell::Number(_));
    let parts = |column: usize| -> i64 {
        reconciliation.lines.iter().filter(is_part).map(|line| amount(&line.cells[column])).sum()
    };
    let last = reconciliation.lines.last().unwrap();
    assert_eq!(amount(&last.cells[2]), parts(2));
    assert_eq!([amount(&last.cells[3]), parts(3)], [everything.airings; 2]);
    let short = given.figures.reconciliation.partly + given.figures.reconciliation.not_aired;
    assert_eq!(amount(&shortfalls.lines.last().unwrap().cells[0]), short);
}

/// What the themes were posted of adds up to what their channels were posted of.
fn postings_agree(themes: &Table, channels: &Table, given: &Given<'_>) {
    let posted = themes.columns.iter().enumerate().filter(|(_, it)| it.over.as_deref() == Some("Số bài đăng"));
    for (column, head) in posted {
        let line = channels.lines.iter().find(|line| line.cells[1] == Cell::text(head.head.as_str())).unwrap();
        let all = themes.lines.last().unwrap();
        assert_eq!(all.cells[column], line.cells[3], "{} of {:?}", head.head, given.period.span);
    }
}

#[test]
fn the_tables_of_the_month_agree_and_a_wrong_figure_shows() {
    let (site, plan) = (month(), plan());
    for period in ["2025-07", "2025", "2025-06-20..2025-07-01", "2024-03"] {
        let mut made = made(&site, period, Some(&plan));
        agree(&Given { plan: Some(&plan), ..given(&made) });
        made.figures.themes[0].aired.airings += 1;
        let wrong = Given { plan: Some(&plan), ..given(&made) };
        assert!(std::panic::catch_unwind(|| agree(&wrong)).is_err(), "{period}");
    }
    let without = made(&site, "2025-07", None);
    agree(&given(&without));
}

#[test]
fn what_is_to_be_seen_to_is_said_in_words() {
    let (site, plan) = (month(), plan());
    let made = made(&site, "2025-07", Some(&plan));
    let tables = all(&Given { plan: Some(&plan), ..given(&made) });
    for (id, lines) in [("themes", 2), ("matrix", 4)] {
        let table = tables.iter().find(|table| table.id == id).unwrap();
        let warned: Vec<&Line> = table.lines.iter().filter(|line| line.emphasis == Emphasis::Warning).collect();
        assert_eq!(warned.len(), lines, "ND6 and ND8 have no airing that counts: {id}");
        let says = |line: &&Line| line.cells.iter().any(|cell| cell.print(Language::Vi).contains("chưa phát lượt nào"));
        assert!(warned.iter().all(says), "{id}");
    }
    let notes = tables[0].notes.join("\n");
    for said in ["2 dòng phát thử", "1 dòng bị hủy", "2 dòng có đính chính", "không chứng minh người dân đã nghe"]
    {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    let old_name = "Đài truyền thanh xã Hát Môn (15/06/2025 - 30/06/2025: Đài truyền thanh xã Thanh Đa)";
    assert!(notes.contains(old_name), "{notes}");
}

#[test]
fn a_period_of_nothing_has_all_tables() {
    let (site, plan) = (month(), plan());
    let made = made(&site, "2020-01", Some(&plan));
    let given = Given { plan: Some(&plan), ..given(&made) };
    agree(&given);
    let tables = all(&given);
    assert_eq!(tables.len(), 11);
    let says_none = |id: &str| {
        let table = tables.iter().find(|table| table.id == id).unwrap();
        matches!(&table.lines[0], Line { cells, emphasis: Emphasis::Heading } if cells[0].print(Language::Vi).starts_with("Không có"))
    };
    for id in ["bulletins", "activities", "other_themes", "programmes", "shortfalls"] {
        assert!(says_none(id), "{id}");
    }
    assert!(chart::chart(&given).series.iter().all(|series| series.aired_ms == [0]));
}

#[test]
fn many_months_are_put_together_by_year() {
    let (site, plan) = (month(), plan());
    let made = made(&site, "2024-01-01..2025-12-14", Some(&plan));
    let given = Given { plan: Some(&plan), ..given(&made) };
    agree(&given);
    assert_eq!(chart::chart(&given).months, ["2024", "2025"]);
    let heads = all(&given)[7].columns.iter().map(|column| column.head.clone()).collect::<Vec<_>>();
    assert_eq!(heads[3..], ["2024", "2025", "Cộng", "Ghi chú"]);
}

/// Lines of the table of targets, from what is set on.
fn targets(period: &str, set: &[Target]) -> Vec<String> {
    let site = month();
    let mut plan = plan();
    plan.targets = set.to_vec();
    let made = made(&site, period, Some(&plan));
    let tables = all(&Given { plan: Some(&plan), ..given(&made) });
    let table = tables.iter().find(|table| table.id == "targets").unwrap();
    let line = |line: &Line| {
        let cells: Vec<String> = line.cells[2..].iter().map(|cell| cell.print(Language::Vi)).collect();
        cells.join(" | ")
    };
    table.lines.iter().map(line).collect()
}

#[test]
fn targets_are_measured_over_whole_months_quarters_and_years() {
    let target = |theme: Option<&str>, per, bulletins, airings, minutes| Target {
        theme: theme.map(str::to_owned),
        per,
        bulletins,
        airings,
        minutes,
    };
    let set = [
        target(Some("ND3"), Per::Month, Some(2), Some(8), None),
        target(None, Per::Quarter, None, None, Some(60)),
        target(None, Per::Year, None, Some(40), None),
    ];
    assert_eq!(
        targets("2025-07", &set),
        [
            "tin, bài | 2 | tháng | 1 (7/2025) | 2 | 2 | ",
            "lượt phát | 8 | tháng | 1 (7/2025) | 8 | 6 | ",
            "phút | 60,0 | quý | 0 |  |  | kỳ không trọn, không so",
            "lượt phát | 40 | năm | 0 |  |  | kỳ không trọn, không so",
        ]
    );
    let over = targets("2025-06-01..2025-08-14", &set);
    assert_eq!(over[0], "tin, bài | 2 | tháng | 2 (7/2025 - 8/2025) | 4 |  | tin, bài chỉ so khi cả kỳ trọn vẹn");
    assert_eq!(over[1], "lượt phát | 8 | tháng | 2 (7/2025 - 8/2025) | 16 | 6 | ");
    let year = targets("2025", &set);
    assert!(year[2].starts_with("phút | 60,0 | quý | 4 (1/2025 - 12/2025) | 240,0 | "), "{year:?}");
    assert!(year[3].starts_with("lượt phát | 40 | năm | 1 (1/2025 - 12/2025) | 40 | 18 | "), "{year:?}");
    assert!(targets("2026", &set)[3].contains("kỳ không trọn"), "the target is that of the plan's year");
}
