"""All papers of a round, one agency after the other, as files of a folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from secaudit.model.inventory import AgencyFile
from secaudit.pipeline.letters.deck import deck_of
from secaudit.pipeline.letters.figures import AgencyFigures, figures_of
from secaudit.pipeline.letters.letter import TEMPLATE as LETTER
from secaudit.pipeline.letters.letter import letter_of
from secaudit.pipeline.letters.message import message_of
from secaudit.pipeline.letters.notice import LETTERS, NO_PHONE, NOTICE, Sent, letters_of, notice_of
from secaudit.pipeline.letters.owing import Debt, debts_of
from secaudit.pipeline.letters.round import Round
from secaudit.pipeline.letters.slip import LIST, TEMPLATE, list_of, needs_list, slip_of
from secaudit.report.as_csv import as_csv
from secaudit.report.slides import ENDING as SLIDES
from secaudit.report.slides import TEMPLATE as MASTER
from secaudit.report.slides import render_slides
from secaudit.report.slides_package import read_master
from secaudit.report.word import ENDING, render_word
from secaudit.report.word_package import read_template

LETTER_FOLDER, MESSAGE_FOLDER, SLIP_FOLDER, LIST_FOLDER, RECORD_FOLDER = "cong-van", "tin-nhan", "phieu", "danh-sach", "so-lieu"
MESSAGES = "tin-nhan.csv"
COLUMNS = ("agency", "name", "contact", "phone", "message")


@dataclass(frozen=True)
class AgencyPapers:
    """What is written for one agency."""

    agency: AgencyFile
    debts: tuple[Debt, ...]
    figures: AgencyFigures
    message: str
    """Empty where none is sent."""
    files: Mapping[str, bytes]
    """Path in the folder -> bytes."""
    absent: tuple[str, ...]
    """Paths that an earlier round may have left and that this one has nothing for."""


def check_templates(templates: Path) -> None:
    """Every template is there and nothing speaks against it, before anything is written. Raises ReportError."""
    for name in (LETTER, TEMPLATE, LIST, NOTICE, LETTERS):
        read_template(templates / f"{name}{ENDING}")
    read_master(templates / f"{MASTER}{SLIDES}")


def agency_papers(made: Round, agencies: Sequence[AgencyFile], templates: Path, *, everyone: bool) -> Iterator[AgencyPapers]:
    """One result for each agency, as soon as it is made; letters and messages for those that owe something, or for all."""
    for agency in agencies:
        yield _papers(made, agency, templates, everyone=everyone)


def _papers(made: Round, agency: AgencyFile, templates: Path, *, everyone: bool) -> AgencyPapers:
    name = agency.agency.id
    debts, figures = debts_of(made, agency), figures_of(made, agency)
    digest = figures.digest
    slip = slip_of(made, agency, figures, in_order=not debts)
    files = {
        f"{RECORD_FOLDER}/{name}-{digest[:16]}.json": figures.canonical(),
        f"{SLIP_FOLDER}/{name}{ENDING}": render_word(slip, templates),
    }
    message, places = "", {kind: f"{kind}/{name}{ending}" for kind, ending in _SOMETIMES}
    if needs_list(figures):
        files[places[LIST_FOLDER]] = render_word(list_of(made, agency, figures), templates)
    if debts or everyone:
        message = message_of(made, agency, debts)
        files[places[LETTER_FOLDER]] = render_word(letter_of(made, agency, figures, debts), templates)
        files[places[MESSAGE_FOLDER]] = f"{message}\n".encode()
    absent = tuple(path for path in places.values() if path not in files)
    return AgencyPapers(agency, debts, figures, message, files, absent)


_SOMETIMES = ((LETTER_FOLDER, ENDING), (MESSAGE_FOLDER, ".txt"), (LIST_FOLDER, ENDING))


def province_papers(made: Round, done: Sequence[AgencyPapers], templates: Path) -> dict[str, bytes]:
    """What goes to the vice-chairman and to whoever sends the messages."""
    sent = [Sent(one.agency.agency, one.debts) for one in done if one.message]
    return {
        f"{NOTICE}{ENDING}": render_word(notice_of(made), templates),
        f"{LETTERS}{ENDING}": render_word(letters_of(made, sent), templates),
        MESSAGES: as_csv(COLUMNS, (_row(one) for one in done if one.message)).encode("utf-8-sig"),
        f"{MASTER}{SLIDES}": render_slides(deck_of(made), templates),
    }


def _row(one: AgencyPapers) -> dict[str, object]:
    contact = one.agency.agency.contact
    return {
        "agency": one.agency.agency.id,
        "name": one.agency.agency.name,
        "contact": contact.name if contact is not None else None,
        "phone": contact.phone if contact is not None and contact.phone else NO_PHONE,
        "message": one.message,
    }
