"""What became of rows, in words, and what a person does about it: the same on the console and in the workbook."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.intake.matching import BASES
from secaudit.intake.reconcile import Fate, Reconciled
from secaudit.messages import Message, literal, msg, msgc

FATES: Mapping[Fate, Message] = MappingProxyType(
    {
        Fate.MATCHED: msgc("row", "matched"),
        Fate.NEW: msgc("row", "new"),
        Fate.AMBIGUOUS: msgc("row", "unclear"),
        Fate.REFUSED: msgc("row", "refused"),
        Fate.TOO_OLD: msgc("row", "too old"),
        Fate.AHEAD: msgc("row", "ahead of time"),
        Fate.NO_CONTACT: msgc("row", "no last contact"),
        Fate.SUPERSEDED: msgc("row", "superseded"),
        Fate.KNOWN: msgc("row", "known already"),
    }
)
ADVICE: Mapping[Fate, Message] = MappingProxyType(
    {
        Fate.MATCHED: msg("exactly one declared machine: evidence of grade B, of the moment of its last contact"),
        Fate.NEW: msg("no agency declares it: kept under a proposed id, waits for the agency (secaudit evidence newcomers)"),
        Fate.AMBIGUOUS: msg("not certain which machine it is, so it proves nothing: see the reason of each row"),
        Fate.REFUSED: msg("never taken in: an isolated machine must not stand in a console; find out why it does"),
        Fate.TOO_OLD: msg("the console has not heard of it for too long to prove anything; switch the machine on, or see why"),
        Fate.AHEAD: msg("its last contact is still to come: correct the clock, or zone_hours in the mapping"),
        Fate.NO_CONTACT: msg("nothing says of when the row is: export with the last contact"),
        Fate.SUPERSEDED: msg("a newer or the same row of this machine stands in the file"),
        Fate.KNOWN: msg("the store has this evidence, or newer, from the same source"),
    }
)
"""What it means, and what to do."""
STEPS: tuple[Message, Message, Message] = (
    msgc("step", "P1 installed"),
    msgc("step", "P2 running, up to date"),
    msgc("step", "P3 centrally managed"),
)


def step_word(shown: bool | None) -> Message:
    """Whether a row shows a step."""
    if shown is None:
        return msgc("step", "unknown")
    return msgc("step", "yes") if shown else msgc("step", "no")


def basis_word(line: Reconciled) -> Message:
    """What a match rests on."""
    return BASES.get(line.basis, literal(line.basis))
