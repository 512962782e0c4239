"""The mistakes people make in inventories, put into a generated province one by one and written down."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_Data = dict[str, object]


@dataclass(frozen=True)
class Planted:
    """One mistake."""

    kind: str
    agency: str
    place: str
    """Field of the agency's file, as problems name it."""


@dataclass(frozen=True)
class Kind:
    """One kind of mistake."""

    put: Callable[[_Data, random.Random], str | None]
    """Changes a file; returns the field, or None where this file has nothing to spoil."""
    words: str
    """What the problem says (English); empty for what is no error, but must not pass for an answer either."""


def _machines(data: _Data) -> list[_Data]:
    """Machines that are not isolated and no jump host, with their place in the file."""
    found = data.get("endpoints", [])
    return [one for one in found[1:] if one.get("kind") in ("workstation", "laptop") and "spoilt" not in one]  # type: ignore[index]


def _place(data: _Data, machine: _Data, field: str) -> str:
    index = next(at for at, one in enumerate(data["endpoints"]) if one is machine)  # type: ignore[arg-type]
    return f"endpoints[{index}].{field}" if field else f"endpoints[{index}]"


def _on_machine(field: str, change: Callable[[_Data, random.Random], None]) -> Callable[[_Data, random.Random], str | None]:
    def put(data: _Data, chance: random.Random) -> str | None:
        machines = _machines(data)
        if not machines:
            return None
        machine = chance.choice(machines)
        change(machine, chance)
        return _place(data, machine, field)

    return put


def _twice(field: str) -> Callable[[_Data, random.Random], str | None]:
    def put(data: _Data, _: random.Random) -> str | None:
        machines = [one for one in _machines(data) if field in one]
        if len(machines) < 2:
            return None
        first, second = machines[0], machines[-1]
        second[field] = first[field]
        return _place(data, second, field)

    return put


def _on_agency(field: str, value: object) -> Callable[[_Data, random.Random], str | None]:
    """``field``: dotted, from the top of the file."""

    def put(data: _Data, _: random.Random) -> str | None:
        *above, last = field.split(".")
        inside: _Data = data
        for name in above:
            inside = inside[name]  # type: ignore[assignment]
        inside[last] = value
        return field

    return put


def _too_many(data: _Data, chance: random.Random) -> str:
    people: _Data = data["people"]  # type: ignore[assignment]
    people["staff_trained"] = int(str(people["staff"])) + chance.randint(1, 40)
    return "people.staff_trained"


def _district(data: _Data, _: random.Random) -> str:
    agency: _Data = data["agency"]  # type: ignore[assignment]
    agency["tier"] = "district"
    return "agency.valid_until"


def _bare(machine: _Data, _: random.Random) -> None:
    for name in [name for name in machine if name not in ("id", "kind")]:
        del machine[name]


KINDS: Mapping[str, Kind] = {
    "duplicate-serial": Kind(_twice("serial"), "has the same serial number"),
    "duplicate-address": Kind(_twice("address"), "The same way in"),
    "date-as-text": Kind(_on_agency("people.as_of", "31/10/2026"), "day"),
    "wrong-tier": Kind(_district, "district tier ended"),
    "number-with-dots": Kind(_on_agency("agency.asset_register.computers", "1.234"), "whole number"),
    "more-than-there-are": Kind(_too_many, "More people than there are"),
    "kind-in-vietnamese": Kind(_on_machine("kind", lambda one, _: one.update(kind="máy trạm")), "not known here"),
    "kind-missing": Kind(_on_machine("kind", lambda one, _: one.pop("kind")), "missing"),
    "address-outside": Kind(
        _on_machine(
            "address", lambda one, chance: one.update(address=f"127.99.{chance.randrange(256)}.{chance.randrange(1, 255)}")
        ),
        "outside the agency's networks",
    ),
    "unknown-system": Kind(_on_machine("systems[0]", lambda one, _: one.update(systems=["khong-co-that"])), ""),
    "password": Kind(_on_machine("access.password", lambda one, _: one.update(access={"password": "x"})), "must not stand"),
    "junk-serial": Kind(_on_machine("serial", lambda one, _: one.update(serial="To be filled by O.E.M.")), ""),
    "nothing-known": Kind(_on_machine("", _bare), ""),
}
"""Each is put into an agency of its own, so that no mistake hides another."""


def plant(files: Mapping[str, _Data], counts: Mapping[str, int], chance: random.Random) -> list[Planted]:
    """Put the mistakes in; raises ValueError where there are not enough agencies for them."""
    free = list(files)
    chance.shuffle(free)
    planted: list[Planted] = []
    for kind, count in counts.items():
        for _ in range(count):
            for name in free:
                place = KINDS[kind].put(files[name], chance)
                if place is not None:
                    planted.append(Planted(kind, name, place))
                    free.remove(name)
                    break
            else:
                raise ValueError(f"no agency is left for {kind}")
    return planted
