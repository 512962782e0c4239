"""Builds the template of the first screen on one page of A4: conclusion, targets with bars, what to order, pictures, names."""

from collections.abc import Sequence

from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from word_blocks import TEXT_WIDTH, Draft, _bare_table, _border, _row_property, add, put, start

_TEXT, _BAR = 95, 70
_SMALL, _TINY = 9, 7.5
_LEFT, _GUTTER = 97, 4


def first_screen() -> Draft:
    """The page for whoever decides."""
    draft = start("Tình hình bảo đảm an ninh mạng")
    head = _table(draft, (TEXT_WIDTH - 46, 46))
    put(head.rows[0].cells[0], "{{ agency|upper }}", bold=True, size=10)
    put(head.rows[0].cells[1], "{%p if internal %}")
    put(head.rows[0].cells[1], "{{ part.internal }}", bold=True, size=10, align="right")
    put(head.rows[0].cells[1], "{%p endif %}")
    add(draft, "{{ subject|upper }}", "Giữa đậm", before=2)
    line = "{{ closed }} · {{ sent }} · {{ plan }}"
    _border(add(draft, line, "Giữa", size=10.5, after=2), "bottom", space=2)
    add(draft, "{%p if lab %}", "Bảng nhỏ")
    add(draft, "{{ lab }}", "Bảng nhỏ", bold=True)
    add(draft, "{%p endif %}", "Bảng nhỏ")
    _conclusion(draft)
    _targets(draft)
    _orders(draft)
    _courses(draft)
    _agencies(draft)
    _rest(draft)
    return draft


def _conclusion(draft: Draft) -> None:
    made = add(draft, "{{ part.conclusion }}: ", "Bảng", bold=True, before=2, after=2)
    made.add_run("{% for one in conclusion %}{% if not loop.first %} · {% endif %}")
    made.add_run("{{ one.share }}").bold = True
    made.add_run("{% if loop.first %} {{ part.targets }}{% endif %} ")
    made.add_run("{{ one.word|upper }}").bold = True
    made.add_run("{% endfor %}{% if before %} ({{ before }}){% endif %}")
    for run in made.runs:
        run.font.size = Pt(10.5)


def _targets(draft: Draft) -> None:
    made = _table(draft, (_TEXT, _BAR), rows=6)
    _loop(made, 0, "for one in targets")
    left, right = made.rows[1].cells
    first = _parts(left, ("{{ one.number }}. {{ one.name }}", True), (" ({{ one.aim }})", False))
    _parts(left, ("{{ one.decision|upper }}", True), ("{% if one.needed %} – {{ one.needed }}{% endif %}", False))
    _parts(right, ("{{ one.interval }}", True), (" ({{ one.counts }}){% if one.grades %} · {{ one.grades }}{% endif %}", False))
    first.paragraph_format.space_before = right.paragraphs[0].paragraph_format.space_before = Pt(3)
    put(right, "{{ one.bar }}", size=_SMALL)
    _loop(made, 2, "for sub in one.under")
    left, right = made.rows[3].cells
    put(left, "– {{ sub.name }}", size=_SMALL).paragraph_format.left_indent = Mm(4)
    _parts(right, ("{{ sub.interval }}", True), (" ({{ sub.counts }}) ", False), ("{{ sub.bar }}", False))
    _loop(made, 4, "endfor")
    _loop(made, 5, "endfor")
    add(draft, "{{ part.bars }}", "Bảng nhỏ", size=_TINY, italic=True, align="centre", before=1, after=2)


def _orders(draft: Draft) -> None:
    add(draft, "{%p if orders %}", "Bảng nhỏ")
    add(draft, "{{ orders_title }}", "Bảng", bold=True, size=11, before=2)
    add(draft, "{%p for one in orders %}", "Bảng nhỏ")
    made = add(draft, "{{ loop.index }}. ", "Bảng nhỏ", align="both")
    made.add_run("{{ one.who }}").bold = True
    made.add_run(" {{ one.action }}{% if one.due %} ")
    made.add_run("{{ one.due }}").bold = True
    made.add_run("{% endif %}: {{ one.effect }}.")
    add(draft, "{%p endfor %}", "Bảng nhỏ")
    add(draft, "{%p endif %}", "Bảng nhỏ")


def _courses(draft: Draft) -> None:
    _title(draft, "{{ part.course }}")
    add(draft, "{%p if courses %}", "Bảng nhỏ")
    made = _table(draft, (33, 33, 33))
    first, drawn, last = made.rows[0].cells
    put(first, "{%tc for one in courses %}", size=_TINY)
    put(drawn, "{{ one.name }}", size=_TINY)
    put(drawn, "{{ one.picture }}", size=_TINY)
    put(last, "{%tc endfor %}", size=_TINY)
    add(draft, "{%p endif %}", "Bảng nhỏ")
    add(draft, "{{ outlook }}", "Bảng nhỏ", size=_TINY, italic=True)


def _agencies(draft: Draft) -> None:
    made = _table(draft, (_LEFT, _GUTTER, TEXT_WIDTH - _LEFT - _GUTTER))
    left, _, right = made.rows[0].cells
    put(left, "{{ part.heaviest }}", bold=True, size=10)
    put(left, "{%p for one in heaviest %}", size=_TINY)
    line = _parts(left, ("{{ one.name }}", True), (" · {{ one.person }} ", False), ("{{ one.phone }}", True), size=_TINY)
    line.add_run(": {{ one.effect }}").font.size = Pt(_TINY)
    put(left, "{%p endfor %}", size=_TINY)
    put(right, "{{ part.improved }}", bold=True, size=10)
    put(right, "{%p if not improved %}", size=_TINY)
    put(right, "–", size=_TINY)
    put(right, "{%p endif %}", size=_TINY)
    put(right, "{%p for one in improved %}", size=_TINY)
    _parts(right, ("{{ one.name }}", True), (": {{ one.effect }}", False), size=_TINY)
    put(right, "{%p endfor %}", size=_TINY)


def _rest(draft: Draft) -> None:
    made = _table(draft, (_LEFT, _GUTTER, TEXT_WIDTH - _LEFT - _GUTTER))
    left, _, right = made.rows[0].cells
    put(left, "{{ part.tiles }}", bold=True, size=10)
    put(left, "{%p if tiles %}", size=_TINY)
    put(left, "{{ tiles }}", size=_TINY)
    put(left, "{%p endif %}", size=_TINY)
    put(left, "{{ tally }} ({{ part.columns }})", size=_TINY)
    put(right, "{{ part.dates }}", bold=True, size=10)
    put(right, "{%p if not dates %}", size=_TINY)
    put(right, "–", size=_TINY)
    put(right, "{%p endif %}", size=_TINY)
    put(right, "{%p for one in dates %}", size=_TINY)
    _parts(right, ("{{ one.day }}", True), (" {{ one.what }}{% if one.notes %} [{{ one.notes }}]{% endif %}", False), size=_TINY)
    put(right, "{%p endfor %}", size=_TINY)
    draft.document.add_paragraph(style="Chân trang").paragraph_format.line_spacing = Pt(1)


def _table(draft: Draft, widths: Sequence[float], *, rows: int = 1) -> Table:
    made = _bare_table(draft, widths)
    for _ in range(rows - 1):
        made.add_row()
    for line in made.rows:
        _row_property(line, "w:cantSplit")
        line.height_rule = WD_ROW_HEIGHT_RULE.AUTO
        for cell, width in zip(line.cells, widths, strict=True):
            cell.width = Mm(width)
    return made


def _loop(made: Table, row: int, statement: str) -> None:
    put(made.rows[row].cells[0], f"{{%tr {statement} %}}", size=_SMALL)


def _title(draft: Draft, text: str) -> None:
    add(draft, text, "Bảng nhỏ", bold=True, before=3)


def _parts(cell: _Cell, *parts: tuple[str, bool], size: float = _SMALL) -> Paragraph:
    """One line whose parts are bold or not."""
    made = put(cell, parts[0][0], bold=parts[0][1], size=size)
    for text, bold in parts[1:]:
        run = made.add_run(text)
        run.bold, run.font.size = bold, Pt(size)
    return made
