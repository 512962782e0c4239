"""The demo as a newcomer runs it: real SSH, all three answers from the first day, again as often as one likes."""

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from secaudit.model.outcome import Sight, Way
from secaudit.store import Store

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", name="demo")
def prepare(tmp_path_factory):
    """The sample province on a port of its own, so that a running demo is not disturbed; run twice."""
    home = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "inventories", home / "inventories")
    with socket.socket() as probe:
        probe.bind(("127.20.0.10", 0))
        port = probe.getsockname()[1]
    for name in ("thai-nguyen/province.yaml", "lab/thai-nguyen.yaml"):
        path = home / "inventories" / name
        text = path.read_text(encoding="utf-8")
        assert "2222" in text
        path.write_text(text.replace("2222", str(port)), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    environment |= {"SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "160", "TERM": "dumb"}
    runs = [
        subprocess.run(
            [sys.executable, "-m", "secaudit", "demo"],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        for _ in range(2)
    ]
    return home, runs


def test_the_demo_runs_to_its_end_and_can_be_run_again(demo):
    home, runs = demo
    for done in runs:
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert re.search(r"open this page: file://\S+/demo/report/index\.html", done.stderr.replace("\n", ""))
    folder = home / "demo" / "report"
    assert "Có dữ liệu phòng lab" in (folder / "index.html").read_text(encoding="utf-8")
    assert len(list((folder / "agencies").iterdir())) > 10
    if os.name != "nt":
        assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))


def test_the_demo_writes_its_state_down_so_that_history_is_not_empty_after_it(demo):
    with Store.open(demo[0] / "demo" / "store.sqlite", create=False) as store:
        recorded, refused = store.states.of_plan("ke-hoach-246")
        assert not refused
        assert [len(one.targets) for one in recorded] == [5]
        assert store.states.with_machines(recorded[0]).machines


def test_the_result_shows_proven_disproven_and_unknown(demo):
    _, runs = demo
    row = next(line for line in runs[0].stdout.splitlines() if "2. Endpoints protected" in line)
    proven, disproven, unknown = (int(part) for part in re.findall(r"(?<=│)\s*(\d+)\s*(?=│)", row)[:3])
    assert min(proven, disproven, unknown) > 0


@pytest.mark.skipif(
    shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin") is None,
    reason="OpenSSH's server is not installed (Debian: apt-get install openssh-server)",
)
def test_this_machine_is_truly_audited(demo):
    """Its facts come from this machine: compared with an independent reading of /etc/os-release."""
    home, _ = demo
    with Store.open(home / "demo" / "store.sqlite", create=False) as store:
        (stored, *_) = store.history("may-kiem-tra")
        facts = store.facts_of([stored.number])[stored.number]
    assert stored.outcome.sight is Sight.SEEN
    assert not stored.outcome.lab
    assert stored.outcome.server_version.startswith("SSH-2.0-OpenSSH")
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines() if "=" in line)
    assert facts["os.id"].value == release["ID"].strip('"')
    assert facts["machine.name"].value == socket.gethostname()


WAYS = [Way.SEARCH, Way.SSH, *[Way.CONSOLE] * 4, Way.COURIER]
"""A scan, four exports, the answers of one commune."""


def test_every_run_has_runs_of_its_own_and_the_chain_holds(demo):
    """Exports of the second run hold the same moments: nothing of them is kept twice. Collectors' answers are new ones."""
    home, _ = demo
    with Store.open(home / "demo" / "store.sqlite", create=False) as store:
        runs = store.runs()
        assert {run.status for run in runs} == {"finished"}
        assert [run.way for run in runs] == [*WAYS, Way.SEARCH, Way.SSH, Way.COURIER]
        assert store.verify().intact


def test_consoles_and_a_collector_narrow_target_2_and_the_demo_says_from_where_to_where(demo):
    _, runs = demo
    found = re.search(r"target 2: from ([\d.]+)% – ([\d.]+)% to ([\d.]+)% – ([\d.]+)%", runs[0].stderr)
    assert found is not None, runs[0].stderr
    lower, upper, later_lower, later_upper = map(float, found.groups())
    assert later_lower > lower + 10
    assert later_upper <= upper


def test_what_an_export_says_of_isolated_doubled_and_silent_machines_is_named(demo):
    _, runs = demo
    said = runs[0].stderr
    assert re.search(r"ksc\.csv \(ksc, grade B, lab data\): matched \d+, new 6, unclear 2, refused 1, too old 1", said)
    for name in ("UBND-DL-01", "NOI-VU-PC-05", "PHAN-DINH-PHUNG-PC-03"):
        assert name in said
    with Store.open(demo[0] / "demo" / "store.sqlite", create=False) as store:
        assert store.history("ubnd-dl-01") == []
        assert {one.agency for one in store.newcomers()} == {"so-xay-dung", "xa-dinh-hoa", "xa-cho-don"}


@pytest.fixture(scope="module", name="report")
def report_as_data(demo):
    """What the page shows, for programs."""
    home, _ = demo
    target = home / "report.json"
    subprocess.run(
        [sys.executable, "-m", "secaudit", "report", "-i", "inventories/thai-nguyen", "-w", "demo", "--out", str(target)],
        cwd=home,
        capture_output=True,
        timeout=300,
    )
    return json.loads(target.read_text(encoding="utf-8"))


def test_target_2_is_drawn_by_grade_and_walks_down_to_cells_and_bytes(report):
    target = next(one for one in report["targets"] if one["population"] == "endpoints")
    grades = {part["grade"]: part["members"] for part in target["figure"]["grades"]}
    assert set(grades) == {"A", "B", "C"}
    assert sum(map(len, grades.values())) == target["figure"]["proven"]
    machines = {machine["id"]: machine for machine in report["machines"]}
    assert grades["C"] == ["cho-don-pc-01", "cho-don-pc-02"]
    assert "cho-don-pc-04" in target["members"]["unknown"], "it is declared, and did not answer"
    assert "tai-chinh-pc-05" in target["members"]["unknown"], "it stands in no export"
    collected, listed = machines["cho-don-pc-01"], machines["tai-chinh-pc-02"]
    assert (collected["trail"]["way"], collected["trail"]["grade"]) == ("courier", "C")
    assert re.fullmatch("[0-9a-f]{64}", collected["trail"]["digest"])
    assert "services" in {section["name"] for section in collected["sections"]}
    assert (listed["trail"]["way"], listed["trail"]["grade"], listed["trail"]["console"]["file"]) == ("console", "B", "ksc.csv")
    (cells,) = [dict(section["cells"]) for section in listed["sections"] if section["name"] == "row"]
    assert cells["Serial number"] == "MXLJ2PLSTZ"
    assert all(machines[name]["lab"] for part in ("B", "C") for name in grades[part])


def test_what_ssh_and_a_console_say_differently_is_shown_with_both_sides_and_ssh_decides(report):
    machine = next(one for one in report["machines"] if one["id"] == "la-bang-pc-02")
    found = {one["check"]: one for one in machine["verdicts"]}
    assert (found["protection.installed"]["verdict"], found["protection.installed"]["grade"]) == ("fail", "A")
    assert found["evidence.consistent"]["verdict"] == "fail"
    assert machine["conflicts"]
    assert [piece["console"]["source"] for piece in machine["beside"]] == ["ksc"]


def test_the_key_and_the_token_of_the_demo_stand_nowhere_in_clear(demo):
    """The private key is sealed under a passphrase nobody learns; the token stands in the collector alone."""
    home, runs = demo
    folder = home / "demo" / "evidence"
    assert b"ENCRYPTED PRIVATE KEY" in next(folder.rglob("keys.pem")).read_bytes()
    package = zipfile.ZipFile(next(folder.glob("*.zip")))
    script = next(package.read(name).decode("utf-8") for name in package.namelist() if name.endswith(".sh"))
    inner = base64.b64decode(re.search(r"^INNER='([^']+)'", script, re.MULTILINE)[1])
    token = bytes(byte ^ 0x36 for byte in inner)
    assert re.fullmatch(b"[0-9a-f]{64}", token)
    for path in (home / "demo").rglob("*"):
        if path.is_file() and path.suffix != ".zip":
            assert token not in path.read_bytes(), path
    if os.name != "nt":
        assert [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077] == []
    assert token.decode() not in "".join(run.stdout + run.stderr for run in runs)


def test_nothing_keeps_listening(demo):
    """Lab and SSH server end with the demo."""
    home, _ = demo
    port = int(re.search(r"port: (\d+)", (home / "inventories" / "lab" / "thai-nguyen.yaml").read_text(encoding="utf-8"))[1])
    for address in ("127.20.0.10", "127.20.1.10"):
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0
