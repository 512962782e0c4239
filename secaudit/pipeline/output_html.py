"""The report as a folder of pages: an overview, a page for each agency, and lists of everything."""

from collections import Counter
from pathlib import Path

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.report_folder import staged
from secaudit.pipeline.site import machines_of, site_of
from secaudit.pipeline.site_agencies import agencies_being_written
from secaudit.report.site_html import SiteRenderer


def write(job: Job, folder: Path) -> None:
    """All pages, none of which holds another one's texts in memory; the old folder stays until the new one is whole."""
    listed = machines_of(job.measured)
    with staged(folder) as stage:
        site = site_of(job)
        order = [row.id for row in site.overview.agencies]
        counts = Counter(listed.values())
        with agencies_being_written(job, stage.folder, {agency: counts[agency] for agency in order}) as work:
            renderer = SiteRenderer(site, job.translator, job.templates)
            for name, text in renderer.systems():
                stage.write(name, text.encode("utf-8"))
            of_agency: dict[str, list[str]] = {agency: [] for agency in order}
            for machine, agency in listed.items():
                of_agency[agency].append(machine)
            index = renderer.index((agency, f"{agency}.html", ids) for agency, ids in of_agency.items())
            stage.write("index.html", index.encode("utf-8"))
            for name, text in (*renderer.checks(), ("unknowns.html", renderer.unknowns()), ("history.html", renderer.history())):
                stage.write(name, text.encode("utf-8"))
            written = {one.agency: one for one in work.written()}
        lines = [line for agency in order for line in written[agency].lines]
        for one in written.values():
            for name, size in one.files:
                stage.note(name, size)
        for name, text in renderer.machines(lines):
            stage.write(name, text.encode("utf-8"))
