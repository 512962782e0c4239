"""Ansible inventories: hosts, groups, ranges and variables as Ansible reads them; nothing run or evaluated, no secret kept."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.errors import IntakeError
from secaudit.inventory.ansible_hosts import expanded
from secaudit.inventory.foreign import read_foreign
from secaudit.resources import data_folder

ANSIBLE = load_catalog(data_folder("checks")).lists["ansible"]
NAMES = {"so-khcn": "Sở Khoa học và Công nghệ", "xa-an-khanh": "UBND xã An Khánh"}
INI = """\
# comment
[so_khcn]
web[01:03] ansible_host=127.20.9.11 ansible_user=audit
db-[a:b].tinh.vn:2222
127.20.9.40

[xa_an_khanh]
ak01 ansible_host=127.20.1.10 location='Bộ phận Một cửa' serial_number=5CD1 # end

[winhosts]
ak01

[winhosts:vars]
ansible_connection=winrm
ansible_password=Tr0ng-Sang!9
ansible_port=5986
http_port=80

[province:children]
so_khcn
xa_an_khanh

[province:vars]
ansible_user=root
ansible_port=22
"""
YAML = """\
all:
  vars:
    ansible_user: everybody
  children:
    so_khcn:
      hosts:
        web[01:02].tinh.vn:
          ansible_host: 127.20.9.11
          ansible_become_pass: !vault |
            $ANSIBLE_VAULT;1.1;AES256
            6162
          ansible_port: "{{ ports.ssh }}"
        db01:
          ansible_user: !vault |
            $ANSIBLE_VAULT;1.1;AES256
            6162
          location: [a, b]
      vars:
        ansible_user: audit
    workstations:
      children:
        xa_an_khanh:
          hosts:
            ak01: {product_uuid: 4c4c4544-0042-3510-8052-b4c04f4e3132}
"""


def read(text, name="hosts", agency=None):
    return read_foreign(Path(name), text.encode(), ANSIBLE, NAMES, agency)


def by_name(received):
    return {record.answers.get(("hostname",), record.answers.get(("address",))): record for record in received.records}


def test_ini_hosts_groups_ranges_and_variables():
    khcn, commune = read(INI)
    hosts = by_name(khcn)
    assert list(hosts) == ["web01", "web02", "web03", "db-a.tinh.vn", "db-b.tinh.vn"]
    assert [problem.line for problem in khcn.problems] == [5], "an address alone does not say which machine it is"
    assert hosts["web02"].answers == {
        ("hostname",): "web02", ("address",): "127.20.9.11", ("access", "port"): 22, ("access", "user"): "audit",
    }  # fmt: skip
    assert hosts["db-a.tinh.vn"].answers[("access", "port")] == 2222, "what stands with the host goes before its groups"
    assert hosts["db-a.tinh.vn"].answers[("address",)] == "db-a.tinh.vn"
    assert hosts["web01"].fresh == {("kind",): "server"} and hosts["web01"].row == "3"
    (ak01,) = commune.records
    assert ak01.answers == {
        ("hostname",): "ak01", ("address",): "127.20.1.10", ("place",): "Bộ phận Một cửa", ("serial",): "5CD1",
        ("os",): "windows", ("access", "user"): "root",
    }, "port 5986 is that of WinRM and says nothing of SSH"  # fmt: skip


def test_secrets_are_named_by_line_and_never_kept():
    received = read(INI)
    assert "Tr0ng-Sang!9" not in repr(received)
    (told,) = [one for found in received for one in found.remarks if "ansible_password" in str(one.message)]
    assert told.line == 15


def test_variables_that_mean_nothing_here_are_named():
    assert any("http_port" in str(one.message) for found in read(INI) for one in found.remarks)


def test_yaml_groups_and_sealed_values():
    khcn, commune = read(YAML, "hosts.yml")
    hosts = by_name(khcn)
    assert list(hosts) == ["web01.tinh.vn", "web02.tinh.vn", "db01"]
    assert hosts["web01.tinh.vn"].answers[("access", "user")] == "audit"
    assert ("access", "port") not in hosts["web01.tinh.vn"].answers, "an expression is not evaluated"
    assert hosts["db01"].answers[("access", "user")] == "audit" and ("place",) not in hosts["db01"].answers
    told = {(one.line, str(one.message).split(" ", 1)[0]) for one in khcn.remarks}
    assert {(9, "ansible_become_pass"), (12, "ansible_port"), (14, "ansible_user"), (17, "location")} <= told
    (ak01,) = commune.records
    assert ak01.answers[("kind",)] == "workstation" and ak01.answers[("access", "user")] == "everybody"


def test_variables_beside_the_inventory_go_before_it(tmp_path):
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "host_vars" / "web01").mkdir(parents=True)
    (tmp_path / "group_vars" / "so_khcn.yml").write_text("ansible_user: groupfile\nvault_password: x1y2z3\n")
    (tmp_path / "group_vars" / "all.yml").write_text("ansible_port: 2200\n")
    (tmp_path / "host_vars" / "web01" / "main.yml").write_text("location: Phòng máy\n")
    (tmp_path / "host_vars" / "web01" / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    path = tmp_path / "hosts"
    (found,) = read_foreign(path, b"[so_khcn]\nweb01\n[so_khcn:vars]\nansible_user=inline\n", ANSIBLE, NAMES)
    assert found.records[0].answers == {
        ("hostname",): "web01", ("access", "user"): "groupfile", ("access", "port"): 2200, ("place",): "Phòng máy",
    }  # fmt: skip
    assert "x1y2z3" not in repr(found) and any("vault.yml" in str(one.message) for one in found.remarks)


def test_a_host_of_two_agencies_is_nobodys():
    first, nobody = read("[so_khcn]\na\nb\n[xa_an_khanh]\nb\n")
    assert len(first.records) == 1 and nobody.agency == "" and [problem.line for problem in nobody.problems] == [3]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("inventory.py", "#!/usr/bin/env python3\nprint('{}')\n", "script"),
        ("hosts.json", '{"_meta": {"hostvars": {}}}', "dynamic"),
        ("aws.yml", "plugin: amazon.aws.aws_ec2\nregions: [x]\n", "dynamic"),
        ("hosts.yml", "all: {hosts: [a, b]}", "Hosts are written"),
        ("hosts.yml", "all:\n  tasks: x\n", "holds hosts"),
        ("hosts.yml", "- a\n- b\n", "no Ansible inventory"),
        ("hosts.yml", "all:\n  vars: {a: !!python/object/apply:os.system [x]}\n", "Tags"),
        ("hosts", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", "sealed"),
        ("hosts", "[a:children]\nb\n[b:children]\na\n", "circle"),
        ("hosts", "[a:tasks]\nx\n", "no kind"),
        ("hosts", "[a b]\nx\n", "heading"),
        ("hosts", "web[1:100000]\n", "range"),
        ("hosts", "web[a:Z]\n", "range"),
        ("hosts", "web ansible_password='Tr0ng-Sang\n", "quotation mark"),
        ("hosts", "web Tr0ng-Sang!9\n", "name=value"),
        ("hosts", "", "empty"),
    ],
)
def test_what_is_no_list_of_hosts_is_refused_with_a_line_and_without_its_content(name, text, words):
    with pytest.raises(IntakeError) as refused:
        read(text, name, "so-khcn")
    assert words in str(refused.value.problems[0].message)
    assert "Tr0ng" not in repr(refused.value.problems) and all(problem.hint is not None for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("a", ["a"]),
        ("web[01:03]", ["web01", "web02", "web03"]),
        ("web[8:11]", ["web8", "web9", "web10", "web11"]),
        ("web[1:9:4].vn", ["web1.vn", "web5.vn", "web9.vn"]),
        ("r[1:2]-[a:b]", ["r1-a", "r1-b", "r2-a", "r2-b"]),
        ("web[3:1]", None),
        ("web[]", None),
        ("web[1:2", None),
        ("[1:200][1:200]", None),
        ("web[01:1000000000]", None),
    ],
)
def test_ranges_stand_for_the_names_that_ansible_makes_of_them(pattern, names):
    found = expanded(pattern)
    assert (None if found is None else list(found)) == names


LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60),
        st.sampled_from(
            ["[a]", "[a:vars]", "[b:children]", "a", "x=1", "web[1:3] ansible_port=22", "[a:children]", "b", "#", "'"]
        ),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(LINES, st.sampled_from(["hosts", "hosts.yml", "hosts.ini"]))
def test_whatever_the_file_holds_it_is_read_or_refused_with_problems(lines, name):
    try:
        received = read("\n".join(lines), name, "so-khcn")
    except IntakeError as refused:
        assert refused.problems
        return
    for found in received:
        assert all(record.answers and record.part == "endpoints" for record in found.records)
