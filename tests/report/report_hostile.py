"""Poisons every text of a document that comes from outside."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Literal, get_args, get_origin, get_type_hints

from secaudit.messages import Message
from secaudit.model.base import Texts
from secaudit.report.document import ReportDocument

PAYLOAD = (
    '<script>document.title="owned"</script></script><img src="http://127.0.0.1:9/x" onerror="document.title=\'owned\'">'
    "<svg onload=document.title='owned'>{{ 7*7 }}{% raw %}&lt;b&gt; \"' --><!-- ]]> </style></title></pre> javascript:alert(1)"
    "\u202egnp.exe\u2066 \x1b[31mred\x1b[0m \x00 \u2028 \u2029 \ufffe \ud800 \u0007"
)
"""Markup, ends of every element we use, template syntax, bidi controls, terminal escapes, what XML forbids, a lone surrogate."""
_FIRST = '<img src=x onerror=document.title="owned">'


def poisoned(value: object, payload: str = PAYLOAD) -> object:
    """The same document; each text keeps its beginning, so that ids stay different, and gets the payload around it."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value + _FIRST + payload
    if isinstance(value, tuple):
        return tuple(poisoned(item, payload) for item in value)
    if isinstance(value, Texts):
        return Texts.model_construct(vi=value.vi + payload, en=value.en + payload)
    if isinstance(value, Message):
        return Message(value.text, {name: poisoned(item, payload) for name, item in value.params.items()}, value.context)
    if is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value))
        free = [item.name for item in fields(value) if not _is_closed(hints[item.name])]
        return replace(value, **{name: poisoned(getattr(value, name), payload) for name in free})
    return value


LONG = "Trung tâm Dịch vụ tổng hợp và Hỗ trợ phát triển kinh tế - xã hội khu vực Phan Đình Phùng "


def crowded(document: ReportDocument) -> ReportDocument:
    """The same document with names and sentences as long as honest ones become, wherever the first screen has some."""
    long = LONG * 2
    return replace(
        document,
        header=replace(document.header, province=f"tỉnh {LONG}", owner=long, plan_title=long, plan_issued_on=date(2021, 12, 30)),
        targets=tuple(replace(row, short=long, needed=long) for row in document.targets),
        agencies=tuple(
            replace(row, name=f"{LONG}{place}", contact=LONG, phone="0208 385 1234, máy lẻ 5678")
            for place, row in enumerate(document.agencies)
        ),
        orders=tuple(replace(row, who=long, action=long, effect=long) for row in document.orders),
        heaviest=tuple(replace(row, effect=long) for row in document.heaviest),
        improved=tuple(replace(row, effect=long) for row in document.improved),
        deadlines=tuple(replace(row, what=long) for row in document.deadlines),
        trend=tuple(replace(row, method=f"{long}{row.target}") for row in document.trend),
    )


def _is_closed(hint: object) -> bool:
    """A choice of few words, which no one outside can fill."""
    return get_origin(hint) is Literal or any(get_origin(part) is Literal for part in get_args(hint))


def texts_of(value: object, skip: frozenset[str], path: str = "") -> list[tuple[str, str]]:
    """(field, text) of every text in a document, the English of two languages; fields in ``skip`` (``Class.field``) left out."""
    if isinstance(value, Enum):
        return []
    if isinstance(value, str):
        return [(path, value)] if value else []
    if isinstance(value, Texts):
        return [(path, value.en)]
    if isinstance(value, tuple):
        return [pair for item in value for pair in texts_of(item, skip, path)]
    if is_dataclass(value) and not isinstance(value, Message) and not isinstance(value, type):
        hints, kind = get_type_hints(type(value)), type(value).__name__
        names = [item.name for item in fields(value) if not _is_closed(hints[item.name]) and f"{kind}.{item.name}" not in skip]
        return [pair for name in names for pair in texts_of(getattr(value, name), skip, f"{kind}.{name}")]
    return []
