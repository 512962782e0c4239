"""Updates of Windows: each source against the traps it was written for; no Windows was asked."""

import json

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Missing, MissingReason

NOW = 1_795_400_000
"""2026-11-23."""
DAY = 86_400
DENIED, ABSENT, TIMEOUT = SectionStatus.DENIED, SectionStatus.ABSENT, SectionStatus.TIMEOUT
YEAR_1 = "f520e45e-7413-4a34-a497-d2765967d094"
YEAR_2 = "1043ADD5-23B1-4AFB-9A0F-64343C8F3F8D"
SERVER_2012 = "55b1dd2d-2209-4ea0-a805-06298bad25b3"
WINDOWS = "00000000-0000-4000-9000-00000000000a"


def result(fact):
    return fact.reason if isinstance(fact, Missing) else fact.value


def os_section(build, kind="WinNT", **more):
    return json.dumps({"version": {"CurrentBuildNumber": str(build), **more}, "product": {"ProductType": kind}, "machine": None})


# ---------------------------------------------------------------- kind of installation


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"InstallationType": "Client"}, "client"),
        ({"InstallationType": "Server Core"}, "server core"),
        ({"InstallationType": "Nano Server"}, MissingReason.UNSUPPORTED),
        ({"InstallationType": ["Client"]}, MissingReason.ABSENT),
        ({}, MissingReason.ABSENT),
    ],
)
def test_installation(windows, written, value):
    assert result(windows(os=os_section(19045, **written))["os.installation"]) == value


# ---------------------------------------------------------------- extended support


def licences(*rows):
    return json.dumps({"rows": [{"id": identity, "status": status} for identity, status in rows]})


@pytest.mark.parametrize(
    ("build", "kind", "rows", "value"),
    [
        (19045, "WinNT", [(WINDOWS, 1), (YEAR_2, 1)], True),
        (19045, "WinNT", [(WINDOWS, 1), (YEAR_2.lower(), 1)], True),
        # installed is not active, and the first year is over
        (19045, "WinNT", [(WINDOWS, 1), (YEAR_2, 5)], MissingReason.UNSUPPORTED),
        (19045, "WinNT", [(WINDOWS, 1), (YEAR_1, 1)], MissingReason.UNSUPPORTED),
        # private persons get it without a licence that could be seen: its absence proves nothing there
        (19045, "WinNT", [(WINDOWS, 1)], MissingReason.UNSUPPORTED),
        (19044, "WinNT", [(WINDOWS, 1)], False),
        (26200, "WinNT", [(WINDOWS, 1)], False),
        (9600, "ServerNT", [(WINDOWS, 1), (SERVER_2012, 1)], False),
        # a list without Windows itself was not the list
        (26200, "WinNT", [], MissingReason.ABSENT),
    ],
)
def test_extended_support(windows, build, kind, rows, value):
    facts = windows(os=os_section(build, kind), licences=licences(*rows))
    assert result(facts["os.extended_support"]) == value


@pytest.mark.parametrize("status", [DENIED, TIMEOUT])
def test_licences_that_could_not_be_read_are_no_absence(windows, status):
    assert result(windows(os=os_section(26200), licences=status)["os.extended_support"]) == MissingReason(status.value)
    assert result(windows(os=os_section(26200))["os.extended_support"]) is MissingReason.UNSUPPORTED


# ---------------------------------------------------------------- how updates come


def updates(policy=None, old=None, start=3, server=None, mdm=None):
    service = None if start is None else {"Start": start}
    return json.dumps({"policy": policy, "old_settings": old, "service": service, "server": server, "mdm": mdm})


@pytest.mark.parametrize(
    ("build", "kind", "section", "value"),
    [
        (19045, "WinNT", updates(), "automatic"),
        (19045, "WinNT", updates(start=4), "disabled"),
        (19045, "WinNT", updates({"NoAutoUpdate": 1, "AUOptions": 4}), "manual"),
        (19045, "WinNT", updates({"AUOptions": 2}), "notify"),
        (19045, "WinNT", updates({"AUOptions": 3}), "download"),
        (19045, "WinNT", updates({"AUOptions": 4}), "automatic"),
        (19045, "WinNT", updates({"AUOptions": 7}), "download"),
        (19045, "WinNT", updates({"AUOptions": 5}), MissingReason.UNSUPPORTED),
        (19045, "WinNT", updates(mdm={"AllowAutoUpdate": 5}), "manual"),
        (19045, "WinNT", updates(mdm={"AllowAutoUpdate": 0}), "notify"),
        (19045, "WinNT", updates(mdm={"AllowAutoUpdate": 2}), "automatic"),
        (19045, "WinNT", updates(mdm={"AllowAutoUpdate": 9}), MissingReason.UNSUPPORTED),
        (19045, "WinNT", updates(mdm="denied"), MissingReason.DENIED),
        (19045, "WinNT", updates(start=None), MissingReason.ABSENT),
        (7601, "WinNT", updates(old={"AUOptions": 1}), "manual"),
        (7601, "WinNT", updates(), MissingReason.ABSENT),
        (20348, "ServerNT", updates(), MissingReason.ABSENT),
        (20348, "ServerNT", updates({"AUOptions": 3}), "download"),
        (19045, "WinNT", json.dumps({"policy": None, "old_settings": None, "service": {"Start": 3}}), MissingReason.UNSUPPORTED),
    ],
)
def test_update_policy(windows, build, kind, section, value):
    assert result(windows(os=os_section(build, kind), updates=section)["patch.update_policy"]) == value


@pytest.mark.parametrize(
    ("section", "value"),
    [
        (updates(), False),
        (updates({"UseWUServer": 1}, server={"WUServer": "http://127.20.0.8:8530"}), True),
        # a server that is named and not used, and one that is used and not named
        (updates({"UseWUServer": 0}, server={"WUServer": "http://127.20.0.8:8530"}), False),
        (updates({"UseWUServer": 1}), MissingReason.ERROR),
        (updates({"UseWUServer": 1}, server="denied"), MissingReason.DENIED),
        (updates(mdm={"UpdateServiceUrl": "http://127.20.0.8:8530"}), True),
        (updates("denied"), MissingReason.DENIED),
    ],
)
def test_central_source(windows, section, value):
    assert result(windows(updates=section)["patch.central_source"]) == value


def test_a_32_bit_view_is_no_sight_of_a_missing_key(windows):
    assert result(windows(updates=updates(), about='{"wow64":true}')["patch.central_source"]) is MissingReason.UNSUPPORTED


# ---------------------------------------------------------------- installed updates


def test_hotfixes_are_kb_numbers_and_a_list_with_others_is_not_whole(windows):
    fact = windows(hotfixes=json.dumps({"count": 2, "unread": 0, "newest": NOW, "ids": ["KB5124008", "kb5000736"]}))[
        "patch.hotfixes"
    ]
    assert fact.value == ["KB5000736", "KB5124008"]
    assert fact.complete
    for ids in (["KB5124008", "File 1"], ["KB5124008", 7], ["KB5124008"], ["KB5124008", "KB1\nKB5000000"]):
        fact = windows(hotfixes=json.dumps({"count": 2, "ids": ids}))["patch.hotfixes"]
        assert fact.value == ["KB5124008"]
        assert not fact.complete
    assert result(windows(hotfixes=json.dumps({"count": 2}))["patch.hotfixes"]) is MissingReason.ABSENT
    assert result(windows(hotfixes=DENIED)["patch.hotfixes"]) is MissingReason.DENIED


# ---------------------------------------------------------------- waiting for a restart


def reboot(waiting, **more):
    names = {"active_name": {"ComputerName": "A"}, "next_name": {"ComputerName": "A"}, "update_exe": None}
    keys = {"windows_update": {}, "component_servicing": None, "file_renames": {"count": 0}, **names, **more}
    return json.dumps({**keys, "waiting": waiting})


def log(*days, first=400, full=False):
    times = [NOW - round(day * DAY) for day in days]
    return {"times": times, "first": None if first is None else NOW - first * DAY, "full": full}


def booted(days):
    return json.dumps({"product_type": 1, "booted": NOW - days * DAY})


@pytest.mark.parametrize(
    ("waiting", "days", "value"),
    [
        (log(1, 19.5, 40), 25, 19),
        # before the last start it waited for that one
        (log(40), 25, MissingReason.ABSENT),
        (log(), 25, MissingReason.ABSENT),
        (log(0.5), 25, 0),
        # the log begins later than the last start: it has waited that long or longer
        (log(19, first=20), 25, MissingReason.TRUNCATED),
        (log(19, first=None), 25, MissingReason.TRUNCATED),
        (log(1, 19, full=True), 25, MissingReason.TRUNCATED),
        (log(1, 19, 40, full=True), 25, 19),
        (log(-3), 25, MissingReason.ERROR),
        ("denied", 25, MissingReason.DENIED),
        ("error", 25, MissingReason.ERROR),
        (None, 25, MissingReason.ABSENT),
        ({"times": "x"}, 25, MissingReason.ABSENT),
    ],
)
def test_days_a_restart_has_been_waiting(windows, waiting, days, value):
    facts = windows(reboot=reboot(waiting), system=booted(days))
    assert result(facts["patch.restart_waiting_days"]) == value
    assert facts["patch.reboot_required"].value is True


def test_nothing_waits_where_nothing_asks_for_a_restart(windows):
    facts = windows(reboot=reboot(log(3), windows_update=None), system=booted(25))
    assert result(facts["patch.restart_waiting_days"]) == 0
    unread = windows(reboot=reboot(log(3), windows_update="denied"), system=booted(25))
    assert result(unread["patch.restart_waiting_days"]) is MissingReason.DENIED
    assert result(windows(reboot=reboot(log(3)), system=DENIED)["patch.restart_waiting_days"]) is MissingReason.DENIED


def test_file_renames_are_shown_and_weigh_nothing_alone(windows):
    facts = windows(reboot=reboot(log(), windows_update=None, file_renames={"count": 3}))
    assert facts["patch.reboot_required"].value is False
    assert facts["patch.reboot_reasons"].value == ["file renames (weak)"]


# ---------------------------------------------------------------- the update agent, in a local audit


@pytest.mark.parametrize(
    ("section", "value"),
    [
        (json.dumps({"code": 2, "count": 3, "definitions": 1}), 3),
        (json.dumps({"code": 2, "count": 0, "definitions": 2}), 0),
        (json.dumps({"code": 3, "count": 0, "definitions": 0}), MissingReason.ERROR),
        (json.dumps({"code": 4, "count": 0}), MissingReason.ERROR),
        (json.dumps({"count": 0}), MissingReason.ERROR),
        (DENIED, MissingReason.DENIED),
        (TIMEOUT, MissingReason.TIMEOUT),
    ],
)
def test_what_the_update_agent_offers(windows, section, value):
    """A search that was refused or went wrong is never "nothing is missing"."""
    assert result(windows(search=section)["patch.search_pending"]) == value


def test_over_ssh_the_update_agent_is_not_asked(windows):
    assert result(windows()["patch.search_pending"]) is MissingReason.UNSUPPORTED
