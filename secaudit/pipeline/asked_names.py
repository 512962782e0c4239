"""Names that somebody asked for, held against those that are there."""

from collections.abc import Collection, Iterable

from secaudit.errors import UsageError
from secaudit.messages import Message, msg
from secaudit.source import did_you_mean


def require_known(kind: Message, wanted: Iterable[str] | None, known: Collection[str]) -> None:
    """:class:`UsageError` with every name of ``wanted`` that is not ``known``, and the one that was probably meant."""
    missing = [name for name in wanted or () if name not in known]
    if missing:
        raise UsageError(
            msg("the inventory has no {kind} called {id}", kind=kind, id=", ".join(missing)),
            hint=did_you_mean(missing[0], known) or msg("names stand in the inventory's files as id"),
        )
