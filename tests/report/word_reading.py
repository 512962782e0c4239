"""Reads a Word document the strict way, as tests want to see it."""

import io
import zipfile
from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree

from secaudit.report.official import Paper, Signature

_ORDER = {
    "w:pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs spacing ind "
    "contextualSpacing jc textDirection textAlignment outlineLvl rPr sectPr",
    "w:rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike color spacing w kern position sz szCs highlight u vertAlign lang",
    "w:sectPr": "headerReference footerReference type pgSz pgMar pgBorders lnNumType pgNumType cols vAlign titlePg docGrid",
    "w:tblPr": "tblStyle tblpPr bidiVisual tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "w:tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection vAlign",
    "w:pBdr": "top left bottom right between bar",
    "w:tbl": "tblPr tblGrid tr",
}
"""Word calls a document damaged in which these stand in another order; other programs do not mind."""


def misplaced(part: bytes) -> list[str]:
    """Elements that stand where Word does not expect them."""
    found = []
    for name, order in _ORDER.items():
        places = {qn(f"w:{child}"): place for place, child in enumerate(order.split())}
        for element in etree.fromstring(part).iter(qn(name)):
            seen = [places.get(child.tag, -1) for child in element]
            if -1 in seen or seen != sorted(seen):
                found.append(f"{name}: {[etree.QName(child).localname for child in element]}")
    return found


def parts_of(document: bytes) -> dict[str, bytes]:
    """Part -> its bytes; every XML part must be whole."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    for name, body in found.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(body)
    return found


def paragraphs_of(part: bytes) -> Iterator[etree._Element]:
    """Paragraphs in the order of the document, those of tables included."""
    return etree.fromstring(part).iter(qn("w:p"))


def said(paragraph: etree._Element) -> str:
    """Text of one paragraph; a break is a line feed."""
    signs = {qn("w:br"): "\n", qn("w:tab"): "\t"}
    return "".join(signs.get(item.tag, item.text or "") for item in paragraph.iter(qn("w:t"), *signs))


def text_of(document: bytes, part: str = "word/document.xml") -> str:
    """All paragraphs, one a line."""
    return "\n".join(said(paragraph) for paragraph in paragraphs_of(parts_of(document)[part]))


def sample_paper(**changes: object) -> Paper:
    """A whole paper of the plainest template."""
    fields = {
        "template": "van-ban",
        "agency": "Sở Khoa học và Công nghệ",
        "parent": "Ủy ban nhân dân tỉnh Thái Nguyên",
        "place": "Thái Nguyên",
        "symbol": "/BC-SKHCN",
        "kind": "BÁO CÁO",
        "subject": "Về việc thử",
        "addressees": ("Ủy ban nhân dân tỉnh Thái Nguyên",),
        "grounds": ("Căn cứ Luật An ninh mạng số 116/2025/QH15", "Căn cứ Nghị định số 331/2026/NĐ-CP"),
        "recipients": ("Công an tỉnh", "Sở Nội vụ"),
        "archive": "Lưu: VT, CĐS",
        "signature": Signature("KT. Giám đốc", "Phó Giám đốc", "Nguyễn Văn A"),
        "basis": ("Số liệu chốt 14/12/2026.", "Kết quả thẩm định là quyết định."),
        "body": {"paragraphs": ["Đoạn một.", "Đoạn hai."]},
    }
    return Paper(**{**fields, **changes})
