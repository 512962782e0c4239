"""How far a Windows machine is behind the monthly releases, from its build and revision alone.

Nothing asks Windows Update: updates are cumulative, so that the revision says which releases a machine contains. What the table
cannot know on the day of judging stays unknown. A build that gets no releases any more lacks every later month: the months went
by and their fixes are not on the machine, whether or not anybody could have got them.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType

from secaudit.model.fact import FactSet, FactValue, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, Update, UpdateTable

LEVEL = "patch.level"
BEHIND = "patch.releases_behind"
DUE = "patch.due"
SURELY_MANY = 12
"""Of a machine older than the table only "at least so many" is known; from this number on no check can hang on the rest."""
_TUESDAY = 1
_ABSENT = ""
"""Stands for a fact that is not there."""
_BASELINES = ("01", "04", "07", "10")
"""Months whose release needs a restart on hotpatched machines too: no hotpatch can stand for it."""


def patch_level(facts: FactSet, knowledge: Knowledge, today: date) -> Mapping[str, FactValue]:
    """The three facts as of ``today``."""
    marks = tuple(map(_mark, map(facts.get, _MARKS)))
    if None in marks:
        return _patch_level(facts, knowledge, today)
    return _remembered(marks, _Itself(knowledge), today)


_MARKS = ("os.id", "os.build", "os.revision")
"""All that the three facts are counted from."""


def _mark(fact: FactValue | None) -> Hashable:
    """Equal exactly for equal facts; None for one that cannot be compared. Thousands of machines have one and the same build."""
    if isinstance(fact, Known):
        return (type(fact.value), fact.value, fact.section) if type(fact.value) in (str, int) else None
    return fact or _ABSENT


class _Itself:
    """Knowledge that is equal to itself alone: looking through all its rows would take longer than what is to be spared."""

    __slots__ = ("knowledge",)

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.knowledge is other.knowledge

    def __hash__(self) -> int:
        return id(self.knowledge)


@lru_cache(maxsize=2048)
def _remembered(marks: tuple[Hashable, ...], knowledge: _Itself, today: date) -> Mapping[str, FactValue]:
    facts: dict[str, FactValue] = {}
    for name, mark in zip(_MARKS, marks, strict=True):
        if isinstance(mark, tuple):
            facts[name] = Known(mark[1], mark[2])
        elif isinstance(mark, Missing):
            facts[name] = mark
    return MappingProxyType(dict(_patch_level(facts, knowledge.knowledge, today)))


def _patch_level(facts: FactSet, knowledge: Knowledge, today: date) -> Mapping[str, FactValue]:
    place = _place(facts, knowledge, today)
    if isinstance(place, Missing):
        return dict.fromkeys((LEVEL, BEHIND, DUE), place)
    return {LEVEL: place.level(), BEHIND: place.behind(), DUE: place.due()}


def patch_tuesday(year: int, month: int) -> date:
    """Second Tuesday: the day of the monthly release."""
    first = date(year, month, 1)
    return first + timedelta(days=(_TUESDAY - first.weekday()) % 7 + 7)


def newest_due(today: date, grace_days: int) -> str:
    """Month of the newest monthly release whose grace window is over on ``today``."""
    year, month = today.year, today.month
    while (today - patch_tuesday(year, month)).days <= grace_days:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return f"{year:04}-{month:02}"


def is_stale(table: UpdateTable, today: date) -> bool:
    """The table does not know the newest release that is owed: nobody can be called up to date by it."""
    known = max((one.month for one in table.updates if one.kind == "security"), default="")
    return known < newest_due(today, table.grace_days)


def _place(facts: FactSet, knowledge: Knowledge, today: date) -> "_Place | Missing":
    for name in ("os.id", "os.build"):
        value = facts.get(name, Missing(MissingReason.ABSENT))
        if isinstance(value, Missing):
            return Missing(value.reason, value.section, "the build is not known")
    system, build = facts["os.id"], facts["os.build"]
    assert isinstance(system, Known)
    assert isinstance(build, Known)
    tables = [
        table
        for table in knowledge.updates
        if any(update.os == system.value and update.build == build.value for update in table.updates)
    ]
    if not tables:
        return Missing(MissingReason.UNSUPPORTED, build.section, f"no releases of {system.value} {build.value} are known")
    revision = facts.get("os.revision", Missing(MissingReason.ABSENT))
    if isinstance(revision, Missing):
        return Missing(revision.reason, revision.section, "the revision of the build is not known")
    if not isinstance(revision.value, int) or not isinstance(build.value, int):
        return Missing(MissingReason.ERROR, revision.section, "build and revision are no numbers")
    table = max(tables, key=lambda one: one.as_of)
    return _Place(table, knowledge, today, str(system.value), build.value, revision.value, revision.section)


@dataclass(frozen=True)
class _Place:
    """A machine's revision among the releases of its build."""

    table: UpdateTable
    knowledge: Knowledge
    today: date
    os: str
    build: int
    revision: int
    section: str

    @cached_property
    def rows(self) -> list[Update]:
        """Everything published for the build."""
        return [one for one in self.table.updates if one.os == self.os and one.build == self.build]

    @cached_property
    def releases(self) -> dict[str, Update]:
        """Month -> monthly release of the build."""
        return {one.month: one for one in sorted(self.rows, key=lambda row: row.month) if one.kind == "security"}

    @cached_property
    def months(self) -> dict[str, date]:
        """Month -> day of publication, of every monthly release there was for any build since this one has had its first."""
        first = min(self.releases, default="9999")
        days: dict[str, date] = {}
        for one in self.table.updates:
            if one.kind == "security" and one.month >= first:
                days[one.month] = min(one.date, days.get(one.month, one.date))
        return dict(sorted(days.items()))

    @cached_property
    def hotpatched_to(self) -> str:
        """Month of the hotpatch the machine runs; empty for none."""
        return max((one.month for one in self.rows if one.kind == "hotpatch" and one.revision == self.revision), default="")

    def contains(self, month: str) -> bool | None:
        """The release of ``month`` is on the machine; None when the table cannot say."""
        if month <= self.hotpatched_to:
            return True
        release = self.releases.get(month)
        if release is not None:
            return self.revision >= release.revision
        if any(self.revision >= one.revision for later, one in self.releases.items() if later > month):
            return True  # cumulative: who has a later release has this one
        if any(self.revision <= one.revision for one in self.rows if one.month < month):
            return False  # it stands at something older
        return None if self._served(self.months[month]) else False

    def level(self) -> FactValue:
        """Month of the newest release the machine contains."""
        newest = max(self.rows, key=lambda one: one.revision)
        if self.revision > newest.revision and self._untold(max(self.releases, default="")):
            return self._stale()
        if self._may_be_hotpatch():
            return self._unlisted()
        found = max((month for month in self.months if self.contains(month)), default=None)
        if found is None:
            return Missing(MissingReason.UNSUPPORTED, self.section, f"revision {self.revision} is older than the table")
        return Known(found, self.section)

    def behind(self) -> FactValue:
        """Monthly releases past the grace window that are not on the machine."""
        due = self._due_months()
        if due is None:
            return self._stale()
        held = {month: self.contains(month) for month in due}
        if None in held.values():
            gap = next(month for month, answer in held.items() if answer is None)
            detail = f"the table has no release of {gap} for build {self.build}"
            return Missing(MissingReason.UNSUPPORTED, self.section, detail)
        lacking = [month for month, answer in held.items() if not answer]
        if lacking and self._may_be_hotpatch():
            return self._unlisted()
        oldest = min(one.revision for one in self.rows)
        if self.revision < oldest and len(lacking) < SURELY_MANY:
            return Missing(MissingReason.UNSUPPORTED, self.section, f"revision {self.revision} is older than the table")
        return Known(len(lacking), self.section)

    def due(self) -> FactValue:
        """Month and package of the newest release past the grace window that exists for the build."""
        months = self._due_months()
        if months is None:
            return self._stale()
        mine = [month for month in months if month in self.releases or self._served(self.months[month])]
        if not mine:
            return Missing(MissingReason.ABSENT, self.section, "no release is past its grace window")
        release = self.releases.get(mine[-1])
        package = f" {release.kb}" if release is not None and release.kb else ""
        return Known(mine[-1] + package, self.section)

    def _due_months(self) -> list[str] | None:
        """Months past the grace window, oldest first; None when the newest of them is not in the table."""
        if is_stale(self.table, self.today):
            return None
        grace = self.table.grace_days
        return [month for month, day in self.months.items() if (self.today - day).days > grace]

    def _untold(self, month: str) -> bool:
        """A monthly release came out after that of ``month`` that the table does not know."""
        present = f"{self.today.year:04}-{self.today.month:02}"
        if self.today < patch_tuesday(self.today.year, self.today.month):
            last = self.today.replace(day=1) - timedelta(days=1)
            present = f"{last.year:04}-{last.month:02}"
        return present > month

    def _served(self, day: date) -> bool:
        """Somebody with this build still got releases on ``day``; a build of unknown end is taken to be served."""
        ends = [
            max(one.ends, one.extended_ends or one.ends)
            for table in self.knowledge.lifecycle
            for one in table.releases
            if one.os == self.os and one.build == self.build
        ]
        return max(ends, default=date.max) >= day

    def _may_be_hotpatch(self) -> bool:
        """The revision is not in the table and may be the next release, taken without a restart."""
        if self.build not in self.table.hotpatched or any(one.revision == self.revision for one in self.rows):
            return False
        following = next((month for month, one in self.releases.items() if one.revision > self.revision), "")
        return bool(following) and following[-2:] not in _BASELINES

    def _unlisted(self) -> Missing:
        detail = f"revision {self.revision} is not in the table: it may be a hotpatch"
        return Missing(MissingReason.UNSUPPORTED, self.section, detail)

    def _stale(self) -> Missing:
        return Missing(MissingReason.STALE, self.section, f"the table of releases is of {self.table.as_of.isoformat()}")
