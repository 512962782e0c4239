"""Lists that others keep come in through the same door as workbooks: shown first, written when asked, read by a mapping."""

import json

import pytest

AN_KHANH = """\
# giữ nguyên dòng này
agency: {id: xa-an-khanh, name: UBND xã An Khánh, tier: commune}
endpoints:
  - {id: ak-1, kind: laptop, hostname: AK-01}   # máy của văn thư
"""
GLPI = """\
Name;Entity;Type;Serial number;Location;Operating System;Comments
ak-01;Tỉnh > UBND xã An Khánh;Notebook;5CD0001;Một cửa;Windows 11;cũ
AK-02;Tỉnh > UBND xã An Khánh;Desktop;5CD0002;;Windows 7;
KHCN-01;Tỉnh > so-khcn;Server;5CD0003;;Debian 12;
"""
REGISTER = """\
Tên tài sản;Mã tài sản;Số lượng
Máy tính để bàn;TS1;5
Máy in;TS2;2
Máy tính xách tay;TS3;1
"""


@pytest.fixture(name="province")
def small_province_of_two(tmp_path):
    folder = tmp_path / "tinh"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "xa-an-khanh.yaml").write_text(AN_KHANH, encoding="utf-8")
    (folder / "agencies" / "so-khcn.yaml").write_text("agency: {id: so-khcn, name: Sở KHCN, tier: province}\n", encoding="utf-8")
    return folder


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def commune(province):
    return (province / "agencies" / "xa-an-khanh.yaml").read_text(encoding="utf-8")


def test_a_list_of_many_agencies_is_merged_into_each_and_makes_none_one_that_has_sent(secaudit, province, tmp_path):
    file = write(tmp_path, "glpi.csv", GLPI)
    shown = secaudit("inventory", "import", file, "--map", "glpi", "--inventory", province)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert commune(province) == AN_KHANH, "a preview writes nothing"
    done = secaudit("inventory", "import", file, "--map", "glpi", "--inventory", province, "--accept")
    assert done.returncode == 0, done.stdout + done.stderr
    text = commune(province)
    assert "# giữ nguyên dòng này" in text and "# máy của văn thư" in text
    assert "serial: 5CD0001" in text and "serial: 5CD0002" in text and text.count("- {") == 2, "AK-01 is the machine declared"
    other = (province / "agencies" / "so-khcn.yaml").read_text(encoding="utf-8")
    assert "5CD0003" in other and "kind: server" in other
    assert "submission" not in text + other, "others keep the list: no agency has sent anything"
    assert secaudit("inventory", "validate", province).returncode == 0
    again = secaudit("inventory", "import", file, "--map", "glpi", "--inventory", province, "--format", "json")
    assert all(not agency["changes"] for agency in json.loads(again.stdout)["agencies"]), "the second time nothing is new"


def test_a_list_that_others_keep_is_nothing_the_agency_sent(secaudit, province, tmp_path):
    file = write(tmp_path, "so.csv", "Tên tài sản;Số sê-ri\nMáy tính để bàn;SN-1\n")
    arguments = ("inventory", "import", file, "--map", "so-tai-san", "--agency", "so-khcn", "--inventory", province, "--accept")
    done = secaudit(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (province / "agencies" / "so-khcn.yaml").read_text(encoding="utf-8")
    assert "SN-1" in text and "accepted_on" not in text


def test_a_register_gives_its_number_and_day_and_no_machine(secaudit, province, tmp_path):
    file = write(tmp_path, "so.csv", REGISTER)
    options = ("--map", "so-tai-san", "--agency", "xa-an-khanh", "--inventory", province)
    refused = secaudit("inventory", "import", file, *options, "--accept")
    assert refused.returncode == 5 and "C2" in refused.stdout + refused.stderr, "five machines in one row cannot be told apart"
    done = secaudit("inventory", "import", file, *options, "--accept", "--as-register", "--as-of", "31/10/2026")
    assert done.returncode == 0, done.stdout + done.stderr
    text = commune(province)
    assert "computers: 6" in text and "as_of: 2026-10-31" in text and text.count("- {") == 1 and "submission" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "glpj"), "glpi"),
        (("--as-register", "--as-of", "31/10/2026"), "--map"),
        (("--map", "so-tai-san", "--as-register"), "--as-of"),
        (("--map", "so-tai-san", "--as-of", "31/10/2026"), "--as-register"),
        (("--map", "so-tai-san", "--as-register", "--as-of", "31/10/2096"), "still to come"),
        (("--map", "glpi", "--agency", "xa-an-khang"), "xa-an-khanh"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_what_would(secaudit, province, tmp_path, arguments, words):
    file = write(tmp_path, "so.csv", REGISTER)
    done = secaudit("inventory", "import", file, "--inventory", province, *arguments)
    assert done.returncode == 2 and words in done.stderr, done.stderr


def test_rows_of_nobody_hold_back_everything_or_only_themselves(secaudit, province, tmp_path):
    file = write(tmp_path, "glpi.csv", GLPI + "X-1;Tỉnh > Nơi khác;Desktop;5CD0009;;;\n")
    options = ("inventory", "import", file, "--map", "glpi", "--inventory", province)
    refused = secaudit(*options, "--accept")
    assert refused.returncode == 5 and "B5" in refused.stdout + refused.stderr and commune(province) == AN_KHANH
    done = secaudit(*options, "--accept-valid")
    assert done.returncode == 5 and "5CD0002" in commune(province)


def test_an_ansible_inventory_gives_machines_and_no_secret(secaudit, province, tmp_path):
    text = "[so_khcn]\nweb01 ansible_host=127.20.9.11 ansible_user=audit ansible_password=Tr0ng-Sang\n"
    file = write(tmp_path, "hosts", text)
    done = secaudit("inventory", "import", file, "--map", "ansible", "--inventory", province, "--accept")
    assert done.returncode == 0, done.stdout + done.stderr
    written = (province / "agencies" / "so-khcn.yaml").read_text(encoding="utf-8")
    assert "hostname: web01" in written and "127.20.9.11" in written and "user: audit" in written
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != file)
    assert "Tr0ng-Sang" not in done.stdout + done.stderr and b"Tr0ng-Sang" not in everything


def test_a_dynamic_inventory_is_never_run(secaudit, province, tmp_path):
    file = write(tmp_path, "inventory.sh", f"#!/bin/sh\ntouch {tmp_path}/ran\necho '{{}}'\n")
    file.chmod(0o755)
    done = secaudit("inventory", "import", file, "--map", "ansible", "--inventory", province)
    assert done.returncode == 5 and "ansible-inventory" in done.stdout + done.stderr and not (tmp_path / "ran").exists()


OWN = """\
Tên máy vi tính;Đơn vị;Chủng loại;S/N;Mật khẩu
PC-1;xa-an-khanh;AIO;SN-1;Tr0ng-Sang
PC-2;so-khcn;Xách tay Dell;SN-2;Tr0ng-Sang
"""


def test_questions_lead_to_a_mapping_that_reads_the_list(secaudit, province, tmp_path):
    file = write(tmp_path, "kiem-ke.csv", OWN)
    # agency, hostname, serial, uuid, asset tag, place, kind, os, address, status, quantity; two words; keep
    answers = (2, 1, 4, 0, 0, 0, 3, 0, 0, 0, 0, "workstation", "laptop", "yes")
    done = secaudit("inventory", "map", file, "--inventory", province, typed="\n".join(map(str, answers)) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 machines read" in done.stdout and "Tr0ng-Sang" not in done.stdout + done.stderr
    kept = (tmp_path / "workspace" / "lists" / "kiem-ke.yaml").read_text(encoding="utf-8")
    assert "PC-1" not in kept and "Mật khẩu" not in kept
    imported = secaudit("inventory", "import", file, "--map", "kiem-ke", "--inventory", province, "--accept")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    assert "kind: workstation" in commune(province) and "Tr0ng-Sang" not in commune(province)
    listed = json.loads(secaudit("inventory", "mappings", "--format", "json").stdout)["mappings"]
    assert {one["id"]: one["from_workspace"] for one in listed} == {
        "ad": False, "ansible": False, "glpi": False, "kiem-ke": True, "netbox": False, "so-tai-san": False,
    }  # fmt: skip


def test_guesses_are_taken_with_yes_and_a_mapping_is_never_replaced_without_asking(secaudit, province, tmp_path):
    file = write(tmp_path, "glpi.csv", GLPI)
    done = secaudit("inventory", "map", file, "--inventory", province, "--yes", "--name", "glpi-tinh")
    assert done.returncode == 0 and "3 machines read" in done.stdout, done.stdout + done.stderr
    again = secaudit("inventory", "map", file, "--inventory", province, "--yes", "--name", "glpi-tinh")
    assert again.returncode == 2 and "there is a mapping" in again.stderr


def test_a_list_that_says_nothing_of_machines_makes_no_mapping(secaudit, province, tmp_path):
    file = write(tmp_path, "x.csv", "Việc;Người\nHọp;An\n")
    done = secaudit("inventory", "map", file, "--inventory", province, "--yes")
    assert done.returncode == 2 and not (tmp_path / "workspace").exists()
