"""Which machine it is: what its firmware and its system say of themselves, and whether two such statements are about one machine.

Pure, and the only place that decides it. ``docs/reach.md`` ("Which machine answered") explains the table to people:

=============  =============  =============  ==========================================================================
SMBIOS UUID    serial number  machine id     the two are
=============  =============  =============  ==========================================================================
equal          not different  any            the same machine; a reinstalled system has a new machine id
equal          different      any            two machines: makers write one UUID into whole batches of boards
different      equal          any            open: a new main board into which the old serial number was written
different      not equal      any            two machines; images that were copied carry one machine id to all of them
not both       equal          any            the same machine
not both       different      any            two machines
not both       not both       equal          the same machine, as far as anybody can tell
not both       not both       different      two machines, or one whose system was installed again
not both       not both       not both       open
=============  =============  =============  ==========================================================================

What one side does not know never decides: *not both* is a missing value on either side. A machine in the hands of an attacker
can say what it likes; what keeps strangers out is the host key, this keeps honest mistakes apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar

from secaudit.model.fact import FactSet, Known

MOST_TWINS = 20
"""Other machines named for one; a thousand clones need not be told a thousand times."""
TEXT_LIMIT = 60
"""Characters kept of an identifier: what a hostile machine sends as one has no right to be longer."""


class Likeness(StrEnum):
    """What two statements of identity say about each other."""

    SAME = "same"
    OTHER = "other"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Identity:
    """Identifiers as they were said; empty is not known. Fillers of makers count as not known and never come in here."""

    uuid: str = ""
    serial: str = ""
    machine_id: str = ""

    @classmethod
    def of_facts(cls, facts: FactSet | None) -> "Identity":
        """What an answer says of the machine it came from."""
        return cls(*(_said(facts or {}, name) for name in ("machine.uuid", "machine.serial", "machine.id")))

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.uuid or self.serial or self.machine_id)

    @property
    def uuid_key(self) -> str:
        """One spelling of the UUID.

        The first three groups are stored with swapped bytes by old firmware and shown either way, so that Windows and Linux
        on one machine may differ: the smaller of both readings stands for either.
        """
        digits = "".join(char for char in self.uuid.lower() if char in "0123456789abcdef")
        if len(digits) != 32:
            return self.uuid.strip().casefold()
        swapped = _swapped(digits[:8]) + _swapped(digits[8:12]) + _swapped(digits[12:16]) + digits[16:]
        return min(digits, swapped)

    @property
    def serial_key(self) -> str:
        """One spelling of the serial number: people and tools differ in case and spaces."""
        return "".join(self.serial.split()).casefold()

    @property
    def machine_key(self) -> str:
        """One spelling of the machine id."""
        return "".join(char for char in self.machine_id.casefold() if char.isalnum())

    def __str__(self) -> str:
        """For a detail: what is known, named."""
        named = (("UUID", self.uuid), ("S/N", self.serial), ("machine-id", self.machine_id))
        return ", ".join(f"{name} {value}" for name, value in named if value) or "nothing known"


NOTHING_KNOWN = Identity()
DECLARED: Final = "declared"
SEEN_BEFORE: Final = "seen before"
BETTER: Final = "better evidence"
"""What an identity that is contradicted rests on."""


def _said(facts: FactSet, name: str) -> str:
    fact = facts.get(name)
    return fact.value.strip()[:TEXT_LIMIT] if isinstance(fact, Known) and isinstance(fact.value, str) else ""


def _swapped(digits: str) -> str:
    return "".join(reversed([digits[at : at + 2] for at in range(0, len(digits), 2)]))


def compare(one: Identity, other: Identity) -> Likeness:
    """Whether both are about one machine, after the table of this module; symmetric."""
    uuid, serial = _equal(one.uuid_key, other.uuid_key), _equal(one.serial_key, other.serial_key)
    if uuid is not None:
        if uuid:
            return Likeness.OTHER if serial is False else Likeness.SAME
        return Likeness.OPEN if serial else Likeness.OTHER
    decides = serial if serial is not None else _equal(one.machine_key, other.machine_key)
    if decides is None:
        return Likeness.OPEN
    return Likeness.SAME if decides else Likeness.OTHER


def _equal(one: str, other: str) -> bool | None:
    return one == other if one and other else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a machine before it answers."""

    declared: Identity = Identity()
    """From the inventory."""
    earlier: Identity = Identity()
    """From the newest answer that was counted as this machine's."""

    def contradicted_by(self, seen: Identity) -> tuple[str, Identity] | None:
        """The basis (``declared`` or ``seen before``) and identity that say it is another machine; None when nothing does.

        What people declared decides where it can be compared: who replaces a machine and writes down the new serial number
        has said everything. Only else the earlier answer is asked.
        """
        likeness = compare(self.declared, seen)
        if likeness is Likeness.OTHER:
            return DECLARED, self.declared
        if likeness is Likeness.OPEN and compare(self.earlier, seen) is Likeness.OTHER:
            return SEEN_BEFORE, self.earlier
        return None


def twins_of(identities: Mapping[str, Identity]) -> dict[str, tuple[str, ...]]:
    """Name -> other names (sorted, at most MOST_TWINS) that are the same machine; names without any are left out.

    Says what :func:`compare` says of every pair, without comparing all pairs: equal identifiers are brought together first,
    so that 20,000 machines, or 20,000 clones, take no longer than they must.
    """
    found: dict[str, set[str]] = {}
    for bucket in _buckets(identities, lambda identity: identity.uuid_key):
        parts = _parts(bucket, lambda identity: identity.serial_key)
        for serial, names in parts.items():
            _note(found, names, parts.values() if not serial else (names, parts.get("", ())))
    for bucket in _buckets(identities, lambda identity: identity.serial_key):
        shapes = _parts(bucket, lambda identity: bool(identity.uuid_key))
        for has_uuid, names in shapes.items():
            _note(found, names, (shapes.get(False, ()),) if has_uuid else shapes.values())
    for bucket in _buckets(identities, lambda identity: identity.machine_key):
        kinds = _parts(bucket, lambda identity: (bool(identity.uuid_key), bool(identity.serial_key)))
        for known, names in kinds.items():
            _note(
                found, names, (some for kind, some in kinds.items() if not any(a and b for a, b in zip(known, kind, strict=True)))
            )
    return {name: tuple(sorted(twins)[:MOST_TWINS]) for name, twins in sorted(found.items())}


_Key = TypeVar("_Key")


def _buckets(identities: Mapping[str, Identity], key: Callable[[Identity], str]) -> list[dict[str, Identity]]:
    """Machines that share an identifier, names sorted."""
    buckets: dict[str, dict[str, Identity]] = {}
    for name in sorted(identities):
        value = key(identities[name])
        if value:
            buckets.setdefault(value, {})[name] = identities[name]
    return [bucket for bucket in buckets.values() if len(bucket) > 1]


def _parts(bucket: Mapping[str, Identity], key: Callable[[Identity], _Key]) -> dict[_Key, list[str]]:
    parts: dict[_Key, list[str]] = {}
    for name, identity in bucket.items():
        parts.setdefault(key(identity), []).append(name)
    return parts


def _note(found: dict[str, set[str]], names: Iterable[str], groups: Iterable[Sequence[str]]) -> None:
    """Everybody in ``groups`` is the same machine as each of ``names``."""
    # One more than needed, because a name meets itself.
    others = tuple(islice((other for group in groups for other in group), MOST_TWINS + 1))
    for name in names:
        twins = [other for other in others if other != name]
        if twins:
            found.setdefault(name, set()).update(twins)
