"""Machines whose evidence does not count because they may not be the declared ones: in words, and for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import clean, msg
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.identity import Identity, twins_of
from secaudit.model.measurement import EndpointState
from secaudit.report.words import word

_SHOWN = 10


def print_doubts(session: Session, states: Iterable[EndpointState]) -> None:
    """Each kind with its machines; doubled ones name their twins."""
    held = [(state.endpoint, state.doubt) for state in states if state.doubt is not None]
    for kind in DoubtKind:
        of_kind = sorted((name, doubt) for name, doubt in held if doubt.kind is kind)
        if not of_kind:
            continue
        heading = msg("{count} machine(s) do not count: {reason}", count=len(of_kind), reason=word(kind))
        session.out.print(Text(session.text(heading), style="bold"))
        for name, doubt in of_kind[:_SHOWN]:
            session.out.print(Text(f"  · {clean(name)}{_beside(session, doubt)}"), soft_wrap=True)
        if len(of_kind) > _SHOWN:
            session.out.print(Text(session.text(msg("  · and {count} more, see the report", count=len(of_kind) - _SHOWN))))


def _beside(session: Session, doubt: Doubt) -> str:
    if doubt.twins:
        twins = ", ".join(clean(name) for name in doubt.twins[:3]) + (" …" if len(doubt.twins) > 3 else "")
        return ": " + session.text(msg("the same machine as {others}", others=twins))
    said = " → ".join(part for part in (doubt.was, doubt.now) if part)
    return f": {clean(said, limit=200)}" if said else ""


def print_twins(session: Session, identities: Mapping[str, Identity]) -> None:
    """Machines of one run that said to be one and the same."""
    for name, others in twins_of(identities).items():
        if name < others[0]:
            listed = ", ".join(clean(one) for one in (name, *others[:3])) + (" …" if len(others) > 3 else "")
            session.out.print(Text(session.text(msg("one machine answered for {machines}", machines=listed)), style="yellow"))


def doubts_json(states: Iterable[EndpointState]) -> list[dict[str, Any]]:
    """``held`` as docs/json.md describes it."""
    return [
        {
            "endpoint": state.endpoint,
            "reason": state.doubt.kind,
            "since": state.doubt.since,
            "was": state.doubt.was,
            "now": state.doubt.now,
            "twins": list(state.doubt.twins),
            "outcome": state.doubt.outcome,
        }
        for state in states
        if state.doubt is not None
    ]
