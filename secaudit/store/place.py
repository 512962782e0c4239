"""Where the store lies: a folder and files that only their owner can touch.

What others may write, others may swap: a folder that everybody can write to is refused, and so is a store that is a link or
anything but a regular file. A linked folder is followed (people keep data on another disk); what it points to is looked at.
"""

import os
import stat
import sys
from pathlib import Path

from secaudit.errors import StoreError
from secaudit.messages import clean, msg

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def check_folder(folder: Path, *, creating: bool) -> None:
    """Refuse a folder that is none, or where others could put files of theirs in place of ours.

    With ``creating`` the folder must also belong to the account that runs (or to root); root itself may use any folder.
    Raises StoreError and OSError. Windows keeps such rights in access lists, which a user's own folders have right.
    """
    state = folder.stat()
    where = clean(str(folder))
    if not stat.S_ISDIR(state.st_mode):
        raise StoreError(msg("This is not a folder"), where=where, hint=msg("Name a folder for the store"))
    if sys.platform == "win32":
        return
    if state.st_mode & stat.S_IWOTH:
        raise StoreError(
            msg("Everybody on this computer can write to the folder of the store"),
            where=where,
            hint=msg("Use a folder of your own, or take the right away: chmod o-w"),
        )
    if creating and os.geteuid() != 0 and state.st_uid not in (0, os.geteuid()):
        raise StoreError(
            msg("The folder for a new store belongs to another account"),
            where=where,
            hint=msg("Use a folder of your own, or run secaudit as the account the folder belongs to"),
        )


def make_folder(folder: Path) -> None:
    """Create the folder, closed to others, unless it exists; then look at it. Raises StoreError and OSError."""
    if not folder.exists():
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    check_folder(folder, creating=True)


def check_file(path: Path) -> bool:
    """Whether the file exists; StoreError when it is a link, a folder, a pipe or a device."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(mode):
        raise StoreError(
            msg("The store must be a regular file, not a link, a folder or a device"),
            where=clean(str(path)),
            hint=msg("Name the file itself"),
        )
    return True


def make_file(path: Path) -> None:
    """Create an empty file for its owner alone, unless it exists.

    An existing file is never opened here: closing any handle of a file drops the locks that SQLite holds on it (POSIX).
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    except FileExistsError:
        check_file(path)


def close_to_others(path: Path) -> None:
    """Take rights of others off an existing file of ours; not being allowed to is no error."""
    if sys.platform == "win32":
        return
    state = path.stat()
    if stat.S_IMODE(state.st_mode) & 0o077 and state.st_uid == os.geteuid():
        path.chmod(FILE_MODE)
