"""Workbooks as they go out, changed as people change them, and read as they come back."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from secaudit.inventory.given import given_to
from secaudit.inventory.questions import Path as Field
from secaudit.inventory.questions import Profile
from secaudit.inventory.received import Received, Record, Value
from secaudit.inventory.workbook import as_workbook
from secaudit.inventory.workbook_reading import asked_of, read_workbook
from secaudit.model.inventory import AgencyFile, Inventory, ProvinceFile

MADE_AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
PROVINCE = ProvinceFile.model_validate(
    {
        "province": {"id": "tinh", "name": "Tỉnh", "owner": "UBND tỉnh"},
        "shared_systems": [{"id": "van-ban", "name": "Quản lý văn bản", "owner": "so-a"}, {"id": "thu", "name": "Thư điện tử"}],
    }
)
XA_B = AgencyFile.model_validate(
    {
        "agency": {
            "id": "xa-b", "name": "Xã B", "tier": "commune", "contact": {"name": "Ma Văn Mẫu", "phone": "0208 000 0001"},
            "asset_register": {"computers": 12, "as_of": "2026-09-30"}, "machines_in_use": 11,
        },
        "people": {"heads": 3, "staff": 40, "as_of": "2026-10-31"},
        "uses": ["van-ban"],
        "systems": [
            {"id": "mot-cua", "name": "Một cửa xã B", "kind": "internal", "information": ["private"], "defence_security": False,
             "dossier": {"status": "approved", "level": 2, "decision": {"number": "12/QĐ", "date": "2026-03-02"}}},
            {"id": "kin", "name": "Hệ thống kín", "state_secret": True, "level": 3},
        ],
        "endpoints": [
            {"id": "b-1", "kind": "workstation", "place": "Tầng 1", "serial": "5CD1", "hostname": "PC-01",
             "address": "127.20.9.1"},
            {"id": "b-2", "kind": "laptop", "place": "Tầng 2", "status": "in_use", "ownership": "personal"},
            {"id": "b-3", "kind": "isolated", "place": "Phòng cơ yếu"},
            {"id": "b-4", "kind": "workstation", "status": "retired"},
        ],
    }
)  # fmt: skip
SO_A = AgencyFile.model_validate(
    {"agency": {"id": "so-a", "name": "Sở A", "tier": "province"}, "endpoints": [{"id": "a-1", "kind": "server"}]}
)
INVENTORY = Inventory(PROVINCE, (SO_A, XA_B))
ASKED = asked_of(INVENTORY)


def workbook(profile: Profile, file: AgencyFile = XA_B) -> bytes:
    """As it goes out."""
    return as_workbook(given_to(file, profile, MADE_AT, "digest", PROVINCE.shared_systems))


def read(body: bytes, agency: str = "") -> Received:
    """As it comes back."""
    return read_workbook(Path("xa-b.xlsx"), body, ASKED, agency=agency)


class Sent:
    """A workbook in somebody's hands."""

    def __init__(self, body: bytes) -> None:
        self.book: Workbook = load_workbook(io.BytesIO(body))

    def tab(self, name: str) -> Worksheet:
        return self.book[name]

    def column(self, tab: str, key: str) -> int:
        """Of a question, by its hidden mark."""
        return next(cell.column for cell in self.tab(tab)[1] if cell.value == key)

    def row(self, tab: str, mark: str) -> int:
        """Of a record or a question, by its hidden mark."""
        return next(row[0].row for row in self.tab(tab).iter_rows() if row[0].value == mark)

    def cell(self, tab: str, mark: str, key: str = "") -> Cell:
        """Answer to a question of a form, or of a record of a list."""
        if key:
            return self.tab(tab).cell(self.row(tab, mark), self.column(tab, key))
        first = str(self.tab(tab)["A1"].value)
        answers = first.partition("answer:")[2]
        return self.tab(tab).cell(self.row(tab, mark), self.column(tab, answers))

    def empty(self, tab: str) -> int:
        """First empty row under a list."""
        sheet = self.tab(tab)
        head = self.row(tab, "_headings")
        return next(number for number in range(head + 1, sheet.max_row + 2) if sheet.cell(number, 1).value is None)

    def add(self, tab: str, answers: Mapping[str, object], at: int = 0) -> int:
        """Type a record into an empty row."""
        row = at or self.empty(tab)
        for key, value in answers.items():
            self.tab(tab).cell(row, self.column(tab, key)).value = value
        return row

    def copy_row(self, tab: str, mark: str) -> int:
        """Copy a row into an empty one, the hidden cell with it."""
        source, target = self.row(tab, mark), self.empty(tab)
        for column in range(1, self.tab(tab).max_column + 1):
            self.tab(tab).cell(target, column).value = self.tab(tab).cell(source, column).value
        return target

    def body(self) -> bytes:
        """As it is sent."""
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def read(self, agency: str = "") -> Received:
        return read(self.body(), agency)


def record(received: Received, part: str, key: str = "") -> Record:
    """The one record with this key."""
    found = [one for one in received.records if (one.part, one.key) == (part, key)]
    assert len(found) == 1, (part, key, found)
    return found[0]


def changes(received: Received) -> dict[tuple[str, str, Field], Value]:
    """What differs from how it stood when it went out."""
    return {
        (one.part, one.key or one.newcomer, path): value
        for one in received.records
        for path, value in one.answers.items()
        if value != (one.base or {}).get(path)
    }
