"""An agency's figures as of the day, in one canonical form: what it confirms on its slip is recognised by their SHA-256."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from secaudit.model.inventory import AgencyFile, Endpoint, EndpointKind, People
from secaudit.model.level import Classification
from secaudit.model.measurement import Tally
from secaudit.model.system import System
from secaudit.pipeline.letters.round import Round

FORM = "secaudit-phieu-1"
SHORT = 16
"""Characters of the short form."""


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines of an agency, isolated ones apart."""

    declared: int
    seen: int
    held: int
    """Something answered, and nobody is certain that it was the declared machine."""
    unseen: tuple[str, ...]
    """Ids of those nobody could see."""
    isolated: int
    register: int | None
    """By the asset register."""
    beyond: int
    """Known beyond the list."""


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """Everything that an agency's slip says in figures."""

    agency: str
    plan: str
    day: str
    submitted: bool
    targets: tuple[tuple[int, str, Tally], ...]
    """Number, id and the agency's part of each target that concerns it."""
    machines: Machines
    systems: tuple[tuple[System, Classification], ...]
    people: People | None

    def canonical(self) -> bytes:
        """The same figures always give the same bytes: keys sorted, no spaces, no names of offices or people."""
        form = {
            "form": FORM,
            "agency": self.agency,
            "plan": self.plan,
            "day": self.day,
            "submitted": self.submitted,
            "targets": [
                {"number": number, "id": name, "proven": part.proven, "disproven": part.disproven, "unknown": part.unknown}
                for number, name, part in self.targets
            ],
            "machines": {
                "declared": self.machines.declared,
                "seen": self.machines.seen,
                "held": self.machines.held,
                "unseen": list(self.machines.unseen),
                "isolated": self.machines.isolated,
                "register": self.machines.register,
                "beyond": self.machines.beyond,
            },
            "systems": [_system(system, level) for system, level in self.systems],
            "people": _people(self.people),
        }
        return orjson.dumps(form, option=orjson.OPT_SORT_KEYS)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


def figures_of(made: Round, agency: AgencyFile) -> AgencyFigures:
    """What is known of one agency on the day."""
    measured, name = made.measured, agency.agency.id
    shares = made.shares.get(name, ())
    levels = measured.levels.classifications
    return AgencyFigures(
        agency=name,
        plan=measured.plan.id,
        day=made.day.isoformat(),
        submitted=made.has_sent(agency),
        targets=tuple(
            (number, measured.plan.targets[number - 1].id, share.tally) for number, _, share in shares if share.tally.total
        ),
        # Machines beyond the list are counted in each target about machines: once is enough.
        machines=_machines(made, agency, next((share.beyond for _, kind, share in shares if kind == "endpoints"), 0)),
        systems=tuple((system, levels[system.id]) for system in made.systems.get(name, ())),
        people=agency.people,
    )


def short_form(digest: str) -> str:
    """``3f2a 9c1b 77d0 e4a1``: what stands on the slip for people to compare."""
    head = digest[:SHORT]
    return " ".join(head[at : at + 4] for at in range(0, SHORT, 4))


def _machines(made: Round, agency: AgencyFile, beyond: int) -> Machines:
    own = [one for one in agency.endpoints if one.status == "in_use"]
    counted = [one for one in own if one.kind is not EndpointKind.ISOLATED]
    seen, held = [_is_seen(made, one) for one in counted], [_is_held(made, one) for one in counted]
    register = agency.agency.asset_register
    return Machines(
        declared=len(counted),
        seen=sum(seen),
        held=sum(held),
        unseen=tuple(one.id for one, met, doubted in zip(counted, seen, held, strict=True) if not met and not doubted),
        isolated=len(own) - len(counted),
        register=register.computers if register is not None else None,
        beyond=beyond,
    )


def _is_seen(made: Round, endpoint: Endpoint) -> bool:
    state = made.measured.states.get(endpoint.id)
    return state is not None and state.evidence is not None


def _is_held(made: Round, endpoint: Endpoint) -> bool:
    state = made.measured.states.get(endpoint.id)
    return state is not None and state.evidence is None and state.doubt is not None


def _system(system: System, level: Classification) -> Mapping[str, object]:
    dossier, plan = system.dossier, system.plan
    return {
        "id": system.id,
        "lowest": level.lowest,
        "highest": level.highest,
        "dossier": dossier.status.value if dossier is not None and dossier.status is not None else None,
        "declared": dossier.level if dossier is not None else None,
        "plan": plan.status if plan is not None else None,
    }


def _people(people: People | None) -> Mapping[str, int | None]:
    names = ("heads", "heads_briefed", "staff", "staff_briefed", "staff_trained")
    return {name: getattr(people, name) if people is not None else None for name in names}
