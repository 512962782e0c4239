"""Recognises what must never stand in a file or be printed: passwords, tokens, private keys."""

import re
import unicodedata

_WORDS = frozenset(
    {
        "password",
        "passwords",
        "passwd",
        "passwort",
        "passphrase",
        "pass",
        "pwd",
        "pw",
        "psk",
        "secret",
        "secrets",
        "token",
        "tokens",
    }
    | {"credential", "credentials", "matkhau", "mk"}
)
_PARTS = ("password", "passwd", "passphrase", "matkhau", "privatekey", "secretkey", "apikey", "accesskey", "sshkey", "token")
_HARMLESS = frozenset({"state_secret", "state-secret"})
"""Field names of ours that only sound like it: bí mật nhà nước is a kind of information."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_VALUE = re.compile(
    r"begin [a-z0-9 ]{0,40}private key"
    r"|[a-z][a-z0-9+.-]{0,20}://[^\s/@:]{1,200}:[^\s/@]{1,200}@"
    r"|\b(?:password|passwd|pwd|passphrase|mat ?khau|mk)\s{0,3}[:=]\s{0,3}[^\s]"
    r"|\b(?:ghp_|gho_|glpat-|xox[abp]-)[a-z0-9_-]{16}"
    r"|\bakia[a-z0-9]{16}\b",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Whether a field of this name would hold a secret (``password``, ``mật khẩu``, ``apiToken``, ``private_key``)."""
    if name in _HARMLESS:
        return False
    plain = fold(name[:200])
    words = [word.lower() for word in _WORD.findall(plain)]
    joined = "".join(words)
    return not _WORDS.isdisjoint(words) or any(part in joined for part in _PARTS)


def holds_secret(text: str) -> bool:
    """Whether a value is or contains a private key, a URL with a password, a known token, or ``password: ...``."""
    return _VALUE.search(fold(text)) is not None


def fold(text: str) -> str:
    """The text without diacritics, so that ``Mật khẩu`` is found however it was typed; case is kept."""
    if text.isascii():
        return text
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))
