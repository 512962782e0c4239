"""The part of the store for what was looked for on purpose: searches of networks for undeclared machines, and re-checks."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from secaudit.model.discovery import AgencyFound, HostFound, Search, SetAside
from secaudit.model.recheck import Draw, MachineRecheck, RecheckReport
from secaudit.store import discovery, rechecks, searches, set_asides
from secaudit.store.database import Database
from secaudit.store.discovery import UndeclaredMachine


class Fieldwork(ABC):
    """What :class:`~secaudit.store.store.Store` offers of it."""

    _database: Database

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """The store's way of reading."""

    # Discovery

    def save_discovery(
        self, at: datetime, agencies: Iterable[str], machines: Sequence[UndeclaredMachine], *, run: int | None = None
    ) -> None:
        """Record a sweep: every agency whose networks were swept, and the undeclared machines that answered there."""
        with self._database.write() as connection:
            discovery.save(connection, run, at, agencies, machines)

    def undeclared(self, as_of: datetime) -> tuple[UndeclaredMachine, ...]:
        """Undeclared machines after the newest sweep of each agency up to ``as_of``."""
        with self._reading() as connection:
            return discovery.undeclared(connection, as_of)

    def swept(self, as_of: datetime) -> frozenset[str]:
        """Agencies whose networks were searched for undeclared machines at least once up to ``as_of``."""
        with self._reading() as connection:
            return discovery.swept(connection, as_of)

    def begin_search(self, search: Search) -> Search:
        """Open a search of networks; its number is given here."""
        with self._database.write() as connection:
            return searches.begin(connection, search)

    def take_up_search(self, number: int, run: int) -> None:
        """An interrupted search goes on in ``run``."""
        with self._database.write() as connection:
            searches.take_up(connection, number, run)

    def save_part(self, search: int, network: str, hosts: Sequence[HostFound], at: datetime, *, agency: str) -> None:
        """Keep what one network of a search gave, in one transaction; on the disk when this returns."""
        with self._database.write() as connection:
            searches.save_part(connection, search, agency, network, hosts, at)

    def finish_search(self, number: int, at: datetime) -> Search:
        """Every network of the search is done: it can no longer be taken up."""
        with self._database.write() as connection:
            searches.finish(connection, number, at)
            return searches.find(connection, number)

    def search(self, number: int) -> Search:
        """One search; StoreError when there is none with this number."""
        with self._reading() as connection:
            return searches.find(connection, number)

    def searches(self) -> list[Search]:
        """All searches, oldest first."""
        with self._reading() as connection:
            return searches.searches(connection)

    def open_search(self, wanted: Search, since: datetime) -> Search | None:
        """The newest unfinished search of the same networks in the same way, when it was last at work since ``since``."""
        with self._reading() as connection:
            return searches.open_like(connection, wanted, since)

    def newest_hosts(self, as_of: datetime) -> dict[str, AgencyFound]:
        """Agency -> what the newest search of each of its addresses found; agencies never searched are left out."""
        with self._reading() as connection:
            return searches.newest_hosts(connection, as_of)

    def first_found(self, as_of: datetime) -> dict[tuple[str, str], datetime]:
        """Agency and address -> when a search first found something there."""
        with self._reading() as connection:
            return searches.first_found(connection, as_of)

    # What people say of found machines

    def set_aside(self, words: Sequence[SetAside]) -> None:
        """A person says what these addresses are, and why they are no endpoints; on the disk when this returns."""
        with self._database.write() as connection:
            set_asides.save(connection, words)

    def set_asides(self, as_of: datetime) -> dict[tuple[str, str], SetAside]:
        """Agency and address -> the newest word about it."""
        with self._reading() as connection:
            return set_asides.newest(connection, as_of)

    def confirmed_keys(self, as_of: datetime | None = None) -> dict[str, str]:
        """Endpoint -> fingerprint of the confirmed host key that it showed newest over SSH, up to ``as_of`` or ever."""
        with self._reading() as connection:
            return set_asides.confirmed_keys(connection, as_of)

    # Re-checks

    def save_draw(self, draw: Draw) -> None:
        """Keep how a sample was drawn, before anybody is asked; the run must name its digest in its scope."""
        with self._database.write() as connection:
            rechecks.save_draw(connection, draw)

    def save_recheck(self, run: int, machines: Sequence[MachineRecheck]) -> None:
        """Keep what came of every machine drawn for ``run``, in one transaction."""
        with self._database.write() as connection:
            rechecks.save_results(connection, run, machines)

    def recheck(self, run: int) -> RecheckReport | None:
        """The draw of a run and what came of it; None when the run was no re-check."""
        with self._reading() as connection:
            return rechecks.report(connection, run)

    def newest_recheck(self, as_of: datetime) -> RecheckReport | None:
        """The newest re-check up to ``as_of`` that came to its end."""
        with self._reading() as connection:
            run = rechecks.newest(connection, as_of)
            return None if run is None else rechecks.report(connection, run)
