"""A small sound province that each test breaks in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from secaudit.errors import Problem
from secaudit.inventory import check_inventory

PROVINCE = """\
province: {id: tinh, name: Tỉnh, owner: UBND tỉnh}
defaults: {access: {port: 2222}}
shared_systems:
- {id: van-ban, name: Quản lý văn bản, owner: so-a, components: [chu-ky]}
- {id: chu-ky, name: Chữ ký số, owner: so-a}
interpretations:
- {id: commune-network, reading: one}
"""
SO_A = """\
agency: {id: so-a, name: Sở A, tier: province, networks: [127.20.1.0/24]}
people: {heads: 4, heads_briefed: 4, staff: 90, staff_briefed: 80, staff_trained: 70}
uses: [van-ban]
systems:
- {id: cong-a, name: Cổng A, kind: public_service, dossier: {status: none}}
- {id: kin, name: Hệ thống kín, state_secret: true, level: 3}
endpoints:
- {id: a-1, kind: server, address: 127.20.1.1, serial: ABC123, uuid: 4C4C4544-0043-3010-8052-B4C04F564231}
- {id: a-2, kind: workstation, address: 127.20.1.2, systems: [cong-a, van-ban]}
- {id: a-3, kind: isolated, place: Tầng 2}
"""
XA_B = """\
agency: {id: xa-b, name: Xã B, tier: commune, valid_from: 2025-07-01}
endpoints:
- {id: b-1, kind: workstation, address: 192.168.1.7, access: {via: b-jump, user: audit}}
- {id: b-2, kind: workstation, serial: To be filled by O.E.M.}
- {id: b-3, kind: workstation, serial: to be filled by O.E.M.}
- {id: b-jump, kind: server, address: jump.xa-b.example}
"""


class Written:
    """A province's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "agencies").mkdir(parents=True)
        self.texts = {"province.yaml": PROVINCE, "agencies/so-a.yaml": SO_A, "agencies/xa-b.yaml": XA_B}

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands there exactly once."""
        assert self.texts[name].count(old) == 1, (name, old)
        self.texts[name] = self.texts[name].replace(old, new)

    def problems(self) -> list[Problem]:
        """Write and check; an inventory comes back exactly when there is no problem."""
        for name, text in self.texts.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        inventory, problems = check_inventory(self.folder)
        assert (inventory is None) == bool(problems)
        return problems


@pytest.fixture
def province(tmp_path: Path) -> Written:
    return Written(tmp_path / "tinh")


@pytest.fixture
def summary() -> Callable[[list[Problem]], list[tuple[str, int | None, str | None]]]:
    """File name, line and field of each problem."""
    return lambda problems: [(Path(p.path or "").name, p.line, p.field) for p in problems]
