"""What every way of carrying a request to a machine has in common."""

import base64
import binascii
import hashlib
import html
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from secaudit.messages import clean
from secaudit.model.outcome import Sight
from secaudit.transport.credentials import Credentials

DETAIL_LIMIT = 500
"""Characters of a failure's detail; hostile servers choose parts of it."""
DIAGNOSTICS_LIMIT = 4000
"""Characters of stderr kept as diagnostics."""
VERSION_LIMIT = 255
"""Characters of a server's identification, RFC 4253 section 4.2."""

_CLIXML = re.compile(r"#< CLIXML.*?(?:</Objs>|\Z)", re.DOTALL)
_CLIXML_ERROR = re.compile(r'<S S="Error">([^<]*)')
_CLIXML_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def canonical_host(name: str) -> str:
    """One spelling for one name of known_hosts: lower case, no dot at the end, IP addresses in their usual form.

    ``May-01.Xa.VN.`` and ``may-01.xa.vn``, ``::0001`` and ``::1`` are the same machine to every resolver, so a key that was
    enrolled under one is found under the other. ``[host]:port`` keeps its port.
    """
    host, port = name.lower(), ""
    if host.startswith("["):
        host, bracket, port = host[1:].rpartition("]")
        if not bracket:
            return name.lower()
    try:
        address = ipaddress.ip_address(host)
        host = str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        host = host.removesuffix(".")
    return f"[{host}]{port}" if name.startswith("[") else host


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes and as whom."""

    host: str
    """IP address or DNS name."""
    port: int
    user: str
    key_alias: str | None = None
    """Name under which the host key is enrolled, when it is not the address."""
    name: str = ""
    """Id of the machine: an endpoint's, or a jump host's."""
    jump: "Target | None" = None
    """The jump host that the connection goes through; None is the direct way."""
    credentials: Credentials | None = None
    """What may be offered there; None is what the transport was made with."""

    @property
    def known_as(self) -> str:
        """The name to look up among host keys: alias, ``host`` or ``[host]:port`` as OpenSSH writes it.

        Behind a jump host the jump host's name stands before it (``jump-a/192.168.1.10``): the same private address behind
        two jump hosts is two machines, and one must never be taken for the other.
        """
        if self.key_alias:
            return canonical_host(self.key_alias)
        host = canonical_host(self.host)
        here = host if self.port == 22 else f"[{host}]:{self.port}"
        return here if self.jump is None else f"{self.jump.label.lower()}/{here}"

    @property
    def label(self) -> str:
        """The machine in messages and limits: its id, or the name of its host key."""
        return self.name or self.known_as

    @property
    def via(self) -> str | None:
        """Label of the jump host that carries the connection; limits for one jump host go by it."""
        return self.jump.label if self.jump is not None else None


class Request(Protocol):
    """What is to run: a command line and what it reads on stdin."""

    @property
    def command(self) -> str:
        """The command line."""
        ...

    @property
    def stdin(self) -> bytes:
        """Written to the command, then closed."""
        ...


class HostKey(NamedTuple):
    """A server's public key."""

    type: str
    """``ssh-ed25519``, ``ecdsa-sha2-nistp256``, ``ssh-rsa`` ..."""
    base64: str
    """The key blob, as in a known_hosts line."""
    fingerprint: str
    """``SHA256:...`` as OpenSSH prints it."""

    @classmethod
    def of_blob(cls, blob: bytes) -> "HostKey":
        """The key in an SSH key blob; ValueError when it is not one."""
        size = int.from_bytes(blob[:4], "big")
        name = blob[4 : 4 + size]
        if not 0 < size <= 64 or len(name) != size or len(blob) <= 4 + size:
            raise ValueError("not an SSH key blob")
        digest = base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")
        return cls(name.decode("ascii"), base64.b64encode(blob).decode("ascii"), f"SHA256:{digest}")

    @classmethod
    def of_text(cls, type_: str, text: str) -> "HostKey":
        """The key written as in a known_hosts line; ValueError when type and blob do not belong together."""
        try:
            key = cls.of_blob(base64.b64decode(text, validate=True))
        except binascii.Error as error:
            raise ValueError("not base64") from error
        if key.type != type_:
            raise ValueError(f"the key is of type {clean(key.type)}")
        return key


class Cut(StrEnum):
    """Why an answer stopped before the machine said it was finished."""

    DEADLINE = "deadline"
    BYTES = "bytes"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; whether it is an answer is for the reader of ``stdout`` to say."""

    stdout: bytes
    stderr: str
    """Bounded, sanitised, without PowerShell's serialised progress: diagnostics only."""
    exit_status: int | None
    """None when the server named none."""
    server_version: str
    """The server's identification, sanitised."""
    host_key: str | None
    """SHA256 fingerprint of the confirmed host key."""
    received: int
    """Bytes read from the wire for this machine, everything included."""
    cut: Cut | None = None


class TransportFailure(Exception):  # noqa: N818 - an outcome of the outside world, not a mistake
    """The machine could not be asked; ``sight`` says in which way. Never leaves ``collect``."""

    def __init__(self, sight: Sight, detail: str, *, host_key: str | None = None, server_version: str | None = None) -> None:
        """``detail`` is English, shown to people and kept; it is sanitised here and must hold no secret."""
        self.sight = sight
        self.detail = clean(detail, limit=DETAIL_LIMIT)
        self.host_key = host_key
        self.server_version = server_version
        super().__init__(f"{sight}: {self.detail}")


class WayFull(TransportFailure):
    """Something between here and the machine, such as a jump host, has no room now; says nothing about the machine.

    A run comes back to the machine later without counting a try. Only where the way stays full is this kept as its outcome.
    """

    def __init__(self, detail: str) -> None:
        """``detail`` names what is full."""
        super().__init__(Sight.NO_ROUTE, detail)


class Abandoned(Exception):  # noqa: N818 - the user's wish, not a mistake
    """The request was given up because the run was stopped; says nothing about the machine."""


class Transport(Protocol):
    """Carries one request to one machine."""

    def execute(self, target: Target, request_for: Callable[[str], Request], *, deadline: float, max_bytes: int) -> Reply:
        """Run the request made for the server's identification.

        ``deadline`` is absolute (``time.monotonic``) and holds in every phase; stdout and stderr together may have
        ``max_bytes``. Raises TransportFailure with the class of the failure, or Abandoned.
        """
        ...

    def abandon(self) -> None:
        """Give up every request under way, quickly; called from any thread when a run is stopped."""
        ...


def diagnostics(stderr: bytes) -> str:
    """Stderr made fit to keep: text, harmless, bounded; of the CLIXML that Windows PowerShell writes there only the errors."""
    text = _CLIXML.sub(_errors_of, stderr.decode("utf-8", "replace"))
    return clean(text.replace("\r\n", "\n").strip(), limit=DIAGNOSTICS_LIMIT)


def _errors_of(block: "re.Match[str]") -> str:
    """The error texts of one block: never parsed as XML, because any server may write one."""
    said = "".join(_CLIXML_ERROR.findall(block[0]))
    return html.unescape(_CLIXML_CODE.sub(lambda code: chr(int(code[1], 16)), said))
