"""Addresses of the lists of a folder: checks, reasons why something is not known, approvals, changes."""

from collections import Counter

from figure_count import Province

from secaudit.measure.changes import changes
from secaudit.model.decision import DueState
from secaudit.model.finding import Verdict
from secaudit.model.measurement import EndpointState
from secaudit.model.past import PastState
from secaudit.model.system import DossierStatus
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.history import state_of


class Lists:
    """Counted from the states of machines, one finding after the other."""

    def __init__(self, province: Province, before: PastState) -> None:
        self.province = province
        self.before = before

    def _seen(self, agency: str | None = None) -> list[EndpointState]:
        states = [self.province.measured.states[one.id] for one in self.province.machines(agency)]
        return [state for state in states if state.evidence is not None]

    def check(self, name: str, what: str, agency: str | None = None) -> int:
        """Machines that were seen and have this verdict."""
        findings = [one for state in self._seen(agency) for one in state.findings if one.check == name]
        return sum(one.verdict == Verdict(what) for one in findings)

    def blind(self, place: str, what: str) -> int:
        """What could not be read on machines that were seen: machines, or answers that stay open for it."""
        reason, _, fact = place.partition("/f:")
        found = [
            (state.endpoint, one.check, missing.name)
            for state in self._seen()
            for one in state.findings
            if one.verdict is Verdict.UNKNOWN
            for missing in one.missing
            if missing.reason == reason and fact in ("", missing.name)
        ]
        return len({endpoint for endpoint, _, _ in found} if what == "machines" else {pair[:2] for pair in found})

    def unseen(self, kind: str, agency: str | None = None) -> int:
        """Machines nobody has seen, by class."""
        states = [self.province.measured.states[one.id] for one in self.province.machines(agency) if one.kind != "isolated"]
        absent = [one for one in states if one.evidence is None and one.doubt is None]
        return sum(one.stale if kind == "stale" else not one.stale and one.last_attempt == kind for one in absent)

    def approvals(self, systems: list[str], what: str) -> int:
        """Systems in use by how their approval stands."""
        known = {system.id: system for _, system in self.province.systems()}
        used = [known[name] for name in systems if known[name].status != "stopped"]
        if what == "operating":
            return len(used)
        if what == "approved":
            return sum(one.dossier is not None and one.dossier.status is DossierStatus.APPROVED for one in used)
        found = chains(self.province.measured.province, self.province.measured.levels, self.province.day).chains
        chain = dict(found)
        limits = [[*chain[one.id].limits, *chain[one.id].owed] for one in used if one.id in chain]
        return sum(any(limit.state is DueState(what) for limit in rows) for rows in limits)

    def changed(self, turn: str, agency: str | None = None) -> int:
        """Machines that are not as they were at the newest earlier state."""
        now = state_of(self.province.measured)
        names = list({*self.before.machines, *now.machines})
        was, held = self.before.machines, now.machines
        sight = {
            "appeared": [one for one in names if one not in was],
            "vanished": [one for one in names if one not in held],
            "known": [one for one in names if one in was and one in held and held[one].seen and not was[one].seen],
            "unknown": [one for one in names if one in was and one in held and was[one].seen and not held[one].seen],
        }
        if turn in sight:
            owners = Counter((held.get(one) or was[one]).agency for one in sight[turn])
        else:
            owners = Counter(one.agency for one in changes(self.before, now) if one.turn == turn)
        return owners.total() if agency is None else owners[agency]
