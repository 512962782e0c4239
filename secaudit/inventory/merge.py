"""Merges what an agency sent into its file: only what the agency changed, only in its own part, and nothing is lost. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from secaudit.errors import Problem
from secaudit.inventory.changes import Around, Change, Fate, FieldChange, FieldConflict, Merged, Place, Spot
from secaudit.inventory.merge_fields import Outcome, copied, in_order, merge_record, normal, plain
from secaudit.inventory.merge_machines import Machines
from secaudit.inventory.merge_rows import as_new, originals, telling, typed_beside, with_key
from secaudit.inventory.naming import EndpointIds, folded_name, near_shared, system_id
from secaudit.inventory.questions import Path, Profile
from secaudit.inventory.received import Received, Record
from secaudit.messages import Message, literal, msg
from secaudit.source import field_text, shown

IN_USE = "in_use"
USUAL_KIND = "workstation"
"""Of a machine that nobody says the kind of: it counts like one."""
_STATUS: Path = ("status",)
_GONE = {"systems": "stopped", "endpoints": "retired"}
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_COPIED = msg("The row was copied from another one: it is taken as a new record")
_LOOK = msg("look at both and correct one of them")


def merge(current: Mapping[str, object], received: Received, around: Around, *, remove: bool = False) -> Merged:
    """The agency's file ``current`` with a list merged into it.

    ``remove``: records that stood in the workbook when it went out and were deleted since are retired instead of being kept.
    """
    merging = _Merging(current, received, around)
    for part in ("agency", "people"):
        merging.form(part)
    merging.uses()
    merging.systems()
    merging.endpoints()
    for part in _GONE:
        merging.missing(part, remove=remove)
    return merging.merged()


class _Merging:
    """One merge under way."""

    def __init__(self, current: Mapping[str, object], received: Received, around: Around) -> None:
        self._data: dict[str, object] = copied(current)
        self._received = received
        self._around = around
        self._agency = received.agency
        self._changes: list[Change] = []
        self._problems: list[Problem] = list(received.problems)
        self._remarks: list[Problem] = list(received.remarks)
        self._spots: dict[Place, Spot] = {}
        self._unchanged = 0
        self._items = {part: self._list(part) for part in _GONE}
        self._index = {part: _by_id(items) for part, items in self._items.items()}
        self._claimed: dict[Place, Record] = {}
        self._machines = Machines(self._items["endpoints"])
        self._ids = EndpointIds(self._agency, around.endpoints, around.taken, around.newcomers, self._index["endpoints"])

    def merged(self) -> Merged:
        """What came of it."""
        for part, items in self._items.items():
            if items or part in self._data:
                self._data[part] = items
        changes, problems, remarks = tuple(self._changes), tuple(self._problems), tuple(self._remarks)
        return Merged(self._data, changes, self._unchanged, problems, remarks, self._spots)

    def form(self, part: str) -> None:
        """The agency itself, or its people."""
        for record in self._records(part):
            now = self._data.get(part)
            before = now if isinstance(now, dict) else {}
            out = self._merge(part, before, record)
            if out.record or part in self._data:
                self._data[part] = out.record
            self._note(part, None, "", "", record, out)

    def uses(self) -> None:
        """Shared systems, one by one: what was ticked or cleared since the workbook went out."""
        for record in self._records("uses"):
            for path, answer in record.answers.items():
                now = _texts(self._data.get("uses"))
                if record.base is None:
                    wanted = _texts(answer) if answer is not None else now
                else:
                    base = _texts(record.base.get(path))
                    added = [name for name in _texts(answer) if name not in base]
                    cleared = [name for name in base if name not in _texts(answer)]
                    wanted = [name for name in now if name not in cleared] + [name for name in added if name not in now]
                fields = []
                if sorted(wanted) != sorted(now):
                    self._data["uses"] = list(wanted)
                    fields.append(FieldChange(("uses",), list(now), list(wanted), record.cells.get(path, record.row)))
                self._note("uses", None, "", "", record, Outcome({}, fields))

    def systems(self) -> None:
        """Own systems; a row without an id is the own system of that name, or a new one."""
        for record in self._keyed("systems"):
            name = record.answers.get(("name",))
            if not isinstance(name, str) or not name.strip():
                if any(normal(answer) is not None for answer in record.answers.values()):
                    self._wrong(record, ("name",), msg("The system has no name"), hint=msg("write its name, or clear the row"))
                continue
            of_name = folded_name(name)
            found = [at for at, item in enumerate(self._items["systems"]) if folded_name(str(_field(item, "name"))) == of_name]
            if found:
                self._join("systems", found, record, ("name",))
            else:
                taken = (self._around.systems, self._around.shared, self._index["systems"])
                self._add("systems", {"id": system_id(self._agency, name, *taken)}, record)

    def endpoints(self) -> None:
        """Own machines: those with an id, those proposed from evidence, then those nobody knew."""
        rows = self._keyed("endpoints")
        for record in rows:
            if record.newcomer:
                self._newcomer(record)
        for record in rows:
            if not record.newcomer and any(normal(answer) is not None for answer in record.answers.values()):
                self._machine({}, record)

    def missing(self, part: str, *, remove: bool) -> None:
        """Records that were deleted from the workbook."""
        sent = {record.key for record in self._records(part)}
        for key in self._received.given.get(part, ()):
            at = self._index[part].get(key)
            if at is None or key in sent or (part, at) in self._claimed:
                continue
            item = self._items[part][at]
            status = _field(item, "status")
            if status == _GONE[part] or not isinstance(item, dict):
                continue
            fields: tuple[FieldChange, ...] = ()
            if remove:
                item["status"] = _GONE[part]
                fields = (FieldChange(_STATUS, status, _GONE[part]),)
            self._changes.append(Change(Fate.RETIRED if remove else Fate.MISSING, part, key, _name(item), "", fields))

    # Records of lists

    def _keyed(self, part: str) -> list[Record]:
        """Merge the records whose id stands here; returns the others."""
        left: list[Record] = []
        records = self._records(part)
        first = originals(records)
        for at, record in enumerate(records):
            if record.key and first[record.key] != at:
                self._remark(record, (), _COPIED, found=record.key)
                left.append(replace(record, key="", base=None))
                continue
            index = self._index[part].get(record.key)
            if index is not None:
                self._claimed[part, index] = record
                self._update(part, index, record)
            elif not record.key:
                left.append(record)
            else:
                self._unknown(part, record)
        return left

    def _unknown(self, part: str, record: Record) -> None:
        """An id that does not stand in the agency's file."""
        owners = {**self._around.shared, **self._around.systems} if part == "systems" else self._around.endpoints
        changed = record.base is None or any(
            normal(answer) != normal(record.base.get(path)) for path, answer in record.answers.items()
        )
        if record.key in self._received.given.get(part, ()):
            if changed:
                here = msg("It stood in the workbook, and was moved or removed in the inventory since: the row is not taken")
                self._remark(record, (), here, found=record.key)
            return
        if record.key in owners:
            hint = msg("an agency changes only its own part: clear the row")
            self._wrong(record, (), msg("This belongs to another agency, or to the province"), found=record.key, hint=hint)
        elif not _ID.fullmatch(record.key):
            form = msg("small letters, digits, dots, dashes, underscores; at most 64")
            hint = msg("leave the id empty: one is given")
            self._wrong(record, (), msg("This cannot stand as an id"), found=record.key, expected=form, hint=hint)
        else:
            self._add(part, {"id": record.key}, replace(record, base=None))

    def _newcomer(self, record: Record) -> None:
        """A machine proposed from evidence: declared only when the agency says that it uses it."""
        status = record.answers.get(_STATUS)
        owner = self._around.endpoints.get(record.newcomer)
        own = self._index["endpoints"].get(record.newcomer)
        if own is not None and ("endpoints", own) in self._claimed:
            self._remark(record, (), _COPIED, found=record.newcomer)
            self._machine({}, replace(record, newcomer=""))
        elif own is not None:
            self._claimed["endpoints", own] = record
            self._update("endpoints", own, replace(record, base=None))
        elif normal(status) is None:
            if record.base is None or any(
                normal(value) != normal(record.base.get(path)) for path, value in record.answers.items()
            ):
                message = msg("Nobody said whether this machine is still in use: it stays a proposal, and is not declared")
                self._remark(record, _STATUS, message, found=record.newcomer)
        elif status != IN_USE:
            name = str(self._around.newcomers.get(record.newcomer, {}).get("hostname", ""))
            self._changes.append(Change(Fate.DECLINED, "endpoints", record.newcomer, name, record.row))
        elif owner is not None:
            message = msg("Another agency declares this machine already: {agency}", agency=owner)
            self._wrong(record, _STATUS, message, found=record.newcomer, hint=msg("agree with it whose machine it is"))
        else:
            known = self._around.newcomers.get(record.newcomer)
            if known is None:
                message = msg("This proposal is no longer known: the row is taken as a new machine")
                self._remark(record, (), message, found=record.newcomer)
            elif not typed_beside(record, known, _STATUS):
                message = msg("Only that it is in use was answered about this proposal: is it really the agency's machine?")
                self._remark(record, _STATUS, message, found=record.newcomer, hint=msg("it is declared; ask when in doubt"))
            self._machine(dict(known or {}), replace(record, base=None))

    def _machine(self, known: dict[str, object], record: Record) -> None:
        """A machine without an id here: one that is declared already, or a new one."""
        made = merge_record("endpoints", known, as_new(record), self._received.file, fresh=True).record
        made.setdefault("kind", USUAL_KIND)
        found = list(self._machines.same(made))
        if not found:
            alike = self._machines.alike(made, self._received.given.get("endpoints", ()))
            found = [at for at in alike if ("endpoints", at) not in self._claimed][:1]
        if found:
            self._join("endpoints", found, record, telling(record))
        else:
            self._add("endpoints", {"id": known.get("id") or self._ids.next(), **known}, record)

    def _join(self, part: str, found: Sequence[int], record: Record, path: Path) -> None:
        """A row without an id about something that is declared: it merges with it instead of doubling it."""
        if len(found) > 1:
            names = ", ".join(str(_field(self._items[part][at], "id")) for at in found[:5])
            self._wrong(record, path, msg("More than one record may be meant: {names}", names=names), hint=_LOOK)
            return
        [at] = found
        first = self._claimed.get((part, at))
        if first is not None:
            self._wrong(record, path, msg("The same stands in {row} too", row=first.row), hint=msg("clear one of the two rows"))
            return
        self._claimed[part, at] = record
        item = self._items[part][at]
        answers = dict(record.answers)
        if _field(item, "status") == _GONE[part] and normal(answers.get(_STATUS)) is None:
            answers[_STATUS] = IN_USE if part == "endpoints" else "operating"
        if self._update(part, at, replace(record, key=str(_field(item, "id")), answers=answers, base=None)):
            message = msg("This is declared already; the row was merged with {id}", id=str(_field(item, "id")))
            self._remark(record, path, message)

    def _update(self, part: str, index: int, record: Record) -> bool:
        item = self._items[part][index]
        before = item if isinstance(item, dict) else {}
        out = self._merge(part, before, record)
        self._items[part][index] = out.record
        if part == "endpoints" and out.fields:
            self._machines.add(index, out.record)
        if part == "systems" and any(change.path == ("name",) for change in out.fields):
            self._question(record, str(out.record.get("name", "")))
        self._note(part, index, str(_field(item, "id")), _name(out.record), record, out)
        return bool(out.fields)

    def _add(self, part: str, known: dict[str, object], record: Record) -> None:
        out = self._merge(part, known, as_new(record), fresh=True)
        if part == "endpoints" and "kind" not in out.record:
            out.record["kind"] = USUAL_KIND
            if self._received.profile != Profile.COMMUNE:  # it asks only whether a machine is isolated
                self._remark(record, ("kind",), msg("Nothing says what kind of machine it is: it is counted as a workstation"))
        out.record = in_order(part, out.record)
        index = len(self._items[part])
        key = str(known["id"])
        self._items[part].append(out.record)
        self._index[part][key] = index
        self._claimed[part, index] = record
        if part == "endpoints":
            self._machines.add(index, out.record)
        else:
            self._question(record, str(out.record.get("name", "")))
        self._spots[part, index] = Spot(self._received.file, record.row, record.cells)
        self._changes.append(Change(Fate.NEW, part, key, _name(out.record), record.row, tuple(out.fields)))

    def _question(self, record: Record, name: str) -> None:
        """A name close to a shared system: it may be counted twice."""
        near = near_shared(name, self._around.shared)
        if near is not None:
            message = msg("Is this not the shared system {name}?", name=self._around.shared[near])
            hint = msg("if it is, clear the row and tick the shared system; else nothing is to be done")
            self._remark(record, ("name",), message, found=name, hint=hint)

    # What is kept of a record

    def _records(self, part: str) -> list[Record]:
        return [with_key(record) for record in self._received.records if record.part == part]

    def _list(self, part: str) -> list[object]:
        found = self._data.get(part)
        return found if isinstance(found, list) else []

    def _merge(self, part: str, before: Mapping[str, object], record: Record, *, fresh: bool = False) -> Outcome:
        out = merge_record(part, before, record, self._received.file, fresh=fresh)
        self._problems += out.problems
        self._remarks += out.remarks
        return out

    def _note(self, part: str, index: int | None, key: str, name: str, record: Record, out: Outcome) -> None:
        self._spots[part, index] = Spot(self._received.file, record.row, record.cells)
        if not out.fields and not out.conflicts:
            self._unchanged += 1
            return
        fate = Fate.CHANGED if out.fields else Fate.CONFLICT
        if any(change.path == _STATUS and change.after == _GONE.get(part) for change in out.fields):
            fate = Fate.RETIRED
        fields, conflicts = tuple(out.fields), tuple(out.conflicts)
        self._changes.append(Change(fate, part, key, name, record.row, fields, conflicts))
        self._remarks += [self._conflict(record, conflict) for conflict in conflicts]

    def _conflict(self, record: Record, conflict: FieldConflict) -> Problem:
        here = msg("blank") if conflict.here is None else literal(shown(_flat(conflict.here)))
        return Problem(
            msg("This was changed in the inventory too since the workbook went out: the inventory's value stays"),
            self._received.file, cell=conflict.cell or record.row, field=field_text(conflict.path),
            found=None if conflict.sent is None else shown(_flat(conflict.sent)), expected=here,
            hint=msg("if the value sent is right, enter it again in a workbook given out today"),
        )  # fmt: skip

    def _wrong(
        self, record: Record, path: Path, message: Message, *, found: str | None = None, expected: Message | None = None,
        hint: Message | None = None,
    ) -> None:  # fmt: skip
        self._problems.append(self._at(record, path, message, found, expected, hint))

    def _remark(
        self, record: Record, path: Path, message: Message, *, found: str | None = None, hint: Message | None = None
    ) -> None:
        self._remarks.append(self._at(record, path, message, found, None, hint))

    def _at(
        self, record: Record, path: Path, message: Message, found: str | None, expected: Message | None, hint: Message | None
    ) -> Problem:
        return Problem(
            message, self._received.file, cell=record.cells.get(path, record.row), field=field_text(path) or None,
            found=None if found is None else shown(found), expected=expected, hint=hint,
        )  # fmt: skip


def _by_id(items: Sequence[object]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, item in enumerate(items):
        key = _field(item, "id")
        if isinstance(key, str):
            found.setdefault(key, index)
    return found


def _field(item: object, name: str) -> object:
    return item.get(name) if isinstance(item, Mapping) else None


def _name(item: object) -> str:
    """What people call a record."""
    return next((str(value) for name in ("name", "hostname", "asset_tag", "place") if (value := _field(item, name))), "")


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _flat(value: object) -> object:
    found = plain(value)
    return ", ".join(map(str, found)) if isinstance(found, list) else found
