"""Agencies: their part of every target, what weighs most, whom to call."""

from collections.abc import Mapping
from fractions import Fraction

from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import AgencyFile, Tier
from secaudit.model.measurement import AgencyShare, Measurement
from secaudit.model.plan import Population
from secaudit.pipeline.measuring import Measured
from secaudit.report.document import AgencyFigure, AgencyRow, HeavyRow, Tile

MOST_SHOWN = 10
"""Agencies on the first screen."""
WEIGHTS: dict[Population, int] = {"systems": 100, "endpoints": 10, "agencies": 10, "people": 1, "indicators": 1}
"""Machines count one each, systems ten (there are few), people a tenth."""
_BAD: dict[Population, Message] = {
    "systems": msg("target {number}: {count} systems not in order"),
    "endpoints": msg("target {number}: {count} machines not in order"),
    "agencies": msg("target {number}: not in order"),
    "people": msg("target {number}: {count} people not reached"),
    "indicators": msg("target {number}: {count} not reached"),
}
_OPEN: dict[Population, Message] = {
    "systems": msg("target {number}: {count} systems without proof"),
    "endpoints": msg("target {number}: {count} machines not verified"),
    "agencies": msg("target {number}: without proof"),
    "people": msg("target {number}: no papers for {count} people"),
    "indicators": msg("target {number}: no papers for {count}"),
}


def in_scope(measured: Measured) -> list[AgencyFile]:
    """Agencies that exist on the day of the report; closed ones are history."""
    day = day_in_vietnam(measured.as_of)
    return [agency for agency in measured.province.inventory.agencies if agency.agency.exists_on(day)]


def has_sent(measured: Measured, agency: AgencyFile) -> bool:
    """Whether the agency's inventory was accepted by the day of the report."""
    return agency.agency.has_sent(day_in_vietnam(measured.as_of))


def names_of(measured: Measured) -> dict[str, str]:
    """Agency id -> name; what belongs to no agency (undeclared machines in nobody's network) is counted under the province."""
    province = measured.province.inventory.province.province
    return {province.id: province.name} | {a.agency.id: a.agency.name for a in measured.province.inventory.agencies}


def shares_of(measured: Measured) -> dict[str, list[tuple[int, Population, AgencyShare]]]:
    """Agency id -> (number of the target, its population, the agency's share)."""
    populations = {target.id: target.population for target in measured.plan.targets}
    shares: dict[str, list[tuple[int, Population, AgencyShare]]] = {}
    for number, measurement in enumerate(measured.measurements, start=1):
        for share in measurement.agencies:
            shares.setdefault(share.agency, []).append((number, populations[measurement.target], share))
    return shares


def weight_of(parts: list[tuple[int, Population, AgencyShare]]) -> int:
    """How much an agency holds back."""
    return sum(WEIGHTS[population] * (share.tally.disproven + share.tally.unknown) for _, population, share in parts)


def agency_rows(measured: Measured) -> tuple[AgencyRow, ...]:
    """The heaviest first; agencies that sent nothing before all others, because they hold up every target."""
    shares = shares_of(measured)
    rows = [_row(measured, agency, shares.get(agency.agency.id, [])) for agency in _ranked(measured, shares)]
    rest = shares.get(measured.province.inventory.province.province.id)
    return tuple(rows) if rest is None else (*rows, _province_row(measured, rest))


def agency_tiles(measured: Measured) -> dict[str, Tile]:
    """Id of each of these rows -> its tile, in the same order, without what else a row says."""
    shares = shares_of(measured)
    tiles = {agency.agency.id: _tile(measured, agency, shares.get(agency.agency.id, [])) for agency in _ranked(measured, shares)}
    province = measured.province.inventory.province.province.id
    return tiles if province not in shares else {**tiles, province: Tile.CLARIFY}


def _ranked(measured: Measured, shares: Mapping[str, list[tuple[int, Population, AgencyShare]]]) -> list[AgencyFile]:
    return sorted(
        in_scope(measured),
        key=lambda agency: (
            has_sent(measured, agency),
            -weight_of(shares.get(agency.agency.id, [])),
            agency.agency.name,
        ),
    )


def _province_row(measured: Measured, parts: list[tuple[int, Population, AgencyShare]]) -> AgencyRow:
    """What no agency answers for: shared systems of a closed owner, machines that answer in nobody's network."""
    province = measured.province.inventory.province.province
    return AgencyRow(id=province.id, name=province.name, tier=Tier.PROVINCE, tile=Tile.CLARIFY, figures=_figures(measured, parts))


def _row(measured: Measured, agency: AgencyFile, parts: list[tuple[int, Population, AgencyShare]]) -> AgencyRow:
    contact = agency.agency.contact
    return AgencyRow(
        id=agency.agency.id,
        name=agency.agency.name,
        tier=agency.agency.tier,
        tile=_tile(measured, agency, parts),
        contact=contact.name if contact else None,
        phone=contact.phone if contact else None,
        submitted=has_sent(measured, agency),
        figures=_figures(measured, parts, sent=has_sent(measured, agency)),
        actions=_actions(measured, agency, parts),
    )


def _figures(
    measured: Measured, parts: list[tuple[int, Population, AgencyShare]], *, sent: bool = True
) -> tuple[AgencyFigure, ...]:
    return tuple(
        AgencyFigure(
            number,
            share.tally.proven,
            share.tally.disproven,
            share.tally.unknown,
            _stand(share, measured.measurements[number - 1]) if sent else Tile.SILENT,
        )
        for number, _, share in parts
        if share.tally.total
    )


def _tile(measured: Measured, agency: AgencyFile, parts: list[tuple[int, Population, AgencyShare]]) -> Tile:
    """The worst of how it stands against each target."""
    if not has_sent(measured, agency):
        return Tile.SILENT
    tiles = {_stand(share, measured.measurements[number - 1]) for number, _, share in parts}
    return next((tile for tile in (Tile.ACT, Tile.CLARIFY) if tile in tiles), Tile.GOOD)


def _stand(share: AgencyShare, target: Measurement) -> Tile | None:
    """The agency's own part of one target against the target's share: out of reach, open, or reached."""
    if share.tally.upper is None or share.tally.lower is None:
        return None
    if not reaches(share.tally.upper, target):
        return Tile.ACT
    return Tile.GOOD if reaches(share.tally.lower, target) else Tile.CLARIFY


def reaches(part: Fraction, target: Measurement) -> bool:
    """Whether a share satisfies a target."""
    return part > target.share if target.sign == ">" else part >= target.share


def _actions(measured: Measured, agency: AgencyFile, parts: list[tuple[int, Population, AgencyShare]]) -> tuple[Message, ...]:
    actions: list[Message] = []
    if not has_sent(measured, agency):
        actions.append(msg("send the inventory of systems, machines and people"))
    for number, population, share in parts:
        for count, words in ((share.tally.disproven, _BAD[population]), (share.tally.unknown, _OPEN[population])):
            if count:
                actions.append(Message(words.text, {"number": number, "count": count}, words.context))
    return tuple(actions)


def heaviest_rows(measured: Measured) -> tuple[HeavyRow, ...]:
    """The agencies that weigh most, with what they hold back in a few words."""
    rows: list[HeavyRow] = []
    shares = shares_of(measured)
    for agency in agency_rows(measured):
        if len(rows) == MOST_SHOWN:
            break
        parts = shares.get(agency.id, [])
        if not agency.submitted:
            rows.append(HeavyRow(agency.id, msg("has not sent its data")))
        elif weight_of(parts):
            unknown = sum(share.tally.unknown for _, population, share in parts if population == "endpoints")
            bad = sum(share.tally.disproven for _, population, share in parts if population == "endpoints")
            systems = sum(
                share.tally.disproven + share.tally.unknown for _, population, share in parts if population == "systems"
            )
            people = sum(share.tally.disproven + share.tally.unknown for _, population, share in parts if population == "people")
            rows.append(HeavyRow(agency.id, _effect(unknown, bad, systems, people)))
    return tuple(rows)


def _effect(unknown: int, bad: int, systems: int, people: int) -> Message:
    parts: list[Message] = []
    if bad:
        parts.append(msg("{count} machines unprotected", count=bad))
    if unknown:
        parts.append(msg("{count} machines not verified", count=unknown))
    if systems:
        parts.append(msg("{count} systems not in order", count=systems))
    if people and not parts:
        parts.append(msg("{count} people not reached or without papers", count=people))
    return Message("{parts}", {"parts": tuple(parts)})
