"""The hidden sheet: whose workbook it is, and how every answer stood when it went out."""

import json

import xlsxwriter

from secaudit.inventory.given import Given
from secaudit.inventory.layout import BASE_HEAD, BASE_SHEET, FORMAT


def write_base(book: xlsxwriter.Workbook, given: Given) -> None:
    """Texts only; a value is JSON, so that a number, a text of digits and a list are told apart."""
    sheet = book.add_worksheet(BASE_SHEET)
    sheet.hide()
    head = (
        ("format", str(FORMAT)),
        ("agency", given.agency),
        ("profile", given.profile.value),
        ("made_at", given.made_at.isoformat()),
        ("inventory", given.inventory),
    )
    lines: list[tuple[str, ...]] = [*head, BASE_HEAD]
    for part, rows in given.rows.items():
        for row in rows:
            for path, value in row.base.items():
                lines.append((part, row.key, ".".join(path), json.dumps(value, ensure_ascii=False)))
    for number, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.write_string(number, column, text)
