"""Tables of a workbook about figures: targets, agencies, systems, what to do, the course so far, and how all of it was made."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from secaudit.messages import Message, literal, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.past import Change, Past
from secaudit.pipeline.comparing import with_moments
from secaudit.pipeline.history import changes, state_of
from secaudit.pipeline.measuring import Measured
from secaudit.report.document import AgencyFigure, Figure, ReportDocument, SystemRow, TargetRow
from secaudit.report.table_book import Share, Table, TableBook, Value
from secaudit.report.texts import Wording
from secaudit.report.words import SECURITY_PLAN, decision_word, word
from secaudit.report.workbook import Column
from secaudit.store import Store

_Row = tuple[Value | Share, ...]
_AGENCY = (Column(msgc("workbook", "Agency"), 24), Column(msgc("workbook", "Name"), 44))
_NUMBER = Column(msgc("workbook", "Number"), 9)
_ASKED = Column(msgc("workbook", "Asked"), 10)
DRAFT = literal("DỰ THẢO – LƯU HÀNH NỘI BỘ")
_COUNTS = (
    Column(msgc("workbook", "Proven"), 11),
    Column(msgc("workbook", "Disproven"), 11),
    Column(msgc("workbook", "Unknown"), 11),
    Column(msgc("workbook", "Total"), 11),
    Column(msgc("workbook", "Lower bound (proven)"), 14),
    Column(msgc("workbook", "Upper bound (possible)"), 14),
)


def add_targets(book: TableBook, document: ReportDocument) -> None:
    """A row for each target and each further reading of it."""
    table = book.add(
        Table(
            msgc("workbook", "Targets"),
            msg("Targets of {plan}, as of {day}", plan=document.header.plan, day=document.header.as_of),
            (
                _NUMBER,
                Column(msgc("workbook", "Target"), 60),
                _ASKED,
                *_COUNTS,
                Column(msgc("workbook", "Conclusion"), 30),
                Column(msgc("workbook", "Still needed"), 44),
            ),
            (msg("Nothing is proven because nobody looked: what is not known stands between the two bounds."), DRAFT),
            wraps=True,
        )
    )
    for row in document.targets:
        conclusion = decision_word(row.decision, overdue=row.overdue)
        table.add((str(row.number), row.short, row.share, *_counts(row.figure, row.share), conclusion, row.needed))
        for sub in row.under:
            table.add((f"{row.number}.{sub.id}", sub.short, None, *_counts(sub.figure, None)))


def add_agencies(book: TableBook, document: ReportDocument) -> None:
    """Agencies, then their part of each target."""
    table = book.add(
        Table(
            msgc("workbook", "Agencies"),
            msg("Agencies, those that hold up most first"),
            (
                *_AGENCY,
                Column(msgc("workbook", "Tier"), 12),
                Column(msgc("workbook", "State"), 30),
                Column(msgc("workbook", "Data sent"), 12),
                Column(msgc("workbook", "Contact"), 26),
                Column(msgc("workbook", "Telephone"), 18),
                Column(msgc("workbook", "New machines"), 12),
                Column(msgc("workbook", "What to do"), 70),
            ),
            wraps=True,
        )
    )
    for row in document.agencies:
        sent = msg("yes") if row.submitted else msg("no")
        todo = _joined(row.actions)
        table.add((row.id, row.name, word(row.tier), word(row.tile), sent, row.contact, row.phone, row.newcomers, todo))
    parts = book.add(
        Table(
            msgc("workbook", "Agencies by target"),
            msg("Each agency's part of each target"),
            (
                *_AGENCY,
                _NUMBER,
                Column(msgc("workbook", "Target"), 44),
                _ASKED,
                *_COUNTS,
            ),
        )
    )
    targets = {row.number: row for row in document.targets}
    for row in document.agencies:
        for figure in row.figures:
            target = targets[figure.target]
            parts.add((row.id, row.name, str(figure.target), target.short, target.share, *_part(figure, target)))


def add_systems(book: TableBook, document: ReportDocument) -> None:
    """Systems with level, clause and dossier; of those that hold state secrets number, name and level alone."""
    table = book.add(
        Table(
            msgc("workbook", "Systems"),
            msg("Information systems, the highest level first"),
            (
                Column(msgc("workbook", "System"), 26),
                Column(msgc("workbook", "Name"), 44),
                Column(msgc("workbook", "Owner"), 40),
                Column(msgc("workbook", "Level, proven"), 9),
                Column(msgc("workbook", "Level, possible"), 9),
                Column(msgc("workbook", "Level, declared"), 9),
                Column(msgc("workbook", "Comparison"), 30),
                Column(msgc("workbook", "Dossier"), 18),
                Column(msgc("workbook", "Decision"), 34),
                Column(msgc("workbook", "Security plan"), 22),
                Column(msgc("workbook", "Clauses"), 20),
                Column(msgc("workbook", "Rule set"), 26),
                Column(msgc("workbook", "Stopped"), 10),
            ),
        )
    )
    for row in document.systems:
        table.add((row.id, row.name, None, row.lowest, row.highest) if row.state_secret else _system(row))


def add_actions(book: TableBook, document: ReportDocument) -> None:
    """What to order, then the steps to each target."""
    names = {row.id: row.name for row in document.agencies}
    table = book.add(
        Table(
            msgc("workbook", "Actions"),
            msg("What to do: what to order first, then the steps to each target"),
            (
                Column(msgc("workbook", "Target"), 9),
                Column(msgc("workbook", "Who"), 44),
                Column(msgc("workbook", "What"), 60),
                Column(msgc("workbook", "Effect"), 60),
                Column(msgc("workbook", "Settles at most"), 12),
                Column(msgc("workbook", "Due"), 12),
            ),
            wraps=True,
        )
    )
    for order in document.orders:
        table.add((None, order.who, order.action, order.effect, None, order.due))
    for target in document.targets:
        for step in target.steps:
            table.add((str(target.number), names.get(step.agency or ""), step.action, None, step.gain))
    for way in document.ways:
        for step in way.actions:
            table.add((str(way.target), names.get(step.agency or ""), step.action, None, step.gain))


def add_course(book: TableBook, measured: Measured, past: Past, store: Store | None) -> None:
    """The figures of earlier states and of the present, and the machines that are not as they were."""
    table = book.add(
        Table(
            msgc("workbook", "Trend"),
            msg("Targets at earlier moments and now"),
            (
                Column(msgc("workbook", "Day"), 12),
                _NUMBER,
                Column(msgc("workbook", "Target"), 60),
                Column(msgc("workbook", "How it is known"), 36),
                *_COUNTS,
            ),
            () if past.states else (msg("No earlier state is known."),),
        )
    )
    shorts = {target.id: target.short for target in measured.plan.targets}
    targets = {one.target: (number, one.share) for number, one in enumerate(measured.measurements, start=1)}
    present = state_of(measured)
    for state in (*past.states, present):
        basis = msgc("basis", "the present") if state is present else word(state.basis)
        for one in state.targets:
            if one.target in targets:
                number, asked = targets[one.target]
                tally = one.tally
                shares = (_beside(tally.lower, asked), _beside(tally.upper, asked))
                counts = (tally.proven, tally.disproven, tally.unknown, tally.total, *shares)
                table.add((day_in_vietnam(state.moment), str(number), shorts[one.target], basis, *counts))
    _add_changes(book, measured, past, store)


def _add_changes(book: TableBook, measured: Measured, past: Past, store: Store | None) -> None:
    before = past.before(day_in_vietnam(measured.as_of))
    known = before is not None and before.tells_machines
    table = book.add(
        Table(
            msgc("workbook", "Changes"),
            msg("Machines that are not as they were"),
            (
                Column(msgc("workbook", "Agency"), 24),
                Column(msgc("workbook", "Machine"), 28),
                Column(msgc("workbook", "Turn"), 18),
                Column(msgc("workbook", "Checks"), 70),
                Column(msgc("workbook", "Protection before"), 22),
                Column(msgc("workbook", "Protection now"), 22),
                Column(msgc("workbook", "Since"), 16),
            ),
            (msg("compared with {day}", day=before.moment),)
            if before is not None and known
            else (msg("No earlier state is known."),),
        )
    )
    if before is not None and known:
        now = state_of(measured)
        for change in with_moments(measured.province, store, before, now, changes(before, now)):
            table.add(_change(change))


def add_method(book: TableBook, document: ReportDocument) -> None:
    """What the figures are tied to."""
    foot, head = document.footer, document.header
    table = book.add(
        Table(
            msgc("workbook", "Method"),
            msg("How this was made"),
            (Column(msgc("workbook", "What"), 44), Column(msgc("workbook", "Value"), 110)),
            (DRAFT,),
            wraps=True,
        )
    )
    rows: list[_Row] = [
        (msgc("workbook", "Province"), head.province),
        (msgc("workbook", "Plan"), head.plan),
        (msgc("workbook", "State of"), head.as_of),
        (msgc("workbook", "Closed period"), foot.period or None),
        (msgc("workbook", "Digest of the closed period"), foot.period_digest or None),
        (msgc("workbook", "Rule set"), foot.rule_set),
        (msgc("workbook", "Digest of the inventory"), foot.inventory_digest),
        (msgc("workbook", "Digest of the checks"), foot.catalog_digest),
        (msgc("workbook", "Head of the evidence chain"), foot.chain_head or None),
        (msgc("workbook", "Version of the program"), foot.version),
        (msgc("workbook", "Made by"), foot.made_by or None),
        (msgc("workbook", "Made at"), foot.made_at),
    ]
    rows += [(msgc("workbook", "Table “{title}”, as of", title=age.title), age.as_of) for age in foot.lifecycle]
    rows += [(msgc("workbook", "Method"), line) for line in foot.method]
    rows += [
        (msgc("workbook", "Target {number}, how it is counted", number=str(row.number)), row.formula) for row in document.targets
    ]
    for row in rows:
        if row[1] is not None:
            table.add(row)


def _counts(figure: Figure, asked: Fraction | None) -> Iterator[Value | Share]:
    yield from (figure.proven, figure.disproven, figure.unknown, figure.total)
    yield from (_beside(figure.lower, asked), _beside(figure.upper, asked))


def _part(figure: AgencyFigure, target: TargetRow) -> Iterator[Value | Share]:
    yield from (figure.proven, figure.disproven, figure.unknown, figure.total)
    if figure.total:
        yield Share(Fraction(figure.proven, figure.total), target.share)
        yield Share(Fraction(figure.proven + figure.unknown, figure.total), target.share)


def _beside(share: Fraction | None, asked: Fraction | None) -> Value | Share:
    return share if share is None or asked is None else Share(share, asked)


def _system(row: SystemRow) -> _Row:
    return (
        row.id,
        row.name,
        row.owner,
        row.lowest,
        row.highest,
        row.declared,
        row.comparison,
        word(row.dossier) if row.dossier is not None else None,
        row.decision,
        SECURITY_PLAN[row.plan] if row.plan is not None else None,
        ", ".join(clause.clause for clause in row.clauses if clause.matches),
        row.rule_set,
        msg("yes") if row.stopped else None,
    )


def _change(change: Change) -> _Row:
    grades: list[Value] = [None, None]
    if change.protection is not None:
        grades = [None if grade is None else f"P{grade[0]}–P{grade[1]}" for grade in change.protection]
    return (change.agency, change.endpoint, word(change.turn), ", ".join(change.checks), *grades, change.since)


def _joined(parts: Iterable[Wording]) -> Wording | None:
    found = tuple(parts)
    if not found:
        return None
    return Message(
        "; ".join(f"{{p{place}}}" for place in range(len(found))), {f"p{place}": part for place, part in enumerate(found)}
    )
