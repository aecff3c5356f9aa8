//! Every role against every route of the page, made from the table itself; and what the gate refuses.
//!
//! In: the table of routes. Out: who may do what, as a golden text; answers of the real program to each of them. An act is sent
//! with a wrong word of its form: whoever may do it is told that, whoever may not is told so before, and nothing is done.
//! Next: `web_people`.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use loa::people::Role;
use loa::web::{Needs, RouteTold, table};
use sqlx::{Connection as _, Executor as _};

use crate::check::assert_golden;
use crate::running::Site;
use crate::soundcard::wait_for;
use crate::store::stranger;
use crate::web::Visit;

/// Status, where to, and the beginning of the body.
struct Head {
    status: u16,
    text: String,
}

/// Asks and reads what comes at once: a stream of events has no end.
fn ask(visit: &Visit, route: &RouteTold, csrf: &str) -> Head {
    let path = filled(route.path);
    let mut request = format!(
        "{} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: application/json\r\n",
        route.method, visit.address
    );
    if let Some(cookie) = &visit.cookie {
        let _ = write!(request, "Cookie: {cookie}\r\n");
    }
    if route.method == "POST" {
        let _ = write!(
            request,
            "X-CSRF-Token: {csrf}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"
        );
    }
    let mut stream = visit.connect();
    stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let mut page = [0; 16 * 1024];
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(&mut page).unwrap();
        assert!(read > 0, "{} {path}: {}", route.method, String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&page[..read]);
    }
    let is_endless = bytes.windows(17).any(|part| part == b"text/event-stream");
    if !is_endless {
        let _ = stream.read_to_end(&mut bytes);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Head { status: text.split(' ').nth(1).unwrap().parse().unwrap(), text }
}

/// A path with something in its places.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn may(role: Option<Role>, needs: Needs) -> bool {
    match (needs, role) {
        (Needs::Nothing, _) | (Needs::SignIn, Some(_)) => true,
        (_, None) => false,
        (Needs::Right(right), Some(role)) => role.may(right),
    }
}

#[test]
fn who_may_do_what_is_written_down() {
    let mut told = String::from("O operator, A approver, R reporter, T technician; N anybody\n\n");
    let mut routes = table();
    routes.sort_by_key(|route| (route.path, route.method.clone()));
    for RouteTold { method, path, needs, act } in routes {
        let letters = [(Role::Operator, 'O'), (Role::Approver, 'A'), (Role::Reporter, 'R'), (Role::Technician, 'T')];
        let letters: String =
            letters.iter().map(|(role, letter)| if may(Some(*role), needs) { *letter } else { '.' }).collect();
        let nobody = if needs == Needs::Nothing { 'N' } else { '.' };
        writeln!(told, "{method:<4} {letters}{nobody} {path}  {act}").unwrap();
    }
    let told: String = told.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    assert_golden("web/rights.txt", &told);
}

#[test]
fn every_act_has_a_name_and_nothing_else_has() {
    for RouteTold { method, path, act, .. } in table() {
        assert_eq!(act.is_empty(), method == "GET", "{method} {path}: {act}");
        assert!(path.starts_with("/api/") || method == "GET", "{path}: acts stand under /api");
    }
}

#[test]
fn every_role_meets_every_route() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let guest = Visit::of(&running);
    let technician = guest.technician();
    let mut visits = vec![("nobody", None, guest.clone())];
    for role in Role::ALL {
        technician.account(role.as_str(), &[role.as_str()]);
        visits.push((role.as_str(), Some(role), guest.clone().enter(role.as_str())));
    }
    let expired = guest.clone().enter("operator");
    expire(&site, &expired);
    visits.push(("expired", None, expired));
    for route in &table() {
        for (who, role, visit) in &visits {
            let case = format!("{who}: {} {}", route.method, route.path);
            let Head { status, text } = ask(visit, route, "wrong");
            let is_book = route.path == "/bao-cao/so-nhat-ky/in" && status == 200;
            guarded(&case, &text, is_book);
            match (route.method.as_str(), may(*role, route.needs)) {
                ("GET", true) => assert!(status != 401 && status != 403, "{case}: {text}"),
                (_, false) if role.is_none() => assert_eq!(status, 401, "{case}: {text}"),
                (_, false) => assert!(status == 403 && text.contains("your account may not"), "{case}: {text}"),
                _ if route.needs == Needs::Nothing => assert!((400..500).contains(&status), "{case}: {text}"),
                _ => assert!(status == 403 && text.contains("this form is out of date"), "{case}: {text}"),
            }
        }
    }
    assert_eq!(running.terminate().0, Some(0));
}

/// What every answer tells the browser, whoever asked for what. The book that is printed brings its own style, and may nothing
/// else.
fn guarded(case: &str, answer: &str, brings_style: bool) {
    let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
    for header in [
        "content-security-policy: default-src 'none';",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: same-origin",
        "cache-control: ",
    ] {
        assert!(head.contains(header), "{case}: no {header}: {head}");
    }
    let unsafe_parts = head.matches("unsafe").count();
    let own_style = head.matches("style-src 'unsafe-inline'").count();
    assert_eq!((unsafe_parts, own_style), if brings_style { (1, 1) } else { (0, 0) }, "{case}: {head}");
}

/// Ends a sign-in by its time, as it stands in the database, and waits until the page knows.
fn expire(site: &Site, visit: &Visit) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut conn = stranger(&site.path("data")).await;
        let newest =
            "update sign_in set expires_at = '2026-01-01T00:00:00.000000Z' where id = (select max(id) from sign_in)";
        conn.execute(newest).await.unwrap();
        conn.close().await.unwrap();
    });
    wait_for("the sign-in to end", 30, || (visit.get("/api/me").status == 401).then_some(()));
}

/// What it is, the status of the answer, the headers that are sent.
type Case<'a> = (&'a str, u16, &'a [(&'a str, &'a str)]);

#[test]
fn an_act_of_another_site_is_refused_and_noted() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let visit = Visit::signed_in(&running, &["technician"]);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let (json, csrf) = (("Accept", "application/json"), ("X-CSRF-Token", &*visit.csrf));
    let own = format!("http://{}", visit.address);
    let cases: &[Case<'_>] = &[
        ("no word of the form", 403, &[json, form]),
        ("a wrong word", 403, &[json, form, ("X-CSRF-Token", "0123456789abcdef")]),
        ("another site", 403, &[json, form, csrf, ("Origin", "http://evil.example")]),
        ("another port", 403, &[json, form, csrf, ("Origin", "http://127.0.0.1:1")]),
        ("a frame without an origin", 403, &[json, form, csrf, ("Origin", "null")]),
        ("an old browser that names the page", 403, &[json, form, csrf, ("Referer", "http://evil.example/x")]),
        ("what the browser says", 403, &[json, form, csrf, ("Sec-Fetch-Site", "cross-site")]),
        ("our own page", 200, &[json, form, csrf, ("Origin", &own), ("Sec-Fetch-Site", "same-origin")]),
    ];
    for (case, status, headers) in cases {
        let reply = visit.send("POST", "/api/accounts/lan", headers, b"name=Lan&role=technician");
        assert_eq!(reply.status, *status, "{case}: {}", reply.text());
    }
    let rows = wait_for("the rows", 30, || {
        let rows = visit.get("/api/audit?viec=account.change").json();
        let rows = rows.as_array().unwrap().clone();
        (rows.len() == cases.len()).then_some(rows)
    });
    let told: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(told, [&["done"][..], &["refused"; 7]].concat());
    assert!(rows.iter().all(|row| row["login"] == "lan" && row["subject"] == "lan"), "{rows:?}");
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn an_act_beyond_ones_rights_is_refused_and_noted() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["reporter"]);
    let technician = lan.technician();
    for path in ["/api/emergency", "/api/bulletins/7/approve", "/api/accounts/lan"] {
        assert!(lan.post(path, &[("why", "thử")]).refused(403).contains("your account may not do this"), "{path}");
    }
    let refused = wait_for("the rows", 30, || {
        let rows = technician.get("/api/audit?nguoi=lan").json();
        let refused: Vec<_> =
            rows.as_array().unwrap().iter().filter(|row| row["outcome"] == "refused").cloned().collect();
        (refused.len() == 3).then_some(refused)
    });
    let told: Vec<_> =
        refused.iter().rev().map(|row| (row["act"].as_str().unwrap(), row["subject"].as_str())).collect();
    assert_eq!(told, [("air.emergency", None), ("bulletin.approve", Some("7")), ("account.change", Some("lan"))]);
    let why = refused[2]["told"].as_str().unwrap();
    assert!(why.ends_with("only: operator, approver"), "{why}");
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn whoever_takes_files_sends_them_and_nobody_else() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let guest = Visit::of(&running);
    let technician = guest.technician();
    for (role, is_taken) in [("operator", true), ("approver", true), ("reporter", true), ("technician", false)] {
        technician.account("lan", &[role]);
        let lan = guest.clone().enter("lan");
        let sent = lan.upload("/api/uploads?name=anh.jpg", b"\xff\xd8\xff\xe0 a photo");
        if is_taken {
            let id = sent.done()["object"]["upload"].as_str().unwrap().to_owned();
            assert_eq!(lan.get(&format!("/api/checks/{id}")).json()["name"], "anh.jpg", "{role}");
            assert_eq!(technician.get(&format!("/api/checks/{id}")).status, 403, "{role}");
            lan.post(&format!("/api/uploads/{id}/forget"), &[]).done();
            assert_eq!(lan.get(&format!("/api/checks/{id}")).status, 404, "{role}");
        } else {
            assert!(sent.refused(403).contains("only: operator, approver, reporting officer"), "{role}");
        }
        // What could not be sent is not offered.
        let air = lan.get(if role == "approver" { "/khan-cap" } else { "/phat-ngay" });
        let is_offered = air.text().contains("value=\"upload\"");
        assert_eq!(is_offered, is_taken && role != "reporter", "{role}");
    }
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn a_page_that_only_this_machine_reaches_has_no_other_name() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let visit = Visit::of(&running);
    let port = visit.address.rsplit_once(':').unwrap().1;
    let status = |host: &str, path: &str| {
        let mut stream = visit.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: text/html\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    // The first visit above all: a name of another site that points here would make the first account.
    for host in ["evil.example", &format!("evil.example:{port}"), "192.168.1.5", ""] {
        assert_eq!((status(host, "/bat-dau"), status(host, "/health-or-not")), (421, 421), "{host}");
    }
    for host in [&format!("localhost:{port}"), &visit.address, &format!("[::1]:{port}")] {
        assert_eq!(status(host, "/bat-dau"), 200, "{host}");
    }
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn what_is_too_long_is_refused_before_it_is_read() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let visit = Visit::signed_in(&running, &["technician"]);
    let long = "x".repeat(3 << 20);
    assert!(visit.post("/api/accounts/lan", &[("name", &long)]).refused(413).contains("too long"));
    assert!(
        Visit::of(&running).post("/api/sign-in", &[("login", &long), ("password", "x")]).refused(413).contains("long")
    );
    let lacks = visit.post("/api/sign-in", &[("login", "lan")]);
    assert!(lacks.refused(422).contains("lacks something"));
    assert_eq!(running.terminate().0, Some(0));
}
