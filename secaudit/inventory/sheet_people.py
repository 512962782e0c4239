"""What the workbook asks about the agency's people: counts only, never names."""

from secaudit.inventory.questions import Form, Question, Sheet
from secaudit.inventory.wordings import DAY_HELP
from secaudit.messages import msg, msgc

PEOPLE = Sheet(
    "people",
    msgc("tab", "People"),
    (
        Question(
            ("heads",), msgc("question", "Heads"),
            msg("Head and deputy heads of the unit who answer for it."),
            Form.WHOLE, required=True, commune=True,
        ),
        Question(
            ("heads_briefed",), msgc("question", "Heads briefed"),
            msg("Of them, how many were briefed on cyber security; a paper must prove it."),
            Form.WHOLE,
        ),
        Question(
            ("staff",), msgc("question", "Staff"),
            msg("Cadres, civil servants and public employees, heads included."),
            Form.WHOLE, required=True, commune=True,
        ),
        Question(
            ("staff_briefed",), msgc("question", "Staff briefed"),
            msg("Of them, how many were briefed; each person once."),
            Form.WHOLE,
        ),
        Question(
            ("staff_trained",), msgc("question", "Staff trained"),
            msg("Of them, how many were trained; each person once."),
            Form.WHOLE,
        ),
        Question(
            ("as_of",), msgc("question", "Numbers as of"), DAY_HELP,
            Form.DAY, required=True, commune=True,
        ),
        Question(
            ("evidence",), msgc("question", "Papers that prove it"),
            msg("One paper a line: number and title of the report or list."),
            Form.LINES, width=40,
        ),
    ),
    form=True,
)  # fmt: skip
DAY_OF_REGISTER = ("asset_register", "as_of")
"""The commune profile asks for one day only, ``people.as_of``: what it says of the asset register is of that day too."""
