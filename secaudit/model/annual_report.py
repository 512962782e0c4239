"""Form 08, the annual report (Nghị định 331/2026/NĐ-CP, Phụ lục): its official words, and what stands in them.

Labels and permitted values are copied from the form and are data: nothing here is ever translated or reworded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from secaudit.messages import Message
from secaudit.model.inventory import Organisation
from secaudit.model.period import statutory
from secaudit.model.system import DossierStatus

FORM = "Mẫu số 08"
SUBJECT = "kết quả công tác bảo đảm an ninh mạng hệ thống thông tin"
NEW_RULES = date(2026, 8, 19)
"""Nghị định 331/2026/NĐ-CP is in force (Điều 38)."""

STATES: Mapping[DossierStatus, str] = MappingProxyType(
    {
        DossierStatus.DRAFTING: "Đang dự thảo",
        DossierStatus.SUBMITTED: "Đã gửi thẩm định",
        DossierStatus.APPRAISED: "Đã thẩm định",
        DossierStatus.APPROVED: "Đã được phê duyệt",
    }
)
"""Column 6; a system without dossier leaves it empty."""
PLANS: Mapping[str, str] = MappingProxyType(
    {"none": "Chưa triển khai", "partial": "Đã triển khai một số hạng mục", "full": "Đã triển khai đầy đủ"}
)
"""Column 10."""
INSPECTIONS: Mapping[str, str] = MappingProxyType({"before_use": "Trước khi đưa vào sử dụng", "periodic": "Định kỳ"})
"""Column 12, both where both were done; empty where neither was."""

TOTALS = (
    "Tổng số hệ thống thông tin thuộc phạm vi quản lý",
    "Tổng số hệ thống thông tin đã được phân loại (đã xác định được loại hình hệ thống thông tin)",
    "Tổng số hệ thống thông tin đã xây dựng hồ sơ đề xuất cấp độ",
    "Tổng số hệ thống thông tin đã được thẩm định hồ sơ đề xuất cấp độ",
    "Tổng số hệ thống thông tin đã được phê duyệt cấp độ",
    "Tổng số hệ thống thông tin đã phê duyệt cấp độ được kiểm tra, đánh giá an ninh mạng định kỳ theo quy định",
    (
        "Dự kiến thời gian hoàn thành phê duyệt đề xuất cấp độ hệ thống thông tin "
        "đối với tất cả các hệ thống thông tin thuộc phạm vi quản lý"
    ),
)
SECTIONS = (
    "1. Thông tin chung",
    "2. Thông tin về chủ quản hệ thống thông tin và đơn vị chuyên trách về an ninh mạng",
    "3. Thông tin chi tiết về các hệ thống thông tin thuộc phạm vi quản lý",
)
OWNER_PART = "a) Thông tin về chủ quản hệ thống thông tin"
UNIT_PART = "b) Thông tin về đơn vị chuyên trách về an ninh mạng"
OWNER_ITEMS = (
    "(1) Tên chủ quản hệ thống thông tin",
    "(2) Quy định chức năng, nhiệm vụ và quyền hạn",
    "(3) Người đại diện, chức vụ",
    "(4) Địa chỉ liên lạc của cơ quan chủ quản hệ thống thông tin",
    "(5) Thông tin liên hệ bao gồm: Số điện thoại, thư điện tử của cơ quan được xác định là chủ quản hệ thống thông tin",
)
UNIT_ITEMS = (
    "(1) Tên đơn vị chuyên trách về an ninh mạng",
    "(2) Quy định chức năng, nhiệm vụ và quyền hạn",
    "(3) Người đại diện, chức vụ",
    "(4) Địa chỉ liên lạc của đơn vị chuyên trách về an ninh mạng",
    "(5) Thông tin liên hệ bao gồm: Số điện thoại, thư điện tử của đơn vị chuyên trách về an ninh mạng",
)
COLUMNS = (
    "STT",
    "Tên HTTT",
    "Chủ quản HTTT",
    "Đơn vị vận hành HTTT",
    "Cấp độ đề xuất",
    "Tình trạng phê duyệt cấp độ",
    "Quyết định phê duyệt cấp độ",
    "Quy chế bảo đảm ANM cho hệ thống",
    "Dự kiến thời điểm phê duyệt HSĐXCĐ",
    "Đã triển khai đầy đủ PA BĐANM",
    "Dự kiến thời điểm triển khai đầy đủ PA BĐANM",
    "Đã kiểm tra, đánh giá ANM",
)


def period_of(day: date) -> tuple[date, date]:
    """First and last day of the figures of the report of the year of ``day``.

    From 15 December the next year's figures are running, but what is written then is the report of the year that ends.
    """
    return statutory(day.year)


class Severity(StrEnum):
    """What a problem does to the report."""

    ERROR = "error"
    """The form would contradict itself or leave out what it demands: it is not written, except as a draft."""
    WARNING = "warning"
    """A place stays blank, or something looks wrong; written all the same, and shown."""
    NOTE = "note"
    """Right, and worth knowing."""


@dataclass(frozen=True, slots=True)
class Office:
    """The agency to call."""

    id: str
    name: str
    contact: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that does not fit, or is missing."""

    rule: str
    """``decision_missing`` ..."""
    severity: Severity
    part: str
    """Where in the form: ``1``, ``2a``, ``2b``, a column as ``(7)``, or empty for the letter around it."""
    message: Message
    todo: Message
    system: str = ""
    """Id; empty where it is about no single system."""
    name: str = ""
    """Of the system."""
    office: Office | None = None
    """Whom to call; None where the province itself answers."""
    blank: bool = False
    """The place is empty because nobody said what belongs there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of section 3; None and empty texts are blank cells."""

    number: int
    system: str
    """Id, which the form does not show."""
    name: str
    office: Office | None
    owner: str = ""
    operator: str = ""
    level: int | None = None
    state: str = ""
    decision: str = ""
    regulation: str = ""
    approval_expected: date | None = None
    plan: str = ""
    plan_expected: date | None = None
    inspected: str = ""
    state_secret: bool = False
    """Name and level only."""


@dataclass(frozen=True, slots=True)
class Total:
    """One number of section 1."""

    count: int
    unknown: int = 0
    """Systems of which nobody said it: the number may be larger."""


@dataclass(frozen=True, slots=True)
class Completion:
    """When all levels will have been approved."""

    waiting: int
    """Systems that are not approved."""
    undated: int
    """Of those, without an expected day; one is enough and the end is unknown."""
    last: date | None
    """Latest of the expected days that are known."""

    @property
    def day(self) -> date | None:
        """The day on which the last one is expected; None when it is unknown or nothing waits."""
        return None if self.undated else self.last


@dataclass(frozen=True, slots=True)
class Totals:
    """Section 1. Systems of state secrets stand in ``managed`` alone: nothing else of them is kept here."""

    managed: Total
    classified: Total
    built: Total
    appraised: Total
    approved: Total
    inspected: Total
    completion: Completion

    @property
    def numbers(self) -> tuple[Total, ...]:
        """The six numbers in the order of the form."""
        return (self.managed, self.classified, self.built, self.appraised, self.approved, self.inspected)


@dataclass(frozen=True, slots=True)
class OwnerPart:
    """Section 2 for one owner."""

    owner: Organisation
    designated: Organisation | None
    systems: int
    """Systems of the report that it owns."""
    described: bool
    """``owners`` in province.yaml says more of it than its name."""
    similar: str | None = None
    """An owner described there whose name is almost this one."""


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """Everything Form 08 asks for, as of one day."""

    as_of: date
    period: tuple[date, date]
    rows: tuple[Row, ...]
    totals: Totals
    owners: tuple[OwnerPart, ...]
    agencies: int
    """That exist on the day."""
    silent: tuple[Office, ...]
    """Of those, the ones that sent nothing: every number is a lower bound while there is one."""
    stopped: int
    """Systems that have stopped and are not counted."""
    former: int
    """Systems of agencies that do not exist on the day, not counted."""
    secret: int
    """Systems of state secrets among the rows."""
    rule_set: str
    """Citation of the act by which levels are compared."""
    digest: str
    """Of the inventory."""
    drafting_counts: bool
    """A dossier that is being drafted counts as built."""
    closed: tuple[str, ...] = ()
    """The closed period it is printed from, in words of the paper; empty for a report of the present."""

    @property
    def year(self) -> int:
        """Year of the report."""
        return self.period[1].year

    @property
    def end_open(self) -> bool:
        """Whether systems are left of which nobody can say here when they are approved: the end may be later than it looks."""
        return bool(self.silent or self.secret)

    def at_least(self, total: Total) -> bool:
        """Whether the number may be larger in truth."""
        return bool(total.unknown or self.silent)
