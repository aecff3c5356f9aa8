//! What every page has around it: head, navigation, who is signed in, the line of alarms, words of the last act.
//!
//! In: a title and a body. Out: a whole page in the visitor's language. No script and no style stands in a page itself: the
//! policy of the gate forbids it. Next: `part`.

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::answer::Refusal;
use super::assets;
use super::site::Site;
use super::visitor::{Guest, Visitor};
use crate::config::Device;
use crate::language::Language;
use crate::people::Right;

/// The pages of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// On the air, today.
    Today,
    /// Bulletins.
    Bulletins,
    /// What waits for approval.
    Approvals,
    /// The timetable.
    Timetable,
    /// The airing log.
    Log,
    /// Reports.
    Reports,
    /// The machine, settings, people.
    System,
}

const TABS: [(Tab, &str, &str, &str); 7] = [
    (Tab::Today, "/", "Hôm nay", "Today"),
    (Tab::Bulletins, "/tin-bai", "Tin bài", "Bulletins"),
    (Tab::Approvals, "/duyet", "Duyệt", "Approval"),
    (Tab::Timetable, "/lich-phat", "Lịch phát", "Timetable"),
    (Tab::Log, "/nhat-ky", "Nhật ký", "Log"),
    (Tab::Reports, "/bao-cao", "Báo cáo", "Reports"),
    (Tab::System, "/he-thong", "Hệ thống", "System"),
];

/// A page of somebody who is signed in. `scripts` are names of assets beside `app.js`.
pub(super) fn page(site: &Site, visitor: &Visitor, tab: Tab, title: &str, scripts: &[&str], body: &Markup) -> Markup {
    let said = site.flash.take(&visitor.sign_in);
    let station = site.config().station.name.clone();
    let inner = html! {
        a .skip href="#noi-dung" { (visitor.pick("Đến nội dung chính", "Skip to content")) }
        header .top {
            a .brand href="/" { (station) }
            div .tools {
                @if visitor.account.may(Right::Emergency) {
                    a .button.danger href="/khan-cap" { (visitor.pick("Khẩn cấp", "Emergency")) }
                }
                a href=(language_link(&visitor.guest)) lang=(visitor.pick("en", "vi")) { (visitor.pick("English", "Tiếng Việt")) }
                a href="/tai-khoan" { (visitor.account.name) }
                form method="post" action="/api/sign-out" {
                    input type="hidden" name="csrf" value=(visitor.csrf);
                    button .plain { (visitor.pick("Thoát", "Sign out")) }
                }
            }
        }
        nav .tabs aria-label=(visitor.pick("Các trang", "Pages")) {
            @for (each, path, vi, en) in TABS {
                a href=(path) aria-current=[(each == tab).then_some("page")] { (visitor.pick(vi, en)) }
            }
        }
        (rehearsal(site, visitor))
        div #bao-dong .alarms role="status" aria-live="polite" {
            @for alarm in site.live.alarms() {
                @let (what, to_do) = alarm.say(visitor.language());
                p .notice.bad { strong { (what) } (to_do) }
            }
        }
        main #noi-dung tabindex="-1" {
            div #da-lam .notices role="status" {
                @for words in &said { p .notice.good { (sentence(words)) } }
            }
            (body)
        }
    };
    whole(&visitor.guest, title, Some(&visitor.csrf), scripts, &inner)
}

/// On every page as long as nothing reaches a loudspeaker: all else looks like a real day.
fn rehearsal(site: &Site, visitor: &Visitor) -> Markup {
    let Some(device) = &site.rehearsal else { return html! {} };
    let told = match device {
        Device::Wav(_) => visitor.pick(
            "Đài đang tập dượt: âm thanh ghi ra tệp, không ra loa; không tính là đã phát.",
            "A rehearsal: the sound goes to a file, not to the loudspeakers; nothing counts as aired.",
        ),
        _ => visitor.pick(
            "Đài đang tập dượt: không có tiếng ra loa; không tính là đã phát.",
            "A rehearsal: no sound reaches the loudspeakers; nothing counts as aired.",
        ),
    };
    html! {
        div .alarms.no-print {
            p .notice.warn {
                (told) " "
                @if visitor.account.may(Right::Settings) {
                    a href="/he-thong/am-thanh" { (visitor.pick("Chọn card âm thanh", "Choose a sound card")) }
                } @else {
                    (visitor.pick(
                        "Muốn phát thật: nhờ kỹ thuật viên chọn card âm thanh ở Hệ thống, Âm thanh.",
                        "To air for real, a technician chooses a sound card under System, Sound.",
                    ))
                }
            }
        }
    }
}

/// A page of somebody who is not signed in.
pub(super) fn bare(guest: &Guest, title: &str, body: &Markup) -> Markup {
    let inner = html! {
        header .top {
            span .brand { "loa" }
            div .tools {
                a href=(language_link(guest)) lang=(guest.language.pick("en", "vi")) { (guest.language.pick("English", "Tiếng Việt")) }
            }
        }
        main #noi-dung .narrow { h1 { (title) } (body) }
    };
    whole(guest, title, None, &[], &inner)
}

/// Why nothing was done, for a browser that shows no JSON.
pub(super) fn refusal(guest: &Guest, refusal: &Refusal) -> Markup {
    let body = html! {
        p .notice.bad role="alert" { (sentence(&refusal.told)) }
        @if !refusal.fields.is_empty() {
            ul { @for (_, why) in &refusal.fields { li { (sentence(why)) } } }
        }
        // There is nothing to mend where there is no page.
        p { @if refusal.status != StatusCode::NOT_FOUND { (guest.language.pick(
            "Bấm nút quay lại của trình duyệt để sửa, hoặc ",
            "Use the browser's back button to mend it, or ",
        )) } a href="/" { (guest.language.pick("về trang Hôm nay", "go to Today")) } "." }
    };
    bare(guest, guest.language.pick("Chưa làm được", "Not done"), &body)
}

fn whole(guest: &Guest, title: &str, csrf: Option<&str>, scripts: &[&str], inner: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(guest.language.pick("vi", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(csrf) = csrf { meta name="csrf" content=(csrf); }
                title { (title) " - loa" }
                link rel="stylesheet" href=(assets::path("style.css"));
                link rel="icon" href=(assets::path("icon.svg")) type="image/svg+xml";
                script src=(assets::path("app.js")) defer {}
                @if csrf.is_some() { script src=(assets::path("live.js")) defer {} }
                @for name in scripts { script src=(assets::path(name)) defer {} }
            }
            body { (inner) }
        }
    }
}

/// Where the other language is switched on; the way back is the page itself.
fn language_link(guest: &Guest) -> String {
    let other = if guest.language == Language::Vi { "en" } else { "vi" };
    let query = serde_urlencoded::to_string([("lang", other), ("den", &guest.path)]).unwrap_or_default();
    format!("/ngon-ngu?{query}")
}

/// Words of the program begin small; on a page they are sentences.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
