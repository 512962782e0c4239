"""Days as people type them."""

import re
from datetime import date, datetime, time, timedelta

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import VIETNAM_TIME, end_of_day

_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})(?:[:h](\d{2})|h)")
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


def parse_window(start: str, end: str, today: date) -> tuple[datetime, datetime]:
    """``2026-12-01 08:00`` and ``17:00``, in Vietnamese time; a clock alone means today, or the day on which the window begins.

    An end that is earlier on the clock is on the next day: windows at night. :class:`UsageError` for anything else.
    """
    begins = _moment(start, today)
    ends = _moment(end, begins.date())
    if ends <= begins and _CLOCK.fullmatch(end.strip()):
        ends += timedelta(days=1)
    if ends <= begins:
        raise UsageError(
            msg("the window ends before it begins: {start} to {end}", start=start, end=end),
            hint=msg("write it like --from '2026-12-01 08:00' --to 17:00"),
        )
    return begins, ends


def parse_moment(text: str) -> datetime:
    """``2026-12-14 18:00`` in Vietnamese time, or a day to its end; :class:`UsageError` for anything else."""
    words = text.replace("T", " ").split()
    if len(words) == 2:
        return _moment(text, date.min)
    return end_of_day(parse_day(text))


def _moment(text: str, day: date) -> datetime:
    words = text.replace("T", " ").split()
    clock = _CLOCK.fullmatch(words[-1]) if words else None
    if clock is None or len(words) > 2 or int(clock[1]) > 23 or int(clock[2] or 0) > 59:
        raise UsageError(
            msg("{text} is not a moment", text=text), hint=msg("write it like '2026-12-01 08:00', '1/12/2026 08:00' or 17:00")
        )
    if len(words) == 2:
        day = parse_day(words[0])
    return datetime.combine(day, time(int(clock[1]), int(clock[2] or 0)), tzinfo=VIETNAM_TIME)
