"""What an agency still owes, the most important first: in full for its letter, in a few words for its message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from secaudit.model.console import EvidenceSource
from secaudit.model.decision import DueState
from secaudit.model.inventory import AgencyFile
from secaudit.model.measurement import AgencyShare, BlockerKind
from secaudit.model.plan import Population, Target
from secaudit.model.system import DossierStatus, System
from secaudit.pipeline.letters.round import Round, Way
from secaudit.pipeline.letters.wording import listed, number_words, shortened
from secaudit.pipeline.ways_plan import Lever, Open
from secaudit.report.words import source_words

_NAMED = 3
_NAME = 80


class Weight(IntEnum):
    """What is left out of a message last stands first."""

    DATA = 0
    OVERDUE = 1
    COUNTS = 2
    MACHINES = 3
    REPAIR = 4
    SYSTEMS = 5
    PEOPLE = 6
    LISTS = 7
    OTHER = 8


@dataclass(frozen=True, slots=True)
class Debt:
    """One thing that an agency is asked for."""

    weight: Weight
    words: str
    """For the letter: a clause without closing sign, may name the agency's own systems."""
    short: str
    """For the message: a few words, no names."""


def debts_of(made: Round, agency: AgencyFile) -> tuple[Debt, ...]:
    """All that the agency owes on the day; nothing for one that is in order."""
    found = [*_data(made, agency), *_machines(made, agency), *_systems(made, agency), *_people(made, agency)]
    return tuple(sorted(found, key=lambda debt: debt.weight))


def _data(made: Round, agency: AgencyFile) -> Iterator[Debt]:
    if not made.has_sent(agency):
        words = "gửi bản kê khai hệ thống thông tin, máy tính và số người của đơn vị (đến nay chưa nhận được)"
        yield Debt(Weight.DATA, words, "gửi bản kê khai hệ thống, máy tính và số người")
        return  # numbers stand in what is asked for already
    missing = (BlockerKind.COUNT_MISSING, BlockerKind.INDICATOR_MISSING)
    targets = {target.id: target for target in made.measured.plan.targets}
    numbers = [
        number
        for number, _, share in made.shares.get(agency.agency.id, ())
        if any(one.kind in missing for one in share.obstacles)
    ]
    if numbers:
        names = ", ".join(shortened(made.voice.say(made.measured.plan.targets[number - 1].short), _NAME) for number in numbers)
        people = all(targets[made.measured.measurements[number - 1].target].population == "people" for number in numbers)
        what = "số người" if people else "số liệu"
        yield Debt(Weight.COUNTS, f"cho biết {what} để tính: {names}", f"cho biết {what} của {len(numbers)} chỉ tiêu")


def _machines(made: Round, agency: AgencyFile) -> Iterator[Debt]:
    asked: dict[tuple[Lever, EvidenceSource | None], list[Way]] = {}
    for way in made.ways.get(agency.agency.id, ()):
        asked.setdefault((way.step.lever, way.step.source), []).append(way)
    for (lever, source), ways in asked.items():
        yield _way_debt(made, lever, source, ways)
    for kind, count in made.rests.get(agency.agency.id, {}).items():
        words, short = _RESTS[kind]
        number = number_words(count)
        weight = Weight.LISTS if kind is Open.BEYOND else Weight.MACHINES
        yield Debt(weight, words.format(count=number), short.format(count=number))
    for number_of, population, share in made.shares.get(agency.agency.id, ()):
        if population == "endpoints" and share.tally.disproven and not _reaches(made, number_of, share):
            number = number_words(share.tally.disproven)
            words = f"cài đặt, bật giải pháp bảo vệ trên {number} máy đã xác định là chưa có"
            yield Debt(Weight.REPAIR, words, f"cài giải pháp bảo vệ cho {number} máy")
            return


def _way_debt(made: Round, lever: Lever, source: EvidenceSource | None, ways: Sequence[Way]) -> Debt:
    """One thing to do, however the collector gets to the machines: the agency does the same for all of them."""
    number = number_words(sum(len(way.line.machines) if lever is not Lever.CONFIRM else way.line.gain for way in ways))
    old = sum(way.line.stale for way in ways)
    stale = f" ({number_words(old)} máy có số liệu cũ đã hết hạn)" if old else ""
    match lever:
        case Lever.CONSOLE:
            named = f" ({made.voice.say(source_words(source.value))})" if source is not None else ""
            words = f"gửi tệp xuất từ bảng quản trị phần mềm phòng, chống mã độc{named}: {number} máy chưa có số liệu{stale}"
            short = f"gửi tệp xuất của phần mềm diệt mã độc ({number} máy)"
        case Lever.COURIER:
            words = f"chạy bộ thu thập do tỉnh gửi trên {number} máy chưa có số liệu{stale} rồi gửi lại tệp kết quả"
            short = f"chạy bộ thu thập trên {number} máy"
        case Lever.SSH:
            words = f"bật và mở kết nối từ xa cho {number} máy chưa kiểm tra được{stale}"
            short = f"bật, mở kết nối cho {number} máy"
        case Lever.CONFIRM:
            words = f"xác nhận và kê khai {number} máy đã thấy mà chưa có trong danh sách của đơn vị"
            return Debt(Weight.LISTS, words, f"xác nhận {number} máy mới")
    return Debt(Weight.MACHINES, words, short)


_RESTS: dict[Open, tuple[str, str]] = {
    Open.HELD: (
        "cùng tỉnh làm rõ {count} máy chưa chắc là máy đã kê khai (địa chỉ, số máy không khớp)",
        "làm rõ {count} máy không khớp kê khai",
    ),
    Open.UNDECIDED: (
        "bố trí để kiểm tra tại chỗ {count} máy mà số liệu đã gửi chưa đủ để kết luận",
        "bố trí kiểm tra tại chỗ {count} máy",
    ),
    Open.NO_WAY: (
        "thống nhất với tỉnh cách kiểm tra {count} máy đến nay chưa có cách thu thập",
        "thống nhất cách kiểm tra {count} máy",
    ),
    Open.BEYOND: (
        "kê khai hoặc giải trình {count} máy có trong sổ tài sản hoặc trên mạng mà chưa có trong danh sách",
        "kê khai thêm {count} máy ngoài danh sách",
    ),
}


def _systems(made: Round, agency: AgencyFile) -> Iterator[Debt]:
    groups: dict[str, list[str]] = {}
    for system in made.systems.get(agency.agency.id, ()):
        step = _step_of(system)
        if step is not None:
            groups.setdefault(step, []).append(shortened(system.name, _NAME))
    for step, (words, short) in _STEPS.items():
        names = groups.get(step, [])
        if names:
            number = number_words(len(names))
            said = listed(names, _NAMED, rest="hệ thống khác")
            yield Debt(Weight.SYSTEMS, f"{words.format(count=number)}: {said}", short.format(count=number))
    yield from _overdue(made, agency)


def _step_of(system: System) -> str | None:
    """What the agency must do next for a system that is in use; None where nothing, or others decide."""
    if system.status != "operating":
        return None
    dossier, plan = system.dossier, system.plan
    status = dossier.status if dossier is not None else None
    if dossier is None or status is None:
        return "unknown"
    if status in (DossierStatus.NONE, DossierStatus.DRAFTING):
        return status.value
    if status is not DossierStatus.APPROVED:
        return None
    if dossier.decision is None:
        return "decision"
    if plan is None or plan.status is None:
        return "plan_unknown"
    return None if plan.status == "full" else "plan"


_STEPS: dict[str, tuple[str, str]] = {
    "none": ("lập hồ sơ đề xuất cấp độ cho {count} hệ thống chưa có hồ sơ", "lập hồ sơ cấp độ cho {count} hệ thống"),
    "drafting": ("hoàn thiện, gửi thẩm định hồ sơ cấp độ của {count} hệ thống", "gửi thẩm định hồ sơ cấp độ {count} hệ thống"),
    "unknown": ("cho biết tình trạng hồ sơ cấp độ của {count} hệ thống", "cho biết tình trạng hồ sơ của {count} hệ thống"),
    "decision": (
        "gửi số, ngày quyết định phê duyệt cấp độ của {count} hệ thống",
        "gửi quyết định phê duyệt của {count} hệ thống",
    ),
    "plan": (
        "triển khai đầy đủ phương án bảo đảm an ninh mạng của {count} hệ thống",
        "triển khai đủ phương án cho {count} hệ thống",
    ),
    "plan_unknown": (
        "cho biết mức triển khai phương án bảo đảm an ninh mạng của {count} hệ thống",
        "cho biết mức triển khai phương án của {count} hệ thống",
    ),
}
"""Next step -> words of the letter, words of the message."""


def _overdue(made: Round, agency: AgencyFile) -> Iterator[Debt]:
    """Limits that have passed: those of others are asked about, those of the owner are asked for."""
    groups: dict[tuple[str, str, bool], list[str]] = {}
    for system in made.systems.get(agency.agency.id, ()):
        chain = made.chains.chains.get(system.id) if made.chains is not None else None
        for limits, own in (((chain.owed if chain else ()), True), ((chain.limits if chain else ()), False)):
            for limit in limits:
                if limit.state is DueState.OVERDUE:
                    due = f", hạn {made.voice.format.day(limit.due)}" if limit.due is not None else ""
                    groups.setdefault((made.voice.say(limit.title), due, own), []).append(shortened(system.name, _NAME))
    for (title, due, own), names in groups.items():
        said = listed(names, _NAMED, rest="hệ thống khác")
        asked = "hoàn thành việc đã quá hạn" if own else "làm việc với cơ quan thẩm định, phê duyệt về việc đã quá hạn"
        words = f"{asked}: {shortened(title, 200)}{due} ({said})"
        yield Debt(Weight.OVERDUE, words, f"xử lý việc quá hạn của {number_words(len(names))} hệ thống")


_PAPERS: dict[Population, tuple[str, str]] = {
    "people": ("gửi văn bản có ngày, tháng chứng minh cho {count} người", "gửi văn bản chứng minh cho {count} người"),
    "indicators": ("gửi báo cáo có ngày, tháng chứng minh số liệu", "gửi báo cáo chứng minh số liệu"),
    "agencies": ("gửi giấy tờ chứng minh", "gửi giấy tờ chứng minh"),
}
_ACTS: dict[Population, tuple[str, str]] = {
    "people": ("tổ chức cho {count} người chưa tham gia", "tổ chức cho {count} người chưa tham gia"),
    "indicators": ("thực hiện thêm {count}", "thực hiện thêm {count}"),
    "agencies": ("thực hiện nội dung còn thiếu", "thực hiện nội dung còn thiếu"),
}


def _people(made: Round, agency: AgencyFile) -> Iterator[Debt]:
    """People, indicators and the agency itself, where its own part does not reach what is asked: papers first, then acts."""
    targets = made.measured.plan.targets
    for number, population, share in made.shares.get(agency.agency.id, ()):
        if population in _PAPERS and not _reaches(made, number, share):
            yield from _of_target(made, targets[number - 1], number, share)


def _reaches(made: Round, number: int, share: AgencyShare) -> bool:
    """Whether what is proven of the agency's own part is as much as the target asks of the whole."""
    measurement, lower = made.measured.measurements[number - 1], share.tally.lower
    return lower is not None and (lower > measurement.share if measurement.sign == ">" else lower >= measurement.share)


def _of_target(made: Round, target: Target, number: int, share: AgencyShare) -> Iterator[Debt]:
    name = shortened(made.voice.say(target.short), _NAME)
    weight = Weight.PEOPLE if target.population == "people" else Weight.OTHER
    for count, words in (
        (share.tally.unknown, _PAPERS[target.population]),
        (share.tally.disproven, _ACTS[target.population]),
    ):
        if count:
            said = number_words(count)
            long, short = (text.format(count=said) for text in words)
            yield Debt(weight, f"{long} (chỉ tiêu {number}: {name})", f"{short} (chỉ tiêu {number})")
