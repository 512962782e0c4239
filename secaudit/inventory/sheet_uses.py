"""Which of the province's shared systems the agency uses."""

from collections.abc import Iterable

from secaudit.inventory.questions import Form, Question, Sheet
from secaudit.inventory.wordings import IDS_HELP
from secaudit.messages import clean, literal, msg, msgc
from secaudit.model.system import System

USES_PATH = ("uses",)
_TICK_HELP = msg("Yes where the unit works with it. The province declares the system itself.")

USES = Sheet(
    "uses",
    msgc("tab", "Shared systems"),
    (Question(USES_PATH, msgc("question", "Shared systems in use"), IDS_HELP, Form.IDS, commune=True, width=40),),
    form=True,
)
"""As a CSV file has it. A workbook asks for each shared system on a row of its own: :func:`ticks`."""


def ticks(shared: Iterable[System]) -> Sheet:
    """The same answer as one Có | Không for each shared system of ``province.yaml``, under the name people know it by."""
    names: dict[str, str] = {}
    for system in shared:
        name = clean(system.name)
        names[system.id] = f"{name} ({system.id})" if name in names.values() else name
    return Sheet(
        USES.part,
        USES.title,
        tuple(
            Question(USES_PATH, literal(name), _TICK_HELP, Form.MEMBER, member=system_id, commune=True, width=12)
            for system_id, name in names.items()
        ),
        form=True,
    )
