"""``secaudit runs``: what was gathered when, by whom."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.doubts import print_twins
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.recheck_words import print_recheck, recheck_json
from secaudit.cli.session import FormatOption, Session, WorkspaceOption, session_of, workspace_folder
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import needed_store
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.console import EvidenceSource
from secaudit.model.identity import twins_of
from secaudit.model.outcome import Offer, OfferResult, Outcome, Run, Sight, StoredOutcome, Way
from secaudit.report.words import word
from secaudit.store import Store

app = application(help=N_("What was gathered when, by whom, and with what result."))

STATUS: dict[str, Message] = {
    "running": msgc("run", "running"),
    "finished": msgc("run", "finished"),
    "interrupted": msgc("run", "interrupted"),
    "failed": msgc("run", "failed"),
}


METHODS: dict[str, Message] = {
    "publickey": msgc("credential", "key"),
    "password": msgc("credential", "password"),
    "keyboard-interactive": msgc("credential", "password, asked for"),
}
OFFER_RESULTS: dict[OfferResult, Message] = {
    OfferResult.ACCEPTED: msgc("offer", "accepted"),
    OfferResult.PARTIAL: msgc("offer", "accepted, more is wanted"),
    OfferResult.REFUSED: msgc("offer", "refused"),
    OfferResult.UNSUPPORTED: msgc("offer", "this kind is not taken there"),
    OfferResult.NO_ANSWER: msgc("offer", "no answer"),
}


@app.command("list", cls=Command, help=N_("All runs, the newest first."))
def list_runs(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Number, time, who, what, and counts by sight."""
    session = session_of(context)
    with needed_store(workspace_folder(workspace)) as store:
        runs = list(reversed(store.runs()))
    if output is OutputFormat.JSON:
        print_json("runs", {"runs": [run_json(run) for run in runs]})
        return
    table = Table()
    for heading in (msg("Run"), msg("Started"), msg("Status"), msg("By"), msg("Scope"), msg("Seen"), msg("Not seen")):
        table.add_column(session.text(heading), overflow="fold")
    for run in runs:
        counts = dict(run.counts)
        seen = counts.get(Sight.SEEN, 0)
        table.add_row(
            str(run.number),
            run.started_at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M"),
            session.text(STATUS[run.status]),
            Text(clean(run.who)),
            Text(scope_text(session, run.scope)),
            str(seen),
            str(sum(counts.values()) - seen),
        )
    session.out.print(table)


@app.command(cls=Command, help=N_("One run: every endpoint and how it ended."))
def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=N_("Number of the run, from runs list."))],
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Outcomes in the order they were kept."""
    session = session_of(context)
    with needed_store(workspace_folder(workspace)) as store:
        run = _known_run(store, number)
        outcomes = store.outcomes(number)
        offers, identities = store.offers(number), store.identities(number)
    if output is OutputFormat.JSON:
        by_machine = _by_machine(offers)
        shown = [{**outcome_json(one), "offers": [offer_json(offer) for offer in offers_of(one, by_machine)]} for one in outcomes]
        twins = [{"endpoint": name, "others": list(others)} for name, others in twins_of(identities).items()]
        print_json("run", {"run": run_json(run), "outcomes": shown, "twins": twins})
        return
    _print_outcomes(session, run, outcomes, offers)
    print_twins(session, identities)


@app.command("recheck", cls=Command, help=N_("A re-check: how the sample was drawn, and what comparing gave, fact by fact."))
def show_recheck(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=N_("Number of the run, from runs list."))],
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """The machines that differ first."""
    session = session_of(context)
    with needed_store(workspace_folder(workspace)) as store:
        report = store.recheck(number)
    if report is None:
        raise UsageError(
            msg("run {number} was no re-check", number=number),
            hint=msg("secaudit runs list shows which were; secaudit scan --recheck makes one"),
        )
    if output is OutputFormat.JSON:
        print_json("recheck", recheck_json(report))
    else:
        print_recheck(session, report)


@app.command(cls=Command, help=N_("Each machine where a credential was offered in a run, and which one."))
def offers(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=N_("Number of the run, from runs list."))],
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """In the order of time; jump hosts and machines that were given up in the middle stand here too."""
    session = session_of(context)
    with needed_store(workspace_folder(workspace)) as store:
        run = _known_run(store, number)
        made = store.offers(number)
    if output is OutputFormat.JSON:
        print_json("offers", {"run": run_json(run), "offers": [offer_json(offer) for offer in made]})
        return
    table = Table(title=session.text(msg("Run {number}: {status}", number=run.number, status=STATUS[run.status])))
    for heading in (msg("Machine"), msg("Address"), msg("Account"), msg("Credential"), msg("Time"), msg("Result")):
        table.add_column(session.text(heading), overflow="fold")
    for offer in made:
        table.add_row(
            Text(clean(offer.machine)),
            Text(clean(offer.place)),
            Text(clean(offer.account)),
            Text(_credential(session, offer)),
            offer.at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M:%S"),
            Text(session.text(OFFER_RESULTS[offer.result]), style="green" if offer.result is OfferResult.ACCEPTED else "yellow"),
        )
    session.out.print(table)


def _known_run(store: Store, number: int) -> Run:
    known = [run.number for run in store.runs()]
    if number not in known:
        raise UsageError(
            msg("there is no run {number}", number=number),
            hint=msg("the newest is {newest}; secaudit runs list shows all", newest=max(known, default=0)),
        )
    return store.run(number)


def _by_machine(offers: Sequence[Offer]) -> dict[str, list[Offer]]:
    found: dict[str, list[Offer]] = {}
    for offer in offers:
        found.setdefault(offer.machine, []).append(offer)
    return found


def offers_of(stored: StoredOutcome, offers: Mapping[str, Sequence[Offer]]) -> list[Offer]:
    """What was offered to the machine of one outcome while it was looked at; ``offers`` are those of the run by machine."""
    outcome = stored.outcome
    return [offer for offer in offers.get(outcome.endpoint, ()) if outcome.started_at <= offer.at <= outcome.finished_at]


def _credential(session: Session, offer: Offer) -> str:
    kind = session.text(METHODS.get(offer.method, literal(offer.method)))
    return clean(f"{kind} {offer.fingerprint}" if offer.fingerprint else kind)


_MARKS = {
    Way.LOCAL: msgc("mark", " (local)"),
    Way.CONSOLE: msgc("mark", " (console, grade B)"),
    Way.COURIER: msgc("mark", " (collector, grade C)"),
}


def _print_outcomes(session: Session, run: Run, outcomes: list[StoredOutcome], offers: Sequence[Offer]) -> None:
    table = Table(title=session.text(msg("Run {number}: {status}", number=run.number, status=STATUS[run.status])))
    headings = (
        msg("No."), msg("Endpoint"), msg("Result"), msg("Evidence"), msg("Seconds"), msg("Offered"), msg("Detail"), msg("Chain"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(session.text(heading), overflow="fold")
    by_machine = _by_machine(offers)
    for stored in outcomes:
        outcome = stored.outcome
        seconds = (outcome.finished_at - outcome.started_at).total_seconds()
        mark = session.text(msgc("mark", " (lab data)")) if outcome.lab else ""
        mark += session.text(_MARKS[outcome.way]) if outcome.way in _MARKS else ""
        table.add_row(
            str(stored.number),
            Text(clean(outcome.endpoint)),
            Text(session.text(word(outcome.sight)) + mark, style="green" if outcome.sight is Sight.SEEN else "yellow"),
            Text(_evidence(session, outcome)),
            f"{seconds:.1f}" if outcome.way in (Way.SSH, Way.LOCAL) else "",
            Text(", ".join(f"{o.account}: {_credential(session, o)}" for o in offers_of(stored, by_machine))),
            Text(clean(outcome.detail, limit=160)),
            stored.chain[:12],
        )
    session.out.print(table)


def _evidence(session: Session, outcome: Outcome) -> str:
    """Grade, way and moment of what was seen; an attempt that saw nothing is no evidence."""
    if outcome.sight is not Sight.SEEN:
        return "–"
    at = outcome.finished_at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")
    known = {source.value: source for source in EvidenceSource}
    source = known.get(outcome.server_version or "") if outcome.way is Way.CONSOLE else None
    return f"{outcome.grade.value} · {session.text(word(source or outcome.way))} · {at}"


def scope_text(session: Session, scope: str) -> str:
    """The scope as the store keeps it, in words: how machines were chosen, then the names that narrowed it."""
    chosen, *names = scope.split(", ")
    words = {
        "without fresh evidence": msg("without fresh evidence"),
        "all again": msg("all again"),
        "this machine": msg("this machine"),
        "recheck": msg("re-check"),
        "answers": msg("answers of collectors"),
        "export": msg("an export"),
        "search": msg("search of networks"),
    }
    kinds = {
        "agency": msg("agency"),
        "system": msg("system"),
        "endpoint": msg("machine"),
        "sample": msgc("recheck", "sample"),
        "seed": msgc("recheck", "seed"),
        "draw": msgc("recheck", "draw"),
        "agencies": msgc("scope", "agencies"),
        "files": msgc("scope", "files"),
        "source": msgc("scope", "source"),
        "digest": msgc("scope", "digest"),
        "networks": msgc("scope", "networks"),
        "outside": msgc("scope", "beyond the inventory"),
    }
    parts: list[Message] = [words.get(chosen, literal(clean(chosen)))]
    for name in names:
        kind, _, value = name.partition("=")
        parts.append(msg("{kind} {id}", kind=kinds[kind], id=value) if kind in kinds else literal(clean(name)))
    return ", ".join(session.text(part) for part in parts)


def run_json(run: Run) -> dict[str, Any]:
    """One run as docs/json.md describes it."""
    return {
        "number": run.number,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "status": run.status,
        "who": run.who,
        "way": run.way,
        "scope": run.scope,
        "inventory_digest": run.inventory_digest,
        "catalog_digest": run.catalog_digest,
        "counts": dict(run.counts),
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    """One offered credential as docs/json.md describes it."""
    return {
        "machine": offer.machine,
        "place": offer.place,
        "account": offer.account,
        "method": offer.method,
        "fingerprint": offer.fingerprint,
        "at": offer.at,
        "result": offer.result,
    }


def outcome_json(stored: StoredOutcome) -> dict[str, Any]:
    """One outcome as docs/json.md describes it."""
    outcome = stored.outcome
    return {
        "number": stored.number,
        "endpoint": outcome.endpoint,
        "sight": outcome.sight,
        "way": outcome.way,
        "grade": outcome.grade,
        "started_at": outcome.started_at,
        "finished_at": outcome.finished_at,
        "detail": outcome.detail,
        "host_key": outcome.host_key,
        "server_version": outcome.server_version,
        "lab": outcome.lab,
        "chain": stored.chain,
    }
