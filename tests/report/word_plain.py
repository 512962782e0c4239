"""The plainest template, for tests of what every paper has: frame and paragraphs, in a folder of its own for this run."""

import atexit
import tempfile
from pathlib import Path

from word_blocks import Draft, add, addressees, grounds, heading, signature, start


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


_HOLDER = tempfile.TemporaryDirectory(prefix="word-plain-")
atexit.register(_HOLDER.cleanup)
PLAIN = Path(_HOLDER.name)
"""Holds ``van-ban.docx``, as ``sample_paper`` asks."""
(PLAIN / "van-ban.docx").write_bytes(plain_paper().bytes())
