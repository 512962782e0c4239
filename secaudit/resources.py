"""Finds the data that comes with the program, installed from a wheel or lying in a checkout."""

import gettext
from importlib.resources import files
from pathlib import Path

from secaudit.messages import Translator

LANGUAGES = ("vi", "en")
_PACKAGE = Path(str(files("secaudit")))
_CHECKOUT = _PACKAGE.parent


def data_folder(name: str) -> Path:
    """Folder ``checks`` or ``report_templates``: inside the wheel, else beside the package in a checkout."""
    return _PACKAGE / "_data" / name if packaged(name) else _CHECKOUT / name


def packaged(name: str) -> bool:
    """Whether :func:`data_folder` lies inside an installed program, where an update replaces whatever somebody wrote."""
    return (_PACKAGE / "_data" / name).is_dir()


def own_folder(folder: Path) -> None:
    """Make a folder with everything above it that is missing, each for its owner only; raises OSError.

    ``Path.mkdir(parents=True, mode=...)`` would leave those above it open to everybody.
    """
    for one in (*reversed(folder.parents), folder):
        if not one.is_dir():
            one.mkdir(mode=0o700, exist_ok=True)


def locale_folder() -> Path:
    """Folder of the gettext catalogs."""
    return _PACKAGE / "locale"


def translator(language: str) -> Translator:
    """Texts in ``language``; an unknown language speaks English."""
    chosen = language if language in LANGUAGES else "en"
    catalog = gettext.translation("secaudit", locale_folder(), languages=[chosen], fallback=True)
    return Translator(catalog, chosen)
