"""Systems: level or range, clauses with titles, the answers used, what to ask, and where the dossier stands."""

from collections.abc import Collection, Mapping

from secaudit.classify import compare, questions
from secaudit.messages import Message, msg, msgc
from secaudit.model.level import Classification, ClauseMatch, LevelRuleSet
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import names_of
from secaudit.report.document import ClauseRow, ObligationRow, QuestionRow, SystemRow, Wording

COMPARISONS: Mapping[str, Message] = {
    "same": msgc("comparison", "as declared"),
    "declared_lower": msgc("comparison", "declared LOWER than proposed"),
    "declared_higher": msgc("comparison", "declared higher than proposed"),
    "not_declared": msgc("comparison", "nothing declared"),
    "open": msgc("comparison", "open"),
    "kept": msgc("comparison", "kept from the old decree; review when it changes"),
    "below_risk": msgc("comparison", "declared LOWER than the risk assessment asks"),
    "by_risk": msgc("comparison", "higher than the clauses, as the risk assessment asks"),
}
"""Declared level against the proposal, in words."""

_ANSWERS: Mapping[str, Message] = {
    "true": msgc("answer", "yes"),
    "false": msgc("answer", "no"),
    "internal": msgc("answer", "internal"),
    "public_service": msgc("answer", "serves citizens and businesses"),
    "infrastructure": msgc("answer", "information infrastructure"),
    "industrial_control": msgc("answer", "industrial control"),
    "other": msgc("answer", "other"),
    "public": msgc("answer", "public information"),
    "private": msgc("answer", "private information"),
    "personal": msgc("answer", "personal information"),
    "state_secret": msgc("answer", "state secret"),
    "agency": msgc("answer", "one agency"),
    "agencies_of_commune": msgc("answer", "several agencies of one commune"),
    "sector": msgc("answer", "a ministry or sector"),
    "province": msgc("answer", "the province"),
    "provinces": msgc("answer", "several provinces"),
    "nation": msgc("answer", "the whole country"),
    "international": msgc("answer", "international"),
    "none": msgc("answer", "none"),
    "harm": msgc("answer", "harm"),
    "serious": msgc("answer", "serious harm"),
    "particularly_serious": msgc("answer", "particularly serious harm"),
    "partial": msgc("answer", "online in part"),
    "full": msgc("answer", "fully online"),
    "under_100000": msgc("answer", "under 100,000"),
    "from_100000": msgc("answer", "100,000 or more"),
    "under_10000": msgc("answer", "under 10,000"),
    "from_10000": msgc("answer", "10,000 or more"),
    "not_assessed": msgc("answer", "not assessed"),
    "not_higher": msgc("answer", "not higher"),
    "special": msgc("answer", "special grade"),
    "government": msgc("sector", "state agency"),
    "party": msgc("sector", "Party"),
    "front": msgc("sector", "Fatherland Front and organisations"),
    "education": msgc("sector", "education"),
    "health": msgc("sector", "health"),
    "enterprise": msgc("sector", "enterprise"),
}


def system_rows(measured: Measured, only: Collection[str] | None = None) -> tuple[SystemRow, ...]:
    """The highest level first, undetermined ones by what is still possible; of the systems ``only``, where some are named."""
    names = names_of(measured)
    rows = [
        _row(measured, item, names) for item in measured.levels.classifications.values() if only is None or item.system in only
    ]
    rows.sort(key=lambda row: (-(row.highest or 0), -(row.lowest or 0), row.name))
    return tuple(rows)


def _row(measured: Measured, item: Classification, owners: Mapping[str, str]) -> SystemRow:
    inventory = measured.province.inventory
    system = inventory.systems[item.system]
    rules = measured.levels.rules
    owner = inventory.owner_of_system.get(item.system, "")
    dossier = system.dossier
    decision = dossier.decision if dossier else None
    return SystemRow(
        id=item.system,
        name=system.name,
        owner=owners.get(owner, owner),
        lowest=item.lowest,
        highest=item.highest,
        rule_set=rules.title,
        clauses=tuple(_clause(rules, match) for match in item.matches),
        inputs=tuple((question_words(rules, name), answer_words(value)) for name, value in item.inputs),
        questions=tuple(QuestionRow(question.text, question.who) for question in questions(item, rules)),
        pending=item.pending,
        inherited_from=tuple(inventory.systems[name].name for name in item.inherited_from if name in inventory.systems),
        inheritance=rules.inheritance if item.inherited_from else None,
        obligations=() if system.state_secret else _obligations(item),
        declared=item.declared,
        comparison=None if system.state_secret else COMPARISONS[compare(item, system)],
        dossier=dossier.status if dossier else None,
        decision=_decision(decision.number, decision.date.strftime("%d/%m/%Y"), decision.authority) if decision else None,
        plan=system.plan.status if system.plan else None,
        state_secret=system.state_secret,
        stopped=system.status == "stopped",
    )


def _obligations(item: Classification) -> tuple[ObligationRow, ...]:
    return tuple(ObligationRow(one.clause, one.title, one.at_least) for one in item.obligations)


def _decision(number: str, day: str, authority: str | None) -> str:
    return f"{number}, {day}" + (f", {authority}" if authority else "")


def _clause(rules: LevelRuleSet, match: ClauseMatch) -> ClauseRow:
    titles = {clause.id: clause.title for clause in rules.clauses}
    return ClauseRow(
        match.clause,
        match.level,
        titles[match.clause],
        match.matches,
        tuple(reading_words(rules, used) for used in match.readings),
    )


def reading_words(rules: LevelRuleSet, used: str) -> Wording:
    """``id=choice`` as question and answer."""
    name, _, choice = used.partition("=")
    for reading in rules.readings:
        if reading.id == name and choice in reading.choices:
            return msg("{question} {answer}", question=reading.question, answer=reading.choices[choice])
    return used


def question_words(rules: LevelRuleSet, name: str) -> Wording:
    """The question that an input answers."""
    question = rules.questions.get(name)
    return question.text if question else name


def answer_words(value: str) -> Wording:
    """An input's value as people say it."""
    parts = [part.strip() for part in value.split(",")]
    words = tuple(_ANSWERS.get(part, part) for part in parts)
    return words[0] if len(words) == 1 else Message("{parts}", {"parts": words})
