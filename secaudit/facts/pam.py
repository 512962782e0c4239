"""The stacks of PAM as a service really gets them (section pam): includes followed, arguments as far as the probe sends them."""

from collections.abc import Iterator
from dataclasses import dataclass

from secaudit.facts.reading import Reading
from secaudit.model.fact import MissingReason

_MAX_DEPTH = 6
_MAX_RULES = 400
_INCLUDES = ("include", "substack")
_IGNORED = frozenset({"common-session", "common-session-noninteractive"})
"""Included everywhere and not sent: nothing of sessions is judged."""
_HARMLESS = frozenset({"optional"})
"""A module that stands in a stack as optional decides nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One module in one stack."""

    control: str
    module: str
    arguments: tuple[str, ...]
    within: tuple[int, ...] = ()
    """Substacks around it: a decision in one of them ends no more than that one."""

    @property
    def decides(self) -> bool:
        """Its answer counts."""
        return self.control not in _HARMLESS

    def number(self, name: str) -> int | None:
        """Value of ``name=N``; the last one counts."""
        for argument in reversed(self.arguments):
            key, sign, value = argument.partition("=")
            if key == name and sign:
                digits = value.removeprefix("-")
                if digits.isascii() and digits.isdigit() and len(digits) < 10:
                    return int(value)
        return None

    def text(self, name: str) -> str:
        """Value of ``name=...``; empty when it is not there."""
        return next((word.partition("=")[2] for word in reversed(self.arguments) if word.startswith(f"{name}=")), "")


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    control: str
    module: str
    arguments: tuple[str, ...]


def _files(reading: Reading) -> dict[str, list[_Line] | None]:
    """Name of a service -> its lines; None for a file that may not be read."""
    files: dict[str, list[_Line] | None] = {}
    current: list[_Line] = []
    for line in reading.lines("pam"):
        if line.startswith("file "):
            current = []
            files[line.removeprefix("file ")] = current
        elif line.startswith("denied "):
            files[line.removeprefix("denied ")] = None
        elif line.startswith("| "):
            words = line.removeprefix("| ").split("\t")
            if words[0] == "@include" and len(words) >= 2:
                current.append(_Line("@include", "", words[1], ()))
            elif len(words) == 4:
                current.append(_Line(words[0], words[1], words[2], tuple(words[3].split())))
    if not files:
        reading.fail(MissingReason.ERROR, "pam", "no stack is listed")
    return files


def services(reading: Reading) -> frozenset[str]:
    """Names of the files that were found."""
    return frozenset(reading.once(_files))


def stack(reading: Reading, service: str, kind: str) -> list[Rule]:
    """Modules of one stack (``auth``, ``account``, ``password``) in order; NotReadError when part of it was not read."""
    found: list[Rule] = []
    for rule in _walk(reading, reading.once(_files), service, kind, (0, ())):
        found.append(rule)
        if len(found) > _MAX_RULES:
            reading.fail(MissingReason.ERROR, "pam", "a stack has no end")
    return found


def _walk(
    reading: Reading, files: dict[str, list[_Line] | None], name: str, kind: str, place: tuple[int, tuple[int, ...]]
) -> Iterator[Rule]:
    depth, within = place
    if name not in files:
        reading.fail(MissingReason.UNSUPPORTED, "pam", f"{name} is part of a stack and was not read")
    lines = files[name]
    if lines is None:
        reading.fail(MissingReason.DENIED, "pam", f"{name} may not be read")
    if depth > _MAX_DEPTH:
        reading.fail(MissingReason.ERROR, "pam", "stacks include each other")
    for number, line in enumerate(lines):
        if line.kind == "@include":
            if line.module not in _IGNORED:
                yield from _walk(reading, files, line.module, kind, (depth + 1, within))
        elif line.kind == kind:
            if line.control in _INCLUDES:
                inner = (*within, number) if line.control == "substack" else within
                yield from _walk(reading, files, line.module, kind, (depth + 1, inner))
            else:
                yield Rule(line.control, line.module.removesuffix(".so"), line.arguments, within)
