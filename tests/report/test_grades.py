"""Proven by grade: drawn apart, said in words, led down to machines; way, grade and moment beside every value."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.model.outcome import Grade, Way
from secaudit.report import render_html
from secaudit.report.as_json import render_json
from secaudit.report.bars import WIDTH, bar
from secaudit.report.document import Figure, GradePart, RecheckRow
from secaudit.report.grade_words import grade_counts
from secaudit.report.voice import Voice

COUNTS = st.lists(st.integers(0, 30_000), min_size=3, max_size=3)


def figure(proven, disproven=0, unknown=0, declared=0, apart=()):
    total = sum(proven) + disproven + unknown
    parts = tuple(GradePart(grade, count) for grade, count in zip(Grade, proven, strict=False) if count)
    lower, upper = Fraction(sum(proven), total), Fraction(sum(proven) + unknown, total)
    return Figure(sum(proven), disproven, unknown, total, lower, upper, declared, grades=parts, apart=apart)


@pytest.fixture(scope="module")
def documents(sample):
    return sample()


@pytest.fixture(scope="module")
def text(documents, vietnamese, templates, plain):
    return plain(render_html(documents, vietnamese, templates))


def with_target(document, **changes):
    target = document.targets[1]
    changed = replace(target, figure=replace(target.figure, **changes), under=())
    return replace(document, targets=(document.targets[0], changed, *document.targets[2:]))


def test_the_numbers_stand_in_words_in_the_order_of_grades(vietnamese):
    said = Voice(vietnamese).say(grade_counts([(Grade.A, 120), (Grade.B, 4210), (Grade.C, 310)]))
    assert said == "A 120 · B 4.210 · C 310"
    assert Voice(vietnamese).say(grade_counts([])) == ""


@given(COUNTS, st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 1000))
def test_the_stretches_fill_the_proven_part_exactly_and_none_vanishes(proven, disproven, unknown, declared):
    made = bar(figure(proven, disproven, unknown, min(declared, unknown)))
    shown = [count for count in proven if count]
    assert len(made.grades) in (0, len(shown))
    if made.grades:
        assert made.grades[0].at == 0
        assert made.grades[-1].at + made.grades[-1].width == pytest.approx(made.proven, abs=0.3)
        assert all(part.width >= 4 for part in made.grades)
        for one, other in zip(made.grades, made.grades[1:], strict=False):
            assert one.at + one.width == pytest.approx(other.at, abs=0.15)
    elif shown:
        assert made.proven < 4 * len(shown), "left out only where there is no room to tell them apart"


def test_wider_stretches_stand_for_more_machines():
    made = bar(figure([100, 5000, 900], 2000, 2000))
    assert [part.grade for part in made.grades] == [Grade.A, Grade.B, Grade.C]
    assert made.grades[1].width > made.grades[2].width > made.grades[0].width


def test_a_grade_that_the_plan_does_not_accept_lies_in_the_pale_end():
    made = bar(figure([100, 0, 0], 0, 300, 120, (GradePart(Grade.C, 90),)))
    [part] = made.apart
    assert part.grade is Grade.C
    assert part.at == pytest.approx(made.declared_at) and part.at >= made.proven
    assert part.width == pytest.approx(made.declared * 90 / 120, abs=0.2)
    assert part.at + part.width <= WIDTH


def test_each_grade_has_a_pattern_of_its_own_and_a_letter(text):
    first = text[text.index('id="target-2"') : text.index('id="target-3"')]
    meter = first[first.index('<svg class="meter"') :]
    meter = meter[: meter.index("</svg>")]
    assert "url(#p-grade-B)" in meter and "url(#p-grade-C)" in meter
    assert re.findall(r">([A-E])</text>", meter) == ["A", "B", "C"]
    for pattern in ("p-grade-B", "p-grade-C", "p-apart", "p-possible", "p-declared"):
        assert text.count(f'id="{pattern}"') == 1
    label = re.search(r'aria-label="([^"]*)"', meter)
    assert label and re.search(r"có bằng chứng theo hạng: A \d+ · B \d+ · C \d+$", label[1])


def test_the_words_below_the_bar_say_the_numbers(documents, text, vietnamese):
    parts = documents.targets[1].figure.grades
    said = Voice(vietnamese).say(grade_counts([(part.grade, part.count) for part in parts]))
    assert f"có bằng chứng: {said}" in text
    assert sum(part.count for part in parts) == documents.targets[1].figure.proven


def test_figures_about_papers_have_no_grades(text):
    for number in (1, 3, 4, 5):
        part = text[text.index(f'id="target-{number}"') :]
        part = part[: part.index("</li>\n")]
        assert "p-grade" not in part and 'class="grades"' not in part


def test_every_grade_leads_to_its_machines(documents, text, page):
    read = page(text)
    island = read.island
    names = {island["texts"][item["title"]]: item for item in island["lists"]}
    for part in documents.targets[1].figure.grades:
        [title] = [name for name in names if f"– {part.grade.value} – " in name and name.startswith("Thiết bị")]
        rows = [island["texts"][island["machines"][row[0]]["name"]] for row in names[title]["rows"]]
        assert rows == list(part.members)
        position = island["lists"].index(names[title])
        assert any(attrs.get("data-list") == str(position) for _, attrs in read.tags), "a link leads there"


def test_without_a_recheck_the_page_says_so_plainly(text):
    assert "B và C: chưa kiểm tra lại" in text
    assert "Bằng chứng hạng B và C chưa kiểm tra lại" in text[text.index('id="method"') :]


def test_the_error_of_the_recheck_stands_beside_the_grades(documents, vietnamese, templates, sample):
    found = "{checked} of {population} machines re-checked, {different} differ"
    sentence = Voice(vietnamese).translate(found, checked=58, population=5412, different=1)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    row = RecheckRow(58, 5412, 60, 2, 1, 900, at, 7, "abc", (sentence,))
    said = render_html(replace(documents, recheck=row), vietnamese, templates)
    first = said[said.index('id="target-2"') : said.index('id="target-3"')]
    assert "B và C: đã kiểm tra lại 58/5.412 máy, sai lệch 1" in first
    assert "chưa kiểm tra lại" not in said


def test_evidence_of_grade_a_alone_needs_no_recheck(documents, vietnamese, templates):
    only = with_target(documents, grades=(GradePart(Grade.A, documents.targets[1].figure.proven),))
    assert "chưa kiểm tra lại" not in render_html(only, vietnamese, templates)


def test_a_grade_the_plan_does_not_accept_is_named_and_counted_apart(documents, vietnamese, templates, plain):
    changed = with_target(documents, declared_only=12, apart=(GradePart(Grade.C, 9, documents.targets[1].members.unknown[:9]),))
    said = plain(render_html(changed, vietnamese, templates))
    first = said[said.index('id="target-2"') : said.index('id="target-3"')]
    assert "không tính vì kế hoạch không chấp nhận hạng này: C 9" in first
    assert "trong đó chỉ khai báo <b>3</b>" in first
    assert "url(#p-apart)" in first and "hạng kế hoạch không chấp nhận" in said


def test_every_value_says_grade_way_and_moment(documents, text, page):
    island = page(text).island
    texts = island["texts"]
    seen = [(row, shown) for row, shown in zip(documents.machines, island["machines"], strict=True) if row.seen]
    assert {row.trail.grade for row, _ in seen} == {Grade.A, Grade.B, Grade.C}
    for row, shown in seen:
        for fact in shown["facts"]:
            origin = texts[fact[4]]
            assert origin.startswith(f"{row.trail.grade.value} · ") and re.search(r" · \d\d:\d\d \d\d/\d\d/2026", origin)
    grades = {verdict[5] for _, shown in seen for verdict in shown["verdicts"]}
    assert grades == {"A", "B", "C", ""}


def test_a_machine_with_several_pieces_lists_them_with_file_row_digest_and_size(documents, text, page):
    island = page(text).island
    texts = island["texts"]
    [number] = [n for n, row in enumerate(documents.machines) if row.beside][:1]
    row, shown = documents.machines[number], island["machines"][number]
    [(title, pairs)] = shown["pieces"]
    beside = row.beside[0]
    assert texts[title].startswith("B · Kaspersky Security Center · ")
    values = [texts[value] for _, value, _ in pairs]
    for wanted in (
        f"dòng {beside.console.row} của tệp bao-cao-ksc.csv", beside.console.digest, beside.digest, "900 byte", beside.chain,
    ):  # fmt: skip
        assert wanted in values
    [both] = [fact for fact in shown["facts"] if texts[fact[0]] == "protection.products"]
    assert texts[both[4]].endswith("(và 1 nguồn khác cũng cho biết như vậy)")


def test_a_contradiction_shows_both_sides(documents, text, page):
    [number] = [n for n, row in enumerate(documents.machines) if row.conflicts][:1]
    island = page(text).island
    [(fact, counts, against, name)] = island["machines"][number]["conflicts"]
    said = [island["texts"][one] for one in (fact, counts, against, name)]
    assert said[0] == "Tên đầy đủ của hệ điều hành" and said[3] == "os.name"
    assert said[1].startswith("Windows 10 Pro 22H2 (A · ") and said[2].startswith("Windows 7 Pro (B · ")
    part = text[text.index(f'<div id="machine-{number}">') :]
    assert "Mâu thuẫn:" in part[: part.index("</details>")]


def test_a_row_of_a_console_stands_as_in_its_file(documents, text, page):
    [number] = [n for n, row in enumerate(documents.machines) if row.trail and row.trail.way is Way.CONSOLE][:1]
    row = documents.machines[number]
    island = page(text).island
    texts = island["texts"]
    [section] = island["machines"][number]["sections"]
    assert texts[section[0]] == f"dòng {row.trail.console.row} của tệp bao-cao-ksc.csv"
    assert [(texts[heading], texts[cell]) for heading, cell in section[4]] == list(row.sections[0].cells)
    assert all(fact[3] == 0 for fact in island["machines"][number]["facts"]), "each value leads to the row"


def test_newcomers_stand_by_agency_with_what_they_are_known_by(documents, text, page):
    part = text[text.index('id="newcomers"') : text.index('id="unseen"')]
    for row in documents.newcomers:
        assert f"tên đề xuất: {row.id}" in part and row.name in part and f"S/N {row.serial}" in part
    assert "Chưa rõ đơn vị" in part and "Kaspersky Security Center" in part and "bộ thu thập" in part
    agency = text[text.index('<tr id="agency-0">') :]
    assert "3 máy mới, chờ đơn vị xác nhận" in agency[: agency.index("</tr>")]


def test_without_newcomers_the_page_has_no_such_part(documents, vietnamese, templates):
    assert 'id="newcomers"' not in render_html(replace(documents, newcomers=()), vietnamese, templates)


def test_the_json_carries_way_grade_and_moment_of_every_piece(documents):
    data = render_json(documents)
    assert b'"newcomers": [' in data and b'"grades": [' in data
    assert data.count(b'"beside": [') == len(documents.machines)
