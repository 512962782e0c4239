"""The findings as OCSF Compliance Findings."""

from typing import BinaryIO

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.finding_rows import about, machine_findings
from secaudit.report.as_ocsf import write_ocsf
from secaudit.report.voice import Voice


def stream(job: Job, file: BinaryIO) -> None:
    """A line for each machine and check that applies to it."""
    machines = machine_findings(job.measured, job.store, job.agencies)
    write_ocsf(about(job.measured, job.made_by), machines, file, Voice(job.translator))
