"""The workbook that goes out to an agency: docs/inventory-workbook.md describes what it looks like and why.

Names in it come from machines, consoles and people. Every text is written as a text and never as a formula or a link; the only
formulas are the counts of blank cells, made of cell names and of our own words.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from secaudit.inventory.asking import asking, blank, conditions, not_applicable
from secaudit.inventory.given import Given, Row
from secaudit.inventory.layout import ANSWER, EXAMPLE, HEADINGS, NEWCOMER, PROGRESS, form_mark
from secaudit.inventory.questions import Asked, Form, Question, Sheet
from secaudit.inventory.sheets import CellValue
from secaudit.inventory.workbook_base import write_base
from secaudit.inventory.workbook_examples import EXAMPLES
from secaudit.inventory.workbook_formats import Formats, formats
from secaudit.inventory.workbook_places import ANSWERS, NOTE, NOTES, TITLE, Place, places
from secaudit.inventory.workbook_rules import Lists, Region, colouring, counting, greying, help_of, validation
from secaudit.messages import Message, Translator, clean, msg, msgc
from secaudit.resources import translator

_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212\t")
"""A text that begins so keeps a mark that Excel asks nothing of: editing the cell does not turn it into a formula either."""
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LINE_HEIGHT = 15
_MOST_LINES = 12
_NOTE_WIDTH = 24
_QUESTION_WIDTH = 36
_ANSWER_WIDTH = 34
_HELP_WIDTH = 62
_EVERYWHERE = "A1:XFD1048576"
"""Excel offers to make numbers of telephone numbers there, and they would lose their zero."""
_TITLE_LENGTH = 110
_A4 = 9
_PAGE_WIDTH = 240
"""Characters that can still be read on a page of A4."""
_NOTE_HEADING = msgc("question", "For information")
_EXAMPLE_NOTE = msg("example row, not imported")


def as_workbook(given: Given) -> bytes:
    """The workbook, in Vietnamese whatever the language of the console: agencies read it."""
    speak = translator("vi")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        title = clean(speak.text(msg("Inventory for cyber security: {agency}", agency=given.name)), limit=_TITLE_LENGTH)
        book.set_properties({"title": title, "created": given.made_at.replace(tzinfo=None)})
        writer = _Writer(book, given, speak)
        for place in writer.places:
            writer.tab(place, title)
        writer.lists.write()
        write_base(book, given)
    return out.getvalue()


def progress_of(given: Given) -> dict[str, int]:
    """Part -> cells that are asked and blank when the workbook goes out."""
    asked = asking(given)
    return {
        sheet.part: sum(
            blank(sheet, question, row)
            for question in sheet.questions
            for row in given.rows[sheet.part][: asked[sheet.part].get(question.key, 0)]
        )
        for sheet in given.sheets
    }


class _Writer:
    """Writes tab after tab of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook, given: Given, speak: Translator) -> None:
        self._book = book
        self._given = given
        self._speak = speak
        self._formats: Formats = formats(book, speak)
        self._asked = asking(given)
        self._blank = progress_of(given)
        self.lists = Lists(book, speak)
        self.places = places(given, {sheet.part: speak.text(sheet.title) for sheet in given.sheets})

    def tab(self, place: Place, title: str) -> None:
        """One tab: what people read above, the form, the list, the rules over them, and how it prints."""
        sheet = self._book.add_worksheet(place.name)
        say, formats = self._speak.text, self._formats
        sheet.set_row(0, None, None, {"hidden": True})
        sheet.set_column(0, 0, 8, None, {"hidden": True})
        sheet.write_string(0, 0, place.mark, formats.mark)
        sheet.write_string(TITLE, 1, title, formats.title)
        sheet.set_row(TITLE, 24)
        for row, note in enumerate(place.notes, start=NOTES):
            sheet.write_string(row, 1, say(note), formats.note)
        self._progress(sheet, place)
        for row, part in place.above.items():
            sheet.write_string(row, 1, say(part), formats.part)
            sheet.set_row(row, 22)
        for form in place.forms:
            self._form(sheet, place, form)
        if place.list is None:
            self._form_columns(sheet)
        else:
            self._list(sheet, place, place.list)
        sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})
        _print_set_up(sheet, place)

    def _progress(self, sheet: Worksheet, place: Place) -> None:
        """On the first tab of the whole workbook, on the others of the tab."""
        terms, count = self._terms(place), self._blank_on(place)
        if place is self.places[0]:
            for other in self.places[1:]:
                terms.append(f"'{other.name}'!$B${other.progress + 1}")
                count += self._blank_on(other)
        sheet.write_string(place.progress, 0, PROGRESS, self._formats.mark)
        formula = "=" + ("+".join(terms) or "0")
        sheet.write_formula(place.progress, 1, formula, self._formats.progress, count)

    def _blank_on(self, place: Place) -> int:
        parts = [form.part for form in place.forms] + ([place.list.part] if place.list is not None else [])
        return sum(self._blank[part] for part in parts)

    def _terms(self, place: Place) -> list[str]:
        """Counts of blank cells, column by column."""
        terms = []
        for form in place.forms:
            for question in form.questions:
                if self._asked[form.part].get(question.key):
                    regions = {question.key: place.form_region(form.part, question)}
                    terms.append(counting(regions, question.key, (), self._speak))
        if place.list is not None:
            for question in place.list.questions:
                if number := self._asked[place.list.part].get(question.key):
                    when = conditions(place.list, question)
                    terms.append(counting(place.list_regions(number), question.key, when, self._speak))
        return terms

    # Forms

    def _form_columns(self, sheet: Worksheet) -> None:
        sheet.set_column(1, 1, _QUESTION_WIDTH)
        sheet.set_column(ANSWERS, ANSWERS, _ANSWER_WIDTH)
        sheet.set_column(ANSWERS + 1, ANSWERS + 1, _HELP_WIDTH)
        sheet.write_string(0, ANSWERS, ANSWER, self._formats.mark)

    def _form(self, sheet: Worksheet, place: Place, form: Sheet) -> None:
        """A question a row; what shares the tab with a list has no room for helps and shows them when the cell is chosen."""
        cells = self._given.rows[form.part][0].cells
        for question in form.questions:
            region = place.form_region(form.part, question)
            row = region.first
            text = clean(self._speak.text(question.heading))
            sheet.write_string(row, 0, form_mark(form.part, question.key), self._formats.mark)
            province = question.asked is Asked.PROVINCE
            sheet.write_string(row, 1, text, self._formats.label_province if province else self._formats.label)
            cell = self._said(cells.get(question.key))
            self._write(sheet, row, ANSWERS, cell, question)
            if place.list is None:
                sheet.write_string(row, ANSWERS + 1, help_of(question, self._speak), self._formats.help)
            lines = max(_lines(text, _QUESTION_WIDTH - 4), _lines(cell, _ANSWER_WIDTH))
            sheet.set_row(row, max(20, _LINE_HEIGHT * lines + 4))
            sheet.data_validation(row, ANSWERS, row, ANSWERS, validation(question, self.lists, self._speak))
            if self._asked[form.part].get(question.key):
                self._colour(sheet, region, colouring({question.key: region}, question.key, (), self._speak), self._formats.asked)

    # Lists

    def _list(self, sheet: Worksheet, place: Place, listed: Sheet) -> None:
        rows = self._given.rows[listed.part]
        self._headings(sheet, place, listed)
        questions = {question.key: question for question in listed.questions}
        self._record(sheet, place, place.headings + 1, EXAMPLES[listed.part], EXAMPLE, questions)
        for number, row in enumerate(rows, start=place.first):
            mark = row.key or (f"{NEWCOMER}{row.newcomer}" if row.newcomer else "")
            self._record(sheet, place, number, row.cells, mark, questions, row)
        self._rules(sheet, place, listed)

    def _headings(self, sheet: Worksheet, place: Place, listed: Sheet) -> None:
        formats, top = self._formats, place.headings
        sheet.write_string(top, 0, HEADINGS, formats.mark)
        height = 2
        for question in listed.questions:
            column = place.columns[question.key]
            text = self._speak.text(question.heading)
            province = question.asked is Asked.PROVINCE
            sheet.set_column(column, column, question.width)
            sheet.write_string(0, column, question.key, formats.mark)
            sheet.write_string(top, column, text, formats.heading_province if province else formats.heading)
            height = max(height, _lines(text, question.width - 3))
        if (beside := place.columns.get(NOTE)) is not None:
            sheet.set_column(beside, beside, _NOTE_WIDTH)
            sheet.write_string(0, beside, NOTE, formats.mark)
            sheet.write_string(top, beside, self._speak.text(_NOTE_HEADING), formats.heading_province)
        sheet.set_row(top, _LINE_HEIGHT * height + 6)

    def _record(
        self,
        sheet: Worksheet,
        place: Place,
        at: int,
        cells: Mapping[str, CellValue],
        mark: str,
        questions: Mapping[str, Question],
        row: Row | None = None,
    ) -> None:
        """One row; without a ``row`` it is the example."""
        if mark:
            sheet.write_string(at, 0, mark, self._formats.mark)
        lines = 1
        for key, question in questions.items():
            cell = self._said(cells.get(key))
            if row is not None and key == "id" and isinstance(cell, str):
                sheet.write_string(at, place.columns[key], cell, self._formats.shown)
            else:
                self._write(sheet, at, place.columns[key], cell, question, example=row is None)
            lines = max(lines, _lines(cell, question.width))
        if (beside := place.columns.get(NOTE)) is not None:
            note = _EXAMPLE_NOTE if row is None else row.note
            text = self._speak.text(note) if note is not None else None
            sheet.write(at, beside, text, self._formats.example if row is None else self._formats.shown)
            lines = max(lines, _lines(text, _NOTE_WIDTH))
        if lines > 1:  # not every program works out how high a row must be
            sheet.set_row(at, _LINE_HEIGHT * min(lines, _MOST_LINES))

    def _rules(self, sheet: Worksheet, place: Place, listed: Sheet) -> None:
        every = place.list_regions(place.records)
        asked = self._asked[listed.part]
        for question in listed.questions:
            region = every[question.key]
            rule = validation(question, self.lists, self._speak)
            sheet.data_validation(place.headings + 1, region.column, region.last, region.column, rule)
            told = {"validate": "any", "input_title": rule["input_title"], "input_message": rule["input_message"]}
            sheet.data_validation(place.headings, region.column, place.headings, region.column, told)
            if grey := not_applicable(listed, question):
                self._colour(sheet, region, greying(every, question.key, grey, self._speak), self._formats.greyed)
            if number := asked.get(question.key):
                regions = place.list_regions(number)
                formula = colouring(regions, question.key, conditions(listed, question), self._speak)
                self._colour(sheet, regions[question.key], formula, self._formats.asked)

    def _colour(self, sheet: Worksheet, region: Region, formula: str, look: Format) -> None:
        rule = {"type": "formula", "criteria": formula, "format": look}
        sheet.conditional_format(region.first, region.column, region.last, region.column, rule)

    # Cells

    def _said(self, cell: CellValue) -> str | int | date | None:
        return clean(self._speak.text(cell)) if isinstance(cell, Message) else cell

    def _write(
        self, sheet: Worksheet, row: int, column: int, cell: str | int | date | None, question: Question, *, example: bool = False
    ) -> None:
        formats = self._formats
        free = formats.example if example else formats.text
        blank = {Form.DAY: formats.day, Form.WHOLE: formats.whole, Form.BAND: formats.whole}.get(question.form, free)
        if cell is None:
            sheet.write_blank(row, column, None, formats.example if example else blank)
        elif isinstance(cell, int):
            sheet.write_number(row, column, cell, formats.example if example else formats.whole)
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, datetime.combine(cell, time.min), formats.example_day if example else formats.day)
        else:
            text = clean(cell)
            sheet.write_string(row, column, text, formats.quoted if text[:1] in _STARTS else free)


def _lines(cell: object, width: int) -> int:
    """How many lines a text takes in a column."""
    text = cell if isinstance(cell, str) else ""
    return min(sum(1 + len(line) // max(width, 1) for line in text.split("\n")), _MOST_LINES)


def _print_set_up(sheet: Worksheet, place: Place) -> None:
    """As few pages wide as can be read, headings and names on every page and in sight."""
    sheet.set_paper(_A4)
    sheet.hide_gridlines(2)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R&P/&N")
    # A long title is cut at the table's edge instead of making everything smaller.
    rows = place.first + place.records - 1 if place.list is not None else max(place.form_rows.values())
    sheet.print_area(1, 1, rows, max(place.columns.values(), default=ANSWERS + 1))
    if place.list is None:
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)
        return
    # With the hidden column in its range: who sorts by these buttons does not tear the marks from their rows.
    sheet.autofilter(place.headings, 0, place.first + place.records - 1, max(place.columns.values()))
    sheet.set_landscape()
    sheet.repeat_rows(place.headings)
    fixed = place.columns.get(NOTE, place.columns.get("name", 1))
    sheet.freeze_panes(0 if place.forms else place.headings + 1, fixed + 1)
    wide = sum(question.width for question in place.list.questions)
    pages = -(-wide // _PAGE_WIDTH)
    sheet.fit_to_pages(pages, 0)
    if pages > 1:
        sheet.repeat_columns(1, fixed)
