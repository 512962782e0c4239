"""Answers -> which machine each is about, and the evidence it becomes. Whole or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from secaudit.facts import parse_facts
from secaudit.intake.answers import BombError, MalformedError, unpack_body
from secaudit.intake.matching import match, newcomer_id
from secaudit.intake.opening import refuse
from secaudit.messages import Message, clean, msg
from secaudit.model.capture import Capture
from secaudit.model.courier import ANSWER_LIMIT, Answer, AnswerProblem, Receipt, Refused, Skipped
from secaudit.model.fact import FactSet, Known
from secaudit.model.identity import Identity
from secaudit.model.intake import Candidate, IntakeFile, Match, MatchKind, Newcomer, Sighting
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.probe import FrameError, frame

SOURCE = "courier"
_SYSTEMS = {"windows": "windows", "posix": "linux"}
_AGAIN = msg("run the collector on that machine again and let it come to its end")


@dataclass(frozen=True, slots=True)
class Seen:
    """A whole answer and which machine it says it is from."""

    answer: Answer
    identity: Identity
    name: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An answer that is evidence of one machine."""

    answer: Answer
    endpoint: str
    """Declared, or the id proposed for a machine that nobody declares."""
    declared: bool
    identity: Identity
    name: str

    @property
    def receipt(self) -> Receipt:
        """What the store remembers of the answer."""
        one = self.answer
        return Receipt(one.mac, one.courier, one.nonce, one.machine, one.time, self.endpoint)

    def newcomer(self, now: datetime) -> Newcomer:
        """The machine, for the list of those nobody declares."""
        one, moment = self.answer, moment_of(self.answer, now)
        return Newcomer(self.endpoint, one.agency, self.name, self.identity, _SYSTEMS[one.platform], SOURCE, moment, moment)


def look_at(answer: Answer, knowledge: Knowledge, now: datetime) -> Seen:
    """Frame and read the answer once, to know whether it is whole and whose it is; RefusedError when it is not whole."""
    _, facts = _read(answer, knowledge, moment_of(answer, now))
    name = facts.get("machine.name")
    said = name.value if isinstance(name, Known) and isinstance(name.value, str) else ""
    return Seen(answer, Identity.of_facts(facts), clean(said or answer.name, limit=253))


def moment_of(answer: Answer, now: datetime) -> datetime:
    """The moment of the evidence: the machine's clock, but never later than the answer was here."""
    return min(answer.time, now)


def evidence_of(placed: Placed, file: IntakeFile, knowledge: Knowledge, now: datetime, *, lab: bool) -> Outcome:
    """The outcome that the answer is; read again, because all answers of a province do not fit into memory."""
    answer = placed.answer
    moment = moment_of(answer, now)
    capture, facts = _read(answer, knowledge, moment)
    where = f"block {answer.place.block} of {file.name}"
    detail = f"answer {answer.mac} of collector {answer.courier}, kept in file {file.digest}: {where}"
    return Outcome(
        endpoint=placed.endpoint,
        way=Way.COURIER,
        grade=Grade.C,
        sight=Sight.SEEN,
        started_at=moment,
        finished_at=moment,
        detail=detail,
        capture=capture,
        facts=facts,
        lab=lab,
    )


def place(
    seen: Sequence[Seen], candidates: Sequence[Candidate], newest: Mapping[str, datetime]
) -> tuple[tuple[Placed, ...], tuple[AnswerProblem, ...]]:
    """The machine each answer is about; refused where it must not, or cannot, be decided.

    ``newest``: machine -> its own clock at the newest answer that was taken in before, of whichever collector.
    """
    known = {one.id: one for one in candidates}
    sightings = [Sighting(one.answer.mac, one.answer.agency, one.name, one.identity, one.answer.time) for one in seen]
    matches = _matched(sightings, candidates)
    proposed = [_proposal(one) if one.kind is MatchKind.NEW else "" for one in matches]
    times = Counter(proposed)
    placed: list[Placed] = []
    problems: list[AnswerProblem] = []
    for one, found, new in zip(seen, matches, proposed, strict=True):
        endpoint = new if found.kind is MatchKind.NEW else found.endpoint or ""
        if found.kind is MatchKind.NEW and (times[new] > 1 or new in known):
            problems.append(_problem(Refused.AMBIGUOUS, one, _TAKEN, _DECLARE))
        elif found.kind not in (MatchKind.NEW, MatchKind.MATCHED):
            problems.append(_not_placed(one, found, known))
        elif endpoint in newest and one.answer.time <= newest[endpoint]:
            problems.append(_problem(Skipped.OLDER, one, msg("a newer answer of {id} is kept already", id=endpoint)))
        else:
            declared = endpoint in known and known[endpoint].declared
            placed.append(Placed(one.answer, endpoint, declared, one.identity, one.name))
    return tuple(placed), tuple(problems)


def _matched(sightings: Sequence[Sighting], candidates: Sequence[Candidate]) -> tuple[Match, ...]:
    """Matches in the order given. Agencies whose answers name one machine are matched each for itself.

    Each agency is proven by its own token: who claims another agency's machine is refused, and must not be able to make that
    agency's own answer doubtful by sending his beside it.
    """
    owners: dict[tuple[str, str], set[str]] = {}
    for one in sightings:
        for kind, key in _keys(one):
            owners.setdefault((kind, key), set()).add(one.agency or "")
    alone = {agency for some in owners.values() if len(some) > 1 for agency in some}
    groups = [[one for one in sightings if one.agency == agency] for agency in sorted(alone)]
    groups.append([one for one in sightings if one.agency not in alone])
    found = {one.sighting.key: one for group in groups if group for one in match(group, candidates, agency_certain=True)}
    return tuple(found[one.key] for one in sightings)


def _keys(sighting: Sighting) -> list[tuple[str, str]]:
    identity = sighting.identity
    keys = (("uuid", identity.uuid_key), ("serial", identity.serial_key), ("machine_id", identity.machine_key))
    return [(kind, key) for kind, key in keys if key]


def kept_files(placed: Sequence[Placed]) -> dict[str, IntakeFile]:
    """File as it was named -> the file that is kept of it: the blocks that were taken, and no other.

    What was refused, an isolated machine's answer before all, stands nowhere.
    """
    blocks: dict[str, list[bytes]] = {}
    for one in placed:
        blocks.setdefault(one.answer.place.file, []).append(one.answer.block)
    found = {}
    for name, parts in blocks.items():
        body = b"".join(parts)
        found[name] = IntakeFile(PurePath(name.replace("\\", "/")).name, SOURCE, sha256(body).hexdigest(), body)
    return found


def _read(answer: Answer, knowledge: Knowledge, moment: datetime) -> tuple[Capture, FactSet]:
    try:
        output = unpack_body(answer.body)
        capture = replace(frame(answer.platform, answer.nonce, output), meta={"way": Way.COURIER.value})
    except BombError:
        what = msg("unpacked, the answer is larger than {size} MiB, which no machine's is", size=ANSWER_LIMIT >> 20)
        raise refuse(Refused.BOMB, answer.place, what, _AGAIN, agency=answer.agency) from None
    except MalformedError as error:
        raise refuse(Refused.MALFORMED, answer.place, error.message, _AGAIN, agency=answer.agency) from None
    except FrameError as error:
        what = msg("the probe's answer in it is none: {detail}", detail=error.detail)
        raise refuse(Refused.UNFRAMED, answer.place, what, _AGAIN, agency=answer.agency) from None
    if not capture.complete:
        what = msg("the collector was stopped before it came to its end")
        raise refuse(Refused.INCOMPLETE, answer.place, what, _AGAIN, agency=answer.agency)
    return capture, parse_facts(capture, knowledge, moment)


def _proposal(found: Match) -> str:
    sighting = found.sighting
    return newcomer_id(sighting.agency or "", sighting.name, sighting.identity)


def _not_placed(seen: Seen, found: Match, known: Mapping[str, Candidate]) -> AnswerProblem:
    reason = found.reason or msg("it cannot be told which machine it is")
    if found.kind is MatchKind.SUPERSEDED:
        return _problem(Skipped.OLDER, seen, reason)
    if found.kind is MatchKind.REFUSED:
        isolated = any(known[name].isolated for name in found.candidates if name in known)
        return _problem(Refused.ISOLATED if isolated else Refused.OTHER_AGENCY, seen, reason, _ISOLATED if isolated else _OTHER)
    named = ", ".join(found.candidates)
    hint = msg("it may be: {ids}; when the list is right, import the file again", ids=named) if named else _DECLARE
    return _problem(Refused.AMBIGUOUS, seen, reason, hint)


_TAKEN = msg("it is a new machine, but the id proposed for it is another machine's")
_DECLARE = msg("declare the machine in the agency's list with its serial number, then import the file again")
_ISOLATED = msg("nothing of it was kept; no program is brought to an isolated machine: ask the agency how this came about")
_OTHER = msg("if the machine was moved, move it in the lists too, then import the file again")


def _problem(reason: Refused | Skipped, seen: Seen, what: Message, hint: Message | None = None) -> AnswerProblem:
    return AnswerProblem(reason, seen.answer.place, what, hint, seen.answer.agency)
