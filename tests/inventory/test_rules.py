"""Every rule of the inventory: one bad place each, with file, line and field."""

import pytest

from secaudit.errors import InventoryError
from secaudit.inventory import check_inventory, load_inventory

P, A, B = "province.yaml", "agencies/so-a.yaml", "agencies/xa-b.yaml"
BEEN = "kind: workstation, formerly: [{agency: so-a, until: 2025-06-30}]"
FAR = "192.168.1.7, access: {via: b-jump, user: audit}"
OEM = "serial: To be filled by O.E.M."
READ = "- {id: commune-network, reading: one}"
RULES = [
    # file, what stands there, what is put there instead, expected (file, line, field, words)
    (A, "id: a-2,", "id: a-1,", [(A, 9, "endpoints[1].id", "taken")]),
    (A, "id: a-2,", "id: b-1,", [(B, 3, "endpoints[0].id", "taken")]),
    (A, "id: cong-a,", "id: van-ban,", [(A, 5, "systems[0].id", "taken"), (A, 9, "endpoints[1].systems[0]", "no system")]),
    (B, "id: xa-b,", "id: so-a,", [(B, 1, "agency.id", "taken")]),
    (P, READ, "- {id: r, reading: a}\n- {id: r, reading: b}", [(P, 8, "interpretations[1].id", "twice")]),
    (A, "127.20.1.2,", "127.20.1.1,", [(A, 9, "endpoints[1].address", "same way in")]),
    (A, "127.20.1.2,", "127.20.1.1, access: {port: 2222},", [(A, 9, "endpoints[1].address", "same way in")]),
    (A, "127.20.1.2,", "127.20.1.1, access: {port: 22},", []),
    (A, "127.20.1.2,", "127.20.1.1, access: {port: 2222, via: b-jump},", []),
    (A, "127.20.1.2,", "127.20.1.1, status: retired,", []),
    (B, FAR, "127.20.1.1", [(B, 3, "endpoints[0].address", "so-a.yaml:8")]),
    (B, FAR, "'::ffff:127.20.1.1'", [(B, 3, "endpoints[0].address", "same way in")]),
    (B, FAR, "JUMP.xa-b.example.", [(B, 6, "endpoints[3].address", "xa-b.yaml:3")]),
    (B, OEM, "serial: abc123", [(B, 4, "endpoints[1].serial", "same serial")]),
    (B, OEM, "uuid: '{4c4c4544-0043-3010-8052-b4c04f564231}'", [(B, 4, "endpoints[1].uuid", "same UUID")]),
    (B, OEM, "uuid: 4C4C4544", [(B, 4, "endpoints[1].uuid", "not a UUID")]),
    (A, "systems: [cong-a, van-ban]", "systems: [cong-a, van-bam]", [(A, 9, "endpoints[1].systems[1]", "no system")]),
    (A, "uses: [van-ban]", "uses: [van-ban, thu]", [(A, 3, "uses[1]", "no shared system")]),
    (A, "uses: [van-ban]", "uses: [cong-a]", [(A, 3, "uses[0]", "not a shared one")]),
    (A, "uses: [van-ban]", "uses: [van-ban, van-ban]", [(A, 3, "uses[1]", "twice")]),
    (P, "components: [chu-ky]", "components: [chuky]", [(P, 4, "shared_systems[0].components[0]", "no system")]),
    (P, "components: [chu-ky]", "components: [van-ban]", [(P, 4, "shared_systems[0].components", "van-ban > van-ban")]),
    (P, "Chữ ký số,", "Chữ ký số, components: [van-ban],", [(P, 4, "shared_systems[0].components", "component of itself")]),
    (P, "Chữ ký số, owner: so-a", "Chữ ký số", [(P, 5, "shared_systems[1].owner", "needs an owner")]),
    (P, "Chữ ký số, owner: so-a", "Chữ ký số, owner: so-z", [(P, 5, "shared_systems[1].owner", "no agency")]),
    (P, "port: 2222", "port: 2222, via: nowhere", [(P, 2, "defaults.access.via", "no endpoint")]),
    (A, "name: Cổng A,", "name: Cổng A, owner: so-a,", [(A, 5, "systems[0].owner", "belongs to the agency")]),
    (A, "name: Cổng A,", "name: Cổng A, level: 2,", [(A, 5, "systems[0].level", "worked out")]),
    (A, "{status: none}", "{status: none, level: 2}", [(A, 5, "systems[0].dossier.level", "no dossier")]),
    (A, "level: 3", "level: 3, kind: internal", [(A, 6, "systems[1].kind", "state secret")]),
    (A, "level: 3", "level: 3, note: x, plan: {}", [(A, 6, "systems[1].note", "secret"), (A, 6, "systems[1].plan", "secret")]),
    (B, "via: b-jump", "via: b-jum", [(B, 3, "endpoints[0].access.via", "no endpoint")]),
    (B, "via: b-jump", "via: b-1", [(B, 3, "endpoints[0].access.via", "through the machine itself")]),
    (B, "via: b-jump", "via: b-2", [(B, 3, "endpoints[0].access.via", "no address")]),
    (B, "via: b-jump", "via: a-3", [(B, 3, "endpoints[0].access.via", "no address")]),
    (B, "user: audit", "user: -oProxyCommand=x", [(B, 3, "endpoints[0].access.user", "login name")]),
    (B, "user: audit", "user: a b", [(B, 3, "endpoints[0].access.user", "login name")]),
    (B, "user: audit", "user: 'TINH\\may$'", []),
    (B, "user: audit", "host_key_alias: 'a,*'", [(B, 3, "endpoints[0].access.host_key_alias", "host key")]),
    (A, "tier: province,", "tier: province, successors: [xa-b],", [(A, 1, "agency.successors", "no last day")]),
    (A, "tier: province,", "valid_until: 2026-01-01, tier: province, successors: [c],", [(A, 1, "agency.successors[0]", "no a")]),
    (A, "tier: province,", "tier: province, valid_until: 2026-01-01, successors: [so-a],", [(A, 1, "agency.successors", "own")]),
    (B, "valid_from: 2025-07-01", "valid_from: 2025-07-01, valid_until: 2025-06-30", [(B, 1, "agency.valid_until", "before")]),
    (A, "tier: province", "tier: district", [(A, 1, "agency.valid_until", "district tier ended")]),
    (A, "tier: province", "tier: district, valid_until: 2025-07-01", [(A, 1, "agency.valid_until", "district tier ended")]),
    (A, "tier: province", "tier: district, valid_until: 2025-06-30", []),
    (A, "heads_briefed: 4", "heads_briefed: 5", [(A, 2, "people.heads_briefed", "larger than heads")]),
    (A, "staff_briefed: 80", "staff_briefed: 91", [(A, 2, "people.staff_briefed", "larger than staff")]),
    (A, "staff_trained: 70", "staff_trained: 91", [(A, 2, "people.staff_trained", "larger than staff")]),
    (A, "heads: 4, heads_briefed: 4", "heads_briefed: 5", []),
    (A, "place: Tầng 2", "address: 127.20.1.9", [(A, 10, "endpoints[2].address", "isolated")]),
    (A, "place: Tầng 2", "serial: S1", [(A, 10, "endpoints[2].serial", "isolated")]),
    (A, "place: Tầng 2", "uuid: x", [(A, 10, "endpoints[2].uuid", "isolated")]),
    (A, "place: Tầng 2", "access: {user: x}", [(A, 10, "endpoints[2].access", "isolated")]),
    (A, "127.20.1.2", "127.20.2.2", [(A, 9, "endpoints[1].address", "outside the agency's networks")]),
    (A, "127.20.1.2", "0.0.0.0", [(A, 9, "endpoints[1].address", "No machine")]),
    (A, "127.20.1.2", "224.0.0.1", [(A, 9, "endpoints[1].address", "No machine")]),
    (A, "127.20.1.2", "may-2.so-a.example", []),
    (A, "networks: [127.20.1.0/24]", "networks: [127.20.1.1/24]", [(A, 1, "agency.networks[0]", "network is needed")]),
    (A, "kind: workstation", "kind: workstaton", [(A, 9, "endpoints[1].kind", "not known")]),
    (A, "kind: workstation", "kind: workstation, knid: x", [(A, 9, "endpoints[1].knid", "no field")]),
    (B, "kind: server", BEEN.replace("workstation", "server"), []),
    (B, "kind: server", "kind: server, formerly: [{agency: so-z, until: 2025-06-30}]",
     [(B, 6, "endpoints[3].formerly[0].agency", "no agency")]),
    (B, "kind: server", "kind: server, formerly: [{agency: xa-b, until: 2025-07-30}]",
     [(B, 6, "endpoints[3].formerly[0].agency", "to itself")]),
    (B, "kind: server", "kind: server, formerly: [{agency: so-a, until: 2025-07-30}, {agency: so-a, until: 2025-07-30}]",
     [(B, 6, "endpoints[3].formerly[0].agency", "to itself"), (B, 6, "endpoints[3].formerly[1].until", "not in order")]),
    (B, "kind: server", "kind: server, formerly: [{agency: so-a, until: 2025-06-29}]",
     [(B, 6, "endpoints[3].formerly[0].until", "xa-b the record moved to did not exist")]),
    (A, "kind: workstation", "kind: workstation, formerly: [{agency: xa-b, until: 2025-06-30}]",
     [(A, 9, "endpoints[1].formerly[0].until", "xa-b did not exist")]),
    (P, "Chữ ký số, owner: so-a", "Chữ ký số, owner: so-a, formerly: [{agency: so-a, until: 2025-06-30}]",
     [(P, 5, "shared_systems[1].formerly[0].agency", "to itself")]),
    (A, "level: 3", "level: 3, formerly: [{agency: xa-b, until: 2025-07-30}]", []),
    (A, "kind: workstation", "kind: workstation, kind: laptop", [(A, 9, "kind", "second time")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), RULES, ids=[f"{rule[0].split('/')[-1]}-{rule[2][:40]}" for rule in RULES]
)
def test_rule(province, file, old, new, expected):
    province.change(file, old, new)
    problems = province.problems()
    found = [(p.path, p.line, p.field) for p in problems]
    assert found == [(str(province.folder / name), line, field) for name, line, field, _ in expected], problems
    for problem, (*_, words) in zip(problems, expected, strict=True):
        assert words in str(problem.message)
        assert problem.hint is not None


def test_the_unbroken_province_is_sound(province):
    assert province.problems() == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            "-oProxyCommand=id",
            "a b",
            "127.1",
            "2130706433",
            "0x7f000001",
            "127.020.1.2",
            "fe80::1%e",
            "host;id",
            "a..b",
            "$(id)",
        ),
        *(
            "x.1",
            "máy-1",
            "host/24",
            "http://h",
            "user@host",
            "-h",
            "h-.x",
            "h:22",
            "[::1]",
            "a" * 64,
            "1.2.3.4.5",
            "127.1.1.256",
        ),
    ],
)
def test_hostile_and_ambiguous_addresses(province, address):
    province.change(A, "127.20.1.2", f"'{address}'")
    [problem] = province.problems()
    assert problem.field == "endpoints[1].address"
    assert "neither an IP address nor a host name" in str(problem.message)


def test_one_machine_under_an_agency_and_its_successor_is_no_duplicate(province):
    machine = "endpoints: [{id: old-1, kind: server, address: 127.20.1.1, serial: abc123}]\n"
    old = "agency: {id: so-old, name: Sở cũ, tier: province, valid_until: 2025-02-28, successors: [so-a]}\n"
    province.texts["agencies/so-old.yaml"] = old + machine
    assert len(province.problems()) == 2
    province.change(A, "tier: province,", "tier: province, valid_from: 2025-03-01,")
    assert province.problems() == []
    province.change("agencies/so-old.yaml", "2025-02-28", "2025-03-01")
    assert len(province.problems()) == 2, "they were both there for one day"


def test_many_declarations_of_one_machine_are_each_reported_once(province):
    rows = "".join(f"- {{id: x-{n}, kind: server, address: 10.0.0.1}}\n" for n in range(40))
    province.texts[B] = "agency: {id: xa-b, name: B, tier: commune}\nendpoints:\n" + rows
    assert len(province.problems()) == 39


def test_everything_is_reported_at_once(province, summary):
    province.change(P, "owner: so-a, components", "components")
    province.change(A, "heads_briefed: 4", "heads_briefed: 5")
    province.change(A, "id: a-2, kind: workstation", "id: a-2, kind: wrong")
    province.change(A, "127.20.1.1,", "127.20.9.1,")
    province.change(B, "tier: commune", "tier: comune")
    assert summary(province.problems()) == [
        ("so-a.yaml", 2, "people.heads_briefed"),
        ("so-a.yaml", 8, "endpoints[0].address"),
        ("so-a.yaml", 9, "endpoints[1].kind"),
        ("xa-b.yaml", 1, "agency.tier"),
        ("province.yaml", 4, "shared_systems[0].owner"),
    ]


def test_items_after_a_wrong_one_keep_their_places(province, summary):
    province.change(A, "id: a-1, kind: server", "id: a-1, kind: wrong")
    province.change(A, "place: Tầng 2", "serial: X1")
    assert summary(province.problems()) == [("so-a.yaml", 8, "endpoints[0].kind"), ("so-a.yaml", 10, "endpoints[2].serial")]


def test_an_id_in_a_wrong_item_is_still_known(province, summary):
    province.change(B, "id: b-jump, kind: server", "id: b-jump, kind: sever")
    assert summary(province.problems()) == [("xa-b.yaml", 6, "endpoints[3].kind")]


def test_an_unreadable_file_makes_no_false_missing_references(province, summary):
    province.texts[A] = "agency: [\n"
    assert summary(province.problems()) == [("so-a.yaml", 2, None)]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("place: Tầng 2", "password: hunter2", "endpoints[2].password"),
        ("place: Tầng 2", "place: Tầng 2, mật khẩu: hunter2", "endpoints[2].mật khẩu"),
        ("place: Tầng 2", "place: 'mật khẩu: hunter2'", "endpoints[2].place"),
        ("name: Cổng A", "name: 'https://admin:hunter2@cong-a.example'", "systems[0].name"),
        ("name: Sở A", "name: 'BEGIN OPENSSH PRIVATE KEY hunter2'", "agency.name"),
        ("uses: [van-ban]", "uses: [van-ban]\naccount: {user: x, token: hunter2}", "account.token"),
        ("uses: [van-ban]", "uses: [van-ban]\nprivate_key: |\n  hunter2\n", "private_key"),
    ],
)
def test_secrets_are_errors_that_never_show_the_value(province, old, new, field):
    province.change(A, old, new)
    problems = province.problems()
    assert field in [problem.field for problem in problems]
    secret = next(problem for problem in problems if problem.field == field)
    assert "must not stand in an inventory" in str(secret.message)
    assert [problem.field for problem in problems].count(field) == 1
    everything = "".join(f"{p!r}{p.message}{p.expected}{p.hint}{p.place()}" for p in problems)
    assert "hunter2" not in everything


def test_a_file_that_would_be_passed_over_is_named(province):
    assert province.problems() == []
    (province.folder / "agencies" / "x.yml").write_text("a", encoding="utf-8")
    (province.folder / "agencies" / "more").mkdir()
    (province.folder / "xa-c.yaml").write_text("a", encoding="utf-8")
    (province.folder / "agencies" / ".hidden.yaml").write_text("a", encoding="utf-8")
    (province.folder / "agencies" / "notes.txt").write_text("a", encoding="utf-8")
    named = {(p.path or "").removeprefix(str(province.folder)).replace("\\", "/") for p in province.problems()}
    assert named == {"/agencies/x.yml", "/agencies/more", "/xa-c.yaml"}


def test_missing_folder_and_files(province, tmp_path):
    inventory, problems = check_inventory(tmp_path / "nowhere")
    assert inventory is None
    assert "no such folder" in str(problems[0].message)
    empty = tmp_path / "empty"
    empty.mkdir()
    inventory, problems = check_inventory(empty)
    assert inventory is None
    assert {str(problem.message) for problem in problems} == {"There is no agency file", "There is no such file"}
    with pytest.raises(InventoryError) as caught:
        load_inventory(empty)
    assert len(caught.value.problems) == 2


def test_problems_are_capped_per_file(province):
    rows = "".join(f"- {{id: x-{n}, kind: server, address: 10.0.0.{n}.1}}\n" for n in range(300))
    province.texts[B] = "agency: {id: xa-b, name: B, tier: commune}\nendpoints:\n" + rows
    problems = province.problems()
    assert len(problems) == 201
    assert "100 more" in str(problems[-1].message)


def test_a_sound_inventory_knows_its_sources_and_its_digest(province):
    province.problems()
    first = load_inventory(province.folder)
    assert [agency.agency.id for agency in first.agencies] == ["so-a", "xa-b"]
    assert first.sources["xa-b"] == str(province.folder / "agencies" / "xa-b.yaml")
    assert first.sources["province"] == str(province.folder / "province.yaml")
    assert first.access_of(first.endpoints["a-1"]).port == 2222
    assert first.digest == load_inventory(province.folder).digest
    moved = province.folder.rename(province.folder.parent / "other")
    assert load_inventory(moved).digest == first.digest, "the digest is of names and bytes, not of where they lie"
    file = moved / "agencies" / "xa-b.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "# x\n", encoding="utf-8")
    assert load_inventory(moved).digest != first.digest
