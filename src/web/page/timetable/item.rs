//! The items of a programme: the table with its buttons, and the fields of one.
//!
//! In: a programme as its file has it. Out: markup; every button is a form of its own, so that it works without script and
//! from the keyboard. Next: `special`.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::super::super::part::{form, words};
use super::super::super::visitor::Visitor;
use super::fields::span_shown;
use crate::office::timetable::Folder;
use crate::people::Right;
use crate::schedule::edit::form::{Airs, ItemForm};
use crate::schedule::{Item, ItemContent, Programme};

/// All items, with buttons for whoever may plan.
pub(super) fn table(visitor: &Visitor, programme: &Programme, stamp: &str) -> Markup {
    let heads = [
        ("Thứ tự", "Order"),
        ("Phát", "Airs"),
        ("Tên", "Title"),
        ("Nội dung, thể loại", "Themes, sort"),
        ("Sửa", "Change"),
    ];
    let heads = heads.map(|(vi, en)| visitor.pick(vi, en));
    let may = visitor.account.may(Right::Plan);
    html! {
        h2 { (visitor.pick("Các mục, theo thứ tự phát", "Items in their order")) }
        table .cards {
            thead { tr { @for head in heads.iter().take(if may { 5 } else { 4 }) { th { (head) } } } }
            tbody {
                @for (number, item) in (1..).zip(&programme.items) {
                    tr #{ "muc-" (item.id) } {
                        td .num data-label=(heads[0]) { (number) }
                        td data-label=(heads[1]) { (airs(visitor, item)) }
                        td data-label=(heads[2]) { (item.title.as_deref().unwrap_or_default()) }
                        td data-label=(heads[3]) {
                            (ItemForm::of(item).themes.join(", "))
                            @if let Some(genre) = &item.genre { " " span .chip { (genre) } }
                        }
                        @if may { td data-label=(heads[4]) { (buttons(visitor, programme, item, stamp)) } }
                    }
                }
            }
        }
    }
}

fn airs(visitor: &Visitor, item: &Item) -> Markup {
    html! {
        @match &item.content {
            ItemContent::File(file) => { (visitor.pick("Tệp ", "File ")) code { (file) } }
            ItemContent::Bulletin(number) => { a href={ "/tin-bai/" (number) } { (visitor.pick("Tin bài số ", "Bulletin ")) (number) } }
            ItemContent::Queue(wish) => {
                (visitor.pick("Hàng chờ, không quá ", "Queue, at most ")) (words::length(visitor.language(), wish.up_to.num_milliseconds()))
            }
        }
    }
}

fn buttons(visitor: &Visitor, programme: &Programme, item: &Item, stamp: &str) -> Markup {
    let action = format!("/api/programmes/{}", programme.id);
    let name = item.name();
    let move_by = |viec: &str, sign: &str, words: &str| {
        html! {
            form .act.inline method="post" action=(action) data-act="" {
                (form::carried(visitor))
                input type="hidden" name="item" value=(item.id);
                input type="hidden" name="stamp" value=(stamp);
                button name="viec" value=(viec) aria-label={ (words) ": " (name) } title=(words) { (sign) }
                p .answer role="alert" hidden {}
            }
        }
    };
    html! {
        div .row {
            (move_by("item-up", "↑", visitor.pick("Đưa lên", "Up")))
            (move_by("item-down", "↓", visitor.pick("Đưa xuống", "Down")))
            form .inline method="get" action="/lich-phat/xem-truoc" {
                input type="hidden" name="viec" value="item-remove";
                input type="hidden" name="programme" value=(programme.id);
                input type="hidden" name="item" value=(item.id);
                input type="hidden" name="stamp" value=(stamp);
                button aria-label={ (visitor.pick("Bỏ", "Remove")) ": " (name) } { (visitor.pick("Bỏ", "Remove")) }
            }
        }
        details {
            summary { (visitor.pick("Sửa mục này", "Change this item")) }
            form method="get" action="/lich-phat/xem-truoc" {
                input type="hidden" name="viec" value="item-save";
                input type="hidden" name="programme" value=(programme.id);
                input type="hidden" name="item" value=(item.id);
                input type="hidden" name="stamp" value=(stamp);
                (of(visitor, &item.id, Some(item)))
                button .primary { (visitor.pick("Xem trước", "Preview")) }
            }
        }
    }
}

/// The form of a new item.
pub(super) fn adding(visitor: &Visitor, folder: &Folder, programme: &Programme, stamp: &str) -> Markup {
    html! {
        details .card {
            summary { "+ " (visitor.pick("Thêm một mục", "Add an item")) }
            form method="get" action="/lich-phat/xem-truoc" {
                input type="hidden" name="viec" value="item-add";
                input type="hidden" name="programme" value=(programme.id);
                input type="hidden" name="stamp" value=(stamp);
                div .field {
                    label for="at" { (visitor.pick("Đặt ở", "Where")) }
                    select #at name="at" {
                        @for (number, item) in programme.items.iter().enumerate() {
                            option value=(number) { (visitor.pick("trước ", "before ")) (number + 1) ". " (item.name()) }
                        }
                        option value=(programme.items.len()) selected { (visitor.pick("cuối cùng", "at the end")) }
                    }
                }
                (fields(visitor, folder, None))
                button .primary { (visitor.pick("Xem trước", "Preview")) }
            }
        }
    }
}

/// The fields of an item, with the files that the schedules know.
pub(super) fn fields(visitor: &Visitor, folder: &Folder, item: Option<&Item>) -> Markup {
    let files: BTreeSet<&str> = folder.reading.files.iter().map(|(file, _)| &**file).collect();
    html! {
        datalist #tep-am-thanh { @for file in files { option value=(file) {} } }
        (of(visitor, "moi", item))
    }
}

/// `key` keeps the ids of several forms on one page apart.
fn of(visitor: &Visitor, key: &str, item: Option<&Item>) -> Markup {
    let now = item.map(ItemForm::of);
    let airs = now.as_ref().map(|now| &now.airs);
    let file = match airs {
        Some(Airs::File(file)) => file.as_str(),
        _ => "",
    };
    let number = match airs {
        Some(Airs::Bulletin(number)) => number.to_string(),
        _ => String::new(),
    };
    let up_to = match airs {
        Some(Airs::Queue(up_to)) => up_to.as_str(),
        _ => "15m",
    };
    let kind = match airs {
        Some(Airs::Bulletin(_)) => "bulletin",
        Some(Airs::Queue(_)) => "queue",
        _ => "file",
    };
    let text = |read: fn(&ItemForm) -> String| now.as_ref().map(read).unwrap_or_default();
    let line = |name: &str, label: &str, value: &str, list: Option<&str>| {
        html! {
            div .field data-field=(name) {
                label for={ (name) "-" (key) } { (label) }
                input type="text" id={ (name) "-" (key) } name=(name) value=(value) list=[list] autocomplete="off";
                p .fault hidden {}
            }
        }
    };
    let kinds = [
        ("file", visitor.pick("tệp âm thanh trong thư mục audio", "a sound file of the folder audio")),
        ("bulletin", visitor.pick("một tin bài theo số", "a bulletin by number")),
        ("queue", visitor.pick("tin bài lấy từ hàng chờ", "bulletins from the queue")),
    ];
    html! {
        div .field {
            label for={ "airs-" (key) } { (visitor.pick("Phát", "Airs")) }
            select id={ "airs-" (key) } name="airs" { @for (value, label) in kinds { option value=(value) selected[value == kind] { (label) } } }
        }
        div .grid {
            (line("file", visitor.pick("Tệp (khi phát tệp)", "File (for a file)"), file, Some("tep-am-thanh")))
            (line("bulletin", visitor.pick("Số tin bài (khi phát tin bài)", "Number (for a bulletin)"), &number, None))
            (line("up_to", visitor.pick("Tổng cộng không quá (khi lấy từ hàng chờ)", "At most (for the queue)"), &span_shown(visitor.language(), up_to), None))
        }
        div .grid {
            (line("item_title", visitor.pick("Tên hiện trong lịch (không bắt buộc)", "Title (optional)"), &text(|now| now.title.clone()), None))
            (line("themes", visitor.pick("Mã nội dung, ví dụ ND1, ND3", "Theme codes, as ND1, ND3"), &text(|now| now.themes.join(", ")), None))
            (line("genre", visitor.pick("Thể loại, ví dụ nhạc hiệu", "Sort, as nhạc hiệu"), &text(|now| now.genre.clone()), None))
            (line("author", visitor.pick("Tác giả (khi phát tệp)", "Author (for a file)"), &text(|now| now.author.clone()), None))
        }
    }
}
