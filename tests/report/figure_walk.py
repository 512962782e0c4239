"""Walks a page: every figure with its address, and every number that has none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr"})
SILENT = frozenset({"script", "style", "title"})
"""What nobody reads in the page; the title says province and day."""
SPOKEN = ("aria-label", "title", "data-label", "alt", "placeholder", "aria-description")
"""Attributes that are read aloud or shown."""
EXCUSED = {
    "raw": "digests, identifiers, addresses, versions and what is to be typed, as they are",
    "phone": "telephone numbers",
    "facts": "values observed on a machine, and where they were read",
    "lines": "the same, several lines",
    "pieces": "one piece of evidence: way, moment, place in a file",
    "clause": "a clause of an act",
    "no": "the ordinal number that a target is called by",
    "inputs": "answers that an agency gave about a system",
    "observed": "what a machine says of itself, such as its operating system",
}
"""Classes of elements that hold numbers which are no figures, and why."""
NUMBER = re.compile(r"\d")
NO_FIGURES = (
    (re.compile(r"\d\d:\d\d \d\d/\d\d/\d{4}|\d\d:\d\d \d{1,2} [A-Z][a-z]{2} \d{4}"), "moments"),
    (re.compile(r"\d\d/\d\d/\d{4}|\b\d{1,2} [A-Z][a-z]{2} \d{4}"), "days"),
    (re.compile(r"(?i)(?:chỉ tiêu|target) \d+(?![\d.,])"), "a target is called by its number"),
    (re.compile(r"\b\d\d/\d{4}\b"), "the month of a patch"),
    (re.compile(r"\bSMBv1\b"), "a protocol"),
    (re.compile(r"^(?:Diễn biến 12 tháng|Course over 12 months)$"), "how far back the course is drawn"),
    (re.compile(r"\bP[0-5]\b"), "grades of protection are called P0 to P5"),
    (re.compile(r"\b\d+/(?:QĐ|BC|KH|NĐ|CP)[-\w]*|\b\d+/\d{4}/[A-Zd-đĐ]+[-\w]*"), "numbers of documents"),
    (
        re.compile(r"(?:số|no\.) \d+(?:, \d+)*|(?:yêu cầu|requirement) \d+"),
        "requirements of the standard are called by their numbers",
    ),
    (re.compile(r"(?:Chờ hướng dẫn|Waiting for guidance): \d+\.\d+(?:, \d+\.\d+)*"), "clauses that wait for guidance"),
    (re.compile(r"^\d\. (?=\w)"), "the number of a target before its name, in the label of a cell"),
    (re.compile(r"(?i)(?:khoản|điều|điểm|mục|[Cc]lauses?|[Aa]rticles?|[Aa]ppendix|Phụ lục) [\w.]*\d[\w.]*"), "clauses of an act"),
    (re.compile(r"\bTCVN \d+:\d{4}|\bA4\b"), "a standard, a size of paper"),
)
"""Kinds of words that hold digits and are no figures."""


def blanks(text: str) -> str:
    """``text`` with every run of blanks as one; a blank that does not break stays what it is."""
    return re.sub(r"[ \t\n]+", " ", text).strip()


@dataclass
class Node:
    """An element."""

    tag: str
    attrs: dict[str, str]
    parent: "Node | None"
    children: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it says, blanks collapsed; a blank that does not break stays one."""
        return blanks("".join(self._texts()))

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            yield from [child] if isinstance(child, str) else child._texts()

    def all(self) -> Iterator["Node"]:
        """This element and all inside it."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.all()

    def above(self) -> Iterator["Node"]:
        """This element and all around it."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    @property
    def classes(self) -> set[str]:
        return set(self.attrs.get("class", "").split())

    def address_of(self, written: str) -> str:
        """An address with the scope that an element around it gives."""
        if written[0] not in "/:":
            return written
        scope = next(node.attrs["data-scope"] for node in self.above() if "data-scope" in node.attrs)
        return scope + (written[1:] if written.startswith("/:") else written)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def tree(html: str) -> Node:
    """The page as elements."""
    made = _Tree()
    made.feed(html)
    made.close()
    assert made.at is made.root, "every element is closed"
    return made.root


def figures(page: Node) -> list[tuple[str, str]]:
    """(address, text) of every figure in the order of the page."""
    return [
        (node.address_of(node.attrs["data-figure"]), node.text) for node in page.all() if "data-figure" in node.attrs
    ]  # fmt: skip


def spoken(page: Node) -> list[tuple[list[str], str]]:
    """(addresses, text) of every text that is only read aloud and says which figures it holds."""
    return [
        (
            [node.address_of(one) for one in node.attrs["data-figures"].split()],
            node.attrs.get("aria-label") or node.attrs["title"],
        )
        for node in page.all()
        if node.attrs.get("data-figures")
    ]


def _named(text: str) -> bool:
    """Whether it is a name with digits in it, and not a number alone."""
    return NUMBER.search(text) is not None and re.search(r"[^\W\d_]", text) is not None


class Known:
    """Texts of the inventory and the catalog: names that may have digits."""

    def __init__(self, texts: Iterable[str]) -> None:
        given = {blanks(part) for text in texts for part in (text, *text.split("`")) if _named(part)}
        long = sorted((text for text in given if len(text) > 2), key=len, reverse=True)
        self._whole = given
        self._parts = re.compile("|".join(map(re.escape, long))) if long else None

    def without(self, text: str) -> str:
        """``text`` without them."""
        text = blanks(text)
        if text in self._whole:
            return ""
        return self._parts.sub(" ", text) if self._parts is not None else text


def unexplained(text: str, known: Known) -> bool:
    """Whether a text, without the figures that it says, still holds a number."""
    return _has_number(text, known)


def loose_numbers(page: Node, known: Known) -> list[str]:
    """Texts that hold a number and are neither a figure with an address nor one of the kinds above."""
    found = []
    for node in page.all():
        if any(_excused(around) for around in node.above()):
            continue
        said = [child for child in node.children if isinstance(child, str)]
        drawing = next((one for one in node.above() if one.tag == "svg"), None)
        if drawing is not None:  # its numbers are those of its text alternative, which are counted
            said = [text for text in said if text.strip() not in drawing.attrs.get("aria-label", "")]
        if not node.attrs.get("data-figures"):
            said += [node.attrs[name] for name in SPOKEN if name in node.attrs]
        found += [" ".join(text.split()) for text in said if _has_number(text, known)]
    return found


def _excused(node: Node) -> bool:
    return node.tag in SILENT or "data-figure" in node.attrs or bool(node.classes & EXCUSED.keys()) or _names_machine(node)


def _names_machine(node: Node) -> bool:
    """The kind of a machine and the operating system that it names, under its name in a list."""
    row = None if node.parent is None or node.parent.tag != "th" else node.parent.parent
    return row is not None and "small" in node.classes and row.attrs.get("data-scope", "").startswith("m:")


def _has_number(text: str, known: Known) -> bool:
    if not NUMBER.search(text):
        return False
    rest = known.without(text)
    for pattern, _ in NO_FIGURES:
        rest = pattern.sub(" ", rest)
    return bool(NUMBER.search(rest))
