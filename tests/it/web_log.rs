//! The page of the log: filters against a naive one, evidence of rows, remarks, downloads, the proof.
//!
//! In: the month that was worked out by hand, served by the real program. Out: what the page shows, row by row; that what was
//! tampered with is shown as such; that files are those that the commands print. Next: `web`.

use serde_json::Value;
use sqlx::{Connection as _, Executor as _};

use crate::evidence::month;
use crate::running::{Running, Site};
use crate::soundcard::wait_for;
use crate::store::stranger;
use crate::web::{Reply, Visit};

const EVERYBODY: &[&str] = &["operator", "approver", "reporter", "technician"];

/// That month's station with its page, in English.
fn served() -> (Site, Running) {
    let site = month();
    let settings = std::fs::read_to_string(site.path("loa.toml")).unwrap();
    let settings = settings.replace("\"vi\"", "\"en\"").replace("device = \"default\"", "device = \"silent\"");
    site.write("loa.toml", settings + "[web]\nlisten = \"127.0.0.1:0\"\n");
    let running = site.run();
    (site, running)
}

fn rows(site: &Site) -> Vec<Value> {
    serde_json::from_str(&site.done(&["log", "--format", "json"])).unwrap()
}

/// Numbers of all rows that a query finds, page by page.
fn found(visit: &Visit, query: &str) -> Vec<i64> {
    let (mut numbers, mut after) = (Vec::new(), String::new());
    loop {
        let answer = visit.get(&format!("/api/log?{query}{after}")).json();
        let page = answer["rows"].as_array().unwrap_or_else(|| panic!("{answer}"));
        assert!(page.len() <= 50);
        numbers.extend(page.iter().map(|row| row["seq"].as_i64().unwrap()));
        match answer["older"].as_i64() {
            Some(older) => after = format!("&after={older}"),
            None => return numbers,
        }
    }
}

/// The same by reading every row.
fn naive(rows: &[Value], remarks_too: bool, wanted: impl Fn(&Value) -> bool) -> Vec<i64> {
    let mut rows: Vec<&Value> =
        rows.iter().filter(|row| (remarks_too || row["corrects"].is_null()) && wanted(row)).collect();
    // All of one offset, so that the text sorts as the instants do.
    rows.sort_by_key(|row| (row["scheduled_at"].as_str().unwrap().to_owned(), row["seq"].as_i64()));
    rows.iter().rev().map(|row| row["seq"].as_i64().unwrap()).collect()
}

/// Whether a row or a correction of it is so.
fn or_corrected<'a>(rows: &'a [Value], is: impl Fn(&Value) -> bool + 'a) -> impl Fn(&Value) -> bool + 'a {
    move |row| {
        let corrections = rows.iter().filter(|each| each["corrects"] == row["seq"] && each["kind"] == "correction");
        is(row) || corrections.into_iter().any(&is)
    }
}

#[test]
fn every_filter_finds_what_a_naive_one_finds() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, &["operator"]);
    let all = rows(&site);
    let is = |column: &'static str, value: &'static str| move |row: &Value| row[column] == value;
    let day = |row: &Value| row["scheduled_at"].as_str().unwrap()[..10].to_owned();
    assert_eq!(found(&visit, ""), naive(&all, false, |_| true));
    assert!(all.len() > 50, "more than a page");
    let cases: Vec<(&str, Vec<i64>)> = vec![
        ("from=2025-06-15&to=2025-07-14", naive(&all, false, |row| ("2025-06-15".."2025-07-15").contains(&&*day(row)))),
        ("programme=sang", naive(&all, false, is("programme", "sang"))),
        ("outcome=interrupted", naive(&all, false, is("outcome", "interrupted"))),
        (
            "outcome=aired&programme=chieu",
            naive(&all, false, |row| row["outcome"] == "aired" && row["programme"] == "chieu"),
        ),
        ("reason=power_loss", naive(&all, false, is("reason", "power_loss"))),
        ("kind=emergency", naive(&all, false, is("kind", "emergency"))),
        ("kind=correction", naive(&all, true, is("kind", "correction"))),
        ("kind=note", naive(&all, true, is("kind", "note"))),
        ("aired=real", naive(&all, false, is("output", "card"))),
        ("aired=rehearsals", naive(&all, false, |row| row["output"] != "card")),
        (
            "theme=ND3",
            naive(&all, false, or_corrected(&all, |row| row["themes"].as_array().unwrap().contains(&"ND3".into()))),
        ),
        (
            "zone=thon-2",
            naive(&all, false, or_corrected(&all, |row| row["zones"].as_array().unwrap().contains(&"thon-2".into()))),
        ),
        ("bulletin=1", naive(&all, false, or_corrected(&all, |row| row["bulletin"] == 1))),
        ("remarked=1", naive(&all, false, |row| all.iter().any(|each| each["corrects"] == row["seq"]))),
    ];
    for (query, expected) in cases {
        assert!(!expected.is_empty(), "`{query}` must find something to be a test");
        assert_eq!(found(&visit, query), expected, "{query}");
    }
    let title = all[0]["title"].as_str().unwrap();
    let words: String = loa::text::plain_key(title).replace(' ', "+");
    let expected = naive(&all, false, or_corrected(&all, |row| row["title"] == title));
    assert_eq!(found(&visit, &format!("words={words}")), expected, "typed without marks");
    assert_eq!(visit.get("/api/log?outcome=gone").refused(400), "the filter makes no sense");
}

#[test]
fn the_filter_stands_in_the_address_and_the_page_says_what_its_rows_come_to() {
    let (_site, running) = served();
    let visit = Visit::signed_in(&running, &["operator"]);
    let page = visit.get("/nhat-ky?tu=2025-06-15&den=2025-07-14&ket-qua=aired").text();
    assert!(page.contains("value=\"2025-06-15\"") && page.contains("<option value=\"aired\" selected"), "{page}");
    assert!(page.contains("This page has"), "{page}");
    assert!(!page.contains("/nhat-ky/tai"), "an operator downloads nothing");
    assert_eq!(visit.get("/nhat-ky/tai?dang=csv").status, 403);
}

/// The first row of which that is so.
fn first(rows: &[Value], is: impl Fn(&Value) -> bool) -> i64 {
    rows.iter().find(|row| is(row)).and_then(|row| row["seq"].as_i64()).unwrap()
}

#[test]
fn a_row_opens_to_its_evidence() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, EVERYBODY);
    let all = rows(&site);
    let corrected = |void: bool| {
        let of = |row: &&Value| row["kind"] == "correction" && row["outcome"].is_null() != void;
        all.iter().find(of).and_then(|row| row["corrects"].as_i64()).unwrap()
    };
    let normal = first(&all, |row| row["outcome"] == "aired" && row["approval"].is_string());
    for seq in [normal, corrected(false), corrected(true), first(&all, |row| row["outcome"] == "interrupted")] {
        let (page, object) = (visit.get(&format!("/nhat-ky/{seq}")), visit.get(&format!("/api/log/{seq}")).json());
        let row = &all[usize::try_from(seq).unwrap() - 1];
        assert_eq!((page.status, &object["is_whole"], &object["row"]), (200, &true.into(), row), "{seq}");
        assert_eq!(object["remade"], row["hash"]);
        let page = page.text();
        assert!(
            page.contains("This row is as it was written") && page.contains(row["hash"].as_str().unwrap()),
            "{page}"
        );
    }
    let page = visit.get(&format!("/nhat-ky/{}", corrected(true))).text();
    assert!(page.contains("This row counts nowhere"), "{page}");
    let page = visit.get(&format!("/nhat-ky/{normal}")).text();
    assert!(page.contains("/duyet/phieu/") && page.contains("the stored file is whole"), "{page}");
    assert!(visit.get("/nhat-ky/99999").status == 404 && visit.get("/api/log/99999").status == 404);
}

#[test]
fn a_row_that_was_tampered_with_is_shown_as_such() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, EVERYBODY);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        conn.execute(
            "drop trigger airing_log_no_update; update airing_log set aired_ms = aired_ms + 1000 where seq = 6;
             update airing_log set themes = '[ ]' where seq = 8",
        )
        .await
        .unwrap();
        conn.close().await.unwrap();
    });
    let page = visit.get("/nhat-ky/6").text();
    assert!(page.contains("This row is NOT whole") && page.contains("ANOTHER"), "{page}");
    assert!(!page.contains("/api/log/6/correct"), "nothing is said of a row that is not what it was");
    assert_eq!(visit.get("/api/log/6").json()["faults"][0], "its `hash` does not match its content");
    assert!(visit.get("/nhat-ky/8").text().contains("This row was altered or damaged"));
    let list = visit.get("/api/log?to=2025-06-30").json();
    let whole =
        |seq: i64| list["rows"].as_array().unwrap().iter().find(|row| row["seq"] == seq).unwrap()["is_whole"].clone();
    assert_eq!((whole(5), whole(6), whole(8)), (true.into(), false.into(), false.into()));
    let begun = visit.post("/api/log/verify", &[]).done();
    assert_eq!(begun["to"], "/nhat-ky/kiem-tra");
    let proof = wait_for("the proof", 60, || {
        Some(visit.get("/api/log/verify").json()).filter(|proof| proof["is_over"] == true)
    });
    assert_eq!((&proof["chains"][0]["seq"], &proof["chains"][1]["is_whole"]), (&6.into(), &true.into()), "{proof}");
    let names: Vec<&Value> = proof["chains"].as_array().unwrap().iter().map(|chain| &chain["chain"]).collect();
    assert_eq!((names.len(), names[5]), (6, &"audit".into()), "{proof}");
    let page = visit.get("/nhat-ky/kiem-tra").text();
    assert!(page.contains("NOT whole, first bad row: 6"), "{page}");
}

/// What a form of row `seq` carries.
fn seen(visit: &Visit, seq: i64) -> (String, String) {
    let object = visit.get(&format!("/api/log/{seq}")).json();
    let remark =
        object["remarks"].as_array().unwrap().last().map_or_else(|| "0".into(), |last| last["seq"].to_string());
    (object["row"]["hash"].as_str().unwrap().to_owned(), remark)
}

#[test]
fn notes_and_corrections_are_new_rows_bound_to_what_was_seen() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, EVERYBODY);
    let about = 2;
    let (hash, remark) = seen(&visit, about);
    let before = rows(&site).len();
    let note = |act: &str| {
        visit.post("/api/log/2/note", &[("hash", &hash), ("remark", &remark), ("text", "nghe rõ"), ("act", act)])
    };
    let added = note("a1").done();
    assert_eq!((&added["object"]["row"]["corrects"], &added["object"]["row"]["via"]), (&about.into(), &"web".into()));
    assert_eq!(added["object"]["row"]["by"], "lan (lan)");
    assert_eq!(note("a1").done(), added, "sent twice, done once");
    assert_eq!(rows(&site).len(), before + 1);
    // Another form of before the note does not know of it.
    let stale = [("hash", &*hash), ("remark", &*remark), ("void", "1"), ("why", "phát thử")];
    assert!(visit.post("/api/log/2/correct", &stale).refused(409).contains("since you opened the page"));
    let (hash, remark) = seen(&visit, about);
    let correct = |fields: &[(&str, &str)]| {
        visit.post("/api/log/2/correct", &[&[("hash", &*hash), ("remark", &*remark)], fields].concat())
    };
    assert_eq!(correct(&[("void", "1")]).json()["fields"]["why"], "fill this in");
    assert_eq!(correct(&[("themes", "ND99"), ("why", "x")]).status, 400);
    assert!(correct(&[("void", "0"), ("why", "x")]).refused(409).contains("changes nothing"));
    assert_eq!(rows(&site).len(), before + 1, "nothing was recorded of what was refused");
    let row = correct(&[("void", "1"), ("themes", "nd4"), ("why", "phát thử")]).done()["object"]["row"].clone();
    assert_eq!(
        (&row["outcome"], &row["themes"], &row["why"]),
        (&"cancelled".into(), &serde_json::json!(["ND4"]), &"phát thử".into())
    );
    let operator = visit.clone().sign_in("hoa", &["operator"]);
    let (hash, remark) = seen(&operator, about);
    let fields = [("hash", &*hash), ("remark", &*remark), ("void", "0"), ("why", "x")];
    assert_eq!(operator.post("/api/log/2/correct", &fields).status, 403);
    assert!(site.done(&["log", "verify"]).contains(&format!("{} rows", before + 2)));
}

#[test]
fn downloads_are_what_the_commands_print() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, &["reporter"]);
    let download = |query: &str| {
        let reply: Reply = visit.get(&format!("/nhat-ky/tai?{query}"));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(reply.header("content-disposition").unwrap().starts_with("attachment; filename=\"nhat-ky-"));
        reply
    };
    assert_eq!(download("dang=csv").text(), site.done(&["log", "--format", "csv"]));
    assert_eq!(download("dang=json").text(), site.done(&["log", "--format", "json"]));
    let days = ["--from", "2025-06-15", "--to", "2025-07-14"];
    let printed = |format: &str| site.done(&[&["log"], &days[..], &["--format", format]].concat());
    assert_eq!(download("dang=csv&tu=2025-06-15&den=2025-07-14").text(), printed("csv"));
    assert_eq!(download("dang=json&tu=2025-06-15&den=2025-07-14").text(), printed("json"));
    // A filter leaves rows out, and takes along what was said of those that stay.
    let all = rows(&site);
    let kept = |row: &Value| row["outcome"] == "aired" && row["corrects"].is_null();
    let numbers: Vec<&Value> = all.iter().filter(|row| kept(row)).map(|row| &row["seq"]).collect();
    let expected: Vec<&Value> = all.iter().filter(|row| kept(row) || numbers.contains(&&row["corrects"])).collect();
    let found = download("dang=json&ket-qua=aired").json();
    assert_eq!(found.as_array().unwrap().iter().collect::<Vec<_>>(), expected);
    let whole = site.done(&["log", "--format", "csv"]);
    let csv = download("dang=csv&ket-qua=aired").text();
    assert_eq!(csv.lines().count(), expected.len() + 1);
    assert!(csv.lines().all(|line| whole.contains(line)), "each record is that of the whole file");
    for query in ["dang=xlsx", "dang=xlsx&ket-qua=aired&tu=2025-06-15&den=2025-07-14"] {
        assert!(download(query).body.starts_with(b"PK"), "{query}");
    }
    assert_eq!(visit.get("/nhat-ky/tai?dang=pdf").status, 400);
}

#[test]
fn a_signed_export_is_one_that_the_command_believes() {
    let (site, running) = served();
    let visit = Visit::signed_in(&running, &["reporter"]);
    let reply = visit.post_form("/api/log/export", &[("period", "2025-07"), ("from", ""), ("to", "")]);
    assert_eq!(reply.status, 200, "{}", reply.text());
    std::fs::write(site.path("ky.jsonl"), &reply.body).unwrap();
    let proof = site.done(&["log", "verify", "ky.jsonl"]);
    assert!(proof.contains("whole, and signed by") && proof.contains("period: 2025-07"), "{proof}");
    assert!(proof.contains("by lan (lan)"), "{proof}");
    let left = std::fs::read_dir(site.path("data")).unwrap().filter_map(Result::ok);
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with("export-")));
    assert_eq!(visit.post_form("/api/log/export", &[("period", "July")]).status, 400);
}
