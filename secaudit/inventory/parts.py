"""One file of the inventory as read, and remarks about it that become problems once everything was looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from secaudit.errors import Problem
from secaudit.messages import Message, msg
from secaudit.model.inventory import AgencyFile, Endpoint, ProvinceFile
from secaudit.model.paper import AttestationFile, WaiverFile
from secaudit.model.session import SessionFile
from secaudit.model.system import System
from secaudit.source import Loc, YamlFile, field_text, more_problems, shown

W = TypeVar("W", bound=BaseModel)


@dataclass(frozen=True)
class Part(Generic[W]):
    """A file of which enough could be read."""

    file: YamlFile
    model: W
    kept: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Indexes in the file of the items of a list from which wrong ones were left out."""

    def at(self, name: str, index: int, *more: str | int) -> Loc:
        """Place in the file of an item of a top-level list of the model."""
        kept = self.kept.get(name)
        return (name, kept[index] if kept is not None else index, *more)


def is_copy(one: "AnyPart", other: "AnyPart") -> bool:
    """Two files of one agency: a copy of the file, said once and not again for everything in it."""
    if one is other or not isinstance(one.model, AgencyFile) or not isinstance(other.model, AgencyFile):
        return False
    return one.model.agency.id == other.model.agency.id


AgencyPart = Part[AgencyFile]
ProvincePart = Part[ProvinceFile]
SessionPart = Part[SessionFile]
AttestationPart = Part[AttestationFile]
WaiverPart = Part[WaiverFile]
AnyPart = AgencyPart | ProvincePart | SessionPart | AttestationPart | WaiverPart


@dataclass(frozen=True)
class Known:
    """Ids that stand anywhere in the files, those of items with problems included: references are held against these."""

    agencies: frozenset[str]
    shared: frozenset[str]
    systems: frozenset[str]
    """Shared ones included."""
    endpoints: frozenset[str]
    complete: bool
    """False when a file could not be read at all: then a missing id proves nothing."""
    unread: frozenset[str] = frozenset()
    """Names, without ending, of the files that could not be read or that name no agency."""


@dataclass(frozen=True)
class Declared:
    """All parts together."""

    province: ProvincePart | None
    agencies: Sequence[AgencyPart]
    known: Known
    sessions: Sequence[SessionPart] = ()
    attestations: Sequence[AttestationPart] = ()
    waivers: Sequence[WaiverPart] = ()

    def systems(self) -> Iterable[tuple[AnyPart, Loc, System]]:
        """Every system with its file and place, shared ones first."""
        if self.province is not None:
            for index, system in enumerate(self.province.model.shared_systems):
                yield self.province, self.province.at("shared_systems", index), system
        for part in self.agencies:
            for index, system in enumerate(part.model.systems):
                yield part, part.at("systems", index), system

    def endpoints(self) -> Iterable[tuple[AgencyPart, Loc, Endpoint]]:
        """Every endpoint with its file and place."""
        for part in self.agencies:
            for index, endpoint in enumerate(part.model.endpoints):
                yield part, part.at("endpoints", index), endpoint


@dataclass(frozen=True, slots=True)
class Remark:
    """Something wrong at a place; line numbers are worked out only when it is shown."""

    part: AnyPart
    loc: Loc
    message: Message
    found: str | None = None
    expected: Message | None = None
    hint: Message | None = None
    of_key: bool = False
    other: tuple[AnyPart, Loc] | None = None
    """The place the message calls ``{place}``."""

    def problem(self) -> Problem:
        """The remark with line and column."""
        line, column = self.part.file.position(self.loc, of_key=self.of_key)
        message = self.message
        other = None
        if self.other is not None:
            there, loc = self.other
            other = there.file.path, field_text(loc)
            place = f"{there.file.path}:{there.file.position(loc)[0]}"
            message = replace(message, params={**message.params, "place": place})
        found = None if self.found is None else shown(self.found)
        return Problem(
            message,
            self.part.file.path,
            line,
            column,
            field=field_text(self.loc) or None,
            found=found,
            expected=self.expected,
            hint=self.hint,
            other=other,
        )


def problems_from(remarks: Iterable[Remark]) -> list[Problem]:
    """Problems in the order of the files, at most as many per file as its limits allow."""
    by_path: dict[str, list[Remark]] = {}
    for remark in remarks:
        by_path.setdefault(remark.part.file.path, []).append(remark)
    problems: list[Problem] = []
    for path, found in by_path.items():
        limit = found[0].part.file.limits.max_problems
        problems += [remark.problem() for remark in found[:limit]]
        if len(found) > limit:
            problems.append(more_problems(path, len(found) - limit))
    return problems


CORRECT_OR_ADD = msg("correct the id, or declare it")
