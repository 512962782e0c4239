"""Figures that agencies declare: only a paper proves them, silence is unknown, and every published figure comes out."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.model.measurement import BlockerKind, Decision
from secaudit.model.plan import Plan
from secaudit.report.format import Format
from secaudit.resources import data_folder
from secaudit.source import read_yaml

PLANS = data_folder("checks") / "plans"


def plan(name):
    return Plan.model_validate(read_yaml(PLANS / f"{name}.yaml").data)


def test_a_declared_figure_with_a_report_is_proven_and_what_is_left_is_disproven(make):
    case = make.Case([make.agency("xa"), make.agency("xb")]).declaring(make.indicator("x", {"xa": (40, 50), "xb": (45, 50)}))
    found = case.measure(make.target("indicators", share="85 %"))
    assert (found.tally.proven, found.tally.disproven, found.tally.unknown) == (85, 15, 0)
    assert (found.decision, found.needed) == (Decision.MET, 0)
    assert case.measure(make.target("indicators", share="85 %", sign=">")).decision is Decision.MISSED


def test_an_agency_that_declared_nothing_is_unknown_and_keeps_the_target_open(make):
    case = make.Case([make.agency("xa"), make.agency("xb")]).declaring(make.indicator("x", {"xa": (50, 50)}))
    found = case.measure(make.target("indicators", share="85 %"))
    assert found.decision is Decision.UNDECIDED
    assert [(one.kind, one.agencies) for one in found.blockers] == [(BlockerKind.INDICATOR_MISSING, ("xb",))]


def test_a_low_figure_is_not_missed_while_others_have_yet_to_declare_theirs_unless_everything_is_asked(make):
    case = make.Case([make.agency("xa"), make.agency("xb")]).declaring(make.indicator("x", {"xa": (1, 50)}))
    assert case.measure(make.target("indicators", share="85 %")).decision is Decision.UNDECIDED
    assert case.measure(make.target("indicators", share="100 %")).decision is Decision.MISSED


@pytest.mark.parametrize(
    ("change", "declared_only"),
    [
        ({"evidence": None}, 40),
        ({"evidence": {"number": "BC 1", "date": "2026-12-31"}}, 40),
        ({"evidence": {"number": "BC 1", "date": "2026-11-29"}}, 40),
        ({"as_of": "2025-01-01", "evidence": {"number": "BC 1", "date": "2025-01-01"}}, 40),
    ],
    ids=["no report", "a report of a day to come", "a report from before the day", "too old"],
)
def test_a_figure_without_a_valid_report_proves_nothing(make, change, declared_only):
    case = make.Case([make.agency("xa")]).declaring({**make.indicator("x", {"xa": (40, 50)}), **change})
    found = case.measure(make.target("indicators", share="50 %"))
    assert (found.tally.proven, found.tally.unknown, found.declared_only) == (0, 50, declared_only)
    assert [one.kind for one in found.blockers] == [BlockerKind.UNKNOWN_MEMBERS, BlockerKind.DOCUMENT_MISSING]


def test_a_numerator_nobody_gave_is_unknown_and_not_zero(make):
    case = make.Case([make.agency("xa")]).declaring(make.indicator("x", {"xa": (None, 50)}))
    found = case.measure(make.target("indicators", share="50 %"))
    assert (found.tally.unknown, found.tally.disproven, found.declared_only) == (50, 0, 0)


def test_the_newest_figure_counts_and_one_of_a_day_to_come_does_not(make):
    case = make.Case([make.agency("xa")]).declaring(
        make.indicator("x", {"xa": (40, 50)}, day="2026-11-30"),
        make.indicator("x", {"xa": (10, 50)}, day="2026-06-30"),
        make.indicator("x", {"xa": (50, 50)}, day="2026-12-31"),
        make.indicator("y", {"xa": (1, 50)}),
    )
    assert case.measure(make.target("indicators", share="50 %")).tally.proven == 40


def test_each_tier_counts_its_own_agencies_and_the_province_declares_one_figure(make):
    case = make.Case([make.agency("so", tier="province"), make.agency("xa")]).declaring(
        make.indicator("x", {"so": (7, 10), "xa": (3, 10), "thai-nguyen": (99, 100)})
    )
    counts = {"counts": 'agency.tier == "province"'}
    assert case.measure(make.target("indicators", share="70 %", **counts)).tally.total == 10
    whole = case.measure(make.target("indicators", share="90 %", by="province"))
    assert (whole.tally.proven, whole.tally.total, whole.decision) == (99, 100, Decision.MET)
    assert [share.agency for share in whole.agencies] == ["thai-nguyen"]
    alone = make.Case([make.agency("xa")]).measure(make.target("indicators", share="90 %", by="province"))
    assert alone.decision is Decision.UNDECIDED


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=60)
def test_what_is_proven_was_declared_and_the_interval_holds_what_was_declared(make, rows):
    names = [f"xa-{number}" for number in range(len(rows))]
    files = [
        {**make.indicator("x", {name: (part, part + rest)}), **({} if paper else {"evidence": None})}
        for name, (part, rest, paper) in zip(names, rows, strict=True)
    ]
    found = make.Case([make.agency(name) for name in names]).declaring(*files).measure(make.target("indicators"))
    assert found.tally.total == sum(part + rest for part, rest, _ in rows)
    assert found.tally.proven == sum(part for part, _, paper in rows if paper)
    assert found.tally.proven <= sum(part for part, _, _ in rows) <= found.tally.proven + found.tally.unknown


PUBLISHED = [
    # documents.md: name, units that do, all units, as printed in Vietnamese
    ("D0: 9 of 19 departments with online services", 9, 19, "47,4"),
    ("D0: 180 communes at one-stop shops", 180, 180, "100"),
    ("D1: 22 of 22 provincial units", 22, 22, "100"),
    ("D1: 11 of 11 district units", 11, 11, "100"),
    ("D1: 195 of 195 communes", 195, 195, "100"),
]


@pytest.mark.parametrize(("what", "units", "of", "printed"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_every_published_figure_about_units_comes_out_of_declarations_unit_by_unit(make, what, units, of, printed):
    names = [f"u-{number}" for number in range(of)]
    lines = {name: (1 if number < units else 0, 1) for number, name in enumerate(names)}
    case = make.Case([make.agency(name) for name in names]).declaring(make.indicator("x", lines))
    found = case.measure(make.target("indicators", share="100 %"))
    assert found.tally.lower == found.tally.upper == Fraction(units, of)
    assert Format("vi").percent(found.tally.lower).replace("\u00a0", " ") == f"{printed} %"
    assert found.decision is (Decision.MET if units == of else Decision.MISSED)


FIGURES = [
    ("D1: 323 + 82 of 1,996 procedures at level 3 or 4", 323 + 82, 1996, "20,3"),
    ("D3: nearly 70 % of provincial officials use e-mail", 69, 100, "69"),
    ("D3: 100 % of Party bodies, 47 % of departments, 20 % of districts use document management", 47, 100, "47"),
    ("D4: 30 % of 21,550 documents are electronic", 6465, 21550, "30"),
    ("D4: 2,539 + 25 of 8,500 dossiers at level 3 and 4", 2539 + 25, 8500, "30,2"),
    ("D4: 8,230 of 8,500 dossiers settled", 8230, 8500, "96,8"),
    ("D4: 275 of 275 procedures published", 275, 275, "100"),
]


@pytest.mark.parametrize(("what", "part", "whole", "printed"), FIGURES, ids=[row[0] for row in FIGURES])
def test_every_published_share_comes_out_of_one_declared_figure(make, what, part, whole, printed):
    case = make.Case([make.agency("so")]).declaring(make.indicator("x", {"so": (part, whole)}))
    found = case.measure(make.target("indicators", share="50 %"))
    assert found.tally.lower == Fraction(part, whole)
    assert Format("vi").percent(found.tally.lower).replace("\u00a0", " ") == f"{printed} %"


def test_the_city_of_the_document_had_not_reached_its_dossiers_and_would_with_half_of_them(make):
    """D4: 2,564 of 8,500 dossiers at level 3 and 4, at least 50 % asked by 2025."""
    case = make.Case([make.agency("tp", tier="district")], as_of=date(2020, 10, 31)).declaring(
        make.indicator("ho-so-giai-quyet-muc-3-4", {"thai-nguyen": (2564, 8500)}, day="2020-09-30")
    )
    first = case.by(plan("tp-thai-nguyen-2025"))[0]
    assert (first.decision, first.needed) == (Decision.MISSED, 4250 - 2564)


def test_the_plans_of_the_documents_ask_what_the_documents_say():
    asked = {name: [(one.sign, one.share) for one in plan(name).targets] for name in ("chinh-quyen-so-2022", "nam-dinh-2015")}
    assert asked["chinh-quyen-so-2022"] == [
        (">", "90 %"), (">", "70 %"), (">", "60 %"), (">", "40 %"), (">=", "100 %"), (">=", "100 %"), (">", "50 %"),
        (">=", "100 %"),
    ]  # fmt: skip
    assert asked["nam-dinh-2015"] == [(">=", "100 %"), (">=", "50 %"), (">=", "100 %"), (">=", "100 %"), (">=", "100 %")]
    city = [(one.sign, one.share) for one in plan("tp-thai-nguyen-2025").targets]
    assert city == [
        (">=", "50 %"),
        (">=", "80 %"),
        (">", "90 %"),
        (">", "90 %"),
        (">=", "60 %"),
        (">=", "100 %"),
        (">=", "100 %"),
    ]


def test_the_district_tier_counts_where_the_day_lies_before_its_end(make):
    huyen = make.agency("huyen", tier="district", valid_until="2025-06-30")
    lines = make.indicator("ho-so-cong-viec-truc-tuyen", {"huyen": (61, 100)}, day="2025-05-31")
    case = make.Case([huyen], as_of=date(2025, 6, 1)).declaring(lines)
    district = next(one for one in case.by(plan("chinh-quyen-so-2022")) if one.target == "dossiers-online-district")
    assert (district.tally.proven, district.tally.total) == (61, 100)
    later = make.Case([huyen]).declaring(lines)
    district = next(one for one in later.by(plan("chinh-quyen-so-2022")) if one.target == "dossiers-online-district")
    assert district.decision is Decision.NOT_APPLICABLE
