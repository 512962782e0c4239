"""A practice range on loopback: this machine behind a real OpenSSH server, lab endpoints on other addresses."""

import getpass
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from secaudit.errors import SecauditError
from secaudit.lab.keys import fresh_key, private_folder
from secaudit.lab.process import LabProcess
from secaudit.lab.sshd import Sshd
from secaudit.messages import Message
from secaudit.model.inventory import Inventory
from secaudit.transport import HostKey, HostKeys

THIS_MACHINE = "may-kiem-tra"
"""Endpoint of the sample province that stands for the machine the demo runs on."""


@dataclass(frozen=True)
class Practice:
    """What is running while the block lasts."""

    client_key: Path
    """Private key that every machine of the range lets in."""
    host_keys: HostKeys
    """Enrolled from the range's own files, never from the network."""
    lab_machines: int
    this_machine: bool
    """The real OpenSSH server is running."""
    missing: tuple[Message, ...]
    """What could not be started, and how to get it."""


@contextmanager
def practice_range(inventory: Inventory, lab_map: Path, workspace: Path, known_hosts: Path) -> Iterator[Practice]:
    """Start everything, enrol its host keys in ``known_hosts``, and end it with the block.

    Without OpenSSH's server the range goes on without this machine and says so; a lab that cannot start is an error.
    """
    private_folder(workspace)
    missing: list[Message] = []
    known: list[tuple[str, HostKey]] = []
    with ExitStack() as stack:
        client_key = workspace / "range" / "client_key"
        server = _start_server(stack, inventory, workspace / "range" / "sshd", missing)
        if server is not None:
            client_key, client = server.client_key, server.client
            known += server.known_hosts()
        else:
            client = fresh_key(client_key)
        lab = stack.enter_context(LabProcess(lab_map, workspace / "range" / "lab", [client]))
        known += lab.known_hosts()
        host_keys = HostKeys.read(known_hosts).add_all(known, who=getpass.getuser(), at=datetime.now(UTC), replace=True)
        yield Practice(client_key, host_keys, len(lab.map.machines), server is not None, tuple(missing))


def _start_server(stack: ExitStack, inventory: Inventory, folder: Path, missing: list[Message]) -> Sshd | None:
    endpoint = inventory.endpoints.get(THIS_MACHINE)
    if endpoint is None or endpoint.address is None:
        return None
    try:
        return stack.enter_context(Sshd([endpoint.address], inventory.access_of(endpoint).port, folder))
    except SecauditError as error:
        missing += [error.message, *([error.hint] if error.hint else [])]
        return None
