"""Data inside a page, for its script to read."""

from collections.abc import Mapping
from typing import Any

import orjson
from markupsafe import Markup

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def island(data: Mapping[str, Any]) -> Markup:
    """JSON in which nothing can end the element that holds it."""
    text = orjson.dumps(data).decode()
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return Markup(text)  # noqa: S704 - no sign of markup is left in it
