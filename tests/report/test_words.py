"""Every word of a closed list has a text, in the words of the vocabulary."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.check import Severity
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind, Tier
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.protection import ProtectionGrade
from secaudit.model.system import DossierStatus
from secaudit.report import agency_words
from secaudit.report.document import Tile
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.field_words import field_word
from secaudit.report.voice import Voice
from secaudit.report.words import ADVICE, DOUBT_ADVICE, decision_word, protection_words, word

LISTS = (SectionStatus, Severity, MissingReason, Verdict, DossierStatus, EndpointKind, Tier, Decision, Grade, Sight, Way, Tile)


@pytest.mark.parametrize("members", LISTS)
def test_every_member_has_its_own_word(members):
    texts = [str(word(member)) for member in members]
    assert all(texts) and len(set(texts)) == len(texts)


def test_equal_values_of_different_lists_keep_their_own_words(vietnamese):
    voice = Voice(vietnamese)
    assert voice.say(word(MissingReason.TIMEOUT)) == "quá thời gian chờ"
    assert voice.say(word(Sight.TIMEOUT)) == "Không phản hồi (tắt máy hoặc bị chặn)"


def test_every_class_of_not_seen_says_what_to_do():
    assert set(ADVICE) == set(Sight)


def test_every_reason_of_doubt_says_what_to_do(vietnamese):
    assert set(DOUBT_ADVICE) == set(DoubtKind)
    voice = Voice(vietnamese)
    assert all(voice.say(text) != str(text) for text in (*DOUBT_ADVICE.values(), *map(word, DoubtKind)))
    assert voice.say(word(MissingReason.QUARANTINED)) == "máy bị cách ly, có thể không phải máy đã khai báo"


def test_the_words_of_practice(vietnamese):
    voice = Voice(vietnamese)
    wanted = {
        Verdict.PASS: "Đạt",
        Verdict.FAIL: "Không đạt",
        Verdict.UNKNOWN: "Chưa xác định",
        Verdict.NOT_APPLICABLE: "Không áp dụng",
        Verdict.MANUAL: "Chờ xác nhận hồ sơ",
        Decision.MET: "Đạt",
        Decision.MISSED: "Chưa đạt",
        Decision.UNDECIDED: "Chưa đủ căn cứ kết luận",
        Sight.NO_WAY_IN: "Chưa có cách thu thập",
        Sight.DNS: "Không tìm thấy tên máy",
        Sight.REFUSED: "Máy từ chối kết nối",
        Sight.NO_ROUTE: "Không có đường mạng",
        Sight.BANNER: "Cổng mở nhưng không phải SSH",
        Sight.HOST_KEY: "Khóa máy chủ lạ hoặc đã đổi",
        Sight.AUTH: "Không đăng nhập được",
        Sight.CHANNEL: "Không mở được phiên",
        Sight.SHELL: "Không chạy được lệnh",
        Sight.SUDO: "Thiếu quyền quản trị",
        Sight.TRUNCATED: "Dữ liệu bị cắt",
        Sight.PROTOCOL: "Trả lời sai định dạng",
        DossierStatus.NONE: "Chưa lập",
        DossierStatus.DRAFTING: "Đang dự thảo",
        DossierStatus.SUBMITTED: "Đã gửi thẩm định",
        DossierStatus.APPRAISED: "Đã thẩm định",
        DossierStatus.APPROVED: "Đã được phê duyệt",
    }
    for member, text in wanted.items():
        assert voice.say(word(member)) == text
    assert voice.say(decision_word(Decision.MISSED, overdue=True)) == "Không đạt"
    assert voice.say(decision_word(Decision.MET, overdue=True)) == "Đạt"


def test_every_fact_has_a_short_name():
    for name in {*FACTS, *ENDPOINT_VARIABLES}:
        assert str(fact_word(name)) != name
    assert str(fact_word("protection.products[].managed")) == "Protection products found: centrally managed"
    assert str(fact_word("no.such.fact")) == "no.such.fact"


def test_every_field_of_a_record_has_a_short_name(vietnamese):
    fields = {field for spec in FACTS.values() for field in spec.fields}
    voice = Voice(vietnamese)
    assert {field for field in fields if voice.say(field_word(field)) == field} == set()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("true", "có"),
        ("false", "không"),
        ("[]", "(không có)"),
        ("12", "12"),
        ('"deb12"', "deb12"),
        ('["a","b"]', "a, b"),
        ("null", "–"),
        ('[{"running":true,"name":"x"},{"id":"y","running":false}]', "tên = x, đang chạy = có\nmã = y, đang chạy = không"),
        ('[{"id":"cut in the mid', '[{"id":"cut in the mid'),
    ],
)
def test_values_are_said_in_words(vietnamese, value, said):
    assert fact_text(value, Voice(vietnamese)) == said


@pytest.mark.parametrize(
    ("proven", "possible", "text"),
    [
        (0, 0, "P0 – Chưa có bảo vệ"),
        (1, 1, "P1 – Đã cài đặt"),
        (2, 2, "P2 – Đang hoạt động, cập nhật"),
        (3, 3, "P3 – Quản trị tập trung"),
        (4, 4, "P4 – EDR, kết nối SIEM"),
        (5, 5, "P5 – Chia sẻ với Trung tâm ANM tỉnh/quốc gia"),
        (2, 5, "ít nhất P2"),
        (2, 3, "ít nhất P2"),
        (3, 5, "ít nhất P3"),
        (1, 5, "P1 đến P5"),
        (0, 5, "P0 đến P5"),
    ],
)
def test_a_protection_grade_says_how_far_it_is_proven(vietnamese, proven, possible, text):
    assert Voice(vietnamese).say(protection_words(ProtectionGrade(proven, possible))) == text


def test_advice_on_pages_names_no_command(vietnamese):
    """A manager may open them; commands stand in the documents of officers."""
    voice = Voice(vietnamese)
    texts = [
        one for words in (ADVICE, DOUBT_ADVICE, agency_words.DOUBT_ADVICE, agency_words.SIGHT_ADVICE) for one in words.values()
    ]
    for text in texts:
        for said in (str(text), voice.say(text)):
            assert "secaudit" not in said and "SSH" not in said and "--" not in said, said
