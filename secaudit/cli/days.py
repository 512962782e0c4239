"""Days as people type them."""

import re
from datetime import date

from secaudit.errors import UsageError
from secaudit.messages import msg

_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def parse_day(text: str) -> date:
    """``2026-10-31`` or ``31/10/2026``; :class:`UsageError` for anything else."""
    text = text.strip()
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise UsageError(msg("{text} is not a day", text=text), hint=msg("write it like 2026-10-31 or 31/10/2026"))
