"""The collector that is handed out where SSH does not reach: one file for Windows, one for Linux, around the same probe."""

import base64
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from secaudit.errors import ProbeError
from secaudit.messages import msg
from secaudit.model.secret import Secret
from secaudit.probe.compose import PAYLOAD_END, compose

PEM_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_PEM = re.compile(rf"{PEM_BEGIN}\n([A-Za-z0-9+/=\n]{{200,20000}}?)\n-----END CERTIFICATE-----\n?")
_PLACES = {
    "agency": re.compile(r"[a-z0-9][a-z0-9._-]{0,63}"),
    "period": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])"),
    "courier": re.compile(r"[0-9a-f]{16}"),
    "token": re.compile(r"[0-9a-f]{64}"),
}
_MARK = "@NONCE@"
_SHOWN = "0" * 32
_END_OF_PROBE = "\n[Environment]::Exit(0)\n"
"""Last words of the Windows probe over SSH; here the answer is still to be sealed when it is through."""
_PART = "#SECAUDIT-PART"
_BLOCK_BYTES = 64
"""Block size of SHA-256, for the two key blocks of RFC 2104."""
COMMAND_LIMIT: Final = 8191
"""Characters of a command line that cmd.exe takes."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """What runs on a machine of the agency."""

    windows: bytes
    """A ``.cmd``: ASCII, CRLF."""
    posix: bytes
    """For ``sh``: UTF-8, LF."""


def courier_scripts(
    agency: str, period: str, courier: str, token: Secret, certificate: str, *, each: bool, wait: bool
) -> Scripts:
    """Both scripts for one agency and period.

    ``certificate`` is the province's, as PEM. ``each``: every machine writes a file of its own, for a share that nobody but its
    owner may read; ``wait``: the window of a double click stays open until somebody has read it. Raises ProbeError for anything
    that could be another command of a script.
    """
    given = {"agency": agency, "period": period, "courier": courier, "token": token.reveal()}
    found = _PEM.fullmatch(certificate)
    if found is None or any(_PLACES[name].fullmatch(value) is None for name, value in given.items()):
        raise ProbeError(
            msg("a collector cannot be made of this agency, period, token or certificate"),
            where="courier_scripts",
            hint=msg("the certificate must be one block of PEM, the others of the forms in docs/courier-format.md"),
        )
    places = {f"@{name.upper()}@": value for name, value in given.items()} | {
        "@EACH@": "yes" if each else "no",
        "@WAIT@": "yes" if wait else "no",
    }
    return Scripts(_windows(places | {"@CERTIFICATE@": found[1]}), _posix(places | {"@CERTIFICATE@": certificate.strip()}))


def courier_bootstrap() -> str:
    """The one PowerShell command of the ``.cmd``, the same in every collector; it reads the file it stands in."""
    return _part("bootstrap.ps1").strip()


def _windows(places: dict[str, str]) -> bytes:
    request = compose("windows", _SHOWN).stdin.decode("ascii")
    probe = request.removesuffix(f"{PAYLOAD_END}\n")
    if not probe.endswith(_END_OF_PROBE) or probe.count(_SHOWN) != 1:
        raise AssertionError("windows.ps1 does not end as the collector expects")
    probe = probe.removesuffix(_END_OF_PROBE).replace(_SHOWN, _MARK) + "\n"
    batch = _filled(_part("collect.cmd"), places | {"@BOOTSTRAP@": courier_bootstrap()})
    code = _filled(_part("collect.ps1"), places)
    text = f"{batch.rstrip()}\n\n{_PART}\n{code}{_PART}\n{probe}{PAYLOAD_END}\n"
    return text.replace("\n", "\r\n").encode("ascii")


def _posix(places: dict[str, str]) -> bytes:
    probe = compose("posix", _SHOWN).stdin.decode("ascii")
    if probe.count(_SHOWN) != 1 or _MARK in probe:
        raise AssertionError("posix.sh does not carry its number once")
    key = places["@TOKEN@"].encode("ascii").ljust(_BLOCK_BYTES, b"\0")
    blocks = {
        "@INNER@": _wrapped(bytes(byte ^ 0x36 for byte in key)),
        "@OUTER@": _wrapped(bytes(byte ^ 0x5C for byte in key)),
        "@PROBE@": probe.rstrip().replace(_SHOWN, _MARK),
    }
    return _filled(_part("collect.sh"), places | blocks).encode("utf-8")


def _wrapped(data: bytes) -> str:
    """Base64 in lines that every openssl reads."""
    text = base64.b64encode(data).decode("ascii")
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))


def _filled(template: str, places: dict[str, str]) -> str:
    """Every place filled once over; what is filled in is not looked at again."""
    return re.sub("|".join(map(re.escape, places)), lambda match: places[match[0]], template)


@cache
def _part(name: str) -> str:
    return files("secaudit.probe").joinpath("collector", name).read_text(encoding="utf-8").replace("\r\n", "\n")
