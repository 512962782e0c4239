"""The systems of a province under two rule sets: what changes with the decree, and by which clauses."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from secaudit.classify import Comparison, compare
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.level import Classification, ClauseMatch, LevelRuleSet
from secaudit.pipeline.province import Levels, Province, classify_under

Change = Literal["same", "raised", "lowered", "open", "undetermined"]
"""``open``: under one of the two the level is not determined yet, and what is possible leaves the answer open; ``undetermined``:
under one of the two no clause fits at all."""


@dataclass(frozen=True)
class LevelChange:
    """One system under both rule sets."""

    former: Classification
    present: Classification
    change: Change
    comparison: Comparison
    """The dossier's level against the present rule set; ``kept`` where it was approved under the former one."""

    @property
    def system(self) -> str:
        """Id of the system."""
        return self.present.system

    @property
    def because(self) -> tuple[tuple[ClauseMatch, ...], tuple[ClauseMatch, ...]]:
        """The clauses that decide, or may decide, under each."""
        return _deciding(self.former), _deciding(self.present)


@dataclass(frozen=True)
class RuleSetComparison:
    """Both rule sets over one province."""

    former: Levels
    present: Levels
    changes: Mapping[str, LevelChange]

    @property
    def counts(self) -> dict[str, int]:
        """How many systems of each change, and how many levels are kept."""
        found = Counter(str(one.change) for one in self.changes.values())
        kept = sum(1 for one in self.changes.values() if one.comparison == "kept")
        return {name: found[name] for name in ("same", "raised", "lowered", "open", "undetermined")} | {"kept": kept}


def compare_rule_sets(province: Province, day: date) -> RuleSetComparison:
    """The rule set in force on ``day`` beside its predecessor (beside its successor where it has none)."""
    former, present = _pair(province, day)
    inventory = province.inventory.on(day)
    before, after = classify_under(former, inventory, day), classify_under(present, inventory, day)
    changes = {}
    for name, item in after.classifications.items():
        was = before.classifications[name]
        changes[name] = LevelChange(was, item, _change(was, item), compare(item, inventory.systems[name]))
    return RuleSetComparison(before, after, changes)


def _pair(province: Province, day: date) -> tuple[LevelRuleSet, LevelRuleSet]:
    rule_sets = province.catalog.levels
    now = province.catalog.rule_set(day)
    place = next((index for index, rules in enumerate(rule_sets) if rules is now), None)
    if place is None or len(rule_sets) < 2:
        raise UsageError(
            msg("there are no two rule sets to compare on {day}", day=day.isoformat()),
            hint=msg("rule sets: {ids}", ids=", ".join(f"{rules.id} ({rules.valid_from})" for rules in rule_sets)),
        )
    first = max(place - 1, 0)
    return rule_sets[first], rule_sets[first + 1]


def _change(former: Classification, present: Classification) -> Change:
    if former.level is not None and present.level is not None:
        if former.level == present.level:
            return "same"
        return "raised" if present.level > former.level else "lowered"
    if former.highest is None or present.highest is None:
        return "undetermined"
    if former.lowest is not None and present.lowest is not None:  # ranges that lie apart say it whatever comes out
        if present.lowest > former.highest:
            return "raised"
        if former.lowest > present.highest:
            return "lowered"
    return "open"


def _deciding(found: Classification) -> tuple[ClauseMatch, ...]:
    """Clauses of the level that came out; while it is open, all that reach above what is proven, and those that prove it."""
    if found.level is not None:
        return tuple(match for match in found.matches if match.level == found.level and match.matches)
    floor = found.lowest or 0
    return tuple(match for match in found.matches if match.level > floor or (match.level == floor and match.matches))
