"""What the catalog knows of products and releases: needed to understand an answer."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month written YYYY-MM: such texts sort by time."""
Kb = Annotated[str, StringConstraints(pattern=r"^KB[0-9]{6,8}$")]
"""Number of an update package of Microsoft."""


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


Run = Literal["running", "stopped"]
WscState = Literal["on", "off", "snoozed", "expired"]


class WindowsCase(Written):
    """Traces on a workstation that has these and nothing else; case does not matter."""

    services: dict[Line, Run] = Field(default_factory=dict)
    processes: tuple[Line, ...] = ()
    wsc: dict[Line, WscState] = Field(default_factory=dict)
    """Display name in Windows Security Center -> its state."""


class LinuxCase(Written):
    """Traces on a Linux machine that has these and nothing else."""

    packages: tuple[Line, ...] = ()
    units: dict[Line, Run] = Field(default_factory=dict)
    processes: tuple[Line, ...] = ()


class ProductCase(Written):
    """Proof beside a product: traces in, what is made of them out."""

    windows: WindowsCase | None = None
    linux: LinuxCase | None = None
    found: Literal["running", "installed", "unclear", "nothing"]
    """The product runs; is installed and does not run; may or may not be there or run; is certainly not there."""
    note: Line | None = None


class Product(Written):
    """One protection product or management agent."""

    id: Identifier
    vendor: Line
    name: Line
    country: Line | None = None
    kind: Literal["av", "edr", "management", "hids", "other"]
    status: Literal["confirmed", "partial", "unconfirmed"]
    """How much of the record has a source; what is found by an unconfirmed one is shown and proves nothing."""
    on_demand: Flag = False
    """Scans only when started by hand: never real-time protection."""
    windows: WindowsTraces = WindowsTraces()
    linux: LinuxTraces = LinuxTraces()
    sources: tuple[Line, ...] = ()
    cases: tuple[ProductCase, ...] = ()


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
    source: Line | None = None
    """Where this row comes from, when not from the source of its table."""


class LifecycleTable(Written):
    """Releases of one family, as of a day."""

    id: Identifier
    title: Texts
    as_of: Day
    source: Line
    releases: tuple[Release, ...]


class Update(Written):
    """One published update of one Windows build."""

    os: Literal["windows", "windows-server"]
    """A client and a server of the same build may be updated in different numbers."""
    build: Whole
    month: Month
    """The monthly release it belongs to."""
    date: Day
    """Day of publication."""
    kind: Literal["security", "hotpatch", "preview", "out-of-band"]
    """Only ``security``, the release of Patch Tuesday, is owed by a machine; ``hotpatch`` is the same release for machines that
    take it without a restart; the others only say where a machine stands."""
    revision: Annotated[Whole, Field(ge=0)]
    """UBR of a machine that runs it."""
    kb: Kb | None = None
    """None where no public source names the package."""
    source: Line | None = None
    """Where this row comes from, when not from the source of its table."""


class UpdateTable(Written):
    """Monthly releases of Windows by build and revision, as of a day."""

    id: Identifier
    title: Texts
    as_of: Day
    source: Line
    grace_days: Annotated[Whole, Field(ge=0, le=90)] = 14
    """Days an agency has after each monthly release before a machine without it is behind."""
    hotpatched: tuple[Whole, ...] = ()
    """Builds that may be patched without a restart: revisions between two releases need not mean that one is missing."""
    updates: tuple[Update, ...]


class Knowledge(Written):
    """Everything the fact parsers look up."""

    products: tuple[Product, ...] = ()
    lifecycle: tuple[LifecycleTable, ...] = ()
    updates: tuple[UpdateTable, ...] = ()
