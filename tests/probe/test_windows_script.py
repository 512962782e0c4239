"""windows.ps1 without a Windows: it parses, uses nothing newer than PowerShell 2.0, and changes nothing."""

import re
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from secaudit.probe import bootstrap, compose

FOLDER = Path(__file__).parents[2] / "secaudit" / "probe"
SCRIPT = (FOLDER / "windows.ps1").read_text(encoding="ascii")
LOCAL = (FOLDER / "windows-local.ps1").read_text(encoding="ascii")
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
    r"\bsecedit\b|\bdism\b|\bsc\.exe\b|\breg\.exe\b|\bnet1?\.exe\b|\bw32tm\b|\bnetsh\b|\barp\b",
    r"\bAdd-Type\b|DllImport|DefinePInvokeMethod|\bReflection\.Emit\b",
    r"Microsoft\.Update\.Session",
    r"\bGet-EventLog\b|\bwevtutil\b",
    r"\bslmgr\b|\bcscript\b",
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


@pytest.mark.parametrize(
    "text",
    [SCRIPT, bootstrap(), compose("windows", "0" * 32).stdin.decode(), compose("windows", "0" * 32, local=True).stdin.decode()],
)
def test_parses(text):
    assert errors(text) == []


def test_the_parser_would_notice():
    assert errors(SCRIPT.replace("catch {", "catch (", 1))


@pytest.mark.parametrize("pattern", NEWER_THAN_2)
def test_nothing_newer_than_powershell_2(pattern):
    for text in (CODE, LOCAL, bootstrap()):
        assert re.search(pattern, text, re.IGNORECASE | re.MULTILINE) is None


@pytest.mark.parametrize("pattern", CHANGES)
def test_nothing_that_changes_the_machine_or_asks_the_network(pattern):
    assert re.search(pattern, CODE, re.IGNORECASE) is None


def commands(text: str) -> set[str]:
    """Every command name in the tree."""
    called, todo = set(), [PARSER.parse(text.encode()).root_node]
    while todo:
        node = todo.pop()
        if node.type == "command_name":
            called.add(node.text.decode())
        todo += node.children
    return called


def test_only_known_commands_are_called():
    """Every command name is a function of the script or one of a few reading cmdlets."""
    own = set(re.findall(r"^function (\w+)", SCRIPT, re.MULTILINE))
    called = commands(SCRIPT)
    reading = {"Get-Service", "Get-Process", "Get-WmiObject", "Get-WinEvent"}
    assert called - own == {"New-Object", "Sort-Object", "Where-Object"} | reading
    assert {"Section", "Put", "Reg", "Wmi", "Box"} <= called


def test_one_program_is_run_and_only_to_show_the_audit_policy():
    """With these words alone, of the system's own folder, its output read within a time limit."""
    line = r"ProcessStartInfo -ArgumentList \(\[Environment\]::SystemDirectory \+ '\\auditpol\.exe'\), '/get /category:\* /r'$"
    assert len(re.findall(line, CODE, re.MULTILINE)) == 1
    assert len(re.findall(r"\bauditpol\b", CODE, re.IGNORECASE)) == 1
    assert len(re.findall(r"ProcessStartInfo|\]::Start\(|\.exe\b(?!\)\\\|)", CODE)) == 3  # the third is its own name
    assert re.search(r"Box \{ param\(\$from\) \$from\.ReadToEnd\(\) \} \$run\.StandardOutput \d+\b", CODE)
    assert re.search(r"finally \{ if \(-not \$run\.WaitForExit\(\d+\)\) \{ \$run\.Kill\(\) \} \}", CODE)
    assert "UseShellExecute = $false" in CODE


def test_accounts_are_asked_of_this_computer_alone():
    """The dot is the computer itself; no name of a machine or domain stands in a path, and only a built-in SID is named."""
    assert set(re.findall(r"\[ADSI\]['\"]([^'\"]*)['\"]", CODE)) == {"WinNT://.", "WinNT://./$($given[0]),group"}
    assert CODE.count("[ADSI]") == 2
    assert CODE.count(".Translate(") == 1
    assert "'S-1-5-32-544'" in CODE
    assert "LDAP:" not in CODE and "GC:" not in CODE
    assert re.search(r"Win32_(?:UserAccount|Group|GroupUser|NTDomain|LoggedOnUser)\b", CODE) is None


def test_no_secret_is_read():
    """The password of an automatic logon lies beside its switch."""
    assert "AutoAdminLogon" in CODE
    for word in ("DefaultPassword", "AltDefault", "\\SAM\\", "\\SECURITY\\", "Secrets", "CommandLine"):
        assert word not in CODE, word


def test_size_and_encoding():
    assert len(SCRIPT) <= 30 * 1024
    assert SCRIPT.isascii()
    assert "\r" not in compose("windows", "0" * 32).stdin.decode()


def test_the_update_agent_is_asked_in_a_local_audit_only():
    """Over SSH its search is refused by newer Windows; and wherever it is asked, it neither goes out nor installs."""
    assert "Microsoft.Update.Session" not in compose("windows", "0" * 32).stdin.decode()
    script = compose("windows", "0" * 32, local=True).stdin.decode()
    assert script.count("Microsoft.Update.Session") == 1
    assert script.count("Section 'search'") == 1
    assert "@LOCAL@" not in script
    assert script.index("Section 'search'") < script.index("Section 'defender'")
    assert script.index(".Online = $false") < script.index(".Search(")
    assert re.search(r"Box \{$.*^ +\} \$null \d+\)", LOCAL, re.MULTILINE | re.DOTALL)
    assert errors(script) == []
    assert commands(LOCAL) == {"Section", "Box", "New-Object"}
    for pattern in CHANGES:
        if pattern != r"Microsoft\.Update\.Session":
            assert re.search(pattern, LOCAL, re.IGNORECASE) is None
    assert re.search(r"Downloader|Installer|AcceptEula|ServiceManager|AddScanPackage|Install\(", LOCAL, re.IGNORECASE) is None
    assert len(script) <= 32 * 1024


def test_the_event_log_is_read_by_number_and_in_bounds():
    """Messages of events depend on the language; a log may be long."""
    body = SCRIPT[SCRIPT.index("waiting = (Ask") : SCRIPT.index("Section 'firewall'")]
    assert "EventID=4" in body
    assert ".FormatDescription" not in SCRIPT
    assert re.search(r"\$count -lt 50", body)
    assert "ReadEvent([TimeSpan]::FromSeconds(5))" in body
    assert SCRIPT.count("EventLogQuery") == 1


def test_what_gives_nothing_stays_nothing():
    """``return (...)`` of an empty answer may become one row that is null: the functions let their rows pass through instead."""
    for name in ("Ask", "Wmi"):
        body = SCRIPT[SCRIPT.index(f"function {name}(") :].split("\n}\n")[0]
        assert "return" not in body


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


def test_whatever_may_hang_runs_in_a_time_box():
    """Queries, logs, the directory of accounts and the output of a program; Defender has time of its own."""
    box = CODE.index("Get-WmiObject")
    assert CODE[:box].endswith("Box { param($ask) ")
    assert re.search(r"Box \{ param\(\$ask\) Get-WinEvent @ask -MaxEvents 1 \} \$ask \d+\)", CODE)
    assert CODE.count("Get-WinEvent") == 1
    accounts = CODE[CODE.index("Section 'accounts'") : CODE.index("Section 'audit'")]
    assert accounts.index("Box {") < accounts.index("[ADSI]")
    assert re.search(r"\} @\(\$group, \$Zero\) \d+\n\}", accounts)
    body = CODE[CODE.index("function Box") :]
    assert body.index("$Watch.Elapsed.TotalSeconds -gt $Last") < body.index("BeginInvoke")
    assert re.search(r"^\$Last = 200\nSection 'defender'", CODE, re.MULTILINE)
