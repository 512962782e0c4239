"""One page that can be mailed whatever the province's size: what it leaves out, in which order, and that it says so.

First go details of machines with nothing wrong, then the machines' own words, then all details of machines, then machines and
what is said of each system. Figures, agencies and what each target needs always stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from secaudit.messages import Message, msg
from secaudit.model.finding import Verdict
from secaudit.report.document import Figure, MachineRow, Obstacle, ReportDocument, TargetRow
from secaudit.report.figure import NOBODY
from secaudit.report.found import ComparisonRow
from secaudit.report.html import SYSTEMS_CUT
from secaudit.report.standing import StandardPart

MOST_BYTES = 1_950_000
"""Of the page."""
MOST_MACHINES = 2500
"""Machines up to which it is worth trying to name each."""
MOST_SYSTEMS = 400
"""Systems that are named where not all can be; the highest levels first."""
MOST_NAMES = 30
"""Agencies named beside an obstacle where not all can be."""
_DETAILED = 250
"""Machines with verdicts of which more than these never fit with everything that is known of them."""

Cut = Callable[[ReportDocument], ReportDocument]


def fitting(document: ReportDocument, *, without_machines: bool = False) -> Iterator[ReportDocument]:
    """The document, then ever smaller ones, each saying what it leaves out.

    ``without_machines``: the document was made without them, because a page could never name them all.
    """
    detailed = sum(1 for machine in document.machines if machine.verdicts)
    cuts: tuple[tuple[Message, Cut, bool], ...] = (
        (msg("details of machines on which nothing is wrong"), _without_sound, detailed <= 2 * _DETAILED),
        (msg("the machines' own answers"), _without_sections, detailed <= 2 * _DETAILED),
        (msg("verdicts and observed values of each machine"), _without_details, len(document.machines) <= MOST_MACHINES),
        (_LISTS, _without_machines, True),
        (msg("new machines, and what answers in each network"), _without_networks, True),
        (msg("the requirements of each system"), _without_groups, True),
        (msg("the answers and questions behind each level"), _without_answers, True),
        (Message(SYSTEMS_CUT.text, {"count": MOST_SYSTEMS}), _without_systems, True),
        (msg("what each agency has to do, and names of agencies in long lists"), _without_actions, True),
        (msg("how each system stands against the technical standard"), _without_standings, True),
    )
    left_out: list[Message] = []
    if without_machines:
        left_out, document = [_LISTS], _without_machines(document)
        yield replace(document, left_out=(_LISTS,))
    elif detailed <= _DETAILED:
        yield document
    for words, cut, worth_trying in cuts:
        smaller = cut(document)
        if smaller != document:
            left_out.append(words)
            document = smaller
            if worth_trying:
                yield replace(document, left_out=tuple(left_out))


_LISTS = msg("the lists of machines")


def _each_machine(document: ReportDocument, cut: Callable[[MachineRow], MachineRow]) -> ReportDocument:
    return replace(document, machines=tuple(map(cut, document.machines)))


def _bare(machine: MachineRow) -> MachineRow:
    """Its line, and the way into the store."""
    return replace(machine, facts=(), verdicts=(), sections=(), conflicts=(), beside=())


def _without_sound(document: ReportDocument) -> ReportDocument:
    def cut(machine: MachineRow) -> MachineRow:
        return machine if any(row.verdict is Verdict.FAIL for row in machine.verdicts) else _bare(machine)

    return _each_machine(document, cut)


def _without_sections(document: ReportDocument) -> ReportDocument:
    return _each_machine(document, lambda machine: replace(machine, sections=()))


def _without_details(document: ReportDocument) -> ReportDocument:
    return _each_machine(document, _bare)


def _without_machines(document: ReportDocument) -> ReportDocument:
    recheck, part = document.recheck, document.standard
    return replace(
        document,
        targets=tuple(map(_without_members, document.targets)),
        visits=(),
        unseen=(),
        machines=(),
        held=(),
        comparisons=tuple(map(_unlinked, document.comparisons)),
        recheck=None if recheck is None else replace(recheck, different=(), elsewhere=(*recheck.different, *recheck.elsewhere)),
        standard=None
        if part is None
        else replace(part, contradictions=tuple(replace(c, machines=()) for c in part.contradictions)),
    )


def _unlinked(row: ComparisonRow) -> ComparisonRow:
    """An agency's networks, with names in place of links to machines."""
    found = tuple(replace(one, machine=None, name=" · ".join(filter(None, (one.machine, one.name)))) for one in row.found)
    return replace(row, found=found, silent=())


def _without_networks(document: ReportDocument) -> ReportDocument:
    agencies = tuple(replace(row, newcomers=0) for row in document.agencies)
    return replace(document, comparisons=(), newcomers=(), agencies=agencies)


def _without_members(target: TargetRow) -> TargetRow:
    if target.population != "endpoints":
        return target
    under = tuple(replace(sub, members=NOBODY, figure=_nameless(sub.figure)) for sub in target.under)
    return replace(target, members=NOBODY, figure=_nameless(target.figure), under=under)


def _nameless(figure: Figure) -> Figure:
    return replace(
        figure,
        grades=tuple(replace(part, members=()) for part in figure.grades),
        apart=tuple(replace(part, members=()) for part in figure.apart),
    )


def _of_standard(document: ReportDocument, cut: Callable[[StandardPart], StandardPart]) -> ReportDocument:
    return document if document.standard is None else replace(document, standard=cut(document.standard))


def _without_groups(document: ReportDocument) -> ReportDocument:
    def cut(part: StandardPart) -> StandardPart:
        return replace(part, asked=(), standings=tuple(replace(row, groups=(), notes=()) for row in part.standings))

    return _of_standard(document, cut)


def _without_answers(document: ReportDocument) -> ReportDocument:
    systems = tuple(replace(row, inputs=(), questions=(), obligations=(), pending=()) for row in document.systems)
    return replace(document, systems=systems)


def _without_systems(document: ReportDocument) -> ReportDocument:
    kept = document.systems[:MOST_SYSTEMS]
    names = {row.id for row in kept}

    def cut(part: StandardPart) -> StandardPart:
        return replace(
            part,
            standings=tuple(row for row in part.standings if row.system in names),
            contradictions=tuple(row for row in part.contradictions if row.system in names),
        )

    targets = tuple(replace(row, members=NOBODY) if row.population == "systems" else row for row in document.targets)
    targets = tuple(_subs_without_members(row) if row.population == "systems" else row for row in targets)
    return _of_standard(replace(document, systems=kept, targets=targets), cut)


def _without_standings(document: ReportDocument) -> ReportDocument:
    return _of_standard(document, lambda part: replace(part, standings=(), contradictions=()))


def _subs_without_members(target: TargetRow) -> TargetRow:
    return replace(target, under=tuple(replace(sub, members=NOBODY) for sub in target.under))


def _without_actions(document: ReportDocument) -> ReportDocument:
    def cut(obstacle: Obstacle) -> Obstacle:
        return replace(obstacle, agencies=obstacle.agencies[:MOST_NAMES])

    targets = tuple(replace(row, obstacles=tuple(map(cut, row.obstacles)), beyond=()) for row in document.targets)
    return replace(document, targets=targets, agencies=tuple(replace(row, actions=()) for row in document.agencies))
