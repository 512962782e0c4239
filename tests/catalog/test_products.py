"""Products of the catalogue: what their traces prove, what they do not, and the cases that show it."""

import re

import pytest

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.facts.product_cases import run_product_cases
from secaudit.judge import Judge
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge, ProductCase
from secaudit.pipeline.proof import prove_catalog
from secaudit.report.products import KINDS, MEANINGS, STATUSES
from secaudit.resources import data_folder

CATALOG = load_catalog(data_folder("checks"))
PRODUCTS = CATALOG.knowledge.products
README = (data_folder("checks") / "products" / "README.md").read_text(encoding="utf-8")
FILE = "products/good.yaml"
OF_WINDOWS = ("ms-defender-av", "ms-defender-endpoint")
"""Every Windows brings them: a stopped service of theirs is no installation."""
on_windows = pytest.mark.parametrize("product", [p for p in PRODUCTS if p.windows.services], ids=lambda product: product.id)
on_linux = pytest.mark.parametrize(
    "product", [p for p in PRODUCTS if p.linux.units or p.linux.packages], ids=lambda product: product.id
)


def name(pattern: str) -> str:
    """A name that a pattern stands for."""
    return pattern.replace("*", "X1")


def found(product, system, **traces):
    """What a case with these traces gives, with the whole catalogue beside the product."""
    case = ProductCase.model_validate({system: traces, "found": "running"})
    others = [one.model_copy(update={"cases": (case,) if one.id == product.id else ()}) for one in PRODUCTS]
    (result,) = run_product_cases(Knowledge(products=tuple(others)))
    return result.got


def test_every_shipped_case_comes_out_as_stated():
    results = run_product_cases(CATALOG.knowledge)
    assert len(results) >= 20
    assert [result for result in results if not result.ok] == []
    assert set(results) <= set(prove_catalog(CATALOG))


def test_products_of_vietnam_are_there_with_cases_and_their_status():
    statuses = {product.id: product.status for product in PRODUCTS if product.country == "VN"}
    assert statuses == {
        "bkav": "partial", "cmc-antivirus": "partial", "cmc-endpoint": "partial",
        "viettel-vcs": "unconfirmed", "vnpt-smartir": "unconfirmed", "fpt-eagleeye": "unconfirmed",
    }  # fmt: skip
    assert all(product.cases for product in PRODUCTS if product.id in statuses)


@on_windows
def test_a_service_by_name_without_a_running_process_is_installed_not_running(product):
    service = {name(product.windows.services[0]): "stopped"}
    assert found(product, "windows", services=service) == ("nothing" if product.id in OF_WINDOWS else "installed")


@on_windows
def test_a_running_service_runs_where_nothing_speaks_against_it(product):
    service = {name(product.windows.services[0]): "running"}
    listed = {name(product.windows.wsc_names[0]): "on"} if product.windows.wsc_names else {}
    assert found(product, "windows", services=service, wsc=listed) == "running"


@on_linux
def test_an_installed_package_or_unit_that_does_not_run_is_installed(product):
    packages = [name(pattern) for pattern in product.linux.packages[:1]]
    units = {name(pattern): "stopped" for pattern in product.linux.units[:1]}
    assert found(product, "linux", packages=packages, units=units) == "installed"


@on_linux
def test_nothing_is_found_on_a_machine_without_traces(product):
    assert found(product, "linux", packages=["bash"], units={"cron": "running"}, processes=["cron"]) == "nothing"
    assert found(product, "windows", services={"Spooler": "running"}, processes=["spoolsv.exe"]) == "nothing"


@pytest.mark.parametrize("product", [p for p in PRODUCTS if p.kind == "management"], ids=lambda product: product.id)
def test_a_management_agent_alone_is_no_protection(product):
    rows = [{"id": product.id, "name": product.name, "kind": product.kind, "running": True, "realtime": False}]
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | {"protection.products": Known(rows, "s")}
    machine = Endpoint.model_validate({"id": "m", "kind": "server"})
    court = Judge(CATALOG.checks[check] for check in ("protection.installed", "protection.active", "protection.managed"))
    assert {finding.verdict for finding in court.judge(machine, facts)} == {Verdict.FAIL}


@pytest.mark.parametrize("product", [p for p in PRODUCTS if p.status == "unconfirmed"], ids=lambda product: product.id)
def test_what_a_guess_finds_is_shown_and_proves_nothing(product, unconfirmed_row):
    row = unconfirmed_row(product)
    assert row["id"] == product.id and row["running"] is True and "kind" not in row
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | {"protection.products": Known([row], "s")}
    machine = Endpoint.model_validate({"id": "m", "kind": "server"})
    court = Judge(CATALOG.checks[check] for check in ("protection.installed", "protection.active", "protection.edr"))
    for finding in court.judge(machine, facts, level=3):
        assert finding.verdict is Verdict.UNKNOWN
        assert "protection.products[].kind" in {fact.name for fact in finding.missing}


@pytest.fixture(name="unconfirmed_row")
def read_row():
    """The record that the parser makes of a running Linux agent."""
    from secaudit.facts import product_cases

    def read(product):
        traces = {"packages": [name(product.linux.packages[0])], "units": {name(product.linux.units[0]): "running"}}
        fact = product_cases._read(CATALOG.knowledge, ProductCase.model_validate({"linux": traces, "found": "running"}))
        (row,) = fact.value
        return row

    return read


def test_windows_itself_vouches_for_a_product_the_catalogue_only_guesses():
    from secaudit.facts import product_cases

    case = ProductCase.model_validate({"windows": {"wsc": {"Viettel Endpoint": "on"}}, "found": "running"})
    (row,) = product_cases._read(CATALOG.knowledge, case).value
    assert (row["id"], row["kind"]) == ("viettel-vcs", "edr")


@pytest.fixture(name="with_cases")
def write_cases(write, good):
    def _write(cases):
        return write(
            {
                FILE: good[FILE].replace(
                    "    windows: {services: [GoodSvc]", f"    cases: {cases}\n    windows: {{services: [GoodSvc]"
                )
            }
        )

    return _write


def test_a_case_that_does_not_come_out_is_told_with_what_was_found_instead(with_cases):
    folder = with_cases("[{windows: {services: {GoodSvc: stopped, Other: running}}, found: running}]")
    assert lint_catalog(folder) == []
    (result,) = run_product_cases(load_catalog(folder).knowledge)
    assert (result.subject, result.expected, result.got, result.ok) == ("good-av", "running", "installed", False)


def test_other_products_of_the_same_traces_are_named(write, good):
    text = good[FILE].replace(
        "    windows: {services: [GoodSvc]",
        "    cases: [{windows: {services: {GoodSvc: stopped}}, found: nothing}]\n    windows: {services: [GoodSvc]",
    )
    twin = "  - {id: twin-av, vendor: T, name: T, kind: av, status: confirmed, windows: {services: ['GoodS*']}}\n"
    (result,) = run_product_cases(load_catalog(write({FILE: text + twin})).knowledge)
    assert (result.got, result.detail) == ("installed", "twin-av: installed")


@pytest.mark.parametrize(
    ("cases", "field"),
    [
        ("[{found: running}]", "products[0].cases[0]"),
        ("[{windows: {processes: [a]}, linux: {processes: [a]}, found: running}]", "products[0].cases[0]"),
        ("[{windows: {services: {GoodSvc: started}}, found: running}]", "products[0].cases[0].windows.services.GoodSvc"),
        ("[{windows: {wsc: {Good: enabled}}, found: running}]", "products[0].cases[0].windows.wsc.Good"),
        ("[{windows: {service: {GoodSvc: running}}, found: running}]", "products[0].cases[0].windows.service"),
        ("[{linux: {units: {good: running}}, found: active}]", "products[0].cases[0].found"),
        ("[{linux: {units: {good: running}}}]", "products[0].cases[0].found"),
    ],
)
def test_a_case_that_says_nothing_is_refused_with_its_place(with_cases, cases, field):
    (problem,) = lint_catalog(with_cases(cases))
    assert problem.field == field and problem.line


def test_the_example_of_the_readme_is_a_working_record(write):
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith("products:")]
    folder = write({FILE: example})
    assert lint_catalog(folder) == []
    results = run_product_cases(load_catalog(folder).knowledge)
    assert len(results) == 4 and all(result.ok for result in results)


def test_every_kind_and_status_has_a_word():
    assert set(KINDS) == {product.kind for product in PRODUCTS} and set(STATUSES) == set(MEANINGS)
    assert set(STATUSES) == {product.status for product in PRODUCTS}
