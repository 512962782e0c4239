"""What the workbook asks about each machine."""

from secaudit.inventory.questions import Asked, Choice, Form, Question, Sheet
from secaudit.inventory.wordings import IDS_HELP, YES_NO_HELP
from secaudit.messages import msg, msgc

OTHER_AGENCY = "other_agency"
"""Answer to "Còn dùng" that no file has: the machine is another agency's and must be moved there, or is not adopted here."""
ISOLATED = "isolated"
KINDS = (
    Choice("workstation", msgc("choice", "Workstation")),
    Choice("laptop", msgc("choice", "Laptop")),
    Choice("server", msgc("choice", "Server")),
    Choice(ISOLATED, msgc("choice", "Isolated machine (drafts state secrets)")),
)
OPERATING_SYSTEMS = (
    Choice("windows", msgc("choice", "Windows")),
    Choice("linux", msgc("choice", "Linux")),
    Choice("other", msgc("choice", "Another system")),
)
STATES = (
    Choice("in_use", msgc("choice", "Yes")),
    Choice("retired", msgc("choice", "No")),
    Choice(OTHER_AGENCY, msgc("choice", "Machine of another agency")),
)
OWNERS = (
    Choice("agency", msgc("choice", "Agency's")),
    Choice("personal", msgc("choice", "Personal")),
)

MACHINES = Sheet(
    "endpoints",
    msgc("tab", "Computers"),
    (
        Question(
            ("id",), msgc("question", "Machine code"),
            msg("Given by the province; leave it blank for a machine that is not in the list yet."),
            commune=True, width=22,
        ),
        Question(
            ("hostname",), msgc("question", "Machine name"),
            msg("The name the machine gives itself, if you know it."),
            commune=True, width=22,
        ),
        Question(
            ("status",), msgc("question", "Still in use"), msg("Whether people of the unit still work with it."),
            Form.CHOICE, STATES, required=True, commune=True, width=22,
        ),
        Question(
            ("place",), msgc("question", "Place"), msg("Room, floor or desk, so that the machine can be found."),
            required=True, commune=True, width=26,
        ),
        Question(
            ("purpose",), msgc("question", "What the machine is for"), msg("As the dossier's list of devices asks."), width=24,
        ),
        Question(
            ("ownership",), msgc("question", "Whose"), msg("The agency's, or somebody's own machine used for work."),
            Form.CHOICE, OWNERS, required=True, commune=True, width=12,
        ),
        Question(
            ("kind",), msgc("question", "Isolated machine"),
            msg("A machine without any network for drafting state secrets: it is only counted."),
            Form.IS, member=ISOLATED, required=True, commune=True, full=False, width=14,
        ),
        Question(
            ("kind",), msgc("question", "Kind of machine"),
            msg("Of an isolated machine only code, kind, place and use are kept."),
            Form.CHOICE, KINDS, required=True, width=18,
        ),
        Question(
            ("os",), msgc("question", "Operating system"), msg("Machine or console say it more exactly."),
            Form.CHOICE, OPERATING_SYSTEMS, asked=Asked.MACHINE, width=14,
        ),
        Question(
            ("asset_tag",), msgc("question", "Asset number"), msg("Number on the label of the asset book."), width=18,
        ),
        Question(
            ("serial",), msgc("question", "Serial number"), msg("As the firmware or the label shows it."),
            asked=Asked.MACHINE, width=20,
        ),
        Question(
            ("uuid",), msgc("question", "UUID"), msg("32 hexadecimal digits, as the firmware shows them."),
            asked=Asked.MACHINE, width=38,
        ),
        Question(
            ("address",), msgc("question", "Address"), msg("IP address or DNS name; only where the machine can be reached."),
            asked=Asked.MACHINE, width=20,
        ),
        Question(
            ("systems",), msgc("question", "Systems on it"), IDS_HELP, Form.IDS, width=24,
        ),
        Question(
            ("access", "via"), msgc("question", "Jump host"), msg("Code of the machine through which it is reached."),
            asked=Asked.PROVINCE, width=18,
        ),
        Question(
            ("access", "port"), msgc("question", "SSH port"), msg("Only where it is not the usual one."),
            Form.WHOLE, asked=Asked.PROVINCE, width=10,
        ),
        Question(
            ("access", "user"), msgc("question", "Login name"), msg("The name only; never a password."),
            asked=Asked.PROVINCE, width=14,
        ),
        Question(
            ("access", "host_key_alias"), msgc("question", "Name of the host key"),
            msg("Where several machines answer at one address."),
            asked=Asked.PROVINCE, width=18,
        ),
        Question(
            ("lab",), msgc("question", "Replayed machine"), YES_NO_HELP, Form.FLAG, asked=Asked.PROVINCE, width=12,
        ),
    ),
)  # fmt: skip
