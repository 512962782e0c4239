"""Charts: one definition for page and document, the same bytes each time, told apart without colour, said in words."""

import colorsys
import io
import itertools
import re
import struct
import zlib
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from lxml.etree import fromstring

from secaudit.model.past import Basis
from secaudit.report import charts
from secaudit.report.bar_chart import bar_chart
from secaudit.report.bars import bar
from secaudit.report.charts import PATTERNS, png, svg
from secaudit.report.document import Tile
from secaudit.report.first_screen import courses, tile_key
from secaudit.report.outlook import TrendPoint, TrendRow
from secaudit.report.tile_chart import tile_chart
from secaudit.report.trend_chart import WIDTH, trend_chart
from secaudit.report.voice import Voice

PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
GREY = ((0.2126, 0.7152, 0.0722),) * 3
"""How eyes without red, eyes without green and a grey printer see linear light (Machado 2009, full severity)."""


@pytest.fixture(scope="module")
def document(sample):
    return sample(60, 8)


@pytest.fixture(scope="module")
def voice(vietnamese):
    return Voice(vietnamese)


@pytest.fixture(scope="module")
def drawn(document, voice):
    """Every kind of chart of the sample."""
    target = document.targets[1]
    return [
        *(bar_chart(row, voice) for row in document.targets),
        *(bar_chart(target, voice, sub) for sub in target.under),
        *(made for _, made in courses(document, voice)),
        tile_chart(document, voice),
    ]


def test_a_chart_is_whole_xml_with_a_role_and_words(drawn):
    for made in drawn:
        root = fromstring(str(svg(made)))
        assert root.tag == "svg" and root.get("role") == "img" and root.get("aria-label") == made.label
        assert root.get("viewBox").split()[:2] == ["0", "0"]
        for part in root.iter():
            assert not {"id", "style", "href", "class", "role"} & set(part.attrib) or part is root
            assert not [name for name in part.attrib if name.startswith("on")]
        assert {part.tag for part in root.iter()} <= {"svg", "g", "path", "rect", "line", "text"}


def test_each_number_in_the_words_has_its_address_in_order(drawn):
    for made in drawn[:-1]:
        words = re.sub(r"\d\d/\d\d/\d{4}", "", made.label)
        assert len(made.figures) == len(re.findall(r"(?<![\w,.])\d[\d.]*(?:,\d+)?", words)), made.label


def test_numbers_that_are_drawn_have_an_address_or_are_days(drawn):
    for made in drawn:
        for part in fromstring(str(svg(made))).iter("text"):
            assert "data-figure" in part.attrib or re.fullmatch(r"[A-E]|\d\d/\d\d/\d{4}", part.text), part.text


def test_equal_charts_are_equal_bytes_however_often_they_are_drawn(document, voice):
    first, again = bar_chart(document.targets[1], voice), bar_chart(document.targets[1], voice)
    assert first == again
    one = (str(svg(first)), png(first))
    charts._drawn.cache_clear()
    charts._picture.cache_clear()
    png(bar_chart(document.targets[0], voice))
    assert (str(svg(again)), png(again)) == one


def test_the_bar_begins_and_ends_its_parts_where_the_figure_says(document, voice):
    figure = document.targets[0].figure
    made, places = str(svg(bar_chart(document.targets[0], voice))), bar(figure, document.targets[0].share)
    fills = {fill: float(width) for _, width, fill in re.findall(r'd="M([\d.]+),9h([\d.]+)v34[^"]*" fill="([^"]+)"', made)}
    assert fills["#1d3a5f"] == pytest.approx(places.proven, abs=0.01)
    assert fills["url(#p-possible)"] == pytest.approx(places.possible, abs=0.01)
    assert fills["url(#p-declared)"] == pytest.approx(places.declared, abs=0.01)
    assert f"translate({places.mark:g},2)" in made, "the mark stands at the target"


def test_without_anybody_to_count_nothing_is_filled(document, voice):
    nobody = replace(
        document.targets[0].figure, proven=0, disproven=0, unknown=0, total=0, lower=None, upper=None, declared_only=0
    )
    made = bar_chart(replace(document.targets[0], figure=nobody), voice)
    assert made.figures == () and "không có đối tượng" in made.label
    assert not re.search(r'fill="(#1d3a5f|url)', str(svg(made)))


def row(target, points, **changes):
    return TrendRow(target.number, points, **{"due": date(2027, 3, 31), "outlook": None, "method": None, **changes})


def test_the_course_says_every_point_in_words_and_draws_it_once(document, voice):
    target = document.targets[1]
    points = tuple(TrendPoint(date(2026, month, 1), Basis.STATED, Fraction(month, 20), Fraction(19, 20)) for month in (5, 8, 11))
    made = trend_chart(row(target, points, outlook=(Fraction(7, 10), Fraction(19, 20))), target, voice)
    assert "01/08/2026: có bằng chứng 40\u00a0%, còn có thể 95\u00a0%" in made.label
    assert made.label.endswith("đến 31/03/2027: có bằng chứng 70\u00a0%, còn có thể 95\u00a0%")
    text = str(svg(made))
    assert text.count('fill="#1d3a5f"') == len(points) and 'stroke-dasharray="9,6"' in text
    assert 'stroke-dasharray="9,6"' not in str(svg(trend_chart(row(target, points), target, voice))), (
        "no line where nothing is said"
    )


def test_states_counted_again_have_another_mark(document, voice):
    target = document.targets[1]
    points = tuple(TrendPoint(date(2026, 5 + n, 1), basis, Fraction(1, 2), Fraction(1)) for n, basis in enumerate(Basis))
    text = str(svg(trend_chart(row(target, points), target, voice)))
    assert text.count('fill="#1d3a5f"') == 2 and len(re.findall(r'fill="#ffffff" stroke="#1d3a5f"', text)) == 1


def test_a_day_far_ahead_leaves_room_for_the_course(document, voice):
    target = document.targets[1]
    points = tuple(TrendPoint(date(2026, month, 1), Basis.STATED, Fraction(1, 2), Fraction(1)) for month in (1, 6, 11))
    text = str(svg(trend_chart(row(target, points, due=date(2035, 1, 1), outlook=(Fraction(1), Fraction(1))), target, voice)))
    places = [float(x) for x in re.findall(r'translate\(([\d.]+),[\d.]+\)" d="M4', text)]
    assert places[-1] - places[0] > WIDTH / 3 and "2,5" not in text, "the day itself is not drawn"


def test_nothing_to_draw_where_nobody_was_ever_counted(document, voice):
    target = document.targets[1]
    assert trend_chart(row(target, (TrendPoint(date(2026, 1, 1), Basis.STATED, None, None),)), target, voice) is None


def test_a_tile_has_a_column_for_each_target(document):
    letters = {tile_key(one, document.targets) for one in document.agencies}
    assert all(len(key) in (1, len(document.targets)) for key in letters)
    silent = [one for one in document.agencies if one.tile is Tile.SILENT]
    assert not silent or {tile_key(one, document.targets) for one in silent} == {"s"}
    held = replace(document.agencies[0], figures=document.agencies[0].figures[:1])
    assert tile_key(held, document.targets)[0] == "n", "it has no system"


def test_hostile_names_stay_words(document, voice):
    hostile = "<script>alert(1)</script>\x1b[31m\u202e\ufffe" + "x" * 10_000
    made = bar_chart(replace(document.targets[0], short=hostile), voice)
    text = str(svg(made))
    assert "<script" not in text and "\x1b" not in text and "\u202e" not in text and len(text) < 8_000
    assert fromstring(text).get("aria-label") == made.label and png(made)


def pixels(data: bytes) -> tuple[int, int, list[bytes], int]:
    """Width, height and rows of a PNG of 8 bits."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    stream, packed = io.BytesIO(data[8:]), b""
    width = height = depth = 0
    while head := stream.read(8):
        size, kind = struct.unpack(">I4s", head)
        body = stream.read(size)
        stream.read(4)
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", body[:10])
            depth = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
            assert bits == 8
        elif kind == b"IDAT":
            packed += body
    raw, rows, before = zlib.decompress(packed), [], bytes(width * depth)
    for start in range(0, len(raw), width * depth + 1):
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * depth], before, depth)
        rows.append(before)
    return width, height, rows, depth


def _unfiltered(kind: int, line: bytes, before: bytes, depth: int) -> bytes:
    out = bytearray(line)
    for place in range(len(out)):
        left, up = (out[place - depth] if place >= depth else 0), before[place]
        corner = before[place - depth] if place >= depth else 0
        near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
        out[place] = (out[place] + (0, left, up, (left + up) // 2, near)[kind]) & 255
    return bytes(out)


def mean(rows: list[bytes], depth: int, left: int, right: int) -> tuple[float, float, float]:
    """Average colour of a stretch, as an eye at a distance sees a pattern."""
    found = [row[place * depth : place * depth + 3] for row in rows for place in range(left, right)]
    return tuple(sum(pixel[channel] for pixel in found) / len(found) for channel in range(3))


def test_the_picture_shows_every_part_in_its_own_lightness(document, voice):
    """For eyes without red or green and printed in grey, neighbours of a bar still differ; each has a pattern of its own."""
    figure = replace(document.targets[1].figure, declared_only=5)
    target = replace(document.targets[1], figure=figure)
    made = bar(figure, target.share)
    _, height, rows, depth = pixels(png(bar_chart(target, voice)))
    inner = rows[16 : height - 9]
    stretches = {f"grade {part.grade}": (part.at + 4, part.at + part.width - 4) for part in made.grades}
    stretches |= {
        "possible": (made.proven + 2, made.proven + made.possible - 2),
        "declared": (made.declared_at + 2, made.declared_at + made.declared - 2),
        "disproven": (made.declared_at + made.declared + 4, made.declared_at + made.declared + 30),
    }
    colours = {name: mean(inner, depth, int(left), int(right)) for name, (left, right) in stretches.items()}
    for seen in (PROTAN, DEUTAN, GREY):
        lights = {name: lightness(colour, seen) for name, colour in colours.items()}
        for (one, light), (other, dark) in itertools.pairwise(lights.items()):
            assert abs(light - dark) > (2.5 if other == "disproven" else 6), (one, other, lights)
        assert lights["grade A"] < 35 < 60 < lights["possible"] < lights["declared"] < lights["disproven"]
    assert len(re.findall("<pattern ", str(PATTERNS))) == 5


def lightness(colour, seen) -> float:
    """CIE L* of a colour as these eyes see it."""
    linear = [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    red, green, blue = (min(max(sum(part * value for part, value in zip(line, linear, strict=True)), 0), 1) for line in seen)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * light ** (1 / 3) - 16 if light > 0.008856 else 903.3 * light


def test_the_mark_of_the_target_stands_out_from_dark_and_light():
    for seen in (PROTAN, DEUTAN, GREY):
        red, navy, white = (lightness(tuple(bytes.fromhex(one[1:])), seen) for one in (charts.RED, charts.NAVY, charts.WHITE))
        assert white - red > 40 and abs(red - navy) < white - max(red, navy), "on dark its white edge carries it"
    assert colorsys.rgb_to_hsv(*(value / 255 for value in bytes.fromhex(charts.RED[1:])))[1] > 0.7
