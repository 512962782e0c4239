"""The findings as JSON lines."""

from typing import BinaryIO

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.finding_rows import machine_findings
from secaudit.report.as_jsonl import write_jsonl


def stream(job: Job, file: BinaryIO) -> None:
    """A line for each machine and check."""
    write_jsonl(machine_findings(job.measured, job.store, job.agencies), file)
