"""``secaudit requirements status``: how each system stands against the standard, down to the machine and the paper."""

from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.judge import lab_machines, say_lab
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.requirements_words import print_conflicts, print_detail, print_standings, print_waivers
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.shares import parse_share
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import AsOf, PlanOption, existing_store, moment_of, say_changed
from secaudit.messages import msg
from secaudit.model.assessment import CheckTally, Conflict, Fulfilment, RequirementResult
from secaudit.model.base import day_in_vietnam
from secaudit.model.requirement import Requirement
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.assessing import Standing, standard_of, standings, waivers_acting
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, Province, load_province
from secaudit.report.voice import Voice

app = application()


@app.callback()
def requirements() -> None:
    """One of several commands."""


@app.command(
    cls=Command, help=N_("How each system stands against the standard: met, not met, unknown, open; and what contradicts it.")
)
def status(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    system: Annotated[
        list[str] | None,
        typer.Option(
            "--system", metavar="ID", help=N_("Only this system, every requirement with its reasons (may be repeated).")
        ),
    ] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only systems of this agency (may be repeated)."))
    ] = None,
    level: Annotated[
        int | None, typer.Option("--level", metavar="1-5", min=1, max=5, help=N_("Only systems of this level."))
    ] = None,
    accept_unknown: Annotated[
        str, typer.Option("--accept-unknown", metavar="5%", help=N_("Share of rows that may stay unknown or open."))
    ] = "0%",
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while something is unknown or open, 3 when a requirement fails or something contradicts, 0 otherwise."""
    session = session_of(context)
    accepted = parse_share(accept_unknown)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    moment = moment_of(as_of)
    _check_names(province, system, agency)
    with existing_store(folder) as store, one_bar(session, msg("Judging")) as steps:
        measured = measure_province(province, province.plan(plan), store, as_of=moment, progress=steps)
    shown = standings(measured, systems=system or (), agencies=agency or (), level=level)
    if output is OutputFormat.JSON:
        print_json("requirements-status", _json(session, measured, shown, detail=bool(system)))
    else:
        _print(session, measured, shown, detail=bool(system))
    code = _code(shown, accepted)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def _check_names(province: Province, systems: list[str] | None, agencies: list[str] | None) -> None:
    known = {file.agency.id for file in province.inventory.agencies} | {province.inventory.province.province.id}
    require_known(msg("system"), systems, province.inventory.systems)
    require_known(msg("agency"), agencies, known)


def _print(session: Session, measured: Measured, shown: tuple[Standing, ...], *, detail: bool) -> None:
    print_standings(session, measured, shown)
    if detail:
        for standing in shown:
            print_detail(session, measured, standing)
    print_conflicts(session, shown)
    print_waivers(session, measured, shown)
    say_lab(session, lab_machines(measured.states.values()))
    say_changed(session, measured.province.catalog)


def _code(shown: tuple[Standing, ...], accepted: float) -> ExitCode:
    """Failures that are excused for a time do not count; what nobody answered wins."""
    failures = sum(s.count(Fulfilment.NOT_MET) + s.count(Fulfilment.PARTLY) - s.excused for s in shown)
    total = sum((s.assessment.rows or len(s.assessment.results) + 1) if s.assessment is not None else 1 for s in shown)
    return verdict_code(
        failures=failures > 0 or any(s.conflicts for s in shown),
        unknown=sum(s.unanswered for s in shown),
        total=total,
        accepted_share=accepted,
    )


def _json(session: Session, measured: Measured, shown: tuple[Standing, ...], *, detail: bool) -> dict[str, Any]:
    """Every requirement of the systems that were asked for; of all systems the counts, or the answer would have no end."""
    voice = Voice(session.translator)
    standard = standard_of(measured)
    return {
        "as_of": measured.as_of,
        "day": day_in_vietnam(measured.as_of).isoformat(),
        "plan": measured.plan.id,
        "standard": standard.id if standard else None,
        "rule_set": measured.levels.rules.id,
        "inventory_digest": measured.province.inventory.digest,
        "catalog_digest": measured.province.catalog.digest,
        "chain_head": measured.chain_head,
        "lab": lab_machines(measured.states.values()),
        "requirements": [_asked_json(one) for one in standard.requirements] if standard else [],
        "systems": [_standing_json(voice, standing, detail=detail) for standing in shown],
        "waivers": [
            {
                "id": one.id, "valid_until": one.valid_until.isoformat(), "approver": one.approver, "reason": one.reason,
                "requirements": count,
            }
            for one, count in waivers_acting(measured, shown)
        ],
    }  # fmt: skip


def _standing_json(voice: Voice, standing: Standing, *, detail: bool) -> dict[str, Any]:
    assessment = standing.assessment
    head: dict[str, Any] = {
        "system": standing.system,
        "name": standing.name,
        "agency": standing.agency,
        "unassessed": voice.say(standing.unassessed) if standing.unassessed is not None else None,
        "conflicts": [_conflict_json(voice, one) for one in standing.conflicts],
        "waivers": list(standing.waivers),
    }
    if assessment is None:
        return head
    return {
        **head,
        "standard": assessment.standard,
        "level": assessment.level,
        "level_from": assessment.level_from,
        "up_to": assessment.up_to,
        "counts": {one.value: assessment.count(one) for one in Fulfilment},
        "excused": standing.excused,
        "rows": assessment.rows,
        "open": assessment.open_rows,
        "fulfilled": assessment.fulfilled,
        "machines": list(assessment.machines),
        "notes": [voice.say(note) for note in assessment.notes],
        **({"requirements": [_result_json(voice, result) for result in assessment.results]} if detail else {}),
    }


def _conflict_json(voice: Voice, one: Conflict) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "declared": voice.say(one.declared),
        "found": voice.say(one.found),
        "endpoints": list(one.endpoints),
    }


def _asked_json(one: Requirement) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "levels": list(one.levels),
        "strength": one.strength,
        "confirmed": one.confirmed,
        "checks": list(one.checks),
        "paper": one.manual.asked if one.manual is not None else None,
    }


def _result_json(voice: Voice, result: RequirementResult) -> dict[str, Any]:
    return {
        "id": result.requirement.id,
        "answer": result.fulfilment,
        "because": [voice.say(reason) for reason in result.because],
        "attestations": list(result.attestations),
        "waivers": list(result.waivers),
        "waived": result.waived,
        "checks": [_tally_json(tally) for tally in result.checks],
    }


def _tally_json(tally: CheckTally) -> dict[str, Any]:
    return {
        "check": tally.check,
        "passed": len(tally.passed),
        "failed": list(tally.failed),
        "waived": list(tally.waived),
        "unknown": list(tally.unknown),
        "not_applicable": len(tally.not_applicable),
    }
