"""Rules about declared figures: agencies that are there, one line each, no part larger than its whole."""

from collections.abc import Iterable
from datetime import date

from secaudit.inventory.parts import CORRECT_OR_ADD, Declared, IndicatorPart, Remark
from secaudit.messages import msg
from secaudit.model.base import Document
from secaudit.model.indicator import IndicatorLine
from secaudit.source import Loc, did_you_mean

_Seen = dict[tuple[str, str, date], tuple[IndicatorPart, Loc]]


def indicator_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with declared figures that shows without knowing the day; which indicators there are, plans say."""
    seen: _Seen = {}
    for part in declared.indicators:
        for index, line in enumerate(part.model.lines):
            loc = part.at("lines", index)
            yield from _agency(part, loc, line, declared)
            yield from _numbers(part, loc, line)
            yield from _twice(part, loc, line, seen)
        yield from _papers(part)


def _agency(part: IndicatorPart, loc: Loc, line: IndicatorLine, declared: Declared) -> Iterable[Remark]:
    province = declared.province.model.province.id if declared.province is not None else None
    known = declared.known.agencies | ({province} if province is not None else set())
    if line.agency in known or not declared.known.complete:
        return
    hint = did_you_mean(line.agency, known) or CORRECT_OR_ADD
    yield Remark(part, (*loc, "agency"), msg("There is no agency with this id"), line.agency, hint=hint)


def _numbers(part: IndicatorPart, loc: Loc, line: IndicatorLine) -> Iterable[Remark]:
    if line.numerator is not None and line.denominator is not None and line.numerator > line.denominator:
        yield Remark(
            part,
            (*loc, "numerator"),
            msg("More are declared than there are"),
            str(line.numerator),
            expected=msg("at most {count}", count=line.denominator),
            hint=msg("correct one of the two numbers"),
        )
    if line.numerator is not None and line.denominator is None:
        yield Remark(
            part,
            (*loc, "numerator"),
            msg("How many there are in all is missing"),
            str(line.numerator),
            hint=msg("give the denominator beside it"),
        )


def _papers(part: IndicatorPart) -> Iterable[Remark]:
    """Reports from before the day they shall speak of; the file's own once, not for every line."""
    pairs: list[tuple[Loc, Document | None, date]] = [(("evidence", "date"), part.model.evidence, part.model.as_of)]
    for index, line in enumerate(part.model.lines):
        if line.evidence is not None:
            pairs.append((part.at("lines", index, "evidence", "date"), line.evidence, part.model.day(line)))
        elif line.as_of is not None:
            pairs.append((part.at("lines", index, "as_of"), part.model.evidence, line.as_of))
    for loc, paper, day in pairs:
        if paper is not None and paper.date < day:
            yield Remark(
                part,
                loc,
                msg("The report is older than the day whose figures it shall show"),
                paper.date.isoformat(),
                expected=msg("{day} or later", day=day.isoformat()),
                hint=msg("correct one of the two days; what is only expected stays without a report until there is one"),
            )


def _twice(part: IndicatorPart, loc: Loc, line: IndicatorLine, seen: _Seen) -> Iterable[Remark]:
    which = (part.model.indicator, line.agency, part.model.day(line))
    first = seen.setdefault(which, (part, loc))
    if first != (part, loc):
        yield Remark(
            part,
            (*loc, "agency"),
            msg("The agency declares this figure twice for one day: {place}"),
            line.agency,
            hint=msg("keep one of the two lines"),
            other=first,
        )
