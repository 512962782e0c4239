"""The reconciliation as a workbook: for each agency a sheet that it goes through machine by machine, and signs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from secaudit.inventory.addresses import canonical
from secaudit.messages import Message, literal, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import AgencyCount, AgencyFound, HostFound, Meeting, Met
from secaudit.model.inventory import AgencyFile, Inventory
from secaudit.pipeline.reconciling import Reconciliation
from secaudit.report.texts import Wording
from secaudit.report.words import word
from secaudit.report.workbook import Column, Tab

ORDER = (
    Meeting.UNDECLARED, Meeting.RETIRED_ALIVE, Meeting.ISOLATED_ALIVE, Meeting.OTHER_MACHINE, Meeting.MOVED, Meeting.SILENT,
    Meeting.SET_ASIDE, Meeting.ANSWERING,
)  # fmt: skip
"""What the agency has to answer stands first."""
COLUMNS = (
    Column(msgc("column", "No."), 5),
    Column(msg("Address"), 15),
    Column(msg("Machine"), 20),
    Column(msg("Result of the comparison"), 23),
    Column(msg("Probably"), 13),
    Column(msg("Answers since"), 11),
    Column(msg("Remark"), 32),
    Column(msg("The agency confirms"), 20),
    Column(msg("The agency's explanation"), 20),
)
_CONFIRMS = 7
"""Place of the column that the agency fills from a list; the one behind it is for its own words."""
CHOICES = (
    msgc("confirmation", "It is our machine"),
    msgc("confirmation", "It is not our machine"),
    msgc("confirmation", "A printer or network equipment"),
    msgc("confirmation", "Out of use"),
    msgc("confirmation", "Not known yet"),
)
SIGNERS = (
    (msg("DRAWN UP BY"), msg("(signature, full name)")),
    (msg("HEAD OF THE AGENCY"), msg("(signature, stamp, full name)")),
)


def reconciliation_sheets(
    inventory: Inventory,
    reconciliation: Reconciliation,
    since: Mapping[tuple[str, str], datetime],
    agencies: Sequence[str] = (),
) -> tuple[Tab, ...]:
    """A sheet for each agency of which something is to be said, of ``agencies`` or of all; ``since``: first find there."""
    lines = reconciliation.by_agency()
    return tuple(
        _sheet(
            file,
            reconciliation.found.get(file.agency.id, AgencyFound(file.agency.id, (), ())),
            count,
            lines.get(file.agency.id, ()),
            since,
        )
        for file in inventory.agencies
        if (count := reconciliation.counts.get(file.agency.id)) is not None and (not agencies or file.agency.id in agencies)
    )


def _sheet(
    file: AgencyFile,
    found: AgencyFound,
    count: AgencyCount,
    lines: Sequence[Met],
    since: Mapping[tuple[str, str], datetime],
) -> Tab:
    ordered = sorted(lines, key=lambda line: ORDER.index(line.kind))
    rows = tuple(_row(number, line, file, since) for number, line in enumerate(ordered, start=1))
    return Tab(
        literal(file.agency.name),
        msg("COMPARISON OF MACHINES DECLARED AND FOUND"),
        COLUMNS,
        rows,
        notes=tuple(_notes(file, found)),
        figures=figures(count, lines),
        choices=((_CONFIRMS, CHOICES),),
        signatures=SIGNERS,
        footer=msg(
            "Method: {method} · figures {digest}",
            method=_methods(found),
            digest=sheet_digest(lines, count),
        ),
    )


def _notes(file: AgencyFile, found: AgencyFound) -> Iterable[Wording]:
    yield msg("Agency: {name} ({id})", name=file.agency.name, id=file.agency.id)
    if found.networks:
        networks = ", ".join(part.network for part in found.networks)
        days = sorted({day_in_vietnam(part.at) for part in found.networks})
        searched = msg("{first} to {last}", first=days[0], last=days[-1]) if len(days) > 1 else msg("{day}", day=days[0])
        yield msg("Networks searched: {networks}; day of the search: {day}", networks=networks, day=searched)
    yield msg("For each line choose in the yellow column what the machine is. A cell left empty means: not known yet.")


def _methods(found: AgencyFound) -> Message:
    """How it was looked at; one word for each way."""
    methods = list(dict.fromkeys(part.method for part in found.networks))
    if not methods:
        return msg("addresses that answered, of an older search")
    said = word(methods[0])
    for method in methods[1:]:
        said = msg("{one}; {other}", one=said, other=word(method))
    return said


def figures(count: AgencyCount, lines: Iterable[Met]) -> tuple[tuple[Wording, int | None], ...]:
    """The numbers of one agency side by side; what the agency has not said is a blank."""
    kinds = [line.kind for line in lines]
    return (
        (msg("Machines in use as declared"), count.declared),
        (msg("Machines according to the asset register"), count.register),
        (msg("Machines in use as the agency counts them"), count.in_use),
        (msg("Declared machines that answer"), count.answering),
        *((word(kind), kinds.count(kind)) for kind in Meeting if kind is not Meeting.ANSWERING),
    )


def _row(number: int, line: Met, file: AgencyFile, since: Mapping[tuple[str, str], datetime]) -> tuple[Wording | int | None, ...]:
    host = line.host
    return (
        number,
        literal(host.address) if host is not None else _declared_address(line, file),
        literal(" · ".join(part for part in (line.endpoint, host.name if host is not None else "") if part)),
        word(line.kind),
        word(host.device) if host is not None else None,
        msg("{day}", day=day_in_vietnam(since_when(host, since))) if host is not None else None,
        line.reason,
        None,
        None,
    )


def _declared_address(line: Met, file: AgencyFile) -> Wording | None:
    address = next((one.address for one in file.endpoints if one.id == line.endpoint), None)
    return literal(address) if address else None


def since_when(host: HostFound, since: Mapping[tuple[str, str], datetime]) -> datetime:
    """When something was first found at the address."""
    return min(since.get((host.agency, canonical(host.address)), host.at), host.at)


def sheet_digest(lines: Iterable[Met], count: AgencyCount) -> str:
    """SHA-256 over what is signed: the same search and the same list give the same digest."""
    parts = [repr((count.agency, count.declared, count.register, count.in_use))]
    for line in lines:
        host = line.host
        answered = (host.address, host.at.isoformat(), host.device.value, host.host_key, host.mac) if host is not None else ()
        parts.append(repr((line.kind.value, line.endpoint, answered)))
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
