"""Host firewall on Linux (sections firewall, firewall-zones, nft, iptables, units)."""

from secaudit.facts.linux_services import unit_states
from secaudit.facts.reading import NotReadError, Parser, Reading, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_DENYING = ("drop", "deny", "reject")


def active(reading: Reading) -> FactValue:
    """Incoming traffic is filtered: a firewall manager is on, or the rules themselves deny what they do not allow."""
    kind = _manager(reading)
    if kind:
        return Known(value=True, section="firewall")
    found = reading.once(_rules)
    return Known(found != "", "nft" if found == "nftables" else "iptables" if found == "iptables" else "firewall")


def kind(reading: Reading) -> FactValue:
    """What filters."""
    name = _manager(reading) or reading.once(_rules)
    return Known(name, "firewall") if name else Missing(MissingReason.ABSENT, "firewall")


def _manager(reading: Reading) -> str:
    """The manager, as far as it can be read without privilege.

    ufw switched on, denying by default, its unit not stopped; or firewalld running, none of its zones in use one that lets
    everything in: its rules end in a refusal all the same.
    """
    pairs = reading.pairs("firewall")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "firewall")
    units = unit_states(reading) if reading.status("units") is None else {}
    ufw, default = (first(pairs, name).strip("\"'").lower() for name in ("ufw-enabled", "ufw-input"))
    if ufw == "yes" and default in _DENYING and "ufw.service" in units and units["ufw.service"].active:
        return "ufw"
    if "firewalld.service" in units and units["firewalld.service"].running:
        _need_closed_zones(reading)
        return "firewalld"
    return ""


def _need_closed_zones(reading: Reading) -> None:
    """Raises NotReadError when a zone of firewalld in use lets everything in, or may do so.

    Root asks firewalld itself; others see the files alone, where these can be read. Earlier probes told the default zone only.
    """
    pairs = reading.pairs("firewall")
    default = first(pairs, "firewalld-zone").strip("\"'")
    status = reading.status("firewall-zones")
    if "zones" in pairs and status is None:
        lines = reading.lines("firewall-zones")
        rows = [line.removeprefix("zone=").split() for line in lines if line.startswith("zone=")]
        if "end=yes" not in lines or not rows or any(len(row) != len(("zone", "target")) or row[1] == "unknown" for row in rows):
            reading.fail(MissingReason.ERROR, "firewall-zones")
        if any(name == "trusted" or target == "ACCEPT" for name, target in rows):
            reading.fail(MissingReason.UNSUPPORTED, "firewall-zones", "a zone of firewalld in use lets everything in")
        return
    if "zones" in pairs and status not in (MissingReason.DENIED, MissingReason.ABSENT, MissingReason.UNSUPPORTED):
        reading.need("firewall-zones")
    if default.lower() == "trusted" or any(row.split() == [default, "free"] for row in pairs.get("zone-open", [])):
        reading.fail(MissingReason.UNSUPPORTED, "firewall", "the default zone of firewalld lets everything in")
    if "denied" in pairs.get("firewalld", []):
        reading.fail(MissingReason.DENIED, "firewall", "the zones of firewalld may not be read")
    if any(row.endswith(" bound") for row in pairs.get("zone-open", [])):
        reading.fail(MissingReason.DENIED, "firewall", "whether a zone that lets everything in is in use may not be asked")


def _rules(reading: Reading) -> str:
    """``nftables``, ``iptables`` or nothing, from the rules; raises NotReadError when they cannot be judged."""
    tools = reading.pairs("firewall").get("tool", [])
    unclear: NotReadError | None = None
    for name, tool, judge in (("nftables", "nft", _nft), ("iptables", "iptables", _iptables)):
        if tool not in tools:
            continue
        try:
            if judge(reading):
                return name
        except NotReadError as error:
            unclear = unclear or error
    if unclear is not None:
        raise unclear
    if not {"nft", "iptables"} & set(tools):
        _no_tool(reading)
    pairs = reading.pairs("firewall")
    if "filter" in pairs.get("kernel-table", []) and ("iptables" not in tools or "nf_tables" in first(pairs, "iptables")):
        reading.fail(MissingReason.UNSUPPORTED, "firewall", "the kernel has older filter tables that the tool does not list")
    return ""


def _no_tool(reading: Reading) -> None:
    """Without a tool to list rules, only a kernel that has not loaded any filter shows that there are none."""
    pairs = reading.pairs("firewall")
    if "modules" not in pairs:
        reading.fail(MissingReason.UNSUPPORTED, "firewall", "no tool to list rules, and the kernel does not say what it loaded")
    if pairs.get("kernel-table") or pairs.get("module"):
        reading.fail(MissingReason.UNSUPPORTED, "firewall", "the kernel has filter tables and no tool to list them is installed")
    if reading.status("nft") is not MissingReason.ABSENT:
        reading.need("nft")


def _nft(reading: Reading) -> bool:
    unclear = False
    if "looked=yes" not in reading.lines("nft")[:1]:
        reading.fail(MissingReason.ERROR, "nft")
    for line in reading.lines("nft"):
        words = line.split()
        if words[:1] != ["chain"] or "hook" not in words or words[words.index("hook") :][1:2] != ["input"]:
            continue
        if _denies(words, base_from=words.index("hook")):
            return True
        unclear = unclear or _number(words[4:5]) > 0
    if unclear:
        reading.fail(MissingReason.UNSUPPORTED, "nft", "there are rules, but whether they deny the rest cannot be told")
    return False


def _denies(words: list[str], *, base_from: int) -> bool:
    """``chain FAMILY TABLE NAME RULES VERDICT type filter hook input ... policy drop``; type nat and route filter nothing.

    VERDICT ``open``: some rule accepts everything, so neither the policy nor a later rule is what counts.
    """
    base = words[base_from:]
    policy = base[base.index("policy") + 1 :][:1] if "policy" in base else []
    filters = "filter" in words[6:base_from]
    return filters and words[5:6] != ["open"] and (policy == ["drop"] or words[5:6] == ["deny"])


def _iptables(reading: Reading) -> bool:
    rows = [line.split() for line in reading.lines("iptables") if line.startswith("input ")]
    if not rows or len(rows[0]) != len(("input", "policy", "rules", "verdict")):
        reading.fail(MissingReason.ERROR, "iptables")
    _, policy, rules, verdict = rows[0]
    if verdict != "open" and (policy in ("DROP", "REJECT") or verdict == "deny"):
        return True
    if _number([rules]) > 0:
        reading.fail(MissingReason.UNSUPPORTED, "iptables", "there are rules, but whether they deny the rest cannot be told")
    return False


def _number(words: list[str]) -> int:
    return int(words[0]) if words and words[0].isascii() and words[0].isdigit() and len(words[0]) < 9 else 0


PARSERS: dict[str, Parser] = {"firewall.active": active, "firewall.kind": kind}
