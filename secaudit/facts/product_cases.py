"""The cases that stand beside a product: traces in, what the parsers make of them out.

A case becomes the answer of a machine that has these traces and nothing else, and goes through the parsers that read real
answers, so that what holds here holds for machines.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from secaudit.facts import linux_protection, windows_protection
from secaudit.facts.reading import NotReadError, Reading
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FactValue, Known, Missing, Record
from secaudit.model.finding import CaseResult
from secaudit.model.knowledge import Knowledge, LinuxCase, Product, ProductCase, WindowsCase

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""Any day: no case speaks of dates."""
_WSC = {"off": 0x040000, "on": 0x041000, "snoozed": 0x042000, "expired": 0x043000}
_SERVICE = {"running": 4, "stopped": 1}
_SUFFIXES = (".service", ".socket", ".timer", ".mount", ".path")


def run_product_cases(knowledge: Knowledge) -> list[CaseResult]:
    """Every case of every product, each against the whole catalogue."""
    return [
        _run(knowledge, product, number, case)
        for product in knowledge.products
        for number, case in enumerate(product.cases, start=1)
    ]


def _run(knowledge: Knowledge, product: Product, number: int, case: ProductCase) -> CaseResult:
    fact = _read(knowledge, case)
    if isinstance(fact, Missing):
        return CaseResult(product.id, number, case.found, "unclear", f"{fact.reason.value} {fact.detail}".strip())
    rows = [row for row in fact.value if isinstance(row, Mapping)] if isinstance(fact.value, list) else []
    own = next((row for row in rows if row["id"] == product.id), None)
    nothing = "nothing" if fact.complete else "unclear"
    got = nothing if own is None else _STATES.get(own.get("running"), "unclear")
    return CaseResult(product.id, number, case.found, got, "; ".join(_said(row) for row in rows if row is not own))


_STATES: Mapping[object, str] = {True: "running", False: "installed"}


def _said(row: Record) -> str:
    """Another product that the same traces show."""
    return f"{row['id']}: {_STATES.get(row.get('running'), 'unclear')}"


def _read(knowledge: Knowledge, case: ProductCase) -> Known | Missing:
    if case.windows is not None:
        platform, sections, parse = "windows", _windows(case.windows), windows_protection.products
    else:
        platform, sections, parse = "posix", _linux(case.linux or LinuxCase()), linux_protection.products
    return _parsed(Capture(platform, tuple(sections), b"", ""), knowledge, parse)


def _parsed(capture: Capture, knowledge: Knowledge, parse: Callable[[Reading], FactValue]) -> Known | Missing:
    try:
        return parse(Reading(capture, knowledge, _MOMENT))
    except NotReadError as error:
        return error.missing


def _windows(case: WindowsCase) -> list[Section]:
    """A workstation of our days."""
    services = [{"name": "EventLog", "state": 4}, *({"name": n, "state": _SERVICE[s]} for n, s in case.services.items())]
    names = [name[:-4] if name.casefold().endswith(".exe") else name for name in case.processes]
    rows = [{"name": name, "state": _WSC[state], "exists": True} for name, state in case.wsc.items()]
    documents = {
        "clock": {"now": int(_MOMENT.timestamp())},
        "os": {"version": {"CurrentBuildNumber": "19045"}, "product": {"ProductType": "WinNT"}},
        "services": {"from": "manager", "rows": services},
        "processes": {"names": ["System", *names]},
        "wsc": {"AntiVirusProduct": rows, "FirewallProduct": []},
        "vendors": {"kaspersky": [], "eset": None, "sense": None},
    }
    sections = [Section(name, SectionStatus.OK, json.dumps(body).encode()) for name, body in documents.items()]
    return [*sections, Section("defender", SectionStatus.ABSENT)]


def _linux(case: LinuxCase) -> list[Section]:
    """A machine with systemd."""
    units = {name if name.endswith(_SUFFIXES) else f"{name}.service": state for name, state in case.units.items()}
    running = [name for name, state in units.items() if state == "running"]
    bodies = {
        "clock": [f"now={int(_MOMENT.timestamp())}"],
        "packages": ["base-files", *case.packages],
        "units": [f"{name} loaded active running" for name in ("systemd-journald.service", *running)],
        "unit-files": [f"{name} enabled" for name in ("systemd-journald.service", *units)],
        "processes": [f"0\t{name}" for name in ("systemd", *(name[:15] for name in case.processes))],
    }
    return [Section(name, SectionStatus.OK, "\n".join([*lines, ""]).encode()) for name, lines in bodies.items()]
