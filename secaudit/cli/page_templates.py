"""Own templates of pages: named with ``report --templates``, begun with ``report --copy-templates``."""

from pathlib import Path

from secaudit.cli.output import write_file
from secaudit.cli.session import Session
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.resources import data_folder

_WORD = "word"
_OF_REPORT = "mot-trang.docx"
"""The Word template of the report; those of official papers are copied by ``secaudit period templates``."""


def page_templates(folder: Path | None) -> Path:
    """The folder to take templates from, ours when nobody named one; UsageError when nothing in it replaces one of ours."""
    shipped = data_folder("report_templates")
    if folder is None:
        return shipped
    if not folder.is_dir():
        raise UsageError(
            msg("there is no such folder of templates"),
            where=clean(str(folder)),
            hint=msg("make one: secaudit report --copy-templates FOLDER"),
        )
    if not any((folder / path.relative_to(shipped)).is_file() for path in shipped.rglob("*") if path.is_file()):
        raise UsageError(
            msg("no file in this folder takes the place of one of our templates"),
            where=clean(str(folder)),
            hint=msg(
                "give files the names they have in ours (docs/report-templates.md): secaudit report --copy-templates FOLDER"
            ),
        )
    _refuse_links(folder)
    return folder


def _refuse_links(folder: Path) -> None:
    """What a link leads to would stand in the report as text: a folder from somebody else could carry any file of ours out."""
    home = folder.resolve()
    away = sorted(path for path in folder.rglob("*") if path.is_symlink() and not path.resolve().is_relative_to(home))
    if away:
        raise UsageError(
            msg("links in the folder of templates lead out of it: {names}", names=", ".join(str(path) for path in away)),
            where=clean(str(folder)),
            hint=msg("put the files themselves in their place"),
        )


def copy_page_templates(session: Session, folder: Path) -> None:
    """Every template of pages into ``folder``; where one lies there already, which is somebody's work, nothing is copied."""
    shipped = data_folder("report_templates")
    found = sorted(path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file() and _is_of_pages(path, shipped))
    if there := [str(path) for path in found if (folder / path).exists()]:
        raise UsageError(
            msg("templates lie in this folder already: {names}", names=", ".join(there)),
            where=clean(str(folder)),
            hint=msg("name another folder, or move them away first"),
        )
    failed, another = msg("the template cannot be written: {reason}"), msg("name another folder, or make room")
    for path in found:
        write_file(folder / path, (shipped / path).read_bytes(), what=failed, hint=another)
    session.say(msg("{count} templates: {path}", count=len(found), path=str(folder.resolve())), style="bold")


def _is_of_pages(path: Path, shipped: Path) -> bool:
    return path.relative_to(shipped).parts[0] != _WORD or path.name == _OF_REPORT
