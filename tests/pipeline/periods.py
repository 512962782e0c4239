"""A tiny province with evidence of two machines, and how its period is closed; run as a script it kills closings half way."""

import os
import shutil
import signal
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from secaudit.errors import SecauditError
from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.period import Period
from secaudit.pipeline import closing
from secaudit.pipeline.closing import Closed, Order, close_period
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.probe import frame
from secaudit.store import Store

OPENED = datetime(2026, 1, 5, 2, tzinfo=UTC)
SEEN = datetime(2026, 12, 10, 3, tzinfo=UTC)
AFTERWARDS = datetime(2026, 12, 16, 3, tzinfo=UTC)
NAME = "2026"
NONCE = "0" * 32
CHECKS = Path(__file__).parent.parent.parent / "checks"


def write_province(folder: Path) -> None:
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "xa-a.yaml").write_text(
        "agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}\n"
        "people: {heads: 2, heads_briefed: 2, staff: 10, staff_briefed: 10, staff_trained: 9, as_of: 2026-11-01,"
        " evidence: [BC 1]}\n"
        "systems:\n"
        "  - {id: web, name: Trang tin, kind: internal, information: [public],\n"
        "     dossier: {status: approved, level: 1, decision: {number: 1/QĐ, date: 2026-03-02}}, plan: {status: full}}\n"
        "endpoints:\n"
        "  - {id: pc-1, kind: workstation, os: windows}\n"
        "  - {id: pc-2, kind: workstation, os: windows}\n"
        "  - {id: pc-3, kind: workstation, os: windows}\n",
        encoding="utf-8",
    )
    (folder / "agencies" / "xa-b.yaml").write_text(
        "agency: {id: xa-b, name: UBND xã B, tier: commune}\nendpoints:\n  - {id: pc-b, kind: workstation, os: windows}\n",
        encoding="utf-8",
    )


def see(store: Store, answers: dict[str, str], *, seen: datetime, began: datetime, inventory: Path) -> None:
    """One run over SSH in which machines give answers that the lab knows."""
    catalog = load_province(inventory, CHECKS, None).catalog
    run = store.begin_run(started_at=began, who="test", way=Way.SSH, scope="all", catalog_digest=catalog.digest)
    for endpoint, name in answers.items():
        capture = frame(platform_of(name), NONCE, render_answer(name, NONCE, int(seen.timestamp())))
        facts = parse_facts(capture, catalog.knowledge, seen)
        outcome = Outcome(endpoint, Way.SSH, Grade.A, Sight.SEEN, seen, seen, capture=capture, facts=facts)
        store.keep(run.number, [outcome])
    store.end_run(run.number, "finished", began)


def make_world(folder: Path) -> None:
    """Inventory, catalog and a workspace whose period is open; two of four machines were seen."""
    write_province(folder / "inventory")
    shutil.copytree(CHECKS, folder / "checks")
    with Store.open(folder / "workspace" / "store.sqlite") as store:
        answers = {"pc-1": "win10-22h2-kaspersky", "pc-2": "win10-22h2-unprotected"}
        see(store, answers, seen=SEEN, began=SEEN - timedelta(hours=1), inventory=folder / "inventory")
        store.periods.begin(Period(NAME, DEFAULT_PLAN, date(2025, 12, 15), date(2026, 12, 14), OPENED, "officer"))


def order(folder: Path, store: Store, **more: object) -> Order:
    period = store.periods.find(NAME)
    values: dict[str, object] = {"moment": period.end.astimezone(UTC), "now": AFTERWARDS, "who": "officer", "accept_open": True}
    return Order(period, folder / "inventory", folder / "checks", folder / "workspace", **(values | more))  # type: ignore[arg-type]


def close(folder: Path, **more: object) -> Closed:
    with Store.open(folder / "workspace" / "store.sqlite") as store:
        return close_period(store, order(folder, store, **more))


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed_at(folder: Path, step: str) -> None:
    """Close in a child process that dies without a word when it comes to ``step``."""
    child = os.fork()
    if child == 0:
        if step == "row":
            closing.Closing = _die  # type: ignore[misc,assignment]
        elif step == "size":
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
        else:
            setattr(closing, step, _die)
        with suppress(SecauditError):
            close(folder)
            os._exit(0)
        os._exit(6)
    _, status = os.waitpid(child, 0)
    sys.stdout.write(f"{step} {-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for name in sys.argv[2:]:
        _killed_at(Path(sys.argv[1]), name)
