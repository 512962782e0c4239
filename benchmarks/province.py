"""A province of any size as inventory files: the same seed gives the same bytes.

    python benchmarks/province.py FOLDER [--agencies 900 --endpoints 20000 --systems 2500 --seed 246] [--faults 3]

Every address lies in 127.0.0.0/8. One commune or unit in three sits behind a jump host, and all of these use the same
private network 127.16.x, as real ones all use 192.168.1.x. ``--faults`` puts mistakes that people make into the files (faults.py)
and prints them.
"""

import argparse
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import names
from faults import KINDS, Planted, plant

_DOSSIERS = (
    {"status": "none"},
    {"status": "drafting", "level": 2},
    {"status": "submitted", "level": 2},
    {
        "status": "approved",
        "level": 2,
        "decision": {"number": "58/QĐ-SKHCN", "date": "2026-03-17", "authority": "Sở Khoa học và Công nghệ"},
    },
)
_SHARED = len(names.SHARED)
_PER_NETWORK = 200
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_PLAIN = re.compile(r"[^\W_][\w ./()Đđ-]*", re.UNICODE)
_NO_TEXT = re.compile(r"[\d.:+-]*|true|false|null|yes|no|on|off", re.IGNORECASE)


@dataclass(frozen=True)
class Size:
    """How much to write; the defaults are the province of DESIGN section 1."""

    agencies: int = 900
    endpoints: int = 20_000
    systems: int = 2_500
    seed: int = 246


def write_province(folder: Path, size: Size = Size(), faults: Mapping[str, int] | None = None) -> list[Planted]:
    """Write ``province.yaml`` and ``agencies/*.yaml`` into ``folder``; returns the mistakes that were put in."""
    chance = random.Random(size.seed)
    (folder / "agencies").mkdir(parents=True, exist_ok=True)
    (folder / "province.yaml").write_text(_province(), encoding="utf-8")
    own = max(size.systems - _SHARED, 0)
    files = {}
    for number in range(size.agencies):
        machines = _share(size.endpoints, number, size.agencies)
        systems = _share(own, number, size.agencies)
        files[agency_id(number)] = _agency(number, machines, systems, chance)
    planted = plant(files, faults or {}, random.Random(size.seed + 1))
    for name, data in files.items():
        (folder / "agencies" / f"{name}.yaml").write_text(text_of(data), encoding="utf-8")
    return planted


def _share(total: int, number: int, parts: int) -> int:
    """The ``number``-th of ``parts`` nearly equal shares."""
    return total * (number + 1) // parts - total * number // parts


def agency_id(number: int) -> str:
    """Id of the ``number``-th agency."""
    return f"dv-{number:04d}"


def _province() -> str:
    shared = [
        {
            "id": f"dung-chung-{number:02d}", "name": name, "owner": agency_id(0), "kind": "infrastructure",
            "information": ["private", "personal"], "serves": "province", "defence_security": False,
            "dossier": _DOSSIERS[number % 4],
        }
        for number, name in enumerate(names.SHARED)
    ]  # fmt: skip
    return text_of(
        {
            "province": {"id": "mau", "name": "Tỉnh mẫu", "owner": "Ủy ban nhân dân tỉnh", "designated_unit": "Công an tỉnh"},
            "defaults": {"access": {"port": 2222}},
            "interpretations": [
                {"id": "commune-network", "reading": "one", "document": "Công văn 815/SKHCN-CĐS", "date": "2026-10-05"}
            ],
            "shared_systems": shared,
        }
    )


def _agency(number: int, machines: int, systems: int, chance: random.Random) -> dict[str, object]:
    aid = agency_id(number)
    department = number < len(names.DEPARTMENTS)
    behind = not department and number % 3 == 2 and machines > 1
    own = f"127.{32 + number // 250}.{number % 250}"
    staff = chance.randint(12, 160)
    people = {
        "heads": 3, "heads_briefed": chance.randint(1, 3), "staff": staff, "staff_briefed": chance.randint(staff // 2, staff),
        "staff_trained": chance.randint(staff // 3, staff), "as_of": "2026-10-31", "evidence": [f"Báo cáo {number}/BC"],
    }  # fmt: skip
    data: dict[str, object] = {
        "agency": {
            "id": aid,
            "name": names.typed(names.agency(number), chance),
            "tier": "province" if department else "commune",
            "networks": [f"{own}.0/24", *(["127.16.0.0/16"] if behind or machines > _PER_NETWORK else [])],
            "contact": {"name": names.person(chance), "phone": f"0208 000 {number:04d}"},
            "asset_register": {"computers": machines, "as_of": "2026-10-31"},
            "submission": {"accepted_on": "2026-11-06"},
        },
        "people": people,
        "uses": [f"dung-chung-{shared:02d}" for shared in range(0, _SHARED, 3)],
    }
    if systems:
        data["systems"] = [_system(f"{aid}-ht-{index}", number, chance.choice(names.OWN), chance) for index in range(systems)]
    if machines:
        data["endpoints"] = [_machine(aid, own, index, systems, chance, behind=behind) for index in range(machines)]
    return data


def _system(system_id: str, number: int, kind: tuple[str, str, tuple[str, ...], str], chance: random.Random) -> dict[str, object]:
    name, form, information, serves = kind
    return {
        "id": system_id,
        "name": names.typed(f"{name} {names.agency(number)}", chance),
        "kind": form,
        "information": list(information),
        "defence_security": False,
        "handles_administrative_procedures": False,
        "serves": serves,
        "dossier": chance.choice(_DOSSIERS),
        "plan": {"status": chance.choice(("none", "partial", "full"))},
    }


def _machine(aid: str, own: str, index: int, systems: int, chance: random.Random, *, behind: bool) -> dict[str, object]:
    """The first machine of an agency behind NAT is its jump host, reached directly."""
    server = index == 0 or chance.random() < 0.05
    kind = "server" if server else "isolated" if chance.random() < 0.02 else "laptop" if chance.random() < 0.1 else "workstation"
    place = names.typed(chance.choice(names.PLACES), chance)
    if kind == "isolated":
        return {"id": f"{aid}-{index:04d}", "kind": kind, "place": place}
    machine: dict[str, object] = {
        "id": f"{aid}-{index:04d}",
        "os": "linux" if server and chance.random() < 0.6 else "windows",
        "kind": kind,
        "place": place,
        "serial": f"S{''.join(chance.choices(_LETTERS, k=6))}{aid[3:]}{index:04d}",
    }
    if chance.random() < 0.5:
        machine["hostname"] = names.host(chance, index)
    host = index % _PER_NETWORK + 11
    if behind and index:
        machine |= {"address": f"127.16.{index // _PER_NETWORK}.{host}", "access": {"via": f"{aid}-0000"}}
    elif index < _PER_NETWORK:
        machine["address"] = f"{own}.{host}"
    if server and systems:
        machine["systems"] = [f"{aid}-ht-{chance.randrange(systems)}"]
    return machine


def text_of(data: Mapping[str, object]) -> str:
    """YAML as people write it: a field per line, a record of a list per line."""
    lines: list[str] = []
    for name, value in data.items():
        if isinstance(value, Mapping) and name == "agency":
            lines.append(f"{name}:")
            lines += [f"  {key}: {_inline(one)}" for key, one in value.items()]
        elif isinstance(value, list) and name in ("systems", "endpoints", "shared_systems", "interpretations"):
            lines.append(f"{name}:")
            lines += [f"  - {_inline(one)}" for one in value]
        else:
            lines.append(f"{name}: {_inline(value)}")
    return "\n".join(lines) + "\n"


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if isinstance(value, int) or re.fullmatch(r"\d{4}-\d\d-\d\d", text) or re.fullmatch(r"[\d./]+", text):
        return text
    return text if _PLAIN.fullmatch(text) and not _NO_TEXT.fullmatch(text) else f'"{text}"'


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    for name in ("agencies", "endpoints", "systems", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--faults", type=int, default=0, help="how many of each kind")
    asked = parser.parse_args()
    size = Size(asked.agencies, asked.endpoints, asked.systems, asked.seed)
    for fault in write_province(asked.folder, size, dict.fromkeys(KINDS, asked.faults)):
        print(f"{fault.kind}\t{fault.agency}\t{fault.place}")


if __name__ == "__main__":
    main()
