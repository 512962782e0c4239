"""What must fit before Form 08 is written: every contradiction and every blank, with the agency to call.

A contradiction, or a place that the form demands in a case that is known, is an error. What nobody answered is a warning:
the place stays blank, and the totals say "at least".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from secaudit.messages import Message, msg
from secaudit.model.annual_report import AnnualReport, Issue, Office, Severity
from secaudit.model.assessment import Conflict
from secaudit.model.inventory import Inventory, Organisation
from secaudit.model.system import System
from secaudit.pipeline.annual_report import managed_systems, office_of, owner_name, plain_name
from secaudit.pipeline.annual_system_rules import SYSTEM_RULES, Finding, Subject
from secaudit.pipeline.province import Levels, Province

_ORDER = {severity: place for place, severity in enumerate(Severity)}
_EVIDENCE = {"plan_full": "(10)", "protection_absent": "(10)"}
"""Kind of a conflict -> column it speaks against."""
_WHERE_OWNERS = msg("owners in province.yaml")


def check_report(
    province: Province, levels: Levels, report: AnnualReport, conflicts: Sequence[Conflict] = ()
) -> tuple[Issue, ...]:
    """Every issue: errors first, then by agency, so that one call settles all of it.

    ``conflicts`` is what evidence speaks against; what the form itself shows twice is found here.
    """
    inventory = province.inventory.on(report.as_of)
    found = [*_of_systems(inventory, levels, report), *_of_evidence(conflicts, report), *_of_report(inventory, report)]
    found.sort(key=lambda issue: (_ORDER[issue.severity], issue.office is not None, issue.office.name if issue.office else ""))
    return tuple(found)


def _of_systems(inventory: Inventory, levels: Levels, report: AnnualReport) -> Iterator[Issue]:
    offices = {part.agency.id: office_of(part.agency) for part in inventory.agencies}
    units = {plain_name(part.owner.name): part.designated for part in report.owners}
    systems = list(managed_systems(inventory, report.as_of))
    yield from _twice(systems, offices, inventory)
    for system in systems:
        office = offices.get(inventory.owner_of_system.get(system.id, ""))
        subject = Subject(
            system=system,
            day=report.as_of,
            period_end=report.period[1],
            classification=levels.classifications.get(system.id),
            designated=units.get(plain_name(owner_name(inventory.province, system))),
        )
        for rule, check in SYSTEM_RULES.items():
            for one in check(subject):
                yield _issue(rule, one, system, office)


def _issue(rule: str, found: Finding, system: System, office: Office | None) -> Issue:
    return Issue(rule, found.severity, found.part, found.message, found.todo, system.id, system.name, office, found.blank)


def _of_evidence(conflicts: Sequence[Conflict], report: AnnualReport) -> Iterator[Issue]:
    """Declared one way, seen another: the form shows what is declared, and whoever signs it must know."""
    rows = {row.system: row for row in report.rows}
    for conflict in conflicts:
        part, row = _EVIDENCE.get(conflict.kind), rows.get(conflict.system)
        if part is not None and row is not None:
            yield Issue(
                f"evidence_{conflict.kind}",
                Severity.WARNING,
                part,
                msg("{declared}; {found}", declared=conflict.declared, found=conflict.found),
                msg("look at secaudit requirements status --system {id}, then correct what is declared", id=row.system),
                row.system,
                row.name,
                row.office,
            )


def _twice(systems: Sequence[System], offices: dict[str, Office], inventory: Inventory) -> Iterator[Issue]:
    """Two systems of one agency with one name, or an agency's own named as a shared one: counted twice, perhaps."""
    shared = {plain_name(one.name): one.id for one in inventory.province.shared_systems}
    seen: dict[tuple[str, str], str] = {}
    for system in systems:
        agency = inventory.owner_of_system.get(system.id, "")
        name = plain_name(system.name)
        other = seen.setdefault((agency, name), system.id)
        if other == system.id:
            other = shared.get(name, system.id)
        if other != system.id:
            yield Issue(
                "name_twice",
                Severity.WARNING,
                "(2)",
                msg("the same name as {other}: one system counted twice?", other=other),
                msg(
                    "a shared system is declared once in province.yaml and agencies name it under uses; else tell the names apart"
                ),
                system.id,
                system.name,
                offices.get(agency),
            )


def _of_report(inventory: Inventory, report: AnnualReport) -> Iterator[Issue]:
    for rule in _REPORT_RULES:
        yield from rule(inventory, report)


def _falling(_: Inventory, report: AnnualReport) -> Iterator[Issue]:
    """Quản lý ≥ lập hồ sơ ≥ thẩm định ≥ phê duyệt ≥ kiểm tra định kỳ; phân loại ≤ quản lý."""
    managed, classified, *rest = (total.count for total in report.totals.numbers)
    fall = [managed, *rest]
    if classified > managed or fall != sorted(fall, reverse=True) or managed != len(report.rows):
        yield Issue(
            "totals_fall",
            Severity.ERROR,
            "1",
            msg("the totals do not fall: {numbers}", numbers=" · ".join(str(one.count) for one in report.totals.numbers)),
            msg(
                "managed ≥ dossier built ≥ appraised ≥ approved ≥ inspected, and classified ≤ managed: a defect, please report it"
            ),
        )


def _nothing(_: Inventory, report: AnnualReport) -> Iterator[Issue]:
    if not report.rows:
        yield Issue(
            "no_system",
            Severity.ERROR,
            "3",
            msg("the inventory has no system in operation or under investment on {day}", day=report.as_of),
            msg("take in the agencies' lists first: secaudit inventory status shows who has sent what"),
        )


def _silent(_: Inventory, report: AnnualReport) -> Iterator[Issue]:
    for office in report.silent:
        yield Issue(
            "agency_silent",
            Severity.WARNING,
            "1",
            msg("the agency has sent nothing: every total is a lower bound"),
            msg("take in its list, or have it confirm in writing that it has no system"),
            office=office,
        )


def _former(inventory: Inventory, report: AnnualReport) -> Iterator[Issue]:
    """Systems go on running when their agency is closed: somebody has them now, and the form must list them there."""
    closed = {part.agency.id: part.agency for part in inventory.agencies if not part.agency.exists_on(report.as_of)}
    for system in inventory.systems.values():
        agency = closed.get(inventory.owner_of_system.get(system.id, ""))
        if agency is not None and system.status != "stopped" and (agency.valid_from is None or agency.valid_from <= report.as_of):
            yield Issue(
                "agency_closed",
                Severity.WARNING,
                "1",
                msg("not stopped, and {agency} is no more: it is counted nowhere", agency=agency.name),
                msg("move it to the agency that has it now, or declare it as stopped"),
                system.id,
                system.name,
            )


def _day(_: Inventory, report: AnnualReport) -> Iterator[Issue]:
    end = report.period[1]
    if report.as_of > end:
        yield Issue(
            "after_period",
            Severity.WARNING,
            "",
            msg("the figures of {year} close on {end} (Art. 35.3), these are of {day}", year=str(end.year), end=end,
                day=report.as_of),
            msg("write it with --as-of {end}", end=end.isoformat()),
        )  # fmt: skip
    elif report.as_of < end:
        yield Issue(
            "before_period_end",
            Severity.NOTE,
            "",
            msg("the figures close on {end} (Art. 35.3); these are of {day}", end=end, day=report.as_of),
            msg("write the report again on that day, before it is signed"),
        )


def _addressee(inventory: Inventory, _: AnnualReport) -> Iterator[Issue]:
    if inventory.province.letterhead.addressee is None:
        yield Issue(
            "no_addressee",
            Severity.WARNING,
            "",
            msg("nobody is named after Kính gửi"),
            msg("set letterhead: addressee in province.yaml, or fill it in by hand"),
        )


def _owners(inventory: Inventory, report: AnnualReport) -> Iterator[Issue]:
    for part in report.owners:
        if (
            not part.systems
            and plain_name(part.owner.name) == plain_name(inventory.province.province.owner)
            and len(report.owners) > 1
        ):
            continue  # the province's own office governs nothing here and is reported with its name alone
        yield from _organisation("2a", part.owner, _OWNER_FIELDS, part.similar)
        if part.designated is None:
            yield Issue(
                "no_unit",
                Severity.WARNING,
                "2b",
                msg("no designated cybersecurity unit of {owner} is named", owner=part.owner.name),
                msg("add designated to this owner under {place}", place=_WHERE_OWNERS),
            )
        else:
            yield from _organisation("2b", part.designated, _UNIT_FIELDS, None)


_OWNER_FIELDS = {
    "representative": msg("head of the office"),
    "title": msg("the head's position"),
    "address": msg("address"),
    "phone": msg("phone"),
    "email": msg("e-mail"),
}
"""The document on functions is left empty where there is none, as the form says."""
_UNIT_FIELDS = {"functions": msg("document on functions, duties and powers"), **_OWNER_FIELDS}


def _organisation(part: str, office: Organisation, fields: dict[str, Message], similar: str | None) -> Iterator[Issue]:
    missing = {name: words for name, words in fields.items() if getattr(office, name) is None}
    if not missing:
        return
    todo = msg("complete it under {place}", place=_WHERE_OWNERS)
    if similar is not None:
        todo = msg("is {similar} under {place} meant? names must be the same", similar=similar, place=_WHERE_OWNERS)
    yield Issue(
        "owner_facts" if part == "2a" else "unit_facts",
        Severity.WARNING,
        part,
        msg("{name}: not known: {missing}", name=office.name, missing=listed(missing)),
        todo,
    )


def listed(words: Mapping[str, Message]) -> Message:
    """Words one after the other, each in the language of the reader."""
    return Message(", ".join(f"{{{name}}}" for name in words), words)


def _secrets(_: Inventory, report: AnnualReport) -> Iterator[Issue]:
    if report.secret:
        yield Issue(
            "state_secret",
            Severity.NOTE,
            "3",
            msg("{count} system(s) of state secrets stand here with name and level alone", count=report.secret),
            msg("what else the form asks of them is reported apart, by the rules on state secrets"),
        )


_REPORT_RULES: tuple[Callable[[Inventory, AnnualReport], Iterator[Issue]], ...] = (
    _falling,
    _nothing,
    _silent,
    _former,
    _day,
    _addressee,
    _owners,
    _secrets,
)


def writable(issues: Sequence[Issue]) -> bool:
    """Whether the report may be written as more than a draft."""
    return all(issue.severity is not Severity.ERROR for issue in issues)
