"""Own templates: they lie over ours, reach nothing behind the document, and what is wrong in one is named with file and line."""

import re
import resource
import signal

import pytest

from secaudit.errors import ReportError
from secaudit.messages import Translator
from secaudit.report import bounds, sandbox
from secaudit.report.environment import Templates
from secaudit.report.voice import Voice
from secaudit.resources import data_folder


@pytest.fixture
def rendered(tmp_path):
    """Render the text as an own template; ``d`` is a list the template must not change."""

    def render(text, **more):
        (tmp_path / "own.html.j2").write_text(text, encoding="utf-8")
        templates = Templates(tmp_path, Voice(Translator()))
        return templates.render("own.html.j2", style=("report.css",), script=("report.js",), **{"d": [1, 2, 3], **more})

    return render


def test_a_folder_may_hold_only_the_files_that_differ(rendered, tmp_path):
    (tmp_path / "report.css").write_text("p { color: black }", encoding="utf-8")
    shown = rendered("<style>{{ style }}</style>{% include 'symbols.html.j2' %}{{ script|length > 100 }}")
    assert shown.startswith("<style>p { color: black }</style>") and "<symbol" in shown and shown.endswith("True")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("\n{{ d.__class__ }}", 2, "unsafe"),
        ("{{ say.__globals__ }}", 1, "unsafe"),
        ("{{ say.__func__.__code__ }}", 1, "unsafe"),
        ("\n\n{{ ''['__class__'] }}", 3, "unsafe"),
        ("{{ ''|attr('__class__') }}", 1, "unsafe"),
        ("{{ '{0.__class__}'.format(d) }}", 1, "unsafe"),
        ("{{ _('{x.__globals__}', x=say) }}", 1, "a name in braces"),
        ("{{ _('{x[0]}', x=d) }}", 1, "a name in braces"),
        ("{{ say(msg('{x.__class__.__mro__}', x=d)) }}", 1, "a name in braces"),
        ("{{ say_figures(msg('{x:>99999999999}', x=1), 'a') }}", 1, "a name in braces"),
        ("{{ d.append(1) }}", 1, "unsafe"),
        ("{{ self.__init__ }}", 1, "unsafe"),
        ("{% include '../../../../etc/passwd' %}", 1, "etc/passwd"),
        ("{% include '/etc/passwd' %}", 1, "etc/passwd"),
        ("{% import 'os' as os %}", 1, "os"),
        ("{{ lipsum(5) }}", 1, "lipsum"),
        ("{{ no_such_name }}", 1, "no_such_name"),
        ("{{ 'x' * 99999999999 }}", 1, "elements"),
        (
            "{% set ns = namespace(x=9) %}{% for a in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
            1,
            "number without end",
        ),
        ("{{ 9 ** 9 ** 9 }}", 1, "not for templates"),
        ("{{ '%99999999999d' % 1 }}", 1, "not for templates"),
        ("{{ 'x'.ljust(99999999999) }}", 1, "unsafe"),
        ("{{ 'x'|center(99999999999) }}", 1, "center"),
        ("{% for a in range(99999999) %}{% endfor %}", 1, "steps"),
        ("a\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", 2, "steps"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", 1, "recursion"),
        ("{{ d | no_such_filter }}", 1, "no_such_filter"),
        ("a\n{% if %}", 2, "Expected"),
    ],
)
def test_what_a_template_must_not_do_is_refused_with_file_and_line(rendered, text, line, reason):
    with pytest.raises(ReportError) as caught:
        rendered(text)
    assert caught.value.where is not None and re.search(rf"own\.html\.j2:{line}$", caught.value.where), caught.value.where
    assert reason in str(caught.value.message) and caught.value.hint is not None


def test_a_page_beyond_every_size_is_refused(rendered, monkeypatch):
    monkeypatch.setattr(sandbox, "MOST_PAGE", 1000)
    with pytest.raises(ReportError, match="a page larger than"):
        rendered("{% for a in range(300) %}abcde {% endfor %}")


@pytest.mark.parametrize("doubled", ["ns.x ~ ns.x", "ns.x|replace('a', 'aa')", "[ns.x, ns.x]|join", "'a\n'|indent(10000000000)"])
def test_a_page_that_fills_memory_is_refused_with_its_line_and_the_limit_is_lifted(rendered, monkeypatch, doubled):
    monkeypatch.setattr(bounds, "MOST_MEMORY", 50_000_000)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(ReportError, match="bytes of memory") as caught:
        rendered("{% set ns = namespace(x='a') %}\n{% for a in range(60) %}{% set ns.x = " + doubled + " %}{% endfor %}")
    assert caught.value.where is not None and caught.value.where.endswith("own.html.j2:2")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


@pytest.mark.parametrize(
    "endless",
    [
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(90) }}",
        "{% set s = 'a' * 99999 %}{% for a in s %}{% for b in s %}{% for c in s %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 'abc'|slice(10000000000)|list|length }}",
    ],
)
def test_a_page_that_computes_without_end_is_refused_with_its_line(rendered, monkeypatch, endless):
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.1)
    monkeypatch.setattr(bounds, "_AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(bounds, "MOST_MEMORY", 500_000_000)
    with pytest.raises(ReportError, match="computes for more than") as caught:
        rendered("\n" + endless)
    assert caught.value.where is not None and caught.value.where.endswith("own.html.j2:2")
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_the_budget_of_loops_is_each_pages_own(tmp_path):
    (tmp_path / "own.html.j2").write_text("{% for a in range(600000) %}{% endfor %}", encoding="utf-8")
    templates = Templates(tmp_path, Voice(Translator()))
    for _ in range(2):
        assert templates.render("own.html.j2", style=(), script=()) == ""


def test_text_is_escaped_whatever_the_file_is_called(tmp_path):
    (tmp_path / "own.txt").write_text("{{ d }}", encoding="utf-8")
    made = Templates(tmp_path, Voice(Translator())).render("own.txt", style=(), script=(), d="<script>")
    assert made == "&lt;script&gt;"


def test_the_folder_of_ours_is_looked_through_once():
    assert len(Templates(data_folder("report_templates"), Voice(Translator()))._folders) == 1


def test_what_is_refused_is_said_in_the_language_of_the_sentence_around_it(rendered, vietnamese):
    for text, wanted in (
        ("{{ 'x' * 99999999999 }}", "văn bản hoặc danh sách"),
        ("{{ 9 ** 9 }}", "không dùng được trong mẫu"),
        ("{% for a in range(99999999) %}{% endfor %}", "bước trong một trang"),
        ("{{ _('{x[0]}', x=d) }}", "dấu ngoặc nhọn"),
    ):
        with pytest.raises(ReportError) as caught:
            rendered(text)
        assert wanted in vietnamese.text(caught.value.message), vietnamese.text(caught.value.message)
