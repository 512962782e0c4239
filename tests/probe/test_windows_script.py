"""windows.ps1 without a Windows: it parses, uses nothing newer than PowerShell 2.0, and changes nothing."""

import re
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from secaudit.probe import bootstrap, compose

FOLDER = Path(__file__).parents[2] / "secaudit" / "probe"
SCRIPT = (FOLDER / "windows.ps1").read_text(encoding="ascii")
CODE = "\n".join(line for line in SCRIPT.splitlines() if not line.lstrip().startswith("#"))
PARSER = Parser(Language(tree_sitter_powershell.language()))

NEWER_THAN_2 = [
    r"ConvertTo-Json",
    r"ConvertFrom-Json",
    r"Get-Cim\w*",
    r"Invoke-Cim\w*",
    r"\[ordered\]",
    r"\[pscustomobject\]",
    r"\s-(?:not)?in\s",
    r"\s-sh[lr]\s",
    r"::new\(",
    r"\.ForEach\(",
    r"\.Where\(",
    r"\bGet-Local(?:User|Group)\w*",
    r"\bGet-NetFirewall\w*",
    r"\bGet-MpComputerStatus\b",
    r"\bGet-ComputerInfo\b",
    r"\bInvoke-(?:WebRequest|RestMethod)\b",
    r"\$PSScriptRoot\b",
    r"\$PSItem\b",
    r"\bTest-NetConnection\b",
    r"\busing\s+namespace\b",
    r"^\s*(?:class|enum)\s",
    r"\?\?|\?\.",
    r"&&|\|\|",
    r"Where-Object\s+\w+\s+-",
    r"\[Environment\]::Is64Bit\w+",
    r"IsNullOrWhiteSpace",
    r"\s-Raw\b",
    r"-NoNewline\b",
]
CHANGES = [
    r"\bSet-\w+",
    r"\bNew-Item\w*",
    r"\bRemove-\w+",
    r"\b(?:Add|Clear)-\w+",
    r"\bOut-File\b",
    r"\bExport-\w+",
    r"\b(?:Start|Stop|Restart|Suspend)-\w+",
    r"\bInvoke-(?:Expression|Command|WmiMethod)\b",
    r"\bRegister-\w+",
    r"\b(?:Copy|Move|Rename)-\w+",
    r"WriteAll\w+|AppendAll\w+|\bStreamWriter\b|FileStream",
    r"\.SetValue\(|CreateSubKey|DeleteSubKey|DeleteValue",
    r"\bWin32_Product\b",
    r"\bwmic\b",
    r"\bsecedit\b|\bauditpol\b|\bdism\b|\bsc\.exe\b|\breg\.exe\b",
    r"Microsoft\.Update\.Session",
    r"\bnslookup\b|GetHostEntry|Resolve-\w+|\bnltest\b|DirectoryServices",
]


def errors(text: str) -> list[str]:
    """Places that the grammar does not understand."""
    found, todo = [], [PARSER.parse(text.encode()).root_node]
    while todo:
        node = todo.pop()
        if node.is_error or node.is_missing:
            found.append(f"{node.start_point}: {node.text[:60]!r}")
        todo += node.children
    return found


@pytest.mark.parametrize("text", [SCRIPT, bootstrap(), compose("windows", "0" * 32).stdin.decode()])
def test_parses(text):
    assert errors(text) == []


def test_the_parser_would_notice():
    assert errors(SCRIPT.replace("catch {", "catch (", 1))


@pytest.mark.parametrize("pattern", NEWER_THAN_2)
def test_nothing_newer_than_powershell_2(pattern):
    for text in (CODE, bootstrap()):
        assert re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is None


@pytest.mark.parametrize("pattern", CHANGES)
def test_nothing_that_changes_the_machine_or_asks_the_network(pattern):
    assert re.search(pattern, CODE, re.IGNORECASE) is None


def test_only_known_commands_are_called():
    """Every command name in the tree is a function of the script or one of four reading cmdlets."""
    own = set(re.findall(r"^function (\w+)", SCRIPT, re.MULTILINE))
    called, todo = set(), [PARSER.parse(SCRIPT.encode()).root_node]
    while todo:
        node = todo.pop()
        if node.type == "command_name":
            called.add(node.text.decode())
        todo += node.children
    assert called - own == {"New-Object", "Sort-Object", "Where-Object", "Get-Service", "Get-Process"}
    assert {"Section", "Put", "Reg", "Wmi"} <= called


def test_size_and_encoding():
    assert len(SCRIPT) <= 30 * 1024
    assert SCRIPT.isascii()
    assert "\r" not in compose("windows", "0" * 32).stdin.decode()


def test_progress_is_silenced_first():
    assert CODE.lstrip().startswith("$ProgressPreference = 'SilentlyContinue'")
    assert bootstrap().startswith("$ProgressPreference = 'SilentlyContinue'")


def test_the_end_marker_is_what_the_bootstrap_asks_for():
    wanted = re.search(r"EndsWith\('([^']+)'\)", bootstrap())
    assert wanted is not None
    assert compose("windows", "0" * 32).stdin.decode().rstrip().endswith(wanted[1])
    assert wanted[1] not in SCRIPT


def test_what_may_hang_comes_last():
    names = re.findall(r"^Section '([a-z-]+)'", SCRIPT, re.MULTILINE)
    assert names[-2:] == ["defender", "clock-end"]
    assert names[0] == "clock"
    assert len(names) == len(set(names))
    body = SCRIPT[SCRIPT.index("Section 'defender'") :]
    assert re.search(r"Wmi 'root\\Microsoft\\Windows\\Defender' .* 25\)", body)
    assert SCRIPT.index("beat") < SCRIPT.index("Section 'about'")


def test_every_wmi_question_has_a_time_limit():
    calls = re.findall(r"\(Wmi .*$", CODE, re.MULTILINE)
    assert len(calls) >= 6
    assert all(re.search(r" \d+\)\)? \{|\s\d+\)\) \{", call) for call in calls)
    assert CODE.count("Get-WmiObject") == 1
