"""What each section of the probe reads, in plain words and grouped: the one source for previews and sheets.

A test compares the names with the scripts, so that nothing is ever asked of a machine that stands on no sheet.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from secaudit.messages import Message, msg, msgc

Group = tuple[Message, Mapping[str, Message]]
"""A heading, and section name -> what it reads."""

_MACHINE = msgc("read", "The machine")
_SYSTEM = msgc("read", "System and updates")
_PROTECTION = msgc("read", "Protection products")
_ACCOUNTS = msgc("read", "Accounts and passwords (never a password, a hash or a key)")
_REMOTE = msgc("read", "Remote access and network")
_SETTINGS = msgc("read", "Protective settings")
_RECORDS = msgc("read", "Logs and time")

_POSIX: tuple[Group, ...] = (
    (
        _MACHINE,
        {
            "clock": msg("date and time, time since the last start"),
            "clock-end": msg("the same at the end, to see how long it took"),
            "privileges": msg("number of the account that asks"),
            "elevation": msg("whether sudo was allowed without a password"),
            "identity": msg("host name and machine-id"),
            "dmi": msg("serial number and UUID from the firmware (root)"),
            "hardware": msg("maker, model, size of memory, addresses of the network cards"),
            "storage": msg("mounted file systems by device, without their mount points; whether disks are encrypted"),
            "boot": msg("whether Secure Boot is on"),
        },
    ),
    (
        _SYSTEM,
        {
            "os-release": msg("name and version of the system"),
            "kernel": msg("running and installed kernels, signs of a container"),
            "packages": msg("names of installed packages, and what is held back"),
            "apps": msg("names of programs from snap and flatpak"),
            "restart": msg("whether a restart is waiting, and since when"),
            "update-tool": msg("which package manager is used, its locks, exclusions and pins"),
            "repositories": msg("names and host names of package sources, without any password"),
            "update-automation": msg("whether automatic updates are set up"),
            "apt-sources": msg("package sources of apt, without any password"),
            "apt-periodic": msg("apt's settings for automatic updates"),
            "apt-lists": msg("dates of apt's package lists"),
            "apt-updates": msg("updates that apt knows of, without refreshing its lists"),
            "apt-extended": msg("the same for the extended support of Ubuntu"),
            "dpkg-log": msg("date of the last upgrade"),
            "system-updates": msg("updates that dnf, yum, zypper or apk know of, without asking the network"),
        },
    ),
    (
        _PROTECTION,
        {
            "units": msg("names and states of services"),
            "unit-files": msg("which services start by themselves"),
            "processes": msg("names of running programs and their account numbers, no command lines"),
            "clamav": msg("date of ClamAV's signatures"),
            "mdatp": msg("state of Microsoft Defender, from its own status command"),
            "kesl": msg("state of Kaspersky Endpoint Security, from its own status command"),
            "products": msg("state of other protection products, from their own status commands (root)"),
        },
    ),
    (
        _ACCOUNTS,
        {
            "accounts": msg("names, numbers and shells of accounts"),
            "passwords": msg("of each password only: set, locked or empty; decided on the machine (root)"),
            "password-ages": msg("how passwords are stored, their ages and limits, who may log in with a key (root)"),
            "password-policy": msg("numbers of the password rules"),
            "pam": msg("order of the login modules"),
            "groups": msg("groups of the system and their members"),
            "central": msg("whether accounts come from a directory"),
            "sudoers": msg("who may use sudo as whom; of commands only whether all, a shell or some (root)"),
            "last-logins": msg("when accounts last logged in"),
            "sessions": msg("how long an idle shell stays open"),
            "desktop": msg("screen lock and automatic login of the desktop"),
        },
    ),
    (
        _REMOTE,
        {
            "sshd": msg("version of the SSH server"),
            "sshd-config": msg("settings of the SSH server that count for security"),
            "sshd-effective": msg("the same settings as they take effect (root)"),
            "listening": msg("ports that are open"),
            "inetd": msg("services started on demand"),
            "firewall": msg("which firewall is there and whether it is on"),
            "firewall-zones": msg("names and targets of firewalld's zones"),
            "nft": msg("policies and last verdicts of the packet filter, no addresses (root)"),
            "iptables": msg("the same for iptables (root)"),
            "neighbours": msg("addresses of machines nearby that the system already knows; nothing is asked of the network"),
        },
    ),
    (
        _SETTINGS,
        {
            "kernel-settings": msg("protective settings of the kernel"),
            "mac": msg("state of SELinux and AppArmor"),
            "apparmor": msg("how many AppArmor profiles are enforced (root)"),
            "file-modes": msg("rights on a fixed list of system files"),
            "media": msg("whether USB storage is barred and media mount by themselves"),
        },
    ),
    (
        _RECORDS,
        {
            "time": msg("whether the clock is kept right"),
            "time-sources": msg("which time servers are set"),
            "logging": msg("which logs are kept and whether they are sent elsewhere"),
            "log-keeping": msg("how long logs are kept"),
            "audit-rules": msg("whether the auditor is on and records programs that are started (root)"),
        },
    ),
)

_WINDOWS: tuple[Group, ...] = (
    (
        _MACHINE,
        {
            "clock": msg("date and time"),
            "clock-end": msg("the same at the end, to see how long it took"),
            "about": msg("account that asks and whether it is an administrator, name of the computer, version of PowerShell"),
            "hardware": msg("firmware numbers, maker, model, memory, membership in a domain, network cards"),
            "volumes": msg("fixed drives and whether BitLocker protects them"),
        },
    ),
    (
        _SYSTEM,
        {
            "os": msg("version, build and edition of Windows, MachineGuid"),
            "system": msg("kind and start of the system, protection of memory"),
            "software": msg("names of installed programs"),
            "reboot": msg("whether a restart is waiting"),
            "updates": msg("settings of Windows Update and the organisation's update server"),
            "hotfixes": msg("numbers of installed updates and the newest date"),
            "licences": msg("states of licences, extended support among them"),
            "search": msg("updates the machine's own update agent knows of, offline (only when a machine audits itself)"),
        },
    ),
    (
        _PROTECTION,
        {
            "wsc": msg("products registered with the Security Center"),
            "defender": msg("state of Microsoft Defender"),
            "vendors": msg("dates of the last updates of Kaspersky, ESET and Defender"),
            "services": msg("names and states of services"),
            "processes": msg("names of running programs, no command lines"),
        },
    ),
    (
        _ACCOUNTS,
        {
            "accounts": msg(
                "accounts of this machine, their states and ages, password rules, administrators; no domain is asked"
            ),
            "hives": msg("screen lock and autorun of people logged in, without their names"),
        },
    ),
    (
        _REMOTE,
        {
            "firewall": msg("firewall profiles, and rules that open the ports of remote administration"),
            "network": msg("ports that are open"),
            "neighbours": msg("addresses of machines nearby that the system already knows; nothing is asked of the network"),
        },
    ),
    (
        _SETTINGS,
        {
            "settings": msg(
                "security settings of the registry: UAC, remote desktop, SMB, LSA, LAPS, autorun, USB storage, PowerShell, Office"
            ),
        },
    ),
    (
        _RECORDS,
        {
            "audit": msg("which events are audited"),
            "logs": msg("age of the oldest record of the security and system log, newest record of the time service"),
        },
    ),
)

_GROUPS: Mapping[str, tuple[Group, ...]] = MappingProxyType({"posix": _POSIX, "windows": _WINDOWS})


_READ: Mapping[str, Message] = MappingProxyType(
    {name: words for groups in _GROUPS.values() for _, group in groups for name, words in group.items()}
)


def section_words(name: str) -> Message | str:
    """What a section holds, with its name; the name alone for a section of no script, such as a console's row."""
    words = _READ.get(name)
    return name if words is None else msg("{words} ({name})", words=words, name=name)


def what_is_read(platform: Literal["posix", "windows"], *, local: bool = False) -> tuple[Group, ...]:
    """Groups of sections of one platform; with ``local`` also what only a machine that audits itself is asked."""
    if local:
        return _GROUPS[platform]
    return tuple(
        (heading, {name: text for name, text in group.items() if name != "search"}) for heading, group in _GROUPS[platform]
    )
