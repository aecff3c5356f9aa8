//! The form of an activity: a new one, or a new revision of one that stands.
//!
//! In: the plan's codes with their words; the activity as it is. Out: the form, which works without script but for files. Next:
//! `acts`, to which it is sent.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::super::answer::Refusal;
use super::super::super::super::part::form;
use super::super::super::super::routes::{Needs, Route};
use super::super::super::super::site::Site;
use super::super::super::super::visitor::Visitor;
use super::super::counted::{away, said_wrong};
use super::super::{page, refused};
use super::acts::refusal;
use super::{PATH, codes};
use crate::activity::Activity;
use crate::activity::checks::{MOST_PEOPLE, MOST_PROCEDURES};
use crate::office::activity::{self, fields};
use crate::people::Right;
use crate::plan::{ChannelKind, Plan};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/bao-cao/hoat-dong/moi", Needs::Right(Right::Activity), get(new)),
        Route::get("/bao-cao/hoat-dong/{n}/sua", Needs::Right(Right::Activity), get(change)),
    ]
}

#[derive(Deserialize)]
struct Begun {
    /// The code that it is entered for.
    #[serde(default)]
    ma: String,
}

async fn new(State(site): State<Arc<Site>>, visitor: Visitor, Query(begun): Query<Begun>) -> Response {
    let title = visitor.pick("Ghi hoạt động mới", "Enter an activity");
    let mut blank = fields::blank(site.today(), site.now());
    blank.code = begun.ma;
    match plan(&site, &visitor).await {
        Err(refusal) => refused(&site, &visitor, PATH, title, &refusal, &html! {}),
        Ok(plan) => {
            let body = form(&blank, plan.as_deref(), site.today(), &visitor);
            page(&site, &visitor, PATH, title, &["activities.js"], &body).into_response()
        }
    }
}

async fn change(State(site): State<Arc<Site>>, visitor: Visitor, Path(number): Path<i64>) -> Response {
    let title = visitor.pick("Sửa hoạt động", "Change an activity");
    let config = site.config();
    let standing = away(move || activity::standing(&config, number)).await;
    let standing = standing.and_then(|found| found.map_err(|why| refusal(why, &visitor)));
    match (standing, plan(&site, &visitor).await) {
        (Err(refusal), _) | (_, Err(refusal)) => refused(&site, &visitor, PATH, title, &refusal, &html! {}),
        (Ok(standing), Ok(plan)) => {
            let body = form(&standing, plan.as_deref(), site.today(), &visitor);
            page(&site, &visitor, PATH, title, &["activities.js"], &body).into_response()
        }
    }
}

async fn plan(site: &Site, visitor: &Visitor) -> Result<Option<Arc<Plan>>, Refusal> {
    let config = site.config();
    away(move || fields::plan(&config)).await?.map_err(|problems| said_wrong(&problems, visitor))
}

fn form(of: &Activity, plan: Option<&Plan>, today: NaiveDate, visitor: &Visitor) -> Markup {
    let is_new = of.number == 0;
    let action = if is_new { "/api/activities".to_owned() } else { format!("/api/activities/{}/change", of.number) };
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let body = html! {
        @if !is_new { input type="hidden" name="revision" value=(of.revision); }
        (form::text("title", visitor.pick("Tên hoạt động", "Activity"), &of.title,
            Some(visitor.pick("Làm gì, trong một dòng: Đăng bài tuyên truyền dịch vụ công trên Zalo.", "What was done, in a line.")), true))
        div .grid {
            (day("date", visitor.pick("Ngày", "Day"), Some(of.date), today, None))
            (day("until", visitor.pick("Đến hết ngày", "Until"), of.until, today,
                Some(visitor.pick("Chỉ ghi khi kéo dài nhiều ngày.", "Only if it lasted longer than a day."))))
        }
        (of_plan(of, plan, visitor))
        (form::text("place", visitor.pick("Địa điểm", "Place"), &or(&of.place), None, false))
        div .grid {
            (number("people", visitor.pick("Số người tham gia", "People"), of.people, MOST_PEOPLE, None))
            (number("procedures", visitor.pick("Số thủ tục hành chính niêm yết", "Procedures posted up"), of.procedures, MOST_PROCEDURES, None))
        }
        (form::text("who", visitor.pick("Người phụ trách", "In charge"), &or(&of.who), None, false))
        (form::text("link", visitor.pick("Đường dẫn", "Link"), &or(&of.link),
            Some(visitor.pick("Nơi ai cũng xem được, bắt đầu bằng http:// hoặc https://", "Where it can be seen, beginning with http:// or https://")), false))
        (number("bulletin", visitor.pick("Tin bài số", "Bulletin"), of.bulletin, 999_999_999,
            Some(visitor.pick("Nếu đăng hoặc đọc lại một tin bài của đài.", "If a bulletin of the station was posted or read out."))))
        (files(of, visitor))
        (form::text("note", visitor.pick("Ghi chú", "Note"), &or(&of.note), None, false))
        button .primary { (if is_new { visitor.pick("Ghi hoạt động", "Record it") } else { visitor.pick("Ghi bản sửa", "Record the change") }) }
    };
    html! { div .card { (form::act(visitor, &action, &body)) } }
}

/// Code, channel and themes: chosen from the plan, else typed.
fn of_plan(of: &Activity, plan: Option<&Plan>, visitor: &Visitor) -> Markup {
    let code = visitor.pick("Thực hiện hình thức hoặc nhiệm vụ nào của kế hoạch", "Which form or task of the plan");
    let channel = visitor.pick("Kênh", "Channel");
    let chosen = of.channel.clone().unwrap_or_default();
    let Some(plan) = plan else {
        return html! { (form::text("code", code, &of.code, None, true)) (form::text("channel", channel, &chosen, None, false)) };
    };
    let mut options = vec![(String::new(), visitor.pick("- chọn -", "- choose -").to_owned())];
    options.extend(codes(plan));
    let mut channels = vec![(String::new(), visitor.pick("Không qua kênh nào", "None").to_owned())];
    let all = plan.forms.iter().flat_map(|form| &form.channels);
    channels.extend(
        all.filter(|each| each.kind != ChannelKind::Audio)
            .map(|each| (each.code.clone(), format!("{}. {}", each.code, each.label))),
    );
    html! {
        (form::choice("code", code, &options, &of.code, None))
        details { summary { (visitor.pick("Nguyên văn các hình thức, nhiệm vụ trong kế hoạch", "Forms and tasks word for word")) }
            dl .facts {
                @for form in &plan.forms { dt { (form.code) } dd { (form.text) } }
                @for task in &plan.tasks { dt { (task.code) } dd { (task.who) ": " (task.text) } }
            }
        }
        (form::choice("channel", channel, &channels, &chosen, None))
        fieldset data-field="theme" {
            legend { (visitor.pick("Nội dung tuyên truyền (nếu có)", "Themes (if any)")) }
            @for theme in &plan.themes {
                div .field.tick { label {
                    input type="checkbox" name="theme" value=(theme.code) checked[of.themes.contains(&theme.code)];
                    span { (theme.code) ". " (theme.label) }
                } }
            }
            p .fault hidden {}
        }
    }
}

/// Files that are there, and more of them.
fn files(of: &Activity, visitor: &Visitor) -> Markup {
    html! {
        fieldset data-field="upload" {
            legend { (visitor.pick("Ảnh, tệp minh chứng", "Photographs, files")) }
            @for file in &of.files {
                div .field.tick { label {
                    input type="checkbox" name="keep" value=(file.sha256) checked;
                    span { (visitor.pick("giữ", "keep")) " " (file.name) }
                } }
            }
            @if !of.files.is_empty() { input type="hidden" name="has_files" value="1"; }
            div .field {
                label for="tep" { (visitor.pick("Thêm ảnh, tệp (đến 50 MB mỗi tệp)", "Add photographs, files (up to 50 MB each)")) }
                input type="file" id="tep" multiple data-uploads="/api/uploads" accept="image/*,.pdf,.doc,.docx,.xls,.xlsx,audio/*,video/*";
                ul .uploads aria-live="polite" {}
                noscript { p .hint { (visitor.pick(
                    "Trình duyệt này tắt JavaScript nên chưa gửi tệp được; các mục khác vẫn ghi được, tệp thêm sau ở một máy khác.",
                    "Without script no files can be sent from here; all else can be recorded, files be added from another machine.",
                )) } }
            }
            p .fault hidden {}
        }
    }
}

fn day(name: &str, label: &str, value: Option<NaiveDate>, today: NaiveDate, hint: Option<&str>) -> Markup {
    let value = value.map(|day| day.to_string()).unwrap_or_default();
    let control = html! {
        input type="date" id=(name) name=(name) value=(value) max=(today) required[name == "date"];
    };
    form::field(name, label, hint, &control)
}

fn number(name: &str, label: &str, value: Option<i64>, most: i64, hint: Option<&str>) -> Markup {
    let value = value.map(|number| number.to_string()).unwrap_or_default();
    let control = html! { input type="number" id=(name) name=(name) value=(value) min="0" max=(most); };
    form::field(name, label, hint, &control)
}
