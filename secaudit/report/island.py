"""Data inside a page, for its script to read."""

from collections.abc import Mapping
from typing import Any

import orjson
from markupsafe import Markup

_ESCAPES = tuple((char.encode(), f"\\u{ord(char):04x}".encode()) for char in "<>&\u2028\u2029")


def island(data: Mapping[str, Any]) -> Markup:
    """JSON in which nothing can end the element that holds it."""
    written = orjson.dumps(data)
    for char, escape in _ESCAPES:
        written = written.replace(char, escape)
    return Markup(written.decode())  # noqa: S704 - no sign of markup is left in it
