"""Summaries of agency files kept between two looks at the status page, by digest of the file.

Nothing but that page relies on it. It is ignored when it is of another version, damaged, open to others, or not what this program
writes; deleting it costs nothing but the time of reading every file again.
"""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from secaudit.inventory.summary import Summary, summary_version

CACHE_FILE: Final = "inventory-status.json"
_LARGEST: Final = 32 << 20
_MOST: Final = 10_000


def read_cache(path: Path) -> dict[str, Summary]:
    """Digest of a file -> what it said; empty when there is nothing that can be used."""
    data = _read(path)
    if not isinstance(data, dict) or data.get("version") != summary_version():
        return {}
    files = data.get("files")
    if not isinstance(files, dict) or len(files) > _MOST:
        return {}
    try:
        return {digest: Summary.model_validate(one) for digest, one in files.items()}
    except (ValidationError, RecursionError):
        return {}


def _read(path: Path) -> object:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
                return None
            if os.name == "posix" and (about.st_mode & 0o022 or about.st_uid != os.geteuid()):
                return None
            return orjson.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def write_cache(path: Path, summaries: Mapping[str, Summary]) -> bool:
    """Keep the summaries, whole or not at all; False when it cannot be done, which is no misfortune."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    files = {digest: one.model_dump(mode="json", exclude_defaults=True) for digest, one in summaries.items()}
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(orjson.dumps({"version": summary_version(), "files": files}))
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError:
        return False
    return True
