//! The page of approvals: what was seen is what is decided, or nothing is.
//!
//! In: bulletins of the real program, forms as the page makes them. Out: acts in the chain of approvals, or none and a plain
//! sentence why. Next: `web`.

use serde_json::Value;

use crate::clips::Signal;
use crate::running::{Running, Site};
use crate::web::{Reply, Visit};

/// A station with its page and a bulletin, number 1, with sound and text.
fn served(more: &str) -> (Site, Running) {
    let site = Site::new("silent").with_page();
    site.set(more);
    add(&site, "Hoà giải ở cơ sở", &["--author", "Hoa"]);
    let running = site.run();
    (site, running)
}

fn add(site: &Site, title: &str, more: &[&str]) {
    let seconds = 1.5 + f64::from(u32::try_from(title.len()).unwrap()) / 10.0;
    Signal::mono(16_000, seconds).wav(&site.path("tin.wav"));
    site.write("tin.txt", format!("Kính thưa bà con!\n{title}.\nXin cảm ơn.\n"));
    let fixed = ["bulletin", "add", "tin.wav", "--text", "tin.txt", "--title", title, "--theme", "ND3"];
    site.done(&[&fixed, more].concat());
}

/// The fields that a form of bulletin `number` carries now.
fn shown(visit: &Visit, number: i64) -> Vec<(String, String)> {
    let page = visit.get(&format!("/duyet/{number}")).text();
    let value = |name: &str| {
        let (_, after) =
            page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
        after.split('"').next().unwrap().to_owned()
    };
    ["revision", "sha256", "text_sha256", "decided"].map(|name| (name.to_owned(), value(name))).to_vec()
}

fn decide(visit: &Visit, act: &str, shown: &[(String, String)], more: &[(&str, &str)]) -> Reply {
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (&**name, &**value)).collect();
    visit.post(&format!("/api/bulletins/1/{act}"), &[&shown, more].concat())
}

fn acts(site: &Site) -> Vec<Value> {
    let shown: Value = serde_json::from_str(&site.done(&["bulletin", "show", "1", "--format", "json"])).unwrap();
    shown["history"]["acts"].as_array().unwrap().clone()
}

#[test]
fn what_was_seen_is_approved_once() {
    let (site, running) = served("");
    let visit = Visit::signed_in(&running, &["approver"]);
    let waiting = visit.get("/api/approvals").json();
    assert_eq!(
        (&waiting["waiting"][0]["bulletin"], &waiting["waiting"][0]["title"]),
        (&1.into(), &"Hoà giải ở cơ sở".into())
    );
    let page = visit.get("/duyet").text();
    assert!(page.contains("Kính thưa bà con!") && page.contains("/api/sound/"), "{page}");
    let form = shown(&visit, 1);
    let first = decide(&visit, "approve", &form, &[("act", "x1")]).done();
    assert_eq!((&first["object"]["recorded"], &first["to"]), (&true.into(), &"/duyet".into()));
    assert_eq!(decide(&visit, "approve", &form, &[("act", "x1")]).done(), first, "sent twice, done once");
    let again = decide(&visit, "approve", &form, &[]).done();
    assert_eq!(again["object"]["recorded"], false, "{again}");
    let acts = acts(&site);
    assert_eq!(acts.len(), 1);
    assert_eq!(
        (&acts[0]["by"], &acts[0]["via"], &acts[0]["by_phone"]),
        (&"lan".into(), &"web (lan)".into(), &false.into())
    );
    assert_eq!(visit.get("/api/approvals").json()["waiting"], serde_json::json!([]));
    let slip = visit.get("/duyet/phieu/1").text();
    assert!(slip.contains("Hoà giải ở cơ sở") && slip.contains("Xin cảm ơn.") && slip.contains(&form[1].1), "{slip}");
    assert!(visit.get("/duyet/so").text().contains("/duyet/phieu/1"));
    assert_eq!(visit.get("/duyet/phieu/2").status, 404);
    let taken_back = decide(&visit, "withdraw", &shown(&visit, 1), &[("why", "sai tên")]).done();
    assert_eq!(taken_back["object"]["act"], "withdraw");
    assert!(site.done(&["log", "verify"]).contains("2 approvals"));
}

#[test]
fn what_has_changed_since_is_refused_and_nothing_is_recorded() {
    let (site, running) = served("");
    let visit = Visit::signed_in(&running, &["approver"]);
    let form = shown(&visit, 1);
    site.done(&["bulletin", "change", "1", "--title", "Hoà giải ở thôn Một"]);
    for (act, more) in [("approve", &[][..]), ("refuse", &[("why", "sai")])] {
        let told = decide(&visit, act, &form, more).refused(409);
        assert!(told.contains("has changed since you opened the page") && told.contains("/duyet/1"), "{told}");
    }
    // The same revision with other bytes is not what was heard either.
    let mut other = shown(&visit, 1);
    other[1].1 = "0".repeat(64);
    decide(&visit, "approve", &other, &[]).refused(409);
    assert_eq!(acts(&site), Vec::<Value>::new());
    // Somebody else refuses while the form is open.
    let form = shown(&visit, 1);
    site.done(&["bulletin", "refuse", "1", "--by", "Bình", "--why", "sai tên thôn"]);
    decide(&visit, "approve", &form, &[]).refused(409);
    assert_eq!(acts(&site).len(), 1);
    decide(&visit, "approve", &shown(&visit, 1), &[]).done();
    // What has changed since the approval is shown.
    site.write("tin.txt", "Kính thưa bà con!\nHọp lúc 8 giờ.\nXin cảm ơn.\n");
    site.done(&["bulletin", "change", "1", "--text", "tin.txt"]);
    let page = visit.get("/duyet/1").text();
    assert!(
        page.contains("Approved before in revision 2") && page.contains("<ins>") && page.contains("Họp lúc 8 giờ."),
        "{page}"
    );
}

#[test]
fn a_refusal_needs_a_reason_and_the_right() {
    let (site, running) = served("");
    let visit = Visit::signed_in(&running, &["approver"]);
    let form = shown(&visit, 1);
    let refused = decide(&visit, "refuse", &form, &[("why", "  ")]);
    assert_eq!((refused.status, refused.json()["fields"]["why"].is_string()), (400, true));
    let operator = visit.clone().sign_in("binh", &["operator", "reporter", "technician"]);
    for act in ["approve", "refuse", "withdraw"] {
        assert_eq!(decide(&operator, act, &form, &[("why", "x")]).status, 403, "{act}");
    }
    assert!(operator.get("/duyet").text().contains("Only accounts of approvers decide."));
    assert_eq!(acts(&site), Vec::<Value>::new());
    decide(&visit, "refuse", &form, &[("why", "sai tên thôn")]).done();
    assert_eq!(acts(&site)[0]["why"], "sai tên thôn");
    assert_eq!(visit.post("/api/bulletins/9/approve", &[("revision", "1")]).status, 404);
}

#[test]
fn authors_are_told_before_and_refused_after() {
    let (site, running) = served("[approval]\nauthor_may_approve = false\n");
    let other = Visit::signed_in(&running, &["approver"]);
    let form = shown(&other, 1);
    let author = other.clone().sign_in("hoa", &["approver"]);
    let page = author.get("/duyet/1").text();
    assert!(
        page.contains("You wrote or recorded this bulletin") && !page.contains("/api/bulletins/1/approve"),
        "{page}"
    );
    assert!(decide(&author, "approve", &form, &[]).refused(409).contains("you wrote or recorded"));
    assert_eq!(acts(&site), Vec::<Value>::new());
    decide(&other, "approve", &form, &[]).done();
}

#[test]
fn an_approval_by_phone_is_for_emergencies_and_waits_for_its_slip() {
    let (site, running) = served("");
    let visit = Visit::signed_in(&running, &["approver"]);
    let call = [("by_phone", "1"), ("who", "Trần Văn Bình"), ("called", "2025-03-03T20:15")];
    assert!(decide(&visit, "approve", &shown(&visit, 1), &call).refused(409).contains("only emergencies"));
    site.done(&["bulletin", "change", "1", "--class", "emergency"]);
    let form = shown(&visit, 1);
    let faults = decide(&visit, "approve", &form, &[("by_phone", "1"), ("called", "2999-01-01T00:00")]).json();
    assert!(faults["fields"]["who"].is_string() && faults["fields"]["called"].is_string(), "{faults}");
    assert_eq!(acts(&site), Vec::<Value>::new());
    decide(&visit, "approve", &form, &call).done();
    let act = acts(&site).remove(0);
    assert_eq!(
        (&act["by"], &act["by_phone"], &act["via"]),
        (&"Trần Văn Bình".into(), &true.into(), &"web (lan)".into())
    );
    assert!(act["why"].as_str().unwrap().starts_with("called at 20:15:00"), "{act}");
    assert_eq!(visit.get("/api/approvals").json()["unconfirmed"][0]["bulletin"], 1);
    assert!(visit.get("/duyet").text().contains("Confirm: the slip is there"));
    assert!(visit.get("/duyet/so").text().contains("not confirmed"));
    decide(&visit, "approve", &shown(&visit, 1), &[("why", "phiếu 15")]).done();
    assert_eq!(visit.get("/api/approvals").json()["unconfirmed"], serde_json::json!([]));
    assert!(visit.get("/duyet/so").text().contains("confirmed by slip"));
}

#[test]
fn what_airs_first_stands_first() {
    let (site, running) = served("");
    add(&site, "Chưa xếp lịch, khẩn", &["--class", "emergency"]);
    add(&site, "Sắp phát", &[]);
    site.write(
        "schedules/gio.toml",
        "[[programme]]\nid = \"gio\"\ntitle = \"Bản tin giờ\"\ncron = \"0 0 * * * *\"\nwindow = \"10m\"\n\
         [[programme.item]]\nqueue = { up_to = \"5m\" }\n",
    );
    site.done(&["queue", "add", "3"]);
    let visit = Visit::signed_in(&running, &["approver"]);
    let waiting = visit.get("/api/approvals").json()["waiting"].clone();
    let order: Vec<i64> = waiting.as_array().unwrap().iter().map(|each| each["bulletin"].as_i64().unwrap()).collect();
    assert_eq!(order, [3, 2, 1], "{waiting}");
    assert_eq!((&waiting[0]["airs_in"], &waiting[1]["airs_at"]), (&"Bản tin giờ".into(), &Value::Null));
    assert!(visit.get("/duyet").text().contains("If approved, airs at"));
}
