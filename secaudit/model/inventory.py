"""Agencies, systems, endpoints and people: what agencies declare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Whole, Written
from secaudit.model.session import SessionFile
from secaudit.model.system import Count, Former, System


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
    document: Line | None = None


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
        return self.submission is not None and self.submission.accepted_on <= day

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

    def access_of(self, endpoint: Endpoint) -> Access:
        """The endpoint's own access or the province's default."""
        return endpoint.access or self.province.defaults.access
