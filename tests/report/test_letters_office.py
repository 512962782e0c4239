"""Letters, slips, notice and slides in a real LibreOffice: how many pages they take, whatever an agency is called and has."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.model.inventory import AssetRegister, Contact
from secaudit.model.system import Dossier
from secaudit.pipeline.letters.making import agency_papers, province_papers
from secaudit.pipeline.letters.round import Round, round_of
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import load_province
from secaudit.resources import data_folder

pytestmark = pytest.mark.lab
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "report"))
TEMPLATES = data_folder("report_templates") / "word"


def _run(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=True).stdout


def _round() -> Round:
    province = load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)
    plan = province.plan("ke-hoach-246")
    return round_of(measure_province(province, plan, None, as_of=datetime(2026, 11, 20, 9, 0, tzinfo=UTC)))


def _crowded(made: Round) -> Round:
    """The largest agency, called as long as names may be in the widest letters, with everything a slip can have."""
    file = next(one for one in made.agencies if one.agency.id == "so-khcn")
    wide = "W" * 300
    agency = file.agency.model_copy(
        update={
            "name": wide,
            "contact": Contact(name=wide, phone=wide),
            "asset_register": AssetRegister(computers=99_999_999, as_of=made.day),
            "submission": None,
        }
    )
    systems = [one.model_copy(update={"name": wide, "dossier": Dossier(status="drafting", level=3)}) for one in file.systems] * 9
    inventory = made.measured.province.inventory
    files = tuple(file.model_copy(update={"agency": agency}) if one is file else one for one in inventory.agencies)
    unit = inventory.province.province.model_copy(update={"designated_unit": wide})
    head = inventory.province.model_copy(update={"province": unit})
    changed = replace(inventory, agencies=files, province=head)
    doubted = next(one.id for one in file.endpoints if one.kind != "isolated" and one.status == "in_use")
    states = {**made.measured.states, doubted: replace(made.measured.states[doubted], doubt=object())}
    plan = made.measured.plan.model_copy(update={"name": wide})
    shares = [(number, kind, replace(share, beyond=12_345)) for number, kind, share in made.shares["so-khcn"]]
    # More targets than a slip has lines for.
    return replace(
        made,
        measured=replace(made.measured, plan=plan, states=states, province=replace(made.measured.province, inventory=changed)),
        systems={"so-khcn": systems},
        shares={"so-khcn": shares * 3},
    )


@pytest.fixture(scope="module", name="pages")
def convert(tmp_path_factory) -> dict[str, list[str]]:
    """Name of a paper -> text of each page; one call of the office for all."""
    for program in ("lowriter", "loimpress", "pdftotext"):
        assert shutil.which(program), f"{program} is missing: .ci/parts libreoffice-writer libreoffice-impress poppler-utils"
    folder = tmp_path_factory.mktemp("letters")
    made = _round()
    files = {}
    for name, one in (("plain", made), ("crowded", _crowded(made))):
        chosen = [file for file in one.agencies if file.agency.id in ("so-khcn", "xa-na-ri")]
        for papers in agency_papers(one, chosen, TEMPLATES, everyone=True):
            files |= {f"{name}-{path.replace('/', '-')}": data for path, data in papers.files.items() if path.endswith(".docx")}
    done = list(agency_papers(made, made.agencies, TEMPLATES, everyone=False))
    files |= {path: data for path, data in province_papers(made, done, TEMPLATES).items() if not path.endswith(".csv")}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    home = tmp_path_factory.mktemp("office")
    _run(
        "soffice",
        f"-env:UserInstallation=file://{home}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        folder,
        *map(folder.joinpath, files),
    )
    return {name: _run("pdftotext", "-layout", (folder / name).with_suffix(".pdf"), "-").split("\f")[:-1] for name in files}


def test_a_slip_is_one_page_whatever_the_agency(pages):
    slips = {name: text for name, text in pages.items() if "-phieu-" in name}
    assert len(slips) == 4 and {name: len(text) for name, text in slips.items()} == dict.fromkeys(slips, 1)
    for (page,) in slips.values():
        assert "THỦ TRƯỞNG ĐƠN VỊ" in page and re.search(r"Mã đối chiếu đầy đủ: [0-9a-f]{64}", " ".join(page.split()))
    assert "hệ thống khác" in slips["crowded-phieu-so-khcn.docx"][0] and "chỉ tiêu khác" in slips["crowded-phieu-so-khcn.docx"][0]


def test_letters_and_the_notice_are_one_or_two_pages_and_the_meeting_has_five_slides(pages):
    letters = [len(text) for name, text in pages.items() if name.startswith("plain-cong-van-")]
    assert letters and set(letters) <= {1, 2}
    assert len(pages["thong-bao-ket-luan.docx"]) in (1, 2) and "II. GIAO NHIỆM VỤ" in pages["thong-bao-ket-luan.docx"][0]
    slides = pages["hop-thang.pptx"]
    assert [re.search(r"^\s*(\d)\. ", slide, re.MULTILINE)[1] for slide in slides] == ["1", "2", "3", "4", "5"]
    assert all("LƯU HÀNH NỘI BỘ" in slide and "16:00 20/11/2026" in slide for slide in slides), "the foot is on the slide"
