"""Updates of Windows: how they come, what is installed, what waits (sections updates, hotfixes, reboot, licences, search)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from secaudit.facts.reading import Parser, Reading, whole
from secaudit.facts.windows_machine import build_number, dword, is_server, key, text
from secaudit.facts.windows_settings import reboot_reasons_list
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_DISABLED = 4
"""Start value of a service."""
_FIRST_10 = 10_240
_WAYS = {1: "manual", 2: "notify", 3: "download", 4: "automatic", 7: "download"}
"""AUOptions; 5 leaves the choice to the administrators of the machine and so says nothing."""
_MDM_WAYS = {0: "notify", 1: "automatic", 2: "automatic", 3: "automatic", 4: "automatic", 5: "manual"}
"""AllowAutoUpdate of device management: 0 asks before it downloads, 5 turns updates off (from memory)."""
_INSTALLATIONS = {"client": "client", "server": "server", "server core": "server core"}
_KB = re.compile(r"(?i:KB)[0-9]{6,8}")
_LICENSED = 1
_ESU = {
    "f520e45e-7413-4a34-a497-d2765967d094": date(2026, 10, 13),  # Windows 10, first year
    "1043add5-23b1-4afb-9a0f-64343c8f3f8d": date(2027, 10, 12),  # Windows 10, second year
    "83d49986-add3-41d7-ba33-87c7bfb5c0fb": date(2028, 10, 10),  # Windows 10, third year
    "55b1dd2d-2209-4ea0-a805-06298bad25b3": date(2026, 10, 13),  # Server 2012 and 2012 R2, third year
}
"""Activation ids of Extended Security Updates and the last day each pays for; those of Windows 7 and 2008 ended in 2023."""
_UNSEEN_ESU = frozenset({19045})
"""Builds whose extended support is also given to private persons and cloud machines without a licence that could be seen."""
_SEARCH_WELL = 2
_REASONS = {reason.value: reason for reason in MissingReason}


def installation(reading: Reading) -> FactValue:
    """InstallationType in lower case."""
    written = text((key(reading, "os", "version") or {}).get("InstallationType")).lower()
    kind = _INSTALLATIONS.get(written)
    if kind is None:
        reason = MissingReason.UNSUPPORTED if written else MissingReason.ABSENT
        return Missing(reason, "os", f"the kind of installation is {written}" if written else "")
    return Known(kind, "os")


def extended_support(reading: Reading) -> FactValue:
    """A licence of Extended Security Updates that pays for today is active."""
    rows = reading.document("licences").get("rows")
    if not isinstance(rows, list) or not rows:
        reading.fail(MissingReason.ABSENT, "licences", "not even the licence of Windows itself was seen")
    active = [str(row.get("id")).lower() for row in rows if isinstance(row, Mapping) and whole(row.get("status")) == _LICENSED]
    today = reading.observed_at.date()
    if any(_ESU[licence] >= today for licence in active if licence in _ESU):
        return Known(value=True, section="licences")
    if build_number(reading) in _UNSEEN_ESU and not is_server(reading):
        # no section is named: there is none that could show it
        reading.fail(MissingReason.UNSUPPORTED, detail="the programme for private persons leaves no licence to be seen")
    return Known(value=False, section="licences")


def update_policy(reading: Reading) -> FactValue:
    """What happens with an update that is offered: the service, a policy, device management, the old setting, the default."""
    service = dword((key(reading, "updates", "service") or {}).get("Start"))
    if service == _DISABLED:
        return Known("disabled", "updates")
    policy = key(reading, "updates", "policy") or {}
    if dword(policy.get("NoAutoUpdate")) == 1:
        return Known("manual", "updates")
    option = dword(policy.get("AUOptions"))
    managed = dword((_mdm(reading) or {}).get("AllowAutoUpdate")) if option is None else None
    if managed is not None:
        way = _MDM_WAYS.get(managed)
        return Known(way, "updates") if way else Missing(MissingReason.UNSUPPORTED, "updates", f"AllowAutoUpdate is {managed}")
    if option is None and build_number(reading) < _FIRST_10:
        option = dword((key(reading, "updates", "old_settings") or {}).get("AUOptions"))
    if option is not None:
        way = _WAYS.get(option)
        return Known(way, "updates") if way else Missing(MissingReason.UNSUPPORTED, "updates", f"AUOptions is {option}")
    if build_number(reading) < _FIRST_10 or is_server(reading):
        return Missing(MissingReason.ABSENT, "updates", "no setting, and the release has no default that is known")
    if service is None:
        return Missing(MissingReason.ABSENT, "updates", "the update service does not exist")
    _require_64_bit_view(reading)  # device management writes where a 32-bit PowerShell does not look
    return Known("automatic", "updates")


def central_source(reading: Reading) -> FactValue:
    """A policy sends the machine to an update server of the organisation."""
    if text((_mdm(reading) or {}).get("UpdateServiceUrl")):
        return Known(value=True, section="updates")
    if dword((key(reading, "updates", "policy") or {}).get("UseWUServer")) != 1:
        _require_64_bit_view(reading)
        return Known(value=False, section="updates")
    if not text((_key_of(reading, "server") or {}).get("WUServer")):
        reading.fail(MissingReason.ERROR, "updates", "an own update server is to be used and none is named")
    return Known(value=True, section="updates")


def hotfixes(reading: Reading) -> FactValue:
    """KB numbers of the list of installed updates; the list leaves out what is not part of Windows."""
    document = reading.document("hotfixes")
    names = document.get("ids")
    if not isinstance(names, list):
        reading.fail(MissingReason.ABSENT, "hotfixes", "this answer has no list of updates")
    found = {name.upper() for name in names if isinstance(name, str) and _KB.fullmatch(name)}
    odd = sum(not (isinstance(name, str) and _KB.fullmatch(name)) for name in names)
    return Known(sorted(found), "hotfixes", complete=not odd and whole(document.get("count")) == len(names))


def restart_waiting_days(reading: Reading) -> FactValue:
    """Since servicing first wrote after the last start that a package waits for the next one; 0 where no restart is needed."""
    if not reading.once(reboot_reasons_list):
        return Known(0, "reboot")
    log = reading.document("reboot").get("waiting")
    if not isinstance(log, Mapping):
        reading.fail(_REASONS.get(str(log), MissingReason.ABSENT), "reboot", "the log of servicing could not be read")
    booted = whole(reading.document("system").get("booted"))
    if booted is None or booted <= 0:
        reading.fail(MissingReason.ABSENT, "system", "the moment of the last start is not known")
    times = log.get("times")
    since = [moment for moment in map(whole, times if isinstance(times, list) else []) if moment is not None and moment >= booted]
    if not since:
        reading.fail(MissingReason.ABSENT, "reboot", "the log of servicing does not say since when")
    days = reading.age_days(min(since), "reboot")
    first = whole(log.get("first"))
    if (log.get("full") is not False and len(since) == len(times or [])) or first is None or first > booted:
        reading.fail(MissingReason.TRUNCATED, "reboot", f"the log does not reach back to the last start: {days} days or more")
    return Known(days, "reboot")


def search_pending(reading: Reading) -> FactValue:
    """Updates the agent's cache offers, definitions of the antivirus left out; asked in a local audit only."""
    document = reading.document("search")
    count = whole(document.get("count"))
    if whole(document.get("code")) != _SEARCH_WELL or count is None or count < 0:
        reading.fail(MissingReason.ERROR, "search", "the search of the update agent did not end well")
    return Known(count, "search")


def _mdm(reading: Reading) -> Mapping[str, Any] | None:
    return _key_of(reading, "mdm")


def _key_of(reading: Reading, name: str) -> Mapping[str, Any] | None:
    """A key that older answers do not have; their silence is no absence."""
    if name not in reading.document("updates"):
        reading.fail(MissingReason.UNSUPPORTED, "updates", f"this answer was not asked for {name}")
    return key(reading, "updates", name)


def _require_64_bit_view(reading: Reading) -> None:
    if reading.document("about").get("wow64") is not False:
        reading.fail(MissingReason.UNSUPPORTED, "about", "a 32-bit PowerShell does not see these keys on 64-bit Windows")


PARSERS: dict[str, Parser] = {
    "os.installation": installation,
    "os.extended_support": extended_support,
    "patch.update_policy": update_policy,
    "patch.central_source": central_source,
    "patch.hotfixes": hotfixes,
    "patch.restart_waiting_days": restart_waiting_days,
    "patch.search_pending": search_pending,
}
