"""Which parser gives which fact, for each platform."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.facts import (
    accounts,
    console,
    kernel,
    linux_admins,
    linux_firewall,
    linux_hardening,
    linux_hardware,
    linux_lockout,
    linux_logins,
    linux_logs,
    linux_machine,
    linux_network,
    linux_passwords,
    linux_protection,
    linux_sessions,
    linux_system,
    sshd,
    sshd_more,
    updates,
    windows_access,
    windows_accounts,
    windows_hardening,
    windows_hardware,
    windows_logs,
    windows_machine,
    windows_patch,
    windows_protection,
    windows_settings,
    windows_software,
)
from secaudit.facts.reading import Parser

REGISTRY: Mapping[str, Mapping[str, Parser]] = MappingProxyType(
    {
        "posix": MappingProxyType(
            {
                **linux_machine.PARSERS,
                **kernel.PARSERS,
                **updates.PARSERS,
                **linux_protection.PARSERS,
                **linux_firewall.PARSERS,
                **sshd.PARSERS,
                **accounts.PARSERS,
                **linux_system.PARSERS,
                **linux_hardware.PARSERS,
                **linux_hardening.PARSERS,
                **linux_lockout.PARSERS,
                **linux_passwords.PARSERS,
                **linux_admins.PARSERS,
                **linux_logins.PARSERS,
                **linux_sessions.PARSERS,
                **linux_logs.PARSERS,
                **linux_network.PARSERS,
                **sshd_more.PARSERS,
            }
        ),
        "windows": MappingProxyType(
            {
                **windows_machine.PARSERS,
                **windows_patch.PARSERS,
                **windows_hardware.PARSERS,
                **windows_protection.PARSERS,
                **windows_settings.PARSERS,
                **windows_hardening.PARSERS,
                **windows_accounts.PARSERS,
                **windows_access.PARSERS,
                **windows_logs.PARSERS,
                **windows_software.PARSERS,
            }
        ),
        "console": MappingProxyType(console.PARSERS),
    }
)
