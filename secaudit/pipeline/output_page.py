"""The report as one self-contained page."""

from secaudit.pipeline.outputs import Job
from secaudit.report import render_html


def render(job: Job) -> bytes:
    """UTF-8 of the page."""
    return render_html(job.document, job.translator, job.templates).encode("utf-8")
