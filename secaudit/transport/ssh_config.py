"""The operator's ``~/.ssh/config``, read without ever running anything and without ever weakening host keys.

Written here because the SSH library's reader runs the command of ``Match exec``, asks the network for names, does not know
``Include`` and names no line. Honoured: Host and Match (all, host, originalhost, user) with HostName, Port, User, IdentityFile,
IdentitiesOnly, HostKeyAlias, ProxyJump, IdentityAgent none, Include. What would run a program or decide about host keys is
ignored and reported with its line, as is everything else that would change how a machine is reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from secaudit.errors import DataError, Problem
from secaudit.messages import msg
from secaudit.transport.ssh_config_reader import Reader
from secaudit.transport.ssh_config_words import YES, Block, Entry, Hop, Place, expanded, filled, hop


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration says about one host."""

    host: str | None = None
    port: int | None = None
    user: str | None = None
    identities: tuple[tuple[Path, Place], ...] = ()
    identities_only: bool = False
    key_alias: str | None = None
    agent: bool = True
    jumps: tuple[Hop, ...] = ()
    """In the order they are passed; empty although ``jumps_at`` is known when they make no sense."""
    jumps_at: Place | None = None
    command_at: Place | None = None
    """A ProxyCommand, which is never run."""


@dataclass(frozen=True)
class SshConfig:
    """A configuration that was read; a snapshot that threads may share."""

    problems: tuple[Problem, ...] = ()
    """What is not honoured."""
    _blocks: tuple[Block, ...] = ()
    _home: Path = field(default_factory=Path)
    _local_user: str = ""

    @classmethod
    def read(cls, path: Path, *, home: Path, local_user: str, needed: bool = False) -> "SshConfig":
        """Read the file and what it includes; a missing one is empty unless it is ``needed``.

        UsageError for a file that others may have written, DataError (all places at once) for settings that cannot be understood.
        """
        reader = Reader(home)
        reader.file(path, (), 0, needed=needed)
        if reader.faults:
            raise DataError(reader.faults, msg("{count} line(s) of the SSH configuration are wrong", count=len(reader.faults)))
        return cls(tuple(reader.problems), tuple(reader.blocks), home, local_user)

    def lookup(self, host: str, user: str | None = None) -> Settings:
        """What holds for ``host`` as it was typed; ``user`` is the account when it is known already."""
        if not self._blocks:
            return Settings()
        first: dict[str, Entry] = {}
        identities: list[Entry] = []
        for block in self._blocks:
            named = first.get("hostname")
            now = filled(named.value, {"h": host}) if named else host
            account = user or (first["user"].value if "user" in first else None)
            if all(condition.holds(host, now, account) for condition in block.conditions):
                for entry in block.entries:
                    if entry.keyword == "identityfile":
                        identities.append(entry)
                    else:
                        first.setdefault(_SLOTS.get(entry.keyword, entry.keyword), entry)
        return self._settings(host, user, first, identities)

    def _settings(self, host: str, user: str | None, first: Mapping[str, Entry], identities: Sequence[Entry]) -> Settings:
        def text(keyword: str) -> str | None:
            return first[keyword].value if keyword in first else None

        named = text("hostname")
        name = filled(named, {"h": host}) if named else None
        account, port = user or text("user"), text("port")
        signs = {"d": str(self._home), "h": name or host, "n": host, "p": port or "22", "r": account or "", "u": self._local_user}
        proxy = first.get("proxy")
        jumping = proxy is not None and proxy.keyword == "proxyjump" and proxy.value.lower() != "none"
        command = proxy is not None and proxy.keyword == "proxycommand" and proxy.value.lower() != "none"
        files = {expanded(filled(e.value, signs), self._home): e.place for e in identities if e.value.lower() != "none"}
        return Settings(
            host=name,
            port=int(port) if port else None,
            user=text("user"),
            identities=tuple(files.items()),
            identities_only=(text("identitiesonly") or "no").lower() in YES,
            key_alias=text("hostkeyalias"),
            agent=(text("identityagent") or "").lower() != "none",
            jumps=_hops(filled(proxy.value, signs)) if proxy and jumping else (),
            jumps_at=proxy.place if proxy and jumping else None,
            command_at=proxy.place if proxy and command else None,
        )


def _hops(text: str) -> tuple[Hop, ...]:
    """All of them, or none where what was filled in makes one senseless: half a way is another way."""
    found = [hop(part) for part in text.split(",")]
    return () if None in found else tuple(one for one in found if one is not None)


_SLOTS: Mapping[str, str] = MappingProxyType({"proxyjump": "proxy", "proxycommand": "proxy"})
"""The first of the two wins, as OpenSSH has it."""
