"""What changes from day to day, as one record for each machine and change, for the monitoring centre's programs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from secaudit.measure.changes import changes
from secaudit.messages import Message, clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import Meeting
from secaudit.model.intake import FOUND
from secaudit.model.inventory import AgencyFile
from secaudit.model.past import Basis, Change, PastState
from secaudit.pipeline.adopting import waiting
from secaudit.pipeline.change_words import machine_words
from secaudit.pipeline.comparing import with_moments
from secaudit.pipeline.history import one_a_day
from secaudit.pipeline.province import Province
from secaudit.pipeline.searched import inventory_reconciliation
from secaudit.pipeline.state_book import StateBook
from secaudit.report.voice import Voice
from secaudit.report.words import source_words, word
from secaudit.store import Store
from secaudit.store.states import state_digest

FORMAT = 1
"""Raised when a field changes its meaning."""
_NAME = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """What there is to tell."""

    lines: tuple[bytes, ...]
    """One JSON object each: ASCII, without a line end inside."""
    begins: date | None
    """Day of the state that the first changes are counted from; None where there is none, so that no machine is compared."""


def change_feed(book: StateBook, province: Province, since: date, voice: Voice) -> Feed:
    """Every change from ``since`` on, between each recorded state and the next, the present last; then machines nobody declares.

    The same store, inventory and catalog give the same lines; a change keeps its ``id`` whichever day is asked from.
    """
    teller = _Teller(province, voice)
    lines: list[bytes] = []
    begins = None
    for before, after in _pairs(book, since):
        begins = begins or day_in_vietnam(before.moment)
        digest = state_digest(after)
        found = with_moments(province, book.store, before, after, changes(before, after))
        lines += (teller.change(one, before, after, digest) for one in found if teller.may_be_told(one.endpoint))
    now = book.sources.as_of
    lines += teller.undeclared(book.store, since, now)
    return Feed(tuple(lines), begins)


def _pairs(book: StateBook, since: date) -> Iterator[tuple[PastState, PastState]]:
    """States with machines, each beside the one before it, where the later one is of a day from ``since`` on."""
    now = book.now()
    today = day_in_vietnam(now.moment)
    told = one_a_day(one for one in book.known.states if one.basis is not Basis.RECOUNTED)
    earlier = [one for one in told if day_in_vietnam(one.moment) < today]
    before = None
    for state in reversed([one for one in earlier if day_in_vietnam(one.moment) < since]):
        whole = book.store.states.with_machines(state)
        if whole.machines:
            before = whole
            break
    for state in (*(one for one in earlier if day_in_vietnam(one.moment) >= since), now):
        after = state if state is now else book.store.states.with_machines(state)
        if not after.machines:
            continue
        if before is not None:
            yield before, after
        before = after


class _Teller:
    """Makes the lines."""

    def __init__(self, province: Province, voice: Voice) -> None:
        self._province = province
        self._voice = voice
        self._agencies = {part.agency.id: part for part in province.inventory.agencies}
        self._secret = {name for name, system in province.inventory.systems.items() if system.state_secret}

    def may_be_told(self, machine: str) -> bool:
        """Machines of systems with state secrets are nobody's news; isolated ones are in no state at all."""
        endpoint = self._province.inventory.endpoints.get(machine)
        return endpoint is None or (endpoint.kind != "isolated" and not self._secret.intersection(endpoint.systems))

    def change(self, one: Change, before: PastState, after: PastState, digest: str) -> bytes:
        """The line of one change between two states; ``digest`` is that of the later one."""
        machine = after.machines.get(one.endpoint)
        was, now = one.protection or (None, None)
        days = day_in_vietnam(before.moment).isoformat(), day_in_vietnam(after.moment).isoformat()
        return _line(
            (after.plan, days[0], one.endpoint, one.turn.value, list(one.checks), one.protection),
            machine=one.endpoint,
            address=None,
            **self._agency(one.agency),
            reason=one.turn.value,
            words=machine_words(self._voice, self._province, one) or self._voice.say(word(one.turn)),
            checks=list(one.checks),
            protection_before=was,
            protection_after=now,
            grade=machine.grade.value if machine is not None and machine.grade is not None else None,
            first_seen=_moment(one.since),
            state_before=days[0],
            state_after=days[1],
            state_digest=digest,
        )

    def undeclared(self, store: Store, since: date, now: datetime) -> Iterator[bytes]:
        """Machines that evidence speaks of or that answer, and that no agency declares."""
        inventory = self._province.inventory
        for newcomer in waiting(inventory, store.newcomers(now), store.confirmed_keys(now)):
            if newcomer.source != FOUND and day_in_vietnam(newcomer.first_seen) >= since:
                said = msg("evidence speaks of it and nobody declares it: {source}", source=source_words(newcomer.source))
                yield self._new("undeclared", newcomer.id, newcomer.address or None, newcomer.agency, said, newcomer.first_seen)
        first = store.first_found(now)
        for line in inventory_reconciliation(inventory, store, now).lines:
            if line.kind is Meeting.UNDECLARED and line.host is not None:
                at = first.get((line.host.agency, line.host.address), line.host.at)
                if day_in_vietnam(at) >= since:
                    said = msg("it answers in the network and nobody declares it: {device}", device=word(line.host.device))
                    yield self._new("found", None, line.host.address, line.agency, said, at)

    def _new(
        self, reason: str, machine: str | None, address: str | None, agency: str, said: Message, first_seen: datetime
    ) -> bytes:
        return _line(
            (reason, machine, address, agency),
            machine=machine,
            address=address,
            **self._agency(agency),
            reason=reason,
            words=self._voice.say(said),
            checks=[],
            protection_before=None,
            protection_after=None,
            grade=None,
            first_seen=_moment(first_seen),
            state_before=None,
            state_after=None,
            state_digest=None,
        )

    def _agency(self, name: str) -> dict[str, str | None]:
        """Whose it is and whom to call, from the present list."""
        found: AgencyFile | None = self._agencies.get(name)
        contact = found.agency.contact if found is not None else None
        return {
            "agency": name or None,
            "agency_name": None if found is None else _short(found.agency.name),
            "contact": None if contact is None else _short(contact.name),
            "phone": None if contact is None else _short(contact.phone),
        }


def _line(identity: Iterable[object], **fields: object) -> bytes:
    """ASCII only: neither a line separator of Unicode nor a control character can break a line or a terminal."""
    name = sha256(json.dumps(["secaudit change 1", *identity]).encode("ascii")).hexdigest()[:32]
    record = {"format": FORMAT, "kind": "change", "id": name, **fields}
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _short(text: str | None) -> str | None:
    return None if text is None else " ".join(clean(text, limit=_NAME).split())


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
