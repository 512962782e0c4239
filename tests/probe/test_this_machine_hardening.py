"""This machine's hardening, truly: what script and parsers say against another look at kernel and files."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.facts import parse_facts
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the POSIX probe is for Linux machines")
NOBODY = 65_534
ROOT_ONLY = ("password-ages", "products", "sudoers", "apparmor", "audit-rules")


def quick(script: str) -> str:
    """Without the slowest section, which says nothing of these facts."""
    return script.replace("s_apt_updates() {\n", 's_apt_updates() {\n  return "$ABSENT"\n', 1)


@pytest.fixture(params=["dash", "bash", "busybox"])
def capture(request, run):
    return run(request.param, edit=quick)


@pytest.fixture
def facts(capture):
    return parse_facts(capture, Knowledge(), datetime.now(UTC))


def known(facts, name):
    value = facts[name]
    assert isinstance(value, Known), (name, value)
    return value.value


def setting(path: str) -> int:
    return int(Path("/proc/sys", path).read_text(encoding="ascii"))


def test_kernel_settings(facts):
    assert known(facts, "exploit.aslr") is (setting("kernel/randomize_va_space") == 2)
    assert known(facts, "kernel.pointers_hidden") is (setting("kernel/kptr_restrict") >= 1)
    assert known(facts, "kernel.messages_restricted") is (setting("kernel/dmesg_restrict") >= 1)
    assert known(facts, "kernel.syncookies") is (setting("net/ipv4/tcp_syncookies") >= 1)
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    assert known(facts, "kernel.tracing_limited") is (yama.exists() and setting("kernel/yama/ptrace_scope") >= 1)
    forwards = [int(path.read_text(encoding="ascii")) for path in Path("/proc/sys/net").glob("ipv[46]/conf/*/forwarding")
                if path.parent.name not in ("lo", "default")]  # fmt: skip
    assert known(facts, "kernel.forwarding") is any(forwards)
    flags = re.search(r"^flags.*", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    if flags is not None:
        assert known(facts, "exploit.dep") is (" nx " in flags[0] + " ")


def test_memory_and_cards(facts):
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert abs(known(facts, "machine.memory_mb") - total // 2**20) <= 1
    cards = sorted(
        (path / "address").read_text(encoding="ascii").strip()
        for path in Path("/sys/class/net").glob("*")
        if (path / "device").exists()
    )
    assert facts["machine.mac"] == (Known(cards, "hardware") if cards else facts["machine.mac"])
    if not cards:
        assert facts["machine.mac"].reason is MissingReason.ABSENT


def test_the_volume_of_the_system(facts):
    device = Path("/").stat().st_dev
    name = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    if not name.exists():
        assert facts["disk.encrypted"].reason is MissingReason.UNSUPPORTED
        return
    row = next(row for row in known(facts, "disk.volumes") if row["system"])
    assert row["name"] == name.resolve().name
    uuid = name / "dm" / "uuid"
    if not (name / "slaves").exists() or not list((name / "slaves").iterdir()):
        assert known(facts, "disk.encrypted") is (uuid.exists() and uuid.read_text(encoding="ascii").startswith("CRYPT"))


def test_modes_of_system_files(capture, facts):
    """The same modes and owners by stat(2), and the same verdict on each."""
    rows = {}
    for line in capture.by_name["file-modes"].body.decode().splitlines():
        mode, uid, gid, path = line.split(" ", 3)
        rows[path] = (int(mode, 8), int(uid), int(gid))
    assert {"/etc/passwd", "/etc/group", "/root"} <= rows.keys()
    for path, row in rows.items():
        status = Path(path).stat()
        assert row == (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid), path
    loose = known(facts, "files.loose")
    assert all(
        Path(path).stat().st_mode & 0o022 or Path(path).stat().st_uid or "key" in path or "shadow" in path for path in loose
    )
    writable = [path for path in rows if Path(path).stat().st_mode & 0o002 and path != "/var/spool/cron/crontabs"]
    assert set(writable) <= set(loose)


def test_accounts_that_may_log_in(facts):
    rows = {row["name"]: row for row in known(facts, "accounts.login")}
    groups = [line.split(":") for line in Path("/etc/group").read_text(encoding="utf-8").splitlines()]
    docker = {name for fields in groups if fields[0] in ("docker", "lxd") for name in fields[3].split(",") if name}
    assert rows["root"]["admin"] is True
    if os.geteuid() != 0:
        return
    shadow = {line.split(":")[0]: line.split(":") for line in Path("/etc/shadow").read_text(encoding="utf-8").splitlines()}
    for name, row in rows.items():
        field = shadow[name][1]
        assert row["password"] == ("empty" if field == "" else "locked" if field[0] in "!*" else "set")
        if row["password"] == "set" and shadow[name][4]:
            assert row["password_expires"] is (int(shadow[name][4]) < 99_999)
        if name in docker:
            assert row["admin"] is True
    hashes = [fields[1].lstrip("!*") for fields in shadow.values() if fields[1].lstrip("!*").startswith("$")]
    strong = all(text.split("$")[1] in ("y", "gy", "2a", "2b", "2y", "7", "6", "5") for text in hashes)
    assert known(facts, "password.strong_hash") is strong


def test_rules_for_passwords(facts):
    """Debian's own stack without pwquality lets six characters through; login.defs says how long they last."""
    stack = Path("/etc/pam.d/common-password")
    if not stack.exists():
        pytest.skip("another distribution's stack")
    active = re.sub(r"#.*", "", stack.read_text(encoding="utf-8"))
    if "pwquality" not in active and "cracklib" not in active and "passwdqc" not in active:
        assert known(facts, "password.min_classes") == 0
        assert known(facts, "password.min_length") == int((re.search(r"minlen=(\d+)", active) or [0, 6])[1])
    defaults = re.search(r"^PASS_MAX_DAYS\s+(\d+)", Path("/etc/login.defs").read_text(encoding="utf-8"), re.MULTILINE)
    if defaults is not None and int(defaults[1]) >= 99_999:
        assert known(facts, "password.max_age_days") == 0


def test_ports_of_the_machine_itself_are_listed_and_answer_nobody_else(run):
    """Ports opened here on loopback addresses stand in the answer and are no ports for others."""
    with socket.socket() as one, socket.socket() as other:
        for opened, address in ((one, "127.0.0.1"), (other, "127.0.0.2")):
            opened.bind((address, 0))
            opened.listen()
        capture = run(edit=quick)
        own = {one.getsockname()[1], other.getsockname()[1]}
    lines = capture.by_name["listening"].body.decode().splitlines()
    assert own <= {int(line.rpartition(":")[2], 16) for line in lines if line.startswith("tcp ")}
    facts = parse_facts(capture, Knowledge(), datetime.now(UTC))
    answering = {row["port"] for row in known(facts, "network.listening") if row["protocol"] == "tcp"}
    wide = {int(line.rpartition(":")[2], 16) for line in lines if line.startswith(("tcp 00000000:", "tcp6 " + "0" * 32 + ":"))}
    assert wide <= answering
    assert not own & (answering - wide)


def test_settings_of_sshd(facts):
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        assert known(facts, "sshd.installed") is False
        return
    done = subprocess.run([program, "-T"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this machine's sshd does not tell its settings")
    told = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert known(facts, "sshd.x11_forwarding") is (told["x11forwarding"] == "yes")
    assert known(facts, "sshd.login_grace_seconds") == int(told["logingracetime"])
    assert known(facts, "sshd.log_level") == told["loglevel"]
    assert known(facts, "sshd.authentication_methods") == told["authenticationmethods"]
    assert known(facts, "sshd.default_port") is (told["port"] == "22")
    weak = {
        name for key in ("ciphers", "macs", "kexalgorithms") for name in told[key].split(",") if "-cbc" in name or "-sha1" in name
    }
    assert set(known(facts, "sshd.weak_algorithms")) == {name for name in weak if not name.startswith("hmac-sha1")}


def test_an_ordinary_account_sees_what_everybody_may_and_is_told_of_the_rest(run):
    if os.geteuid() != 0:
        pytest.skip("only root can become another account")
    capture = run(user=NOBODY, edit=quick)
    for name in ROOT_ONLY:
        section = capture.by_name[name]
        assert section.status in (SectionStatus.DENIED, SectionStatus.ABSENT) or section.body.startswith(b"looked=yes\n")
    facts = parse_facts(capture, Knowledge(), datetime.now(UTC))
    for name in (
        "exploit.aslr",
        "files.loose",
        "mac.kind",
        "lockout.threshold",
        "session.shell_timeout_seconds",
        "machine.memory_mb",
    ):
        known(facts, name)
    for name in ("password.strong_hash", "accounts.admins", "accounts.default_enabled"):
        assert facts[name].reason is MissingReason.DENIED
    whole = parse_facts(run(edit=quick), Knowledge(), datetime.now(UTC))
    for name, value in facts.items():
        if isinstance(value, Known) and name.startswith(
            ("kernel.", "exploit.", "mac.", "files.", "password.", "lockout.", "disk.", "boot.")
        ):
            assert isinstance(whole[name], Missing) or whole[name].value == value.value, name


def test_no_secret_of_this_machine_leaves_it(capture):
    """Hashes, keys and personal names stand in none of the sections."""
    body = b"\n".join(section.body for section in capture.sections)
    if os.geteuid() == 0:
        for line in Path("/etc/shadow").read_text(encoding="utf-8").splitlines():
            field = line.split(":")[1].lstrip("!*")
            assert len(field) < 8 or field.encode() not in body
    for line in Path("/etc/passwd").read_text(encoding="utf-8").splitlines():
        person = line.split(":")[4]
        assert len(person) < 12 or person.encode() not in body, person


def test_a_name_with_a_line_feed_costs_its_own_fact_only(run, room):
    folder = room / "root" / "etc" / "cron.d"
    folder.mkdir(parents=True)
    (folder / "a\n644 0 0 b\n##SECAUDIT").write_text("", encoding="ascii")

    def edit(script: str) -> str:
        return quick(script).replace("/etc/cron.d/*", f"{room / 'root'}/etc/cron.d/*")

    capture = run(edit=edit)
    assert capture.complete
    facts = parse_facts(capture, Knowledge(), datetime.now(UTC))
    assert facts["files.loose"].reason is MissingReason.ERROR
    assert isinstance(facts["exploit.aslr"], Known)
