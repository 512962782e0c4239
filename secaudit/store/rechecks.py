"""Re-checks: how each sample was drawn, from whom, and what comparing gave.

A draw is kept before anybody is asked, and its digest stands in the scope of its run, which is chained. What comparing gave can
be computed again from the facts of the two outcomes; it is kept because facts may be parsed anew by a later program.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from secaudit.messages import Message, msg
from secaudit.model.outcome import Grade, Sight
from secaudit.model.recheck import Agreement, Draw, DrawnFrom, FactAgreement, MachineRecheck, Recheck, RecheckReport
from secaudit.store import schema
from secaudit.store.chain import digest_of
from secaudit.store.codec import CodecError, Compressor, dumps, understood, unpack
from secaudit.store.rows import RowError, moment_from, moment_text


def draw_digest(draw: Draw) -> str:
    """SHA-256 over how a sample was drawn and from whom; its run, which does not exist yet, plays no part."""
    body = sha256(_population_text(draw)).hexdigest()
    given = int(draw.seed_given)
    return digest_of(
        "secaudit draw 1", moment_text(draw.at), draw.seed, given, draw.asked, draw.size, draw.out_of_reach, draw.scope, body
    )


def save_draw(connection: Connection, draw: Draw) -> None:
    """Keep a draw; once for a run, for good."""
    row = {
        "run": draw.run,
        "at": moment_text(draw.at),
        "seed": draw.seed,
        "seed_given": int(draw.seed_given),
        "asked": draw.asked,
        "size": draw.size,
        "population": len(draw.population),
        "out_of_reach": draw.out_of_reach,
        "scope": draw.scope,
        "body": Compressor().pack(_population_text(draw)),
        "digest": draw_digest(draw),
    }
    connection.execute(insert(schema.rechecks), row)


def save_results(connection: Connection, run: int, machines: Sequence[MachineRecheck]) -> None:
    """Keep what came of every machine drawn, in one transaction."""
    compressor = Compressor()
    rows = []
    for machine in machines:
        facts = [(one.name, one.agreement.value, one.before, one.after, one.detail) for one in machine.facts]
        text = dumps(facts)
        row = {
            "run": run,
            "endpoint": machine.endpoint,
            "result": machine.result.value,
            "sight": None if machine.sight is None else machine.sight.value,
            "before": machine.before,
            "after": machine.after,
        }
        rows.append({**row, "body": compressor.pack(text), "digest": _result_digest(row, text)})
    if rows:
        connection.execute(insert(schema.recheck_results), rows)


def report(connection: Connection, run: int) -> RecheckReport | None:
    """The draw of one run and what came of it; None when the run was no re-check."""
    row = connection.execute(select(schema.rechecks).where(schema.rechecks.c.run == run)).first()
    if row is None:
        return None
    draw = _draw(row)
    machines = tuple(_machines(connection, run))
    return RecheckReport(draw, machines, finished=len(machines) == draw.size)


def newest(connection: Connection, as_of: datetime) -> int | None:
    """Run of the newest re-check whose results were kept, of those drawn up to ``as_of``."""
    done = select(schema.recheck_results.c.run).distinct()
    table = schema.rechecks
    query = select(func.max(table.c.run)).where(table.c.at <= moment_text(as_of), table.c.run.in_(done))
    found = connection.scalar(query)
    return None if found is None else int(found)


def flaws(connection: Connection) -> Iterator[tuple[int, Message]]:
    """Draws and results that are not what they were when they were kept: run and what is wrong."""
    table = schema.rechecks
    for row in connection.execute(select(table, schema.runs.c.scope.label("run_scope")).join(schema.runs)):
        try:
            intact = draw_digest(_draw(row)) == row.digest and row.digest in row.run_scope
        except (CodecError, RowError):
            intact = False
        if not intact:
            yield row.run, msg("The draw of the re-check in run {number} was changed", number=row.run)
    for row in connection.execute(select(schema.recheck_results)):
        try:
            intact = _result_digest(row._asdict(), unpack(row.body)) == row.digest
        except CodecError:
            intact = False
        if not intact:
            yield row.run, msg("A result of the re-check in run {number} was changed", number=row.run)


def _population_text(draw: Draw) -> bytes:
    return dumps([(one.endpoint, one.outcome) for one in draw.population])


def _result_digest(row: dict[str, Any], text: bytes) -> str:
    fields = [row[name] for name in ("run", "endpoint", "result", "sight", "before", "after")]
    return digest_of("secaudit recheck 1", *fields, sha256(text).hexdigest())


def _draw(row: Row[Any]) -> Draw:
    def population(rows: Any) -> tuple[DrawnFrom, ...]:  # noqa: ANN401
        return tuple(DrawnFrom(str(endpoint), int(outcome)) for endpoint, outcome in rows)

    people = understood(population, unpack(row.body))
    if len(people) != row.population:
        raise CodecError(f"re-check of run {row.run}: its population is not whole")
    try:
        at = moment_from(row.at)
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
    return Draw(
        run=row.run,
        at=at,
        seed=row.seed,
        seed_given=bool(row.seed_given),
        asked=row.asked,
        size=row.size,
        population=people,
        out_of_reach=row.out_of_reach,
        scope=row.scope,
    )


def _machines(connection: Connection, run: int) -> Iterator[MachineRecheck]:
    table, earlier, later = schema.recheck_results, schema.outcomes.alias(), schema.outcomes.alias()
    query = (
        select(
            table,
            earlier.c.grade,
            earlier.c.finished_at.label("before_at"),
            later.c.finished_at.label("after_at"),
            earlier.c.lab.label("lab_before"),
            later.c.lab.label("lab_after"),
        )
        .join(earlier, earlier.c.number == table.c.before)
        .outerjoin(later, later.c.number == table.c.after)
        .where(table.c.run == run)
        .order_by(table.c.endpoint)
    )
    for row in connection.execute(query):
        try:
            yield MachineRecheck(
                endpoint=row.endpoint,
                grade=Grade(row.grade),
                before=row.before,
                before_at=moment_from(row.before_at),
                result=Recheck(row.result),
                sight=None if row.sight is None else Sight(row.sight),
                after=row.after,
                after_at=None if row.after_at is None else moment_from(row.after_at),
                facts=understood(_facts, unpack(row.body)),
                lab=bool(row.lab_before or row.lab_after),
            )
        except (ValueError, TypeError) as error:
            raise RowError(str(error)) from error


def _facts(rows: Any) -> tuple[FactAgreement, ...]:  # noqa: ANN401
    return tuple(FactAgreement(name, Agreement(kind), before, after, detail) for name, kind, before, after, detail in rows)
