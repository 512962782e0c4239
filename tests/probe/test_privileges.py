"""What root alone may be asked: the list is what the script runs, and nobody makes anything else of it."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import combinations, pairwise
from pathlib import Path

import pytest

import secaudit
from secaudit.catalog import load_catalog
from secaudit.errors import ProbeError
from secaudit.facts import parse_facts
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import FACTS
from secaudit.probe import frame
from secaudit.probe.privileges import PRIVILEGES, SERVES, TIMEOUT, command, sudoers
from tests.probe.test_posix_script import SCRIPT, SECTIONS

KNOWLEDGE = load_catalog(Path(__file__).parents[2] / "checks").knowledge
NONCE = "0" * 32
MOMENT = datetime(2026, 11, 26, tzinfo=UTC)
TABLE = """\
| Section | Program and words | Asked when | Why root, and what the account comes to know | Facts that lack something without it |
|---|---|---|---|---|"""
LINES = [line for one in PRIVILEGES for line in one.lines()]
AWK = [line for line in LINES if line[2].endswith("/awk")]
SAFE_FOLDERS = ("/usr/bin/", "/usr/sbin/", "/sbin/", "/bin/", "/opt/")
READS_ONLY = {
    "find": r"(-L )?/\S+( /\S+)*( -maxdepth \d)?( -name \w+| -type f)?"
    r" -exec (/usr/bin/awk \{print\S+\}|/bin/grep -hE \S+) \{\} \+",
    "awk": r"(-F: )?\S+( /\S+)+",
}
"""Shapes of the programs that could do more than read when somebody chose their arguments."""


def asked_in_the_script() -> set[tuple[str, ...]]:
    """Every call of rooted, either and told: seconds, program, words, with the variables of the script filled in."""
    found = set()
    hashes = re.search(r"^HASHES=('.*')$", SCRIPT, re.MULTILINE)[1]
    for line in SCRIPT.replace('"$HASHES"', hashes).replace('"$f" -T', "/usr/sbin/sshd -T").splitlines():
        for call in re.findall(r"(?:(?<![\w#] )(?:rooted|either)|^ +told \w+ '[^']*') (\d+ .*)$", line):
            lexer = shlex.shlex(call, posix=True, punctuation_chars=";|&)<>")
            lexer.whitespace_split, lexer.commenters = True, ""
            words = []
            for word in lexer:
                if set(word) <= set(";|&)<>"):
                    break
                words.append(word)
            if words[-1] == "2" or words[-1] == "5":  # the number of a descriptor that goes elsewhere
                words.pop()
            found.add(tuple(words))
    return found


def test_the_script_asks_what_is_listed_and_nothing_else():
    listed = {(str(one.seconds), program, *one.arguments) for one in PRIVILEGES for program in one.programs}
    by_name = {(words[0], Path(words[1]).name, *words[2:]) for words in listed}
    asked = asked_in_the_script()
    assert len(asked) >= 28
    assert {words for words in asked if words not in listed and words not in by_name} == set()
    assert {(words[0], Path(words[1]).name, *words[2:]) for words in asked} == by_name


def test_sudo_is_called_in_the_script_for_its_list_and_for_listed_commands_only():
    calls = [line.strip() for line in SCRIPT.splitlines() if re.search(r"\bsudo -", line) and not line.lstrip().startswith("#")]
    assert calls == [
        "MAY=$(limit 10 sudo -n -l 2>/dev/null 5>&-) || MAY=''",
        'rooted_answer=$(limit "$((rooted_seconds + 5))" sudo -n "$@")',
        '[ "$rooted_code$rooted_answer" != 1 ] || limit 10 sudo -n -l "$@" >/dev/null || return "$REFUSED"',
    ]
    assert 'set -- /usr/bin/timeout "$rooted_seconds" "$rooted_path" "$@"' in SCRIPT


def test_every_command_serves_a_section_in_the_order_of_the_script():
    sections = [name for name, _, _ in SECTIONS]
    order = [sections.index(one.section) for one in PRIVILEGES]
    assert order == sorted(order)
    assert all(one.why for one in PRIVILEGES)


def test_what_each_section_serves_is_what_lacks_something_without_it():
    """Every answer of the lab, read again with one section denied: the facts that change are those the list names."""
    seen = set()
    for file in sorted((Path(secaudit.__file__).parent / "lab" / "answers").glob("*.txt")):
        capture = frame("posix", NONCE, file.read_bytes().replace(b"@NONCE@", NONCE.encode()))
        facts = parse_facts(capture, KNOWLEDGE, MOMENT)
        for name, served in SERVES.items():
            denied = tuple(
                replace(one, status=SectionStatus.DENIED, body=b"") if one.name == name else one for one in capture.sections
            )
            without = parse_facts(replace(capture, sections=denied), KNOWLEDGE, MOMENT)
            for fact in facts:
                if facts[fact] != without[fact]:
                    seen.add(name)
                    assert any(fnmatchcase(fact, pattern) for pattern in served), (name, fact, file.name)
    assert seen == set(SERVES) - {"firewall-zones", "products"}, "no answer of the lab has those two"
    assert all(any(fnmatchcase(fact, pattern) for fact in FACTS) for served in SERVES.values() for pattern in served)
    assert set(SERVES) == {one.section for one in PRIVILEGES}


def rows() -> list[str]:
    """The table of docs/access-recipe.md."""
    found = []
    for one in PRIVILEGES:
        words = [word if len(word) <= 40 or word.startswith("/") else "(program)" for word in one.arguments]
        line = " ".join([" or ".join(one.programs), *words]).replace("|", "\\|")
        found.append(f"| {one.section} | `{line}` | {one.when or 'always'} | {one.why} | {', '.join(SERVES[one.section])} |")
    return found


def test_the_page_names_every_command_with_its_reason():
    """``WRITE_ACCESS=1`` writes the table anew."""
    page = Path(__file__).parents[2] / "docs" / "access-recipe.md"
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(f"{TABLE}\n")
    _, end, tail = rest.partition("\n\n")
    table = "\n".join(rows())
    if os.environ.get("WRITE_ACCESS"):
        page.write_text(f"{head}{TABLE}\n{table}{end}{tail}", encoding="utf-8")
    assert f"{TABLE}\n{table}\n\n" in page.read_text(encoding="utf-8")


def test_seconds_and_program_tell_the_commands_apart():
    keys = [(line[1], line[2]) for line in LINES]
    assert len(keys) == len(set(keys))


def test_no_word_can_be_split_and_no_program_be_chosen_by_the_caller():
    for line in LINES:
        assert line[0] == TIMEOUT
        assert line[2].startswith(SAFE_FOLDERS)
        assert not any(re.search(r"\s", word) or not word for word in line)
        name = Path(line[2]).name
        if name in READS_ONLY:
            assert re.fullmatch(READS_ONLY[name], " ".join(line[3:])), line
        assert name not in ("sh", "bash", "env", "cat", "dd", "tee", "python3", "perl", "vi", "less", "xargs")
    with pytest.raises(ValueError, match="words"):
        command((TIMEOUT, "5", "/usr/bin/awk", "-F:", "NF > 1 { print $1 }", "/etc/shadow"))


def test_sudoers_writes_no_pattern():
    """As sudo reads it: its own escapes go, those of patterns stay for fnmatch; only the line itself then fits."""
    for line in LINES:
        written = command(line)
        assert "\t" not in written
        words = re.sub(r"\\([:,=])", r"\1", written.split(" ", 1)[1])
        pattern = re.sub(r"\\([*?\[\]])", lambda sign: {"]": "]"}.get(sign[1], f"[{sign[1]}]"), words)
        assert fnmatchcase(" ".join(line[1:]), pattern)
        assert not re.search(r"(?<!\\)[*?\[\]]", words), "a bare sign would be a pattern"
        assert not re.search(r"(?<!\\)[,:=]", written), "a bare sign would end the command"


def test_the_file_names_the_user_in_every_rule_and_nothing_but_the_list():
    text = sudoers("kiem-tra")
    rules = [line for line in text.splitlines() if line and not line.startswith(("#", "Defaults"))]
    assert rules == [f"kiem-tra ALL=(root) NOPASSWD: {command(line)}" for line in LINES]
    defaults = [line for line in text.splitlines() if line.startswith("Defaults")]
    assert all(line.startswith("Defaults:kiem-tra ") for line in defaults)
    assert any("env_reset" in line for line in defaults)
    assert any("!requiretty" in line for line in defaults)
    assert any("secure_path=" in line for line in defaults)


@pytest.mark.parametrize(
    "name", ["", "ALL", "%wheel", "#0", "root ALL", "a\nb ALL=(ALL) NOPASSWD: ALL", "+g", "a,b", "-x", "a:b", "a\n"]
)
def test_what_is_no_account_never_gets_into_a_rule(name):
    with pytest.raises(ProbeError):
        sudoers(name)


SHADOW = """root:$y$j9T$muoi$bi-mat-khong-roi-may:19000:0:99999:7:::
cu:aaSECRETcryp1:1:0:9:7::20000:
khong::1::::::
khoa:!*:2::::::
"""


def awks() -> list[list[str]]:
    return [name for name in (["mawk"], ["gawk"], ["original-awk"], ["busybox", "awk"], ["awk"]) if shutil.which(name[0])]


def joined(words: list[str]) -> Iterator[list[str]]:
    """Every call that looks the same to sudo, which compares words joined with blanks: neighbours may be one word."""
    for many in range(len(words)):
        for cuts in combinations(range(1, len(words)), many):
            yield [" ".join(words[begin:end]) for begin, end in pairwise([0, *cuts, len(words)])]


def said(call: list[str], folder: Path) -> str:
    done = subprocess.run(call, input="root:$y$nicht:1\n", capture_output=True, text=True, timeout=20, cwd=folder, check=False)
    return done.stdout + done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the POSIX probe is for Linux machines")
def test_no_way_of_joining_the_words_of_an_allowed_line_gives_a_hash(tmp_path):
    (tmp_path / "shadow").write_text(SHADOW, encoding="ascii")
    (tmp_path / "passwd").write_text("root:x:0:0::/root:/bin/sh\n", encoding="ascii")
    assert AWK
    for line in AWK:
        words = [re.sub(r"^/etc/(shadow|passwd)$", rf"{tmp_path}/\1", word) for word in line[3:]]
        for call in joined(words):
            for awk in awks():
                told = said([*awk, *call], tmp_path)
                assert "bi-mat" not in told
                assert "SECRET" not in told


@pytest.mark.skipif(os.name == "nt", reason="the POSIX probe is for Linux machines")
def test_no_way_of_joining_the_words_of_find_runs_or_shows_anything_else(tmp_path):
    """Only the line as it is brings content; every other call is a mistake to find, or finds nothing."""
    (tmp_path / "sudoers").write_text("root ALL=ALL\n", encoding="ascii")
    line = next(one for one in LINES if one[2].endswith("/find") and "/etc/sudoers" in one)
    words = [word.replace("/etc/", f"{tmp_path}/") for word in line[3:]]
    whole = f"{tmp_path}/sudoers:1:root ALL=ALL"
    assert whole in said(["find", *words], tmp_path)
    for find in [name for name in (["find"], ["busybox", "find"]) if shutil.which(name[0])]:
        for call in joined(words[:2] + words[6:]):  # one place to look in: the others are like it
            content = [row for row in said([*find, *call], tmp_path).splitlines() if "root ALL" in row]
            assert content in ([], [whole]), call


@pytest.mark.skipif(os.name == "nt", reason="the POSIX probe is for Linux machines")
def test_every_awk_tells_the_same_of_a_shadow_file(tmp_path):
    (tmp_path / "shadow").write_text(SHADOW, encoding="ascii")
    program = next(line[4] for line in AWK if line[5] == "/etc/shadow")
    for awk in awks():
        done = subprocess.run([*awk, "-F:", program, str(tmp_path / "shadow")], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == [
            "root:set:y:19000:0:99999:", "cu:set:des:1:0:9:20000", "khong:empty::1:::", "khoa:locked::2:::",
        ], awk  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="the POSIX probe is for Linux machines")
def test_a_home_with_a_hostile_name_runs_nothing(tmp_path):
    """The command looks into homes through a shell: their names are quoted, and one with a quote is not looked into."""
    program = next(line[4] for line in AWK if line[-1] == "/etc/passwd")
    evil = tmp_path / "$(touch ran) `touch ran`;touch ran"
    (evil / ".ssh").mkdir(parents=True)
    (evil / ".ssh" / "authorized_keys2").write_text("key", encoding="ascii")
    rows = [f"a:x:1:1::{evil}:/bin/sh", f"b:x:2:2::{tmp_path}/';touch ran;':/bin/sh", f"c:x:3:3::{tmp_path}/x:/bin/sh"]
    (tmp_path / "passwd").write_text("\n".join(rows) + "\n", encoding="ascii")
    (tmp_path / "mounts").write_text("", encoding="ascii")
    for awk in awks():
        done = subprocess.run(
            [*awk, "-F:", program, str(tmp_path / "mounts"), str(tmp_path / "passwd")],
            capture_output=True, text=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        assert done.stdout.splitlines() == ["key=a", "far=b"], awk
    assert not list(tmp_path.rglob("ran"))
