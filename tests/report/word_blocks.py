"""The building blocks of official Word templates, laid out as Nghị định 30/2020/NĐ-CP, Phụ lục I asks.

A template is built by a function that starts a :class:`Draft` and calls these blocks from top to bottom; what it leaves is an
ordinary Word document whose variables an officer sees and edits. Sizes and margins are those of the decree, one choice within
each range; ``test_word_layout`` reads them back from the XML.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from secaudit.report.word_package import packed

FONT = "Times New Roman"
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15
"""Margins in millimetres."""
WIDTH, HEIGHT = 210, 297
TEXT_WIDTH = WIDTH - LEFT - RIGHT
LANDSCAPE_WIDTH = HEIGHT - TOP - BOTTOM - 7
"""Of the text on a page that lies: 30 mm at its left, 17 mm at its right."""
AGENCY, NATION = 72, 93
"""Widths of the two columns of the heading."""
_KEPT = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "header", "footer"}
"""Styles of the library that stay: an officer's list of styles holds what official papers need."""
_LEFT_OUT = ("/thumbnail", "/stylesWithEffects", "/customXml")
"""Parts of the library's own empty document that say nothing."""
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass
class Draft:
    """One template on its way, and what it is called."""

    title: str
    document: DocumentType = field(default_factory=Document)

    def bytes(self) -> bytes:
        """The finished document, alike each time it is built."""
        out = io.BytesIO()
        self.document.save(out)
        return packed(out.getvalue(), title=self.title)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    heading: str
    width: float
    """Millimetres."""
    value: str
    """What stands in it for one row: ``{{ row.name }}``."""
    align: str = "left"


@dataclass(frozen=True)
class Style:
    """A paragraph style as Word's list of styles shows it."""

    size: float
    bold: bool = False
    italic: bool = False
    align: str = "left"
    indent: float = 0
    """Of the first line, millimetres."""
    left: float = 0
    before: float = 0
    after: float = 0
    lines: float = 1.0
    with_next: bool = False


STYLES = {
    "Thân văn bản": Style(14, align="both", indent=12.7, after=6, lines=1.1),
    "Căn cứ": Style(14, italic=True, align="both", indent=12.7, after=6, lines=1.1),
    "Đề mục": Style(14, bold=True, align="both", indent=12.7, before=6, after=6, lines=1.1, with_next=True),
    "Gạch đầu dòng": Style(14, align="both", indent=12.7, after=6, lines=1.1),
    "Giữa": Style(14, align="centre"),
    "Giữa đậm": Style(14, bold=True, align="centre"),
    "Kính gửi": Style(14, align="centre", before=6, after=12),
    "Kính gửi nhiều nơi": Style(14, left=35, before=6),
    "Nơi kính gửi": Style(14, left=55),
    "Nơi nhận": Style(12, bold=True, italic=True),
    "Danh sách nơi nhận": Style(11),
    "Bảng": Style(12),
    "Bảng vừa": Style(11),
    "Bảng nhỏ": Style(10),
    "Ghi chú": Style(12, italic=True, align="both", after=6),
    "Chân trang": Style(8, align="both"),
}


def start(title: str, *, landscape: bool = False) -> Draft:
    """A page with its margins and styles, page numbers from the second page on, and the footer that says what figures rest on."""
    draft = Draft(title)
    document = draft.document
    _defaults(document)
    for name, style in STYLES.items():
        _add_style(document, name, style)
    section = document.sections[0]
    _page(section, landscape=landscape)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    section.first_page_header.is_linked_to_previous = False
    _page_number(section.header.paragraphs[0])
    for footer in (section.footer, section.first_page_footer):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.style = document.styles["Chân trang"]
        _border(line, "top", space=2)
        line.add_run("{% for line in basis %}{{ line }}{% if not loop.last %} {% endif %}{% endfor %}")
    for part in (section.header, section.first_page_header):
        part.paragraphs[0].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return draft


def heading(draft: Draft, *, letter: bool = False) -> None:
    """Agency and national title side by side, blank number and date; then kind and subject, or ``V/v`` in a letter."""
    table = _bare_table(draft, (AGENCY, NATION))
    agency, nation = table.rows[0].cells
    put(agency, "{%p if parent %}")
    put(agency, "{{ parent|upper }}", "Giữa", size=12)
    put(agency, "{%p endif %}")
    _narrow(put(agency, "{{ agency|upper }}", "Giữa đậm", size=12), 2)
    rule(put(agency, "", "Giữa"), AGENCY, 22)
    put(nation, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Giữa đậm", size=12)
    put(nation, "Độc lập - Tự do - Hạnh phúc", "Giữa đậm", size=13)
    rule(put(nation, "", "Giữa"), NATION, 56)
    agency, nation = table.add_row().cells
    put(agency, 'Số:          {{ symbol or "/" }}', "Giữa", size=13)
    put(nation, '{{ place or "……………" }}, ngày      tháng      năm          ', "Giữa", size=13, italic=True)
    if letter:
        put(agency, "V/v {{ subject }}", "Giữa", size=12, before=6)
    put(agency, "{%p if internal %}")
    frame(put(agency, "DỰ THẢO", "Giữa đậm", size=13, before=8), 12)
    frame(put(agency, "LƯU HÀNH NỘI BỘ", "Giữa đậm", size=13), 12)
    put(agency, "{%p endif %}")
    if not letter:
        add(draft, "{{ kind|upper }}", "Giữa đậm", before=14)
        add(draft, "{{ subject }}", "Giữa đậm")
        rule(add(draft, "", "Giữa"), TEXT_WIDTH, 50, after=6)
    else:
        add(draft, "", "Giữa")


def addressees(draft: Draft) -> None:
    """Kính gửi: one on the same line, several below each other."""
    add(draft, "{%p if addressees|length == 1 %}")
    add(draft, "Kính gửi: {{ addressees|first }}", "Kính gửi")
    add(draft, "{%p elif addressees %}")
    add(draft, "Kính gửi:", "Kính gửi nhiều nơi")
    add(draft, "{%p for one in addressees %}")
    add(draft, '- {{ one }}{{ "." if loop.last else ";" }}', "Nơi kính gửi")
    add(draft, "{%p endfor %}")
    add(draft, "{%p endif %}")


def grounds(draft: Draft) -> None:
    """Legal grounds, one per line, a semicolon after each and a full stop after the last."""
    add(draft, "{%p for line in grounds %}")
    add(draft, '{{ line }}{{ "." if loop.last else ";" }}', "Căn cứ")
    add(draft, "{%p endfor %}")


def signature(draft: Draft) -> None:
    """Nơi nhận at the left, who signs at the right; the place of the signature stays free."""
    draft.document.paragraphs[-1].paragraph_format.keep_with_next = True  # a signature never stands alone on its page
    table = _bare_table(draft, (80, TEXT_WIDTH - 80))
    _row_property(table.rows[0], "w:cantSplit")  # nor is its place torn off from who signs
    left, right = table.rows[0].cells
    put(left, "Nơi nhận:", "Nơi nhận", before=6)
    put(left, "{%p if addressees %}")
    put(left, "- Như trên;", "Danh sách nơi nhận")
    put(left, "{%p endif %}")
    put(left, "{%p for one in recipients %}")
    put(left, "- {{ one }};", "Danh sách nơi nhận")
    put(left, "{%p endfor %}")
    put(left, '- {{ archive or "Lưu: VT" }}.', "Danh sách nơi nhận")
    put(right, "{%p if signature %}")
    put(right, "{%p if signature.authority %}")
    put(right, "{{ signature.authority|upper }}", "Giữa đậm", before=6)
    put(right, "{%p endif %}")
    put(right, "{{ signature.title|upper }}", "Giữa đậm")
    for _ in range(4):
        put(right, "", "Giữa")
    put(right, "{{ signature.name }}", "Giữa đậm")
    put(right, "{%p endif %}")


def table(
    draft: Draft,
    columns: Sequence[Column],
    *,
    rows: str = "rows",
    row: str = "row",
    style: str = "Bảng",
    spread: tuple[Column, str, str] | None = None,
) -> None:
    """A table with one line for each of ``rows``; its heading stands again on every page and no line is torn apart.

    ``spread`` is a column repeated at the end, with what it is repeated for in the heading and in a line: ``target in targets``.
    """
    widths = [column.width for column in columns] + ([spread[0].width] * 3 if spread else [])
    made = draft.document.add_table(rows=1, cols=len(widths), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _row_property(made.rows[0], "w:tblHeader")
    put(made.add_row().cells[0], f"{{%tr for {row} in {rows} %}}", style)
    line = made.add_row()
    put(made.add_row().cells[0], "{%tr endfor %}", style)
    for cell, column in zip(made.rows[0].cells, columns, strict=False):
        put(cell, column.heading, style, bold=True, align="centre")
    for cell, column in zip(line.cells, columns, strict=False):
        put(cell, column.value, style, align=column.align)
    if spread is not None:
        column, heading_for, line_for = spread
        for cells, loop, text, bold in (
            (made.rows[0].cells, heading_for, column.heading, True),
            (line.cells, line_for, column.value, False),
        ):
            put(cells[-3], f"{{%tc for {loop} %}}", style)
            put(cells[-2], text, style, bold=bold, align="centre")
            put(cells[-1], "{%tc endfor %}", style)
    for one in made.rows:
        _row_property(one, "w:cantSplit")
        for cell, width in zip(one.cells, widths, strict=True):
            cell.width = Mm(width)
    for place, width in zip(made.columns, widths, strict=True):
        place.width = Mm(width)


def annex(draft: Draft, number: str, name: str, *, landscape: bool = False, with_paper: bool = True) -> None:
    """A new page with its own page numbers, ``Phụ lục I`` and its name; ``number`` is empty where there is one annex only."""
    section = draft.document.add_section(WD_SECTION.NEW_PAGE)
    _page(section, landscape=landscape)
    for former in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(former)
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.find(qn("w:pgMar")).addnext(numbers)
    add(draft, f"Phụ lục {number}".strip(), "Giữa đậm")
    add(draft, name.upper(), "Giữa đậm")
    if with_paper:
        text = (
            '(Kèm theo {{ kind|capitalize or "Công văn" }} số         {{ symbol or "/" }} '
            "ngày     tháng     năm         của {{ agency }})"
        )
        add(draft, text, "Giữa", italic=True, after=6)


def add(draft: Draft, text: str, style: str = "Thân văn bản", **changes: object) -> Paragraph:
    """One paragraph of the body; ``changes`` as for :func:`put`."""
    return _change(draft.document.add_paragraph(text, style=style), **changes)


def put(cell: _Cell, text: str, style: str = "Bảng", **changes: object) -> Paragraph:
    """One paragraph of a cell: ``size``, ``bold``, ``italic``, ``align``, ``before``, ``after`` change its style here."""
    first = cell.paragraphs[0]
    fresh = len(cell.paragraphs) == 1 and not first.text and first._p.pPr is None
    paragraph = first if fresh else cell.add_paragraph()
    paragraph.style = style
    paragraph.add_run(text)
    return _change(paragraph, **changes)


def rule(paragraph: Paragraph, width: float, length: float, *, after: float = 4) -> None:
    """A solid line of ``length`` millimetres in the middle of ``width``, under the paragraph before."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm((width - length) / 2)
    shape.line_spacing = Pt(3)
    shape.space_after = Pt(after)
    _border(paragraph, "bottom", space=0)


def _narrow(paragraph: Paragraph, indent: float) -> None:
    """Long names of offices break before they touch the national title."""
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(indent)


def frame(paragraph: Paragraph, indent: float) -> None:
    """A single frame round the paragraph; neighbours with the same frame share one."""
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm(indent)
    for side in ("top", "left", "bottom", "right"):
        _border(paragraph, side, space=1)


def _change(paragraph: Paragraph, **changes: object) -> Paragraph:
    shape = paragraph.paragraph_format
    for name, value in changes.items():
        if name == "align":
            shape.alignment = _ALIGN[str(value)]
        elif name in ("before", "after"):
            setattr(shape, f"space_{name}", Pt(value))
        else:
            for run in paragraph.runs:
                setattr(run.font, name, Pt(value) if name == "size" else value)
    return paragraph


def _defaults(document: DocumentType) -> None:
    """Times New Roman and Vietnamese everywhere, no spacing of Word's own, no thumbnail of the library's."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for child in list(defaults):
        defaults.remove(child)
    fonts, language = OxmlElement("w:rFonts"), OxmlElement("w:lang")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    for kind in ("val", "eastAsia"):
        language.set(qn(f"w:{kind}"), "vi-VN")
    defaults.append(fonts)
    defaults.append(language)
    for style in list(document.styles.element.findall(qn("w:style"))):
        if style.find(qn("w:name")).get(qn("w:val")) not in _KEPT:
            document.styles.element.remove(style)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(14)
    normal.paragraph_format.space_after = Pt(0)
    for holder in (document.part.package, document.part):
        for key in [key for key, one in holder.rels.items() if one.reltype.endswith(_LEFT_OUT)]:
            del holder.rels[key]


def _add_style(document: DocumentType, name: str, style: Style) -> None:
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    made.quick_style = True
    made.font.name, made.font.size, made.font.bold, made.font.italic = FONT, Pt(style.size), style.bold, style.italic
    shape = made.paragraph_format
    shape.alignment = _ALIGN[style.align]
    shape.first_line_indent, shape.left_indent = Mm(style.indent), Mm(style.left)
    shape.space_before, shape.space_after = Pt(style.before), Pt(style.after)
    shape.line_spacing = style.lines
    shape.keep_with_next = style.with_next


def _page(section: object, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(HEIGHT), Mm(WIDTH)) if landscape else (Mm(WIDTH), Mm(HEIGHT))
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance, section.footer_distance = Mm(10), Mm(8)


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "2"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(14)
        if kind == "text":
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)


def _bare_table(draft: Draft, widths: Sequence[float]) -> object:
    made = draft.document.add_table(rows=1, cols=len(widths))
    made.autofit = False
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = made._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    look.addprevious(margins)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return made


def _row_property(row: object, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _border(paragraph: Paragraph, side: str, *, space: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct",
            "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind",
            "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment",
            "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
        )  # fmt: skip
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "6"), ("space", str(space)), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
