//! Accounts, sign-ins and the audit, on the page of the real program.
//!
//! In: people who sign in, guess, change, leave; a database that somebody else holds. Out: what they are told, what stands in the
//! database and in the audit. Next: `web`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};

use loa::people::sign_in::token_sha256;
use serde_json::Value;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::runtime::Runtime;

use crate::clips::Signal as Sound;
use crate::lockout::Locked;
use crate::running::{Running, Site, outcome};
use crate::soundcard::wait_for;
use crate::store::stranger;
use crate::users::user;
use crate::web::{PASSWORD, Reply, Visit};

fn site() -> Site {
    Site::new("silent").with_page()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// What one question to the database answers, as text.
fn asked(site: &Site, sql: &'static str) -> Vec<String> {
    runtime().block_on(async {
        let mut conn: SqliteConnection = stranger(&site.path("data")).await;
        let rows = sqlx::query(sql).fetch_all(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// The audit as a technician reads it, the newest first, once it has at least so many rows.
fn audit(visit: &Visit, least: usize) -> Vec<Value> {
    wait_for("rows of the audit", 30, || {
        let rows = visit.get("/api/audit?so=500").json();
        rows.as_array().filter(|rows| rows.len() >= least).cloned()
    })
}

fn try_password(visit: &Visit, login: &str, password: &str) -> Reply {
    visit.post("/api/sign-in", &[("login", login), ("password", password)])
}

fn token(visit: &Visit) -> String {
    visit.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned()
}

fn end(running: Running) {
    assert_eq!(running.terminate().0, Some(0));
}

#[test]
fn the_first_visit_makes_one_account_and_no_second() {
    let site = site();
    let running = site.run();
    let guest = Visit::of(&running);
    assert_eq!(guest.get("/").header("location"), Some("/dang-nhap?den=%2F"));
    assert_eq!(guest.get("/dang-nhap").header("location"), Some("/bat-dau"));
    let page = guest.get("/bat-dau").text();
    assert!(page.contains("name=\"password\"") && page.contains("value=\"technician\" checked"), "{page}");
    let typed = |login, password, again, role| {
        [("login", login), ("name", "Nguyễn Thị Lan"), ("password", password), ("again", again), ("role", role)]
    };
    for (sent, field) in [
        (typed("Lân", PASSWORD, PASSWORD, "technician"), "login"),
        (typed("lan", "12345678", "12345678", "technician"), "password"),
        (typed("lan", PASSWORD, "nắng mới 25", "technician"), "again"),
        (typed("lan", PASSWORD, PASSWORD, "operator"), "role"),
        (typed("lan", PASSWORD, PASSWORD, "admin"), "role"),
    ] {
        let answer = guest.post("/api/first-visit", &sent).json();
        assert!(answer["done"] == false && answer["fields"][field].is_string(), "{field}: {answer}");
    }
    let made = guest.post_form("/api/first-visit", &typed("lan", PASSWORD, PASSWORD, "technician"));
    assert_eq!((made.status, made.header("location")), (303, Some("/")));
    let cookie = made.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict; Path=/") && !cookie.contains("Max-Age"), "{cookie}");
    let second = guest.post("/api/first-visit", &typed("binh", PASSWORD, PASSWORD, "technician"));
    assert!(second.refused(403).contains("sign in"));
    assert_eq!(guest.get("/bat-dau").header("location"), Some("/dang-nhap"));
    assert_eq!(guest.get("/dang-nhap").status, 200);
    let lan = guest.enter("lan");
    assert_eq!(lan.get("/api/me").json()["name"], "Nguyễn Thị Lan");
    let acts: Vec<String> =
        audit(&lan, 9).iter().rev().map(|row| format!("{} {}", row["act"], row["outcome"])).collect();
    let refused = r#""account.first" "refused""#;
    let entered = r#""sign-in" "done""#;
    let expected = [&[refused; 5][..], &[r#""account.first" "done""#, entered, refused, entered]].concat();
    assert_eq!(acts, expected);
    end(running);
}

#[test]
fn guessing_is_slow_and_locks_nobody_else_out() {
    let site = site();
    let running = site.run();
    let technician = Visit::signed_in(&running, &["technician"]);
    technician.account("binh", &["approver"]);
    let guest = Visit::of(&running);
    for _ in 0..5 {
        assert!(try_password(&guest, "binh", "sai mật khẩu").refused(422).contains("login or password is wrong"));
    }
    let told = try_password(&guest, "binh", PASSWORD).refused(429);
    let seconds: i64 = told.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert!((1..=31).contains(&seconds), "the right one waits too: {told}");
    assert_eq!(guest.enter("lan").get("/api/me").status, 200, "at the same machine somebody else signs in");
    let rows = audit(&technician, 13);
    let refused: Vec<&Value> = rows.iter().filter(|row| row["outcome"] == "refused").collect();
    assert_eq!(refused.len(), 6);
    assert!(refused.iter().all(|row| row["login"].is_null() && row["subject"] == "binh"), "{refused:?}");
    end(running);
}

#[test]
fn what_is_typed_in_place_of_a_login_stands_nowhere() {
    let site = site();
    let running = site.run();
    let technician = Visit::signed_in(&running, &["technician"]);
    for typed in ["matkhaucuatoi", "Mật khẩu của tôi"] {
        assert!(try_password(&Visit::of(&running), typed, "lan").refused(422).contains("wrong"));
    }
    let rows = audit(&technician, 7);
    let refused: Vec<&Value> = rows.iter().filter(|row| row["outcome"] == "refused").collect();
    assert!(refused.len() == 2 && refused.iter().all(|row| row["subject"].is_null()), "{rows:?}");
    end(running);
}

#[test]
fn each_sign_in_has_a_new_token_which_nobody_reads_in_the_database() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["technician"]);
    let kept = asked(&site, "select token_sha256 from sign_in");
    assert!(kept.contains(&token_sha256(&token(&lan))), "{kept:?}");
    for value in kept {
        let thief = Visit { cookie: Some(format!("loa={value}")), ..lan.clone() };
        assert_eq!(thief.get("/api/me").status, 401, "what stands in the database is no token");
    }
    // Somebody who planted a token in the browser gains nothing by the sign-in.
    let planted = Visit { cookie: Some("loa=0123456789abcdef".into()), csrf: String::new(), ..lan.clone() };
    let reply = try_password(&planted, "lan", PASSWORD);
    assert!(reply.header("set-cookie").is_some_and(|cookie| !cookie.contains("0123456789abcdef")));
    assert_eq!(planted.get("/api/me").status, 401);
    // Whoever signs in again leaves the sign-in that the browser had.
    let before = lan.clone();
    let reply = try_password(&lan, "lan", PASSWORD);
    assert_ne!(reply.header("set-cookie").unwrap().split(';').next(), lan.cookie.as_deref());
    assert_eq!(before.get("/api/me").status, 401);
    end(running);
}

#[test]
fn whoever_leaves_is_out_and_a_kept_sign_in_says_how_long() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let out = lan.post_form("/api/sign-out", &[]);
    assert_eq!((out.status, out.header("location")), (303, Some("/dang-nhap")));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(lan.get("/api/me").status, 401);
    let kept = lan.post("/api/sign-in", &[("login", "lan"), ("password", PASSWORD), ("keep", "1")]);
    assert!(kept.header("set-cookie").unwrap().ends_with("; Max-Age=2592000"));
    let went = lan.post_form("/api/sign-in", &[("login", "lan"), ("password", PASSWORD), ("den", "/nhat-ky?tu=1")]);
    assert_eq!(went.header("location"), Some("/nhat-ky?tu=1"));
    let lured = lan.post_form("/api/sign-in", &[("login", "lan"), ("password", PASSWORD), ("den", "//evil.example")]);
    assert_eq!(lured.header("location"), Some("/"));
    end(running);
}

#[test]
fn another_password_signs_out_everywhere_else() {
    let site = site();
    let running = site.run();
    let (here, there) = (Visit::signed_in(&running, &["reporter"]), Visit::of(&running).enter("lan"));
    let new = "gió mùa đông bắc";
    let typed = |old, new, again| [("old", old), ("password", new), ("again", again)];
    let send = |typed: [(&str, &str); 3]| here.post("/api/account/password", &typed);
    assert!(send(typed("sai", new, new)).refused(400).contains("present password"));
    assert!(send(typed(PASSWORD, new, "khác")).refused(400).contains("not the same"));
    assert_eq!(there.get("/api/me").status, 200);
    let reply = send(typed(PASSWORD, new, new));
    reply.done();
    let on =
        Visit { cookie: Some(reply.header("set-cookie").unwrap().split(';').next().unwrap().into()), ..here.clone() };
    assert_eq!([&here, &there, &on].map(|visit| visit.get("/api/me").status), [401, 401, 200]);
    assert_eq!(try_password(&there, "lan", PASSWORD).status, 422);
    let again = there.post_form("/api/sign-in", &[("login", "lan"), ("password", new)]);
    assert_eq!(again.status, 303);
    end(running);
}

#[test]
fn the_technician_keeps_the_accounts_and_stays() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let technician = lan.technician();
    let made = technician.post(
        "/api/accounts",
        &[
            ("login", "binh"),
            ("name", "Trần Văn Bình"),
            ("password", PASSWORD),
            ("again", PASSWORD),
            ("role", "approver"),
        ],
    );
    assert_eq!(made.done()["object"]["roles"], serde_json::json!(["approver"]));
    let page = technician.get("/he-thong/tai-khoan").text();
    assert!(page.contains("Trần Văn Bình") && !page.contains("argon2"), "{page}");
    assert_eq!(technician.get("/he-thong/tai-khoan/binh").status, 200);
    assert_eq!(technician.get("/he-thong/tai-khoan/khong-co").status, 404);
    let binh = Visit::of(&running).enter("binh");
    technician.post("/api/accounts/binh", &[("name", "Bình"), ("role", "reporter")]).done();
    assert_eq!(binh.get("/api/me").json()["roles"], serde_json::json!(["reporter"]), "at once, without a new sign-in");
    technician.post("/api/accounts/binh/password", &[("password", "mật khẩu mới"), ("again", "mật khẩu mới")]).done();
    assert_eq!(binh.get("/api/me").status, 401);
    assert_eq!(lan.get("/api/me").status, 200);
    technician.post("/api/accounts/lan/remove", &[]).done();
    assert_eq!(lan.get("/api/me").status, 401);
    assert_eq!(try_password(&lan, "lan", PASSWORD).status, 422);
    let last = technician.post("/api/accounts/ky-thuat/remove", &[]);
    assert!(last.refused(409).contains("only technician"));
    assert_eq!(technician.post("/api/accounts/ky-thuat", &[("name", "K"), ("role", "operator")]).status, 409);
    let rows = audit(&technician, 15);
    let told: Vec<String> = rows
        .iter()
        .filter(|row| row["act"].as_str().unwrap().starts_with("account.") && row["subject"] != "ky-thuat")
        .map(|row| format!("{} {} {}", row["act"].as_str().unwrap(), row["subject"].as_str().unwrap(), row["login"]))
        .collect();
    let by = "\"ky-thuat\"";
    let expected = ["remove lan", "reset binh", "change binh", "add binh", "add lan"];
    assert_eq!(told, expected.map(|act| format!("account.{act} {by}")));
    end(running);
}

#[test]
fn the_way_to_accounts_and_audit_is_there_for_whoever_may() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let technician = lan.technician();
    let pages = ["/he-thong/tai-khoan", "/he-thong/thao-tac"];
    for (visit, may) in [(&lan, false), (&technician, true)] {
        let system = visit.get("/he-thong").text();
        assert!(system.contains("href=\"/tai-khoan\""), "one's own account is on every page");
        for path in pages {
            assert_eq!(system.contains(&format!("href=\"{path}\"")), may, "{path}");
            assert_eq!(visit.get(path).status == 200, may, "{path}");
        }
    }
    for path in pages {
        let page = technician.get(path).text();
        assert!(page.contains(&format!("href=\"{path}\" aria-current=\"page\"")), "{page}");
        assert!(page.contains("href=\"/he-thong/sao-luu\""), "the other parts of System stand there too");
    }
    assert_eq!(lan.get("/tai-khoan").status, 200);
    end(running);
}

#[test]
fn a_command_in_another_process_is_seen_within_seconds() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let ran = user(&site, &["add", "binh", "--name", "Bình", "--role", "approver", "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    wait_for("the new account", 30, || (try_password(&lan, "binh", PASSWORD).status == 200).then_some(()));
    site.done(&["user", "remove", "lan"]);
    wait_for("the removal", 30, || (lan.get("/api/me").status == 401).then_some(()));
    let technician = lan.technician();
    let rows = audit(&technician, 5);
    let cli: Vec<&Value> = rows.iter().filter(|row| row["via"] == "cli").map(|row| &row["act"]).collect();
    assert_eq!(cli, ["account.remove", "account.add"]);
    end(running);
}

#[test]
fn a_sign_in_outlives_the_station_and_the_audit_is_one_chain() {
    let site = site();
    let running = site.run();
    let technician = Visit::signed_in(&running, &["technician"]);
    end(running);
    let running = site.run();
    let again = Visit { address: Visit::of(&running).address, ..technician };
    assert_eq!(again.get("/api/me").json()["login"], "lan");
    again.post("/api/accounts/lan", &[("name", "Nguyễn Thị Lan"), ("role", "technician")]).done();
    end(running);
    let proof = site.done(&["log", "verify"]);
    assert!(proof.lines().last().unwrap().contains(" acts in the audit, head "), "{proof}");
}

#[test]
fn a_database_that_somebody_holds_keeps_nobody_who_is_signed_in_from_acting() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let technician = lan.technician();
    let runtime = runtime();
    let mut conn = runtime.block_on(stranger(&site.path("data")));
    runtime.block_on(conn.execute("begin exclusive")).unwrap();
    assert_eq!(lan.get("/api/me").status, 200);
    let other = Visit::of(&running).enter("lan");
    assert_eq!(other.get("/api/me").status, 200, "somebody signs in meanwhile");
    lan.post("/api/sign-out", &[]).done();
    assert_eq!(lan.get("/api/me").status, 401);
    let refused = technician.post("/api/accounts/lan", &[("name", "Lan"), ("role", "approver")]);
    assert!(refused.refused(503).contains("nothing was recorded"));
    runtime.block_on(async {
        conn.execute("commit").await.unwrap();
        conn.close().await.unwrap();
    });
    let acts: Vec<String> = wait_for("what waited, in its order", 30, || {
        let rows = audit(&technician, 8);
        let newest: Vec<String> = rows.iter().take(3).map(|row| row["act"].as_str().unwrap().to_owned()).collect();
        (newest[0] == "account.change").then_some(newest)
    });
    assert_eq!(acts, ["account.change", "sign-out", "sign-in"]);
    assert_eq!(asked(&site, "select count(*) || '' from sign_in where login = 'lan'"), ["1"]);
    end(running);
}

#[test]
fn an_emergency_from_the_page_airs_while_another_process_holds_the_database() {
    let site = site();
    site.set("[emergency]\ntone_ms = 0\n");
    Sound::mono(48_000, 0.5).wav(&site.path("audio/lu.wav"));
    let running = site.run();
    running.says("sound device open: ");
    let lan = Visit::signed_in(&running, &["approver"]);
    let technician = lan.technician();
    let locked = Locked::new(&site);
    // Sent and aired: nothing on the way asks the database.
    let sent = lan.upload("/api/uploads?name=lu.wav", &std::fs::read(site.path("audio/lu.wav")).unwrap()).done();
    let upload = sent["object"]["upload"].as_str().unwrap();
    let fields = [("what", "upload"), ("upload", upload), ("upload_name", "lu.wav"), ("why", "lũ lên"), ("held", "1")];
    assert_eq!(lan.post("/api/emergency", &fields).done()["told"], "`lu.wav` starts now");
    running.prints("aired  lu.wav");
    assert_eq!(site.rows().len(), 0, "its row waits");
    locked.release();
    let rows = site.wait_rows(1);
    let row = &rows[0];
    assert_eq!((row.kind.as_str(), outcome(row), row.why.as_deref()), ("emergency", "aired", Some("lũ lên")));
    assert_eq!((row.by.as_deref(), row.via.as_deref()), (Some("lan (lan)"), Some("web")));
    let told = wait_for("its row of the audit", 30, || {
        let rows = technician.get("/api/audit?viec=air.emergency").json();
        rows.as_array().filter(|rows| !rows.is_empty()).cloned()
    });
    assert_eq!(told.len(), 1);
    let told = &told[0];
    assert_eq!((&told["login"], &told["outcome"], &told["why"]), (&"lan".into(), &"done".into(), &"lũ lên".into()));
    end(running);
}

/// Opens the stream of events of a visitor; what comes back reads it to its end and counts the statuses that were told.
fn events(visit: &Visit) -> impl FnOnce() -> usize + use<> {
    let mut stream = visit.connect();
    let (address, cookie) = (&visit.address, visit.cookie.as_deref().unwrap());
    write!(stream, "GET /api/events HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n")
        .unwrap();
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    move || {
        let mut lines = BufReader::new(stream).lines();
        // While it goes on it tells the status each second at least: so many more, and it has not ended.
        let statuses = lines.by_ref().map_while(Result::ok).filter(|line| line == "event: status").take(60).count();
        assert!(statuses < 60, "the stream goes on");
        statuses
    }
}

#[test]
fn what_an_open_page_hears_ends_with_its_sign_in() {
    let site = site();
    let running = site.run();
    let lan = Visit::signed_in(&running, &["operator"]);
    let technician = lan.technician();
    let (kept, left) = (Visit::of(&running).enter("lan"), lan);
    let (of_left, of_kept, of_removed) = (events(&left), events(&kept), events(&kept));
    left.post("/api/sign-out", &[]).done();
    of_left();
    assert_eq!(kept.get("/api/me").status, 200, "the other sign-in of the same account goes on");
    technician.post("/api/accounts/lan/remove", &[]).done();
    assert!(of_kept() > 0 && of_removed() > 0, "they went on until then");
    let own = events(&technician);
    technician.post("/api/account/sign-out-everywhere", &[]).done();
    own();
    end(running);
}

#[test]
fn what_a_held_database_did_not_take_before_the_end_is_taken_at_the_next_start() {
    let site = site();
    let running = site.run();
    let technician = Visit::signed_in(&running, &["operator"]).technician();
    let rows = audit(&technician, 7).len();
    let runtime = runtime();
    let mut conn = runtime.block_on(stranger(&site.path("data")));
    runtime.block_on(conn.execute("begin immediate")).unwrap();
    technician.post("/api/sign-out", &[]).done();
    end(running);
    runtime.block_on(async {
        conn.execute("rollback").await.unwrap();
        conn.close().await.unwrap();
    });
    let running = site.run();
    let technician = Visit::of(&running).enter("ky-thuat");
    let told = audit(&technician, rows + 2);
    let acts: Vec<&str> = told.iter().take(2).map(|row| row["act"].as_str().unwrap()).collect();
    assert_eq!((acts, told.len()), (vec!["sign-in", "sign-out"], rows + 2));
    wait_for("the file to go", 30, || (!site.path("data/audit.waiting").exists()).then_some(()));
    end(running);
}

#[test]
fn the_audit_is_filtered_and_paged() {
    let site = site();
    let running = site.run();
    let technician = Visit::signed_in(&running, &["technician"]);
    for number in 0..60 {
        technician.post("/api/accounts/lan", &[("name", &format!("Lan {number}")), ("role", "technician")]).done();
    }
    let rows = |query: &str| technician.get(&format!("/api/audit?{query}")).json().as_array().unwrap().clone();
    assert_eq!(rows("viec=account.change&so=500").len(), 60);
    assert_eq!(rows("").len(), 50);
    let oldest = rows("")[49]["seq"].as_i64().unwrap();
    let older = rows(&format!("truoc={oldest}"));
    assert_eq!(older[0]["seq"], oldest - 1);
    assert!(rows("nguoi=ky-thuat&so=500").iter().all(|row| row["login"] == "ky-thuat"));
    assert!(rows("den=2020-01-01").is_empty() && !rows("tu=2020-01-01").is_empty());
    // The first page shows what was just done, once.
    technician.get("/");
    let page = technician.get("/he-thong/thao-tac?viec=account.change").text();
    assert!(page.contains("rel=\"next\"") && page.contains("Lan 59") && !page.contains("Lan 3;"), "{page}");
    end(running);
}

#[test]
fn beyond_this_machine_the_page_waits_for_an_account() {
    let site = Site::new("silent");
    let settings = std::fs::read_to_string(site.path("loa.toml")).unwrap();
    site.write("loa.toml", settings.replace("listen = \"off\"", "listen = \"0.0.0.0:0\""));
    let running = site.run();
    running.says("alarm: the page is not served at 0.0.0.0:0: other machines could reach it and there is no account");
    wait_for("the alarm", 30, || site.done(&["status"]).contains("there is no account").then_some(()));
    let ran = user(&site, &["add", "lan", "--name", "Lan", "--role", "technician", "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    running.says("the page: http://0.0.0.0:");
    wait_for("the alarm's end", 30, || (!site.done(&["status"]).contains("there is no account")).then_some(()));
    let visit = Visit::of(&running).enter("lan");
    assert_eq!(visit.get("/bat-dau").header("location"), Some("/dang-nhap"));
    end(running);
}
