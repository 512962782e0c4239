"""How a machine's owner lets the audit in with the least rights: account, key, sudo, SSH server, and how to take it back."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from secaudit.errors import ProbeError
from secaudit.messages import Message, msg
from secaudit.probe.privileges import sudoers

System = Literal["linux", "windows"]

_TEMPLATES = {"linux": "linux.sh", "windows": "windows.ps1"}
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,19}")
_KEY_TYPE = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)")
_COMMENT = re.compile(r"[^A-Za-z0-9@._-]+")
_NO_KEY = "ssh-ed25519 PUBLIC-KEY-OF-THE-AUDITOR"
_NO_ADDRESS = "ADDRESS-OF-THE-AUDITOR"
_SPOKEN = re.compile(r"^#(vi|en) ", re.MULTILINE)


def recipe(system: System, language: str, *, user: str, key: str | None = None, sources: Sequence[str] = ()) -> str:
    """A script with explanations in ``language``; ``key`` is the text of a public key file, ``sources`` are networks.

    Without them words stand there that no program takes for a key or an address. Raises ProbeError for anything that could
    make another command of the script.
    """
    if _USER.fullmatch(user) is None:
        raise _refused(
            msg("{name} is no name of an account for this recipe", name=user),
            msg("use at most 20 small letters, digits, - and _; the first must be a letter"),
        )
    networks = [_network(source) for source in sources]
    options = "restrict" + (f',from="{",".join(networks)}"' if networks else "")
    key_line = f"{options} {_NO_KEY if key is None else public_key(key)}"
    parts = {"@USER@": user, "@KEYLINE@": key_line}
    if system == "linux":
        parts["@SUDOERS@"] = sudoers(user)
    else:
        parts["@KEYLINE@"] = f"'{key_line}'"
        parts["@FROM@"] = ", ".join(f"'{one}'" for one in networks or [_NO_ADDRESS])
    return re.sub("|".join(parts), lambda match: parts[match[0]], _template(_TEMPLATES[system], language))


def public_key(text: str) -> str:
    """The one public key of a file as it may stand in a script: type, key and a tame comment."""
    if "PRIVATE KEY" in text:
        raise _refused(
            msg("the file holds a private key"), msg("give the public one, whose name ends in .pub; keep the private one")
        )
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    words = lines[0].split(maxsplit=2) if len(lines) == 1 else []
    if len(words) < 2 or _KEY_TYPE.fullmatch(words[0]) is None or _type_inside(words[1]) != words[0]:
        raise _refused(
            msg("the file holds no single public key of SSH"),
            msg("give a file made by ssh-keygen, with one line: type, key, comment"),
        )
    comment = _COMMENT.sub("-", words[2])[:60] if len(words) == 3 else ""
    return " ".join([*words[:2], comment]).rstrip()


def _type_inside(coded: str) -> str:
    """What the key itself says it is."""
    try:
        raw = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return ""
    length = int.from_bytes(raw[:4])
    return raw[4 : 4 + length].decode("ascii", "replace") if len(raw) > 4 + length else ""


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        raise _refused(
            msg("{text} is no address or network", text=text),
            msg("give it as 10.0.0.5 or 10.0.0.0/8, with the bits behind / at zero"),
        ) from None


def _refused(message: Message, hint: Message) -> ProbeError:
    return ProbeError(message, where="recipe", hint=hint)


@cache
def _template(name: str, language: str) -> str:
    """Without the lines of the other language."""
    text = files("secaudit.probe").joinpath("recipes", name).read_text(encoding="utf-8").replace("\r\n", "\n")
    other = "en" if language == "vi" else "vi"
    kept = [line for line in text.splitlines() if not line.startswith(f"#{other} ")]
    return _SPOKEN.sub("# ", "\n".join(kept) + "\n")
