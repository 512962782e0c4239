"""What is sent to a machine: one constant command and, on its standard input, one script."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from secaudit.errors import ProbeError
from secaudit.messages import msg

Platform = Literal["posix", "windows"]

POSIX_COMMAND = "exec sh -s"
"""Works in every login shell; the script comes on standard input."""
PAYLOAD_END = "#SECAUDIT-PAYLOAD-END"
"""Last line of the Windows script; without it the bootstrap runs nothing."""
_LOCAL = "#@LOCAL@\n"
"""Where the Windows script takes the questions of a local audit: before the provider that may hang."""
_NONCE = re.compile(r"[0-9a-f]{32}")
_SHOWN_NONCE = "0" * 32


@dataclass(frozen=True, slots=True)
class Request:
    """One request to one machine."""

    command: str
    """For the SSH exec request."""
    stdin: bytes
    """Delivered whole, then closed."""


def new_nonce() -> str:
    """A number for one machine and one run: 128 random bits, hexadecimal."""
    return secrets.token_hex(16)


def compose(platform: Platform, nonce: str, *, sudo: bool = False, local: bool = False) -> Request:
    """The request for ``platform``; with ``sudo`` the script may ask what root alone is told through ``sudo -n``.

    ``local`` adds what only a machine that asks itself may ask: the search of the Windows update agent.
    Raises ProbeError when ``nonce`` is not 32 hexadecimal digits: it is written into the script.
    """
    if _NONCE.fullmatch(nonce) is None:
        raise ProbeError(
            msg("the number that marks the answer must have 32 hexadecimal digits"),
            where="compose",
            hint=msg("take it from new_nonce()"),
        )
    if platform == "windows":
        return Request(windows_command(), _windows_script(nonce, local=local).encode("ascii"))
    return Request(POSIX_COMMAND, _posix_script(nonce, sudo=sudo).encode("ascii"))


def show(platform: Platform, *, sudo: bool = False, local: bool = False) -> str:
    """Exactly what would be sent, for reading; the nonce is shown as zeros."""
    request = compose(platform, _SHOWN_NONCE, sudo=sudo, local=local)
    lines = ["# command", request.command, ""]
    if platform == "windows":
        lines += ["# the command, decoded; SHA-256 of the command " + bootstrap_digest(), bootstrap(), ""]
    return "\n".join([*lines, "# standard input", request.stdin.decode("ascii")])


def platform_for(os: str | None, server_version: str) -> Platform:
    """Which script a machine gets: its SSH banner decides when it names a system, else what the inventory declares."""
    banner = server_version.lower()
    if "windows" in banner:
        return "windows"
    if any(word in banner for word in ("debian", "ubuntu", "freebsd", "raspbian", "dropbear")):
        return "posix"
    return "windows" if os == "windows" else "posix"


def bootstrap() -> str:
    """The PowerShell that reads the script from standard input, refuses a cut one, and runs it."""
    return _read("bootstrap.ps1").strip()


def bootstrap_digest() -> str:
    """SHA-256 of the whole command line for Windows: what a monitoring centre may allow (docs/allow-list.md)."""
    return hashlib.sha256(windows_command().encode("ascii")).hexdigest()


@cache
def windows_command() -> str:
    """The constant command for Windows; has no character that cmd, PowerShell or a POSIX shell would treat specially."""
    encoded = base64.b64encode(bootstrap().encode("utf-16-le")).decode("ascii")
    return f"powershell.exe -NoLogo -NoProfile -NonInteractive -EncodedCommand {encoded}"


def _posix_script(nonce: str, *, sudo: bool) -> str:
    return _read("posix.sh").replace("@NONCE@", nonce, 1).replace("@SUDO@", "yes" if sudo else "no", 1)


def _windows_script(nonce: str, *, local: bool) -> str:
    extra = _read("windows-local.ps1").rstrip() + "\n" if local else ""
    return _read("windows.ps1").rstrip().replace("@NONCE@", nonce, 1).replace(_LOCAL, extra, 1) + f"\n{PAYLOAD_END}\n"


@cache
def _read(name: str) -> str:
    """A script of this package; line ends are ours even when a checkout has changed them."""
    return files("secaudit.probe").joinpath(name).read_text(encoding="ascii").replace("\r\n", "\n")
