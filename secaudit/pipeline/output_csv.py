"""The report as a table for spreadsheets: a line for each machine."""

from typing import BinaryIO

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.table import COLUMNS, report_rows
from secaudit.report.as_csv import write_csv


def stream(job: Job, file: BinaryIO) -> None:
    """UTF-8 with the mark by which spreadsheets know it."""
    write_csv(COLUMNS, report_rows(job.measured, job.store, job.agencies), file)
