"""The plan and the findings as JUnit XML."""

from typing import BinaryIO

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.finding_rows import about, machine_findings, target_lines
from secaudit.report.as_junit import write_junit
from secaudit.report.voice import Voice


def stream(job: Job, file: BinaryIO) -> None:
    """A suite for the plan, one for each agency."""
    voice = Voice(job.translator)
    machines = machine_findings(job.measured, job.store, job.agencies)
    write_junit(about(job.measured, job.made_by), target_lines(job.measured, voice), machines, file, voice)
