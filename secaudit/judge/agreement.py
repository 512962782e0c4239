"""Two readings of one machine, fact by fact: a function of the facts and of the days between them.

What time alone may change is no contradiction: docs/recheck.md holds the same rules in words. Everything that stands in no rule
is compared as it is.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from secaudit.model.fact import FACTS, FactSet, Known, Missing, ValueType
from secaudit.model.identity import Identity
from secaudit.model.recheck import Agreement, FactAgreement
from secaudit.model.record import key_fields

SHOWN = 400
"""Characters of a value that are kept beside the result."""
DAY = 86_400.0
MEMORY_SHARE = 0.05
"""The kernel's own part of the memory changes from release to release."""
MOVING = frozenset(
    {
        "probe.privileged",  # these two speak of the account that asked
        "probe.user",
        "machine.uptime_days",
        "time.skew_seconds",
        "time.synchronised",
        "network.listening",
        "network.neighbours",
        "patch.pending",
        "patch.pending_security",
        "patch.pending_security_names",
        "patch.phased",
        "patch.extended_only",
        "patch.search_pending",
        "patch.reboot_required",
        "patch.reboot_reasons",
        "patch.kernel_current",
        "patch.hotfixes",
        "patch.level",
        "patch.releases_behind",
        "patch.due",
        "os.kernel",
        "os.support_days_left",
        "software.count",
        "software.office_support_days_left",
    }
)
"""Facts that honestly change from one day to the next: left out."""
AGES = frozenset(
    {
        "patch.metadata_age_days",
        "patch.last_installed_age_days",
        "patch.restart_waiting_days",
        "logging.oldest_days",
    }
)
"""An age may fall, because something was done since; it rises no faster than time."""
RISING = frozenset({"os.build", "os.revision"})
"""Updates raise it; nothing lowers it."""
_SPELLINGS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "machine.name": lambda text: text.partition(".")[0].casefold(),
        "machine.uuid": lambda text: Identity(uuid=text).uuid_key,
        "machine.serial": lambda text: Identity(serial=text).serial_key,
        "machine.id": lambda text: Identity(machine_id=text).machine_key,
    }
)
"""One spelling of what consoles and systems write in several: with or without domain, in capitals or not."""
_LEFT_OUT = frozenset({"version", "source", "last_login_days", "uid"})
"""Fields that change honestly, or say only how something was found."""
_NAMING = frozenset({"id", "name"})
"""Fields that say which record it is; how a product is called differs from one way to the other."""
_AGE_FIELDS = frozenset({"signature_age_days", "password_age_days"})
Record = Mapping[str, Any]


def agreement(before: FactSet, after: FactSet, *, between: float) -> tuple[FactAgreement, ...]:
    """Every fact that at least one side knows, by name; ``between`` is the time between the two, in seconds."""
    days = max(between, 0.0) / DAY
    names = sorted({*before, *after} & FACTS.keys())
    return tuple(found for name in names if (found := _fact(name, before.get(name), after.get(name), days)) is not None)


class Difference(NamedTuple):
    """One contradiction inside a fact."""

    place: str
    """Record and field; empty when the fact as a whole differs."""
    before: str
    """JSON."""
    after: str


def differences(name: str, before: Known, after: Known, *, between: float) -> tuple[Difference, ...]:
    """Everything in which two readings of a fact contradict each other, by the rules of :func:`agreement`."""
    days = max(between, 0.0) / DAY
    if name in MOVING or not _differs(name, before, after, days)[0]:
        return ()
    if FACTS[name].type is not ValueType.RECORDS:
        return (Difference("", _json(before.value), _json(after.value)),)
    old, new = _by_key(name, before.value), _by_key(name, after.value)
    gone, come = _unmatched(old, new, before, after)
    return (
        *(Difference(f"{key} listed", "true", "false") for key in gone),
        *(Difference(f"{key} listed", "false", "true") for key in come),
        *(Difference(f"{key} {field}", one, other) for key, field, one, other, _ in _fields_that_differ(old, new, days)),
    )


def seconds_between(before: datetime, after: datetime) -> float:
    """Seconds from the earlier moment to the later one."""
    return (after - before).total_seconds()


def _fact(name: str, before: Known | Missing | None, after: Known | Missing | None, days: float) -> FactAgreement | None:
    old, new = _text(before), _text(after)
    if not isinstance(before, Known) or not isinstance(after, Known):
        if not isinstance(before, Known):
            return None  # the earlier evidence said nothing that could be wrong
        why = f"not known now: {after.reason}" if isinstance(after, Missing) else "not known now"
        return FactAgreement(name, Agreement.NOT_COMPARABLE, old, new, why)
    if name in MOVING:
        return FactAgreement(name, Agreement.NOT_COMPARABLE, old, new, "changes from day to day")
    different, compared = _differs(name, before, after, days)
    if different:
        return FactAgreement(name, Agreement.DIFFERS, old, new, different[:SHOWN])
    if not compared:
        return FactAgreement(name, Agreement.NOT_COMPARABLE, old, new, "no part stands on both sides")
    return FactAgreement(name, Agreement.SAME, old, new)


def _differs(name: str, before: Known, after: Known, days: float) -> tuple[str, bool]:
    """What differs in words, empty when nothing does; and whether anything was compared at all."""
    old: Any = before.value
    new: Any = after.value
    if name in AGES:
        return _aged(old, new, days), True
    if name in RISING:
        return (f"it fell from {old} to {new}" if new < old else ""), True
    if name == "machine.memory_mb":
        return ("another size" if abs(new - old) > MEMORY_SHARE * max(old, new) else ""), True
    spelling = _SPELLINGS.get(name)
    if spelling is not None:
        return ("" if spelling(str(old)) == spelling(str(new)) else "another value"), True
    kind = FACTS[name].type
    if kind is ValueType.RECORDS:
        return _records(name, before, after, days)
    if kind is ValueType.STRINGS:
        return _lists(name, before, after)
    return ("" if old == new else "another value"), True


def _aged(old: Any, new: Any, days: float) -> str:  # noqa: ANN401 - numbers of two facts
    return f"it rose from {old} to {new} days within {days:.1f}" if new > old + days + 1 else ""


def _lists(name: str, before: Known, after: Known) -> tuple[str, bool]:
    old, new = set(_items(before.value)), set(_items(after.value))
    if name == "machine.mac":  # docking stations and adapters come and go; another machine shares none
        return ("no card is the same" if old and new and not old & new else ""), bool(old and new)
    gone = sorted(old - new) if after.complete else []
    come = sorted(new - old) if before.complete else []
    return _gone_and_come(gone, come), bool(old & new or gone or come or (before.complete and after.complete))


def _records(name: str, before: Known, after: Known, days: float) -> tuple[str, bool]:
    """Records with the same key, field by field; one that a whole list lacks is a difference, one that a part lacks is none."""
    old, new = _by_key(name, before.value), _by_key(name, after.value)
    if said := _gone_and_come(*_unmatched(old, new, before, after)):
        return said, True
    for key, field, one, other, said in _fields_that_differ(old, new, days):
        return f"{key}: {field} {said or f'was {one}, is {other}'}", True
    both = old.keys() & new.keys()
    # That a product is there stands on both sides.
    compared = (before.complete and after.complete) or (name == "protection.products" and bool(both))
    return "", compared or any(_common(old[key], new[key]) for key in both)


def _unmatched(
    old: Mapping[str, Record], new: Mapping[str, Record], before: Known, after: Known
) -> tuple[Sequence[str], Sequence[str]]:
    """Records that a whole list on the other side lacks: gone, come."""
    gone = sorted(old.keys() - new.keys()) if after.complete else []
    come = sorted(new.keys() - old.keys()) if before.complete else []
    return gone, come


def _fields_that_differ(
    old: Mapping[str, Record], new: Mapping[str, Record], days: float
) -> Iterator[tuple[str, str, str, str, str]]:
    """Record, field, both values as JSON, and what is said of an age."""
    for key in sorted(old.keys() & new.keys()):
        one, other = old[key], new[key]
        for field in _common(one, other):
            said = _aged(one[field], other[field], days) if field in _AGE_FIELDS else ""
            if said or (field not in _AGE_FIELDS and one[field] != other[field]):
                yield key, field, _json(one[field]), _json(other[field]), said


def _common(one: Record, other: Record) -> list[str]:
    """Fields that are compared."""
    return sorted((one.keys() & other.keys()) - _LEFT_OUT - _NAMING)


def _by_key(name: str, rows: object) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for row in rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ():
        if isinstance(row, Mapping):
            fields = key_fields(name, row)
            found[" ".join(str(row.get(field, "")) for field in fields) if fields else _json(row)] = row
    return found


def _gone_and_come(gone: Sequence[str], come: Sequence[str]) -> str:
    said = ([f"no longer there: {', '.join(gone)}"] if gone else []) + ([f"not there before: {', '.join(come)}"] if come else [])
    return "; ".join(said)


def _items(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else []


def _text(fact: Known | Missing | None) -> str:
    return _json(fact.value)[:SHOWN] if isinstance(fact, Known) else ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
