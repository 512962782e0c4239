"""Offices by name, and the one thing a province settles where the office that operates would appraise itself."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from secaudit.messages import msg
from secaudit.model.base import Texts
from secaudit.model.decision import ProvinceAction
from secaudit.model.procedure import Procedure, Role
from secaudit.model.system import System

_MINISTRY_LEVELS = (4, 5)


@dataclass(frozen=True, slots=True)
class Offices:
    """Who owns a system, who is designated there, and who operates it."""

    owner: str | None = None
    designated: str | None = None
    operator: str | None = None
    """As declared; None when nobody said."""


def named(texts: Texts | None, role: Role | None, offices: Offices) -> Texts | None:
    """An office with its own name, where the inventory knows it."""
    names: Mapping[Role | None, str | None] = {"owner": offices.owner, "designated_unit": offices.designated}
    name = names.get(role)
    if texts is None or name is None:
        return texts
    return Texts(vi=f"{texts.vi}: {name}", en=f"{texts.en}: {name}")


def same_office(one: str | None, other: str | None) -> bool:
    """Whether two names are one office, whatever their case and spaces."""
    return one is not None and other is not None and _folded(one) == _folded(other)


def names_one_of(office: str, names: Iterable[str]) -> bool:
    """Whether an office bears one of these names or is a part of it: ``Cục A05, Bộ Công an``."""
    words = f" {_words(office)} "
    return any(f" {_words(name)} " in words for name in names)


def self_appraisals(
    systems: Iterable[System], offices: Mapping[str, Offices], levels: Mapping[str, tuple[int, ...]], procedure: Procedure
) -> tuple[ProvinceAction, ...]:
    """At most one action for all systems whose operator appraises, and one for those that may be so (331/2026, 18.4).

    A system that the Ministry appraises is none of them, nor one that is decided or stopped.
    """
    certain: list[str] = []
    open_: list[str] = []
    for system in systems:
        if not _to_be_appraised(system, levels.get(system.id, ())):
            continue
        office = offices.get(system.id, Offices())
        appraiser = (system.dossier.appraiser if system.dossier else None) or office.designated
        if office.operator is None or appraiser is None:
            open_.append(system.id)
        elif same_office(office.operator, appraiser):
            certain.append(system.id)
    clause = procedure.own_systems_clause or ""
    actions: list[ProvinceAction] = []
    if certain:
        text = msg(
            "The office that operates would appraise its own dossiers: {count} systems. One decision settles all: the owner "
            "assigns another capable unit, or sets up an independent appraisal council.",
            count=len(certain),
        )
        actions.append(ProvinceAction("operator_appraises", text, clause, tuple(sorted(certain))))
    if open_:
        text = msg(
            "Of {count} systems still to be appraised the operator or the appraiser is not on record: nobody can say whether the "
            "office that operates would appraise itself.",
            count=len(open_),
        )
        actions.append(ProvinceAction("operator_unknown", text, clause, tuple(sorted(open_))))
    return tuple(actions)


def _to_be_appraised(system: System, levels: tuple[int, ...]) -> bool:
    if system.state_secret or system.status == "stopped":
        return False
    if system.dossier is not None and system.dossier.status in ("approved", "appraised"):
        return False
    return not levels or min(levels) not in _MINISTRY_LEVELS


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", _folded(name)))


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
