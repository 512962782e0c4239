"""Rules for mappings of console exports: nothing in them may read more into a list than it says."""

from collections.abc import Collection, Iterator, Mapping

from secaudit.catalog.rules.naming import id_is_stem
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg
from secaudit.model.console import FIELDS, IDENTIFYING, OTHERS, UNKNOWN, WHOSE, EvidenceSource, FieldName, Profile, spelled

_FLAGS = ("true", "false", UNKNOWN)
_NEVER_IMPLIED = ("running", "realtime")
_BITS = 64
_Finding = tuple[Message, Loc, str | None, Message | None]


def sound_consoles(profiles: list[Sourced[Profile]], products: Collection[str]) -> list[Problem]:
    """One meaning for each heading and value, and no statement that a list of machines cannot make."""
    problems = id_is_stem(profiles, lambda profile: profile.id)
    for profile in profiles:
        problems.extend(unsound(profile, products))
    return problems


def unsound(profile: Sourced[Profile], products: Collection[str]) -> Iterator[Problem]:
    """What is wrong with one mapping."""
    value = profile.value
    if value.product is not None and value.product not in products:
        hint = msg("secaudit products list shows all")
        yield profile.problem(msg("There is no such product"), ("product",), found=value.product, hint=hint)
    for find in (_headings, _decisive, _values, _bits, _implied, _directory, _groups):
        for message, loc, found, advice in find(value):
            yield profile.problem(message, loc, found=found, hint=advice)


def _headings(profile: Profile) -> Iterator[_Finding]:
    """A heading has one meaning; only flags may share one, each with words of its own."""
    owners: dict[str, FieldName | None] = {}
    for index, heading in enumerate(profile.mask):
        if spelled(heading) in owners:
            yield msg("The same heading stands twice"), ("mask", index), heading, None
        owners[spelled(heading)] = None
    for name, headings in profile.columns.items():
        seen: set[str] = set()
        for index, heading in enumerate(headings):
            key, loc = spelled(heading), ("columns", name, index)
            if key in seen:
                yield msg("The same heading stands twice"), loc, heading, None
            elif key in owners and not _may_share(owners[key], name):
                other = owners[key] or "mask"
                yield msg("The heading means {other} already", other=literal(other)), loc, heading, None
            seen.add(key)
            owners.setdefault(key, name)
        if not headings:
            yield msg("The field has no heading"), ("columns", name), None, msg("leave the field out")


def _may_share(one: FieldName | None, other: FieldName) -> bool:
    return one is not None and FIELDS[one][0] == FIELDS[other][0] == "flag"


def _decisive(profile: Profile) -> Iterator[_Finding]:
    if not any(profile.columns.get(name) for name in IDENTIFYING):
        hint = msg("name at least one heading for {names}", names=literal(", ".join(IDENTIFYING)))
        yield msg("No column says which machine a row is about"), ("columns",), None, hint
    if not profile.columns.get("last_contact"):
        hint = msg("without the moment of the last contact a row proves nothing; name a heading for last_contact")
        yield msg("No column says when the console last heard of the machine"), ("columns",), None, hint


def _values(profile: Profile) -> Iterator[_Finding]:
    for name, words in profile.values.items():
        kind = FIELDS[name][0]
        if name not in profile.columns:
            yield msg("The field has words and no column"), ("values", name), None, msg("name its headings under columns")
        first: dict[str, str] = {}
        for word, meaning in words.items():
            loc = ("values", name, word)
            if first.setdefault(spelled(word), meaning) != meaning:
                yield msg("The same word means two things"), loc, word, None
            if kind == "flag" and meaning not in _FLAGS:
                yield msg("The meaning must be one of {names}", names=literal(", ".join(_FLAGS))), loc, meaning, None
            if kind == "moment" and meaning != UNKNOWN:
                hint = msg("dates are read by themselves; only words for never stand here, with the meaning unknown")
                yield msg("A word cannot stand for a date"), loc, meaning, hint
            if word == OTHERS and (kind != "flag" or meaning == "true"):
                hint = msg("name the words that prove it; all others may only be false or unknown")
                yield msg("What nobody has seen must not prove anything"), loc, meaning, hint


def _bits(profile: Profile) -> Iterator[_Finding]:
    if bool(profile.bits) != bool(profile.mask):
        message = msg("Bits and the heading of the status mask belong together")
        yield message, ("bits" if profile.bits else "mask",), None, None
    for name, bits in profile.bits.items():
        for bit, meaning in bits.items():
            loc = ("bits", name, bit)
            if not (bit.isascii() and bit.isdigit() and int(bit) < _BITS and str(int(bit)) == bit):
                yield msg("A bit is a number from 0 to {last}", last=_BITS - 1), loc, bit, None
            if FIELDS[name][0] != "flag" or meaning not in ("true", "false"):
                yield msg("A bit means true or false, of a field that can be so"), loc, meaning, None


def _implied(profile: Profile) -> Iterator[_Finding]:
    for name in profile.implies:
        if FIELDS[name][0] != "flag" or name in _NEVER_IMPLIED:
            hint = msg("what runs, a column must say")
            yield msg("Standing in a list does not mean this"), ("implies", name), name, hint


def _directory(profile: Profile) -> Iterator[_Finding]:
    if profile.source is not EvidenceSource.AD:
        return
    told: Mapping[FieldName, object] = {**profile.columns, **profile.implies, **profile.bits}
    for name in told:
        if name not in WHOSE:
            yield msg("A directory knows which machines there are, not how they are protected"), ("columns", name), name, None
    if profile.product is not None:
        yield msg("A directory manages no protection product"), ("product",), profile.product, None


def _groups(profile: Profile) -> Iterator[_Finding]:
    first: dict[str, str] = {}
    for group, agency in profile.groups.items():
        if first.setdefault(spelled(group), agency) != agency:
            yield msg("The same group stands for two agencies"), ("groups", group), group, None
