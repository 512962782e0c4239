"""How a value is written: quoted only where a plain text would be read as something else, in the style of the sample files."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeGuard

import yaml

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_IN_FLOW = frozenset(",[]{}")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+")
"""Numbers of YAML 1.2: an editor may read by it what PyYAML reads by 1.1."""
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLOCK_HEADS = frozenset({"agency", "province"})
"""Fields of a file whose own fields stand one per line."""
_BLOCK_RECORDS = frozenset({"systems", "shared_systems"})
"""Lists whose records take a line per field; machines and everything else take one line per record."""
_RESOLVERS: Mapping[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers


def scalar_of(value: object) -> str | None:
    """The characters our reader hands out for ``value``; None for None."""
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no YAML form for {type(value).__name__}")


def scalar_text(value: object, *, flow: bool, quote: str = "", like: str | None = None) -> str:
    """``value`` as it stands in a file.

    ``quote`` is the quotation mark that stood there before; ``like`` the plain text that stood there before: a text of the same
    kind (a count after a count) may then stand plain too.
    """
    text = scalar_of(value)
    if text is None:
        return "null"
    if not isinstance(value, str):
        return text
    if quote == "'" and not _UNSEEN.search(text):
        return "'" + text.replace("'", "''") + "'"
    if not quote and _is_safe(text, flow=flow):
        kind = kind_of(text)
        if kind == "str" or (like is not None and kind == kind_of(like) and kind != "null"):
            return text
    return '"' + "".join(_SHORT.get(char) or _escaped(char) for char in text) + '"'


def kind_of(text: str) -> str:
    """What other readers of YAML take a plain text for: ``str`` when all of them see a text."""
    for tag, pattern in (*_RESOLVERS.get(text[:1], ()), *_RESOLVERS.get("", ())):
        if pattern.match(text):
            return str(tag.rpartition(":")[2])
    return "number" if _NUMBER.fullmatch(text) else "str"


def _is_safe(text: str, *, flow: bool) -> bool:
    """Whether a plain ``text`` comes back whole, whatever kind it is taken for."""
    if not text or text != text.strip() or text[0] in _INDICATORS or text.startswith("..."):
        return False
    if ": " in text or " #" in text or text.endswith(":") or _UNSEEN.search(text):
        return False
    return not flow or not (any(char in _IN_FLOW for char in text) or "::" in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return char if not _UNSEEN.match(char) else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def inline(value: object, *, flow: bool = False) -> str:
    """``value`` in one line; ``flow`` when it stands inside brackets."""
    if isinstance(value, Mapping):
        pairs = (f"{scalar_text(key, flow=True)}: {inline(one, flow=True)}" for key, one in filled(value))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(one, flow=True) for one in value) + "]"
    return scalar_text(value, flow=flow)


def filled(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The fields that are answered: None is not written."""
    return ((key, value) for key, value in fields.items() if value is not None)


def field_lines(key: str, value: object, *, top: bool) -> list[str]:
    """One field of a mapping as lines without indentation; ``top`` for a field of the whole file."""
    name = scalar_text(key, flow=False)
    if top and key in _BLOCK_HEADS and isinstance(value, Mapping) and any(filled(value)):
        return [f"{name}:", *(f"  {line}" for field, one in filled(value) for line in field_lines(field, one, top=False))]
    if is_records(value):
        return [f"{name}:", *(f"  {line}" for record in value for line in record_lines(record, block=key in _BLOCK_RECORDS))]
    return [f"{name}: {inline(value)}"]


def record_lines(record: object, *, block: bool) -> list[str]:
    """One item of a list, with its dash, as lines without indentation."""
    if block and isinstance(record, Mapping) and any(filled(record)):
        lines = [line for key, value in filled(record) for line in field_lines(key, value, top=False)]
        return [("  " if index else "- ") + line for index, line in enumerate(lines)]
    return [f"- {inline(record)}"]


def is_records(value: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    """Whether ``value`` is a list of records, which take lines of their own."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(one, Mapping) for one in value)
    )
