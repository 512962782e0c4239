"""Reading YAML: what is accepted, what is refused, and where it says so."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import DataError, Problem
from secaudit.source import DEFAULT_LIMITS, Limits, YamlFile, read_yaml, scan_yaml


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(folder: Path, content: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Problem:
    with pytest.raises(DataError) as caught:
        read_yaml(written(folder, content), limits)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_scalars_stay_as_written(tmp_path):
    file = read_yaml(written(tmp_path, "a: 007\nb: no\nc: 12:30:45\nd: 1_000\ne: 1e3\nf: 2026-10-31\ng: 0x1F\n"))
    assert file.data == {"a": "007", "b": "no", "c": "12:30:45", "d": "1_000", "e": "1e3", "f": "2026-10-31", "g": "0x1F"}


def test_only_plain_empty_scalars_are_nothing(tmp_path):
    file = read_yaml(written(tmp_path, "a:\nb: ~\nc: null\nd: ''\ne: \"~\"\nf: 'null'\ng: [~, x]\n"))
    assert file.data == {"a": None, "b": None, "c": None, "d": "", "e": "~", "f": "null", "g": [None, "x"]}


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "---\n"])
def test_a_file_without_data_is_nothing(tmp_path, content):
    assert read_yaml(written(tmp_path, content)).data is None


def test_byte_order_mark_is_not_part_of_the_first_key(tmp_path):
    plain, marked = read_yaml(written(tmp_path, "tên: x\n")), None
    marked = read_yaml(written(tmp_path, b"\xef\xbb\xbf" + "tên: x\n".encode()))
    assert marked.data == plain.data == {"tên": "x"}
    assert marked.digest != plain.digest
    assert marked.position(["tên"]) == (1, 6)


def test_positions_of_values_keys_and_missing_ones(tmp_path):
    file = read_yaml(written(tmp_path, "a:\n  - {id: x, os: lỗi}\n  -\n    id: y\nb: [1, 2]\n"))
    assert file.position(("a", 0, "os")) == (2, 17)
    assert file.position(("a", 0, "os"), of_key=True) == (2, 13)
    assert file.position(("a", 1, "id")) == (4, 9)
    assert file.position(("a", 1, "kind")) == (4, 5), "the nearest parent"
    assert file.position(("b", 1)) == (5, 8)
    assert file.position(("zzz",)) == (1, 1)


def test_an_alias_repeats_a_value_and_has_its_own_place(tmp_path):
    file = read_yaml(written(tmp_path, "a: &x {p: 1}\nb: *x\n"))
    assert file.data == {"a": {"p": "1"}, "b": {"p": "1"}}
    assert file.position(("b", "p")) == (2, 4)


def test_all_duplicate_keys_are_named_with_their_lines_and_the_first_counts(tmp_path):
    path = written(tmp_path, "a: 1\nb: {c: 1, c: 2, c: [3]}\na: {d: 4}\ne: 5\n")
    file, problems = scan_yaml(path)
    assert isinstance(file, YamlFile)
    assert file.data == {"a": "1", "b": {"c": "1"}, "e": "5"}
    assert [(p.line, p.column, p.field) for p in problems] == [(2, 11, "c"), (2, 17, "c"), (3, 1, "a")]
    with pytest.raises(DataError) as caught:
        read_yaml(path)
    assert len(caught.value.problems) == 3


def test_many_duplicate_keys_are_counted_not_listed(tmp_path):
    _, problems = scan_yaml(written(tmp_path, "a: 1\n" * 500), Limits(max_problems=10))
    assert len(problems) == 11
    assert "489" in str(problems[-1].message)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("a: 1\n\tb: 2\n", 2, "tab"),
        ("a:\n\t- b\n", 2, "tab"),
        ("a: [1, 2\nb: 3\n", 2, "bracket"),
        ("a: 'open\n", 2, "never closed"),
        ("a: b: c\n", 1, "colon"),
        ("a: 1\n b: 2\n", 2, "colon"),
        ("- a\nb: c\n", 2, "list"),
        ("a: 1\njust text\n", 3, "colon is missing"),
        ('a: "\\q"\n', 1, "backslash"),
        ("a: @x\n", 1, "cannot begin"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: !!python/object:os.system x\n", 1, "tags"),
        ("a: !!str 5\n", 1, "tags"),
        ("a: ! 5\n", 1, "tags"),
        ("a: !!map {b: 1}\n", 1, "tags"),
        ("%YAML 1.1\n---\na: 1\n", 1, "%"),
        ("a: *nothing\n", 1, "never defined"),
        ("a: &x [*x]\n", 1, "contains itself"),
        ("&x a: {b: &y [1, {c: *y}]}\n", 1, "contains itself"),
        ("{? , a: 1}\n", 1, "missing before the colon"),
        ("? [a, b]\n: 1\n", 1, "plain text"),
        ("a: &x b\n*x : 1\n", 2, "plain text"),
        ("a: b\x07c\n", 1, "control character"),
        ("a: \x00\n", 1, "nul"),
        (b"\xff\xfea\x00:\x00 \x001\x00", 1, "utf-16"),
        (b"\xfe\xff\x00a\x00:\x00 \x001", 1, "utf-16"),
        ("ok: 1\ntên: Sở Y tế\n".encode("cp1258", "ignore"), 2, "windows"),
    ],
)
def test_bad_text_is_one_problem_with_its_line(tmp_path, content, line, words):
    problem = refused(tmp_path, content)
    assert words in str(problem.message).lower()
    assert problem.line == line
    assert problem.hint is not None
    assert problem.path == str(tmp_path / "file.yaml")


@pytest.mark.parametrize("char", ["[", "- ", "[\n", "{a: ", "- - ", "[{a: "])
def test_deep_nesting_is_refused_early(tmp_path, char):
    assert "nested more than 40" in str(refused(tmp_path, char * 50_000).message)


def test_forty_levels_are_read(tmp_path):
    depth = DEFAULT_LIMITS.max_depth
    data = read_yaml(written(tmp_path, "[" * depth + "]" * depth)).data
    for _ in range(depth - 1):
        assert isinstance(data, list)
        data = data[0]
    assert data == []
    assert "nested" in str(refused(tmp_path, "[" * (depth + 1) + "]" * (depth + 1)).message)


def test_depth_counts_through_aliases(tmp_path):
    layers = "".join(f"l{n}: &l{n} [[[[[[[[[[*l{n - 1}]]]]]]]]]]\n" for n in range(1, 6))
    assert "nested more than 40" in str(refused(tmp_path, "l0: &l0 [x]\n" + layers).message)


def test_a_billion_laughs_are_refused(tmp_path):
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert "more than 250000 values" in str(refused(tmp_path, "l0: &l0 ha\n" + laughs).message)


def test_many_aliases_are_refused(tmp_path):
    assert "aliases" in str(refused(tmp_path, "a: &x 1\nb: [" + "*x, " * 101 + "]\n").message)


def test_too_many_values_are_refused(tmp_path):
    assert "more than 50 values" in str(refused(tmp_path, "- a\n" * 51, Limits(max_nodes=50)).message)


def test_too_many_bytes_are_refused_without_reading_on(tmp_path):
    assert "larger than 100 bytes" in str(refused(tmp_path, "a" * 101, Limits(max_bytes=100)).message)
    assert read_yaml(written(tmp_path, "a" * 100), Limits(max_bytes=100)).data == "a" * 100


def test_tag_directives_that_would_stop_the_parser_for_minutes_never_reach_it(tmp_path):
    content = b"".join(b"%%TAG !a%d! x\n" % number for number in range(300_000))
    assert refused(tmp_path, content).line == 1
    for line_break in ("\n", "\r", "\x85", "\u2028", "\u2029"):
        assert "%" in str(refused(tmp_path, f"# x{line_break}%TAG ! tag:x,2000:\n---\na: 1\n").message)


def test_what_is_not_a_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="not a file"):
        read_yaml(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_yaml(tmp_path / "missing.yaml")
    with pytest.raises(DataError):
        read_yaml(Path("nul\0name.yaml"))


def bounded(folder: Path, content: bytes) -> None:
    """Either data of plain types, or DataError; nothing else."""
    try:
        file = read_yaml(written(folder, content), Limits(max_nodes=2000))
    except DataError as error:
        assert error.problems
        assert all(problem.line is None or problem.line >= 1 for problem in error.problems)
        return
    waiting = [file.data]
    while waiting:
        value = waiting.pop()
        assert value is None or type(value) in (str, list, dict)
        waiting.extend(value if isinstance(value, list) else value.values() if isinstance(value, dict) else ())
    assert file.position(("a", 0)) >= (1, 1)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    bounded(tmp_path_factory.getbasetemp(), content)


@settings(max_examples=250, deadline=None)
@given(content=st.text(alphabet=st.sampled_from(list("ab:-,[]{}&*!|>?'\"%#@`~ \n\t\\\r0é\x85\u2028")), max_size=60))
def test_any_yaml_like_text_is_read_or_refused(tmp_path_factory, content):
    bounded(tmp_path_factory.getbasetemp(), content.encode())
