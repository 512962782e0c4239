"""The one sandbox in which templates of pages run, and what every page may call whatever it is about.

Text is escaped, an unknown name is an error, and a broken template is named with file and line. Style and script of a page are
inlined and allowed by their SHA-256 in the page's content security policy, which forbids everything else.
"""

import base64
import hashlib
import re
import traceback
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from secaudit.errors import ReportError
from secaudit.messages import Message, clean, msg
from secaudit.model.outcome import Sight
from secaudit.report.bars import bar
from secaudit.report.bounds import RefusedError
from secaudit.report.charts import PATTERNS
from secaudit.report.document import Tile
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.grade_words import grade_counts
from secaudit.report.panel import ANSWERS
from secaudit.report.row_names import row_names
from secaudit.report.sandbox import Sandbox
from secaudit.report.voice import Voice
from secaudit.report.words import (
    ADVICE,
    ASKED_OF,
    DOUBT_ADVICE,
    SECURITY_PLAN,
    STALE,
    decision_word,
    protection_words,
    source_words,
    word,
)
from secaudit.resources import data_folder

_PLACE = re.compile(r"\{\{|\}\}|\{[A-Za-z][A-Za-z0-9_]*\}")
_BROKEN = (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What a template with a mistake in it raises."""


class Templates:
    """A folder of templates, in one language; compiled once, whatever many pages are made of them.

    Names that belong to one page come as its variables. A template that is imported without its context sees none of them but
    only :attr:`names`, which are the same for all pages.
    """

    def __init__(self, folder: Path, voice: Voice) -> None:
        """Templates of ``folder``, which speak with ``voice``; what the folder lacks comes from those of the program."""
        self.folder = folder
        self.voice = voice
        self._folders = template_folders(folder)
        self._assets: dict[tuple[str, ...], Markup] = {}
        self._environment = Sandbox(self._folders)
        self._environment.add_names(shared_names(voice))

    @property
    def names(self) -> Mapping[str, Any]:
        """What every template may call."""
        return self._environment.globals

    def add_names(self, names: Mapping[str, Any]) -> None:
        """Further names for all templates; only before the first page is rendered."""
        self._environment.add_names(names)

    def render(self, page: str, *, style: tuple[str, ...], script: tuple[str, ...], **variables: object) -> str:
        """The page made of the template ``page``, with the files ``style`` and ``script`` inlined one after the other.

        Raises ReportError: a template is missing or broken.
        """
        styles, scripts = self._inlined(style), self._inlined(script)
        try:
            return self._environment.page(
                page, {"style": styles, "script": scripts, "policy": content_policy(styles, scripts), **variables}
            )
        except ReportError:
            raise
        except _BROKEN as error:
            raise _broken(error, self._folders, page) from error

    def _inlined(self, names: tuple[str, ...]) -> Markup:
        if names not in self._assets:
            text = "\n".join(read_asset(self._found(name)) for name in names)
            self._assets[names] = Markup(text)  # noqa: S704 - our own files, checked there
        return self._assets[names]

    def _found(self, name: str) -> Path:
        return next((folder / name for folder in self._folders if (folder / name).is_file()), self.folder / name)


def template_folders(folder: Path) -> tuple[Path, ...]:
    """Where templates are looked for: in the folder that was named, then among those that come with the program."""
    shipped = data_folder("report_templates")
    return (folder,) if folder.resolve() == shipped.resolve() else (folder, shipped)


def content_policy(style: str, script: str) -> str:
    """The policy that allows exactly these two inline blocks and images inside the page."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def read_asset(path: Path) -> str:
    """A style or script, as it stands between its tags: browsers hash it with line feeds, so those are what we hash."""
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(
            msg("a part of the report's templates cannot be read: {reason}", reason=str(error)),
            where=str(path),
            hint=msg("Restore the file, or use the templates that come with the program."),
        ) from error
    lowered = text.lower()
    if "</style" in lowered or "</script" in lowered or "<!--" in lowered:
        raise ReportError(
            msg("a style or script must not hold a closing tag or the start of a comment of HTML"),
            where=str(path),
            hint=msg('Write it apart, for example as "<" + "/script".'),
        )
    return text


def shared_names(voice: Voice) -> dict[str, Any]:
    """Functions any template may call; they format and look up, and decide nothing."""

    def say_word(member: Enum) -> str:
        return voice.say(word(member))

    return {
        "_": lambda text, /, **params: voice.translate(_plain(text, bool(params)), **params),
        "lang": voice.language,
        "say": voice.say,
        "say_figures": voice.say_figures,
        "msg": lambda text, /, **params: msg(_plain(text, bool(params)), **params),
        "word": say_word,
        "decision_word": lambda target: voice.say(decision_word(target.decision, overdue=target.overdue)),
        "plan_word": lambda status: voice.say(SECURITY_PLAN[status]),
        "asked_of": lambda who: voice.say(ASKED_OF[who]),
        "doubt_advice": lambda kind: voice.say(DOUBT_ADVICE[kind]),
        "advice": lambda row: voice.say(ADVICE[Sight.SEEN if row.stale else row.sight]),
        "unseen_word": lambda row: voice.say(STALE if row.stale else word(row.sight)),
        "tel": _tel,
        "aim": lambda target: voice.format.aim(target.sign, target.share),
        "patterns": PATTERNS,
        "fact_word": fact_word,
        "fact_text": lambda value: fact_text(value, voice),
        "tiles": tuple(Tile),
        "with_code": lambda wording: _with_code(voice.say(wording)),
        "number": voice.format.number,
        "percent": voice.format.percent,
        "interval": voice.format.interval,
        "counts": voice.format.counts,
        "day": voice.format.day,
        "moment": voice.format.moment,
        "bar": bar,
        "answers": [(name, voice.say(text)) for name, text in ANSWERS],
        "grades": lambda parts: voice.say(grade_counts([(part.grade, part.count) for part in parts])),
        "source_word": lambda row: voice.say(source_words(row.source)),
        "protection_word": lambda row: voice.say(protection_words(row.protection)),
        **row_names(voice),
    }


@lru_cache(maxsize=4096)
def _plain(text: str, filled: bool) -> str:
    """The same text; RefusedError when a place of it is more than a name: such places reach what the sandbox keeps away."""
    if filled and not set("{}").isdisjoint(_PLACE.sub("", text)):
        raise RefusedError(msg("a place of a text may be a name in braces and nothing more"))
    return text


def _tel(phone: str) -> str:
    """A telephone number as an address to call: digits and a plus, whatever else stands there."""
    return "tel:" + "".join(char for char in phone if char in "+0123456789")


def _with_code(text: str) -> Markup:
    """Text in which ``back ticks`` of the catalog mark what is to be typed."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup().join(
        Markup('<code class="raw">{}</code>').format(part) if position % 2 else part for position, part in enumerate(parts)
    )


def _broken(error: Exception, folders: tuple[Path, ...], page: str) -> ReportError:
    """Name the file and line of the template that raised ``error``."""
    where = str(folders[0] / page)
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = f"{error.filename or folders[0] / (error.name or page)}:{error.lineno}"
    else:
        inside = (
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if not set(folders).isdisjoint(Path(frame.filename).parents)
        )
        for frame in inside:
            where = f"{frame.filename}:{frame.lineno}"
    reason: Message | str = error.message if isinstance(error, jinja2.TemplateError) and error.message else str(error)
    if isinstance(error, RefusedError):
        reason = error.words
    elif isinstance(error, jinja2.TemplateNotFound):
        reason = msg("there is no template called {name}", name=clean(str(error.name)))
    return ReportError(
        msg("a template of the report is broken: {reason}", reason=reason),
        where=where,
        hint=msg("Correct the template, or use the ones that come with the program."),
    )
