"""Workbooks that a real LibreOffice opened and saved come back as they were, the returned ones with their marks."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from secaudit.inventory.questions import Profile
from secaudit.inventory.returned import returned
from tests.inventory.sent import Sent, changes, read, workbook
from tests.inventory.test_returned import faulty, marked

pytestmark = pytest.mark.lab


@pytest.fixture(name="saved", scope="module")
def saved_by_the_office(tmp_path_factory) -> Callable[[bytes], bytes]:
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: .ci/parts libreoffice-calc installs it"
    home = tmp_path_factory.mktemp("office")

    def save(body: bytes) -> bytes:
        source = home / "sent.xlsx"
        source.write_bytes(body)
        command = [program, f"-env:UserInstallation=file://{home}/profile", "--headless", "--convert-to"]
        form = ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(home / "out"), str(source)]
        subprocess.run([*command, *form], capture_output=True, timeout=300, check=True)
        return Path(home / "out" / "sent.xlsx").read_bytes()

    return save


@pytest.mark.parametrize("profile", list(Profile))
def test_what_was_only_saved_is_no_change(saved, profile):
    received = read(saved(workbook(profile)))
    assert (received.problems, received.remarks, changes(received)) == ((), (), {})
    assert received.given["endpoints"] == ("b-1", "b-2", "b-3", "b-4")


@pytest.mark.parametrize("profile", list(Profile))
def test_a_returned_workbook_keeps_its_marks_and_is_corrected_there(saved, profile):
    body = faulty(profile).body()
    first = read(body)
    kept = saved(returned(body, first.problems, first.remarks))
    second = read(kept)
    assert [(one.cell, one.message) for one in second.problems] == [(one.cell, one.message) for one in first.problems]
    found = Sent(kept)
    assert found.book.sheetnames[0] == "Cần sửa"
    assert all(len(marked(found.tab(name))) == 1 for name in ("Đơn vị", "Máy tính", "Hệ thống"))
    comment = found.cell("Máy tính", "b-1", "status").comment
    assert comment is not None and comment.text.startswith("CẦN SỬA: Nội dung không có trong danh sách lựa chọn")
    found.cell("Đơn vị", "agency/asset_register.computers").value = 15
    found.cell("Máy tính", "b-1", "status").value = "Có"
    found.cell("Hệ thống", "mot-cua", "kind").value = "Nội bộ"
    third = read(saved(found.body()))
    assert third.problems == ()
    clean = Sent(returned(saved(found.body()), third.problems))
    assert all(not marked(sheet) for sheet in clean.book.worksheets)
