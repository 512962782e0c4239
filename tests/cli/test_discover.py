"""``secaudit discover`` as officers run it, over addresses of the test alone."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.discover.answering import listening

needs_nmap = pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt-get install nmap)")
FAST = ("--no-services", "--rate", "50000")


@pytest.fixture(name="found")
def province_with_strangers(tmp_path):
    """Two agencies, a declared server, an undeclared one, a printer, a switch."""
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "a.yaml").write_text(
        "agency: {id: a, name: Sở A, tier: province, networks: [127.33.0.0/24]}\n"
        "endpoints:\n  - {id: m1, kind: server, os: linux, address: 127.33.0.5}\n",
        encoding="utf-8",
    )
    (folder / "agencies" / "b.yaml").write_text(
        "agency: {id: b, name: UBND xã B, tier: commune, networks: [127.33.1.0/28]}\n", encoding="utf-8"
    )
    machines = (
        ("127.33.0.5", 22, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
        ("127.33.0.6", 22, b"SSH-2.0-OpenSSH_8.9p1 Ubuntu-3\r\n"),
        ("127.33.0.7", 9100, b""),
        ("127.33.1.1", 22, b"SSH-2.0-Cisco-1.25\r\n"),
        ("127.33.5.5", 22, b"SSH-2.0-OpenSSH_8.0\r\n"),
    )
    with listening(*machines):
        yield folder


def discover(secaudit, folder, *more, **settings):
    return secaudit("discover", "--inventory", folder, "--workspace", folder.parent / "w", *FAST, *more, **settings)


def devices(done):
    return {one["address"]: (one["agency"], one["device"]) for one in json.loads(done.stdout)["hosts"]}


EVERYTHING = {
    "127.33.0.5": ("a", "linux"),
    "127.33.0.6": ("a", "linux"),
    "127.33.0.7": ("a", "printer"),
    "127.33.1.1": ("b", "network"),
}


@needs_nmap
@pytest.mark.parametrize("more", [(), ("--unprivileged",)])
def test_nmap_finds_who_is_declared_and_who_is_not(secaudit, found, more):
    done = discover(secaudit, found, "--format", "json", *more)
    assert done.returncode == 3, done.stderr
    assert devices(done) == EVERYTHING
    shown = json.loads(done.stdout)
    assert [(one["agency"], one["declared"], one["counts"]["undeclared"]) for one in shown["agencies"]] == [
        ("a", 1, 1),
        ("b", 0, 0),
    ]
    assert {one["host"]["address"]: (one["meeting"], one["endpoint"]) for one in shown["lines"]} == {
        "127.33.0.5": ("answering", "m1"),
        "127.33.0.6": ("undeclared", None),
        "127.33.0.7": ("set_aside", None),
        "127.33.1.1": ("set_aside", None),
    }
    assert ("without root" in done.stderr) == bool(more or os.geteuid())


def test_without_nmap_it_says_what_is_lost_and_finds_the_same_machines(secaudit, found):
    done = discover(secaudit, found, "--format", "json", PATH="/nonexistent")
    assert done.returncode == 3, done.stderr
    assert "nmap is not installed" in done.stderr
    assert "without root" in done.stderr
    assert devices(done) == EVERYTHING
    assert json.loads(done.stdout)["search"]["method"] == "tcp"


def test_the_search_is_a_run_and_its_results_are_shown_again_without_searching(secaudit, found):
    first = discover(secaudit, found, "--format", "json", PATH="/nonexistent")
    again = discover(secaudit, found, "--last", "--format", "json")
    assert again.returncode == first.returncode == 3
    assert json.loads(again.stdout) == {**json.loads(first.stdout), "search": None}
    runs = secaudit("runs", "list", "--workspace", found.parent / "w")
    assert "search of networks" in runs.stdout
    table = discover(secaudit, found, "--last", "--agency", "b")
    assert "127.33.1.1" in table.stdout
    assert "127.33.0.6" not in table.stdout


def test_only_what_the_inventory_names_is_searched_unless_told_so(secaudit, found):
    refused = discover(secaudit, found, "127.33.5.0/29", PATH="/nonexistent")
    assert refused.returncode == 2
    assert "not in a network that the inventory names" in refused.stderr
    assert not (found.parent / "w" / "store.sqlite").exists()
    told = discover(secaudit, found, "127.33.5.0/29", "--outside", "--format", "json", PATH="/nonexistent")
    assert devices(told) == {"127.33.5.5": (None, "computer")}


def test_addresses_of_two_agencies_are_left_out_until_one_is_named(secaudit, found):
    twin = (found / "agencies" / "b.yaml").read_text(encoding="utf-8").replace("id: b", "id: c")
    (found / "agencies" / "c.yaml").write_text(twin, encoding="utf-8")
    done = discover(secaudit, found, "--format", "json", PATH="/nonexistent")
    assert done.returncode == 4
    assert "127.33.1.0/28 is declared by b, c" in done.stderr
    assert "127.33.1.1" not in devices(done)
    named = discover(secaudit, found, "--agency", "c", "--format", "json", PATH="/nonexistent")
    assert devices(named)["127.33.1.1"] == ("c", "network")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_search_that_is_ended_is_taken_up_where_it_stopped(secaudit, found, end):
    text = (found / "agencies" / "a.yaml").read_text(encoding="utf-8")
    (found / "agencies" / "a.yaml").write_text(text.replace("127.33.0.0/24", "127.33.0.0/24, 127.33.8.0/22"), encoding="utf-8")
    workspace = found.parent / "w"
    command = [
        sys.executable, "-m", "secaudit", "discover", "--inventory", str(found), "--workspace", str(workspace), "--rate", "3000",
        "--no-services", "--unprivileged",
    ]  # fmt: skip
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 120
        while not parts(workspace) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(end)
        process.communicate(timeout=120)
    before = parts(workspace)
    assert 0 < len(before) < 6
    done = discover(secaudit, found, "--unprivileged", "--format", "json")
    search = json.loads(done.stdout)["search"]
    assert (search["taken_up"], search["done"], search["networks"]) == (len(before), 6, 6)
    assert parts(workspace)[: len(before)] == before
    runs = json.loads(secaudit("runs", "list", "--workspace", workspace, "--format", "json").stdout)["runs"]
    assert [one["status"] for one in runs] == ["finished", "interrupted"]
    assert {address for address, _ in devices(done).items()} == set(EVERYTHING)
    assert secaudit("verify", "--workspace", workspace).returncode == 0


def parts(workspace: Path) -> list[tuple[str, str]]:
    path = workspace / "store.sqlite"
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT network, at FROM search_parts ORDER BY at").fetchall()
    except sqlite3.OperationalError:  # not there yet
        return []


def test_a_province_without_networks_is_told_what_to_declare(secaudit, small):
    done = secaudit("discover", "--inventory", small, "--workspace", small.parent / "w")
    assert done.returncode == 2
    assert "1 agencies declare no network" in done.stderr
    assert "networks: [192.168.1.0/24]" in done.stderr
