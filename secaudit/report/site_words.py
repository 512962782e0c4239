"""Words that only the pages of the report folder need."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, msg, msgc
from secaudit.model.past import Basis, Turn

BASES: Mapping[Basis, Message] = MappingProxyType(
    {
        Basis.CLOSED: msg("figures of a closed period"),
        Basis.STATED: msg("written down then"),
        Basis.RECOUNTED: msg("counted again from the evidence of then"),
    }
)
TURNS: Mapping[Turn, Message] = MappingProxyType(
    {
        Turn.WORSE: msgc("turn", "worse"),
        Turn.BETTER: msgc("turn", "better"),
        Turn.APPEARED: msgc("turn", "new"),
        Turn.VANISHED: msgc("turn", "no longer there"),
        Turn.UNKNOWN: msgc("turn", "not known any more"),
        Turn.KNOWN: msgc("turn", "known now"),
    }
)
