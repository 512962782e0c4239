"""Everything that agencies declare as one CSV file per sheet, for other programs and for reading in again.

The headings are question keys, the first two columns say whose record it is. Values are those of the YAML. A text that a
spreadsheet would take for a formula, or that begins with an apostrophe, gets an apostrophe in front; reading takes one away.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from secaudit.inventory.given import kept_of
from secaudit.inventory.questions import Form, Profile, Question, Sheet
from secaudit.inventory.sheets import SHEETS, asked_in, value_at
from secaudit.messages import clean
from secaudit.model.inventory import AgencyFile

AGENCY_COLUMN = "agency"
ID_COLUMN = "id"
SEPARATOR = "; "
"""Between ids; texts of a list stand on lines of their own."""
_BOM = "\ufeff"
"""Without it Excel reads the letters of another alphabet."""
_STARTS = frozenset("'=+-@|%\t\uff1d\uff0b\uff0d\uff20\u2212")


def csv_name(sheet: Sheet) -> str:
    """File name of a sheet."""
    return f"{sheet.part}.csv"


def as_csv_files(files: Sequence[AgencyFile]) -> dict[str, bytes]:
    """File name -> its bytes, a file for each sheet with the records of all agencies."""
    return {csv_name(sheet): _file(asked_in(Profile.FULL, sheet), files) for sheet in SHEETS}


def _file(sheet: Sheet, files: Iterable[AgencyFile]) -> bytes:
    questions = [question for question in sheet.questions if question.key != ID_COLUMN]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([AGENCY_COLUMN, ID_COLUMN, *(question.key for question in questions)])
    for file in files:
        whole = file.model_dump(mode="json", exclude_unset=True)
        for record in _records(sheet, whole):
            kept = kept_of(sheet, record)
            cells = [
                _cell(question, value_at(record, question.path)) if kept is None or question.path in kept else ""
                for question in questions
            ]
            if any(cells) or not sheet.form:
                writer.writerow([file.agency.id, record.get("id", ""), *cells])
    return (_BOM + out.getvalue()).encode("utf-8")


def _records(sheet: Sheet, whole: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    found = whole if sheet.part == "uses" else whole.get(sheet.part)
    if isinstance(found, list):
        return found
    return (found,) if isinstance(found, Mapping) else ()


def _cell(question: Question, value: object) -> str:
    if value is None:
        return ""
    if question.form is Form.MEMBER:
        return "true" if isinstance(value, list | tuple) and question.member in value else "false"
    if isinstance(value, list | tuple):
        return _harmless((SEPARATOR if question.form is Form.IDS else "\n").join(map(str, value)))
    return str(value).lower() if isinstance(value, bool) else _harmless(str(value))


def _harmless(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text[:1] in _STARTS else text
