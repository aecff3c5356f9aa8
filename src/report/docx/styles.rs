//! How each sort of paragraph is set: size, face, place and room, as Nghị định 30/2020/NĐ-CP, phụ lục I, has it.
//!
//! In: nothing. Out: the styles, and the part that holds them, so that who edits the file finds a name for everything.
//! Where the decree leaves a choice, the larger size is taken. Must never name another font than Times New Roman. Next: `paper`.

use super::measure::{pt, tenths_mm};
use super::xml::{DECLARATION, Xml};
use crate::language::Language;

/// A sort of paragraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct ParagraphStyle {
    /// ASCII, unique.
    pub(super) id: &'static str,
    /// What the list of styles of a word processor shows.
    name: &'static str,
    /// In points.
    pub(super) size: u32,
    face: Face,
    /// Shown in capitals, however it was written.
    pub(super) capitals: bool,
    place: Place,
    /// Of the first line, in twentieths of a point.
    first_line: u32,
    /// Room above and below, in twentieths of a point.
    room: (u32, u32),
    leading: Leading,
    /// Stays on the page of what follows.
    with_next: bool,
    /// Its level in the outline, from 0.
    level: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Upright,
    Bold,
    Italic,
    BoldItalic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Left,
    Centre,
    Justified,
}

#[derive(Debug, Clone, Copy)]
enum Leading {
    /// So many hundredths of a single line.
    Lines(u32),
    /// Exactly so many twentieths of a point.
    Exactly(u32),
}

/// A single line, upright, without any room; all others differ from it.
const PLAIN: ParagraphStyle = ParagraphStyle {
    id: "Normal",
    name: "Normal",
    size: 14,
    face: Face::Upright,
    capitals: false,
    place: Place::Left,
    first_line: 0,
    room: (0, 0),
    leading: Leading::Lines(100),
    with_next: false,
    level: None,
};

/// Justified, first line 1,27 cm, 6 pt between paragraphs, between a single line and one and a half.
pub(super) const BODY: ParagraphStyle = ParagraphStyle {
    id: "NoiDung",
    name: "Nội dung",
    place: Place::Justified,
    first_line: tenths_mm(127),
    room: (pt(6), 0),
    leading: Leading::Lines(115),
    ..PLAIN
};

const HEADING: ParagraphStyle = ParagraphStyle { face: Face::Bold, with_next: true, ..BODY };

/// `I.`, `1.`, `a)`.
pub(super) const HEADINGS: [ParagraphStyle; 3] = [
    ParagraphStyle { id: "Heading1", name: "heading 1", capitals: true, level: Some(0), ..HEADING },
    ParagraphStyle { id: "Heading2", name: "heading 2", level: Some(1), ..HEADING },
    ParagraphStyle { id: "Heading3", name: "heading 3", face: Face::Upright, level: Some(2), ..HEADING },
];

const CENTRED: ParagraphStyle = ParagraphStyle { place: Place::Centre, ..PLAIN };
const CENTRED_BOLD: ParagraphStyle = ParagraphStyle { face: Face::Bold, ..CENTRED };

pub(super) const COUNTRY: ParagraphStyle =
    ParagraphStyle { id: "QuocHieu", name: "Quốc hiệu", size: 13, capitals: true, ..CENTRED_BOLD };
pub(super) const MOTTO: ParagraphStyle = ParagraphStyle { id: "TieuNgu", name: "Tiêu ngữ", ..CENTRED_BOLD };
pub(super) const SUPERIOR: ParagraphStyle =
    ParagraphStyle { id: "CoQuanChuQuan", name: "Cơ quan chủ quản", size: 13, capitals: true, ..CENTRED };
pub(super) const AUTHORITY: ParagraphStyle =
    ParagraphStyle { id: "CoQuanBanHanh", name: "Cơ quan ban hành", size: 13, capitals: true, ..CENTRED_BOLD };
pub(super) const NUMBER: ParagraphStyle =
    ParagraphStyle { id: "SoKyHieu", name: "Số, ký hiệu", size: 13, room: (pt(6), 0), ..CENTRED };
pub(super) const PLACE_AND_DATE: ParagraphStyle =
    ParagraphStyle {
        id: "DiaDanh", name: "Địa danh và thời gian", face: Face::Italic, room: (pt(6), 0), ..CENTRED
    };

pub(super) const KIND: ParagraphStyle = ParagraphStyle {
    id: "TenLoai",
    name: "Tên loại",
    capitals: true,
    room: (pt(18), 0),
    with_next: true,
    ..CENTRED_BOLD
};
pub(super) const ABOUT: ParagraphStyle =
    ParagraphStyle { id: "TrichYeu", name: "Trích yếu", with_next: true, ..CENTRED_BOLD };
pub(super) const ADDRESSEE: ParagraphStyle =
    ParagraphStyle { id: "KinhGui", name: "Kính gửi", room: (pt(12), pt(6)), ..CENTRED };
pub(super) const ADDRESSEES: ParagraphStyle =
    ParagraphStyle { id: "KinhGuiNhieuNoi", name: "Kính gửi nhiều nơi", ..PLAIN };

pub(super) const POSITION: ParagraphStyle =
    ParagraphStyle { id: "ChucVu", name: "Quyền hạn, chức vụ", capitals: true, ..CENTRED_BOLD };
pub(super) const SIGNER: ParagraphStyle =
    ParagraphStyle { id: "HoTen", name: "Họ tên người ký", ..CENTRED_BOLD };
pub(super) const RECIPIENTS_HEAD: ParagraphStyle =
    ParagraphStyle { id: "NoiNhan", name: "Nơi nhận", size: 12, face: Face::BoldItalic, ..PLAIN };
pub(super) const RECIPIENT: ParagraphStyle =
    ParagraphStyle { id: "NoiNhanDanhSach", name: "Nơi nhận, danh sách", size: 11, ..PLAIN };
pub(super) const SIGN_HERE: ParagraphStyle =
    ParagraphStyle { id: "ChoKy", name: "Chỗ ký", size: 13, room: (pt(6), 0), ..CENTRED_BOLD };

pub(super) const APPENDIX: ParagraphStyle =
    ParagraphStyle { id: "PhuLuc", name: "Phụ lục", with_next: true, level: Some(0), ..CENTRED_BOLD };
pub(super) const APPENDIX_TITLE: ParagraphStyle =
    ParagraphStyle { id: "PhuLucTen", name: "Phụ lục, tên", capitals: true, with_next: true, ..CENTRED_BOLD };
pub(super) const APPENDIX_WITH: ParagraphStyle = ParagraphStyle {
    id: "PhuLucKemTheo",
    name: "Phụ lục, kèm theo",
    face: Face::Italic,
    room: (0, pt(6)),
    with_next: true,
    ..CENTRED
};

pub(super) const COVER: ParagraphStyle =
    ParagraphStyle { id: "Bia", name: "Bìa", room: (pt(12), pt(6)), ..CENTRED_BOLD };
pub(super) const COVER_TITLE: ParagraphStyle =
    ParagraphStyle { id: "BiaTen", name: "Bìa, tên sổ", size: 28, capitals: true, ..CENTRED_BOLD };

pub(super) const TABLE_TITLE: ParagraphStyle = ParagraphStyle {
    id: "TenBieu",
    name: "Tên biểu",
    size: 13,
    room: (pt(12), pt(4)),
    with_next: true,
    ..CENTRED_BOLD
};
/// Cells of tables, the larger where the columns are few.
pub(super) const CELLS: [ParagraphStyle; 2] = [
    ParagraphStyle { id: "O12", name: "Ô của biểu, cỡ 12", size: 12, ..PLAIN },
    ParagraphStyle { id: "O11", name: "Ô của biểu, cỡ 11", size: 11, ..PLAIN },
];
pub(super) const NOTE: ParagraphStyle = ParagraphStyle {
    id: "GhiChuBieu",
    name: "Ghi chú dưới biểu",
    size: 11,
    face: Face::Italic,
    place: Place::Justified,
    room: (pt(3), 0),
    ..PLAIN
};
pub(super) const SMALL: ParagraphStyle =
    ParagraphStyle { id: "ChuNho", name: "Chữ nhỏ", size: 11, place: Place::Justified, room: (pt(6), 0), ..PLAIN };

pub(super) const HEADER: ParagraphStyle = ParagraphStyle { id: "Header", name: "header", ..CENTRED };
pub(super) const FOOTER: ParagraphStyle = ParagraphStyle { id: "Footer", name: "footer", size: 9, ..PLAIN };

/// Carries a rule above it.
pub(super) const RULE: ParagraphStyle = ParagraphStyle {
    id: "DuongKe",
    name: "Đường kẻ",
    size: 2,
    room: (pt(3), 0),
    leading: Leading::Exactly(pt(3)),
    ..PLAIN
};
/// Stands where the format wants a paragraph and the page none: as low as can be.
pub(super) const GAP: ParagraphStyle =
    ParagraphStyle { id: "KhoangTrong", name: "Khoảng trống", size: 1, leading: Leading::Exactly(pt(1)), ..PLAIN };

/// All of them.
const ALL: [&ParagraphStyle; 34] = [
    &PLAIN,
    &BODY,
    &HEADINGS[0],
    &HEADINGS[1],
    &HEADINGS[2],
    &COUNTRY,
    &MOTTO,
    &SUPERIOR,
    &AUTHORITY,
    &NUMBER,
    &PLACE_AND_DATE,
    &KIND,
    &ABOUT,
    &ADDRESSEE,
    &ADDRESSEES,
    &POSITION,
    &SIGNER,
    &RECIPIENTS_HEAD,
    &RECIPIENT,
    &SIGN_HERE,
    &APPENDIX,
    &APPENDIX_TITLE,
    &APPENDIX_WITH,
    &COVER,
    &COVER_TITLE,
    &TABLE_TITLE,
    &CELLS[0],
    &CELLS[1],
    &NOTE,
    &SMALL,
    &HEADER,
    &FOOTER,
    &RULE,
    &GAP,
];

/// The one font, by every name that the format has for scripts.
const FONT: &str = "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"Times New Roman\" \
                    w:cs=\"Times New Roman\"/>";

/// `word/styles.xml`.
pub(super) fn write(xml: &mut Xml<'_>, language: Language) {
    let tongue = language.pick("vi-VN", "en-US");
    xml.raw(DECLARATION);
    xml.raw("<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">");
    xml.markup(format_args!(
        "<w:docDefaults><w:rPrDefault><w:rPr>{FONT}<w:color w:val=\"000000\"/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>\
         <w:lang w:val=\"{tongue}\" w:eastAsia=\"{tongue}\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault/></w:docDefaults>"
    ));
    for style in ALL {
        style.write(xml);
    }
    xml.raw(
        "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\">\
         <w:name w:val=\"Default Paragraph Font\"/><w:uiPriority w:val=\"1\"/><w:semiHidden/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/>\
         <w:uiPriority w:val=\"99\"/><w:semiHidden/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/></w:tblPr></w:style>\
         <w:style w:type=\"numbering\" w:default=\"1\" w:styleId=\"NoList\"><w:name w:val=\"No List\"/>\
         <w:uiPriority w:val=\"99\"/><w:semiHidden/></w:style></w:styles>",
    );
}

impl ParagraphStyle {
    fn write(&self, xml: &mut Xml<'_>) {
        let (id, name) = (self.id, self.name);
        let base = id == PLAIN.id;
        xml.markup(format_args!("<w:style w:type=\"paragraph\""));
        xml.raw(if base { " w:default=\"1\"" } else { "" });
        // A name of the format's own list, which is English and in small letters, is not a custom one.
        xml.raw(if name.is_ascii() { "" } else { " w:customStyle=\"1\"" });
        xml.markup(format_args!(" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>"));
        xml.raw(if base { "" } else { "<w:basedOn w:val=\"Normal\"/>" });
        xml.raw("<w:qFormat/><w:pPr>");
        xml.raw(if self.with_next { "<w:keepNext/>" } else { "" });
        xml.raw("<w:widowControl/>");
        let (before, after) = self.room;
        let (line, rule) = match self.leading {
            Leading::Lines(hundredths) => (hundredths * 240 / 100, "auto"),
            Leading::Exactly(twentieths) => (twentieths, "exact"),
        };
        xml.markup(format_args!(
            "<w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"{line}\" w:lineRule=\"{rule}\"/>\
             <w:ind w:left=\"0\" w:right=\"0\" w:firstLine=\"{}\"/><w:jc w:val=\"{}\"/>",
            self.first_line,
            match self.place {
                Place::Left => "left",
                Place::Centre => "center",
                Place::Justified => "both",
            }
        ));
        if let Some(level) = self.level {
            xml.markup(format_args!("<w:outlineLvl w:val=\"{level}\"/>"));
        }
        xml.raw("</w:pPr><w:rPr>");
        xml.raw(match self.face {
            Face::Upright => "",
            Face::Bold => "<w:b/><w:bCs/>",
            Face::Italic => "<w:i/><w:iCs/>",
            Face::BoldItalic => "<w:b/><w:bCs/><w:i/><w:iCs/>",
        });
        xml.raw(if self.capitals { "<w:caps/>" } else { "" });
        let half_points = self.size * 2;
        xml.markup(format_args!("<w:sz w:val=\"{half_points}\"/><w:szCs w:val=\"{half_points}\"/></w:rPr></w:style>"));
    }
}
