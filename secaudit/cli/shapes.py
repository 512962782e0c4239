"""Which shapes a report is written in, and where each of them goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from secaudit.cli.output import require_room, write_file, write_stream
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg
from secaudit.pipeline.outputs import DEFAULT, OUTPUTS, Job, render_of, require_installed, stream_of, write_of

_FAILED = msg("the report cannot be written: {reason}")


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape that was asked for and the file or folder it becomes."""

    name: str
    target: Path


def asked_shapes(to: Sequence[str] | None, out: Path | None, workspace: Path) -> tuple[Shape, ...]:
    """What to write where; UsageError when it cannot be.

    One shape goes to the file or into the folder that was named, several into a folder under their own names; without ``--to``
    the ending of the file decides.
    """
    names = _names(to) if to else (_name_by_ending(out),)
    shapes = (Shape(names[0], _one(names[0], out, workspace)),) if len(names) == 1 else _several(names, out or workspace)
    for shape in shapes:
        _require_place(shape)
        require_room(shape.target, what=_FAILED)
        require_installed(shape.name)
    return shapes


def require_narrowing(shapes: Iterable[Shape]) -> None:
    """UsageError when one of the shapes is always about the whole province."""
    whole = [shape.name for shape in shapes if not OUTPUTS[shape.name].narrows]
    if whole:
        narrow = [name for name, output in OUTPUTS.items() if output.narrows]
        raise UsageError(
            msg("this shape cannot be limited to agencies: {names}", names=", ".join(whole)),
            where="--agency",
            hint=msg("leave --agency out, or choose among: {names}", names=", ".join(narrow)),
        )


def write_shape(job: Job, shape: Shape) -> None:
    """Write one, readable by the owner only; what was there stays until the new one is whole. OutputError, ReportError."""
    output, failed = OUTPUTS[shape.name], _FAILED
    if not output.ending:
        write_of(shape.name)(job, shape.target)
    elif output.streams:
        stream = stream_of(shape.name)
        write_stream(shape.target, lambda file: stream(job, file), what=failed)
    else:
        write_file(shape.target, render_of(shape.name)(job), what=failed)


def shape_by_ending(name: str) -> str | None:
    """The shape whose files end like ``name``; where several do, the one with the longest ending."""
    found = [key for key, output in OUTPUTS.items() if output.ending and name.lower().endswith(output.ending)]
    return max(found, key=lambda key: len(OUTPUTS[key].ending), default=None)


def _names(to: Sequence[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lower() for part in to for name in part.split(",") if name.strip()))
    unknown = [name for name in names if name not in OUTPUTS]
    if unknown or not names:
        raise UsageError(
            msg("there is no shape called {names}", names=clean(", ".join(unknown), limit=200) or "-"),
            where="--to",
            hint=_offer(),
        )
    return names


def _offer() -> Message:
    """All shapes with what they are."""
    lines = "".join(f"\n    {name}: {{{name}}}" for name in OUTPUTS)
    return Message("{head}" + lines, {"head": msg("shapes:"), **{name: output.title for name, output in OUTPUTS.items()}})


def _name_by_ending(out: Path | None) -> str:
    if out is None or out.is_dir() or not out.suffix:
        return DEFAULT
    found = shape_by_ending(out.name)
    if found is None:
        endings = ", ".join(output.ending for output in OUTPUTS.values() if output.ending)
        raise UsageError(
            msg("nothing writes files like {name}", name=clean(out.name, limit=200)),
            where=clean(str(out)),
            hint=msg("endings: {endings}; or name the shape with --to", endings=endings),
        )
    return found


def _one(name: str, out: Path | None, workspace: Path) -> Path:
    output = OUTPUTS[name]
    if out is None:
        return workspace / output.file_name
    if output.ending and (out.is_dir() or not out.suffix):
        return out / output.file_name
    meant = shape_by_ending(out.name)
    if not out.is_dir() and meant is not None and meant != name:
        raise UsageError(
            msg("a file with this ending is no {name}: {file}", name=name, file=clean(out.name, limit=200)),
            where="--out",
            hint=_ending_hint(output.ending, meant),
        )
    return out


def _ending_hint(ending: str, meant: str) -> Message:
    if ending:
        return msg("name a file that ends in {ending}, or a folder; or write --to {meant}", ending=ending, meant=meant)
    return msg("name a folder; or write --to {meant}", meant=meant)


def _several(names: Sequence[str], folder: Path) -> tuple[Shape, ...]:
    if folder.is_file() or (not folder.is_dir() and shape_by_ending(folder.name) is not None):
        raise UsageError(
            msg("several shapes do not fit into one file: {names}", names=", ".join(names)),
            where=clean(str(folder)),
            hint=msg("name a folder with --out; they get the names {files}", files=", ".join(_file_names(names))),
        )
    return tuple(Shape(name, folder / OUTPUTS[name].file_name) for name in names)


def _file_names(names: Iterable[str]) -> list[str]:
    return [OUTPUTS[name].file_name for name in names]


def _require_place(shape: Shape) -> None:
    """A folder is no file and a file no folder."""
    if OUTPUTS[shape.name].ending:
        if shape.target.is_dir():
            raise UsageError(
                msg("there is a folder where the file is to be written"),
                where=clean(str(shape.target)),
                hint=msg("name another file with --out, or move the folder away"),
            )
    elif shape.target.exists() and not shape.target.is_dir():
        raise UsageError(
            msg("there is a file where the folder is to be written"),
            where=clean(str(shape.target)),
            hint=msg("name another folder with --out, or move the file away"),
        )
