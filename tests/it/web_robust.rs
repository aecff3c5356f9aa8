//! The page's server against browsers that are slow, broken, too many or no browsers at all.
//!
//! In: a running station with its page, connections made by hand. Out: plain words or a closed connection, and a station that
//! goes on, leaves in time, and stays on the air when its page cannot be. Next: `web_system`.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use loa::control::{self, Answer, Order};

use crate::running::{Running, Site};
use crate::soundcard::wait_for;
use crate::web::Visit;

fn station() -> (Site, Running) {
    let site = Site::new("silent").with_page();
    let running = site.run();
    (site, running)
}

/// What a server says to these bytes until it closes.
fn told(visit: &Visit, bytes: &[u8]) -> String {
    let mut stream = visit.connect();
    // One that has heard enough closes before all is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn what_is_no_request_is_refused_and_the_next_one_is_answered() {
    let (_site, running) = station();
    let visit = Visit::of(&running);
    let host = &visit.address;
    let long = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    let begun = format!("GET / HTTP/1.1\r\nHost: {host}\r\n");
    let many: String = (0..500).fold(begun, |all, at| format!("{all}x{at}: 1\r\n"));
    let address = format!("GET /{} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", "a".repeat(100_000));
    for (bytes, status) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00"[..], "400"),
        (b"GET / HTTP/9.9\r\n\r\n", "400"),
        (b"GE T / HTTP/1.1\r\n\r\n", "400"),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "40"),
        (long.as_bytes(), "431"),
        (format!("{many}\r\n").as_bytes(), "431"),
        (address.as_bytes(), "4"),
    ] {
        let told = told(&visit, bytes);
        let shown = &told[..told.len().min(200)];
        assert!(told.starts_with(&format!("HTTP/1.1 {status}")), "{:?}: {shown}", &bytes[..bytes.len().min(40)]);
    }
    assert_eq!(visit.get("/bat-dau").status, 200);
}

#[test]
fn a_person_reads_plain_words_and_a_program_json() {
    let (_site, running) = station();
    let mut visit = Visit::signed_in(&running, &["operator"]);
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    let page = visit.get("/khong-co-trang-nay");
    assert_eq!(page.status, 404);
    assert!(page.text().contains("Không có trang này"), "{}", page.text());
    let wrong = visit.send("PUT", "/nhat-ky", &[("Accept", "text/html")], b"");
    assert_eq!(wrong.status, 405);
    assert!(wrong.text().contains("không mở được theo cách ấy"), "{}", wrong.text());
    assert!(visit.get("/api/khong-co").refused(404).contains("không có trang này"));
    assert!(visit.send("DELETE", "/api/me", &[], b"").refused(405).contains("không mở được"));
    // A form that is no form: axum would say so in English, for programmers.
    let headers = [("Accept", "application/json"), ("Content-Type", "text/csv"), ("X-CSRF-Token", &*visit.csrf)];
    let answer = visit.send("POST", "/api/sign-in", &headers, b"x");
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert!(answer.json()["told"].as_str().unwrap().contains("gửi lên thiếu hoặc sai"), "{}", answer.text());
}

#[test]
fn silent_and_slow_browsers_leave_room_for_others() {
    let (site, running) = station();
    let visit = Visit::of(&running);
    // Far more than one machine gets: those beyond are closed, and nothing else is.
    let held: Vec<TcpStream> = (0..300).filter_map(|_| TcpStream::connect(&visit.address).ok()).collect();
    let closed = |stream: &TcpStream| {
        stream.set_nonblocking(true).unwrap();
        matches!((&*stream).read(&mut [0]), Ok(0))
            || matches!((&*stream).write(b"G"), Err(error) if error.kind() != std::io::ErrorKind::WouldBlock)
    };
    wait_for("the connections beyond the bound to be closed", 30, || {
        let open = held.iter().filter(|stream| !closed(stream)).count();
        (open <= 48).then_some(())
    });
    assert!(site.status().is_object(), "the socket of the station answers meanwhile");
    drop(held);
    let reply = wait_for("room after they are gone", 30, || {
        let mut stream = TcpStream::connect(&visit.address).ok()?;
        write!(stream, "GET /bat-dau HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", visit.address).ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok().filter(|_| !text.is_empty()).map(|_| text)
    });
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let (_site, running) = station();
    let visit = Visit::of(&running);
    let mut slow = visit.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ").unwrap();
    let mut answer = Vec::new();
    // Until the server closes; the read itself has a time-out, whose end is an error.
    slow.read_to_end(&mut answer).unwrap();
    assert_eq!(visit.get("/bat-dau").status, 200);
}

#[test]
fn a_port_that_is_taken_keeps_nothing_from_the_air_and_is_tried_again() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    let site = Site::new("silent").with_page_at(&at);
    let running = site.run();
    wait_for("the line about the page", 30, || {
        running.stderr().contains(&format!("cannot be served at {at}")).then_some(())
    });
    assert!(site.status().is_object());
    drop(taken);
    assert_eq!(Visit::of(&running).get("/bat-dau").status, 200);
}

#[test]
fn a_station_with_open_streams_leaves_in_time() {
    let (_site, running) = station();
    let visit = Visit::signed_in(&running, &["operator"]);
    let mut held = Vec::new();
    for path in ["/api/events", "/dang-nhap"] {
        let mut stream = visit.connect();
        let cookie = visit.cookie.as_deref().unwrap_or_default();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", visit.address).unwrap();
        assert!(stream.read(&mut [0; 64]).unwrap() > 0);
        held.push(stream);
    }
    let (code, took_ms) = running.terminate();
    assert_eq!(code, Some(0));
    assert!(took_ms < 20_000, "{took_ms} ms");
}

#[test]
fn an_act_waits_for_its_place_where_whoever_only_looks_is_turned_away() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (entrance, mut orders) = control::entrance();
        let ask = |order: Order| {
            let entrance = entrance.clone();
            tokio::spawn(async move { entrance.ask(order, "lan".into(), "web").await })
        };
        let looks: Vec<_> = (0..40).map(|_| ask(Order::Status)).collect();
        // The line holds 32.
        while looks.iter().filter(|look| look.is_finished()).count() < 8 {
            tokio::task::yield_now().await;
        }
        let act = ask(Order::Stop { why: None, seen: None });
        loop {
            let asked = tokio::time::timeout(Duration::from_secs(30), orders.recv()).await.unwrap().unwrap();
            if asked.order != Order::Status {
                asked.answer.send(Answer::Done("đã dừng".into())).unwrap();
                break;
            }
        }
        assert_eq!(act.await.unwrap(), Answer::Done("đã dừng".into()));
        drop(orders);
        let mut refused = 0;
        for look in looks {
            refused += usize::from(matches!(look.await.unwrap(), Answer::Refused(told) if told.contains("too many")));
        }
        assert_eq!(refused, 8);
    });
}
