"""What to ask next about a system whose level is open."""

from secaudit.model.level import SYSTEM_INPUTS, Classification, LevelRuleSet, Question, reading_variable


def asking_order(rules: LevelRuleSet) -> list[str]:
    """All inputs and readings in the order in which they are asked."""
    order = [name for name in rules.questions if name in SYSTEM_INPUTS]
    order += [name for name in SYSTEM_INPUTS if name not in rules.questions]
    return order + [reading_variable(reading.id) for reading in rules.readings]


def questions(classification: Classification, rules: LevelRuleSet) -> tuple[Question, ...]:
    """The shortest list to ask now: for every clause that keeps the range open its first open input.

    What depends on an answer is asked once the answer is there: nobody is asked how badly national security would be harmed
    before it is known that the system serves it.
    """
    wanted = set(classification.missing if not classification.matches else ())
    floor = classification.lowest or 0
    for match in classification.matches:
        if match.matches is None and match.level > floor and match.missing:
            wanted.add(match.missing[0])
    asked = dict(rules.questions)
    asked.update({reading_variable(item.id): Question(text=item.question, who="province") for item in rules.readings})
    return tuple(asked[name] for name in asking_order(rules) if name in wanted and name in asked)
