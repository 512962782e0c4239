"""What was observed, as sentences with the limit that holds: ``signatures 43 days old, limit: under 7``.

Three kinds of wording are data: of a number with its unit, of a yes or no, of a field of a record. Facts without one of their own
are said by their name: ``Open ports: ...``. Which fields of a record are said, and which limit stands beside a number, the check
decides: only what it asks about.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import orjson

from secaudit.messages import Message, msg
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS
from secaudit.report.document import CheckRow
from secaudit.report.fact_shapes import AUDITED, BELOW, DENIED, FIELD_DENIED, FIELD_SHAPES, FIELD_STATED, SHAPES, STATED, VALUES
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.field_words import field_word
from secaudit.report.machine import LimitRow
from secaudit.report.voice import Voice

Evidence = tuple[tuple[str, str], ...]
"""Facts a check named, with their values as JSON text."""
MOST_RECORDS = 6
"""Records said in one sentence; those out of the limit first."""
_LISTENING = "network.listening"
_AUDIT = "logging.audit_categories"
_CONFLICTS = "evidence.conflicts"
_QUIET = frozenset({"os.family", "probe.user"})
"""Facts that only say which rule applies."""
_CUT = object()
_TITLES = ("name", "id", "address")
"""Fields that name a record, the best first."""


class Sentences:
    """Makes the sentences of one catalog in one language."""

    def __init__(self, checks: Sequence[CheckRow], voice: Voice) -> None:
        """``checks`` say what they ask about and which limits hold; they are sanitised already."""
        self._voice = voice
        self.facts: tuple[str, ...] = (*FACTS, *ENDPOINT_VARIABLES)
        self.places: Mapping[str, int] = {name: place for place, name in enumerate(self.facts)}
        self._asked = {check.id: _Asked(check) for check in checks}
        self._said = lru_cache(maxsize=100_000)(self._make)

    def of(self, check: str, evidence: Evidence, level: int | None) -> tuple[str, ...]:
        """What an answer of ``check`` rests on, in sentences, on a machine whose systems reach ``level``."""
        asked = self._asked.get(check)
        if asked is None or not evidence:
            return ()
        return self._said(check, evidence, level if asked.by_level else 0)

    def _make(self, check: str, evidence: Evidence, level: int | None) -> tuple[str, ...]:
        asked = self._asked[check]
        said = [self._fact(name, value, asked, level) for name, value in evidence if name in asked.facts and name not in _QUIET]
        return tuple(text for text in said if text)

    def _fact(self, name: str, written: str, asked: "_Asked", level: int | None) -> str:
        value = _parsed(written)
        if value is _CUT:
            return self._named(name, written)
        if name == _CONFLICTS and isinstance(value, list):
            return self._voice.say(msg("{count} contradiction(s)", count=len(value)))
        if isinstance(value, bool):
            shape = (STATED if value else DENIED).get(name)
            return self._voice.say(shape) if shape is not None else self._named(name, written)
        if isinstance(value, int | float):
            limit = asked.limit(name, level)
            return self._beyond(name, value, limit) or self._beside(self._number(name, value), limit)
        if isinstance(value, str):
            word = VALUES.get((name, value))
            return self._voice.say(word) if word is not None else self._named(name, written)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return self._records(name, value, asked, level)
        return self._beside(
            self._named(name, written), asked.limit(name, level), counted=len(value) if isinstance(value, list) else None
        )

    def _number(self, name: str, value: float) -> str:
        shape = (BELOW if value < 0 else SHAPES).get(name) or SHAPES.get(name)
        value = -value if value < 0 and name in BELOW else value
        shown = self._voice.format.number(value) if isinstance(value, int) else str(value)
        if shape is None:
            return self._voice.say(msg("{fact}: {value}", fact=fact_word(name), value=shown))
        return self._voice.say(Message(shape.text, {"value": shown}, shape.context))

    def _named(self, name: str, written: str) -> str:
        said = fact_text(written, self._voice).replace("\n", "; ")
        return self._voice.say(msg("{fact}: {value}", fact=fact_word(name), value=said))

    def _beyond(self, name: str, value: float, limit: "tuple[str, int, int | None] | None") -> str | None:
        """What is over, where more days were asked for: said in days that must be left, because ``ended`` has no least number."""
        if value >= 0 or name not in BELOW or limit is None or limit[0] != ">=":
            return None
        said = self._number(name, value)
        return said if limit[1] <= 0 else self._voice.say(msg("{said}; {count} day(s) must be left", said=said, count=limit[1]))

    def _beside(self, said: str, limit: "tuple[str, int, int | None] | None", counted: int | None = None) -> str:
        """``said`` with its limit; an empty list that has to be empty needs none."""
        if limit is None or limit[:2] == (">", 0) or (limit[0] == "==" and counted == 0):
            return said
        if counted is not None and limit[:2] == ("==", 0):
            return self._voice.say(msg("{said}; there must be none", said=said))
        words = limit_words(*limit)
        return self._voice.say(msg("{said}, limit: {limit}", said=said, limit=words))

    def _records(self, name: str, records: list[dict[str, object]], asked: "_Asked", level: int | None) -> str:
        if name == _LISTENING:
            return self._ports(records)
        if name == _AUDIT:
            records = [record for record in records if record.get("id") in AUDITED]
            if not records:
                return self._voice.say(msg("none of the asked audit categories is recorded"))
        fields = asked.fields.get(name, ())
        ordered = sorted(records, key=lambda record: asked.rank(name, record, level))
        said = "; ".join(self._record(name, record, fields, asked, level) for record in ordered[:MOST_RECORDS])
        if len(ordered) > MOST_RECORDS:
            said = self._voice.say(msg("{first}; and {count} more", first=said, count=len(ordered) - MOST_RECORDS))
        return self._voice.say(msg("{fact}: {value}", fact=fact_word(name), value=said))

    def _record(self, name: str, record: Mapping[str, object], fields: Iterable[str], asked: "_Asked", level: int | None) -> str:
        title = next((str(record[field]) for field in _TITLES if record.get(field)), "–")
        if name == _AUDIT:
            title = self._voice.say(AUDITED[title])
        version = record.get("version")
        parts = [f"{title} {version}" if version else title]
        for field in fields:
            if field in _TITLES or field == "kind" or field not in record:
                continue
            parts.append(self._field(f"{name}[].{field}", field, record[field], asked, level))
        return ", ".join(parts)

    def _field(self, path: str, field: str, value: object, asked: "_Asked", level: int | None) -> str:
        if isinstance(value, bool):
            shape = (FIELD_STATED if value else FIELD_DENIED).get(field)
            if shape is not None:
                return self._voice.say(shape)
        if isinstance(value, int) and not isinstance(value, bool):
            shape = FIELD_SHAPES.get(field)
            shown = self._voice.format.number(value)
            said = (
                self._voice.say(Message(shape.text, {"value": shown}, shape.context))
                if shape is not None
                else f"{self._voice.say(field_word(field))} {shown}"
            )
            return self._beside(said, asked.limit(path, level))
        word = VALUES.get((path, str(value)))
        said = self._voice.say(word) if word is not None else fact_text(orjson.dumps(value).decode(), self._voice)
        return f"{self._voice.say(field_word(field))}: {said}"

    def _ports(self, records: Iterable[Mapping[str, object]]) -> str:
        found: dict[str, list[int]] = {}
        for record in records:
            port = record.get("port")
            if isinstance(port, int):
                found.setdefault(str(record.get("protocol", "")), []).append(port)
        said = "; ".join(f"{protocol} {', '.join(map(str, sorted(set(ports))))}" for protocol, ports in sorted(found.items()))
        return self._voice.say(msg("{fact}: {value}", fact=fact_word(_LISTENING), value=said))


class _Asked:
    """What one check asks about."""

    def __init__(self, check: CheckRow) -> None:
        self.facts = frozenset(name.partition("[]")[0] for name in check.asserted)
        self.fields: dict[str, tuple[str, ...]] = {}
        for name in check.asserted:
            whole, bracket, field = name.partition("[].")
            if bracket:
                self.fields[whole] = (*self.fields.get(whole, ()), field)
        self._limits = {row.fact: row for row in check.limits}
        self.by_level = any(len(row.values) > 1 for row in check.limits)

    def limit(self, name: str, level: int | None) -> tuple[str, int, int | None] | None:
        """Sign, number, and the least where there are both; None where no single number holds."""
        row = self._limits.get(name)
        value = _value(row, level) if row is not None else None
        return None if row is None or value is None else (row.sign, value, row.least)

    def rank(self, name: str, record: Mapping[str, object], level: int | None) -> tuple[bool, bool]:
        """What is out of its limit first, then what is switched on."""
        outside = False
        for field in self.fields.get(name, ()):
            limit, value = self.limit(f"{name}[].{field}", level), record.get(field)
            if limit is not None and isinstance(value, int) and not isinstance(value, bool):
                outside |= not _holds(value, *limit)
        return (not outside, record.get("enabled") is False or record.get("running") is False)


def _value(row: LimitRow, level: int | None) -> int | None:
    if len(row.values) == 1:
        return row.values[0][1]
    if level is None:
        return None
    return next((value for start, value in reversed(row.values) if start <= level), None)


def _holds(value: int, sign: str, limit: int, least: int | None) -> bool:
    if least is not None and value < least:
        return False
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}.get(sign, value == limit)


def limit_words(sign: str, value: int, least: int | None = None) -> Message:
    """``under 7``, ``at most 10``, ``1 to 5``."""
    if least is not None:
        return msg("{least} to {most}", least=least, most=value)
    if sign == "<":
        return msg("under {number}", number=value)
    if sign == "<=":
        return msg("at most {number}", number=value)
    if sign == ">=":
        return msg("at least {number}", number=value)
    if sign == ">":
        return msg("more than {number}", number=value)
    return msg("exactly {number}", number=value)


def _parsed(written: str) -> object:
    """The value of JSON text; of a list of records that was cut, the records that are whole."""
    for text in (written, written[: written.rfind("}") + 1] + "]"):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
    return _CUT
