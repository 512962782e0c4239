"""Recognises what must never stand in a file or be printed: passwords, tokens, private keys."""

import re
import unicodedata
from functools import lru_cache

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
    r"|\b(?:(?:password|passwd|pwd|passphrase|mat ?khau)\s{0,3}|mk)[:=]\s{0,3}[^\s]"
    r"|\b(?:ghp_|gho_|glpat-|xox[abp]-)[a-z0-9_-]{16}"
    r"|\bakia[a-z0-9]{16}\b"
)
_TRIGGERS = ("private key", "://", "passw", "pwd", "passphrase", "khau", "mk:", "mk=", "ghp_", "gho_", "glpat-", "xox", "akia")
"""One of these is in every text that the pattern finds: plain searches first, ten times as fast."""
_MARKS = re.compile("[\u0300-\u036f]+")
_KEYS_REMEMBERED = 4096


@lru_cache(maxsize=_KEYS_REMEMBERED)
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
    plain = fold(text).lower()
    return any(trigger in plain for trigger in _TRIGGERS) and _VALUE.search(plain) is not None


def secrets_in(data: object) -> list[tuple[str | int, ...]]:
    """Places of all secrets in a file's data: fields with such a name and a value, and values that contain one."""
    found: list[tuple[str | int, ...]] = []
    keys: dict[str, bool] = {}
    texts: list[str] = []
    _walk(data, keys, texts)
    if any(keys.values()) or holds_secret("\n".join(texts)):
        _places(data, (), keys, found)
    return found


def _walk(data: object, keys: dict[str, bool], texts: list[str]) -> None:
    """Collect key names (each judged once) and texts, so that a file without secrets costs one search."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            for key in value:
                if key not in keys:
                    keys[key] = looks_secret(key)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _places(data: object, loc: tuple[str | int, ...], keys: dict[str, bool], found: list[tuple[str | int, ...]]) -> None:
    """Recursion is bounded by the depth limit of the reader."""
    if isinstance(data, str):
        if holds_secret(data):
            found.append(loc)
    elif isinstance(data, dict):
        for key, value in data.items():
            if keys[key] and value is not None:
                found.append((*loc, key))
            else:
                _places(value, (*loc, key), keys, found)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            _places(value, (*loc, index), keys, found)


def fold(text: str) -> str:
    """The text without diacritics, so that ``Mật khẩu`` is found however it was typed; case is kept."""
    if text.isascii():
        return text
    plain = text.replace("đ", "d").replace("Đ", "D")
    return _MARKS.sub("", unicodedata.normalize("NFD", plain))
