"""How the cells of a workbook look: few colours, one meaning each, readable in print."""

from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format

from secaudit.messages import Translator, msg

_FONT = {"font_name": "Arial", "font_size": 11}
_CELL = {**_FONT, "valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
_AGENCY_FILL = "#1F4E79"
_PROVINCE_FILL = "#7F7F7F"
DAY = "dd/mm/yyyy"
WHOLE = "0"


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of one workbook, each made once."""

    title: Format
    note: Format
    progress: Format
    heading: Format
    heading_province: Format
    label: Format
    label_province: Format
    help: Format
    text: Format
    quoted: Format
    day: Format
    whole: Format
    example: Format
    example_day: Format
    shown: Format
    part: Format
    mark: Format
    asked: Format
    greyed: Format


def formats(book: xlsxwriter.Workbook, speak: Translator) -> Formats:
    """All formats; the progress cell puts its sentence around the number that its formula counts."""
    done = _quoted(speak.text(msg("All required cells are filled in")))
    left = speak.text(msg("{count} required cells are left"))
    before, _, after = left.partition("{count}")
    progress = f"[=0]{done};{_quoted(before)}0{_quoted(after)}"
    head = {**_CELL, "bold": True, "font_color": "#FFFFFF", "align": "center", "valign": "vcenter", "font_size": 10}
    example = {**_CELL, "italic": True, "font_color": "#7F7F7F", "bg_color": "#EDEDED"}
    return Formats(
        title=book.add_format({**_FONT, "font_size": 15, "bold": True}),
        note=book.add_format({**_FONT, "font_color": "#404040", "font_size": 10}),
        progress=book.add_format(
            {**_FONT, "bold": True, "num_format": progress, "align": "left", "font_color": "#9C5700", "bg_color": "#FFF2CC"}
        ),
        heading=book.add_format({**head, "bg_color": _AGENCY_FILL}),
        heading_province=book.add_format({**head, "bg_color": _PROVINCE_FILL}),
        label=book.add_format({**_CELL, "bold": True, "bg_color": "#DDEBF7", "valign": "vcenter"}),
        label_province=book.add_format({**_CELL, "bg_color": "#D9D9D9", "valign": "vcenter"}),
        help=book.add_format(
            {**_FONT, "font_size": 10, "font_color": "#595959", "text_wrap": True, "valign": "vcenter", "indent": 1}
        ),
        text=book.add_format({**_CELL, "num_format": "@"}),
        quoted=book.add_format({**_CELL, "num_format": "@", "quote_prefix": True}),
        day=book.add_format({**_CELL, "num_format": DAY, "align": "left"}),
        whole=book.add_format({**_CELL, "num_format": WHOLE, "align": "left"}),
        example=book.add_format({**example, "num_format": "@"}),
        example_day=book.add_format({**example, "num_format": DAY, "align": "left"}),
        shown=book.add_format({**_CELL, "num_format": "@", "font_color": "#595959", "bg_color": "#F2F2F2"}),
        part=book.add_format({**_FONT, "bold": True, "font_size": 12, "font_color": _AGENCY_FILL, "valign": "vcenter"}),
        mark=book.add_format({"num_format": "@", "font_color": "#7F7F7F"}),
        asked=book.add_format({"bg_color": "#FFE699"}),
        greyed=book.add_format({"bg_color": "#D9D9D9", "font_color": "#7F7F7F"}),
    )


def _quoted(text: str) -> str:
    """Literal text in a number format."""
    return '"' + text.replace('"', "") + '"' if text else ""
