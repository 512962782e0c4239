"""The rows of the list of all machines: twenty thousand of them, so they are put together here and not by a template."""

from collections.abc import Mapping
from urllib.parse import quote

from markupsafe import escape

from secaudit.messages import Message, clean, msg
from secaudit.model.inventory import EndpointKind
from secaudit.report.site import MachineLine
from secaudit.report.texts import DEFAULT_LIMIT, Wording
from secaudit.report.voice import Voice
from secaudit.report.words import STALE, protection_words, word

_NOTHING = '<td>–</td><td class="num">–</td><td class="num">–</td><td>–</td>'
"""Patch state, what fails, what nobody knows, the worst of it."""
_LAB = msg("lab data")
_ISOLATED = msg("not applicable (isolated machine)")


class MachineLines:
    """Makes rows in one language."""

    def __init__(self, voice: Voice, agencies: Mapping[str, str], titles: Mapping[str, str]) -> None:
        """``agencies``: id -> name; ``titles``: check -> its title; both are cleaned already."""
        self._voice = voice
        self._agencies = {name: (quote(name), str(escape(title))) for name, title in agencies.items()}
        self._titles = {name: str(escape(title)) for name, title in titles.items()}
        self._patched: dict[tuple[object, ...], str] = {}

    def row(self, line: MachineLine) -> str:
        """One machine: what it is, protection, evidence, patch state, what fails and what nobody knows."""
        page, agency = self._agencies[line.agency]
        kind = self._word(word(line.kind))
        os = f" · {escape(clean(line.os, limit=DEFAULT_LIMIT))}" if line.os is not None else ""
        lab = f' <span class="lab">{self._word(_LAB)}</span>' if line.lab else ""
        anchor, shown = quote(line.id), escape(clean(line.id, limit=DEFAULT_LIMIT))
        head = (
            f'<tr data-scope="m:{shown}"><th scope="row"><a href="agencies/{page}.html#machine-{anchor}">{shown}</a>{lab}'
            f'<span class="small">{kind}{os}</span></th><td>{agency}</td>'
        )
        return head + (self._seen(line) if line.seen else self._unseen(line)) + "</tr>"

    def _seen(self, line: MachineLine) -> str:
        grade = line.protection
        number = self._voice.format.number
        protection = "–" if grade is None else self._word(protection_words(grade))
        return (
            f'<td data-v="{-1 if grade is None else grade.proven}">{protection}</td>'
            f"<td>{line.grade.value if line.grade is not None else '–'}</td><td>{self._patch(line.patch)}</td>"
            f'<td class="num" data-figure="/:fail">{number(line.failed)}</td>'
            f'<td class="num" data-figure="/:unknown">{number(line.unknown)}</td><td>{self._titles.get(line.worst, "–")}</td>'
        )

    def _unseen(self, line: MachineLine) -> str:
        if line.doubt is not None:
            why = word(line.doubt)
        elif line.kind is EndpointKind.ISOLATED:
            why = _ISOLATED
        else:
            why = STALE if line.stale else word(line.sight)
        return f'<td data-v="-2">–</td><td>{self._word(why)}</td>' + _NOTHING

    def _patch(self, words: Wording | None) -> str:
        if words is None:
            return "–"
        if not isinstance(words, Message):
            return str(escape(clean(self._voice.say(words))))
        key = (words.text, repr(words.params))
        if key not in self._patched:
            self._patched[key] = str(self._voice.say_figures(words, "/:patch"))
        return self._patched[key]

    def _word(self, message: Message) -> str:
        return str(escape(self._voice.say(message)))
