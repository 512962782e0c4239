"""Observed values are said in sentences, with the limit that holds, in words that no programmer is needed for."""

import json
import re

import pytest

from secaudit.catalog import load_catalog
from secaudit.model.check import Severity
from secaudit.model.fact import FACTS
from secaudit.pipeline.publish.limits import asserted_facts, limit_rows
from secaudit.report.action_words import action_words, has_words
from secaudit.report.document import CheckRow
from secaudit.report.fact_sentences import MOST_RECORDS, Sentences
from secaudit.report.field_words import field_word
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator

IDENTIFIER = re.compile(r"\b[a-z]+_[a-z_]+\b|\[\]")


@pytest.fixture(scope="module", name="checks")
def load_checks():
    return load_catalog(data_folder("checks")).checks


@pytest.fixture(scope="module", name="sentences")
def make_sentences(checks):
    return Sentences([_row(check) for check in checks.values()], Voice(translator("vi")))


def _row(check) -> CheckRow:
    return CheckRow(
        check.id, check.title, check.severity, check.what, check.why, check.verify,
        asserted=asserted_facts(check), limits=limit_rows(check),
    )  # fmt: skip


def _said(sentences, check: str, level=None, **facts) -> str:
    evidence = tuple((name.replace("__", "."), json.dumps(value, ensure_ascii=False)) for name, value in facts.items())
    return " | ".join(sentences.of(check, evidence, level))


def test_every_fact_of_a_shipped_check_is_said_without_identifiers(checks, sentences):
    said = 0
    for check in checks.values():
        asked = {name.partition("[]")[0] for name in asserted_facts(check)}
        assert asked, check.id
        for case in check.cases:
            for name, value in case.facts.items():
                if name not in asked or name in ("os.family", "probe.user"):
                    continue
                # Values are the machine's own words; what is looked at is what we say around them.
                [text] = sentences.of(check.id, ((name, json.dumps(value)),), 3)
                said += 1
                assert text and name not in text, (check.id, text)
                values = json.dumps(value)
                odd = [word for word in IDENTIFIER.findall(text) if word not in values]
                assert not odd, (check.id, text)
    assert said > 200


def test_every_field_that_a_check_asks_about_has_a_word(checks):
    for check in checks.values():
        for name in asserted_facts(check):
            _, bracket, field = name.partition("[].")
            assert not bracket or field_word(field).text != "{literal}", name


def test_the_age_of_signatures_stands_beside_its_limit(sentences):
    product = {"name": "Bkav Pro", "version": "8.1", "kind": "av", "running": True, "realtime": False, "signature_age_days": 43}
    said = _said(sentences, "protection.active", protection__products=[product])
    assert said.endswith("Bkav Pro 8.1, đang chạy, bảo vệ thời gian thực TẮT, mẫu nhận dạng 43 ngày tuổi, giới hạn dưới 7")


@pytest.mark.parametrize(
    ("check", "fact", "value", "said"),
    [
        ("network.firewall", "firewall.active", False, "tường lửa đang TẮT"),
        ("network.smb1", "settings.smb1_server", True, "chia sẻ tệp SMBv1 cũ đang bật"),
        ("patch.windows-months", "patch.releases_behind", 12, "chậm 12 kỳ vá hằng tháng, giới hạn không quá 2"),
        ("patch.os-supported", "os.support_days_left", -408, "hệ điều hành hết hỗ trợ từ 408 ngày trước"),
        (
            "patch.support-ending",
            "os.support_days_left",
            -8,
            "hệ điều hành hết hỗ trợ từ 8 ngày trước; phải còn ít nhất 180 ngày",
        ),
        ("logging.size", "logging.size_mb", 20, "nhật ký được phép tới 20 MB, giới hạn ít nhất 192"),
        ("session.screen-lock", "session.lock_seconds", 0, "màn hình tự khóa sau 0 giây (0: không khóa), giới hạn từ 1 đến 900"),
        ("accounts.admin-count", "accounts.admins", ["a", "b"], "Tài khoản quản trị: a, b, giới hạn không quá 3"),
        ("services.insecure", "services.insecure", [], "Dịch vụ đang chạy gửi mật khẩu không mã hóa: (không có)"),
        (
            "services.insecure",
            "services.insecure",
            ["ftp"],
            "Dịch vụ đang chạy gửi mật khẩu không mã hóa: ftp; không được có",
        ),
    ],
)
def test_a_value_is_said_with_the_limit_of_its_check(sentences, check, fact, value, said):
    assert _said(sentences, check, **{fact.replace(".", "__"): value}) == said


@pytest.mark.parametrize(("level", "limit"), [(2, 30), (3, 90), (4, 180), (5, 365)])
def test_the_limit_is_the_one_of_the_machines_level(sentences, level, limit):
    assert _said(sentences, "logging.retention", level, logging__retention_days=14).endswith(f"giới hạn ít nhất {limit}")


def test_where_no_single_limit_holds_none_is_given(sentences):
    assert "giới hạn" not in _said(sentences, "logging.retention", None, logging__retention_days=14)
    assert "giới hạn" not in _said(sentences, "password.min-length", 2, password__min_length=8)


def test_what_is_out_of_its_limit_comes_first_and_long_lists_are_cut(sentences):
    accounts = [{"name": f"a{n}", "enabled": True, "last_login_days": 1} for n in range(20)]
    accounts.append({"name": "cu", "enabled": True, "last_login_days": 400})
    said = _said(sentences, "accounts.idle", accounts__login=accounts)
    assert said.startswith("Tài khoản đăng nhập được: cu, đang bật, đăng nhập gần nhất 400 ngày trước, giới hạn không quá 45;")
    assert said.endswith(f"và {len(accounts) - MOST_RECORDS} mục khác")


def test_a_list_that_was_cut_is_said_as_far_as_it_is_whole(sentences):
    whole = json.dumps([{"id": "0cce9215-69ae-11d9-bed3-505054503030", "success": True, "failure": False}])[:-1]
    [said] = sentences.of("logging.audit-logon", (("logging.audit_categories", whole + ', {"id": "0cce9'),), None)
    assert said == "Chính sách kiểm toán: đăng nhập, có ghi lần thành công, không ghi lần thất bại"


def test_a_denied_comparison_is_turned_round(checks):
    [limit] = limit_rows(checks["accounts.admin-password-age"])
    assert (limit.fact, limit.sign, limit.values) == ("accounts.login[].password_age_days", "<=", ((1, 60),))


def test_limits_name_only_facts_and_fields_there_are(checks):
    for check in checks.values():
        for limit in limit_rows(check):
            whole, bracket, field = limit.fact.partition("[].")
            assert whole in FACTS and (not bracket or field in FACTS[whole].fields)


def test_every_grave_check_says_in_a_few_words_what_to_do(checks):
    grave = [check.id for check in checks.values() if check.severity in (Severity.CRITICAL, Severity.HIGH)]
    assert grave and [name for name in grave if not has_words(name)] == []
    assert action_words("no.such", "its title") == "its title"
