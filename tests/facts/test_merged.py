"""Two pieces of evidence as one: the better decides, the worse fills in, and nothing that was decided changes."""

import pytest

from secaudit.facts.merged import merged
from secaudit.model.fact import Known, Missing, MissingReason

DENIED, UNSUPPORTED = Missing(MissingReason.DENIED, "apt"), Missing(MissingReason.UNSUPPORTED)
PRODUCTS = "protection.products"


def known(value, *, complete=True, **missing):
    return Known(value, "s", complete, dict.fromkeys(missing, MissingReason.DENIED))


def one(name, better, worse):
    """The value and whether the worse piece added to it."""
    facts, taken = merged({name: better}, {name: worse})
    return facts[name], name in taken


def products(*rows, complete=True, **missing):
    return known(list(rows), complete=complete, **missing)


@pytest.mark.parametrize(
    ("name", "better", "worse", "both", "taken"),
    [
        ("boot.secure", known(True), known(False), known(True), False),
        ("boot.secure", DENIED, known(False), known(False), True),
        ("boot.secure", known(True), DENIED, known(True), False),
        ("boot.secure", DENIED, Missing(MissingReason.TIMEOUT), DENIED, False),
        ("boot.secure", UNSUPPORTED, DENIED, DENIED, False),
        ("accounts.uid0", known(["root"]), known(["root", "toor"]), known(["root"]), False),
        ("accounts.uid0", known(["a"], complete=False), known(["b", "a"]), known(["a", "b"]), True),
        ("accounts.uid0", known(["a"], complete=False), known(["b"], complete=False), known(["a", "b"], complete=False), True),
    ],
)
def test_a_known_fact_of_the_better_grade_decides(name, better, worse, both, taken):
    assert one(name, better, worse) == (both, taken)


def test_records_of_one_name_are_filled_field_by_field():
    seen = {"id": "kes", "name": "KES 12", "kind": "av", "running": True}
    told = {"id": "kes", "name": "Kaspersky Endpoint Security", "running": False, "managed": True}
    found, taken = one(PRODUCTS, products(seen, managed=1, version=1), products(told, complete=False))
    assert list(found.value) == [{**seen, "managed": True}]
    assert (found.complete, taken, set(found.missing_fields)) == (True, True, {"version"})


def test_a_whole_list_says_what_is_not_there():
    found, taken = one(PRODUCTS, products(), products({"id": "kes", "name": "K"}, complete=False))
    assert (list(found.value), taken) == ([], False)


def test_a_list_that_was_not_read_to_its_end_takes_further_records_and_becomes_whole():
    seen, more = {"id": "clamav", "name": "ClamAV"}, {"id": "kes", "name": "K"}
    found, _ = one(PRODUCTS, products(seen, complete=False), products(more, complete=False))
    assert (list(found.value), found.complete) == ([seen, more], False)
    found, _ = one(PRODUCTS, products(seen, complete=False), products(more))
    assert (list(found.value), found.complete) == ([seen, more], True)


def test_records_nobody_can_tell_apart_leave_the_list_open():
    twice = {"id": "clamav", "name": "ClamAV"}
    found, _ = one(PRODUCTS, products(twice, twice, complete=False), products({**twice, "running": True}))
    assert (list(found.value), found.complete) == ([twice, twice], False)


def test_products_of_no_catalogue_go_by_their_names():
    mine, other = ({"id": "unlisted", "name": name, "kind": "av"} for name in ("Mine", "Other"))
    found, _ = one(PRODUCTS, products(mine, complete=False), products({**mine, "running": True}, other, complete=False))
    assert list(found.value) == [{**mine, "running": True}, other]


def test_evidence_about_another_system_adds_nothing():
    facts, taken = merged({"os.family": known("linux")}, {"os.family": known("windows"), PRODUCTS: products({"id": "kes"})})
    assert (facts, taken) == ({"os.family": known("linux")}, frozenset())


def test_what_hangs_on_a_release_counts_for_that_release_only():
    """A console that has not heard of the upgrade names a revision of the build that is gone."""
    told = {"os.build": known(19045), "os.revision": known(6456), "boot.secure": known(True)}
    facts, taken = merged({"os.build": known(26100)}, told)
    assert (facts, taken) == ({"os.build": known(26100), "boot.secure": known(True)}, {"boot.secure"})
    assert merged({"os.build": known(19045)}, told)[0]["os.revision"] == known(6456)
