"""Making a collector for one agency and period: what goes into the zip, and what the store keeps of it."""

import io
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from secaudit.errors import UsageError
from secaudit.intake.cms import seal
from secaudit.intake.keys import Certificate
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.courier import PERIOD, Courier, taken_until
from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, Inventory
from secaudit.model.secret import Secret
from secaudit.pipeline.soc import contact_of
from secaudit.probe.courier import courier_scripts
from secaudit.probe.handouts import POSIX_FILE, SUMS_FILE, WINDOWS_FILE, Occasion, Via, handouts, sums
from secaudit.store import Store

_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can say: the same collector is the same bytes whenever it is packed."""
_EACH: Final = ("gpo", "av-console")
"""Ways on which many machines write at once into a share that none of them may read."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The agency a collector is for, and its machines."""

    agency: AgencyFile
    machines: tuple[Endpoint, ...]
    """In use, without the isolated ones."""
    isolated: tuple[Endpoint, ...]
    """In use; counted, and never given a collector."""


@dataclass(frozen=True, slots=True)
class MadeCourier:
    """A collector as it is handed out."""

    record: Courier
    package: bytes
    """The zip."""
    digests: Mapping[str, str]
    """File in the zip -> SHA-256."""
    until: date
    """The last day on which its answers are taken."""
    contact: str


def audience(inventory: Inventory, agency: str, today: date) -> Audience:
    """The machines a collector for ``agency`` may run on; UsageError when there is nobody to make one for."""
    found = next((one for one in inventory.agencies if one.agency.id == agency), None)
    if found is None:
        raise UsageError(
            msg("there is no agency called {id}", id=agency), hint=msg("the ids stand in the files of the agencies folder")
        )
    if not found.agency.exists_on(today):
        raise UsageError(
            msg("agency {id} does not exist any more", id=agency),
            hint=msg("make the collector for its successor: {ids}", ids=", ".join(found.agency.successors) or "?"),
        )
    used = [endpoint for endpoint in found.endpoints if endpoint.status == "in_use"]
    isolated = tuple(endpoint for endpoint in used if endpoint.kind is EndpointKind.ISOLATED)
    machines = tuple(endpoint for endpoint in used if endpoint.kind is not EndpointKind.ISOLATED)
    if isolated and not machines:
        raise UsageError(
            msg("all {count} machines of {id} are isolated, and an isolated machine is never given a collector",
                count=len(isolated), id=agency),
            hint=msg("they are counted apart, and nothing is brought to them"),
        )  # fmt: skip
    return Audience(found, machines, isolated)


def check_period(period: str, today: date) -> date:
    """The last day on which answers for ``period`` are taken; UsageError when that is over, or it is no period."""
    if PERIOD.fullmatch(period) is None:
        raise UsageError(msg("{text} is no period", text=period), hint=msg("write it as year and month, like 2026-12"))
    until = taken_until(period)
    if until < today:
        raise UsageError(
            msg("answers for period {period} are not taken any more since {day}", period=period, day=until.isoformat()),
            hint=msg("make a collector for the current period"),
        )
    return until


def make_courier(
    inventory: Inventory,
    whom: Audience,
    certificate: Certificate,
    *,
    period: str,
    via: Via,
    contact: str | None,
    who: str,
    at: datetime,
) -> MadeCourier:
    """Compose scripts and sheets around a new token, which stands in the scripts and, sealed, in the record; nowhere else."""
    until = check_period(period, day_in_vietnam(at))
    agency = whom.agency.agency
    number, token = secrets.token_hex(8), Secret(secrets.token_hex(32))
    scripts = courier_scripts(
        agency.id, period, number, token, certificate.pem.decode("ascii"), each=via in _EACH, wait=via not in _EACH
    )
    unit, told = _sender(inventory, contact)
    named = {WINDOWS_FILE: scripts.windows, POSIX_FILE: scripts.posix}
    contents = named | handouts(Occasion(agency.id, agency.name, period, unit, told, until, via), named)
    contents[SUMS_FILE] = sums(contents)
    package = _packed(contents)
    record = Courier(
        id=number,
        agency=agency.id,
        period=period,
        via=via,
        made_at=at,
        who=who,
        key=certificate.fingerprint,
        token=seal(certificate, token.reveal().encode("ascii")),
        digest=sha256(package).hexdigest(),
    )
    return MadeCourier(record, package, {name: sha256(data).hexdigest() for name, data in contents.items()}, until, told)


def keep_courier(store: Store, made: MadeCourier) -> tuple[Courier, ...]:
    """Keep the record before the zip is handed out; gives the earlier collectors of the agency and period, which stay valid."""
    earlier = store.couriers.of(made.record.agency, made.record.period)
    store.couriers.save(made.record)
    return tuple(earlier)


def _sender(inventory: Inventory, contact: str | None) -> tuple[str, str]:
    """Who asks, and where the answers go: what was named, else how the designated unit is reached by the agency's own file."""
    province = inventory.province.province
    unit = province.designated_unit or province.owner
    own = next((one.agency for one in inventory.agencies if one.agency.name == unit), None)
    reached = contact_of(own) if own is not None else None
    return unit, contact or (f"{unit} ({reached})" if reached else unit)


def _packed(contents: Mapping[str, bytes]) -> bytes:
    """A zip that depends on its contents alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in contents.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # as Linux writes it, wherever this runs: only so do the modes count
            info.external_attr = (0o755 if name == POSIX_FILE else 0o644) << 16
            package.writestr(info, data)
    return stream.getvalue()
