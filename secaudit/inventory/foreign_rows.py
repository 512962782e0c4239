"""Rows of a list that others keep become records: what each cell says, whose machine it is, and what cannot be taken.

Nothing is guessed: a word nobody explained decides nothing, and what is left out is named with its cell. Values of cells that may
hold a secret are never shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from secaudit.errors import Problem
from secaudit.inventory.foreign_values import FIELD_PATHS, plain_value
from secaudit.inventory.foreign_words import Words
from secaudit.inventory.questions import Path
from secaudit.inventory.received import Record, Value
from secaudit.messages import Message, msg
from secaudit.model.agency_groups import AgencyGroups
from secaudit.model.identifiers import real_serial, real_uuid
from secaudit.model.machine_list import MEANINGS, NO_MACHINE, TELLING_APART, ListField, ListProfile
from secaudit.source import holds_secret, shown

_MOST = 20
"""Problems or remarks of one kind that are named; how many more there are is said in one line."""
_SAY_WHICH = msg("correct the cell, or name the group under agencies in the mapping, or give the agency with --agency")


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a row and where it stands."""

    text: str
    cell: str = ""
    """``Sheet!C7``."""
    line: int | None = None
    """In files without cells."""
    column: int = 0
    """Texts of one column stand beside each other: several groups of a host."""

    @property
    def place(self) -> str:
        """As one word."""
        return self.cell or str(self.line or "")


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or one host."""

    place: Said
    """The row itself; its text is its name where it has one."""
    said: Mapping[ListField, tuple[Said, ...]]
    """Field -> what stands in its columns, the preferred first, blanks left out."""


@dataclass
class Notes:
    """Problems or remarks, each kind of them bounded."""

    path: str
    _found: dict[str, list[Problem]] = field(default_factory=dict)
    _more: Counter[str] = field(default_factory=Counter)

    def add(self, message: Message, at: Said, *, found: str | None = None, hint: Message | None = None) -> None:
        """One more; a text that may hold a secret is not shown."""
        kept = self._found.setdefault(message.text, [])
        if len(kept) >= _MOST:
            self._more[message.text] += 1
            return
        text = None if found is None or holds_secret(found) else shown(found)
        kept.append(Problem(message, self.path, at.line, cell=at.cell or None, found=text, hint=hint))

    def all(self) -> tuple[Problem, ...]:
        """In the order of their kinds, and the number of those that were left out behind each kind."""
        out: list[Problem] = []
        for text, kept in self._found.items():
            out += kept
            if self._more[text]:
                out.append(Problem(msg("{count} more like this", count=self._more[text]), self.path))
        return tuple(out)


@dataclass
class Sorted:
    """What was made of the rows of one agency."""

    problems: Notes
    remarks: Notes
    records: list[Record] = field(default_factory=list)
    computers: int = 0
    """Machines the rows stand for, those that cannot be told apart included; what is retired does not count."""


class RowReader:
    """Reads the rows of one file; agencies as they come."""

    def __init__(self, path: str, profile: ListProfile, names: Mapping[str, str], agency: str | None) -> None:
        """``names``: id -> name of every agency; ``agency``: the one all rows must be of."""
        self._path = path
        self._profile = profile
        self._names = names
        self._agency = agency
        self._groups = AgencyGroups(names, profile.agencies)
        self._words = {name: Words(profile.values.get(name, {}), MEANINGS[name]) for name in MEANINGS}
        self._seen: dict[tuple[str, str], Said] = {}
        self.found: dict[str, Sorted] = {}
        """Agency -> its rows; under the empty name what cannot be given to one."""

    def read(self, rows: Iterable[Row], *, as_register: bool = False) -> None:
        """Sort the rows; ``as_register``: they are counted, and only what makes the number wrong is a problem."""
        for row in rows:
            agency = self._agency_of(row)
            if agency is not None:
                self._take(row, self._of(agency), as_register=as_register)

    def _of(self, agency: str) -> Sorted:
        return self.found.setdefault(agency, Sorted(Notes(self._path), Notes(self._path)))

    def _agency_of(self, row: Row) -> str | None:
        """The agency of a row; None when it is a problem, which is noted."""
        said = row.said.get("agency", ())
        for one in said:
            meant = self._groups.candidates(one.text)
            if self._agency is not None:
                if meant and self._agency not in meant:
                    other = msg("The row is of another agency: {agency}", agency=meant[0])
                    hint = msg("import it with the agency it is of, or without --agency")
                    self._of(self._agency).problems.add(other, one, found=one.text, hint=hint)
                    return None
            elif len(meant) == 1:
                return meant[0]
            elif meant:
                several = msg("More than one agency may be meant: {names}", names=", ".join(meant[:5]))
                self._of("").problems.add(several, one, found=one.text, hint=_SAY_WHICH)
                return None
        if self._agency is not None:
            return self._agency
        at = said[0] if said else row.place
        nobody = msg("No agency of the inventory is meant") if said else msg("The row does not say whose machine it is")
        self._of("").problems.add(nobody, at, found=said[0].text if said else None, hint=_SAY_WHICH)
        return None

    def _take(self, row: Row, into: Sorted, *, as_register: bool) -> None:
        kind = self._kind(row, into)
        if kind in (None, NO_MACHINE):
            return
        quantity = self._quantity(row, into)
        status = self._meaning(row, "status", into.remarks)
        if status is None or status[0] != "retired":
            into.computers += quantity
        if as_register or quantity == 0:
            return
        if quantity > 1:
            many = msg("The row stands for {count} machines, which cannot be told apart", count=quantity)
            hint = msg("write a row for each machine, or take only the number with --as-register")
            into.problems.add(many, row.said["quantity"][0], hint=hint)
        elif kind == "isolated":
            hint = msg("isolated machines are declared in the agency's workbook, with kind and place alone")
            into.remarks.add(msg("An isolated machine: nothing of this row was taken"), row.place, hint=hint)
        else:
            self._record(row, into)

    def _kind(self, row: Row, into: Sorted) -> str | None:
        """The kind; None when a word is not understood, which is a problem: the machine must not be lost in silence."""
        said = row.said.get("kind", ())
        known = self._meaning(row, "kind", None)
        if known is not None:
            return known[0]
        implied = self._profile.implies.get("kind")
        if implied is not None:
            return implied
        what = msg("The kind of machine is not understood") if said else msg("The row does not say what kind of machine it is")
        hint = msg(
            "correct the cell, or explain the word under values: kind in the mapping (workstation, laptop, server, no_machine)"
        )
        into.problems.add(what, said[0] if said else row.place, found=said[0].text if said else None, hint=hint)
        return None

    def _quantity(self, row: Row, into: Sorted) -> int:
        said = row.said.get("quantity", ())
        if not said:
            return 1
        text = said[0].text.removesuffix(".0")
        if text.isascii() and text.isdigit() and len(text) <= 5:
            return int(text)
        into.problems.add(msg("This is not a number of machines"), said[0], found=said[0].text, hint=msg("write digits only"))
        return 0

    def _meaning(self, row: Row, name: ListField, remarks: Notes | None) -> tuple[str, Said] | None:
        """What a field with a closed choice means, by the first of its columns that says it."""
        said = row.said.get(name, ())
        meant = [(meaning, one) for one in said if (meaning := self._words[name].meaning(one.text)) is not None]
        first = [(meaning, one) for meaning, one in meant if one.column == meant[0][1].column]
        if len({meaning for meaning, _ in first}) == 1:
            return first[0]
        if remarks is not None and any(not self._words[name].explained(one.text) for one in said):
            hint = msg("explain the word under values: {field} in the mapping", field=name)
            remarks.add(msg("The word is not known, and the answer stays open"), said[0], found=said[0].text, hint=hint)
        return None

    def _record(self, row: Row, into: Sorted) -> None:
        answers: dict[Path, Value] = {}
        fresh: dict[Path, Value] = {(name,): meaning for name, meaning in self._profile.implies.items()}
        cells: dict[Path, str] = {}
        for name, path in FIELD_PATHS.items():
            found = self._meaning(row, name, into.remarks) if name in MEANINGS else _plain(row, name, into.remarks)
            if found is not None:
                (fresh if name in self._profile.guessed else answers)[path] = found[0]
                cells[path] = found[1].place
        if not any(FIELD_PATHS[name] in answers for name in TELLING_APART):
            hint = msg("fill in {names}", names="serial, UUID, hostname")
            into.problems.add(msg("Nothing tells this machine from others"), row.place, hint=hint)
            return
        fresh = {path: value for path, value in fresh.items() if path not in answers}
        if not self._twice(answers, row, into):
            into.records.append(Record("endpoints", "", row.place.place, answers, cells, fresh=fresh))

    def _twice(self, answers: Mapping[Path, Value], row: Row, into: Sorted) -> bool:
        """Whether an earlier row of the file is of the same machine; then it is a problem, for they may differ."""
        serial, uuid = answers.get(("serial",)), answers.get(("uuid",))
        keys = (("serial", real_serial(str(serial)) if serial else None), ("uuid", real_uuid(str(uuid)) if uuid else None))
        twice = False
        for name, key in keys:
            if key is None:
                continue
            first = self._seen.setdefault((name, key), row.place)
            if first is not row.place and not twice:
                what = msg("The same machine stands in row {first} already: {field}", first=first.place, field=name)
                hint = msg("keep the row that is right, or correct the serial number or UUID")
                into.problems.add(what, row.said[name][0], hint=hint)  # type: ignore[index]  # both are fields of a list
                twice = True
        return twice


def _plain(row: Row, name: ListField, remarks: Notes) -> tuple[Value, Said] | None:
    """The first text of the field that can stand; what cannot is named and left out."""
    for one in row.said.get(name, ()):
        if holds_secret(one.text):
            hint = msg("remove it from the list and change it: whoever had the list has it")
            remarks.add(msg("The cell holds a password or key; nothing of it was taken"), one, hint=hint)
            continue
        value, why = plain_value(name, one.text)
        if value is not None:
            return value, one
        if why is not None:
            remarks.add(why, one, found=one.text)
    return None


def ordered(found: Mapping[str, Sorted], names: Sequence[str]) -> list[str]:
    """Agencies with rows in the order of the inventory, what belongs to nobody last."""
    return [*(name for name in names if name in found), *(name for name in found if name not in names)]
