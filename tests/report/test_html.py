"""The page: well formed, complete, self-contained, in two languages."""

import base64
import hashlib
import re
import shutil
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from report_hostile import texts_of

from secaudit.errors import ReportError
from secaudit.model.base import Texts
from secaudit.model.finding import Verdict
from secaudit.model.measurement import Decision
from secaudit.report import render_html
from secaudit.report.document import Conclusion, Figure, Members, Order
from secaudit.report.format import Format

# Ids become positions and values are put in words: these are not shown as they are written.
NOT_SHOWN = frozenset(
    {
        "TargetRow.id",
        "SubTargetRow.id",
        "AgencyRow.id",
        "SystemRow.id",
        "MachineRow.agency",
        "HeavyRow.agency",
        "Step.agency",
        "Obstacle.agencies",
        "Order.agencies",
        "Members.proven",
        "Members.disproven",
        "Members.unknown",
        "DeadlineRow.clause",  # as people cite it
        "FactRow.value",
        "FactRow.section",
        "MissingRow.section",
        "CheckRow.refs",
        "GradePart.members",
        "NewcomerRow.agency",
        "BeyondRow.agency",
        "ComparisonRow.agency",
        "NewcomerRow.source",
        "Side.source",
        "Side.value",
        "AskedRow.id",
        "AnswerGroup.requirements",
        "StandingRow.system",
        "ContradictionRow.system",
        "ContradictionRow.machines",
    }
)


@pytest.fixture(scope="module")
def documents(sample):
    return sample()


@pytest.fixture(scope="module")
def pages(documents, english, vietnamese, templates, page):
    return {translator.language: page(render_html(documents, translator, templates)) for translator in (english, vietnamese)}


def test_every_text_of_the_document_stands_in_the_page(documents, pages):
    shown = pages["en"].text + "\n".join(pages["en"].island["texts"])
    missing = {(field, text) for field, text in texts_of(documents, NOT_SHOWN) if text.strip() not in shown}
    assert not missing


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_figure_of_the_document_stands_in_the_page(documents, pages, language):
    form, text = Format(language), pages[language].text
    figures = [(t.figure, t.share) for t in documents.targets] + [(s.figure, None) for t in documents.targets for s in t.under]
    for figure, share in figures:
        assert form.interval(figure, share) in text
        assert f"({form.counts(figure)})" in text
        for count in (figure.proven, figure.disproven, figure.unknown):
            assert form.number(count) in text


def test_vietnamese_numbers_days_and_words(pages):
    text = pages["vi"].text
    for wanted in (
        "Số liệu chốt 14/12/2026",
        "Tình hình bảo đảm an ninh mạng tỉnh Thái Nguyên",
        "68,0–73,5\u00a0%",
        "(21.884–23.653/32.182)",
        "4/34 đơn vị chưa gửi số liệu",
        "Đề nghị đồng chí chỉ đạo 3 việc",
        "trước 11/12/2026",
        "cần xác minh 1.601 máy",
        "44,4\u00a0%",
        "Chưa đủ căn cứ kết luận",
        "LƯU HÀNH NỘI BỘ",
        "Không phản hồi (tắt máy hoặc bị chặn)",
        "Đã được phê duyệt",
        "dữ liệu phòng lab",
        "Máy đã bị kẻ tấn công kiểm soát có thể trả lời sai",
    ):
        assert wanted in text, wanted


def test_english_numbers_and_days(pages):
    text = pages["en"].text
    for wanted in (
        "Figures closed on 14 Dec 2026",
        "68.0–73.5%",
        "(21,884–23,653/32,182)",
        "before 11 Dec 2026",
        "1,601 machines",
    ):
        assert wanted in text, wanted


def test_the_policy_allows_exactly_the_inline_blocks(pages):
    for page in pages.values():
        policy = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        data, code = page.blocks["script"]
        for name, block in (("style-src", page.blocks["style"][0]), ("script-src", code)):
            digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
            assert rules[name] == f"'sha256-{digest}'"
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        assert "unsafe" not in policy
        assert data.startswith("{")


def test_the_policy_stands_before_everything_it_governs(documents, english, templates):
    text = render_html(documents, english, templates)
    assert text.index("Content-Security-Policy") < text.index("<style") < text.index("<script")


def test_nothing_inline_and_nothing_from_elsewhere(pages):
    for page in pages.values():
        for tag, attrs in page.tags:
            assert "style" not in attrs
            assert not [name for name in attrs if name.startswith("on")]
            assert "src" not in attrs and "srcset" not in attrs and "action" not in attrs
            assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
            for name in ("href", "xlink:href"):
                assert (attrs.get(name) or "#").startswith(("#", "tel:"))


def test_anchors_lead_somewhere_and_stand_once(pages):
    for page in pages.values():
        ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
        assert len(ids) == len(set(ids))
        wanted = {attrs["href"][1:] for _, attrs in page.tags if (attrs.get("href") or "").startswith("#")}
        wanted |= {attrs[name] for _, attrs in page.tags for name in ("aria-labelledby",) if attrs.get(name)}
        assert wanted <= set(ids)


def test_figures_lead_to_lists_and_lists_to_machines(documents, pages):
    page = pages["en"]
    lists, machines = page.island["lists"], page.island["machines"]
    used = {int(attrs["data-list"]) for _, attrs in page.tags if "data-list" in attrs}
    assert used and used <= set(range(len(lists)))
    assert {int(attrs["data-machine"]) for _, attrs in page.tags if "data-machine" in attrs} <= set(range(len(machines)))
    target = documents.targets[1]
    texts = page.island["texts"]
    found = next(item for item in lists if texts[item["title"]] == f"{target.short.en} – with evidence: {target.figure.proven}")
    names = [texts[machines[position]["name"]] for position, _ in found["rows"]]
    assert names == list(target.members.proven)


def test_the_way_down_from_a_machine_to_its_bytes(documents, pages):
    island = pages["en"].island
    texts, machine = island["texts"], island["machines"][0]
    row = documents.machines[0]
    about = {texts[label]: texts[value] for label, value, _ in machine["about"]}
    assert about["Digest of the answer (SHA-256)"] == row.trail.digest
    assert about["Chain hash"] == row.trail.chain
    assert about["Evidence number"] == "1"
    assert about["Grade of evidence"].startswith("A")
    verdict = next(v for v in machine["verdicts"] if v[2])
    fact = machine["facts"][verdict[2][0]]
    assert texts[fact[1]] == "Protection products found"
    section = machine["sections"][fact[3]]
    assert texts[section[0]] == "antivirus"
    assert texts[section[2]] == row.sections[2].text


def test_machines_show_their_protection_wherever_they_stand(documents, pages):
    text = pages["vi"].text
    assert "ít nhất P2" in text and "P0 – Chưa có bảo vệ: " in text, "in the lines of machines and over those of an agency"
    island = pages["vi"].island
    said = dict(zip((machine.id for machine in documents.machines), island["machines"], strict=True))
    wanted = {machine.id: machine.protection for machine in documents.machines}
    for name, shown in said.items():
        pairs = {island["texts"][label]: island["texts"][value] for label, value, _ in shown["about"]}
        assert ("Mức bảo vệ" in pairs) == (wanted[name] is not None)
    lists = [island["texts"][row[1]] for shown in island["lists"] if shown["kind"] == "machine" for row in shown["rows"]]
    assert any(beside.endswith(" · ít nhất P2") for beside in lists)


def test_a_visit_counts_what_else_is_not_in_order(documents, pages):
    assert pages["vi"].text.count("và 7 nội dung mức thấp hơn") == len(documents.visits)


def test_a_machine_shows_what_is_against_it_and_what_is_not_known(documents, vietnamese, templates):
    """Without scripts: every failed check with the values behind it, and the missing facts by reason; not the rest."""
    text = render_html(documents, vietnamese, templates)
    for row in documents.machines:
        if f'<div id="machine-{documents.machines.index(row)}">' not in text:
            continue
        start = text.index(f'<div id="machine-{documents.machines.index(row)}">')
        part = text[start : text.index("</details>", start)]
        failed = [v for v in row.verdicts if v.verdict is Verdict.FAIL]
        reasons = {item.reason for v in row.verdicts if v.verdict is Verdict.UNKNOWN for item in v.missing}
        assert part.count('<span class="v fail">') == len(failed)
        assert part.count('<span class="v unknown">') == len(reasons)
        shown = {name for v in failed for name in v.facts}
        assert part.count('<dd class="lines">') == sum(fact.name in shown for fact in row.facts)


def test_headings_and_tables_are_in_order(pages):
    for page in pages.values():
        assert page.headings[0] == 1 and page.headings.count(1) == 1
        assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
        assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
        names = [tag for tag, _ in page.tags]
        for landmark in ("main", "header", "footer", "nav"):
            assert landmark in names
        assert all(attrs.get("aria-label") for tag, attrs in page.tags if attrs.get("role") == "img")


def test_bars_say_in_words_what_they_draw(pages):
    labels = [attrs["aria-label"] for tag, attrs in pages["vi"].tags if tag == "svg" and attrs.get("class") == "meter"]
    assert len(labels) == 7
    assert labels[-1] == (
        "Cán bộ, công chức, viên chức được đào tạo kỹ năng: "
        "có bằng chứng 68,0\u00a0%, còn có thể 73,5\u00a0%, chỉ tiêu ≥ 80\u00a0%"
    )


def test_no_tool_words_on_the_first_screen(documents, vietnamese, english, templates):
    for translator in (vietnamese, english):
        text = render_html(documents, translator, templates)
        first = text[text.index('class="sheet first') : text.index("</section>")].lower()
        for word in ("ssh", "digest", "cel", "capture", "probe", "sha256", "mã băm"):
            assert not re.search(rf"\b{word}\b", first), word


def test_a_plan_title_and_date_only_when_entered(documents, vietnamese, templates):
    without = render_html(documents, vietnamese, templates)
    assert "theo Kế hoạch 246/KH-UBND" in without
    header = replace(documents.header, plan_title="Bảo đảm an toàn thông tin", plan_issued_on=date(2021, 12, 30))
    entered = render_html(replace(documents, header=header), vietnamese, templates)
    assert "Kế hoạch 246/KH-UBND: Bảo đảm an toàn thông tin (30/12/2021)" in entered
    assert "30/12/2021" not in without


def test_lab_data_is_marked_wherever_it_is_shown(documents, vietnamese, templates, page):
    shown = page(render_html(documents, vietnamese, templates))
    marks = sum(attrs.get("class") == "lab" for _, attrs in shown.tags)
    lab = sum(row.lab for row in documents.machines)
    assert marks > lab  # every machine's own line, and its line among those to visit
    assert sum(machine["lab"] for machine in shown.island["machines"]) == lab
    assert "Có dữ liệu phòng lab." in shown.text
    real = replace(documents.header, lab=0)
    machines = tuple(replace(row, lab=False) for row in documents.machines)
    plain = page(render_html(replace(documents, header=real, machines=machines, targets=()), vietnamese, templates))
    assert "phòng lab" not in plain.text


def test_missed_reads_as_not_met_after_the_due_date(documents, vietnamese, templates, page):
    targets = tuple(replace(target, overdue=True) for target in documents.targets)
    text = page(render_html(replace(documents, targets=targets), vietnamese, templates)).text
    marks = text.count("Không đạt")
    assert marks > page(render_html(documents, vietnamese, templates)).text.count("Không đạt")


def test_an_empty_province_is_a_page_too(documents, vietnamese, templates, page):
    nobody = Figure(0, 0, 0, 0, None, None)
    target = replace(
        documents.targets[1],
        figure=nobody,
        decision=Decision.NOT_APPLICABLE,
        members=Members(),
        under=(),
        obstacles=(),
        steps=(),
        beyond=(),
    )
    empty = replace(
        documents,
        targets=(target,),
        conclusion=Conclusion(0, 0, 0, 1),
        orders=(),
        heaviest=(),
        improved=(),
        deadlines=(),
        agencies=(),
        systems=(),
        visits=(),
        unseen=(),
        machines=(),
        held=(),
        newcomers=(),
        comparisons=(),
        standard=None,
    )
    text = page(render_html(empty, vietnamese, templates)).text
    assert "Không còn đơn vị nào có việc phải làm." in text
    assert "Mọi máy đã kê khai đều có bằng chứng còn hạn." in text
    assert "không có đối tượng để tính" in text
    assert "Máy có bằng chứng không được tính" not in text


def test_machines_in_doubt_stand_in_a_part_of_their_own_with_what_to_do(documents, vietnamese, templates, page):
    html = render_html(documents, vietnamese, templates)
    part = html[html.index('<section class="sheet" id="held"') : html.index('<section class="sheet" id="unseen"')]
    shown = page(part)
    assert documents.held and {row.machine for row in documents.held}.isdisjoint(row.machine for row in documents.unseen)
    for row in documents.held:
        assert row.machine in shown.text and row.was in shown.text and row.now in shown.text
        assert all(twin in shown.text for twin in row.twins)
    assert "Cách ly: khóa máy chủ đã đổi" in shown.text and "đối chiếu vân tay khóa mới tại chỗ" in shown.text
    assert shown.text.count("Cách ly: khóa máy chủ đã đổi") == 1, "one heading for its machines"
    assert "Bằng chứng không được tính" in page(html).text


def test_a_name_the_document_does_not_hold_is_an_error(documents, english, templates):
    broken = replace(documents.targets[1], members=Members(proven=("no-such-machine",)))
    with pytest.raises(ReportError, match="no-such-machine"):
        render_html(replace(documents, targets=(broken,)), english, templates)


def test_catalog_texts_are_said_in_the_language_of_the_page(documents, english, vietnamese, templates):
    order = Order(Texts(vi="Sở Y tế", en="Department of Health"), "", "")
    changed = replace(documents, orders=(order,))
    assert "Department of Health" in render_html(changed, english, templates)
    assert "Department of Health" not in render_html(changed, vietnamese, templates)


def test_the_page_of_200_machines_keeps_its_size(sample, vietnamese, templates):
    assert len(render_html(sample(200), vietnamese, templates).encode()) < 1_500_000


def test_equal_documents_give_equal_pages(sample, vietnamese, templates):
    assert render_html(sample(30), vietnamese, templates) == render_html(sample(30), vietnamese, templates)


@pytest.fixture
def own(templates, tmp_path):
    folder = tmp_path / "templates"
    shutil.copytree(templates, folder)
    return folder


@pytest.mark.parametrize(
    ("file", "text", "line", "reason"),
    [
        ("needs.html.j2", "one\n{% if %}\n", 2, "Expected an expression"),
        ("visits.html.j2", "\n\n{{ d.no_such_part }}", 3, "no_such_part"),
        ("footer.html.j2", "{{ misspelt }}", 1, "misspelt"),
        ("systems.html.j2", "\n{{ 1 + 'x' }}", 2, "unsupported operand"),
        ("unseen.html.j2", "{{ ''.__class__.__mro__ }}", 1, "unsafe"),
        ("machines.html.j2", "\n{% include 'gone.html.j2' %}", 2, "gone.html.j2"),
    ],
)
def test_a_broken_template_names_file_and_line(documents, english, own, file, text, line, reason):
    (own / file).write_text(text, encoding="utf-8")
    with pytest.raises(ReportError) as caught:
        render_html(documents, english, own)
    assert caught.value.where is not None and caught.value.where.endswith(f"{file}:{line}")
    assert reason in str(caught.value.message)
    assert caught.value.hint is not None


def test_missing_templates_come_from_ours(documents, english, own, templates):
    for path in own.rglob("*"):
        if path.is_file() and path.name != "report.css":
            path.unlink()
    assert render_html(documents, english, own) == render_html(documents, english, templates)


def test_a_script_that_would_end_its_own_element_is_refused(documents, english, own):
    (own / "report.js").write_text("var a = '</script>';", encoding="utf-8")
    with pytest.raises(ReportError, match="closing tag"):
        render_html(documents, english, own)


def test_windows_line_ends_do_not_break_the_policy(documents, english, own, page):
    css = (own / "report.css").read_bytes()
    (own / "report.css").write_bytes(css.replace(b"\n", b"\r\n"))
    shown = page(render_html(documents, english, own))
    policy = next(a["content"] for tag, a in shown.tags if tag == "meta" and a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(css).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in (policy or "")


def test_a_share_beside_the_target_is_not_rounded_onto_it(documents, vietnamese, templates, page):
    share = Fraction(89_996, 100_000)
    target = replace(documents.targets[1], figure=Figure(89_996, 10_004, 0, 100_000, share, share), under=())
    text = page(render_html(replace(documents, targets=(target,)), vietnamese, templates)).text
    assert "89,996\u00a0%" in text
    assert "90,0" not in text
