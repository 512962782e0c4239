"""``scan --preview`` and ``soc sheet``: they say what a scan would do, and do nothing of it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.transport import HostKey, HostKeys

ROOT = Path(__file__).parent.parent.parent
KEY = HostKey.of_text("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIGRlbW8tZGVtby1kZW1vLWRlbW8tZGVtby1kZW1vLWRl")
HOSTILE = (
    '=HYPERLINK("http://x.invalid","Sở A")',
    "<script>alert(1)</script>",
    "Sở | A [x](http://x.invalid) `id` # *đậm*",
    "Sở \u202eA\u2066 \x9b2J B",
    "@SUM(1)",
    "-1+1",
)


def write_province(folder, agencies, networks=()):
    """``agencies``: id -> (name, list of endpoint lines); ``networks`` are those of the first one."""
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text(
        "province: {id: t, name: Tỉnh thử, owner: UBND tỉnh, designated_unit: Công an tỉnh}\ndefaults: {access: {user: audit}}\n",
        encoding="utf-8",
    )
    for number, (name, (title, endpoints)) in enumerate(agencies.items()):
        agency = {
            "id": name, "name": title, "tier": "province", "networks": list(networks if not number else ()),
            "contact": {"name": title, "phone": "+84 208 000 0001"},
        }  # fmt: skip
        text = f"agency: {json.dumps(agency)}\nendpoints:\n" + "".join(f"  - {line}\n" for line in endpoints)
        (folder / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(name="province")
def a_province(tmp_path):
    """Every way to be asked and not to be asked, and a workspace with one enrolled host key."""
    folder = write_province(
        tmp_path / "province",
        {
            "so-a": (
                "Sở A",
                [
                    "{id: may-1, os: windows, kind: workstation, address: 127.41.0.1}",
                    "{id: may-2, os: linux, kind: server, address: 127.41.0.2, access: {port: 2222, user: kiem-tra}}",
                    "{id: may-3, kind: workstation, address: pc3.so-a.invalid}",
                    "{id: may-4, kind: workstation}",
                    "{id: may-5, kind: isolated}",
                    "{id: may-6, kind: workstation, address: 127.41.0.6, status: retired}",
                ],
            ),
            "so-b": ("Sở B", ["{id: may-7, os: linux, kind: server, address: 127.99.0.7}"]),
        },
        networks=["127.41.0.0/16", "127.41.0.0/24"],
    )
    workspace = tmp_path / "workspace"
    workspace.mkdir(mode=0o700)
    HostKeys.read(workspace / "known_hosts").add("127.41.0.1", KEY, who="test", at=datetime.now(UTC))
    key = tmp_path / "key"
    fresh_key(key)
    return ["--inventory", folder, "--workspace", workspace, "--identity", key, "--no-agent"]


def _preview(secaudit, province, *more):
    done = secaudit("scan", "--preview", *province, *more, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_names_each_machine_with_address_account_key_and_why_not(secaudit, province):
    found = _preview(secaudit, province)
    machines = {machine["endpoint"]: machine for agency in found["agencies"] for machine in agency["machines"]}
    assert {name: (m["address"], m["port"], m["user"], m["platform"]) for name, m in machines.items()} == {
        "may-1": ("127.41.0.1", 22, "audit", "windows"),
        "may-2": ("127.41.0.2", 2222, "kiem-tra", "posix"),
        "may-3": ("pc3.so-a.invalid", 22, "audit", "posix"),
        "may-7": ("127.99.0.7", 22, "audit", "posix"),
    }
    assert machines["may-1"]["enrolled"] == [KEY.fingerprint]
    assert [name for name, machine in machines.items() if not machine["platform_sure"]] == ["may-3"]
    assert (found["asked"], found["logged_in"]) == (4, 1)
    assert {one["endpoint"]: one["why"] for agency in found["agencies"] for one in agency["not_asked"]} == {
        "may-4": "no_way_in",
        "may-5": "isolated",
        "may-6": "retired",
    }


def test_its_digests_and_sizes_are_those_of_probe_show(secaudit, province):
    for sudo in ((), ("--sudo",)):
        found = _preview(secaudit, province, *sudo)
        for script in found["scripts"]:
            with_sudo = sudo if script["platform"] == "posix" else ()
            told = secaudit("probe", "show", script["platform"], *with_sudo).stderr
            assert script["script_sha256"] in told
            assert f"{script['script_bytes']} bytes" in told
            assert script["command"] in told
    page = (ROOT / "docs" / "probe.md").read_text(encoding="utf-8")
    assert all(script["command_sha256"] in page for script in found["scripts"] if script["platform"] == "windows")


def test_the_key_is_named_by_the_fingerprint_of_its_public_half(secaudit, province, tmp_path):
    [offer] = _preview(secaudit, province)["offers"]
    [line] = subprocess.run(
        ["ssh-keygen", "-lf", tmp_path / "key"], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout.splitlines()
    assert offer["fingerprint"] == line.split()[1]
    both = _preview(secaudit, province, "--ask-password", "--identity", tmp_path / "nobody")["offers"]
    assert [(one["offered"], one["usable"]) for one in both] == [("key_file", True), ("key_file", False), ("password", True)]


def test_credentials_of_each_agency_are_named_with_the_machines_they_are_for(secaudit, province, tmp_path):
    """From credentials.yaml, which holds no secret; what a scan would ask for or fetch is not asked for."""
    fresh_key(tmp_path / "workspace" / "key-b")
    (tmp_path / "workspace" / "credentials.yaml").write_text(
        "logins:\n  - {agencies: [so-b], keys: [key-b], agent: false, password: keyring:secaudit/so-b}\n",
        encoding="utf-8",
    )
    (tmp_path / "workspace" / "credentials.yaml").chmod(0o600)
    without_key = [part for part in province if part not in ("--identity", tmp_path / "key")]
    found = _preview(secaudit, without_key)
    key, password = found["offers"]
    assert (key["offered"], key["file"], key["machines"]) == ("key_file", str(tmp_path / "workspace" / "key-b"), 1)
    assert (password["offered"], password["machines"]) == ("password", 1)
    shown = secaudit("scan", "--preview", *without_key)
    assert "for1machinesandjumphosts" in "".join(shown.stdout.split()), "lines are broken at 80 columns"


def test_nobody_who_is_only_told_apart_costs_a_password(secaudit, province, tmp_path):
    """Asking for host keys logs in to nobody: passwords of machines are neither asked for nor taken."""
    file = tmp_path / "workspace" / "credentials.yaml"
    place = province[: province.index("--identity")]
    for source in ("prompt", "descriptor", "keyring:secaudit/all"):
        file.write_text(f"default: {{password: {source}}}\n", encoding="utf-8")
        file.chmod(0o600)
        done = secaudit("trust", "scan", *place, "--endpoint", "may-1", "--deadline", "3")
        assert done.returncode == 4, done.stderr
        assert "127.41.0.1" in done.stdout
        assert "password" not in done.stderr.lower()


def test_no_password_is_asked(secaudit, province):
    """A prompt would wait for a terminal that is not there."""
    done = secaudit("scan", "--preview", *province, "--ask-password", "--ask-passphrase")
    assert done.returncode == 0
    assert "Password on the machines" not in done.stdout + done.stderr


def _events(tmp_path, *arguments):
    told = tmp_path / "events.json"
    environment = {**os.environ, "SECAUDIT_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("watching.py"), told, *arguments],
        capture_output=True, text=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(told.read_text(encoding="utf-8"))


def _folder(path):
    return {
        str(found.relative_to(path)): (found.stat().st_mtime_ns, found.stat().st_ino, found.is_file() and found.read_bytes())
        for found in (path, *path.rglob("*"))
    }


def test_a_preview_opens_no_connection_looks_up_no_name_and_writes_no_file(province, tmp_path):
    workspace = tmp_path / "workspace"
    before = _folder(workspace)
    assert _events(tmp_path, "scan", "--preview", *map(str, province), "--detail") == []
    assert _folder(workspace) == before


def test_a_sheet_for_the_soc_connects_nothing_but_unsent_datagram_sockets(province, tmp_path):
    workspace = tmp_path / "workspace"
    before = _folder(workspace)
    events = _events(tmp_path, "soc", "sheet", "--from", "2030-12-01 08:00", "--to", "17:00", *map(str, province))
    kinds = {(event, text.split()[0]) for event, text in events}
    assert kinds == {("socket.connect", "SOCK_DGRAM")}, "connect() of a UDP socket sends nothing, sendto would be named here"
    assert not any("invalid" in text for _, text in events), "a name is not looked up"
    assert _folder(workspace) == before
    assert (
        _events(tmp_path, "soc", "sheet", "--from", "08:00", "--to", "17:00", "--source", "192.0.2.1", *map(str, province)) == []
    )


def test_the_guard_sees_what_a_scan_does(province, tmp_path):
    """The two tests above can fail: the same watch over a command that writes and connects."""
    script = tmp_path / "out.txt"
    events = _events(tmp_path, "scan", "--preview", *map(str, province), "--out", str(script))
    assert [event for event, text in events if event == "open" and text.endswith(".out.txt.new")]


def test_options_of_the_preview_never_begin_a_scan(secaudit, province, tmp_path):
    for option in (["--detail"], ["--out", "x.md"]):
        done = secaudit("scan", *province, *option)
        assert done.returncode == 2
        assert "--preview" in done.stderr
    assert not list((tmp_path / "workspace").glob("store*"))
    wrong = secaudit("scan", "--preview", *province, "--out", "x.pdf")
    assert (wrong.returncode, ".html" in wrong.stderr) == (2, True)


def test_both_languages_fit_eighty_columns(secaudit, province):
    for language, word in (("vi", "Một đợt quét sẽ làm gì"), ("en", "What a scan would do")):
        done = secaudit("--lang", language, "scan", "--preview", *province, COLUMNS="200")
        assert done.stdout.startswith(word)
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert "127.41.0.1" in done.stdout


def test_three_thousand_machines_stay_readable(secaudit, tmp_path):
    agencies = {
        f"xa-{number:03}": (
            f"UBND xã số {number}",
            [f"{{id: x{number}-{n}, os: windows, kind: workstation, address: 127.{number}.0.{n}}}" for n in range(1, 21)],
        )
        for number in range(1, 151)
    }
    folder = write_province(tmp_path / "large", agencies)
    base = ["scan", "--preview", "--inventory", folder, "--workspace", tmp_path / "none", "--no-agent"]
    short = secaudit(*base).stdout
    assert "3,000 machines of 150 agencies" in short
    assert len(short.splitlines()) < 600, "a line or two for each agency, and the parts that are always there"
    assert "x7-3" not in short
    secaudit("soc", "sheet", "--from", "2030-12-01 08:00", "--to", "17:00", *base[2:], "--out", tmp_path / "soc.md")
    announced = (tmp_path / "soc.md").read_text(encoding="utf-8")
    assert "| 20 | 127.7.0.1, 127.7.0.2, 127.7.0.3 and 17 more |" in announced
    assert len(announced.splitlines()) < 400
    every = secaudit(*base, "--detail").stdout
    assert len(set(re.findall(r"\bx\d+-\d+: ", every))) == 3000
    assert "x7-3: 127.7.0.3" in secaudit(*base, "--agency", "xa-007").stdout, "one agency's machines are few enough to be shown"


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()
        self.attributes = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture(name="hostile")
def hostile_province(tmp_path):
    """Agencies with names that mean something to a browser, a ticket system, a spreadsheet or a terminal."""
    return write_province(
        tmp_path / "hostile",
        {f"so-{n}": (name, [f"{{id: m-{n}, kind: server, address: '127.41.{n}.1'}}"]) for n, name in enumerate(HOSTILE)},
    )


@pytest.mark.parametrize("command", [("scan", "--preview"), ("soc", "sheet", "--from", "2030-12-01 08:00", "--to", "17:00")])
def test_hostile_names_stay_names(secaudit, hostile, tmp_path, command):
    base = [*command, "--inventory", hostile, "--workspace", tmp_path / "none", "--no-agent", "--contact", HOSTILE[0]]
    base = base if command[0] == "soc" else base[:-2]
    shown = secaudit(*base).stdout
    assert not set("\u202e\u2066\x9b\x1b") & set(shown)
    for ending in ("html", "md"):
        assert secaudit(*base, "--out", tmp_path / f"sheet.{ending}").returncode == 0
    page = _Tags()
    page.feed((tmp_path / "sheet.html").read_text(encoding="utf-8"))
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "table",
        "tr",
        "th",
        "td",
        "pre",
    }
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "class"}
    text = (tmp_path / "sheet.md").read_text(encoding="utf-8")
    outside = re.sub(r"^(`{3,})\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"(?<!\\)[<\[`*]", outside), "every sign with a meaning is escaped"
    assert "://" not in outside, "no address becomes a link by itself"
    columns = {line.count("|") - line.count("\\|") for line in outside.splitlines() if line.startswith("|")}
    assert len(columns) == 1 if command[0] == "soc" else len(columns) <= 2, "a name cannot add a column"


def test_no_cell_of_the_table_is_a_formula(secaudit, hostile, tmp_path):
    out = tmp_path / "soc.csv"
    done = secaudit(
        "soc", "sheet", "--from", "2030-12-01 08:00", "--to", "17:00", "--inventory", hostile, "--workspace", tmp_path / "none",
        "--no-agent", "--user", "-audit", "--contact", "=1+1", "--out", out, "--detail",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8"), newline="")))
    assert len(rows) == 1 + len(HOSTILE)
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝＋－＠")] == []
    assert "'=1+1" in cells, "shown as it was typed, behind an apostrophe"
    assert "'-1+1" in cells
    assert not any(char in cell for cell in cells for char in "\r\n\x9b\u202e")


def test_the_table_says_window_source_target_account_and_digests(secaudit, province, tmp_path):
    out = tmp_path / "soc.csv"
    done = secaudit("soc", "sheet", "--from", "1/12/2030 22:00", "--to", "05:30", *province, "--out", out, "--rate", "20")
    assert done.returncode == 0, done.stderr
    assert out.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    rows = {row["target"]: row for row in csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8"), newline=""))}
    assert set(rows) == {"127.41.0.0/24", "pc3.so-a.invalid", "127.99.0.7"}, "networks; machines outside them by address"
    row = rows["127.41.0.0/24"]
    assert (row["window_from"], row["window_to"]) == ("2030-12-01T22:00+07:00", "2030-12-02T05:30+07:00"), "a night"
    assert (row["window_from_utc"], row["window_to_utc"]) == ("2030-12-01T15:00Z", "2030-12-01T22:30Z")
    assert (row["machines"], row["ports"], row["accounts"]) == ("2", "22; 2222", "audit; kiem-tra")
    assert row["source"] == row["seen_from"] == "127.0.0.1"
    assert rows["pc3.so-a.invalid"]["source"] == "", "nobody looked the name up"
    assert row["connections_per_second"] == "20.0"
    assert row["key_fingerprints"].startswith("SHA256:")
    assert row["contact"] == "Công an tỉnh"
    assert {len(row["windows_command_sha256"]), len(row["posix_script_sha256"])} == {64}


def test_behind_a_jump_host_the_machines_see_the_jump_host(secaudit, tmp_path):
    folder = write_province(
        tmp_path / "p",
        {"so-a": ("Sở A", [
            "{id: jump, os: linux, kind: server, address: 127.41.0.9}",
            "{id: sau, os: linux, kind: server, address: 192.168.1.5, access: {via: jump, user: audit}}",
        ])},
    )  # fmt: skip
    base = ["--inventory", folder, "--workspace", tmp_path / "none", "--no-agent"]
    found = json.loads(secaudit("scan", "--preview", *base, "--format", "json").stdout)
    [agency] = found["agencies"]
    places = {one["endpoint"]: one.get("via", one.get("detail")) for one in (*agency["machines"], *agency["not_asked"])}
    assert set(places) == {"jump", "sau"}
    assert places["jump"] is None
    assert "jump" in places["sau"], "its way, or why this version cannot use it"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2030-12-01 17:00", "2030-12-01 08:00"),
        ("tomorrow", "17:00"),
        ("2030-13-01 08:00", "17:00"),
        ("08:00", "25:00"),
        ("", "17:00"),
    ],
)
def test_a_window_that_is_none_is_refused_in_a_sentence(secaudit, province, start, end):
    done = secaudit("soc", "sheet", "--from", start, "--to", end, *province)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "write it like" in done.stderr


def test_a_source_that_is_no_address_is_refused(secaudit, province):
    done = secaudit("soc", "sheet", "--from", "08:00", "--to", "17:00", "--source", "=1+1", *province)
    assert (done.returncode, "192.0.2.10" in done.stderr) == (2, True)


def test_every_field_of_both_is_documented(secaudit, province):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    sheet = secaudit("soc", "sheet", "--from", "08:00", "--to", "17:00", *province, "--format", "json")
    for document in (_preview(secaudit, province), json.loads(sheet.stdout)):
        assert {name for name in _names(document) if f"`{name}`" not in page} == set()


def _names(value):
    if isinstance(value, dict):
        return set(value).union(*(_names(inner) for name, inner in value.items() if name != "reads"))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()
