"""What is wrong with a plan, before anything is measured."""

from collections.abc import Collection
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


def lint_plan(plan: Plan, check_ids: Collection[str]) -> list[Message]:
    """Every defect of ``plan``; its expressions are compiled, the checks they name must exist."""
    found: list[Message] = []
    if not plan.targets:
        found.append(msg("the plan {plan} has no targets", plan=plan.id))
    found += _twice([target.id for target in plan.targets])
    found += [
        msg("evidence of grade {grade} cannot prove what a machine is: only A, B and C can", grade=grade.value)
        for grade in plan.evidence.grades
        if grade not in _PROVES_MACHINES
    ]
    known = {variable_name(f"verdict.{check}") for check in check_ids}
    for target in plan.targets:
        found += _shape(target) + _share(target) + _expressions(target) + _verdicts(target, known)
    return found


def _twice(ids: list[str]) -> list[Message]:
    repeated = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    return [msg("{id} is used twice", id=identifier) for identifier in repeated]


def _shape(target: Target) -> list[Message]:
    found = _twice([sub.id for sub in target.under])
    if target.population != "people":
        if target.meets is None:
            found.append(msg("target {target}: what meets it is missing (meets)", target=target.id))
        if target.total is not None or target.reached is not None:
            found.append(msg("target {target}: total and reached are for people only", target=target.id))
        return found
    if target.total is None or target.reached is None:
        found.append(msg("target {target}: people need total and reached", target=target.id))
    elif target.reached not in _PAIRS[target.total]:
        found.append(
            msg("target {target}: {reached} is no part of {total}", target=target.id, reached=target.reached, total=target.total)
        )
    if target.meets is not None or target.under:
        found.append(msg("target {target}: people have total and reached instead of meets and under", target=target.id))
    return found


def _share(target: Target) -> list[Message]:
    share = share_of(target.share)
    if share > 1 or (share == 1 and target.sign == ">"):
        return [
            msg("target {target}: no population can reach {sign} {share}", target=target.id, sign=target.sign, share=target.share)
        ]
    return []


def _expressions(target: Target) -> list[Message]:
    compiler = Compiler(variables_of(target.population, target).values())
    texts = [("counts", target.counts), ("meets", target.meets), *((f"under {sub.id}", sub.meets) for sub in target.under)]
    found = []
    for place, text in texts:
        if text is None:
            continue
        try:
            compiler.compile(text)
        except ExpressionError as error:
            found.append(msg("target {target}, {place}: {error}", target=target.id, place=place, error=error.message))
    return found


def _verdicts(target: Target, known: set[str]) -> list[Message]:
    found = []
    for name in verdict_variables(target) if target.population == "endpoints" else ():
        if name in known:
            continue
        close = get_close_matches(name, known, n=1)
        if close:
            found.append(
                msg("target {target}: no check gives {name}; did you mean {close}?", target=target.id, name=name, close=close[0])
            )
        else:
            found.append(msg("target {target}: no check gives {name}", target=target.id, name=name))
    return found
