"""What people do about found machines: propose them to their agency, or say that they are no endpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from secaudit.errors import UsageError
from secaudit.intake.matching import host_key, newcomer_id
from secaudit.inventory.addresses import canonical, parse_ip
from secaudit.messages import Message, msg
from secaudit.model.discovery import Device, HostFound, Meeting, Met, SetAside
from secaudit.model.identity import Identity
from secaudit.model.intake import FOUND, Newcomer
from secaudit.pipeline.reconciling import Reconciliation, likeness
from secaudit.pipeline.searched import is_same

_OS = {Device.WINDOWS: "windows", Device.LINUX: "linux"}
_ADOPTED = (Meeting.UNDECLARED,)
_SPOKEN_OF = (Meeting.UNDECLARED, Meeting.SET_ASIDE, Meeting.RETIRED_ALIVE)
_SHOWN = 10
_WHY_NOT: Mapping[Meeting, Message] = {
    Meeting.ANSWERING: msg("it is declared"),
    Meeting.MOVED: msg("it is declared, at another address"),
    Meeting.RETIRED_ALIVE: msg("it is declared as retired: the agency corrects that in its list"),
    Meeting.ISOLATED_ALIVE: msg("it is declared as isolated: nothing of it is kept"),
    Meeting.SET_ASIDE: msg("it is set aside as no endpoint"),
}


@dataclass(frozen=True)
class Proposals:
    """Found machines as proposals for their agencies' lists."""

    new: tuple[Newcomer, ...]
    already: tuple[Newcomer, ...]
    """Proposed before: nothing is written again."""


def propose(
    hosts: Iterable[HostFound],
    known: Iterable[Newcomer],
    *,
    since: Mapping[tuple[str, str], datetime],
    who: str,
    at: datetime,
) -> Proposals:
    """A newcomer for each host; one that evidence already speaks of keeps its id and learns where it stands.

    ``since``: agency and address -> when something was first found there.
    """
    of_agency: dict[str, list[Newcomer]] = {}
    for one in known:
        of_agency.setdefault(one.agency, []).append(one)
    new: list[Newcomer] = []
    already: list[Newcomer] = []
    for host in hosts:
        same = next((one for one in of_agency.get(host.agency, ()) if is_same(one, host)), None)
        if same is not None and same.adopted_at is not None:
            already.append(same)
            continue
        found = _newcomer(host, since.get((host.agency, host.address), host.at), who, at)
        if same is not None:
            found = replace(found, id=same.id, name=same.name or found.name, source=same.source, os=same.os or found.os)
        new.append(found)
    return Proposals(tuple(new), tuple(already))


def _newcomer(host: HostFound, since: datetime, who: str, at: datetime) -> Newcomer:
    # What tells it from others at the time; from then on it is known as this newcomer, whatever it answers later.
    told = Identity(machine_id=host.host_key or host.mac or host.address)
    label = host_key(host.name) or "ip-" + canonical(host.address).replace(".", "-").replace(":", "-")
    return Newcomer(
        newcomer_id(host.agency, label, told), host.agency, host.name, Identity(), _OS.get(host.device, ""), FOUND,
        min(since, host.at), host.at, host.address, host.host_key, who, at,
    )  # fmt: skip


def to_adopt(reconciliation: Reconciliation, addresses: Sequence[str], agencies: Sequence[str]) -> tuple[HostFound, ...]:
    """The undeclared machines at these addresses, or all (of ``agencies``) where none is named.

    Raises UsageError that names every address at which no undeclared machine answers, and why.
    """
    if addresses:
        return tuple(_hosts(reconciliation, addresses, agencies, _ADOPTED))
    lines = [line for line in reconciliation.lines if line.kind in _ADOPTED and (not agencies or line.agency in agencies)]
    return tuple(line.host for line in lines if line.host is not None)


def set_aside(
    reconciliation: Reconciliation,
    addresses: Sequence[str],
    agencies: Sequence[str],
    *,
    device: Device,
    reason: str,
    who: str,
    at: datetime,
) -> tuple[SetAside, ...]:
    """What a person says of these addresses, with what they answer now. Raises UsageError like :func:`to_adopt`."""
    if not reason.strip():
        raise UsageError(msg("setting a machine aside needs a reason"), hint=msg("say why it is no endpoint: --reason TEXT"))
    found = _hosts(reconciliation, addresses, agencies, _SPOKEN_OF)
    return tuple(SetAside(one.agency, canonical(one.address), device, reason, who, at, likeness(one)) for one in found)


def _hosts(
    reconciliation: Reconciliation, addresses: Sequence[str], agencies: Sequence[str], kinds: tuple[Meeting, ...]
) -> list[HostFound]:
    """One host for each address; all that is wrong is said at once."""
    lines: dict[str, list[Met]] = {}
    for line in reconciliation.lines:
        if line.host is None or line.kind is Meeting.OTHER_MACHINE:
            continue
        if not agencies or line.host.agency in agencies:
            lines.setdefault(canonical(line.host.address), []).append(line)
    found: list[HostFound] = []
    wrong: list[tuple[str, Message]] = []
    for address in dict.fromkeys(canonical(text.strip()) for text in addresses):
        here = lines.get(address, [])
        fitting = [line.host for line in here if line.kind in kinds and line.host is not None]
        if len(fitting) == 1:
            found.append(fitting[0])
        elif len(fitting) > 1:
            whose = ", ".join(host.agency or "–" for host in fitting)
            wrong.append((address, msg("it answers in several agencies: {agencies}; name one with --agency", agencies=whose)))
        elif here:
            wrong.append((address, _WHY_NOT[here[0].kind]))
        elif parse_ip(address) is None:
            wrong.append((address, msg("this is no IP address")))
        else:
            wrong.append((address, msg("the newest searches found nothing there")))
    if wrong:
        shown = [msg("{address}: {reason}", address=address, reason=reason) for address, reason in wrong[:_SHOWN]]
        raise UsageError(
            msg("not one of the undeclared machines: {addresses}", addresses=_joined(shown)),
            hint=msg("secaudit discover --last shows what the newest searches found; nothing was kept"),
        )
    return found


def _joined(parts: Sequence[Message]) -> Message:
    return parts[0] if len(parts) == 1 else msg("{one}; {other}", one=parts[0], other=_joined(parts[1:]))
