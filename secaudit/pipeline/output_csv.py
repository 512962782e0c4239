"""The report as a table for spreadsheets: a line for each machine."""

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.table import COLUMNS, report_rows
from secaudit.report.as_csv import as_csv


def render(job: Job) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it."""
    return as_csv(COLUMNS, report_rows(job.document)).encode("utf-8-sig")
