"""A capture becomes facts: every declared fact is known or missing with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from secaudit.facts.derived import DERIVED
from secaudit.facts.gate import admit
from secaudit.facts.reading import NotReadError, Parser, Reading
from secaudit.facts.registry import REGISTRY
from secaudit.facts.this_machine import FILLED, LOCAL, SECTION, with_stand_ins
from secaudit.model.capture import Capture
from secaudit.model.fact import FACTS, FactSet, FactSpec, FactValue, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge


def parse_facts(capture: Capture, knowledge: Knowledge, observed_at: datetime) -> FactSet:
    """All declared facts of ``capture``; never raises.

    A fact that this platform does not have is Missing(unsupported); one whose parser fails is Missing(error): the bytes come
    from outside, and a defect met by one machine must not cost the others their answers.
    """
    parsers = REGISTRY.get(capture.platform, {})
    reading = Reading(capture, knowledge, observed_at)
    facts = dict(_NOTHING)
    for name, parser in parsers.items():
        if name not in DERIVED:
            facts[name] = _fact(FACTS[name], parser, reading)
    if capture.meta.get("way") in (LOCAL, _COURIER):
        # Measured against itself every clock is right.
        facts[_SKEW] = Missing(MissingReason.UNSUPPORTED, detail="a machine cannot compare its clock with itself")
    return {**facts, **_filled(facts, parsers, reading)}


_SKEW = "time.skew_seconds"
_COURIER = "courier"
"""A collector's answer is dated by the clock of the machine that wrote it."""
_COUNTED = Missing(MissingReason.UNSUPPORTED, detail="counted when the machine is judged")
_NOT_ASKED = Missing(MissingReason.UNSUPPORTED, detail="this platform is not asked for it")
_NOTHING: Mapping[str, FactValue] = {name: _COUNTED if name in DERIVED else _NOT_ASKED for name in FACTS}
"""What is known before anything is parsed; made once, for the row of a console says little and there are many."""


def _filled(facts: FactSet, parsers: Mapping[str, Parser], reading: Reading) -> dict[str, FactValue]:
    """Facts that the probe did not obtain and psutil did, named by the section that holds psutil's reading."""
    capture = with_stand_ins(reading.capture)
    if capture is None:
        return {}
    aided = Reading(capture, reading.knowledge, reading.observed_at)
    wanted = [name for name in FILLED[capture.platform] if isinstance(facts[name], Missing)]
    found = {name: _fact(FACTS[name], parsers.get(name), aided) for name in wanted}
    return {name: replace(fact, section=SECTION) for name, fact in found.items() if isinstance(fact, Known)}


def _fact(spec: FactSpec, parser: Parser | None, reading: Reading) -> FactValue:
    if spec.name in DERIVED:
        return _COUNTED
    if parser is None:
        return _NOT_ASKED
    try:
        return admit(spec, parser(reading))
    except NotReadError as error:
        return admit(spec, error.missing)
    except Exception as error:  # noqa: BLE001  # hostile input may meet a defect of ours: the fact is unknown, the rest stands
        return Missing(MissingReason.ERROR, detail=f"the parser failed: {type(error).__name__}")
