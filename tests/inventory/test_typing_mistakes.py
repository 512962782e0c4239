"""What people really type: Vietnamese words, copies of files, files that Notepad renamed, files that got lost."""

import pytest

from secaudit.inventory import check_inventory
from secaudit.model.inventory import Endpoint
from secaudit.model.system import Dossier, System
from secaudit.resources import translator
from secaudit.source.vietnamese import in_vietnamese

A, B, P = "agencies/so-a.yaml", "agencies/xa-b.yaml", "province.yaml"
TYPED = [
    (A, "kind: workstation", "kind: Máy trạm", "write workstation"),
    (A, "kind: workstation", "kind: may xach tay", "write laptop"),
    (A, "kind: workstation", "kind: MÁY  CHỦ", "write server"),
    (B, "tier: commune", "tier: Phường", "write commune"),
    (A, "{status: none}", "{status: Đã được phê duyệt}", "write approved"),
    (A, "kind: public_service", "kind: Phục vụ người dân, doanh nghiệp", "write public_service"),
    (A, "kind: workstation", "kind: workstaton", "did you mean workstation?"),
    (A, "kind: workstation", "kind: robot", None),
]


@pytest.mark.parametrize(("file", "old", "new", "hint"), TYPED)
def test_a_vietnamese_word_is_answered_with_the_word_to_write(province, file, old, new, hint):
    province.texts[file] = province.texts[file].replace(old, new if "," not in new else new.replace(": ", ': "', 1) + '"', 1)
    (problem,) = province.problems()
    assert (str(problem.hint) if problem.hint else None) == hint
    if hint:
        assert translator("vi").text(problem.hint).endswith(hint.split()[-1].rstrip("?") + (" không?" if "?" in hint else ""))


@pytest.mark.parametrize("model", [Endpoint, System, Dossier])
def test_the_words_offered_are_words_of_the_files(model):
    """A word is offered only among the choices of the field it stands in."""
    for field in model.model_fields.values():
        choices = [str(choice) for choice in getattr(field.annotation, "__args__", ())]
        assert in_vietnamese("máy trạm", choices) in (None, "workstation")
    assert in_vietnamese("máy trạm", ["server"]) is None


def test_a_copied_file_is_one_problem(province, summary):
    province.texts["agencies/so-a (1).yaml"] = province.texts[A]
    assert summary(province.problems()) == [("so-a.yaml", 1, "agency.id")]


def test_two_agencies_may_not_share_a_machine_only_because_copies_may(province, summary):
    province.texts["agencies/so-c.yaml"] = province.texts[A].replace("id: so-a,", "id: so-c,")
    found = {field for _, _, field in summary(province.problems())}
    assert {"endpoints[0].id", "endpoints[0].serial", "endpoints[0].address", "systems[0].id"} <= found


@pytest.mark.parametrize("name", ["so-c.yaml.txt", "so-c.yml", "so-c.YAML", "so-c.json"])
def test_a_file_that_only_looks_like_one_is_named(province, name):
    assert province.problems() == []
    (province.folder / "agencies" / name).write_text("agency: {}", encoding="utf-8")
    _, problems = check_inventory(province.folder)
    assert [problem.path for problem in problems] == [str(province.folder / "agencies" / name)]


def test_notes_and_workbooks_are_no_mistake(province):
    assert province.problems() == []
    for name in ("ghi chú.txt", "so-a.xlsx"):
        (province.folder / "agencies" / name).write_text("x", encoding="utf-8")
    assert check_inventory(province.folder)[1] == []


def test_a_lost_file_is_an_error_where_the_province_lists_its_agencies(province):
    province.texts[P] += "agencies: [so-a, xa-b, xa-c, so-a]\n"
    problems = province.problems()
    assert [(problem.line, problem.field, problem.found) for problem in problems] == [
        (8, "agencies[2]", "xa-c"),
        (8, "agencies[3]", "so-a"),
    ]
    assert "xa-c.yaml" in str(problems[0].hint)


def test_an_agency_the_province_does_not_list_is_an_error(province, summary):
    province.texts[P] += "agencies: [so-a]\n"
    assert summary(province.problems()) == [("xa-b.yaml", 1, "agency.id")]


def test_a_file_that_cannot_be_read_is_not_also_called_missing(province, summary):
    province.texts[P] += "agencies: [so-a, xa-b]\n"
    province.texts[B] = ""
    assert summary(province.problems()) == [("xa-b.yaml", 1, None)]
