"""A province of any size as inventory files: the same seed gives the same bytes.

    python benchmarks/province.py FOLDER [--agencies 900 --endpoints 20000 --systems 2500 --seed 246]

Every address lies in 127.0.0.0/8. One agency in ten sits behind a jump host, and all of these use the
same private network.
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

_DEPARTMENTS = (
    "Sở Khoa học và Công nghệ", "Sở Nội vụ", "Sở Tài chính", "Sở Y tế", "Sở Giáo dục và Đào tạo", "Sở Tư pháp",
    "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Công Thương", "Thanh tra tỉnh", "Văn phòng UBND tỉnh",
    "Công an tỉnh",
)  # fmt: skip
_COMMUNES = (
    "Phan Đình Phùng", "Linh Sơn", "Tích Lương", "Gia Sàng", "Quyết Thắng", "Phổ Yên", "Sông Công", "Đức Xuân",
    "Bắc Kạn", "Tân Cương", "Đại Từ", "La Bằng", "An Khánh", "Định Hóa", "Võ Nhai", "Thần Sa", "Phú Lương", "Yên Trạch",
    "Đồng Hỷ", "Trại Cau", "Phú Bình", "Kha Sơn", "Ba Bể", "Chợ Rã", "Ngân Sơn", "Nà Phặc", "Chợ Đồn", "Na Rì",
    "Chợ Mới", "Bạch Thông",
)  # fmt: skip
_UNITS = ("Trạm Y tế", "Trường Tiểu học", "Trường Trung học cơ sở", "Trường Mầm non", "Trung tâm Văn hóa", "Ban Quản lý dự án")
_PLACES = (
    "Văn thư",
    "Bộ phận Một cửa",
    "Phòng Kế toán",
    "Tầng 2, phòng 203",
    "Phòng Văn hóa - Xã hội",
    "Lãnh đạo",
    "Phòng máy chủ",
)
_SYSTEMS = (
    ("Phần mềm kế toán", "internal", "[private, personal]", "agency"),
    ("Trang thông tin điện tử", "public_service", "[public]", "agency"),
    ("Mạng nội bộ", "infrastructure", "[private]", "agencies_of_commune"),
    ("Phần mềm quản lý hồ sơ", "internal", "[private, personal]", "sector"),
)
_DOSSIERS = (
    "{status: none}",
    "{status: drafting, level: 2}",
    "{status: submitted, level: 2}",
    "{status: approved, level: 2, decision: {number: 58/QĐ-SKHCN, date: 2026-03-17, authority: Sở Khoa học và Công nghệ}}",
)
_SHARED = 20
_PER_NETWORK = 200
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Size:
    """How much to write; the defaults are the province of DESIGN section 1."""

    agencies: int = 900
    endpoints: int = 20_000
    systems: int = 2_500
    seed: int = 246


def write_province(folder: Path, size: Size = Size()) -> None:
    """Write ``province.yaml`` and ``agencies/*.yaml`` into ``folder``."""
    chance = random.Random(size.seed)
    (folder / "agencies").mkdir(parents=True, exist_ok=True)
    (folder / "province.yaml").write_text(_province(), encoding="utf-8")
    own = max(size.systems - _SHARED, 0)
    for number in range(size.agencies):
        machines = _share(size.endpoints, number, size.agencies)
        systems = _share(own, number, size.agencies)
        text = _agency(number, machines, systems, chance)
        (folder / "agencies" / f"{_agency_id(number)}.yaml").write_text(text, encoding="utf-8")


def _share(total: int, number: int, parts: int) -> int:
    """The ``number``-th of ``parts`` nearly equal shares."""
    return total * (number + 1) // parts - total * number // parts


def _agency_id(number: int) -> str:
    return f"dv-{number:04d}"


def _province() -> str:
    lines = [
        "province: {id: mau, name: Tỉnh mẫu, owner: Ủy ban nhân dân tỉnh, designated_unit: Công an tỉnh}",
        "defaults: {access: {port: 2222}}",
        "interpretations:",
        "  - {id: commune-network, reading: one, document: Công văn 815/SKHCN-CĐS, date: 2026-10-05}",
        "shared_systems:",
    ]
    lines += [
        f"  - {{id: dung-chung-{number:02d}, name: Hệ thống dùng chung số {number}, owner: {_agency_id(0)}, "
        f"kind: infrastructure, information: [private, personal], serves: province, defence_security: false, "
        f"dossier: {_DOSSIERS[number % 4]}}}"
        for number in range(_SHARED)
    ]
    return "\n".join(lines) + "\n"


def _agency(number: int, machines: int, systems: int, chance: random.Random) -> str:
    aid = _agency_id(number)
    behind = number % 10 == 9 and machines > 1
    own = f"127.{32 + number // 250}.{number % 250}"
    networks = [f"{own}.0/24", *(["127.16.0.0/16"] if behind or machines > _PER_NETWORK else [])]
    staff = chance.randint(12, 160)
    briefed = chance.randint(staff // 2, staff)
    people = (
        f"people: {{heads: 3, heads_briefed: {chance.randint(1, 3)}, staff: {staff}, staff_briefed: {briefed}, "
        f"staff_trained: {chance.randint(staff // 3, staff)}, as_of: 2026-10-31, evidence: [Báo cáo {number}/BC]}}"
    )
    lines = [
        "agency:",
        f"  id: {aid}",
        f"  name: {_name(number)}",
        f"  tier: {'province' if number < len(_DEPARTMENTS) else 'commune'}",
        f"  networks: [{', '.join(networks)}]",
        f"  contact: {{name: Cán bộ số {number}, phone: 0208 000 {number:04d}}}",
        f"  asset_register: {{computers: {machines}, as_of: 2026-10-31}}",
        "  submission: {accepted_on: 2026-11-06}",
        people,
        f"uses: [{', '.join(f'dung-chung-{shared:02d}' for shared in range(0, _SHARED, 3))}]",
    ]
    if systems:
        lines.append("systems:")
        for index in range(systems):
            lines += _system(f"{aid}-ht-{index}", number, chance.choice(_SYSTEMS), chance)
    if machines:
        lines.append("endpoints:")
        lines += [_machine(aid, own, index, systems, chance, behind=behind) for index in range(machines)]
    return "\n".join(lines) + "\n"


def _name(number: int) -> str:
    if number < len(_DEPARTMENTS):
        return _DEPARTMENTS[number]
    place = _COMMUNES[number % len(_COMMUNES)]
    rank = (number - len(_DEPARTMENTS)) // len(_COMMUNES)
    return f"UBND xã {place}" if rank == 0 else f"{_UNITS[rank % len(_UNITS)]} {place} số {rank}"


def _system(system_id: str, number: int, kind: tuple[str, str, str, str], chance: random.Random) -> list[str]:
    name, form, information, serves = kind
    return [
        f"  - id: {system_id}",
        f"    name: {name} {_name(number)}",
        f"    kind: {form}",
        f"    information: {information}",
        "    defence_security: false",
        "    handles_administrative_procedures: false",
        f"    serves: {serves}",
        f"    dossier: {chance.choice(_DOSSIERS)}",
        f"    plan: {{status: {chance.choice(('none', 'partial', 'full'))}}}",
    ]


def _machine(aid: str, own: str, index: int, systems: int, chance: random.Random, *, behind: bool) -> str:
    """The first machine of an agency behind NAT is its jump host, reached directly."""
    server = index == 0 or chance.random() < 0.05
    kind = "server" if server else "isolated" if chance.random() < 0.02 else "laptop" if chance.random() < 0.1 else "workstation"
    parts = [f"id: {aid}-{index:04d}"]
    if kind == "isolated":
        return f"  - {{{parts[0]}, kind: isolated, place: {_quoted(chance.choice(_PLACES))}}}"
    parts += [f"os: {'linux' if server and chance.random() < 0.6 else 'windows'}", f"kind: {kind}"]
    parts += [
        f"place: {_quoted(chance.choice(_PLACES))}",
        f"serial: S{''.join(chance.choices(_LETTERS, k=6))}{aid[3:]}{index:04d}",
    ]
    host = index % _PER_NETWORK + 11
    if behind and index:
        parts.append(f"address: 127.16.{index // _PER_NETWORK}.{host}, access: {{via: {aid}-0000}}")
    elif index < _PER_NETWORK:
        parts.append(f"address: {own}.{host}")
    if server and systems:
        parts.append(f"systems: [{aid}-ht-{chance.randrange(systems)}]")
    return f"  - {{{', '.join(parts)}}}"


def _quoted(text: str) -> str:
    return f'"{text}"' if "," in text else text


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    for name in ("agencies", "endpoints", "systems", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    arguments = parser.parse_args()
    write_province(arguments.folder, Size(arguments.agencies, arguments.endpoints, arguments.systems, arguments.seed))


if __name__ == "__main__":
    main()
