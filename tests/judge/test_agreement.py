"""Two readings of one machine: what time alone may change is no contradiction, and what nobody knows agrees with nothing."""

import pytest

from secaudit.judge.agreement import AGES, MOVING, RISING, agreement
from secaudit.model.fact import FACTS, Known, Missing, MissingReason, ValueType
from secaudit.model.recheck import Agreement

DAY = 86_400
SAME, DIFFERS, OPEN = Agreement.SAME, Agreement.DIFFERS, Agreement.NOT_COMPARABLE
UNKNOWN = Missing(MissingReason.DENIED, "x")


def one(name, before, after, *, days=2.0):
    old, new = (value if isinstance(value, Known | Missing) else Known(value, "s") for value in (before, after))
    found = agreement({name: old}, {name: new}, between=days * DAY)
    return found[0].agreement if found else None


def product(identity="clamav", **more):
    return {"id": identity, "name": identity.title(), **more}


def products(*rows, complete=True):
    return Known(tuple(rows), "services", complete)


@pytest.mark.parametrize(
    ("name", "before", "after", "result"),
    [
        ("os.id", "debian", "debian", SAME),
        ("os.id", "debian", "ubuntu", DIFFERS),
        ("machine.serial", "A", "B", DIFFERS),
        ("machine.serial", "A", UNKNOWN, OPEN),
        ("machine.serial", UNKNOWN, "B", None),
        ("machine.serial", UNKNOWN, UNKNOWN, None),
        ("network.listening", [], [{"protocol": "tcp", "port": 22}], OPEN),
        ("patch.pending", 3, 0, OPEN),
        ("patch.metadata_age_days", 1, 3, SAME),
        ("patch.metadata_age_days", 30, 0, SAME),
        ("patch.metadata_age_days", 1, 9, DIFFERS),
        ("os.build", 19045, 26100, SAME),
        ("os.build", 26100, 19045, DIFFERS),
        ("machine.memory_mb", 8192, 8012, SAME),
        ("machine.memory_mb", 8192, 4096, DIFFERS),
        ("accounts.admins", ["a", "b"], ["b", "a"], SAME),
        ("accounts.admins", ["a"], ["a", "b"], DIFFERS),
        ("machine.mac", ["00:11:22:33:44:55", "aa:aa:aa:aa:aa:aa"], ["00:11:22:33:44:55"], SAME),
        ("machine.mac", ["00:11:22:33:44:55"], ["66:11:22:33:44:55"], DIFFERS),
        ("firewall.active", True, False, DIFFERS),
    ],
)
def test_by_the_rules_of_the_page(name, before, after, result):
    assert one(name, before, after) is result


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        (products(product(running=True)), products(product(running=True, version="2")), SAME),
        (products(product(running=True)), products(product(running=False)), DIFFERS),
        (products(product(running=True)), products(), DIFFERS),
        (products(product(), complete=False), products(product(), product("kesl")), SAME),
        (products(product(), product("kesl")), products(product(), complete=False), SAME),
        (products(product()), products(product(), product("kesl")), DIFFERS),
        (products(), products(), SAME),
        (products(complete=False), products(), OPEN),
        (products(product(signature_age_days=1)), products(product(signature_age_days=3)), SAME),
        (products(product(signature_age_days=20)), products(product(signature_age_days=0)), SAME),
        (products(product(signature_age_days=1)), products(product(signature_age_days=30)), DIFFERS),
        (products(product(version="1", source="wsc")), products(product(version="2", source="service")), SAME),
    ],
)
def test_products_are_compared_as_far_as_both_lists_go(before, after, result):
    assert one("protection.products", before, after) is result


def test_what_differs_is_named():
    [fact] = agreement(
        {"accounts.login": Known([{"name": "an", "admin": False}], "s")},
        {"accounts.login": Known([{"name": "an", "admin": True}], "s")},
        between=0,
    )
    assert (fact.agreement, fact.detail) == (DIFFERS, "an: admin was false, is true")
    assert '"admin": true' in fact.after


def test_every_rule_is_about_a_fact_that_exists_and_fits_its_type():
    assert FACTS.keys() >= MOVING | AGES | RISING
    assert not MOVING & (AGES | RISING)
    assert all(FACTS[name].type is ValueType.INT for name in AGES | RISING)


def test_equal_readings_of_any_fact_never_differ():
    samples = {
        ValueType.BOOL: True, ValueType.INT: 3, ValueType.DOUBLE: 1.5, ValueType.STRING: "x", ValueType.STRINGS: ["x"],
        ValueType.RECORDS: [{"name": "n", "id": "i"}],
    }  # fmt: skip
    facts = {name: Known(samples[spec.type], "s") for name, spec in FACTS.items()}
    found = agreement(facts, facts, between=0)
    assert {fact.name for fact in found} == FACTS.keys()
    assert {fact.agreement for fact in found} <= {SAME, OPEN}
    assert {fact.name for fact in found if fact.agreement is OPEN} == MOVING
