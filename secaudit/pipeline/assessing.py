"""How the systems of a province stand against the standard, in the order in which they are shown."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from secaudit.messages import Message
from secaudit.model.assessment import Conflict, Fulfilment, SystemAssessment
from secaudit.model.paper import Waiver
from secaudit.model.requirement import Standard
from secaudit.pipeline.measuring import Measured


@dataclass(frozen=True, slots=True)
class Standing:
    """One system: its assessment, or why there is none."""

    system: str
    name: str
    agency: str
    """Id of the owning agency; the province's own where no agency owns it."""
    agency_name: str
    assessment: SystemAssessment | None
    unassessed: Message | None = None
    conflicts: tuple[Conflict, ...] = ()
    waivers: tuple[str, ...] = ()
    """Ids of exceptions that act on it."""

    def count(self, fulfilment: Fulfilment) -> int:
        """Requirements with this answer; none without an assessment."""
        return self.assessment.count(fulfilment) if self.assessment is not None else 0

    @property
    def excused(self) -> int:
        """Failures of which everything is excused for a time; they are not met all the same."""
        return sum(1 for result in self.assessment.failing if result.waived) if self.assessment is not None else 0

    @property
    def unanswered(self) -> int:
        """Rows nobody can speak of: unknown ones and those that are not held; one where nothing is assessed at all."""
        if self.assessment is None:
            return 1
        return self.assessment.count(Fulfilment.UNKNOWN) + (1 if self.assessment.open_rows is None else self.assessment.open_rows)


def standings(
    measured: Measured,
    *,
    systems: Collection[str] = (),
    agencies: Collection[str] = (),
    level: int | None = None,
) -> tuple[Standing, ...]:
    """Systems in use, the highest level first, those with most failures first; the chosen ones only.

    Stopped systems and those that hold state secrets come last, with the reason why nothing is said of them.
    """
    inventory = measured.province.inventory
    names = {file.agency.id: file.agency.name for file in inventory.agencies}
    province = inventory.province.province
    of_system: dict[str, list[Conflict]] = {}
    for conflict in measured.conflicts:
        of_system.setdefault(conflict.system, []).append(conflict)
    found: list[Standing] = []
    for name in (*measured.assessments, *measured.unassessed):
        owner = inventory.owner_of_system.get(name, "")
        agency = owner if owner in names else province.id
        assessment = measured.assessments.get(name)
        if (systems and name not in systems) or (agencies and agency not in agencies):
            continue
        if level is not None and (assessment is None or assessment.level != level):
            continue
        acting = dict.fromkeys(one for result in assessment.results for one in result.waivers) if assessment else {}
        found.append(
            Standing(
                name, inventory.systems[name].name, agency, names.get(agency, province.name), assessment,
                measured.unassessed.get(name), tuple(of_system.get(name, ())), tuple(acting),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=_weight))


def _weight(one: Standing) -> tuple[int, int, int, str, str]:
    level = one.assessment.level if one.assessment is not None else 0
    failing = one.count(Fulfilment.NOT_MET) + one.count(Fulfilment.PARTLY)
    return (-level, -failing, -one.count(Fulfilment.UNKNOWN), one.name, one.system)


def standard_of(measured: Measured) -> Standard | None:
    """The standard that the assessments follow; the same for all of one day."""
    used = {one.standard for one in measured.assessments.values()}
    return next((one for one in measured.province.catalog.standards if one.id in used), None)


def waivers_acting(measured: Measured, shown: Collection[Standing]) -> tuple[tuple[Waiver, int], ...]:
    """Each exception that acts on the systems shown, and on how many requirements of theirs it does."""
    counts = Counter(
        one for standing in shown if standing.assessment for result in standing.assessment.results for one in result.waivers
    )
    return tuple((one, counts[one.id]) for one in measured.province.inventory.waivers if counts[one.id])
