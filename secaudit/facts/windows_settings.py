"""Restart, updates, firewall and settings of Windows (sections reboot, updates, firewall, settings, services, wsc)."""

from collections.abc import Mapping
from typing import Any

from secaudit.facts.reading import Parser, Reading, whole
from secaudit.facts.windows_machine import build_number, dword, is_server, key, server_or_none, text
from secaudit.facts.windows_protection import RUNNING, Machine, products
from secaudit.facts.wsc import merged, registered
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_PROFILES = {"DomainProfile": "domain", "StandardProfile": "private", "PublicProfile": "public"}
_POLICIES = ("policy", "legacy", "mdm", "mdm_legacy")
"""Group policy and device management; the older name of the private profile counts where the new one is not set."""
_DISABLED = 4
"""Start value of a service."""
_FIRST_10 = 10_240
_FIRST_WITHOUT_SMB1 = 16_299
_FIRST_THAT_REMOVES_SMB1 = 9_600
_OWN_PRODUCTS = "ms-defender"
_INSECURE = {"tlntsvr": "telnet", "ftpsvc": "ftp", "msftpsvc": "ftp"}


def reboot_reasons_list(reading: Reading) -> list[str]:
    """Keys that ask for a restart. File renames alone do not: printers and antivirus products leave them all the time."""
    reasons: list[str] = []
    for name, reason in (("windows_update", "Windows Update"), ("component_servicing", "component servicing")):
        if key(reading, "reboot", name) is not None:
            reasons.append(reason)
    if dword((key(reading, "reboot", "update_exe") or {}).get("UpdateExeVolatile")):
        reasons.append("update installer")
    active = text((key(reading, "reboot", "active_name") or {}).get("ComputerName")).casefold()
    later = text((key(reading, "reboot", "next_name") or {}).get("ComputerName")).casefold()
    if active and later and active != later:
        reasons.append("computer name")
    if not reasons and reading.document("about").get("wow64") is not False:
        reading.fail(MissingReason.UNSUPPORTED, "about", "a 32-bit PowerShell does not see these keys on 64-bit Windows")
    return reasons


def reboot_required(reading: Reading) -> FactValue:
    """One of the keys is there."""
    return Known(bool(reading.once(reboot_reasons_list)), "reboot")


def reboot_reasons(reading: Reading) -> FactValue:
    """Which, and the weak sign beside them, marked as such: alone it asks for nothing."""
    reasons = list(reading.once(reboot_reasons_list))
    renames = whole((key(reading, "reboot", "file_renames") or {}).get("count"))
    if renames is not None and renames > 0:
        reasons.append("file renames (weak)")
    return Known(reasons, "reboot")


def automatic(reading: Reading) -> FactValue:
    """Updates are installed by themselves: policy, else the older setting, else what the release does by default."""
    service = dword((key(reading, "updates", "service") or {}).get("Start"))
    policy = key(reading, "updates", "policy") or {}
    if service == _DISABLED or dword(policy.get("NoAutoUpdate")) == 1:
        return Known(value=False, section="updates")
    option = dword(policy.get("AUOptions"))
    if option is None and build_number(reading) < _FIRST_10:
        option = dword((key(reading, "updates", "old_settings") or {}).get("AUOptions"))
    if option is not None:
        return Known(option == 4, "updates")  # 4: download and install; 2, 3, 5 leave it to people
    if build_number(reading) < _FIRST_10 or is_server(reading):
        return Missing(MissingReason.ABSENT, "updates", "no setting, and the release has no safe default")
    if service is None:
        return Missing(MissingReason.ABSENT, "updates", "the update service does not exist")
    return Known(value=True, section="updates")


def firewall_profiles(reading: Reading) -> FactValue:
    """Each profile, on and blocking by default; a policy wins over the local setting."""
    rows: list[dict[str, Scalar]] = [{"name": name, "enabled": on} for name, on in sorted(reading.once(_profiles).items())]
    return Known(rows, "firewall")


def firewall_active(reading: Reading) -> FactValue:
    """All three profiles on and their service running; off may be right where another firewall is registered."""
    profiles = reading.once(_profiles)
    machine = reading.once(Machine)
    if machine.services_missing is not None:
        reading.fail(machine.services_missing, "services")
    state = machine.services.get("mpssvc")
    if all(profiles.values()) and state == RUNNING:
        return Known(value=True, section="firewall")
    other = _other_firewall(reading)
    if other:
        return Missing(MissingReason.UNSUPPORTED, "wsc", f"another firewall is registered: {other}")
    if all(profiles.values()) and machine.service_states is not None:
        reading.fail(machine.service_states, "services")
    return Known(value=False, section="firewall")


def firewall_kind(reading: Reading) -> FactValue:
    """The firewall of Windows, when it is what filters."""
    value = firewall_active(reading)
    if isinstance(value, Missing):
        return value
    return Known("windows", "firewall") if value.value is True else Missing(MissingReason.ABSENT, "firewall")


def _profiles(reading: Reading) -> dict[str, bool]:
    found: dict[str, bool] = {}
    document = reading.document("firewall")
    for name, plain in _PROFILES.items():
        profile = document.get(name)
        if not isinstance(profile, dict):
            reading.fail(MissingReason.ERROR, "firewall")
        value = _setting(reading, profile, "EnableFirewall")
        if value is None:
            reading.fail(MissingReason.ABSENT, "firewall", f"{name} has no setting")
        # Value 0 of the default action lets everything in; where nothing is set, what no rule allows is blocked.
        found[plain] = value != 0 and _setting(reading, profile, "DefaultInboundAction") != 0
    return found


def _setting(reading: Reading, profile: dict[str, Any], name: str) -> int | None:
    """A value of a profile: that of a policy (two that contradict each other leave it open), else the local one."""
    found = {place: _number_of(reading, profile.get(place), name) for place in (*_POLICIES, "local")}
    set_by = {place: number for place, number in found.items() if number is not None}
    ordered = {number for place, number in set_by.items() if place != "local"}
    if len(ordered) > 1:
        reading.fail(MissingReason.UNSUPPORTED, "firewall", f"group policy and device management contradict each other in {name}")
    return ordered.pop() if ordered else set_by.get("local")


def _number_of(reading: Reading, values: object, name: str) -> int | None:
    if isinstance(values, str):
        reading.fail(MissingReason.DENIED if values == "denied" else MissingReason.ERROR, "firewall")
    return dword(values.get(name)) if isinstance(values, dict) else None


def _other_firewall(reading: Reading) -> str:
    """Name of a firewall that may be on; NotReadError when Security Center could not be asked.

    Servers have no Security Center: a product of another vendor that runs there may filter in the place of Windows.
    """
    if reading.status("wsc") is MissingReason.ABSENT and server_or_none(reading) is True:
        found = products(reading)
        rows = found.value if isinstance(found, Known) and isinstance(found.value, list) else []
        others = [row for row in rows if isinstance(row, Mapping) and row.get("running") is True]
        return next((str(row["name"]) for row in others if not str(row["id"]).startswith(_OWN_PRODUCTS)), "")
    rows = merged(registered(reading.document("wsc"), "FirewallProduct"))
    return next((row.name for row in rows if row.state.on is not False and not row.orphan), "")


def uac(reading: Reading) -> FactValue:
    """EnableLUA, on unless switched off; with ConsentPromptBehaviorAdmin 0 nothing is asked, the lowest place of the slider."""
    values = key(reading, "settings", "uac")
    if values is None:
        return Missing(MissingReason.ABSENT, "settings")
    return Known(dword(values.get("EnableLUA")) != 0 and dword(values.get("ConsentPromptBehaviorAdmin")) != 0, "settings")


def rdp(reading: Reading) -> FactValue:
    """Value 0 of fDenyTSConnections switches remote desktop on; a policy wins; off by default."""
    denied = dword((key(reading, "settings", "rdp_policy") or {}).get("fDenyTSConnections"))
    if denied is None:
        values = key(reading, "settings", "rdp")
        if values is None:
            return Missing(MissingReason.ABSENT, "settings")
        denied = dword(values.get("fDenyTSConnections"))
    return Known(denied == 0, "settings")


def rdp_nla(reading: Reading) -> FactValue:
    """UserAuthentication; a policy wins."""
    value = dword((key(reading, "settings", "rdp_policy") or {}).get("UserAuthentication"))
    if value is None:
        value = dword((key(reading, "settings", "rdp_tcp") or {}).get("UserAuthentication"))
    return Missing(MissingReason.ABSENT, "settings") if value is None else Known(value == 1, "settings")


def smb1_server(reading: Reading) -> FactValue:
    """The setting, else off when the feature is not installed at all, which can be since 8.1; else on before 1709."""
    value = dword((key(reading, "settings", "smb_server") or {}).get("SMB1"))
    if value is not None:
        return Known(value != 0, "settings")
    gone = key(reading, "settings", "smb1_client") is None and key(reading, "settings", "smb1_driver") is None
    if gone and build_number(reading) >= _FIRST_THAT_REMOVES_SMB1:
        return Known(value=False, section="settings")
    if build_number(reading) < _FIRST_WITHOUT_SMB1:
        return Known(value=True, section="settings")
    return Missing(MissingReason.UNSUPPORTED, "settings", "the feature is installed and its server part has no setting")


def insecure(reading: Reading) -> FactValue:
    """Telnet and FTP services that run."""
    machine = reading.once(Machine)
    reason = machine.services_missing or machine.service_states
    if reason is not None:
        reading.fail(reason, "services")
    return Known(sorted({name for service, name in _INSECURE.items() if machine.services.get(service) == RUNNING}), "services")


def event_log(reading: Reading) -> FactValue:
    """The event log service runs; its logs lie on the disk."""
    machine = reading.once(Machine)
    reason = machine.services_missing or machine.service_states
    if reason is not None:
        reading.fail(reason, "services")
    return Known(machine.services.get("eventlog") == RUNNING, "services")


PARSERS: dict[str, Parser] = {
    "patch.reboot_required": reboot_required,
    "patch.reboot_reasons": reboot_reasons,
    "patch.automatic": automatic,
    "firewall.active": firewall_active,
    "firewall.kind": firewall_kind,
    "firewall.profiles": firewall_profiles,
    "settings.uac": uac,
    "settings.rdp": rdp,
    "settings.rdp_nla": rdp_nla,
    "settings.smb1_server": smb1_server,
    "services.insecure": insecure,
    "logging.active": event_log,
    "logging.persistent": event_log,
}
