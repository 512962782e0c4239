"""The known_hosts reader and enrolment."""

import base64
import hashlib
import hmac
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import DataError, UsageError
from secaudit.lab.keys import private_key, public_key
from secaudit.transport import Act, HostKey, HostKeys, Standing, Target
from secaudit.transport.base import canonical_host

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
A, B, C = (public_key(private_key(b"s" * 32, name)) for name in "abc")


def line(names, key, marker="", comment=""):
    return " ".join(part for part in (marker, names, key.type, key.base64, comment) if part) + "\n"


def hashed(name):
    salt = hashlib.sha256(name.encode()).digest()[:20]
    digest = hmac.digest(salt, name.encode(), hashlib.sha1)
    return "|1|" + base64.b64encode(salt).decode() + "|" + base64.b64encode(digest).decode()


def read(tmp_path, text):
    path = tmp_path / "known_hosts"
    path.write_text(text, encoding="utf-8")
    return HostKeys.read(path)


def test_a_missing_file_knows_nobody(tmp_path):
    keys = HostKeys.read(tmp_path / "none")
    assert keys.known == ()
    assert keys.standing("127.0.0.1", A) == (Standing.UNKNOWN, ())


@pytest.mark.parametrize(
    ("names", "name", "fits"),
    [
        ("127.20.1.1", "127.20.1.1", True),
        ("127.20.1.1", "[127.20.1.1]:2222", False),
        ("[127.20.1.1]:2222", "[127.20.1.1]:2222", True),
        ("[127.20.1.1]:2222", "127.20.1.1", False),
        ("May-01.Xa.VN,127.20.1.1", "may-01.xa.vn", True),
        ("*.xa.vn", "may-01.xa.vn", True),
        ("*.xa.vn,!may-01.xa.vn", "may-01.xa.vn", False),
        ("!may-01.xa.vn", "may-02.xa.vn", False),
        ("127.20.1.?", "127.20.1.7", True),
        ("127.20.1.?", "127.20.1.77", False),
        ("[*]:2222", "[127.20.1.1]:2222", True),
        (hashed("127.20.1.1"), "127.20.1.1", True),
        (hashed("[127.20.1.1]:2222"), "[127.20.1.1]:2222", True),
        (hashed("127.20.1.1"), "127.20.1.2", False),
    ],
)
def test_names(tmp_path, names, name, fits):
    standing, _ = read(tmp_path, line(names, A)).standing(name, A)
    assert standing is (Standing.CONFIRMED if fits else Standing.UNKNOWN)


def test_the_name_of_a_target():
    assert Target("Host.vn", 22, "u").known_as == "host.vn"
    assert Target("127.20.1.1", 2222, "u").known_as == "[127.20.1.1]:2222"
    assert Target("127.20.1.1", 2222, "u", "May-01").known_as == "may-01"


def test_standing(tmp_path):
    keys = read(
        tmp_path, line("a", A) + line("a", B, "@revoked") + line("ca", C, "@cert-authority") + line("* ".strip(), C, "@revoked")
    )
    assert keys.standing("a", A) == (Standing.CONFIRMED, (A,))
    assert keys.standing("a", B)[0] is Standing.REVOKED
    assert keys.standing("a", C)[0] is Standing.REVOKED
    assert keys.standing("ca", A)[0] is Standing.AUTHORITY
    assert read(tmp_path, line("a", A)).standing("a", B) == (Standing.CHANGED, (A,))


def test_comments_and_blank_lines_are_skipped_and_bad_lines_are_named(tmp_path):
    text = "# note\n\n" + line("a", A, comment="enrolled by hand") + "a ssh-ed25519\n" + "b ssh-ed25519 %%%\n"
    text += f"c ssh-rsa {A.base64}\n" + f"@what d {A.type} {A.base64}\n" + f"e ssh-ed25519-cert-v01@openssh.com {A.base64}\n"
    text += f"|1|xx|yy {A.type} {A.base64}\n"
    keys = read(tmp_path, text)
    assert [entry.names for entry in keys.known] == ["a"]
    assert keys.known[0].comment == "enrolled by hand"
    assert [problem.line for problem in keys.problems] == [4, 5, 6, 7, 8, 9]
    assert all(problem.path and problem.hint and problem.expected for problem in keys.problems)


def test_a_revocation_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, line("a", A) + "@revoked * ssh-ed25519 AAAA\n")
    assert caught.value.problems[0].line == 2


def test_a_folder_is_no_file_of_host_keys(tmp_path):
    with pytest.raises(UsageError):
        HostKeys.read(tmp_path)


def test_enrolment_is_private_atomic_and_signed(tmp_path):
    path = tmp_path / "keys" / "known_hosts"
    keys = HostKeys.read(path).add("[127.20.1.1]:2222", A, who="nguyen\nvan a", at=AT)
    assert keys.standing("[127.20.1.1]:2222", A)[0] is Standing.CONFIRMED
    assert keys.known[0].comment == "enrolled 2026-11-22T08:30:00Z by nguyen van a"
    assert [entry.name for entry in path.parent.iterdir()] == ["known_hosts"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_enrolling_again_changes_nothing_and_a_contradiction_is_refused(tmp_path):
    path = tmp_path / "known_hosts"
    path.write_text("# kept\n" + line("a", A), encoding="utf-8")
    keys = HostKeys.read(path).add("a", A, who="x", at=AT)
    assert len(keys.known) == 1
    with pytest.raises(UsageError, match="another key"):
        keys.add("a", B, who="x", at=AT)
    replaced = keys.add("a", B, who="x", at=AT, replace=True)
    assert replaced.standing("a", B)[0] is Standing.CONFIRMED
    assert replaced.standing("a", A)[0] is Standing.CHANGED
    assert path.read_text(encoding="utf-8").startswith("# kept\n")


def test_replacing_or_removing_one_machine_leaves_its_neighbours_alone(tmp_path):
    text = line("a,b", A, comment="both") + line("c", B) + f"{hashed('d')} {A.type} {A.base64}\n" + line("*", C, "@revoked")
    replaced = read(tmp_path, text).add("a", B, who="x", at=AT, replace=True)
    assert (replaced.standing("a", A)[0], replaced.standing("a", B)[0]) == (Standing.CHANGED, Standing.CONFIRMED)
    assert replaced.standing("b", A)[0] is Standing.CONFIRMED
    assert next(entry for entry in replaced.known if entry.names == "b").comment == "both"
    removed = replaced.remove(["A", "b.", "d"], who="nguyen van a", at=AT)
    assert all(removed.standing(name, key)[0] is Standing.UNKNOWN for name in "abd" for key in (A, B))
    assert removed.standing("c", B)[0] is Standing.CONFIRMED
    assert removed.standing("c", C)[0] is Standing.REVOKED
    acts = [(event.act, event.name, event.fingerprint, event.who) for event in removed.events()]
    assert acts == [
        (Act.REPLACED, "a", A.fingerprint, "x"),
        (Act.ENROLLED, "a", B.fingerprint, "x"),
        (Act.REMOVED, "a", B.fingerprint, "nguyen van a"),
        (Act.REMOVED, "b", A.fingerprint, "nguyen van a"),
        (Act.REMOVED, "d", A.fingerprint, "nguyen van a"),
    ]
    assert {event.at for event in removed.events()} == {AT}
    assert removed.remove(["nobody"], who="x", at=AT).text == removed.text


@pytest.mark.parametrize("act", ["remove", "replace"])
def test_a_pattern_is_not_taken_from_machines_that_were_not_meant(tmp_path, act):
    keys = read(tmp_path, line("*.xa.vn", A))
    with pytest.raises(UsageError, match="pattern") as caught:
        if act == "remove":
            keys.remove(["may-1.xa.vn"], who="x", at=AT)
        else:
            keys.add("may-1.xa.vn", B, who="x", at=AT, replace=True)
    assert caught.value.where.endswith(":1")
    assert HostKeys.read(keys.path).standing("may-2.xa.vn", A)[0] is Standing.CONFIRMED


def test_a_withdrawn_key_is_withdrawn_once_and_everywhere(tmp_path):
    keys = read(tmp_path, line("a", A) + line("b", B)).revoke([A, A], who="x", at=AT).revoke([A], who="y", at=AT)
    assert keys.standing("anywhere", A)[0] is Standing.REVOKED
    assert keys.standing("b", B)[0] is Standing.CONFIRMED
    assert [(event.act, event.name, event.who) for event in keys.events()] == [(Act.REVOKED, "*", "x")]


def test_comments_of_others_are_no_history(tmp_path):
    text = "# secaudit yesterday enrolled a ssh-ed25519 SHA256:x by y\n"
    text += "# secaudit 2026-13-45T00:00:00Z enrolled a b SHA256:x by y\n#\n"
    assert read(tmp_path, text + line("a", A)).events() == ()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("May-01.Xa.VN.", "may-01.xa.vn"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("FE80::0:ABCD", "fe80::abcd"),
        ("[::0001]:2222", "[::1]:2222"),
        ("[May-01.VN.]:22", "[may-01.vn]:22"),
        ("127.0.0.1", "127.0.0.1"),
        ("::FFFF:127.0.0.1", "127.0.0.1"),
        ("[broken", "[broken"),
        ("", ""),
    ],
)
def test_one_spelling_for_one_name(tmp_path, written, name):
    assert canonical_host(written) == name
    assert canonical_host(name) == name
    if written:
        assert read(tmp_path, line(written, A)).standing(name, A)[0] is Standing.CONFIRMED
        assert read(tmp_path, line(name, A)).standing(written, A)[0] is Standing.CONFIRMED


def test_a_revoked_key_cannot_be_enrolled_even_as_a_replacement(tmp_path):
    keys = read(tmp_path, line("*", A, "@revoked"))
    with pytest.raises(UsageError, match="revoked"):
        keys.add("a", A, who="x", at=AT, replace=True)


def test_types_enrolled_are_asked_for_first(tmp_path):
    rsa = HostKey.of_blob(b"\0\0\0\x07ssh-rsa" + b"\0\0\0\x01\x03")
    assert read(tmp_path, line("a", rsa) + line("a", A) + line("b", B)).types_of("a") == ("ssh-rsa", "ssh-ed25519")


def test_openssh_reads_what_is_written(tmp_path):
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("ssh-keygen is not installed: apt-get install openssh-client")
    path = tmp_path / "known_hosts"
    HostKeys.read(path).add("[127.20.1.1]:2222", A, who="x", at=AT)
    found = subprocess.run(
        [keygen, "-l", "-F", "[127.20.1.1]:2222", "-f", str(path)], capture_output=True, timeout=10, check=True
    )
    assert A.fingerprint in found.stdout.decode()
    subprocess.run([keygen, "-q", "-H", "-f", str(path)], capture_output=True, timeout=10, check=True)
    assert HostKeys.read(path).standing("[127.20.1.1]:2222", A)[0] is Standing.CONFIRMED


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("k") / "known_hosts"
    path.write_bytes(data)
    try:
        keys = HostKeys.read(path)
    except DataError:
        return
    assert keys.standing("a", A)[0] is not Standing.CONFIRMED


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=80))
def test_any_blob_is_a_key_or_a_value_error(blob):
    try:
        key = HostKey.of_blob(blob)
    except ValueError:
        return
    assert base64.b64decode(key.base64) == blob
    assert HostKey.of_text(key.type, key.base64) == key
