"""The same workbook, for the agency to correct: its bad cells coloured and commented, and a sheet in front that lists them.

The colour is a conditional format and not the cell's own, so that nothing of the cell is lost, and marks of an earlier return are
taken off before new ones are put on.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from secaudit.errors import InventoryError, Problem
from secaudit.inventory.package import Extra, look_through
from secaudit.inventory.workbook_areas import RETURNED
from secaudit.messages import Message, clean, msg, msgc
from secaudit.resources import translator

_MARKED = '"secaudit"="secaudit"'
"""A condition that always holds, and by which our format is known again."""
_FILL = PatternFill(bgColor="FFC7CE", fill_type="solid")
_TITLE = msgc("tab", "To correct")
_BEGIN = msgc("returned", "TO CORRECT: {message}")
_EARLIER = msgc("returned", "Earlier note:")
_FOUND = msgc("returned", "It says: {text}")
_EXPECTED = msgc("returned", "Expected: {text}")
_HINT = msgc("returned", "What to do: {text}")
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_MOST_MARKS = 2_000
_MOST_LISTED = 500
_LONGEST = 900
"""Characters of a comment; more does not fit into its window."""
_WIDE, _LINE, _PER_LINE = 320, 17, 46


def returned(body: bytes, problems: Sequence[Problem], remarks: Sequence[Problem] = ()) -> bytes:
    """The workbook with its bad cells marked; raises :class:`InventoryError` when it cannot be written again.

    ``body`` is one that ``read_workbook`` has read: what is refused there is not opened here.
    """
    extra = look_through(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(body), rich_text=True)
            _restore(book, extra)
            _unmark(book)
            marks = _marks(book, problems)
            for mark in marks[:_MOST_MARKS]:
                _comment(mark)
            _colour(marks)
            _list(book, problems, remarks, len({(mark.sheet.title, mark.cell.coordinate) for mark in marks}))
            made = io.BytesIO()
            book.save(made)
    except _CANNOT as error:
        what = msg("The workbook cannot be written again with its marks: {reason}", reason=type(error).__name__)
        hint = msg("send the list of problems instead; the agency corrects its own copy")
        raise InventoryError([Problem(what, hint=hint)]) from None
    return made.getvalue()


_CANNOT = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    OverflowError,
)
"""What openpyxl runs into with workbooks that programs write and it does not know."""


@dataclass(frozen=True, slots=True)
class _Mark:
    sheet: Worksheet
    cell: Cell
    problem: Problem


def _restore(book: Workbook, extra: Extra) -> None:
    """Validations that Excel keeps in an extension, which openpyxl drops: it takes them where validations stand usually, too."""
    for title, rules in extra.validations.items():
        if title not in book.sheetnames:
            continue
        for rule in rules:
            first, second = (*rule.formulas, None, None)[:2]
            made: Any = DataValidation  # its hints know fewer words than the files
            book[title].add_data_validation(
                made(rule.type, first, second, operator=rule.operator or None, sqref=rule.sqref, **rule.texts)
            )


def _unmark(book: Workbook) -> None:
    """Take off what an earlier return put on."""
    begin = _vietnamese(Message(_BEGIN.text, {"message": ""}, _BEGIN.context)).strip()
    earlier = f"\n\n{_vietnamese(_EARLIER)}\n"
    for sheet in list(book.worksheets):
        if sheet["A1"].value == RETURNED or sheet.title == _vietnamese(_TITLE):
            book.remove(sheet)
            continue
        kept = ConditionalFormattingList()
        for formats in sheet.conditional_formatting:
            for rule in formats.rules:
                if _MARKED not in [text.replace(" ", "") for text in rule.formula or ()]:
                    kept.add(str(formats.sqref), rule)
        sheet.conditional_formatting = kept
        for row in sheet.iter_rows() if any(True for _ in sheet._cells) else ():  # noqa: SLF001
            for cell in row:
                if cell.comment is not None and cell.comment.text.lstrip().startswith(begin):
                    _, found, text = cell.comment.text.partition(earlier)
                    cell.comment = Comment(text, cell.comment.author) if found else None


def _marks(book: Workbook, problems: Iterable[Problem]) -> list[_Mark]:
    """The cell of each problem that has one; of a whole row or sheet its first cell that people see."""
    found = []
    for problem in problems:
        name, _, reference = (problem.cell or "").rpartition("!")
        sheet = next((one for one in book.worksheets if one.title == (name or reference)), None)
        if sheet is None or sheet.sheet_state != "visible":
            continue
        cell = _CELL.fullmatch(reference)
        row = _ROW.fullmatch(reference)
        column = cell[1] if cell else _first_seen(sheet)
        number = int(cell[2]) if cell else int(reference) if row else None
        if number is not None and 0 < number <= _LAST_ROW:
            at = sheet[f"{column}{number}"]
            if isinstance(at, Cell):
                found.append(_Mark(sheet, at, problem))
    return found


_LAST_ROW = 1 << 20


def _first_seen(sheet: Worksheet) -> str:
    hidden = {letters for letters, dimension in sheet.column_dimensions.items() if dimension.hidden}
    return next((letters for letters in "ABCD" if letters not in hidden), "A")


def _comment(mark: _Mark) -> None:
    """Ours first; what stood there before stays under it."""
    before = mark.cell.comment
    text = _told(mark.problem)
    begin = _vietnamese(Message(_BEGIN.text, {"message": ""}, _BEGIN.context)).strip()
    if before is not None and before.text.lstrip().startswith(begin):
        ours, glue, kept = before.text.partition(f"\n\n{_vietnamese(_EARLIER)}\n")
        text = f"{ours}\n{text}{glue}{kept}"
    elif before is not None:
        text = f"{text}\n\n{_vietnamese(_EARLIER)}\n{before.text}"
    lines = sum(1 + len(line) // _PER_LINE for line in text.split("\n"))
    mark.cell.comment = Comment(text, "secaudit", height=lines * _LINE + 12, width=_WIDE)


def _told(problem: Problem) -> str:
    """What is wrong, what is expected, what to do, a line each."""
    lines = [_vietnamese(Message(_BEGIN.text, {"message": problem.message}, _BEGIN.context))]
    for frame, value in ((_FOUND, problem.found), (_EXPECTED, problem.expected), (_HINT, problem.hint)):
        if value is not None:
            lines.append(_vietnamese(Message(frame.text, {"text": value}, frame.context)))
    return clean("\n".join(lines), limit=_LONGEST)


def _vietnamese(message: Message) -> str:
    return translator("vi").text(message)


_RULE: Any = FormulaRule


def _colour(marks: Iterable[_Mark]) -> None:
    """One format per sheet, before all others; theirs move down by one."""
    cells: dict[Worksheet, list[str]] = {}
    for mark in marks:
        cells.setdefault(mark.sheet, []).append(mark.cell.coordinate)
    for sheet, found in cells.items():
        for formats in sheet.conditional_formatting:
            for rule in formats.rules:
                rule.priority += 1
        ours: Any = _RULE(formula=[_MARKED], fill=_FILL, font=Font(color="9C0006"), stopIfTrue=True)
        ours.priority = 1
        sheet.conditional_formatting.add(" ".join(dict.fromkeys(found)), ours)


_HEADINGS = (
    msgc("returned", "Sheet"), msgc("returned", "Cell"), msgc("returned", "It says"), msgc("returned", "Expected"),
    msgc("returned", "What to do"),
)  # fmt: skip
_WRONG = msgc("returned", "What is wrong")
_DONE = msgc("returned", "What was done")
_WIDTHS = (2, 16, 8, 24, 40, 40, 48)
_LINK = Font(name="Arial", size=11, color="0563C1", underline="single")
_PLAIN = Font(name="Arial", size=11)
_SIDE = Side(style="thin", color="BFBFBF")
_THIN = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)


def _list(book: Workbook, problems: Sequence[Problem], remarks: Sequence[Problem], cells: int) -> None:
    """The sheet in front: what to correct, and below it what was read in another way than it was written."""
    sheet = book.create_sheet(_vietnamese(_TITLE), 0)
    sheet["A1"] = RETURNED
    sheet.column_dimensions["A"].hidden = True
    for letters, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letters].width = width
    row = _say(sheet, 1, _vietnamese(_count(cells, len(problems))), Font(name="Arial", size=15, bold=True, color="9C0006"))
    row = _say(sheet, row, _vietnamese(_HOW), _PLAIN) + 1
    row = _table(sheet, row, problems[:_MOST_LISTED], _WRONG, "F8CBAD")
    if len(problems) > _MOST_LISTED:
        row = _say(sheet, row, _vietnamese(msg("{count} more like these", count=len(problems) - _MOST_LISTED)), _PLAIN)
    if remarks:
        row = _say(sheet, row + 1, _vietnamese(_LOOK), Font(name="Arial", size=12, bold=True))
        _table(sheet, row, remarks[:_MOST_LISTED], _DONE, "FFE699")
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


_HOW = msg("The cells to correct are red; each says what is wrong. Correct them, save, and send this file back.")
_LOOK = msgc("returned", "To look at: this was taken")


def _count(cells: int, problems: int) -> Message:
    if not problems:
        return msgc("returned", "Nothing to correct")
    return (
        msgc("returned", "Cells to correct: {count}", count=cells)
        if cells
        else msgc("returned", "To correct: {count}", count=problems)
    )


def _say(sheet: Worksheet, row: int, text: str, font: Font) -> int:
    _put(sheet, row, 2, text, font)
    return row + 1


def _put(sheet: Worksheet, row: int, column: int, text: str, font: Font) -> Cell:
    """A text is never a formula, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = clean(text, limit=1000)
    cell.data_type = "s"
    cell.font = font
    return cell


def _table(sheet: Worksheet, row: int, problems: Iterable[Problem], what: Message, colour: str) -> int:
    for column, heading in enumerate((*_HEADINGS[:3], what, *_HEADINGS[3:]), start=2):
        cell = _put(sheet, row, column, _vietnamese(heading), Font(name="Arial", size=11, bold=True))
        cell.fill, cell.border = PatternFill(fgColor=colour, fill_type="solid"), _THIN
    for problem in problems:
        row += 1
        _line(sheet, row, problem)
    return row + 1


def _line(sheet: Worksheet, row: int, problem: Problem) -> None:
    name, _, reference = (problem.cell or "").rpartition("!")
    told = (problem.message, problem.expected, problem.hint)
    wrong, expected, hint = ("" if one is None else _vietnamese(one) for one in told)
    texts = (name or reference, reference if name else "", problem.found or "", wrong, expected, hint)
    for column, text in enumerate(texts, start=2):
        cell = _put(sheet, row, column, text, _PLAIN)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), _THIN
    if _CELL.fullmatch(reference):
        link = sheet.cell(row, 3)
        link.hyperlink = Hyperlink(link.coordinate, location=f"'{name.replace(chr(39), chr(39) * 2)}'!{reference}")
        link.font = _LINK
    sheet.row_dimensions[row].height = 16 * max(
        1 + len(text) // max(width - 2, 1) for text, width in zip(texts, _WIDTHS[1:], strict=True)
    )
