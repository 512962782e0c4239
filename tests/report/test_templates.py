"""Own templates: they lie over ours, reach nothing behind the document, and what is wrong in one is named with file and line."""

import re

import pytest

from secaudit.errors import ReportError
from secaudit.messages import Translator
from secaudit.report import sandbox
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
        ("{{ d.append(1) }}", 1, "unsafe"),
        ("{{ self.__init__ }}", 1, "unsafe"),
        ("{% include '../../../../etc/passwd' %}", 1, "etc/passwd"),
        ("{% include '/etc/passwd' %}", 1, "etc/passwd"),
        ("{% import 'os' as os %}", 1, "os"),
        ("{{ lipsum(5) }}", 1, "lipsum"),
        ("{{ no_such_name }}", 1, "no_such_name"),
        ("{{ 'x' * 99999999999 }}", 1, "elements"),
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
