"""What the report's tests share: the sample province, and its words beside the program's Vietnamese catalog."""

import gettext
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from secaudit.messages import Translator
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.resources import data_folder, locale_folder
from secaudit.store import Store

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
report_sample = importlib.import_module("report_sample")
figure_world = importlib.import_module("figure_world")
CLOSED = """\
agency: {id: huyen-cu, name: Huyện Cũ, tier: district, valid_until: 2025-06-30, submission: {accepted_on: 2025-01-01}}
endpoints:
  - {id: may-huyen-1, kind: workstation}
"""
VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})


class Words(gettext.NullTranslations):
    """The sample's own sentences; the program's catalog has all others."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self._words = words
        self.add_fallback(gettext.translation("secaudit", locale_folder(), languages=["vi"]))

    def gettext(self, message: str) -> str:
        return self._words.get(message) or super().gettext(message)

    def pgettext(self, context: str, message: str) -> str:
        return self._words.get(f"{context}\x04{message}") or super().pgettext(context, message)


class Page(HTMLParser):
    """A page taken apart strictly: every element closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": []}
        self.headings: list[int] = []
        self._open: list[str] = []
        self._figures: list[bool] = []
        self._runs_on = False
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._figures.append("data-figure" in dict(attrs) and tag == "span")
        self._runs_on = self._figures[-1] and self._runs_on
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1:]))
        if tag in VOID:
            self._figures.pop()
        else:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open[-3:]} at {self.getpos()}"
        self._open.pop()
        self._runs_on = self._figures.pop() and self._runs_on

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.blocks:
            self.blocks[self._open[-1]].append(data)
        elif self._runs_on:
            self.texts[-1] += data  # an address around a figure does not part the sentence it stands in
        else:
            self.texts.append(data)
        self._runs_on = True

    @property
    def text(self) -> str:
        """All that a reader sees, and the texts of attributes that are read aloud."""
        spoken = [attrs.get(name) or "" for _, attrs in self.tags for name in ("aria-label", "title", "data-label")]
        return " ".join([*self.texts, *spoken])

    @property
    def island(self) -> dict:
        return json.loads(self.blocks["script"][0])


@pytest.fixture(scope="session")
def sample() -> Callable:
    return report_sample.sample


@pytest.fixture(scope="session")
def vietnamese() -> Translator:
    return Translator(Words(report_sample.VIETNAMESE), "vi")


@pytest.fixture(scope="session")
def english() -> Translator:
    return Translator()


@pytest.fixture(scope="session")
def templates() -> Path:
    return data_folder("report_templates")


@pytest.fixture(scope="session")
def plain() -> Callable[[str], str]:
    """A page without the addresses of its figures, for tests that look for a sentence."""

    def stripped(html: str) -> str:
        html = re.sub(r' data-(scope|figures)="[^"]*"', "", html)
        return re.sub(r'<span data-figure="[^"]*">([^<]*)</span>', r"\1", html)

    return stripped


@pytest.fixture(scope="session")
def agency_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Measured, Store]]:
    """The province of the walk over figures, with an agency that was dissolved and a system that it left to nobody."""
    home = tmp_path_factory.mktemp("agencies")
    folder = figure_world.write_province(home / "province")
    (folder / "agencies" / "huyen-cu.yaml").write_text(CLOSED, encoding="utf-8")
    head = folder / "province.yaml"
    orphan = "  - {id: kho-chung, name: Kho dùng chung, owner: huyen-cu, kind: internal, information: [private]}\n"
    head.write_text(head.read_text(encoding="utf-8") + orphan, encoding="utf-8")
    workspace = figure_world.gather(folder, home)
    province = figure_world.load(folder)
    with Store.open(workspace / "store.sqlite") as store:
        yield measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=figure_world.AS_OF), store


@pytest.fixture(scope="session")
def page() -> type[Page]:
    return Page
