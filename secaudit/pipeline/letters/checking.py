"""Whether a slip that came back belongs to figures of this agency: its code is the SHA-256 of what was written down beside it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.pipeline.letters.figures import FORM
from secaudit.pipeline.letters.making import RECORD_FOLDER

_LEAST = 12
_MOST_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """Figures that a slip was printed with."""

    digest: str
    day: str
    plan: str


def code_of(written: str) -> str:
    """A code as people type it from paper: spaces and capitals do not matter. :class:`UsageError` for anything else."""
    code = "".join(written.split()).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_LEAST},64}}", code):
        raise UsageError(
            msg("this is no code of a slip: {text}", text=written[:80]),
            hint=msg("type the code under the slip's title, or the long one at its foot; at least {count} signs", count=_LEAST),
        )
    return code


def recorded(folder: Path, agency: str, code: str) -> Record | None:
    """The figures of ``agency`` with this code among those that were written down; a file that was changed has another one."""
    for path in sorted((folder / RECORD_FOLDER).glob(f"{agency}-*.json")):
        try:
            if path.stat().st_size > _MOST_BYTES:
                continue
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()
            form: Any = orjson.loads(body) if digest.startswith(code) else None
        except (OSError, orjson.JSONDecodeError):
            continue
        if isinstance(form, dict) and form.get("form") == FORM and form.get("agency") == agency:
            return Record(digest, str(form.get("day")), str(form.get("plan")))
    return None
