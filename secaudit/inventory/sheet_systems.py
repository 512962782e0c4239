"""What the workbook asks about each information system: identity, agency's answers, Form 08."""

from secaudit.inventory.questions import Asked, Choice, Form, Question, Sheet
from secaudit.inventory.sheet_levels import LEVEL_QUESTIONS
from secaudit.inventory.wordings import AUTHORITY_HELP, DAY_HELP, MONTH_HELP, NUMBER_HELP, YES_NO_HELP
from secaudit.messages import literal, msg, msgc

STATES = (
    Choice("operating", msgc("choice", "Operating")),
    Choice("investing", msgc("choice", "Under investment")),
    Choice("stopped", msgc("choice", "Stopped")),
)
KINDS = (
    Choice("internal", msgc("choice", "Internal")),
    Choice("public_service", msgc("choice", "Serves citizens and businesses")),
    Choice("infrastructure", msgc("choice", "Information infrastructure")),
    Choice("industrial_control", msgc("choice", "Industrial control")),
    Choice("other", msgc("choice", "Other kind")),
)
SERVES = (
    Choice("agency", msgc("choice", "One agency")),
    Choice("agencies_of_commune", msgc("choice", "Several agencies of one commune")),
    Choice("sector", msgc("choice", "One ministry or sector")),
    Choice("province", msgc("choice", "Several agencies of the province")),
    Choice("provinces", msgc("choice", "Some provinces (beyond the province)")),
    Choice("nation", msgc("choice", "The whole country")),
    Choice("international", msgc("choice", "International")),
)
INFRASTRUCTURES = (
    Choice("lan", msgc("choice", "LAN")),
    Choice("wan", msgc("choice", "WAN/leased lines")),
    Choice("database", msgc("choice", "Database")),
    Choice("data_centre", msgc("choice", "Data centre")),
    Choice("cloud", msgc("choice", "Cloud")),
    Choice("authentication", msgc("choice", "Authentication, digital signature")),
    Choice("integration", msgc("choice", "LGSP")),
)
DOSSIER_STATES = (
    Choice("none", msgc("choice", "Not made")),
    Choice("drafting", msgc("choice", "Being drafted")),
    Choice("submitted", msgc("choice", "Sent for appraisal")),
    Choice("appraised", msgc("choice", "Appraised")),
    Choice("approved", msgc("choice", "Approved")),
)
PLAN_STATES = (
    Choice("none", msgc("choice", "Not deployed")),
    Choice("partial", msgc("choice", "Some items deployed")),
    Choice("full", msgc("choice", "Fully deployed")),
)
GRADES = tuple(Choice(str(number), literal(str(number))) for number in range(1, 6))
_INFORMATION_HELP = msg('Answer all of them: what is "No" is not processed.')
_INFORMATION = ("information",)
_INTERNAL, _PUBLIC, _INFRASTRUCTURE = ("internal",), ("public_service",), ("infrastructure",)

_IDENTITY = (
    Question(
        ("id",), msgc("question", "System code"),
        msg("Given by the province; leave it blank for a system that is not in the list yet."),
        width=20,
    ),
    Question(
        ("name",), msgc("question", "System name"),
        msg("One system a row. Shared systems of the province are ticked, not declared again."),
        required=True, commune=True, width=36,
    ),
    Question(
        ("state_secret",), msgc("question", "State secret (stop here)"),
        msg("Yes when it processes state secrets: then nothing but the name is kept, leave the other cells blank."),
        Form.FLAG, commune=True, width=14,
    ),
    Question(
        ("level",), msgc("question", "Level of a system with state secrets"),
        msg("Only for a system ticked as state secret; the level of all others is worked out."),
        Form.WHOLE, GRADES, width=14,
    ),
    Question(
        ("status",), msgc("question", "State"), msg("What holds today."),
        Form.CHOICE, STATES, required=True, commune=True, width=18,
    ),
    Question(
        ("kind",), msgc("question", "Kind"), msg("What it is mainly for; the questions that follow depend on it."),
        Form.CHOICE, KINDS, required=True, commune=True, width=22,
    ),
)  # fmt: skip
_AGENCY = (
    Question(
        _INFORMATION, msgc("question", "Public information"), _INFORMATION_HELP,
        Form.MEMBER, member="public", required=True, commune=True, width=12,
    ),
    Question(
        _INFORMATION, msgc("question", "Private information"), _INFORMATION_HELP,
        Form.MEMBER, member="private", required=True, commune=True, width=12,
    ),
    Question(
        _INFORMATION, msgc("question", "Personal information"), _INFORMATION_HELP,
        Form.MEMBER, member="personal", required=True, commune=True, width=12,
    ),
    Question(
        _INFORMATION, msgc("question", "Information that is state secret"), _INFORMATION_HELP,
        Form.MEMBER, member="state_secret", width=12,
    ),
    Question(
        ("defence_security",), msgc("question", "Serves national defence or security"), YES_NO_HELP,
        Form.FLAG, required=True, commune=True, width=14,
    ),
    Question(
        ("internal_accounts",), msgc("question", "Accounts to sign in, or keeps internal documents"), YES_NO_HELP,
        Form.FLAG, required=True, commune=True, kinds=_INTERNAL, width=16,
    ),
    Question(
        ("serves",), msgc("question", "Who uses it, whom it serves"), msg("The widest circle that uses it."),
        Form.CHOICE, SERVES, required=True, commune=True, kinds=_INTERNAL + _INFRASTRUCTURE, width=22,
    ),
    Question(
        ("handles_administrative_procedures",),
        msgc("question", "Receives and handles files of administrative procedures"), YES_NO_HELP,
        Form.FLAG, required=True, commune=True, kinds=_PUBLIC, width=16,
    ),
    Question(
        ("users_sign_in",), msgc("question", "Users must sign in or send something"), YES_NO_HELP,
        Form.FLAG, required=True, commune=True, kinds=_PUBLIC, width=16,
    ),
    Question(
        ("infrastructure",), msgc("question", "What infrastructure it is"), msg("The one that fits best."),
        Form.CHOICE, INFRASTRUCTURES, required=True, commune=True, kinds=_INFRASTRUCTURE, width=18,
    ),
)  # fmt: skip
_FORM_08 = (
    Question(
        ("dossier", "status"), msgc("question", "Level dossier"), msg("Where the dossier stands (Form 08, column 6)."),
        Form.CHOICE, DOSSIER_STATES, required=True, width=18,
    ),
    Question(
        ("dossier", "level"), msgc("question", "Level the dossier proposes"), msg("1 to 5, as the dossier says."),
        Form.WHOLE, GRADES, width=12,
    ),
    Question(
        ("dossier", "submitted_on"), msgc("question", "Submitted: day"), msg("Day on which the appraiser had the whole dossier."),
        Form.DAY, width=12,
    ),
    Question(
        ("dossier", "appraiser"), msgc("question", "Appraised by"), msg("Office that appraises the dossier."),
        asked=Asked.PROVINCE, width=22,
    ),
    Question(
        ("dossier", "appraised_on"), msgc("question", "Appraised: day"), msg("Day of the appraisal opinion."),
        Form.DAY, asked=Asked.PROVINCE, width=12,
    ),
    Question(("dossier", "decision", "number"), msgc("question", "Approval: number"), NUMBER_HELP, width=18),
    Question(("dossier", "decision", "date"), msgc("question", "Approval: day"), DAY_HELP, Form.DAY, width=12),
    Question(("dossier", "decision", "authority"), msgc("question", "Approval: authority"), AUTHORITY_HELP, width=20),
    Question(("dossier", "regulation", "number"), msgc("question", "Regulation: number"), NUMBER_HELP, width=18),
    Question(("dossier", "regulation", "date"), msgc("question", "Regulation: day"), DAY_HELP, Form.DAY, width=12),
    Question(("dossier", "regulation", "authority"), msgc("question", "Regulation: authority"), AUTHORITY_HELP, width=20),
    Question(("dossier", "expected_on"), msgc("question", "Approval expected"), MONTH_HELP, Form.DAY, width=12),
    Question(
        ("plan", "status"), msgc("question", "Deployment"), msg("How far the security plan is deployed (Form 08)."),
        Form.CHOICE, PLAN_STATES, required=True, width=22,
    ),
    Question(("plan", "expected_on"), msgc("question", "Full deployment expected"), MONTH_HELP, Form.DAY, width=12),
    Question(
        ("inspected",), msgc("question", "Inspected before use"), YES_NO_HELP, Form.MEMBER, member="before_use", width=12,
    ),
    Question(
        ("inspected",), msgc("question", "Inspected periodically"), YES_NO_HELP, Form.MEMBER, member="periodic", width=12,
    ),
    Question(("in_service_since",), msgc("question", "In service since"), MONTH_HELP, Form.DAY, width=12),
    Question(("purpose",), msgc("question", "What it is for"), msg("One sentence, for the level dossier."), width=30),
    Question(("note",), msgc("question", "Note"), msg("One line, for people; nothing is worked out from it."), width=30),
)  # fmt: skip

SYSTEMS = Sheet("systems", msgc("tab", "Systems"), (*_IDENTITY, *_AGENCY, *_FORM_08, *LEVEL_QUESTIONS))
