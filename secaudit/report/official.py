"""The frame of every official paper (Nghị định 30/2020/NĐ-CP, Phụ lục I). A draft: number, date and signature stay blank."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from secaudit.report.texts import Limit


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a template may put somewhere, and nothing else."""

    png: bytes
    width: float
    """Millimetres."""
    words: str
    """What it shows, for those who cannot see it."""


Value = str | int | bool | None | Picture | list["Value"] | dict[str, "Value"]
"""What a Word template may be given: texts, numbers, pictures, lists and records of them."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Block at the right under the body; the name may be left to the clerk."""

    authority: str
    """``TM. ỦY BAN NHÂN DÂN``; may be empty."""
    title: str
    """``CHỦ TỊCH``."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One official paper, ready for a template."""

    template: str
    """File in ``report_templates/word``, without its ending."""
    agency: str
    """Issuing office, in capitals by the template."""
    parent: str = ""
    place: str = ""
    symbol: str = ""
    """After the blank number: ``/BC-UBND``."""
    kind: str = ""
    """``BÁO CÁO``, ``TỜ TRÌNH``; empty for a letter."""
    subject: Annotated[str, Limit(600)] = ""
    """Trích yếu: under the kind, or after ``V/v`` in a letter."""
    addressees: tuple[str, ...] = ()
    grounds: Annotated[tuple[str, ...], Limit(600)] = ()
    """Legal grounds, one per line."""
    recipients: tuple[str, ...] = ()
    archive: str = ""
    """Last line of the recipients: ``Lưu: VT, CĐS``."""
    signature: Signature | None = None
    internal: bool = True
    """Marked ``LƯU HÀNH NỘI BỘ`` while it is a draft."""
    basis: Annotated[tuple[str, ...], Limit(600)] = ()
    """Lines that say which rule set, which date, which source, and that the appraisal decides."""
    body: Mapping[str, Value] = field(default_factory=dict)
    """What the template's own part needs."""
