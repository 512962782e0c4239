"""What the catalog knows of products and releases: needed to understand an answer."""

from typing import Literal

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written


class WindowsTraces(Written):
    """How a product shows itself on Windows; ``*`` is a glob, case does not matter."""

    services: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    wsc_names: tuple[str, ...] = ()


class LinuxTraces(Written):
    """How a product shows itself on Linux."""

    packages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()


class Product(Written):
    """One protection product or management agent."""

    id: Identifier
    vendor: Line
    name: Line
    country: Line | None = None
    kind: Literal["av", "edr", "management", "hids", "other"]
    status: Literal["confirmed", "partial", "unconfirmed"]
    """How much of the record has a source."""
    on_demand: Flag = False
    """Scans only when started by hand: never real-time protection."""
    windows: WindowsTraces = WindowsTraces()
    linux: LinuxTraces = LinuxTraces()
    sources: tuple[Line, ...] = ()


class Release(Written):
    """One release of an operating system and when its security support ends."""

    os: Identifier
    """debian, ubuntu, windows, windows-server."""
    version: Line
    """As in the fact os.version."""
    name: Line
    build: Whole | None = None
    """Windows build number."""
    editions: tuple[str, ...] = ()
    """Windows EditionIDs the row is for; empty means all others of the build."""
    ends: Day
    """Last day of free security support."""
    extended_ends: Day | None = None
    """Last day of paid or community extended support."""
    extended_is_free: Flag = False
    """The extended support costs nothing and needs no registration (Debian LTS): it then counts as support."""


class LifecycleTable(Written):
    """Releases of one family, as of a day."""

    id: Identifier
    title: Texts
    as_of: Day
    source: Line
    releases: tuple[Release, ...]


class Knowledge(Written):
    """Everything the fact parsers look up."""

    products: tuple[Product, ...] = ()
    lifecycle: tuple[LifecycleTable, ...] = ()
