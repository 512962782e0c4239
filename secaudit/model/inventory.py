"""Agencies, systems, endpoints and people: what agencies declare."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Whole, Written
from secaudit.model.indicator import IndicatorFile
from secaudit.model.paper import Attestation, Waiver
from secaudit.model.session import SessionFile
from secaudit.model.system import Count, Former, System

Moving = TypeVar("Moving", "System", "Endpoint")


class Tier(StrEnum):
    """Place of an agency in the administration; the district tier ended on 2025-07-01."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class Contact(Written):
    """Whom to call."""

    name: Line | None = None
    phone: Line | None = None
    email: Line | None = None


class AssetRegister(Written):
    """Number of computers in the agency's asset book: guards against under-declaring."""

    computers: Count
    as_of: Day


class Submission(Written):
    """The agency's inventory was received and accepted; without it the agency has sent nothing."""

    accepted_on: Day
    """Day of the newest acceptance."""
    document: Line | None = None
    first_accepted_on: Day | None = None
    """Day of the first acceptance where there were several: from then on the agency has sent something."""

    @property
    def sent_on(self) -> date:
        """The first day on which the agency had sent its inventory."""
        return self.accepted_on if self.first_accepted_on is None else min(self.first_accepted_on, self.accepted_on)


class Agency(Written):
    """A unit of the administration."""

    id: Identifier
    name: Line
    tier: Tier
    sector: Literal["government", "party", "front", "education", "health", "enterprise", "other"] = "government"
    valid_from: Day | None = None
    valid_until: Day | None = None
    """Last day the agency existed; its records stay as history."""
    successors: tuple[Identifier, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    contact: Contact | None = None
    asset_register: AssetRegister | None = None
    machines_in_use: Count | None = None
    """As the agency counts them itself ("số máy đang dùng"), isolated ones included; guards against lists that forget some."""
    submission: Submission | None = None

    def has_sent(self, day: date) -> bool:
        """Whether the agency's inventory was accepted by ``day``."""
        return self.submission is not None and self.submission.sent_on <= day

    def exists_on(self, day: date) -> bool:
        """Whether the agency existed on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


class People(Written):
    """Head counts, with the papers that prove them."""

    heads: Count | None = None
    heads_briefed: Count | None = None
    staff: Count | None = None
    staff_briefed: Count | None = None
    staff_trained: Count | None = None
    as_of: Day | None = None
    evidence: tuple[Line, ...] = ()


class EndpointKind(StrEnum):
    """Kind of machine; ``isolated`` is counted and never probed."""

    WORKSTATION = "workstation"
    LAPTOP = "laptop"
    SERVER = "server"
    ISOLATED = "isolated"


class Access(Written):
    """The way in; secrets never stand here."""

    via: Identifier | None = None
    """Endpoint id of a jump host; empty means directly."""
    port: Annotated[Whole, Field(ge=1, le=65535)] = 22
    user: Line | None = None
    host_key_alias: Line | None = None


class Endpoint(Written):
    """One machine."""

    id: Identifier
    os: Literal["windows", "linux", "other"] | None = None
    kind: EndpointKind
    place: Line | None = None
    purpose: Line | None = None
    """What the machine is for, as a dossier's list of devices asks."""
    hostname: Annotated[Line, Field(max_length=253)] | None = None
    """The name the machine gives itself, where it is not its id: by it consoles and collectors know it."""
    asset_tag: Line | None = None
    """Number on the label the agency's asset book gives it."""
    serial: Line | None = None
    uuid: Line | None = None
    address: Annotated[Line, Field(max_length=253)] | None = None
    """IP address or DNS name; unique only per way in."""
    access: Access | None = None
    systems: tuple[Identifier, ...] = ()
    status: Literal["in_use", "retired"] = "in_use"
    ownership: Literal["agency", "personal"] = "agency"
    lab: Flag = False
    """Stands for no real machine: the sample province's replayed answers. Marked wherever it is shown."""
    formerly: tuple[Former, ...] = ()
    """Agencies it belonged to before, the earliest first."""


class AgencyFile(Written):
    """The file one agency fills."""

    agency: Agency
    people: People | None = None
    uses: tuple[Identifier, ...] = ()
    """Shared systems the agency uses, declared once in ``province.yaml``."""
    systems: tuple[System, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()


class Interpretation(Written):
    """A reading of an ambiguous clause that the province fixed (practice.md 6)."""

    id: Identifier
    """The reading's id in the rule set, ``commune-network``."""
    reading: Identifier
    """The choice taken."""
    document: Line | None = None
    date: Day | None = None
    signer: Line | None = None


class Province(Written):
    """What the province fills."""

    id: Identifier
    name: Line
    owner: Line
    """Default owner (chủ quản) of the systems."""
    designated_unit: Line | None = None
    """Đơn vị chuyên trách về an ninh mạng."""


class Organisation(Written):
    """An office as official papers name it (Form 08, 2a and 2b)."""

    name: Line
    functions: Line | None = None
    """Document that lays down its functions, duties and powers."""
    representative: Line | None = None
    """Head of the office."""
    title: Line | None = None
    """The head's position."""
    address: Line | None = None
    phone: Line | None = None
    email: Line | None = None


class Owner(Organisation):
    """Chủ quản hệ thống thông tin: the province's own, and every other one that systems name in ``governed_by``."""

    designated: Organisation | None = None
    """Its đơn vị chuyên trách về an ninh mạng."""


class Letterhead(Written):
    """How the province's official papers are headed and signed; what is left out stays blank for the clerk."""

    parent: Line | None = None
    """Superior office, above the issuing one; none for a provincial people's committee."""
    place: Line | None = None
    """Place name before the date."""
    symbol: Line | None = None
    """Abbreviation of the issuing office: ``UBND``, ``SKHCN``."""
    drafting_unit: Line | None = None
    """Abbreviation after it in letters, and in the archive line."""
    addressee: Line | None = None
    """Kính gửi, of Form 08."""
    authority: Line | None = None
    """Before the signature: ``TM. ỦY BAN NHÂN DÂN``."""
    signer_title: Line | None = None
    """``CHỦ TỊCH``."""
    signer_name: Line | None = None
    recipients: tuple[Line, ...] = ()


class Settings(Written):
    """Readings of the annual report that the province fixes."""

    drafting_counts_as_built: Flag = False
    """Whether a dossier that is still being drafted counts as built in Form 08."""
    signature_block: Flag = False
    """Form 08 has none; with it the block is added and marked as outside the form."""


class Defaults(Written):
    """Used where an endpoint says nothing."""

    access: Access = Access()


class ProvinceFile(Written):
    """``province.yaml``."""

    province: Province
    agencies: tuple[Identifier, ...] = ()
    """Every agency that must have a file; when it is given, a lost file is an error and not a smaller province."""
    defaults: Defaults = Defaults()
    shared_systems: tuple[System, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    owners: tuple[Owner, ...] = ()
    """What official papers say of each owner, found by its name; ``province.owner`` is one of them."""
    letterhead: Letterhead = Letterhead()
    annual_report: Settings = Settings()


@dataclass(frozen=True)
class Inventory:
    """Everything declared: the denominator of every figure."""

    province: ProvinceFile
    agencies: tuple[AgencyFile, ...]
    """In the order of their file names."""
    digest: str = ""
    """SHA-256 over the files read, hexadecimal."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Agency id -> file it was read from; ``province`` -> province.yaml; ``sessions/ID`` -> file of a session."""
    sessions: tuple[SessionFile, ...] = ()
    """Register of awareness and training, by file name."""
    attestations: tuple[Attestation, ...] = ()
    """What people state with a document, by file name and place."""
    waivers: tuple[Waiver, ...] = ()
    """Exceptions that somebody approved for a time, by file name and place."""
    indicators: tuple[IndicatorFile, ...] = ()
    """Figures that agencies declare for plans, by file name."""

    @cached_property
    def agency_of_endpoint(self) -> Mapping[str, AgencyFile]:
        """Endpoint id -> the agency that declares it."""
        return {endpoint.id: agency for agency in self.agencies for endpoint in agency.endpoints}

    @cached_property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Endpoint id -> endpoint."""
        return {endpoint.id: endpoint for agency in self.agencies for endpoint in agency.endpoints}

    @cached_property
    def systems(self) -> Mapping[str, System]:
        """System id -> system, shared ones first; a shared system stands here once."""
        found = {system.id: system for system in self.province.shared_systems}
        found.update({system.id: system for agency in self.agencies for system in agency.systems})
        return found

    @cached_property
    def owner_of_system(self) -> Mapping[str, str]:
        """System id -> id of the owning agency."""
        owners = {system.id: system.owner or "" for system in self.province.shared_systems}
        owners.update({system.id: agency.agency.id for agency in self.agencies for system in agency.systems})
        return owners

    def on(self, day: date) -> "Inventory":
        """The tree of a day: what moved later stands where it stood then.

        Agencies keep their files; which of them existed then :meth:`Agency.exists_on` says.
        """
        places = {file.agency.id: index for index, file in enumerate(self.agencies)}
        systems: list[list[System]] = [[] for _ in self.agencies]
        endpoints: list[list[Endpoint]] = [[] for _ in self.agencies]
        moved = False
        for index, file in enumerate(self.agencies):
            for system in file.systems:
                then, place = _then(system, day, places, index)
                moved |= then is not system
                systems[place].append(then)
            for endpoint in file.endpoints:
                was, place = _then(endpoint, day, places, index)
                moved |= was is not endpoint
                endpoints[place].append(was)
        shared = tuple(_owned_then(system, day) for system in self.province.shared_systems)
        if not moved and shared == self.province.shared_systems:
            return self
        parts = zip(self.agencies, systems, endpoints, strict=True)
        files = tuple(
            file.model_copy(update={"systems": tuple(own), "endpoints": tuple(machines)}) for file, own, machines in parts
        )
        return replace(self, province=self.province.model_copy(update={"shared_systems": shared}), agencies=files)

    def access_of(self, endpoint: Endpoint) -> Access:
        """The endpoint's own access or the province's default."""
        return endpoint.access or self.province.defaults.access


def _then(record: Moving, day: date, places: Mapping[str, int], present: int) -> tuple[Moving, int]:
    """A record as it was on ``day``, and the place of the agency it stood in."""
    for index, former in enumerate(record.formerly):
        if day <= former.until and former.agency in places:
            return record.model_copy(update={"formerly": record.formerly[:index]}), places[former.agency]
    return record, present


def _owned_then(system: System, day: date) -> System:
    """A shared system with its owner of ``day``."""
    for index, former in enumerate(system.formerly):
        if day <= former.until:
            return system.model_copy(update={"owner": former.agency, "formerly": system.formerly[:index]})
    return system
