"""docxtpl with the house's rules: escaped always, sandboxed, strict about names, and mistakes named by paragraph.

A template sees texts, numbers, lists and records, and may put, compare, count and join them. No method or function is in reach.
"""

import io
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn

import jinja2
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl.template import DocxTemplate
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from secaudit.errors import ReportError
from secaudit.messages import Message, clean, msg
from secaudit.report.bounds import Bounds, RefusedError, too_large
from secaudit.report.format import Format
from secaudit.report.official import Picture
from secaudit.report.word_gaps import highlighted

MOST_CHARACTERS = 64 << 20
"""Of one part of a paper; 900 agencies in twelve columns stay under a tenth of it."""
_FILTERS = ("upper", "lower", "capitalize", "join", "length", "first", "last", "default", "trim")
_TESTS = ("defined", "undefined", "none", "string", "number", "odd", "even", "in", "eq", "ne", "lt", "le", "gt", "ge")
_MARK = re.compile(r"\n<!--(\d+)-->")
_PARAGRAPH = re.compile(r"<w:p(?=[ >])")
_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_BROKEN = (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What a template with a mistake in it raises."""
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
_CLOSED_BY = {"{{": "}}", "{%": "%}", "{#": "#}"}
_CORRECT = msg(
    "correct the template in Word, or use the one that comes with the program; docs/word-templates.md names its variables"
)


class _Environment(ImmutableSandboxedEnvironment):
    """Data in, text out."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=jinja2.StrictUndefined, finalize=_shown)
        filters: dict[str, Callable[..., Any]] = {name: self.filters[name] for name in _FILTERS}
        self.filters = {**filters, "number": Format("vi").number}
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.globals = {}
        self.bounds = Bounds()

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """Find the paragraph, for which there must be some memory left."""
        self.bounds.lift()
        super().handle_exception(source)

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - jinja's own signature
        """A record has its fields and nothing else: ``row.items`` is the field, never a method."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401
        """Macros of the template itself, and ``loop.cycle``."""
        return isinstance(obj, Macro) or isinstance(getattr(obj, "__self__", None), LoopContext)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Numbers may be multiplied; texts without end may not be made."""
        if not (isinstance(left, int) and isinstance(right, int)) or operator == "**":
            raise RefusedError(msg("{operator} is for numbers only", operator=operator))
        return super().call_binop(context, operator, left, right)


def _shown(value: object) -> object:
    return "" if value is None else value


_SANDBOX = _Environment()
_MOST_PATCHED = 64
_PATCHED: dict[str, tuple[str, Sequence[str]]] = {}
"""Part of a template -> what docxtpl makes of it, and the text of its paragraphs."""


@lru_cache(maxsize=64)
def _compiled(source: str) -> CodeType:
    """Hundreds of papers are made of one template, and compiling it is half of what one takes."""
    return _SANDBOX.compile(source)


class Template(DocxTemplate):
    """One template on its way to a paper."""

    def __init__(self, path: Path, file: Any) -> None:  # noqa: ANN401 - a binary stream
        """``path`` is for messages only; ``file`` holds bytes that ``read_template`` let through."""
        super().__init__(file)
        self._path = path
        self._paragraphs: Sequence[str] = ()

    def rendered(self, context: Mapping[str, object]) -> None:
        """Fill in; raises ReportError naming file and paragraph."""
        try:
            self.render(dict(context), _SANDBOX)
        except ReportError:
            raise
        except (KeyError, ValueError, OpcError, etree.XMLSyntaxError, AttributeError, AssertionError) as error:
            message = msg("the Word template cannot be opened: {reason}", reason=clean(str(error), limit=200))
            raise ReportError(message, where=str(self._path), hint=_CORRECT) from error

    def with_pictures(self, value: Any) -> Any:  # noqa: ANN401 - whatever a paper holds
        """The same with pictures that this template can put in its place."""
        if isinstance(value, Picture):
            return _Put(self, value)
        if isinstance(value, Mapping):
            return {name: self.with_pictures(item) for name, item in value.items()}
        return [self.with_pictures(item) for item in value] if isinstance(value, list | tuple) else value

    def drawing(self, picture: Picture) -> str:
        """A picture in the part that is being filled in, as it stands in a line of text."""
        part: Any = self.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(picture.png), Mm(picture.width), None)
        for side in "TBLR":
            inline.set(f"dist{side}", "0")
        inline.docPr.set("name", "")
        inline.docPr.set("descr", picture.words)
        inner = etree.tostring(inline, encoding="unicode")
        return f'</w:t></w:r><w:r><w:drawing>{inner}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    def patch_xml(self, src_xml: str) -> str:
        """Marks every paragraph with its number first: what docxtpl removes, whole rows included, moves no number."""
        if src_xml not in _PATCHED:
            if len(_PATCHED) >= _MOST_PATCHED:
                _PATCHED.clear()
            paragraphs = tuple("".join(_TEXT.findall(part)) for part in _PARAGRAPH.split(src_xml)[1:])
            numbers = iter(range(1, len(paragraphs) + 1))
            marked = _PARAGRAPH.sub(lambda _: f"\n<!--{next(numbers)}--><w:p", src_xml.replace("\n", " "))
            patch: Callable[[str], str] = super().patch_xml
            _PATCHED[src_xml] = (patch(marked), paragraphs)
        patched, self._paragraphs = _PATCHED[src_xml]
        return patched

    def render_xml_part(self, src_xml: str, part: Any, context: Mapping[str, object], jinja_env: Any = None) -> str:  # noqa: ANN401, ARG002
        """One part; what comes out is bounded and whole XML, or nothing comes out."""
        self.current_rendering_part = part
        for number, text in enumerate(self._paragraphs, start=1):
            if not _balanced(text):
                place = f"{self._path}, {part.partname}"
                raise self._at(number, msg("double braces, or brace and percent sign, stand here only half"), place)
        pieces: list[str] = []
        size = 0
        try:
            with _SANDBOX.bounds.kept():
                for piece in jinja2.Template.from_code(_SANDBOX, _compiled(src_xml), {}).generate(context):
                    size += len(piece)
                    if size > MOST_CHARACTERS:
                        raise jinja2.TemplateRuntimeError("the text has no end")
                    pieces.append(piece)
        except MemoryError as error:
            raise self._broken(too_large(error), src_xml, str(part.partname)) from None
        except _BROKEN as error:
            raise self._broken(error, src_xml, str(part.partname)) from error
        resolve: Callable[[str], str] = self.resolve_listing
        filled = highlighted(resolve(_MARK.sub("", "".join(pieces))))
        self._whole(filled, str(part.partname))
        return filled

    def fix_tables(self, xml: str) -> Any:  # noqa: ANN401 - an element of lxml, which carries no types
        """The grid of each table as its fullest line has it: a column that the template repeats changes how many there are."""
        tree = self._whole(xml, "/word/document.xml")
        for table in tree.iter(qn("w:tbl")):
            lines = [_widths(line) for line in table.iterchildren(qn("w:tr"))]
            fullest = max(lines, key=len, default=())
            grid = table.find(qn("w:tblGrid"))
            if fullest and grid is not None:
                for column in list(grid):
                    grid.remove(column)
                for width in fullest:
                    etree.SubElement(grid, qn("w:gridCol")).set(qn("w:w"), width)
        return tree

    def _whole(self, xml: str, part: str) -> Any:  # noqa: ANN401
        """Parsed strictly: docxtpl's own parser would drop what it does not understand, without a word."""
        try:
            return etree.fromstring(xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
        except etree.XMLSyntaxError as error:
            message = msg(
                "a Word template is broken: after filling in, {part} is no whole document ({reason})",
                part=part, reason=clean(str(error), limit=200),
            )  # fmt: skip
            raise ReportError(message, where=str(self._path), hint=_HALF) from error

    def render_properties(self, context: Mapping[str, object], jinja_env: object = None) -> None:
        """Author, company and the like are no part of a paper: they are taken out when it is written."""

    def _broken(self, error: Exception, source: str, part: str) -> ReportError:
        """Name the paragraph that ``error`` is about."""
        reason = reason_of(error)
        line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else _line_of(error)
        marks = _MARK.findall("\n".join(source.split("\n")[:line])) if line else []
        place = f"{self._path}, {part}"
        if not marks:
            return ReportError(msg("a Word template is broken: {reason}", reason=reason), where=place, hint=_CORRECT)
        return self._at(int(marks[-1]), reason, place)

    def _at(self, number: int, reason: Message, place: str) -> ReportError:
        message = msg(
            "a Word template is broken at paragraph {number} ({text}): {reason}",
            number=number, text=clean(self._paragraphs[number - 1], limit=80), reason=reason,
        )  # fmt: skip
        return ReportError(message, where=place, hint=_CORRECT)


class _Put:
    """Where a template prints a picture, the picture stands; it has nothing that a template could read or call."""

    __slots__ = ("_picture", "_template")

    def __init__(self, template: Template, picture: Picture) -> None:
        self._template, self._picture = template, picture

    def __html__(self) -> str:
        return self._template.drawing(self._picture)


def _balanced(text: str) -> bool:
    """Whether every brace pair of a paragraph closes in it: one left open would silently swallow what follows up to the next."""
    waiting: str | None = None
    for brace in _BRACES.findall(text):
        if waiting is None and brace in _CLOSED_BY:
            waiting = _CLOSED_BY[brace]
        elif brace == waiting:
            waiting = None
        else:
            return False
    return waiting is None


def reason_of(error: Exception) -> Message:
    """What jinja says, in words for whoever edits the template."""
    said = clean(error.message if isinstance(error, jinja2.TemplateError) and error.message else str(error), limit=200)
    if isinstance(error, RefusedError):
        return msg("a template may print, compare and count what it is given, and nothing else ({reason})", reason=error.words)
    if isinstance(error, jinja2.exceptions.SecurityError):
        return msg("a template may print, compare and count what it is given, and nothing else ({reason})", reason=said)
    for pattern, message in _REASONS:
        found = pattern.search(said)
        if found is not None:
            return Message(message.text, {name: value.replace("' or '", "', '") for name, value in found.groupdict().items()})
    return msg("it cannot be read ({reason})", reason=said)


_REASONS: tuple[tuple[re.Pattern[str], Message], ...] = (
    (re.compile(r"^'(?P<name>[^']+)' is undefined"), msg("there is no variable {name}")),
    (re.compile(r" has no (?:attribute|element) '?(?P<name>[^']+)"), msg("there is no variable {name}")),
    (re.compile(r"^No (?:filter|test) named '(?P<name>[^']+)'"), msg("there is no filter {name}")),
    (
        re.compile(r"^Encountered unknown tag '(?P<tag>[^']+)'.*looking for (?P<wanted>'[^.]+)\."),
        msg("{tag} closes nothing here; before it is missing: {wanted}"),
    ),
    (re.compile(r"^Encountered unknown tag '(?P<tag>[^']+)'"), msg("there is no statement {tag}")),
    (re.compile(r"^Unexpected end of template"), msg("an if or for is never closed: endif or endfor is missing")),
    (re.compile(r"^the text has no end"), msg("the text has no end")),
)
"""Part of what jinja says -> what is wrong."""


def _widths(line: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Widths of the cells of a line; nothing where a cell spans columns or says none."""
    found = []
    for cell in line.iterchildren(qn("w:tc")):
        properties = cell.find(qn("w:tcPr"))
        width = None if properties is None else properties.find(qn("w:tcW"))
        if width is None or width.get(qn("w:type")) != "dxa" or properties.find(qn("w:gridSpan")) is not None:
            return ()
        found.append(width.get(qn("w:w")))
    return tuple(found)


_HALF = msg(
    "an if, for or table row of the template begins in one place and ends in another: put both in paragraphs or rows alike"
)


def _line_of(error: Exception) -> int | None:
    """Line of the template in which something went wrong while it was filled in."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return frames[-1].lineno if frames else None
