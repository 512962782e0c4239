"""Short names of facts for readers of a report; the exact meaning stands in ``model.fact``."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, literal, msg

_FACTS: Mapping[str, Message] = MappingProxyType(
    {
        "probe.privileged": msg("Asked with administrator rights"),
        "probe.user": msg("Account that asked"),
        "machine.name": msg("Host name"),
        "machine.id": msg("Machine id"),
        "machine.serial": msg("Serial number"),
        "machine.uuid": msg("Machine UUID"),
        "machine.uptime_days": msg("Days since the last start"),
        "os.family": msg("Family of the system"),
        "os.id": msg("System"),
        "os.version": msg("Version of the system"),
        "os.name": msg("Full name of the system"),
        "os.kernel": msg("Kernel"),
        "os.build": msg("Windows build"),
        "os.revision": msg("Windows revision"),
        "os.edition": msg("Windows edition"),
        "os.server": msg("Server edition"),
        "os.support_days_left": msg("Days of security support left"),
        "patch.pending": msg("Updates not installed"),
        "patch.pending_security": msg("Security updates not installed"),
        "patch.pending_security_names": msg("Names of the security updates not installed"),
        "patch.metadata_age_days": msg("Age of the update lists (days)"),
        "patch.security_source": msg("A source of security updates is set up"),
        "patch.reboot_required": msg("A restart is needed"),
        "patch.reboot_reasons": msg("What asks for the restart"),
        "patch.automatic": msg("Security updates install themselves"),
        "patch.last_installed_age_days": msg("Days since the newest update was installed"),
        "protection.products": msg("Protection products found"),
        "firewall.active": msg("Firewall is on"),
        "firewall.profiles": msg("Firewall profiles"),
        "firewall.kind": msg("Kind of firewall"),
        "sshd.installed": msg("Remote connection service installed"),
        "sshd.permit_root_login": msg("Remote login as root"),
        "sshd.password_authentication": msg("Remote login with a password"),
        "sshd.permit_empty_passwords": msg("Remote login with an empty password"),
        "sshd.max_auth_tries": msg("Login attempts per connection"),
        "accounts.login": msg("Accounts that can log in"),
        "accounts.uid0": msg("Accounts with full rights"),
        "accounts.empty_password": msg("Accounts with an empty password"),
        "time.synchronised": msg("Clock is synchronised"),
        "time.skew_seconds": msg("Clock difference (seconds)"),
        "logging.active": msg("System log is running"),
        "logging.persistent": msg("Logs survive a restart"),
        "logging.remote": msg("Logs are sent to another machine"),
        "logging.audit": msg("Audit service is running"),
        "services.insecure": msg("Running services that send passwords in clear"),
        "settings.uac": msg("User account control is on"),
        "settings.rdp": msg("Remote desktop is on"),
        "settings.rdp_nla": msg("Remote desktop asks for login before the session"),
        "settings.smb1_server": msg("Old file sharing (SMBv1) is on"),
        "endpoint.kind": msg("Kind of machine, as declared"),
        "endpoint.os": msg("System, as declared"),
        "endpoint.level": msg("Highest level of the systems on it"),
        "endpoint.ownership": msg("Whose machine it is, as declared"),
    }
)


def fact_word(name: str) -> Message:
    """Short name of a fact; a field of a record (``protection.products[].managed``) is called after its list and itself."""
    whole, bracket, part = name.partition("[]")
    if whole not in _FACTS:
        return literal(name)
    if not bracket:
        return _FACTS[whole]
    return msg("{fact}, field {field}", fact=_FACTS[whole], field=part.lstrip("."))
