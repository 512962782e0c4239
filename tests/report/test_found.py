"""What answers in the networks, beside what is declared: as people read it."""

from dataclasses import replace

import pytest

from secaudit.model.discovery import Meeting
from secaudit.report import render_html, render_json


@pytest.fixture(name="document")
def a_document(sample):
    return sample(12)


@pytest.fixture(name="part")
def the_part(document, vietnamese, templates, plain):
    text = plain(render_html(document, vietnamese, templates))
    return text[text.index('id="found"') : text.index('id="newcomers"')]


def test_every_line_says_what_it_is_where_and_since_when(document, part):
    for words in (
        "Có trả lời, chưa kê khai", "Địa chỉ nay là của máy khác", "Đã kê khai, trả lời ở địa chỉ khác",
        "Khai đã thanh lý nhưng vẫn trả lời", "Không phải máy tính, không tính", "Khai là máy độc lập nhưng có trên mạng",
    ):  # fmt: skip
        assert words in part
    [first, _] = document.comparisons
    assert {row.meeting for row in first.found} == set(Meeting) - {Meeting.ANSWERING, Meeting.SILENT}
    for row in first.found:
        assert row.address in part and row.name in part
    assert "nhận ra nhờ tên máy" in part and "dò tìm từ 11/12/2026 đến 13/12/2026" in part
    assert "Máy đang dùng theo kê khai: <b>12</b>" in part, "numbers stand side by side"
    assert "sổ tài sản" not in part, "what the agency has not said is left out"
    assert all(f">{name}</a>" in part for name in first.silent)
    assert "mạng không thuộc đơn vị nào" in part


def test_beside_the_target_stand_the_addresses_that_it_counts(document, vietnamese, templates, plain):
    text = plain(render_html(document, vietnamese, templates))
    needs = text[text.index('id="needs"') : text.index('id="agencies"')]
    assert needs.count("Máy có trả lời nhưng không có trong danh sách nào") == 1
    assert "192.168.1.29" in needs and "(24)" in needs and '<a href="#found-0">' in needs and "10.9.0.4" in needs


def test_without_a_search_there_is_no_such_part(document, vietnamese, templates):
    page = render_html(replace(document, comparisons=(), targets=()), vietnamese, templates)
    assert 'id="found"' not in page and 'href="#found' not in page


def test_other_programs_get_every_line(document):
    data = render_json(document)
    assert data.count(b'"meeting": "undeclared"') == 2 and b'"beyond": [' in data
