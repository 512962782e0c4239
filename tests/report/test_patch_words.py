"""The patch state of a machine in one sentence: said only as far as it is known."""

import pytest

from secaudit.report.patch_words import patch_sentence
from secaudit.report.voice import Voice
from secaudit.resources import translator

BEHIND = {"patch.releases_behind": 2, "patch.due": "2026-11 KB5124008", "patch.level": "2026-09"}
WAITING = {"patch.reboot_required": True, "patch.restart_waiting_days": 19}


@pytest.mark.parametrize(
    ("facts", "vi", "en"),
    [
        (
            {**BEHIND, **WAITING},
            "chậm 2 kỳ vá (đang ở bản vá tháng 9/2026), chờ khởi động lại 19 ngày",
            "2 monthly release(s) behind (at the release of 9/2026), waiting for a restart for 19 day(s)",
        ),
        (
            {"patch.releases_behind": 14, "patch.due": "2026-11"},
            "chậm 14 kỳ vá (phải có bản vá tháng 11/2026)",
            "14 monthly release(s) behind (the release of 11/2026 is due)",
        ),
        ({"patch.releases_behind": 1}, "chậm 1 kỳ vá", "1 monthly release(s) behind"),
        (
            {"patch.releases_behind": 0, "patch.level": "2026-11", "patch.reboot_required": False},
            "đã có đủ các kỳ vá đến hạn (đang ở bản vá tháng 11/2026)",
            "has every monthly release that is due (at the release of 11/2026)",
        ),
        ({"patch.releases_behind": 0}, "đã có đủ các kỳ vá đến hạn", "has every monthly release that is due"),
        (WAITING, "chờ khởi động lại 19 ngày", "waiting for a restart for 19 day(s)"),
        ({"patch.reboot_required": True}, "chờ khởi động lại", "waiting for a restart"),
        (
            {"patch.reboot_required": True, "patch.restart_waiting_days": 0},
            "chờ khởi động lại từ hôm nay",
            "waiting for a restart since today",
        ),
    ],
)
def test_the_sentence(facts, vi, en):
    sentence = patch_sentence(facts)
    assert sentence is not None
    assert Voice(translator("vi")).say(sentence) == vi
    assert Voice(translator("en")).say(sentence) == en


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"patch.level": "2026-11", "patch.due": "2026-11"},
        # days alone are no need of a restart, and neither is a value of another type
        {"patch.restart_waiting_days": 19},
        {"patch.reboot_required": "true", "patch.releases_behind": "0"},
        {"patch.releases_behind": True},
    ],
)
def test_what_is_not_known_is_not_said(facts):
    assert patch_sentence(facts) is None


def test_a_month_that_is_none_is_left_out():
    sentence = patch_sentence({"patch.releases_behind": 3, "patch.due": "2026-13"})
    assert sentence is not None
    assert Voice(translator("vi")).say(sentence) == "chậm 3 kỳ vá"
