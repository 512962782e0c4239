"""What to ask next about a system whose level is open."""

from secaudit.model.level import SYSTEM_INPUTS, Classification, LevelRuleSet, Question, reading_variable


def asking_order(rules: LevelRuleSet) -> list[str]:
    """All inputs and readings in the order in which they are asked."""
    order = [name for name in rules.questions if name in SYSTEM_INPUTS]
    order += [name for name in SYSTEM_INPUTS if name not in rules.questions]
    return order + [reading_variable(reading.id) for reading in rules.readings]


def open_names(classification: Classification, rules: LevelRuleSet) -> tuple[str, ...]:
    """Names of the shortest list to ask now: for every clause that keeps the range open its first open input.

    What depends on an answer is asked once the answer is there: nobody is asked how badly national security would be harmed
    before it is known that the system serves it.
    """
    wanted = set(classification.missing if not classification.matches else ())
    floor = classification.lowest or 0
    for match in classification.matches:
        if match.matches is None and match.level > floor and match.missing:
            wanted.add(match.missing[0])
    return tuple(name for name in asking_order(rules) if name in wanted)


def asked(rules: LevelRuleSet) -> dict[str, Question]:
    """Input or reading -> its question."""
    found = dict(rules.questions)
    found.update({reading_variable(item.id): Question(text=item.question, who="province") for item in rules.readings})
    return found


def questions(classification: Classification, rules: LevelRuleSet) -> tuple[Question, ...]:
    """The shortest list to ask now, in the order in which it is asked."""
    names = open_names(classification, rules)
    found = asked(rules) if names else {}
    return tuple(found[name] for name in names if name in found)
