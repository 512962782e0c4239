"""How much of lines, jump hosts and time a scan may take: options, and the limits made from them."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.session import Session
from secaudit.collect import Limits
from secaudit.collect.machine import safe_limits
from secaudit.errors import UsageError
from secaudit.messages import msg

PerNetworkOption = Annotated[
    int | None,
    typer.Option(
        "--per-network",
        min=1,
        max=2000,
        help=N_("Connections open at once into one network; left out, 4, and 16 for networks of provincial offices."),
    ),
]
PerJumpOption = Annotated[
    int, typer.Option("--per-jump", min=1, max=2000, help=N_("Connections open at once through one jump host."))
]
RetriesOption = Annotated[
    int | None,
    typer.Option(
        "--retries",
        min=0,
        max=100,
        help=N_(
            "How often a machine that does not answer is tried again in this run; left out, once, "
            "and with --for or --until as often as the time lets."
        ),
    ),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="17:00", help=N_("Begin no machine after this time of day of this computer."))
]
ForOption = Annotated[
    str | None, typer.Option("--for", metavar="30m", help=N_("Begin no machine after so long: 90s, 30m, 2h, 1h30m."))
]

PER_JUMP = Limits().per_jump
_RETRIES = 1
_LONG_RETRY_SECONDS = 60.0
"""From a failure to the next try where the run has time: nobody switches a machine on within seconds."""
_LONGEST = timedelta(days=7)
_CLOCK = re.compile(r"(\d{1,2})[:h](\d{2})", re.ASCII)
_SPAN = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.ASCII)


@dataclass(frozen=True)
class Window:
    """When the run begins no further machine: a moment, or a time from its start."""

    end: datetime | None = None
    """With time zone."""
    span: timedelta | None = None

    def seconds(self, now: datetime) -> float:
        """What is left at ``now``; never nothing, so that a run whose time passed while a password was typed ends as one."""
        left = self.span if self.end is None else self.end - now
        return max((left or timedelta()).total_seconds(), 0.001)


@dataclass(frozen=True)
class Asked:
    """What was said on the command line."""

    connections: int | None
    rate: float
    deadline: float
    per_network: int | None
    per_jump: int
    retries: int | None
    window: Window | None

    def limits(self, now: datetime) -> Limits:
        """The limits of a run that begins at ``now``."""
        found = Limits(per_second=self.rate, endpoint_seconds=self.deadline, per_jump=self.per_jump)
        if self.per_network is not None:
            found = replace(found, per_network=self.per_network, per_province_network=self.per_network)
        if self.window is None:
            found = replace(found, retries=_RETRIES if self.retries is None else self.retries)
        else:
            seconds = self.window.seconds(now)
            found = replace(found, run_seconds=seconds, retries=self.retries, retry_seconds=_LONG_RETRY_SECONDS)
        return safe_limits(found) if self.connections is None else replace(found, in_flight=self.connections)


def parse_window(until: str | None, span: str | None, now: datetime) -> Window | None:
    """The window of a run, from ``--until`` or ``--for``; ``now`` has the time zone of this computer."""
    if until is not None and span is not None:
        raise UsageError(msg("--until and --for are two ends of one run"), hint=msg("give one of them"))
    if until is not None:
        return Window(end=next_time(until, now))
    return None if span is None else Window(span=parse_span(span))


def next_time(text: str, now: datetime) -> datetime:
    """The next moment after ``now`` at which the clock of this computer shows ``text``."""
    found = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(part) for part in found.groups()) if found else (99, 99)
    if hour > 23 or minute > 59:
        raise UsageError(msg("{text} is no time of day", text=text), hint=msg("write hours and minutes, for example 17:00"))
    # Without the zone's offset, which tomorrow may be another one.
    local = now.replace(tzinfo=None)
    end = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone()


def parse_span(text: str) -> timedelta:
    """``90s``, ``30m``, ``2h`` or ``1h30m``."""
    found = _SPAN.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    span = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta() < span <= _LONGEST:
        raise UsageError(
            msg("{text} is no length of a run", text=text), hint=msg("write for example 90s, 30m or 2h; seven days at most")
        )
    return span


def local_now() -> datetime:
    """The present moment by the clock of this computer."""
    return datetime.now().astimezone()


def limits_of(session: Session, asked: Asked) -> Limits:
    """The limits of a run that begins now; a run with an end says when that is."""
    now = local_now()
    limits = asked.limits(now)
    if limits.run_seconds is not None:
        end = (now + timedelta(seconds=limits.run_seconds)).astimezone()
        session.say(msg("no machine is begun after {moment}", moment=end.strftime("%d/%m/%Y %H:%M:%S")))
    return limits
