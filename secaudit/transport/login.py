"""The password's part of a login: it is said once, to the question that asks for it, and to nothing else.

Uses the private name ``AuthHandler._parse_userauth_info_request``: a test pins it.
"""

import re
import threading
from collections.abc import Callable
from typing import Any, cast

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.message import Message as Packet

from secaudit.messages import clean

MOST_FIELDS = 16
"""Of one question; the library would go on reading four thousand million of them from an empty packet."""
MOST_QUESTIONS = 4
"""Of one login; OpenSSH asks once for the password and sends one empty question after it."""
_OTHER_QUESTION = re.compile(
    r"\b(?:new|re-?type|re-?enter|again|confirm|code|otp|token|pin|passcode|verification|one-time|m\u1edbi|m\u00e3)\b",
    re.IGNORECASE,
)
"""Hidden fields that are not for this password: a new one, a one-time code."""


class PasswordLogin(AuthHandler):
    """Offers a password, as such or to the one question of ``keyboard-interactive`` that asks for it.

    Whatever else a server asks ends the connection: an expired password is changed by its owner, never by a program that
    answers questions it does not understand.
    """

    def __init__(self, transport: paramiko.Transport, password: Callable[[], str]) -> None:
        """Takes the place of the connection's handler of logins."""
        cast("Any", super()).__init__(transport)
        cast("Any", transport).auth_handler = self
        self._reveal = password
        self._said = False
        self._questions = 0
        self.complaint: str | None = None
        """Why the login was broken off by us."""

    def offer(self, user: str, done: threading.Event) -> None:
        """The password as such; ``done`` is set when the server has decided."""
        cast("Any", super()).auth_password(user, self._reveal(), done)

    def offer_as_answer(self, user: str, done: threading.Event) -> None:
        """The same to the server's question."""
        cast("Any", super()).auth_interactive(user, self._answer, done)

    def _parse_userauth_info_request(self, m: Packet) -> None:
        if getattr(self, "auth_method", "") != "keyboard-interactive":
            # The same number means "change your password" where a password was offered (RFC 4252 section 8).
            self._break_off("the server demands a new password instead of taking this one")
        for _ in ("title", "instructions", "language"):
            m.get_binary()
        if (count := m.get_int()) > MOST_FIELDS:
            self._break_off(f"the server asks {count} things at once")
        m.rewind()
        cast("Any", super())._parse_userauth_info_request(m)  # noqa: SLF001 - pinned by a test

    def _answer(self, _title: str, _instructions: str, fields: list[tuple[str, bool]]) -> list[str]:
        self._questions += 1
        if self._questions > MOST_QUESTIONS:
            self._break_off("the server asks questions without end")
        if not fields:
            return []
        prompt, shown = fields[0]
        if len(fields) > 1 or shown or self._said or _OTHER_QUESTION.search(prompt):
            asked = clean(" ".join(" ".join(text for text, _ in fields).split()), limit=80)
            self._break_off(f"the server asks for something else than the password: {asked}")
        self._said = True
        return [self._reveal()]

    def _break_off(self, complaint: str) -> None:
        self.complaint = complaint
        raise paramiko.SSHException(complaint)
