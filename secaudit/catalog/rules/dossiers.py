"""Rules for what dossiers consist of, and for classes of systems."""

from itertools import pairwise

from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.sourced import Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.model.dossier import DossierRules, SystemClass


def sound_dossiers(found: list[Sourced[DossierRules]]) -> list[Problem]:
    """One set of rules for each day, each form once."""
    problems = id_is_stem(found, lambda one: one.id)
    problems += unique(
        (one, ("forms", index, "number"), f"{one.value.id}:{form.number}")
        for one in found
        for index, form in enumerate(one.value.forms)
    )
    ordered = sorted(found, key=lambda one: one.value.valid_from)
    for earlier, later in pairwise(ordered):
        ends = earlier.value.valid_until
        if ends is None or ends >= later.value.valid_from:
            problems.append(
                later.problem(
                    msg("On this day the rules of another act are still in force: {id}", id=earlier.value.id),
                    ("valid_from",),
                    found=str(later.value.valid_from),
                    hint=msg("give {id} its last day in valid_until", id=earlier.value.id),
                )
            )
    return problems


def sound_classes(found: list[Sourced[SystemClass]]) -> list[Problem]:
    """A class must leave something out, and only a criterion that exists can stay unanswered."""
    problems = id_is_stem(found, lambda one: one.id)
    for one in found:
        known = {"kinds": one.value.kinds, "infrastructure": one.value.infrastructure, "serves": one.value.serves}
        if not any((*known.values(), one.value.tiers)):
            problems.append(
                one.problem(
                    msg("This class holds every system: it names no criterion"),
                    hint=msg("name at least one of {names}", names="tiers, kinds, infrastructure, serves"),
                )
            )
        problems += [
            one.problem(
                msg("This criterion is not part of the class"),
                ("unanswered", index),
                found=name,
                expected=literal(", ".join(key for key, allowed in known.items() if allowed)),
            )
            for index, name in enumerate(one.value.unanswered)
            if not known[name]
        ]
    return problems
