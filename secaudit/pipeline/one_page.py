"""The report as one page to be mailed: always under two megabytes."""

from pathlib import Path

from secaudit.errors import ReportError
from secaudit.messages import Translator, msg
from secaudit.pipeline.publish.fitting import MOST_BYTES, fitting
from secaudit.report import render_html
from secaudit.report.document import ReportDocument


def one_page(document: ReportDocument, translator: Translator, templates: Path, *, without_machines: bool = False) -> bytes:
    """UTF-8 of the page with as much as there is room for; it says what it leaves out. Raises ReportError.

    ``without_machines``: the document was made without them.
    """
    size = 0
    for smaller in fitting(document, without_machines=without_machines):
        page = render_html(smaller, translator, templates).encode("utf-8")
        if len(page) <= MOST_BYTES:
            return page
        size = len(page)
    raise ReportError(
        msg("the page would have {size} bytes, {most} at most can be mailed", size=size, most=MOST_BYTES),
        hint=msg("write the folder instead: secaudit report --to html"),
    )
