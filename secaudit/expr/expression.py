"""Compiled expressions and their answers."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from cel_expr_python import cel

from secaudit.expr.bindings import Bindings
from secaudit.expr.interrupt import require_finished
from secaudit.expr.memory import Memory
from secaudit.model.fact import FactSpec, MissingReason
from secaudit.model.finding import MissingFact

_ERROR_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expression says about one set of facts."""

    truth: bool | None
    """None is unknown."""
    missing: tuple[MissingFact, ...] = ()
    """For unknown: every fact and record field the expression refers to and that was missing, by name."""
    error: str | None = None
    """For unknown: an error that no missing fact explains, a defect of the expression."""


_NO_GAPS: Mapping[str, MissingReason] = {}
TRUE = Answer(True)
FALSE = Answer(False)


class Expression:
    """One compiled expression; safe to use from several threads."""

    def __init__(
        self,
        text: str,
        variables: frozenset[str],
        fields: frozenset[tuple[str, str]],
        unguarded: frozenset[str],
        specs: Mapping[str, FactSpec],
        program: Callable[[frozenset[str]], cel.Expression],
    ) -> None:
        """Made by ``Compiler.compile``; ``program`` gives the form for a set of record lists that were not read completely."""
        self.text = text
        self.variables = variables
        """Variables as written in the text, parameters left out."""
        self.names = frozenset(specs[variable].name for variable in variables)
        """Declared names of those variables."""
        self.unguarded = unguarded
        """Variables of lists about which all() says true when they are empty, without a size() beside it."""
        self._specs = specs
        self._fields = fields
        self._program = program
        self._plain = program(frozenset())
        self._variants: dict[frozenset[str], cel.Expression] = {}
        self._memory: Memory[Answer] = Memory()
        self._missed: Memory[tuple[MissingFact, ...]] = Memory()
        self._order = tuple(sorted(variables))
        self._token: Callable[[Mapping[str, Hashable]], Hashable] = (
            itemgetter(*self._order) if variables else (lambda _tokens: ())
        )

    def evaluate(self, bindings: Bindings) -> Answer:
        """True and false when the facts prove it, unknown otherwise; never raises for what the facts hold."""
        token = self._token(bindings.tokens)
        if not self.variables.isdisjoint(bindings.opaque):
            return self._run(bindings)
        answer = self._memory.entries.get(token)
        if answer is None:
            answer = self._run(bindings)
            self._memory.keep(token, answer)
        else:
            self._memory.hits += 1
        return answer

    def ask(self, bindings: Bindings) -> Answer:
        """Like :meth:`evaluate`, without remembering: for callers that remember themselves."""
        self._token(bindings.tokens)  # looks at the variables
        return self._run(bindings)

    def _run(self, bindings: Bindings) -> Answer:
        program = self._plain
        if bindings.incomplete and not self.variables.isdisjoint(bindings.incomplete):
            program = self._variant(self.variables & bindings.incomplete)
        try:
            value = program.eval(bindings.activation()).value()
        except RuntimeError as error:  # the iteration budget
            value = str(error)
        # An error's value is its text, which is true: only the two singletons count.
        if value is True:
            return TRUE
        if value is False:
            return FALSE
        require_finished(str(value))
        missing = self._missing(bindings)
        return Answer(None, missing) if missing else Answer(None, (), str(value)[:_ERROR_LENGTH])

    def _variant(self, incomplete: frozenset[str]) -> cel.Expression:
        variant = self._variants.get(incomplete)
        if variant is None:
            variant = self._variants[incomplete] = self._program(incomplete)
        return variant

    def _missing(self, bindings: Bindings) -> tuple[MissingFact, ...]:
        if not self.variables.isdisjoint(bindings.gaps) or not self.variables.isdisjoint(bindings.incomplete):
            return self._collect(bindings)
        # Only whole facts are missing: few combinations, many machines.
        key = tuple(map(bindings.missing.get, self._order))
        found = self._missed.entries.get(key)
        if found is None:
            found = self._collect(bindings)
            self._missed.keep(key, found)
        else:
            self._missed.hits += 1
        return found

    def _collect(self, bindings: Bindings) -> tuple[MissingFact, ...]:
        found = {
            self._specs[variable].name: bindings.missing[variable] for variable in self.variables if variable in bindings.missing
        }
        for variable in self.variables & bindings.incomplete:
            found[self._specs[variable].name] = MissingReason.TRUNCATED
        for variable, field in self._fields:
            reason = bindings.gaps.get(variable, _NO_GAPS).get(field)
            if reason is not None:
                found[f"{self._specs[variable].name}[].{field}"] = reason
        return tuple(MissingFact(name, found[name]) for name in sorted(found))
