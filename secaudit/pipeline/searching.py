"""One search of networks: part by part, each kept before the next begins, so that it can be stopped and taken up again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network

from secaudit.discover.devices import host_found
from secaudit.discover.sighting import Looker
from secaudit.errors import SecauditError
from secaudit.messages import Message
from secaudit.model.discovery import HostFound, Search
from secaudit.model.outcome import Run, Way
from secaudit.pipeline.search_plan import SearchPlan
from secaudit.store import Store

TAKE_UP = timedelta(days=2)
"""An unfinished search that rested for longer is begun anew: what it found would be of another day than the rest."""
_GIVE_UP = 3
"""So many networks in a row that could not be looked at mean that the tool does not work, and not that the networks differ."""

Identify = Callable[[Sequence[HostFound]], Sequence[HostFound]]
"""Adds to hosts by what they are known again."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Failure:
    """A network that could not be looked at; it stays open and is tried again next time."""

    agency: str
    network: str
    message: Message


@dataclass(frozen=True)
class SearchResult:
    """How a search ended, for now."""

    search: Search
    run: Run
    taken_up: int
    """Networks that an interrupted search had done already."""
    failures: tuple[Failure, ...]
    notes: tuple[Message, ...]

    @property
    def interrupted(self) -> bool:
        """It was stopped; the same command goes on with the rest."""
        return self.run.status == "interrupted"


def search_networks(
    store: Store,
    plan: SearchPlan,
    looker: Looker,
    *,
    who: str,
    clock: Callable[[], datetime],
    again: bool = False,
    inventory_digest: str = "",
    identify: Identify = tuple,
    progress: Progress = lambda _done, _total: None,
) -> SearchResult:
    """Look at every part of ``plan``; what an interrupted search of the same networks has done is not done again.

    ``again`` begins anew. Ctrl-C ends the search with what is done; a failing store or tool ends it with its error.
    """
    started = clock()
    wanted = _wanted(plan, looker, who, started)
    earlier = None if again else store.open_search(wanted, started - TAKE_UP)
    run = store.begin_run(
        started_at=started, who=who, way=Way.SEARCH, scope=_words(plan, wanted), inventory_digest=inventory_digest
    )
    if earlier is None:
        search = store.begin_search(replace(wanted, run=run.number))
    else:
        store.take_up_search(earlier.number, run.number)
        search = replace(earlier, run=run.number)
    status = "finished"
    notes: list[Message] = []
    failures: list[Failure] = []
    try:
        _look_at_all(store, search, looker, clock, identify, progress, notes, failures)
    except KeyboardInterrupt:
        status = "interrupted"
    except SecauditError:
        store.end_run(run.number, "failed", clock())
        raise
    search = store.search(search.number)
    if not search.left:
        search = store.finish_search(search.number, clock())
    run = store.end_run(run.number, status, clock())
    return SearchResult(search, run, len(earlier.done) if earlier else 0, tuple(failures), tuple(notes))


def _look_at_all(
    store: Store,
    search: Search,
    looker: Looker,
    clock: Callable[[], datetime],
    identify: Identify,
    progress: Progress,
    notes: list[Message],
    failures: list[Failure],
) -> None:
    in_a_row, broken = 0, None
    for done, (agency, network) in enumerate(search.left, start=len(search.done)):
        progress(done, len(search.networks))
        try:
            look = looker.look(ip_network(network), search.ports)
        except SecauditError as error:
            in_a_row, broken = in_a_row + 1, error
            if in_a_row >= _GIVE_UP:
                break
            failures.append(Failure(agency, network, error.message))
            continue
        in_a_row, at = 0, clock()
        hosts = identify([host_found(seen, agency, at) for seen in look.sightings])
        store.save_part(search.number, network, hosts, at, agency=agency)
        notes += look.notes
    if broken is not None and (in_a_row >= _GIVE_UP or len(failures) == len(search.left)):
        raise broken
    progress(len(search.networks), len(search.networks))


def _wanted(plan: SearchPlan, looker: Looker, who: str, started: datetime) -> Search:
    return Search(
        number=0,
        run=None,
        started_at=started,
        finished_at=None,
        who=who,
        method=looker.method,
        networks=tuple(str(part.network) for part in plan.parts),
        done=(),
        agencies=tuple(sorted({part.agency for part in plan.parts if part.agency})),
        ports=plan.ports,
        outside=plan.outside,
        owners=tuple(part.agency for part in plan.parts),
    )


def _words(plan: SearchPlan, wanted: Search) -> str:
    """The scope as the run keeps it: names while they are few."""
    parts = ["search", f"networks={len(plan.parts)}", f"agencies={len(wanted.agencies)}"]
    if len(wanted.agencies) <= 5:
        parts += [f"agency={name}" for name in wanted.agencies]
    if plan.outside:
        parts.append("outside=yes")
    return ", ".join(parts)
