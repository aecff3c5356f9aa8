//! A document as a `.docx`: `WordprocessingML` in a zip archive, laid out as Nghị định 30/2020/NĐ-CP, phụ lục I, prescribes.
//!
//! In: `Document`. Out: bytes that Word and LibreOffice open without repair, always the same for the same document: no times,
//! no random names. Rows are written as they come, so that a log of any length needs no more memory. Must never judge what it
//! prints, nor ask for the time. Next: `body`.

mod body; // sections of blocks, and what stands between them
mod letter; // head, title, addressees, signature of an official document
mod book; // appendix, cover, places for signatures
mod grid; // tables of figures
mod columns; // how wide their columns are
mod cells; // the frame of any table
mod paragraph; // a paragraph and its runs
mod paper; // paper, margins, page numbers, footers
mod styles; // how each sort of paragraph is set
mod measure; // lengths on the page
mod xml; // escaped text on its way into a part

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::document::Document;
use crate::language::Language;
use xml::{DECLARATION, Xml};

/// Of the office formats' own names.
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// Writes the document as a `.docx`.
///
/// # Errors
///
/// Those of `out`.
pub fn write(document: &Document, out: impl Write + Seek) -> io::Result<()> {
    let mut archive = ZipWriter::new(out);
    let mut part = |name: &str, fill: &dyn Fn(&mut Xml<'_>)| -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        archive.start_file(name, options)?;
        let mut xml = Xml::new(&mut archive);
        fill(&mut xml);
        xml.end()
    };
    part("[Content_Types].xml", &|xml| content_types(xml, document))?;
    part("_rels/.rels", &package_relations)?;
    part("word/document.xml", &|xml| body::write(xml, document))?;
    part("word/_rels/document.xml.rels", &|xml| relations(xml, document))?;
    part("word/styles.xml", &|xml| styles::write(xml, document.language))?;
    part("word/settings.xml", &|xml| settings(xml, document.language))?;
    part("word/fontTable.xml", &fonts)?;
    part(&format!("word/{}.xml", paper::NUMBERED), &|xml| paper::header(xml, true))?;
    part(&format!("word/{}.xml", paper::UNNUMBERED), &|xml| paper::header(xml, false))?;
    for (index, section) in document.sections.iter().enumerate() {
        for name in paper::footers(index) {
            part(&format!("word/{name}.xml"), &|xml| paper::footer(xml, section.footer.as_deref()))?;
        }
    }
    part("docProps/core.xml", &|xml| core_properties(xml, document))?;
    part("docProps/app.xml", &application)?;
    archive.finish()?;
    Ok(())
}

/// The parts under `word/` besides the text: name, kind, as types and relations have it.
fn parts(document: &Document) -> Vec<(String, &'static str)> {
    let fixed = [("styles", "styles"), ("settings", "settings"), ("fontTable", "fontTable")];
    let headers = [(paper::NUMBERED, "header"), (paper::UNNUMBERED, "header")];
    let footers = (0..document.sections.len()).flat_map(paper::footers).map(|name| (name, "footer"));
    fixed.into_iter().chain(headers).map(|(name, kind)| (name.to_owned(), kind)).chain(footers).collect()
}

fn content_types(xml: &mut Xml<'_>, document: &Document) {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    xml.raw(DECLARATION);
    xml.markup(format_args!(
        "<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/word/document.xml\" ContentType=\"{word}.document.main+xml\"/>"
    ));
    for (name, kind) in parts(document) {
        xml.markup(format_args!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{word}.{kind}+xml\"/>"));
    }
    xml.raw(
        "<Override PartName=\"/docProps/core.xml\" \
         ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/app.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/></Types>",
    );
}

fn package_relations(xml: &mut Xml<'_>) {
    xml.raw(DECLARATION);
    xml.markup(format_args!(
        "<Relationships xmlns=\"{PACKAGE}/relationships\">\
         <Relationship Id=\"document\" Type=\"{OFFICE}/relationships/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"core\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
         <Relationship Id=\"app\" Type=\"{OFFICE}/relationships/extended-properties\" Target=\"docProps/app.xml\"/>\
         </Relationships>"
    ));
}

fn relations(xml: &mut Xml<'_>, document: &Document) {
    xml.raw(DECLARATION);
    xml.markup(format_args!("<Relationships xmlns=\"{PACKAGE}/relationships\">"));
    for (name, kind) in parts(document) {
        xml.markup(format_args!(
            "<Relationship Id=\"{name}\" Type=\"{OFFICE}/relationships/{kind}\" Target=\"{name}.xml\"/>"
        ));
    }
    xml.raw("</Relationships>");
}

/// Read as by Word 2013 and later: tables begin where the text does.
fn settings(xml: &mut Xml<'_>, language: Language) {
    let (decimal, list) = language.pick((",", ";"), (".", ","));
    xml.raw(DECLARATION);
    xml.raw("<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">");
    xml.raw(
        "<w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/>\
         <w:characterSpacingControl w:val=\"doNotCompress\"/><w:compat>",
    );
    let settings = [("compatibilityMode", 15), ("overrideTableStyleFontSizeAndJustification", 1)];
    for (name, value) in settings.into_iter().chain([("doNotFlipMirrorIndents", 1)]) {
        xml.markup(format_args!(
            "<w:compatSetting w:name=\"{name}\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"{value}\"/>"
        ));
    }
    xml.markup(format_args!(
        "</w:compat><w:decimalSymbol w:val=\"{decimal}\"/><w:listSeparator w:val=\"{list}\"/></w:settings>"
    ));
}

fn fonts(xml: &mut Xml<'_>) {
    xml.raw(DECLARATION);
    xml.raw(
        "<w:fonts xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:font w:name=\"Times New Roman\"><w:panose1 w:val=\"02020603050405020304\"/><w:charset w:val=\"00\"/>\
         <w:family w:val=\"roman\"/><w:pitch w:val=\"variable\"/></w:font></w:fonts>",
    );
}

fn core_properties(xml: &mut Xml<'_>, document: &Document) {
    xml.raw(DECLARATION);
    xml.markup(format_args!(
        "<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>"
    ));
    xml.text(&document.title);
    xml.raw("</dc:title><dc:creator>");
    xml.text(&document.author);
    let language = document.language.pick("vi-VN", "en-US");
    xml.markup(format_args!("</dc:creator><dc:language>{language}</dc:language></cp:coreProperties>"));
}

fn application(xml: &mut Xml<'_>) {
    xml.raw(DECLARATION);
    xml.markup(format_args!(
        "<Properties xmlns=\"{OFFICE}/extended-properties\"><Application>loa {}</Application></Properties>",
        env!("CARGO_PKG_VERSION")
    ));
}
