//! Notes and corrections from the page, each bound to the row that was seen.
//!
//! In: a form with the row's hash and the newest remark that stood beside it. Out: a new row of the log, or why there is none.
//! What was typed and is as before changes nothing. Next: `crate::office::remark`.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use maud::{Markup, html};
use serde_json::json;

use super::super::super::answer::{Answer, Done, Refusal};
use super::super::super::part::form;
use super::super::super::site::Site;
use super::super::super::visitor::Visitor;
use super::words;
use crate::backup::block_on;
use crate::config::Config;
use crate::language::Language;
use crate::office::fields::Typed;
use crate::office::remark::{About, add, look};
use crate::people::Right;
use crate::store::{Changes, Described, Evidence, Log, ReadError, Saying};

/// Fields of a form, some of them more than once.
type Fields = Form<Vec<(String, String)>>;

struct Sent(Vec<(String, String)>);

impl Sent {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(each, _)| each == name).map(|(_, value)| value.trim())
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(each, _)| each == name).map(|(_, value)| value.as_str())
    }
}

pub(super) async fn note(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(seq): Path<i64>,
    Form(sent): Fields,
) -> Answer {
    let (config, sent) = (site.config(), Sent(sent));
    as_seen(&config, &visitor, seq, &sent).await?;
    let mut check = Check::new(&config, visitor.language());
    let text = check.line("text", visitor.pick("Ghi chú", "Note"), sent.get("text").unwrap_or_default());
    check.done()?;
    record(&site, &visitor, seq, Saying::Note(text.unwrap_or_default())).await
}

pub(super) async fn correct(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(seq): Path<i64>,
    Form(sent): Fields,
) -> Answer {
    let (config, language, sent) = (site.config(), visitor.language(), Sent(sent));
    as_seen(&config, &visitor, seq, &sent).await?;
    let mut check = Check::new(&config, language);
    let bulletin = match sent.get("bulletin") {
        None | Some("") => None,
        Some(number) => {
            let number = number.parse::<i64>().ok();
            if number.is_none() {
                check
                    .wrong("bulletin", language.pick("hãy ghi số tin bài", "give the number of a bulletin").to_owned());
            }
            number
        }
    };
    let about = {
        let config = Arc::clone(&config);
        super::off(move || block_on(look(&config, seq, bulletin)))
            .await?
            .map_err(|error| words::objected(language, &error))?
    };
    if bulletin.is_some() && !about.knows_bulletin() {
        check.wrong("bulletin", language.pick("không có tin bài số này", "there is no such bulletin").to_owned());
    }
    let changes = changes(&config, language, &sent, &about, bulletin, &mut check);
    let why = check.line("why", language.pick("Lý do", "Reason"), sent.get("why").unwrap_or_default());
    check.done()?;
    let why = why.unwrap_or_default();
    let is_other = bulletin.is_some() && changes.bulletin.is_some() && about.is_other_sound();
    let mut done = record(&site, &visitor, seq, Saying::Correction { changes, why }).await?;
    if is_other {
        done.told += language.pick(
            "; chú ý: âm thanh của dòng này không phải bản nào của tin bài ấy, nếu ghi nhầm thì đính chính lại",
            "; note: what this row aired is no revision's sound of that bulletin; if that is a mistake, correct it again",
        );
    }
    Ok(done)
}

/// What differs from what describes the row now.
fn changes(
    config: &Config,
    language: Language,
    sent: &Sent,
    about: &About,
    bulletin: Option<i64>,
    check: &mut Check<'_>,
) -> Changes {
    let now = &about.logged.described;
    let mut changes = Changes::default();
    if let Some(title) = sent.get("title").filter(|title| now.title.as_deref() != Some(*title)) {
        changes.title = check.line("title", language.pick("Tên", "Title"), title);
    }
    let fields = [
        ("genre", language.pick("Thể loại", "Genre"), &now.genre, &mut changes.genre),
        ("author", language.pick("Tác giả", "Author"), &now.author, &mut changes.author),
        ("source", language.pick("Nguồn", "Source"), &now.source, &mut changes.source),
    ];
    for (name, label, before, change) in fields {
        let Some(text) = sent.get(name).filter(|text| before.as_deref().unwrap_or_default() != *text) else { continue };
        *change = Some(if text.is_empty() { None } else { check.line(name, label, text) });
    }
    if let Some(themes) = sent.get("themes").filter(|themes| *themes != now.themes.join(", ")) {
        let mut typed = Typed::new(config);
        let themes = if themes.is_empty() { Vec::new() } else { typed.themes(&[themes.to_owned()]) };
        check.problems("themes", &typed);
        changes.themes = Some(themes);
    }
    if sent.get("bulletin").is_some() && bulletin != now.bulletin {
        changes.bulletin = Some(bulletin);
    }
    if sent.get("zones_shown").is_some() {
        let (zones, faults) = about.zones(config, sent.all("zone"));
        let mut typed = Typed::new(config);
        for fault in faults {
            typed.error(fault);
        }
        check.problems("zone", &typed);
        let mut sorted = [zones.clone(), now.zones.clone()];
        for list in &mut sorted {
            list.sort();
        }
        changes.zones = Some(zones).filter(|_| sorted[0] != sorted[1]);
    }
    changes.is_void = sent.get("void").map(|void| void == "1").filter(|void| *void != now.is_void);
    changes
}

/// Faults of what was typed, each at its field.
struct Check<'a> {
    config: &'a Config,
    language: Language,
    refusal: Refusal,
}

impl<'a> Check<'a> {
    fn new(config: &'a Config, language: Language) -> Self {
        let told = language.pick("chưa ghi gì: hãy sửa chỗ được đánh dấu", "nothing was recorded: mend what is marked");
        Self { config, language, refusal: Refusal::wrong(told) }
    }

    fn wrong(&mut self, field: &str, why: String) {
        self.refusal = self.refusal.clone().at(field, why);
    }

    fn problems(&mut self, field: &str, typed: &Typed<'_>) {
        if crate::problem::any_error(&typed.problems) {
            let first = typed.problems.first().map(|problem| problem.say(self.language).message);
            self.wrong(field, first.unwrap_or_default());
        }
    }

    fn line(&mut self, field: &str, label: &str, text: &str) -> Option<String> {
        if text.is_empty() {
            self.wrong(field, self.language.pick("hãy điền ô này", "fill this in").to_owned());
            return None;
        }
        let mut typed = Typed::new(self.config);
        let line = typed.line(label, text);
        self.problems(field, &typed);
        line
    }

    fn done(self) -> Result<(), Refusal> {
        if self.refusal.fields.is_empty() { Ok(()) } else { Err(self.refusal) }
    }
}

/// Whether the row and what was said of it are those that stood on the page.
async fn as_seen(config: &Arc<Config>, visitor: &Visitor, seq: i64, sent: &Sent) -> Result<(), Refusal> {
    let language = visitor.language();
    let config = Arc::clone(config);
    let read = move || block_on(async { Log::open(&config.data_dir).await?.evidence(seq).await });
    let found: Result<_, ReadError> = super::off(read).await?;
    let found = found.map_err(|error| words::unreadable(language, &error))?;
    let Some(found) = found else { return Err(words::no_row(language, seq)) };
    let is_same = found.is_ok_and(|found| {
        sent.get("hash") == Some(&*found.row.hash) && sent.get("remark") == Some(&*newest_remark(&found))
    });
    if is_same {
        return Ok(());
    }
    let told = match language {
        Language::Vi => format!(
            "dòng {seq} đã có ghi chú hoặc đính chính mới sau khi bạn mở trang; chưa ghi gì: hãy mở lại trang /nhat-ky/{seq} rồi ghi"
        ),
        Language::En => format!(
            "something was said of row {seq} since you opened the page; nothing was recorded: open /nhat-ky/{seq} again"
        ),
    };
    Err(Refusal::conflict(told))
}

fn newest_remark(evidence: &Evidence) -> String {
    evidence.remarks.last().map_or_else(|| "0".to_owned(), |remark| remark.seq.to_string())
}

async fn record(site: &Site, visitor: &Visitor, seq: i64, saying: Saying) -> Answer {
    let (config, language, signed) = (site.config(), visitor.language(), site.signature(visitor));
    let added = super::off(move || block_on(add(&config, seq, saying, &signed))).await?;
    let added = added.map_err(|error| words::objected(language, &error))?;
    let new = added.row.seq;
    let mut told = match (language, added.kind()) {
        (Language::Vi, crate::airing::Kind::Correction) => format!("đã đính chính dòng {seq} bằng dòng mới {new}"),
        (Language::Vi, _) => format!("đã ghi chú cho dòng {seq} bằng dòng mới {new}"),
        (Language::En, crate::airing::Kind::Correction) => format!("row {seq} is corrected by the new row {new}"),
        (Language::En, _) => format!("row {seq} is noted by the new row {new}"),
    };
    if let Some(by) = added.counted_by {
        let more = match language {
            Language::Vi => format!("; lượt này được tính theo dòng {by}, nếu cần thì đính chính cả dòng {by}"),
            Language::En => format!("; this airing is counted by row {by}, correct that too if need be"),
        };
        told.push_str(&more);
    }
    Ok(Done::new(told, format!("/nhat-ky/{seq}")).with(json!({ "row": added.row, "counted_by": added.counted_by })))
}

/// The forms, for whoever may and for rows of which something can be said.
pub(super) fn forms(config: &Config, visitor: &Visitor, evidence: &Evidence) -> Markup {
    let row = &evidence.row;
    if row.corrects.is_some() || row.outcome.is_none() || evidence.remade != row.hash {
        return html! {};
    }
    let seen = html! {
        input type="hidden" name="hash" value=(row.hash);
        input type="hidden" name="remark" value=(newest_remark(evidence));
    };
    html! {
        @if visitor.account.may(Right::Remark) {
            details .no-print {
                summary { (visitor.pick("Thêm ghi chú", "Add a note")) }
                (form::act(visitor, &format!("/api/log/{}/note", row.seq), &html! {
                    (seen)
                    (form::text("text", visitor.pick("Ghi chú", "Note"), "", Some(visitor.pick("Ví dụ: nghe rõ ở thôn 2", "Such as: heard well in thôn 2")), true))
                    button .primary { (visitor.pick("Ghi", "Record")) }
                }))
            }
        }
        @if visitor.account.may(Right::Correct) {
            details .no-print {
                summary { (visitor.pick("Đính chính", "Correct")) }
                (form::act(visitor, &format!("/api/log/{}/correct", row.seq), &html! {
                    p .hint { (visitor.pick(
                        "Dòng gốc giữ nguyên; đính chính là một dòng mới. Giờ phát, thời lượng, âm thanh đã đo thì không sửa được.",
                        "The row itself stays; a correction is a new row. What was measured cannot be corrected.",
                    )) }
                    (seen)
                    (correction(config, visitor, &evidence.described, row))
                    button .primary { (visitor.pick("Ghi đính chính", "Record the correction")) }
                }))
            }
        }
    }
}

fn correction(config: &Config, visitor: &Visitor, now: &Described, row: &crate::store::Row) -> Markup {
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let then = row.zones.0.iter().cloned().zip(row.zone_names.0.iter().cloned());
    let mut zones: Vec<(String, String)> = Vec::new();
    for zone in now.zones.iter().cloned().chain(then).chain(config.zone_names()) {
        if !zones.iter().any(|(id, _)| *id == zone.0) {
            zones.push(zone);
        }
    }
    let counts = [
        ("0", visitor.pick("Có tính", "It counts")),
        ("1", visitor.pick("Không tính (ví dụ phát thử)", "It counts nowhere (such as a trial)")),
    ];
    let counts = counts.map(|(value, label)| (value.to_owned(), label.to_owned()));
    html! {
        (form::text("title", visitor.pick("Tên", "Title"), &or(&now.title), None, false))
        (form::text("genre", visitor.pick("Thể loại", "Genre"), &or(&now.genre), None, false))
        (form::text("themes", visitor.pick("Nội dung (mã, cách nhau bằng dấu phẩy; mã đầu là chính)", "Themes (codes, the main one first)"), &now.themes.join(", "), None, false))
        (form::text("author", visitor.pick("Tác giả", "Author"), &or(&now.author), None, false))
        (form::text("source", visitor.pick("Nguồn", "Source"), &or(&now.source), None, false))
        (form::text("bulletin", visitor.pick("Tin bài số", "Bulletin"), &now.bulletin.map(|number| number.to_string()).unwrap_or_default(), None, false))
        fieldset data-field="zone" {
            legend { (visitor.pick("Cụm loa", "Zones")) }
            input type="hidden" name="zones_shown" value="1";
            @for (id, name) in &zones {
                div .field.tick {
                    label { input type="checkbox" name="zone" value=(id) checked[now.zones.iter().any(|(each, _)| each == id)]; span { (name) } }
                }
            }
            p .fault hidden {}
        }
        (form::choice("void", visitor.pick("Có tính vào số liệu không", "Does it count"), &counts, if now.is_void { "1" } else { "0" }, None))
        (form::text("why", visitor.pick("Lý do đính chính (bắt buộc)", "Reason (required)"), "", None, true))
    }
}
