"""Facts of one machine from two pieces of evidence: the better one decides, the worse one fills in what it leaves open.

Nothing that the better evidence decides can change by what is added: unknown may become known, never one answer another. So
a verdict that better evidence alone reaches stays what it is, whatever worse evidence says besides.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from secaudit.model.fact import FACTS, FactSet, FactValue, Known, Missing, MissingReason, ValueType
from secaudit.model.record import key_fields

_FAMILY = "os.family"
_RELEASE = ("os.id", "os.version", "os.build")
_OF_RELEASE = ("os.", "patch.")
_Row = Mapping[str, Any]


def merged(better: FactSet, worse: FactSet) -> tuple[dict[str, FactValue], frozenset[str]]:
    """Both together, and the facts that ``worse`` added something to.

    Evidence about another operating system than the one that is there adds nothing; about another release of it (the console
    has not heard of the upgrade) nothing that hangs on the release: a revision counts within its build only.
    """
    found = dict(better)
    if _contradict(better, worse, (_FAMILY,)):
        return found, frozenset()
    withheld = _OF_RELEASE if _contradict(better, worse, _RELEASE) else ()
    taken: set[str] = set()
    for name, other in worse.items():
        if withheld and name.startswith(withheld):
            continue
        one = better.get(name)
        both = _both(name, one, other)
        if both is not one:
            found[name] = both
            if isinstance(both, Known):
                taken.add(name)
    return found, frozenset(taken)


def _contradict(better: FactSet, worse: FactSet, names: Sequence[str]) -> bool:
    pairs = [(better.get(name), worse.get(name)) for name in names]
    return any(isinstance(one, Known) and isinstance(other, Known) and one.value != other.value for one, other in pairs)


def _both(name: str, one: FactValue | None, other: FactValue) -> FactValue:
    """``one`` itself when ``other`` adds nothing."""
    if not isinstance(one, Known):
        if isinstance(other, Known):
            return other
        return other if one is None or _tells_more(other, one) else one
    if not isinstance(other, Known):
        return one
    kind = FACTS[name].type if name in FACTS else None
    if kind is ValueType.RECORDS:
        return _records(name, one, other)
    if one.complete:
        return one
    return _texts(one, other) if kind is ValueType.STRINGS else other if other.complete else one


def _tells_more(other: Missing, one: Missing) -> bool:
    """That a way is never asked for a fact says nothing of the machine."""
    return one.reason is MissingReason.UNSUPPORTED and other.reason is not MissingReason.UNSUPPORTED


def _texts(one: Known, other: Known) -> Known:
    """A list that was not read to its end, and what else there is."""
    mine, theirs = _items(one.value), _items(other.value)
    further = [text for text in dict.fromkeys(theirs) if text not in mine]
    return Known([*mine, *further], one.section, other.complete) if further or other.complete else one


def _items(value: object) -> list[str]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _records(name: str, one: Known, other: Known) -> Known:
    """Records of the same name together; further ones only where the better list was not read to its end.

    A whole list says what is not there as well: worse evidence cannot add to it, it contradicts it.
    """
    mine, theirs = [_rows(fact.value) for fact in (one, other)]
    own, others = [_by_key(name, rows) for rows in (mine, theirs)]
    rows: list[_Row] = []
    for row in mine:
        key = _key(name, row)
        match = others.get(key) if own.get(key) is not None else None
        rows.append(row if match is None or match.keys() <= row.keys() else {**match, **row})
    filled = any(new is not old for new, old in zip(rows, mine, strict=True))
    further = [] if one.complete else [row for row in theirs if _key(name, row) not in own]
    # Records that cannot be told apart may be the same ones: nobody could count them.
    complete = one.complete or (other.complete and None not in own.values() and None not in others.values())
    if not filled and not further and complete == one.complete:
        return one
    rows += further
    reasons = {**other.missing_fields, **one.missing_fields}
    lacking = {field for row in rows for field in reasons if field not in row}
    return Known(rows, one.section, complete, {field: reason for field, reason in reasons.items() if field in lacking})


def _rows(value: object) -> list[_Row]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, Sequence) else []


def _by_key(name: str, rows: Sequence[_Row]) -> dict[Hashable, _Row | None]:
    """Key -> the record, None where several have it or it names nothing."""
    found: dict[Hashable, _Row | None] = {}
    for row in rows:
        key = _key(name, row)
        found[key] = row if key not in found and _named(name, row) else None
    return found


def _named(name: str, row: _Row) -> bool:
    return all(row.get(field) for field in key_fields(name, row))


def _key(name: str, row: _Row) -> Hashable:
    fields = key_fields(name, row)
    if fields:
        return tuple(_whole(row.get(field)) for field in fields)
    return tuple(sorted((field, _whole(value)) for field, value in row.items()))


def _whole(value: object) -> str:
    return repr(value)
