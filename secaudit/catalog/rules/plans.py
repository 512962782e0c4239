"""Rules for plans; what their expressions may name is known by ``measure``, which lints them."""

from collections.abc import Collection
from fractions import Fraction

from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.sourced import Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.model.plan import Plan, Target

_WANTED = {"people": ("total", "reached"), "indicators": ("indicator",)}
"""Population -> fields that say how it is measured; all others have ``meets``."""


def sound_plans(plans: list[Sourced[Plan]], others: Collection[str] = ()) -> list[Problem]:
    """Ids, and targets that say how they are measured; ``others`` are plans that stand elsewhere."""
    problems = id_is_stem(plans, lambda plan: plan.id)
    known = {plan.value.id for plan in plans} | set(others)
    for plan in plans:
        if plan.value.beside is not None and plan.value.beside not in known - {plan.value.id}:
            problems.append(plan.problem(msg("There is no other plan called so"), ("beside",), found=plan.value.beside))
        targets = plan.value.targets
        if not targets:
            problems.append(plan.problem(msg("The plan has no target"), ("targets",)))
        problems.extend(unique((plan, ("targets", index, "id"), target.id) for index, target in enumerate(targets)))
        for index, target in enumerate(targets):
            problems.extend(_target(plan, target, index))
            problems.extend(
                unique((plan, ("targets", index, "under", number, "id"), sub.id) for number, sub in enumerate(target.under))
            )
    return problems


def _target(plan: Sourced[Plan], target: Target, index: int) -> list[Problem]:
    loc = ("targets", index)
    problems: list[Problem] = []
    if Fraction(target.share.rstrip("% ")) > 100:
        problems.append(plan.problem(msg("A share is at most 100 %"), (*loc, "share"), found=target.share))
    wanted = _WANTED.get(target.population, ("meets",))
    unwanted = [name for name in ("meets", "total", "reached", "indicator") if name not in wanted]
    problems.extend(
        plan.problem(
            msg("A target about {population} needs {name}", population=literal(target.population), name=literal(name)), loc
        )
        for name in wanted
        if getattr(target, name) is None
    )
    problems.extend(
        plan.problem(
            msg("A target about {population} has no {name}", population=literal(target.population), name=literal(name)),
            (*loc, name),
        )
        for name in unwanted
        if getattr(target, name) is not None
    )
    if target.population in _WANTED and target.under:
        message = msg("A target about {population} has nothing under it", population=literal(target.population))
        problems.append(plan.problem(message, (*loc, "under")))
    if not target.confirmed and target.source is None:
        problems.append(plan.problem(msg("A target that is not confirmed names its source"), (*loc, "confirmed")))
    return problems
