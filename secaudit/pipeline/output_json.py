"""The report as data."""

from secaudit.pipeline.outputs import Job
from secaudit.report import render_json


def render(job: Job) -> bytes:
    """UTF-8 of the JSON."""
    return render_json(job.document)
