"""Every bad file of the table, through the real command line: refused or unknown with its reason, nothing half kept."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secaudit.store import Store
from tests.evidence.kit import Courier, EvidenceProvince, make_province
from tests.hostile.bad_case import Case, Sender
from tests.hostile.bad_evidence import CASES, PAGE, page_with_table
from tests.hostile.conftest import control_characters

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="answers are sealed by openssl (Debian: openssl)")


@dataclass(frozen=True)
class Workshop:
    """A province with collectors made and a machine seen, to be copied for every file."""

    province: EvidenceProvince
    own: Courier
    other: Courier
    stranger: Path


@pytest.fixture(scope="module", name="workshop")
def make_workshop(tmp_path_factory) -> Workshop:
    """Two collectors handed out, one machine seen over SSH yesterday, and a certificate of somebody else."""
    home = tmp_path_factory.mktemp("bad-evidence")
    (home / "base").mkdir()
    province = make_province(home / "base")
    own, other = province.hand_out("xa-a"), province.hand_out("xa-b")
    province.look("b-pc-02", "win10-22h2-defender", datetime.now(UTC) - timedelta(days=1))
    stranger = home / "stranger.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "3",
        "-subj",
        "/CN=somebody",
        "-out",
        str(stranger),
    ]
    subprocess.run([*command, "-keyout", str(home / "stranger.key")], check=True, capture_output=True)
    return Workshop(province, own, other, stranger)


@pytest.fixture(name="sender")
def copy_workshop(workshop, tmp_path) -> Iterator[Sender]:
    """A province of its own for one file; gone afterwards, because some files are large."""
    shutil.copytree(workshop.province.home, tmp_path / "province")
    folder = tmp_path / "files"
    folder.mkdir()
    yield Sender(EvidenceProvince(tmp_path / "province"), workshop.own, workshop.other, workshop.stranger, folder)
    shutil.rmtree(tmp_path)


def take(sender: Sender, case: Case, paths: list[Path]) -> subprocess.CompletedProcess[str]:
    if case.way == "console":
        return sender.province.take(paths[0], case.source)
    return sender.province.answer(*paths)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_is_refused_or_unknown_with_its_reason_and_nothing_is_half_kept(sender, case):
    if case.before is not None:
        assert take(sender, case, case.before(sender)).returncode == 0
    before = sender.province.contents()
    paths = case.build(sender)
    around = set(sender.province.home.parent.rglob("*"))
    done = take(sender, case, paths)
    printed = done.stdout + done.stderr
    assert done.returncode == case.code, printed
    assert case.says in " ".join(printed.split()), printed
    assert "Traceback" not in printed
    assert control_characters(printed) == []
    kept = {one for one in set(sender.province.home.parent.rglob("*")) - around if "store.sqlite" not in one.name}
    assert kept == set()
    after = sender.province.contents()
    if not case.keeps:
        assert after == before
        return
    with Store.open(sender.province.database, create=False) as store:
        run = store.runs()[-1]
        machines = sorted(one.outcome.endpoint for one in store.outcomes(run.number))
        assert run.status == "finished"
        assert store.verify().intact
    assert len(machines) == len(case.keeps)
    assert all(any(name.startswith(wanted) for wanted in case.keeps) for name in machines), machines


def test_a_wrong_passphrase_opens_nothing_and_is_not_printed(sender):
    from tests.hostile.bad_case import HONEST

    paths = sender.save("a.txt", sender.told(HONEST))
    before = sender.province.contents()
    done = sender.province.answer(*paths, passphrase="khong phai cau nay dau")
    assert done.returncode == 2
    assert "does not open the province's key" in done.stderr
    assert "khong phai" not in done.stdout + done.stderr
    assert sender.province.contents() == before


def test_the_page_shows_the_table():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), "run `python -m tests.hostile.bad_evidence`"


def test_every_bad_file_has_a_name_of_its_own():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
