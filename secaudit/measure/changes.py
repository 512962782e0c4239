"""Two states of one province compared, machine by machine.

Nothing is better because nobody looks: a machine that was in order and is not seen any more is unknown, and a check counts
only where both states were judged by it.
"""

from secaudit.model.past import Change, PastMachine, PastState, Turn

GRAVEST = (Turn.WORSE, Turn.UNKNOWN, Turn.BETTER, Turn.KNOWN, Turn.APPEARED, Turn.VANISHED)
"""The order of turns: what a person must hear first."""
_PLACE = {turn: place for place, turn in enumerate(GRAVEST)}
_Interval = tuple[int, int]
_Turned = dict[Turn, list[str]]


def changes(before: PastState, after: PastState) -> tuple[Change, ...]:
    """Every machine that is not as it was, the gravest turns first, then by agency and id; ``since`` stays open.

    None where one of the two is figures alone: machines nobody wrote down did not appear, and did not vanish.
    """
    if not (before.tells_machines and after.tells_machines):
        return ()
    both = before.checks & after.checks
    found = [
        change
        for endpoint in before.machines.keys() | after.machines.keys()
        if (change := _change(endpoint, before.machines.get(endpoint), after.machines.get(endpoint), both)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (_PLACE[one.turn], one.agency, one.endpoint)))


def _change(endpoint: str, was: PastMachine | None, now: PastMachine | None, both: frozenset[str]) -> Change | None:
    if was is None or now is None:
        one = now if now is not None else was
        assert one is not None
        turn = Turn.VANISHED if now is None else Turn.APPEARED
        seen = (was is not None and was.seen, now is not None and now.seen)
        return Change(endpoint, one.agency, turn, tuple(sorted(one.fails)), seen=seen)
    if (was.seen, was.protection, was.fails, was.unknown) == (now.seen, now.protection, now.fails, now.unknown):
        return None
    protection = None if was.protection == now.protection else (was.protection, now.protection)
    if was.seen != now.seen:
        turn, shown = (Turn.KNOWN, now) if now.seen else (Turn.UNKNOWN, was)
        return Change(endpoint, now.agency, turn, tuple(sorted(shown.fails)), protection, seen=(was.seen, now.seen))
    if not now.seen:
        return None
    turned = _turned(was, now, both)
    if (way := _of_grades(was.protection, now.protection)) is not None:
        turned.setdefault(way, [])
    if not turned:
        return None
    first, *rest = sorted(turned, key=_PLACE.__getitem__)
    return Change(
        endpoint, now.agency, first, tuple(turned[first]), protection, beside=tuple((way, tuple(turned[way])) for way in rest)
    )


def _turned(was: PastMachine, now: PastMachine, both: frozenset[str]) -> _Turned:
    """Turn -> the checks that went this way, in the order of their ids."""
    turned: _Turned = {}
    for check in sorted((was.fails ^ now.fails | was.unknown ^ now.unknown) & both):
        if check in now.unknown:
            way = Turn.UNKNOWN
        elif check in was.unknown:
            way = Turn.KNOWN
        else:
            way = Turn.WORSE if check in now.fails else Turn.BETTER
        turned.setdefault(way, []).append(check)
    return turned


def _of_grades(was: _Interval | None, now: _Interval | None) -> Turn | None:
    """Better and worse only where the two intervals leave no doubt; what lies in both of them is a matter of knowing."""
    if was == now:
        return None
    if was is None or now is None:
        return Turn.KNOWN if was is None else Turn.UNKNOWN
    if now[0] > was[1]:
        return Turn.BETTER
    if now[1] < was[0]:
        return Turn.WORSE
    if now[0] != was[0]:
        return Turn.KNOWN if now[0] > was[0] else Turn.UNKNOWN
    return Turn.KNOWN if now[1] < was[1] else Turn.UNKNOWN
