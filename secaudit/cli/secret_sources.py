"""Where secrets come from: the prompt, a file descriptor, the keyring of the system. Never argv, environment or a file."""

import getpass
import importlib.util
import os
import stat
from typing import Any

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.secret import Secret

_LONGEST = 4096
"""Bytes of a password or passphrase."""


def prompt_secret(prompt: str) -> Secret:
    """What is typed at the terminal, unseen."""
    return Secret(getpass.getpass(prompt))


def descriptor_secret(number: int, option: str) -> Secret:
    """Everything that comes through an inherited descriptor, up to its first line end; it is read once and closed.

    A regular file is refused: a secret in a file in clear is what this way is there to avoid.
    """
    try:
        if stat.S_ISREG(os.fstat(number).st_mode):
            raise UsageError(
                msg("this descriptor is a file: a secret in a file in clear can be read by others"),
                where=option,
                hint=msg("give the reading end of a pipe, from a program that keeps secrets"),
            )
        data = _read_to_end(number)
        os.close(number)
    except OSError as error:
        raise UsageError(
            msg("nothing can be read from descriptor {number}: {reason}", number=number, reason=error.strerror or "error"),
            where=option,
            hint=msg("open it for the command: secaudit ... {option} 3 3< <(program)", option=option),
        ) from None
    text = data.split(b"\n", 1)[0].removesuffix(b"\r")
    if not text or len(data) > _LONGEST:
        raise UsageError(
            msg("descriptor {number} gave no secret", number=number) if not text else msg("what came is too long for a secret"),
            where=option,
            hint=msg("one line is read from it"),
        )
    try:
        return Secret(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError(msg("the secret is no UTF-8 text"), where=option, hint=msg("one line is read from it")) from None


def _read_to_end(number: int) -> bytes:
    data = b""
    while len(data) <= _LONGEST and (part := os.read(number, _LONGEST)):
        data += part
    return data


def keyring_secret(service: str, name: str, where: str) -> Secret:
    """The password that the system's keyring holds; UsageError when there is no keyring, no entry, or it stays locked."""
    if importlib.util.find_spec("keyring") is None:
        raise UsageError(
            msg("the library that opens the system's keyring is not installed"),
            where=where,
            hint=msg("install it: pip install 'secaudit[keyring]'; or write password: prompt"),
        )
    library: Any = importlib.import_module("keyring")
    try:
        found = library.get_password(service, name)
    except Exception as error:  # noqa: BLE001 - each keyring has errors of its own, and their text may quote what it holds
        raise UsageError(
            msg("the keyring does not open: {reason}", reason=type(error).__name__),
            where=where,
            hint=msg("unlock it, or write password: prompt"),
        ) from None
    if not found:
        raise UsageError(
            msg("the keyring has no password for {service}/{name}", service=service, name=name),
            where=where,
            hint=msg("put it there once: keyring set {service} {name}", service=service, name=name),
        )
    return Secret(str(found))
