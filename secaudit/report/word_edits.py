"""Whether somebody worked on a paper after it was written: what an officer typed into a draft is nowhere else."""

import zipfile
import zlib
from pathlib import Path

_CORE = "docProps/core.xml"
_MOST = 1 << 20


def is_edited(path: Path) -> bool:
    """Whether the document at ``path`` was saved by another program since; one that cannot be read is taken for edited.

    Papers are written without the day they were changed; Word, LibreOffice and all others put it there.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_CORE) as part:
            raw = part.read(_MOST + 1)
    except (OSError, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return path.is_file()
    return len(raw) > _MOST or b"modified" in raw.lower()
