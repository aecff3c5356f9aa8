//! The plan as people read it, in the station's language; what is quoted from it stays as it is.
//!
//! In: a plan. Out: text of at most 100 columns. Must never add anything to the plan: where it sets nothing, that is said.
//! Next: `when`.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::language::Language;
use crate::plan::{Basis, ChannelKind, Per, Plan, ReportKind, Target};

/// Columns of a line at most; a longer word stands alone.
const COLUMNS: usize = 100;

/// Where the text of a part begins: behind its code.
const INDENT: usize = 8;

/// Prints the plan.
pub(super) fn print(out: &mut impl Write, plan: &Plan, language: Language) -> io::Result<()> {
    head(out, plan, language)?;
    let section = |out: &mut dyn Write, vi: &str, en: &str, count: usize| match count {
        0 => Ok(()),
        count => writeln!(out, "\n{} ({count})", language.pick(vi, en)),
    };
    section(out, "NỘI DUNG TUYÊN TRUYỀN", "THEMES", plan.themes.len())?;
    for theme in &plan.themes {
        part(out, &theme.code, &[&theme.label, &theme.text])?;
    }
    section(out, "HÌNH THỨC", "FORMS", plan.forms.len())?;
    for form in &plan.forms {
        part(out, &form.code, &[&form.label, &form.text])?;
        for channel in &form.channels {
            let line = format!("{}: {} ({})", channel.code, channel.label, channel_kind(language, channel.kind));
            wrapped(out, INDENT + 2, &line)?;
        }
    }
    section(out, "NHIỆM VỤ", "TASKS", plan.tasks.len())?;
    for task in &plan.tasks {
        part(out, &task.code, &[&task.who, &task.text])?;
    }
    section(out, "CHẾ ĐỘ BÁO CÁO", "REPORTS", plan.reports.len())?;
    for report in &plan.reports {
        let kind = match report.kind {
            ReportKind::Periodic => language.pick("định kỳ", "periodic"),
            ReportKind::AdHoc => language.pick("đột xuất", "when asked for"),
        };
        part(out, &report.code, &[&format!("{} → {} ({kind})", report.by, report.to), &report.text])?;
    }
    targets(out, plan, language)
}

fn head(out: &mut impl Write, plan: &Plan, language: Language) -> io::Result<()> {
    let mut line = |vi: &str, en: &str, text: &str| {
        let name = language.pick(vi, en);
        write!(out, "{name}{}", " ".repeat(13_usize.saturating_sub(name.width())))?;
        hanging(out, 13, text)
    };
    line("Kế hoạch", "Plan", &plan.title)?;
    line("Số", "Number", plan.number.as_deref().unwrap_or(language.pick("(để trống)", "(blank)")))?;
    line("Ngày", "Date", &plan.date.format("%d/%m/%Y").to_string())?;
    line("Năm", "Year", &plan.year.to_string())?;
    line("Ban hành", "Issued by", &plan.issuer)?;
    if let Some(signer) = &plan.signer {
        let office = plan.signer_title.as_ref().map(|title| format!(", {title}")).unwrap_or_default();
        line("Người ký", "Signed by", &format!("{signer}{office}"))?;
    }
    for Basis { number, date, issuer, subject } in &plan.basis {
        let date = date.format("%d/%m/%Y");
        let text = match language {
            Language::Vi => format!("{number} ngày {date} của {issuer}: {subject}"),
            Language::En => format!("{number} of {date}, {issuer}: {subject}"),
        };
        line("Căn cứ", "Based on", &text)?;
    }
    if !plan.recipients.is_empty() {
        line("Nơi nhận", "Recipients", &plan.recipients.join("; "))?;
    }
    Ok(())
}

fn targets(out: &mut impl Write, plan: &Plan, language: Language) -> io::Result<()> {
    if plan.targets.is_empty() {
        let none = language.pick(
            "chưa có; xã đặt chỉ tiêu bằng `[[target]]` trong plan.toml",
            "none; the commune sets them with `[[target]]` in plan.toml",
        );
        return writeln!(out, "\n{}: {none}", language.pick("CHỈ TIÊU CỦA XÃ", "TARGETS OF THE COMMUNE"));
    }
    let heading = language.pick("CHỈ TIÊU CỦA XÃ", "TARGETS OF THE COMMUNE");
    writeln!(out, "\n{heading} ({})", plan.targets.len())?;
    for Target { theme, per, bulletins, airings, minutes } in &plan.targets {
        let figures = [
            (bulletins, language.pick("tin bài", "bulletins")),
            (airings, language.pick("lượt phát", "airings")),
            (minutes, language.pick("phút", "minutes")),
        ];
        let figures: Vec<String> =
            figures.iter().filter_map(|(figure, noun)| Some(format!("{} {noun}", (**figure)?))).collect();
        let per = match per {
            Per::Month => language.pick("mỗi tháng", "each month"),
            Per::Quarter => language.pick("mỗi quý", "each quarter"),
            Per::Year => language.pick("cả năm", "the whole year"),
        };
        let all = language.pick("chung", "all");
        part(out, theme.as_deref().unwrap_or(all), &[&format!("{per}: {}", figures.join(", "))])?;
    }
    Ok(())
}

const fn channel_kind(language: Language, kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Audio => language.pick("âm thanh", "audio"),
        ChannelKind::Social => language.pick("mạng xã hội", "social network"),
        ChannelKind::Web => language.pick("trang thông tin", "web site"),
    }
}

/// A part of the plan: its code, and its texts one below the other.
pub(super) fn part(out: &mut impl Write, code: &str, texts: &[&str]) -> io::Result<()> {
    let pad = " ".repeat((INDENT - 2).saturating_sub(code.width()).max(1));
    write!(out, "  {code}{pad}")?;
    let (first, others) = texts.split_first().expect("every part has a text");
    hanging(out, INDENT, first)?;
    others.iter().try_for_each(|text| wrapped(out, INDENT, text))
}

/// A paragraph of its own.
pub(super) fn wrapped(out: &mut impl Write, indent: usize, text: &str) -> io::Result<()> {
    write!(out, "{}", " ".repeat(indent))?;
    hanging(out, indent, text)
}

/// Words up to the last column, further lines below the first one, which has begun.
fn hanging(out: &mut impl Write, indent: usize, text: &str) -> io::Result<()> {
    let mut column = indent;
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 && column + 1 + word.width() > COLUMNS {
            write!(out, "\n{}", " ".repeat(indent))?;
            column = indent;
        } else if index > 0 {
            write!(out, " ")?;
            column += 1;
        }
        write!(out, "{word}")?;
        column += word.width();
    }
    writeln!(out)
}
