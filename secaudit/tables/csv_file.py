"""Reads CSV as it is really sent: any separator, any line end, title lines above and totals below the list."""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice

from secaudit.errors import IntakeError, Problem
from secaudit.messages import msg
from secaudit.tables.headings import Raw, fold_heading, shape
from secaudit.tables.kind import EXPORT_AGAIN
from secaudit.tables.model import Table, TableLimits, TableRow, column_letters, refused
from secaudit.tables.text import decoded

_SEPARATORS = ";,\t|"
_SNIFFED = 200
"""Lines that are tried with each separator."""
_NAMED = re.compile(r'"?sep=(.)"?\s*')
"""Excel's own first line, which names the separator."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_REMEMBERED = 200_000
_QUOTES = msg("look at the quotation marks near this line, or export the list again")


def read_csv(path: str, body: bytes, known: Collection[str], limits: TableLimits) -> tuple[Table, ...]:
    """The list of a CSV file; nothing when it has none."""
    text = decoded(path, body)
    after_gap: set[int] = set()
    rows = _all_rows(path, text, known, limits, after_gap)
    tables = shape("", rows, known, after_gap)
    for table in tables:
        _refuse_shifted(path, table, rows, limits, whole=text.endswith(("\r", "\n")))
    return tables


def read_csv_rows(path: str, body: bytes, known: Collection[str], limits: TableLimits) -> tuple[TableRow, ...]:
    """Every row that holds something, as it is: nothing is taken for a title, a heading or a total."""
    return tuple(TableRow(number, cells) for number, cells in _all_rows(path, decoded(path, body), known, limits, set()))


def _all_rows(path: str, text: str, known: Collection[str], limits: TableLimits, after_gap: set[int]) -> list[Raw]:
    first = next(_lines(text), "")
    named = _NAMED.fullmatch(first.rstrip("\r\n"))
    separator = named[1] if named else _separator(text, known)
    return list(_rows(path, text, separator, limits, after_gap, skip=1 if named else 0))


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, one at a time; only what CSV knows as a line end ends one."""
    return (found[0] for found in _LINE.finditer(text))


def _separator(text: str, known: Collection[str]) -> str:
    """The separator with most known headings, or under which most lines have the same number of cells, wide ones first."""
    wanted = {fold_heading(heading) for heading in known}
    sample = list(islice(_lines(text), _SNIFFED))
    best, best_score = ",", (0, 0)
    for separator in _SEPARATORS:
        try:
            rows = [row for row in csv.reader(sample, delimiter=separator) if any(row)]
        except csv.Error:
            continue
        widths = [len(row) for row in rows if len(row) > 1]
        usual = max(widths, key=lambda width: (widths.count(width) * width, width), default=0)
        hits = max((len({fold_heading(cell) for cell in row} & wanted) for row in rows), default=0)
        score = (hits if hits > 1 else 0, widths.count(usual) * (usual - 1))
        if score > best_score:
            best, best_score = separator, score
    return best


class _Cells(dict[str, str | None]):
    """Text as written -> the cell; equal texts share one object, which is most of the memory of a list."""

    def __missing__(self, text: str) -> str | None:
        cell = text.strip("\ufeff\u200b \t\r\n\xa0\u2007\u202f\u3000") or None
        if cell is not None and not cell.isascii():
            cell = unicodedata.normalize("NFC", cell)
        if len(self) < _REMEMBERED:
            self[text] = cell
        return cell


def _rows(path: str, text: str, separator: str, limits: TableLimits, after_gap: set[int], skip: int) -> Iterator[Raw]:
    """Rows that are not empty, each with the line on which it begins; notes which of them follow an empty one."""
    reader = csv.reader(_lines(text), delimiter=separator, strict=True)
    clean = _Cells().__getitem__
    count = cells = 0
    line, gap = 1, False
    try:
        for written in reader:
            number, line = line, reader.line_num + 1
            if number <= skip:
                continue
            _refuse_wide(path, number, written, limits)
            row = tuple(map(clean, written))
            if not any(row):
                gap = True
                continue
            if gap:
                after_gap.add(number)
                gap = False
            count += 1
            cells += len(row)
            if count > limits.max_rows:
                raise refused(path, msg("There are more than {count} rows", count=limits.max_rows), line=number)
            if cells > limits.max_cells:
                raise refused(path, msg("There are more than {count} cells", count=limits.max_cells), line=number)
            yield number, row
    except csv.Error as error:
        raise refused(path, msg("The line cannot be read as CSV: {reason}", reason=str(error)), line=line, hint=_QUOTES) from None


def _refuse_wide(path: str, number: int, written: list[str], limits: TableLimits) -> None:
    if len(written) > limits.max_columns and any(written[limits.max_columns :]):
        raise refused(
            path,
            msg("The line has {found} cells; at most {count} are read", found=len(written), count=limits.max_columns),
            line=number,
            hint=EXPORT_AGAIN,
        )
    if sum(map(len, written)) <= limits.max_cell:
        return
    for column, text in enumerate(written):
        if len(text) > limits.max_cell:
            message = msg("The cell has more than {count} characters", count=limits.max_cell)
            raise refused(path, message, line=number, cell=column_letters(column), hint=_QUOTES)


def _refuse_shifted(path: str, table: Table, rows: list[Raw], limits: TableLimits, *, whole: bool) -> None:
    """A line with more cells than there are headings has a separator inside a value: everything after it would be misread."""
    width = next(len(cells) for number, cells in rows if number == table.heading_row)
    numbers = {row.number for row in table.rows}
    listed = [(number, cells) for number, cells in rows if number in numbers]
    problems = [
        Problem(
            msg("The line has {found} cells, but there are {count} headings", found=len(cells), count=width),
            path,
            number,
            hint=msg("a separator stands inside a value without quotation marks; export the list again"),
        )
        for number, cells in listed
        if any(cells[width:])
    ]
    if problems:
        more = len(problems) - limits.max_problems
        if more > 0:
            problems = [*problems[: limits.max_problems], Problem(msg("{count} more lines like these", count=more), path)]
        raise IntakeError(problems)
    if not whole and listed and listed[-1] == rows[-1] and len(rows[-1][1]) < width:
        raise refused(
            path,
            msg("The file is cut off: its last line has {found} of {count} cells", found=len(rows[-1][1]), count=width),
            line=rows[-1][0],
            hint=EXPORT_AGAIN,
        )
