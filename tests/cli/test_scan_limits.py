"""``scan`` with ``--until``, ``--for``, ``--retries``, ``--per-network``, ``--per-jump``; what a run with an end does."""

import json
import socket
import time
from datetime import datetime, timedelta

import pytest

from secaudit.cli.exits import ExitCode
from secaudit.cli.progress import ScanDisplay, bars
from secaudit.cli.scan_limits import PER_JUMP, Asked, Window, next_time, parse_span, parse_window
from secaudit.cli.session import open_session
from secaudit.collect import Limits
from secaudit.collect.machine import this_machine
from secaudit.errors import UsageError
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way

NOW = datetime(2026, 11, 26, 16, 30, 15).astimezone()
TODAY = NOW.replace(second=0, microsecond=0)


@pytest.fixture(name="zone")
def zones(monkeypatch):
    """This computer in another time zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone of a process cannot be set here")

    def change(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield change
    monkeypatch.undo()
    time.tzset()


def asked(**changes):
    values = {
        "connections": 50, "rate": 30.0, "deadline": 60.0, "per_network": None, "per_jump": PER_JUMP, "retries": None,
        "window": None,
    }  # fmt: skip
    return Asked(**{**values, **changes})


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("17:00", TODAY.replace(hour=17, minute=0)),
        ("17h00", TODAY.replace(hour=17, minute=0)),
        (" 16:31 ", TODAY.replace(minute=31)),
        ("16:30", TODAY + timedelta(days=1)),
        ("6:00", TODAY.replace(hour=6, minute=0) + timedelta(days=1)),
        ("0:00", TODAY.replace(hour=0, minute=0) + timedelta(days=1)),
    ],
)
def test_until_is_the_next_time_the_clock_shows_it(text, end):
    assert next_time(text, NOW) == end


def test_until_is_the_clock_of_this_computer(zone):
    """Where clocks are put back in the night of 24 October 2026, that day has 25 hours."""
    zone("Europe/Berlin")
    now = datetime(2026, 10, 24, 17, 30).astimezone()
    assert next_time("17:00", now) - now == timedelta(hours=24.5)
    zone("Asia/Ho_Chi_Minh")
    now = datetime(2026, 10, 24, 17, 30).astimezone()
    assert next_time("17:00", now) - now == timedelta(hours=23.5)


@pytest.mark.parametrize("text", ["", "17", "24:00", "12:60", "5pm", "17:00:00", "-1:00", "１７:００", "tomorrow"])
def test_what_is_no_time_of_day(text):
    with pytest.raises(UsageError):
        next_time(text, NOW)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), (" 1h1m1s ", 3661)])
def test_lengths(text, seconds):
    assert parse_span(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "0s", "30", "m", "30 m", "-5m", "1.5h", "30m1h", "169h", "99999999s", "٣m"])
def test_what_is_no_length(text):
    with pytest.raises(UsageError):
        parse_span(text)


def test_one_end_is_enough():
    with pytest.raises(UsageError):
        parse_window("17:00", "30m", NOW)
    assert parse_window(None, None, NOW) is None
    assert parse_window("17:00", None, NOW) == Window(end=TODAY.replace(hour=17, minute=0))


def test_time_spent_before_the_run_is_taken_from_until_and_not_from_for():
    later = NOW + timedelta(minutes=10)
    assert parse_window("17:00", None, NOW).seconds(later) == 29 * 60 + 45 - 600
    assert parse_window(None, "30m", NOW).seconds(later) == 1800
    assert 0 < parse_window("17:00", None, NOW).seconds(NOW + timedelta(hours=3)) < 1


def test_a_run_without_an_end_tries_once_more():
    limits = asked().limits(NOW)
    assert (limits.in_flight, limits.per_second, limits.endpoint_seconds) == (50, 30.0, 60.0)
    assert (limits.run_seconds, limits.retries) == (None, 1)
    assert asked(retries=0).limits(NOW).retries == 0
    polite = Limits()
    assert (limits.per_network, limits.per_province_network, limits.per_jump) == (
        polite.per_network, polite.per_province_network, polite.per_jump,
    )  # fmt: skip
    assert polite.per_network <= 4


def test_a_run_with_an_end_uses_its_time():
    limits = asked(window=Window(span=timedelta(hours=1))).limits(NOW)
    assert (limits.run_seconds, limits.retries) == (3600, None)
    assert limits.retry_seconds > asked().limits(NOW).retry_seconds
    assert asked(window=Window(span=timedelta(hours=1)), retries=2).limits(NOW).retries == 2


def test_a_number_for_networks_holds_for_all_of_them():
    limits = asked(per_network=9, per_jump=3).limits(NOW)
    assert (limits.per_network, limits.per_province_network, limits.per_jump) == (9, 9, 3)


def test_connections_left_out_suit_this_machine():
    assert 0 < asked(connections=None).limits(NOW).in_flight <= this_machine().in_flight() + 100


@pytest.mark.parametrize(
    "arguments",
    [
        ["--until", "25:00"],
        ["--for", "soon"],
        ["--until", "17:00", "--for", "30m"],
        ["--retries", "-1"],
        ["--per-network", "0"],
        ["--per-jump", "0"],
    ],
    ids=" ".join,
)
def test_bad_limits_are_wrong_use_and_begin_nothing(secaudit, small, arguments):
    done = secaudit("scan", "--inventory", small, "--workspace", "w", "--no-agent", *arguments)
    assert done.returncode == ExitCode.USAGE, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (small.parent / "w" / "store.sqlite").exists()


def declare(small, machines):
    rows = "".join(
        f"  - {{id: {name}, os: linux, kind: server, address: {address}, {more}}}\n" for name, address, more in machines
    )
    file = small / "agencies" / "so-a.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"endpoints:\n{rows}", encoding="utf-8")


def scan(secaudit, small, *arguments):
    done = secaudit("scan", "--inventory", small, "--workspace", "w", "--no-agent", "--format", "json", *arguments)
    assert done.stdout, done.stderr
    return done, json.loads(done.stdout)


@pytest.fixture(name="closed")
def closed_port():
    """A port on which nothing listens as long as the test runs: bound, not listening."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def test_machines_that_a_run_had_no_time_for_come_first_in_the_next(secaudit, small, closed):
    """One machine in ten seconds, and a run of three: one is asked, three are left; the next run begins with these."""
    declare(small, [(f"m{n}", f"127.0.0.{n + 1}", f"access: {{port: {closed}}}") for n in range(4)])
    found = []
    for number in (1, 2, 3):
        done, told = scan(secaudit, small, "--for", "3s", "--rate", "0.1", "--retries", "0")
        assert done.returncode == ExitCode.INCOMPLETE, done.stderr
        assert (told["asked"], told["left"], told["not_seen"]) == (4, 3, 4)
        assert told["run"]["status"] == "finished"
        shown = json.loads(secaudit("runs", "show", str(number), "--workspace", "w", "--format", "json").stdout)
        found += [outcome["endpoint"] for outcome in shown["outcomes"]]
    assert found == ["m0", "m1", "m2"]


def test_people_are_told_when_a_run_ends_and_how_many_are_left(secaudit, small, closed):
    declare(small, [(f"m{n}", f"127.0.0.{n}", f"access: {{port: {closed}}}") for n in range(1, 4)])
    arguments = ("scan", "--inventory", small, "--workspace", "w", "--no-agent", "--for", "2s", "--rate", "0.1", "--retries", "0")
    done = secaudit(*arguments)
    assert done.returncode == ExitCode.INCOMPLETE
    assert "no machine is begun after" in done.stderr
    assert "2 machines were not asked, the next scan begins with them" in done.stderr
    vietnamese = secaudit(*arguments, SECAUDIT_LANG="vi")
    assert "đã hết thời gian của lần quét này: 2 máy chưa được hỏi" in vietnamese.stderr


def test_a_machine_that_refuses_is_tried_again_and_kept_once(secaudit, small, closed):
    declare(small, [("m1", "127.0.0.1", f"access: {{port: {closed}}}")])
    _, told = scan(secaudit, small)
    assert told["run"]["counts"] == {"refused": 1}
    shown = json.loads(secaudit("runs", "show", "1", "--workspace", "w", "--format", "json").stdout)
    (outcome,) = shown["outcomes"]
    assert "refused the connection; tried 2 times, at " in outcome["detail"]
    _, told = scan(secaudit, small, "--retries", "0")
    shown = json.loads(secaudit("runs", "show", "2", "--workspace", "w", "--format", "json").stdout)
    assert "tried" not in shown["outcomes"][0]["detail"]


@pytest.mark.parametrize(("language", "words"), [("en", "waiting 1"), ("vi", "chờ 1")])
def test_the_display_says_how_many_machines_wait(language, words):
    session = open_session(language)
    progress = bars(session)
    display = ScanDisplay(session, progress)
    display.begun(2)

    def note():
        return progress.tasks[0].fields["note"]

    display.deferred(Endpoint(id="a", kind="server"))
    assert words in note()
    assert progress.tasks[0].completed == 0
    outcome = Outcome("a", Way.SSH, Grade.A, Sight.SEEN, NOW, NOW)
    display.kept(StoredOutcome(1, 1, outcome, ""))
    assert words not in note()
    assert progress.tasks[0].completed == 1
