"""Whatever somebody does to a file, the answer is an inventory or a list of problems that can be shown."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.messages import Translator

PIECES = [
    "",
    " ",
    "\n",
    "  ",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "~",
    "null",
    "&a ",
    "*a",
    "!x ",
    "#",
    "%",
    "\t",
    "-1",
    "x" * 400,
    "é\u202e",
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_never_surprise(province, data):
    sound = dict(province.texts)
    try:
        name = data.draw(st.sampled_from(sorted(sound)))
        text = sound[name]
        for _ in range(data.draw(st.integers(1, 3))):
            start = data.draw(st.integers(0, len(text)))
            end = min(len(text), start + data.draw(st.integers(0, 12)))
            text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[end:]
        province.texts[name] = text
        for problem in province.problems():
            for message in (problem.message, problem.expected, problem.hint):
                assert message is None or Translator().text(message)
            assert problem.line is None or problem.line >= 1
            assert problem.found is None or len(problem.found) <= 60
    finally:
        province.texts.update(sound)
