"""Everything under ``checks/``, loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from secaudit.errors import Problem
from secaudit.model.check import Check
from secaudit.model.console import Profile
from secaudit.model.dossier import DossierRules, SystemClass
from secaudit.model.knowledge import Knowledge
from secaudit.model.level import LevelRuleSet
from secaudit.model.machine_list import ListProfile
from secaudit.model.parameter import Changed
from secaudit.model.plan import Plan
from secaudit.model.procedure import Law
from secaudit.model.requirement import Standard


@dataclass(frozen=True)
class Catalog:
    """The catalog with the digest that figures are tied to."""

    checks: Mapping[str, Check]
    """Check id -> check, sorted by id."""
    levels: tuple[LevelRuleSet, ...]
    """By ``valid_from``, oldest first."""
    plans: Mapping[str, Plan]
    knowledge: Knowledge
    digest: str
    """SHA-256 over the names and bytes of all files and of the workspace's own parameters, hexadecimal."""
    plan_files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Plan id -> the file it was read from."""
    unfinished: Mapping[str, tuple[Problem, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Id -> what is still open in a plan begun in the workspace, which nothing is measured by, nor by one it replaces."""
    standards: tuple[Standard, ...] = ()
    """By ``valid_from``, oldest first."""
    changed: tuple[Changed, ...] = ()
    """Parameters the workspace sets in place of the catalog's; ``checks`` hold them already."""
    consoles: Mapping[str, Profile] = field(default_factory=lambda: MappingProxyType({}))
    """Id -> how exports of a console are read, sorted by id. Part of the digest like every file; evidence that was taken in does
    not depend on them any more: each capture holds what was understood."""
    lists: Mapping[str, ListProfile] = field(default_factory=lambda: MappingProxyType({}))
    """Id -> how a list of machines that others keep is read, sorted by id."""
    dossiers: tuple[DossierRules, ...] = ()
    """What a level dossier consists of, by ``valid_from``, oldest first."""
    classes: Mapping[str, SystemClass] = field(default_factory=lambda: MappingProxyType({}))
    """Id -> class of systems whose dossiers are alike, sorted by id."""
    law: Law = field(default_factory=Law)
    """Procedures, transition, reports, public holidays, penalties."""

    def rule_set(self, day: date) -> LevelRuleSet | None:
        """The rule set in force on ``day``."""
        for rules in reversed(self.levels):
            if rules.valid_from <= day and (rules.valid_until is None or day <= rules.valid_until):
                return rules
        return None

    def standard(self, day: date) -> Standard | None:
        """The technical standard in force on ``day``."""
        for standard in reversed(self.standards):
            if standard.in_force(day):
                return standard
        return None

    def dossier_rules(self, day: date) -> DossierRules | None:
        """What a dossier made on ``day`` consists of; None where no act of that day is held here."""
        for rules in reversed(self.dossiers):
            if rules.in_force(day):
                return rules
        return None
