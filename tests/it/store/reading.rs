//! The log as others read it: every row once and in order, in every format, also where pages are missing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use chrono::TimeDelta;
use loa::airing::{Airing, AiringId};
use loa::desk::Record;
use loa::store::{COLUMNS, Log, Span, write_csv};
use sqlx::{Connection as _, Executor as _};

use super::{aired, commit, open, row, rows, soon, stranger};

async fn csv(folder: &Path, span: Span) -> String {
    let mut out = Vec::new();
    write_csv(Log::open(folder).await.unwrap(), span, &mut out).await.unwrap().unwrap();
    String::from_utf8(out).unwrap()
}

/// The column's values, in the order of the rows.
fn column(csv: &str, name: &str) -> Vec<String> {
    let at = COLUMNS.iter().position(|column| *column == name).unwrap();
    let records = csv::Reader::from_reader(csv.as_bytes()).into_records();
    records.map(|record| record.unwrap()[at].to_owned()).collect()
}

#[tokio::test]
async fn csv_holds_what_the_rows_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let title = "a \"quoted\", line\r\nbreak, Đài";
    let odd = Airing { title: Some(title.to_owned()), author: Some(String::new()), ..aired(0) };
    commit(&store, Record::Row(Box::new(odd))).await;
    commit(&store, row(1)).await;
    store.close().await;
    let text = csv(folder.path(), Span::default()).await;
    assert!(text.starts_with(&(COLUMNS.join(",") + "\n1,1,")) && text.ends_with('\n'));
    let rows = rows(folder.path()).await;
    for (at, record) in csv::Reader::from_reader(text.as_bytes()).into_records().enumerate() {
        let json = serde_json::to_value(&rows[at]).unwrap();
        for (name, field) in COLUMNS.iter().zip(record.unwrap().iter()) {
            let expected = match &json[name] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(field, expected, "{name}");
        }
    }
    assert_eq!(column(&text, "title")[0], title);
}

#[tokio::test]
async fn a_span_takes_its_first_instant_and_not_its_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    for day in 0..4 {
        let scheduled_at = aired(0).scheduled_at + TimeDelta::days(day);
        let airing = AiringId::planned("sang", scheduled_at.to_utc(), "0");
        commit(&store, Record::Row(Box::new(Airing { scheduled_at, airing, ..aired(0) }))).await;
    }
    let day = |day: i64| Some(aired(0).scheduled_at.to_utc() + TimeDelta::days(day));
    // The station is still running: reading does not disturb it.
    for (from, to, expected) in [
        (None, None, &["1", "2", "3", "4"][..]),
        (day(1), day(3), &["2", "3"]),
        (day(3), None, &["4"]),
        (None, day(1), &["1"]),
        (day(9), None, &[]),
        (day(3), day(1), &[]),
    ] {
        assert_eq!(column(&csv(folder.path(), Span { from, to }).await, "seq"), expected, "{from:?} {to:?}");
    }
    commit(&store, row(9)).await;
    store.close().await;
}

#[tokio::test]
async fn pages_that_are_missing_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.store;
    let answers: Vec<_> = (0..4200).map(|item| store.record(row(item))).collect();
    for answer in answers {
        soon(answer).await.unwrap();
    }
    store.close().await;
    let mut conn = stranger(folder.path()).await;
    conn.execute(
        "drop trigger airing_log_no_delete; drop trigger airing_log_no_update;
         delete from airing_log where seq between 600 and 3700;
         update airing_log set seq = 9223372036854775807 where seq = 4200",
    )
    .await
    .unwrap();
    conn.close().await.unwrap();
    let expected: Vec<_> = (1..600).chain(3701..4200).chain([i64::MAX]).map(|seq| seq.to_string()).collect();
    assert_eq!(column(&csv(folder.path(), Span::default()).await, "seq"), expected);
}
