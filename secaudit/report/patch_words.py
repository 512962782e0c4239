"""The patch state of a Windows machine in one sentence, from its facts alone."""

import re
from collections.abc import Mapping

from secaudit.messages import Message, msg

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def patch_sentence(facts: Mapping[str, object]) -> Message | None:
    """``2 monthly release(s) behind (at the release of 9/2026), waiting for a restart for 19 day(s)``.

    ``facts`` holds the values that are known, by name; None when they say nothing of monthly releases nor of a restart. What is
    not known is left out, never written as if it were in order.
    """
    release, restart = _release(facts), _restart(facts)
    if release is not None and restart is not None:
        return msg("{release}, {restart}", release=release, restart=restart)
    return release if release is not None else restart


def _release(facts: Mapping[str, object]) -> Message | None:
    behind = facts.get("patch.releases_behind")
    if isinstance(behind, bool) or not isinstance(behind, int):
        return None
    if behind == 0:
        level = _month(facts.get("patch.level"))
        if level is None:
            return msg("has every monthly release that is due")
        return msg("has every monthly release that is due (at the release of {month})", month=level)
    level, due = _month(facts.get("patch.level")), _month(facts.get("patch.due"))
    if level is not None:
        return msg("{count} monthly release(s) behind (at the release of {month})", count=behind, month=level)
    if due is None:
        return msg("{count} monthly release(s) behind", count=behind)
    return msg("{count} monthly release(s) behind (the release of {month} is due)", count=behind, month=due)


def _restart(facts: Mapping[str, object]) -> Message | None:
    if facts.get("patch.reboot_required") is not True:
        return None
    days = facts.get("patch.restart_waiting_days")
    if isinstance(days, bool) or not isinstance(days, int):
        return msg("waiting for a restart")
    if days == 0:
        return msg("waiting for a restart since today")
    return msg("waiting for a restart for {count} day(s)", count=days)


def _month(value: object) -> str | None:
    """``9/2026`` of ``2026-09`` or ``2026-09 KB5124008``."""
    found = _MONTH.match(value) if isinstance(value, str) else None
    return f"{int(found[2])}/{found[1]}" if found else None
