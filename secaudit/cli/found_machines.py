"""The part of ``secaudit discover`` that comes after the search: what was found, what people say of it, what is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from secaudit.cli.output import write_file
from secaudit.cli.reconcile_words import (
    Since,
    print_reconciliation,
    proposals_json,
    reconciliation_json,
    say_proposed,
    say_set_aside,
)
from secaudit.cli.session import Session
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.discovery import Device, SetAside
from secaudit.model.inventory import Inventory
from secaudit.pipeline.proposing import Proposals, propose, set_aside, to_adopt
from secaudit.pipeline.reconciliation_sheet import reconciliation_sheets
from secaudit.pipeline.reconciling import BEYOND, Reconciliation
from secaudit.pipeline.searched import inventory_reconciliation
from secaudit.report.voice import Voice
from secaudit.report.workbook import as_xlsx
from secaudit.resources import translator
from secaudit.store import Store


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks to be kept."""

    adopt: tuple[str, ...] = ()
    adopt_all: bool = False
    aside: tuple[str, ...] = ()
    device: Device | None = None
    reason: str = ""

    def __bool__(self) -> bool:
        """Whether anything is to be kept."""
        return bool(self.adopt or self.adopt_all or self.aside or self.device is not None or self.reason)


@dataclass(frozen=True)
class Found:
    """The newest searches against the inventory."""

    reconciliation: Reconciliation
    since: Since

    @property
    def beyond(self) -> bool:
        """Whether machines answer beyond the list."""
        return any(line.kind in BEYOND for line in self.reconciliation.lines)


@dataclass(frozen=True)
class Done:
    """What was kept."""

    proposals: Proposals
    words: tuple[SetAside, ...]


def look_again(known: Inventory, store: Store, *, at: datetime, agencies: Sequence[str]) -> Found:
    """What the store has by now, of ``agencies`` or of all."""
    found = inventory_reconciliation(known, store, at)
    if agencies:
        found = replace(
            found,
            lines=tuple(line for line in found.lines if line.agency in agencies),
            found={name: one for name, one in found.found.items() if name in agencies},
            counts={name: one for name, one in found.counts.items() if name in agencies},
        )
    return Found(found, store.first_found(at))


def act(known: Inventory, store: Store, wish: Wish, *, agencies: Sequence[str], who: str, at: datetime) -> Done:
    """Keep proposals and words; UsageError for what does not fit, and then nothing is kept."""
    if wish.adopt and wish.adopt_all:
        raise UsageError(msg("--adopt and --adopt-all exclude each other"), hint=msg("name addresses, or adopt all"))
    if bool(wish.aside) != (wish.device is not None) or (wish.reason and not wish.aside):
        raise UsageError(
            msg("--set-aside needs --as and --reason, and they need it"),
            hint=msg("secaudit discover --set-aside ADDRESS --as printer --reason TEXT"),
        )
    found = inventory_reconciliation(known, store, at)
    hosts = to_adopt(found, wish.adopt, agencies) if wish.adopt or wish.adopt_all else ()
    words: tuple[SetAside, ...] = ()
    if wish.aside and wish.device is not None:
        words = set_aside(found, wish.aside, agencies, device=wish.device, reason=wish.reason, who=who, at=at)
    proposals = propose(hosts, store.newcomers(), since=store.first_found(at), who=who, at=at)
    store.set_aside(words)
    store.keep_newcomers(proposals.new)
    return Done(proposals, words)


def write_sheets(session: Session, known: Inventory, found: Found, target: Path) -> None:
    """A sheet for each agency, in Vietnamese whatever the console speaks."""
    tabs = reconciliation_sheets(known, found.reconciliation, found.since)
    if not tabs:
        raise UsageError(
            msg("no agency's network was searched yet, so there is nothing to sign"), hint=msg("run secaudit discover first")
        )
    write_file(target, as_xlsx(tabs, Voice(translator("vi"))), what=msg("the workbook cannot be written: {reason}"))
    session.say(msg("workbook: {path}", path=str(target.resolve())), style="bold")


def say_found(session: Session, known: Inventory, found: Found, done: Done | None) -> None:
    """What was kept, then what is."""
    if done is not None:
        say_set_aside(session, done.words)
        say_proposed(session, done.proposals)
    print_reconciliation(session, known, found.reconciliation, found.since)


def found_json(session: Session, found: Found, done: Done | None) -> dict[str, Any]:
    """The same as data."""
    kept = done if done is not None else Done(Proposals((), ()), ())
    return {**reconciliation_json(session, found.reconciliation, found.since), **proposals_json(kept.proposals, kept.words)}
