"""Builds the Word templates of ``report_templates/word``: one function for each, read in reviews instead of the binary.

    python tests/report/word_templates.py      writes all of them again

A new template: write its function (here, or in a module of its own that this one imports) and add it to :data:`TEMPLATES`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from word_blocks import Draft, add, addressees, grounds, heading, signature, start  # noqa: E402

FOLDER = Path(__file__).parents[2] / "report_templates" / "word"


def plain_paper() -> Draft:
    """Any paper with a kind whose body is paragraphs and nothing else."""
    draft = start("Văn bản có tên loại")
    heading(draft)
    addressees(draft)
    grounds(draft)
    add(draft, "{%p for text in paragraphs %}")
    add(draft, "{{ text }}")
    add(draft, "{%p endfor %}")
    signature(draft)
    return draft


TEMPLATES: dict[str, Callable[[], Draft]] = {
    "van-ban": plain_paper,
}
"""Name of the file without its ending -> what builds it."""


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, build in TEMPLATES.items():
        (FOLDER / f"{name}.docx").write_bytes(build().bytes())
