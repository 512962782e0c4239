"""What the newest searches mean for the declared lists: a table for each agency, and the same as data."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.discovery import HostFound, Meeting, Met, SetAside
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import Inventory
from secaudit.pipeline.proposing import Proposals
from secaudit.pipeline.reconciliation_sheet import ORDER, since_when
from secaudit.pipeline.reconciling import BEYOND, Reconciliation
from secaudit.report.words import word

MOST_AGENCIES = 30
MOST_LINES = 40
"""Shown on the console; a workbook and JSON hold all."""
_COUNTED = (
    (Meeting.SILENT, msgc("count", "silent")),
    (Meeting.UNDECLARED, msgc("count", "undeclared")),
    (Meeting.OTHER_MACHINE, msgc("count", "other machine")),
    (Meeting.MOVED, msgc("count", "moved")),
    (Meeting.RETIRED_ALIVE, msgc("count", "retired, alive")),
    (Meeting.SET_ASIDE, msgc("count", "set aside")),
)
_TOLD = tuple(kind for kind in ORDER if kind not in (Meeting.ANSWERING, Meeting.SILENT))

Since = Mapping[tuple[str, str], datetime]


def print_reconciliation(session: Session, inventory: Inventory, found: Reconciliation, since: Since) -> None:
    """Numbers side by side, then every line that somebody has to look at."""
    if not found.found:
        session.say(msg("no network was searched yet"), style="yellow")
        return
    names = {file.agency.id: file.agency.name for file in inventory.agencies}
    _print_counts(session, found, names)
    told = sorted((line for line in found.lines if line.kind in _TOLD), key=lambda line: ORDER.index(line.kind))
    if told:
        _print_lines(session, told[:MOST_LINES], names, since)
        _more(session, len(told) - MOST_LINES)
    silent = [line.endpoint for line in found.lines if line.kind is Meeting.SILENT]
    if silent:
        session.say(msg("{count} declared machines are silent: switched off, moved away, or gone", count=len(silent)))
    if any(line.kind in BEYOND for line in found.lines):
        session.say(
            msg("  → declare them in the file of their agency, or take them off the network; until then the plan counts them")
        )
        session.say(
            msg(
                "  → secaudit discover --adopt ADDRESS proposes one to its agency; --set-aside ADDRESS --as printer "
                "--reason TEXT says that it is no computer"
            )
        )


def _print_counts(session: Session, found: Reconciliation, names: Mapping[str, str]) -> None:
    by_agency = found.by_agency()
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(session.text(msg("Agency")), overflow="fold", min_width=14)
    headings = (msgc("count", "declared"), msgc("count", "register"), msgc("count", "answering"), *(text for _, text in _COUNTED))
    for heading in headings:
        text = session.text(heading)
        table.add_column(text, justify="right", min_width=max(map(len, text.split())))
    heavy = sorted(found.counts.values(), key=lambda one: (-one.undeclared, one.agency))
    for one in heavy[:MOST_AGENCIES]:
        kinds = [line.kind for line in by_agency.get(one.agency, ())]
        larger = max(one.register or 0, one.in_use or 0)
        cells = [one.declared, larger or "–", one.answering, *(kinds.count(kind) for kind, _ in _COUNTED)]
        few = larger > one.declared or one.undeclared > 0
        name = clean(names.get(one.agency, one.agency))
        table.add_row(Text(name, style="yellow" if few else ""), *(str(cell) for cell in cells))
    session.out.print(table)
    _more(session, len(heavy) - MOST_AGENCIES)


def _print_lines(session: Session, lines: Sequence[Met], names: Mapping[str, str], since: Since) -> None:
    table = Table()
    headings = (msg("Address"), msg("Agency"), msg("Machine"), msg("Result"), msg("Probably"), msg("Since"), msg("Remark"))
    for heading in headings:
        table.add_column(session.text(heading), overflow="fold")
    for line in lines:
        host = line.host
        table.add_row(
            Text(clean(host.address) if host is not None else ""),
            Text(clean(names.get(line.agency, line.agency or "–"))),
            Text(clean(" · ".join(part for part in (line.endpoint, host.name if host else "") if part), limit=60)),
            session.text(word(line.kind)),
            session.text(word(host.device)) if host is not None else "",
            _when(host, since) if host is not None else "",
            Text(session.text(line.reason) if line.reason is not None else ""),
        )
    session.out.print(table)


def _when(host: HostFound, since: Since) -> str:
    return since_when(host, since).astimezone(VIETNAM_TIME).strftime("%d/%m/%Y")


def _more(session: Session, count: int) -> None:
    if count > 0:
        session.say(msg("  ... and {count} more (--workbook and --format json have all)", count=count))


def say_proposed(session: Session, proposals: Proposals) -> None:
    """What was proposed to agencies, and what had been before."""
    for one in proposals.new:
        session.say(
            msg(
                "{address} is proposed to {agency} as {id}; its agency decides",
                address=one.address, agency=one.agency or "–", id=one.id,
            ),
            style="green",
        )  # fmt: skip
    for one in proposals.already:
        session.say(msg("{address} was proposed before, as {id}", address=one.address or "–", id=one.id))
    if proposals.new:
        session.say(
            msg("  → secaudit evidence newcomers shows what waits for the agencies; it stands in their next workbook too")
        )


def say_set_aside(session: Session, words: Sequence[SetAside]) -> None:
    """What people said that found machines are."""
    for one in words:
        session.say(
            msg(
                "{address}: {device}; it holds until the address answers differently",
                address=one.address,
                device=word(one.device),
            ),
            style="green",
        )


def reconciliation_json(session: Session, found: Reconciliation, since: Since) -> dict[str, Any]:
    """As docs/json.md describes it."""
    lines = found.by_agency()
    return {
        "agencies": [
            {
                "agency": one.agency,
                "declared": one.declared,
                "register": one.register,
                "in_use": one.in_use,
                "counts": {kind.value: sum(1 for line in lines.get(one.agency, ()) if line.kind is kind) for kind in Meeting},
            }
            for one in found.counts.values()
        ],
        "lines": [_line_json(session, line, since) for line in found.lines],
        "hosts": [_host_json(host, since) for one in found.found.values() for host in one.hosts],
        "networks": [
            {"agency": part.agency or None, "network": part.network, "searched_at": part.at, "method": part.method,
             "answered": part.answered}
            for one in found.found.values()
            for part in one.networks
        ],
    }  # fmt: skip


def _line_json(session: Session, line: Met, since: Since) -> dict[str, Any]:
    host = line.host
    return {
        "meeting": line.kind,
        "agency": line.agency or None,
        "endpoint": line.endpoint or None,
        "reason": _said(session, line.reason),
        "host": None if host is None else _host_json(host, since),
    }


def _said(session: Session, reason: Message | None) -> str | None:
    return None if reason is None else session.text(reason)


def _host_json(host: HostFound, since: Since) -> dict[str, Any]:
    return {
        "address": host.address,
        "agency": host.agency or None,
        "found_at": host.at,
        "first_found_at": since_when(host, since),
        "device": host.device,
        "because": list(host.because),
        "services": [{"port": one.port, "name": one.name, "product": one.product} for one in host.services],
        "name": host.name or None,
        "mac": host.mac or None,
        "vendor": host.vendor or None,
        "host_key": host.host_key or None,
    }


def proposals_json(proposals: Proposals, words: Sequence[SetAside]) -> dict[str, Any]:
    """What was kept by this call."""

    def plain(one: Newcomer) -> dict[str, Any]:
        return {"id": one.id, "agency": one.agency or None, "address": one.address or None, "adopted_by": one.adopted_by or None}

    return {
        "adopted": [plain(one) for one in proposals.new],
        "adopted_before": [plain(one) for one in proposals.already],
        "set_aside": [
            {"agency": one.agency or None, "address": one.address, "device": one.device, "reason": one.reason, "who": one.who}
            for one in words
        ],
    }
