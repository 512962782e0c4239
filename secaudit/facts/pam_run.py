"""What a stack of PAM does when its modules answer in a given way: order and jumps decide, not presence."""

from collections.abc import Callable

from secaudit.facts.pam import Rule
from secaudit.facts.reading import decimal

GOOD, BAD, IGNORED = "success", "auth_err", "ignore"
"""Answers of a module, by the names that controls use."""
_CONTROLS = {
    "required": {"success": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "ignore": "ignore", "default": "ignore"},
    "optional": {"success": "ok", "ignore": "ignore", "default": "ignore"},
}
_ACTIONS = ("ok", "done", "bad", "die", "ignore", "reset")


def action(rule: Rule, answer: str) -> str | None:
    """What the control of a line makes of an answer; None when it is not understood."""
    table = _CONTROLS.get(rule.control)
    if table is None:
        if not (rule.control.startswith("[") and rule.control.endswith("]")):
            return None
        pairs = (word.partition("=") for word in rule.control[1:-1].split(",") if word)
        table = {key: value for key, _, value in pairs}
    found = table.get(answer, table.get("default", "bad"))
    return found if found in _ACTIONS or decimal(found) is not None else None


def run(rules: list[Rule], answers: Callable[[Rule], str]) -> tuple[bool, frozenset[int]] | None:
    """Whether the stack lets in, and which of its lines were asked; None when a control is not understood."""
    good: bool | None = None
    asked: set[int] = set()
    at = 0
    while at < len(rules):
        rule, answer = rules[at], answers(rules[at])
        asked.add(at)
        doing = action(rule, answer)
        if doing is None:
            return None
        at += 1
        if doing == "reset":
            good = None
        elif doing in ("bad", "die"):
            good = False
            at = _end(rules, at - 1) if doing == "die" else at
        elif doing in ("ok", "done"):
            good = (answer == GOOD) if good is None else good and answer == GOOD
            at = _end(rules, at - 1) if doing == "done" and good else at
        elif doing != "ignore":
            at = _jump(rules, at, len(rule.within), int(doing))
    return good is True, frozenset(asked)


def _end(rules: list[Rule], at: int) -> int:
    """First line after the stack, or after the substack in which the decision fell."""
    within = rules[at].within
    if not within:
        return len(rules)
    while at < len(rules) and rules[at].within[: len(within)] == within:
        at += 1
    return at


def _jump(rules: list[Rule], at: int, depth: int, count: int) -> int:
    """Lines of the same stack are passed over; a substack among them is one."""
    while count and at < len(rules) and len(rules[at].within) >= depth:
        inner = rules[at].within[: depth + 1]
        at += 1
        while len(inner) > depth and at < len(rules) and rules[at].within[: depth + 1] == inner:
            at += 1
        count -= 1
    return at
