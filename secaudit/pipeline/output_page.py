"""The report as one self-contained page."""

from secaudit.pipeline.one_page import one_page
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish import overview
from secaudit.pipeline.publish.fitting import MOST_MACHINES


def render(job: Job) -> bytes:
    """UTF-8 of the page; of a large province it is made without machines from the start."""
    large = (
        sum(1 for endpoint in job.measured.province.inventory.endpoints.values() if endpoint.status == "in_use") > MOST_MACHINES
    )
    if not large:
        return one_page(job.document, job.translator, job.templates)
    document = overview(job.measured, job.store, past=job.past, made_by=job.made_by, made_at=job.made_at)
    return one_page(document, job.translator, job.templates, without_machines=True)
