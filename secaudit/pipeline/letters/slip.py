"""Phiếu xác nhận số liệu: one page on which an agency confirms its figures or explains; long lists go to a file of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from secaudit.model.inventory import AgencyFile, People
from secaudit.model.level import Classification
from secaudit.model.system import DossierStatus, System
from secaudit.pipeline.letters.figures import AgencyFigures, short_form
from secaudit.pipeline.letters.letter import target_words
from secaudit.pipeline.letters.round import Round, basis_of, letterhead_of
from secaudit.pipeline.letters.wording import NOT_DECLARED, number_words, shortened
from secaudit.report.official import Paper, Value
from secaudit.report.sanitise import named
from secaudit.report.words import STALE, word

TEMPLATE = "phieu-xac-nhan"
LIST = "danh-sach-kem-theo"
_TARGETS, _SYSTEMS = 6, 3
"""Lines of the one page."""
_OFFICE, _OTHER, _NAME = 80, 60, 40
"""Characters of names: the page holds them even in the widest letters."""
MOST_LISTED = 2000
"""Machines of one list."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: str


def slip_of(made: Round, agency: AgencyFile, figures: AgencyFigures, *, in_order: bool) -> Paper:
    """The slip; it fits on one page whatever the agency is called and has."""
    targets, systems = _target_rows(made, figures), _system_rows(made, figures)
    rows = [
        *_cut(targets, _TARGETS, "chỉ tiêu"),
        *_machine_rows(figures),
        *_cut(systems, _SYSTEMS, "hệ thống"),
        *_people_rows(agency.people),
    ]
    return Paper(
        template=TEMPLATE,
        agency=shortened(agency.agency.name, _OFFICE),
        place=letterhead_of(made).place or "",
        kind="Phiếu xác nhận số liệu",
        subject=made.marked(f"Thực hiện {shortened(made.plan, _OTHER)}"),
        basis=(f"Mã đối chiếu đầy đủ: {figures.digest}.", *basis_of(made)),
        body={
            "as_of": made.voice.format.moment(made.measured.as_of),
            "unit": shortened(made.unit, _OTHER),
            "due": made.voice.format.day(made.due),
            "code": short_form(figures.digest),
            "thanks": in_order,
            "submitted": figures.submitted,
            "rows": [{"number": at, "label": row.label, "value": row.value} for at, row in enumerate(rows, start=1)],
            "list": needs_list(figures),
        },
    )


def needs_list(figures: AgencyFigures) -> bool:
    """Whether something did not find room on the page."""
    return len(figures.targets) > _TARGETS or len(figures.systems) > _SYSTEMS or bool(figures.machines.unseen)


def list_of(made: Round, agency: AgencyFile, figures: AgencyFigures) -> Paper:
    """Every target, system and machine nobody could see, by name."""
    return Paper(
        template=LIST,
        agency=shortened(agency.agency.name, _OFFICE),
        place=letterhead_of(made).place or "",
        kind="Danh sách kèm theo",
        subject=made.marked(f"Phiếu xác nhận số liệu thực hiện {shortened(made.plan, _OTHER)}"),
        basis=(f"Mã đối chiếu đầy đủ: {figures.digest}.", *basis_of(made)),
        body={
            "as_of": made.voice.format.moment(made.measured.as_of),
            "code": short_form(figures.digest),
            "targets": _pairs(_target_rows(made, figures)),
            "systems": _pairs(_system_rows(made, figures, most=300)),
            "machines": _unseen(made, agency, figures),
            "more": number_words(max(len(figures.machines.unseen) - MOST_LISTED, 0)),
        },
    )


def _cut(rows: Sequence[_Row], most: int, what: str) -> list[_Row]:
    """At most ``most`` lines; where more there are, the last of them says how many stand in the list."""
    if len(rows) <= most:
        return list(rows)
    rest = number_words(len(rows) - most + 1)
    return [*rows[: most - 1], _Row(f"Và {rest} {what} khác", "xem danh sách")]


def _target_rows(made: Round, figures: AgencyFigures) -> list[_Row]:
    rows = []
    for number, _, part in figures.targets:
        title, asked, interval, counts = target_words(made, number, part)
        rows.append(_Row(f"Chỉ tiêu {number}: {shortened(title, _NAME)} ({asked})", f"{interval} ({counts})"))
    return rows


def _machine_rows(figures: AgencyFigures) -> list[_Row]:
    found, number = figures.machines, number_words
    if not figures.submitted and not found.declared and not found.isolated:
        register = number(found.register) if found.register is not None else NOT_DECLARED
        return [
            _Row("Máy đang dùng, máy độc lập", NOT_DECLARED),
            _Row("Máy theo sổ tài sản", register),
            *_beyond_rows(found.beyond),
        ]
    unseen = f"{number(len(found.unseen))} (xem danh sách)" if found.unseen else "0"
    rows = [
        _Row("Máy đang dùng, không kể máy độc lập", number(found.declared)),
        _Row("Trong đó: đã có bằng chứng", number(found.seen)),
        _Row("Trong đó: chưa kiểm tra được", unseen),
    ]
    if found.held:
        rows.append(_Row("Trong đó: đang làm rõ", number(found.held)))
    rows.append(_Row("Máy độc lập (không kiểm tra)", number(found.isolated)))
    rows.append(_Row("Máy theo sổ tài sản", number(found.register) if found.register is not None else NOT_DECLARED))
    return [*rows, *_beyond_rows(found.beyond)]


def _beyond_rows(count: int) -> list[_Row]:
    return [_Row("Máy ngoài danh sách (sổ tài sản, mạng)", number_words(count))] if count else []


def _system_rows(made: Round, figures: AgencyFigures, *, most: int = _NAME) -> list[_Row]:
    return [_Row(f"HTTT: {shortened(system.name, most)}", _level(made, system, level)) for system, level in figures.systems]


def _level(made: Round, system: System, level: Classification) -> str:
    """The dossier's level first, where there is one; else what the rules leave possible."""
    dossier = system.dossier
    status = made.voice.say(word(dossier.status)) if dossier is not None and dossier.status is not None else NOT_DECLARED
    if dossier is not None and dossier.level is not None and dossier.status is not DossierStatus.NONE:
        return f"cấp độ {dossier.level}; hồ sơ: {status}"
    if level.lowest is None and level.highest is None:
        return f"chưa xác định cấp độ; hồ sơ: {status}"
    if level.lowest is None or level.lowest != level.highest:
        lowest = level.lowest if level.lowest is not None else "chưa rõ"
        return f"cấp độ {lowest} đến {level.highest}; hồ sơ: {status}"
    return f"đề xuất cấp độ {level.lowest}; hồ sơ: {status}"


def _people_rows(people: People | None) -> list[_Row]:
    heads, staff = (people.heads, people.staff) if people is not None else (None, None)
    briefed, reached, trained = (
        (people.heads_briefed, people.staff_briefed, people.staff_trained) if people is not None else (None, None, None)
    )
    return [
        _Row("Lãnh đạo kê khai: số / tuyên truyền", f"{_said(heads)} / {_said(briefed)}"),
        _Row(
            "CBCC kê khai: số / tuyên truyền / đào tạo",
            f"{_said(staff)} / {_said(reached)} / {_said(trained)}",
        ),
    ]


def _said(count: int | None) -> str:
    return NOT_DECLARED if count is None else number_words(count)


def _pairs(rows: Sequence[_Row]) -> list[Value]:
    return [{"number": at, "label": row.label, "value": row.value} for at, row in enumerate(rows, start=1)]


def _unseen(made: Round, agency: AgencyFile, figures: AgencyFigures) -> list[Value]:
    places = {one.id: one.place or "" for one in agency.endpoints}
    found: list[Value] = []
    for at, name in enumerate(figures.machines.unseen[:MOST_LISTED], start=1):
        state = made.measured.states[name]
        why = STALE if state.stale else word(state.last_attempt)
        found.append({"number": at, "machine": name, "place": named(places[name]), "why": made.voice.say(why)})
    return found
