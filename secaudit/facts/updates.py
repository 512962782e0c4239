"""Updates of a Linux machine: each fact from the sections of the tool the machine really has."""

from secaudit.facts import apt, repositories, system_updates, update_automation, update_tool
from secaudit.facts.reading import Parser, Reading
from secaudit.facts.update_tool import APT, tool
from secaudit.model.fact import FactValue, Missing, MissingReason

_OTHERS: dict[str, Parser] = {**system_updates.PARSERS, **update_automation.PARSERS}


def _by_tool(name: str) -> Parser:
    def parse(reading: Reading) -> FactValue:
        if reading.once(tool) == APT:
            return apt.PARSERS[name](reading)
        if name in _OTHERS:
            return _OTHERS[name](reading)
        return Missing(MissingReason.UNSUPPORTED, "update-tool", "the tool of this machine knows no such thing")

    return parse


PARSERS: dict[str, Parser] = {
    **{name: _by_tool(name) for name in apt.PARSERS},
    **update_tool.PARSERS,
    **repositories.PARSERS,
}
