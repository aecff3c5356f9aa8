//! The first visit: whoever sits at the machine itself makes the first account.
//!
//! In: login, name, roles, password. Out: the account, signed in. Only while there is none, and only for a browser of this
//! machine that called it by a name of this machine: another site cannot make its own name point here. Next: `own`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use maud::{Markup, html};

use super::super::answer::{Done, Refusal};
use super::super::deed::{Audited, deed};
use super::super::gate::see;
use super::super::layout;
use super::super::origin::is_this_machine;
use super::super::routes::{Needs, Route};
use super::super::site::Site;
use super::super::visitor::Guest;
use super::sign_in::{busy, enter, entered};
use crate::people::account::{login, name, roles};
use crate::people::{Account, AccountFault, Deed, Ending, Role, Wish, password};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/bat-dau", Needs::Nothing, get(form)),
        Route::post("/api/first-visit", Needs::Nothing, "account.first", post(make)),
    ]
}

/// Whether this is the first visit, from the machine itself.
pub(super) fn is_first_visit(site: &Site, guest: &Guest, headers: &HeaderMap) -> bool {
    site.people.has_accounts() == Some(false) && guest.from.to_canonical().is_loopback() && is_this_machine(headers)
}

async fn form(State(site): State<Arc<Site>>, guest: Guest, headers: HeaderMap) -> Response {
    if !is_first_visit(&site, &guest, &headers) {
        return see("/dang-nhap");
    }
    let title = guest.language.pick("Bắt đầu: tạo tài khoản đầu tiên", "Begin: make the first account");
    let (vi, en) = (
        "Mỗi người ở đài có một tài khoản riêng, để nhật ký ghi đúng ai đã làm gì. Bạn đang tạo tài khoản của chính mình; sau đó \
         tạo cho người khác ở mục Hệ thống, Tài khoản.",
        "Everybody at the station has an account, so that the records say who did what. This is your own; make those of \
         others under System, Accounts.",
    );
    let body = html! {
        p { (guest.language.pick(vi, en)) }
        form .act method="post" action="/api/first-visit" data-act="" {
            (fields(&guest, "", &[Role::Operator, Role::Technician]))
            (password_twice(&guest))
            button .primary.big { (guest.language.pick("Tạo tài khoản và vào trang", "Make it and sign in")) }
            p .answer role="alert" hidden {}
        }
    };
    layout::bare(&guest, title, &body).into_response()
}

/// Login, name and roles of a new account.
pub(in crate::web) fn fields(guest: &Guest, prefix: &str, ticked: &[Role]) -> Markup {
    let pick = |vi: &'static str, en: &'static str| guest.language.pick(vi, en);
    html! {
        div .field data-field="name" {
            label for={ (prefix) "name" } { (pick("Họ và tên", "Name")) }
            input id={ (prefix) "name" } type="text" name="name" required maxlength="80" autocomplete="name";
            p .hint { (pick("Tên này ghi trong nhật ký và báo cáo, ví dụ Nguyễn Thị Lan.", "Stands in the log and in reports.")) }
            p .fault hidden {}
        }
        div .field data-field="login" {
            label for={ (prefix) "login" } { (pick("Tên đăng nhập", "Login")) }
            input id={ (prefix) "login" } type="text" name="login" required maxlength="32" autocomplete="username"
                autocapitalize="none" spellcheck="false";
            p .hint { (pick("Chữ thường không dấu, ví dụ lan hoặc nguyen.lan.", "Small letters a-z, such as lan or nguyen.lan.")) }
            p .fault hidden {}
        }
        (role_ticks(guest, prefix, ticked))
    }
}

/// Roles to choose from, with what each is for.
pub(in crate::web) fn role_ticks(guest: &Guest, prefix: &str, ticked: &[Role]) -> Markup {
    html! {
        fieldset .field data-field="role" {
            legend { (guest.language.pick("Vai trò (chọn được nhiều)", "Roles (several may be chosen)")) }
            @for role in Role::ALL {
                @let id = format!("{prefix}role-{}", role.as_str());
                div .field.tick {
                    label for=(id) {
                        input id=(id) type="checkbox" name="role" value=(role.as_str()) checked[ticked.contains(&role)];
                        span { (layout::sentence(role.say(guest.language))) ": " (duties(guest, role)) }
                    }
                }
            }
            p .fault hidden {}
        }
    }
}

fn duties(guest: &Guest, role: Role) -> &'static str {
    let (vi, en) = match role {
        Role::Operator => (
            "tin bài, hàng chờ, lịch phát, phát ngay, dừng, khẩn cấp",
            "bulletins, the queue, the timetable, on the air now, stop, emergency",
        ),
        Role::Approver => ("nghe và duyệt tin bài, dừng, khẩn cấp", "approves bulletins, stop, emergency"),
        Role::Reporter => ("báo cáo, đính chính, hoạt động ngoài phát thanh", "reports, corrections, activities"),
        Role::Technician => ("cài đặt, sao lưu, lịch phát, tài khoản", "settings, copies, the timetable, accounts"),
    };
    guest.language.pick(vi, en)
}

/// The password of a new account, twice.
pub(in crate::web) fn password_twice(guest: &Guest) -> Markup {
    twice(guest, guest.language.pick(("Mật khẩu", "Nhập lại mật khẩu"), ("Password", "The password once more")))
}

/// Another password of an account, twice.
pub(in crate::web) fn new_password(guest: &Guest) -> Markup {
    let labels = (("Mật khẩu mới", "Nhập lại mật khẩu mới"), ("New password", "The new password once more"));
    twice(guest, guest.language.pick(labels.0, labels.1))
}

fn twice(guest: &Guest, (label, again): (&str, &str)) -> Markup {
    let pick = |vi: &'static str, en: &'static str| guest.language.pick(vi, en);
    html! {
        div .field data-field="password" {
            label for="password" { (label) }
            input #password type="password" name="password" required minlength="8" autocomplete="new-password";
            p .hint { (pick(
                "Ít nhất 8 ký tự. Vài từ ghép lại là dễ nhớ và khó đoán nhất.",
                "At least 8 characters. A few words in a row are easy to remember and hard to guess.",
            )) }
            p .fault hidden {}
        }
        div .field data-field="again" {
            label for="again" { (again) }
            input #again type="password" name="again" required autocomplete="new-password";
            p .fault hidden {}
        }
    }
}

/// What is typed of an account: fields may be there several times.
pub(in crate::web) type Typed = Vec<(String, String)>;

/// The value of a field; empty if it is not there.
pub(in crate::web) fn value<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value)
}

/// An account as it was typed.
pub(in crate::web) fn account(typed: &Typed) -> Result<Account, AccountFault> {
    let chosen = typed.iter().filter(|(name, _)| name == "role").map(|(_, value)| value.as_str());
    Ok(Account { name: name(value(typed, "name"))?, login: login(value(typed, "login"))?, roles: roles(chosen)? })
}

/// A new password as it was typed, which fits its account.
pub(in crate::web) fn checked_password(typed: &Typed, login: &str) -> Result<String, AccountFault> {
    let new = value(typed, "password");
    password::check(login, new)?;
    if new == value(typed, "again") { Ok(new.to_owned()) } else { Err(AccountFault::PasswordsDiffer) }
}

/// Why an account is not made or changed, at its field.
pub(in crate::web) fn faulty(guest: &Guest, fault: &AccountFault) -> Refusal {
    let said = fault.say(guest.language);
    let status = match fault {
        AccountFault::Taken(_) | AccountFault::LastTechnician(_) | AccountFault::NotTheFirst => StatusCode::CONFLICT,
        AccountFault::Unknown(..) => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    };
    Refusal::new(status, said.clone()).at(fault.field(), said)
}

async fn make(State(site): State<Arc<Site>>, guest: Guest, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    if !is_first_visit(&site, &guest, &headers) {
        let (vi, en) = (
            "tài khoản đầu tiên chỉ tạo được ngay trên máy phát, khi đài chưa có tài khoản nào; hãy đăng nhập",
            "the first account is made at the station's machine itself, while there is none; sign in",
        );
        return Refusal::new(StatusCode::FORBIDDEN, guest.language.pick(vi, en)).into_response();
    }
    let read = account(&typed).and_then(|account| Ok((checked_password(&typed, &account.login)?, account)));
    let (password, account) = match read {
        Ok(read) => read,
        Err(fault) => return faulty(&guest, &fault).into_response(),
    };
    let Some(password) = site.people.hash(password).await else { return busy(&guest).into_response() };
    let wish = Wish::Add { account: account.clone(), password, is_first: true };
    let told = guest.language.pick("đã tạo tài khoản đầu tiên", "the first account is made");
    let row = deed(&site, &guest, Some(&account), "account.first");
    let row = Deed { subject: Some(account.login.clone()), ending: Ending::Done, told: Some(told.to_owned()), ..row };
    match site.people.change(&site, &guest, wish, &row, None).await {
        Err(refusal) => refusal.into_response(),
        Ok(_) => match enter(&site, &guest, &headers, &account, false).await {
            Some(cookie) => entered(&site, &guest, &account, Done::new(told, "/"), cookie).await,
            None => (Extension(Audited), busy(&guest)).into_response(),
        },
    }
}
