"""A small province for the annual report, and one system whose every column is in order."""

from datetime import date

from secaudit.model.base import Document
from secaudit.model.catalog import Catalog
from secaudit.model.inventory import (
    Agency,
    AgencyFile,
    Contact,
    Inventory,
    Letterhead,
    Organisation,
    Owner,
    ProvinceFile,
    Submission,
)
from secaudit.model.inventory import Province as ProvinceRecord
from secaudit.model.knowledge import Knowledge
from secaudit.model.level import LevelRuleSet
from secaudit.model.system import Dossier, DossierStatus, SecurityPlan, System, SystemKind
from secaudit.pipeline.province import Levels, Province
from secaudit.resources import data_folder
from secaudit.source import read_yaml

DAY = date(2026, 12, 14)
OWNER = "Ủy ban nhân dân tỉnh A"
UNIT = Organisation(
    name="Công an tỉnh A",
    functions="QĐ 9",
    representative="Trần B",
    title="Giám đốc",
    address="Số 2",
    phone="02",
    email="b@a.example",
)
OFFICE = Owner(
    name=OWNER, representative="Nguyễn A", title="Chủ tịch", address="Số 1", phone="01", email="a@a.example", designated=UNIT
)
RULES = LevelRuleSet.model_validate(read_yaml(data_folder("checks") / "levels" / "nd-331-2026.yaml").data)


def paper(number: str = "1/QĐ-UBND", day: date = date(2026, 9, 1), office: str | None = "UBND tỉnh A") -> Document:
    return Document(number=number, date=day, authority=office)


def approved(**changes: object) -> Dossier:
    fields = {
        "status": DossierStatus.APPROVED, "level": 3, "decision": paper(), "regulation": paper("2/QĐ-UBND", date(2026, 8, 20)),
    }  # fmt: skip
    return Dossier(**{**fields, **changes})


def system(ident: str = "he-thong", **changes: object) -> System:
    """In order in every column."""
    fields = {
        "name": f"Hệ thống {ident}", "kind": SystemKind.INTERNAL, "operator": "Trung tâm A", "dossier": approved(),
        "plan": SecurityPlan(status="full"), "inspected": ("before_use", "periodic"),
    }  # fmt: skip
    return System(id=ident, **{**fields, **changes})


def secret(name: str = "mat-1", level: int | None = 4) -> System:
    return System(id=name, name="Hệ thống số 1", state_secret=True, level=level)


def agency(name: str = "so-a", *systems: System, sent: bool = True, **changes: object) -> AgencyFile:
    record = Agency(
        id=name, name=f"Cơ quan {name}", tier="province", contact=Contact(name="Lê C", phone="0208 000"),
        submission=Submission(accepted_on=date(2026, 11, 1)) if sent else None, **changes,
    )  # fmt: skip
    return AgencyFile(agency=record, systems=systems)


def province(*agencies: AgencyFile, **changes: object) -> Province:
    fields = {
        "province": ProvinceRecord(id="a", name="Tỉnh A", owner=OWNER), "owners": (OFFICE,),
        "letterhead": Letterhead(addressee="Bộ Công an", symbol="UBND"),
    }  # fmt: skip
    papers = {name: changes.pop(name) for name in ("attestations", "waivers") if name in changes}
    inventory = Inventory(ProvinceFile(**{**fields, **changes}), agencies, digest="ab" * 32, **papers)
    return Province(inventory, Catalog({}, (RULES,), {}, Knowledge(), ""))


def levels(*classifications: object) -> Levels:
    return Levels(RULES, {one.system: one for one in classifications}, {})
