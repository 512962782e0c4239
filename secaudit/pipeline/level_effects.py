"""What hangs on a level: requirements of the standard, checks with their values, who appraises and approves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from secaudit.expr import Compiler
from secaudit.model.catalog import Catalog
from secaudit.model.check import Check, Parameter
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, Known
from secaudit.model.level import Classification
from secaudit.model.procedure import Authority
from secaudit.model.requirement import Requirement, Standard

Asked = Literal["no", "maybe", "yes"]
"""``maybe``: at some of the levels that are still possible."""
_LEVEL = "endpoint.level"
_NONE = 0
"""Stands for no level: what is asked at every possible level may still not be asked."""
_ALL = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Moved:
    """Something that is asked otherwise than before."""

    id: str
    before: Asked
    after: Asked


@dataclass(frozen=True)
class ChangedValue:
    """A parameter of a check that has other values than before; several while the level is open."""

    check: str
    parameter: str
    before: tuple[Parameter, ...]
    after: tuple[Parameter, ...]


def levels_asked(item: Classification) -> tuple[int, ...]:
    """The levels whose lists may apply; with no level among them where no clause is proven to match."""
    return item.possible if item.lowest is not None else (_NONE, *(item.possible or _ALL))


class LevelEffects:
    """The catalog by levels, as of one day."""

    def __init__(self, catalog: Catalog, day: date) -> None:
        """Which standard and which procedure hold is a matter of the day."""
        self.standard: Standard | None = catalog.standard(day)
        self._procedure = catalog.law.procedure(day)
        self._checks = catalog.checks
        self._applied: dict[int, frozenset[str]] = {}

    def authorities(self, levels: Iterable[int]) -> tuple[Authority, ...]:
        """Who decides at the levels that are possible, the lowest first; one where all agree."""
        if self._procedure is None:
            return ()
        found: dict[tuple[int, ...], Authority] = {}
        for level in sorted(levels):
            authority = self._procedure.authority(level)
            if authority is not None:
                found.setdefault(authority.levels, authority)
        return tuple(found.values())

    def requirements(self, before: Sequence[int], after: Sequence[int]) -> tuple[Moved, ...]:
        """Requirements that come or go, in the standard's order."""
        if self.standard is None:
            return ()
        return _moved([one.id for one in self.standard.requirements], self._required, before, after)

    def requirement(self, name: str) -> Requirement:
        """A requirement named by :meth:`requirements`."""
        found = None if self.standard is None else self.standard.requirement(name)
        assert found is not None
        return found

    def open_rows(self, levels: Iterable[int]) -> dict[int, int | None]:
        """Levels of whose list not every row is held here, and how many; None where nobody knows how many rows there are."""
        if self.standard is None:
            return {}
        rows = {level: self.standard.open_rows(level) for level in sorted(levels) if level != _NONE}
        return {level: count for level, count in rows.items() if count != 0}

    def checks(self, before: Sequence[int], after: Sequence[int]) -> tuple[Moved, ...]:
        """Checks that come or go on the machines of the system."""
        return _moved(sorted(self._checks), self._applying, before, after)

    def values(self, before: Sequence[int], after: Sequence[int]) -> tuple[ChangedValue, ...]:
        """Parameters with other values, of checks that apply before and after."""
        found = []
        for check in self._checks.values():
            if check.param_by_level and check.id in self._any(before) & self._any(after):
                found += [
                    ChangedValue(check.id, name, was, now)
                    for name in check.param
                    if (was := _values(check, name, before)) != (now := _values(check, name, after)) and was and now
                ]
        return tuple(found)

    def _any(self, levels: Sequence[int]) -> frozenset[str]:
        return frozenset().union(*(self._applying(level) for level in levels))

    def _required(self, level: int) -> frozenset[str]:
        return frozenset() if self.standard is None else frozenset(one.id for one in self.standard.at(level))

    def _applying(self, level: int) -> frozenset[str]:
        """Checks that a machine of this level may be asked; what else ``when`` needs is left open."""
        if level == _NONE:
            return frozenset(check.id for check in self._checks.values() if _LEVEL not in check.when)
        if level not in self._applied:
            compiler = Compiler([*FACTS.values(), *ENDPOINT_VARIABLES.values()])
            bound = compiler.bind({_LEVEL: Known(level, "level")})
            found = set()
            for check in self._checks.values():
                expression = compiler.compile(check.when, params=check.params_at(level)) if _LEVEL in check.when else None
                if expression is None or expression.evaluate(bound).truth is not False:
                    found.add(check.id)
            self._applied[level] = frozenset(found)
        return self._applied[level]


def _values(check: Check, name: str, levels: Sequence[int]) -> tuple[Parameter, ...]:
    return tuple(dict.fromkeys(check.params_at(level)[name] for level in sorted(levels) if level != _NONE))


def _moved(
    names: Iterable[str], held: Callable[[int], frozenset[str]], before: Sequence[int], after: Sequence[int]
) -> tuple[Moved, ...]:
    was = [held(level) for level in before]
    now = [held(level) for level in after]
    states: Mapping[str, tuple[Asked, Asked]] = {name: (_asked(name, was), _asked(name, now)) for name in names}
    return tuple(Moved(name, one, other) for name, (one, other) in states.items() if one != other)


def _asked(name: str, held: Sequence[frozenset[str]]) -> Asked:
    count = sum(name in members for members in held)
    if not count:
        return "no"
    return "yes" if count == len(held) else "maybe"
