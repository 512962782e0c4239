"""The last section of docs/coverage.md: which fact was really read on which release, written from what the hosts showed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from secaudit.model.fact import FACTS, Known, Missing
from tests.hosts.roots import SUITES
from tests.hosts.seeing import ROOT, Seen

PAGE: Path = ROOT / "docs" / "coverage.md"
TITLE = "## Debian 11, 12 and 13 as real hosts"
OF_THE_MACHINE = ("machine.", "boot.", "disk.", "exploit.", "mac.", "kernel.", "media.", "logging.process")
"""Facts that hang on the hardware or the kernel below the hosts, which differ from one place to another."""
_HEAD = f"""{TITLE}

Written by `tests/hosts` (`make lab`, as root; `WRITE_COVERAGE=1` writes it anew) from what the hosts showed: roots of each
release, built from the archive, running sshd in namespaces of their own, asked over SSH as root, through `sudo -n` without limits
and by the list of `secaudit access recipe`, and as an ordinary account. **R** read on a host
(`tests/hosts/expectations.py` says which values are compared); **–** never known on any host. The last
column says for which reasons the fact stayed unknown on some host or account. No root runs systemd: what only systemd shows
(units, timers, the journal, timedatectl) is not seen here; whether a restart is needed can be told only where the running
kernel lies on the host's disk. auditd, clamd, clamonacc and Defender for Endpoint are stood in for by a process of their name
and, for the last, a program that answers as documented; ufw, firewalld, nftables, iptables, rsyslog, cron, chrony, vsftpd,
inetd and telnetd are the real ones. Facts of the hardware and of the kernel below (`machine`, `boot`, `disk`, `exploit`,
`mac`, `kernel`) are not listed.

| Fact | 11 | 12 | 13 | unknown somewhere because |
|---|---|---|---|---|
"""


def section(seen: Mapping[tuple[str, str, str], Seen]) -> str:
    """The section as it must stand at the end of the page."""
    rows = []
    for name in FACTS:
        values = {key: one.facts[name] for key, one in seen.items()}
        missing = [value for value in values.values() if isinstance(value, Missing)]
        asked = any(value.detail != "this platform is not asked for it" for value in missing) or len(missing) < len(values)
        if asked and not name.startswith(OF_THE_MACHINE):
            marks = (_mark(values[key] for key in values if key[0] == release) for release in SUITES)
            reasons = ", ".join(sorted({value.reason.value for value in missing}))
            rows.append(f"| {name} | {' | '.join(marks)} | {reasons} |\n")
    return _HEAD + "".join(rows)


def written() -> str:
    """The section as it stands."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(TITLE)
    return found + rest


def write(text: str) -> None:
    """Put ``text`` in the place of the section."""
    before = PAGE.read_text(encoding="utf-8").partition(TITLE)[0].rstrip("\n")
    PAGE.write_text(f"{before}\n\n{text}", encoding="utf-8")


def _mark(values: Iterable[object]) -> str:
    return "R" if any(isinstance(value, Known) for value in values) else "–"
