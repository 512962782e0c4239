"""What the workbook asks about the agency itself."""

from secaudit.inventory.questions import Asked, Choice, Form, Question, Sheet
from secaudit.inventory.wordings import DAY_HELP, IDS_HELP
from secaudit.messages import msg, msgc

TIERS = (
    Choice("province", msgc("choice", "Province tier")),
    Choice("district", msgc("choice", "District tier (until 30/6/2025)")),
    Choice("commune", msgc("choice", "Commune tier")),
)
SECTORS = (
    Choice("government", msgc("choice", "Government")),
    Choice("party", msgc("choice", "Party")),
    Choice("front", msgc("choice", "Fatherland Front and associations")),
    Choice("education", msgc("choice", "Education")),
    Choice("health", msgc("choice", "Health")),
    Choice("enterprise", msgc("choice", "State enterprise")),
    Choice("other", msgc("choice", "Other sector")),
)

AGENCY = Sheet(
    "agency",
    msgc("tab", "Agency"),
    (
        Question(
            ("id",), msgc("question", "Agency code"), msg("Given by the province; it does not change."),
            asked=Asked.PROVINCE, width=20,
        ),
        Question(
            ("name",), msgc("question", "Agency name"), msg("As in the decision that founded the unit."),
            asked=Asked.PROVINCE, width=40,
        ),
        Question(
            ("tier",), msgc("question", "Tier"), msg("Place in the administration."),
            Form.CHOICE, TIERS, asked=Asked.PROVINCE,
        ),
        Question(
            ("sector",), msgc("question", "Sector"), msg("Which part of the administration the unit belongs to."),
            Form.CHOICE, SECTORS, asked=Asked.PROVINCE,
        ),
        Question(
            ("contact", "name"), msgc("question", "Person in charge"), msg("Whom the province calls about this list."),
            required=True, commune=True, width=28,
        ),
        Question(
            ("contact", "phone"), msgc("question", "Telephone / Zalo"), msg("A number that is answered in office hours."),
            required=True, commune=True, width=18,
        ),
        Question(
            ("contact", "email"), msgc("question", "E-mail"), msg("The official address, if there is one."), width=28,
        ),
        Question(
            ("asset_register", "computers"), msgc("question", "Computers in the asset register"),
            msg("How many computers the asset book counts, broken and unused ones included."),
            Form.WHOLE, required=True, commune=True,
        ),
        Question(
            ("asset_register", "as_of"), msgc("question", "Day of the asset register"), DAY_HELP,
            Form.DAY, required=True,
        ),
        Question(
            ("machines_in_use",), msgc("question", "Computers in use"),
            msg("How many computers people work with today, isolated ones included."),
            Form.WHOLE, required=True, commune=True,
        ),
        Question(
            ("networks",), msgc("question", "Networks"),
            msg("One network a line, such as 127.20.1.0/24. Only what lies inside is ever searched."),
            Form.LINES, width=24,
        ),
        Question(
            ("valid_from",), msgc("question", "Unit exists from"), DAY_HELP, Form.DAY, asked=Asked.PROVINCE,
        ),
        Question(
            ("valid_until",), msgc("question", "Last day of the unit"), DAY_HELP, Form.DAY, asked=Asked.PROVINCE,
        ),
        Question(
            ("successors",), msgc("question", "Successors"), IDS_HELP, Form.IDS, asked=Asked.PROVINCE, width=24,
        ),
        Question(
            ("submission", "accepted_on"), msgc("question", "List accepted on"),
            msg("The day on which the province took the list in; importing a workbook writes it."),
            Form.DAY, asked=Asked.PROVINCE,
        ),
        Question(
            ("submission", "first_accepted_on"), msgc("question", "First list accepted on"),
            msg("Where lists were taken in several times: the day of the first one; importing a workbook writes it."),
            Form.DAY, asked=Asked.PROVINCE,
        ),
        Question(
            ("submission", "document"), msgc("question", "Letter the list came with"),
            msg("Number of the letter, if there was one."),
            asked=Asked.PROVINCE, width=24,
        ),
    ),
    form=True,
)  # fmt: skip
