"""A capture becomes facts: every declared fact is known or missing with a reason."""

from datetime import datetime

from secaudit.facts.derived import DERIVED
from secaudit.facts.gate import admit
from secaudit.facts.reading import NotReadError, Parser, Reading
from secaudit.facts.registry import REGISTRY
from secaudit.model.capture import Capture
from secaudit.model.fact import FACTS, FactSet, FactSpec, FactValue, Missing, MissingReason
from secaudit.model.knowledge import Knowledge


def parse_facts(capture: Capture, knowledge: Knowledge, observed_at: datetime) -> FactSet:
    """All declared facts of ``capture``; never raises.

    A fact that this platform does not have is Missing(unsupported); one whose parser fails is Missing(error): the bytes come
    from outside, and a defect met by one machine must not cost the others their answers.
    """
    parsers = REGISTRY.get(capture.platform, {})
    reading = Reading(capture, knowledge, observed_at)
    return {name: _fact(spec, parsers.get(name), reading) for name, spec in FACTS.items()}


def _fact(spec: FactSpec, parser: Parser | None, reading: Reading) -> FactValue:
    if spec.name in DERIVED:
        return Missing(MissingReason.UNSUPPORTED, detail="counted when the machine is judged")
    if parser is None:
        return Missing(MissingReason.UNSUPPORTED, detail="this platform is not asked for it")
    try:
        return admit(spec, parser(reading))
    except NotReadError as error:
        return admit(spec, error.missing)
    except Exception as error:  # noqa: BLE001  # hostile input may meet a defect of ours: the fact is unknown, the rest stands
        return Missing(MissingReason.ERROR, detail=f"the parser failed: {type(error).__name__}")
