"""Ways in: which source wins, jump hosts from inventory and ~/.ssh/config, whose credentials go where."""

from pathlib import Path

import pytest

from secaudit.errors import DataError, UsageError
from secaudit.inventory import check_inventory
from secaudit.model.secret import Secret
from secaudit.pipeline.logins import read_logins
from secaudit.pipeline.ways import MOST_HOPS, Asked, Login, Logins, Ways
from secaudit.transport import KeyFile
from secaudit.transport.ssh_config import SshConfig

AGENCY_A = """agency: {id: so-a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}
endpoints:
  - {id: jump-a, kind: server, address: 127.20.1.1, access: {user: nhay, port: 2022}}
  - {id: deep, kind: server, address: 127.20.1.2, access: {via: jump-a}}
  - {id: web, kind: server, address: web.a.lan}
  - {id: far, kind: server, address: 10.0.0.9, access: {via: deep, user: xa, port: 2200}}
  - {id: alone, kind: workstation}
"""
AGENCY_B = """agency: {id: so-b, name: Sở B, tier: province, submission: {accepted_on: 2026-11-01}}
endpoints:
  - {id: b-1, kind: server, address: 127.20.2.1}
"""


@pytest.fixture
def province(tmp_path):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "so-a.yaml").write_text(AGENCY_A, encoding="utf-8")
    (folder / "agencies" / "so-b.yaml").write_text(AGENCY_B, encoding="utf-8")
    inventory, problems = check_inventory(folder)
    assert problems == []
    return inventory


def ssh(tmp_path, text):
    path = tmp_path / "ssh-config"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return SshConfig.read(path, home=tmp_path, local_user="binh")


def find(province, name, *, config=None, logins=None, **asked):
    ways = Ways(province, Asked(**{"own": "binh", **asked}), logins, config)
    return ways.find(province.endpoints[name])


def target(province, name, **options):
    found, note = find(province, name, **options)
    assert found is not None, note
    return found


def test_the_first_source_that_says_it_wins(province, tmp_path):
    config = ssh(tmp_path, "Host *\n User cfg\n Port 99\n IdentityFile ~/cfg-key\n")
    logins = Logins(Login(user="file", keys=(Path("/file-key"),)))
    far, web = target(province, "far", config=config, logins=logins), target(province, "web", config=config, logins=logins)
    assert (far.user, far.port) == ("xa", 2200), "the inventory before file and configuration"
    assert (web.user, web.port) == ("file", 99)
    assert [key.path for key in web.credentials.keys] == [Path("/file-key")]
    typed = target(province, "far", config=config, logins=logins, user="typed", keys=(KeyFile(Path("/typed-key")),))
    assert (typed.user, typed.port) == ("typed", 2200)
    assert [key.path for key in typed.credentials.keys] == [Path("/typed-key")]
    plain = target(province, "web", config=config)
    assert (plain.user, [str(key.path) for key in plain.credentials.keys]) == ("cfg", [f"{tmp_path}/cfg-key"])
    assert plain.credentials.keys[0].optional
    assert plain.credentials.keys[0].place == f"{tmp_path / 'ssh-config'}:4"
    assert (target(province, "web").user, target(province, "web").port) == ("binh", 22)


def test_jump_hosts_of_the_inventory_are_nested_and_keep_their_own_account(province):
    far = target(province, "far", user="typed")
    assert [far.via, far.jump.via, far.jump.jump.via] == ["deep", "jump-a", None]
    assert (far.user, far.jump.jump.user, far.jump.jump.port) == ("typed", "nhay", 2022)
    assert (far.known_as, far.jump.known_as) == ("deep/[10.0.0.9]:2200", "jump-a/127.20.1.2")
    assert far.jump.jump.known_as == "[127.20.1.1]:2022"


def test_names_may_stand_for_addresses_but_an_address_of_the_inventory_stands(province, tmp_path):
    config = ssh(tmp_path, "Host *\n HostName 10.66.66.66\n HostKeyAlias known\n")
    assert target(province, "web", config=config).host == "10.66.66.66"
    assert target(province, "web", config=config).known_as == "known"
    assert target(province, "b-1", config=config).host == "127.20.2.1"


def test_jump_hosts_of_the_configuration(province, tmp_path):
    config = ssh(
        tmp_path,
        "Host web.a.lan\n ProxyJump one,u@two:2200\nHost one\n HostName 10.1.1.1\n User eins\n ProxyJump zero\n"
        "Host two\n ProxyJump never-asked\n",
    )
    web = target(province, "web", config=config)
    chain = []
    hop = web.jump
    while hop is not None:
        chain.append((hop.label, hop.host, hop.port, hop.user))
        hop = hop.jump
    assert chain == [("ssh:two:2200", "two", 2200, "u"), ("ssh:one", "10.1.1.1", 22, "eins"), ("ssh:zero", "zero", 22, "binh")]
    assert web.known_as == "ssh:two:2200/web.a.lan"
    assert target(province, "far", config=config).via == "deep", "the inventory's jump host before the configuration's"


@pytest.mark.parametrize(
    "text",
    ["Host *\n ProxyJump bastion\n", "Host web.a.lan\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n",
     "Host web.a.lan\n ProxyJump web.a.lan\n",
     "Host web.a.lan\n ProxyJump " + ",".join(f"h{n}" for n in range(MOST_HOPS + 1)) + "\n"],
)  # fmt: skip
def test_ways_that_do_not_end_are_errors_with_their_place(province, tmp_path, text):
    with pytest.raises(DataError) as caught:
        find(province, "web", config=ssh(tmp_path, text))
    problem = caught.value.problems[0]
    assert problem.path == str(tmp_path / "ssh-config")
    assert problem.line
    assert "web" in problem.found


def test_as_many_jump_hosts_as_allowed(province, tmp_path):
    config = ssh(tmp_path, "Host web.a.lan\n ProxyJump " + ",".join(f"h{n}" for n in range(MOST_HOPS)) + "\n")
    assert target(province, "web", config=config).via == f"ssh:h{MOST_HOPS - 1}"


def test_a_proxy_command_is_no_way_in(province, tmp_path):
    found, note = find(province, "web", config=ssh(tmp_path, "Host *.lan\n ProxyCommand nc %h %p\n"))
    assert found is None
    assert note == f"{tmp_path / 'ssh-config'}:2 asks for a ProxyCommand, which is never run"
    assert find(province, "alone") == (None, "no address is declared")


def test_credentials_go_by_agency_and_passwords_of_machines_never_to_jump_hosts(province):
    a, b, jump, typed = Secret("a"), Secret("b"), Secret("j"), Secret("t")
    logins = Logins(Login(user="all", password=b), {"so-a": Login(user="a", password=a, agent=False, keys=(Path("/a"),))}, {})
    deep, other = target(province, "deep", logins=logins), target(province, "b-1", logins=logins)
    assert (deep.credentials.password, deep.credentials.agent, deep.user) == (a, False, "a")
    assert deep.jump.credentials.password is None
    assert [key.path for key in deep.jump.credentials.keys] == [Path("/a")]
    assert (other.credentials.password, other.credentials.agent, other.user) == (b, True, "all")
    named = Logins(logins.default, logins.agencies, {"jump-a": Login(password=jump, keys=())})
    through = target(province, "deep", logins=named, password=typed)
    assert (through.credentials.password, through.jump.credentials.password) == (typed, jump)
    assert through.jump.credentials.keys == ()
    assert target(province, "deep", agent=False).jump.credentials.agent is False


def logins_file(tmp_path, text):
    path = tmp_path / "credentials.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_file_of_credentials(province, tmp_path):
    path = logins_file(
        tmp_path,
        "default: {agent: false}\nlogins:\n"
        "  - {agencies: [so-a], user: audit, keys: [~/.ssh/a], password: keyring:secaudit/so-a}\n"
        "  - {jump_hosts: [jump-a, 'ssh:bastion'], password: prompt}\n",
    )
    found = read_logins(path, province)
    assert found.default.agent is False
    assert found.logins[0].password == "keyring:secaudit/so-a"
    assert read_logins(tmp_path / "none.yaml", province).logins == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [("logins:\n  - {agencies: [so-a],\n     password: Hoa-Phuong-2026}\n", 3), ("default:\n  password: Hoa-Phuong-2026\n", 2),
     ("default:\n  secret: Hoa-Phuong-2026\n", 2), ("default:\n  user: 'mk: Hoa-Phuong-2026'\n", 2),
     ("default:\n  keys: ['-----BEGIN OPENSSH PRIVATE KEY----- Hoa-Phuong-2026']\n", 2),
     ("logins:\n  - agencies: [so-a]\n    password: {value: Hoa-Phuong-2026}\n", 3),
     ("logins:\n  - agencies: [so-a]\n    password: 'keyring:Hoa Phuong-2026'\n", 3)],
)  # fmt: skip
def test_a_secret_in_it_is_an_error_with_its_line_and_is_not_shown(province, tmp_path, text, line):
    path = logins_file(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_logins(path, province)
    assert line in [problem.line for problem in caught.value.problems]
    assert "2026" not in repr(caught.value.problems) + str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["logins:\n  - {agencies: [so-c]}\n", "logins:\n  - {jump_hosts: [jump-b]}\n", "logins:\n  - {user: x}\n",
     "default: {user: -x}\n",
     "logins:\n  - {agencies: [so-a]}\n  - {agencies: [so-a]}\n", "bogus: 1\n", "default: {agent: maybe}\n", "[]\n", "'\n"],
)  # fmt: skip
def test_what_is_wrong_in_it_is_said_with_its_place(province, tmp_path, text):
    path = logins_file(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_logins(path, province)
    assert all(problem.path == str(path) and problem.line for problem in caught.value.problems)


def test_a_file_that_others_can_write_is_refused(province, tmp_path):
    path = logins_file(tmp_path, "default: {}\n")
    path.chmod(0o662)
    with pytest.raises(UsageError, match="other accounts"):
        read_logins(path, province)
