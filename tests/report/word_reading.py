"""Reads a Word document the strict way, as tests want to see it."""

import io
import zipfile
from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree

from secaudit.report.official import Paper, Signature


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
