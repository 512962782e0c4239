"""The closed list of facts and their values.

Every fact is declared here once, with type and meaning: parsers fill them, the catalog lint and the expression compiler
check against them. Records inside lists hold only bool, int, double, string and lists of string; ages are numbers in
named units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Scalar = bool | int | float | str | list[str]
Record = Mapping[str, Scalar]
FactData = bool | int | float | str | Sequence[str] | Sequence[Record]


class ValueType(StrEnum):
    """Type of a fact or of a field of a record."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list<string>"
    RECORDS = "list<record>"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """Declaration of one fact (or other variable an expression may name)."""

    name: str
    type: ValueType
    meaning: str
    fields: Mapping[str, ValueType] = field(default_factory=dict)
    """Fields of the records when ``type`` is RECORDS."""


class MissingReason(StrEnum):
    """Why a fact is not known."""

    ABSENT = "absent"
    """The source does not exist on the machine."""
    DENIED = "denied"
    """The account may not read it."""
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    TRUNCATED = "truncated"
    ERROR = "error"
    NO_WAY_IN = "no_way_in"
    NOT_REACHED = "not_reached"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that was obtained."""

    value: FactData
    section: str
    """Section of the capture it was read from."""
    complete: bool = True
    """False for a record list that was not read to its end: it proves only what it can."""
    missing_fields: Mapping[str, MissingReason] = field(default_factory=dict)
    """For record lists: fields that at least one record lacks -> why."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that was not obtained, and why."""

    reason: MissingReason
    section: str = ""
    detail: str = ""


FactValue = Known | Missing
FactSet = Mapping[str, FactValue]
"""Fact name -> value; a declared fact that does not stand here is Missing(absent)."""

_PRODUCT_FIELDS = MappingProxyType(
    {
        "id": ValueType.STRING,
        "name": ValueType.STRING,
        "kind": ValueType.STRING,
        "running": ValueType.BOOL,
        "realtime": ValueType.BOOL,
        "signature_age_days": ValueType.INT,
        "managed": ValueType.BOOL,
        "source": ValueType.STRING,
    }
)
_ACCOUNT_FIELDS = MappingProxyType(
    {
        "name": ValueType.STRING,
        "uid": ValueType.INT,
        "shell": ValueType.STRING,
        "password": ValueType.STRING,
    }
)
_PROFILE_FIELDS = MappingProxyType({"name": ValueType.STRING, "enabled": ValueType.BOOL})

_B, _I, _D, _S, _L, _R = ValueType

FACTS: Mapping[str, FactSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            FactSpec("probe.privileged", _B, "the probe ran as root or administrator (directly or through sudo -n)"),
            FactSpec("probe.user", _S, "account the probe ran as"),
            FactSpec("machine.name", _S, "host name the machine gives itself"),
            FactSpec("machine.id", _S, "systemd machine-id or Windows MachineGuid"),
            FactSpec("machine.serial", _S, "SMBIOS serial number; junk serials are missing"),
            FactSpec("machine.uuid", _S, "SMBIOS UUID; junk UUIDs are missing"),
            FactSpec("machine.uptime_days", _I, "full days since the last start"),
            FactSpec("os.family", _S, "linux or windows"),
            FactSpec("os.id", _S, "debian, ubuntu, rhel, ... (ID of os-release) or windows, windows-server"),
            FactSpec("os.version", _S, "VERSION_ID of os-release; Windows release such as 10-22h2, 11-24h2, 7-sp1, 2019"),
            FactSpec("os.name", _S, "name for people, as the machine gives it"),
            FactSpec("os.kernel", _S, "running kernel release"),
            FactSpec("os.build", _I, "Windows build number"),
            FactSpec("os.revision", _I, "Windows UBR: revision of the build"),
            FactSpec("os.edition", _S, "Windows EditionID"),
            FactSpec("os.server", _B, "Windows: a server edition"),
            FactSpec(
                "os.support_days_left",
                _I,
                "days until security support ends, negative once it ended; judged at the moment of judging",
            ),
            FactSpec("patch.pending", _I, "updates that the machine's package lists offer and that are not installed"),
            FactSpec("patch.pending_security", _I, "those of them that come from a security source"),
            FactSpec("patch.pending_security_names", _L, "package names of the pending security updates"),
            FactSpec("patch.metadata_age_days", _I, "full days since the package lists were last refreshed"),
            FactSpec("patch.security_source", _B, "a security source stands in the package manager's configuration"),
            FactSpec("patch.reboot_required", _B, "a restart is needed for installed updates to take effect"),
            FactSpec("patch.reboot_reasons", _L, "what asks for the restart"),
            FactSpec("patch.automatic", _B, "automatic installation of security updates is effective"),
            FactSpec("patch.last_installed_age_days", _I, "full days since the newest recorded update was installed"),
            FactSpec(
                "protection.products", _R, "protection products found on the machine, management agents included", _PRODUCT_FIELDS
            ),
            FactSpec("firewall.active", _B, "a host firewall filters incoming traffic (Windows: every profile)"),
            FactSpec("firewall.profiles", _R, "Windows firewall profiles, policy applied", _PROFILE_FIELDS),
            FactSpec("firewall.kind", _S, "ufw, firewalld, nftables, iptables or windows"),
            FactSpec("sshd.installed", _B, "an OpenSSH server is installed"),
            FactSpec("sshd.permit_root_login", _S, "effective PermitRootLogin: yes, no, prohibit-password, forced-commands-only"),
            FactSpec("sshd.password_authentication", _B, "effective PasswordAuthentication"),
            FactSpec("sshd.permit_empty_passwords", _B, "effective PermitEmptyPasswords"),
            FactSpec("sshd.max_auth_tries", _I, "effective MaxAuthTries"),
            FactSpec("accounts.login", _R, "accounts with a usable shell; password is set, locked or empty", _ACCOUNT_FIELDS),
            FactSpec("accounts.uid0", _L, "names of all accounts with user id 0"),
            FactSpec("accounts.empty_password", _L, "names of accounts with an empty password"),
            FactSpec("time.synchronised", _B, "the clock is kept by a time server"),
            FactSpec("time.skew_seconds", _I, "machine clock minus our clock, seconds"),
            FactSpec("logging.active", _B, "a system log service is running"),
            FactSpec("logging.persistent", _B, "logs survive a restart"),
            FactSpec("logging.remote", _B, "logs are also sent to another machine"),
            FactSpec("logging.audit", _B, "the audit service is running"),
            FactSpec("services.insecure", _L, "running services that carry passwords in clear: telnet, rsh, rlogin, ftp, tftp"),
            FactSpec("settings.uac", _B, "Windows: user account control is on"),
            FactSpec("settings.rdp", _B, "Windows: remote desktop is on"),
            FactSpec("settings.rdp_nla", _B, "Windows: remote desktop asks for network level authentication"),
            FactSpec("settings.smb1_server", _B, "Windows: the SMBv1 server is on"),
        )
    }
)

ENDPOINT_VARIABLES: Mapping[str, FactSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            FactSpec("endpoint.kind", _S, "workstation, laptop, server or isolated"),
            FactSpec("endpoint.os", _S, "windows, linux or other, as declared"),
            FactSpec("endpoint.level", _I, "highest level of the systems on it, when determined"),
            FactSpec("endpoint.ownership", _S, "agency or personal"),
        )
    }
)
"""Variables of a check beside the facts; ``param.*`` come from the check itself."""
