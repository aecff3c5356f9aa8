//! The page of the real program, asked as browsers ask.
//!
//! In: a running station with its page. Out: what it answers. [`Visit`] is a browser made of lines of HTTP: one request per
//! connection, with the cookie and the word of its sign-in; `post` sends as the page's script does, `post_form` as a browser
//! without script. Next: `running`.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::running::{Running, Site};
use crate::soundcard::wait_for;

/// No answer of a test takes longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The password of every account of a test.
pub(crate) const PASSWORD: &str = "nắng mới 24";

/// The login of the first account.
const TECHNICIAN: &str = "ky-thuat";

/// What is typed of an account; its name is its login.
fn account<'a>(login: &'a str, roles: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let about = [("login", login), ("name", login), ("password", PASSWORD), ("again", PASSWORD)];
    about.into_iter().chain(roles.iter().map(|role| ("role", *role))).collect()
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The value of a header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each == name).map(|(_, value)| &**value)
    }

    /// What was told of an act that was done.
    pub(crate) fn done(&self) -> serde_json::Value {
        let answer = self.json();
        assert_eq!((self.status, &answer["done"]), (200, &true.into()), "{answer}");
        answer
    }

    /// What was told of an act that was refused.
    pub(crate) fn refused(&self, status: u16) -> String {
        let answer = self.json();
        assert_eq!((self.status, &answer["done"]), (status, &false.into()), "{answer}");
        answer["told"].as_str().unwrap().to_owned()
    }
}

/// A browser.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) address: String,
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: String,
}

impl Visit {
    /// One that is not signed in.
    pub(crate) fn of(running: &Running) -> Self {
        let address = wait_for("the page's address", 30, || {
            let said = running.stderr();
            let (_, after) = said.split_once("http://")?;
            Some(after.split_once('/')?.0.to_owned())
        });
        Self { address, cookie: None, csrf: String::new() }
    }

    /// One that is signed in with these roles.
    pub(crate) fn signed_in(running: &Running, roles: &[&str]) -> Self {
        Self::of(running).sign_in("lan", roles)
    }

    /// Signs in under an account that gets these roles; it is made if need be.
    pub(crate) fn sign_in(self, login: &str, roles: &[&str]) -> Self {
        self.technician().account(login, roles);
        self.enter(login)
    }

    /// The technician who keeps the accounts: the first account of the station, made by the first visit.
    pub(crate) fn technician(&self) -> Self {
        let nobody = Self { cookie: None, ..self.clone() };
        let made = nobody.post("/api/first-visit", &account(TECHNICIAN, &["technician"]));
        assert!(made.status == 200 || made.status == 403, "{}", made.text());
        nobody.enter(TECHNICIAN)
    }

    /// Makes an account, or gives it these roles.
    pub(crate) fn account(&self, login: &str, roles: &[&str]) {
        let made = self.post("/api/accounts", &account(login, roles));
        if made.status == 409 {
            self.post(&format!("/api/accounts/{login}"), &account(login, roles)).done();
        } else {
            made.done();
        }
    }

    /// Signs in.
    pub(crate) fn enter(mut self, login: &str) -> Self {
        self.cookie = None;
        let reply = self.post_form("/api/sign-in", &[("login", login), ("password", PASSWORD)]);
        let cookie = reply.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", reply.text()));
        self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        self.csrf = self.get("/api/me").json()["csrf"].as_str().unwrap().into();
        self
    }

    /// Looks at a path, as a browser does; below `/api` it gets JSON.
    pub(crate) fn get(&self, path: &str) -> Reply {
        let accept = if path.starts_with("/api/") { "application/json" } else { "text/html,*/*" };
        self.send("GET", path, &[("Accept", accept)], b"")
    }

    /// Sends an act as the page's script does.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let headers = [
            ("Accept", "application/json"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-CSRF-Token", &self.csrf),
        ];
        self.send("POST", path, &headers, encoded(fields).as_bytes())
    }

    /// Sends an act as a form without script does.
    pub(crate) fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", &*self.csrf)]).collect();
        let headers = [("Accept", "text/html,*/*"), ("Content-Type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, encoded(&fields).as_bytes())
    }

    /// Sends bytes, as an upload does.
    pub(crate) fn upload(&self, path: &str, bytes: &[u8]) -> Reply {
        let headers = [
            ("Accept", "application/json"),
            ("Content-Type", "application/octet-stream"),
            ("X-CSRF-Token", &self.csrf),
        ];
        self.send("POST", path, &headers, bytes)
    }

    /// Sends any request.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if let Some(cookie) = &self.cookie {
            let _ = write!(head, "Cookie: {cookie}\r\n");
        }
        if method != "GET" {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("\r\n");
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        // A server that has heard enough closes; what it said counts.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes);
        parsed(&bytes).unwrap_or_else(|| panic!("{method} {path}: {read:?} {:?}", String::from_utf8_lossy(&bytes)))
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

/// A form as browsers send it.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let quoted = |text: &str| {
        text.bytes().fold(String::new(), |mut all, byte| {
            if byte.is_ascii_alphanumeric() {
                all.push(byte as char);
            } else {
                let _ = write!(all, "%{byte:02X}");
            }
            all
        })
    };
    fields.iter().map(|(name, value)| format!("{}={}", quoted(name), quoted(value))).collect::<Vec<_>>().join("&")
}

fn parsed(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let body = &bytes[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_vec() };
    Some(Reply { status, headers, body })
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let Some(size) = size.filter(|size| *size > 0 && bytes.len() >= end + 2 + size) else { break };
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[(end + 4 + size).min(bytes.len())..];
    }
    whole
}

#[test]
fn every_answer_has_the_headers_that_keep_a_browser_safe() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let visit = Visit::signed_in(&running, &["operator"]);
    for path in ["/", "/dang-nhap", "/khong-co", "/api/khong-co", "/api/me"] {
        let reply = visit.get(path);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn nobody_sees_a_page_before_the_sign_in() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let guest = Visit::of(&running);
    let reply = guest.get("/nhat-ky?tu=2026-11-24");
    assert_eq!((reply.status, reply.header("location")), (303, Some("/dang-nhap?den=%2Fnhat-ky%3Ftu%3D2026-11-24")));
    assert!(guest.get("/api/me").refused(401).contains("sign in"));
}

#[test]
fn the_pages_are_there_in_both_languages() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let mut visit = Visit::signed_in(&running, &["operator"]);
    assert!(visit.get("/").text().contains("<html lang=\"en\">"));
    let switched = visit.get("/ngon-ngu?lang=vi&den=%2Fnhat-ky");
    assert_eq!((switched.status, switched.header("location")), (303, Some("/nhat-ky")));
    visit.cookie = visit.cookie.map(|cookie| format!("{cookie}; lang=vi"));
    let page = visit.get("/nhat-ky").text();
    assert!(page.contains("<html lang=\"vi\">") && page.contains("Nhật ký"), "{page}");
    assert_eq!(visit.get("/ngon-ngu?lang=vi&den=https%3A%2F%2Fother").header("location"), Some("/"));
}

#[test]
fn the_page_leaves_with_its_station() {
    let site = Site::new("silent").with_page();
    let running = site.run();
    let visit = Visit::of(&running);
    // A browser that holds a connection and says nothing.
    let _held = visit.connect();
    let (code, took_ms) = running.terminate();
    assert_eq!(code, Some(0));
    assert!(took_ms < 20_000, "{took_ms} ms");
}
