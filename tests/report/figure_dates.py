"""Statutory dates as a person finds them in the files of the catalog: what comes next, and how many systems it is about."""

from datetime import date, timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from figure_count import Province

from secaudit.model.system import DossierStatus
from secaudit.resources import data_folder

LAW = data_folder("checks") / "law"


class Due(NamedTuple):
    """A day and what the files call it. Days before a weekend are not looked for: ``day`` only gives the order."""

    day: date
    id: str
    title: dict[str, str]
    systems: int
    confirmed: bool


class Dates:
    """Read from the files themselves, not through the catalog."""

    def __init__(self, province: Province, law: Path = LAW) -> None:
        self.province = province
        self._law = law

    @cached_property
    def coming(self) -> list[Due]:
        """Within a year and a day, the earliest first."""
        today = self.province.day
        found = [*self._yearly(today), *self._transition()]
        return sorted(one for one in found if today <= one.day <= today + timedelta(days=366))

    def _read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((self._law / name).read_text(encoding="utf-8"))
        return found

    def _yearly(self, today: date) -> list[Due]:
        rules = [one for one in self._read("reporting.yaml")["dates"] if "yearly" in one]
        found = []
        for one, year in product(rules, (today.year, today.year + 1)):
            day = date(year, *map(int, one["yearly"].split("-"))) - timedelta(days=one.get("before", False))
            if year >= one["first_year"]:
                found.append(Due(day, one["id"], one["title"], 0, one.get("confirmed", True)))
        return found

    def _transition(self) -> list[Due]:
        """Of systems whose level was decided before the law; the files of the province have none that was being built."""
        systems = [system for _, system in self.province.systems()]
        assert all(system.status in ("operating", "stopped") for system in systems), "count those that are being built, too"
        assert not any(one.dossier and one.dossier.status in ("submitted", "appraised") for one in systems), "count their limits"
        found = []
        for rule in self._read("transition.yaml")["transitions"]:
            decided = [
                one.dossier.decision.date
                for one in systems
                if one.status == "operating" and not one.state_secret and one.dossier is not None
                and one.dossier.status is DossierStatus.APPROVED and one.dossier.decision is not None
            ]  # fmt: skip
            owing = sum(day < rule["before"] for day in decided) if rule["applies"] == "classified" else 0
            if "due" in rule and (owing or rule["applies"] == "products"):
                found.append(Due(rule["due"], rule["id"], rule["title"], owing, rule.get("confirmed", True)))
        return found
