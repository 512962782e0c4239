"""What the papers of one round share: the figures, the day asked for, whom to call, and each agency's part of all that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import AgencyFile, Letterhead, Organisation
from secaudit.model.measurement import AgencyShare
from secaudit.model.past import NO_PAST, Past
from secaudit.model.period import Period, statutory, statutory_year
from secaudit.model.plan import Population
from secaudit.model.system import System
from secaudit.pipeline.decision_chains import Chains, chains
from secaudit.pipeline.frozen import period_words
from secaudit.pipeline.letters.wording import OPEN, shortened
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish import footer_of
from secaudit.pipeline.publish.agencies import has_sent, in_scope, shares_of
from secaudit.pipeline.ways_plan import Known, Line, Open, Step, WaysPlan, ways_plan
from secaudit.report.official import Signature
from secaudit.report.sanitise import named
from secaudit.report.voice import Voice
from secaudit.resources import translator

TRIAL = "BẢN CHẠY THỬ"
LANGUAGE = "vi"
"""Official papers are Vietnamese in every language of the console."""


@dataclass(frozen=True)
class Way:
    """One way by which an agency's machines can still be seen."""

    step: Step
    line: Line


@dataclass(frozen=True)
class Round:
    """Everything that all papers of one round are made of."""

    measured: Measured
    past: Past
    voice: Voice
    due: date
    """By when agencies are asked to answer."""
    call: str
    """Name and phone of whom to call; dots where nobody is known."""
    shares: Mapping[str, Sequence[tuple[int, Population, AgencyShare]]]
    """Agency id -> number of the target, its population, the agency's part."""
    ways: Mapping[str, Sequence[Way]]
    """Agency id -> ways to machines nobody could see."""
    rests: Mapping[str, Mapping[Open, int]]
    """Agency id -> machines that no way settles, by reason."""
    chains: Chains | None
    """Where the dossiers stand; None where the catalog has no procedure."""
    systems: Mapping[str, Sequence[System]]
    """Agency id -> its systems in use, those of state secrets left out."""
    made_by: str = ""
    """Login of who has the papers made."""
    made_at: datetime | None = None
    """When; not the moment the figures are for."""

    @property
    def day(self) -> date:
        """The day of the figures."""
        return day_in_vietnam(self.measured.as_of)

    @property
    def plan(self) -> str:
        """The plan as it is cited."""
        return named(self.measured.plan.name)

    @property
    def unit(self) -> str:
        """Who writes to the agencies."""
        return named(self.measured.province.inventory.province.province.designated_unit or OPEN)

    @cached_property
    def trial(self) -> bool:
        """Whether machines of the figures are simulated: nothing made of them may be used."""
        states = self.measured.states.values()
        return any(state.evidence is not None and state.evidence.outcome.lab for state in states)

    @cached_property
    def ages(self) -> tuple[int, ...]:
        """Days since the tables of support and updates were brought up to date, the newest first."""
        return tuple(sorted({table.days for table in footer_of(self.measured).lifecycle}))

    def marked(self, text: str) -> str:
        """``text``, marked where the figures are a trial's."""
        return f"[{TRIAL}] {text}" if self.trial else text

    @property
    def agencies(self) -> list[AgencyFile]:
        """Agencies that exist on the day."""
        return in_scope(self.measured)

    def has_sent(self, agency: AgencyFile) -> bool:
        """Whether the agency's inventory was accepted by the day."""
        return has_sent(self.measured, agency)


def round_of(
    measured: Measured, *, past: Past = NO_PAST, periods: Sequence[Period] = (), call: str | None = None, due: date | None = None,
    made_by: str = "", made_at: datetime | None = None,
) -> Round:  # fmt: skip
    """The round of what was measured; ``periods`` are those the store knows."""
    plans = _ways(measured)
    ways: dict[str, list[Way]] = {}
    rests: dict[str, dict[Open, int]] = {}
    for made in plans:
        for step in made.steps:
            for line in step.lines:
                ways.setdefault(line.agency.id, []).append(Way(step, line))
        for rest in made.rest:
            for agency, count in rest.agencies:
                rests.setdefault(agency.id, {})[rest.kind] = count
    return Round(
        measured=measured,
        past=past,
        voice=Voice(translator(LANGUAGE)),
        due=due or due_of(measured, periods),
        call=shortened(call, 160) if call else caller_of(measured),
        shares=shares_of(measured),
        ways=ways,
        rests=rests,
        chains=_chains(measured),
        systems=_systems(measured),
        made_by=made_by,
        made_at=made_at,
    )


def due_of(measured: Measured, periods: Sequence[Period] = ()) -> date:
    """The first of these that is not over: the plan's day, the last day of its open period, the day the yearly report closes."""
    day = day_in_vietnam(measured.as_of)
    running = [one.last for one in periods if one.closing is None and one.plan == measured.plan.id and one.last >= day]
    found = [one for one in (measured.plan.due, *sorted(running)) if one is not None and one >= day]
    return found[0] if found else statutory(statutory_year(day))[1]


def caller_of(measured: Measured) -> str:
    """Name and phone of the designated unit; dots for what nobody wrote down."""
    province = measured.province.inventory.province
    owner = next((one for one in province.owners if one.name == province.province.owner), None)
    unit: Organisation | None = owner.designated if owner is not None else None
    name = (unit.name if unit is not None else None) or province.province.designated_unit or OPEN
    phone = (unit.phone if unit is not None else None) or OPEN
    return f"{shortened(name, 80)}, {shortened(phone, 40)}"


def basis_of(made: Round, *more: str) -> tuple[str, ...]:
    """What the figures of a paper are tied to, for the foot of its pages."""
    measured, say = made.measured, made.voice.format
    province = measured.province
    lines = [
        *([f"{TRIAL}: số liệu có máy mô phỏng, không sử dụng."] if made.trial else []),
        f"Số liệu chốt lúc {say.moment(measured.as_of)}.",
        f"Quy tắc cấp độ: {measured.levels.rules.act}.",
        f"Bản kê khai: {province.inventory.digest[:16] or '–'}.",
        f"Bộ kiểm tra: {province.catalog.digest[:16] or '–'}.",
        f"Mã chuỗi bằng chứng: {measured.chain_head[:16] or '–'}.",
        *(made.voice.say(words) for words in period_words(measured)),
        *_origin(made),
        *more,
    ]
    return tuple(lines)


def _origin(made: Round) -> Iterator[str]:
    """How old the tables are that support and updates were judged by, and who had the paper made when."""
    ages = made.ages
    if ages:
        span = f"{ages[0]}" if ages[0] == ages[-1] else f"{ages[0]}–{ages[-1]}"
        yield f"Bảng thời hạn hỗ trợ và bản vá: {span} ngày tuổi."
    at = made.voice.format.moment(made.made_at) if made.made_at is not None else ""
    if made.made_by or at:
        yield f"Người lập: {', '.join(part for part in (shortened(made.made_by, 40), at) if part)}."


def letterhead_of(made: Round) -> Letterhead:
    """The province's letterhead."""
    return made.measured.province.inventory.province.letterhead


def symbol_of(made: Round) -> str:
    """After the blank number of a letter of the designated unit: ``/SKHCN-CĐS``."""
    head = letterhead_of(made)
    parts = (head.symbol, head.drafting_unit) if head.parent else (head.drafting_unit,)
    return "/" + "-".join(part for part in parts if part)


def signature_of(made: Round) -> Signature:
    """Who signs for the designated unit."""
    head = letterhead_of(made)
    if head.parent:
        return Signature(head.authority or "", head.signer_title or OPEN, head.signer_name or "")
    province = made.measured.province.inventory.province
    owner = next((one for one in province.owners if one.name == province.province.owner), None)
    unit = owner.designated if owner is not None else None
    return Signature("", (unit.title if unit is not None else None) or OPEN)


def archive_of(made: Round) -> str:
    """The last line of Nơi nhận."""
    head = letterhead_of(made)
    return f"Lưu: VT, {head.drafting_unit}" if head.drafting_unit and head.parent else "Lưu: VT"


def _ways(measured: Measured) -> list[WaysPlan]:
    """The ways to the machines of the plan's first target about machines."""
    number = next((at for at, one in enumerate(measured.plan.targets, start=1) if one.population == "endpoints"), None)
    if number is None:
        return []
    waiting: dict[str, tuple[str, ...]] = {}
    for one in measured.newcomers:
        waiting[one.agency] = (*waiting.get(one.agency, ()), one.id)
    known = Known(in_scope(measured), measured.states, waiting, day_in_vietnam(measured.as_of))
    return [ways_plan(measured.plan, number, measured.measurements[number - 1], known, as_of=measured.as_of)]


def _chains(measured: Measured) -> Chains | None:
    """A catalog without procedures says nothing of what is overdue."""
    law, day = measured.province.catalog.law, day_in_vietnam(measured.as_of)
    if law.reporting is None or law.procedure(day) is None:
        return None
    return chains(measured.province, measured.levels, day)


def _systems(measured: Measured) -> dict[str, list[System]]:
    """Of a system of state secrets neither the name nor the agency stands in a paper."""
    inventory = measured.province.inventory
    found: dict[str, list[System]] = {}
    for name in measured.levels.classifications:
        system = inventory.systems[name]
        if system.status != "stopped" and not system.state_secret:
            found.setdefault(inventory.owner_of_system.get(name, ""), []).append(system)
    return found
