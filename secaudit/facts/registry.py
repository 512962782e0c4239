"""Which parser gives which fact, for each platform."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.facts import (
    accounts,
    apt,
    kernel,
    linux_admins,
    linux_firewall,
    linux_hardening,
    linux_hardware,
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
    windows_machine,
    windows_protection,
    windows_settings,
)
from secaudit.facts.reading import Parser

REGISTRY: Mapping[str, Mapping[str, Parser]] = MappingProxyType(
    {
        "posix": MappingProxyType(
            {
                **linux_machine.PARSERS,
                **kernel.PARSERS,
                **apt.PARSERS,
                **linux_protection.PARSERS,
                **linux_firewall.PARSERS,
                **sshd.PARSERS,
                **accounts.PARSERS,
                **linux_system.PARSERS,
                **linux_hardware.PARSERS,
                **linux_hardening.PARSERS,
                **linux_passwords.PARSERS,
                **linux_admins.PARSERS,
                **linux_logins.PARSERS,
                **linux_sessions.PARSERS,
                **linux_logs.PARSERS,
                **linux_network.PARSERS,
                **sshd_more.PARSERS,
            }
        ),
        "windows": MappingProxyType({**windows_machine.PARSERS, **windows_protection.PARSERS, **windows_settings.PARSERS}),
    }
)
