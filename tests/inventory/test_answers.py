"""What people type into a cell is understood or refused with a sentence; nothing is guessed, and blank is never a no."""

import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from secaudit.inventory.answers import BLANK, Names, Place, answer_of
from secaudit.inventory.questions import Choice, Form, Question
from secaudit.inventory.sheets import PARTS, SHEETS, cells_of, choices_of, question_of
from secaudit.inventory.typed import plain
from secaudit.messages import Message, msg
from secaudit.resources import translator
from secaudit.tables.model import Cell

PLACE = Place("xa.xlsx", "Máy tính!C7")
NAMES = Names(
    {"van-ban": "Quản lý văn bản, điều hành", "chu-ky": "Chữ ký số", "mot": "Một cửa", "hai": "một  CỬA"}, {"so-a": "Sở A"}
)
VIETNAMESE = translator("vi")


def _ask(part: str, key: str) -> Question:
    question = question_of(PARTS[part], key)
    assert question is not None
    return question


COUNT = _ask("people", "staff")
DAY = _ask("people", "as_of")
FLAG = _ask("systems", "defence_security")
KIND = _ask("systems", "kind")
IN_USE = _ask("endpoints", "status")
BAND = _ask("systems", "data_subjects.basic")
PHONE = _ask("agency", "contact.phone")
LINE = _ask("endpoints", "place")
LINES = _ask("people", "evidence")
IDS = _ask("endpoints", "systems")


def read(question: Question, cell: Cell) -> object:
    """The value; a problem or a remark fails."""
    answer = answer_of(question, cell, PLACE, NAMES)
    assert (answer.problem, answer.remark) == (None, None), (cell, answer)
    return answer.value


def noted(question: Question, cell: Cell) -> object:
    """The value that was read in another way than it was written."""
    answer = answer_of(question, cell, PLACE, NAMES)
    assert answer.problem is None and answer.remark is not None, (cell, answer)
    assert answer.remark.cell == "Máy tính!C7"
    return answer.value


def refused(question: Question, cell: Cell) -> str:
    """The Vietnamese sentence; it says where, what was found, what is expected and what to do."""
    answer = answer_of(question, cell, PLACE, NAMES)
    problem = answer.problem
    assert answer.value is None and problem is not None, (cell, answer)
    assert (problem.path, problem.cell) == ("xa.xlsx", "Máy tính!C7")
    assert problem.found and problem.expected is not None and problem.hint is not None
    for message in (problem.message, problem.expected, problem.hint):
        assert VIETNAMESE.text(message)
    return str(problem.message)


@pytest.mark.parametrize("cell", [1234, 1234.0, "1234", " 1234 ", "\u00a01234\u202f", "１２３４"])
def test_a_number_is_read_however_the_cell_holds_it(cell):
    assert read(COUNT, cell) == 1234


@pytest.mark.parametrize("cell", ["1.234", "1,234", "1 234", "1.234 máy", "1234 người", 1.234, "1234,0", "1234.00", "1234 Máy"])
def test_signs_of_thousands_and_units_are_taken_with_a_remark(cell):
    assert noted(COUNT, cell) == 1234


def test_a_level_may_be_called_one():
    level = _ask("systems", "dossier.level")
    assert (read(level, "3"), noted(level, "Cấp 3"), noted(level, "cấp độ 2")) == (3, 3, 2)


@pytest.mark.parametrize(
    "cell", ["1,5", "12.34", 12.34, 1.5, "1.2345", "1.234,5", "1,234.567", "0.125", 0.125, "1.234.56", "1.23", "12,3456"]
)
def test_what_may_be_a_fraction_is_refused(cell):
    assert refused(COUNT, cell) == "It cannot be told which number is meant: is this a decimal or a sign of thousands?"


@pytest.mark.parametrize(
    "cell", ["khoảng 20", "20-25", ">20", "hai mươi", "~20", -3, "-3", True, date(2026, 1, 2), 1e300, 10**13, "20 + 4", "٣"]
)
def test_no_number_is_made_of_what_is_none(cell):
    refused(COUNT, cell)


@pytest.mark.parametrize(
    "cell",
    ["có", "CÓ ", "co", "Có", "x", "X", "1", 1, 1.0, True, "yes", "✓", "v", "TRUE", unicodedata.normalize("NFD", "Có"), "đúng"],
)
def test_yes_in_all_spellings(cell):
    assert read(FLAG, cell) is True


@pytest.mark.parametrize(
    "cell", ["không", "KHÔNG", "ko", "k", "0", 0, False, "no", "khong", unicodedata.normalize("NFD", "Không"), "Chưa"]
)
def test_no_in_all_spellings(cell):
    assert read(FLAG, cell) is False


@pytest.mark.parametrize("cell", [None, "", " ", "-", "–", "?", "chưa rõ", "CHƯA RÕ", "không rõ", "khong biet", "…", "☐", "n/a"])
@pytest.mark.parametrize("question", [COUNT, DAY, FLAG, KIND, BAND, PHONE, LINE, LINES, IDS], ids=lambda q: q.key)
def test_blank_and_words_for_not_knowing_say_nothing(question, cell):
    assert read(question, cell) is None


@pytest.mark.parametrize("cell", ["có lẽ", "x x", "2", "✗", "có/không", "tùy", 2, date(2026, 1, 1)])
def test_neither_yes_nor_no_is_refused(cell):
    refused(FLAG, cell)


@pytest.mark.parametrize(
    "cell",
    ["Hạ tầng thông tin", "ha tang thong tin", "HẠ TẦNG  THÔNG TIN ", "Information infrastructure", "infrastructure",
     unicodedata.normalize("NFD", "Hạ tầng thông tin"), "Hạ\u00a0tầng thông tin"],
)  # fmt: skip
def test_choices_are_known_by_label_in_both_languages_and_by_the_word_of_the_file(cell):
    assert read(KIND, cell) == "infrastructure"


def test_other_words_for_a_choice_are_taken_with_a_remark_and_strange_ones_refused_with_the_choices():
    assert noted(KIND, "mạng LAN") == "infrastructure"
    refused(KIND, "hạ tầng nội bộ")
    problem = answer_of(KIND, "Noi bọ", PLACE, NAMES).problem
    assert problem is None
    problem = answer_of(KIND, "phần mềm", PLACE, NAMES).problem
    assert problem is not None and problem.expected is not None
    expected = VIETNAMESE.text(problem.expected)
    assert "Nội bộ | Phục vụ người dân, doanh nghiệp | Hạ tầng thông tin" in expected


def test_yes_and_no_are_understood_where_they_are_two_of_several_choices():
    assert [read(IN_USE, cell) for cell in ("x", "ko", "Máy của đơn vị khác", "CÓ")] == [
        "in_use",
        "retired",
        "other_agency",
        "in_use",
    ]
    assert read(_ask("systems", "harm.rights"), "không") == "none"


def test_a_band_takes_its_choices_numbers_and_the_word_for_not_counted():
    assert [read(BAND, cell) for cell in ("Dưới 100.000", "tu 100.000", 250000, "250000", "Chưa đếm")] == [
        "under_100000", "from_100000", 250000, 250000, None,
    ]  # fmt: skip
    assert noted(BAND, "250.000") == 250000
    refused(BAND, "<100.000")


@pytest.mark.parametrize(
    "cell",
    ["31/10/2026", "31-10-26", "31.10.2026", "31 Oct 2026", " 31/10/2026 ", "31 tháng 10 năm 2026",
     "ngày 31 tháng 10 năm 2026", "2026-10-31",
     date(2026, 10, 31), datetime.fromisoformat("2026-10-31 08:30"), "2026-10-31 00:00:00", "31/10/26", "2026/10/31",
     "Ngày 31/10/2026", "31 / 10 / 2026", unicodedata.normalize("NFD", "31 tháng 10 năm 2026"), "31 thg 10, 2026"],
)  # fmt: skip
def test_days_in_the_vietnamese_order(cell):
    assert read(DAY, cell) == "2026-10-31"


@pytest.mark.parametrize("cell", ["10/2026", "tháng 10/2026", "tháng 10 năm 2026", "10-2026", 46326, 46326.5, "46326"])
def test_months_mean_their_last_day_and_serial_numbers_the_day_they_count(cell):
    assert noted(DAY, cell) == "2026-10-31"


@pytest.mark.parametrize(
    "cell",
    ["31/11/2026", "10/31/2026", "29/02/2026", "32/01/2026", "0/1/2026", "13/2026", "2026", 2026, "hôm qua", 12, -5, True, 1e12,
     "31/10", "31/10/206", "31/10/20026", "quý 4/2026", "30250 (20261124)", "130000000000000000"],
)  # fmt: skip
def test_days_that_are_none_are_refused(cell):
    refused(DAY, cell)


def test_a_telephone_number_gets_the_zero_back_that_the_spreadsheet_took():
    assert noted(PHONE, 912345678) == "0912345678"
    assert noted(PHONE, 912345678.0) == "0912345678"
    assert noted(PHONE, 2083855123) == "02083855123"
    assert noted(PHONE, 84912345678) == "+84912345678"
    assert read(PHONE, "0912 345 678") == "0912 345 678"
    assert read(PHONE, "'0912345678") == "'0912345678"
    refused(PHONE, 12)


def test_what_a_spreadsheet_made_of_a_text_is_refused():
    assert refused(LINE, date(2026, 10, 12)) == "The spreadsheet made a date of what was typed"
    assert refused(LINE, 1.23456789012345e15) == "The spreadsheet made a number of what was typed and lost its last digits"
    assert refused(LINE, True) == "The spreadsheet made a truth value of what was typed"
    assert [read(LINE, cell) for cell in (2, 2.0, 2.5, "Tầng 2\nphòng 3", "a\u00a0b")] == [
        "2",
        "2",
        "2.5",
        "Tầng 2 phòng 3",
        "a b",
    ]
    refused(LINE, "x" * 301)
    refused(LINE, "a\x07b")


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "Err:502"])
@pytest.mark.parametrize("question", [COUNT, DAY, FLAG, KIND, BAND, PHONE, LINE, LINES, IDS], ids=lambda q: q.key)
def test_errors_of_the_spreadsheet_are_never_an_answer(question, error):
    assert refused(question, error) == "The cell holds an error of the spreadsheet"


def test_lists_are_separated_by_lines_commas_and_semicolons_and_names_are_as_good_as_ids():
    assert read(IDS, "van-ban; chu-ky") == ("van-ban", "chu-ky")
    assert read(IDS, "van-ban,chu-ky\nVAN-BAN") == ("van-ban", "chu-ky")
    assert read(IDS, "quản lý văn bản, điều hành") == ("van-ban",)
    assert read(IDS, "- Quan ly van ban, dieu hanh\n- Chữ ký số") == ("van-ban", "chu-ky")
    assert read(IDS, "moi-khai") == ("moi-khai",)
    assert read(LINES, "Báo cáo 1\n\n  Báo cáo 2, phụ lục ") == ("Báo cáo 1", "Báo cáo 2, phụ lục")
    assert refused(IDS, "Một cửa") == "Several are called Một cửa"
    assert refused(IDS, "Phần mềm lạ") == "Nothing is called Phần mềm lạ"
    assert read(_ask("systems", "owner"), "so-a") == "so-a"


def test_a_secret_typed_into_a_cell_is_not_repeated():
    problem = answer_of(COUNT, "mật khẩu: Abc12345", PLACE, NAMES).problem
    assert problem is not None
    assert "Abc12345" not in f"{problem}"


CELLS = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates(), st.datetimes(),
    st.text(alphabet="0123456789.,-/ ", max_size=14), st.sampled_from(["#N/A", "1.234", "31/10/2026", "có"]),
)  # fmt: skip


@given(st.sampled_from([question for sheet in SHEETS for question in sheet.questions]), CELLS)
@example(COUNT, "٣" * 4)
@example(DAY, "²/1/2026")
def test_nothing_a_cell_can_hold_raises_anything(question, cell):
    answer = answer_of(question, cell, PLACE, NAMES)
    assert answer.problem is None or answer.value is None


_LETTERS = "aăâbcđeêghiklmnoôơpqrstuưvxyĐẶỆỘỮÝABCXYZ0123456789.,;:-_/()[]{}'\"&%@!?=+*~ĳß中✓é\u0301 "


def _values(question: Question) -> st.SearchStrategy[object]:
    """Valid values of the model, as a file has them."""
    choices = st.sampled_from([value for value, _ in choices_of(question) if value] or [""])
    words = st.text(_LETTERS, min_size=1, max_size=20).map(lambda text: unicodedata.normalize("NFC", text))
    lines = words.filter(lambda text: text.isprintable() and " ".join(text.split()) == text and plain(text) not in BLANK)
    ids = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)
    match question.form:
        case Form.WHOLE:
            return st.integers(0, 100_000_000)
        case Form.DAY:
            return st.dates().map(lambda day: day.isoformat())
        case Form.FLAG | Form.MEMBER | Form.IS:
            return st.booleans()
        case Form.CHOICE:
            return choices
        case Form.BAND:
            return choices | st.integers(0, 100_000_000)
        case Form.LINES:
            return st.lists(lines, min_size=1, max_size=3).map(tuple)
        case Form.IDS:
            return st.lists(ids, min_size=1, max_size=4, unique=True).map(tuple)
        case Form.LINE:
            return lines


def _record(question: Question, value: object) -> dict[str, object]:
    if question.form in (Form.MEMBER, Form.IS):
        value = (
            ([question.member] if value else ["other"]) if question.form is Form.MEMBER else question.member if value else "other"
        )
    for name in reversed(question.path):
        value = {name: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.part)
def test_what_a_cell_shows_of_a_value_is_read_back_as_that_value(sheet, language):
    speak = translator(language)

    @given(st.data())
    def holds(data: st.DataObject) -> None:
        question = data.draw(st.sampled_from(sheet.questions))
        value = data.draw(_values(question))
        cell = cells_of(sheet, _record(question, value))[question.key]
        shown: Cell = speak.text(cell) if isinstance(cell, Message) else cell
        assume(not isinstance(shown, str) or plain(shown) not in BLANK)
        answer = answer_of(question, shown, PLACE)
        assert (answer.value, answer.problem) == (value, None), (question.key, shown)

    holds()


def test_a_word_that_two_choices_share_chooses_none():
    question = Question(("kind",), msg("K"), msg("H"), Form.CHOICE, (Choice("a", msg("Số")), Choice("b", msg("So"))))
    assert read(question, "a") == "a"
    refused(question, "so")
