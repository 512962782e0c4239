"""One finding per check and endpoint."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

import orjson

from secaudit.errors import ExpressionError
from secaudit.expr import Answer, Bindings, Compiler, Expression, Memory
from secaudit.model.check import Check, Parameter
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, FactSet, FactValue, Known, Missing, MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.outcome import Grade

EVIDENCE_LIMIT = 2_000
"""Characters of one piece of evidence."""
_DECLARED = "inventory"
"""Section of the values that come from the inventory."""
_KIND = "endpoint.kind"
_LEVEL = "endpoint.level"
_OWN = frozenset({"machine.name", "endpoint.agency_addresses"})
"""Variables that are hardly ever the same on two machines of two agencies."""


@dataclass(slots=True)
class Decision:
    """What a check says of all machines with the same facts; the findings it makes are the same objects for all of them."""

    check: str
    verdict: Verdict
    missing: tuple[MissingFact, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    defect: str | None = None
    _findings: dict[Grade | None, Finding] = field(default_factory=dict, repr=False, compare=False)

    def under(self, grade: Grade | None) -> Finding:
        """The finding that rests on evidence of this grade: a province has millions, of few kinds."""
        found = self._findings.get(grade)
        if found is None:
            # Two threads may each make one: they are equal.
            found = Finding(self.check, self.verdict, self.missing, self.evidence, self.defect, grade)
            self._findings[grade] = found
        return found


_Said = tuple[str, str | None, int | None, str, tuple[str, ...] | None]
"""What the inventory says of an endpoint: the arguments of :func:`_declared`."""


class _Form(NamedTuple):
    """The expressions of a check with one set of parameter values."""

    start: int
    """The level from which on these values hold."""
    when: Expression
    passes: Expression


@dataclass(slots=True)
class _Prepared:
    """A check ready to be asked."""

    id: str
    forms: tuple[_Form, ...]
    """The lowest level first; a single one where no level has values of its own."""
    variables: frozenset[str]
    order: tuple[str, ...]
    """Variables that are facts, sorted: what evidence is made of."""
    token: Callable[[Mapping[str, Hashable]], Hashable]
    """Takes the tokens of bindings; equal exactly when the facts this check looks at are equal."""
    not_applicable: Decision
    memory: Memory[Decision] = field(default_factory=Memory)


class _Blind(NamedTuple):
    """What is said of machines of which nothing is known but what the inventory says."""

    findings: tuple[Finding, ...]
    open: tuple[bool, ...]
    """Whether it takes evidence to decide a check."""


class Subject:
    """The facts of one endpoint, bound once, with their texts as evidence."""

    __slots__ = ("bindings", "isolated", "texts")

    def __init__(self, bindings: Bindings) -> None:
        """Facts about a machine that stands isolated are never judged, wherever they come from."""
        self.bindings = bindings
        self.isolated = bindings.tokens[_KIND] == EndpointKind.ISOLATED.value
        self.texts: dict[str, str] = {}

    def text(self, variable: str) -> str:
        """The observed value as JSON, cut."""
        found = self.texts.get(variable)
        if found is None:
            found = orjson.dumps(self.bindings.observed(variable), option=orjson.OPT_SORT_KEYS).decode()
            if len(found) > EVIDENCE_LIMIT:
                found = found[: EVIDENCE_LIMIT - 1] + "…"
            self.texts[variable] = found
        return found


class Judge:
    """Compiled checks; safe to use from several threads."""

    def __init__(self, checks: Iterable[Check]) -> None:
        """Compile every check; raises ExpressionError whose ``where`` is ``id: when`` or ``id: pass``."""
        self._compiler = Compiler([*FACTS.values(), *ENDPOINT_VARIABLES.values()])
        self._blind: Memory[_Blind] = Memory()
        self._checks = tuple(self._prepare(check) for check in sorted(checks, key=lambda check: check.id))
        self._own = tuple(place for place, check in enumerate(self._checks) if not check.variables.isdisjoint(_OWN))
        """Places of checks that look at what each machine has for itself."""
        alike = (check.variables for place, check in enumerate(self._checks) if place not in self._own)
        self._variables = frozenset[str]().union(*alike)
        self._token = _token_of(self._variables)
        self._alike: Memory[tuple[Decision, ...]] = Memory()
        """Decisions of all other checks: what a list says of thousands of machines differs in few of the facts they look at."""

    def judge(
        self,
        endpoint: Endpoint,
        facts: FactSet | None,
        *,
        unseen: MissingReason = MissingReason.NOT_REACHED,
        level: int | None = None,
        agency_addresses: tuple[str, ...] | None = None,
        grade: Grade | None = None,
    ) -> tuple[Finding, ...]:
        """:meth:`judge_steps` with facts of one grade; None when there is no valid evidence."""
        steps = () if facts is None else ((grade, facts),)
        return self.judge_steps(endpoint, steps, unseen=unseen, level=level, agency_addresses=agency_addresses)

    def judge_steps(
        self,
        endpoint: Endpoint,
        steps: Sequence[tuple[Grade | None, FactSet]],
        *,
        unseen: MissingReason = MissingReason.NOT_REACHED,
        level: int | None = None,
        agency_addresses: tuple[str, ...] | None = None,
    ) -> tuple[Finding, ...]:
        """One finding per check, sorted by check id.

        ``steps`` are the facts of the best grade, then these with what worse grades add, step by step; a verdict is reached at
        the first step that decides it, and that is its grade. Without any there is no valid evidence: every fact is then
        missing for the reason ``unseen``, and only what the inventory declares can still decide that a check does not apply.
        ``level`` is the highest level of the systems on the endpoint when it is determined, ``agency_addresses`` are those of
        all machines of its agency when every one declares one.
        """
        said = (endpoint.kind.value, endpoint.os, level, endpoint.ownership, agency_addresses)
        blind = self._unseen(unseen, said)
        if not steps:
            return blind.findings
        declared = _declared(*said)
        best, facts = steps[0]
        decisions = self.decide(self.subject({**facts, **declared}))
        grades: Iterable[Grade | None] = repeat(best)
        if len(steps) > 1:
            decisions, grades = self._further(decisions, steps, declared)
        unknown = Verdict.UNKNOWN
        return tuple(
            [
                # What the inventory alone decides rests on no evidence.
                made.under(grade if is_open and made.verdict is not unknown else None)
                for made, is_open, grade in zip(decisions, blind.open, grades, strict=False)
            ]
        )

    def _further(
        self, decisions: tuple[Decision, ...], steps: Sequence[tuple[Grade | None, FactSet]], declared: Mapping[str, FactValue]
    ) -> tuple[tuple[Decision, ...], list[Grade | None]]:
        """What worse grades decide of that which better ones left open, and the grade of each decision."""
        made, grades = list(decisions), [steps[0][0]] * len(decisions)
        for grade, facts in steps[1:]:
            subject = self.subject({**facts, **declared})
            for place, check in enumerate(self._checks):
                if made[place].verdict is Verdict.UNKNOWN:
                    made[place], grades[place] = self._decide(check, subject), grade
        return tuple(made), grades

    def _unseen(self, reason: MissingReason, said: _Said) -> _Blind:
        """Machines nobody saw differ only in what the inventory says."""
        found = self._blind.entries.get((reason, said))
        if found is None:
            decisions = self.decide(self.subject({**dict.fromkeys(FACTS, Missing(reason)), **_declared(*said)}))
            is_open = tuple(made.verdict is Verdict.UNKNOWN for made in decisions)
            found = _Blind(tuple(made.under(None) for made in decisions), is_open)
            self._blind.keep((reason, said), found)
        else:
            self._blind.hits += 1
        return found

    def subject(self, values: Mapping[str, FactValue]) -> Subject:
        """``values`` (facts and ``endpoint.*``) ready for :meth:`decide`."""
        return Subject(self._compiler.bind(values))

    def decide(self, subject: Subject) -> tuple[Decision, ...]:
        """The decisions of all checks about one subject, in the order of the check ids."""
        if not self._alike.repays or subject.isolated or not self._variables.isdisjoint(subject.bindings.opaque):
            return tuple([self._decide(check, subject) for check in self._checks])
        token = self._token(subject.bindings.tokens)
        known = self._alike.entries.get(token)
        if known is None:
            decisions = tuple([self._decide(check, subject) for check in self._checks])
            self._alike.keep(token, decisions)
            return decisions
        self._alike.hits += 1
        made = list(known)
        for place in self._own:
            made[place] = self._decide(self._checks[place], subject)
        return tuple(made)

    def _prepare(self, check: Check) -> _Prepared:
        forms = tuple(
            _Form(start, self._compile(check, "when", check.when, params), self._compile(check, "pass", check.passes, params))
            for start, params in check.param_sets()
        )
        variables = forms[0].when.variables | forms[0].passes.variables
        specs = self._compiler.variables
        order = tuple(sorted(variable for variable in variables if specs[variable].name in FACTS))
        if len(forms) > 1:
            variables |= {_LEVEL}
        not_applicable = Decision(check.id, Verdict.NOT_APPLICABLE)
        return _Prepared(check.id, forms, variables, order, _token_of(variables), not_applicable)

    def _compile(self, check: Check, name: str, text: str, params: Mapping[str, Parameter]) -> Expression:
        try:
            return self._compiler.compile(text, params=params)
        except ExpressionError as error:
            raise ExpressionError(error.message, where=f"{check.id}: {name}", hint=error.hint) from None

    def _decide(self, check: _Prepared, subject: Subject) -> Decision:
        if subject.isolated:
            return check.not_applicable
        bindings = subject.bindings
        token = check.token(bindings.tokens)
        if not check.variables.isdisjoint(bindings.opaque):
            return _ask(check, subject)
        decision = check.memory.entries.get(token)
        if decision is None:
            decision = _ask(check, subject)
            check.memory.keep(token, decision)
        else:
            check.memory.hits += 1
        return decision


def _token_of(variables: frozenset[str]) -> Callable[[Mapping[str, Hashable]], Hashable]:
    return itemgetter(*variables) if variables else (lambda _tokens: ())


def _ask(check: _Prepared, subject: Subject) -> Decision:
    """The decision with the values of the machine's level; where that is open, only what every level would say."""
    if len(check.forms) == 1:
        return _ask_form(check, check.forms[0], subject)
    level = subject.bindings.data.get(_LEVEL)
    if level is not None:
        form = next((form for form in reversed(check.forms) if form.start <= level), check.forms[0])
        return _ask_form(check, form, subject)
    return _agreed(check, [_ask_form(check, form, subject) for form in check.forms], subject)


def _agreed(check: _Prepared, decisions: list[Decision], subject: Subject) -> Decision:
    """What all say; where they differ, the level is among what is missing.

    Each was reached without knowing the level, so it holds for every level its values are for; together they are for all.
    """
    first = decisions[0]
    if any(decision.defect is not None for decision in decisions):
        return next(decision for decision in decisions if decision.defect is not None)
    missing = {fact.name: fact for decision in decisions for fact in decision.missing}
    if any(decision.verdict is not first.verdict for decision in decisions):
        reason = subject.bindings.missing.get(_LEVEL, MissingReason.ABSENT)
        missing[_LEVEL] = MissingFact(_LEVEL, reason)
    elif first.verdict is not Verdict.UNKNOWN:
        return first
    evidence = next((decision.evidence for decision in decisions if decision.evidence), ())
    return Decision(check.id, Verdict.UNKNOWN, tuple(missing[name] for name in sorted(missing)), evidence)


def _ask_form(check: _Prepared, form: _Form, subject: Subject) -> Decision:
    applies = form.when.evaluate(subject.bindings)
    if applies.truth is False:
        return check.not_applicable
    answer = applies if applies.truth is None else form.passes.ask(subject.bindings)
    known = subject.bindings.data
    evidence = tuple([(name, subject.text(name)) for name in check.order if name in known])
    return Decision(check.id, _verdict(answer), answer.missing, evidence, answer.error)


def _verdict(answer: Answer) -> Verdict:
    if answer.truth is None:
        return Verdict.UNKNOWN
    return Verdict.PASS if answer.truth else Verdict.FAIL


@lru_cache(maxsize=4096)
def _declared(
    kind: str, os: str | None, level: int | None, ownership: str, addresses: tuple[str, ...] | None
) -> Mapping[str, FactValue]:
    """What the inventory says; an unanswered field is missing."""
    absent = Missing(MissingReason.ABSENT)
    return {
        _KIND: Known(kind, _DECLARED),
        "endpoint.os": absent if os is None else Known(os, _DECLARED),
        "endpoint.level": absent if level is None else Known(level, _DECLARED),
        "endpoint.ownership": Known(ownership, _DECLARED),
        "endpoint.agency_addresses": absent if addresses is None else Known(list(addresses), _DECLARED),
    }
