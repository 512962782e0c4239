"""The pages of a report folder but those of agencies: overview, systems, machines, checks, unknowns, history."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from markupsafe import Markup, escape

from secaudit.messages import Message, Translator, msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.check import Severity
from secaudit.model.finding import Verdict
from secaudit.report.charts import Chart
from secaudit.report.document import AgencyFigure, AgencyRow, CheckRow, ReportDocument
from secaudit.report.environment import Templates
from secaudit.report.first_screen import charts_of, first_screen_names
from secaudit.report.island import island
from secaudit.report.machine_lines import MachineLines
from secaudit.report.places import Places
from secaudit.report.row_names import gathered
from secaudit.report.sanitise import sanitised
from secaudit.report.search_index import search_index
from secaudit.report.site import ApprovalRow, MachineLine, Site
from secaudit.report.standing import StandingRow
from secaudit.report.voice import Voice
from secaudit.report.words import word

MOST_BYTES = 1_900_000
"""Of one page; what is longer gets several parts."""
OVERVIEW_BYTES = 990_000
"""Of the overview with its search."""
STYLE, SCRIPT = ("report.css", "site/site.css"), ("site/site.js",)
PAGES: tuple[tuple[str, Message], ...] = (
    ("index.html", msg("Overview")),
    ("systems.html", msg("Information systems")),
    ("machines.html", msg("All machines")),
    ("checks.html", msg("Checks")),
    ("unknowns.html", msg("What nobody knows")),
    ("history.html", msg("History")),
)
_FIRST_PART = 800
"""Rows a part is tried with at first."""
_SEVERITIES = tuple(Severity)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Standing:
    """A system against the standard in two numbers."""

    not_met: int
    unknown: int


class SiteRenderer:
    """Renders one site in one language; pages are made one by one, so that none but the present one is in memory."""

    def __init__(self, site: Site, translator: Translator, templates: Path) -> None:
        """Raises ReportError when the templates cannot be read."""
        site = sanitised(site)
        self._site = replace(site, overview=_without_machine_links(site.overview))
        self._voice = Voice(translator)
        self._places = Places(site.overview)
        self._limits = _nearest(site)
        self._standings = _standings(site.overview)
        self._homes = dict(site.homes)
        self._agency_of = dict(site.machine_homes)
        self._system_parts: dict[str, str] = {}
        self._templates = Templates(templates, self._voice)
        self._templates.add_names(self._names())

    @property
    def charts(self) -> list[Chart]:
        """All that its pages draw."""
        return charts_of(self._site.overview, self._voice)

    def systems(self) -> list[tuple[str, str]]:
        """Name and text of each part of the list of systems; to be made before the pages that lead to systems."""
        rows = self._site.systems
        parts = self._parted("systems", rows, lambda part, files, here: self._page("systems", part, files, here))
        for name, part, _ in parts:
            self._system_parts.update((row.id, name) for row in part)
        return [(name, text) for name, _, text in parts]

    def index(self, machines: Iterable[tuple[str, str, Sequence[str]]]) -> str:
        """The overview with a search; ``machines``: agency id, name of its file, ids of its machines."""
        d = self._site.overview
        bare = self._render("index", island=island({}), left_out="")
        room = OVERVIEW_BYTES - len(bare.encode("utf-8"))
        index, left_out = search_index(
            [row.id for row in d.agencies],
            [row.name for row in self._site.systems],
            tuple(Counter(self._system_parts.values()).items()),
            machines,
            room,
        )
        words = {name: self._voice.say(text) for name, text in _SEARCH_WORDS.items()}
        return self._render("index", island=index(words), left_out=left_out)

    def machines(self, lines: Sequence[MachineLine]) -> Iterator[tuple[str, str]]:
        """Name and text of each part of the list of machines."""
        d = self._site.overview
        made = MachineLines(
            self._voice,
            {agency.id: agency.name for agency in d.agencies},
            {check.id: self._voice.say(check.title) for check in d.checks},
        )
        rows = [made.row(line) for line in lines]
        parts = list(_by_bytes(rows, MOST_BYTES - 120_000))
        files = _files("machines", len(parts))
        for here, part in zip(files, parts, strict=True):
            shown = Markup("\n".join(part))  # noqa: S704 - every text of a row is escaped where the row is made
            yield here, self._render("machines", rows=shown, files=files, here=here)

    def checks(self) -> list[tuple[str, str]]:
        """Name and text of each part of the list of checks."""
        tallies = {tally.check: tally for tally in self._site.checks}
        rows = [(check, tallies[check.id]) for check in self._site.overview.checks]
        places = {check.id: place for place, check in enumerate(self._site.overview.checks)}

        def page(part: Sequence[tuple[CheckRow, Any]], files: Sequence[str], here: str) -> str:
            first = places[part[0][0].id] if part else 0
            return self._render("checks", rows=part, files=files, here=here, first=first)

        return [(name, text) for name, _, text in self._parted("checks", rows, page)]

    def unknowns(self) -> str:
        """What nobody could see."""
        return self._render("unknowns")

    def history(self) -> str:
        """The course so far."""
        return self._render("history")

    def _page(self, name: str, rows: Sequence[Any], files: Sequence[str], here: str) -> str:
        return self._render(name, rows=rows, files=files, here=here)

    def _parted(
        self, name: str, rows: Sequence[Row], page: Callable[[Sequence[Row], Sequence[str], str], str]
    ) -> list[tuple[str, Sequence[Row], str]]:
        """Name, rows and text of each part: as few parts as fit."""
        size = _FIRST_PART
        while True:
            pieces = [rows[start : start + size] for start in range(0, max(len(rows), 1), size)]
            files = _files(name, len(pieces))
            made = [(here, part, page(part, files, here)) for here, part in zip(files, pieces, strict=True)]
            if size == 1 or all(len(text.encode("utf-8")) <= MOST_BYTES for _, _, text in made):
                return made
            size = max(1, size // 2)

    def _render(self, name: str, **variables: object) -> str:
        site = self._site
        chapter = f"{name}.html"
        headings = {file: self._voice.say(text) for file, text in PAGES}
        return self._templates.render(
            f"site/{name}.html.j2",
            style=STYLE,
            script=SCRIPT,
            d=site.overview,
            chapter=chapter,
            heading=headings[chapter],
            pages=tuple(headings.items()),
            approvals=site.approvals,
            unknowns=site.unknowns,
            history=site.history,
            **variables,
        )

    def _names(self) -> dict[str, Any]:
        """What the templates of the folder may call beside the names of every page."""
        site, places, voice = self._site, self._places, self._voice
        held = {row.id: row for row in site.overview.agencies}
        return {
            **first_screen_names(site.overview, voice),
            "to_agency": lambda name: f"agencies/{quote(name)}.html",
            "at": places.of,
            "agency": places.agency,
            "system": places.system,
            "list_of": lambda *_: None,
            "figures_of": lambda row: {figure.target: figure for figure in row.figures},
            "part": lambda figure: _part(figure, voice),
            "system_href": self._system_href,
            "limit_of": self._limits.get,
            "standing_of": self._standings.get,
            "home_of": self._homes.get,
            "machine_href": self._machine_href,
            "home_of_machine": self._agency_of.__getitem__,
            "held_by_kind": lambda: [rows for _, rows in gathered(site.unknowns.held, lambda row: row.kind)],
            "verdict_word": lambda name: voice.say(word(Verdict(name))),
            "weight": lambda severity: len(_SEVERITIES) - _SEVERITIES.index(severity),
            "dict_of": dict,
            "agency_or_name": lambda name: _agency_link(held.get(name), name),
        }

    def _machine_href(self, machine: str) -> str:
        return f"agencies/{quote(self._agency_of[machine])}.html#machine-{quote(machine)}"

    def _system_href(self, system: str) -> str:
        return f"{self._system_parts.get(system, 'systems.html')}#system-{self._places.of('system', system)}"


_SEARCH_WORDS = {
    "found": msg("{count} found"),
    "many": msg("{count} found, the first {shown} are shown"),
    "nothing": msg("nothing found"),
    "agency": msg("Agency"),
    "system": msg("System"),
    "machine": msg("Machine"),
}


def _agency_link(row: AgencyRow | None, name: str) -> Markup:
    if row is None:
        return escape(name)
    return Markup('<a href="agencies/{}.html">{}</a>').format(quote(row.id), row.name)


def _without_machine_links(d: ReportDocument) -> ReportDocument:
    """Pages of the folder lead to machines in the pages of agencies: names of machines stand in the footer without a link."""
    recheck = d.recheck
    if recheck is not None:
        recheck = replace(recheck, different=(), elsewhere=(*recheck.different, *recheck.elsewhere))
    return replace(d, recheck=recheck, comparisons=())


def _part(figure: AgencyFigure, voice: Voice) -> Markup:
    number = voice.format.number
    text = f"{number(figure.proven)}/{number(figure.total)}"
    if not figure.unknown:
        return escape(text)
    return Markup("{} <i>({})</i>").format(text, number(figure.unknown))


def _nearest(site: Site) -> dict[str, ApprovalRow]:
    """System -> what has passed longest ago, else what comes next."""
    found: dict[str, ApprovalRow] = {}
    for row in (*site.approvals.overdue, *site.approvals.running):
        found.setdefault(row.system, row)
    return found


def _standings(d: ReportDocument) -> dict[str, Standing]:
    rows: Sequence[StandingRow] = d.standard.standings if d.standard is not None else ()
    found = {}
    for row in rows:
        if row.level is not None:
            counts = dict(row.counts)
            bad = counts.get(Fulfilment.NOT_MET, 0) + counts.get(Fulfilment.PARTLY, 0)
            found[row.system] = Standing(bad, counts.get(Fulfilment.UNKNOWN, 0))
    return found


def _files(name: str, count: int) -> list[str]:
    return [f"{name}.html" if number == 1 else f"{name}-{number}.html" for number in range(1, max(count, 1) + 1)]


def _by_bytes(rows: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    start, size = 0, 0
    for place, row in enumerate(rows):
        length = len(row.encode("utf-8")) + 1
        if size + length > most and place > start:
            yield rows[start:place]
            start, size = place, 0
        size += length
    yield rows[start:]
