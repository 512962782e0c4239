"""Logging in to one machine: keys, then the password, each offer recorded and counted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import paramiko
from paramiko.ssh_exception import PartialAuthentication

from secaudit.model.outcome import OfferResult, Sight
from secaudit.model.secret import Secret
from secaudit.transport.base import Target, TransportFailure
from secaudit.transport.login import PasswordLogin
from secaudit.transport.offers import REFUSALS, Offers, Proof

KEYS_TRIED = 5
"""OpenSSH closes the connection after six attempts."""
BROKEN = (paramiko.SSHException, EOFError, OSError)
"""What the library raises when a connection breaks or is refused something."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that can sign."""

    signer: paramiko.PKey
    fingerprint: str
    """Of the public half, as OpenSSH prints it."""

    def __str__(self) -> str:
        """Type and fingerprint."""
        return f"key {self.signer.get_name()} {self.fingerprint}"


@dataclass(frozen=True, slots=True)
class Wallet:
    """Loaded credentials."""

    keys: tuple[Key, ...] = ()
    password: Secret | None = None

    def left(self, account: str, offers: Offers) -> "Wallet":
        """Without what was refused too often in this run."""
        keys = tuple(key for key in self.keys if not offers.spent(account, key.fingerprint))
        password = self.password if self.password is not None and not offers.spent(account, self.password) else None
        return Wallet(keys, password)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to offer."""
        return not self.keys and self.password is None

    def words(self) -> str:
        """What it holds, without a secret."""
        return ", ".join([*(str(key) for key in self.keys[:KEYS_TRIED]), *(["the password"] if self.password else [])])


def spent_words(wallet: Wallet, account: str) -> str:
    """Why nothing of ``wallet`` is offered any more."""
    return (
        f"no login was tried: all that may be offered for {account} was refused {REFUSALS} times in a row"
        f" in this run and is not offered any more: {wallet.words()}"
    )


class Link(Protocol):
    """The connection a login happens on."""

    @property
    def transport(self) -> paramiko.Transport:
        """The library's side of it."""
        ...

    def wait(self, event: threading.Event) -> None:
        """Until the event, the end of the connection, or the deadline (TransportFailure)."""
        ...

    def left(self) -> float:
        """Seconds to the deadline."""
        ...

    def failure(self, sight: Sight, detail: str) -> TransportFailure:
        """The failure to report."""
        ...


class Login:
    """One login to a server whose host key was confirmed."""

    def __init__(self, link: Link, target: Target, offers: Offers, reason_of: Callable[[BaseException | None], str]) -> None:
        """Nothing is offered yet."""
        self._link = link
        self._target = target
        self._offers = offers
        self._reason_of = reason_of

    def run(self, wallet: Wallet) -> None:
        """Offer what is left of ``wallet``; TransportFailure when nothing opens."""
        left = wallet.left(self._target.user, self._offers)
        if left.empty and not wallet.empty:
            raise self._link.failure(Sight.AUTH, spent_words(wallet, self._target.user))
        refused: list[str] = []
        for key in left.keys[:KEYS_TRIED]:
            if self._offers.spent(self._target.user, key.fingerprint):
                continue  # since this login began
            error = self._offer_key(key)
            if error is None:
                return
            refused.append(str(key))
            if isinstance(error, paramiko.BadAuthenticationType):
                break
        if left.password is not None and not self._offers.spent(self._target.user, left.password):
            if self._offer_password(left.password):
                return
            refused.append("password")
        offered = (
            ", ".join(refused) if refused else "nothing, no key or password was given" if wallet.empty else "nothing any more"
        )
        raise self._link.failure(Sight.AUTH, f"login as {self._target.user} was refused; offered: {offered}")

    def _offer_key(self, key: Key) -> Exception | None:
        with self._noted("publickey", key.fingerprint) as told:
            told.append(self._attempt(partial(self._link.transport.auth_publickey, self._target.user, key.signer)))
        return told[0]

    def _offer_password(self, password: Secret) -> bool:
        user, login = self._target.user, PasswordLogin(self._link.transport, password.reveal)
        with self._noted("password", password, login) as told:
            told.append(self._attempt(partial(login.offer, user), login))
        error = told[0]
        if isinstance(error, paramiko.BadAuthenticationType) and "keyboard-interactive" in error.allowed_types:
            with self._noted("keyboard-interactive", password, login) as told:
                told.append(self._attempt(partial(login.offer_as_answer, user), login))
            error = told[0]
        return error is None

    def _attempt(self, send: Callable[[threading.Event], object], login: PasswordLogin | None = None) -> Exception | None:
        """None when the login succeeded, else why not; TransportFailure when the server went away or was left."""
        transport = self._link.transport
        done = threading.Event()
        try:
            send(done)
            self._link.wait(done)
        except BROKEN as error:
            if transport.is_active():
                raise self._link.failure(Sight.AUTH, f"the login could not be tried: {self._reason_of(error)}") from error
        if self._let_in():
            return None  # also when the server left right afterwards: what fails next is the session
        reason = transport.get_exception()  # saved by the library's thread, if any
        if not transport.is_active():
            if login is not None and login.complaint is not None:
                raise self._link.failure(Sight.AUTH, login.complaint)
            if reason is not None and not isinstance(reason, EOFError | OSError):
                raise self._link.failure(Sight.AUTH, f"the login broke off: {self._reason_of(reason)}")
            raise self._link.failure(Sight.AUTH, "the server closed the connection instead of answering the login")
        return reason or paramiko.AuthenticationException("refused")

    def _let_in(self) -> bool:
        handler = self._link.transport.auth_handler
        return handler is not None and handler.is_authenticated()

    @contextmanager
    def _noted(self, method: str, proof: Proof, login: PasswordLogin | None = None) -> Iterator[list[Exception | None]]:
        """Record the offer made in the block, however it ends; the block leaves its result in the list."""
        told: list[Exception | None] = []
        try:
            yield told
        except TransportFailure as failure:
            # A server that hangs up on a password may have counted it against the account; hanging up on a key is no answer,
            # and a login that was broken off here, at a question for something else, says nothing about the password.
            hung_up = login is not None and login.complaint is None and failure.sight is Sight.AUTH
            self._offers.note(self._target, method, proof, OfferResult.NO_ANSWER, refusal=hung_up)
            raise
        except BaseException:
            self._offers.note(self._target, method, proof, OfferResult.NO_ANSWER)
            raise
        self._offers.note(self._target, method, proof, _result(told[0]))


def _result(error: Exception | None) -> OfferResult:
    if error is None:
        return OfferResult.ACCEPTED
    if isinstance(error, PartialAuthentication):
        return OfferResult.PARTIAL
    return OfferResult.UNSUPPORTED if isinstance(error, paramiko.BadAuthenticationType) else OfferResult.REFUSED
