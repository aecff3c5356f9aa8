#!/usr/bin/env python3
"""Reads a workbook as its parts say, without any spreadsheet program, and prints what it found as JSON.

usage: tests/workbook.py FILE [LINES]     (cells of the first LINES lines of each sheet, 40 unless told)
"""
import json
import posixpath
import re
import sys
import zipfile
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def main(file, lines=40):
    parts = zipfile.ZipFile(file)
    assert parts.testzip() is None
    xml = {name: ElementTree.fromstring(parts.read(name)) for name in parts.namelist()}
    shared = []
    if "xl/sharedStrings.xml" in xml:
        shared = ["".join(text.text or "" for text in each.iter(MAIN + "t")) for each in xml["xl/sharedStrings.xml"]]
    styles = xml["xl/styles.xml"]
    codes = {each.get("numFmtId"): each.get("formatCode") for each in styles.iter(MAIN + "numFmt")}
    formats = [codes.get(each.get("numFmtId"), each.get("numFmtId")) for each in styles.find(MAIN + "cellXfs")]
    targets = {each.get("Id"): each.get("Target") for each in xml["xl/_rels/workbook.xml.rels"]}
    book = xml["xl/workbook.xml"]
    defined = {}
    for each in book.iter(MAIN + "definedName"):
        defined.setdefault(int(each.get("localSheetId")), {})[each.get("name")] = each.text
    sheets = []
    for index, each in enumerate(book.find(MAIN + "sheets")):
        sheet = xml[posixpath.join("xl", targets[each.get(LINK)])]
        cells = {}
        for cell in sheet.iter(MAIN + "c"):
            if int(re.sub("[A-Z]", "", cell.get("r"))) > lines:
                continue
            kind, value = cell.get("t", "n"), cell.findtext(MAIN + "v")
            if kind == "inlineStr":
                kind, value = "text", "".join(text.text or "" for text in cell.iter(MAIN + "t"))
            elif kind == "s":
                kind, value = "text", shared[int(value)]
            if value is not None:
                formula = cell.findtext(MAIN + "f")
                cells[cell.get("r")] = [kind, value, formats[int(cell.get("s", 0))], *([formula] if formula else [])]
        one = lambda name: dict(found.attrib) if (found := next(sheet.iter(MAIN + name), None)) is not None else None
        sheets.append({
            "name": each.get("name"), "pane": one("pane"), "filter": one("autoFilter"), "paper": one("pageSetup"),
            "footer": sheet.findtext(f"{MAIN}headerFooter/{MAIN}oddFooter"), "names": defined.get(index, {}), "cells": cells,
            "lines": sum(1 for _ in sheet.iter(MAIN + "row")),
            "joined": [area.get("ref") for area in sheet.iter(MAIN + "mergeCell")],
        })
    core = {each.tag.split("}")[1]: each.text for each in xml["docProps/core.xml"]}
    print(json.dumps({"parts": parts.namelist(), "core": core, "sheets": sheets}))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
