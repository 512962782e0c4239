"""What is wrong with a plan, before anything is measured."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from secaudit.errors import ExpressionError
from secaudit.expr import Compiler, variable_name
from secaudit.measure.arithmetic import share_of
from secaudit.measure.variables import variables_of, verdict_variables
from secaudit.messages import Message, msg
from secaudit.model.outcome import Grade
from secaudit.model.plan import Plan, Target

_PROVES_MACHINES = (Grade.A, Grade.B, Grade.C)
_PAIRS = {"heads": ("heads_briefed",), "staff": ("staff_briefed", "staff_trained")}


@dataclass(frozen=True, slots=True)
class PlanFault:
    """One thing wrong, and the place of it in the plan's file."""

    message: Message
    loc: tuple[str | int, ...]


def lint_plan(plan: Plan, check_ids: Collection[str]) -> list[Message]:
    """Every defect of ``plan``, in words."""
    return [fault.message for fault in plan_faults(plan, check_ids)]


def plan_faults(plan: Plan, check_ids: Collection[str]) -> list[PlanFault]:
    """Every defect of ``plan`` with its place; its expressions are compiled, the checks they name must exist."""
    found: list[PlanFault] = []
    if not plan.targets:
        found.append(PlanFault(msg("the plan {plan} has no targets", plan=plan.id), ("targets",)))
    found += [PlanFault(message, ("targets",)) for message in _twice([target.id for target in plan.targets])]
    found += [
        PlanFault(
            msg("evidence of grade {grade} cannot prove what a machine is: only A, B and C can", grade=grade.value),
            ("evidence", "grades", index),
        )
        for index, grade in enumerate(plan.evidence.grades)
        if grade not in _PROVES_MACHINES
    ]
    known = {variable_name(f"verdict.{check}") for check in check_ids}
    for index, target in enumerate(plan.targets):
        for fault in (*_shape(target), *_share(target), *_expressions(target), *_verdicts(target, known)):
            found.append(PlanFault(fault.message, ("targets", index, *fault.loc)))
    return found


def _twice(ids: list[str]) -> list[Message]:
    repeated = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    return [msg("{id} is used twice", id=identifier) for identifier in repeated]


def _shape(target: Target) -> Iterator[PlanFault]:
    yield from (PlanFault(message, ("under",)) for message in _twice([sub.id for sub in target.under]))
    if target.population == "indicators":
        yield from _indicator(target)
        return
    if target.indicator is not None or target.by != "agency":
        place = "indicator" if target.indicator is not None else "by"
        yield PlanFault(msg("target {target}: indicator and by are for indicators only", target=target.id), (place,))
    if target.population != "people":
        if target.meets is None:
            yield PlanFault(msg("target {target}: what meets it is missing (meets)", target=target.id), ())
        if target.total is not None or target.reached is not None:
            place = "total" if target.total is not None else "reached"
            yield PlanFault(msg("target {target}: total and reached are for people only", target=target.id), (place,))
        return
    if target.total is None or target.reached is None:
        yield PlanFault(msg("target {target}: people need total and reached", target=target.id), ())
    elif target.reached not in _PAIRS[target.total]:
        yield PlanFault(
            msg("target {target}: {reached} is no part of {total}", target=target.id, reached=target.reached, total=target.total),
            ("reached",),
        )
    if target.meets is not None or target.under:
        yield PlanFault(
            msg("target {target}: people have total and reached instead of meets and under", target=target.id),
            ("meets" if target.meets is not None else "under",),
        )


def _indicator(target: Target) -> Iterator[PlanFault]:
    if target.indicator is None:
        yield PlanFault(msg("target {target}: the indicator that agencies declare is missing", target=target.id), ())
    unwanted = [name for name in ("meets", "under", "total", "reached") if getattr(target, name)]
    if unwanted:
        yield PlanFault(
            msg("target {target}: an indicator needs no meets, under, total or reached", target=target.id), (unwanted[0],)
        )
    if target.by == "province" and target.counts != "true":
        yield PlanFault(
            msg("target {target}: what the province declares as a whole counts no agencies", target=target.id), ("counts",)
        )


def _share(target: Target) -> Iterator[PlanFault]:
    share = share_of(target.share)
    if share > 1 or (share == 1 and target.sign == ">"):
        asked = f"{target.sign} {target.share}"
        yield PlanFault(msg("target {target}: no population can reach {asked}", target=target.id, asked=asked), ("share",))


def _expressions(target: Target) -> Iterator[PlanFault]:
    compiler = Compiler(variables_of(target.population, target).values())
    texts: list[tuple[str, str | None, tuple[str | int, ...]]] = [
        ("counts", target.counts, ("counts",)),
        ("meets", target.meets, ("meets",)),
        *((f"under {sub.id}", sub.meets, ("under", index, "meets")) for index, sub in enumerate(target.under)),
    ]
    for place, text, loc in texts:
        if text is None:
            continue
        try:
            compiler.compile(text)
        except ExpressionError as error:
            yield PlanFault(msg("target {target}, {place}: {error}", target=target.id, place=place, error=error.message), loc)


def _verdicts(target: Target, known: set[str]) -> Iterator[PlanFault]:
    for name in verdict_variables(target) if target.population == "endpoints" else ():
        if name in known:
            continue
        loc = _place_of(target, name)
        close = get_close_matches(name, known, n=1)
        if close:
            text = msg(
                "target {target}: no check gives {name}; did you mean {close}?", target=target.id, name=name, close=close[0]
            )
            yield PlanFault(text, loc)
        else:
            yield PlanFault(msg("target {target}: no check gives {name}", target=target.id, name=name), loc)


def _place_of(target: Target, name: str) -> tuple[str | int, ...]:
    """Where an expression names ``name`` first."""
    if name in target.counts:
        return ("counts",)
    if target.meets is not None and name in target.meets:
        return ("meets",)
    return next((("under", index, "meets") for index, sub in enumerate(target.under) if name in sub.meets), ("meets",))
