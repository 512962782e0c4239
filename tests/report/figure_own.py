"""Lists of an agency's page, made anew from the store: which line it is about, and the number in it."""

from functools import cache
from typing import Any

from secaudit.messages import Message
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.report.agency_page import AgencyDocument


class OwnPages:
    """What is chosen and put in order for an agency; that its figures are right is counted elsewhere."""

    def __init__(self, pages: AgencyPages) -> None:
        self.document = cache(pages.document)
        self._ids = pages.ids

    def line(self, place: str, what: str, name: str) -> Any:
        """A line of a list; ``what`` empty: the line itself."""
        agency, _, number = place.partition("/")
        row = getattr(self.document(agency), name)[int(number) - 1]
        if not what:
            return row
        kind, _, rest = what.partition(".")
        if kind == "gain":
            gain = row.gains[int(rest.split(".")[0]) - 1]
            return gain.target if rest.endswith("number") else gain.count
        return len(row.machines) - 12 if kind == "more" else number_in(getattr(row, kind), rest)

    def said(self, agency: str, target: int, what: str) -> Any:
        row = next(one for one in self.document(agency).targets if one.number == target)
        _, place, *rest = what.split(".")
        return number_in(row.said[int(place) - 1], ".".join(rest))

    def machine(self, name: str, what: str) -> Any:
        documents = [self.document(one) for one in self._ids]
        if what == "more":
            return next(visit.more for one in documents for visit in one.visits if visit.machine == name)
        return number_in(next(machine.patch for one in documents for machine in one.machines if machine.id == name), "")

    def documents(self) -> list[AgencyDocument]:
        return [self.document(one) for one in self._ids]


def number_in(message: Message, path: str) -> object:
    """The number of a sentence that was made anew: the last word of the address, or ``count``."""
    names = [one for one in path.split(".") if not one.isdigit()]
    value: object = message
    for name in names if isinstance(message, Message) else ():
        if isinstance(value, Message) and name in value.params:
            value = value.params[name]
    if isinstance(value, Message):
        value = value.params["count"]
    return value
