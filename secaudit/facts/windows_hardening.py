"""Hardening of Windows by the registry (section settings; services, about, hardware where they decide).

A value that is not set counts as its default only where Microsoft documents one for the build; elsewhere the fact is missing.
"""

from secaudit.facts.reading import NotReadError, Parser, Reading, whole
from secaudit.facts.windows_hardware import member_of_domain
from secaudit.facts.windows_machine import build_number, dword, is_controller, is_server, key, text
from secaudit.facts.windows_protection import RUNNING, Machine
from secaudit.facts.windows_registry import SETTINGS, figure, native, setting, values, written
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_WINDOWS_7, _WINDOWS_8, _WINDOWS_8_1, _WINDOWS_11_22H2, _WINDOWS_11_24H2 = 7_600, 9_200, 9_600, 22_621, 26_100
_DISABLED = 4
_FIRST_WITH_LAPS = {17763: 4252, 19042: 2846, 19044: 2846, 19045: 2846, 20348: 1668, 22000: 1817, 22621: 1555}
"""Build -> revision of the update of 11 April 2023 that brought Windows LAPS (the revisions are from memory)."""
_BIOS = 1
_ALL_DRIVES = 0xFF
_FORCED_OFF, _BOTTOM_UP_OFF = 0x200, 0x20000
"""Bits of MitigationOptions: moving of images, and of heap and stack, switched off for every program."""


def _known(value: bool) -> FactValue:
    return Known(value, SETTINGS)


def _absent(detail: str) -> FactValue:
    return Missing(MissingReason.ABSENT, SETTINGS, detail)


def service_state(reading: Reading, name: str) -> int | None:
    """State of a service; None when there is no such service; NotReadError when states could not be read."""
    machine = reading.once(Machine)
    reason = machine.services_missing or machine.service_states
    if reason is not None:
        reading.fail(reason, "services")
    state = machine.services.get(name, 0)
    if state is None:
        reading.fail(MissingReason.ERROR, "services", f"the state of {name} cannot be read")
    return state or None


def smb1_client(reading: Reading) -> FactValue:
    """The driver of the old client starts; without the driver there is none."""
    driver = values(reading, "smb1_client")
    if driver is None:
        return _known(value=False)
    start = setting(reading, "smb1_client", "Start")
    return _absent("the driver has no start setting") if start is None else _known(start != _DISABLED)


def smb_signing(reading: Reading) -> FactValue:
    """RequireSecuritySignature of the server; off unless set, but domain controllers and 24H2 ask for it by themselves."""
    value = setting(reading, "smb_server", "RequireSecuritySignature")
    if value is not None:
        return _known(value != 0)
    if build_number(reading) >= _WINDOWS_11_24H2 or is_server(reading):
        return Missing(MissingReason.UNSUPPORTED, SETTINGS, "not set, and the default depends on role and edition")
    return _known(value=False)


def llmnr(reading: Reading) -> FactValue:
    """EnableMulticast 0 switches it off; on unless set."""
    return _known(setting(reading, "dns_client", "EnableMulticast") != 0)


def wdigest(reading: Reading) -> FactValue:
    """UseLogonCredential; off by default from Windows 8.1, on before."""
    value = setting(reading, "wdigest", "UseLogonCredential")
    return _known(build_number(reading) < _WINDOWS_8_1 if value is None else value != 0)


def lm_level(reading: Reading) -> FactValue:
    """LmCompatibilityLevel; 3 by default since Windows 7."""
    value = setting(reading, "lsa", "LmCompatibilityLevel")
    if value is None and values(reading, "lsa") is not None and build_number(reading) >= _WINDOWS_7:
        value = 3
    if value is None or value > 5:
        return Missing(MissingReason.ABSENT if value is None else MissingReason.ERROR, SETTINGS)
    return Known(value, SETTINGS)


def lsa_protection(reading: Reading) -> FactValue:
    """RunAsPPL, a policy first; not before Windows 8.1, and not known where new releases switch it on by themselves."""
    if build_number(reading) < _WINDOWS_8_1:
        return Known(value=False, section="os")
    policy, value = setting(reading, "lsa_policy", "RunAsPPL"), setting(reading, "lsa", "RunAsPPL")
    if policy is not None and build_number(reading) < _WINDOWS_11_22H2:
        return Missing(MissingReason.UNSUPPORTED, SETTINGS, "whether this release obeys the policy is not known")
    value = value if policy is None else policy
    if value is not None:
        return _known(value in (1, 2))
    if build_number(reading) >= _WINDOWS_11_22H2:
        return Missing(MissingReason.UNSUPPORTED, SETTINGS, "not set: this release may switch it on by itself")
    return _known(value=False)


def anonymous_restricted(reading: Reading) -> FactValue:
    """RestrictAnonymousSAM hides accounts (on by default), RestrictAnonymous shares as well (off by default)."""
    if values(reading, "lsa") is None:
        return _absent("there is no such key")
    accounts, shares = setting(reading, "lsa", "RestrictAnonymousSAM"), setting(reading, "lsa", "RestrictAnonymous")
    return _known(accounts != 0 and shares in (1, 2))


def blank_passwords_limited(reading: Reading) -> FactValue:
    """LimitBlankPasswordUse; on unless switched off."""
    if values(reading, "lsa") is None:
        return _absent("there is no such key")
    return _known(setting(reading, "lsa", "LimitBlankPasswordUse") != 0)


def remote_uac(reading: Reading) -> FactValue:
    """LocalAccountTokenFilterPolicy 1 gives full rights over the network; so does user account control that is off."""
    native(reading)
    if values(reading, "uac") is None:
        return _absent("there is no such key")
    return _known(setting(reading, "uac", "LocalAccountTokenFilterPolicy") != 1 and setting(reading, "uac", "EnableLUA") != 0)


def laps(reading: Reading) -> FactValue:
    """The first place that is set decides: device management, group policy, the old product with its client part.

    A password that should go to a directory the machine is no member of goes nowhere.
    """
    native(reading)
    if is_controller(reading):
        return Missing(MissingReason.UNSUPPORTED, "os", "a domain controller has no local administrator")
    for place in ("laps_cloud", "laps_policy"):
        backup = setting(reading, place, "BackupDirectory")
        if backup in (1, 2):
            if not _has_laps(reading):
                continue  # a policy for the whole domain reaches releases that do not obey it
            joined = _cloud_joined(reading) if backup == 1 else member_of_domain(reading)
            return _known(joined)
        if backup is not None:
            return _known(value=False)
    if setting(reading, "laps_legacy", "AdmPwdEnabled") == 1:
        if values(reading, "laps_client") is None:
            return Missing(MissingReason.UNSUPPORTED, SETTINGS, "set for the old product, whose client part is not installed")
        return _known(member_of_domain(reading))
    return _known(value=False)


def _has_laps(reading: Reading) -> bool:
    """Windows has the part that obeys: from 1809 on with the update of April 2023."""
    build = build_number(reading)
    if build < min(_FIRST_WITH_LAPS):
        return False
    least = _FIRST_WITH_LAPS.get(build)
    if least is None:
        return build > max(_FIRST_WITH_LAPS)
    revision = dword((key(reading, "os", "version") or {}).get("UBR"))
    if revision is None:
        reading.fail(MissingReason.ABSENT, "os", "without the revision nobody knows whether LAPS is there")
    return revision >= least


def _cloud_joined(reading: Reading) -> bool:
    count = whole(reading.document(SETTINGS).get("cloud_joined"))
    if count is None:
        reading.fail(MissingReason.ERROR, SETTINGS, "membership in a cloud directory cannot be read")
    return count > 0


def central(reading: Reading) -> FactValue:
    """Member of a domain or of a cloud directory."""
    unread: NotReadError | None = None
    for ask in (member_of_domain, _cloud_joined):
        try:
            if ask(reading):
                return Known(value=True, section="hardware" if ask is member_of_domain else SETTINGS)
        except NotReadError as error:
            unread = unread or error
    if unread is not None:
        raise unread
    return Known(value=False, section="hardware")


def winrm(reading: Reading) -> FactValue:
    """The service runs."""
    return Known(service_state(reading, "winrm") == RUNNING, "services")


def winrm_unencrypted(reading: Reading) -> FactValue:
    """Unencrypted traffic or Basic logins are allowed, a policy first; off unless set. What does not run takes none."""
    if service_state(reading, "winrm") != RUNNING:
        return Known(value=False, section="services")
    native(reading)
    own, policy = values(reading, "winrm"), values(reading, "winrm_policy")
    if own is None and policy is None:
        return _absent("the service has no settings")
    allowed = []
    for by_policy, by_itself in (("AllowUnencryptedTraffic", "allow_unencrypted"), ("AllowBasic", "auth_basic")):
        value = setting(reading, "winrm_policy", by_policy)
        allowed.append(setting(reading, "winrm", by_itself) if value is None else value)
    return _known(any(value not in (None, 0) for value in allowed))


def powershell_logging(reading: Reading) -> FactValue:
    """EnableScriptBlockLogging, which PowerShell 5 obeys and 4 only with an update; without it only what looks odd is kept."""
    if setting(reading, "powershell", "EnableScriptBlockLogging") != 1:
        return _known(value=False)
    version = text(reading.document("about").get("powershell")).partition(".")[0]
    if not (version.isascii() and version.isdigit() and len(version) <= 3):
        reading.fail(MissingReason.ERROR, "about", "the version of PowerShell cannot be read")
    if int(version) == 4:
        return Missing(MissingReason.UNSUPPORTED, SETTINGS, "PowerShell 4 obeys the setting only with an update")
    return _known(int(version) >= 5)


def automatic_login(reading: Reading) -> FactValue:
    """AutoAdminLogon; the password beside it is never read."""
    native(reading)
    logon = values(reading, "winlogon")
    if logon is None:
        return _absent("there is no such key")
    if not figure(reading, logon, "AutoAdminLogon"):
        return Known([], SETTINGS)
    return Known([written(reading, logon, "DefaultUserName") or "?"], SETTINGS)


def autorun_off(reading: Reading) -> FactValue:
    """NoDriveTypeAutoRun for all drives, or NoAutorun, for the whole machine.

    Not set, autorun is on; a user may have it switched off alone, which proves it neither way.
    """
    native(reading)
    drives, commands = setting(reading, "explorer", "NoDriveTypeAutoRun"), setting(reading, "explorer", "NoAutorun")
    if commands == 1 or (drives is not None and drives & _ALL_DRIVES == _ALL_DRIVES):
        return _known(value=True)
    if drives is None:
        rows = reading.document("hives").get("rows")
        for row in rows if isinstance(rows, list) else [None]:
            found = row.get("explorer", "") if isinstance(row, dict) else ""
            if found is not None and (not isinstance(found, dict) or "NoDriveTypeAutoRun" in found):
                reading.fail(MissingReason.UNSUPPORTED, "hives", "not set for the machine, perhaps for some of its users")
    return _known(value=False)


def storage_blocked(reading: Reading) -> FactValue:
    """A policy denies removable storage, or both drivers of USB storage are off."""
    if setting(reading, "media", "Deny_All") == 1:
        return _known(value=True)
    disks = [setting(reading, "media_disks", name) for name in ("Deny_Read", "Deny_Write")]
    drivers = [setting(reading, name, "Start") for name in ("usb_driver", "uas_driver")]
    if disks == [1, 1] or (drivers[0] == _DISABLED and drivers[1] in (None, _DISABLED)):
        return _known(value=True)
    if drivers[0] is None:
        return _absent("the driver of USB storage has no setting")
    return _known(value=False)


def secure_boot(reading: Reading) -> FactValue:
    """UEFISecureBootEnabled; never on before Windows 8 and on firmware of the old kind."""
    if build_number(reading) < _WINDOWS_8:
        return Known(value=False, section="os")
    value = setting(reading, "secure_boot", "UEFISecureBootEnabled")
    if value is not None:
        return _known(value == 1)
    if setting(reading, "firmware", "PEFirmwareType") == _BIOS:
        return _known(value=False)
    return _absent("the firmware does not say")


def aslr(reading: Reading) -> FactValue:
    """On since Vista unless MoveImages is 0 or the mitigation options of the system switch it off.

    Programs that were built without it stay where they are, as on every other system.
    """
    if values(reading, "memory") is None:
        return _absent("there is no such key")
    options = _mitigation(reading)
    off = setting(reading, "memory", "MoveImages") == 0 or options & _FORCED_OFF != 0 or options & _BOTTOM_UP_OFF != 0
    return _known(not off)


def _mitigation(reading: Reading) -> int:
    """MitigationOptions: a 64-bit number, or bytes with the lowest first."""
    value = (values(reading, "mitigation") or {}).get("MitigationOptions")
    if value is None:
        return 0
    if isinstance(value, list) and 8 <= len(value) <= 64 and all(whole(item) in range(256) for item in value):
        return int.from_bytes(bytes(value[:8]), "little")
    options = whole(value)
    if options is None:
        reading.fail(MissingReason.ERROR, SETTINGS, "MitigationOptions is neither a number nor bytes")
    return options


PARSERS: dict[str, Parser] = {
    "settings.smb1_client": smb1_client,
    "settings.smb_signing": smb_signing,
    "settings.llmnr": llmnr,
    "settings.wdigest": wdigest,
    "settings.lm_level": lm_level,
    "settings.lsa_protection": lsa_protection,
    "settings.anonymous_restricted": anonymous_restricted,
    "settings.blank_passwords_limited": blank_passwords_limited,
    "settings.remote_uac": remote_uac,
    "settings.laps": laps,
    "settings.winrm": winrm,
    "settings.winrm_unencrypted": winrm_unencrypted,
    "settings.powershell_logging": powershell_logging,
    "accounts.central": central,
    "login.automatic": automatic_login,
    "media.autorun_off": autorun_off,
    "media.storage_blocked": storage_blocked,
    "boot.secure": secure_boot,
    "exploit.aslr": aslr,
}
