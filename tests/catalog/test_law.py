"""``checks/law``: what is shipped is sound, and every rule is broken once, by file and line."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from secaudit.catalog import load_catalog
from secaudit.catalog.files import CatalogFile
from secaudit.catalog.parts import read_parts
from secaudit.catalog.rules.law import sound_law
from secaudit.law.periods import period_of
from secaudit.model.annual_report import NEW_RULES
from secaudit.model.period import statutory, statutory_year
from secaudit.resources import data_folder

LAW = data_folder("checks") / "law"
P331, P85, TRANSITION, REPORTING, HOLIDAYS, PENALTIES = (
    "nd-331-2026.yaml",
    "nd-85-2016.yaml",
    "transition.yaml",
    "reporting.yaml",
    "holidays.yaml",
    "penalties.yaml",
)
BROKEN = {
    "a gap between two procedures": (P85, "2026-08-18", "2026-08-17", P331, "no procedure is in force"),
    "two procedures on one day": (P85, "2026-08-18", "2026-08-19", P331, "still in force"),
    "an end before the beginning": (P85, "valid_until: 2026-08-18", "valid_until: 2016-06-01", P85, "ends before it begins"),
    "level 0": (P331, "levels: [1, 2]", "levels: [0, 2]", P331, "too small"),
    "level 6": (P331, "levels: [5]", "levels: [6]", P331, "too large"),
    "nobody at a level": (
        P331,
        "levels: [3]\n    appraiser",
        "levels: [4]\n    appraiser",
        P331,
        "Nobody decides on systems of level 3",
    ),
    "two offices at a level": (
        P331,
        "levels: [4]\n    appraiser",
        "levels: [3, 4]\n    appraiser",
        P331,
        "decides on level 3 already",
    ),
    "no limit for the approval": (
        P331,
        "levels: [3, 4, 5]\n    days: 7",
        "levels: [3, 4]\n    days: 7",
        P331,
        "No limit for the approval at level 5",
    ),
    "two limits of a step": (
        P331,
        "levels: [4, 5]\n    days: 25",
        "levels: [3, 4, 5]\n    days: 25",
        P331,
        "Another limit of this step",
    ),
    "a limit that runs from nothing": (
        P331,
        "levels: [3]\n    days: 15",
        "levels: [4]\n    days: 15",
        P331,
        "no limit speaks of",
    ),
    "a holiday that is no day": (HOLIDAYS, "day: 09-02", "day: 02-30", HOLIDAYS, "no such day in every year"),
    "a yearly duty on 29 February": (REPORTING, "yearly: 12-14", "yearly: 02-29", REPORTING, "no such day in every year"),
    "a day of another calendar": (HOLIDAYS, "date: 2025-01-27", "date: 2025-02-30", HOLIDAYS, "There is no such day"),
    "a day off in another year": (HOLIDAYS, "date: 2025-01-27", "date: 2026-01-27", HOLIDAYS, "lies in another year"),
    "a day off twice": (HOLIDAYS, "date: 2025-01-28", "date: 2025-01-27", HOLIDAYS, "stands twice"),
    "a weekday worked in exchange": (HOLIDAYS, "{date: 2025-04-26", "{date: 2025-04-25", HOLIDAYS, "Only a Saturday or Sunday"),
    "an exchange for nothing": (HOLIDAYS, "instead_of: 2025-05-02", "instead_of: 2025-05-05", HOLIDAYS, "is not off"),
    "a year twice": (HOLIDAYS, "  - year: 2026", "  - year: 2025", HOLIDAYS, "year stands twice"),
    "a date of two kinds": (REPORTING, "yearly: 12-20", "yearly: 12-20\n    on: 2026-12-20", REPORTING, "either yearly"),
    "due before it begins": (TRANSITION, "due: 2026-12-31", "due: 2026-06-30", TRANSITION, "due before it begins"),
    "an act that is not there": (TRANSITION, "act: nd-85-2016", "act: nd-85-2017", TRANSITION, "no procedure with this id"),
    "amounts upside down": (PENALTIES, "most: 100000000", "most: 10000000", PENALTIES, "below the least"),
    "an id twice": (PENALTIES, "id: dossier-high", "id: dossier", PENALTIES, "same id"),
    "an id that is not the file's name": (HOLIDAYS, "id: holidays", "id: holiday", HOLIDAYS, "name of the file"),
    "a word that is no step": (P331, "step: reply", "step: answer", P331, ""),
}


def problems(folder: Path):
    files = [CatalogFile(path, ("law", path.name)) for path in sorted(folder.glob("*.yaml"))]
    parts = read_parts(files)
    return parts, [*parts.problems, *sound_law(parts.law)]


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(LAW, tmp_path / "law"))


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_is_found_with_file_and_line(folder, name):
    file, good, bad, blamed, said = BROKEN[name]
    text = (folder / file).read_text(encoding="utf-8")
    assert good in text
    (folder / file).write_text(text.replace(good, bad, 1), encoding="utf-8")
    _, found = problems(folder)
    assert any(Path(one.path).name == blamed and one.line and said in str(one.message) for one in found), [
        (one.place(), str(one.message)) for one in found
    ]


def test_a_second_table_of_a_kind_is_refused(folder):
    text = (folder / HOLIDAYS).read_text(encoding="utf-8")
    (folder / "zz.yaml").write_text(text.replace("id: holidays", "id: zz"), encoding="utf-8")
    _, found = problems(folder)
    (problem,) = found
    assert "another table of this kind" in str(problem.message) and problem.path.endswith("zz.yaml")


def test_what_is_shipped_is_sound_and_every_entry_has_clause_and_source():
    parts, found = problems(LAW)
    assert found == []
    law = parts.law.law()
    tables = (*law.procedures, law.transition, law.reporting, law.holidays, law.penalties)
    assert all(table.source for table in tables)
    cited = [
        *(one for procedure in law.procedures for one in (*procedure.authorities, *procedure.limits)),
        *law.transition.transitions,
        law.reporting.period,
        *law.reporting.dates,
        *law.holidays.fixed,
        *(one for year in law.holidays.years for one in (*year.off, *year.worked)),
        *law.penalties.penalties,
    ]
    assert all(one.clause for one in cited)
    assert {one.id for one in law.reporting.dates if not one.confirmed} == {
        "training-staff",
        "training-administrators",
        "ke-hoach-246",
    }
    assert next(one for one in law.reporting.dates if one.id == "ke-hoach-246").on is None


def test_a_procedure_is_found_for_each_day_since_2016():
    law = problems(LAW)[0].law.law()
    for offset in range(0, 12 * 365, 97):
        assert law.procedure(date(2016, 7, 1) + timedelta(days=offset)) is not None
    assert law.procedure(date(2026, 8, 18)).id == "nd-85-2016" and law.procedure(date(2026, 8, 19)).id == "nd-331-2026"


def test_the_days_the_program_itself_knows_are_those_of_the_law():
    """Where no catalog is loaded the program has them from model/period.py and model/annual_report.py."""
    catalog = load_catalog(data_folder("checks"))
    reporting = catalog.law.reporting
    for year in (2026, 2027, 2028):
        first, last = statutory(year)
        assert period_of(reporting.period, first) == period_of(reporting.period, last) == (first, last)
        assert (statutory_year(first), statutory_year(last)) == (year, year)
    now = next(rules for rules in catalog.levels if rules.id == "nd-331-2026")
    assert next(one.valid_from for one in catalog.law.procedures if one.id == "nd-331-2026") == now.valid_from == NEW_RULES
