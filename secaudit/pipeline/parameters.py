"""Parameters that a workspace sets for itself, in words: figures judged with them must say so."""

from collections.abc import Iterable, Mapping
from typing import Any

from secaudit.messages import Message, msg
from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.check import Check, Parameter
from secaudit.model.parameter import Changed


def value_text(value: Parameter) -> str:
    """A value as it is written in a file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def values_text(params: Mapping[str, Parameter]) -> str:
    """``days = 7, tries = 5``."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in params.items())


def changed_words(changed: Changed) -> Message:
    """One override: what, instead of what, for whom, and who answers for it."""
    override = changed.override
    template = (
        msg("{check}: {param} is {value} for level {levels} in place of {before}, set by {who} on {date}: {reason}")
        if override.levels
        else msg("{check}: {param} is {value} in place of {before}, set by {who} on {date}: {reason}")
    )
    return Message(
        template.text,
        {
            "check": override.check,
            "param": override.param,
            "value": value_text(override.value),
            "before": ", ".join(value_text(value) for value in changed.before),
            "levels": ", ".join(str(level) for level in sorted(override.levels)),
            "who": override.who,
            "date": override.date,
            "reason": override.reason,
        },
    )


def changed_of(catalog: Catalog, check_id: str) -> tuple[Changed, ...]:
    """The overrides of one check."""
    return tuple(changed for changed in catalog.changed if changed.override.check == check_id)


def title_of(catalog: Catalog, check: Check) -> Message | Texts:
    """The title of a check; a number in it is the catalog's, so values set by the workspace stand beside it."""
    changed = changed_of(catalog, check.id)
    if not changed:
        return check.title
    values = ", ".join(_short(one) for one in changed)
    return msg("{title} (set by the province: {values})", title=check.title, values=values)


def _short(changed: Changed) -> str:
    override = changed.override
    text = f"{override.param} = {value_text(override.value)}"
    return f"{text} [{', '.join(str(level) for level in sorted(override.levels))}]" if override.levels else text


def changed_json(changed: Iterable[Changed]) -> list[dict[str, Any]]:
    """Overrides as docs/json.md describes them."""
    return [{**one.override.model_dump(mode="json"), "before": list(one.before)} for one in changed]
