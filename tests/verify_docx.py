"""An independent look at a .docx, by the rules that Word insists on: python3 verify_docx.py file.docx

Every part is well-formed, has a content type and is reached by a relation; the children of properties stand in the order of
ECMA-376 part 1, annex A (wml.xsd); a cell and the body end with a paragraph, two tables never touch, a row has the columns of
its grid. Prints each breach; exits 1 if there was one.
"""
import posixpath
import sys
import zipfile
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ORDER = {name: children.split() for name, children in {
    "pPr": "pStyle keepNext keepLines pageBreakBefore widowControl pBdr shd tabs spacing ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs caps color sz szCs highlight u shd lang",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tblBorders": "top left bottom right insideH insideV",
    "tblCellMar": "top left bottom right",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
    "trPr": "cantSplit trHeight tblHeader",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg",
    "style": "name basedOn next link uiPriority semiHidden qFormat pPr rPr tblPr",
    "settings": "zoom defaultTabStop characterSpacingControl compat decimalSymbol listSeparator",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "tc": "tcPr p",
}.items()}
REPEATED = {"headerReference", "footerReference", "tr", "tc", "p"}


def breaches(path):
    archive = zipfile.ZipFile(path)
    if archive.testzip():
        yield "the archive is damaged"
    parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    yield from package(parts)
    for name, root in parts.items():
        for element in root.iter():
            yield from (f"{name}: {breach}" for breach in order(element))
            if any(ord(letter) < 32 and letter not in "\n\t" for letter in element.text or ""):
                yield f"{name}: a control character"
    document = parts["word/document.xml"]
    relations = {each.get("Id") for each in parts["word/_rels/document.xml.rels"]}
    yield from (f"no relation `{each.get(R + 'id')}`" for each in document.iter() if each.get(R + "id", "header1") not in relations)
    styles = {each.get(W + "styleId") for each in parts["word/styles.xml"].iter(W + "style")}
    yield from (f"no style `{each.get(W + 'val')}`" for each in document.iter(W + "pStyle") if each.get(W + "val") not in styles)
    yield from tables(document)


def package(parts):
    types = parts["[Content_Types].xml"]
    typed = {each.get("PartName", "").lstrip("/") for each in types}
    reached = {"[Content_Types].xml"}
    for name in [name for name in parts if name.endswith(".rels")]:
        reached.add(name)
        folder = posixpath.dirname(posixpath.dirname(name))
        reached.update(posixpath.join(folder, each.get("Target")) for each in parts[name])
    for name in set(parts) ^ reached:
        yield f"`{name}` is not there, or nothing leads to it"
    yield from (f"`{name}` has no content type" for name in parts if name not in typed and not name.endswith((".rels", "].xml")))
    yield from (f"`{name}` has a content type and is not there" for name in typed - {""} if name not in parts)


def order(element):
    name = element.tag.removeprefix(W)
    known = ORDER.get(name)
    if not known or not element.tag.startswith(W):
        return
    children = [child.tag.removeprefix(W) for child in element]
    yield from (f"`{child}` in `{name}` is not known here" for child in children if child not in known)
    places = [known.index(child) for child in children if child in known]
    if name == "sectPr":
        places = [max(place, 1) for place in places]  # headers and footers in any order
    if places != sorted(places):
        yield f"`{name}` is out of order: {children}"
    yield from (f"`{child}` twice in `{name}`" for child in set(children) - REPEATED if children.count(child) > 1)


def tables(document):
    body = list(document.find(W + "body"))
    if [each.tag for each in body[-2:]] != [W + "p", W + "sectPr"]:
        yield "the body does not end with a paragraph and its properties"
    for one, other in zip(body, body[1:]):
        if one.tag == other.tag == W + "tbl":
            yield "two tables touch"
    for table in document.iter(W + "tbl"):
        grid = [int(each.get(W + "w")) for each in table.find(W + "tblGrid")]
        if sum(grid) != int(table.find(f"{W}tblPr/{W}tblW").get(W + "w")):
            yield f"the columns do not fill their table: {grid}"
        for row in table.iter(W + "tr"):
            spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.iter(W + "tc")]
            if sum(1 if span is None else int(span.get(W + "val")) for span in spans) != len(grid):
                yield "a row has not the columns of its table"
        yield from ("a cell has no paragraph" for cell in table.iter(W + "tc") if cell[-1].tag != W + "p")


if __name__ == "__main__":
    found = list(breaches(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
