//! Pages behind the signature: tables that the body does not place, the extract of the log, how far the plan is carried out.
//!
//! In: which of them the template has, and in which order. Out: blocks and how their paper lies. Two or more have Roman numbers;
//! the line that binds them to the report is filled in as far as number and date are given. Pure. Next: `docx`.

use super::{Parts, head};
use crate::language::Language;
use crate::report::document::{Block, Paper, Run};
use crate::report::status::page;
use crate::report::table::Table;
use crate::report::template::Appendix;

/// A template has each appendix once at most.
const ROMAN: [&str; Appendix::ALL.len()] = ["I", "II", "III"];

/// All of them, in the order of the template.
pub(super) fn all(parts: &Parts<'_>) -> Vec<(Paper, Vec<Block>)> {
    parts.template.appendices().map(|each| one(parts, each)).collect()
}

/// `Phụ lục II`; an only one has no number.
pub(super) fn number(parts: &Parts<'_>, which: Appendix) -> String {
    let word = parts.pick("Phụ lục", "Appendix");
    let position = parts.template.appendices().position(|each| each == which);
    match position {
        Some(position) if parts.template.appendices().count() > 1 => format!("{word} {}", ROMAN[position]),
        _ => word.to_owned(),
    }
}

fn one(parts: &Parts<'_>, which: Appendix) -> (Paper, Vec<Block>) {
    let (paper, title, blocks) = match which {
        Appendix::Tables => {
            let left = parts.tables.iter().filter(|table| !parts.template.places(table.id));
            let blocks = left.cloned().map(Block::Table).collect();
            (Paper::Landscape, parts.pick("CÁC BIỂU SỐ LIỆU CHI TIẾT", "FURTHER TABLES"), blocks)
        }
        Appendix::Log => {
            let title = parts.pick("TRÍCH SỔ NHẬT KÝ PHÁT THANH", "EXTRACT OF THE AIRING LOG");
            (Paper::Landscape, title, vec![Block::Table(parts.extract.clone())])
        }
        Appendix::Status => (
            Paper::Landscape,
            parts.pick("MỨC ĐỘ HOÀN THÀNH KẾ HOẠCH", "HOW FAR THE PLAN IS CARRIED OUT"),
            status(parts),
        ),
    };
    let with = match parts.language() {
        Language::Vi => format!(
            "(Kèm theo Báo cáo số {} {} của {})",
            head::number(parts),
            head::date_line(parts),
            head::issuer(parts)
        ),
        Language::En => {
            format!(
                "(With report no. {} of {} by {})",
                head::number(parts),
                head::date_line(parts),
                head::issuer(parts)
            )
        }
    };
    let head = Block::Appendix { number: number(parts, which), title: title.to_owned(), with: Some(with) };
    (paper, std::iter::once(head).chain(blocks).collect())
}

fn status(parts: &Parts<'_>) -> Vec<Block> {
    let language = parts.language();
    let Some(status) = parts.status else {
        let none =
            parts.pick("Đài chưa có kế hoạch (schedules/plan.toml).", "The station has no plan (schedules/plan.toml).");
        return vec![Block::Paragraph(vec![Run::plain(none)])];
    };
    // The appendix has the title already.
    let table = Table { title: String::new(), ..page::table(status, language) };
    vec![Block::Paragraph(vec![Run::plain(page::sum(status, language))]), Block::Table(table)]
}
