"""What a Windows machine's SSH server does with a command line, imitated from documentation and users' reports.

An imitation and nothing more: no real Windows was ever asked. It knows the three default shells that administrators set
(cmd.exe, Windows PowerShell, pwsh), the limits and habits of each around one program, ``powershell.exe -EncodedCommand``, and
the conduct of that program when it runs the bootstrap of the probe. It runs no other script and says so.
"""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Flag, Line, Written
from secaudit.probe.compose import PAYLOAD_END, bootstrap

CMD_LIMIT = 8191
"""Characters of a line that cmd.exe takes."""
PROCESS_LIMIT = 32_767
"""Characters of a line with which a program can be started."""
_STDIN_STEP = 1024
_CODECS = {"437": "cp437", "1258": "cp1258", "65001": "utf-8"}
_SPECIAL = {"cmd": frozenset('&|<>^%!()"'), "powershell": frozenset("$;|&(){}'\"`@,<>#"), "pwsh": frozenset("$;|&(){}'\"`@,<>#")}
"""Characters that the shell would act on; the imitation does not know how."""
_SWITCHES = ("nologo", "noprofile", "noninteractive")
_GREETING = "\x1b]0;C:\\Windows\\system32\\cmd.exe\x07Active code page: {page}\r\nChào mừng đến máy của Sở\r\n"
_PROGRESS = (
    '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0">'
    '<MS><PR N="Record"><AV>Preparing modules for first use.</AV></PR></MS></Obj></Objs>'
)
_UNKNOWN = {
    "cmd": "'{name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
    "powershell": "{name} : The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable \r\n"
    "program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.\r\n"
    "At line:1 char:1\r\n    + CategoryInfo          : ObjectNotFound: ({name}:String) [], CommandNotFoundException\r\n",
    "pwsh": "\x1b[31;1m{name}: \x1b[31;1mThe term '{name}' is not recognized as a name of a cmdlet, function, script file, or "
    "executable program.\x1b[0m\r\n",
}
_BLOCKED = "This script contains malicious content and has been blocked by your antivirus software."


class DefaultShell(StrEnum):
    """The value ``DefaultShell`` of the server's settings; cmd.exe where none is set."""

    CMD = "cmd"
    POWERSHELL = "powershell"
    PWSH = "pwsh"


class WindowsHabits(Written):
    """How one Windows machine of the lab is set up."""

    version: Line = "9.5"
    """Of its SSH server."""
    shell: DefaultShell = DefaultShell.CMD
    code_page: Literal["437", "1258", "65001"] = "437"
    greets: Flag = False
    """A window title, the code page and a greeting come before every output, as an AutoRun of the registry makes them."""
    has_powershell: Flag = True
    """False: powershell.exe is not found, as where it was taken away or PATH is broken."""
    language_mode: Literal["FullLanguage", "ConstrainedLanguage", "RestrictedLanguage", "NoLanguage"] = "FullLanguage"
    cuts_stdin: Flag = False
    """Old builds hand over a multiple of 1,024 bytes of stdin only."""
    writes_progress: Flag = False
    """Serialised progress on stderr, although the script asks for none."""
    blocks_script: Flag = False
    """The antivirus product refuses the script."""
    slow_seconds: Annotated[float, Field(ge=0)] = 0
    """Between the start of the script and its first section, as on an old machine that has just been switched on."""


@dataclass(frozen=True, slots=True)
class Said:
    """A part of what the machine says, after a pause."""

    stdout: bytes = b""
    stderr: bytes = b""
    pause: float = 0.0
    status: int | None = None
    """Set in the last part."""


def run(habits: WindowsHabits, command: str, stdin: bytes, answer: Callable[[bytes], bytes | None]) -> Iterator[Said]:
    """What comes back for the exec request ``command``; ``answer`` is what the probe would print for the script it is given."""
    codec = _CODECS[habits.code_page]
    if habits.greets:
        yield Said(_GREETING.format(page=habits.code_page).encode(codec, "replace"))
    script, complaint = _script_of(habits, command)
    if script is None:
        yield Said(stderr=complaint.encode(codec, "replace"), status=1)
        return
    if habits.writes_progress:
        yield Said(stderr=_clixml(_PROGRESS))
    if habits.language_mode != "FullLanguage":
        yield Said(_line(habits, f"##SECAUDIT## language {habits.language_mode}"), status=0)
        return
    kept = len(stdin) // _STDIN_STEP * _STDIN_STEP if habits.cuts_stdin else len(stdin)
    text = stdin[:kept].decode(codec, "replace")
    if not text.rstrip().endswith(PAYLOAD_END):
        yield Said(_line(habits, "##SECAUDIT## truncated"), status=0)
        return
    if habits.blocks_script:
        yield Said(stderr=_clixml(_error(_BLOCKED)), status=1)
        return
    yield from _answered(habits, answer(text.encode("utf-8")))


def _answered(habits: WindowsHabits, stdout: bytes | None) -> Iterator[Said]:
    if stdout is None:
        yield Said(stderr=_clixml(_error("The script is no probe.")), status=1)
        return
    if habits.shell is not DefaultShell.CMD:
        # PowerShell as the login shell passes on what a program writes line by line, with line ends of its own.
        stdout = stdout.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    begun = stdout.find(b"\n", stdout.find(b" start ")) + 1
    yield Said(stdout[:begun])
    yield Said(stdout[begun:], pause=habits.slow_seconds, status=0)


def _script_of(habits: WindowsHabits, command: str) -> tuple[str | None, str]:
    """The script that powershell.exe is to run, or None and the complaint of whoever stops it."""
    shell = habits.shell.value
    if len(command) > (CMD_LIMIT if shell == "cmd" else PROCESS_LIMIT):
        return None, "The command line is too long.\r\n" if shell == "cmd" else "The filename or extension is too long\r\n"
    if strange := sorted(set(command) & _SPECIAL[shell]):
        return None, f"secaudit-lab: this imitation of {shell} does not know what {' '.join(strange)} would do\r\n"
    name, *arguments = command.split() or [""]
    if name.lower() not in ("powershell", "powershell.exe") or not habits.has_powershell:
        return None, _UNKNOWN[shell].format(name=name)
    return _decoded(arguments)


def _decoded(arguments: list[str]) -> tuple[str | None, str]:
    switches = [word.lower().lstrip("-/") for word in arguments[:-2]]
    unknown = [word for word in switches if word not in _SWITCHES]
    if unknown or len(arguments) < 2 or not re.fullmatch(r"[-/](?:encodedcommand|enc|ec|e)", arguments[-2], re.IGNORECASE):
        return None, "secaudit-lab: this imitation of powershell.exe knows only -EncodedCommand\r\n"
    try:
        script = base64.b64decode(arguments[-1], validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None, "Cannot process the command because the value specified with -EncodedCommand is not properly encoded.\r\n"
    if script != bootstrap():
        return None, "secaudit-lab: this imitation of powershell.exe runs no other script than the bootstrap\r\n"
    return script, ""


def _line(habits: WindowsHabits, text: str) -> bytes:
    return f"{text}\r\n".encode(_CODECS[habits.code_page], "replace")


def _error(text: str) -> str:
    return f'<Objs Version="1.1.0.1"><S S="Error">{html.escape(text)}_x000D__x000A_</S></Objs>'


def _clixml(objects: str) -> bytes:
    return f"#< CLIXML\r\n{objects}".encode()
