"""Shares as people type them."""

from secaudit.errors import UsageError
from secaudit.messages import msg


def parse_share(text: str) -> float:
    """``5%`` or ``0.05`` as a number from 0 to 1; :class:`UsageError` for anything else."""
    stripped = text.strip()
    try:
        value = float(stripped.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = -1.0
    share = value / 100 if stripped.endswith("%") else value
    if not 0 <= share <= 1:
        raise UsageError(msg("{text} is not a share", text=text), hint=msg("write a percentage, for example 5%"))
    return share
