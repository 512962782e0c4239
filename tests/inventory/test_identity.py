"""Export is import: what goes out as a workbook or as CSV comes back without a change, whatever an agency's file holds."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.inventory.changes import Around
from secaudit.inventory.csv_export import as_csv_files
from secaudit.inventory.csv_reading import read_csv_file
from secaudit.inventory.given import given_to
from secaudit.inventory.merge import merge
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import as_workbook
from secaudit.inventory.workbook_reading import asked_of, read_workbook
from secaudit.model.inventory import AgencyFile, Inventory, ProvinceFile
from tests.inventory.given_samples import AT

SHARED = ("van-ban", "thu", "lgsp")
PROVINCE = ProvinceFile.model_validate(
    {
        "province": {"id": "t", "name": "Tỉnh", "owner": "UBND tỉnh"},
        "shared_systems": [{"id": name, "name": f"Hệ thống {name}", "owner": "xa-a"} for name in SHARED],
    }
)
lines = st.one_of(
    st.sampled_from(
        [
            "=1+1",
            "+84 912 345 678",
            "'quoted",
            "0208 000 0004",
            "-",
            "Có",
            "Chưa rõ",
            "?",
            "x",
            "1.234",
            "a, b; c",
            "N/A",
            "TRUE",
            "tổng",
            "vidu",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool),
)
days = st.dates().filter(lambda day: 1950 < day.year < 2100).map(lambda day: day.isoformat())
counts = st.integers(0, 10**8)
flags = st.booleans()
documents = st.fixed_dictionaries({"number": lines, "date": days}, optional={"authority": lines})
harms = st.sampled_from(["none", "harm", "serious", "particularly_serious"])


def some(values):
    return st.lists(st.sampled_from(values), unique=True, max_size=len(values))


def record(required=None, **optional):
    return st.fixed_dictionaries(required or {}, optional=optional)


systems = st.lists(
    st.one_of(
        record({"name": lines, "state_secret": st.just(True)}, level=st.integers(1, 5)),
        record(
            {"name": lines},
            governed_by=lines,
            operator=lines,
            status=st.sampled_from(["operating", "investing", "stopped"]),
            kind=st.sampled_from(["internal", "public_service", "infrastructure", "industrial_control", "other"]),
            information=some(["public", "private", "personal"]),
            data_subjects=record(
                basic=st.one_of(counts, st.sampled_from(["under_100000", "from_100000"])),
                sensitive=st.one_of(counts, st.sampled_from(["none", "under_10000", "from_10000"])),
                counted_on=days,
                method=lines,
            ).filter(bool),
            handles_administrative_procedures=flags,
            conditional_business=flags,
            online_service_level=st.sampled_from(["1", "2", "3", "4", "partial", "full"]),
            internal_accounts=flags,
            users_sign_in=flags,
            infrastructure=st.sampled_from(["lan", "wan", "database", "data_centre", "cloud", "authentication", "integration"]),
            serves=st.sampled_from(
                ["agency", "agencies_of_commune", "sector", "province", "provinces", "nation", "international"]
            ),
            continuous_operation=flags,
            works_grade=st.sampled_from(["none", "IV", "III", "II", "I", "special"]),
            works_national_security=flags,
            harm=record(rights=harms, public=harms, order=harms, security=harms).filter(bool),
            defence_security=flags,
            national_data_store=flags,
            international_gateway=flags,
            risk_level=st.sampled_from(["not_assessed", "not_higher", "2", "3", "4", "5"]),
            prime_minister_decision=documents,
            components=some(SHARED).filter(bool),
            plan=record(status=st.sampled_from(["none", "partial", "full"]), expected_on=days).filter(bool),
            dossier=record(
                status=st.sampled_from(["drafting", "approved"]),
                level=st.integers(1, 5),
                decision=documents,
                regulation=documents,
                expected_on=days,
            ).filter(bool),
            inspected=some(["before_use", "periodic"]),
            in_service_since=days,
            note=lines,
            formerly=st.just([{"agency": "xa-cu", "until": "2025-06-30"}]),
        ),
    ),
    max_size=3,
)
endpoints = st.lists(
    st.one_of(
        record({"kind": st.just("isolated")}, place=lines, status=st.sampled_from(["in_use", "retired"])),
        record(
            {"kind": st.sampled_from(["workstation", "laptop", "server"])},
            os=st.sampled_from(["windows", "linux", "other"]),
            place=lines,
            hostname=lines,
            asset_tag=lines,
            serial=lines,
            uuid=lines,
            address=lines,
            access=record(via=st.just("m-0"), port=st.integers(1, 65535), user=lines, host_key_alias=lines).filter(bool),
            systems=some(SHARED).filter(bool),
            status=st.sampled_from(["in_use", "retired"]),
            ownership=st.sampled_from(["agency", "personal"]),
            lab=flags,
            formerly=st.just([{"agency": "xa-cu", "until": "2025-06-30"}]),
        ),
    ),
    max_size=4,
)
files = record(
    {
        "agency": record(
            {"id": st.just("xa-a"), "name": lines, "tier": st.sampled_from(["province", "commune"])},
            sector=st.sampled_from(["government", "party", "health"]),
            valid_from=days,
            valid_until=days,
            successors=st.just(["xa-b"]),
            networks=some(["127.20.1.0/24", "127.20.2.0/24", "::1/128"]).filter(bool),
            contact=record(name=lines, phone=lines, email=lines).filter(bool),
            asset_register=record({"computers": counts, "as_of": days}),
            machines_in_use=counts,
            submission=record({"accepted_on": days}, document=lines),
        )
    },
    people=record(
        heads=counts,
        heads_briefed=counts,
        staff=counts,
        staff_briefed=counts,
        staff_trained=counts,
        as_of=days,
        evidence=st.lists(lines, min_size=1, max_size=3),
    ).filter(bool),
    uses=some(SHARED).filter(bool),
    systems=systems.map(lambda rows: [{"id": f"s-{n}", **row} for n, row in enumerate(rows)]),
    endpoints=endpoints.map(lambda rows: [{"id": f"m-{n}", **row} for n, row in enumerate(rows)]),
)


def _setting(data: dict[str, Any]) -> tuple[AgencyFile, Inventory, Around]:
    file = AgencyFile.model_validate(data)
    inventory = Inventory(PROVINCE, (file,), "0" * 64, {})
    around = Around(
        shared={one.id: one.name for one in PROVINCE.shared_systems},
        systems={one.id: "xa-a" for one in file.systems},
        endpoints={one.id: "xa-a" for one in file.endpoints},
        newcomers={},
    )
    return file, inventory, around


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(files, st.sampled_from(Profile))
def test_a_workbook_that_nobody_touched_changes_nothing(data, profile):
    file, inventory, around = _setting(data)
    body = as_workbook(given_to(file, profile, AT, "0" * 64, PROVINCE.shared_systems))
    received = read_workbook(Path("x.xlsx"), body, asked_of(inventory))
    merged = merge(data, received, around)
    assert not received.problems, [(p.cell, str(p.message), p.found) for p in received.problems]
    assert not merged.problems, [(p.cell, str(p.message), p.found) for p in merged.problems]
    assert not merged.differs, [(c.part, c.key, c.fields) for c in merged.changes]


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(files)
def test_csv_files_that_nobody_touched_change_nothing(data):
    file, inventory, around = _setting(data)
    for name, body in as_csv_files([file]).items():
        for received in read_csv_file(Path(name), body, asked_of(inventory)):
            if received.agency:
                merged = merge(data, received, around)
                assert not received.problems, [(p.cell, p.line, str(p.message), p.found) for p in received.problems]
                assert not merged.differs, [(c.part, c.key, c.fields) for c in merged.changes]
