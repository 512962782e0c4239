"""Wordings of observed values: of numbers with their unit, of yes and no, of the fields of records, of fixed words."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, literal, msgc

SHAPES: Mapping[str, Message] = MappingProxyType(
    {
        "patch.last_installed_age_days": msgc("observed", "the newest update was installed {value} day(s) ago"),
        "patch.releases_behind": msgc("observed", "{value} monthly release(s) behind"),
        "patch.pending_security": msgc("observed", "{value} security update(s) wait to be installed"),
        "patch.pending": msgc("observed", "{value} update(s) wait to be installed"),
        "patch.extended_only": msgc("observed", "{value} security update(s) only with extended support"),
        "patch.metadata_age_days": msgc("observed", "the package lists are {value} day(s) old"),
        "patch.restart_waiting_days": msgc("observed", "a restart has been waiting for {value} day(s)"),
        "os.support_days_left": msgc("observed", "{value} day(s) of security support left"),
        "software.office_support_days_left": msgc("observed", "{value} day(s) of Office support left"),
        "machine.uptime_days": msgc("observed", "last started {value} day(s) ago"),
        "sshd.max_auth_tries": msgc("observed", "{value} login attempt(s) per connection"),
        "sshd.login_grace_seconds": msgc("observed", "{value} second(s) allowed to log in"),
        "sshd.idle_seconds": msgc("observed", "silent sessions end after {value} second(s)"),
        "password.min_length": msgc("observed", "passwords of {value} character(s) are accepted"),
        "password.min_classes": msgc("observed", "new passwords need {value} kind(s) of characters"),
        "password.max_age_days": msgc("observed", "passwords must be changed after {value} day(s)"),
        "password.min_age_days": msgc("observed", "passwords may be changed again after {value} day(s)"),
        "password.history": msgc("observed", "{value} earlier password(s) are refused"),
        "lockout.threshold": msgc("observed", "accounts are locked after {value} wrong password(s)"),
        "lockout.minutes": msgc("observed", "accounts stay locked for {value} minute(s)"),
        "session.lock_seconds": msgc("observed", "the screen locks after {value} second(s)"),
        "session.shell_timeout_seconds": msgc("observed", "idle shells end after {value} second(s)"),
        "time.skew_seconds": msgc("observed", "the clock is {value} second(s) off"),
        "logging.retention_days": msgc("observed", "logs are kept for {value} day(s)"),
        "logging.oldest_days": msgc("observed", "the log reaches back {value} day(s)"),
        "logging.size_mb": msgc("observed", "the log may take {value} MB"),
        "settings.lm_level": msgc("observed", "NTLM level {value}"),
    }
)
"""Numbers, with their unit."""

BELOW: Mapping[str, Message] = MappingProxyType(
    {
        "os.support_days_left": msgc("observed", "security support ended {value} day(s) ago"),
        "software.office_support_days_left": msgc("observed", "Office support ended {value} day(s) ago"),
    }
)
"""The same of numbers below zero, where that has a meaning of its own."""

STATED: Mapping[str, Message] = MappingProxyType(
    {
        "firewall.active": msgc("observed", "the firewall is on"),
        "settings.rdp": msgc("observed", "Remote Desktop is on"),
        "settings.rdp_nla": msgc("observed", "Remote Desktop asks for a login before the session"),
        "settings.smb1_server": msgc("observed", "the old file sharing SMBv1 is on"),
        "settings.smb1_client": msgc("observed", "the machine connects by the old SMBv1"),
        "settings.smb_signing": msgc("observed", "file sharing asks for signatures"),
        "settings.uac": msgc("observed", "user account control is on"),
        "settings.winrm": msgc("observed", "remote management (WinRM) is running"),
        "disk.encrypted": msgc("observed", "the system disk is encrypted"),
        "boot.secure": msgc("observed", "Secure Boot is on"),
        "patch.reboot_required": msgc("observed", "installed patches wait for a restart"),
        "patch.automatic": msgc("observed", "security updates install themselves"),
        "media.autorun_off": msgc("observed", "nothing starts by itself from USB"),
        "logging.active": msgc("observed", "the system log is running"),
        "time.synchronised": msgc("observed", "the clock is synchronised"),
        "accounts.central": msgc("observed", "accounts are managed centrally"),
        "sshd.password_authentication": msgc("observed", "remote login with a password is allowed"),
        "sshd.permit_empty_passwords": msgc("observed", "remote login with an empty password is allowed"),
    }
)
"""What is true of a machine."""
DENIED: Mapping[str, Message] = MappingProxyType(
    {
        "firewall.active": msgc("observed", "the firewall is OFF"),
        "settings.rdp": msgc("observed", "Remote Desktop is off"),
        "settings.rdp_nla": msgc("observed", "Remote Desktop does NOT ask for a login before the session"),
        "settings.smb1_server": msgc("observed", "the old file sharing SMBv1 is off"),
        "settings.smb1_client": msgc("observed", "the machine does not connect by the old SMBv1"),
        "settings.smb_signing": msgc("observed", "file sharing does NOT ask for signatures"),
        "settings.uac": msgc("observed", "user account control is OFF"),
        "settings.winrm": msgc("observed", "remote management (WinRM) is not running"),
        "disk.encrypted": msgc("observed", "the system disk is NOT encrypted"),
        "boot.secure": msgc("observed", "Secure Boot is OFF"),
        "patch.reboot_required": msgc("observed", "no patch waits for a restart"),
        "patch.automatic": msgc("observed", "security updates do NOT install themselves"),
        "media.autorun_off": msgc("observed", "programs may start by themselves from USB"),
        "logging.active": msgc("observed", "the system log is NOT running"),
        "time.synchronised": msgc("observed", "the clock is NOT synchronised"),
        "accounts.central": msgc("observed", "accounts are not managed centrally"),
        "sshd.password_authentication": msgc("observed", "remote login with a password is not allowed"),
        "sshd.permit_empty_passwords": msgc("observed", "remote login with an empty password is not allowed"),
    }
)
"""What is false of it."""

FIELD_SHAPES: Mapping[str, Message] = MappingProxyType(
    {
        "signature_age_days": msgc("observed", "signatures {value} day(s) old"),
        "last_login_days": msgc("observed", "last login {value} day(s) ago"),
        "password_age_days": msgc("observed", "password {value} day(s) old"),
    }
)
FIELD_STATED: Mapping[str, Message] = MappingProxyType(
    {
        "running": msgc("observed", "running"),
        "realtime": msgc("observed", "real-time protection on"),
        "managed": msgc("observed", "centrally managed"),
        "tamper_protected": msgc("observed", "protected against being switched off"),
        "enabled": msgc("observed", "switched on"),
        "admin": msgc("observed", "administrator"),
        "password_expires": msgc("observed", "password expires"),
        "encrypted": msgc("observed", "encrypted"),
        "success": msgc("observed", "successes recorded"),
        "failure": msgc("observed", "failures recorded"),
    }
)
FIELD_DENIED: Mapping[str, Message] = MappingProxyType(
    {
        "running": msgc("observed", "NOT running"),
        "realtime": msgc("observed", "real-time protection OFF"),
        "managed": msgc("observed", "not centrally managed"),
        "tamper_protected": msgc("observed", "not protected against being switched off"),
        "enabled": msgc("observed", "switched off"),
        "admin": msgc("observed", "ordinary account"),
        "password_expires": msgc("observed", "password never expires"),
        "encrypted": msgc("observed", "NOT encrypted"),
        "success": msgc("observed", "successes not recorded"),
        "failure": msgc("observed", "failures not recorded"),
    }
)

VALUES: Mapping[tuple[str, str], Message] = MappingProxyType(
    {
        ("patch.update_policy", "automatic"): msgc("observed", "Windows installs updates by itself"),
        ("patch.update_policy", "download"): msgc("observed", "Windows downloads updates and waits to be told to install them"),
        ("patch.update_policy", "notify"): msgc("observed", "Windows only tells that there are updates"),
        ("patch.update_policy", "manual"): msgc("observed", "Windows installs updates only when somebody asks for it"),
        ("patch.update_policy", "disabled"): msgc("observed", "Windows Update is switched OFF"),
        ("sshd.permit_root_login", "yes"): msgc("observed", "root may log in remotely with a password"),
        ("sshd.permit_root_login", "no"): msgc("observed", "root may not log in remotely"),
        ("sshd.permit_root_login", "prohibit-password"): msgc("observed", "root may log in remotely with a key only"),
        ("sshd.permit_root_login", "without-password"): msgc("observed", "root may log in remotely with a key only"),
        ("sshd.permit_root_login", "forced-commands-only"): msgc("observed", "root may only run fixed commands remotely"),
        ("accounts.login[].password", "set"): msgc("observed", "set"),
        ("accounts.login[].password", "locked"): msgc("observed", "locked"),
        ("accounts.login[].password", "empty"): msgc("observed", "EMPTY"),
        ("os.family", "windows"): literal("Windows"),
        ("os.family", "linux"): literal("Linux"),
    }
)
"""Fixed words that a fact or a field may hold."""

AUDITED: Mapping[str, Message] = MappingProxyType(
    {
        "0cce9215-69ae-11d9-bed3-505054503030": msgc("audit category", "logging in"),
        "0cce9235-69ae-11d9-bed3-505054503030": msgc("audit category", "changes of accounts"),
        "0cce9237-69ae-11d9-bed3-505054503030": msgc("audit category", "changes of groups"),
        "0cce922f-69ae-11d9-bed3-505054503030": msgc("audit category", "changes of the audit policy"),
    }
)
"""Categories of the Windows audit policy that checks ask about."""
