"""Addresses of systems: their levels, and how they stand against the technical standard."""

from itertools import pairwise

from figure_count import Province, Writing
from figure_own import number_in

from secaudit.pipeline.assessing import Standing, standings, waivers_acting
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.requirements import standard_part


class Systems:
    """One system after the other, as the inventory and the assessment of the moment have it."""

    measured: Measured
    province: Province
    write: Writing

    def _classified(self) -> list[tuple[tuple[int | None, int | None], str]]:
        """Levels as the rules give them; of a state secret the one that was entered."""
        found = []
        for _, system in self.province.systems():
            level = self.measured.levels.classifications.get(system.id)
            found.append(((system.level, system.level) if level is None else (level.lowest, level.highest), system.id))
        return found

    def _of_s(self, name: str, what: str) -> object:
        """One system: levels as cited, and how it stands against the standard."""
        kind, _, rest = what.partition(".")
        system = next(one for _, one in self.province.systems() if one.id == name)
        if kind == "level":
            lowest, highest = next(levels for levels, one in self._classified() if one == name)
            return {"level.lowest": lowest, "level.highest": highest, "level.level": lowest}[what]
        if what == "declared.level":
            return system.dossier.level if system.dossier is not None else None
        if kind in ("clause", "obligation"):
            level = self.measured.levels.classifications[name]
            rows = level.matches if kind == "clause" else level.obligations
            row = next(one for one in rows if rest.startswith(f"{one.clause}."))
            return row.level if kind == "clause" else row.at_least
        if kind in ("declared", "found"):
            conflict = next(one for one in self.measured.conflicts if (one.system, one.kind) == (name, rest.split(".")[0]))
            return number_in(getattr(conflict, kind), rest)
        if what == "answers":
            return len(self.measured.levels.classifications[name].inputs)
        standing = self._standing(name)
        assessment = standing.assessment
        if what in ("list.level", "list.up_to"):
            return assessment.level if what == "list.level" else assessment.up_to
        if kind in ("group", "reason"):
            return self._group(name, kind, rest)
        if kind == "note":
            return number_in(assessment.notes[int(rest.split(".")[0]) - 1], rest)
        numbers = {
            "machines": len(assessment.machines),
            "rows": assessment.rows,
            "open": assessment.open_rows,
            "excused": standing.excused,
        }
        if what == "failing":
            return len(assessment.failing)
        return numbers[what] if what in numbers else sum(one.fulfilment == what for one in assessment.results)

    def _standing(self, name: str) -> Standing:
        return next(one for one in standings(self.measured) if one.system == name)

    def _group(self, name: str, kind: str, rest: str) -> object:
        """Requirements with one answer for the same reasons: how many, and their numbers in runs."""
        part = standard_part(self.measured, ())
        row = next(one for one in part.standings if one.system == name)
        group = row.groups[int(rest.split(".", maxsplit=1)[0]) - 1]
        if kind == "reason":
            return number_in(group.reasons[int(rest.split(".")[1]) - 1], rest.partition(".")[2])
        results = {one.requirement.id: one for one in self._standing(name).assessment.results}
        alike = [results[one] for one in group.requirements]
        assert {one.fulfilment for one in alike} == {group.answer}
        numbers = sorted(one.requirement.number for one in alike)
        if not rest.endswith(".asked"):
            return len(numbers)
        if group.answer in ("not_met", "partly"):
            language = "vi" if self.write.comma == "," else "en"
            return "; ".join(f"{one.requirement.number}. {one.requirement.title.pick(language)}" for one in alike)
        starts = [one for before, one in pairwise([-1, *numbers]) if one != before + 1]
        ends = [one for one, after in pairwise([*numbers, -1]) if after != one + 1]
        return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=True))

    def _of_standard(self, _: str, what: str) -> object:
        kind, _, rest = what.partition(".")
        if kind == "contradictions":
            return sum(one.kind == rest for one in self.measured.conflicts)
        if kind == "waiver":
            return waivers_acting(self.measured, standings(self.measured))[int(rest) - 1][1]
        levels = {one.assessment.level for one in standings(self.measured) if one.assessment is not None}
        standard = self.measured.province.catalog.standard(self.province.day)
        return sum(bool(levels & set(one.levels)) for one in standard.requirements)
