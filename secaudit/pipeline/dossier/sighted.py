"""What machines were seen to be: values of facts with their day and grade, so that a paper can say how it knows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import FactData, FactSet, Known
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, StoredOutcome
from secaudit.pipeline.combining import combine
from secaudit.pipeline.judging import BATCH, batched, facts_of_pieces
from secaudit.pipeline.province import Province
from secaudit.store import Store


@dataclass(frozen=True, slots=True)
class Observed:
    """A value a machine (or a console, or the machine's holder) gave."""

    text: str
    on: date
    grade: Grade
    lab: bool = False
    """From the sample province's replayed answers."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as declared and as observed; where they disagree both are shown."""

    declared: str | None = None
    observed: Observed | None = None
    differs: bool = False


@dataclass(frozen=True)
class Seen:
    """A declared machine and what is known of it at the moment of the dossier."""

    endpoint: Endpoint
    state: EndpointState
    facts: FactSet = field(default_factory=dict)
    origins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def value(self, fact: str) -> FactData | None:
        """The value of a fact; None where it was not obtained."""
        found = self.facts.get(fact)
        return found.value if isinstance(found, Known) else None

    def known(self, fact: str) -> Known | None:
        """The fact with what was not read of it."""
        found = self.facts.get(fact)
        return found if isinstance(found, Known) else None

    def text(self, fact: str) -> Observed | None:
        """A text of the machine with its day and grade."""
        value = self.value(fact)
        return self.said(value, fact) if isinstance(value, str) and value.strip() else None

    def said(self, text: str, fact: str) -> Observed:
        """Words made from ``fact``, with where it was read."""
        piece = self._origin(fact)
        if piece is None:  # facts come from evidence only
            raise LookupError(fact)
        return Observed(text, day_in_vietnam(piece.outcome.finished_at), piece.outcome.grade, piece.outcome.lab)

    def _origin(self, fact: str) -> StoredOutcome | None:
        numbers = self.origins.get(fact, ())
        for piece in self.state.pieces:
            if not numbers or piece.number == numbers[0]:
                return piece
        return self.state.evidence


def isolated(endpoint: Endpoint) -> bool:
    """Machines that stand alone are counted in a dossier and nothing else is said of them."""
    return endpoint.kind is EndpointKind.ISOLATED


def see(
    province: Province, store: Store | None, endpoints: Iterable[Endpoint], states: Mapping[str, EndpointState], moment: datetime
) -> Iterator[Seen]:
    """Each machine with the facts of its newest evidence; isolated ones never with any."""
    for group in batched(endpoints, BATCH):
        facts = facts_of_pieces(province, store, [states[one.id] for one in group if not isolated(one)])
        for endpoint in group:
            state = states[endpoint.id]
            if isolated(endpoint):
                yield Seen(endpoint, state)
                continue
            combined = combine(state, facts, province.catalog.knowledge, moment)
            yield Seen(endpoint, state, combined.facts or {}, combined.origins)
