"""The random re-check stands beside the grades of evidence, with the names of the machines that differ."""

from dataclasses import replace
from datetime import UTC, datetime

from secaudit.model.outcome import Grade, Sight
from secaudit.model.recheck import Agreement, Draw, DrawnFrom, FactAgreement, MachineRecheck, Recheck, RecheckReport
from secaudit.report.as_json import render_json
from secaudit.report.document import RecheckRow
from secaudit.report.html import render_html
from secaudit.report.recheck_words import recheck_sentences

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def report(*, finished=True):
    differing = FactAgreement("os.id", Agreement.DIFFERS)
    machines = (
        MachineRecheck("m-1", Grade.B, 1, NOON, Recheck.DIFFERS, Sight.SEEN, 9, NOON, (differing,)),
        *(MachineRecheck(f"m-{n}", Grade.B, n, NOON, Recheck.AGREES, Sight.SEEN, n, NOON) for n in range(2, 59)),
        MachineRecheck("m-59", Grade.C, 59, NOON, Recheck.NOT_SEEN, Sight.TIMEOUT),
        MachineRecheck("m-60", Grade.C, 60, NOON, Recheck.NOTHING_COMPARABLE, Sight.SEEN, 60, NOON),
    )
    population = tuple(DrawnFrom(f"m-{n}", n) for n in range(1, 5413))
    return RecheckReport(Draw(7, NOON, "abc", False, "60", 60, population, 3), machines if finished else (), finished)


def row(document, found):
    sentences = recheck_sentences(found, 1, 900)
    different = (document.machines[3].id,)
    return RecheckRow(58, 5412, 60, 2, 1, 900, NOON, 7, "abc", sentences, different, ("gone-<b>1</b>",))


def test_the_page_says_it_in_the_provinces_words(sample, vietnamese, templates, page):
    document = sample()
    with_it = replace(document, recheck=row(document, report()))
    text = render_html(with_it, vietnamese, templates)
    read = page(text)
    said = " ".join(read.text.split())
    assert "ngày 20/11/2026: đã kiểm tra lại 58/5.412 máy, sai lệch 1" in said
    assert "2/60 máy được rút không kiểm tra lại được và không được tính là khớp" in said
    assert "từ 1 đến 900 máy sai lệch" in said
    assert "3 máy có bằng chứng như vậy không kết nối được qua SSH" in said
    assert "hạt giống abc, rút ngẫu nhiên; đợt 7" in said
    assert f"Các máy có sai lệch: {document.machines[3].id}" in said
    assert "gone-&lt;b&gt;1" in text
    footer = text[text.index('id="method"') :]
    assert 'id="recheck"' in footer
    assert footer.index("data-machine") > footer.index('id="recheck"'), "a name leads to its machine"
    assert b'"recheck": {' in render_json(with_it)


def test_without_a_recheck_nothing_is_claimed(sample, vietnamese, templates):
    text = render_html(sample(), vietnamese, templates)
    assert 'id="recheck"' not in text
    assert b'"recheck": null' in render_json(sample())


def test_one_that_never_ended_says_only_that():
    [sentence] = recheck_sentences(report(finished=False), 0, 5412)
    assert "did not come to its end" in sentence.text
