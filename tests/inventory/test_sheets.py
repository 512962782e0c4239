"""The questions cover everything an agency's file can hold, in the words of the people who answer."""

from collections.abc import Iterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from secaudit.inventory.questions import Asked, Form, Path, Profile
from secaudit.inventory.sheets import LEFT_OUT, PARTS, SHEETS, asked_in, cells_of, choices_of, question_of, sheets_of
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, People
from secaudit.model.system import System
from secaudit.resources import translator

VIETNAMESE = translator("vi")
MODELS: dict[str, type[BaseModel]] = {"agency": Agency, "people": People, "systems": System, "endpoints": Endpoint}


def _plain(annotation: object) -> Iterator[object]:
    """The types a field can have, without what only annotates them."""
    if get_origin(annotation) is Annotated:
        yield from _plain(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _plain(part)
    else:
        yield annotation


def _paths(model: type[BaseModel], before: Path = ()) -> Iterator[tuple[Path, list[object]]]:
    for name, field in model.model_fields.items():
        kinds = list(_plain(field.annotation))
        nested = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if nested:
            yield from _paths(nested[0], (*before, name))
        else:
            yield (*before, name), kinds


def _closed(kinds: list[object]) -> set[str]:
    """Values of enumerations and literals, also inside a list."""
    found: set[str] = set()
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            found |= {item.value for item in kind}
        elif get_origin(kind) is Literal:
            found |= set(get_args(kind))
        elif get_origin(kind) is tuple:
            found |= _closed(list(_plain(get_args(kind)[0])))
    return found


def test_the_full_profile_asks_for_every_field_of_an_agency_file_and_for_nothing_else():
    assert set(MODELS) | {"uses"} == set(PARTS) == set(AgencyFile.model_fields)
    for part, model in MODELS.items():
        fields = {path for path, _ in _paths(model)} - LEFT_OUT.get(part, frozenset())
        assert {question.path for question in asked_in(Profile.FULL, PARTS[part]).questions} == fields


@pytest.mark.parametrize("part", MODELS)
def test_every_closed_answer_of_the_model_can_be_chosen(part):
    questions = asked_in(Profile.FULL, PARTS[part]).questions
    for path, kinds in _paths(MODELS[part]):
        closed = _closed(kinds)
        offered = {choice.value for q in questions if q.path == path for choice in q.choices if choice.value}
        offered |= {q.member for q in questions if q.path == path and q.form is Form.MEMBER}
        if path == ("status",) and part == "endpoints":
            offered -= {"other_agency"}
        if closed:
            assert offered == closed, path


@pytest.mark.parametrize("language", ["vi", "en"])
def test_headings_keys_and_answers_are_unique(language):
    speak = translator(language)
    for sheet in SHEETS:
        assert len({question.key for question in sheet.questions}) == len(sheet.questions)
        assert len({speak.text(question.heading).casefold() for question in sheet.questions}) == len(sheet.questions)
        assert len(speak.text(sheet.title)) <= 31
        for question in sheet.questions:
            labels = [speak.text(label).casefold() for _, label in choices_of(question)]
            assert len(set(labels)) == len(labels)
            assert len(speak.text(question.help)) <= 255, "an input message of a validation takes no more"


COMMUNE = {
    "agency": "Người phụ trách, Điện thoại/Zalo, Số máy theo sổ tài sản, Số máy đang dùng",
    "people": "Số lãnh đạo, Số CBCC, Ngày chốt số liệu",
    "endpoints": "Mã máy, Tên máy, Còn dùng, Nơi đặt, Của ai, Máy độc lập",
    "uses": "Hệ thống dùng chung đơn vị có sử dụng",
    "systems": "Tên hệ thống, Bí mật nhà nước → dừng khai, Tình trạng, Loại hình, Thông tin công cộng, Thông tin riêng, "
    "Thông tin cá nhân, Phục vụ quốc phòng, an ninh, Có tài khoản đăng nhập hoặc lưu văn bản nội bộ, Ai dùng, phục vụ ai, "
    "Có tiếp nhận, giải quyết hồ sơ TTHC trên hệ thống, Người dùng phải đăng nhập hoặc gửi thông tin, Là hạ tầng gì",
}


def test_a_commune_is_asked_what_its_officer_can_know_in_twenty_minutes():
    for sheet in sheets_of(Profile.COMMUNE):
        assert ", ".join(VIETNAMESE.text(question.heading) for question in sheet.questions) == COMMUNE[sheet.part]
        assert all(question.asked is Asked.AGENCY for question in sheet.questions)


ANSWERS = {
    ("systems", "status"): "Đang vận hành | Đang đầu tư | Đã dừng",
    ("systems", "kind"): "Nội bộ | Phục vụ người dân, doanh nghiệp | Hạ tầng thông tin | Điều khiển công nghiệp | Khác",
    ("systems", "harm.rights"): "Không | Có | Nghiêm trọng | Đặc biệt nghiêm trọng",
    ("systems", "data_subjects.basic"): "Dưới 100.000 | Từ 100.000 | Chưa đếm",
    ("systems", "data_subjects.sensitive"): "Không xử lý | Dưới 10.000 | Từ 10.000 | Chưa đếm",
    ("systems", "infrastructure"): "LAN | WAN/TSLCD | CSDL | Trung tâm dữ liệu | Cloud | Xác thực, chữ ký số | LGSP",
    ("systems", "works_grade"): "IV | III | II | I | Đặc biệt | Không phải công trình",
    ("systems", "dossier.status"): "Chưa lập | Đang dự thảo | Đã gửi thẩm định | Đã thẩm định | Đã được phê duyệt",
    ("systems", "plan.status"): "Chưa triển khai | Đã triển khai một số hạng mục | Đã triển khai đầy đủ",
    ("endpoints", "status"): "Có | Không | Máy của đơn vị khác",
    ("endpoints", "ownership"): "Cơ quan | Cá nhân",
    ("endpoints", "kind:isolated"): "Có | Không",
}


@pytest.mark.parametrize(("part", "key"), ANSWERS)
def test_closed_answers_are_the_words_people_know(part, key):
    question = question_of(PARTS[part], key)
    assert question is not None
    assert " | ".join(VIETNAMESE.text(label) for _, label in choices_of(question)) == ANSWERS[part, key]


PROVINCE = [
    "governed_by", "operator", "harm.rights", "risk_level", "conditional_business", "data_subjects.basic",
    "data_subjects.sensitive", "continuous_operation", "works_grade", "works_national_security",
    "prime_minister_decision.number", "components",
]  # fmt: skip


def test_questions_of_the_province_are_marked_as_its_own():
    for key in PROVINCE:
        question = question_of(PARTS["systems"], key)
        assert question is not None
        assert (question.asked, question.commune, question.required) == (Asked.PROVINCE, False, False), key


def test_each_shared_system_is_a_question_of_its_own_even_when_two_have_one_name():
    shared = [System(id="a", name="Thư"), System(id="b", name="Thư")]
    uses = next(sheet for sheet in sheets_of(Profile.COMMUNE, shared) if sheet.part == "uses")
    assert [(question.key, str(question.heading)) for question in uses.questions] == [("uses:a", "Thư"), ("uses:b", "Thư (b)")]


def test_cells_show_a_record_in_the_words_of_the_sheet_and_nothing_for_what_is_unknown():
    record = {
        "id": "mot-cua", "name": "Một cửa", "information": ["public"], "defence_security": "false",
        "data_subjects": {"basic": "250000"},
        "dossier": {"status": "approved", "decision": {"number": "12/QĐ", "date": "2026-03-02"}}, "components": ["x", "y"],
    }  # fmt: skip
    cells = {key: VIETNAMESE.text(c) if hasattr(c, "text") else c for key, c in cells_of(PARTS["systems"], record).items()}
    assert cells.pop("dossier.decision.date").isoformat() == "2026-03-02"
    assert cells == {
        "id": "mot-cua", "name": "Một cửa", "information:public": "Có", "information:private": "Không",
        "information:personal": "Không", "information:state_secret": "Không", "defence_security": "Không",
        "data_subjects.basic": 250000, "dossier.status": "Đã được phê duyệt", "dossier.decision.number": "12/QĐ",
        "components": "x\ny",
    }  # fmt: skip
