"""What the start page knows: how far the work is, by what is cheap to count, and what comes next.

Nothing is judged here: the page must answer at once for 900 agencies. Figures are those of the newest state that a report or a
judging wrote down, with its day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from secaudit.catalog.own_plans import PLANS_FOLDER
from secaudit.errors import InventoryError, SecauditError
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.past import PastState
from secaudit.model.period import Period, newest_first, statutory, statutory_year
from secaudit.model.plan import Plan
from secaudit.pipeline.inventory_status import InventoryStatus, Standing, agency_files, inventory_status
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.summary_cache import CACHE_FILE
from secaudit.source import scan_yaml, validate
from secaudit.store import Store

FRESH = timedelta(days=30)
"""Evidence of the last days that the page counts; the plan decides what counts for a figure."""
MOST_READ = 150
"""Agency files that may be read for this page; more take longer than anybody waits for a greeting."""
SOON = 7
"""Days before the end of a period from which on its closing comes first."""
MOST_STEPS = 5


@dataclass(frozen=True)
class Places:
    """What was found where the command was given."""

    inventory: Path | None = None
    inventories: tuple[Path, ...] = ()
    """Of several under ``inventories/`` none is meant: somebody has to choose."""
    workspace: Path = Path("workspace")
    checks: Path = Path("checks")
    demo: Path | None = None
    """Report of the demo, where it was run here."""
    sample: bool = False
    """The inventory is the sample province."""
    letters: bool = False
    """``period letters`` is there."""


@dataclass(frozen=True)
class Gathered:
    """What the store tells without judging anything."""

    periods: tuple[Period, ...] = ()
    runs: int = 0
    newest: datetime | None = None
    """When evidence was gathered last."""
    seen: int = 0
    """Machines seen within the last days."""
    handed: int = 0
    """Agencies that were given a collector."""
    answered: int = 0
    """Of these: agencies that sent answers."""
    state: PastState | None = None
    """The newest written down."""


@dataclass(frozen=True)
class Situation:
    """Everything the start page shows."""

    now: datetime
    places: Places
    agencies: InventoryStatus | None = None
    """None where there is no inventory, it cannot be used, or reading it would take too long."""
    files: int = 0
    """Agency files."""
    broken: bool = False
    """``province.yaml`` cannot be used."""
    gathered: Gathered | None = None
    """None where nothing was ever gathered."""
    damaged: SecauditError | None = None
    """Why the store cannot be read."""
    plan: Plan | None = None
    reported: datetime | None = None
    """When the report of the workspace was written."""

    @property
    def day(self) -> date:
        """Today in Việt Nam."""
        return day_in_vietnam(self.now)

    @property
    def period(self) -> Period | None:
        """The open period, else the one that was closed last."""
        known = newest_first(self.gathered.periods) if self.gathered is not None else []
        return known[0] if known else None

    @property
    def span(self) -> tuple[date, date]:
        """First and last day of the open period, else of the statutory one."""
        period = self.period
        if period is not None and period.closing is None:
            return period.first, period.last
        return statutory(statutory_year(self.day))

    def count(self, *standings: Standing) -> int:
        """Agencies that stand so."""
        return sum(self.agencies.standings.get(one, 0) for one in standings) if self.agencies is not None else 0


def look_around(places: Places, store: Store | None, now: datetime, *, damaged: SecauditError | None = None) -> Situation:
    """See what there is; never raises for what people wrote wrongly."""
    gathered = None if store is None else _gathered(store, now)
    situation = Situation(now, places, gathered=gathered, damaged=damaged, reported=_reported(places.workspace))
    plan = _plan(places, _plan_id(situation))
    agencies, files, broken = None, 0, False
    if places.inventory is not None:
        try:
            agencies, files = _agencies(places, store, now)
        except InventoryError:
            broken = True
    return Situation(
        now, places, agencies, files, broken, gathered, damaged, plan=plan, reported=situation.reported
    )  # fmt: skip


def _gathered(store: Store, now: datetime) -> Gathered:
    runs = store.runs()
    couriers = store.couriers.all()
    answered = {receipt.courier for receipt in store.couriers.receipts()}
    periods = tuple(store.periods.all())
    open_plan = next((one.plan for one in newest_first(periods)), DEFAULT_PLAN)
    states, _ = store.states.of_plan(open_plan)
    return Gathered(
        periods=periods,
        runs=len(runs),
        newest=max((run.finished_at or run.started_at for run in runs), default=None),
        seen=store.seen_since(now - FRESH),
        handed=len({courier.agency for courier in couriers}),
        answered=len({courier.agency for courier in couriers if courier.id in answered}),
        state=states[-1] if states else None,
    )


def _plan_id(situation: Situation) -> str:
    state = situation.gathered.state if situation.gathered is not None else None
    return state.plan if state is not None else DEFAULT_PLAN


def _plan(places: Places, name: str) -> Plan | None:
    """The plan alone, without the catalog around it; None when it cannot be read, which other commands then explain."""
    if Path(name).name != name:
        return None
    for folder in (places.workspace / PLANS_FOLDER, places.checks / "plans"):
        path = folder / f"{name}.yaml"
        if path.is_file():
            file, problems = scan_yaml(path)
            return None if file is None or problems else validate(file, Plan)[0]
    return None


def _agencies(places: Places, store: Store | None, now: datetime) -> tuple[InventoryStatus | None, int]:
    folder = places.inventory or Path()
    cache = places.workspace / CACHE_FILE
    files = agency_files(folder, cache)
    if files.unread > MOST_READ:
        return None, len(files.digests)
    received = store.submissions.all(now) if store is not None else ()
    return inventory_status(folder, as_of=now, cache=cache, submissions=received, files=files), len(files.digests)


def _reported(workspace: Path) -> datetime | None:
    times = []
    for path in (workspace / "report" / "index.html", workspace / "report.html"):
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue
    return datetime.fromtimestamp(max(times)).astimezone() if times else None


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do, and what is typed for it. Capitals are to be filled in."""

    why: Message
    command: str


def next_steps(situation: Situation) -> tuple[NextStep, ...]:
    """At most five, the most urgent first."""
    places = situation.places
    if places.inventory is None:
        return _beginning(places)
    found: list[NextStep] = []
    if situation.broken or situation.count(Standing.UNREADABLE):
        why = msg("The inventory has mistakes: see all of them at once, file and line")
        found.append(NextStep(why, f"secaudit inventory validate {_quoted(places.inventory)}"))
    if situation.damaged is not None:
        found.append(NextStep(msg("The store cannot be read ({why}): see what is wrong", why=situation.damaged.message),
                              "secaudit verify"))  # fmt: skip
    if situation.broken or situation.damaged is not None:
        return tuple(found)
    if not situation.files:
        return (*found, *_FIRST_AGENCY)
    if places.sample and situation.gathered is None:
        found += _of_practice(places)
    found += [*_of_period(situation), *_of_lists(situation), *_of_evidence(situation), *_of_report(situation)]
    return tuple(found[:MOST_STEPS])


def _beginning(places: Places) -> tuple[NextStep, ...]:
    if places.inventories:
        why = msg("Several inventories lie here: say which one is meant")
        return tuple(NextStep(why, f"cd {_quoted(path)} && secaudit") for path in places.inventories[:MOST_STEPS])
    return (
        NextStep(msg("Begin an inventory here: this one line about the province is enough"), FIRST_PROVINCE),
        *_FIRST_AGENCY,
        NextStep(msg("There is an inventory elsewhere? Go to its folder (it holds province.yaml)"), "cd FOLDER && secaudit"),
    )


FIRST_PROVINCE = 'mkdir agencies && echo "province: {id: tinh, name: Tinh, owner: UBND tinh}" > province.yaml'
FIRST_AGENCY = 'echo "agency: {id: so-a, name: So A, tier: province}" > agencies/so-a.yaml'
_FIRST_AGENCY = (
    NextStep(msg("A file for each agency: its id, its name, its tier (province or commune)"), FIRST_AGENCY),
    NextStep(msg("Then the workbooks that the agencies fill in"), "secaudit inventory template --all"),
)


def _of_practice(places: Places) -> list[NextStep]:
    """Only where the sample province lies."""
    if places.demo is not None:
        return [NextStep(msg("The demo was run here: look at its report"), str(places.demo))]
    return [NextStep(msg("See the whole job on the sample province, on this machine alone"), "secaudit demo")]


def _of_period(situation: Situation) -> list[NextStep]:
    period, day = situation.period, situation.day
    if period is None:
        return [NextStep(msg("Open the reporting period"), "secaudit period open")]
    if period.closing is not None:
        if day <= period.last:
            return [NextStep(msg("Period {name} is closed: print its report", name=period.name),
                             f"secaudit report --period {period.name}")]  # fmt: skip
        return [
            NextStep(msg("Period {name} is closed: open the next one", name=period.name), "secaudit period open"),
            NextStep(msg("Write the annual report of what was closed"), f"secaudit period annual --period {period.name}"),
        ]
    left = (period.last - day).days
    if left < 0:
        return [NextStep(msg("The last day of period {name} is over: close it", name=period.name),
                         f"secaudit period close {period.name}")]  # fmt: skip
    if left > SOON:
        return []
    said = msg("Period {name} closes in {days} days: see what is still open", name=period.name, days=left)
    steps = [NextStep(said, "secaudit period status")]
    if situation.places.letters:
        steps.append(NextStep(msg("Remind the agencies"), "secaudit period letters"))
    return steps


def _of_lists(situation: Situation) -> list[NextStep]:
    returned = situation.count(Standing.RETURNED)
    silent = situation.count(Standing.NOTHING, Standing.NO_FILE)
    steps = []
    if returned:
        why = msg("{count} lists were sent back with marked cells: see whom to call", count=returned)
        steps.append(NextStep(why, "secaudit inventory status"))
    elif silent:
        why = msg("{count} agencies have sent nothing: see whom to call", count=silent)
        steps.append(NextStep(why, "secaudit inventory status"))
    elif situation.agencies is None and situation.files:
        steps.append(NextStep(msg("See who has sent what"), "secaudit inventory status"))
    return steps


def _of_evidence(situation: Situation) -> list[NextStep]:
    gathered = situation.gathered or Gathered()
    if not gathered.runs:
        return [
            NextStep(msg("No machine was looked at yet. One export of the antivirus console speaks for thousands"),
                     "secaudit evidence import FILE --source ksc"),
            NextStep(msg("A collector for an agency that nothing else reaches"),
                     "secaudit courier make --agency ID --via document"),
            NextStep(msg("Look at servers directly: what would be sent comes first"), "secaudit scan --preview"),
        ]  # fmt: skip
    steps = []
    if gathered.newest is not None and situation.now - gathered.newest > FRESH:
        days = (situation.now - gathered.newest).days
        steps.append(NextStep(msg("The newest evidence is {days} days old: gather again", days=days), "secaudit scan"))
    if gathered.handed > gathered.answered:
        waiting = gathered.handed - gathered.answered
        why = msg("{count} agencies were given a collector and have not answered", count=waiting)
        steps.append(NextStep(why, "secaudit courier status"))
    return steps


def _of_report(situation: Situation) -> list[NextStep]:
    gathered = situation.gathered
    if gathered is None or gathered.newest is None:
        return []
    steps = []
    if situation.reported is None:
        steps.append(NextStep(msg("Write the first report"), "secaudit report"))
    elif situation.reported < gathered.newest:
        steps.append(NextStep(msg("There is evidence that the report does not have yet: write it anew"), "secaudit report"))
    steps.append(NextStep(msg("What raises the plan most within ten visits"), "secaudit worklist --visits 10"))
    steps.append(NextStep(msg("Which way for which agencies"), "secaudit period plan"))
    return steps


def _quoted(path: Path) -> str:
    text = str(path)
    return text if all(char.isalnum() or char in "/._-:\\" for char in text) else f'"{text}"'
