//! Problems of words and of the plan, in both languages: what people write that others read.
//!
//! In: a typed reason. Out: a message and an advice, as `english` and `vietnamese` give them for all other reasons. Next:
//! `english`.

use super::Said;
use super::english::{listed, meant as meant_en};
use super::vietnamese::meant as meant_vi;
use super::what::{PlanFault, TextFault};
use crate::text::{Refused, Remark};

pub(super) fn text_vi(fault: &TextFault) -> Said {
    match fault {
        TextFault::Refused(field, Refused::Legacy(encoding, word, meant)) => Said::with(
            format!("`{field}` có vẻ là văn bản theo mã {}: `{word}` là `{meant}`", encoding.name()),
            "hãy chuyển sang Unicode trước, ví dụ bằng UniKey",
        ),
        TextFault::Refused(field, Refused::Control(each, line)) => Said::with(
            format!("`{field}` có {} ở dòng {line}", control_vi(*each)),
            "hãy xóa ký tự đó; tiêu đề và tên người chỉ viết trên một dòng",
        ),
        TextFault::Remark(field, Remark::Composed) => {
            Said::plain(format!("`{field}` có chữ và dấu tách rời, đã được ghép lại"))
        }
        TextFault::Remark(field, Remark::Invisible(count)) => {
            Said::plain(format!("`{field}` có {count} ký tự không nhìn thấy, đã được bỏ"))
        }
        TextFault::Remark(field, Remark::Styled(count)) => {
            Said::plain(format!("`{field}` có {count} chữ kiểu trang trí, đã được đổi thành chữ thường dùng"))
        }
        TextFault::Remark(field, Remark::LookAlike(found, kept)) => Said::with(
            format!("`{field}`: chữ `{found}` (U+{:04X}) chỉ trông giống `{kept}`, đã được đổi", u32::from(*found)),
            format!("hãy gõ lại chữ `{kept}` bằng bộ gõ tiếng Việt Unicode"),
        ),
    }
}

fn control_vi(each: char) -> String {
    match each {
        '\n' | '\r' => "dấu xuống dòng".to_owned(),
        '\t' => "dấu tab".to_owned(),
        other => format!("ký tự điều khiển U+{:04X}", u32::from(other)),
    }
}

pub(super) fn text_en(fault: &TextFault) -> Said {
    match fault {
        TextFault::Refused(field, Refused::Legacy(encoding, word, meant)) => Said::with(
            format!("`{field}` looks like text in {}: `{word}` is `{meant}`", encoding.name()),
            "convert it to Unicode first, for example with UniKey",
        ),
        TextFault::Refused(field, Refused::Control(each, line)) => Said::with(
            format!("`{field}` holds {} in line {line}", control_en(*each)),
            "take it out; titles and names are one line",
        ),
        TextFault::Remark(field, Remark::Composed) => {
            Said::plain(format!("in `{field}` letters and their marks came apart; they were composed"))
        }
        TextFault::Remark(field, Remark::Invisible(count)) => {
            Said::plain(format!("`{field}` held {count} characters that nobody sees; they were left out"))
        }
        TextFault::Remark(field, Remark::Styled(count)) => {
            Said::plain(format!("`{field}` held {count} ornamental letters; plain ones took their place"))
        }
        TextFault::Remark(field, Remark::LookAlike(found, kept)) => Said::with(
            format!(
                "`{field}`: `{found}` (U+{:04X}) only looks like `{kept}`, which took its place",
                u32::from(*found)
            ),
            format!("type `{kept}` anew with a Unicode keyboard for Vietnamese"),
        ),
    }
}

fn control_en(each: char) -> String {
    match each {
        '\n' | '\r' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}

pub(super) fn plan_vi(fault: &PlanFault) -> Said {
    match fault {
        PlanFault::NoThemes => {
            Said::with("kế hoạch không có nội dung tuyên truyền nào", "mỗi nội dung bắt đầu bằng `[[theme]]`")
        }
        PlanFault::Programme => Said::with(
            "tệp `plan.toml` chỉ dành cho kế hoạch",
            "hãy viết chương trình vào tệp khác trong `schedules/`, ví dụ `buoi-sang.toml`",
        ),
        PlanFault::BadCode(found) => Said::with(
            format!("`{found}` không dùng làm mã được"),
            "mã gồm 1 đến 16 ký tự: A đến Z, a đến z, 0 đến 9, `.`, `-` và `_`, ví dụ `ND1`",
        ),
        PlanFault::DuplicateCode(code, first) => {
            Said::with(format!("kế hoạch đã có mã `{code}` tại {first}"), "mỗi phần của kế hoạch phải có mã riêng")
        }
        PlanFault::UnknownTheme(found, known, near) => Said::with(
            format!("chỉ tiêu cho nội dung `{found}`, kế hoạch không có nội dung này"),
            meant_vi(near.as_ref(), &listed(known)),
        ),
        PlanFault::EmptyTarget => {
            Said::with("chỉ tiêu không ghi số nào", "hãy ghi ít nhất một khóa: `bulletins`, `airings` hoặc `minutes`")
        }
        PlanFault::DuplicateTarget(first) => Said::with(
            format!("đã có chỉ tiêu cho nội dung và kỳ này tại {first}"),
            "hãy ghi các số vào cùng một `[[target]]`",
        ),
    }
}

pub(super) fn plan_en(fault: &PlanFault) -> Said {
    match fault {
        PlanFault::NoThemes => Said::with("the plan has no theme", "each theme begins with `[[theme]]`"),
        PlanFault::Programme => Said::with(
            "the file `plan.toml` is for the plan alone",
            "write programmes into another file of `schedules/`, for example `buoi-sang.toml`",
        ),
        PlanFault::BadCode(found) => Said::with(
            format!("`{found}` cannot be a code"),
            "a code is 1 to 16 characters: A to Z, a to z, 0 to 9, `.`, `-` and `_`, for example `ND1`",
        ),
        PlanFault::DuplicateCode(code, first) => Said::with(
            format!("the code `{code}` is taken at {first}"),
            "each part of the plan needs a code of its own",
        ),
        PlanFault::UnknownTheme(found, known, near) => Said::with(
            format!("a target for the theme `{found}`, which the plan does not have"),
            meant_en(near.as_ref(), &listed(known)),
        ),
        PlanFault::EmptyTarget => {
            Said::with("the target has no figure", "write at least one of `bulletins`, `airings`, `minutes`")
        }
        PlanFault::DuplicateTarget(first) => Said::with(
            format!("there is a target for this theme and span at {first}"),
            "write all figures into one `[[target]]`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::problem::{Problem, Severity};
    use crate::text::clean_text;

    fn said(language: Language, text: &str) -> String {
        let faults: Vec<TextFault> = match clean_text(text) {
            Ok(cleaned) => cleaned.remarks.into_iter().map(|it| TextFault::Remark("--title".into(), it)).collect(),
            Err(refused) => vec![TextFault::Refused("--title".into(), refused)],
        };
        faults.into_iter().map(|fault| Problem::typed(Severity::Warning, fault).render(language)).collect()
    }

    #[test]
    fn what_is_typed_is_judged_in_both_languages() {
        let cases = [
            (
                "§¶ng uû",
                "cảnh báo: `--title` có vẻ là văn bản theo mã TCVN3: `§¶ng` là `Đảng`\n    hãy chuyển sang Unicode trước, ví dụ bằng UniKey\n",
            ),
            (
                "một\nhai\u{7}",
                "cảnh báo: `--title` có ký tự điều khiển U+0007 ở dòng 2\n    hãy xóa ký tự đó; tiêu đề và tên người chỉ viết trên một dòng\n",
            ),
            (
                "\u{d0}a\u{300}i\u{200b} 𝐱ã",
                "cảnh báo: `--title` có chữ và dấu tách rời, đã được ghép lại\n\
                cảnh báo: `--title` có 1 ký tự không nhìn thấy, đã được bỏ\n\
                cảnh báo: `--title` có 1 chữ kiểu trang trí, đã được đổi thành chữ thường dùng\n\
                cảnh báo: `--title`: chữ `Ð` (U+00D0) chỉ trông giống `Đ`, đã được đổi\n    hãy gõ lại chữ `Đ` bằng bộ gõ tiếng Việt Unicode\n",
            ),
            ("Đài", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(said(Language::Vi, text), expected);
            assert_eq!(said(Language::En, text).lines().count(), expected.lines().count(), "{text}");
        }
    }
}
