"""Sightings of one file brought together: which of them are about one machine, and which of those is the newest.

Pure. Says what :func:`secaudit.model.identity.compare` says of every pair without comparing all pairs: equal identifiers are
brought together first. Names are not looked at here: a name alone makes nothing one machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from secaudit.messages import Message, msg
from secaudit.model.identity import Identity
from secaudit.model.intake import Sighting

_NEVER = datetime.min.replace(tzinfo=UTC)
Kind = tuple[bool, bool, bool]
"""Which of UUID, serial number and machine id are known."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Sightings of one machine."""

    sightings: tuple[Sighting, ...]
    """The newest first."""
    identity: Identity
    """What all of them together say."""
    doubt: Message | None = None
    """Why none of them can be believed; None when the newest counts."""

    @property
    def newest(self) -> Sighting:
        """The one that counts."""
        return self.sightings[0]

    @property
    def agency(self) -> str | None:
        """The agency that any of them names; where they name several, there is a doubt."""
        return next((one.agency for one in self.sightings if one.agency is not None), None)

    @property
    def at(self) -> datetime:
        """Moment of the newest, to be compared."""
        return self.newest.at or _NEVER

    @property
    def kind(self) -> Kind:
        """Which identifiers are known."""
        return bool(self.identity.uuid_key), bool(self.identity.serial_key), bool(self.identity.machine_key)


def clusters(sightings: Iterable[Sighting]) -> list[Cluster]:
    """All sightings, those of one machine together; a sighting without identifiers stands alone. The order of rows is nothing."""
    ordered = sorted(sightings, key=lambda one: (len(one.key), one.key))
    groups = _by_firmware(ordered)
    groups = _by_machine_id(groups)
    return [_cluster(group.sightings, group.doubt) for group in groups]


def comparable(one: Kind, other: Kind) -> bool:
    """Whether both know one identifier of the same kind; else nothing says whether they are the same machine."""
    return any(a and b for a, b in zip(one, other, strict=True))


def crowded(found: Sequence[Cluster]) -> list[Cluster]:
    """Of clusters with one name those that may be the machine of another one in the list; ``found`` are no cluster's twins."""
    counts: dict[Kind, int] = {}
    for cluster in found:
        counts[cluster.kind] = counts.get(cluster.kind, 0) + 1
    open_kinds = {
        kind
        for kind in counts
        if any(not comparable(kind, other) and (other != kind or count > 1) for other, count in counts.items())
    }
    return [cluster for cluster in found if cluster.kind in open_kinds]


@dataclass(slots=True)
class _Group:
    """A cluster in the making."""

    sightings: list[Sighting]
    doubt: Message | None = None
    into: "_Group | None" = None
    """The group that took this one."""

    @property
    def kind(self) -> tuple[bool, bool]:
        """Whether a UUID and whether a serial number is known of it."""
        return any(one.identity.uuid_key for one in self.sightings), any(one.identity.serial_key for one in self.sightings)

    @property
    def whole(self) -> "_Group":
        """The group its sightings stand in now."""
        return self if self.into is None else self.into.whole

    def take(self, other: "_Group") -> None:
        """Both are one machine."""
        if other is not self:
            self.sightings += other.sightings
            self.doubt = self.doubt or other.doubt
            other.into = self


def _by_firmware(sightings: Sequence[Sighting]) -> list[_Group]:
    """One serial number, else one UUID; a UUID under several serial numbers is a batch of boards and tells nobody apart."""
    serials: dict[str, _Group] = {}
    owners: dict[str, dict[str, _Group]] = {}
    for one in sightings:
        if serial := one.identity.serial_key:
            group = serials.setdefault(serial, _Group([]))
            group.sightings.append(one)
            if uuid := one.identity.uuid_key:
                owners.setdefault(uuid, {})[serial] = group
    uuids: dict[str, _Group] = {}
    alone: list[_Group] = []
    for one in sightings:
        if one.identity.serial_key:
            continue
        uuid = one.identity.uuid_key
        holders = list(owners.get(uuid, {}).values())
        if not uuid:
            alone.append(_Group([one]))
        elif len(holders) == 1:
            holders[0].sightings.append(one)
        else:
            group = uuids.setdefault(uuid, _Group([], _BATCH if holders else None))
            group.sightings.append(one)
    return [*serials.values(), *uuids.values(), *alone]


def _by_machine_id(groups: Sequence[_Group]) -> list[_Group]:
    """Groups that a machine id makes one: where neither UUIDs nor serial numbers can be compared."""
    holders: dict[str, list[_Group]] = {}
    for group in groups:
        for key in {one.identity.machine_key for one in group.sightings} - {""}:
            holders.setdefault(key, []).append(group)
    for sharing in holders.values():
        found = list({id(group.whole): group.whole for group in sharing}.values())
        bare = [group for group in found if group.kind == (False, False)]
        firm = [group for group in found if group.kind != (False, False)]
        for group in bare:
            if len(firm) > 1:
                group.doubt = _IMAGE
            else:
                (firm or bare)[0].take(group)
        halves = [group for group in firm if not all(group.kind)]
        if len({group.kind for group in halves}) == 2:  # one shows only UUIDs, the other only serial numbers
            if len(firm) == 2:
                firm[0].take(firm[1])
            else:
                for group in halves:
                    group.doubt = _IMAGE
    return [group for group in groups if group.into is None]


def _cluster(sightings: Sequence[Sighting], doubt: Message | None) -> Cluster:
    by_row = sorted(sightings, key=lambda one: (len(one.key), one.key))
    ordered = tuple(sorted(by_row, key=lambda one: one.at or _NEVER, reverse=True))
    identity = ordered[0].identity
    for one in ordered[1:]:
        identity = Identity(
            identity.uuid or one.identity.uuid,
            identity.serial or one.identity.serial,
            identity.machine_id or one.identity.machine_id,
        )
    return Cluster(ordered, identity, doubt or _contradiction(ordered))


def _contradiction(ordered: Sequence[Sighting]) -> Message | None:
    """What the sightings of one machine must not say."""
    if len(ordered) == 1:
        return None
    if len({one.identity.uuid_key for one in ordered} - {""}) > 1:
        return _BOARD
    if len({one.agency for one in ordered} - {None}) > 1:
        return _AGENCIES
    if ordered[0].at == ordered[1].at:
        return _TIE
    return None


_BATCH = msg("its UUID stands with several serial numbers in this file, and it names none: nobody can say which machine it is")
_BOARD = msg("one serial number stands with several UUIDs in this file: which machine it is, is open")
_IMAGE = msg("several machines in this file carry its machine id, as copied images do, and nothing else tells them apart")
_AGENCIES = msg("one machine stands under several agencies in this file: correct its group in the console")
_TIE = msg("this machine stands several times in this file, with the same moment and different content: which is right, is open")
