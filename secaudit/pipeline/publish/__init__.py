"""From everything measured to a finished ReportDocument: every decision, count and order is made here, none in a renderer."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

from secaudit import __version__
from secaudit.messages import Message, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.measurement import Decision
from secaudit.model.past import NO_PAST, Past
from secaudit.pipeline.adopting import by_agency
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.parameters import changed_words
from secaudit.pipeline.publish.agencies import agency_rows, has_sent, heaviest_rows, in_scope
from secaudit.pipeline.publish.course import deadline_rows, improved_rows, trend_rows
from secaudit.pipeline.publish.found import comparison_rows
from secaudit.pipeline.publish.machines import check_rows, held_rows, machine_rows, unseen_rows, visit_rows
from secaudit.pipeline.publish.newcomers import newcomer_rows
from secaudit.pipeline.publish.orders import orders
from secaudit.pipeline.publish.rechecks import recheck_row
from secaudit.pipeline.publish.requirements import standard_part
from secaudit.pipeline.publish.systems import system_rows
from secaudit.pipeline.publish.targets import target_rows
from secaudit.pipeline.publish.ways import way_rows
from secaudit.report.document import AgencyRow, Conclusion, Footer, Header, LifecycleAge, ReportDocument
from secaudit.store import Store


def publish(
    measured: Measured, store: Store | None, *, past: Past = NO_PAST, made_by: str = "", made_at: datetime | None = None
) -> ReportDocument:
    """The report of one moment, with the course from earlier states to it and the details of every machine."""
    machines = machine_rows(measured, store)
    return replace(
        overview(measured, store, past=past, made_by=made_by, made_at=made_at),
        visits=visit_rows(measured, machines),
        unseen=unseen_rows(measured, machines),
        machines=machines,
        held=held_rows(measured, machines),
    )


def overview(
    measured: Measured, store: Store | None, *, past: Past = NO_PAST, made_by: str = "", made_at: datetime | None = None
) -> ReportDocument:
    """The same without machines: what a large province can afford to keep in memory while its pages are made one by one."""
    listed = [endpoint.id for agency in in_scope(measured) for endpoint in agency.endpoints if endpoint.status == "in_use"]
    waiting = by_agency(measured.newcomers)
    beyond = {agency: len(addresses) for agency, addresses in measured.undeclared.items()}
    agencies = tuple(
        _with_newcomers(_with_found(row, beyond.get(row.id, 0)), waiting.get(row.id, 0)) for row in agency_rows(measured)
    )
    return ReportDocument(
        header=_header(measured, lab=sum(1 for name in listed if _is_lab(measured, name))),
        conclusion=_conclusion(measured, past),
        targets=target_rows(measured),
        orders=orders(measured),
        heaviest=heaviest_rows(measured),
        agencies=agencies,
        systems=system_rows(measured),
        checks=check_rows(measured),
        visits=(),
        unseen=(),
        machines=(),
        footer=footer_of(measured, made_by=made_by, made_at=made_at),
        recheck=recheck_row(measured, store, listed),
        newcomers=newcomer_rows(measured),
        comparisons=comparison_rows(measured, store, listed),
        standard=standard_part(measured, listed),
        trend=trend_rows(measured, past),
        improved=improved_rows(measured, past),
        deadlines=deadline_rows(measured),
        ways=way_rows(measured),
    )


def _is_lab(measured: Measured, endpoint: str) -> bool:
    evidence = measured.states[endpoint].evidence
    return evidence is not None and evidence.outcome.lab


def _with_found(row: AgencyRow, count: int) -> AgencyRow:
    """Machines that answer beyond the agency's list are something it has to explain."""
    if not count:
        return row
    return replace(row, actions=(*row.actions, msg("declare {count} machines that answer in its network", count=count)))


def _with_newcomers(row: AgencyRow, count: int) -> AgencyRow:
    """Machines that wait for the agency are something it has to do."""
    if not count:
        return row
    return replace(row, newcomers=count, actions=(*row.actions, msg("confirm {count} new machines", count=count)))


def _header(measured: Measured, *, lab: int) -> Header:
    province = measured.province.inventory.province.province
    agencies = in_scope(measured)
    return Header(
        province=province.name,
        owner=province.owner,
        as_of=measured.as_of,
        plan=measured.plan.name,
        plan_title=measured.plan.title,
        plan_issued_on=measured.plan.issued_on,
        agencies=len(agencies),
        silent=sum(1 for agency in agencies if not has_sent(measured, agency)),
        lab=lab,
    )


def _conclusion(measured: Measured, past: Past) -> Conclusion:
    counts = Counter(measurement.decision for measurement in measured.measurements)
    earlier = past.before(day_in_vietnam(measured.as_of))
    then = Counter(target.decision for target in earlier.targets) if earlier is not None else Counter()
    return Conclusion(
        met=counts[Decision.MET],
        missed=counts[Decision.MISSED],
        undecided=counts[Decision.UNDECIDED],
        not_applicable=counts[Decision.NOT_APPLICABLE],
        previous=None if earlier is None else (then[Decision.MET], then[Decision.MISSED], then[Decision.UNDECIDED]),
        previous_day=None if earlier is None else day_in_vietnam(earlier.moment),
    )


def footer_of(measured: Measured, *, made_by: str = "", made_at: datetime | None = None) -> Footer:
    """What the figures are tied to, the same on every page and in every document."""
    catalog, period = measured.province.catalog, measured.period
    day = day_in_vietnam(measured.as_of)
    return Footer(
        inventory_digest=measured.province.inventory.digest,
        catalog_digest=catalog.digest,
        chain_head=measured.chain_head,
        version=__version__,
        rule_set=measured.levels.rules.title,
        lifecycle=(
            *(_age(table.title, table.as_of, table.source, day) for table in catalog.knowledge.lifecycle),
            *(_age(table.title, table.as_of, table.source, day) for table in catalog.knowledge.updates),
        ),
        method=_method(measured),
        period=period.name if period is not None else "",
        period_digest=period.closing.digest if period is not None and period.closing is not None else "",
        made_by=made_by,
        made_at=made_at,
    )


def _age(title: Texts, as_of: date, source: str, day: date) -> LifecycleAge:
    return LifecycleAge(title, as_of, source, max((day - as_of).days, 0))


def _method(measured: Measured) -> tuple[Message, ...]:
    rules = measured.plan.evidence
    return (
        msg("Evidence about a machine counts for {days} days.", days=rules.fresh_days),
        msg("What a console says of a machine counts for {days} days after it last heard of it.", days=rules.console_days),
        msg("Grades of evidence that count as proof: {grades}.", grades=", ".join(grade.value for grade in rules.grades)),
        msg("A head count of people counts with a dated document, for {days} days.", days=rules.people_valid_days),
        msg("So does attendance of a session. Whoever attended several counts once; where lists do not show it, between bounds."),
        msg("Machines kept isolated for state secrets are counted apart and never examined."),
        *(
            msg("Judged with a value the province set: {change}.", change=changed_words(changed))
            for changed in measured.province.catalog.changed
        ),
    )
