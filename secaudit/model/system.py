"""Information systems in the legal sense, as agencies and the province declare them."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Document, Flag, Identifier, Line, Whole, Written

Count = Annotated[Whole, Field(ge=0, le=100_000_000)]


class Former(Written):
    """Where a record stood before: agencies merge and split, and what they had moves with its history."""

    agency: Identifier
    until: Day
    """Last day there."""
    document: Line | None = None


class SystemKind(StrEnum):
    """Type of system, Nghị định 331/2026 điều 9."""

    INTERNAL = "internal"
    PUBLIC_SERVICE = "public_service"
    INFRASTRUCTURE = "infrastructure"
    INDUSTRIAL_CONTROL = "industrial_control"
    OTHER = "other"


class Information(StrEnum):
    """Kind of information processed, Nghị định 331/2026 điều 9."""

    PUBLIC = "public"
    PRIVATE = "private"
    PERSONAL = "personal"
    STATE_SECRET = "state_secret"


class Serves(StrEnum):
    """Whom a system serves."""

    AGENCY = "agency"
    AGENCIES_OF_COMMUNE = "agencies_of_commune"
    SECTOR = "sector"
    PROVINCE = "province"
    PROVINCES = "provinces"
    NATION = "nation"
    INTERNATIONAL = "international"


class BasicBand(StrEnum):
    """Data subjects with basic personal data, as a band."""

    UNDER_100000 = "under_100000"
    FROM_100000 = "from_100000"


class SensitiveBand(StrEnum):
    """Data subjects with sensitive personal data, as a band."""

    NONE = "none"
    UNDER_10000 = "under_10000"
    FROM_10000 = "from_10000"


class DataSubjects(Written):
    """People whose data a system holds: a number or a band, and the day it was counted."""

    basic: Annotated[Count | BasicBand | None, Field(union_mode="left_to_right")] = None
    sensitive: Annotated[Count | SensitiveBand | None, Field(union_mode="left_to_right")] = None
    counted_on: Day | None = None
    method: Line | None = None
    """How they were counted."""


Harm = Literal["none", "harm", "serious", "particularly_serious"]


class HarmEstimate(Written):
    """Estimated harm if the system is attacked, Luật 116/2025 điều 8.1."""

    rights: Harm | None = None
    public: Harm | None = None
    order: Harm | None = None
    security: Harm | None = None


class DossierStatus(StrEnum):
    """Where the level dossier stands (Form 08 column 6)."""

    NONE = "none"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    APPRAISED = "appraised"
    APPROVED = "approved"


class Dossier(Written):
    """Hồ sơ đề xuất cấp độ."""

    status: DossierStatus | None = None
    level: Annotated[Whole, Field(ge=1, le=5)] | None = None
    """The level the dossier proposes."""
    submitted_on: Day | None = None
    """Day on which whoever appraises had the whole dossier: time limits run from it."""
    appraiser: Line | None = None
    """Who appraises."""
    appraised_on: Day | None = None
    """Day of the appraisal opinion."""
    decision: Document | None = None
    regulation: Document | None = None
    """Quy chế bảo đảm an ninh mạng."""
    expected_on: Day | None = None


class SecurityPlan(Written):
    """How far the security plan is deployed (Form 08 columns 10 and 11)."""

    status: Literal["none", "partial", "full"] | None = None
    expected_on: Day | None = None


class Infrastructure(StrEnum):
    """What an infrastructure system is (practice.md 5)."""

    LAN = "lan"
    WAN = "wan"
    """Leased lines of the state (TSLCD) included."""
    DATABASE = "database"
    DATA_CENTRE = "data_centre"
    CLOUD = "cloud"
    AUTHENTICATION = "authentication"
    """Digital signatures included."""
    INTEGRATION = "integration"
    """LGSP."""


class Zone(Written):
    """A network zone of a system, as its dossier lists it."""

    name: Line
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    purpose: Line | None = None


Inspection = Literal["before_use", "periodic"]
"""Kinds of inspection Form 08 asks for."""


class System(Written):
    """An information system in the legal sense; a field nobody filled is unknown."""

    id: Identifier
    name: Line
    state_secret: Flag = False
    """Ticked state secret: only name and level are kept."""
    level: Annotated[Whole, Field(ge=1, le=5)] | None = None
    """Only for a system ticked state secret, which is not classified here."""
    owner: Identifier | None = None
    """Owning agency of a shared system; a system in an agency's file belongs to that agency."""
    governed_by: Line | None = None
    """Chủ quản, where it is not the province's own."""
    operator: Line | None = None
    status: Literal["operating", "investing", "stopped"] = "operating"
    kind: SystemKind | None = None
    information: tuple[Information, ...] | None = None
    """Answered means complete: what is not listed is not processed."""
    data_subjects: DataSubjects | None = None
    handles_administrative_procedures: Flag | None = None
    conditional_business: Flag | None = None
    online_service_level: Literal["1", "2", "3", "4", "partial", "full"] | None = None
    internal_accounts: Flag | None = None
    """People sign in to it or it keeps documents of the agency (asked of internal systems)."""
    users_sign_in: Flag | None = None
    """Its users sign in or send something (asked of services for citizens and businesses)."""
    infrastructure: Infrastructure | None = None
    serves: Serves | None = None
    continuous_operation: Flag | None = None
    works_grade: Literal["none", "IV", "III", "II", "I", "special"] | None = None
    works_national_security: Flag | None = None
    harm: HarmEstimate | None = None
    defence_security: Flag | None = None
    national_data_store: Flag | None = None
    international_gateway: Flag | None = None
    risk_level: Literal["not_assessed", "not_higher", "2", "3", "4", "5"] | None = None
    prime_minister_decision: Document | None = None
    """Asked of systems of no other kind."""
    components: tuple[Identifier, ...] = ()
    dossier: Dossier | None = None
    plan: SecurityPlan | None = None
    inspected: tuple[Inspection, ...] | None = None
    """Answered means complete."""
    in_service_since: Day | None = None
    purpose: Line | None = None
    """What it is for, in a sentence (general description of the dossier)."""
    zones: tuple[Zone, ...] = ()
    note: Line | None = None
    formerly: tuple[Former, ...] = ()
    """Agencies it belonged to before, the earliest first."""
