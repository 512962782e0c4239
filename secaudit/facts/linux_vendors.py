"""What other protection products on Linux say of themselves to root (section products).

Wordings are those of products.yaml's sources; a line that is not understood leaves its property unknown.
"""

import re
from collections.abc import Callable
from functools import partial

from secaudit.facts.products import Found
from secaudit.facts.reading import Reading, utc_moment, value_or_reason
from secaudit.model.fact import MissingReason

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:,? (?:at )?(\d\d):(\d\d):(\d\d))?")
_ESET_ENGINE = re.compile(r"EM002\s+\S+\s+\((\d{4})(\d\d)(\d\d)\)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DRWEB_DATE = re.compile(r"(\d{4})-(\w{3})-(\d\d) (\d\d):(\d\d):(\d\d)")
_VERSION = re.compile(r"v?(\d+(?:\.\d+){1,5})")


def _words(reading: Reading, name: str) -> dict[str, str]:
    """Label in lower case -> value, of one product; its first word for one it could not be asked is ``failed``."""
    found: dict[str, str] = {}
    for line in reading.lines("products"):
        product, tab, text = line.partition("\t")
        if not tab or product != name:
            continue
        label, sign, value = text.strip().partition(":")
        if not sign:
            label, sign, value = text.strip().partition("=")
        if not sign:
            parts = text.strip().rsplit(None, 1)
            label, value = (parts[0], parts[1]) if len(parts) == 2 else (text, "")
        found[label.strip().lower()] = value.strip().strip("\"',")
    if not found:
        reading.fail(MissingReason.ABSENT, "products", "the product did not speak")
    if set(found) == {"failed"}:
        reading.fail(MissingReason.ERROR, "products", "the product's own tool failed")
    return found


def _age(reading: Reading, parts: tuple[str | int, ...]) -> int:
    """Moments without a zone are read as UTC, which is at most a day off."""
    return reading.age_days(utc_moment(parts, "products"), "products")


def _dated(found: Found, reading: Reading, match: re.Match[str] | None) -> None:
    if match is None:
        found.signature_age_days = MissingReason.ERROR
        return
    parts = tuple(part for part in match.groups() if part is not None)
    found.signature_age_days = value_or_reason(partial(_age, reading, parts))


def _on(found: Found, state: bool | None) -> bool | MissingReason:
    """A product that does not run protects nothing, whatever its settings say."""
    if state is None:
        return MissingReason.ERROR
    return found.running if state and found.running is not True else state


def _numbered(found: Found, text: str) -> None:
    match = _VERSION.search(text)
    if match is not None:
        found.version = match[1]


def _eset(found: Found, reading: Reading) -> None:
    """The line of the detection engine carries the day of the signatures."""
    lines = [line.partition("\t")[2] for line in reading.lines("products") if line.startswith("eset\t")]
    if not lines:
        reading.fail(MissingReason.ABSENT, "products", "the product did not speak")
    _dated(found, reading, next(filter(None, map(_ESET_ENGINE.search, lines)), None))


def _drweb(found: Found, reading: Reading) -> None:
    words = _words(reading, "drweb")
    text = words.get("virus database timestamp", "")
    named = _DRWEB_DATE.search(text)
    if named is not None and named[2].lower() in _MONTHS:
        parts = (named[1], _MONTHS.index(named[2].lower()) + 1, *named.groups()[2:])
        found.signature_age_days = value_or_reason(partial(_age, reading, parts))
    else:
        _dated(found, reading, _DATE.search(text))
    _numbered(found, words.get("core engine version", ""))


def _bitdefender(found: Found, reading: Reading) -> None:
    words = _words(reading, "bitdefender")
    found.realtime = _on(found, {"on": True, "off": False}.get(words.get("antimalware status", "").lower()))
    _dated(found, reading, _DATE.search(words.get("last security content update", "")))
    _numbered(found, words.get("product version", ""))


def _sentinelone(found: Found, reading: Reading) -> None:
    """Judges by behaviour: there is no date of signatures."""
    words = _words(reading, "sentinelone")
    found.realtime = _on(found, {"enabled": True, "disabled": False}.get(words.get("agent state", "").lower()))
    if words.get("connectivity", "").lower() == "on":
        found.managed = True
    _numbered(found, words.get("agent version", ""))


def _crowdstrike(found: Found, reading: Reading) -> None:
    """In reduced functionality the sensor sees next to nothing; otherwise its state is the console's to know."""
    words = _words(reading, "crowdstrike")
    text = ", ".join(f"{label}={value}" for label, value in words.items())
    match = re.search(r"rfm-state\W+(true|false)", text)
    if match is not None:
        found.realtime = _on(found, match[1] == "false")
    version = re.search(r"version\W+([\d.]+)", text)
    _numbered(found, version[1] if version else "")


def _cortex(found: Found, reading: Reading) -> None:
    _numbered(found, _words(reading, "cortex").get("agent version", ""))


def _wazuh(found: Found, reading: Reading) -> None:
    """Its own state file says whether its manager answers."""
    if _words(reading, "wazuh").get("status", "") == "connected":
        found.managed = True


def _telling(tell: Callable[[Found, Reading], None], *properties: str) -> Callable[[Found, Reading], None]:
    """Run it; properties stay as they were, with the reason, where the product could not be asked."""

    def ask(found: Found, reading: Reading) -> None:
        reason = value_or_reason(partial(tell, found, reading))
        if isinstance(reason, MissingReason):
            for name in properties:
                setattr(found, name, reason)

    return ask


TELL: dict[str, Callable[[Found, Reading], None]] = {
    "eset-linux": _telling(_eset, "signature_age_days"),
    "drweb": _telling(_drweb, "signature_age_days", "version"),
    "bitdefender-linux": _telling(_bitdefender, "realtime", "signature_age_days", "version"),
    "sentinelone": _telling(_sentinelone, "realtime", "managed", "version"),
    "crowdstrike-falcon": _telling(_crowdstrike, "realtime", "version"),
    "cortex-xdr": _telling(_cortex, "version"),
    "wazuh-agent": _telling(_wazuh, "managed"),
}
"""Product of the catalogue -> what reads its own words."""
