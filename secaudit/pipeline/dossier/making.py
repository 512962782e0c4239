"""Making dossiers: read everything once, then one system after the other; what goes wrong with one stops no other."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secaudit.errors import SecauditError, UsageError
from secaudit.measure import assess_systems
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.catalog import Catalog
from secaudit.model.decision import DecisionChain
from secaudit.model.dossier import DossierRules, Form, SystemClass
from secaudit.model.plan import EvidenceRules
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.dossier.classes import Members, members
from secaudit.pipeline.dossier.draft import Draft, Sources, draft
from secaudit.pipeline.dossier.papers import FORM, TEMPLATES, Dossier, dossier_of
from secaudit.pipeline.judging import Progress, gather_states, judge_states, silent
from secaudit.pipeline.province import Levels, Province, classify_province
from secaudit.report.voice import Voice
from secaudit.report.word import ENDING, render_word
from secaudit.report.word_package import read_template
from secaudit.resources import translator
from secaudit.source import did_you_mean
from secaudit.store import Store

LANGUAGE = "vi"
"""Official papers are Vietnamese whatever the console speaks."""
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})
"""Names that Windows keeps for devices, with any ending."""


@dataclass(frozen=True)
class Made:
    """The files of one dossier."""

    dossier: Dossier
    folder: str
    """Name of its folder, safe on every system."""
    files: Mapping[str, bytes]
    """Name -> document."""

    @property
    def draft(self) -> Draft:
        """What it was made from."""
        return self.dossier.draft


@dataclass(frozen=True)
class Refused:
    """A system without a dossier, and why."""

    system: str
    name: str
    level: int | None
    """Of a system of state secrets only."""
    why: Message
    where: str | None = None
    hint: Message | None = None


def rules_of(catalog: Catalog, moment: datetime) -> DossierRules:
    """What a dossier of that day consists of; :class:`UsageError` where no forms of the act are held here."""
    day = day_in_vietnam(moment)
    rules = catalog.dossier_rules(day)
    if rules is None:
        held = ", ".join(f"{one.act} ({one.valid_from:%d/%m/%Y})" for one in catalog.dossiers)
        raise UsageError(
            msg("no contents and forms of a dossier are held here for {day}", day=f"{day:%d/%m/%Y}"),
            hint=msg(
                "held: {acts}; a system that was being built before 1 July 2026 follows the former decree's forms", acts=held
            ),
        )
    return rules


def forms_asked(rules: DossierRules, written: str) -> tuple[str, ...] | None:
    """Numbers from ``01,02``, ``all`` or ``none``; None for ``level``: those that the level's procedure uses."""
    known = [form.number for form in rules.forms]
    if written == "level":
        return None
    if written == "all":
        return tuple(known)
    if written == "none":
        return ()
    numbers = tuple(part.strip() for part in written.split(","))
    wrong = [number for number in numbers if number not in known]
    if wrong:
        raise UsageError(
            msg("there is no form {number}", number=wrong[0] or "''"),
            hint=msg("forms: {names}", names=", ".join([*known, "all", "none", "level"])),
        )
    return numbers


def class_of(catalog: Catalog, name: str) -> SystemClass:
    """The class called ``name``; :class:`UsageError` when there is none."""
    found = catalog.classes.get(name)
    if found is None:
        raise UsageError(
            msg("there is no class of systems called {name}", name=name),
            hint=did_you_mean(name, catalog.classes) or msg("secaudit dossier classes lists all"),
        )
    return found


def chosen_of_class(province: Province, one: SystemClass, agencies: Sequence[str]) -> Members:
    """Systems of a class, of some agencies only where they are named."""
    found = members(province.inventory, one)
    if not agencies:
        return found
    known = {file.agency.id for file in province.inventory.agencies}
    for name in agencies:
        if name not in known:
            raise UsageError(
                msg("no agency is called {id}", id=name),
                hint=did_you_mean(name, known) or msg("secaudit inventory status lists all"),
            )
    owners = province.inventory.owner_of_system
    kept = [tuple(system for system in part if owners.get(system) in agencies) for part in (found.belong, found.open)]
    return Members(kept[0], kept[1])


def sources_of(
    province: Province,
    store: Store | None,
    systems: Collection[str],
    *,
    moment: datetime,
    evidence: EvidenceRules,
    progress: Progress = silent,
) -> Sources:
    """Everything that the dossiers of ``systems`` share; ``province`` has the tree of the day.

    ``progress`` counts the machines of those systems while they are judged.
    """
    day = day_in_vietnam(moment)
    levels = classify_province(province, day)
    states = gather_states(province, store, as_of=moment, rules=evidence)
    wanted = frozenset(systems)
    own = {one.id: states[one.id] for one in province.inventory.endpoints.values() if wanted.intersection(one.systems)}
    judged = judge_states(province, store, levels, own, moment=moment, progress=progress)
    standard = province.catalog.standard(day)
    assessed = assess_systems(
        standard,
        province.inventory,
        {name: item for name, item in levels.classifications.items() if name in wanted},
        judged,
        grades=frozenset(evidence.grades),
        as_of=day,
    )
    return Sources(
        province=province,
        levels=levels,
        rules=rules_of(province.catalog, moment),
        standard=standard,
        states=states,
        store=store,
        moment=moment,
        chains=_chains(province, levels, moment),
        assessments=assessed.systems,
    )


def _chains(province: Province, levels: Levels, moment: datetime) -> Mapping[str, DecisionChain]:
    """A catalog without procedures says nothing of who decides: the papers then mark it as missing."""
    catalog = province.catalog
    day = day_in_vietnam(moment)
    if catalog.law.reporting is None or catalog.law.procedure(day) is None:
        return {}
    return chains(province, levels, day).chains


def check_templates(rules: DossierRules, templates: Path) -> None:
    """Every template is there and nothing speaks against it: said once and at the beginning, not for each system."""
    for name in (*TEMPLATES.values(), *(f"{FORM}{form.number}" for form in rules.forms)):
        read_template(templates / f"{name}{ENDING}")


def make_dossiers(
    sources: Sources, systems: Sequence[str], templates: Path, forms: tuple[str, ...] | None
) -> Iterator[Made | Refused]:
    """One result for each of ``systems``, as soon as it is made."""
    voice = Voice(translator(LANGUAGE))
    for system in systems:
        refused = _refused(sources, system)
        if refused is not None:
            yield refused
            continue
        try:
            yield _made(sources, system, templates, forms, voice)
        except SecauditError as error:
            name = sources.province.inventory.systems[system].name
            yield Refused(system, name, None, error.message, error.where, error.hint)


def _refused(sources: Sources, system_id: str) -> Refused | None:
    """Systems that get no dossier here, by what they are."""
    system = sources.province.inventory.systems[system_id]
    if system.state_secret:
        why = msg("a system of state secrets: only its name and level are kept here, its dossier is made elsewhere")
        return Refused(system_id, system.name, system.level, why)
    if system_id not in sources.levels.classifications:
        return Refused(system_id, system.name, None, msg("its agency does not exist any more on this day"))
    if system.status == "stopped":
        return Refused(system_id, system.name, None, msg("it is declared as stopped"))
    return None


def _made(sources: Sources, system: str, templates: Path, forms: tuple[str, ...] | None, voice: Voice) -> Made:
    found = draft(sources, system)
    used: tuple[Form, ...] = found.forms(forms)
    dossier = dossier_of(found, sources.province.inventory, voice, used)
    files = {f"{name}{ENDING}": render_word(paper, templates) for name, paper in dossier.papers.items()}
    return Made(dossier, folder_name(system), files)


def folder_name(system: str) -> str:
    """Ids are safe already, except for what Windows keeps to itself and for a dot at the end."""
    taken = system.partition(".")[0] in _RESERVED
    return f"_{system}" if taken else f"{system}_" if system.endswith(".") else system
