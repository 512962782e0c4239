"""What answers against what is declared: every class, every tie, and the promise that nothing is counted twice or forgotten."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.model.discovery import AgencyFound, Device, HostFound, Meeting, SearchedNetwork, SearchMethod, Service, SetAside
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.pipeline.reconciling import BEYOND, likeness, reconcile, still_fits
from secaudit.pipeline.searched import beyond_the_list, machine_marks

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
NET = "192.168.1.0/24"


def host(number, agency="xa-a", *, ports=(22,), **fields):
    address = f"192.168.1.{number}" if isinstance(number, int) else number
    return HostFound(address, agency, AT, tuple(Service(port) for port in ports), **fields)


def agency(identifier="xa-a", *machines, networks=(NET,), **fields):
    rows = [{"kind": "workstation", "id": name, **row} for name, row in machines]
    head = {"id": identifier, "name": identifier, "tier": "commune", "networks": list(networks), **fields}
    return AgencyFile.model_validate({"agency": head, "endpoints": rows})


def m(name, last=None, **fields):
    address = {"address": f"192.168.1.{last}" if isinstance(last, int) else last} if last is not None else {}
    return name, {**address, **fields}


def inventory(*files):
    return Inventory(ProvinceFile(province=Province(id="t", name="T", owner="U")), files)


def found_in(*hosts, agency="xa-a", networks=(NET,)):
    parts = tuple(SearchedNetwork(agency, text, AT, 1, SearchMethod.NMAP, (22,), len(hosts)) for text in networks)
    return {agency: AgencyFound(agency, parts, tuple(hosts))}


def known(files, keys=None, said=None, newcomers=()):
    return machine_marks(inventory(*files), keys=keys or {}, said=said or {}, newcomers=newcomers)


def met(files, found, *, keys=None, said=None, set_asides=None, newcomers=()):
    files = [files] if isinstance(files, AgencyFile) else files
    return reconcile(inventory(*files), found, known(files, keys, said, newcomers), set_asides or {}, day=DAY)


def lines(reconciliation):
    return [
        (line.kind.value, line.endpoint or None, line.host.address.rsplit(".", 1)[1] if line.host else None)
        for line in reconciliation.lines
    ]


CLASSES = [
    ("a declared address answers", [m("a", 1)], [host(1)], {}, [("answering", "a", "1")]),
    ("nothing answers there", [m("a", 1)], [], {}, [("silent", "a", None)]),
    ("nobody declares it", [], [host(9)], {}, [("undeclared", None, "9")]),
    ("another machine's host key", [m("a", 1)], [host(1, host_key="K2")], {"a": "K1"},
     [("undeclared", None, "1"), ("other_machine", "a", "1")]),
    ("another declared machine is there", [m("a", 1), m("b", 2)], [host(1, host_key="KB")], {"a": "KA", "b": "KB"},
     [("other_machine", "a", "1"), ("moved", "b", "1")]),
    ("two machines changed places", [m("a", 1), m("b", 2)], [host(1, host_key="KB"), host(2, host_key="KA")],
     {"a": "KA", "b": "KB"}, [("moved", "b", "1"), ("moved", "a", "2")]),
    ("moved, by its host key", [m("a", 1)], [host(7, host_key="K1")], {"a": "K1"}, [("moved", "a", "7")]),
    ("moved, by its host name", [m("a", 1, hostname="PC-01")], [host(7, name="pc-01.xa.local")], {}, [("moved", "a", "7")]),
    ("moved, by its id", [m("xa-pc-01", 1)], [host(7, name="XA-PC-01")], {}, [("moved", "xa-pc-01", "7")]),
    ("a name of Windows is cut", [m("may-cua-van-phong-so-1", 1)], [host(7, name="MAY-CUA-VAN-PHO")], {},
     [("moved", "may-cua-van-phong-so-1", "7")]),
    ("a longer name is another one", [m("may-cua-van-phong-so-1", 1)], [host(7, name="MAY-CUA-VAN-PHONG-SO-2")], {},
     [("silent", "may-cua-van-phong-so-1", None), ("undeclared", None, "7")]),
    ("a name is no name where a key contradicts", [m("a", 1, hostname="pc")], [host(7, name="pc", host_key="K2")], {"a": "K1"},
     [("silent", "a", None), ("undeclared", None, "7")]),
    ("a name that two addresses give", [m("a", 1, hostname="pc")], [host(7, name="pc"), host(8, name="pc")], {},
     [("silent", "a", None), ("undeclared", None, "7"), ("undeclared", None, "8")]),
    ("a name that two addresses give, one at home", [m("a", 1, hostname="pc")], [host(1, name="pc"), host(8, name="pc")], {},
     [("answering", "a", "1"), ("undeclared", None, "8")]),
    ("a name that two machines have", [m("a", 1, hostname="pc"), m("pc", 2)], [host(7, name="pc")], {},
     [("silent", "a", None), ("silent", "pc", None), ("undeclared", None, "7")]),
    ("a key that two machines have", [m("a", 1), m("b", 2)], [host(7, host_key="K")], {"a": "K", "b": "K"},
     [("silent", "a", None), ("silent", "b", None), ("undeclared", None, "7")]),
    ("a key that two machines have, one is at home", [m("a", 1), m("b", 2)], [host(2, host_key="K")], {"a": "K", "b": "K"},
     [("answering", "b", "2"), ("silent", "a", None)]),
    ("copies of one image", [m("a", 1)], [host(1, host_key="K"), host(8, host_key="K")], {"a": "K"},
     [("answering", "a", "1"), ("undeclared", None, "8")]),
    ("copies of one image, none at home", [m("a", 1)], [host(9, host_key="K"), host(8, host_key="K")], {"a": "K"},
     [("undeclared", None, "9"), ("moved", "a", "8")]),
    ("a key is more than a name", [m("a", 1, hostname="pc")], [host(7, name="pc"), host(8, host_key="K")], {"a": "K"},
     [("undeclared", None, "7"), ("moved", "a", "8")]),
    ("set up again under its name at its address", [m("a", 1, hostname="pc")], [host(1, name="pc", host_key="K2")],
     {"a": "K1"}, [("answering", "a", "1")]),
    ("it calls itself otherwise than declared", [m("a", 1, hostname="pc-1")], [host(1, name="laptop-9")], {},
     [("undeclared", None, "1"), ("other_machine", "a", "1")]),
    ("an id is no host name: another name says nothing", [m("a", 1)], [host(1, name="laptop-9")], {},
     [("answering", "a", "1")]),
    ("a printer has the machine's address", [m("a", 1)], [host(1, device=Device.PRINTER)], {},
     [("other_machine", "a", "1"), ("set_aside", None, "1")]),
    ("what looks like a router may be a server", [m("a", 1, kind="server")], [host(1, device=Device.NETWORK)], {},
     [("answering", "a", "1")]),
    ("a retired machine answers", [m("a", 1, status="retired")], [host(1)], {}, [("retired_alive", "a", "1")]),
    ("a retired machine answers elsewhere", [m("a", 1, status="retired")], [host(7, host_key="K")], {"a": "K"},
     [("retired_alive", "a", "7")]),
    ("a new machine stands where one was retired", [m("a", 1, status="retired"), m("b", 1)], [host(1)], {},
     [("answering", "b", "1")]),
    ("the retired machine is back at its old place", [m("a", 1, status="retired"), m("b", 1)], [host(1, host_key="KA")],
     {"a": "KA"}, [("other_machine", "b", "1"), ("retired_alive", "a", "1")]),
    ("a stranger stands where one was retired", [m("a", 1, status="retired")], [host(1, host_key="K2")], {"a": "K1"},
     [("undeclared", None, "1")]),
    ("a retired machine that is off", [m("a", 1, status="retired")], [], {}, []),
    ("a name passes on to the machine in use", [m("a", 1, status="retired", hostname="pc"), m("b", 2, hostname="pc")],
     [host(7, name="pc")], {}, [("moved", "b", "7")]),
    *((f"{device} is set aside by evidence", [], [host(9, device=device)], {}, [("set_aside", None, "9")])
      for device in (Device.PRINTER, Device.NETWORK, Device.CAMERA, Device.PHONE)),
    *((f"{device} counts", [], [host(9, device=device)], {}, [("undeclared", None, "9")])
      for device in (Device.UNKNOWN, Device.STORAGE, Device.COMPUTER, Device.WINDOWS, Device.LINUX)),
    ("a name gives an isolated machine away", [m("mat-01", kind="isolated")], [host(9, name="MAT-01")], {},
     [("isolated_alive", "mat-01", "9")]),
    ("its key gives an isolated machine away", [m("mat-01", kind="isolated")], [host(9, host_key="K")], {"mat-01": "K"},
     [("isolated_alive", "mat-01", "9")]),
    ("an isolated machine is never looked for", [m("mat-01", kind="isolated")], [], {}, []),
    ("no address, known by its name", [m("pc-01")], [host(9, name="pc-01")], {}, [("answering", "pc-01", "9")]),
    ("a DNS name for an address", [m("a", "pc-01.xa.vn")], [host(9, name="pc-01")], {}, [("answering", "a", "9")]),
    ("no address and never met: not searched, not silent", [m("pc-01")], [], {}, []),
    ("an address that was not searched", [m("a", "10.0.0.1")], [], {}, []),
    ("an address that was not searched, met elsewhere", [m("a", "10.0.0.1")], [host(3, host_key="K")], {"a": "K"},
     [("moved", "a", "3")]),
    ("behind a jump host the same address is another machine", [m("j", 2), m("a", 1, access={"via": "j"})], [host(1), host(2)],
     {}, [("answering", "j", "2"), ("undeclared", None, "1")]),
    ("behind a jump host nothing is silent", [m("j", 2), m("a", 1, access={"via": "j"})], [host(2)], {},
     [("answering", "j", "2")]),
    ("two ways in behind one address", [m("a", 1, access={"port": 2201}), m("b", 1, access={"port": 2202})],
     [host(1, ports=(2201, 2202))], {}, [("answering", "a", "1"), ("answering", "b", "1")]),
    ("two ways in behind one address, one is shut", [m("a", 1, access={"port": 2201}), m("b", 1, access={"port": 2202})],
     [host(1, ports=(2202,), host_key="KB")], {"a": "KA", "b": "KB"}, [("answering", "b", "1"), ("silent", "a", None)]),
    ("two ways in behind one address, one is known", [m("a", 1, access={"port": 2201}), m("b", 1, access={"port": 2202})],
     [host(1, ports=(2201, 2202), host_key="KB")], {"a": "KA", "b": "KB"}, [("answering", "a", "1"), ("answering", "b", "1")]),
    ("one machine with two addresses", [m("a", 1, hostname="may-chu")],
     [host(1, name="may-chu", host_key="K"), host(2, name="may-chu", host_key="K")], {"a": "K"}, [("answering", "a", "1")]),
    ("one undeclared machine with two addresses", [], [host(3, name="x", host_key="K"), host(2, name="x", host_key="K")], {},
     [("undeclared", None, "2")]),
]  # fmt: skip


@pytest.mark.parametrize(("machines", "hosts", "keys", "expected"), [case[1:] for case in CLASSES], ids=[c[0] for c in CLASSES])
def test_every_class_and_every_tie(machines, hosts, keys, expected):
    assert lines(met(agency("xa-a", *machines), found_in(*hosts), keys=keys)) == expected


def test_a_hardware_address_joins_and_contradicts():
    files = agency("xa-a", m("a", 1), m("b", 2))
    said = {"a": ("", frozenset({"00:11:22:33:44:55"})), "b": ("", frozenset({"00:11:22:33:44:66"}))}
    found = found_in(host(7, mac="00:11:22:33:44:55"), host(2, mac="00:11:22:33:44:99"))
    assert lines(met(files, found, said=said)) == [("undeclared", None, "2"), ("other_machine", "b", "2"), ("moved", "a", "7")]


def test_a_name_that_evidence_gave_joins_and_contradicts():
    files, said = agency("xa-a", m("a", 1)), {"a": ("DESKTOP-AB12", frozenset())}
    assert lines(met(files, found_in(host(7, name="desktop-ab12")), said=said)) == [("moved", "a", "7")]
    assert lines(met(files, found_in(host(1, name="desktop-xy")), said=said)) == [
        ("undeclared", None, "1"), ("other_machine", "a", "1")
    ]  # fmt: skip


def test_one_address_in_two_agencies_is_two_machines():
    files = [agency("xa-a", m("a", 1)), agency("xa-b", m("b", 1))]
    found = {**found_in(), **found_in(host(1, "xa-b"), agency="xa-b")}
    assert [(line.agency, line.kind, line.endpoint) for line in met(files, found).lines] == [
        ("xa-a", Meeting.SILENT, "a"), ("xa-b", Meeting.ANSWERING, "b")
    ]  # fmt: skip


def test_a_name_is_of_its_agency_alone_and_a_key_of_the_whole_province():
    files = [agency("xa-a", m("a", 1, hostname="pc")), agency("xa-b", networks=["10.1.0.0/24"])]
    by_name = found_in(host("10.1.0.5", "xa-b", name="pc"), agency="xa-b", networks=["10.1.0.0/24"])
    assert [line.kind for line in met(files, by_name).lines] == [Meeting.UNDECLARED]
    by_key = found_in(host("10.1.0.5", "xa-b", host_key="K"), agency="xa-b", networks=["10.1.0.0/24"])
    [line] = met(files, by_key, keys={"a": "K"}).lines
    assert (line.agency, line.kind, line.host.agency) == ("xa-a", Meeting.MOVED, "xa-b")


def test_a_machine_in_the_network_of_the_agency_that_hosts_it_is_met_there():
    files = [agency("xa-a", m("a", "10.9.0.4")), agency("ttdl", networks=["10.9.0.0/24"])]
    found = found_in(host("10.9.0.4", "ttdl"), agency="ttdl", networks=["10.9.0.0/24"])
    [line] = met(files, found).lines
    assert (line.agency, line.kind, line.endpoint) == ("xa-a", Meeting.ANSWERING, "a")
    # Where two agencies have the network, nothing says whose the address is.
    files.append(agency("khac", networks=["10.9.0.0/24"]))
    assert [line.kind for line in met(files, found).lines] == [Meeting.UNDECLARED]


def test_networks_of_nobody_stand_for_themselves():
    files = [agency("xa-a", m("a", "10.9.0.4"))]
    found = found_in(host("10.9.0.4", ""), host("10.9.0.5", ""), agency="", networks=["10.9.0.0/24"])
    assert [(line.agency, line.kind) for line in met(files, found).lines] == [
        ("", Meeting.UNDECLARED), ("xa-a", Meeting.ANSWERING)
    ]  # fmt: skip


def test_a_closed_agency_declares_nothing_and_its_old_search_is_history():
    files = [agency("huyen", m("a", 1), valid_until="2025-06-30"), agency("xa-a")]
    found = {**found_in(host(1), host(2)), **found_in(host(3, "huyen"), agency="huyen")}
    assert lines(met(files, found)) == [("undeclared", None, "1"), ("undeclared", None, "2")]


def test_what_one_address_tells_of_a_machine_is_said():
    files = agency("xa-a", m("a", 1), m("b", 2))
    reconciliation = met(files, found_in(host(1, host_key="KB"), host(9, host_key="KB")), keys={"a": "KA", "b": "KB"})
    said = {(line.kind, line.endpoint): str(line.reason) for line in reconciliation.lines}
    assert said[Meeting.OTHER_MACHINE, "a"] == "what answers there is b"
    assert said[Meeting.MOVED, "b"] == "declared at 192.168.1.2, answers at 192.168.1.1; recognised by the host key"
    assert said[Meeting.UNDECLARED, ""] == "the host key of b, which answers elsewhere: a second connection, or a copy of it"


def test_a_person_s_word_holds_until_the_address_answers_differently():
    one = host(9, ports=(22, 80), mac="AA:BB:CC:00:00:01", host_key="K", name="in-1")
    said = SetAside("xa-a", "192.168.1.9", Device.PRINTER, "máy in", "an", AT, likeness(one))
    asides = {("xa-a", "192.168.1.9"): said}
    assert lines(met(agency(), found_in(one), set_asides=asides)) == [("set_aside", None, "9")]
    assert "máy in" in str(met(agency(), found_in(one), set_asides=asides).lines[0].reason)
    fitting = [host(9, ports=(22,), host_key="K"), host(9, ports=()), host(9, ports=(80,), mac="aa:bb:cc:00:00:01")]
    other = [
        host(9, ports=(22, 80, 445)), host(9, ports=(22,), host_key="K2"), host(9, ports=(), mac="AA:BB:CC:00:00:02"),
        host(9, ports=(), name="pc-7"),
    ]  # fmt: skip
    assert [still_fits(said, later) for later in fitting] == [True] * len(fitting)
    assert [still_fits(said, later) for later in other] == [False] * len(other)
    assert lines(met(agency(), found_in(other[0]), set_asides=asides)) == [("undeclared", None, "9")]
    # A word about an address without a key does not speak of the machine that shows one now.
    silent = replace(said, like=likeness(host(9, ports=(22,))))
    assert not still_fits(silent, host(9, ports=(22,), host_key="K"))
    # The same address in another agency is another machine, and a declared machine is not set aside.
    assert lines(met(agency("xa-b"), found_in(host(9, "xa-b"), agency="xa-b"), set_asides=asides)) == [("undeclared", None, "9")]
    assert lines(met(agency("xa-a", m("a", 9)), found_in(one), set_asides=asides)) == [("answering", "a", "9")]


def test_the_numbers_of_an_agency_stand_side_by_side():
    register = {"computers": 9, "as_of": "2026-10-31"}
    files = agency(
        "xa-a", m("a", 1), m("b", 2), m("c", 3), m("d", 4, status="retired"), m("e", kind="isolated"),
        asset_register=register, machines_in_use=7,
    )  # fmt: skip
    found = found_in(host(1), host(4), host(7, host_key="K"), host(8), host(9, device=Device.PRINTER))
    count = met(files, found, keys={"b": "K"}).counts["xa-a"]
    assert (count.declared, count.answering, count.undeclared, count.register, count.in_use) == (4, 2, 1, 9, 7)
    assert set(met([files, agency("xa-b")], found).counts) == {"xa-a"}


def newcomer(name="", agency="xa-a", source="ksc", **fields):
    return Newcomer(f"new-{name or fields}", agency, name, Identity(), "windows", source, AT, AT, **fields)


@pytest.mark.parametrize(
    ("hosts", "newcomers", "count"),
    [
        ([host(1), host(2)], [], 2),
        ([], [newcomer("pc-1"), newcomer("pc-2")], 2),
        ([host(1, name="PC-1.xa"), host(2, name="pc-2")], [newcomer("pc-1")], 2),
        ([host(1, name="pc-1")], [newcomer("pc-2")], 2),
        ([host(1)], [newcomer("pc-1"), newcomer("pc-2")], 2),
        ([host(1), host(2), host(3)], [newcomer("pc-1")], 3),
        ([host(1, name="pc-1"), host(2)], [newcomer("pc-1"), newcomer("pc-2"), newcomer("pc-3")], 3),
        ([host(1, host_key="K")], [newcomer("pc-1", host_key="K")], 1),
        ([host(1, host_key="K", name="pc-1")], [newcomer("pc-1", host_key="K2")], 2),
        ([host(1)], [newcomer(source="discover", address="192.168.1.1")], 1),
        ([], [newcomer(source="discover", address="192.168.1.1")], 0),
        ([host(1, device=Device.PRINTER)], [newcomer(source="discover", address="192.168.1.1")], 0),
    ],
)  # fmt: skip
def test_newcomers_and_found_hosts_are_counted_once(hosts, newcomers, count):
    assert beyond_the_list(met(agency(), found_in(*hosts)), newcomers).get("xa-a", 0) == count


def test_machines_of_nobody_known_are_counted_apart():
    assert beyond_the_list(met(agency(), found_in(host(1))), [newcomer("x", agency="")]) == {"": 1, "xa-a": 1}


_KEYS = st.sampled_from(["", "K1", "K2", "K3"])
_NAMES = st.sampled_from(["", "pc-1", "pc-2", "m-1", "m-2"])
_MACHINES = st.lists(
    st.tuples(
        st.integers(0, 6), st.sampled_from(["in_use", "in_use", "in_use", "retired"]),
        st.sampled_from(["workstation", "server", "isolated"]), _NAMES, _KEYS, st.sampled_from(["xa-a", "xa-b"]),
    ),
    max_size=7,
)  # fmt: skip
_HOSTS = st.dictionaries(
    st.tuples(st.sampled_from(["xa-a", "xa-b"]), st.integers(1, 6)),
    st.tuples(_KEYS, _NAMES, st.sampled_from(["", "M1", "M2"]), st.sampled_from(list(Device))),
    max_size=9,
)


@given(_MACHINES, _HOSTS, st.sampled_from([(), ("xa-a",), ("xa-a", "xa-b")]))
def test_no_host_is_counted_twice_and_no_searched_machine_is_forgotten(machines, hosts, searched):
    taken, rows, keys = set(), {"xa-a": [], "xa-b": []}, {}
    for number, (last, status, kind, name, key, whose) in enumerate(machines, start=1):
        isolated = kind == "isolated"
        if not isolated and status == "in_use" and last and (whose, last) in taken:
            continue  # the inventory refuses two machines at one place
        if not isolated and status == "in_use":
            taken.add((whose, last))
        fields = {"status": status, "kind": kind, **({"hostname": name} if name else {})}
        rows[whose].append(m(f"m-{number}", None if isolated or not last else last, **fields))
        if key:
            keys[f"m-{number}"] = key
    files = [agency(whose, *found) for whose, found in rows.items()]
    found = {}
    for whose in searched:
        here = [host(last, whose, host_key=key, name=name, mac=mac, device=device)
                for (owner, last), (key, name, mac, device) in sorted(hosts.items()) if owner == whose]  # fmt: skip
        found |= found_in(*here, agency=whose)
    reconciliation = met(files, found, keys=keys)
    own_lines = Counter(line.host for line in reconciliation.lines if line.host and line.kind is not Meeting.OTHER_MACHINE)
    assert all(count == 1 for count in own_lines.values())
    told = Counter(line.endpoint for line in reconciliation.lines if line.endpoint)
    for file in files:
        for one in file.endpoints:
            if one.kind == "isolated":
                continue
            was = one.address is not None and file.agency.id in searched and one.status == "in_use"
            assert told[one.id] == 1 if was else told[one.id] <= 1
    # Every address that answered has its line, or is named beside the same machine's.
    every = {(one.agency, one.address) for part in found.values() for one in part.hosts}
    shown = {(one.agency, one.address) for one in own_lines}
    for owner, address in every - shown:
        assert any(line.host and line.host.agency == owner and address in str(line.reason) for line in reconciliation.lines)
    # The order in which things are given decides nothing.
    turned = {whose: replace(part, hosts=tuple(reversed(part.hosts))) for whose, part in reversed(found.items())}
    assert met(list(reversed(files)), turned, keys=keys).lines == reconciliation.lines
    beyond = sum(len(some) for some in reconciliation.beyond().values())
    assert beyond == sum(line.kind in BEYOND for line in reconciliation.lines) <= len(every)
