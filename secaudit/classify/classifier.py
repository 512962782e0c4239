"""Every system of an inventory against the clauses of one rule set."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from secaudit.classify.clauses import ClauseBook, Ruling
from secaudit.classify.inheritance import inherit, raised
from secaudit.classify.inputs import DEFAULT_SECTOR, Inputs, inputs_of, owner_sectors
from secaudit.classify.obligations import ObligationBook
from secaudit.classify.questions import asking_order
from secaudit.model.fact import FactData
from secaudit.model.inventory import Interpretation, Inventory
from secaudit.model.level import Classification, ClauseMatch, LevelClause, LevelRuleSet, reading_variable
from secaudit.model.system import DossierStatus, System

_HIGHEST = 5
_ANY = (1, 2, 3, 4, 5)
"""What a system of which only the name is kept may have."""


class Classifier:
    """Applies one rule set under the readings a province fixed. Raises ExpressionError when a clause does not compile."""

    def __init__(self, rules: LevelRuleSet, interpretations: Sequence[Interpretation] = ()) -> None:
        """An interpretation the rule set does not know settles nothing here; ``lint_interpretations`` reports it."""
        self._rules = rules
        self._book = ClauseBook(rules)
        self._obligations = ObligationBook(rules)
        self._order = asking_order(rules)
        self._pending = tuple(clause.id for clause in rules.clauses if clause.pending is not None)
        self._places = {clause.id: place for place, clause in enumerate(rules.clauses)}
        choices = {reading.id: reading.choices for reading in rules.readings}
        self._readings: dict[str, str] = {}
        self._reading_ids: dict[str, str] = {reading_variable(identifier): identifier for identifier in choices}
        self._guaranteed: dict[tuple[tuple[str, str], ...], int] = {}
        for taken in interpretations:
            if taken.reading in choices.get(taken.id, {}):
                self._readings.setdefault(reading_variable(taken.id), taken.reading)

    def classify_all(self, inventory: Inventory) -> dict[str, Classification]:
        """System id -> classification, components taken into account, in the inventory's order."""
        of_system = owner_sectors(inventory)
        own = {name: self.classify(system, of_system[name]) for name, system in inventory.systems.items()}
        lifted = inherit(own, inventory.systems)
        return {
            name: found if found is own[name] else self._completed(found, self._inputs(inventory.systems[name], of_system[name]))
            for name, found in lifted.items()
        }

    def classify(self, system: System, sector: str = DEFAULT_SECTOR) -> Classification:
        """One system by itself, without its components; ``sector`` is its owner's."""
        if system.state_secret:
            return self._state_secret(system)
        return self._classified(system, self._inputs(system, sector))

    def with_answer(
        self, system: System, sector: str, name: str, answer: FactData | tuple[int, int], parts: Iterable[Classification] = ()
    ) -> Classification:
        """The system as if ``name`` (an input or a reading) had this answer, a count as a range; ``parts`` are its components."""
        inputs = self._inputs(system, sector)
        known = {key: value for key, value in inputs.known.items() if key != name}
        bands = {key: ends for key, ends in inputs.bands.items() if key != name}
        if isinstance(answer, tuple):
            found = self._classified(system, Inputs(known, {**bands, name: answer}, inputs.texts))
        else:
            found = self._classified(system, Inputs({**known, name: answer}, bands, inputs.texts))
        return raised(found, parts)

    def band(self, system: System, name: str) -> tuple[int, int] | None:
        """Ends of the band that was ticked for a count; None when none was."""
        return inputs_of(system).bands.get(name)

    def _classified(self, system: System, inputs: Inputs) -> Classification:
        rulings = [(clause, self._book.rule(clause, expression, inputs)) for clause, expression in self._book.clauses]
        shown = [(clause, ruling) for clause, ruling in rulings if ruling.truth is not False]
        shown.sort(key=lambda pair: (-pair[0].level, self._places[pair[0].id]))
        found = Classification(
            system=system.id,
            rule_set=self._rules.id,
            lowest=self._lowest(inputs, shown),
            highest=max((clause.level for clause, ruling in shown), default=None),
            matches=tuple(self._match(clause, ruling, inputs) for clause, ruling in shown),
            inputs=_used(inputs, [ruling for _, ruling in shown], self._order),
            declared=system.dossier.level if system.dossier else None,
            declared_kept=_kept(system, self._rules),
            pending=self._pending,
            readings=self._named({name for _, ruling in rulings for name in ruling.readings}, inputs),
        )
        return self._completed(found, inputs)

    def _completed(self, found: Classification, inputs: Inputs) -> Classification:
        """With what depends on the range: open inputs and obligations."""
        return replace(found, missing=self._open_inputs(found), obligations=self._obligations.of(found, inputs))

    def _inputs(self, system: System, sector: str) -> Inputs:
        answered = inputs_of(system, sector)
        return replace(answered, known={**answered.known, **self._readings})

    def _lowest(self, inputs: Inputs, shown: Sequence[tuple[LevelClause, Ruling]]) -> int | None:
        proven = max((clause.level for clause, ruling in shown if ruling.truth), default=0)
        if all(ruling.truth or clause.level <= proven for clause, ruling in shown):
            return proven or None
        key = tuple(sorted((name, str(inputs.known.get(name, inputs.bands.get(name)))) for name in self._order))
        if key not in self._guaranteed:
            self._guaranteed[key] = self._book.guaranteed(inputs, self._order)
        return self._guaranteed[key] or None

    def _state_secret(self, system: System) -> Classification:
        """Only name and level are kept of such a system: nothing is derived from inputs."""
        given = system.level
        inputs = [("system.state_secret", "true")]
        if given is not None:
            inputs.append(("system.level", str(given)))
        found = Classification(
            system=system.id,
            rule_set=self._rules.id,
            lowest=given,
            highest=given or _HIGHEST,
            reached=() if given else _ANY,
            inputs=tuple(inputs),
            missing=() if given else ("system.level",),
            declared=system.dossier.level if system.dossier else None,
            declared_kept=_kept(system, self._rules),
        )
        return replace(found, obligations=self._obligations.of(found, Inputs({})))

    def _match(self, clause: LevelClause, ruling: Ruling, inputs: Inputs) -> ClauseMatch:
        missing = tuple(sorted(ruling.missing, key=self._order.index))
        return ClauseMatch(clause.id, clause.level, ruling.truth, missing, self._named(ruling.readings, inputs))

    def _named(self, variables: set[str] | tuple[str, ...], inputs: Inputs) -> tuple[str, ...]:
        return tuple(f"{self._reading_ids[name]}={inputs.known[name]}" for name in sorted(variables))

    def _open_inputs(self, found: Classification) -> tuple[str, ...]:
        """Inputs of unknown clauses that could still raise what is proven."""
        if not found.matches:
            return found.missing
        floor = found.lowest or 0
        names = {name for match in found.matches if match.matches is None and match.level > floor for name in match.missing}
        return tuple(sorted(names, key=self._order.index))


def _used(inputs: Inputs, rulings: Sequence[Ruling], order: Sequence[str]) -> tuple[tuple[str, str], ...]:
    named = {name for ruling in rulings for name in ruling.names if name in inputs.texts}
    return tuple((name, inputs.texts[name]) for name in sorted(named, key=order.index))


def _kept(system: System, rules: LevelRuleSet) -> bool:
    """Approved, with a decision dated before the day from which levels follow the new rules."""
    dossier, day = system.dossier, rules.keeps_approved_before
    if dossier is None or day is None or dossier.decision is None or dossier.level is None:
        return False
    return dossier.status is DossierStatus.APPROVED and dossier.decision.date < day
