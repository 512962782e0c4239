"""Making a collector: for whom, with which token, and what is kept of it."""

import io
import secrets
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from secaudit.errors import UsageError
from secaudit.intake.cms import open_envelope
from secaudit.inventory import load_inventory
from secaudit.pipeline.courier_making import MadeCourier, audience, check_period, keep_courier, make_courier
from secaudit.store import Store
from tests.probe.collecting import Province

AT = datetime(2026, 12, 3, 8, tzinfo=UTC)
TODAY = date(2026, 12, 3)


@pytest.fixture(name="keys", scope="module")
def make_keys(tmp_path_factory) -> Province:
    return Province.made(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(name="inventory")
def make_inventory(tmp_path):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text(
        "province: {id: t, name: Tỉnh thử, owner: UBND tỉnh, designated_unit: Công an tỉnh}\n", encoding="utf-8"
    )
    agencies = {
        "so-a": "  - {id: a-1, kind: workstation}\n  - {id: may-mat, kind: isolated}\n"
        "  - {id: a-3, kind: laptop, status: retired}\n",
        "so-b": "  - {id: b-1, kind: isolated}\n  - {id: b-2, kind: workstation, status: retired}\n",
        "so-c": "",
        "huyen-d": "",
    }
    for name, machines in agencies.items():
        ended = ", valid_until: 2025-06-30, successors: [so-a]" if name == "huyen-d" else ""
        listed = f"endpoints:\n{machines}" if machines else ""
        (folder / "agencies" / f"{name}.yaml").write_text(
            f"agency: {{id: {name}, name: 'Sở {name}', tier: province{ended}}}\n{listed}", encoding="utf-8"
        )
    (folder / "agencies" / "cong-an-tinh.yaml").write_text(
        "agency: {id: cong-an-tinh, name: Công an tỉnh, tier: province, contact: {name: Anh Ba, phone: 0912 000 111}}\n",
        encoding="utf-8",
    )
    return load_inventory(folder)


def made(inventory, keys: Province, **changes) -> MadeCourier:
    known = {"period": "2026-12", "via": "document", "contact": None, "who": "An", "at": AT, **changes}
    return make_courier(inventory, audience(inventory, "so-a", TODAY), keys.pair.certificate, **known)


def members(made: MadeCourier) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made.package)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_isolated_machines_are_counted_and_never_among_those_it_is_for(inventory):
    whom = audience(inventory, "so-a", TODAY)
    assert [one.id for one in whom.machines] == ["a-1"]
    assert [one.id for one in whom.isolated] == ["may-mat"]


def test_an_agency_with_isolated_machines_alone_gets_none(inventory):
    with pytest.raises(UsageError, match="isolated"):
        audience(inventory, "so-b", TODAY)


def test_an_agency_that_declares_nothing_yet_gets_one(inventory):
    """Machines first, typing later."""
    assert audience(inventory, "so-c", TODAY).machines == ()


@pytest.mark.parametrize(("agency", "said"), [("nobody", "no agency"), ("huyen-d", "does not exist any more")])
def test_nobody_to_make_it_for(inventory, agency, said):
    with pytest.raises(UsageError, match=said):
        audience(inventory, agency, TODAY)


@pytest.mark.parametrize("period", ["2026-13", "12/2026", "", "2026-12 ", "2026-10"])
def test_a_period_that_is_none_or_over_is_refused(period):
    with pytest.raises(UsageError):
        check_period(period, TODAY)


def test_the_token_stands_sealed_in_the_record_and_open_in_the_windows_script_alone(inventory, keys):
    one = made(inventory, keys)
    token = open_envelope(one.record.token, keys.pair.certificate, keys.key)
    assert len(token) == 64 and token not in one.record.token
    assert [name for name, data in members(one).items() if token in data] == ["THU-THAP.cmd"]
    assert one.record.key == keys.pair.certificate.fingerprint
    assert token.decode() not in repr(one.record) + repr(one.digests)


def test_each_collector_has_a_token_and_a_number_of_its_own(inventory, keys):
    one, two = made(inventory, keys), made(inventory, keys)
    assert one.record.id != two.record.id
    assert len({open_envelope(each.record.token, keys.pair.certificate, keys.key) for each in (one, two)}) == 2


def test_the_package_depends_on_its_contents_alone(inventory, keys, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "7" * 2 * size)
    one, two = made(inventory, keys), made(inventory, keys, at=datetime(2026, 12, 9, tzinfo=UTC))
    assert one.package == two.package
    assert one.record.digest == sha256(one.package).hexdigest()


@pytest.mark.parametrize("via", ["document", "gpo", "av-console", "manual"])
def test_what_lies_in_the_package(inventory, keys, via):
    one = made(inventory, keys, via=via)
    found = members(one)
    assert len(found) == 7 and len(one.package) < 300_000
    assert {name: sha256(data).hexdigest() for name, data in found.items()} == one.digests
    listed = dict(reversed(line.split("  ")) for line in found["SHA256SUMS.txt"].decode().splitlines())
    assert listed == {name: digest for name, digest in one.digests.items() if name != "SHA256SUMS.txt"}
    each = b"yes" if via in ("gpo", "av-console") else b"no"
    assert b"$Each = '" + each + b"'" in found["THU-THAP.cmd"] and b"EACH='" + each + b"'" in found["thu-thap-linux.sh"]
    assert all(Path(name).name == name and name.isascii() for name in found)


def test_answers_go_to_the_designated_unit_or_to_whom_was_named(inventory, keys):
    assert made(inventory, keys).contact == "Công an tỉnh (Anh Ba; 0912 000 111)"
    assert made(inventory, keys, contact="Phòng A05").contact == "Phòng A05"
    assert "Anh Ba" in members(made(inventory, keys))["HUONG-DAN.html"].decode()


def test_no_sheet_names_a_machine(inventory, keys):
    """Which machines draft state secrets is nothing for a chat program."""
    for name, data in members(made(inventory, keys)).items():
        assert b"may-mat" not in data, name


def test_earlier_collectors_stay(inventory, keys, tmp_path):
    with Store.open(tmp_path / "store.sqlite") as store:
        first, second = made(inventory, keys), made(inventory, keys, at=datetime(2026, 12, 4, tzinfo=UTC))
        assert keep_courier(store, first) == ()
        assert keep_courier(store, second) == (first.record,)
        assert store.couriers.all() == [first.record, second.record]
