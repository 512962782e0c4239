"""The closed list of facts and their values.

Every fact is declared here once, with type and meaning: parsers fill them, the catalog lint and the expression compiler
check against them. Records inside lists hold only bool, int, double, string and lists of string; ages are numbers in
named units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from secaudit.model.record import (
    ACCOUNT_FIELDS,
    AUDIT_FIELDS,
    LISTENING_FIELDS,
    NEIGHBOUR_FIELDS,
    PRODUCT_FIELDS,
    PROFILE_FIELDS,
    VOLUME_FIELDS,
)
from secaudit.model.record import ValueType as ValueType  # noqa: PLC0414 - one door for those who use facts

Scalar = bool | int | float | str | list[str]
Record = Mapping[str, Scalar]
FactData = bool | int | float | str | Sequence[str] | Sequence[Record]


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
    QUARANTINED = "quarantined"
    """The machine may not be the declared one: its host key changed, or another machine answers at its address."""
    DOUBLED = "doubled"
    """One machine answered for several declared ones; it proves one at most."""


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
            FactSpec(
                "machine.identifiable", _B, "the firmware holds a serial number or a UUID of the machine's own, not a filler"
            ),
            FactSpec("machine.vendor", _S, "manufacturer as the firmware names it"),
            FactSpec("machine.model", _S, "model as the firmware names it"),
            FactSpec("machine.memory_mb", _I, "memory, MiB"),
            FactSpec(
                "machine.mac",
                _L,
                "hardware addresses of network cards, lower case with colons; loopback and virtual cards left out",
            ),
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
            FactSpec("os.installation", _S, "Windows InstallationType: client, server, server core"),
            FactSpec(
                "os.extended_support",
                _B,
                "extended support that has to be bought or registered (ESU, ESM, LTSS, ELS) is active on this machine",
            ),
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
            FactSpec("patch.manager", _S, "package manager: apt, dnf, yum, zypper, apk"),
            FactSpec("patch.held", _L, "packages held back from updates by hand"),
            FactSpec(
                "patch.phased",
                _L,
                "packages whose update the distribution is still rolling out in phases; not counted as pending",
            ),
            FactSpec("patch.extended_only", _I, "security updates that are offered only with extended support and not installed"),
            FactSpec("patch.kernel_current", _B, "the running kernel is the newest installed one"),
            FactSpec("patch.restart_waiting_days", _I, "full days for which a needed restart has been waiting"),
            FactSpec(
                "patch.central_source",
                _B,
                "updates come from an update server of the organisation, not from the vendor's public servers",
            ),
            FactSpec("patch.update_policy", _S, "Windows: automatic, download, notify, manual or disabled"),
            FactSpec("patch.hotfixes", _L, "Windows: KB numbers recorded as installed; parts of Windows only"),
            FactSpec(
                "patch.search_pending", _I, "Windows: updates the update agent's own cache offers; asked in a local audit only"
            ),
            FactSpec(
                "patch.level",
                _S,
                "Windows: month (YYYY-MM) of the newest monthly release the build contains; judged at the moment of judging",
            ),
            FactSpec(
                "patch.releases_behind",
                _I,
                "Windows: monthly releases past the grace window that the build lacks; judged at the moment of judging",
            ),
            FactSpec(
                "patch.due",
                _S,
                "Windows: month and KB of the newest release past the grace window; judged at the moment of judging",
            ),
            FactSpec(
                "protection.products", _R, "protection products found on the machine, management agents included", PRODUCT_FIELDS
            ),
            FactSpec("soc.siem", _B, "the machine's events reach the SIEM of the monitoring unit, as that unit says"),
            FactSpec(
                "soc.shared",
                _B,
                "its data reaches the province's or the national cybersecurity centre, as the monitoring unit says",
            ),
            FactSpec("firewall.active", _B, "a host firewall filters incoming traffic (Windows: every profile)"),
            FactSpec("firewall.profiles", _R, "Windows firewall profiles, policy applied", PROFILE_FIELDS),
            FactSpec("firewall.kind", _S, "ufw, firewalld, nftables, iptables or windows"),
            FactSpec("sshd.installed", _B, "an OpenSSH server is installed"),
            FactSpec("sshd.permit_root_login", _S, "effective PermitRootLogin: yes, no, prohibit-password, forced-commands-only"),
            FactSpec("sshd.password_authentication", _B, "effective PasswordAuthentication"),
            FactSpec("sshd.permit_empty_passwords", _B, "effective PermitEmptyPasswords"),
            FactSpec("sshd.max_auth_tries", _I, "effective MaxAuthTries"),
            FactSpec("sshd.x11_forwarding", _B, "effective X11Forwarding"),
            FactSpec("sshd.login_grace_seconds", _I, "effective LoginGraceTime, seconds; 0 is no limit"),
            FactSpec(
                "sshd.idle_seconds",
                _I,
                "seconds after which a silent session is closed: ClientAliveInterval x ClientAliveCountMax; 0 is never",
            ),
            FactSpec(
                "sshd.authentication_methods",
                _S,
                "effective AuthenticationMethods, the weakest of all Match blocks; any when not set",
            ),
            FactSpec("sshd.log_level", _S, "effective LogLevel, upper case"),
            FactSpec("sshd.weak_algorithms", _L, "effective ciphers, MACs and key exchanges that are broken or withdrawn"),
            FactSpec("sshd.default_port", _B, "the OpenSSH server listens on port 22"),
            FactSpec("accounts.login", _R, "accounts with a usable shell; password is set, locked or empty", ACCOUNT_FIELDS),
            FactSpec("accounts.uid0", _L, "names of all accounts with user id 0"),
            FactSpec("accounts.empty_password", _L, "names of accounts with an empty password"),
            FactSpec(
                "accounts.admins",
                _L,
                "enabled accounts with administrator rights: uid 0, groups that may become root; Windows: S-1-5-32-544",
            ),
            FactSpec(
                "accounts.default_enabled",
                _L,
                "enabled default accounts with a password: root, pi, admin ...; Windows: SIDs ending in -500, -501, -503",
            ),
            FactSpec("accounts.central", _B, "accounts come from a central directory: domain, LDAP, Entra"),
            FactSpec("sudo.nopasswd", _L, "accounts and groups that may become root without a password"),
            FactSpec("password.min_length", _I, "shortest password that is accepted"),
            FactSpec(
                "password.min_classes",
                _I,
                "kinds of characters (lower case, upper case, digits, others) a new password needs, 0 to 4",
            ),
            FactSpec("password.max_age_days", _I, "days after which a password must be changed; 0 is never"),
            FactSpec("password.min_age_days", _I, "days before a password may be changed again"),
            FactSpec("password.history", _I, "earlier passwords that may not be used again"),
            FactSpec(
                "password.strong_hash",
                _B,
                "every stored password is hashed by yescrypt, gost-yescrypt, bcrypt, scrypt, SHA-512 or SHA-256",
            ),
            FactSpec("lockout.threshold", _I, "failed logins after which an account is locked; 0 is never"),
            FactSpec("lockout.minutes", _I, "minutes a locked account stays locked; 0 is until an administrator unlocks it"),
            FactSpec("login.automatic", _L, "accounts that are logged in at start without anybody typing a password"),
            FactSpec("login.second_factor", _L, "second factors that logins ask for: modules of PAM, methods of sshd"),
            FactSpec(
                "session.lock_seconds",
                _I,
                "longest idle time after which the screen locks and asks for a password, over all users seen; 0 is never",
            ),
            FactSpec("session.shell_timeout_seconds", _I, "Linux: TMOUT of interactive shells; 0 is never"),
            FactSpec(
                "access.sources_limited",
                _B,
                "remote administration (sshd, remote desktop) accepts connections from named addresses only",
            ),
            FactSpec("time.synchronised", _B, "the clock is kept by a time server"),
            FactSpec("time.sources", _L, "time servers that are set up"),
            FactSpec("time.skew_seconds", _I, "machine clock minus our clock, seconds"),
            FactSpec("logging.active", _B, "a system log service is running"),
            FactSpec("logging.persistent", _B, "logs survive a restart"),
            FactSpec("logging.remote", _B, "logs are also sent to another machine"),
            FactSpec("logging.audit", _B, "the audit service is running"),
            FactSpec("logging.process_creation", _B, "starts of programs are recorded"),
            FactSpec("logging.retention_days", _I, "days for which logs are kept, by the settings"),
            FactSpec("logging.oldest_days", _I, "full days back to the oldest record of the system or security log"),
            FactSpec("logging.size_mb", _I, "size limit of the security log (Windows) or of the journal, MiB"),
            FactSpec(
                "logging.audit_categories",
                _R,
                "Windows audit policy: subcategory GUID in lower case and what is recorded",
                AUDIT_FIELDS,
            ),
            FactSpec("services.insecure", _L, "running services that carry passwords in clear: telnet, rsh, rlogin, ftp, tftp"),
            FactSpec(
                "services.unneeded",
                _L,
                "running services that few machines need: rpcbind, avahi, nfs, snmpd, RemoteRegistry, SSDP ...",
            ),
            FactSpec("network.listening", _R, "ports that other machines can reach", LISTENING_FIELDS),
            FactSpec(
                "network.neighbours",
                _R,
                "machines of the same network segment that the machine has spoken with lately",
                NEIGHBOUR_FIELDS,
            ),
            FactSpec("settings.uac", _B, "Windows: user account control is on"),
            FactSpec("settings.rdp", _B, "Windows: remote desktop is on"),
            FactSpec("settings.rdp_nla", _B, "Windows: remote desktop asks for network level authentication"),
            FactSpec("settings.smb1_server", _B, "Windows: the SMBv1 server is on"),
            FactSpec("settings.smb1_client", _B, "Windows: the SMBv1 client is on"),
            FactSpec("settings.smb_signing", _B, "the file server asks for signed messages"),
            FactSpec("settings.llmnr", _B, "Windows: names are asked from every neighbour (LLMNR)"),
            FactSpec("settings.wdigest", _B, "Windows: passwords stay readable in memory (WDigest)"),
            FactSpec("settings.lm_level", _I, "Windows: LmCompatibilityLevel, 0 to 5"),
            FactSpec("settings.lsa_protection", _B, "Windows: the process that holds credentials is protected (RunAsPPL)"),
            FactSpec("settings.anonymous_restricted", _B, "Windows: strangers may not list accounts and shares"),
            FactSpec(
                "settings.blank_passwords_limited", _B, "Windows: accounts without a password may log in at the console only"
            ),
            FactSpec("settings.remote_uac", _B, "Windows: local administrators that come over the network get no full rights"),
            FactSpec("settings.laps", _B, "Windows: the password of the local administrator is managed by LAPS"),
            FactSpec("settings.winrm", _B, "Windows: remote management (WinRM) is running"),
            FactSpec("settings.winrm_unencrypted", _B, "Windows: remote management takes unencrypted or Basic logins"),
            FactSpec("settings.powershell_logging", _B, "Windows: scripts of PowerShell are recorded"),
            FactSpec("media.autorun_off", _B, "nothing starts by itself from removable media"),
            FactSpec("media.storage_blocked", _B, "USB storage is blocked"),
            FactSpec("disk.encrypted", _B, "the volume of the operating system is encrypted and its protection is on"),
            FactSpec("disk.volumes", _R, "fixed volumes and their encryption", VOLUME_FIELDS),
            FactSpec("boot.secure", _B, "Secure Boot is on"),
            FactSpec("exploit.aslr", _B, "memory addresses are randomised for every program"),
            FactSpec("exploit.dep", _B, "data is not executed as code (DEP, NX)"),
            FactSpec("kernel.forwarding", _B, "Linux: packets of others are forwarded"),
            FactSpec("kernel.redirects", _B, "Linux: redirections by other machines are accepted"),
            FactSpec("kernel.source_route", _B, "Linux: packets that choose their own route are accepted"),
            FactSpec("kernel.syncookies", _B, "Linux: protection against floods of half-open connections is on"),
            FactSpec("kernel.pointers_hidden", _B, "Linux: addresses of the kernel are hidden (kptr_restrict)"),
            FactSpec("kernel.messages_restricted", _B, "Linux: only administrators read kernel messages (dmesg_restrict)"),
            FactSpec("kernel.tracing_limited", _B, "Linux: programs may not read each other's memory (ptrace_scope)"),
            FactSpec("mac.kind", _S, "Linux: selinux, apparmor or none"),
            FactSpec("mac.enforcing", _B, "Linux: mandatory access control is enforced"),
            FactSpec("files.loose", _L, "Linux: system files that more accounts may read or write than should"),
            FactSpec("software.count", _I, "programs or packages installed"),
            FactSpec(
                "software.remote_control",
                _L,
                "programs for remote control that are installed: UltraViewer, TeamViewer, AnyDesk ...",
            ),
            FactSpec(
                "software.unwanted",
                _L,
                "programs that have no place on an office machine: file sharing between strangers, licence cracks, mining",
            ),
            FactSpec(
                "software.office",
                _L,
                "Windows: releases of Microsoft Office that are installed: 2010, 2013, 2016, 2019, 2021, 2024, 365",
            ),
            FactSpec(
                "software.office_support_days_left",
                _I,
                "days until support of the oldest installed Office ends, negative once it ended; judged at the moment of judging",
            ),
            FactSpec(
                "evidence.ways",
                _L,
                "how the evidence about the machine came in, the best first: ssh, local, courier, console: and whose list it is",
            ),
            FactSpec(
                "evidence.conflicts",
                _L,
                "facts that pieces of evidence contradict each other about, both sides; known where there is more than one piece",
            ),
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
            FactSpec(
                "endpoint.agency_addresses",
                _L,
                "addresses of all machines of the agency; known only when every machine in use declares one",
            ),
        )
    }
)
"""Variables of a check beside the facts; ``param.*`` come from the check itself."""
