//! The register of decisions, newest first, and each approval as a slip to print and sign.
//!
//! In: a number after which to go on, or that of a slip. Out: pages. Nothing on a slip that is not on record: what is blank is
//! left for the pen. Next: `crate::store`.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::routing::get;
use chrono::{DateTime, FixedOffset};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::answer::Refusal;
use super::super::super::layout::{self, Tab};
use super::super::super::part::words as said;
use super::super::super::routes::{Needs, Route};
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::words;
use crate::config::Config;
use crate::language::Language;
use crate::people::Right;
use crate::report::bundle::slips::Slip;
use crate::store::{ActOfApproval, History, Log, ReadError, Register};

/// Decisions on a page.
const PAGE: u32 = 50;

pub(super) fn routes() -> Vec<Route> {
    let look = || Needs::Right(Right::Look);
    vec![Route::get("/duyet/so", look(), get(show)), Route::get("/duyet/phieu/{n}", look(), get(slip))]
}

#[derive(Debug, Deserialize)]
struct Wanted {
    /// Only acts before this one.
    truoc: Option<i64>,
}

async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let config = site.config();
    let acts = match Log::open(&config.data_dir).await {
        Ok(mut log) => log.acts_of_approval(None, wanted.truoc, PAGE).await,
        Err(ReadError::Missing(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let acts = acts.map_err(|error| words::unreadable(language, &error.into()))?;
    let older = acts.last().filter(|act| acts.len() == PAGE as usize && act.seq > 1).map(|act| act.seq);
    let title = visitor.pick("Sổ duyệt tin, bài", "Register of decisions");
    let body = html! {
        h1 { (title) }
        (super::subtabs(&visitor, "/duyet/so"))
        @if acts.is_empty() { p .empty { (visitor.pick("Chưa có quyết định nào.", "Nothing has been decided yet.")) } }
        @else { (table(&config, language, &acts)) }
        @if let Some(older) = older {
            a .button href={ "/duyet/so?truoc=" (older) } { (visitor.pick("Cũ hơn", "Older")) }
        }
    };
    Ok(layout::page(&site, &visitor, Tab::Approvals, title, &[], &body))
}

fn table(config: &Config, language: Language, acts: &[ActOfApproval]) -> Markup {
    let heads = language.pick(
        ["Phiếu số", "Ngày giờ", "Quyết định", "Tin, bài", "Người duyệt", "Ý kiến"],
        ["Slip", "When", "Decision", "Bulletin", "By", "Opinion"],
    );
    html! {
        table .cards {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for act in acts {
                    tr {
                        td .num data-label=(heads[0]) {
                            @if act.act == "approve" { a href={ "/duyet/phieu/" (act.seq) } { (act.seq) } } @else { (act.seq) }
                        }
                        td data-label=(heads[1]) { (instant(config, language, &act.at)) }
                        td data-label=(heads[2]) {
                            (chip(language, act))
                            @if act.by_phone && act.act == "approve" {
                                " "
                                @if let Some(by) = act.confirmed_by {
                                    span .soft { (language.pick("đã xác nhận, phiếu ", "confirmed by slip ")) (by) }
                                } @else {
                                    span .chip.warn { (language.pick("! chưa xác nhận", "! not confirmed")) }
                                }
                            }
                        }
                        td data-label=(heads[3]) {
                            a href={ "/duyet/" (act.bulletin) } { (act.bulletin) ". " (act.title) }
                            " " span .soft { "(" (language.pick("bản ", "revision ")) (act.revision) ")" }
                        }
                        td data-label=(heads[4]) { (act.by) }
                        td data-label=(heads[5]) { (act.why.as_deref().unwrap_or("")) }
                    }
                }
            }
        }
    }
}

fn chip(language: Language, act: &ActOfApproval) -> Markup {
    let (class, sign) = if act.act == "approve" { ("chip good", "✓ ") } else { ("chip bad", "✕ ") };
    html! { span class=(class) { span aria-hidden="true" { (sign) } (words::act(language, &act.act, act.by_phone)) } }
}

/// An instant of the register in the station's time; as it stands there if it is none.
fn instant(config: &Config, language: Language, text: &str) -> String {
    let local = |at: DateTime<FixedOffset>| at.with_timezone(&config.station.timezone).fixed_offset();
    DateTime::parse_from_rfc3339(text).map_or_else(|_| text.to_owned(), |at| said::instant(language, local(at)))
}

/// What was decided of one bulletin.
pub(super) fn of_bulletin(config: &Config, visitor: &Visitor, history: &History) -> Markup {
    let language = visitor.language();
    html! {
        @if !history.acts.is_empty() {
            h2 { (visitor.pick("Các lần duyệt", "Decisions")) }
            ul {
                @for act in history.acts.iter().rev() {
                    li {
                        (instant(config, language, &act.at)) ": " (words::act(language, &act.act, act.by_phone)) ", " (act.by)
                        " (" (language.pick("bản ", "revision ")) (act.revision) ")"
                        @if let Some(why) = &act.why { ": " (why) }
                        @if act.act == "approve" { " " a href={ "/duyet/phieu/" (act.seq) } { (visitor.pick("in phiếu ", "print slip ")) (act.seq) } }
                    }
                }
            }
        }
    }
}

async fn slip(State(site): State<Arc<Site>>, visitor: Visitor, Path(number): Path<i64>) -> Result<Markup, Refusal> {
    let language = visitor.language();
    let config = site.config();
    let found = async {
        let mut log = Log::open(&config.data_dir).await?;
        let Some(slip) = log.slips(&[number]).await?.pop() else { return Ok(None) };
        let queue = match Register::look(&config.data_dir).await {
            Ok(Some(mut register)) => {
                register.history(slip.bulletin).await.map(|history| history.queue).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        Ok::<_, ReadError>(Some((slip, queue)))
    };
    let found = found.await.map_err(|error| words::unreadable(language, &error.into()))?;
    let Some((slip, queue)) = found else {
        let told = match language {
            Language::Vi => format!("không có phiếu duyệt số {number}"),
            Language::En => format!("there is no slip {number}"),
        };
        return Err(Refusal::missing(told));
    };
    let planned: Vec<String> = queue
        .iter()
        .filter(|entry| entry.removed_at.is_none())
        .map(|entry| {
            let programme = entry.programme.as_deref().unwrap_or(language.pick("buổi bất kỳ", "any programme"));
            let times = format!("{programme}, {} {}", entry.times, language.pick("lần", "times"));
            match (&entry.valid_from, &entry.valid_until) {
                (None, None) => times,
                (from, until) => {
                    let [from, until] = [from, until].map(|day| day.as_deref().unwrap_or("…"));
                    format!("{times}, {from} → {until}")
                }
            }
        })
        .collect();
    let title = visitor.pick("Phiếu duyệt tin, bài", "Approval slip");
    let body = paper(&config, &visitor, &slip, &planned);
    Ok(layout::page(&site, &visitor, Tab::Approvals, title, &["print.js"], &body))
}

fn paper(config: &Config, visitor: &Visitor, slip: &Slip, planned: &[String]) -> Markup {
    let language = visitor.language();
    let at = |at: Option<DateTime<FixedOffset>>| {
        at.map_or_else(String::new, |at| {
            said::instant(language, at.with_timezone(&config.station.timezone).fixed_offset())
        })
    };
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let by_phone = if slip.by_phone { language.pick(" (qua điện thoại)", " (by telephone)") } else { "" };
    let lines: [(&str, String); 12] = [
        (language.pick("Tên tin, bài", "Title"), slip.title.clone()),
        (language.pick("Số tin bài, bản", "Bulletin, revision"), format!("{} / {}", slip.bulletin, slip.revision)),
        (language.pick("Thể loại", "Genre"), or(&slip.genre)),
        (language.pick("Tác giả", "Author"), or(&slip.author)),
        (language.pick("Nguồn", "Source"), or(&slip.source)),
        (language.pick("Chuyên mục, nội dung", "Themes"), slip.themes.join(", ")),
        (
            language.pick("Người nhập, ngày nhập", "Recorded by, at"),
            format!("{}, {}", slip.recorded_by, at(slip.recorded_at)),
        ),
        (language.pick("Dự kiến phát", "To air"), planned.join("; ")),
        (language.pick("Ý kiến biên tập", "Editor's opinion"), String::new()),
        (language.pick("Ý kiến người duyệt", "Approver's opinion"), or(&slip.why)),
        (language.pick("Người duyệt", "Approved by"), format!("{}{by_phone}", slip.by)),
        (language.pick("Ngày duyệt", "Approved at"), at(slip.at)),
    ];
    html! {
        p .row.no-print {
            button type="button" data-print="" { (visitor.pick("In phiếu", "Print")) }
            a href={ "/duyet/" (slip.bulletin) } { (visitor.pick("Xem tin bài", "See the bulletin")) }
        }
        article .slip {
            @if let Some(authority) = &config.station.authority { p { (authority) } }
            p { (config.station.name) }
            h1 { (visitor.pick("PHIẾU DUYỆT TIN, BÀI", "APPROVAL SLIP")) }
            p { (visitor.pick("Số: ", "No. ")) (slip.seq) }
            table { tbody { @for (name, value) in &lines { tr { th scope="row" { (name) } td { (value) } } } } }
            @if let Some(text) = &slip.text {
                h2 { (visitor.pick("Văn bản được duyệt", "The text that was approved")) }
                div .text lang="vi" { @for line in text.lines() { p { (line) } } }
            }
            p .soft {
                (visitor.pick(
                    "Mã kiểm của âm thanh và văn bản được duyệt: chỉ tệp có đúng mã này mới được phát.",
                    "Checksums of the sound and the text that were approved: only a file with this very one airs.",
                ))
            }
            p .mono { "SHA-256 " (visitor.pick("âm thanh: ", "sound: ")) (or(&slip.sha256)) br; "SHA-256 " (visitor.pick("văn bản: ", "text: ")) (or(&slip.text_sha256)) }
            div .signs {
                p { (visitor.pick("Biên tập (ký)", "Editor (signature)")) }
                p { (visitor.pick("Người duyệt (ký)", "Approver (signature)")) }
            }
        }
    }
}
