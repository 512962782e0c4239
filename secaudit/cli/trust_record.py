"""What the store and the file of host keys say about trust: quarantine, what was accepted, the history of keys."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.cli.workspace import STORE_FILE, existing_store
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.province import DEFAULT_PLAN, Province
from secaudit.store import Store
from secaudit.transport import Act, HostKeys

ACTS: dict[Act, Message] = {
    Act.ENROLLED: msgc("act", "enrolled"),
    Act.REPLACED: msgc("act", "replaced"),
    Act.REMOVED: msgc("act", "removed"),
    Act.REVOKED: msgc("act", "withdrawn"),
}
ACCEPTED = msgc("act", "new machine accepted")


def quarantined(province: Province, workspace: Path, moment: datetime) -> dict[str, Doubt]:
    """Machines in quarantine at ``moment``; doubled ones are none, their keys are in order."""
    with existing_store(workspace) as store:
        if store is None:
            return {}
        states = gather_states(province, store, as_of=moment, rules=province.plan(DEFAULT_PLAN).evidence)
    found = {name: state.doubt for name, state in states.items() if state.doubt is not None}
    return {name: doubt for name, doubt in found.items() if doubt.kind is not DoubtKind.DOUBLED}


def accept_machines(workspace: Path, endpoints: Sequence[str], *, who: str, at: datetime) -> None:
    """Whoever replaces a changed key says that the machine was installed again or replaced; no store, nothing to say it to."""
    path = workspace / STORE_FILE
    if endpoints and path.exists() and path.stat().st_size:
        with Store.open(path, create=False) as store:
            store.accept(endpoints, who=who, at=at)


def print_history(session: Session, host_keys: HostKeys, workspace: Path) -> None:
    """Every act on keys and machines, oldest first."""
    rows = [(one.at, ACTS[one.act], one.name, one.fingerprint, one.who) for one in host_keys.events()]
    with existing_store(workspace) as store:
        rows += [(at, ACCEPTED, endpoint, "", who) for at, who, endpoint in (store.acceptances() if store else ())]
    table = Table()
    for heading in (msg("When"), msg("What"), msg("Name"), msg("Fingerprint"), msg("By")):
        table.add_column(session.text(heading), overflow="fold")
    for at, act, name, fingerprint, who in sorted(rows, key=lambda row: row[0]):
        when = at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M")
        table.add_row(when, session.text(act), Text(clean(name)), Text(clean(fingerprint)), Text(clean(who)))
    session.out.print(table)
