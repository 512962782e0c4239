"""Format 1 of the workbook: the marks by which a sheet that comes back is known whatever people did to it.

The first row and the first column of every visible sheet are hidden and hold marks; columns of a list and of a form's answers are
known by the first row, rows by the first column. docs/inventory-workbook.md shows the format.

- First cell: ``form answer:_answer``, or ``list:systems`` for a list of that part, or ``list:systems answer:kind`` for a list
  with a form above it: the answers of the form stand in the column whose mark is ``kind``.
- First column: ``part/key`` (``agency/contact.phone``, ``uses/uses:thu-dien-tu``) beside a question of a form; ``_headings``
  beside the headings of a list, and under it the id of each record, ``moi:<newcomer id>``, ``vidu``, or nothing for a record that
  people add; ``_progress`` beside the progress cell. Rows above ``_headings`` without a mark are text for people.
- First row: the question key of each column of a list; names that begin with ``_`` hold no answers.
"""

FORMAT = 1
BASE_SHEET = "_secaudit"
"""Hidden: which agency, when, and how every answer stood; the common ancestor of a three-way merge."""
BASE_HEAD = ("part", "key", "field", "value")
"""Headings of the answers in :data:`BASE_SHEET`: ``field`` is the dotted path, ``value`` JSON text as the YAML has it."""
CHOICES_SHEET = "_danhsach"
"""Hidden: answers of drop-downs too long to stand in a validation."""
FORM = "form"
LIST = "list:"
"""Before the part."""
ANSWER_AT = "answer:"
"""Before the mark of the column in which a form's answers stand."""
ANSWER = "_answer"
"""Mark of that column on a sheet without a list."""
HEADINGS = "_headings"
PROGRESS = "_progress"
"""The cell beside it counts what is still blank: the only kind of formula of the workbook."""
EXAMPLE = "vidu"
"""Id of the example row, which is never imported."""
NEWCOMER = "moi:"
"""Before the id of the newcomer from which evidence proposes a machine."""


def form_mark(part: str, key: str) -> str:
    """Mark of the row of a question in a form."""
    return f"{part}/{key}"
