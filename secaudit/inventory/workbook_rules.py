"""Drop-downs, input messages, colours and counts of a workbook: what the spreadsheet itself checks while people type.

Everything here is a convenience of the spreadsheet and nothing is relied on: what comes back is read as if it had no rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from secaudit.inventory.asking import Condition
from secaudit.inventory.layout import CHOICES_SHEET
from secaudit.inventory.questions import Asked, Form, Question
from secaudit.inventory.sheets import choices_of
from secaudit.inventory.wordings import UNKNOWN
from secaudit.messages import Message, Translator, msg

_INLINE = 255
"""Characters a list inside a validation may have; Excel counts the commas too."""
_TITLE = 32
_MESSAGE = 255
_MOST = 100_000_000
_ALWAYS_KNOWN = frozenset({"tier", "sector"})
_FORMS_OF_CHOICE = (Form.FLAG, Form.MEMBER, Form.IS, Form.CHOICE, Form.BAND)
BY_PROVINCE = msg("Answered by the province.")


@dataclass(frozen=True, slots=True)
class Region:
    """Rows of one column, counted from 0, both ends included."""

    column: int
    first: int
    last: int

    def range(self) -> str:
        """As a formula names it; columns are fixed."""
        name = xl_col_to_name(self.column)
        return f"${name}${self.first + 1}:${name}${self.last + 1}"

    def cell(self) -> str:
        """Its first cell, as a conditional format names it."""
        return f"${xl_col_to_name(self.column)}{self.first + 1}"


class Lists:
    """Answers of drop-downs: in the validation where they fit, else on a hidden sheet under a name old programs follow too."""

    def __init__(self, book: xlsxwriter.Workbook, speak: Translator) -> None:
        """The hidden sheet is made when the first list needs it."""
        self._book = book
        self._speak = speak
        self._named: dict[tuple[str, ...], str] = {}

    def source(self, question: Question) -> list[str] | str | None:
        """What a validation takes as its list; None where answers are free."""
        labels = offered(question, self._speak)
        if not labels:
            return None
        if len(",".join(labels)) <= _INLINE and not any("," in label for label in labels):
            return list(labels)
        if labels not in self._named:
            self._named[labels] = f"danh_sach_{len(self._named) + 1}"
        return f"={self._named[labels]}"

    def write(self) -> None:
        """The hidden sheet, after all sheets that people see."""
        if not self._named:
            return
        sheet = self._book.add_worksheet(CHOICES_SHEET)
        sheet.hide()
        for column, (labels, name) in enumerate(self._named.items()):
            sheet.write_column(0, column, labels)
            self._book.define_name(name, f"={CHOICES_SHEET}!{Region(column, 0, len(labels) - 1).range()}")


def offered(question: Question, speak: Translator) -> tuple[str, ...]:
    """Labels of a drop-down; "Chưa rõ" is among them, so that a count of blank cells can come to an end without guessing."""
    choices = choices_of(question)
    if not choices:
        return ()
    labels = [speak.text(label) for _, label in choices]
    unknown_is_said = any(not value for value, _ in choices) or question.key in _ALWAYS_KNOWN or question.form is Form.WHOLE
    return tuple(labels) if unknown_is_said else (*labels, speak.text(UNKNOWN))


def validation(question: Question, lists: Lists, speak: Translator) -> dict[str, Any]:
    """Options of the rule over the cells of a question; its input message is the help."""
    rule: dict[str, Any] = {
        "input_title": speak.text(question.heading)[:_TITLE],
        "input_message": help_of(question, speak)[:_MESSAGE],
        "error_title": speak.text(question.heading)[:_TITLE],
        "ignore_blank": True,
    }
    source = lists.source(question)
    if source is not None and question.form in (*_FORMS_OF_CHOICE, Form.WHOLE):
        rule |= {"validate": "list", "source": source, "error_message": speak.text(msg("Choose one of the answers in the list."))}
        if question.form is Form.BAND:
            rule["show_error"] = False  # an exact number is welcome too
    elif question.form is Form.WHOLE:
        error = speak.text(msg("Type a whole number, digits only; leave the cell blank when it is not known."))
        rule |= {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": _MOST, "error_message": error}
    elif question.form is Form.DAY:
        error = speak.text(msg("Type a day such as 31/10/2026. Month and year alone are taken too."))
        rule |= {"validate": "date", "criteria": "between", "minimum": date(1945, 9, 2), "maximum": date(2199, 12, 31)}
        rule |= {"error_message": error, "error_type": "warning"}
    elif question.form is Form.LINE:
        error = speak.text(msg("One line of at most {count} characters.", count=300))
        rule |= {"validate": "length", "criteria": "<=", "value": 300, "error_message": error}
    else:
        rule["validate"] = "any"
    return rule


def help_of(question: Question, speak: Translator) -> str:
    """The help, and who answers where it is not the agency."""
    text = speak.text(question.help)
    return f"{speak.text(BY_PROVINCE)} {text}" if question.asked is Asked.PROVINCE else text


def colouring(regions: Mapping[str, Region], key: str, when: Sequence[Condition], speak: Translator) -> str:
    """Formula of a conditional format: the cell is blank and asked for."""
    parts = [f'{regions[key].cell()}=""', *(_said(regions, one, speak, Region.cell) for one in when)]
    return f"=AND({','.join(parts)})"


def greying(regions: Mapping[str, Region], key: str, when: Sequence[Condition], speak: Translator) -> str:
    """Formula of a conditional format: the question has no meaning for this row; what was answered all the same stays legible."""
    tests = ",".join(_said(regions, one, speak, Region.cell) for one in when)
    return f'=AND({regions[key].cell()}="",OR({tests}))'


def counting(regions: Mapping[str, Region], key: str, when: Sequence[Condition], speak: Translator) -> str:
    """Term of the progress formula: how many cells of a column are blank and asked for; Excel 2007 and LibreOffice know it."""
    factors = [f'({regions[key].range()}="")', *(_said(regions, one, speak, Region.range, factor=True) for one in when)]
    return f"SUMPRODUCT({'*'.join(factors)}*1)"


def _said(
    regions: Mapping[str, Region], one: Condition, speak: Translator, name: Callable[[Region], str], *, factor: bool = False
) -> str:
    """A condition over one cell, or over whole columns as a factor of 0 and 1."""
    what = "&".join(name(regions[key]) for key in one.keys)
    tests = [f"({what}{'=' if one.among else '<>'}{_text(label, speak)})" for label in one.labels]
    if factor:
        return f"(({'+'.join(tests)})>0)" if one.among else "*".join(tests)
    return f"{'OR' if one.among else 'AND'}({','.join(tests)})"


def _text(label: Message, speak: Translator) -> str:
    return '"' + speak.text(label).replace('"', '""') + '"'
