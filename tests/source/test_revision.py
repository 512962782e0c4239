"""A changed file holds exactly the data that were wanted, and every comment people wrote."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import DataError
from secaudit.source import parse_yaml, revised, written
from secaudit.source.layout import Layout, Node
from secaudit.source.revision import same

SAMPLE = Path(__file__).parents[2] / "inventories" / "thai-nguyen"


def data_of(raw: bytes) -> object:
    file, problems = parse_yaml("x", raw)
    assert file is not None
    assert not problems
    return file.data


def comments_of(raw: bytes) -> list[str]:
    layout = Layout(raw.removeprefix(b"\xef\xbb\xbf").decode())
    return [layout.text[start:end].rstrip() for start, end in layout.comments]


def change(text: str, **fields: object) -> str:
    raw = text.encode()
    return revised(raw, {**data_of(raw), **fields}).decode()  # type: ignore[dict-item]


FILE = """\
# đầu tệp
agency:
  id: so-a   # mã
  name: "Sở A"
  contact: {name: An, phone: 0208 000 0017}   # gọi giờ hành chính
people: {heads: 4, staff: 96}
uses: [thu, van-ban]
systems:
  # cổng của sở
  - id: cong
    name: Cổng A
    # chưa đếm
    plan: {status: none}   # kế hoạch
  - {id: mot, name: Một cửa}
endpoints:
  - {id: pc-1, os: windows, kind: workstation}   # máy cũ
  # phòng hai
  - {id: pc-2, kind: laptop}
# hết
"""


def test_equal_data_give_equal_bytes_in_every_file_of_the_sample() -> None:
    for path in [SAMPLE / "province.yaml", *sorted((SAMPLE / "agencies").glob("*.yaml"))]:
        raw = path.read_bytes()
        assert revised(raw, data_of(raw)) == raw  # type: ignore[arg-type]


def test_a_value_is_replaced_where_it_stands() -> None:
    assert change(FILE, people={"heads": 5, "staff": "96"}) == FILE.replace("heads: 4", "heads: 5")
    assert change(FILE, agency={**data_of(FILE.encode())["agency"], "name": "Sở B"}) == FILE.replace('"Sở A"', '"Sở B"')  # type: ignore[index]


def test_a_field_is_added_at_the_end_of_its_mapping_in_its_style() -> None:
    agency = data_of(FILE.encode())["agency"]  # type: ignore[index]
    text = change(FILE, agency={**agency, "submission": {"accepted_on": date(2026, 11, 6)}})
    assert text == FILE.replace("hành chính\n", "hành chính\n  submission: {accepted_on: 2026-11-06}\n")
    assert "{heads: 4, staff: 96, heads_briefed: 3}" in change(FILE, people={"heads": "4", "staff": "96", "heads_briefed": 3})


def test_a_removed_field_leaves_its_comment() -> None:
    agency = {key: value for key, value in data_of(FILE.encode())["agency"].items() if key != "contact"}  # type: ignore[index]
    line = "  contact: {name: An, phone: 0208 000 0017}   # gọi giờ hành chính\n"
    assert change(FILE, agency=agency) == FILE.replace(line, "  # gọi giờ hành chính\n")
    assert change(FILE, people={"staff": "96"}) == FILE.replace("{heads: 4, staff: 96}", "{staff: 96}")
    assert change(FILE, people={"heads": "4"}) == FILE.replace("{heads: 4, staff: 96}", "{heads: 4}")


def test_records_are_found_by_their_id_and_new_ones_look_like_their_neighbours() -> None:
    first, second = data_of(FILE.encode())["endpoints"]  # type: ignore[index]
    new = {"id": "pc-3", "kind": "laptop", "place": "Tầng 2, phòng [3]"}
    text = change(FILE, endpoints=[first, {**second, "kind": "server"}, new])
    assert text == FILE.replace("kind: laptop}\n", 'kind: server}\n  - {id: pc-3, kind: laptop, place: "Tầng 2, phòng [3]"}\n')
    assert change(FILE, endpoints=[second]) == FILE.replace("  - {id: pc-1, os: windows, kind: workstation}   # máy cũ\n", "")
    one, two = data_of(FILE.encode())["systems"]  # type: ignore[index]
    assert "  - id: ba\n    name: Ba\n    plan: {status: full}\n" in change(
        FILE, systems=[one, {"id": "ba", "name": "Ba", "plan": {"status": "full"}}, two]
    )


def test_the_last_record_leaves_an_empty_list_and_the_first_comes_back_on_its_line() -> None:
    text = change(FILE, endpoints=[])
    assert "endpoints: []\n" in text
    assert "# phòng hai" in text
    again = change(text, endpoints=[{"id": "pc-9", "kind": "laptop"}])
    assert "endpoints:\n  - {id: pc-9, kind: laptop}\n" in again


def test_a_list_over_several_lines_keeps_its_lines() -> None:
    text = "agencies: [\n  mot, hai, ba-bon-nam-sau-bay-tam-chin-muoi,\n  muoi-mot\n]\nx: 1\n"
    assert change(text, agencies=["mot", "hai", "ba-bon-nam-sau-bay-tam-chin-muoi", "muoi-mot", "moi"]) == text.replace(
        "muoi-mot\n", "muoi-mot, moi\n"
    )
    noted = "agencies: [\n  mot, # một\n  hai,\n  ba\n]\n"
    assert change(noted, agencies=["mot", "ba", "bon"]) == "agencies: [\n  mot, # một\n  ba, bon\n]\n"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_byte_order_mark_and_a_missing_last_line_end_stay(end: str) -> None:
    raw = ("\ufeff" + FILE.removesuffix("# hết\n").removesuffix("\n").replace("\n", end)).encode()
    wanted = {**data_of(raw), "endpoints": [*data_of(raw)["endpoints"], {"id": "pc-3", "kind": "laptop"}]}  # type: ignore[dict-item, index]
    made = revised(raw, wanted)
    assert made == raw + f"{end}  - {{id: pc-3, kind: laptop}}".encode()


def test_one_text_under_two_names_is_written_out_before_one_of_them_changes() -> None:
    text = "a: &x {k: 1}   # gốc\nb: *x\nc: *x\n"
    assert change(text, b={"k": 2}) == "a: &x {k: 1}   # gốc\nb: {k: 2}\nc: *x\n"
    raw = change(text, a={"k": 2}).encode()
    assert data_of(raw) == {"a": {"k": "2"}, "b": {"k": "1"}, "c": {"k": "1"}}
    assert comments_of(raw) == ["# gốc"]


STRANGE = (
    *(
        "yes",
        "12",
        "1.0",
        "007",
        "0x1F",
        "1e3",
        "null",
        "~",
        "",
        " a ",
        "a: b",
        "a #b",
        "#a",
        "- a",
        "2026-11-26",
        "true",
        "Sở\u0309",
    ),
    *(
        "a:",
        "fe80::",
        "[a]",
        "{",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "'a'",
        '"a"',
        "a\\b",
        "a\nb",
        "\ufeffa",
        "\u2028",
        "=",
        "<<",
    ),
    *("...", "---", "?", "a, b", "a\x00b", "\U0001f600", "a\tb", "\x85"),
)


@pytest.mark.parametrize("text", STRANGE)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    for made in (
        written({"a": text, "b": [text], "c": {"d": text}}),
        revised(b"a: x\nb: [x]\nc: {d: x}\n", {"a": text, "b": [text], "c": {"d": text}}),
    ):
        assert data_of(made) == {"a": text, "b": [text], "c": {"d": text}}


def test_what_other_readers_take_for_a_number_or_a_flag_is_quoted_and_true_numbers_are_not() -> None:
    assert written({"a": "yes", "b": 12, "c": True, "d": date(2026, 1, 2), "e": "12"}) == (
        b'a: "yes"\nb: 12\nc: true\nd: 2026-01-02\ne: "12"\n'
    )


def test_a_new_file_looks_like_the_sample() -> None:
    raw = (SAMPLE / "agencies" / "bv-da-khoa-tinh.yaml").read_bytes()
    lines = [line for line in raw.decode().splitlines() if not line.lstrip().startswith("#")]
    made = written(typed(data_of(raw))).decode().splitlines()  # type: ignore[arg-type]
    assert [line.partition("   #")[0].rstrip() for line in lines] == made


def typed(data: object) -> object:
    """Numbers, days and flags as our models have them."""
    if isinstance(data, dict):
        return {key: typed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [typed(value) for value in data]
    if isinstance(data, str) and re.fullmatch(r"[1-9][0-9]*|0", data):
        return int(data)
    if isinstance(data, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", data):
        return date.fromisoformat(data)
    return {"true": True, "false": False}.get(data, data) if isinstance(data, str) else data


def test_a_file_our_reader_refuses_is_refused() -> None:
    for raw in (b"a: 1\na: 2\n", b"a: [1\n", b"a: !x 1\n", b"\xff\xfea"):
        with pytest.raises(DataError):
            revised(raw, {"a": "1"})


def test_a_file_of_comments_gets_its_data_behind_them() -> None:
    assert revised("# chỉ ghi chú".encode(), {"a": 1}) == "# chỉ ghi chú\na: 1\n".encode()
    assert revised(b"", {"a": 1}) == b"a: 1\n"
    assert revised(b"---\n# x\n", {"a": [{"id": "b"}]}) == b"---\n# x\na:\n  - {id: b}\n"


# Random files and random changes.

NAMES = st.sampled_from(["a", "b", "cc", "d", "systems", "agency", "e-1"])
TEXTS = st.one_of(
    st.sampled_from(
        ["x", "12", "yes", "Sở Y tế", "a: b", "# c", "", "01", "a,b", "[", "2026-01-01", "dòng\nhai", "so\u031b\u0309"]
    ),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=6),
)
VALUES = st.recursive(
    st.one_of(st.none(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(NAMES, inner, max_size=3),
        st.lists(
            st.tuples(st.sampled_from(["m1", "m2", "m3", "m4"]), st.dictionaries(NAMES, inner, max_size=2)),
            max_size=4,
            unique_by=lambda one: one[0],
        ).map(lambda many: [{"id": name, **fields} for name, fields in many]),
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=4)


class Typist:
    """Writes data the way people do: every style, comments everywhere."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0

    def note(self, before: str = "  ") -> str:
        if self.draw(st.integers(0, 3)) != 0:
            return ""
        self.count += 1
        return f"{before}# ghi chú {self.count}"

    def scalar(self, value: str | None, *, flow: bool) -> str:
        if value is None:
            return self.draw(st.sampled_from(["~", "null"] if flow else ["", "~", "null"]))
        text = written({"k": [value] if flow else value}).decode().removesuffix("\n").removeprefix("k: ")
        text = text[1:-1] if flow else text
        if self.draw(st.booleans()) and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        return text

    def flow(self, value: object, margin: str) -> str:
        if isinstance(value, dict | list):
            wide = self.draw(st.integers(0, 3)) == 0
            parts = (
                [f"{key}: {self.flow(one, margin)}" for key, one in value.items()]
                if isinstance(value, dict)
                else [self.flow(one, margin) for one in value]
            )
            left, right = "{}" if isinstance(value, dict) else "[]"
            if not wide:
                return left + ", ".join(parts) + right
            lines = [
                f"\n{margin}{part}{',' if i < len(parts) - 1 or self.draw(st.booleans()) else ''}{self.note(' ')}"
                for i, part in enumerate(parts)
            ]
            return left + self.note(" ") + "".join(lines) + f"\n{margin}" + right
        return self.scalar(value, flow=True)  # type: ignore[arg-type]

    def value(self, value: object, margin: str) -> str:
        """What follows a colon or a dash, line end included."""
        if isinstance(value, dict | list) and value and self.draw(st.booleans()):
            return self.note() + "\n" + self.block(value, margin + "  ")
        text = self.flow(value, margin + "    ") if isinstance(value, dict | list) else self.scalar(value, flow=False)  # type: ignore[arg-type]
        return (" " + text if text else "") + self.note() + "\n"

    def block(self, value: object, margin: str) -> str:
        parts: list[str] = []
        for one in value.items() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
            note = self.note(margin)
            if note:
                parts.append(note + "\n")
            if isinstance(value, dict):
                parts.append(f"{margin}{one[0]}:" + self.value(one[1], margin))
            elif isinstance(one, dict) and one and self.draw(st.booleans()):
                text = self.block(one, margin + "  ")
                lines = text.split("\n")
                at = next(i for i, line in enumerate(lines) if not line.lstrip().startswith("#"))
                if at == 0:
                    parts.append(margin + "- " + text[len(margin) + 2 :])
                else:
                    parts.append(f"{margin}-\n{text}")
            else:
                parts.append(f"{margin}-" + self.value(one, margin))
        return "".join(parts)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    fields = draw(FIELDS)
    text = Typist(draw).block(fields, "") if fields else draw(st.sampled_from(["", "# trống\n", "{}\n", "---\n"]))
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode()


@st.composite
def edits(draw: st.DrawFn, value: object) -> object:
    """A near neighbour of ``value``: most of it stays."""
    if draw(st.integers(0, 7)) == 0:
        return draw(VALUES)
    if isinstance(value, dict):
        fields = {key: draw(edits(one)) for key, one in value.items() if draw(st.integers(0, 5))}
        return {**fields, **(draw(FIELDS) if draw(st.integers(0, 3)) == 0 else {})}
    if isinstance(value, list):
        items = [draw(edits(one)) for one in value if draw(st.integers(0, 4))]
        if draw(st.integers(0, 2)) == 0:
            items.insert(draw(st.integers(0, len(items))), draw(VALUES))
        return draw(st.permutations(items)) if draw(st.integers(0, 9)) == 0 else items
    return draw(TEXTS) if draw(st.booleans()) else value


@st.composite
def cases(draw: st.DrawFn) -> tuple[bytes, dict[str, object]]:
    raw = draw(files())
    data = data_of(raw) or {}
    wanted = draw(edits(data).filter(lambda one: isinstance(one, dict)))
    return raw, wanted  # type: ignore[return-value]


def may_go(layout: Layout, node: Node, wanted: object) -> list[tuple[int, int]]:
    """The lines of all records that are no longer there."""
    spans: list[tuple[int, int]] = []
    for key, value in node.pairs:
        spans += may_go(layout, value, wanted.get(key.data) if isinstance(wanted, dict) else None)
    there = (
        Counter(one["id"] for one in wanted if isinstance(one, dict) and isinstance(one.get("id"), str))
        if isinstance(wanted, list)
        else Counter()
    )
    here = Counter(item.data["id"] for item in node.items if isinstance(item.data, dict) and isinstance(item.data.get("id"), str))
    for item in node.items:
        name = item.data.get("id") if isinstance(item.data, dict) else None
        if isinstance(name, str) and there[name] == 1 and here[name] == 1:
            spans += may_go(layout, item, next(one for one in wanted if isinstance(one, dict) and one.get("id") == name))  # type: ignore[attr-defined]
        elif isinstance(item.data, dict):
            start = layout.line_start(item.start)
            while not node.flow and "-" not in layout.text[start : item.start].partition("#")[0]:
                start = layout.line_start(start - 1)  # the dash stands on a line of its own
            spans.append((start, layout.line_end(item.end)))
        else:
            spans += may_go(layout, item, None)
    return spans


@settings(deadline=None, max_examples=300)
@given(cases())
def test_any_file_takes_any_change_exactly_and_once(case: tuple[bytes, dict[str, object]]) -> None:
    raw, wanted = case
    made = revised(raw, wanted)
    assert same(data_of(made) or {}, wanted)
    assert revised(made, wanted) == made
    assert made.startswith(b"\xef\xbb\xbf") == raw.startswith(b"\xef\xbb\xbf")
    layout = Layout(raw.removeprefix(b"\xef\xbb\xbf").decode())
    spans = may_go(layout, layout.root, wanted)
    must = [layout.text[a:b].rstrip() for a, b in layout.comments if not any(first <= a < last for first, last in spans)]
    left = comments_of(made)
    assert not Counter(left) - Counter(comments_of(raw))
    assert [one for one in left if one in must] == must
