"""Answers from files: what a machine once said is said again."""

from collections.abc import Callable
from pathlib import Path

from secaudit.model.outcome import Sight
from secaudit.transport.base import Cut, Reply, Request, Target, TransportFailure

_VERSION = "SSH-2.0-replay"


def as_it_was(stdout: bytes, request: Request) -> bytes:
    """The file's bytes, whatever was asked."""
    del request
    return stdout


class ReplayTransport:
    """Answers each target from ``folder/<host>.out``; a target without a file has no way in."""

    def __init__(
        self,
        folder: Path,
        *,
        adapt: Callable[[bytes, Request], bytes] = as_it_was,
        server_version: str = _VERSION,
    ) -> None:
        """``adapt`` fits the kept bytes to the request, for instance by putting its nonce in."""
        self._folder = folder
        self._adapt = adapt
        self._version = server_version

    def execute(self, target: Target, request_for: Callable[[str], Request], *, deadline: float, max_bytes: int) -> Reply:
        """See :class:`secaudit.transport.base.Transport`."""
        del deadline
        name = target.host.replace(":", "_")
        if not name or name.startswith(".") or any(sign in name for sign in "/\\\0"):
            raise TransportFailure(Sight.NO_WAY_IN, "this host cannot name a file")
        try:
            kept = (self._folder / f"{name}.out").read_bytes()
        except FileNotFoundError as error:
            raise TransportFailure(Sight.NO_WAY_IN, "no answer is kept for this host") from error
        stdout = self._adapt(kept, request_for(self._version))
        cut = Cut.BYTES if len(stdout) > max_bytes else None
        return Reply(stdout[:max_bytes], "", 0, self._version, None, len(stdout), cut)

    def abandon(self) -> None:
        """Nothing is ever under way for long."""
