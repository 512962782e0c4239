"""Workbooks say what collectors and consoles know, and nothing that an agency would then confirm unread."""

from datetime import UTC, datetime, timedelta

import pytest

from secaudit.errors import UsageError
from secaudit.inventory.questions import Profile
from secaudit.messages import Message
from secaudit.model.fact import Known
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.giving_out import Evidence, evidence_for, give_out, profile_for, receivers
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.taking_in import take_in
from secaudit.resources import data_folder, translator
from secaudit.store import Store

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
XA_A = """\
agency: {id: xa-a, name: Xã A, tier: commune}
endpoints:
  - {id: a-1, kind: workstation}
  - {id: a-2, kind: workstation}
  - {id: a-3, kind: workstation, hostname: VP-03}
  - {id: a-4, kind: workstation}
  - {id: a-5, kind: workstation}
  - {id: a-kin, kind: isolated, place: P2}
"""
XA_B = "agency: {id: xa-b, name: Xã B, tier: commune}\nendpoints:\n  - {id: b-1, kind: workstation}\n"
HUYEN = "agency: {id: huyen, name: Huyện, tier: district, valid_until: 2025-06-30, successors: [xa-a]}\n"


@pytest.fixture(name="province")
def loaded(tmp_path):
    folder = tmp_path / "tinh"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text(
        "province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\nshared_systems:\n- {id: vb, name: Văn bản, owner: xa-a}\n",
        encoding="utf-8",
    )
    for name, text in {"xa-a": XA_A, "xa-b": XA_B, "huyen": HUYEN}.items():
        (folder / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "w").mkdir(mode=0o700)
    return load_province(folder, data_folder("checks"), tmp_path / "w")


def told(endpoint: str, name: str, days: float = 1) -> Outcome:
    """What the collector of a machine said."""
    at = AT - timedelta(days=days)
    return Outcome(endpoint, Way.COURIER, Grade.C, Sight.SEEN, at, at, facts={"machine.name": Known(name, "identity")})


def newcomer(identifier: str, agency: str, name: str, serial: str = "", days: int = 1) -> Newcomer:
    seen = AT - timedelta(days=days)
    return Newcomer(identifier, agency, name, Identity("", serial), "windows", "courier", seen, seen)


def given(province, tmp_path, outcomes, newcomers=(), agency="xa-a", profile=Profile.COMMUNE):
    plan = province.plan(DEFAULT_PLAN)
    files = receivers(province.inventory, [agency], AT.date())
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        take_in(
            province, plan, classify_province(province, AT.date()), store, way=Way.COURIER, who="t", scope="file", files=(),
            outcomes=outcomes, newcomers=newcomers, clock=lambda: AT,
        )  # fmt: skip
        evidence = evidence_for(province, store, plan.evidence, files, AT)
    content, _ = give_out(province.inventory, files[0], profile, AT, evidence)
    say = translator("vi").text
    return {
        row.key or f"moi:{row.newcomer}": {
            key: say(cell) if isinstance(cell, Message) else cell for key, cell in row.cells.items()
        }
        for row in content.rows["endpoints"]
        if row.key or row.newcomer
    }


def test_a_machine_with_fresh_evidence_is_in_use_and_shows_the_name_it_gave(province, tmp_path):
    outcomes = [told("a-1", "KETOAN-01"), told("a-3", "KHAC"), told("a-4", "CU", days=90)]
    rows = given(province, tmp_path, outcomes)
    assert rows["a-1"] == {"id": "a-1", "hostname": "KETOAN-01", "status": "Có", "kind:isolated": "Không"}
    assert "status" not in rows["a-2"], "nothing was heard of it"
    assert rows["a-3"]["hostname"] == "VP-03", "what the agency declared stays"
    assert "status" not in rows["a-4"], "old evidence says nothing about today"


def test_two_machines_are_not_given_one_name_and_no_text_that_is_none(province, tmp_path):
    rows = given(
        province, tmp_path, [told("a-1", "DESKTOP-1"), told("a-2", "desktop-1"), told("a-4", "vp-03"), told("a-5", "=1+1")]
    )
    names = [rows[key].get("hostname") for key in ("a-1", "a-2", "a-4", "a-5")]
    assert names == ["DESKTOP-1", None, None, None]


def test_of_an_isolated_machine_evidence_says_nothing(province, tmp_path):
    rows = given(province, tmp_path, [told("a-kin", "KIN"), told("a-1", "X")])
    assert rows["a-kin"] == {"id": "a-kin", "place": "P2", "kind:isolated": "Có"}


def test_newcomers_wait_in_the_workbook_of_their_own_agency(province, tmp_path):
    some = [
        newcomer("n-1", "xa-a", "MOI-1", "5CD1234XYZ"),
        newcomer("n-2", "xa-b", "MOI-2"),
        newcomer("n-3", "xa-a", "OLD", days=200),
    ]
    rows = given(province, tmp_path, [told("n-1", "MOI-1")], some)
    assert rows["moi:n-1"] == {"id": "n-1", "hostname": "MOI-1"}, "whether it is in use is not answered for the agency"
    assert "status" not in rows["moi:n-3"]
    assert "moi:n-2" not in rows
    full = given(province, tmp_path, [told("n-1", "MOI-1")], some, profile=Profile.FULL)
    assert full["moi:n-1"] == {"id": "n-1", "hostname": "MOI-1", "os": "Windows", "serial": "5CD1234XYZ"}


def test_without_a_store_the_inventory_alone_speaks(province):
    files = receivers(province.inventory, [], AT.date())
    assert evidence_for(province, None, province.plan(DEFAULT_PLAN).evidence, files, AT) == Evidence()


def test_agencies_that_are_gone_get_no_workbook(province):
    assert [file.agency.id for file in receivers(province.inventory, [], AT.date())] == ["xa-a", "xa-b"]
    with pytest.raises(UsageError, match=r"does not exist any more.*xa-a"):
        receivers(province.inventory, ["huyen"], AT.date())
    with pytest.raises(UsageError, match=r"no agency called xa-c.*did you mean"):
        receivers(province.inventory, ["xa-c"], AT.date())


def test_communes_are_asked_little_and_others_everything(province):
    assert [profile_for(file).value for file in province.inventory.agencies] == ["full", "commune", "commune"]
