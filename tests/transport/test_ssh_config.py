"""~/.ssh/config: read as OpenSSH reads it, except that nothing is ever run and host keys are never weakened."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.errors import DataError, UsageError
from secaudit.transport.ssh_config import SshConfig
from secaudit.transport.ssh_config_words import Hop


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    return tmp_path / "home"


def write(home, text, name="config"):
    path = home / ".ssh" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    path.chmod(0o600)
    return path


def read(home, text):
    return SshConfig.read(write(home, text), home=home, local_user="binh")


def test_patterns_first_value_wins_and_identities_add_up(home):
    config = read(
        home,
        "Host 10.1.*  !10.1.9.9\n  User audit\n  Port 2222\n  IdentityFile ~/.ssh/a\n"
        "Host web?.tinh.gov.vn\n\tHostName=%h.lan\n  HostKeyAlias web\n"
        'Host *\n  User other\n  IdentityFile "/keys/%r/b c"\n  IdentitiesOnly yes\n',
    )
    found = config.lookup("10.1.2.3")
    assert (found.user, found.port, found.identities_only) == ("audit", 2222, True)
    assert [str(path) for path, _ in found.identities] == [f"{home}/.ssh/a", "/keys/audit/b c"]
    assert found.identities[0][1].line == 4
    assert config.lookup("10.1.9.9").user == "other"
    web = config.lookup("web1.tinh.gov.vn")
    assert (web.host, web.key_alias, web.port) == ("web1.tinh.gov.vn.lan", "web", None)
    assert config.lookup("WEB1.tinh.gov.vn").host is None, "as OpenSSH: patterns tell case apart"
    assert config.problems == ()


def test_jump_hosts(home):
    config = read(
        home,
        "Host a\n ProxyJump one,u@two:2200\nHost b\n ProxyJump none\nHost c\n ProxyCommand none\nHost d\n"
        " ProxyJump ssh://x@[::1]:99\nHost *\n ProxyJump last\n",
    )
    assert config.lookup("a").jumps == (Hop("one"), Hop("two", "u", 2200))
    assert config.lookup("b").jumps == config.lookup("c").jumps == ()
    assert config.lookup("d").jumps == (Hop("::1", "x", 99),)
    assert config.lookup("e").jumps == (Hop("last"),)
    assert config.lookup("e").jumps_at.line == 10
    tokens = read(home, "Host x y\n HostName real-%h\n Port 7\n ProxyJump gate-%n,%r@%h:%p\n").lookup("x", "binh")
    assert tokens.jumps == (Hop("gate-x"), Hop("real-x", "binh", 7))
    senseless = read(home, "Host *\n ProxyJump %h:1\n").lookup("-oX")
    assert (senseless.jumps, senseless.jumps_at.line) == ((), 2)


def test_match_blocks_that_are_understood(home):
    config = read(
        home,
        "Host x\n HostName real\nMatch host real user audit\n Port 1\nMatch originalhost x\n Port 2\n"
        "Match host y,z !user root\n Port 3\nMatch all\n Port 4\n",
    )
    assert config.lookup("x", "audit").port == 1
    assert config.lookup("x").port == 2
    assert config.lookup("z", "binh").port == 3
    assert config.lookup("z", "root").port == 4


@pytest.mark.parametrize(
    "line",
    ["Match exec \"touch {mark}\"", "Match !exec \"touch {mark}\"", "Match host web exec \"touch {mark}\"",
     "ProxyCommand touch {mark}", "ProxyCommand sh -c 'touch {mark}' \"", "KnownHostsCommand /bin/touch {mark}",
     "LocalCommand touch {mark}", "Include $(touch {mark})", "Include `touch {mark}`", "IdentityFile \"$(touch {mark})\"",
     "Match localnetwork 127.0.0.0/8", "Match canonical", "Match final", "Match tagged x"],
)  # fmt: skip
def test_nothing_is_ever_run(home, tmp_path, line):
    mark = tmp_path / "it-ran"
    config = read(home, f"{line.format(mark=mark)}\n User hacked\nHost *\n User audit\n")
    found = config.lookup("web")
    assert not mark.exists()
    if line.startswith("Match"):
        assert found.user == "audit", "what stands under a condition nobody can judge does not hold"
        assert [problem.line for problem in config.problems] == [1]
    elif not line.startswith(("Include", "IdentityFile")):
        assert [problem.line for problem in config.problems] == [1]
    assert (found.command_at is not None) == line.startswith("ProxyCommand")


@pytest.mark.parametrize(
    "line",
    ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /x", "UpdateHostKeys yes",
     "NoHostAuthenticationForLocalhost yes", "VerifyHostKeyDNS yes", "stricthostkeychecking=off", "HostKeyAlgorithms +ssh-dss"],
)  # fmt: skip
def test_host_keys_are_never_weakened_and_it_is_said(home, line):
    config = read(home, f"Host *\n  {line}\n")
    assert [(problem.line, problem.path) for problem in config.problems] == [(2, str(home / ".ssh" / "config"))]
    assert "known_hosts of the workspace" in str(config.problems[0].hint)
    assert config.lookup("web") == SshConfig().lookup("web")


def test_what_is_not_known_is_reported_and_conveniences_are_not(home):
    config = read(
        home, "Host *\n ServerAliveInterval 5\n ControlMaster auto\n CertificateFile x\n PKCS11Provider /x.so\n Bogus 1\n"
    )
    assert [problem.line for problem in config.problems] == [4, 5, 6]


@pytest.mark.parametrize(
    "line",
    ["Port 0", "Port 65536", "Port 22x", "Port ²", "User -oProxyCommand=x", "User a b",
     "HostName -x", "HostName a b", "HostName %q",
     "IdentitiesOnly maybe", "ProxyJump a b", "ProxyJump -oX=y", "ProxyJump a:0", "ProxyJump a,,b", "HostKeyAlias *", "Host",
     "Port", "IdentityFile \"x", "IdentityFile %Z", "User \"a", "=x", "Port \x1b[31m22", "ProxyJump a@b@c"],
)  # fmt: skip
def test_values_that_cannot_be_are_errors_with_their_line(home, line):
    with pytest.raises(DataError) as caught:
        read(home, f"Host *\n  {line}\n")
    problem = caught.value.problems[0]
    assert (problem.path, problem.line) == (str(home / ".ssh" / "config"), 2)
    assert problem.hint
    assert "\x1b" not in str(problem.message) + (problem.found or "")


def test_included_files_hold_where_the_line_stands(home):
    write(home, "Port 2001\nHost b\n Port 2002\n", "one.conf")
    write(home, "User u2\n", "two.conf")
    config = read(home, "Host a b\n Include *.conf\n User late\nHost *\n Port 9\n")
    assert (config.lookup("a").port, config.lookup("a").user) == (2001, "u2")
    assert config.lookup("b").port == 2001
    assert (config.lookup("c").port, config.lookup("c").user) == (9, None)
    config = read(home, "Host b\n Include one.conf\nHost c\n Include one.conf\n")
    assert config.lookup("c").port == 2001
    write(home, "Host b\n Port 7\n", "one.conf")
    assert read(home, "Host c\n Include one.conf\n").lookup("b").port is None, "a block inside counts only inside"


def test_files_that_include_themselves_end(home):
    with pytest.raises(DataError, match="SSH configuration"):
        read(home, "Include config\n")
    write(home, "Include l*.conf\n" * 30, "l1.conf")
    write(home, "Include l*.conf\n" * 30, "l2.conf")
    with pytest.raises(DataError):
        read(home, "Include l1.conf\n")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX systems")
def test_a_file_that_others_can_write_is_refused_included_ones_too(home):
    path = write(home, "User x\n")
    path.chmod(0o620)
    with pytest.raises(UsageError, match="other accounts"):
        SshConfig.read(path, home=home, local_user="b")
    write(home, "User x\n", "inc").chmod(0o602)
    with pytest.raises(UsageError) as caught:
        read(home, "Include inc\n")
    assert caught.value.where == str(home / ".ssh" / "inc")
    assert "chmod" in str(caught.value.hint)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX systems")
def test_what_is_no_file_is_refused_and_not_waited_for(home):
    os.mkfifo(home / "pipe")
    for path in (home / "pipe", home, Path("/dev/zero")):
        with pytest.raises(UsageError):
            SshConfig.read(path, home=home, local_user="b", needed=True)


def test_a_missing_file_is_empty_unless_it_was_named(home):
    assert SshConfig.read(home / "no", home=home, local_user="b") == SshConfig(_home=home, _local_user="b")
    with pytest.raises(UsageError, match="no such"):
        SshConfig.read(home / "no", home=home, local_user="b", needed=True)


def test_sizes_are_bounded(home):
    with pytest.raises(UsageError, match="too large"):
        read(home, "#" * (1 << 20) + "\n")
    config = read(home, "Host " + "*a" * 60 + "b\n User x\n")
    assert config.lookup("a" * 250).user is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), host=st.text(max_size=30))
def test_any_bytes_give_a_configuration_or_an_error_of_ours(home, data, host):
    path = write(home, data)
    with contextlib.suppress(DataError, UsageError):
        SshConfig.read(path, home=home, local_user="b").lookup(host)


NAMES = st.sampled_from(["web", "web1", "db.lan", "10.0.0.1", "*", "web*", "!web1", "?eb", "*.lan", "[w]eb"])
SETTING = st.one_of(
    st.integers(1, 65535).map(lambda n: f"Port {n}"),
    st.sampled_from(["audit", '"root"', "a.b"]).map(lambda u: f"User {u}"),
    st.sampled_from(["real.%h", "10.9.9.9", "%h"]).map(lambda h: f"HostName={h}"),
    st.sampled_from(["yes", "no"]).map(lambda y: f"IdentitiesOnly {y} # why"),
    st.sampled_from(["jump", "u@jump:22", "none", "gw"]).map(lambda j: f"ProxyJump {j}"),
    st.just("HostKeyAlias named"),
)
HEAD = st.one_of(
    st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "Host " + " ".join(names)),
    st.sampled_from(
        ["Match all", "Match host web,db.lan", "Match originalhost web", "Match host 10.9.9.9", "Match !host web originalhost *"]
    ),
)
BLOCK = st.tuples(HEAD, st.lists(SETTING, max_size=4)).map(lambda b: "\n".join([b[0], *(f"    {line}" for line in b[1])]))


@pytest.mark.skipif(shutil.which("ssh") is None, reason="OpenSSH's client is not installed")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(BLOCK, max_size=5), host=st.sampled_from(["web", "web1", "db.lan", "10.0.0.1", "reb"]))
def test_the_same_as_openssh_reads(home, blocks, host):
    path = write(home, "\n".join(blocks) + "\n")
    done = subprocess.run(["ssh", "-G", "-F", str(path), host], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    wanted = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    found = SshConfig.read(path, home=home, local_user="binh").lookup(host)
    assert (found.host or host) == wanted["hostname"]
    assert (found.port or 22) == int(wanted["port"])
    assert found.user is None or found.user == wanted["user"]
    assert found.identities_only == (wanted["identitiesonly"] == "yes")
    assert found.key_alias == wanted.get("hostkeyalias")
    jump = wanted.get("proxyjump", "none")
    shown = ",".join(
        (f"{hop.user}@" if hop.user else "") + hop.host + (f":{hop.port}" if hop.port else "") for hop in found.jumps
    )
    assert (shown or "none").removesuffix(":22") == jump.removesuffix(":22")
