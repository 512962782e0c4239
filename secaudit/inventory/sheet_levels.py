"""What the province answers about each information system: what its level hangs on, and who answers for it."""

from secaudit.inventory.questions import Asked, Choice, Form, Question
from secaudit.inventory.wordings import AUTHORITY_HELP, DAY_HELP, IDS_HELP, NUMBER_HELP, YES_NO_HELP
from secaudit.messages import literal, msg, msgc

HARMS = (
    Choice("none", msgc("choice", "No harm")),
    Choice("harm", msgc("choice", "Harm")),
    Choice("serious", msgc("choice", "Serious")),
    Choice("particularly_serious", msgc("choice", "Particularly serious")),
)
_NOT_COUNTED = Choice("", msgc("choice", "Not counted"))
BASIC_BANDS = (
    Choice("under_100000", msgc("choice", "Under 100,000")),
    Choice("from_100000", msgc("choice", "From 100,000")),
    _NOT_COUNTED,
)
SENSITIVE_BANDS = (
    Choice("none", msgc("choice", "Not processed")),
    Choice("under_10000", msgc("choice", "Under 10,000")),
    Choice("from_10000", msgc("choice", "From 10,000")),
    _NOT_COUNTED,
)
RISKS = (
    Choice("not_assessed", msgc("choice", "Not assessed")),
    Choice("not_higher", msgc("choice", "Not higher")),
    Choice("2", msgc("choice", "Higher → level 2")),
    Choice("3", msgc("choice", "Higher → level 3")),
    Choice("4", msgc("choice", "Higher → level 4")),
    Choice("5", msgc("choice", "Higher → level 5")),
)
WORKS = (
    Choice("IV", literal("IV")),
    Choice("III", literal("III")),
    Choice("II", literal("II")),
    Choice("I", literal("I")),
    Choice("special", msgc("choice", "Special grade")),
    Choice("none", msgc("choice", "No works")),
)
ONLINE = (
    Choice("1", msgc("choice", "Level 1 (old)")),
    Choice("2", msgc("choice", "Level 2 (old)")),
    Choice("3", msgc("choice", "Level 3 (old)")),
    Choice("4", msgc("choice", "Level 4 (old)")),
    Choice("partial", msgc("choice", "Partly online")),
    Choice("full", msgc("choice", "Wholly online")),
)
_HARM_HELP = msg("Estimated harm if the system is attacked.")
_BAND_HELP = msg("A band from the list, or the exact number when it is close to the bound.")
_PUBLIC, _INFRASTRUCTURE, _INDUSTRIAL, _OTHER = ("public_service",), ("infrastructure",), ("industrial_control",), ("other",)
_T = Asked.PROVINCE

LEVEL_QUESTIONS = (
    Question(
        ("governed_by",), msgc("question", "Governing body"), msg("Where it is not the province's own."), asked=_T, width=24,
    ),
    Question(
        ("operator",), msgc("question", "Operating unit"), msg("Who runs it day by day."), asked=_T, width=24,
    ),
    Question(
        ("owner",), msgc("question", "Owning agency (shared systems)"), msg("Code of the agency; only for shared systems."),
        asked=_T, width=18,
    ),
    Question(("harm", "rights"), msgc("question", "Harm: rights and interests"), _HARM_HELP, Form.CHOICE, HARMS, asked=_T),
    Question(("harm", "public"), msgc("question", "Harm: public interest"), _HARM_HELP, Form.CHOICE, HARMS, asked=_T),
    Question(("harm", "order"), msgc("question", "Harm: social order"), _HARM_HELP, Form.CHOICE, HARMS, asked=_T),
    Question(
        ("harm", "security"), msgc("question", "Harm: national defence, security"), _HARM_HELP, Form.CHOICE, HARMS, asked=_T,
    ),
    Question(
        ("risk_level",), msgc("question", "Result of the risk assessment"), msg("Against the level its kind gives."),
        Form.CHOICE, RISKS, asked=_T, width=18,
    ),
    Question(
        ("components",), msgc("question", "Systems that are parts of it"), IDS_HELP, Form.IDS, asked=_T, width=22,
    ),
    Question(
        ("conditional_business",), msgc("question", "Conditional business line"), YES_NO_HELP,
        Form.FLAG, asked=_T, kinds=_PUBLIC, width=14,
    ),
    Question(
        ("online_service_level",), msgc("question", "Level of the online service"),
        msg("Partly or wholly; 1 to 4 in old papers."),
        Form.CHOICE, ONLINE, asked=_T, kinds=_PUBLIC,
    ),
    Question(
        ("data_subjects", "basic"), msgc("question", "People with basic data"), _BAND_HELP,
        Form.BAND, BASIC_BANDS, asked=_T, kinds=_PUBLIC, width=18,
    ),
    Question(
        ("data_subjects", "sensitive"), msgc("question", "People with sensitive data"), _BAND_HELP,
        Form.BAND, SENSITIVE_BANDS, asked=_T, kinds=_PUBLIC, width=18,
    ),
    Question(
        ("data_subjects", "counted_on"), msgc("question", "Day of counting"), DAY_HELP,
        Form.DAY, asked=_T, kinds=_PUBLIC, width=12,
    ),
    Question(
        ("data_subjects", "method"), msgc("question", "Way of counting"), msg("How the people were counted."),
        asked=_T, kinds=_PUBLIC, width=20,
    ),
    Question(
        ("continuous_operation",), msgc("question", "24/7, never stops unplanned"), YES_NO_HELP,
        Form.FLAG, asked=_T, kinds=_INFRASTRUCTURE, width=14,
    ),
    Question(
        ("national_data_store",), msgc("question", "National data store"), YES_NO_HELP,
        Form.FLAG, asked=_T, kinds=_INFRASTRUCTURE, width=14,
    ),
    Question(
        ("international_gateway",), msgc("question", "International gateway"), YES_NO_HELP,
        Form.FLAG, asked=_T, kinds=_INFRASTRUCTURE, width=14,
    ),
    Question(
        ("works_grade",), msgc("question", "Grade of the works"), msg("Grade of the construction works it controls."),
        Form.CHOICE, WORKS, asked=_T, kinds=_INDUSTRIAL,
    ),
    Question(
        ("works_national_security",), msgc("question", "Important to national security"), YES_NO_HELP,
        Form.FLAG, asked=_T, kinds=_INDUSTRIAL, width=14,
    ),
    Question(
        ("prime_minister_decision", "number"), msgc("question", "Prime Minister's decision: number"), NUMBER_HELP,
        asked=_T, kinds=_OTHER, width=18,
    ),
    Question(
        ("prime_minister_decision", "date"), msgc("question", "Prime Minister's decision: day"), DAY_HELP,
        Form.DAY, asked=_T, kinds=_OTHER, width=12,
    ),
    Question(
        ("prime_minister_decision", "authority"), msgc("question", "Prime Minister's decision: authority"), AUTHORITY_HELP,
        asked=_T, kinds=_OTHER, width=18,
    ),
)  # fmt: skip
