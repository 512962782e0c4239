"""What answers in the agencies' networks, against what is declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from secaudit.discover.nmap import Found, Network, discover
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import Inventory
from secaudit.source import did_you_mean
from secaudit.store import Store, UndeclaredMachine

Discover = Callable[[Sequence[Network]], list[Found]]


@dataclass(frozen=True)
class Reconciliation:
    """One sweep of the networks of some agencies."""

    agencies: tuple[str, ...]
    declared: tuple[str, ...]
    """Endpoint ids that answered."""
    undeclared: tuple[UndeclaredMachine, ...]


def discover_machines(
    inventory: Inventory, agencies: Sequence[str], *, at: datetime, look: Discover = discover
) -> Reconciliation:
    """Scan only the networks the inventory names, of ``agencies`` or of all that exist on the day of ``at``."""
    known = {agency.agency.id: agency.agency for agency in inventory.agencies if agency.agency.exists_on(day_in_vietnam(at))}
    missing = [name for name in agencies if name not in known]
    if missing:
        raise UsageError(
            msg("the inventory has no {kind} called {id}", kind=msg("agency"), id=", ".join(missing)),
            hint=did_you_mean(missing[0], known) or msg("names stand in the inventory's files as id"),
        )
    chosen = [known[name] for name in agencies] if agencies else list(known.values())
    swept = [agency for agency in chosen if agency.networks]
    networks = list(dict.fromkeys(network for agency in swept for network in agency.networks))
    by_address = {e.address: e.id for e in inventory.endpoints.values() if e.address and inventory.access_of(e).via is None}
    declared: list[str] = []
    undeclared: list[UndeclaredMachine] = []
    for found in look(networks):
        if found.address in by_address:
            declared.append(by_address[found.address])
            continue
        address = ip_address(found.address)
        owner = next((agency.id for agency in swept if any(address in network for network in agency.networks)), None)
        if owner is not None:
            undeclared.append(UndeclaredMachine(found.address, owner, found.ports))
    return Reconciliation(tuple(agency.id for agency in swept), tuple(declared), tuple(undeclared))


def save_reconciliation(store: Store, found: Reconciliation, at: datetime) -> None:
    """Keep the sweep: also that agencies were swept and nothing undeclared answered."""
    store.save_discovery(at, found.agencies, found.undeclared)
