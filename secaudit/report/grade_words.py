"""How many are proven by evidence of which grade, in the same words on the console, on the page and in the plan of a period."""

from collections.abc import Sequence

from secaudit.messages import Message, literal
from secaudit.model.outcome import Grade

GradeCounts = Sequence[tuple[Grade, int]]


def grade_counts(counts: GradeCounts) -> Message:
    """``A 120 · B 4.210 · C 310``, in the order given."""
    said: Message = literal("")
    for number, (grade, count) in enumerate(counts):
        if number:
            said = Message("{before} · {grade} {count}", {"before": said, "grade": grade.value, "count": count})
        else:
            said = Message("{grade} {count}", {"grade": grade.value, "count": count})
    return said
