"""The iCalendar file, read back by a parser of our own."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from secaudit.report.ical import Event, render_ical

STAMP = datetime(2026, 11, 25, 17, tzinfo=UTC)
HOSTILE = [
    "<script>",
    "=cmd|' /C calc'!A0",
    "a\r\nBEGIN:VEVENT\r\nUID:x",
    "\x1b[31m\ufffe\u202e",
    "x" * 10_000,
    "Hồ; sơ, \\n",
    "đ" * 75,
]


def parsed(data: bytes) -> list[dict[str, str]]:
    """The events of a calendar; asserts what RFC 5545 asks of its lines."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "") and "\r" not in text.replace("\r\n", "")
    lines = text[:-2].split("\r\n")
    assert all(len(line.encode("utf-8")) <= 75 for line in lines)
    unfolded: list[str] = []
    for line in lines:
        if line.startswith(" "):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    assert unfolded[0] == "BEGIN:VCALENDAR" and unfolded[-1] == "END:VCALENDAR"
    assert {"VERSION:2.0", "CALSCALE:GREGORIAN"} <= set(unfolded) and any(line.startswith("PRODID:") for line in unfolded)
    events: list[dict[str, str]] = []
    open_ = False
    for line in unfolded[1:-1]:
        name, _, value = line.partition(":")
        assert name and all(char.isupper() or char in "-;=" for char in name), line
        if line == "BEGIN:VEVENT":
            assert not open_
            events.append({})
            open_ = True
        elif line == "END:VEVENT":
            open_ = False
        elif open_:
            assert name not in events[-1]
            events[-1][name] = value
    assert not open_
    return events


def unescaped(value: str) -> str:
    out, chars = "", iter(value)
    for char in chars:
        if char == "\\":
            follower = next(chars)
            assert follower in "\\;,n"
            out += "\n" if follower == "n" else follower
        else:
            assert char not in ";,"
            out += char
    return out


def test_an_event_has_what_a_calendar_program_needs():
    (event,) = parsed(
        render_ical(
            [Event("bao-cao-2026@t.secaudit", date(2026, 12, 18), "Báo cáo; gửi, trước")],
            name="Tỉnh",
            about="căn cứ; nguồn",
            stamp=STAMP,
        )
    )
    assert event["UID"] == "bao-cao-2026@t.secaudit"
    assert event["DTSTAMP"] == "20261125T170000Z" and event["DTSTART;VALUE=DATE"] == "20261218"
    assert unescaped(event["SUMMARY"]) == "Báo cáo; gửi, trước"


def test_hostile_names_stay_text():
    events = [Event(f"{index}@t", date(2026, 12, 18), name, name, name) for index, name in enumerate(HOSTILE)]
    found = parsed(render_ical(events, name=HOSTILE[2], about="căn cứ; nguồn", stamp=STAMP))
    assert len(found) == len(HOSTILE)
    for event, name in zip(found, HOSTILE, strict=True):
        assert event["UID"].endswith("@t")
        shown = unescaped(event["SUMMARY"])
        assert not {"\x1b", "\ufffe", "\u202e", "\r"} & set(shown) and shown[0] == name.replace("\x1b", "\ufffd")[0]


@given(st.lists(st.tuples(st.text(), st.text(max_size=300), st.dates()), max_size=4), st.text())
def test_any_text_survives_the_way_there_and_back(rows, name):
    events = [Event(f"{index}@t", day, title, text) for index, (title, text, day) in enumerate(rows)]
    found = parsed(render_ical(events, name=name, about="căn cứ; nguồn", stamp=STAMP))
    assert [event["UID"] for event in found] == [event.uid for event in events]
    for event, (title, _, _day) in zip(found, rows, strict=True):
        assert len(unescaped(event["SUMMARY"])) == len(title.replace("\r\n", "\n"))


def test_the_same_calendar_is_the_same_bytes():
    events = [Event("a@t", date(2026, 12, 18), "A")]
    assert render_ical(events, name="n", about="căn cứ; nguồn", stamp=STAMP) == render_ical(
        events, name="n", about="căn cứ; nguồn", stamp=STAMP
    )
