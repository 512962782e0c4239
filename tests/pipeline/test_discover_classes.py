"""A real search over lab addresses in which every class of the reconciliation is seen, and what people do about it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from secaudit.lab.keys import fresh_key
from secaudit.lab.process import LabProcess
from secaudit.transport import HostKeys
from tests.discover.answering import Listener, listening

pytestmark = pytest.mark.skipif(shutil.which("nmap") is None, reason="install nmap: these tests search with it")

NET = "127.62.5."
BEFORE = {"may-1": 1, "may-2": 2, "may-3": 3, "may-cu": 5}
"""Machines of the agency when they were seen first; the lab answers for all of them."""
AFTER = """
  - {id: may-1, kind: workstation, address: 127.62.5.1, lab: true}
  - {id: may-2, kind: workstation, address: 127.62.5.30, lab: true}    # answers at .2 still: the list is wrong
  - {id: may-3, kind: workstation, address: 127.62.5.4, lab: true}     # off; at .4 stands a machine that nobody declares
  - {id: may-4, kind: workstation, address: 127.62.5.31, lab: true}
  - {id: may-cu, kind: workstation, address: 127.62.5.5, lab: true, status: retired}
  - {id: mat-01, kind: isolated}
  - {id: may-5, kind: server, address: 127.62.5.32, access: {port: PORT2}, status: retired}
"""
NAMED = b"HTTP/1.0 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\n\r\n<ComputerName>MAT-01</ComputerName>"
"""How the agent of a management console tells the name of its computer to whoever asks."""


@dataclass
class Place:
    """The province, and commands over it."""

    home: Path
    key: Path
    said: str = ""
    """What the search printed."""

    def write(self, endpoints: str, port: int) -> None:
        folder = self.home / "province" / "agencies"
        folder.mkdir(parents=True, exist_ok=True)
        (self.home / "province" / "province.yaml").write_text(
            f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {port}}}}}\n", encoding="utf-8"
        )
        (folder / "xa-a.yaml").write_text(
            "agency: {id: xa-a, name: UBND xã Đồng Hỷ, tier: commune, networks: [127.62.5.0/26],"
            " asset_register: {computers: 9, as_of: 2026-10-31}, submission: {accepted_on: 2026-11-01}}\n"
            f"endpoints:\n{endpoints}",
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
        command = [
            sys.executable, "-m", "secaudit", *arguments, "--inventory", str(self.home / "province"),
            "--workspace", str(self.home / "w"),
        ]  # fmt: skip
        return subprocess.run(
            command, env={**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "200", "TERM": "dumb"},
            capture_output=True, text=True, encoding="utf-8", timeout=300,
        )  # fmt: skip

    def data(self, *arguments: str, code: int) -> dict:
        done = self.run(*arguments, "--format", "json")
        assert done.returncode == code, done.stderr + done.stdout[-2000:]
        return json.loads(done.stdout)

    def classes(self, code: int = 3) -> dict[tuple[str, str], str | None]:
        """(class, last number of the address or the machine) -> machine."""
        lines = self.data("discover", "--last", code=code)["lines"]
        return {
            (one["meeting"], one["host"]["address"].removeprefix(NET) if one["host"] else ""): one["endpoint"] for one in lines
        }

    def target(self) -> dict:
        """The figure of target 2 and what keeps it from being decided."""
        done = self.run("measure", "--format", "json")
        measured = json.loads(done.stdout)
        [target] = [one for one in measured["targets"] if one["population"] == "endpoints"]
        return {**target, "found": measured["undeclared"]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((NET + "1", 0))
        return int(probe.getsockname()[1])


def lab(place: Path, name: str, port: int, numbers: list[int]) -> Path:
    path = place / name
    machines = "".join(f"  {NET}{number}: {{answer: debian-12-clamav}}\n" for number in numbers)
    path.write_text(f"port: {port}\nmachines:\n{machines}", encoding="utf-8")
    return path


@pytest.fixture(scope="module", name="place")
def searched(tmp_path_factory):
    """Seen over SSH first, so that their keys are known; then the list changes and the network is searched."""
    home = tmp_path_factory.mktemp("search")
    (home / "w").mkdir(mode=0o700)
    place, port, agent = Place(home, home / "key"), free_port(), free_port()
    client = fresh_key(place.key)
    rows = "".join(
        f"  - {{id: {name}, kind: workstation, address: {NET}{number}, lab: true}}\n" for name, number in BEFORE.items()
    )
    place.write(rows, port)
    with LabProcess(lab(home, "one.yaml", port, [1, 2, 3, 4, 5]), home / "lab", [client]) as one:
        HostKeys.read(home / "w" / "known_hosts").add_all(one.known_hosts(), who="t", at=datetime.now(UTC))
        login = ["--no-agent", "--identity", str(place.key), "--user", "audit", "--per-network", "60", "--retries", "0"]
        assert place.run("scan", *login).returncode in (0, 3, 4)
    place.write(AFTER.replace("PORT2", str(agent)), port)
    with (
        LabProcess(lab(home, "two.yaml", port, [1, 2, 4, 5, 20, 21]), home / "lab", [client]),
        listening((NET + "22", 9100, b"")),
    ):
        named = Listener(NET + "23", agent, replies=NAMED)
        try:
            done = place.run("discover")
        finally:
            named.close()
    assert done.returncode == 3, done.stderr + done.stdout
    place.said = done.stdout
    return place


@pytest.fixture(name="own")
def own_copy(place, tmp_path):
    """The same province and store, for what changes them."""
    shutil.copytree(place.home, tmp_path / "own")
    return replace(place, home=tmp_path / "own")


def test_every_class_is_seen(place):
    assert place.classes() == {
        ("answering", "1"): "may-1",
        ("moved", "2"): "may-2",
        ("other_machine", "4"): "may-3",
        ("undeclared", "4"): None,
        ("silent", ""): "may-4",
        ("retired_alive", "5"): "may-cu",
        ("undeclared", "20"): None,
        ("undeclared", "21"): None,
        ("set_aside", "22"): None,
        ("isolated_alive", "23"): "mat-01",
    }
    for words in (
        "answering and not declared", "the address is another machine's now", "declared, answering at another address",
        "declared as retired, and answering", "no computer: set aside", "declared as isolated, and on the network",
    ):  # fmt: skip
        assert words in place.said, words
    assert "declared at 127.62.5.30, answers at 127.62.5.2; recognised by the host key" in place.said


def test_undeclared_machines_enter_target_2_are_named_and_setting_aside_releases_it(own):
    before = own.target()
    assert sorted(before["found"]["xa-a"]) == [NET + n for n in ("20", "21", "4", "5")]
    assert before["decision"] == "undecided"
    assert {"kind": "undeclared", "agencies": ["xa-a"], "count": 4} in [
        {name: one[name] for name in ("kind", "agencies", "count")} for one in before["blockers"]
    ]
    assert own.run("discover", "--set-aside", NET + "1", "--as", "printer", "--reason", "x").returncode == 2, "it is declared"
    asides = [word for number in ("20", "21", "4", "5") for word in ("--set-aside", NET + number)]
    done = own.run("discover", *asides, "--as", "camera", "--reason", "đã xem tại chỗ")
    assert done.returncode == 0, done.stderr
    after = own.target()
    assert after["found"] == {} and not [one for one in after["blockers"] if one["kind"] == "undeclared"]
    # A word is taken back by a newer one.
    own.run("discover", "--set-aside", NET + "20", "--set-aside", NET + "21", "--as", "computer", "--reason", "nhầm")
    assert own.target()["found"] == {"xa-a": [NET + "20", NET + "21"]}


def test_a_found_machine_is_proposed_once_and_counted_once(own):
    first = own.data("discover", "--adopt", NET + "20", code=3)
    [proposed] = first["adopted"]
    again = own.data("discover", "--adopt-all", code=3)
    assert proposed in again["adopted_before"] and proposed["id"] not in [one["id"] for one in again["adopted"]]
    waiting = own.data("evidence", "newcomers", code=3)["newcomers"]
    assert {one["row"]["address"] for one in waiting} == {NET + "20", NET + "21", NET + "4"}
    assert all(one["source"] == "discover" and one["agency"] == "xa-a" for one in waiting)
    file = (own.home / "province" / "agencies" / "xa-a.yaml").read_text(encoding="utf-8")
    assert proposed["id"] not in file, "the list changes only when its agency says so"
    assert sorted(own.target()["found"]["xa-a"]) == [NET + n for n in ("20", "21", "4", "5")], "counted once"
    # The agency takes it over: it is declared, answers, and waits no more.
    agencies = own.home / "province" / "agencies" / "xa-a.yaml"
    agencies.write_text(f"{file}  - {{id: {proposed['id']}, kind: workstation, address: {NET}20, lab: true}}\n", encoding="utf-8")
    assert own.classes()["answering", "20"] == proposed["id"]
    left = own.data("evidence", "newcomers", code=3)["newcomers"]
    assert {one["row"]["address"] for one in left} == {NET + "21", NET + "4"}, "at .4 another machine is declared"


def test_the_sheet_that_the_agency_signs(place, tmp_path):
    path = tmp_path / "bien-ban.xlsx"
    assert place.run("discover", "--last", "--workbook", str(path)).returncode == 3
    book = load_workbook(path)
    [sheet] = book.worksheets
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert texts[0] == "BIÊN BẢN ĐỐI CHIẾU MÁY TÍNH" and "Đơn vị: UBND xã Đồng Hỷ (xa-a)" in texts
    assert {"Số máy theo sổ tài sản", 9, "THỦ TRƯỞNG ĐƠN VỊ", "Đơn vị xác nhận", NET + "20", "may-4"} <= set(texts)
    assert {"Có trả lời, chưa kê khai", "Đã kê khai, không trả lời", "Địa chỉ nay là của máy khác"} <= set(texts)
    [choice] = sheet.data_validations.dataValidation
    assert choice.formula1.count(",") == 4 and "Không phải máy của đơn vị" in choice.formula1 and "Chưa rõ" in choice.formula1
    assert "mã số liệu" in sheet.oddFooter.left.text and "Phương pháp" in sheet.oddFooter.left.text
    # The report shows the same.
    page = tmp_path / "page.html"
    place.run("report", "--out", str(page))
    text = page.read_text(encoding="utf-8")
    part = text[text.index('id="found"') :]
    assert NET + "20" in part and "Có trả lời, chưa kê khai" in part and "may-4" in part
