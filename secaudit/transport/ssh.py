"""SSH to many machines: credentials loaded once, one watchdog for all connections of a run, one connection per jump host.

With its neighbours in this folder the only importer of paramiko besides the lab.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from secaudit.errors import Problem
from secaudit.model.outcome import Offer, Sight
from secaudit.transport.base import HostKey, Reply, Request, Target, TransportFailure
from secaudit.transport.conversation import GREETING_BYTES, OVERHEAD_BYTES, Conversation
from secaudit.transport.credentials import Credentials
from secaudit.transport.forwarded import JumpTransport
from secaudit.transport.host_keys import HostKeys
from secaudit.transport.jump import LIFETIME, UNMEASURED, Jumps
from secaudit.transport.offering import Wallet, spent_words
from secaudit.transport.offers import Offers
from secaudit.transport.outbox import Outbox
from secaudit.transport.wallet import Wallets
from secaudit.transport.wire import (
    Dialer,
    Resolver,
    Socket,
    Watchdog,
    Wire,
    connect,
    resolve,
    system_dialer,
    system_resolver,
)


class SshTransport:
    """Carries requests over SSH; shared by all threads of a run."""

    def __init__(
        self,
        credentials: Credentials,
        host_keys: HostKeys,
        *,
        connect_seconds: float = 10.0,
        resolver: Resolver = system_resolver,
        dialer: Dialer = system_dialer,
        offers: Offers | None = None,
    ) -> None:
        """Keys are loaded here, once; UsageError names a key that cannot be used.

        ``credentials`` are for targets that have none of their own.
        """
        self._wallets = Wallets()
        self._wallets.of(credentials)
        self._credentials = credentials
        self._host_keys = host_keys
        self._connect_seconds = connect_seconds
        self._resolver = resolver
        self._dialer = dialer
        self._watchdog = Watchdog()
        self._offers = offers or Offers()
        self._jumps = Jumps(self._open_jump)

    def prepare(self, credentials: Iterable[Credentials]) -> tuple[Problem, ...]:
        """Load what targets bring along, before any machine is asked.

        UsageError names a key that cannot be used; optional keys that are left out are returned as problems.
        """
        for one in credentials:
            self._wallets.of(one)
        return self._wallets.problems()

    def offers(self) -> tuple[Offer, ...]:
        """Credentials offered since the last call: to machines, and to jump hosts on the way to them."""
        return self._offers.taken()

    def execute(self, target: Target, request_for: Callable[[str], Request], *, deadline: float, max_bytes: int) -> Reply:
        """See :class:`secaudit.transport.base.Transport`."""
        wallet = self._wallet_of(target)
        with self._conversation(target, deadline, max_bytes) as talk:
            talk.greet()
            talk.confirm_host(self._host_keys)
            talk.log_in(wallet, self._offers)
            return talk.ask(request_for(talk.version), max_bytes)

    def scan_host_key(self, target: Target, deadline: float) -> HostKey:
        """The key the server offers, for enrolment; nothing is offered to the server."""
        with self._conversation(target, deadline, 0) as talk:
            talk.greet()
            return talk.host_key()

    def abandon(self) -> None:
        """Give up everything under way; requests that come later raise Abandoned."""
        self._watchdog.abandon()

    def close(self) -> None:
        """Close connections to jump hosts, let the agent go; nothing may be under way any more."""
        self._jumps.close()
        self._wallets.close()

    def _wallet_of(self, target: Target, *, for_jump: bool = False) -> Wallet:
        """What ``target`` may be offered; where all of it was refused too often, the machine is not even connected to."""
        wallet = self._wallets.of(target.credentials or self._credentials)
        if for_jump and target.credentials is None:
            wallet = Wallet(wallet.keys)  # a password for the machines is none for the jump host before them
        if not wallet.empty and wallet.left(target.user, self._offers).empty:
            raise TransportFailure(Sight.AUTH, spent_words(wallet, target.user))
        return wallet

    def _dial(self, target: Target, deadline: float, allowance: int) -> Socket:
        if target.jump is not None:
            return self._jumps.channel(target, deadline, seconds=self._connect_seconds, allowance=allowance)
        addresses = resolve(target.host, target.port, self._resolver, deadline)
        return connect(addresses, self._dialer, seconds=self._connect_seconds, deadline=deadline)

    @contextlib.contextmanager
    def _conversation(self, target: Target, deadline: float, max_bytes: int) -> Iterator[Conversation]:
        allowance = GREETING_BYTES + 2 * OVERHEAD_BYTES + max_bytes + max_bytes // 8
        wire = Wire(self._dial(target, deadline, allowance), GREETING_BYTES)
        try:
            with self._watchdog.over(wire, deadline):
                talk = Conversation(target, wire, deadline, self._host_keys.types_of(target.known_as))
                try:
                    yield talk
                finally:
                    talk.close()
        finally:
            wire.close()

    @contextlib.contextmanager
    def _open_jump(self, jump: Target, deadline: float) -> Iterator[tuple[JumpTransport, Outbox]]:
        """A connection to a jump host, logged in by ``deadline``; it lives as long as the block."""
        wallet = self._wallet_of(jump, for_jump=True)
        wire = Outbox(self._dial(jump, deadline, UNMEASURED), GREETING_BYTES)
        try:
            with self._watchdog.over(wire, LIFETIME):
                talk = Conversation(jump, wire, deadline, self._host_keys.types_of(jump.known_as), JumpTransport)
                try:
                    with self._watchdog.over(wire, deadline):
                        talk.greet()
                        talk.confirm_host(self._host_keys)
                        talk.log_in(wallet, self._offers)
                    yield cast("JumpTransport", talk.transport), wire
                finally:
                    talk.close()
        finally:
            wire.close()


def scan_host_key(target: Target, deadline: float) -> HostKey:
    """The key that ``target`` offers now; TransportFailure when none came by ``deadline`` (``time.monotonic``)."""
    return SshTransport(Credentials(), HostKeys()).scan_host_key(target, deadline)
