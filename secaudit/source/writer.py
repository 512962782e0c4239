"""Writes YAML that a person goes on editing: a comment, a few lines, and one record per line."""

from collections.abc import Mapping, Sequence

import yaml

_WIDTH = 1_000_000
"""Never fold: a record is one line, so that a change of one record is a change of one line."""


def table_text(comment: str, head: Mapping[str, object], name: str, rows: Sequence[Mapping[str, object]]) -> str:
    """``comment`` as it stands, each value of ``head`` on its line, and ``rows`` as the list ``name``."""
    lines = [comment] if comment else []
    lines += [f"{key}: {_inline(value)}\n" for key, value in head.items()]
    lines.append(f"{name}:\n" if rows else f"{name}: []\n")
    lines += [f"  - {_inline(row)}\n" for row in rows]
    return "".join(lines)


def record_text(comment: str, record: Mapping[str, object]) -> str:
    """``comment`` as it stands and one record: a line per value, mappings of more than one level a line per entry."""
    lines = [comment] if comment else []
    for key, value in record.items():
        if isinstance(value, Mapping) and value and all(isinstance(one, list | Mapping) for one in value.values()):
            lines.append(f"{_inline(key)}:\n")
            lines += [f"  {_inline(name)}: {_inline(one)}\n" for name, one in value.items()]
        else:
            lines.append(f"{_inline(key)}: {_inline(value)}\n")
    return "".join(lines)


def leading_comment(raw: bytes) -> str:
    """The comment lines at the beginning of a file: why its data are what they are, which a program must not throw away."""
    kept: list[str] = []
    for line in raw.decode("utf-8", "replace").splitlines():
        if not line.startswith("#"):
            break
        kept.append(line + "\n")
    return "".join(kept)


def _inline(value: object) -> str:
    """One value in flow style, without the end mark that PyYAML puts after a scalar."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text.removesuffix("\n").removesuffix("\n...").removesuffix("\n")
